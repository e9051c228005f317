"""Enough cosignatures, whatever single witnesses do."""

from __future__ import annotations

import threading

import pytest

from assay.crypto.note import open_checkpoint
from assay.crypto.verifier_key import SignatureType, make_vkey, parse_vkey
from assay.crypto.witness_policy import parse_policy
from assay.errors import LogError, UsageError
from assay.flows.witness import show_witness
from assay.log import open_log
from assay.log.witness_quorum import WitnessQuorum
from assay.log.witness_request import parse_add_checkpoint
from tests.simulators.forked_logs import NOW, clock, entries, forked, tree_of
from tests.simulators.witness_wires import Said, Wires, real_witness


class Scene:
    def __init__(self, folder, *, witnesses=3, needed=2):
        self.folder = folder
        self.logs = forked(folder, 5)
        self.wires = Wires()
        self.keys = []
        lines = []
        for at in range(witnesses):
            server, vkeys = real_witness(
                folder / f"w{at}", f"w{at}.example", self.logs.path
            )
            self.wires.serve(f"https://w{at}", server)
            self.keys.append([parse_vkey(vkey) for vkey in vkeys])
            lines += [
                f"witness e{at} {vkeys[0]} https://w{at}/",
                f"witness p{at} {vkeys[1]} https://w{at}/",
                f"group w{at} all e{at} p{at}",
            ]
        names = " ".join(f"w{at}" for at in range(witnesses))
        lines += [f"group all-of-them {needed} {names}", "quorum all-of-them", ""]
        self.policy = parse_policy("\n".join(lines))
        self.quorum = self.client()

    def client(self, **changes):
        given = {"clock": clock, "wait_seconds": 5, **changes}
        return WitnessQuorum(self.policy, self.wires, **given)

    def cosign(self, log=None, quorum=None):
        log = log or self.logs.honest
        note = log.checkpoint()
        return (quorum or self.quorum).cosign(note, proving(log))

    def refused(self, **given):
        with pytest.raises(LogError) as caught:
            self.cosign(**given)
        assert caught.value.code == "log.witness-quorum"
        return caught.value.found

    def honest(self, at):
        return self.wires.places[f"https://w{at}"]

    def lead(self, at, place):
        self.wires.places[f"https://w{at}"] = place


def proving(log):
    def prove(old_size):
        if old_size == 0:
            return ()
        return log.consistency(old_size)

    return prove


@pytest.fixture
def scene(tmp_path):
    return Scene(tmp_path)


def all_keys(scene):
    return [key for keys in scene.keys for key in keys]


def test_all_witnesses_cosign_and_the_note_begins_as_it_was(scene):
    note = scene.logs.honest.checkpoint()
    cosigned = scene.cosign()
    assert cosigned.startswith(note)
    signed = open_checkpoint(cosigned, [*scene.logs.honest.vkeys, *all_keys(scene)])
    assert len(signed.signatures) == 2 + 6
    # One request for two keys at one address.
    assert len(scene.wires.asked) == 3


def test_a_growing_log_is_asked_from_what_was_cosigned_last(scene):
    scene.cosign()
    scene.logs.honest.append(entries(5, 12))
    scene.wires.asked.clear()
    scene.cosign()
    assert [parse_add_checkpoint(body).old_size for _, body in scene.wires.asked] == [
        5
    ] * 3


def test_a_new_client_learns_the_sizes_from_the_witnesses(scene):
    scene.cosign()
    scene.logs.honest.append(entries(5, 12))
    scene.wires.asked.clear()
    again = scene.client()
    scene.cosign(quorum=again)
    sizes = [parse_add_checkpoint(body).old_size for _, body in scene.wires.asked]
    assert sorted(sizes) == [0, 0, 0, 5, 5, 5]
    # The same tree once more, as after a crash before publishing.
    assert scene.cosign(quorum=scene.client()).startswith(
        scene.logs.honest.checkpoint()
    )


def test_one_of_three_may_be_unreachable(scene):
    del scene.wires.places["https://w1"]
    signed = open_checkpoint(scene.cosign(), all_keys(scene))
    assert {item.key.name for item in signed.signatures} == {"w0.example", "w2.example"}


def test_two_of_three_unreachable_are_too_few(scene):
    del scene.wires.places["https://w1"]
    del scene.wires.places["https://w0"]
    assert "e0, p0: [network.unreachable]" in scene.refused()


def test_a_slow_witness_is_not_waited_for_longer_than_allowed(tmp_path):
    scene = Scene(tmp_path)
    free = threading.Event()

    def slow(method, path, body):
        free.wait(10)
        return honest(method, path, body)

    honest = scene.honest(0)
    scene.lead(0, slow)
    signed = open_checkpoint(scene.cosign(), all_keys(scene))
    assert {item.key.name for item in signed.signatures} == {"w1.example", "w2.example"}
    # Now two are needed of two, and one is still busy.
    del scene.wires.places["https://w1"]
    assert "still busy" in scene.refused(quorum=None)
    free.set()
    quick = scene.client(wait_seconds=0.2)
    free.clear()
    assert "no answer within 0.2 s" in scene.refused(quorum=quick)
    free.set()


