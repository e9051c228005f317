"""The work of a fleet over a Ray cluster, when Ray is installed (`assay[ray]`).

Ray brings its own scheduling, retries and machines; here is only the one task. Paths
must lead to the same releases on every machine of the cluster.
"""

from __future__ import annotations

import importlib.util
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assay.errors import AssayError, MachineError, UsageError
from assay.flows.fleet import Checked, FleetOrder, check_one

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Cluster", "ray_is_installed"]


def ray_is_installed() -> bool:
    """Say whether Ray is there, without loading it."""
    return importlib.util.find_spec("ray") is not None


class Cluster:
    """Checks releases as tasks of a Ray cluster, each with one core by default."""

    def __init__(self, address: str | None = None) -> None:
        """Name the cluster.

        Args:
            address: Of a running cluster; one is started on this machine when None.

        Raises:
            UsageError: `usage.ray`: Ray is not installed.
        """
        if not ray_is_installed():
            raise UsageError(
                "ray",
                "Ray is not installed.",
                expected="the optional package `ray`",
                found="no module of that name",
                remedy="install `ray` where Assay is installed, or leave --ray away",
            )
        self._address = address

    def __call__(
        self, order: FleetOrder, releases: list[tuple[str, str]]
    ) -> Iterator[Checked]:
        """Give each as soon as it is done."""
        if not releases:
            return
        # Nothing of Ray calls home from a check, unless somebody wants it to.
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        # Optional, and only for fleets over a cluster.
        import ray  # noqa: PLC0415 - see above

        started = not ray.is_initialized()
        if started:
            ray.init(
                address=self._address,
                include_dashboard=False,
                log_to_driver=False,
                configure_logging=False,
            )
        try:
            # A task has one core, so one thread: more would only wait for one another.
            single = ray.put(replace(order, jobs=order.jobs or 1))
            task = ray.remote(check_one).options(
                num_cpus=order.jobs or 1, max_retries=3
            )
            waiting = {
                task.remote(single, path, name): (path, name) for path, name in releases
            }
            yield from _finished(ray, waiting)
        finally:
            if started:
                ray.shutdown()


def _finished(ray: Any, waiting: dict[Any, tuple[str, str]]) -> Iterator[Checked]:  # noqa: ANN401 - an optional package
    while waiting:
        done, _ = ray.wait(list(waiting), num_returns=1)
        for reference in done:
            path, _ = waiting.pop(reference)
            try:
                yield ray.get(reference)
            except AssayError:
                raise
            except ray.exceptions.RayError as error:
                raise MachineError(
                    "cluster",
                    f"The cluster could not check {path!r}.",
                    expected="a result from each machine",
                    found=f"{type(error).__name__}: {error}"[:400],
                    remedy="run it again: what is done is not done again",
                ) from error
