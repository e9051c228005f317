"""`aics-tlog` reads our log; `aics-witness` and our witness stand in for each other."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from assay.crypto.note import format_note, open_checkpoint, parse_note
from assay.crypto.verifier_key import parse_vkey
from assay.crypto.witness_policy import parse_policy
from assay.errors import LogError
from assay.flows.witness import init_witness, witness_follows
from assay.log import init_log, open_log
from assay.log.directory import system_clock
from assay.log.witness_quorum import WitnessQuorum
from assay.log.witness_request import format_add_checkpoint
from assay.network.http_client import HttpClient
from tests.simulators.forked_logs import entries, tree_of
from tests.simulators.server_processes import assay_serves, free_port, started

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

ORIGIN = "log.example/aics"
DRIVER = Path(__file__).with_name("drive_aics.py")
PLAIN = "text/plain"


def client():
    return HttpClient(timeout_seconds=10, total_seconds=20, most_bytes=1_000_000)


class Witness:
    """A witness as a program: where it is asked, and its Ed25519 key."""

    def __init__(self, url, vkey):
        self.url = url
        self.vkey = vkey

    def asked(self, old, proof, note):
        body = format_add_checkpoint(old, proof, note)
        return client().post(f"{self.url}/add-checkpoint", body, PLAIN)


@pytest.fixture
def log(tmp_path):
    log = init_log(tmp_path / "log", ORIGIN)
    log.append(entries(0, 300))
    return log


@pytest.fixture
def ours(log, tmp_path):
    shown = init_witness(tmp_path / "ours", "witness.example/ours")
    witness_follows(tmp_path / "ours", log=tmp_path / "log" / "log.json")
    assert log.origin == ORIGIN
    with assay_serves("witness", "serve", tmp_path / "ours") as process:
        yield Witness(process.url, shown.vkeys[0])


@pytest.fixture
def theirs(log, tmp_path, interop_python):
    program = interop_python("aics").with_name("aics-witness")
    config = tmp_path / "theirs.json"
    listen = f"127.0.0.1:{free_port()}"

    def run(*arguments):
        done = subprocess.run(
            [program, *arguments, "--config", config],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    said = run("init", "--name", "witness.example/aics", "--listen", listen)
    vkey = next(
        word for word in said.split() if word.startswith("witness.example/aics+")
    )
    run("add-log", "--origin", ORIGIN, "--vkey", str(log.vkeys[0]))
    with started([program, "serve", "--config", config]):
        wait_until_it_listens(listen)
        yield Witness(f"http://{listen}", vkey)


def wait_until_it_listens(listen):

    host, port = listen.split(":")
    for _ in range(300):
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the witness does not listen")


@pytest.fixture(params=["ours", "theirs"])
def witness(request):
    return request.getfixturevalue(request.param)


def proving(log):
    return lambda old: () if old == 0 else log.consistency(old)


def test_every_witness_answers_the_same_to_an_honest_and_a_forked_log(
    witness, log, tmp_path
):
    """The matrix of C2SP tlog-witness, against both programs."""

    shutil.copytree(tmp_path / "log", tmp_path / "fork")
    fork = open_log(tmp_path / "fork")
    first = log.checkpoint()
    statuses = {}
    statuses["stale at first"] = witness.asked(5, log.consistency(5), first)
    statuses["old above new"] = witness.asked(301, (), first)
    statuses["proof from nothing"] = witness.asked(0, (bytes(32),), first)
    statuses["first"] = witness.asked(0, (), first)
    statuses["again"] = witness.asked(300, (), first)
    log.append(entries(300, 700))
    fork.append(entries(300, 700, "other"))
    second = log.checkpoint()
    proof = log.consistency(300)
    statuses["wrong proof"] = witness.asked(300, (bytes(32),) * len(proof), second)
    statuses["no proof"] = witness.asked(300, (), second)
    statuses["stale"] = witness.asked(0, (), second)
    statuses["grown"] = witness.asked(300, proof, second)
    statuses["rollback"] = witness.asked(300, (), first)
    statuses["rollback, old above new"] = witness.asked(700, (), first)
    statuses["fork, same size"] = witness.asked(700, (), fork.checkpoint())
    fork.append(entries(700, 900, "other"))
    statuses["fork, larger"] = witness.asked(
        700, fork.consistency(700), fork.checkpoint()
    )
    other = init_log(tmp_path / "other", "log.example/unknown")
    other.append(entries(0, 1))
    statuses["unknown log"] = witness.asked(0, (), other.checkpoint())
    note = parse_note(second)
    forged = second.replace(
        note.text.split("\n")[2], base64.b64encode(bytes(32)).decode()
    )
    statuses["forged"] = witness.asked(700, (), forged)
    stranger = format_note(note.text, note.signatures[1:])
    statuses["not signed with the key"] = witness.asked(700, (), stranger)
    assert {name: answer.status for name, answer in statuses.items()} == {
        "stale at first": 409,
        "old above new": 400,
        "proof from nothing": 422,
        "first": 200,
        "again": 200,
        "wrong proof": 422,
        "no proof": 422,
        "stale": 409,
        "grown": 200,
        "rollback": 409,
        "rollback, old above new": 400,
        "fork, same size": 422,
        "fork, larger": 422,
        "unknown log": 404,
        "forged": 403,
        "not signed with the key": 403,
    }
    for name, size in (("stale at first", 0), ("stale", 300), ("rollback", 700)):
        answer = statuses[name]
        assert (answer.body, answer.content_type) == (
            b"%d\n" % size,
            "text/x.tlog.size",
        )
    for garbage in (b"", b"old x\n\n", b"old 0\n", b"\xff" * 10):
        answer = client().post(f"{witness.url}/add-checkpoint", garbage, PLAIN)
        assert answer.status == 400


def test_our_client_gathers_both_and_aics_tlog_counts_them(
    ours, theirs, tmp_path, interop_python
):
    policy = parse_policy(
        f"witness ours {ours.vkey} {ours.url}\n"
        f"witness theirs {theirs.vkey} {theirs.url}\n"
        "group both all ours theirs\nquorum both\n"
    )
    quorum = WitnessQuorum(policy, client(), clock=system_clock)
    log = open_log(tmp_path / "log", witnesses=quorum)
    saved = None
    for size in (301, 512, 1000):
        old = tree_of(log.checkpoint()).size
        log.append(entries(old, size))
        keys = [parse_vkey(ours.vkey), parse_vkey(theirs.vkey)]
        assert len(open_checkpoint(log.checkpoint(), keys).signatures) == 2
        if saved is None:
            saved = tmp_path / "old.note"
            saved.write_text(log.checkpoint())
    check = Verifier(interop_python("aics"), log, (ours.vkey, theirs.vkey))
    with assay_serves("log", "serve", tmp_path / "log") as server:
        check.tiles = server.url
        check.all_hold(tmp_path, saved)
    check.tiles = str(tmp_path / "log")
    check.all_hold(tmp_path, saved)
    assert not check("verify-checkpoint", quorum=3)
    check.log_key = str(parse_vkey(ours.vkey))
    assert not check("verify-checkpoint")


class Verifier:
    """`aics-tlog` with a log's key and witnesses."""

    def __init__(self, python, log, witnesses):
        self.program = python.with_name("aics-tlog")
        self.log_key = str(log.vkeys[0])
        self.witnesses = witnesses
        self.tiles = ""

    def __call__(self, verb, *more, quorum=2):
        command = [self.program, verb, "--tiles", self.tiles, "--log-key", self.log_key]
        for vkey in self.witnesses:
            command += ["--witness-key", vkey]
        command += ["--quorum", str(quorum), "--origin", ORIGIN, *map(str, more)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode == 0

    def all_hold(self, folder, saved):
        assert self("verify-checkpoint")
        for index in (0, 255, 256, 700, 999):
            leaf = folder / "leaf"
            leaf.write_bytes(f"entry {index}".encode())
            assert self("verify-inclusion", "--leaf", leaf, "--index", index)
            leaf.write_bytes(b"another entry")
            assert not self("verify-inclusion", "--leaf", leaf, "--index", index)
        assert self("verify-consistency", "--old-checkpoint", saved)


def test_aics_tlog_refuses_what_was_altered(log, tmp_path, interop_python):
    check = Verifier(interop_python("aics"), log, ())
    check.tiles = str(tmp_path / "log")
    leaf = tmp_path / "leaf"
    leaf.write_bytes(b"entry 299")
    proven = ("verify-inclusion", "--leaf", leaf, "--index", 299)
    assert check("verify-checkpoint", quorum=0)
    assert check(*proven, quorum=0)
    for name in ("tile/0/001.p/44", "tile/1/000.p/1", "checkpoint"):
        path = tmp_path / "log" / name
        whole = path.read_bytes()
        path.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
        assert not check(*proven, quorum=0), name
        path.write_bytes(whole)
    assert check(*proven, quorum=0)


def test_the_client_of_aics_lets_our_witness_cosign(
    ours, log, tmp_path, interop_python
):
    def ask(note, sizes):
        given = {
            "url": ours.url,
            "vkey": ours.vkey,
            "state": str(tmp_path / "state.json"),
            "note": note,
            "proofs": {
                str(old): [
                    base64.b64encode(node).decode() for node in log.consistency(old)
                ]
                for old in sizes
            }
            | {"0": []},
        }
        done = subprocess.run(
            [interop_python("aics"), DRIVER],
            input=json.dumps(given),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    first = log.checkpoint()
    key = parse_vkey(ours.vkey)
    open_checkpoint(first + ask(first, ()), [key])
    log.append(entries(300, 600))
    # Its own state says 300; then as a new client, which is told so.
    second = log.checkpoint()
    open_checkpoint(second + ask(second, [300]), [key])
    (tmp_path / "state.json").unlink()
    open_checkpoint(second + ask(second, [300]), [key])
    assert ask(first, ()).strip() in ("WitnessAhead", "WitnessConflict")


def test_a_fork_is_cosigned_by_neither(ours, theirs, log, tmp_path):

    shutil.copytree(tmp_path / "log", tmp_path / "fork")
    fork = open_log(tmp_path / "fork")
    fork.append(entries(300, 400, "other"))
    log.append(entries(300, 400))
    for witness in (ours, theirs):
        policy = parse_policy(f"witness w {witness.vkey} {witness.url}\nquorum w\n")
        quorum = WitnessQuorum(policy, client(), clock=system_clock)
        assert quorum.cosign(log.checkpoint(), proving(log))
        with pytest.raises(LogError) as caught:
            quorum.cosign(fork.checkpoint(), proving(fork))
        assert caught.value.code == "log.witness-quorum"
        assert "422" in caught.value.found
