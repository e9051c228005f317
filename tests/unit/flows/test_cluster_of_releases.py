"""The one task of the cluster, with a simulator of Ray in its place."""

from __future__ import annotations

import importlib.machinery
import sys
import types

import pytest

from assay.errors import MachineError, UsageError
from assay.flows.fleet import FleetOrder, check_fleet
from assay.flows.fleet_ray import Cluster
from assay.flows.shipped import load_shipped, shipped_programmes
from tests.simulators.desk import write_release

ORDER = FleetOrder(
    programme_file=next(
        load_shipped(ref.id, ref.version) for ref in sorted(shipped_programmes())
    ),
    fail_on="high",
)


class RayError(Exception):
    """A machine of the cluster failed."""


class Task:
    """A function that runs when it is asked for its result."""

    def __init__(self, function):
        self.function = function

    def options(self, **_options):
        return self

    def remote(self, *given):
        return lambda: self.function(*given)


@pytest.fixture
def ray(monkeypatch):
    """A cluster that runs everything here, one task after the other."""
    module = types.ModuleType("ray")
    module.__spec__ = importlib.machinery.ModuleSpec("ray", None)
    module.calls = []
    module.is_initialized = lambda: False
    module.init = lambda **given: module.calls.append(("init", given["address"]))
    module.shutdown = lambda: module.calls.append(("shutdown",))
    module.put = lambda value: value
    module.remote = Task
    module.wait = lambda waiting, num_returns: (waiting[-num_returns:], waiting)
    module.get = lambda reference: reference()
    module.exceptions = types.SimpleNamespace(RayError=RayError)
    monkeypatch.setitem(sys.modules, "ray", module)
    return module


@pytest.fixture
def fleet(tmp_path):
    return [str(write_release(tmp_path / name)) for name in ("one", "two")]


def test_releases_are_checked_in_any_order_and_told_in_that_of_the_list(
    ray, tmp_path, fleet
):
    engine = Cluster("10.0.0.1:6379")
    document = check_fleet(fleet, tmp_path / "out", ORDER, engine=engine)
    assert [entry.path for entry in document.releases] == fleet
    assert ray.calls == [("init", "10.0.0.1:6379"), ("shutdown",)]


def test_a_cluster_that_is_there_already_is_left_running(ray, tmp_path, fleet):
    ray.is_initialized = lambda: True
    check_fleet(fleet, tmp_path / "out", ORDER, engine=Cluster())
    assert ray.calls == []


def test_nothing_to_do_starts_no_cluster(ray):
    assert list(Cluster()(ORDER, [])) == []
    assert ray.calls == []


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (RayError("a node died"), MachineError, "machine.cluster"),
        (UsageError("ray", "x"), UsageError, "usage.ray"),
    ],
)
def test_a_machine_that_fails_is_told(ray, tmp_path, fleet, error, kind, code):
    def fails(_reference):
        raise error

    ray.get = fails
    with pytest.raises(kind) as caught:
        check_fleet(fleet, tmp_path / "out", ORDER, engine=Cluster())
    assert caught.value.code == code
    assert ray.calls[-1] == ("shutdown",)
