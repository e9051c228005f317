from __future__ import annotations

import json
import shutil

import pytest

from assay.crypto.canonical import canonical_json
from assay.crypto.checkpoint import Checkpoint
from assay.crypto.log_leaf import log_leaf
from assay.domain.trust import TrustedLog
from assay.errors import LogError, UsageError
from assay.log import (
    AuditScope,
    LogEntry,
    audit_log,
    init_log,
    open_log,
    parse_settings,
)
from assay.log.entry_form import is_hashedrekord
from tests.simulators.claims import Claim
from tests.simulators.log_scenes import ORIGIN, START, batch

CLAIM = Claim()
LEAF = log_leaf(CLAIM.bundle().statements[0].envelope, CLAIM.signer.public_key)


@pytest.fixture
def log(tmp_path):
    made = init_log(tmp_path / "log", ORIGIN)
    made.append([*batch(0, 299), LogEntry(leaf=LEAF, body=b"body")])
    return made


@pytest.fixture
def public(log, tmp_path):
    return copied(log, tmp_path)


def copied(_log, tmp_path):
    """Copy what a web server would publish."""
    target = tmp_path / "public"
    target.mkdir()
    for name in ("checkpoint", "log.json"):
        shutil.copy(tmp_path / "log" / name, target)
    shutil.copytree(tmp_path / "log" / "tile", target / "tile")
    return target


def codes(report):
    return [problem.code for problem in report.problems]


def trusted(log, *, origin=ORIGIN):
    return (TrustedLog(origin=origin, vkeys=tuple(map(str, log.vkeys))),)


def test_the_published_part_is_audited_by_itself(log, public, tmp_path):
    report = audit_log(public)
    assert report.ok
    assert report.scope is AuditScope.PUBLIC
    assert (report.size, report.pending, report.withheld) == (300, None, None)
    assert report.root == audit_log(tmp_path / "log").root
    assert audit_log(tmp_path / "log").scope is AuditScope.WHOLE
    assert not report.vouched
    assert report.keys == log.vkeys


def test_bodies_that_are_published_are_audited_too(public, tmp_path):
    log = open_log(tmp_path / "log")
    for sha256 in log._parts.bodies.digests():
        (public / "bodies" / sha256[:2]).mkdir(parents=True, exist_ok=True)
        (public / "bodies" / sha256[:2] / sha256).write_bytes(log.body(sha256))
    assert audit_log(public).bodies == 8
    body = next(path for path in sorted(public.glob("bodies/*/*")))
    body.write_bytes(b"other")
    assert codes(audit_log(public)) == ["log.body-altered"]


@pytest.mark.parametrize("name", ["log.sqlite", "key-ed25519.pem", "key-ml-dsa-44.pem"])
def test_half_an_operators_log_is_no_public_part(public, tmp_path, name):
    shutil.copy(tmp_path / "log" / name, public)
    report = audit_log(public)
    assert report.scope is AuditScope.WHOLE
    missing = ["log.key-missing"]
    if name != "log.sqlite":
        missing.insert(0, "log.database-missing")
        assert report.withheld is None
    # Of two keys one is there, and of the ledger's bodies none.
    assert codes(report) == missing


def test_an_altered_entry_of_the_public_part_is_named(public):
    bundle = public / "tile/entries/000"
    data = bundle.read_bytes()
    bundle.write_bytes(data[:-1] + bytes((data[-1] ^ 1,)))
    assert codes(audit_log(public)) == ["log.tile-altered"]


def test_a_copy_made_while_the_log_grew_is_consistent(log, tmp_path):
    early = (tmp_path / "log" / "checkpoint").read_bytes()
    log.append(batch(400, 700))
    public = copied(log, tmp_path)
    (public / "checkpoint").write_bytes(early)
    report = audit_log(public)
    assert report.problems == ()
    assert report.size == 300
    assert report.beyond > 0
    (public / "tile" / "notes.txt").write_text("x")
    assert codes(audit_log(public)) == ["log.tile-unexpected"]


def test_without_a_valid_checkpoint_no_size_is_told(public):
    (public / "checkpoint").write_bytes(b"no checkpoint")
    report = audit_log(public)
    assert codes(report) == ["log.checkpoint-altered"]
    assert (report.size, report.root, report.pending) == (None, None, None)


