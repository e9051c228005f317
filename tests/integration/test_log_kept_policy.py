"""A log that keeps a witness policy publishes nothing past it, whoever writes."""

from __future__ import annotations

import contextlib
import shutil

import pytest

from assay.crypto.note import parse_note
from assay.errors import AssayError, LogError, UsageError
from assay.flows.log_serve import Role, add_token
from assay.flows.own_log import change_policy, kept_policy, open_own_log
from assay.flows.remote_log import RemoteChoice, open_remote_log
from assay.flows.witness import init_witness, witness_follows
from assay.log import audit_log, init_log, open_log
from assay.log.kept_policy import is_cosigned
from assay.network.http_client import HttpClient
from tests.simulators.desk import assay, safetensors
from tests.simulators.served_logs import entry
from tests.simulators.server_processes import assay_serves, free_port

pytestmark = [pytest.mark.enable_socket]


@pytest.fixture
def scene(tmp_path):
    """A log, and a witness at an address where nothing listens yet."""
    init_log(tmp_path / "log", "log.example/kept")
    shown = init_witness(tmp_path / "w", "witness.example/w")
    witness_follows(tmp_path / "w", log=tmp_path / "log" / "log.json")
    listen = f"127.0.0.1:{free_port()}"
    (tmp_path / "policy.txt").write_text(
        f"witness w {shown.vkeys[0]} http://{listen}\nquorum w\n"
    )
    return tmp_path, listen


def lines_of(log):
    return len(parse_note(log.checkpoint()).signatures)


def test_a_log_with_a_policy_takes_nothing_without_its_witnesses(scene):
    home, _ = scene
    change_policy(home / "log", home / "policy.txt")
    log = open_log(home / "log")
    before = log.checkpoint()
    with pytest.raises(LogError) as caught:
        log.append([entry(1)])
    assert caught.value.code == "log.witnesses-needed"
    assert caught.value.remedy
    assert (log.checkpoint(), log.pending()) == (before, 0)
    assert audit_log(home / "log").ok


def test_one_who_opened_the_log_before_it_had_a_policy_is_held_to_it(scene):
    home, _ = scene
    log = open_log(home / "log")
    log.append([entry(1)])
    change_policy(home / "log", home / "policy.txt")
    with pytest.raises(LogError) as caught:
        log.append([entry(2)])
    assert caught.value.code == "log.witnesses-needed"
    # And no receipt is made from what was published before.
    with pytest.raises(LogError) as caught:
        log.prove(0)
    assert caught.value.code == "log.witness-quorum"


def test_a_local_write_asks_the_witnesses_or_publishes_nothing(scene):
    home, listen = scene
    change_policy(home / "log", home / "policy.txt")
    release = home / "model"
    release.mkdir()
    (release / "model.safetensors").write_bytes(safetensors())
    assert not assay("keys", "new", home / "key.pem", "--no-passphrase").exit_code
    seal = ("seal", release, "--key", home / "key.pem", "--log", home / "log")
    before = open_log(home / "log").checkpoint()
    assay(*seal, "--out", home / "a.assay")
    assert open_log(home / "log").checkpoint() == before
    with assay_serves("witness", "serve", home / "w", listen=listen):
        done = assay(*seal, "--out", home / "b.assay")
        assert done.exit_code == 0, done.output
    log = open_log(home / "log")
    assert lines_of(log) == 3
    assert is_cosigned(log.checkpoint(), kept_policy(home / "log"))


