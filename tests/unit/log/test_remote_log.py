"""A log at an address, honest or not: what is believed, and what is kept of it."""

from __future__ import annotations

import json
import shutil

import pytest

from assay.crypto.witness_policy import parse_policy
from assay.domain.limits import Limits
from assay.errors import AssayError, LogError, NetworkError
from assay.log import LogEntry, init_log, open_log
from assay.log.layout import CHECKPOINT
from assay.log.remote import RemoteLog
from assay.log.seen import SeenFile
from assay.log.stores.files import DirectoryFiles
from tests.simulators.forked_logs import tree_of
from tests.simulators.note_signers import WITNESS_ED
from tests.simulators.served_logs import entry, served
from tests.simulators.witness_wires import Said, Wires

URL = "https://log.example/a"
ORIGIN = "log.example/a"


class Scene:
    """One client, and a log that it reaches at `URL`."""

    def __init__(self, folder, server, log):
        self.folder = folder
        self.server = server
        self.log = log
        self.wires = Wires()
        self.wires.places[URL] = server.place
        self.slept = []
        self.seen = SeenFile(DirectoryFiles(folder), "seen.note")
        self.remote = self.client()

    def client(self, **changes):
        given = {
            "origin": ORIGIN,
            "vkeys": self.log.vkeys,
            "asks": self.wires,
            "seen": self.seen,
            "sleep": self.slept.append,
            **changes,
        }
        return RemoteLog(f"{URL}/", **given)

    def lead(self, change, *, to="/api/v0/statements"):
        """Let a change stand between the client and one place of the server."""
        honest = self.server.place

        def place(method, path, body):
            said = honest(method, path, body)
            return change(said) if path.startswith(to) else said

        self.wires.places[URL] = place

    def refused(self, *numbers):
        with pytest.raises(AssayError) as caught:
            self.remote.append([entry(number) for number in numbers])
        return caught.value

    def evidence(self):
        return sorted(
            path.parent.name
            for path in self.folder.rglob("seen.note.evidence/*/why.txt")
        )


@pytest.fixture
def scene(tmp_path):
    log = init_log(tmp_path / "log", ORIGIN)
    with served(tmp_path) as server:
        yield Scene(tmp_path, server, log)


def test_what_is_submitted_has_receipts_in_order(scene):
    receipts = scene.remote.append([entry(1), entry(2), entry(1)])
    assert [receipt.index for receipt in receipts] == [0, 1, 0]
    assert scene.remote.append([entry(3), entry(2)])[1].index == 1
    assert scene.remote.append([]) == ()
    assert (scene.remote.origin, scene.remote.vkeys) == (ORIGIN, scene.log.vkeys)
    assert tree_of((scene.folder / "seen.note").read_text()).size == 3


def test_it_is_what_sealing_asks_of_a_log(scene):
    ours = init_log(scene.folder / "ours", "log.example/ours").append([entry(1)])
    theirs = scene.remote.append([entry(1)])
    assert type(ours[0]) is type(theirs[0])


def test_large_submissions_are_divided(scene, monkeypatch):
    monkeypatch.setattr(
        "assay.log.remote.DEFAULT_LIMITS", Limits(max_submission_statements=3)
    )
    receipts = scene.remote.append([entry(number) for number in range(8)])
    assert [receipt.index for receipt in receipts] == list(range(8))
    posts = [url for url, _ in scene.wires.asked if url.endswith("/statements")]
    assert len(posts) == 3
    scene.wires.asked.clear()
    monkeypatch.setattr(
        "assay.log.remote.DEFAULT_LIMITS", Limits(max_submission_bytes=2_000)
    )
    scene.remote.append([entry(number) for number in range(8, 14)])
    bodies = [body for url, body in scene.wires.asked if url.endswith("/statements")]
    assert len(bodies) > 1
    assert max(map(len, bodies)) <= 2_000


def test_the_log_may_grow_meanwhile(scene):
    scene.remote.append([entry(1)])
    scene.log.append([LogEntry(leaf=b"a", body=b"a")])
    assert scene.remote.append([entry(2)])[0].index == 2


def test_what_has_to_wait_is_sent_again(scene):
    answers = [Said(503), Said(429, b"", "text/plain", {"retry-after": "7"})]
    honest = scene.server.place

    def place(method, path, body):
        if answers and path.endswith("/statements"):
            return answers.pop(0)
        return honest(method, path, body)

    scene.wires.places[URL] = place
    assert scene.remote.append([entry(1)])[0].index == 0
    assert scene.slept == [0.5, 7.0]


def test_an_answer_that_got_lost_is_asked_for_again_with_the_same_index(scene):
    honest = scene.server.place
    lost = [NetworkError("timeout", "The answer got lost.")]

    def place(method, path, body):
        said = honest(method, path, body)
        if lost and path.endswith("/statements"):
            raise lost.pop()
        return said

    scene.wires.places[URL] = place
    assert scene.remote.append([entry(1)])[0].index == 0
    assert scene.log.checkpoint().split("\n")[1] == "1"


