"""Whoever silences a tool says why, on the same line."""

from __future__ import annotations

import re

import pytest

from tests.gates.project import project_files, read

# `noqa: CODE - reason` or `type: ignore[code]  # reason`; `pragma: no cover - reason`.
SILENCED = re.compile(r"#\s*(noqa\b|type:\s*ignore|pragma:\s*no (?:cover|branch))(.*)$")
_CODES = re.compile(r"^(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|\[[\w, -]+\])?")


def _unreasoned(line):
    found = SILENCED.search(line)
    if not found:
        return False
    rest = _CODES.sub("", found.group(2))
    return not re.search(r"\w{3,}", rest)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("x = 1", False),
        ("import a  # noqa" + ": PLC0415 - rarely needed", False),
        ("import a  # noqa" + ": PLC0415", True),
        ("x = 1  # noqa" + "", True),
        ("x = y  # type:" + " ignore[arg-type]  # stubs are behind", False),
        ("x = y  # type:" + " ignore[arg-type]", True),
        ("if x:  # pragma:" + " no cover", True),
        ("if x:  # pragma:" + " no cover - only on Windows", False),
    ],
)
def test_a_silenced_tool_without_a_reason_is_found(line, wrong):
    assert _unreasoned(line) is wrong


def test_every_silenced_tool_has_its_reason():
    found = [
        f"{path}:{number}"
        for path in project_files()
        if path.suffix == ".py" and path.name != "test_exceptions_have_reasons.py"
        for number, line in enumerate(read(path).splitlines(), start=1)
        if _unreasoned(line)
    ]
    assert not found, "\n".join(found)
