"""The command line: `assay-verify BUNDLE …` and `assay-verify decide BUNDLE …`.

Exit statuses are those of Assay: 0 valid or eligible; 1 invalid or not eligible; 2 the
command makes no sense; 3 stale or undecided; 4 something cannot be read.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay import __version__
from assay.crypto.witness_policy import parse_policy
from assay.domain.limits import DEFAULT_LIMITS
from assay.domain.printable import is_printable
from assay.domain.verdict import BundleVerdict, VerdictValue
from assay.eligibility import decide
from assay.errors import AssayError, UsageError
from assay.verify import verify_bundle
from assay.verify.assessment_digest import assessment_digest
from assay.wire.v0.answers import DecideDocument, VerifyDocument
from assay.wire.v0.trust import read_trust
from assay_verify.files import read_file, take_inventory

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assay.domain.programme import Programme
    from assay.domain.verdict import Decision, Reason
    from assay.wire.model import JsonModel

__all__ = ["main", "run"]

_STATUS = {
    "valid": 0, "eligible": 0,
    "invalid": 1, "not eligible": 1,
    "stale": 3, "cannot tell": 3,
}  # fmt: skip
_NO_SENSE, _COULD_NOT = 2, 4


def main() -> None:
    """Run as a program."""
    try:
        sys.exit(run(sys.argv[1:]))
    except BrokenPipeError:
        # The reader has seen enough; a second complaint at exit helps nobody.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(_COULD_NOT)
    except KeyboardInterrupt:
        sys.exit(_COULD_NOT)


def run(words: Sequence[str]) -> int:
    """Verify or decide, print the answer, and give the exit status."""
    deciding = list(words[:1]) == ["decide"]
    given = _parser(deciding=deciding).parse_args(words[1:] if deciding else words)
    try:
        document, lines, answer = _decide(given) if deciding else _verify(given)
    except AssayError as error:
        _tell(error, as_json=given.json)
        return _NO_SENSE if isinstance(error, UsageError) else _COULD_NOT
    _print(document, lines, as_json=given.json)
    return _STATUS[answer]


def _verify(given: argparse.Namespace) -> tuple[dict[str, Any], list[str], str]:
    verdict = _verified(given.bundle, given.bundle, given).verdict
    lines = [f"{verdict.value.value}: {given.bundle}", *map(_line, verdict.reasons)]
    digest = None if verdict.release is None else assessment_digest(verdict.release)
    document = VerifyDocument.of(verdict, assessment_digest=digest)
    return _dumped(document), lines, verdict.value.value


def _decide(given: argparse.Namespace) -> tuple[dict[str, Any], list[str], str]:
    names = [Path(path).name for path in given.bundle]
    bundles = [
        _verified(path, name if names.count(name) == 1 else path, given)
        for path, name in zip(given.bundle, names, strict=True)
    ]
    proven = [
        bundle.verdict.release
        for bundle in bundles
        if bundle.verdict.value is VerdictValue.VALID
        and bundle.verdict.release is not None
    ]
    refused = [
        replace(reason, subject=bundle.file)
        for bundle in bundles
        if bundle.verdict.value is not VerdictValue.VALID
        for reason in bundle.verdict.reasons
        if not reason.holds
    ]
    decision = decide(proven, refused, given.benefit, _instant(given.at))
    document = DecideDocument.of(
        decision, bundles=bundles, programme=_programme(decision, bundles)
    )
    lines = [f"{decision.value.value}: {given.benefit}", *map(_line, decision.reasons)]
    return _dumped(document), lines, decision.value.value


def _dumped(document: JsonModel) -> dict[str, Any]:
    return document.model_dump(mode="json", by_alias=True)


def _verified(path: str, name: str, given: argparse.Namespace) -> BundleVerdict:
    limits = DEFAULT_LIMITS
    trust = read_trust(
        read_file(given.trust, most=limits.max_trust_bytes, what="trust file")
    )
    if trust.policy:
        # Now, and not when the first receipt is checked: it is the reader's own file.
        parse_policy(trust.policy, limits)
    data = read_file(path, most=limits.max_bundle_bytes, what="bundle")
    at_hand = [
        read_file(file, most=limits.max_bundle_bytes, what="statement file")
        for file in given.status
    ]
    verdict = verify_bundle(
        data,
        trust,
        _instant(given.at),
        status=at_hand,
        inventory=None if given.release is None else take_inventory(given.release),
    )
    return BundleVerdict(file=name, verdict=verdict)


def _programme(
    decision: Decision, bundles: Iterable[BundleVerdict]
) -> Programme | None:
    """Find the programme that decided among the bundles' own."""
    for bundle in bundles:
        release = bundle.verdict.release
        if release is not None and release.programme.ref == decision.programme:
            return release.programme
    return None


def _instant(text: str | None) -> datetime:
    """Read an instant; a day means its last second, nothing the present second."""
    if text is None:
        return datetime.now(tz=UTC).replace(microsecond=0)
    try:
        at = datetime.fromisoformat(text)
        if _is_date(text):
            at = datetime.combine(at, time(23, 59, 59))
        at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _no_instant(text) from error
    if at.year >= 9990:
        raise _no_instant(text)
    return at


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _no_instant(text: str) -> UsageError:
    return UsageError(
        "instant",
        "The instant is none, or lies beyond what calendars carry safely.",
        expected="2026-11-23, or 2026-11-23T18:00:00Z; a year before 9990",
        found=text,
    )


def _parser(*, deciding: bool) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="assay-verify decide" if deciding else "assay-verify",
        description=(
            "Decide whether a release is eligible for a benefit."
            if deciding
            else "Verify a bundle offline, and a release against it. "
            "`assay-verify decide` decides on a benefit."
        ),
    )
    parser.add_argument("bundle", metavar="BUNDLE", nargs="+" if deciding else None)
    if deciding:
        parser.add_argument("--benefit", metavar="ID", required=True)
    parser.add_argument(
        "--trust", metavar="FILE", required=True, help="whom you believe"
    )
    parser.add_argument(
        "--release", metavar="DIR", help="also compare the files in this directory"
    )
    parser.add_argument(
        "--with",
        metavar="FILE",
        dest="status",
        action="append",
        default=[],
        help="a statement file at hand, such as a status snapshot; may be repeated",
    )
    parser.add_argument(
        "--at", metavar="INSTANT", help="answer for this instant or day; now without"
    )
    parser.add_argument(
        "--json", action="store_true", help="print the document that `assay` writes"
    )
    parser.add_argument("--version", action="version", version=__version__)
    return parser


def _print(document: dict[str, Any], lines: Iterable[str], *, as_json: bool) -> None:
    text = "".join(f"{_harmless(line)}\n" for line in lines)
    if as_json:
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    sys.stdout.buffer.write(text.encode("utf-8"))
    sys.stdout.flush()


def _line(reason: Reason) -> str:
    about = f" ({reason.subject})" if reason.subject else ""
    sign = "+" if reason.holds else "-"
    return f"  {sign} [{reason.code}] {reason.message}{about}"


def _tell(error: AssayError, *, as_json: bool) -> None:
    sys.stderr.write(_harmless(str(error)) + "\n")
    if as_json:
        document = {"format": "assay-error/0"}
        for name in ("code", "message", "expected", "found", "remedy"):
            text: str = getattr(error, name)
            # Names of files need not be Unicode.
            document[name] = text.encode("utf-8", "backslashreplace").decode()
        _print(document, (), as_json=True)


def _harmless(text: str) -> str:
    """Spell out what could move a terminal's cursor: names come from outside."""
    return "".join(char if is_printable(char) else ascii(char)[1:-1] for char in text)
