"""Log, witnesses, sealer, monitor and buyer as they meet: real programs and sockets."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import sqlite3
import threading
import time

import pytest

from assay.crypto.note import open_checkpoint
from assay.crypto.tlog_proof import verify_tlog_proof
from assay.crypto.verifier_key import parse_vkey
from assay.errors import AssayError
from assay.flows.issue import load_statement, place_of
from assay.flows.log_serve import Role, add_token
from assay.flows.remote_log import RemoteChoice, open_remote_log
from assay.flows.witness import init_witness, show_witness, witness_follows
from assay.log import audit_log, init_log, open_log
from assay.log.witness_request import format_add_checkpoint
from assay.network.http_client import HttpClient
from tests.simulators.desk import assay, safetensors
from tests.simulators.forked_logs import entries, request, tree_of
from tests.simulators.served_logs import entry
from tests.simulators.server_processes import assay_serves, free_port

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

ORIGIN = "log.example/served"


@pytest.fixture
def home(tmp_path):
    init_log(tmp_path / "log", ORIGIN)
    text, _ = add_token(tmp_path / "tokens.json", "a test", Role.SUBMIT)
    (tmp_path / "token").write_text(text + "\n")
    return tmp_path


def serves(home, *more, listen="127.0.0.1:0"):
    return assay_serves(
        "log", "serve", home / "log", "--tokens", home / "tokens.json",
        "--rate", 100_000, "--address-rate", 100_000, "--batch-seconds", 0.05,
        *more, listen=listen,
    )  # fmt: skip


def remote(home, url, name="seen.note"):
    return open_remote_log(
        RemoteChoice(
            url=url,
            log=home / "log" / "log.json",
            token_file=home / "token",
            state=home / name,
        )
    )


def test_from_the_seal_to_the_verdict_over_the_network(home):
    release = home / "model"
    release.mkdir()
    (release / "model.safetensors").write_bytes(safetensors())
    lines = []
    with contextlib.ExitStack() as running:
        for at in range(2):
            folder = home / f"w{at}"
            shown = init_witness(folder, f"witness.example/w{at}")
            witness_follows(folder, log=home / "log" / "log.json")
            process = running.enter_context(assay_serves("witness", "serve", folder))
            lines += [
                f"witness e{at} {shown.vkeys[0]} {process.url}",
                f"witness p{at} {shown.vkeys[1]} {process.url}",
                f"group w{at} all e{at} p{at}",
            ]
        policy = home / "policy.txt"
        lines += ["group both all w0 w1", "quorum both", ""]
        policy.write_text("\n".join(lines))
        server = running.enter_context(serves(home, "--witness-policy", policy))
        assert not assay("keys", "new", home / "key.pem", "--no-passphrase").exit_code
        sealed = assay(
            "seal", release, "--key", home / "key.pem", "--out", home / "b.assay",
            "--log", server.url, "--log-json", home / "log" / "log.json",
            "--log-token-file", home / "token", "--log-state", home / "seen.note",
            "--log-policy", policy,
        )  # fmt: skip
        assert sealed.exit_code == 0, sealed.output
        made = assay(
            "trust", "new", home / "trust.toml",
            "--developer", f"Example={home / 'key.pem'}.pub",
            "--log", home / "log" / "log.json", "--programme", "eo14409",
        )  # fmt: skip
        assert made.exit_code == 0, made.output
        verdict = assay("verify", home / "b.assay", "--trust", home / "trust.toml")
        assert verdict.exit_code == 0, verdict.output
        digest = json.loads(assay("check", release, "--json", "-").stdout)["release"][
            "digest"
        ]
        watch = (
            "log", "monitor", server.url, "--trust", home / "trust.toml",
            "--state", home / "monitor.note", "--release", digest, "--json",
        )  # fmt: skip
        seen = json.loads(assay(*watch).stdout)
        assert {match["value"] for match in seen["matches"]} == {digest}
        # The manifest of model signing names files, and not the release.
        assert (seen["size"], len(seen["matches"])) == (4, 3)
        assert json.loads(assay(*watch).stdout)["matches"] == []
        # An unlogged bundle is logged later.
        unlogged = ("--key", home / "key.pem", "--out", home / "c.assay")
        assert assay("seal", release, *unlogged).exit_code == 0
        later = assay(
            "log", "submit", server.url, home / "c.assay", "--out", home / "d.assay",
            "--log-json", home / "log" / "log.json", "--token-file", home / "token",
            "--state", home / "seen.note",
        )  # fmt: skip
        assert later.exit_code == 0, later.output
        assert server.end() == 0
        note = open_log(home / "log").checkpoint()
        witnesses = [show_witness(home / f"w{at}") for at in range(2)]
        keys = [parse_vkey(vkey) for item in witnesses for vkey in item.vkeys]
        assert len(open_checkpoint(note, keys).signatures) == 4
    assert audit_log(home / "log").ok


def test_statements_of_others_are_entered_in_a_log_that_somebody_else_serves(home):
    release = home / "model"
    release.mkdir()
    (release / "model.safetensors").write_bytes(safetensors())
    for name in ("key", "office"):
        assay("keys", "new", home / f"{name}.pem", "--no-passphrase")
    settings = home / "log" / "log.json"
    sealed = assay(
        "seal", release, "--key", home / "key.pem", "--out", home / "b.assay"
    )  # fmt: skip
    assert sealed.exit_code == 0, sealed.output
    revoke = ("revoke", home / "b.assay", "--key", home / "key.pem", "--reason")
    with serves(home) as server:
        served = (
            "--log", server.url, "--log-json", settings, "--log-token-file",
            home / "token", "--log-state", home / "seen.note",
        )  # fmt: skip
        office = ("--key", home / "office.pem", *served)
        for words in (
            (*revoke, "error", *served),
            ("enrol", "add", "E", "--signs", f"release={home}/key.pem.pub",
             "--until", "2036-01-01", *office),
            ("key-event", "retire", *office),
            ("status", "publish", home / "log", *office),
        ):  # fmt: skip
            told = assay(*words, "--out", home / f"{words[0]}.st")
            assert told.exit_code == 0, told.output
        # One that was signed while the log could not be reached is entered later.
        later = assay(*revoke, "unsafe", "--out", home / "late.st")
        assert "in no log" in later.output
        submitted = assay(
            "log", "submit", server.url, home / "late.st", "--out", home / "in.st",
            "--log-json", settings, "--token-file", home / "token",
            "--state", home / "seen.note",
        )  # fmt: skip
        assert submitted.exit_code == 0, submitted.output
        assert server.end() == 0
    files = [
        load_statement(home / f"{name}.st")
        for name in ("revoke", "enrol", "key-event", "status", "in")
    ]
    places = [place_of(file.statement) for file in files]
    assert [place and place[1] for place in places] == [0, 1, 2, 3, 4]
    assert audit_log(home / "log").ok


def submitted(home, url, first, receipts):
    """Submit 25 statements one by one, each again and again until it has a receipt."""
    for number in range(first, first + 25):
        for _ in range(200):
            log = remote(home, url, f"seen{first}.note")
            try:
                (receipts[number],) = log.append([entry(number)])
            except AssayError:
                time.sleep(0.05)
            else:
                break


def test_a_killed_server_loses_nothing_that_had_a_receipt(home):
    """kill -9 in the middle of submissions; clients go on until they have receipts."""
    listen = f"127.0.0.1:{free_port()}"
    receipts: dict = {}
    threads = [
        threading.Thread(
            target=submitted, args=(home, f"http://{listen}", at * 25, receipts)
        )
        for at in range(4)
    ]
    with contextlib.ExitStack() as running:
        running.enter_context(serves(home, listen=listen))
        for thread in threads:
            thread.start()
        for _ in range(4):
            time.sleep(1.0)
            running.close()
            running.enter_context(serves(home, listen=listen))
        for thread in threads:
            thread.join(120)
        log = remote(home, f"http://{listen}")
        again = log.append([entry(number) for number in range(100)])
    assert [receipt.index for receipt in again] == [
        receipts[number].index for number in range(100)
    ]
    ours = open_log(home / "log")
    for number, receipt in receipts.items():
        verify_tlog_proof(receipt.proof_text, entry(number).leaf, ours.vkeys)
    report = audit_log(home / "log")
    assert (report.ok, report.size) == (True, 100)


def test_what_is_submitted_when_the_end_comes_is_published_first(home):
    with serves(home, "--batch-seconds", 3) as server:
        given = []
        thread = threading.Thread(
            target=lambda: given.extend(remote(home, server.url).append([entry(1)]))
        )
        thread.start()
        time.sleep(1.0)
        assert server.end() == 0
        thread.join(30)
    assert [receipt.index for receipt in given] == [0]
    assert tree_of(open_log(home / "log").checkpoint()).size == 1


def test_a_killed_witness_never_cosigns_two_histories(home):
    log = open_log(home / "log")
    log.append(entries(0, 5))
    shutil.copytree(home / "log", home / "fork")
    fork = open_log(home / "fork")
    init_witness(home / "w", "witness.example/w")
    witness_follows(home / "w", log=home / "log" / "log.json")
    listen = f"127.0.0.1:{free_port()}"
    client = HttpClient(timeout_seconds=5, total_seconds=5, most_bytes=100_000)
    cosigned: dict = {}

    def ask(which):
        try:
            answer = client.post(
                f"http://{listen}/add-checkpoint",
                format_add_checkpoint(*asked(which)),
                "text/plain",
            )
        except AssayError:
            return
        if answer.status == 200:
            tree = tree_of(which.checkpoint())
            cosigned.setdefault(tree.size, set()).add(tree.root)

    def asked(which):
        tree = tree_of(which.checkpoint())
        held = show_witness(home / "w").logs[0].size or 0
        old = held if held <= tree.size else 0
        proof = () if old in (0, tree.size) else which.consistency(old)
        return old, proof, which.checkpoint()

    for turn in range(6):
        with assay_serves("witness", "serve", home / "w", listen=listen) as process:
            log.append(entries(5 + turn * 2, 7 + turn * 2))
            fork.append(entries(5 + turn * 2, 7 + turn * 2, "other"))
            threads = [
                threading.Thread(target=ask, args=(which,))
                for which in (log, fork, log, fork)
            ]
            for thread in threads:
                thread.start()
            time.sleep(0.01 * turn)
            process.end(signal.SIGKILL)
            for thread in threads:
                thread.join()
    assert all(len(roots) == 1 for roots in cosigned.values()), cosigned
    # What was answered had been kept before.
    with contextlib.closing(sqlite3.connect(home / "w" / "witness.sqlite")) as state:
        size, root = state.execute("SELECT size, root FROM latest").fetchone()
    assert all(size > other or root in roots for other, roots in cosigned.items())
    with assay_serves("witness", "serve", home / "w", listen=listen):
        for which in (log, fork):
            ask(which)
    assert all(len(roots) == 1 for roots in cosigned.values()), cosigned
    assert request(log, 0)


def test_many_read_and_write_at_a_time(home):
    with serves(home) as server:
        errors = []

        def read():
            client = HttpClient(timeout_seconds=20, total_seconds=40, most_bytes=10**6)
            for _ in range(20):
                answer = client.get(f"{server.url}/checkpoint")
                if answer.status != 200:
                    errors.append(answer.status)

        def write(first):
            log = remote(home, server.url, f"s{first}.note")
            for number in range(first, first + 5):
                log.append([entry(number)])

        threads = [threading.Thread(target=read) for _ in range(12)]
        threads += [threading.Thread(target=write, args=(at * 5,)) for at in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        assert errors == []
        assert server.end() == 0
    report = audit_log(home / "log")
    assert (report.ok, report.size) == (True, 60)
