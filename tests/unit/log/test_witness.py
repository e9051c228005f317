"""A witness against everything that a log, honest or not, may send it."""

from __future__ import annotations

import hashlib
import sqlite3
import threading

import pytest

from assay.crypto import merkle
from assay.crypto.checkpoint import Checkpoint
from assay.crypto.note import format_note, open_checkpoint, parse_note
from assay.crypto.verifier_key import SignatureType, parse_vkey
from assay.domain.limits import Limits
from assay.errors import LogError, SignatureError, UsageError
from assay.flows.witness import (
    init_witness,
    open_witness,
    show_witness,
    witness_follows,
)
from assay.log import init_log
from assay.log.web import Request
from assay.log.witness_request import format_add_checkpoint, parse_add_checkpoint
from assay.log.witness_server import WitnessServer
from assay.log.witness_state import WITNESS_DATABASE, WitnessState
from tests.simulators.forked_logs import (
    NOW,
    ORIGIN,
    clock,
    entries,
    forked,
    request,
    tree_of,
)
from tests.simulators.note_signers import NoteSigner

NAME = "witness.example/w"


@pytest.fixture
def scene(tmp_path):
    logs = forked(tmp_path, 5)
    init_witness(tmp_path / "witness", NAME)
    witness_follows(tmp_path / "witness", log=logs.path / "log.json")
    return logs, open_witness(tmp_path / "witness", clock=clock), tmp_path / "witness"


def said(answer):
    return answer.status, answer.reason


def cosigned(witness_path, note, answer):
    keys = [parse_vkey(text) for text in show_witness(witness_path).vkeys]
    return open_checkpoint(note + answer.body, keys)


def test_a_log_that_grows_is_cosigned_with_both_keys(scene):
    logs, witness, path = scene
    first = witness.add_checkpoint(request(logs.honest, 0))
    assert said(first) == (200, "")
    signed = cosigned(path, logs.honest.checkpoint(), first)
    assert [item.key.type for item in signed.signatures] == [
        SignatureType.ED25519_COSIGNATURE,
        SignatureType.ML_DSA_44_COSIGNATURE,
    ]
    assert {item.timestamp for item in signed.signatures} == {NOW}
    for size in (9, 256, 300):
        old = tree_of(logs.honest.checkpoint()).size
        logs.honest.append(entries(old, size))
        answer = witness.add_checkpoint(request(logs.honest, old))
        assert said(answer) == (200, "")
        assert cosigned(path, logs.honest.checkpoint(), answer).checkpoint.size == size


def test_the_same_checkpoint_is_cosigned_again(scene):
    logs, witness, _ = scene
    witness.add_checkpoint(request(logs.honest, 0))
    assert witness.add_checkpoint(request(logs.honest, 5)).status == 200


def test_an_empty_log_is_cosigned_and_then_grows(tmp_path):
    log = init_log(tmp_path / "log", ORIGIN, clock=clock)
    init_witness(tmp_path / "witness", NAME)
    witness_follows(tmp_path / "witness", log=tmp_path / "log" / "log.json")
    witness = open_witness(tmp_path / "witness", clock=clock)
    assert witness.add_checkpoint(request(log, 0)).status == 200
    assert witness.add_checkpoint(request(log, 0)).status == 200
    log.append(entries(0, 3))
    assert witness.add_checkpoint(request(log, 0)).status == 200


def test_a_stale_size_is_told_which_is_the_last(scene):
    logs, witness, _ = scene
    stale = request(logs.honest, 5)
    answer = witness.add_checkpoint(stale)
    assert (answer.status, answer.body, answer.content_type) == (
        409,
        "0\n",
        "text/x.tlog.size",
    )
    witness.add_checkpoint(request(logs.honest, 0))
    logs.honest.append(entries(5, 8))
    answer = witness.add_checkpoint(request(logs.honest, 0))
    assert (answer.status, answer.body) == (409, "5\n")
    assert said(answer)[1] == "log.witness-stale"


