"""Attacks on step 8 of verifying: what is shown of a salted claim.

Those that `signed` are by the developer, who holds the key; the others are by whoever
carries the bundle.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace

from assay.crypto.salted_digest import disclosure_digest
from assay.domain.declaration import AnswerValue
from assay.domain.statement import DECLARATIONS_V02_TYPE, BundleVersion
from tests.simulators.claims import ANSWERS, REPORTS, Claim, MemoryLog, answer
from tests.simulators.salted_claims import (
    ASSESSMENT,
    DECLARATIONS,
    SaltedClaim,
    adds,
    edits,
    encoded,
    item_at,
    opened_text,
    text_of,
)
from tests.simulators.tampering import LEAKY, WITH_LEAK, of_type

OTHER_SALT = "BBBBBBBBBBBBBBBBBBBBBA"
CLEAN = {
    "version": 1,
    "status": "clean",
    "examined": 1,
    "findings": [],
    "findingsTotal": 0,
    "gaps": [],
    "failure": "",
}
MET = {
    "outcome": "met",
    "class": "reproducible",
    "reason": "It is.",
    "evidence": [],
}


@dataclass
class SaltedCase:
    """One thing changed in a salted claim that is good otherwise."""

    code: str
    claim: dict = field(default_factory=dict)
    plain: bool = False

    def made(self, log: MemoryLog | None = None) -> Claim:
        """Make the claim; unlogged, since no log plays a part in this."""
        if self.plain:
            return PlainClaim(log=log)
        return SaltedClaim(log=log, **self.claim)


class PlainClaim(Claim):
    """A claim v0.1 in a bundle v0.2, with disclosures that open nothing."""

    def bundle(self):
        there = SaltedClaim(log=None).bundle().disclosures
        plain = super().bundle()
        return replace(plain, disclosures=there, version=BundleVersion.V0_2)


def salted_anew(document):
    document[0] = OTHER_SALT


def outcome(value):
    return lambda document: document[3].update(outcome=value)


def without(kind, name):
    """Leave one disclosure out on its way."""

    def carry(texts):
        place = item_at(texts, kind, name)
        return [*texts[:place], *texts[place + 1 :]]

    return {"shown": carry}


def only(*items):
    """Show these items and nothing else."""
    return {"shown": lambda texts: [texts[item_at(texts, *item)] for item in items]}


def raw(kind, name, respell):
    """Sign the digest of another spelling of a disclosure."""

    def lie(texts):
        group = texts[DECLARATIONS if kind == "answer" else ASSESSMENT]
        place = item_at(group, kind, name)
        group[place] = respell(group[place])

    return {"lie": lie}


def kinded(text, kind):
    document = opened_text(text)
    document[1] = kind
    return text_of(document)


def doubled_key(text):
    """Say two outcomes in one disclosure; readers differ in which they take."""
    plain = text_of(opened_text(text))
    data = _bytes(plain).replace(b'"outcome":', b'"outcome":"not met","outcome":', 1)
    return encoded(data)


def spaced(text):
    return encoded(_bytes(text).replace(b",", b", ", 1))


def with_null(text):
    document = opened_text(text)
    document[3]["findings"][0]["member"] = None
    return text_of(document)


def stray_bits(text):
    """Flip a bit of the last character that stands for nothing."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    padded = text
    # Only where the text does not fill its last character.
    while len(padded) % 4 == 0:
        document = opened_text(padded)
        document[3]["reason"] += "."
        padded = text_of(document)
    return padded[:-1] + alphabet[alphabet.index(padded[-1]) ^ 1]


def decoy_shown(texts):
    """Disclose what a decoy is a digest of: base64url of random bytes."""
    texts[ASSESSMENT].append(encoded(bytes(range(32))))


