from __future__ import annotations

import os
import stat

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from assay.crypto import merkle
from assay.crypto.cose_key import key_thumbprint, read_key_set
from assay.crypto.cose_receipt import (
    parse_receipt,
    verify_consistency_receipt,
    verify_inclusion_receipt,
)
from assay.crypto.scitt_statement import read_claims
from assay.errors import AssayError, LogError, MachineError
from assay.log import audit_log, init_log
from assay.log.layout import RECEIPT_KEY, RECEIPT_KEY_SET
from assay.log.receipt_key import (
    ensure_receipt_key,
    read_receipt_key,
)
from tests.simulators.log_scenes import ORIGIN, START, Clock, batch, check_sound

SUBJECT = "urn:example:subject"


@pytest.fixture
def log(tmp_path):
    return init_log(tmp_path / "log", ORIGIN, clock=Clock())


@pytest.fixture
def root(log, tmp_path):
    assert log.origin == ORIGIN
    return tmp_path / "log"


def refused(call, *args):
    with pytest.raises(AssayError) as caught:
        call(*args)
    return caught.value.code


def test_the_key_is_its_owners_alone_and_its_public_half_is_published(root):
    key = ensure_receipt_key(root, ORIGIN)
    assert stat.S_IMODE((root / RECEIPT_KEY).stat().st_mode) == 0o600
    assert read_key_set((root / RECEIPT_KEY_SET).read_bytes()) == (key.public_key,)
    assert not [path for path in root.iterdir() if path.name.endswith(".part")]


def test_made_again_it_is_the_same_and_what_was_lost_is_published_again(root):
    key = ensure_receipt_key(root, ORIGIN)
    (root / RECEIPT_KEY_SET).unlink()
    again = ensure_receipt_key(root, ORIGIN)
    assert (
        again.public_key == key.public_key == read_receipt_key(root, ORIGIN).public_key
    )
    assert (root / RECEIPT_KEY_SET).is_file()


def test_a_key_that_somebody_made_meanwhile_is_used(root, monkeypatch):
    first = ensure_receipt_key(root, ORIGIN)
    there = iter([False, True])
    monkeypatch.setattr(os.path, "lexists", lambda _: next(there))
    assert ensure_receipt_key(root, ORIGIN).public_key == first.public_key


def test_a_log_with_the_key_is_as_sound_as_before(log, root):
    ensure_receipt_key(root, ORIGIN)
    log.append(batch(0, 5))
    check_sound(root, size=5)


@pytest.mark.parametrize("size", [1, 2, 5, 256, 257])
def test_the_logs_receipts_become_cose_receipts(log, root, size):
    key = ensure_receipt_key(root, ORIGIN)
    entries = batch(0, size)
    given = log.append(entries)
    for at in {0, size // 2, size - 1}:
        entry, proof = entries[at].leaf, given[at].proof_text
        data = key.issue_inclusion(entry, proof, log.vkeys, SUBJECT)
        receipt = parse_receipt(data)
        proven = verify_inclusion_receipt(
            receipt, entry, key.public_key, kids={key_thumbprint(key.public_key)}
        )
        assert (proven.size, proven.index) == (size, at)
        claims = read_claims(receipt.protected)
        assert (claims.issuer, claims.subject) == (ORIGIN, SUBJECT)
        assert claims.issued_at == START
        assert proven.root == audit_log(root).root
        # Made again it is the same, byte for byte.
        assert key.issue_inclusion(entry, proof, log.vkeys, SUBJECT) == data


def test_nothing_is_signed_for_an_entry_that_the_log_has_not(log, root, tmp_path):
    key = ensure_receipt_key(root, ORIGIN)
    (given,) = log.append(batch(0, 1))
    args = given.proof_text, log.vkeys, SUBJECT
    assert refused(key.issue_inclusion, b"another", *args) == "log.inclusion-mismatch"
    other = init_log(tmp_path / "other", ORIGIN, clock=Clock())
    assert refused(
        key.issue_inclusion, b"leaf 0", given.proof_text, other.vkeys, SUBJECT
    ).startswith("signature.")


def test_nothing_is_signed_for_another_log(log, root, tmp_path):
    key = ensure_receipt_key(root, "log.example/elsewhere")
    (given,) = log.append(batch(0, 1))
    with pytest.raises(LogError) as caught:
        key.issue_inclusion(b"leaf 0", given.proof_text, log.vkeys, SUBJECT)
    assert caught.value.code == "log.origin-mismatch"
    assert tmp_path


@pytest.mark.parametrize(("old", "new"), [(1, 2), (3, 7), (255, 257)])
def test_growth_of_the_log_is_proven(log, root, old, new):
    key = ensure_receipt_key(root, ORIGIN)
    log.append(batch(0, old))
    before = audit_log(root)
    log.append(batch(old, new))
    after = audit_log(root)
    data = key.issue_consistency((old, new), log.consistency(old), after.root, START)
    proven = verify_consistency_receipt(
        parse_receipt(data), old, before.root, key.public_key
    )
    assert (proven.size, proven.root) == (new, after.root)
    assert proven.root != merkle.EMPTY_ROOT


def test_a_log_without_the_key_says_how_to_make_one(root):
    with pytest.raises(LogError) as caught:
        read_receipt_key(root, ORIGIN)
    assert caught.value.code == "log.receipt-key-missing"
    assert "assay scitt init" in caught.value.remedy


def test_a_key_that_others_can_read_is_refused(root):
    ensure_receipt_key(root, ORIGIN)
    (root / RECEIPT_KEY).chmod(0o640)
    assert refused(read_receipt_key, root, ORIGIN) == "log.key-exposed"


def pem(native):
    return native.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "log.key-malformed"),
        (b"no key", "log.key-malformed"),
        (pem(ed25519.Ed25519PrivateKey.generate()), "log.receipt-key-malformed"),
        (pem(ec.generate_private_key(ec.SECP384R1())), "log.receipt-key-malformed"),
    ],
)
def test_a_key_of_another_kind_is_refused(root, data, code):
    (root / RECEIPT_KEY).write_bytes(data)
    (root / RECEIPT_KEY).chmod(0o600)
    for call in (read_receipt_key, ensure_receipt_key):
        assert refused(call, root, ORIGIN) == code


def test_a_failing_machine_is_told(root, monkeypatch, tmp_path):
    (root / RECEIPT_KEY).mkdir()
    with pytest.raises(MachineError):
        read_receipt_key(root, ORIGIN)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", full)
    other = tmp_path / "other"
    init_log(other, ORIGIN, clock=Clock())
    with pytest.raises(MachineError):
        ensure_receipt_key(other, ORIGIN)
    assert not [path for path in other.iterdir() if path.name.endswith(".part")]
