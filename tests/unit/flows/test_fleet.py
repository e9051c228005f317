from __future__ import annotations

import json
import os
import sys

import pytest

from assay.errors import MachineError, UsageError
from assay.flows import fleet as module
from assay.flows.fleet import (
    SUMMARY,
    FleetOrder,
    Here,
    check_fleet,
    check_one,
    read_list,
)
from assay.flows.fleet_ray import Cluster
from assay.flows.shipped import load_shipped, shipped_programmes
from tests.simulators.desk import write_release

PROGRAMME = next(
    load_shipped(ref.id, ref.version) for ref in sorted(shipped_programmes())
)
ORDER = FleetOrder(programme_file=PROGRAMME, fail_on="high", jobs=1)


class Watched(Here):
    """Notes which releases it was asked to check."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def __call__(self, order, releases):
        for path, name in releases:
            self.asked.append(path)
            yield from super().__call__(order, [(path, name)])


def run(releases, out, order=ORDER, **options):
    engine = Watched()
    document = check_fleet(
        [str(one) for one in releases], out, order, engine=engine, **options
    )
    return document, engine.asked


@pytest.fixture
def fleet(tmp_path):
    """Two sound releases and one with a pickle that runs a command."""
    roots = [write_release(tmp_path / f"model-{n}") for n in range(3)]
    (roots[2] / "evil.pkl").write_bytes(b"cposix\nsystem\n(S'id'\ntR.")
    return roots


def test_every_release_gets_a_document_and_a_line(tmp_path, fleet):
    out = tmp_path / "out" / "deep"
    news = []
    document, _ = run(
        fleet,
        out,
        begin=lambda *begun: news.append(begun),
        tell=lambda *one: news.append(one[1:]),
    )
    assert [entry.gate for entry in document.releases] == ["passes", "passes", "fails"]
    assert news == [(0, 3), (1, 3), (2, 3), (3, 3)]
    for entry in document.releases:
        found = json.loads((out / entry.document).read_text())
        assert found["format"] == "assay-check/0"
        assert found["release"]["digest"] == entry.release_digest
        assert found["release"]["name"] == entry.path.rpartition("/")[2]
    written = json.loads((out / SUMMARY).read_text())
    assert written == document.model_dump(mode="json", by_alias=True)


def test_a_release_that_cannot_be_checked_stops_no_other(tmp_path, fleet):
    out = tmp_path / "out"
    document, _ = run([tmp_path / "none", *fleet], out)
    broken, *others = document.releases
    assert (broken.gate, broken.error.code) == ("error", "release.not-found")
    assert json.loads((out / broken.document).read_text())["format"] == "assay-error/0"
    assert len(others) == 3


def test_a_run_goes_on_where_it_was_stopped(tmp_path, fleet):
    out = tmp_path / "out"

    class StoppedError(Exception):
        """The run is stopped."""

    def stop(_entry, done, _total):
        if done == 2:
            raise StoppedError

    with pytest.raises(StoppedError):
        run(fleet, out, tell=stop)
    written = json.loads((out / SUMMARY).read_text())
    assert len(written["releases"]) == 2
    document, asked = run(fleet, out)
    assert asked == [str(fleet[2])]
    assert len(document.releases) == 3
    assert run(fleet, out)[1] == []
    assert len(run(fleet, out, again=True)[1]) == 3


def test_what_has_changed_is_checked_again(tmp_path, fleet):
    out = tmp_path / "out"
    document, _ = run(fleet, out)
    (fleet[0] / "config.json").write_text('{"model_type": "other"}\n')
    (fleet[1] / "link").symlink_to("config.json")
    (out / document.releases[2].document).unlink()
    assert run(fleet, out)[1] == [str(one) for one in fleet]


def test_a_broken_release_is_tried_again(tmp_path, fleet):
    out = tmp_path / "out"
    releases = [fleet[0], tmp_path / "late"]
    run(releases, out)
    write_release(tmp_path / "late")
    document, asked = run(releases, out)
    assert asked == [str(tmp_path / "late")]
    assert document.releases[1].gate == "passes"


def test_another_severity_checks_all_again(tmp_path, fleet):
    out = tmp_path / "out"
    run(fleet, out)
    order = FleetOrder(programme_file=PROGRAMME, fail_on="low", jobs=1)
    assert len(run(fleet, out, order)[1]) == 3


def test_releases_that_left_the_list_leave_the_summary(tmp_path, fleet):
    out = tmp_path / "out"
    run(fleet, out)
    document, asked = run(fleet[1:2], out)
    assert asked == []
    assert [entry.path for entry in document.releases] == [str(fleet[1])]


def test_two_of_one_name_have_documents_of_their_own(tmp_path):
    roots = [write_release(tmp_path / place / "model") for place in ("a", "b", "ü. /")]
    document, _ = run([*roots, tmp_path / "ü. "], tmp_path / "out")
    assert len({entry.document for entry in document.releases}) == 4
    assert all("/" not in entry.document for entry in document.releases)


def test_a_name_of_any_characters_gets_a_document(tmp_path):
    roots = [write_release(tmp_path / ("\U00020000" * 60)), tmp_path / "a\0b"]
    document, _ = run(roots, tmp_path / "out")
    assert [entry.gate for entry in document.releases] == ["passes", "error"]


def test_names_that_were_made_to_collide_have_documents_of_their_own():
    # The SHA-256 of these paths begins alike.
    pairs: dict[str, str] = {}
    for number in range(1 << 18):
        path = f"{number}/model"
        other = pairs.setdefault(module._names([path])[path], path)
        if other != path:
            break
    else:
        pytest.fail("no collision")
    assert len(set(module._names([path, other]).values())) == 2


def test_content_whose_times_were_set_back_is_checked_again(tmp_path, fleet):
    out = tmp_path / "out"
    run(fleet, out)
    path = fleet[0] / "config.json"
    status = path.stat()
    data = path.read_bytes()
    path.write_bytes(data.swapcase())
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert run(fleet, out)[1] == [str(fleet[0])]


def test_facts_are_kept_where_somebody_says(tmp_path, fleet):
    order = FleetOrder(
        programme_file=PROGRAMME, fail_on="high", jobs=1, cache=str(tmp_path / "kept")
    )
    first, _ = run(fleet, tmp_path / "out", order)
    assert list((tmp_path / "kept").rglob("*.json"))
    second, _ = run(fleet, tmp_path / "out", order, again=True)
    strip = {"seconds", "looked"}
    for one, two in zip(first.releases, second.releases, strict=True):
        assert one.model_dump(exclude=strip) == two.model_dump(exclude=strip)


def test_a_cache_that_others_may_write_to_is_an_error_of_each(tmp_path, fleet):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept").chmod(0o777)
    order = FleetOrder(
        programme_file=PROGRAMME, fail_on="high", cache=str(tmp_path / "kept")
    )
    entry = check_one(order, str(fleet[0]), "x.json").entry
    assert entry.error.code == "release.cache"


def test_the_snapshot_of_a_cache_is_looked_at_with_its_blobs(tmp_path):
    repository = tmp_path / "models--org--name"
    snapshot = repository / "snapshots" / "v1"
    (repository / "blobs").mkdir(parents=True)
    snapshot.mkdir(parents=True)
    (repository / "blobs" / "etag").write_text("{}")
    (snapshot / "config.json").symlink_to("../../blobs/etag")
    out = tmp_path / "out"
    assert run([snapshot], out)[0].releases[0].error is None
    assert run([snapshot], out)[1] == []
    (repository / "blobs" / "etag").write_text('{"a": 1}')
    assert run([snapshot], out)[1] == [str(snapshot)]
    # Also behind a link to the snapshot, and for what is no model.
    data = repository.rename(tmp_path / "datasets--org--name")
    link = tmp_path / "latest"
    link.symlink_to(data / "snapshots" / "v1")
    run([link], out)
    assert run([link], out)[1] == []
    (data / "blobs" / "etag").write_text('{"a": 2}')
    assert run([link], out)[1] == [str(link)]


def test_an_archive_is_checked_again_when_it_has_changed(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("one\n")
    out = tmp_path / "out"
    run([path], out)
    assert run([path], out)[1] == []
    path.write_text("two more\n")
    assert run([path], out)[1] == [str(path)]


def test_a_store_is_always_checked_again(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("one\n")
    address = f"file://{path}"
    document, _ = run([address], tmp_path / "out")
    assert document.releases[0].looked is None
    assert run([address], tmp_path / "out")[1] == [address]


def test_a_release_that_cannot_be_looked_at_is_checked(fleet, monkeypatch):
    def deny(_path):
        raise PermissionError

    monkeypatch.setattr("assay.flows.fleet.os.lstat", deny)
    entry = check_one(ORDER, str(fleet[0]), "x.json").entry
    assert entry.looked is None


@pytest.mark.parametrize("content", [b"{}", b"no json", b'{"format": "assay-fleet/9"}'])
def test_a_summary_of_others_is_not_written_over(tmp_path, fleet, content):
    (tmp_path / SUMMARY).write_bytes(content)
    with pytest.raises(UsageError) as caught:
        run(fleet, tmp_path)
    assert caught.value.code == "usage.fleet-other"
    assert (tmp_path / SUMMARY).read_bytes() == content


def test_a_place_for_results_that_cannot_be_made_is_told(tmp_path, fleet):
    (tmp_path / "file").write_text("x")
    with pytest.raises(MachineError) as caught:
        run(fleet, tmp_path / "file" / "out")
    assert caught.value.code == "machine.write"


def test_the_summary_of_a_long_run_is_written_meanwhile(tmp_path, fleet, monkeypatch):
    monkeypatch.setattr("assay.flows.fleet._SUMMARY_SECONDS", -1.0)
    seen = []
    out = tmp_path / "out"

    def look(_entry, _done, _total):
        seen.append(len(json.loads((out / SUMMARY).read_text())["releases"]))

    run(fleet, out, tell=look)
    assert seen == [1, 2, 3]


def test_a_list_names_paths_beside_it_and_addresses(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("# models\n\n one \n/abs/two\ns3://bucket/three\n")
    assert read_list(path) == [f"{tmp_path}/one", "/abs/two", "s3://bucket/three"]


@pytest.mark.parametrize("content", [b"", b"# none\n", b"a\nb\na\n", b"\xff\n"])
def test_a_list_that_names_no_fleet_is_refused(tmp_path, content):
    path = tmp_path / "list.txt"
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_list(path)
    assert caught.value.code == "usage.fleet-list"


def test_ray_that_is_not_installed_is_wrong_usage(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError) as caught:
        Cluster()
    assert caught.value.code == "usage.ray"


def test_a_list_in_a_directory_of_other_bytes_is_refused(tmp_path):
    folder = tmp_path / "x\udcff"
    folder.mkdir()
    (folder / "list").write_text("model\n")
    with pytest.raises(UsageError) as caught:
        read_list(folder / "list")
    assert caught.value.code == "usage.fleet-list"
