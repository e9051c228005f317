"""Tell texts about a model that hold code, or markup that acts where it is shown."""

from __future__ import annotations

import re

__all__ = ["active_passage", "hides_characters"]

# Longest text that is searched; honest metadata of a training run reach a megabyte.
_SEARCHED = 1 << 20
_CODE = re.compile(
    r"__(?:import|class|globals|builtins|subclasses|mro|reduce|code)__"
    r"|\b(?:eval|exec|compile|getattr)\s?\(\s?[\w'\"]"
    r"|\bos\.(?:system|popen|exec\w{1,3}|spawn\w{1,3})\b|\bsubprocess\.\w"
    r"|\bimport (?:os|sys|subprocess|socket|ctypes|pty|shutil)\b"
    r"|<\s?(?:script|iframe|object|embed)\b|javascript:|\$\{jndi:"
    r"|\b(?:curl|wget) [^\n|]{1,300}\| ?(?:ba|z)?sh\b"
    r"|\bpowershell(?:\.exe)? -[eE]|/dev/tcp/|\bbash -i\b",
    re.IGNORECASE,
)
# Characters that turn the direction of a text, and a run of the tags that nobody sees;
# flags of regions are written with six of those or fewer, behind a black flag.
_UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069]|[\U000e0000-\U000e007f]{7}")


def active_passage(text: str) -> str:
    """Give the passage that is code or acts, or nothing."""
    found = _CODE.search(text, 0, _SEARCHED)
    return "" if found is None else found[0]


def hides_characters(text: str) -> bool:
    """Tell whether a text holds characters that nobody sees and that carry meaning."""
    return not text.isascii() and _UNSEEN.search(text, 0, _SEARCHED) is not None