MISBEHAVIOUR = {
    "refuses": lambda _: Said(403, b"no"),
    "redirects": lambda _: Said(302, b"", "text/plain", {"location": "/"}),
    "no-lines": lambda _: Said(200, b""),
    "html": lambda _: Said(200, b"<html></html>\n", "text/html"),
    "cut": lambda honest: Said(200, honest.body[:-50]),
    "no-newline": lambda honest: Said(200, honest.body[:-1]),
    "control": lambda honest: Said(200, b"\x00" + honest.body),
    "further-text": lambda honest: Said(200, b"text\n\n" + honest.body),
    "too-long": lambda honest: Said(200, honest.body * 20),
    "twice": lambda honest: Said(200, honest.body * 2),
    "flipped": lambda honest: Said(
        200, honest.body.replace(b" Z", b" A", 1)[:40] + b"\n"
    ),
    "no-size": lambda _: Said(409, b"", "text/x.tlog.size"),
    "size-of-another-type": lambda _: Said(409, b"5\n", "text/plain"),
    "size-without-end": lambda _: Said(409, b"5", "text/x.tlog.size"),
    "size-with-zeroes": lambda _: Said(409, b"05\n", "text/x.tlog.size"),
    "always-conflict": lambda _: Said(409, b"3\n", "text/x.tlog.size"),
}


@pytest.mark.parametrize("kind", MISBEHAVIOUR)
def test_what_a_witness_should_not_answer_does_not_count(tmp_path, kind):
    scene = Scene(tmp_path, witnesses=1, needed=1)
    honest = scene.honest(0)
    scene.lead(0, lambda *given: MISBEHAVIOUR[kind](honest(*given)))
    assert "e0, p0: [" in scene.refused()


def test_cosignatures_of_other_witnesses_do_not_count_for_this_one(tmp_path):
    scene = Scene(tmp_path, witnesses=2, needed=2)
    scene.lead(1, scene.honest(0))
    assert "e1, p1: [signature.note-no-known-key]" in scene.refused()


def test_a_cosignature_over_another_tree_does_not_count(tmp_path):
    scene = Scene(tmp_path, witnesses=1, needed=1)
    scene.cosign()
    old = scene.honest(0)
    first = scene.logs.honest.checkpoint()
    scene.logs.honest.append(entries(5, 9))

    def replay(method, path, body):
        asked = parse_add_checkpoint(body)
        again = body.replace(asked.whole.encode(), first.encode())
        return old(method, path, again.split(b"\n", 1)[0] + b"\n\n" + first.encode())

    scene.lead(0, replay)
    assert "signature.note-invalid" in scene.refused()


def test_a_witness_without_time_or_far_ahead_does_not_count(tmp_path):
    scene = Scene(tmp_path, witnesses=1, needed=1)
    ahead = scene.client(clock=lambda: NOW - 100_000)
    assert "a time that is not far ahead" in scene.refused(quorum=ahead)


def test_a_witness_that_knows_more_than_the_log_is_named(tmp_path):
    scene = Scene(tmp_path, witnesses=1, needed=1)
    scene.logs.honest.append(entries(5, 9))
    scene.cosign()
    older = open_log(scene.logs.fork_path, clock=clock)
    said = scene.refused(log=older, quorum=scene.client())
    assert "it has cosigned 9 entries, the log has 5" in said
    # Also where the client remembers.
    assert "409" not in scene.refused(log=older)


def test_a_witness_that_forgot_does_not_count(tmp_path):
    scene = Scene(tmp_path, witnesses=1, needed=1)
    scene.cosign()
    scene.logs.honest.append(entries(5, 9))
    server, _ = real_witness(tmp_path / "new", "w0.example", scene.logs.path)
    scene.wires.serve("https://w0", server)
    assert "it has forgotten what it signed" in scene.refused()


def test_a_fork_is_not_cosigned(tmp_path):
    scene = Scene(tmp_path, witnesses=1, needed=1)
    scene.logs.honest.append(entries(5, 9))
    scene.cosign()
    scene.logs.fork.append(entries(5, 9, "other"))
    assert "422" in scene.refused(log=scene.logs.fork)
    assert show_witness(tmp_path / "w0").evidence


def test_lines_that_the_note_has_are_not_added_again(tmp_path):
    scene = Scene(tmp_path, witnesses=1, needed=1)
    once = scene.cosign()
    again = scene.quorum.cosign(once, proving(scene.logs.honest))
    assert again == once


def test_the_log_publishes_what_was_cosigned_and_nothing_else(tmp_path):
    scene = Scene(tmp_path)
    log = open_log(scene.logs.path, clock=clock, witnesses=scene.quorum)
    log.append(entries(5, 8))
    signed = open_checkpoint(log.checkpoint(), [*log.vkeys, *all_keys(scene)])
    assert len(signed.signatures) == 8
    scene.wires.places.clear()
    with pytest.raises(LogError) as caught:
        log.append(entries(8, 10))
    assert caught.value.code == "log.witness-quorum"
    assert tree_of(log.checkpoint()).size == 8


def test_a_policy_that_can_never_be_met_is_refused_at_once():
    key = make_vkey("w", SignatureType.ED25519_COSIGNATURE, bytes(32))
    policy = parse_policy(f"witness w {key}\nquorum w\n")
    with pytest.raises(UsageError) as caught:
        WitnessQuorum(policy, Wires(), clock=clock)
    assert caught.value.code == "usage.witness-policy"


def test_a_policy_with_more_witnesses_than_a_note_holds_is_refused():
    lines = [
        f"witness w{at} "
        f"{make_vkey('w', SignatureType.ED25519_COSIGNATURE, bytes([at]) * 32)} "
        f"https://w{at}/"
        for at in range(61)
    ]
    policy = parse_policy("\n".join([*lines, "quorum none", ""]))
    with pytest.raises(UsageError) as caught:
        WitnessQuorum(policy, Wires(), clock=clock)
    assert caught.value.code == "usage.witness-policy"


def test_no_quorum_needs_no_witness(tmp_path):
    logs = forked(tmp_path, 2)
    quorum = WitnessQuorum(parse_policy("quorum none\n"), Wires(), clock=clock)
    note = logs.honest.checkpoint()
    assert quorum.cosign(note, proving(logs.honest)) == note