def test_a_checkpoint_of_a_size_without_tiles_ends_soon(log, public):
    huge = Checkpoint(origin=ORIGIN, size=2**62, root=bytes(32))
    (public / "checkpoint").write_text(log._parts.keys.sign(huge, START))
    report = audit_log(public)
    assert len(report.problems) == 1000
    assert report.root is None


def test_a_log_that_the_auditor_believes_is_vouched_for(log, public):
    assert audit_log(public, trusted=trusted(log)).vouched
    one = TrustedLog(origin=ORIGIN, vkeys=(str(log.vkeys[0]),))
    assert audit_log(public, trusted=(one,)).vouched


def test_a_log_that_the_auditor_does_not_know_is_refused(log, public):
    for logs in ((), trusted(log, origin="other")):
        report = audit_log(public, trusted=logs)
        assert codes(report) == ["trust.unknown-log"]
        assert not report.vouched


def test_a_log_with_keys_of_its_own_making_is_refused(log, public, tmp_path):
    other = init_log(tmp_path / "other", ORIGIN)
    report = audit_log(public, trusted=trusted(other))
    assert codes(report) == ["trust.log-keys", "log.checkpoint-altered"]
    assert report.keys == other.vkeys
    # A log.json without one of the keys: the tree is the believed one all the same.
    stated = json.loads((public / "log.json").read_text())
    stated["vkeys"] = stated["vkeys"][:1]
    (public / "log.json").write_text(json.dumps(stated))
    report = audit_log(public, trusted=trusted(log))
    assert codes(report) == ["trust.log-keys"]
    assert report.size == 300


def test_entries_of_another_form_are_counted_and_no_fault(public):
    report = audit_log(public)
    assert report.ok
    assert report.foreign == 299


def changed(change) -> bytes:
    value = json.loads(LEAF)
    change(value)
    return canonical_json(value)


def spec(value):
    return value["spec"]["hashedRekordV002"]


def as_certificate(value):
    verifier = spec(value)["signature"]["verifier"]
    verifier["x509Certificate"] = verifier.pop("publicKey")


def test_a_hashedrekord_with_a_key_or_a_certificate_has_the_form():
    assert is_hashedrekord(LEAF)
    assert is_hashedrekord(changed(as_certificate))


@pytest.mark.parametrize(
    "entry",
    [
        b"",
        b"{}",
        b"[]",
        b"leaf 1",
        b"\xff",
        LEAF + b"\n",
        LEAF.replace(b":", b": ", 1),
        changed(lambda value: value.update(kind="dsse")),
        changed(lambda value: value.update(apiVersion="0.0.1")),
        changed(lambda value: value.update(more=1)),
        changed(lambda value: value.update(spec=[])),
        changed(lambda value: spec(value)["data"].update(digest="no base64")),
        changed(lambda value: spec(value)["data"].update(digest="")),
        changed(lambda value: spec(value)["data"].update(algorithm=256)),
    ],
)
def test_what_is_no_hashedrekord_in_canonical_json_is_told_apart(entry):
    assert not is_hashedrekord(entry)


@pytest.mark.parametrize(
    ("origin", "found"),
    [
        ("https://log.example/2026/", "scheme"),
        ("https://", "scheme"),
        ("log example", "space"),
        ("log+example", "'+'"),
        ("", "empty"),
        ('log"example', "quote"),
        ("log\\example", "backslash"),
        ("log\x01example", "control"),
        ("é" * 101, "long"),
    ],
)
def test_an_origin_is_refused_with_what_is_wrong_in_it(tmp_path, origin, found):
    with pytest.raises(UsageError) as caught:
        init_log(tmp_path / "log", origin)
    assert caught.value.code == "usage.log-origin"
    assert found in caught.value.message
    offered = caught.value.remedy == "--origin log.example/2026"
    assert offered is (origin == "https://log.example/2026/")


def test_the_public_description_is_read_by_itself(log, tmp_path):
    settings = parse_settings((tmp_path / "log" / "log.json").read_bytes())
    assert (settings.origin, settings.vkeys) == (ORIGIN, log.vkeys)
    with pytest.raises(LogError) as caught:
        parse_settings(b"{")
    assert caught.value.code == "log.settings-malformed"
