"""The verbs of witnesses, tokens and monitors, as a person types them."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import threading

import pytest

from assay.cli import serving
from assay.crypto.verifier_key import parse_vkey
from assay.flows.witness import open_witness
from assay.log import init_log, open_log
from assay.log.web import Access
from tests.simulators.desk import assay, write_release
from tests.simulators.forked_logs import clock, entries, request
from tests.simulators.served_logs import PUBLIC, entry

ORIGIN = "log.example/verbs"


@pytest.fixture
def log(tmp_path):
    return init_log(tmp_path / "log", ORIGIN)


@pytest.fixture
def trust(log, tmp_path):
    path = tmp_path / "trust.toml"
    vkeys = "".join(f'  "{vkey}",\n' for vkey in log.vkeys)
    path.write_text(
        f'format = "assay-trust/0"\n[[log]]\norigin = "{ORIGIN}"\nvkeys = [\n{vkeys}]\n'
    )
    return path


def code(result):
    return result.output.split("[")[1].split("]")[0]


def test_a_witness_is_made_follows_and_is_shown(log, tmp_path):
    place = tmp_path / "w"
    made = assay("witness", "init", place, "--name", "w.example/1", "--json", "-")
    assert made.exit_code == 0
    document = json.loads(made.stdout)
    assert document["format"] == "assay-witness-shown/0"
    assert [parse_vkey(vkey).name for vkey in document["vkeys"]] == ["w.example/1"] * 2
    follow = ("witness", "trust", place, tmp_path / "log" / "log.json")
    assert assay(*follow).output == f"{place} follows {ORIGIN}\n"
    assert "as before" in assay(*follow).output
    assert "nothing cosigned yet" in assay("witness", "show", place).output
    log.append(entries(0, 3))
    witness = open_witness(place)
    assert witness.add_checkpoint(request(log, 0)).status == 200
    shown = assay("witness", "show", place, "--json", "-")
    (part,) = json.loads(shown.stdout)["logs"]
    assert (shown.exit_code, part["origin"], part["size"]) == (0, ORIGIN, 3)
    again = assay("witness", "init", place, "--name", "w.example/1")
    assert (again.exit_code, code(again)) == (4, "log.directory-not-empty")
    vkey = ("witness", "trust", place, "--vkey", "nonsense")
    assert code(assay(*vkey)) == "signature.vkey-malformed"
    assert code(assay("witness", "trust", place)) == "usage.witness-log"


def test_a_witness_that_was_shown_two_histories_says_so(log, tmp_path):
    place = tmp_path / "w"
    assay("witness", "init", place, "--name", "w.example/1")
    assay("witness", "trust", place, tmp_path / "log" / "log.json")
    shutil.copytree(tmp_path / "log", tmp_path / "fork")
    log.append(entries(0, 3))
    fork = open_log(tmp_path / "fork")
    fork.append(entries(0, 3, "other"))
    witness = open_witness(place)
    assert witness.add_checkpoint(request(log, 0)).status == 200
    assert witness.add_checkpoint(request(fork, 3)).status == 422
    shown = assay("witness", "show", place)
    assert shown.exit_code == 1
    assert "CONTRADICTION" in shown.output
    assert clock() < 2_000_000_000


def test_tokens_are_made_listed_and_revoked(tmp_path):
    path = tmp_path / "tokens.json"
    made = assay("log", "token", "new", path, "--name", "a build", "--role", "operate")
    text = made.stdout.strip()
    assert text.startswith("assay_")
    token_id = text.split("_")[1]
    assert "shown this once" in made.stderr
    listed = assay("log", "token", "list", path).output
    assert listed == f"{token_id}  operate   a build\n"
    assert assay("log", "token", "revoke", path, token_id).exit_code == 0
    assert assay("log", "token", "list", path).output == ""
    again = assay("log", "token", "revoke", path, token_id)
    assert (again.exit_code, code(again)) == (2, "usage.token-unknown")


def watch(tmp_path, trust, *more):
    return assay(
        "log", "monitor", tmp_path / "log", "--trust", trust,
        "--state", tmp_path / "seen.note", *more,
    )  # fmt: skip


def test_a_log_in_a_directory_is_followed(log, trust, tmp_path):
    log.append([entry("x" * 64), entry(2), *entries(0, 1)])
    first = watch(tmp_path, trust, "--key", PUBLIC.key_id, "--release", "x" * 64)
    assert first.exit_code == 0, first.output
    assert f"entry 1: key {PUBLIC.key_id}" in first.output
    assert f"entry 0: release {'x' * 64}" in first.output
    assert "3 entries, 3 new" in first.output
    assert "1 new entries are no signed statements" in first.output
    log.append([entry(3)])
    log.withhold([log_body(entry(3))])
    second = watch(tmp_path, trust, "--organisation", "nobody")
    assert "4 entries, 1 new" in second.output
    assert "it is not known what they say" in second.output
    third = json.loads(watch(tmp_path, trust, "--json", "--once").stdout)
    assert (third["oldSize"], third["size"], third["matches"]) == (4, 4, [])
    assert third["unread"] is None
    assert third["contradiction"] is None


def log_body(item):
    return hashlib.sha256(item.body).hexdigest()


def test_two_histories_end_with_no_and_say_where_the_evidence_is(log, trust, tmp_path):
    shutil.copytree(tmp_path / "log", tmp_path / "fork")
    log.append([entry(1), entry(2)])
    assert watch(tmp_path, trust).exit_code == 0
    theirs = tmp_path / "theirs.note"
    fork = open_log(tmp_path / "fork")
    fork.append([entry(7)])
    theirs.write_text(fork.checkpoint())
    told = watch(tmp_path, trust, "--compare", theirs)
    assert told.exit_code == 1
    assert "HAS NOT ONLY GROWN: log.split-view" in told.output
    document = json.loads(watch(tmp_path, trust, "--compare", theirs, "--json").stdout)
    part = document["contradiction"]
    assert part["code"] == "log.split-view"
    assert (tmp_path / part["evidence"] / "seen.note").read_text() == fork.checkpoint()
    (tmp_path / "seen.note").write_text(log.checkpoint())
    shutil.rmtree(tmp_path / "log")
    shutil.copytree(tmp_path / "fork", tmp_path / "log")
    again = watch(tmp_path, trust, "--every", 1)
    assert again.exit_code == 1
    assert "log.rollback" in again.output


def test_a_log_that_the_trust_file_does_not_name_is_not_followed(log, tmp_path, trust):
    trust.write_text(trust.read_text().replace(ORIGIN, "log.example/other"))
    told = watch(tmp_path, trust)
    assert told.exit_code == 4
    assert log.origin == ORIGIN


def test_what_is_said_about_a_log_elsewhere_needs_its_address(tmp_path):
    release = write_release(tmp_path / "model")
    key = tmp_path / "key.pem"
    assert assay("keys", "new", key, "--no-passphrase").exit_code == 0
    seal = ("seal", release, "--key", key, "--out", tmp_path / "b.assay")
    told = assay(*seal, "--log-json", tmp_path / "log.json")
    assert (told.exit_code, code(told)) == (2, "usage.log-keys")
    told = assay(*seal, "--log", "https://log.example")
    assert (told.exit_code, code(told)) == (2, "usage.log-keys")
    both = ("--log-json", tmp_path / "a", "--log-trust", tmp_path / "b")
    told = assay(*seal, "--log", "https://log.example", *both)
    assert (told.exit_code, code(told)) == (2, "usage.log-keys")
    (tmp_path / "token").write_bytes(b"\xff\n")
    told = assay(
        *seal, "--log", "https://log.example", "--log-token-file", tmp_path / "token"
    )
    assert (told.exit_code, code(told)) == (2, "usage.token")
    assert not (tmp_path / "b.assay").exists()


def test_a_bundle_is_not_submitted_to_a_log_that_nobody_believes(tmp_path):
    (tmp_path / "b.assay").write_bytes(b"{}")
    told = assay(
        "log", "submit", "https://log.example", tmp_path / "b.assay",
        "--out", tmp_path / "c.assay",
    )  # fmt: skip
    assert (told.exit_code, code(told)) == (2, "usage.log-keys")


def test_serving_ends_with_a_signal_and_notes_accesses(capsys):
    class Server:
        address = "127.0.0.1:0"

        def __init__(self):
            self.stopped = threading.Event()

        def run(self):
            signal.raise_signal(signal.SIGTERM)
            assert self.stopped.wait(10)

        def stop(self):
            self.stopped.set()

    before = signal.getsignal(signal.SIGTERM)
    serving.serve(Server(), "the test")
    assert signal.getsignal(signal.SIGTERM) is before
    assert "the test has ended in order" in capsys.readouterr().err
    access = Access(
        method="GET",
        path="/",
        address="a",
        who="",
        status=200,
        bytes=1,
        seconds=0.1,
        reason="",
    )
    serving.noted(quiet=True)(access)
    assert capsys.readouterr().out == ""
    serving.noted(quiet=False)(access)
    assert json.loads(capsys.readouterr().out)["status"] == 200


@pytest.mark.parametrize(
    "verb",
    [("log", "serve"), ("witness", "serve")],
)
def test_a_server_that_cannot_begin_says_why(tmp_path, verb):
    told = assay(*verb, tmp_path / "none", "--listen", "127.0.0.1:0")
    assert told.exit_code == 4
    assert code(told) in ("log.not-a-log", "log.not-a-witness")


def test_a_monitor_goes_on_where_a_look_cannot_be_had(log, trust, tmp_path):
    """A checkpoint that is missing for a moment; then an older one, which ends it."""
    log.append([entry(1)])
    shutil.copytree(tmp_path / "log", tmp_path / "older")
    log.append([entry(2)])
    assert watch(tmp_path, trust).exit_code == 0
    checkpoint = tmp_path / "log" / "checkpoint"
    checkpoint.unlink()
    older = (tmp_path / "older" / "checkpoint").read_bytes()
    timer = threading.Timer(1.5, lambda: checkpoint.write_bytes(older))
    timer.start()
    told = watch(tmp_path, trust, "--every", 1)
    timer.join()
    assert "log.checkpoint-missing" in told.output
    assert "log.rollback" in told.output
    assert told.exit_code == 1
