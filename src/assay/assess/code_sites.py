"""One finding for one call: what is only a part of something graver is not told twice.

A command that fetches and runs a program starts one, of course, and code that is
decoded and run is text that is run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from assay.assess.check import Rule
    from assay.domain.facts import CodeAction

__all__ = ["gravest"]

_Judged = tuple["CodeAction", str]


def gravest(judged: Iterable[_Judged], rules: Mapping[str, Rule]) -> Iterator[_Judged]:
    """Give what was judged, without what a graver finding on the same call says."""
    found = list(judged)
    commands = {
        (action.place, action.when, action.detail)
        for action, name in found
        if name == "hostile-command" and action.detail
    }
    hidden = {
        (action.place, action.when, action.name)
        for action, name in found
        if name == "hidden-code"
    }
    least = rules["hidden-code"].severity.rank
    for action, name in found:
        command = (action.place, action.when, action.detail.strip())
        started = action.kind == "process" and name != "hostile-command"
        if started and command in commands:
            continue
        milder = rules[name].severity.rank < least
        if milder and (action.place, action.when, action.name) in hidden:
            continue
        yield action, name
