"""On which line of a JSON document an entry stands, where that is plain to see.

The parser gives values without places. A key that is written once in the whole document
is found by its text; where it is written twice, or spelled by escapes, nobody can tell
without parsing again, and no line is better than a wrong one.
"""

from __future__ import annotations

import json
import re

__all__ = ["KeyLines"]

# Larger documents are tables, in which an entry is found by its key.
_MOST_BYTES = 1 << 20
# Searches for all keys of one document together.
_MOST_SEARCHED = 1 << 26
_ESCAPED_ASCII = re.compile(rb"\\u00[2-7]")


class KeyLines:
    """Gives the line of an entry by the path that findings name it by.

    Args:
        data: The document in UTF-8.
        value: What it says.
    """

    def __init__(self, data: bytes, value: object) -> None:
        self._data = data
        self._value = value
        self._left = _MOST_SEARCHED
        self._known: dict[str, int | None] = {}
        self._usable: bool | None = None

    def __call__(self, path: str) -> int | None:
        """Give the line of the entry at a path such as `a.b[2].c`, or None."""
        if self._usable is None:
            plain = len(self._data) <= _MOST_BYTES
            self._usable = plain and not _ESCAPED_ASCII.search(self._data)
        key = _last_key(self._value, path) if self._usable else None
        if key is None:
            return None
        if key not in self._known:
            self._known[key] = self._line(key)
        return self._known[key]

    def _line(self, key: str) -> int | None:
        self._left -= len(self._data)
        if self._left < 0:
            return None
        # A quote within a text has a backslash before it, so this is a key.
        written = json.dumps(key, ensure_ascii=False).encode("utf-8", "surrogatepass")
        found = [
            match.start()
            for match in re.finditer(re.escape(written) + rb"[ \t\r\n]*:", self._data)
        ]
        return 1 + self._data.count(b"\n", 0, found[0]) if len(found) == 1 else None


def _last_key(value: object, path: str) -> str | None:
    """Follow a path from key to key, and give the last; None when it leads nowhere."""
    key = None
    while path:
        if isinstance(value, list):
            index = re.match(r"\[([0-9]{1,9})\]", path)
            if index is None or int(index[1]) >= len(value):
                return None
            value, key, path = value[int(index[1])], None, path[index.end() :]
        elif isinstance(value, dict):
            key = _next_key(value, path)
            if key is None:
                return None
            value, path = value[key], path[len(key) :]
        else:
            return None
        path = path.removeprefix(".")
    return key


def _next_key(entries: dict[str, object], path: str) -> str | None:
    """Give the key that a path begins with, or None: two may, for keys hold dots."""
    ends = [found.start() for found in re.finditer(r"[.\[]", path)]
    keys = [path[:end] for end in (*ends, len(path)) if path[:end] in entries]
    return keys[0] if len(keys) == 1 and keys[0] else None
