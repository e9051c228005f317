"""What a tokenizer's regular expression may cost, judged on its syntax tree.

Engines that backtrack (Oniguruma, fancy-regex) take exponential time when a repeat
stands in a repeat and both can take the same characters. Sets of characters are
compared by a sample of them, so the judgement is an estimate that is exact for the
classes that tokenizers use. Nothing is compiled.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

__all__ = ["BadPatternError", "cost"]

_SAMPLE = tuple(chr(code) for code in range(128)) + tuple(
    "\u00a0\u00b2\u00e9\u00c9\u01c5\u0301\u0416\u0436\u05d0\u0627\u0661\u0915\u093e"
    "\u2019\u2028\u20ac\u2581\u3000\u3042\u30a2\u4e2d\uac00\uff5c\U0001f600"
)
_EVERYTHING = frozenset(_SAMPLE)
_DIGITS = frozenset(c for c in _SAMPLE if unicodedata.category(c) == "Nd")
_SPACES = frozenset(c for c in _SAMPLE if c.isspace())
_WORDS = frozenset(c for c in _SAMPLE if c.isalnum() or c == "_")
_NEWLINES = frozenset("\r\n")
_CLASSES = {
    "d": _DIGITS, "s": _SPACES, "w": _WORDS, "h": frozenset("0123456789abcdefABCDEF"),
    "R": _NEWLINES, "v": frozenset("\x0b\x0c\r\n"), "N": _EVERYTHING - {"\n"},
    "X": _EVERYTHING, "O": _EVERYTHING,
}  # fmt: skip
_SCRIPTS = {
    "Han": "CJK", "Hiragana": "HIRAGANA", "Katakana": "KATAKANA", "Hangul": "HANGUL",
    "Latin": "LATIN", "Cyrillic": "CYRILLIC", "Arabic": "ARABIC", "Hebrew": "HEBREW",
    "Devanagari": "DEVANAGARI", "Greek": "GREEK", "Thai": "THAI",
}  # fmt: skip
_ESCAPES = {
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "f": "\f",
    "a": "\a",
    "e": "\x1b",
    "0": "\0",
}
_ASSERTIONS = frozenset("bBAZzGK")
_MAX_CHARS = 20_000
_MAX_DEPTH = 40
_ENDLESS = 1 << 30
# Repeats from here on cost like endless ones.
_LONG = 64
_MAX_REPEAT = 10_000
# Neighbours that can take each other's characters: the power that the time grows by.
_MAX_POWER = 4


class BadPatternError(ValueError):
    """The pattern does not parse, or is beyond what is read."""


@dataclass(frozen=True, slots=True)
class _Item:
    """One piece of a sequence.

    Attributes:
        first: Sample characters that it may begin with.
        every: Sample characters that it may hold.
        nullable: Whether it matches nothing.
        repeats: Most rounds; 1 without a quantifier.
        single: Whether one round is one character.
        size: Rounds within rounds, multiplied.
        flexible: Whether its length can vary without end.
    """

    first: frozenset[str]
    every: frozenset[str]
    nullable: bool
    single: bool
    repeats: int = 1
    size: int = 1
    flexible: bool = False


_NOTHING = _Item(frozenset(), frozenset(), nullable=True, single=False)


def cost(pattern: str) -> str:
    """Give why a pattern is costly, or nothing.

    Raises:
        BadPatternError: It does not parse.
    """
    if len(pattern) > _MAX_CHARS:
        message = f"expected at most {_MAX_CHARS} characters"
        raise BadPatternError(message)
    parser = _Parser(pattern)
    parser.alternatives(0)
    if not parser.at_end():
        message = f"unexpected `)` at {parser.position}"
        raise BadPatternError(message)
    return parser.reason


class _Parser:
    def __init__(self, pattern: str) -> None:
        self._text = pattern
        self.position = 0
        self.reason = ""

    def at_end(self) -> bool:
        return self.position >= len(self._text)

    def _peek(self, ahead: int = 0) -> str:
        at = self.position + ahead
        return self._text[at] if at < len(self._text) else ""

    def _take(self) -> str:
        char = self._peek()
        if not char:
            message = "unexpected end"
            raise BadPatternError(message)
        self.position += 1
        return char

    def alternatives(self, depth: int) -> tuple[_Item, list[_Item], bool]:
        """Read up to a closing bracket: the whole, its branches, and if ambiguous."""
        if depth > _MAX_DEPTH:
            message = "nested too deep"
            raise BadPatternError(message)
        branches: list[_Item] = []
        ambiguous = False
        while True:
            item, loose = self._sequence(depth)
            branches.append(item)
            ambiguous = ambiguous or loose
            if self._peek() != "|":
                break
            self.position += 1
        whole = _Item(
            frozenset().union(*(item.first for item in branches)),
            frozenset().union(*(item.every for item in branches)),
            nullable=any(item.nullable for item in branches),
            single=all(item.single for item in branches),
            size=max(item.size for item in branches),
            flexible=any(item.flexible for item in branches),
        )
        return whole, branches, ambiguous

    def _sequence(self, depth: int) -> tuple[_Item, bool]:
        items: list[_Item] = []
        while self._peek() not in ("", "|", ")"):
            item = self._quantified(depth)
            if item is not _NOTHING:
                items.append(item)
        self._note_neighbours(items)
        first: frozenset[str] = frozenset()
        for item in items:
            first |= item.first
            if not item.nullable:
                break
        whole = _Item(
            first,
            frozenset().union(*(item.every for item in items)),
            nullable=all(item.nullable for item in items),
            single=len(items) == 1 and items[0].single and items[0].repeats == 1,
            size=max((item.size for item in items), default=1),
            flexible=any(item.flexible for item in items),
        )
        return whole, _is_ambiguous(items)

    def _note_neighbours(self, items: list[_Item]) -> None:
        run: list[_Item] = []
        for item in items:
            if item.flexible and (not run or run[-1].every & item.every):
                run.append(item)
            elif not item.nullable or item.flexible:
                run = [item] if item.flexible else []
            if len(run) >= _MAX_POWER:
                self._found(f"{len(run)} repeats in a row take the same characters")

    def _found(self, reason: str) -> None:
        self.reason = self.reason or reason

    def _quantified(self, depth: int) -> _Item:
        item, branches, ambiguous = self._atom(depth)
        while True:
            bounds = self._quantifier()
            if bounds is None:
                return item
            least, most = bounds
            possessive = self._peek() == "+"
            if self._peek() in ("?", "+"):
                self.position += 1
            size = item.size * max(min(most, _ENDLESS) if most < _ENDLESS else 1, 1)
            if size > _MAX_REPEAT:
                self._found(f"a piece is repeated {size} times")
            if most >= _LONG and not possessive:
                self._judge(branches, ambiguous=ambiguous)
            item = _Item(
                item.first,
                item.every,
                nullable=item.nullable or least == 0,
                single=item.single,
                repeats=most,
                size=min(size, _ENDLESS),
                flexible=most >= _LONG and most != least and not possessive,
            )
            branches, ambiguous = [item], item.flexible

    def _judge(self, branches: list[_Item], *, ambiguous: bool) -> None:
        if ambiguous:
            self._found("a repeat within a repeat takes the same characters")
        seen: frozenset[str] = frozenset()
        for branch in branches:
            if branch.single and branch.first & seen:
                self._found("two branches of a repeat take the same character")
            if branch.single:
                seen |= branch.first
        if any(not b.single and b.every and b.every <= seen for b in branches):
            self._found("a branch of a repeat can be put together from others")

    def _quantifier(self) -> tuple[int, int] | None:
        char = self._peek()
        if char and char in "*+?":
            self.position += 1
            return {"*": (0, _ENDLESS), "+": (1, _ENDLESS), "?": (0, 1)}[char]
        if char != "{":
            return None
        end = self._text.find("}", self.position, self.position + 24)
        low, comma, high = self._text[self.position + 1 : max(end, 0)].partition(",")
        if end < 0 or not (low or high) or not (low + high).isdecimal():
            return None
        if not (low + high).isascii() or len(low + high) > 18:
            return None
        self.position = end + 1
        least = int(low or "0")
        most = int(high) if high else (_ENDLESS if comma else least)
        return least, min(most, _ENDLESS)

    def _atom(self, depth: int) -> tuple[_Item, list[_Item], bool]:
        char = self._take()
        if char == "(":
            return self._group(depth)
        if char in "^$":
            return _NOTHING, [], False
        if char == "[":
            chars = self._set(depth)
        elif char == ".":
            chars = _EVERYTHING - {"\n"}
        elif char == "\\":
            if self._peek() in _ASSERTIONS:
                self.position += 1
                return _NOTHING, [], False
            chars = self._escape()
        else:
            chars = frozenset((char,))
        item = _Item(chars, chars, nullable=False, single=True)
        return item, [item], False

    def _group(self, depth: int) -> tuple[_Item, list[_Item], bool]:
        atomic = looks = False
        if self._peek() == "?":
            self.position += 1
            atomic, looks, empty = self._kind()
            if empty:
                return _NOTHING, [], False
        item, branches, ambiguous = self.alternatives(depth + 1)
        if self._take() != ")":
            message = "expected `)`"
            raise BadPatternError(message)
        if looks:
            return _NOTHING, [], False
        return (item, [item], False) if atomic else (item, branches, ambiguous)

    def _kind(self) -> tuple[bool, bool, bool]:
        """Read what follows `(?`: atomic, looking around, or flags alone."""
        rest = self._text[self.position : self.position + 3]
        for mark in ("<=", "<!", "=", "!", ":", ">"):
            if rest.startswith(mark):
                self.position += len(mark)
                return mark == ">", mark in ("<=", "<!", "=", "!"), False
        if rest.startswith("#"):
            end = self._text.find(")", self.position)
            if end < 0:
                message = "expected the end of a comment"
                raise BadPatternError(message)
            self.position = end + 1
            return False, False, True
        if rest[:1] in ("P", "<"):
            end = self._text.find(">", self.position, self.position + 100)
            if end < 0:
                message = "expected a name"
                raise BadPatternError(message)
            self.position = end + 1
            return False, False, False
        while (char := self._take()) not in ":)":
            if not char.isalpha() and char != "-":
                message = f"unknown group {char!r}"
                raise BadPatternError(message)
        return False, False, char == ")"

    def _escape(self) -> frozenset[str]:
        char = self._take()
        if char in "pP":
            return self._property(negated=char == "P")
        if char in _CLASSES:
            return _CLASSES[char]
        if char.lower() in _CLASSES and char in "DSWHV":
            return _EVERYTHING - _CLASSES[char.lower()]
        if char in "xu":
            return frozenset((self._code(char),))
        if char.isdigit() and char != "0":
            return _EVERYTHING
        return frozenset((_ESCAPES.get(char, char),))

    def _code(self, kind: str) -> str:
        if self._peek() == "{":
            end = self._text.find("}", self.position, self.position + 12)
            digits = self._text[self.position + 1 : max(end, 0)]
            after = end + 1
        else:
            after = self.position + (2 if kind == "x" else 4)
            digits = self._text[self.position : after]
        try:
            code = int(digits, 16)
        except ValueError:
            message = f"expected a character number, found {digits!r}"
            raise BadPatternError(message) from None
        self.position = after
        return chr(code) if 0 <= code < 0x110000 else "\ufffd"

    def _property(self, *, negated: bool) -> frozenset[str]:
        if self._peek() == "{":
            end = self._text.find("}", self.position, self.position + 60)
            if end < 0:
                message = "expected `}`"
                raise BadPatternError(message)
            name = self._text[self.position + 1 : end]
            self.position = end + 1
        else:
            name = self._take()
        if name.startswith("^"):
            negated, name = not negated, name[1:]
        chars = frozenset(c for c in _SAMPLE if _has(c, name))
        return _EVERYTHING - chars if negated else chars

    def _set(self, depth: int) -> frozenset[str]:
        if depth > _MAX_DEPTH:
            message = "nested too deep"
            raise BadPatternError(message)
        negated = self._peek() == "^"
        self.position += negated
        chars: frozenset[str] = frozenset()
        kept: frozenset[str] | None = None
        start = True
        while start or self._peek() != "]":
            start = False
            if self._text.startswith("&&", self.position):
                self.position += 2
                kept = chars if kept is None else kept & chars
                chars = frozenset()
                start = self._peek() != "]"
                continue
            chars |= self._member(depth)
        self.position += 1
        if kept is not None:
            chars &= kept
        return _EVERYTHING - chars if negated else chars

    def _member(self, depth: int) -> frozenset[str]:
        char = self._take()
        if char == "[":
            if self._peek() == ":":
                return self._posix()
            return self._set(depth + 1)
        found = self._escape() if char == "\\" else frozenset((char,))
        if self._peek() != "-" or self._peek(1) in ("]", "") or len(found) != 1:
            return found
        self.position += 1
        last = self._take()
        if last == "[":
            self.position -= 1
            return found | {"-"}
        end = self._escape() if last == "\\" else frozenset((last,))
        if len(end) != 1:
            return found | end | {"-"}
        low, high = min(found), min(end)
        return frozenset(c for c in _SAMPLE if low <= c <= high) | found | end

    def _posix(self) -> frozenset[str]:
        end = self._text.find(":]", self.position, self.position + 20)
        if end < 0:
            return frozenset("[")
        name = self._text[self.position + 1 : end]
        self.position = end + 2
        negated, name = name.startswith("^"), name.lstrip("^")
        chars = frozenset(c for c in _SAMPLE if _has(c, name))
        return _EVERYTHING - chars if negated else chars


def _is_ambiguous(items: list[_Item]) -> bool:
    """Tell whether rounds of this sequence can begin and end at many places.

    They can when one piece repeats without end and all others may be left out or
    begin with what it takes.
    """
    for index, item in enumerate(items):
        if not item.flexible:
            continue
        others = items[:index] + items[index + 1 :]
        if all(o.nullable or o.every & item.every for o in others):
            return True
    return False


def _has(char: str, name: str) -> bool:
    """Tell whether a character has a property of Unicode or of POSIX."""
    category = unicodedata.category(char)
    short = name.replace("_", "").replace(" ", "").lower()
    if len(short) <= 2:
        return category.lower().startswith(short)
    tests = {
        "alpha": char.isalpha(), "alphabetic": char.isalpha(), "letter": char.isalpha(),
        "digit": char.isdecimal(), "alnum": char.isalnum(), "space": char.isspace(),
        "whitespace": char.isspace(), "punct": category[0] in "PS",
        "punctuation": category[0] == "P", "upper": char.isupper(),
        "lower": char.islower(), "uppercase": char.isupper(),
        "lowercase": char.islower(), "number": category[0] == "N",
        "mark": category[0] == "M", "symbol": category[0] == "S", "any": True,
        "xdigit": char in "0123456789abcdefABCDEF", "emoji": category == "So",
    }  # fmt: skip
    if short in tests:
        return tests[short]
    script = _SCRIPTS.get(name.rsplit("=", maxsplit=1)[-1])
    return script is not None and unicodedata.name(char, "").startswith(script)
