"""What would speak of the machine that a file was written on."""

from __future__ import annotations

import re

# Written in parts, so that this file does not speak of what it looks for.
TRACES = {
    "a home or working folder": re.compile(
        r"(?<![\w.$}])/(?:" + "|".join(["ro" + "ot", "wo" + "rk"]) + r")/\w"
    ),
    "a person's folder": re.compile(r"(?<![\w.])/(?:home|Users)/(?!user\b)\w+"),
    "a file address": re.compile("file:" + r"//+/?\w"),
    # Not the ports that servers have in examples: any free one, and the usual ones.
    "a port of this machine": re.compile(
        r"(?:127\.0\.0\.1|local" + r"host):(?!(?:0|80|8080|8081)(?!\d))\d"
    ),
    "a package index": re.compile(
        "(?:extra-)?index-" + r"url\s*[=:]?\s*\S*//|find-" + r"links\s*[=:]"
    ),
    "a mirror": re.compile(
        r"https?://[\w.-]*(?:pypi|pythonhosted|npmjs)[\w.-]*/simple"
    ),
}


def traces(text: str) -> set[str]:
    """Name the kinds of traces in a text."""
    return {what for what, pattern in TRACES.items() if pattern.search(text)}
