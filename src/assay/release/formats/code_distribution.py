"""What a Python package that the release carries says of itself.

Installed packages and wheels hold it in `*.dist-info/METADATA`, source distributions in
`PKG-INFO`: lines as in mail, up to the first empty one. Source: the core metadata of
Python packages, versions 1.0 to 2.4 (PEP 241 to 639). What it says is not checked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.domain.facts import DistributionFacts
from assay.release.formats.reading import shorten

if TYPE_CHECKING:
    from assay.release.formats.reading import Subject

__all__ = ["read"]

# The fields stand in front; a long description may follow.
_HEAD_BYTES = 65_536
_MOST_CHARS = 200
_FIELD = re.compile(r"([A-Za-z-]{1,40}):[ \t]*([^\r\n]*)")
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,198}[A-Za-z0-9])?")
_CLASSIFIER = "license :: "
_NONE = frozenset({"", "unknown", "none"})


def read(subject: Subject) -> list[DistributionFacts]:
    """Give name, version and licence, or nothing when it names no package."""
    head = subject.source.read_at(0, _HEAD_BYTES).decode("utf-8", "replace")
    fields: dict[str, str] = {}
    classifiers: list[str] = []
    for line in head.split("\n"):
        if not line.strip():
            break
        found = _FIELD.match(line)
        if found is None:
            # A field goes on: the whole text of a licence, mostly.
            continue
        key, value = found[1].lower(), found[2].strip()
        if key == "classifier" and value.lower().startswith(_CLASSIFIER):
            classifiers.append(value.rpartition(" :: ")[2])
        else:
            fields.setdefault(key, value)
    name = fields.get("name", "")
    if not _NAME.fullmatch(name) or shorten(name, _MOST_CHARS) != name:
        return []
    return [
        DistributionFacts(
            place=subject.place,
            name=re.sub(r"[-_.]+", "-", name).lower(),
            version=shorten(fields.get("version", ""), _MOST_CHARS),
            licence=shorten(_licence(fields, classifiers), _MOST_CHARS),
        )
    ]


def _licence(fields: dict[str, str], classifiers: list[str]) -> str:
    """Take the field that is the most exact, of those that say something."""
    given = (fields.get("license-expression", ""), fields.get("license", ""))
    said = [text for text in given if text.lower() not in _NONE]
    return said[0] if said else ", ".join(dict.fromkeys(classifiers))
