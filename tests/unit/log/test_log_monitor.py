"""Following a log that is honest, broken or forked, through files and over HTTP."""

from __future__ import annotations

import hashlib
import shutil

import pytest

from assay.errors import AssayError
from assay.log import LogEntry, init_log, open_log
from assay.log.layout import CHECKPOINT, body_path
from assay.log.monitor import Match, Monitor, Subject, Wanted
from assay.log.remote_files import RemoteFiles
from assay.log.seen import SeenFile
from assay.log.stores.files import DirectoryFiles
from tests.simulators.forked_logs import tree_of
from tests.simulators.served_logs import PUBLIC, entry, envelope, served
from tests.simulators.witness_wires import Said, Wires

URL = "https://log.example/m"
ORIGIN = "log.example/m"


class Scene:
    def __init__(self, folder, server):
        self.folder = folder
        self.server = server
        self.log = open_log(folder / "log")
        self.wires = Wires()
        self.wires.places[URL] = server.place
        self.files = RemoteFiles(self.wires, URL + "/")

    def monitor(self, wanted=None, name="seen.note"):
        return Monitor(
            files=self.files,
            body=lambda sha256: self.files.read(body_path(sha256), max_bytes=10**7),
            origin=ORIGIN,
            vkeys=self.log.vkeys,
            seen=SeenFile(DirectoryFiles(self.folder), name),
            wanted=wanted or Wanted(),
        )

    def look(self, wanted=None, **given):
        monitor = self.monitor(wanted)
        look = monitor.look(**given)
        found = list(monitor.matches(look))
        if look.contradiction is None:
            monitor.remember(look)
        return look, found

    def submit(self, *numbers):
        self.log.append([entry(number) for number in numbers])


@pytest.fixture
def scene(tmp_path):
    init_log(tmp_path / "log", ORIGIN)
    with served(tmp_path) as server:
        yield Scene(tmp_path, server)


def indices(found):
    return [match.index for match in found]


def test_a_growing_log_is_followed_entry_by_entry(scene):
    wanted = Wanted(keys=frozenset({PUBLIC.key_id}))
    look, found = scene.look(wanted)
    assert (look.old_size, look.new.tree.size, found) == (0, 0, [])
    old = 0
    for size in (3, 256, 257, 600):
        scene.submit(*range(old, size))
        look, found = scene.look(wanted)
        assert (look.old_size, look.new.tree.size) == (old, size)
        assert indices(found) == list(range(old, size))
        old = size
    assert scene.look(wanted)[1] == []


def test_what_was_said_is_found_by_release_and_organisation(scene):
    scene.submit("a" * 64, "Example Ltd", "else", 7)
    look, found = scene.look(
        Wanted(
            releases=frozenset({"a" * 64, "b" * 64}),
            organisations=frozenset({"EXAMPLE ltd"}),
        )
    )
    assert found == [
        Match(index=0, subject=Subject.RELEASE, value="a" * 64, key_id=PUBLIC.key_id),
        Match(
            index=1,
            subject=Subject.ORGANISATION,
            value="EXAMPLE ltd",
            key_id=PUBLIC.key_id,
        ),
    ]
    assert (look.unread, look.foreign) == (0, 0)


def test_entries_whose_bodies_are_withheld_are_counted(scene, tmp_path):
    scene.submit("x")
    with served(tmp_path, bodies=False) as closed:
        scene.wires.places[URL] = closed.place
        look, found = scene.look(Wanted(releases=frozenset({"x"})))
    assert (look.unread, found) == (1, [])


def test_a_body_that_is_not_what_was_signed_is_not_believed(scene):
    scene.submit("x", "y")
    bodies = {
        hashlib.sha256(entry(name).body).hexdigest(): entry(other).body
        for name, other in (("x", "y"), ("y", "x"))
    }
    honest = scene.server.place
    # Other bodies under the names, and a list that names other bodies.
    swapped = [hashlib.sha256(entry(name).body).digest() for name in ("y", "x")]

    def lying(method, path, body):
        digest = path.rpartition("/")[2]
        if digest in bodies:
            return Said(200, bodies[digest], "application/octet-stream")
        return honest(method, path, body)

    def listing(method, path, body):
        if path.startswith("/tile/bodies/"):
            return Said(200, b"".join(swapped), "application/octet-stream")
        return honest(method, path, body)

    wanted = Wanted(releases=frozenset({"x", "y"}))
    for at, place in enumerate((lying, listing)):
        scene.wires.places[URL] = place
        monitor = scene.monitor(wanted, f"{at}.note")
        look = monitor.look()
        assert list(monitor.matches(look)) == []
        assert look.unread == 2


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b"x" * 100])
def test_a_body_that_is_no_statement_is_counted_as_unread(scene, body):
    leaf = entry("x").leaf
    scene.log.append([LogEntry(leaf=leaf, body=body)])
    look, found = scene.look(Wanted(releases=frozenset({"x"})))
    assert (look.unread, found) == (1, [])


def test_entries_of_other_forms_are_counted(scene):
    scene.log.append(
        [
            LogEntry(leaf=leaf, body=b"")
            for leaf in (b"x", b"{}", b"[]", b'{"spec":{"hashedRekordV002":{}}}', b"1")
        ]
    )
    look, found = scene.look(Wanted(keys=frozenset({"x"})))
    assert (look.foreign, found) == (5, [])


def test_what_was_not_reported_is_told_again(scene):
    scene.submit(1, 2)
    wanted = Wanted(keys=frozenset({PUBLIC.key_id}))
    monitor = scene.monitor(wanted)
    assert indices(monitor.matches(monitor.look())) == [0, 1]
    # No `remember`: the caller ended before.
    assert indices(scene.look(wanted)[1]) == [0, 1]
    assert scene.look(wanted)[1] == []


