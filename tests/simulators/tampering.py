"""Ways to change one thing in a claim: what a developer, or somebody else, alters."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from assay.crypto.digest import release_digest, sha256_hex
from assay.crypto.dsse import pre_authentication_encoding
from assay.domain.facts import Place
from assay.domain.finding import Confidence, Finding, Severity
from assay.domain.statement import (
    ASSESSMENT_TYPE,
    DECLARATIONS_TYPE,
    MANIFEST_TYPE,
    SEAL_TYPE,
)
from assay.statement import sign
from tests.simulators.claims import (
    REPORTS,
    MemoryLog,
    edited,
    p256_signer,
    predicate,
    report,
)
from tests.simulators.note_signers import (
    LOG_ED,
    LOG_PQ,
    WITNESS_ED,
    WITNESS_PQ,
    NoteSigner,
)

if TYPE_CHECKING:
    from assay.domain.release import Inventory


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


def escaping_file(doc):
    doc["release"]["files"][0]["path"] = "../README.md"


def absolute_file(doc):
    doc["release"]["files"][0]["path"] = "/README.md"


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
