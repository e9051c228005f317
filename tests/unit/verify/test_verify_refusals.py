"""Every way in which a bundle is refused, each with its own code."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from assay.crypto.digest import release_digest, sha256_hex
from assay.crypto.dsse import pre_authentication_encoding
from assay.domain.declaration import AnswerValue
from assay.domain.facts import Place
from assay.domain.finding import Confidence, Finding, Severity
from assay.domain.release import FileRecord, Inventory, Irregular, IrregularKind
from assay.domain.statement import (
    ASSESSMENT_TYPE,
    DECLARATIONS_TYPE,
    MANIFEST_TYPE,
    SEAL_TYPE,
)
from assay.domain.trust import TrustedDeveloper, TrustedLog
from assay.domain.verdict import VerdictValue
from assay.statement import sign
from tests.simulators.claims import (
    ANSWERS,
    EVIDENCE,
    FILES,
    HARBOUR,
    LOGGED_AT,
    REPORTS,
    SEALED_AT,
    SKIFF,
    Claim,
    MemoryLog,
    answer,
    edited,
    p256_signer,
    predicate,
    report,
    witness,
)
from tests.simulators.note_signers import (
    LOG_ED,
    LOG_PQ,
    WITNESS_ED,
    WITNESS_PQ,
    NoteSigner,
)

REPOSITORY = Path(__file__).parents[3]


@dataclass
class Case:
    """One thing changed in a claim that is good otherwise, and who looks at it."""

    code: str
    claim: dict = field(default_factory=dict)
    trust: dict = field(default_factory=dict)
    inventory: Inventory | None = None


def assessment(edit):
    return {"before_seal": {ASSESSMENT_TYPE: predicate(edit)}}


def declarations(edit):
    return {"before_seal": {DECLARATIONS_TYPE: predicate(edit)}}


def seal(edit):
    return {"after_seal": {SEAL_TYPE: predicate(edit)}}


def manifest(edit):
    return {"before_seal": {MANIFEST_TYPE: predicate(edit)}}


def with_subject(digest):
    return lambda payload: edited(
        payload, lambda doc: doc["subject"][0]["digest"].update(sha256=digest)
    )


def control(number, **changes):
    return assessment(lambda doc: doc["controls"][number].update(changes))


def signed_as(payload_type):
    """Sign the first statement properly, but as a payload of another type."""

    def edit(envelopes):
        first, *others = envelopes
        message = pre_authentication_encoding(payload_type, first.payload)
        other = replace(
            first, payload_type=payload_type, signature=p256_signer().sign(message)
        )
        return [other, *others]

    return edit


def first(change):
    return lambda items: [change(items[0]), *items[1:]]


def flipped_signature(envelope):
    changed = bytearray(envelope.signature)
    changed[-1] ^= 1
    return replace(envelope, signature=bytes(changed))


def repeated_key(payload):
    """Say one thing twice in bytes that are signed as they are."""
    return payload.replace(b'"_type":', b'"predicate":{},"_type":', 1)


def unsorted_files(doc):
    doc["release"]["files"].reverse()


def doubled_files(doc):
    doc["release"]["files"].append(doc["release"]["files"][-1])


def without_files(doc):
    doc["release"]["files"].clear()


def renamed_file(doc):
    doc["release"]["files"][1]["path"] = "READYOU.md"


def altered_release(files):
    """List other files than the manifest, with a digest that follows from them."""
    digest = release_digest(files)

    def edit(doc):
        doc["release"] = {
            "digest": digest,
            "files": [
                {"path": f.path, "size": f.size, "sha256": f.sha256} for f in files
            ],
        }

    return {
        "before_seal": {
            ASSESSMENT_TYPE: lambda payload: with_subject(digest)(
                predicate(edit)(payload)
            ),
            DECLARATIONS_TYPE: with_subject(digest),
        },
        "after_seal": {SEAL_TYPE: with_subject(digest)},
    }


def other_programme(data):
    """Sign for another programme than the one that the outcomes come from."""
    digest = sha256_hex(data)
    named = predicate(lambda doc: doc["programme"].update(digest=digest))
    return {
        "before_seal": {ASSESSMENT_TYPE: named, DECLARATIONS_TYPE: named},
        "shown_programme": data,
    }


def outsider_first(envelopes):
    """Let another key sign the first statement and name itself honestly."""
    return [sign(envelopes[0].payload, p256_signer(2002)), *envelopes[1:]]


def forged_key_id(envelopes):
    other = sign(envelopes[0].payload, p256_signer(2002))
    return [replace(other, key_id=envelopes[0].key_id), *envelopes[1:]]


def of_type(payload_type, statement=0):
    def edit(envelopes):
        out = list(envelopes)
        payload = edited(
            out[statement].payload,
            lambda doc: doc.update(predicateType=payload_type),
        )
        out[statement] = sign(payload, p256_signer())
        return out

    return edit


def swapped_receipts(logged):
    receipts = [item.receipt for item in logged]
    return [
        replace(item, receipt=receipt)
        for item, receipt in zip(logged, reversed(receipts), strict=True)
    ]


def receipt_edit(edit):
    return first(lambda item: replace(item, receipt=edit(item.receipt)))


FINDING = Finding(
    check="secrets",
    rule="aws-access-key-id",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    place=Place(path="config.json"),
    message="A key.",
    remediation="Remove it.",
)
LEAKY = report("secrets", findings=(FINDING,), findings_total=1)
WITH_LEAK = tuple(LEAKY if r.check == "secrets" else r for r in REPORTS)

COMPRESSED = (
    p256_signer()
    ._native.public_key()
    .public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
)
# SubjectPublicKeyInfo of P-256 with a point of 33 bytes, RFC 5480 section 2.
COMPRESSED = (
    bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200") + COMPRESSED
)

OTHER_LOG = MemoryLog(
    origin="other.example/log",
    keys=(NoteSigner("other.example/log", LOG_ED.type, 9),),
)
SAME_NAME_OTHER_KEYS = MemoryLog(
    keys=(
        NoteSigner(LOG_ED.name, LOG_ED.type, 40),
        NoteSigner(LOG_PQ.name, LOG_PQ.type, 41),
    )
)
TWO_KEYED = NoteSigner(WITNESS_ED.name, WITNESS_PQ.type, 42)
IMPOSTOR = NoteSigner(WITNESS_ED.name, WITNESS_ED.type, 43)

CASES = {
    # Step 1.
    "signed by somebody whom the verifier does not know": Case(
        "trust.unknown-developer", trust={"developers": ()}
    ),
    "signed by another key than the developer's": Case(
        "trust.unknown-developer",
        claim={"signer": p256_signer(2002)},
        trust={"developers": Claim().trust().developers},
    ),
    "a key that is none, also to the verifier": Case(
        "key.not-a-key",
        claim={"shown_key": b"none"},
        trust={"developers": (TrustedDeveloper(name="x", public_key=b"none"),)},
    ),
    "a key in another encoding, also to the verifier": Case(
        "key.not-canonical",
        claim={"shown_key": COMPRESSED},
        trust={"developers": (TrustedDeveloper(name="x", public_key=COMPRESSED),)},
    ),
    # Step 2.
    "a signature with one bit changed": Case(
        "signature.mismatch", claim={"envelopes": first(flipped_signature)}
    ),
    "a statement signed by a stranger": Case(
        "signature.key-id", claim={"envelopes": outsider_first}
    ),
    "a statement signed by a stranger in the developer's name": Case(
        "signature.mismatch", claim={"envelopes": forged_key_id}
    ),
    "a payload changed after it was signed": Case(
        "signature.mismatch",
        claim={
            "envelopes": first(lambda e: replace(e, payload=e.payload + b" ")),
        },
    ),
    "a payload of another type, properly signed": Case(
        "signature.payload-type",
        claim={"envelopes": signed_as("application/vnd.other+json")},
    ),
    "a payload of another type, not signed as such": Case(
        "signature.payload-type",
        claim={"envelopes": first(lambda e: replace(e, payload_type="text/plain"))},
    ),
    # Step 3.
    "a kind of statement that nobody knows": Case(
        "verify.unknown-statement",
        claim={"envelopes": of_type("https://assay/blessing/v1")},
    ),
    "a later version of a known kind": Case(
        "verify.unknown-statement",
        claim={"envelopes": of_type("https://assay/assessment/v0.2", 1)},
    ),
    "the same statement twice": Case(
        "verify.repeated-statement",
        claim={"envelopes": lambda all_: [all_[0], *all_]},
    ),
    "two manifests": Case(
        "verify.repeated-statement",
        claim={"envelopes": of_type(MANIFEST_TYPE, 1)},
    ),
    "no manifest": Case(
        "verify.missing-statement", claim={"envelopes": lambda all_: all_[1:]}
    ),
    "no assessment": Case(
        "verify.missing-statement",
        claim={"envelopes": lambda all_: [all_[0], *all_[2:]]},
    ),
    "no seal": Case(
        "verify.missing-statement", claim={"envelopes": lambda all_: all_[:-1]}
    ),
    "a signed payload with a key twice": Case(
        "document.repeated-key",
        claim={"before_seal": {MANIFEST_TYPE: repeated_key}},
    ),
    "a signed payload that is no JSON": Case(
        "document.malformed-json",
        claim={"before_seal": {MANIFEST_TYPE: lambda _: b"hello"}},
    ),
    "a signed payload that is no statement": Case(
        "document.schema", claim={"before_seal": {MANIFEST_TYPE: lambda _: b"{}"}}
    ),
    "a statement about two things": Case(
        "document.schema",
        claim={
            "before_seal": {
                MANIFEST_TYPE: lambda p: edited(
                    p, lambda doc: doc["subject"].append(doc["subject"][0])
                )
            }
        },
    ),
    "an assessment with a field that nobody knows": Case(
        "document.schema", claim=assessment(lambda doc: doc.update(bonus=1))
    ),
    "an assessment with an outcome that nobody knows": Case(
        "document.schema", claim=control(0, outcome="splendid")
    ),
    "a declaration that nobody can read": Case(
        "document.schema", claim=declarations(lambda doc: doc.pop("answers"))
    ),
    "a seal that nobody can read": Case(
        "document.schema", claim=seal(lambda doc: doc.pop("validUntil"))
    ),
    "a seal on a day that no calendar has": Case(
        "document.bad-instant",
        claim=seal(lambda doc: doc.update(sealedAt="2026-02-30T00:00:00Z")),
    ),
    "an answer on a day that no calendar has": Case(
        "document.bad-instant",
        claim=declarations(lambda doc: doc["answers"][0].update(date="2026-02-30")),
    ),
    "a manifest in a form that Assay does not seal": Case(
        "document.schema",
        claim=manifest(lambda doc: doc["serialization"].update(method="shards")),
    ),
    "a manifest that follows links": Case(
        "verify.manifest-mismatch",
        claim=manifest(lambda doc: doc["serialization"].update(allow_symlinks=True)),
    ),
    "a report that calls itself clean and has findings": Case(
        "document.check-report",
        claim={
            "reports": WITH_LEAK,
            **assessment(lambda doc: doc["checks"][3].update(status="clean")),
        },
    ),
    "a report that counts fewer findings than it lists": Case(
        "document.check-report",
        claim={
            "reports": WITH_LEAK,
            **assessment(lambda doc: doc["checks"][3].update(findingsTotal=0)),
        },
    ),
    "a report with a finding of another check": Case(
        "document.check-report",
        claim={
            "reports": WITH_LEAK,
            **assessment(
                lambda doc: doc["checks"][3]["findings"][0].update(check="model-card")
            ),
        },
    ),
    # Step 4.
    "a statement exchanged after it was sealed": Case(
        "verify.seal-mismatch",
        claim={
            "after_seal": {
                ASSESSMENT_TYPE: predicate(
                    lambda doc: doc["tool"].update(version="9.9.9")
                )
            }
        },
    ),
    "a seal that binds other statements": Case(
        "verify.seal-mismatch",
        claim=seal(lambda doc: doc["statements"][0].update(sha256="0" * 64)),
    ),
    "a seal that binds one statement more": Case(
        "verify.seal-mismatch",
        claim=seal(
            lambda doc: doc["statements"].append(
                {"predicateType": "https://assay/other/v1", "sha256": "0" * 64}
            )
        ),
    ),
    "a seal that binds one statement twice": Case(
        "verify.seal-mismatch",
        claim=seal(lambda doc: doc["statements"].append(doc["statements"][0])),
    ),
    "a seal that leaves one statement out": Case(
        "verify.seal-mismatch", claim=seal(lambda doc: doc["statements"].pop())
    ),
    "the answers taken out after sealing": Case(
        "verify.seal-mismatch",
        claim={"envelopes": lambda all_: [*all_[:2], all_[3]]},
    ),
    # Step 5.
    "no receipt where a log is required": Case(
        "verify.no-receipt",
        claim={"logged": first(lambda item: replace(item, receipt=None))},
    ),
    "no log at all where one is required": Case(
        "verify.no-receipt",
        claim={"log": None},
        trust={"log_required": True, "logs": (MemoryLog().trusted,)},
    ),
    "a log that the verifier does not know": Case(
        "trust.unknown-log", claim={"log": OTHER_LOG}, trust={"logs": ()}
    ),
    "another log than the one believed": Case(
        "trust.unknown-log",
        claim={"log": OTHER_LOG},
        trust={"logs": (MemoryLog().trusted,)},
    ),
    "a log that takes the name of the one believed": Case(
        "signature.note-no-known-key",
        claim={"log": SAME_NAME_OTHER_KEYS},
        trust={"logs": (MemoryLog().trusted,)},
    ),
    "a log that signed with one of its two keys": Case(
        "signature.log-key-missing",
        claim={"log": MemoryLog(keys=(LOG_ED,))},
        trust={"logs": (MemoryLog().trusted,)},
    ),
    "a log known by a key that is none": Case(
        "signature.vkey-malformed",
        trust={"logs": (TrustedLog(origin=LOG_ED.name, vkeys=("nonsense",)),)},
    ),
    "receipts of other statements": Case(
        "log.inclusion-mismatch", claim={"logged": swapped_receipts}
    ),
    "a receipt that is none": Case(
        "log.proof-header", claim={"logged": receipt_edit(lambda _: "hello")}
    ),
    "a receipt cut in the middle": Case(
        "log.proof-cut",
        claim={"logged": receipt_edit(lambda text: text.split("\n\n")[0])},
    ),
    "a receipt for another index": Case(
        "log.inclusion-mismatch",
        claim={
            "logged": receipt_edit(lambda t: t.replace("\nindex 2\n", "\nindex 3\n"))
        },
    ),
    "a receipt with something that nothing signs": Case(
        "log.proof-extra",
        claim={
            "logged": receipt_edit(
                lambda t: t.replace("\nindex", "\nextra AA==\nindex")
            )
        },
    ),
    "a receipt without the witness asked for": Case(
        "verify.witness-quorum",
        trust={"witnesses": (witness(WITNESS_ED),), "quorum": 1},
    ),
    "one witness of the two asked for": Case(
        "verify.witness-quorum",
        claim={"log": MemoryLog(witnesses=(WITNESS_ED,))},
        trust={
            "witnesses": (witness(WITNESS_ED), witness(WITNESS_PQ)),
            "quorum": 2,
        },
    ),
    "one witness signing twice with one key": Case(
        "signature.note-repeated-key",
        claim={"log": MemoryLog(witnesses=(WITNESS_ED, WITNESS_ED))},
        trust={
            "witnesses": (witness(WITNESS_ED), witness(WITNESS_PQ)),
            "quorum": 2,
        },
    ),
    "one witness with two keys under one name": Case(
        "verify.witness-quorum",
        claim={"log": MemoryLog(witnesses=(WITNESS_ED, TWO_KEYED))},
        trust={
            "witnesses": (witness(WITNESS_ED, "a"), witness(TWO_KEYED, "b")),
            "quorum": 2,
        },
    ),
    "one witness with two keys that the verifier knows as one": Case(
        "verify.witness-quorum",
        claim={"log": MemoryLog(witnesses=(WITNESS_ED, WITNESS_PQ))},
        trust={
            "witnesses": (witness(WITNESS_ED, "w"), witness(WITNESS_PQ, "w")),
            "quorum": 2,
        },
    ),
    "a witness whom the verifier does not know": Case(
        "verify.witness-quorum",
        claim={"log": MemoryLog(witnesses=(IMPOSTOR,))},
        trust={"witnesses": (witness(WITNESS_ED),), "quorum": 1},
    ),
    "a log that states a time beyond any calendar": Case(
        "verify.bad-log-time", claim={"log": MemoryLog(timestamp=2**62)}
    ),
    # Step 6.
    "files in another order": Case(
        "verify.files-unsorted", claim=assessment(unsorted_files)
    ),
    "one file listed twice": Case(
        "verify.files-unsorted", claim=assessment(doubled_files)
    ),
    "no files at all": Case("verify.files-unsorted", claim=assessment(without_files)),
    "a release digest that does not follow from the files": Case(
        "verify.release-digest",
        claim=assessment(lambda doc: doc["release"].update(digest="0" * 64)),
    ),
    "a file renamed in the listing": Case(
        "verify.release-digest", claim=assessment(renamed_file)
    ),
    "an assessment whose subject is another release": Case(
        "verify.subject-mismatch",
        claim={"before_seal": {ASSESSMENT_TYPE: with_subject("1" * 64)}},
    ),
    "answers about another release": Case(
        "verify.subject-mismatch",
        claim={"before_seal": {DECLARATIONS_TYPE: with_subject("1" * 64)}},
    ),
    "a seal over another release": Case(
        "verify.subject-mismatch",
        claim={"after_seal": {SEAL_TYPE: with_subject("1" * 64)}},
    ),
    "a manifest with one file less": Case(
        "verify.manifest-mismatch",
        claim=manifest(lambda doc: doc["resources"].pop()),
    ),
    "a manifest with another digest": Case(
        "verify.manifest-mismatch",
        claim=manifest(lambda doc: doc["resources"][0].update(digest="0" * 64)),
    ),
    "a manifest with another name for a file": Case(
        "verify.manifest-mismatch",
        claim=manifest(lambda doc: doc["resources"][0].update(name="READYOU.md")),
    ),
    "a manifest that ignores more": Case(
        "verify.manifest-mismatch",
        claim=manifest(lambda doc: doc["serialization"]["ignore_paths"].append("x")),
    ),
    "a manifest whose root does not follow": Case(
        "verify.manifest-mismatch",
        claim={"before_seal": {MANIFEST_TYPE: with_subject("1" * 64)}},
    ),
    "an assessment of files that the manifest leaves out": Case(
        "verify.manifest-mismatch",
        claim=altered_release(
            (*FILES, FileRecord(path="z.bin", size=1, sha256="a" * 64))
        ),
    ),
    # Step 7.
    "another programme beside the statements": Case(
        "verify.programme-mismatch", claim={"shown_programme": SKIFF}
    ),
    "the programme with one word changed": Case(
        "verify.programme-mismatch",
        claim={"shown_programme": HARBOUR.replace(b'"high"', b'"critical"')},
    ),
    "answers to another programme": Case(
        "verify.programme-mismatch",
        claim=declarations(lambda doc: doc["programme"].update(digest="0" * 64)),
    ),
    "a programme under another name": Case(
        "verify.programme-mismatch",
        claim=assessment(lambda doc: doc["programme"].update(id="haven")),
    ),
    "a programme that contradicts itself": Case(
        "programme.dangling-id",
        claim=other_programme(HARBOUR.replace(b'area = "cargo"', b'area = "hold"', 1)),
    ),
    "a programme that nobody can read": Case(
        "document.malformed-toml", claim=other_programme(b"= 1")
    ),
    # Step 8.
    "an outcome forged to met": Case(
        "verify.outcome-mismatch",
        claim={"reports": WITH_LEAK, **control(1, outcome="met")},
    ),
    "an outcome forged to not met": Case(
        "verify.outcome-mismatch", claim=control(1, outcome="not met")
    ),
    "an answer known in a stronger way than it is": Case(
        "verify.outcome-mismatch", claim=control(3, **{"class": "independent"})
    ),
    "an answer that looks younger than it is": Case(
        "verify.outcome-mismatch", claim=control(3, collected="2026-11-23")
    ),
    "an outcome with evidence that was never given": Case(
        "verify.outcome-mismatch", claim=control(3, evidence=["0" * 64])
    ),
    "an outcome left out": Case(
        "verify.outcome-mismatch", claim=assessment(lambda doc: doc["controls"].pop(1))
    ),
    "an outcome too many": Case(
        "verify.outcome-mismatch",
        claim=assessment(lambda doc: doc["controls"].append(doc["controls"][0])),
    ),
    "outcomes in another order": Case(
        "verify.outcome-mismatch",
        claim=assessment(lambda doc: doc["controls"].reverse()),
    ),
    "met, but the report behind it taken out": Case(
        "verify.outcome-mismatch", claim=assessment(lambda doc: doc["checks"].pop())
    ),
    "met, but the report behind it did not see everything": Case(
        "verify.outcome-mismatch",
        claim=assessment(lambda doc: doc["checks"][3].update(findingsTotal=1)),
    ),
    "a tier forged": Case(
        "verify.summary-mismatch",
        claim=assessment(lambda doc: doc.update(tiers=["moored", "surveyed"])),
    ),
    "a tier taken away": Case(
        "verify.summary-mismatch", claim=assessment(lambda doc: doc.update(tiers=[]))
    ),
    "a burden forged": Case(
        "verify.summary-mismatch",
        claim=assessment(lambda doc: doc["burden"].update(asked=0)),
    ),
    "two reports of one check, the second clean": Case(
        "verify.repeated-report",
        claim={"reports": (LEAKY, *REPORTS)},
    ),
    "two answers to one question": Case(
        "verify.repeated-answer",
        claim={"answers": (*ANSWERS, answer("crew-1", value=AnswerValue.NOT_MET))},
    ),
    "an answer to what only checks answer": Case(
        "verify.unasked-answer", claim={"answers": (answer("cargo-1"), *ANSWERS)}
    ),
    "an answer to what only a reviewer answers": Case(
        "verify.unasked-answer",
        claim={"answers": (*ANSWERS, answer("crew-3", evidence=(EVIDENCE,)))},
    ),
    "an answer to what nobody asked": Case(
        "verify.unasked-answer", claim={"answers": (*ANSWERS, answer("crew-9"))}
    ),
    "not applicable where it always applies": Case(
        "verify.inadmissible-answer",
        claim={"answers": (answer("crew-1", value=AnswerValue.NOT_APPLICABLE),)},
    ),
    "met without the evidence that the programme asks for": Case(
        "verify.inadmissible-answer",
        claim={"answers": (ANSWERS[0], answer("crew-2"))},
    ),
    # Step 9.
    "a validity that ends before it begins": Case(
        "verify.validity-reversed",
        claim={"valid_until": SEALED_AT - timedelta(seconds=1)},
    ),
    "a validity of no time": Case(
        "verify.validity-reversed", claim={"valid_until": SEALED_AT}
    ),
    "a seal dated after the log had taken it": Case(
        "verify.sealed-after-logged",
        claim={"sealed_at": LOGGED_AT + timedelta(minutes=10, seconds=1)},
    ),
    "an answer dated after the seal": Case(
        "verify.declared-after-sealed",
        claim={"answers": (answer("crew-1", date=date(2026, 11, 25)),)},
    ),
    # Step 10.
    "a file changed": Case(
        "verify.release-differs",
        inventory=Inventory(files=(*FILES[:-1], replace(FILES[-1], sha256="0" * 64))),
    ),
    "a file added": Case(
        "verify.release-differs",
        inventory=Inventory(
            files=(*FILES, FileRecord(path="z.py", size=1, sha256="0" * 64))
        ),
    ),
    "a file removed": Case(
        "verify.release-differs", inventory=Inventory(files=FILES[:-1])
    ),
    "an empty directory": Case("verify.release-differs", inventory=Inventory(files=())),
    "a link among the files": Case(
        "verify.release-unbound",
        inventory=Inventory(
            files=FILES,
            irregular=(
                Irregular(path="link", kind=IrregularKind.SYMLINK_INSIDE, detail="x"),
            ),
        ),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_refused_with_its_own_code(name):
    case = CASES[name]
    claim = Claim(**case.claim)
    if claim.log is not None:
        claim = replace(claim, log=replace(claim.log, leaves=list(claim.log.leaves)))
    trust = claim.trust(**case.trust)
    verdict = claim.verdict(trust, inventory=case.inventory)
    assert verdict.reasons[0].code == case.code
    assert not verdict.reasons[0].holds
    assert verdict.value is VerdictValue.INVALID
    assert verdict.release is None


def test_the_claim_that_every_case_changes_is_valid():
    witnesses = (WITNESS_ED, WITNESS_PQ)
    claim = Claim(log=MemoryLog(witnesses=witnesses))
    trust = claim.trust(witnesses=tuple(map(witness, witnesses)), quorum=2)
    verdict = claim.verdict(trust, inventory=Inventory(files=FILES))
    assert verdict.value is VerdictValue.VALID
    assert all(reason.holds for reason in verdict.reasons)
    assert verdict.release is not None


def test_every_code_that_verify_raises_is_provoked_here():
    source = REPOSITORY / "src" / "assay" / "verify"
    raised = set()
    for path in source.glob("*.py"):
        for family, code in re.findall(
            r'(Verify|Signature|Trust|Bundle)Error\(\s*f?"([^"]+)"', path.read_text()
        ):
            raised.add(f"{family.lower()}.{code}")
    raised.remove("verify.repeated-{what}")
    raised |= {"verify.repeated-report", "verify.repeated-answer"}
    assert raised <= {case.code for case in CASES.values()}
    assert len(raised) > 20


def test_every_reason_tells_what_was_expected_and_found():
    verdict = Claim(signer=p256_signer(5)).verdict(Claim().trust())
    assert "Expected: one of 1 developer keys." in verdict.reasons[0].message
    assert "Found: another key." in verdict.reasons[0].message
    assert "assay trust add" in verdict.reasons[0].subject


@pytest.mark.parametrize(
    ("inventory", "told"),
    [
        (Inventory(files=(*FILES[:-1], replace(FILES[-1], path="m.bin"))), "renamed: "),
        (Inventory(files=FILES[2:]), "removed: .gitattributes, README.md"),
        (
            Inventory(
                files=(
                    *FILES,
                    *(
                        FileRecord(path=f"x{i}", size=1, sha256="0" * 64)
                        for i in range(7)
                    ),
                )
            ),
            "added: x0, x1, x2, x3, x4 and 2 more",
        ),
        (
            Inventory(files=(replace(FILES[0], size=1), *FILES[1:])),
            "changed: .gitattributes",
        ),
    ],
)
def test_a_differing_release_is_told_file_by_file(inventory, told):
    verdict = Claim().verdict(inventory=inventory)
    assert told in verdict.reasons[0].message


def test_version_control_at_hand_is_no_difference():
    irregular = (Irregular(path=".git", kind=IrregularKind.VERSION_CONTROL),)
    verdict = Claim().verdict(inventory=Inventory(files=FILES, irregular=irregular))
    assert verdict.value is VerdictValue.VALID


def test_what_held_before_a_refusal_is_still_told():
    verdict = Claim(log=OTHER_LOG).verdict(Claim().trust())
    codes = [reason.code for reason in verdict.reasons]
    assert codes == [
        "trust.unknown-log",
        "verify.developer",
        "verify.signatures",
        "verify.seal",
    ]