def test_a_rollback_is_never_cosigned(scene):
    logs, witness, _ = scene
    early = logs.honest.checkpoint()
    logs.honest.append(entries(5, 8))
    witness.add_checkpoint(request(logs.honest, 0))
    for old in (0, 3, 5):
        assert (
            witness.add_checkpoint(format_add_checkpoint(old, (), early)).status == 409
        )
    assert witness.add_checkpoint(format_add_checkpoint(8, (), early)).status == 400


def test_another_root_for_the_same_size_is_refused_and_kept(scene):
    logs, witness, path = scene
    logs.honest.append(entries(5, 8))
    logs.fork.append(entries(5, 8, "other"))
    witness.add_checkpoint(request(logs.honest, 0))
    held = logs.honest.checkpoint()
    for old in (8, 0):
        answer = witness.add_checkpoint(
            format_add_checkpoint(old, (), logs.fork.checkpoint())
        )
        assert answer.status == (422 if old else 409)
    (name,) = show_witness(path).evidence
    assert "/same-size-8-" in name
    origin = hashlib.sha256(ORIGIN.encode()).hexdigest()
    assert name.startswith(f"evidence/{origin}/")
    shown = open_checkpoint((path / name / "shown.note").read_bytes(), logs.fork.vkeys)
    kept = open_checkpoint((path / name / "held.note").read_bytes(), logs.fork.vkeys)
    assert (shown.checkpoint.size, kept.checkpoint.size) == (8, 8)
    assert shown.checkpoint.root != kept.checkpoint.root
    assert kept.checkpoint == tree_of(held)
    # Still the honest one.
    logs.honest.append(entries(8, 9))
    assert witness.add_checkpoint(request(logs.honest, 8)).status == 200


def test_a_fork_that_grew_further_is_refused_and_kept(scene):
    logs, witness, path = scene
    logs.honest.append(entries(5, 8))
    logs.fork.append(entries(5, 20, "other"))
    witness.add_checkpoint(request(logs.honest, 0))
    answer = witness.add_checkpoint(request(logs.fork, 8))
    assert said(answer) == (422, "log.witness-inconsistent")
    (name,) = show_witness(path).evidence
    assert "/inconsistent-20-" in name


def test_the_same_contradiction_is_kept_once_and_not_without_end(scene, monkeypatch):
    logs, witness, path = scene
    witness.add_checkpoint(request(logs.honest, 0))
    monkeypatch.setattr(
        "assay.log.witness_evidence.DEFAULT_LIMITS", Limits(max_forks_kept=2)
    )
    for size in range(6, 12):
        logs.fork.append(entries(size - 1, size, "other"))
        for _ in range(2):
            bad = format_add_checkpoint(5, (bytes(32),) * 3, logs.fork.checkpoint())
            assert witness.add_checkpoint(bad).status == 422
    assert len(show_witness(path).evidence) == 2


@pytest.mark.parametrize(
    "proof",
    [(bytes(32),), (bytes(32),) * 63, ()],
    ids=["one", "many", "none"],
)
def test_a_wrong_proof_is_refused(scene, proof):
    logs, witness, _ = scene
    witness.add_checkpoint(request(logs.honest, 0))
    logs.honest.append(entries(5, 9))
    body = format_add_checkpoint(5, proof, logs.honest.checkpoint())
    assert said(witness.add_checkpoint(body)) == (422, "log.witness-inconsistent")


def test_a_proof_where_none_is_needed_is_refused(scene):
    logs, witness, _ = scene
    note = logs.honest.checkpoint()
    extra = (bytes(32),)
    assert witness.add_checkpoint(format_add_checkpoint(0, extra, note)).status == 422
    witness.add_checkpoint(request(logs.honest, 0))
    assert witness.add_checkpoint(format_add_checkpoint(5, extra, note)).status == 422


def test_an_old_size_above_the_new_one_is_refused(scene):
    logs, witness, _ = scene
    body = format_add_checkpoint(6, (), logs.honest.checkpoint())
    assert said(witness.add_checkpoint(body)) == (400, "log.witness-sizes")


