"""One requirement or option, as pip reads a line.

Source: PEP 508, PEP 440, and pip's documentation of the requirements file format.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.domain.facts import Requirement
from assay.release.formats.reading import shorten

if TYPE_CHECKING:
    from assay.domain.limits import Limits
    from assay.domain.place import Place

__all__ = ["parse"]

_OPTION = re.compile(r"(--?[A-Za-z][\w-]{0,60})(?:[ \t]*=[ \t]*|[ \t]+|$)(.*)")
_NAME = re.compile(
    r"([A-Za-z0-9](?:[\w.-]{0,98}[A-Za-z0-9])?)[ \t]*(\[[^\]]{0,400}\])?(.*)"
)
_EXACT = re.compile(r"\(?[ \t]*===?[ \t]*[^\s*,;]{1,80}[ \t]*\)?")
_HASH = re.compile(
    r"--hash[= \t]{1,3}\w+:[0-9a-fA-F]{32,128}|[#&](?:sha256|sha512)=[0-9a-fA-F]{64}"
)
_COMMIT = re.compile(r"@[0-9a-f]{40}(?:[0-9a-f]{24})?(?:[#&;\s]|$)")
_PLACE = re.compile(
    r"(?:[a-z]{1,10}\+)?(?:https?|ssh|git|file|ftp|s3|gs)://\S+|git@\S+|file:\S+"
)
_LOCAL = re.compile(
    r"\.{1,2}(?:[/\\]|$)|[/\\~]|[A-Za-z]:[\\/]|[^\s=<>]{1,200}\.(?:whl|tar\.gz|zip)$"
)
# Where markers and options of one requirement begin.
_TAIL = re.compile(r";|(?:^|\s)--")
_LONG = {
    "-i": "--index-url",
    "-f": "--find-links",
    "-r": "--requirement",
    "-c": "--constraint",
    "-e": "--editable",
}
_ALIASES = {"--pypi-url": "--index-url", "--pypi": "--index-url"}
# What pip takes in a requirements file and what names a place in others.
_OPTIONS = (
    *("--index-url", "--extra-index-url", "--no-index", "--constraint", "--editable"),
    *("--requirement", "--find-links", "--no-binary", "--only-binary", "--pre"),
    *("--prefer-binary", "--require-hashes", "--trusted-host", "--use-feature"),
)


def parse(text: str, place: Place, limits: Limits) -> Requirement | None:
    """Give one requirement, or None where there is nothing to be told."""
    text = text.strip()
    if not text:
        return None
    shown = shorten(text, limits.max_shown_chars)
    if text.startswith("-"):
        return _option(text, shown, place, limits)
    return _wanted(text, shown, place, limits)


def _option(text: str, shown: str, place: Place, limits: Limits) -> Requirement | None:
    # `-ihttps://…` is one word to pip.
    text = re.sub(r"^(-[ifrce])(?=[^\s=-])", r"\1 ", text)
    found = _OPTION.match(text)
    if found is None:
        return None
    option = _LONG.get(found[1]) or _whole(found[1])
    value = found[2].strip().strip("\"'")
    if option == "--editable":
        return _wanted(value, shown, place, limits, option="--editable")
    source = shorten(value, limits.max_shown_chars)
    return Requirement(place=place, text=shown, source=source, option=option)


def _whole(option: str) -> str:
    """Give the option that a beginning of its name stands for, as optparse does."""
    if option in _ALIASES:
        return _ALIASES[option]
    if len(option) <= len("--"):
        return option
    meant = [name for name in _OPTIONS if name.startswith(option)]
    return meant[0] if len(meant) == 1 else option


def _wanted(
    text: str, shown: str, place: Place, limits: Limits, option: str = ""
) -> Requirement | None:
    hashed = _HASH.search(text) is not None
    where = _PLACE.search(text)
    name = _NAME.match(text)
    label = ""
    if name and not (where and where.start() == 0) and not _LOCAL.match(text):
        label = re.sub(r"[-_.]+", "-", name[1]).lower()
    if where is not None:
        source = where[0]
        pinned = hashed or _COMMIT.search(text) is not None
    elif _LOCAL.match(text):
        source, pinned = text.split(";", maxsplit=1)[0].strip(), hashed
    elif name is None:
        return None
    else:
        source = ""
        rest = _TAIL.split(name[3], maxsplit=1)[0].strip()
        pinned = hashed or _EXACT.fullmatch(rest) is not None
        if rest and rest[0] not in "=<>!~(@":
            return None
    return Requirement(
        place=place,
        text=shown,
        name=label,
        pinned=pinned,
        hashed=hashed,
        source=shorten(source, limits.max_shown_chars),
        option=option,
    )