def test_nothing_is_waited_for_without_end(scene):
    scene.lead(lambda _: Said(503, b"", "text/plain", {"retry-after": "99999"}))
    assert scene.refused(1).code == "log.remote-refused"
    assert scene.slept == [30.0] * 4
    scene.slept.clear()
    scene.lead(lambda _: Said(503, b"", "text/plain", {"retry-after": "soon"}))
    assert scene.refused(1).code == "log.remote-refused"
    assert scene.slept == [0.5, 1.0, 2.0, 4.0]
    scene.wires.places.clear()
    assert scene.refused(1).code == "network.unreachable"


def test_a_certificate_is_not_asked_for_again(scene):
    def place(method, path, body):
        del method, path, body
        raise NetworkError("tls", "Somebody else.")

    scene.wires.places[URL] = place
    assert scene.refused(1).code == "network.tls"
    assert scene.slept == []


def altered(said, change):
    document = json.loads(said.body)
    change(document)
    return Said(200, json.dumps(document).encode(), "application/json")


HOSTILE = {
    "html": lambda _: Said(200, b"<html></html>", "text/html"),
    "html-as-json": lambda _: Said(200, b"<html></html>", "application/json"),
    "redirect": lambda _: Said(302, b"", "text/html", {"location": "/x"}),
    "nothing": lambda _: Said(200, b"", "application/json"),
    "repeated-key": lambda said: Said(
        200,
        said.body.replace(b'{"format"', b'{"format":"x","format"', 1),
        "application/json",
    ),
    "no-receipts": lambda said: altered(said, lambda d: d["receipts"].clear()),
    "too-few": lambda said: altered(said, lambda d: d["receipts"].pop()),
    "too-many": lambda said: altered(
        said, lambda d: d["receipts"].append(d["receipts"][0])
    ),
    "swapped": lambda said: altered(said, lambda d: d["receipts"].reverse()),
    "wrong-index": lambda said: altered(
        said, lambda d: d["receipts"][0].update(index=7)
    ),
    "wrong-leaf": lambda said: altered(
        said, lambda d: d["receipts"][0].update(leafHash="0" * 64)
    ),
    "receipt-of-another": lambda said: altered(
        said, lambda d: d["receipts"][0].update(receipt=d["receipts"][1]["receipt"])
    ),
    "no-receipt": lambda said: altered(
        said, lambda d: d["receipts"][0].update(receipt="")
    ),
    "flipped": lambda said: altered(
        said,
        lambda d: d["receipts"][0].update(
            receipt=d["receipts"][0]["receipt"].replace("\n2\n", "\n3\n")
        ),
    ),
    "further-field": lambda said: altered(said, lambda d: d.update(more=1)),
    "huge-index": lambda said: altered(
        said, lambda d: d["receipts"][0].update(index=2**70)
    ),
    "error-of-ours": lambda _: Said(
        400,
        b'{"code":"signature.mismatch","message":"m","remedy":"r"}',
        "application/json",
    ),
    "error-of-theirs": lambda _: Said(400, b'{"error":1}', "application/json"),
    "error-of-nobody": lambda _: Said(400, b"[", "application/json"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_hostile_answer_gives_a_receipt(scene, kind):
    scene.lead(HOSTILE[kind])
    code = scene.refused(1, 2).code
    assert code.startswith(("log.", "signature.")), code
    assert not (scene.folder / "seen.note").exists()
    # And nothing is lost: the honest server gives the same indices.
    scene.wires.places[URL] = scene.server.place
    assert [r.index for r in scene.remote.append([entry(1), entry(2)])] == [0, 1]


def test_another_log_with_other_keys_is_not_believed(scene, tmp_path):
    other = init_log(tmp_path / "other" / "log", ORIGIN)
    with served(tmp_path / "other") as server:
        scene.wires.places[URL] = server.place
        assert scene.refused(1).code == "signature.note-no-known-key"
    assert other.origin == scene.remote.origin


def test_a_fork_is_refused_and_both_checkpoints_are_kept(scene, tmp_path):
    scene.remote.append([entry(1)])
    (tmp_path / "fork").mkdir()
    shutil.copytree(tmp_path / "log", tmp_path / "fork" / "log")
    scene.remote.append([entry(2), entry(3)])
    with served(tmp_path / "fork") as fork:
        scene.wires.places[URL] = fork.place
        # Of the same size, another root.
        error = scene.refused(4, 5)
        assert error.code == "log.split-view"
        assert "evidence is in" in error.remedy
        # Larger, and the proof cannot hold.
        assert scene.refused(6).code == "log.split-view"
    names = scene.evidence()
    assert [name.rpartition("-")[0] for name in names] == [
        "split-view-3",
        "split-view-4",
    ]
    kept = scene.folder / "seen.note.evidence" / names[0]
    assert (
        tree_of((kept / "seen.note").read_text()).root
        != tree_of((kept / "shown.note").read_text()).root
    )
    # What was seen stays what it was.
    assert tree_of((scene.folder / "seen.note").read_text()).size == 3


def test_a_rollback_is_refused_and_kept(scene, tmp_path):
    scene.remote.append([entry(1)])
    (tmp_path / "old").mkdir()
    shutil.copytree(tmp_path / "log", tmp_path / "old" / "log")
    scene.remote.append([entry(2), entry(3)])
    with served(tmp_path / "old") as old:
        scene.wires.places[URL] = old.place
        assert scene.refused(2).code == "log.rollback"
    assert scene.evidence()[0].startswith("rollback-2-")


CONSISTENCY = {
    "html": (lambda _: Said(200, b"<html>", "text/html"), "log.remote-answer"),
    "not-found": (lambda _: Said(404, b"", "text/plain"), "log.remote-refused"),
    "other-sizes": (
        lambda said: altered(said, lambda d: d.update(oldSize=5)),
        "log.remote-answer",
    ),
    "no-document": (
        lambda said: altered(said, lambda d: d.clear()),
        "log.remote-answer",
    ),
    "no-proof": (
        lambda said: altered(said, lambda d: d.update(proof=[])),
        "log.split-view",
    ),
    "wrong-proof": (
        lambda said: altered(
            said, lambda d: d.update(proof=["A" * 43 + "="] * len(d["proof"]))
        ),
        "log.split-view",
    ),
}


@pytest.mark.parametrize("kind", CONSISTENCY)
def test_growth_without_a_proof_is_not_believed(scene, kind):
    change, code = CONSISTENCY[kind]
    scene.remote.append([entry(1), entry(2), entry(3)])
    scene.lead(change, to="/api/v0/consistency")
    assert scene.refused(4).code == code
    assert tree_of((scene.folder / "seen.note").read_text()).size == 3
    scene.wires.places[URL] = scene.server.place
    assert scene.remote.append([entry(4)])[0].index == 3


def test_what_was_seen_has_to_be_a_checkpoint_of_this_log(scene, tmp_path):
    other = init_log(tmp_path / "other", "log.example/other")
    for note in (b"", b"x", other.checkpoint().encode()):
        (scene.folder / "seen.note").write_bytes(note)
        assert scene.refused(1).code == "log.seen-altered"


def test_an_empty_log_that_was_seen_needs_no_proof(scene):
    (scene.folder / "seen.note").write_text(scene.log.checkpoint())
    assert scene.remote.append([entry(1)])[0].index == 0


def test_witnesses_that_the_caller_asks_for_must_have_cosigned(scene):
    policy = parse_policy(f"witness w {WITNESS_ED.vkey}\nquorum w\n")
    scene.remote = scene.client(policy=policy)
    assert scene.refused(1).code == "log.policy-unmet"
    scene.remote = scene.client(policy=parse_policy("quorum none\n"))
    assert scene.remote.append([entry(1)])


@pytest.mark.parametrize(
    "wrong",
    [
        LogEntry(leaf=b"a", body=b"b"),
        LogEntry(leaf=b"{}", body=entry(1).body),
        LogEntry(leaf=b"[]", body=entry(1).body),
        LogEntry(leaf=entry(1).leaf, body=entry(2).body),
        LogEntry(leaf=entry(1).leaf, body=entry(1).body[:-1]),
        LogEntry(
            leaf=entry(1).leaf.replace(b'"rawBytes":"M', b'"rawBytes":"N'),
            body=entry(1).body,
        ),
    ],
)
def test_what_no_server_could_check_is_not_sent(scene, wrong):
    with pytest.raises(LogError) as caught:
        scene.remote.append([wrong])
    assert caught.value.code == "log.remote-entry"
    assert not scene.wires.asked


def test_an_entry_longer_than_any_is_not_sent(scene):
    with pytest.raises(LogError) as caught:
        scene.remote.append([LogEntry(leaf=b"a" * 65_536, body=b"")])
    assert caught.value.code == "log.entry-too-long"
    assert not scene.wires.asked


def test_a_checkpoint_that_lacks_one_of_the_keys_is_not_believed(scene):
    remote = scene.client(vkeys=(*scene.log.vkeys, WITNESS_ED.vkey))
    with pytest.raises(AssayError) as caught:
        remote.append([entry(1)])
    assert caught.value.code == "signature.log-key-missing"


def test_the_log_itself_can_be_opened_where_it_lies(scene):
    scene.remote.append([entry(1)])
    again = open_log(scene.folder / "log")
    assert again.find(entry(1).leaf) == 0
    assert (scene.folder / "log" / CHECKPOINT).exists()