def test_an_empty_tree_with_another_root_is_refused(tmp_path):
    signer = NoteSigner("log.example/x", SignatureType.ED25519, 9)
    init_witness(tmp_path / "witness", NAME)
    witness_follows(tmp_path / "witness", vkeys=[str(signer.vkey)])
    witness = open_witness(tmp_path / "witness", clock=clock)
    text = f"log.example/x\n0\n{'A' * 43}=\n"
    body = format_add_checkpoint(0, (), format_note(text, [signer.sign(text)]))
    assert said(witness.add_checkpoint(body)) == (422, "log.witness-inconsistent")


def test_a_log_of_others_with_extension_lines_is_cosigned(tmp_path):
    signer = NoteSigner("log.example/x", SignatureType.ED25519, 9)
    init_witness(tmp_path / "witness", NAME)
    assert witness_follows(tmp_path / "witness", vkeys=[str(signer.vkey)])[1]
    assert not witness_follows(tmp_path / "witness", vkeys=[str(signer.vkey)])[1]
    witness = open_witness(tmp_path / "witness", clock=clock)
    text = f"log.example/x\n1\n{'A' * 43}=\nsome extension\n"
    note = format_note(text, [signer.sign(text)])
    answer = witness.add_checkpoint(format_add_checkpoint(0, (), note))
    assert answer.status == 200
    keys = [parse_vkey(show_witness(tmp_path / "witness").vkeys[0])]
    found = open_checkpoint(note + answer.body, keys, allow_extensions=True)
    assert found.checkpoint.extensions == ("some extension",)


def test_an_unknown_log_is_not_found(scene, tmp_path):
    _, witness, _ = scene
    other = init_log(tmp_path / "other", "log.example/other", clock=clock)
    assert said(witness.add_checkpoint(request(other, 0))) == (
        404,
        "log.witness-unknown-log",
    )


def test_a_log_of_the_same_name_and_other_keys_is_forbidden(scene, tmp_path):
    _, witness, path = scene
    other = init_log(tmp_path / "other", ORIGIN, clock=clock)
    assert said(witness.add_checkpoint(request(other, 0))) == (
        403,
        "signature.note-no-known-key",
    )
    with pytest.raises(LogError) as caught:
        witness_follows(path, log=tmp_path / "other" / "log.json")
    assert caught.value.code == "log.witness-other-keys"


def test_each_signature_of_the_log_must_be_there_and_hold(scene):
    logs, witness, _ = scene
    note = parse_note(logs.honest.checkpoint())
    for missing in range(2):
        kept = [s for at, s in enumerate(note.signatures) if at != missing]
        body = format_add_checkpoint(0, (), format_note(note.text, kept))
        assert said(witness.add_checkpoint(body)) == (403, "signature.log-key-missing")
    whole = logs.honest.checkpoint()
    flipped = whole.replace("\n5\n", "\n6\n", 1)
    body = format_add_checkpoint(0, (), flipped)
    assert said(witness.add_checkpoint(body)) == (403, "signature.note-invalid")
    twice = format_note(note.text, [*note.signatures, note.signatures[0]])
    body = format_add_checkpoint(0, (), twice)
    assert said(witness.add_checkpoint(body)) == (403, "signature.note-repeated-key")


def test_signatures_of_strangers_are_ignored_and_not_passed_on(scene):
    logs, witness, path = scene
    stranger = NoteSigner("stranger.example", SignatureType.ED25519, 7)
    note = parse_note(logs.honest.checkpoint())
    more = format_note(note.text, [*note.signatures, stranger.sign(note.text)])
    assert witness.add_checkpoint(format_add_checkpoint(0, (), more)).status == 200
    shown = witness.checkpoint(hashlib.sha256(ORIGIN.encode()).hexdigest())
    assert shown.status == 200
    assert "stranger" not in shown.body
    keys = [parse_vkey(text) for text in show_witness(path).vkeys]
    found = open_checkpoint(shown.body, [*logs.honest.vkeys, *keys])
    assert len(found.signatures) == 4
    assert found.ignored == 0


