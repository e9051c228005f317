"""Forms of shell commands that hide from those who look for the plain ones.

Quotes and backslashes inside of words, words spelt in numbers, files that are fetched
on one line and run on another, names of hosts that carry data.
"""

from __future__ import annotations

import re

__all__ = ["FORMS", "WORTH", "Fetched", "unquoted"]

_FETCH = r"(?:curl|wget|fetch|aria2c)\b"
_SECRETS = r"(?:\.ssh/|id_rsa|id_ed25519|\.aws/|\.netrc|\.kube/|\.docker/config)"
# Name, kind and form, as `code_shell` has them; every repeat is bounded.
FORMS: tuple[tuple[str, str, str], ...] = (
    (
        "download-and-run",
        "process",
        (
            rf"(?:^|[;&|]\s*|\s)(?:source|\.)\s+<\(\s*{_FETCH}"
            rf"|{_FETCH}[^\n;]{{0,400}}?\|\s*xargs\b[^\n]{{0,80}}\b(?:ba|z|da)?sh\b"
            r"|(?:python[\d.]*|perl|ruby|node|php)\s+-[cer]\b"
            r"(?=[^\n]{0,400}\b(?:exec|eval|system|popen)\b\s*\()"
            r"[^\n]{0,400}(?:urlopen|urllib|requests\.|b64decode|open-uri|https?\.get)"
            r"|(?:iwr|irm|invoke-webrequest|downloadfile|curl)\b[^\n]{0,300}"
            r"(?:;|&&)\s*(?:start(?:-process)?\s|\.\\|[\w.-]{1,60}\.exe\b)"
            r"|\[(?:system\.)?reflection\.assembly\]::load"
        ),
    ),
    (
        "decode-and-run",
        "obfuscation",
        (
            r"\$'[^'\n]{0,80}(?:\\x[2-7][0-9a-f]){3}"
            r"|frombase64string[^\n]{0,200}\|\s*(?:iex|invoke-expression)"
            r"|(?:iex|invoke-expression)\b[^\n]{0,120}frombase64string"
        ),
    ),
    (
        "sends-secrets",
        "network",
        (
            rf"\b(?:scp|rsync)\s+(?:-(?!i\b)\w{{1,8}}\s+){{0,4}}\S{{0,60}}{_SECRETS}"
            r"|\b(?:nslookup|dig|host|ping)\b[^\n]{0,80}"
            r"(?:\$\([^)\n]{1,120}\)|`[^`\n]{1,120}`)\.[a-z]"
        ),
    ),
    (
        "destroys-files",
        "file-delete",
        r"\bfind\s+(?:/|~|\$HOME)/?\s[^\n]{0,120}(?:-delete|-exec\s+(?:rm|shred))\b",
    ),
)
# Words without which none of them fits.
WORTH = (
    *("scp ", "rsync ", "nslookup", "dig ", "host $", "host `", "ping -", "$'", "<("),
    *("find /", "find ~", "find $"),
)
_QUOTES = re.compile(
    r"(?<=[a-z])(?:''|\"\"|\\(?=[a-z])|\$@|\$\*|\$\{[@*]\})(?=[a-z\\'\"])",
    re.IGNORECASE,
)
_GAPS = re.compile(r"\$\{?IFS\}?")
_SAVED = re.compile(
    r"(?:\s-o\s*|\s--output[ =]|\s-O\s+|>\s*)([\w./~$-]{1,200})", re.IGNORECASE
)
_ADDRESS = re.compile(r"https?://[^\s\"'`|;)>]{1,400}", re.IGNORECASE)
_FETCHES = re.compile(rf"(?:^|[;&|(]\s*|\s|RUN\s|!\s*){_FETCH}", re.IGNORECASE)
_RUN = re.compile(
    r"(?:^|[;&|(]|\bsudo\b|\bRUN\b|!)\s*(?:(?:ba|z|da)?sh|source|\.|chmod\s+\S{1,8})\s+"
    r"(?:-\w+\s+){0,3}([\w./~$-]{1,200})|(?:^|[;&|(]|\bsudo\b|\bRUN\b|!)\s*"
    r"(\.{0,2}/[\w./-]{1,200})"
)
_MAX_FILES = 64


def unquoted(text: str) -> str:
    """Give a command as a shell reads it, without quotes in words; or nothing."""
    plain = _GAPS.sub(" ", _QUOTES.sub("", _QUOTES.sub("", text)))
    return "" if plain == text else plain


class Fetched:
    """Remembers what a script fetches, and tells when it runs that."""

    def __init__(self) -> None:
        self._files: dict[str, str] = {}

    def runs(self, line: str) -> str:
        """Give the address of a fetched file that a line runs, or nothing."""
        found = ""
        for match in _RUN.finditer(line):
            name = (match[1] or match[2]).rsplit("/", 1)[-1]
            found = found or self._files.get(name, "")
            if found and match[0].strip().startswith("chmod"):
                # Whether it is run is for another line, or for whoever starts it.
                found = ""
        if _FETCHES.search(line) and len(self._files) < _MAX_FILES:
            self._fetch(line)
        return found

    def _fetch(self, line: str) -> None:
        addresses = _ADDRESS.findall(line)
        for address in addresses[:8]:
            name = address.split("?", 1)[0].rstrip("/").rsplit("/", 1)[-1]
            self._files[name] = address
        for saved in _SAVED.findall(line)[:8]:
            name = saved.rsplit("/", 1)[-1]
            self._files[name] = addresses[0] if addresses else saved