def test_a_server_restarted_without_the_option_takes_the_kept_policy_and_says_so(scene):
    home, listen = scene
    add_token(home / "tokens.json", "a test", Role.SUBMIT)
    # One entry, published before there was a policy.
    open_log(home / "log").append([entry(1)])
    serve = ("log", "serve", home / "log", "--tokens", home / "tokens.json")
    client = HttpClient(timeout_seconds=20, total_seconds=40, most_bytes=10**6)
    with assay_serves(*serve, "--witness-policy", home / "policy.txt") as server:
        # Its witness is away: no receipt without it, whatever lies there.
        answer = client.get(f"{server.url}/api/v0/entries/0/proof")
        assert (answer.status, b"log.witness-quorum" in answer.body) == (503, True)
        assert server.end() == 0
    assert (home / "log" / "witness-policy.txt").read_bytes() == (
        home / "policy.txt"
    ).read_bytes()
    with contextlib.ExitStack() as running:
        running.enter_context(
            assay_serves("witness", "serve", home / "w", listen=listen)
        )
        server = running.enter_context(assay_serves(*serve))
        assert any("keeps a witness policy" in line for line in server.lines)
        # The same tree was cosigned when the log was opened.
        answer = client.get(f"{server.url}/api/v0/entries/0/proof")
        assert answer.status == 200
        assert client.get(f"{server.url}/witness-policy.txt").status == 404
        assert server.end() == 0
    assert is_cosigned(open_log(home / "log").checkpoint(), kept_policy(home / "log"))


def test_a_policy_is_changed_shown_and_lifted(scene):
    home, listen = scene
    shown = assay("log", "policy", home / "log")
    assert "asks for no witnesses" in shown.output
    kept = assay("log", "policy", home / "log", home / "policy.txt")
    assert (kept.exit_code, "quorum w" in kept.output) == (0, True)
    # One that can never be satisfied, or is none, is not kept.
    text = (home / "policy.txt").read_text()
    (home / "bad.txt").write_text(text.replace(f" http://{listen}", ""))
    with pytest.raises(UsageError):
        change_policy(home / "log", home / "bad.txt")
    (home / "bad.txt").write_text("quorum all of them\n")
    with pytest.raises(LogError):
        change_policy(home / "log", home / "bad.txt")
    assert kept_policy(home / "log").quorum == "w"
    (home / "none.txt").write_text("quorum none\n")
    assert assay("log", "policy", home / "log", home / "none.txt").exit_code == 0
    assert [item.index for item in open_own_log(home / "log").append([entry(1)])] == [0]


def test_a_copy_without_the_directory_s_settings_keeps_no_policy(scene):
    home, _ = scene
    shutil.copytree(home / "log", home / "copy")
    (home / "copy" / "log.json").unlink()
    with pytest.raises(LogError) as caught:
        change_policy(home / "copy", home / "policy.txt")
    assert caught.value.code == "log.not-a-log"


def test_keys_of_another_log_are_noticed_before_anything_is_submitted(scene):
    home, _ = scene
    init_log(home / "other", "log.example/other")
    add_token(home / "tokens.json", "a test", Role.SUBMIT)
    before = open_log(home / "log").checkpoint()
    serve = ("log", "serve", home / "log", "--tokens", home / "tokens.json")
    with assay_serves(*serve) as server:
        for known, code in (
            ("other", "signature.note-no-known-key"),
            ("log", "log.remote-refused"),
        ):
            log = open_remote_log(
                RemoteChoice(
                    url=server.url,
                    log=home / known / "log.json",
                    state=home / f"{known}.note",
                )
            )
            with pytest.raises(AssayError) as caught:
                log.append([entry(1)])
            assert caught.value.code == code
            wanted = {"other": "nothing was submitted", "log": "ASSAY_LOG_TOKEN"}
            assert wanted[known] in caught.value.remedy
        assert server.end() == 0
    assert open_log(home / "log").checkpoint() == before


def test_a_check_says_what_it_could_not_compare(scene):
    home, _ = scene
    init_log(home / "other", "log.example/other")
    trust = ("--log", home / "other" / "log.json", "--programme", "eo14409")
    assert assay("trust", "new", home / "t.toml", *trust).exit_code == 0
    shown = assay("log", "check", home / "log", "--trust", home / "t.toml")
    assert "IS NOT A LOG THAT THE TRUST FILE NAMES" in shown.output
    (home / "log" / "log.sqlite").unlink()
    shown = assay("log", "check", home / "log")
    assert "assay log rebuild" in shown.output


def test_a_file_of_tokens_that_is_not_there_is_named(scene):
    home, _ = scene
    shown = assay("log", "serve", home / "log", "--tokens", home / "none.json")
    assert "input.no-such-file" in shown.output
    assert "none.json" in shown.output
