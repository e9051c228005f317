"""TensorFlow's graphs in the text form of protocol buffers, turned into their bytes.

`saved_model.pbtxt` is loaded where there is no `saved_model.pb`, and graphs are
published as `.pbtxt`. Only fields that say what a graph does are turned into bytes;
`tensorflow` reads those. Enumerations become 0.
Source: the specification of the text format of protocol buffers; the `.proto` files
that `tensorflow` and `tensorflow_graph` name; the loader of SavedModels.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assay.release.source import ByteSource

__all__ = ["LARGEST_TEXT_BYTES", "TextError", "is_text_graph", "to_bytes"]

LARGEST_TEXT_BYTES = 16 << 20
_PROOF_BYTES = 64 * 1024
_MAX_DEPTH = 100
_VARINT, _BYTES = 0, 2

# By message: fields with their numbers, and what they are: text, whole number
# or a message. Maps are messages of a key and a value.
_SCHEMA = """
SavedModel saved_model_schema_version=1i meta_graphs=2Meta
Meta meta_info_def=1Info graph_def=2Graph saver_def=3Saver asset_file_def=6Asset
Meta signature_def=5SignatureEntry collection_def=4Skipped object_graph_def=7Objects
Info meta_graph_version=1s tensorflow_version=5s tensorflow_git_version=6s
Saver filename_tensor_name=1s save_tensor_name=2s restore_op_name=3s
Asset tensor_info=1Tensor filename=2s
Tensor name=1s
SignatureEntry key=1s
Objects nodes=1Object
Object user_object=4User
User identifier=1s metadata=3s
Graph node=1Node library=2Library version=3i versions=4Versions
Versions producer=1i min_consumer=2i
Node name=1s op=2s input=3s device=4s attr=5AttrEntry
AttrEntry key=1s value=2Attr
Attr list=1List s=2s i=3i b=5i type=6i tensor=8Value placeholder=9s func=10Call
List s=2s i=3i b=5i type=6i tensor=8Value func=9Call
Call name=1s attr=2AttrEntry
Value dtype=1i version_number=3i tensor_content=4s string_val=8s
Library function=1Function
Function signature=1Signature node_def=3Node attr=5AttrEntry ret=4RetEntry
RetEntry key=1s value=2s
Signature name=1s
Skipped key=1s
"""
_FIELD = re.compile(r"(\w+)=(\d+)(\w+)")


def _parsed() -> Mapping[str, Mapping[str, tuple[int, str]]]:
    messages: dict[str, dict[str, tuple[int, str]]] = {}
    for line in _SCHEMA.split("\n"):
        name, _, rest = line.partition(" ")
        fields = messages.setdefault(name, {})
        for word, number, kind in _FIELD.findall(rest):
            fields[word] = (int(number), kind)
    return MappingProxyType(messages)


_MESSAGES = _parsed()
_NOTHING: Mapping[str, tuple[int, str]] = MappingProxyType({})
# By which fields of the outermost message it is told from the others.
_OUTERMOST = ("SavedModel", "Meta", "Graph")
_SPACE = rb"(?:\s+|#[^\n]*+(?:\n|\Z))*+"
_BETWEEN = re.compile(_SPACE)
_TOKEN = re.compile(
    _SPACE + rb"(?:(?P<text>\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+')"
    rb"|(?P<word>[A-Za-z_][\w.]*+|\[[\w./-]+\](?=\s*[:{<]))"
    rb"|(?P<number>[-+]?\s*(?:0[xX][0-9a-fA-F]+|[0-9.][\w.+-]*+|inf\w*|nan))"
    rb"|(?P<sign>[:{}<>\[\],;-]))",
    re.DOTALL,
)
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|(.))", re.DOTALL)
_PLAIN = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f"}
_CLOSED_BY = {b"{": b"}", b"<": b">"}
_OPENING = frozenset({b"{", b"<", b"["})
_QUOTES = frozenset({b'"', b"'"})
# Fields that texts of other kinds do not have.
_PROOFS = frozenset({"Node.op", "SavedModel.saved_model_schema_version"})


class TextError(Exception):
    """The text breaks the form at `offset`."""

    def __init__(self, offset: int, detail: str) -> None:
        self.offset = offset
        self.detail = detail
        super().__init__(detail)


class _EndsError(Exception):
    """The text ends; where, nobody need be told."""


def is_text_graph(source: ByteSource) -> bool:
    """Tell whether the text begins as a graph, with an operator or a version."""
    data = source.read_at(0, _PROOF_BYTES)
    text = _Text(data)
    try:
        text.message(_outermost(data))
    except TextError:
        return False
    except _EndsError:
        return text.proven
    return text.proven


def to_bytes(data: bytes) -> bytes:
    """Give the same model in bytes, without what says nothing of what it does.

    Raises:
        TextError: The text is not of the form.
    """
    text = _Text(data)
    try:
        return bytes(text.message(_outermost(data)))
    except _EndsError:
        raise TextError(len(data), "the text ends inside a message") from None


def _outermost(data: bytes) -> str:
    match = _TOKEN.match(data)
    word = (match.group("word") if match else None) or b""
    for name in _OUTERMOST:
        if word.decode("ascii", "replace") in _MESSAGES[name]:
            return name
    raise TextError(0, "no field of a model stands first")


def _varint(value: int) -> bytes:
    out = bytearray()
    value &= (1 << 64) - 1
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _field(number: int, wire: int, data: bytes | bytearray) -> bytes:
    head = _varint(number << 3 | wire)
    return head + (_varint(len(data)) if wire == _BYTES else b"") + bytes(data)


@dataclass(slots=True)
class _Open:
    """A message that is being read.

    Attributes:
        name: The message, or nothing when it is passed over.
        number: Its field in the message around it; 0 when it is passed over.
        closing: The sign that ends it.
        listed: Whether it stands in a list.
        built: Its bytes so far.
    """

    name: str
    number: int
    closing: bytes
    listed: bool = False
    built: bytearray = field(default_factory=bytearray)


class _Text:
    """One text being turned into bytes.

    Attributes:
        proven: Whether a node had an operator, or a model its version.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._open: list[_Open] = []
        self.proven = False

    def message(self, outermost: str) -> bytearray:
        """Read fields to the end, messages inside messages without recursion."""
        self._open = [_Open(outermost, 0, b"")]
        while True:
            kind, token = self._next()
            if token in {b",", b";"}:
                continue
            if kind == "word":
                self._value(token.decode("ascii"))
            elif token == self._open[-1].closing:
                done = self._open.pop()
                if not self._open:
                    return done.built
                self._close(done)
            elif not kind:
                raise _EndsError
            else:
                raise TextError(self._at, "a field is expected here")

    def _next(self) -> tuple[str, bytes]:
        match = _TOKEN.match(self._data, self._at)
        if match is not None:
            self._at = match.end()
            kind = str(match.lastgroup)
            return kind, match.group(kind)
        rest = _BETWEEN.match(self._data, self._at)
        at = rest.end() if rest else self._at
        if at == len(self._data):
            self._at = at
            return "", b""
        if self._data[at : at + 1] in _QUOTES and b"\n" not in self._data[at:]:
            raise _EndsError
        raise TextError(at, "nothing of the form stands here")

    def _peek(self) -> bytes:
        at = self._at
        token = self._next()[1]
        self._at = at
        return token

    def _value(self, name: str) -> None:
        """Read what a field has: a value, a message, or a list of either."""
        outer = self._open[-1]
        number, kind = _MESSAGES.get(outer.name, _NOTHING).get(name, (0, ""))
        what = f"{outer.name}.{name}"
        sign = self._peek()
        if sign == b":":
            self._next()
            sign = self._peek()
            if sign not in _OPENING:
                self._scalar(number, kind, what)
                return
        self._next()
        if sign in _CLOSED_BY:
            self._enter(number, kind, sign, listed=False)
        elif sign == b"[":
            self._items(number, kind, what)
        elif sign:
            raise TextError(self._at, "a value is expected here")
        else:
            raise _EndsError

    def _enter(self, number: int, kind: str, sign: bytes, *, listed: bool) -> None:
        if len(self._open) > _MAX_DEPTH:
            raise TextError(self._at, f"more than {_MAX_DEPTH} messages nested")
        known = kind in _MESSAGES
        name, number = (kind, number) if known else ("", 0)
        self._open.append(_Open(name, number, _CLOSED_BY[sign], listed))

    def _close(self, done: _Open) -> None:
        """Put a message into the one around it; in a list, more of them may follow."""
        if done.number:
            self._open[-1].built += _field(done.number, _BYTES, done.built)
        if done.listed:
            self._items(done.number, done.name, "")

    def _items(self, number: int, kind: str, what: str) -> None:
        """Read a list, up to its end or to the first message in it."""
        while True:
            token = self._peek()
            if token in _CLOSED_BY:
                self._next()
                self._enter(number, kind, token, listed=True)
                return
            if token == b"]":
                self._next()
                return
            if token == b",":
                self._next()
            else:
                self._scalar(number, kind, what)

    def _scalar(self, number: int, kind: str, what: str) -> None:
        found, token = self._next()
        if not found:
            raise _EndsError
        if found == "sign":
            raise TextError(self._at, "a value is expected here")
        data = self._joined(token) if found == "text" else token
        self.proven = self.proven or what in _PROOFS
        built = self._open[-1].built
        if kind == "s":
            built += _field(number, _BYTES, data)
        elif kind == "i":
            built += _field(number, _VARINT, _varint(_whole(data)))
        elif number:
            raise TextError(self._at, "a message is expected here")

    def _joined(self, token: bytes) -> bytes:
        """Give a text, with those that follow it at once."""
        parts = [_unescaped(token)]
        while self._peek()[:1] in _QUOTES:
            parts.append(_unescaped(self._next()[1]))
        return b"".join(parts)


def _whole(data: bytes) -> int:
    text = data.decode("ascii", "replace").replace(" ", "")
    if text == "true":
        return 1
    try:
        return int(text[:32], 0)
    except ValueError:
        return 0


def _unescaped(token: bytes) -> bytes:
    return _ESCAPE.sub(_one, token[1:-1])


def _one(match: re.Match[bytes]) -> bytes:
    octal, hexadecimal, other = match.groups()
    if octal:
        return bytes([int(octal, 8) & 255])
    if hexadecimal:
        return bytes([int(hexadecimal, 16)])
    return _PLAIN.get(other, other)
