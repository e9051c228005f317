"""A developer who seals salted claims, honestly or not, and who carries them.

`lie`      an edit of the disclosures before their digests are signed, by statement
`digests`  an edit of the digests of both statements before they are signed
`shown`    an edit of the disclosures on their way, which nobody signs
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from assay.crypto.canonical import canonical_json
from assay.crypto.digest import sha256_hex
from assay.crypto.salted_digest import SeededSalts, disclosure_digest
from assay.domain.declaration import Declarations
from assay.domain.disclosure import ItemRef, answer_slots, assessment_slots
from assay.domain.statement import (
    ASSESSMENT_V02_TYPE,
    DECLARATIONS_V02_TYPE,
    MANIFEST_TYPE,
    SEAL_V02_TYPE,
    Bundle,
    BundleVersion,
    Seal,
    SealedStatement,
)
from assay.flows.disclose import disclosed, plan_controls
from assay.flows.opened import open_bundle
from assay.programme import read_programme
from assay.statement import (
    ClaimItems,
    assessment_v02_payload,
    claim_items,
    declarations_v02_payload,
    manifest_payload,
    seal_v02_payload,
)
from assay.statement.items import claimed
from tests.simulators.claims import Claim, _changed

if TYPE_CHECKING:
    from collections.abc import Callable

SEED = bytes(range(32))
ASSESSMENT, DECLARATIONS = "assessment", "declarations"


def opened_text(text: str):
    """Read a disclosure without asking whether it is a good one."""
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def text_of(document: Any) -> str:
    return encoded(canonical_json(document))


@dataclass(frozen=True, kw_only=True)
class SaltedClaim(Claim):
    """A claim v0.2, and what somebody changed on its way."""

    seed: bytes = SEED
    supersedes: tuple[str, ...] = ()
    version: BundleVersion = BundleVersion.V0_2
    lie: Callable[[dict[str, list[str]]], object] = dict
    digests: Callable[[dict[str, list[str]]], object] = dict
    shown: Callable[[list[str]], list[str]] = list
    drop: str = ""

    def texts(self) -> dict[str, list[str]]:
        """Give every disclosure by the statement that it belongs to."""
        assessment = self.assessment
        made = claim_items(
            assessment,
            Declarations(answers=self.answers),
            read_programme(self.programme_file),
            SeededSalts(self.seed, assessment.release_digest),
        )
        texts: dict[str, list[str]] = {ASSESSMENT: [], DECLARATIONS: []}
        for text in made.disclosures:
            answer = opened_text(text)[1] == "answer"
            texts[DECLARATIONS if answer else ASSESSMENT].append(text)
        self.lie(texts)
        return texts

    def items(self) -> ClaimItems:
        programme = read_programme(self.programme_file)
        salts = SeededSalts(self.seed, self.assessment.release_digest)
        slots = {
            ASSESSMENT: assessment_slots(programme),
            DECLARATIONS: answer_slots(programme),
        }
        texts = self.texts()
        digests = {}
        for statement, inside in texts.items():
            found = [disclosure_digest(text) for text in inside]
            decoys = salts.decoys(statement, slots[statement] - len(found))
            digests[statement] = sorted([*found, *decoys])
        self.digests(digests)
        return ClaimItems(
            assessment=tuple(digests[ASSESSMENT]),
            declarations=tuple(digests[DECLARATIONS]),
            disclosures=tuple(sorted(t for inside in texts.values() for t in inside)),
        )

    def payloads(self) -> dict[str, bytes]:
        programme = read_programme(self.programme_file)
        assessment = claimed(self.assessment, programme)
        digest, items = assessment.release_digest, self.items()
        payloads = {
            MANIFEST_TYPE: manifest_payload(self.inventory, "example"),
            ASSESSMENT_V02_TYPE: assessment_v02_payload(
                assessment, self.inventory, items
            ),
        }
        if answer_slots(programme):
            payloads[DECLARATIONS_V02_TYPE] = declarations_v02_payload(
                programme.ref, digest, items
            )
        payloads.pop(self.drop, None)
        payloads = _changed(payloads, self.before_seal)
        seal = Seal(
            release_digest=digest,
            sealed_at=self.sealed_at,
            valid_until=self.valid_until,
            statements=tuple(
                sorted(
                    SealedStatement(predicate_type=kind, sha256=sha256_hex(payload))
                    for kind, payload in payloads.items()
                )
            ),
            supersedes=self.supersedes,
        )
        payloads[SEAL_V02_TYPE] = seal_v02_payload(seal)
        return _changed(payloads, self.after_seal)

    def bundle(self) -> Bundle:
        texts = self.shown(list(self.items().disclosures))
        return replace(super().bundle(), disclosures=tuple(texts))


def shows(*controls: str) -> Callable[[SaltedClaim], Bundle]:
    """Make the bundle of a claim that shows these controls only."""

    def make(claim: SaltedClaim) -> Bundle:
        opened = open_bundle(claim.bundle())
        return disclosed(opened, plan_controls(opened, controls))

    return make


def item_at(texts: list[str], kind: str, name: str) -> int:
    """Find the disclosure of one item."""
    heads = [tuple(opened_text(text)[1:3]) for text in texts]
    return heads.index((kind, name))


def relied_on(texts: dict[str, list[str]], before: str, after: str) -> None:
    """Have every result that names the digest of one item name another's."""
    old, new = disclosure_digest(before), disclosure_digest(after)
    group = texts[ASSESSMENT]
    for place, text in enumerate(group):
        document = opened_text(text)
        if document[1] == "control":
            for item in document[3]["evidence"]:
                item["sha256"] = new if item["sha256"] == old else item["sha256"]
            document[3]["evidence"].sort(key=lambda e: (e["kind"], e["sha256"]))
            group[place] = text_of(document)


def edits(
    kind: str, name: str, edit: Callable[[list[Any]], object], *, signed: bool = True
) -> dict[str, Any]:
    """Change one item: before it is signed, or on its way."""

    def changed(text: str) -> str:
        document = opened_text(text)
        edit(document)
        return text_of(document)

    def lie(texts: dict[str, list[str]]) -> None:
        group = texts[DECLARATIONS if kind == "answer" else ASSESSMENT]
        place = item_at(group, kind, name)
        before, group[place] = group[place], changed(group[place])
        relied_on(texts, before, group[place])

    def carry(texts: list[str]) -> list[str]:
        place = item_at(texts, kind, name)
        return sorted([*texts[:place], changed(texts[place]), *texts[place + 1 :]])

    return {"lie": lie} if signed else {"shown": carry}


def adds(kind: str, name: str, value: Any, *, statement: str = "") -> dict[str, Any]:
    """Sign an item more, in the place of a decoy or beyond what there is room for."""
    document = ["A" * 22, kind, name, value]
    place = statement or (DECLARATIONS if kind == "answer" else ASSESSMENT)
    return {"lie": lambda texts: texts[place].append(text_of(document))}


def item(kind: str, name: str) -> ItemRef:
    return ItemRef(kind=kind, id=name)
