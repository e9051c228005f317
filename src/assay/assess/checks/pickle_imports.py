"""Judge what the pickles of a release would fetch and call when they are loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.assess.check import (
    Examination,
    FactCheck,
    Rule,
    Sighting,
    facts_of,
    pickle_gaps,
    shown,
)
from assay.assess.pickle_entries import is_borrowed
from assay.assess.pickle_held import holds_only_plain
from assay.assess.pickle_names import Verdict, judge
from assay.assess.pickle_stream import StreamCalls
from assay.assess.pickle_surveyed import is_function, is_surveyed, looks_like_code
from assay.assess.pickle_uses import (
    fetches_methods,
    is_honest_method,
    is_honest_use,
    is_plain_call,
)
from assay.assess.torchscript_sources import sources_read, without_source
from assay.domain.facts import Content, Gap, GraphFacts, PickleFacts
from assay.domain.finding import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.assess.check import CheckSubject
    from assay.assess.pickle_names import Judgement
    from assay.domain.facts import PickleImport
    from assay.domain.limits import Limits

__all__ = ["CHECK"]

_REPLACE = (
    "Do not load the file. Find out how the entry got in, rebuild the weights from a "
    "trusted source, and publish them as safetensors."
)
_EXPLAIN = (
    "Publish the weights as safetensors, or save plain tensors and arrays instead of "
    "objects of this class."
)
_REFERENCES = ("CWE-502", "AML.T0011.000", "AML.T0010.003", "LLM04:2026")

DENIED_CALL = Rule(
    id="denied-call",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    summary="Loading calls a function that no model file needs and attackers use",
    remediation=_REPLACE,
    gain="Runs commands or code of the attacker's choice as whoever loads the file.",
    references=_REFERENCES,
)
DENIED_IMPORT = Rule(
    id="denied-import",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="Loading fetches such a function, without a call that was seen",
    remediation=_REPLACE,
    gain="Has the function at hand for whatever the loading program then calls.",
    references=_REFERENCES,
)
UNRESOLVED_IMPORT = Rule(
    id="unresolved-import",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="Loading fetches a name that is computed, so that it cannot be judged",
    remediation=_REPLACE,
    gain="Hides from scanners which function is fetched.",
    references=_REFERENCES,
)
UNRESOLVED_CALL = Rule(
    id="unresolved-call",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="Loading calls something that is computed, so that it cannot be judged",
    remediation=_REPLACE,
    gain="Hides from scanners which function is called.",
    references=_REFERENCES,
)
CHANGED_IMPORT = Rule(
    id="changed-import",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="Loading changes a class or a module itself, not an object of its own",
    remediation=_REPLACE,
    gain="Replaces methods or modules that the loading program calls afterwards.",
    references=_REFERENCES,
)
TORCHSCRIPT = Rule(
    id="torchscript-class",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="Loading builds classes of TorchScript whose source was not read",
    remediation="Publish the weights as safetensors, or the archive with its source "
    "beside the pickle, below `code/`.",
    gain="Runs TorchScript of the attacker's choice, which can read and write files.",
    references=_REFERENCES,
)
RISKY_IMPORT = Rule(
    id="risky-import",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    summary="Loading fetches a name that honest files use and attackers build upon",
    remediation=_EXPLAIN,
    gain="One step of a longer chain.",
    references=_REFERENCES,
)
INDIRECT_CALL = Rule(
    id="indirect-call",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="Loading has a harmless function call what no honest file gives it",
    remediation=_REPLACE,
    gain="Calls functions of the attacker's choice through one that is allowed.",
    references=_REFERENCES,
)
UNLISTED_CALL = Rule(
    id="unlisted-call",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="Loading calls a function of Python or of a library that was looked "
    "through, and no honest file needs it",
    remediation=_REPLACE,
    gain="Runs whatever that function does, past every list of bad names.",
    references=_REFERENCES,
)
UNKNOWN_CALL = Rule(
    id="unknown-call",
    severity=Severity.HIGH,
    confidence=Confidence.LOW,
    summary="Loading gives a command, an address or code to a function on neither list",
    remediation=_REPLACE,
    gain="Runs what the text says, if the function does what its arguments suggest.",
    references=_REFERENCES,
)
UNKNOWN_METHOD = Rule(
    id="unknown-method",
    severity=Severity.MEDIUM,
    confidence=Confidence.LOW,
    summary="Loading fetches a method that is on neither list",
    remediation=_EXPLAIN,
    gain="Has the method at hand for whatever the loading program then calls.",
    references=_REFERENCES,
)
UNKNOWN_IMPORT = Rule(
    id="unknown-import",
    severity=Severity.MEDIUM,
    confidence=Confidence.LOW,
    summary="Loading fetches a name that is on neither list",
    remediation=_EXPLAIN,
    gain="Runs whatever that name does where the library is installed.",
    references=_REFERENCES,
)

# What the reader appends to a name when the stream sets attributes or items on it.
_CHANGES = (".__setstate__", ".__setitem__", ".append", ".extend", ".add")

_SIGNS = {
    Verdict.RISKY: (RISKY_IMPORT, "honest files use it too, but"),
    Verdict.UNKNOWN: (UNKNOWN_IMPORT, "which is on no list of harmless names"),
    Verdict.UNRESOLVED: (UNRESOLVED_IMPORT, "whose name is computed while loading"),
}


def _imports(facts: PickleFacts, limits: Limits) -> Iterable[Sighting]:
    stream = StreamCalls(facts)
    for entry in facts.imports:
        if _is_torchscript(entry):
            continue
        judgement = judge(entry.module, entry.name)
        if judgement.verdict is Verdict.ALLOWED:
            yield from _indirect(entry, stream, limits)
            yield from _made_of_more(entry, judgement, stream, limits)
        elif not _harmless(entry, stream):
            yield _sighting(entry, judgement, stream, limits)


def _indirect(
    entry: PickleImport, stream: StreamCalls, limits: Limits
) -> Iterable[Sighting]:
    """Judge the calls of an allowed name: some call what they are given."""
    for call in stream.calls_of(entry):
        plain = is_plain_call(entry, call.arguments)
        if not plain or not holds_only_plain(
            entry, call.arguments, stream.facts.imports
        ):
            name, given = shown(call.callee, limits), shown(call.arguments, limits)
            message = f"The pickle calls `{name}` with {given}; honest files do not."
            yield Sighting(rule=INDIRECT_CALL, place=call.place, message=message)


def _made_of_more(
    entry: PickleImport, judgement: Judgement, stream: StreamCalls, limits: Limits
) -> Iterable[Sighting]:
    """Judge what a class that is rebuilt from its state alone is called with."""
    if judgement.given is None:
        return
    for call in stream.calls_of(entry):
        if judgement.given.fullmatch(call.arguments) is None:
            name, given = shown(call.callee, limits), shown(call.arguments, limits)
            telling = looks_like_code(call.arguments)
            yield Sighting(
                rule=UNKNOWN_CALL if telling else UNKNOWN_IMPORT,
                place=call.place,
                message=f"The pickle calls `{name}` with {given}; honest files rebuild "
                "it from its state alone.",
            )
            return


def _is_torchscript(entry: PickleImport) -> bool:
    """Tell a class that a TorchScript archive defines in its own `code/`.

    Only the interpreter of TorchScript knows it; Python has no module of that name.
    """
    return entry.module.split(".")[0] == "__torch__"


def _torchscript(
    stream: PickleFacts, sources: frozenset[tuple[str, str]], limits: Limits
) -> Iterable[Sighting]:
    """Say once for all of them what a stream builds: there are dozens in a model.

    Where the source was read, `graph-operations` judges what it does.
    """
    entries = [entry for entry in stream.imports if _is_torchscript(entry)]
    entries = without_source(entries, stream, sources)
    if entries:
        first = shown(f"{entries[0].module}.{entries[0].name}", limits)
        more = f" and {len(entries) - 1} more" if len(entries) > 1 else ""
        message = f"The pickle builds `{first}`{more}, whose source was not read."
        yield Sighting(rule=TORCHSCRIPT, place=entries[0].place, message=message)


def _harmless(entry: PickleImport, stream: StreamCalls) -> bool:
    if not stream.lists_all(entry):
        return False
    calls = stream.arguments(entry)
    return bool(calls) and all(
        is_honest_use(entry, given, stream.facts.imports) for given in calls
    )


def _sighting(
    entry: PickleImport, judgement: Judgement, stream: StreamCalls, limits: Limits
) -> Sighting:
    name = shown(f"{entry.module or '?'}.{entry.name or '?'}", limits)
    method = _unknown_method(entry, stream, limits)
    if method is not None:
        return method
    if judgement.verdict is not Verdict.DENIED:
        rule, why = _weighed(entry, judgement, stream)
        if judgement.reason:
            why = f"{why} {judgement.reason}"
        message = f"The pickle {_verb(entry)} `{name}`; {why}."
        return Sighting(
            rule=rule, place=entry.place, message=message, gain=judgement.gain or None
        )
    given = stream.arguments(entry)
    call = f" with {shown(given[0], limits)}" if given else ""
    return Sighting(
        rule=DENIED_CALL if entry.called else DENIED_IMPORT,
        place=entry.place,
        message=f"The pickle {_verb(entry)} `{name}`{call}; {judgement.reason}.",
        gain=judgement.gain,
    )


def _weighed(
    entry: PickleImport, judgement: Judgement, stream: StreamCalls
) -> tuple[Rule, str]:
    """Weigh a name that is neither allowed nor denied; a class is only unknown."""
    rule, why = _SIGNS[judgement.verdict]
    acts = is_function(entry.name) or is_borrowed(entry.name)
    if rule is not UNKNOWN_IMPORT or not entry.called or not acts:
        return rule, why
    if is_surveyed(entry.module):
        return UNLISTED_CALL, "a function that no honest file needs"
    if any(map(looks_like_code, stream.arguments(entry))):
        return UNKNOWN_CALL, f"{why}, and gives it what reads like a command or code"
    return rule, why


def _unknown_method(
    entry: PickleImport, stream: StreamCalls, limits: Limits
) -> Sighting | None:
    """Say that methods on no list are fetched, and whether anything gets them."""
    given = stream.arguments(entry)
    if not stream.lists_all(entry) or not given:
        return None
    if not fetches_methods(entry, given, stream.facts.imports):
        return None
    used = any(
        f"{entry.module}.{entry.name}(" in call.arguments for call in stream.facts.calls
    )
    which = shown(given[0], limits)
    message = f"The pickle fetches a method that is on no list: {which}."
    return Sighting(
        rule=INDIRECT_CALL if used else UNKNOWN_METHOD,
        place=entry.place,
        message=message,
    )


def _verb(entry: PickleImport) -> str:
    return "calls" if entry.called else "imports"


def _calls(stream: PickleFacts, limits: Limits) -> Iterable[Sighting]:
    imported = {f"{entry.module}.{entry.name}" for entry in stream.imports}
    for call in stream.calls:
        callee, given = shown(call.callee, limits), shown(call.arguments, limits)
        # A bracket in what is called: it is itself the result of a call.
        if call.callee == "?" or "(" in call.callee:
            if is_honest_method(call.callee, stream.imports):
                continue
            message = (
                f"The pickle calls `{callee}`, computed while loading, with {given}."
            )
            yield Sighting(rule=UNRESOLVED_CALL, place=call.place, message=message)
        elif _changes(call.callee, imported):
            message = f"The pickle changes what it imports: `{callee}` with {given}."
            yield Sighting(rule=CHANGED_IMPORT, place=call.place, message=message)


def _changes(callee: str, imported: set[str]) -> bool:
    return callee not in imported and any(
        callee.endswith(suffix) and callee.removesuffix(suffix) in imported
        for suffix in _CHANGES
    )


def _has_condition(entry: PickleImport) -> bool:
    """Tell whether what a name is called with matters."""
    judgement = judge(entry.module, entry.name)
    return judgement.given is not None or not is_plain_call(entry, "?(")


def _unlisted(streams: tuple[PickleFacts, ...]) -> Iterable[Gap]:
    """Give the calls that are not listed, unless the name alone is judged."""
    for stream in streams:
        unlisted = frozenset(stream.unlisted)
        if "?" in unlisted or any(
            f"{entry.module}.{entry.name}" in unlisted
            and judge(entry.module, entry.name).verdict is Verdict.ALLOWED
            and _has_condition(entry)
            for entry in stream.imports
        ):
            reason = "The pickle makes more calls than are listed and judged."
            yield Gap(place=stream.place, content=Content.PICKLE, reason=reason)


def _examine(subject: CheckSubject) -> Examination:
    streams = facts_of(subject, PickleFacts)
    sources = sources_read(facts_of(subject, GraphFacts))
    limits = subject.limits
    return Examination(
        examined=len(streams),
        sightings=tuple(
            sighting
            for stream in streams
            for sighting in (
                *_imports(stream, limits),
                *_torchscript(stream, sources, limits),
                *_calls(stream, limits),
            )
        ),
        gaps=(*pickle_gaps(subject), *_unlisted(streams)),
    )


CHECK = FactCheck(
    id="pickle-imports",
    version=4,
    title="Pickles fetch and call only what honest model files need",
    rules=(
        DENIED_CALL,
        DENIED_IMPORT,
        UNRESOLVED_IMPORT,
        UNRESOLVED_CALL,
        CHANGED_IMPORT,
        TORCHSCRIPT,
        RISKY_IMPORT,
        INDIRECT_CALL,
        UNLISTED_CALL,
        UNKNOWN_CALL,
        UNKNOWN_METHOD,
        UNKNOWN_IMPORT,
    ),
    examine=_examine,
)