def fork(scene, *numbers):
    """Let the server show another history of the same keys from now on."""
    path = scene.folder / "fork" / "log"
    path.parent.mkdir()
    shutil.copytree(scene.folder / "log", path)
    open_log(path).append([entry(number) for number in numbers])
    files = DirectoryFiles(path)
    honest = scene.server.place

    def place(method, name, body):
        data = files.read(name[1:], max_bytes=10**7)
        if data is None:
            return honest(method, name, body)
        return Said(200, data, "application/octet-stream")

    return place


def test_two_roots_for_one_size_are_a_split_view_and_kept(scene):
    scene.submit(1)
    place = fork(scene, 7, 8)
    scene.submit(2, 3)
    scene.look()
    scene.wires.places[URL] = place
    wanted = Wanted(keys=frozenset({PUBLIC.key_id}))
    look, found = scene.look(wanted)
    assert found == []
    assert look.contradiction.error.code == "log.split-view"
    folder = scene.folder / look.contradiction.folder
    assert folder.parent.name == "seen.note.evidence"
    seen = tree_of((folder / "seen.note").read_text())
    shown = tree_of((folder / "shown.note").read_text())
    assert (seen.size, shown.size) == (3, 3)
    assert seen.root != shown.root
    assert "two roots" in (folder / "why.txt").read_text()
    # Told again at every look, as long as it is so; then the honest log is followed on.
    assert scene.look()[0].contradiction.folder == look.contradiction.folder
    scene.wires.places[URL] = scene.server.place
    scene.submit(4)
    assert scene.look()[0].contradiction is None


def test_a_larger_tree_with_another_past_is_a_split_view(scene):
    scene.submit(1)
    place = fork(scene, 7, 8, 9, 10)
    scene.submit(2, 3)
    scene.look()
    scene.wires.places[URL] = place
    look, _ = scene.look()
    assert look.contradiction.error.code == "log.split-view"
    assert look.new.tree.size == 5


def test_a_smaller_tree_than_before_is_a_rollback(scene):
    scene.submit(1)
    place = fork(scene, 1)
    scene.submit(2, 3)
    scene.look()
    scene.wires.places[URL] = place
    assert scene.look()[0].contradiction.error.code == "log.rollback"


def test_what_somebody_else_has_seen_is_compared(scene):
    scene.submit(1)
    early = scene.log.checkpoint().encode()
    place = fork(scene, 7, 8)
    theirs = DirectoryFiles(scene.folder / "fork" / "log").read(
        CHECKPOINT, max_bytes=10**6
    )
    scene.submit(2, 3, 4)
    assert scene.look(others=[("friend", early)])[0].contradiction is None
    look, _ = scene.look(others=[("friend", theirs)])
    assert look.contradiction.error.code == "log.split-view"
    del place
    for note, code in ((b"x", "signature."), (b"", "signature.")):
        with pytest.raises(AssayError) as caught:
            scene.look(others=[("nobody", note)])
        assert caught.value.code.startswith(code)


def test_what_is_broken_is_no_split_view(scene):
    scene.submit(*range(300))
    honest = scene.server.place
    scene.look()
    scene.submit(300)
    for path, said, code in (
        ("/checkpoint", Said(404), "log.checkpoint-missing"),
        ("/checkpoint", Said(200, b"x" * 600_000), "log.file-oversized"),
        ("/checkpoint", Said(200, b"<html></html>"), "signature.note-unsigned"),
        ("/checkpoint", Said(302), "log.remote-answer"),
        ("/checkpoint", Said(503, b"busy"), "log.remote-answer"),
        ("/tile/0/001.p/45", Said(404), "log.tile-missing"),
        ("/tile/0/001.p/45", Said(200, bytes(45 * 32)), "log.root-mismatch"),
        ("/tile/0/001.p/45", Said(200, b"cut"), "log.tile-truncated"),
        ("/tile/0/001.p/45", Said(200, bytes(99 * 32)), "log.tile-truncated"),
        ("/tile/entries/001.p/45", Said(404), "log.tile-missing"),
        ("/tile/entries/001.p/45", Said(200, b"\0\1a" * 45), "log.tile-altered"),
    ):

        def place(method, name, body, path=path, said=said):
            return said if name == path else honest(method, name, body)

        scene.wires.places[URL] = place
        with pytest.raises(AssayError) as caught:
            scene.look()
        assert caught.value.code == code, path
    scene.wires.places[URL] = honest
    look, _ = scene.look(Wanted(keys=frozenset({PUBLIC.key_id})))
    assert (look.old_size, look.new.tree.size) == (300, 301)


def test_a_checkpoint_of_another_log_is_not_believed(scene, tmp_path):
    other = init_log(tmp_path / "other", "log.example/other")
    note = other.checkpoint().encode()
    honest = scene.server.place

    def place(method, name, body):
        return Said(200, note) if name == "/checkpoint" else honest(method, name, body)

    scene.wires.places[URL] = place
    with pytest.raises(AssayError) as caught:
        scene.look()
    assert caught.value.code == "signature.note-no-known-key"


def test_nothing_is_read_before_a_look(scene):
    monitor = scene.monitor()
    look = monitor.look()
    assert list(scene.monitor().matches(look)) == []


def test_the_same_log_is_read_from_its_directory(scene):
    scene.submit("x")
    monitor = scene.monitor(Wanted(releases=frozenset({"x"})))
    monitor.files = DirectoryFiles(scene.folder / "log")
    monitor.body = lambda sha256: entry("x").body if sha256 else None
    look = monitor.look()
    assert [match.value for match in monitor.matches(look)] == ["x"]
    assert envelope("x").key_id == PUBLIC.key_id