def _bytes(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def moved(source, target):
    """Sign the digest of an item in the statement where it does not belong."""

    def lie(texts):
        texts[target].append(texts[source].pop(0))

    return {"lie": lie}


def digest_more(statement):
    return {"digests": lambda items: items[statement].append("f" * 64)}


def digest_less(statement):
    return {"digests": lambda items: items[statement].pop()}


def digest_twice(items):
    items[ASSESSMENT][1] = items[ASSESSMENT][0]


def digest_in_both(items):
    items[DECLARATIONS][0] = items[ASSESSMENT][0]
    items[DECLARATIONS].sort()


def hidden_report(texts):
    """Leave a report out of what a shown result says that it rests on."""
    place = item_at(texts[ASSESSMENT], "control", "cargo-1")
    document = opened_text(texts[ASSESSMENT][place])
    document[3]["evidence"].pop()
    texts[ASSESSMENT][place] = text_of(document)


def foreign_report(texts):
    """Have a result rest on what does not bear on it."""
    secrets = texts[ASSESSMENT][item_at(texts[ASSESSMENT], "report", "secrets")]
    place = item_at(texts[ASSESSMENT], "control", "cargo-3")
    document = opened_text(texts[ASSESSMENT][place])
    document[3]["evidence"].append(
        {"kind": "report", "sha256": disclosure_digest(secrets)}
    )
    document[3]["evidence"].sort(key=lambda e: e["sha256"])
    texts[ASSESSMENT][place] = text_of(document)


# A check that gave no report leaves room for one.
NO_CARD = tuple(r for r in REPORTS if r.check != "model-card")

DISCLOSURE_ATTACKS = {
    # Step 3.
    "a seal of an older version over a newer claim": SaltedCase(
        "verify.mixed-versions", {"envelopes": of_type("https://assay/seal/v0.1", 3)}
    ),
    # a.
    "a digest more than the programme asks for": SaltedCase(
        "verify.item-count", digest_more(ASSESSMENT)
    ),
    "a digest less than the programme asks for": SaltedCase(
        "verify.item-count", digest_less(ASSESSMENT)
    ),
    "an answer more than there are questions": SaltedCase(
        "verify.item-count", digest_more(DECLARATIONS)
    ),
    "no declarations where people are asked": SaltedCase(
        "verify.item-count",
        {"drop": DECLARATIONS_V02_TYPE},
    ),
    "one digest twice": SaltedCase("verify.item-repeated", {"digests": digest_twice}),
    "one digest in both statements": SaltedCase(
        "verify.item-repeated", {"digests": digest_in_both}
    ),
    "digests in an order that could tell something": SaltedCase(
        "verify.items-unsorted",
        {"digests": lambda items: items[ASSESSMENT].reverse()},
    ),
    # b.
    "more disclosures than digests": SaltedCase(
        "verify.too-many-disclosures",
        {"shown": lambda texts: sorted([*texts, *("A" * n for n in range(1, 9))])},
    ),
    "one disclosure twice": SaltedCase(
        "verify.disclosure-repeated",
        {"shown": lambda texts: sorted([*texts[1:], texts[1]])},
    ),
    "disclosures in an order that could tell something": SaltedCase(
        "verify.disclosures-unsorted", {"shown": lambda texts: texts[::-1]}
    ),
    # c.
    "a salt exchanged on the way": SaltedCase(
        "verify.disclosure-unreferenced",
        edits("control", "cargo-2", salted_anew, signed=False),
    ),
    "an outcome altered on the way": SaltedCase(
        "verify.disclosure-unreferenced",
        edits("control", "crew-2", outcome("not met"), signed=False),
    ),
    "a disclosure of another claim": SaltedCase(
        "verify.disclosure-unreferenced",
        {
            "shown": lambda texts: sorted(
                [*texts[1:], text_of(["A" * 22, "control", "cargo-1", MET])]
            )
        },
    ),
    "disclosures beside a claim in which everything is open": SaltedCase(
        "verify.disclosure-unreferenced", plain=True
    ),
    # d.
    "a decoy disclosed": SaltedCase(
        "verify.not-a-disclosure", {"reports": NO_CARD, "lie": decoy_shown}
    ),
    "a disclosure that is no array": SaltedCase(
        "verify.not-a-disclosure",
        raw("control", "cargo-2", lambda _: text_of({"a": 1})),
    ),
    "a disclosure of three parts": SaltedCase(
        "document.schema",
        raw("control", "cargo-2", lambda text: text_of(opened_text(text)[:3])),
    ),
    "a salt that anybody could guess": SaltedCase(
        "document.schema", edits("control", "cargo-2", lambda d: d.__setitem__(0, "x"))
    ),
    "a disclosure of an unknown kind": SaltedCase(
        "document.schema", raw("control", "cargo-2", lambda t: kinded(t, "benefit"))
    ),
    "a field that no reader knows": SaltedCase(
        "document.schema",
        edits("control", "cargo-2", lambda d: d[3].update(weight=1)),
    ),
    "an outcome that nobody may sign": SaltedCase(
        "document.schema", edits("control", "cargo-2", outcome("withheld"))
    ),
    "two readings of one disclosure": SaltedCase(
        "document.repeated-key", raw("control", "cargo-2", doubled_key)
    ),
    "a report that contradicts itself": SaltedCase(
        "document.check-report",
        edits("report", "secrets", lambda d: d[3].update(status="findings")),
    ),
    "a day that no calendar has": SaltedCase(
        "document.bad-instant",
        edits("answer", "crew-1", lambda d: d[3].update(date="2026-02-30")),
    ),
    "a disclosure with white space": SaltedCase(
        "verify.disclosure-not-canonical", raw("control", "cargo-2", spaced)
    ),
    "a disclosure with a field that is null": SaltedCase(
        "verify.disclosure-not-canonical",
        {"reports": WITH_LEAK, **raw("report", "secrets", with_null)},
    ),
    "a disclosure in another spelling of base64": SaltedCase(
        "document.bad-base64", raw("control", "cargo-2", stray_bits)
    ),
    # e.
    "an answer among the digests of the assessment": SaltedCase(
        "verify.disclosure-misplaced",
        {"reports": NO_CARD, **moved(DECLARATIONS, ASSESSMENT)},
    ),
    "a result among the digests of the declarations": SaltedCase(
        "verify.disclosure-misplaced",
        {"answers": ANSWERS[:1], **moved(ASSESSMENT, DECLARATIONS)},
    ),
    "the result of a control that the programme does not have": SaltedCase(
        "verify.unknown-control",
        {"reports": NO_CARD, **adds("control", "cargo-9", MET)},
    ),
    "the report of a check on which no control rests": SaltedCase(
        "verify.unknown-check",
        {"reports": NO_CARD, **adds("report", "weights-sound", CLEAN)},
    ),
    "an answer to what nobody asked": SaltedCase(
        "verify.unasked-answer", {"answers": (ANSWERS[0], answer("crew-9"))}
    ),
    "an answer to what only checks answer": SaltedCase(
        "verify.unasked-answer", {"answers": (ANSWERS[0], answer("cargo-1"))}
    ),
    # f.
    "one control disclosed with two outcomes": SaltedCase(
        "verify.repeated-result",
        {"reports": NO_CARD, **adds("control", "cargo-3", MET)},
    ),
    "two reports of one check, one of them clean": SaltedCase(
        "verify.repeated-report",
        {
            "reports": tuple(LEAKY if r.check == "secrets" else r for r in NO_CARD),
            **adds("report", "secrets", CLEAN),
        },
    ),
    "two answers to one question": SaltedCase(
        "verify.repeated-answer",
        {
            "answers": ANSWERS[:1],
            **adds(
                "answer",
                "crew-1",
                {
                    "answer": "not met",
                    "role": "r",
                    "date": "2026-11-20",
                    "statement": "s",
                    "evidence": [],
                },
            ),
        },
    ),
    # g.
    "not applicable where it always applies": SaltedCase(
        "verify.inadmissible-answer",
        {"answers": (answer("crew-1", value=AnswerValue.NOT_APPLICABLE),)},
    ),
    "met without the evidence that the programme asks for": SaltedCase(
        "verify.inadmissible-answer", {"answers": (ANSWERS[0], answer("crew-2"))}
    ),
    # h.
    "a result without its report": SaltedCase(
        "verify.disclosure-incomplete", without("report", "secrets")
    ),
    "a result without its answer": SaltedCase(
        "verify.disclosure-incomplete", without("answer", "crew-1")
    ),
    "a result that rests on one report shown and one withheld": SaltedCase(
        "verify.disclosure-incomplete", without("report", "pickle-imports")
    ),
    # i.
    "a report without the result that it alone decides": SaltedCase(
        "verify.withheld-but-shown", without("control", "cargo-2")
    ),
    "an answer without its result": SaltedCase(
        "verify.withheld-but-shown", without("control", "crew-1")
    ),
    "a report on which nothing rests that is shown": SaltedCase(
        "verify.disclosure-unneeded", only(("report", "pickle-imports"))
    ),
    "a result that does not own up to a report": SaltedCase(
        "verify.disclosure-unneeded", {"lie": hidden_report}
    ),
    # j.
    "an outcome signed as met beside a finding": SaltedCase(
        "verify.outcome-mismatch",
        {"reports": WITH_LEAK, **edits("control", "cargo-2", outcome("met"))},
    ),
    "an outcome signed as not met": SaltedCase(
        "verify.outcome-mismatch", edits("control", "cargo-2", outcome("not met"))
    ),
    "a result known in a stronger way than it is": SaltedCase(
        "verify.outcome-mismatch",
        edits("control", "crew-1", lambda d: d[3].update({"class": "independent"})),
    ),
    "an answer that looks younger than it is": SaltedCase(
        "verify.outcome-mismatch",
        edits(
            "control",
            "crew-1",
            lambda d: d[3]["evidence"][0].update(collected="2026-11-23"),
        ),
    ),
    "an answer that counts for longer than it does": SaltedCase(
        "verify.outcome-mismatch",
        edits(
            "control",
            "crew-1",
            lambda d: d[3]["evidence"][0].update(validUntil="2036-11-23"),
        ),
    ),
    "evidence that was never given": SaltedCase(
        "verify.outcome-mismatch",
        edits(
            "control",
            "crew-1",
            lambda d: d[3]["evidence"].append(
                {
                    "kind": "file",
                    "sha256": "0" * 64,
                    "collected": "2026-11-20",
                    "validUntil": "2027-05-19",
                }
            ),
        ),
    ),
    "a result that rests on the report of another control": SaltedCase(
        "verify.outcome-mismatch", {"lie": foreign_report}
    ),
}