def test_what_was_never_cosigned_is_not_found(scene):
    _, witness, _ = scene
    for name in (
        hashlib.sha256(ORIGIN.encode()).hexdigest(),
        "0" * 64,
        "",
        "../x",
        "A" * 64,
    ):
        assert witness.checkpoint(name).status == 404


GOOD = None


@pytest.mark.parametrize(
    "change",
    [
        lambda _: b"",
        lambda body: body.replace(b"old 0", b"old 00", 1),
        lambda body: body.replace(b"old 0", b"old -1", 1),
        lambda body: body.replace(b"old 0", b"old  0", 1),
        lambda body: body.replace(b"old 0", b"Old 0", 1),
        lambda body: body.replace(b"old 0", b"old 9223372036854775808", 1),
        lambda body: body.replace(b"old 0", "old \u0660".encode(), 1),
        lambda body: body.replace(b"old 0\n", b"old 0\r\n", 1),
        lambda body: body.replace(b"old 0\n", b"old 0\n" + b"AAAA\n", 1),
        lambda body: body.replace(b"old 0\n", b"old 0\n" + b"A" * 43 + b"\n", 1),
        lambda body: body.replace(
            b"old 0\n", b"old 0\n" + (b"A" * 43 + b"=\n") * 64, 1
        ),
        lambda body: body.replace(b"\n\n", b"\n", 1),
        lambda body: body[: len(body) // 2],
        lambda body: body[:-1],
        lambda body: body + b"\x00",
        lambda body: b"\xff" + body,
        lambda body: body.split(b"\n\n")[0] + b"\n\n",
        lambda body: body + b"\n" * 200_000,
    ],
)
def test_a_malformed_request_is_refused(scene, change):
    logs, witness, _ = scene
    body = change(request(logs.honest, 0))
    answer = witness.add_checkpoint(body)
    assert answer.status == 400
    assert answer.reason.startswith(("log.", "signature."))
    assert witness.add_checkpoint(request(logs.honest, 0)).status == 200


def test_a_request_is_read_back_as_it_was_written(scene):
    logs, _, _ = scene
    logs.honest.append(entries(5, 9))
    asked = parse_add_checkpoint(request(logs.honest, 5))
    assert asked.old_size == 5
    assert asked.proof == logs.honest.consistency(5)
    assert asked.whole == logs.honest.checkpoint()


def test_the_time_never_goes_back_and_never_far_ahead(scene):
    logs, witness, path = scene
    witness.add_checkpoint(request(logs.honest, 0))
    logs.honest.append(entries(5, 6))
    slow = open_witness(path, clock=lambda: NOW - 1000)
    answer = slow.add_checkpoint(request(logs.honest, 5))
    signed = cosigned(path, logs.honest.checkpoint(), answer)
    assert {item.timestamp for item in signed.signatures} == {NOW}
    wrong = open_witness(path, clock=lambda: NOW - 100_000)
    with pytest.raises(LogError) as caught:
        wrong.add_checkpoint(request(logs.honest, 6))
    assert caught.value.code == "log.time-implausible"
    told = WitnessServer(wrong)(
        Request(
            method="POST",
            path="/add-checkpoint",
            read=lambda most: request(logs.honest, 6)[:most],
        )
    )
    assert (told.status, told.reason) == (503, "log.time-implausible")


def test_many_at_a_time_never_lead_to_two_trees(scene):
    logs, witness, path = scene
    witness.add_checkpoint(request(logs.honest, 0))
    logs.honest.append(entries(5, 8))
    logs.fork.append(entries(5, 8, "other"))
    bodies = [request(logs.honest, 5), request(logs.fork, 5)] * 8
    answers = []
    barrier = threading.Barrier(len(bodies))

    def ask(body):
        barrier.wait()
        answers.append((body, witness.add_checkpoint(body)))

    threads = [threading.Thread(target=ask, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    good = {body for body, answer in answers if answer.status == 200}
    assert len(good) == 1
    assert {answer.status for _, answer in answers} <= {200, 409}
    assert len(answers) == len(bodies)
    assert show_witness(path).logs[0].size == 8


def test_the_memory_itself_refuses_to_go_back_or_forget(scene):
    logs, witness, path = scene
    witness.add_checkpoint(request(logs.honest, 0))
    with sqlite3.connect(path / WITNESS_DATABASE) as connection:
        for change in (
            "UPDATE latest SET size = 4",
            "UPDATE latest SET root = zeroblob(32)",
            "UPDATE latest SET timestamp = 1",
            "DELETE FROM latest",
        ):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(change)
    connection.close()


def test_a_memory_that_is_gone_or_damaged_is_no_new_one(scene):
    _, _, path = scene
    with sqlite3.connect(path / WITNESS_DATABASE) as connection:
        connection.execute("UPDATE followed SET vkeys = 'nonsense'")
    connection.close()
    with pytest.raises(LogError) as caught:
        open_witness(path)
    assert caught.value.code == "log.witness-state-damaged"
    (path / WITNESS_DATABASE).write_bytes(b"no database")
    with pytest.raises(LogError) as caught:
        open_witness(path)
    assert caught.value.code == "log.witness-state-damaged"
    (path / WITNESS_DATABASE).unlink()
    with pytest.raises(LogError) as caught:
        open_witness(path)
    assert caught.value.code == "log.witness-state-missing"


def test_rows_of_other_types_are_damage(scene):
    logs, witness, path = scene
    witness.add_checkpoint(request(logs.honest, 0))
    with sqlite3.connect(path / WITNESS_DATABASE) as connection:
        connection.execute("DROP TRIGGER append_only")
        connection.execute("UPDATE latest SET root = 'text'")
    connection.close()
    with pytest.raises(LogError) as caught:
        witness.add_checkpoint(request(logs.honest, 5))
    assert caught.value.code == "log.witness-state-damaged"


def test_a_witness_follows_as_many_logs_as_it_may(tmp_path, monkeypatch):
    init_witness(tmp_path, NAME)
    state = WitnessState(tmp_path / WITNESS_DATABASE, lock_seconds=1)
    keys = [NoteSigner("a", SignatureType.ED25519, 1).vkey]
    assert state.follow("a", "a", keys)
    monkeypatch.setattr(
        "assay.log.witness_state.DEFAULT_LIMITS", Limits(max_witnessed_logs=1)
    )
    with pytest.raises(LogError) as caught:
        state.follow("b", "b", keys)
    assert caught.value.code == "log.witness-crowded"


@pytest.mark.parametrize(
    "name", ["", "a b", "a+b", "https://a", "a\x00", "ä" * 128, "a\u00a0b"]
)
def test_a_name_that_no_key_can_carry_is_refused(tmp_path, name):
    with pytest.raises(UsageError) as caught:
        init_witness(tmp_path / "w", name)
    assert caught.value.code == "usage.witness-name"


def test_a_witness_is_made_in_a_place_of_its_own(tmp_path):
    init_witness(tmp_path / "w", NAME)
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path / "w", tmp_path / "file"):
        with pytest.raises(LogError) as caught:
            init_witness(path, NAME)
        assert caught.value.code == "log.directory-not-empty"
    with pytest.raises(LogError) as caught:
        open_witness(tmp_path)
    assert caught.value.code == "log.not-a-witness"


@pytest.mark.parametrize(
    "settings",
    [
        b"",
        b"[]",
        b"1",
        b"{}",
        b'{"format":"assay-witness/v9","name":"a","vkeys":[]}',
        b'{"format":"assay-witness/v0","name":1,"vkeys":[]}',
        b'{"format":"assay-witness/v0","name":"a","vkeys":["x"]}',
        b'{"format":"assay-witness/v0","name":"a","vkeys":5}',
        b'{"format":"assay-witness/v0","name":"a","vkeys":[5]}',
    ],
)
def test_settings_that_are_none_are_refused(tmp_path, settings):
    init_witness(tmp_path / "w", NAME)
    (tmp_path / "w" / "witness.json").write_bytes(settings)
    with pytest.raises(LogError) as caught:
        open_witness(tmp_path / "w")
    assert caught.value.code == "log.witness-settings"


def test_private_keys_of_another_witness_are_refused(tmp_path):
    for name in "ab":
        init_witness(tmp_path / name, NAME)
    key = tmp_path / "a" / "key-ed25519.pem"
    own = key.read_bytes()
    key.write_bytes((tmp_path / "b" / "key-ed25519.pem").read_bytes())
    with pytest.raises(LogError) as caught:
        open_witness(tmp_path / "a")
    assert caught.value.code == "log.keys-mismatch"
    key.write_bytes((tmp_path / "a" / "key-ml-dsa-44.pem").read_bytes())
    with pytest.raises(LogError) as caught:
        open_witness(tmp_path / "a")
    assert caught.value.code == "log.key-malformed"
    key.write_bytes(own)
    assert open_witness(tmp_path / "a")


def test_it_must_be_clear_which_log_to_follow(tmp_path):
    init_witness(tmp_path / "w", NAME)
    one = str(NoteSigner("a", SignatureType.ED25519, 1).vkey)
    two = str(NoteSigner("b", SignatureType.ED25519, 2).vkey)
    for given in (
        {},
        {"log": tmp_path / "log.json", "vkeys": [one]},
        {"vkeys": [one, two]},
    ):
        with pytest.raises(UsageError) as caught:
            witness_follows(tmp_path / "w", **given)
        assert caught.value.code == "usage.witness-log"
    with pytest.raises(SignatureError):
        witness_follows(tmp_path / "w", vkeys=["nonsense"])


def test_the_server_has_two_places(scene):
    logs, witness, _ = scene
    server = WitnessServer(witness)
    body = request(logs.honest, 0)

    def ask(method, path):
        return server(Request(method=method, path=path, read=lambda most: body[:most]))

    place = f"/{hashlib.sha256(ORIGIN.encode()).hexdigest()}/checkpoint"
    assert ask("GET", place).status == 404
    assert ask("POST", "/add-checkpoint").status == 200
    assert ask("GET", place).status == 200
    assert ask("HEAD", place).status == 200
    assert ask("POST", place).status == 405
    assert ask("GET", "/add-checkpoint").status == 405
    assert dict(ask("GET", "/add-checkpoint").headers)["Allow"] == "POST"
    for path in ("/", "", "/x", place + "/", place + "x", "//" + place):
        assert ask("GET", path).status == 404
    body = b"a" * 200_000
    assert ask("POST", "/add-checkpoint").status == 413


def test_a_broken_memory_is_no_answer_to_strangers(scene):
    logs, witness, path = scene
    (path / WITNESS_DATABASE).unlink()
    body = request(logs.honest, 0)
    with pytest.raises(LogError):
        WitnessServer(witness)(
            Request(method="POST", path="/add-checkpoint", read=lambda _: body)
        )


def test_a_tree_of_the_specified_shape_needs_a_proof(scene):
    """The consistency proof is that of RFC 6962 and no other."""
    logs, witness, _ = scene
    witness.add_checkpoint(request(logs.honest, 0))
    logs.honest.append(entries(5, 16))
    proof = logs.honest.consistency(5)
    note = logs.honest.checkpoint()
    for at in range(len(proof)):
        wrong = list(proof)
        wrong[at] = merkle.node_hash(wrong[at], wrong[at])
        body = format_add_checkpoint(5, wrong, note)
        assert witness.add_checkpoint(body).status == 422
    body = format_add_checkpoint(5, tuple(reversed(proof)), note)
    assert witness.add_checkpoint(body).status == 422
    assert tree_of(note) == Checkpoint(origin=ORIGIN, size=16, root=tree_of(note).root)
    assert witness.add_checkpoint(format_add_checkpoint(5, proof, note)).status == 200
