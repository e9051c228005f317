"""Documents that are too large to be parsed: what they ask a loader to do, by words.

A vocabulary, a table of numbers or a folder of settings may be larger than is parsed,
and honest. What such a document would make a loader run is found by searching for the
keys and tags that do, which takes no memory; what cannot be told that way is a problem.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.domain.facts import ParseProblem
from assay.release.formats.built_named import named_object
from assay.release.formats.reading import shorten
from assay.release.source import chunks

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.built import Building
    from assay.release.formats.config import Findings
    from assay.release.source import ByteSource

__all__ = ["beyond", "named"]

# Keys whose value is one dotted name, which is judged as in any other document.
_NAMING = (b"_target_", b"__target__", b"_component_", b"class_path", b"py/object")
_NAMED = re.compile(
    rb"(_target_|__target__|_component_|class_path|py/object)[\"']?[ \t]*:[ \t\r\n]*"
    rb"[\"']?([A-Za-z_][\w.]{0,200})"
)
# Keys whose value says by its structure what is run: only that they are there is told.
_STRUCTURED = (
    *(b"auto_map", b"custom_pipelines", b"custom_generate", b"trust_remote_code"),
    *(b"__loader__", b"py/reduce", b"py/function", b"py/type", b"__lambda__"),
    *(b"chat_template", b"TorchModuleWrapper"),
)
_STRUCTURE = re.compile(
    rb"(auto_map|custom_pipelines|custom_generate|trust_remote_code|__loader__"
    rb"|py/reduce|py/function|py/type|chat_template)[\"']?[ \t]*:[ \t\r\n]*[^\d\s]"
    rb"|:[ \t\r\n]*[\"']?(__lambda__|TorchModuleWrapper)"
)
_TAGGED = (b"!!python/", b"!new:", b"!name:", b"!apply:", b"!module:")
_TAG = re.compile(
    rb"!!python/([\w./:]{1,200})|!(?:new|name|apply|module):([\w.]{1,200})"
)
# Other ways to write a tag, and letters that are written as their numbers, which is
# how a key looks like none.
_DISGUISES = (b"%TAG", b"!<tag:", b"\\u00", b"\\x", b"\\U0000")
_DISGUISE = re.compile(
    rb"^(%TAG)|[\s\[,{:-](!<tag:)"
    rb"|(?<!\\)(\\(?:u00|x|U000000)(?:4[1-9a-fA-F]|5[0-9aAfF]|6[1-9a-fA-F]|7[0-9aA]))",
    re.MULTILINE,
)
_PATTERNS = (
    (_NAMING, _NAMED),
    (_TAGGED, _TAG),
    (_STRUCTURED, _STRUCTURE),
    (_DISGUISES, _DISGUISE),
)
# What is read again with the next piece.
_OVERLAP = 4096


def beyond(
    source: ByteSource,
    findings: Findings,
    building: Building,
    problems: tuple[ParseProblem, ...] = (),
) -> list[Fact]:
    """Give what a document asks for that is not parsed.

    Args:
        source: All of it.
        findings: Takes tags, and gives the configuration's facts.
        building: Takes the names of what is built.
        problems: What is known of the document already.
    """
    search = _Search(findings, building)
    before = b""
    for chunk in chunks(source):
        search.look(before + chunk)
        before = chunk[-_OVERLAP:]
    problems = (*problems, *search.problems.values())
    facts: list[Fact] = [findings.facts(problems)]
    facts.extend(building.facts())
    return facts


def named(data: bytes, building: Building) -> None:
    """Note what the keys name that stand in a text, whatever its form is."""
    for match in _NAMED.finditer(data):
        key, value = (part.decode("ascii", "replace") for part in match.groups())
        named_object({key: value}, "", building)


class _Search:
    """The words found so far."""

    def __init__(self, findings: Findings, building: Building) -> None:
        self.problems: dict[str, ParseProblem] = {}
        self._findings = findings
        self._building = building
        self._tags: set[str] = set()

    def look(self, data: bytes) -> None:
        for words, pattern in _PATTERNS:
            if any(word in data for word in words):
                for match in pattern.finditer(data):
                    self._take(pattern, match)

    def _take(self, pattern: re.Pattern[bytes], match: re.Match[bytes]) -> None:
        parts = [part.decode("ascii", "replace") for part in match.groups() if part]
        if pattern is _NAMED:
            named_object({parts[0]: parts[1]}, "", self._building)
        elif pattern is _TAG:
            self._tag(match, parts[0])
        elif parts[0] not in self.problems:
            word = shorten(parts[0], self._findings.inspection.limits.max_shown_chars)
            self.problems[parts[0]] = ParseProblem(
                kind="beyond-bounds",
                detail=f"`{word}` in a document that is too large to be read whole",
                place=self._findings.subject.place,
            )

    def _tag(self, match: re.Match[bytes], name: str) -> None:
        if match[1] is None:
            self._building.dotted("hyperpyyaml", "", name)
        elif name not in self._tags and len(self._tags) < _OVERLAP:
            self._tags.add(name)
            self._findings.code("document", name)
