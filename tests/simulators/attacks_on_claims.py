"""Attacks on steps 6 to 10 of verifying: what is claimed, and for which files."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from assay.domain.declaration import AnswerValue
from assay.domain.release import FileRecord, Inventory, Irregular, IrregularKind
from assay.domain.statement import (
    ASSESSMENT_TYPE,
    DECLARATIONS_TYPE,
    MANIFEST_TYPE,
    SEAL_TYPE,
)
from tests.simulators.claims import (
    ANSWERS,
    EVIDENCE,
    FILES,
    HARBOUR,
    LOGGED_AT,
    REPORTS,
    SEALED_AT,
    SKIFF,
    answer,
)
from tests.simulators.tampering import (
    LEAKY,
    WITH_LEAK,
    Case,
    absolute_file,
    altered_release,
    assessment,
    control,
    declarations,
    doubled_files,
    escaping_file,
    manifest,
    other_programme,
    renamed_file,
    unsorted_files,
    with_subject,
    without_files,
)

CLAIM_ATTACKS = {
    # Step 6.
    "a path that leads out of the release": Case(
        "verify.bad-path", claim=assessment(escaping_file)
    ),
    "a path that starts at the root": Case(
        "verify.bad-path", claim=assessment(absolute_file)
    ),
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
