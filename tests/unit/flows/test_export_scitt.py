from __future__ import annotations

import json
from dataclasses import replace

import pytest

from assay.crypto.cose_sign1 import sign_sign1
from assay.domain.verdict import VerdictValue
from assay.errors import AssayError
from assay.flows.export_scitt import export_scitt, init_scitt, register
from assay.flows.verify_scitt import scitt_document
from assay.log import audit_log, init_log
from assay.log.receipt_key import ensure_receipt_key
from assay.verify.scitt import ScittVerdict, TransparentStatement
from assay.verify.scitt_receipts import Registration
from assay.wire.v0.bundle import write_bundle
from tests.simulators.claims import NOW, Claim
from tests.simulators.log_scenes import ORIGIN
from tests.simulators.scitt import ISSUER, SEAL, statement
from tests.unit.verify.test_verify_scitt import transparent, verify

CLAIM = Claim()


@pytest.fixture
def log(tmp_path):
    init_log(tmp_path / "log", ORIGIN)
    init_scitt(tmp_path / "log")
    return tmp_path / "log"


def refused(call, *args, **kwargs):
    with pytest.raises(AssayError) as caught:
        call(*args, **kwargs)
    return caught.value.code


def exported(bundle, log, tmp_path, signer=CLAIM.signer):
    path = tmp_path / "bundle.assay"
    path.write_bytes(write_bundle(bundle))
    return export_scitt(path, signer, log, tmp_path / "out")


def test_a_bundle_without_receipts_can_be_exported(log, tmp_path):
    written = exported(Claim(log=None).bundle(), log, tmp_path)
    assert [item.kind for item in written] == [
        "manifest",
        "assessment",
        "declarations",
        "seal",
    ]
    assert [item.log_index for item in written] == [0, 1, 2, 3]
    assert all(item.size == item.path.stat().st_size for item in written)


def changed(kind, change):
    """Give a bundle whose statements somebody signed otherwise."""
    statements = CLAIM.bundle().statements

    def other(item):
        document = json.loads(item.envelope.payload)
        if kind not in document["predicateType"]:
            return item
        return None if change is None else change(item)

    kept = tuple(filter(None, map(other, statements)))
    return replace(CLAIM.bundle(), statements=kept)


@pytest.mark.parametrize(
    ("bundle", "code"),
    [
        (changed("seal", None), "bundle.not-exportable"),
        (
            replace(
                CLAIM.bundle(),
                statements=CLAIM.bundle().statements + CLAIM.bundle().statements[:1],
            ),
            "bundle.not-exportable",
        ),
        (
            Claim(
                after_seal={
                    "https://assay/assessment/v0.1": lambda data: data.replace(
                        b"https://assay/assessment/v0.1", b"https://else/assessment/v0"
                    )
                }
            ).bundle(),
            "bundle.not-exportable",
        ),
        (
            Claim(
                envelopes=lambda all_: [
                    replace(all_[0], payload=all_[0].payload + b" "),
                    *all_[1:],
                ]
            ).bundle(),
            "signature.mismatch",
        ),
    ],
)
def test_what_makes_no_sense_is_not_registered(log, tmp_path, bundle, code):
    assert refused(exported, bundle, log, tmp_path) == code
    assert audit_log(log).size == 0


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({4: None}, "scitt.kid-missing"),
        ({4: b"another"}, "scitt.kid-missing"),
        ({15: None}, "scitt.claims"),
        ({3: None}, "scitt.content-type"),
        ({2: (99,), 99: 1}, "cose.crit-unknown"),
    ],
)
def test_a_log_registers_nothing_that_its_policy_refuses(tmp_path, header, code):
    log = init_log(tmp_path / "log", ORIGIN)
    key = ensure_receipt_key(tmp_path / "log", ORIGIN)
    merged = {
        k: v for k, v in {**statement().protected, **header}.items() if v and k != 1
    }
    refusable = [statement(), sign_sign1(ISSUER, merged, SEAL)]
    assert refused(register, refusable, ISSUER.public_key, log, key) == code
    altered = [replace(statement(), signature=bytes(64))]
    assert refused(register, altered, ISSUER.public_key, log, key) == (
        "cose.signature-mismatch"
    )
    assert audit_log(tmp_path / "log").size == 0


def test_numbers_that_json_cannot_carry_are_left_out():
    proven = verify(transparent()).statement
    assert isinstance(proven, TransparentStatement)
    registration = Registration(
        origin=ORIGIN, root=bytes(32), size=2**53, index=2**53 - 1, at=None
    )
    verdict = ScittVerdict(
        value=VerdictValue.VALID,
        at=NOW,
        reasons=(),
        statement=replace(proven, registrations=(registration,)),
    )
    (shown,) = scitt_document(verdict).statement.registrations
    assert (shown.size, shown.index, shown.at) == (None, 2**53 - 1, None)
