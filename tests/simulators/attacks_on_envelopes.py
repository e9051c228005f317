"""Attacks on steps 1 to 5 of verifying: signatures, kinds, the seal, the log."""

from __future__ import annotations

from dataclasses import replace

from assay.domain.statement import (
    ASSESSMENT_TYPE,
    MANIFEST_TYPE,
)
from assay.domain.trust import TrustedDeveloper, TrustedLog
from tests.simulators.claims import (
    Claim,
    MemoryLog,
    edited,
    p256_signer,
    predicate,
    witness,
)
from tests.simulators.note_signers import (
    LOG_ED,
    WITNESS_ED,
    WITNESS_PQ,
)
from tests.simulators.tampering import (
    COMPRESSED,
    IMPOSTOR,
    OTHER_LOG,
    SAME_NAME_OTHER_KEYS,
    TWO_KEYED,
    WITH_LEAK,
    Case,
    assessment,
    control,
    declarations,
    first,
    flipped_signature,
    forged_key_id,
    manifest,
    of_type,
    outsider_first,
    receipt_edit,
    repeated_key,
    seal,
    signed_as,
    swapped_receipts,
)

ENVELOPE_ATTACKS = {
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
        claim={"envelopes": of_type("https://assay/assessment/v0.9", 1)},
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
}
