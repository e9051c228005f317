"""The stack, marks, memo and input of the static pickle machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.domain.python_modules import comes_with_python
from assay.release.formats import pickle_instances
from assay.release.formats.kept import Kept
from assay.release.formats.pickle_calls import CallList
from assay.release.formats.pickle_memo import Memo
from assay.release.formats.pickle_memory import (
    COST_OF_ITEMS,
    MEMO_BYTES,
    NODE_BYTES,
    SLOT_BYTES,
    VALUE_BYTES,
    held_bytes,
)
from assay.release.formats.pickle_values import (
    KEPT_ITEMS,
    KEPT_TEXT,
    OPAQUE,
    Call,
    Import,
    Node,
    Opaque,
)

if TYPE_CHECKING:
    from assay.domain.limits import Limits
    from assay.release.formats.pickle_bulk import Bulk
    from assay.release.source import ByteSource

__all__ = [
    "Broken",
    "Embedded",
    "Frame",
    "MachineState",
    "Stopped",
    "Unusual",
]

# Bytes that the fast opcodes may read beyond the opcode itself: a length byte and
# 255 bytes of text. A window is refilled when fewer than these remain.
_LOOKAHEAD = 300
# A real unpickler makes room for every memo index below the highest one.
_SPARSE_MEMO_INDEX = 1 << 24
# Picklers recurse for each level, and Python ends that at a few thousand; what prints,
# copies or frees deeper values may end the process.
_DEEPEST = 20_000
# A length that is beyond both, the file's own size taken so often, was made up.
_ABSURD_BYTES = 256 << 20
_ABSURD_RATIO = 16
# Bytes of the stream between two looks at the memory: one byte makes a container.
_WINDOW_BYTES = 1 << 16
# What a character of the stream may take in a text that is kept.
_WIDEST_CHARACTER = 4
_LINE_BYTES = 1 << 16


class Stopped(Exception):  # noqa: N818 - not an error: the stream ended well
    """The STOP opcode was reached."""


class Broken(Exception):  # noqa: N818 - control flow inside the machine only
    """The stream cannot go on, and neither could a loader."""

    def __init__(self, kind: str, detail: str) -> None:
        self.kind = kind
        self.detail = detail
        super().__init__(detail)


class Unusual(Exception):  # noqa: N818 - control flow inside the machine only
    """What was taken in unbuilt has to be built: begin again, value by value."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """A byte string inside the stream that looks like a pickle or an archive.

    Attributes:
        offset: Where its content starts, or the opcode that makes it.
        length: Bytes that it takes in the stream.
        data: The content when it is short and does not lie there as it is.
        codec: How the stream spells it when it is a text that stands for bytes, the
            way protocols 0 to 2 write byte strings of Python 3; empty for bytes.
    """

    offset: int
    length: int
    data: bytes | None = None
    codec: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """The state of a stream that waits for a nested one."""

    stack: list[object]
    marks: list[list[object]]
    memo: Memo

    @property
    def size(self) -> int:
        """Values and memo entries that it holds."""
        return len(self.stack) + sum(map(len, self.marks)) + len(self.memo)


class MachineState:
    """Everything that opcodes read and change."""

    def __init__(self, source: ByteSource, start: int, limits: Limits) -> None:
        self.source = source
        self.limits = limits
        # The window: bytes of the source from `base`; `position` is inside it.
        self.buffer = b""
        self.base = start
        self.position = 0
        self.limit = 0
        # The current opcode: its offset, and how many came before it.
        self.opcode_at = start
        self.opcode_number = 0
        self.opcodes = 0
        self.seen = bytearray(256)
        self.stack: list[object] = []
        self.marks: list[list[object]] = []
        self.memo = Memo()
        # What takes in long runs at once, and the container that it may fill now.
        self.bulk: Bulk | None = None
        self.full: Node | None = None
        self.imports: Kept[tuple[str, str], Import] = Kept(limits.max_pickle_imports)
        # Stands for every name that is left out.
        self._left_out = Import("…", "…", start, 0)
        self._left_out.listed = False
        self._crowded = False
        self.calls = CallList(limits)
        self.problems: list[tuple[str, str, int, int]] = []
        self.embedded: list[Embedded] = []
        # Streams that wait while one nested in them (joblib) is read.
        self.waiting: list[Frame] = []
        self.arrays = 0
        # Whether an import leads to joblib's arrays; whether the stream was unsure
        # of one; whether it is read as if every unsure object were one.
        self.near_joblib = False
        self.unsure = False
        self.skips_unsure = False
        # Whether it is read as joblib reads it, or as any other loader does.
        self.reads_arrays = True
        # Memory: an upper bound of what was made since it was last counted, and what
        # was counted then beyond the plain cost of the stack and the memo.
        self.made = 0
        self._counted = 0
        self._epoch = 0
        self.bounded = False
        self.result: object = OPAQUE

    # Input.

    def refill(self) -> None:
        """Move the window to the current position, or break when nothing is left."""
        absolute = self.base + self.position
        remaining = self.source.size - absolute
        if remaining <= 0:
            self.position = self.source.size - self.base
            raise Broken("truncated", "expected the STOP opcode, found the end")
        self._check_room()
        data = self.source.read_at(absolute, _WINDOW_BYTES)
        self.made += _WIDEST_CHARACTER * len(data)
        self.base = absolute
        self.position = 0
        if len(data) == remaining:
            # Fast opcodes read ahead without asking; what they take from the padding
            # is noticed as a position beyond the limit.
            self.buffer = data + b"\xff" * _LOOKAHEAD
            self.limit = len(data)
        else:
            self.buffer = data
            self.limit = len(data) - _LOOKAHEAD

    def _check_room(self) -> None:
        held = len(self.stack) + sum(map(len, self.marks))
        held += sum(frame.size for frame in self.waiting)
        too_high = (
            held > self.limits.max_pickle_stack
            or len(self.memo) > self.limits.max_pickle_memo
        )
        if len(self.marks) > self.limits.max_pickle_marks:
            self.bounded = True
            raise Broken("bomb", "more values are open at once than a pickler can open")
        if too_high or self._fills_memory(held):
            self.bounded = True
            raise Broken(
                "too-large", "the stack or memo grew beyond what is interpreted"
            )

    def _fills_memory(self, held: int) -> bool:
        """Bound the memory; count it only when an upper bound is not enough."""
        bound = self.limits.max_pickle_held_bytes
        plain = (SLOT_BYTES + VALUE_BYTES) * held
        plain += (MEMO_BYTES + VALUE_BYTES) * len(self.memo)
        if plain + self._counted + self.made <= bound:
            return False
        self._epoch += 1
        frames: tuple[MachineState | Frame, ...] = (self, *self.waiting)
        total = SLOT_BYTES * held + MEMO_BYTES * len(self.memo)
        for frame in frames:
            held_late = frame.memo.late.values()
            for values in (frame.stack, *frame.marks, frame.memo.values(), held_late):
                total += held_bytes(values, self._epoch)
        self._counted, self.made = total - plain, 0
        # A fifth is left for what is made until the next count.
        return 5 * total > 4 * bound

    def take(self, count: int) -> bytes:
        """Read `count` bytes; for numbers and short strings."""
        absolute = self.base + self.position
        self.require(count)
        self.position += count
        start = absolute - self.base
        if start + count <= len(self.buffer):
            return self.buffer[start : start + count]
        return self.source.read_at(absolute, count)

    def require(self, count: int) -> None:
        """Break when fewer than `count` bytes are left, as every loader does."""
        left = self.source.size - self.base - self.position
        if count > left:
            self.position += max(left, 0)
            if self.is_absurd(count):
                raise Broken("bomb", f"announces {count} bytes, and {left} are left")
            raise Broken("truncated", f"expected {count} more bytes, found {left}")

    def is_absurd(self, length: int) -> bool:
        """Tell a length that no cut download explains: loaders claim it first."""
        return length > max(_ABSURD_BYTES, _ABSURD_RATIO * self.source.size)

    def number(self, width: int, *, signed: bool = False) -> int:
        """Read a little-endian number."""
        return int.from_bytes(self.take(width), "little", signed=signed)

    def line(self) -> tuple[bytes, int]:
        """Read up to a newline; give at most `KEPT_TEXT` bytes, and the length."""
        start = self.base + self.position
        kept = b""
        length = 0
        while True:
            piece = self.source.read_at(start + length, _LINE_BYTES if length else 256)
            end = piece.find(b"\n")
            part = piece if end < 0 else piece[:end]
            if len(kept) < KEPT_TEXT:
                kept += part[: KEPT_TEXT - len(kept)]
            length += len(part)
            if end >= 0:
                self.position += length + 1
                break
            if not piece:
                # A loader takes what is there as the line, and fails afterwards.
                self.position += length
                break
        return kept, length

    # Stack.

    def pop_mark(self) -> list[object]:
        """Give what was pushed since the last mark."""
        items = self.stack
        if not self.marks:
            raise Broken("malformed", "expected a mark on the stack, found none")
        self.stack = self.marks.pop()
        return items

    def put(self, index: int) -> None:
        """Store the top of the stack in the memo."""
        if index < self.memo.free:
            raise Unusual
        self.memo[index] = self.stack[-1]

    def container(self, kind: str, items: list[object]) -> None:
        """Push a new container."""
        node = Node(kind, items)
        self.made += COST_OF_ITEMS[len(node.items)]
        self.stack.append(node)
        if node.weight > self.limits.max_pickle_expansion:
            self.explosion(node)

    def charge(self, items: int) -> None:
        """Count what a container may keep alive, in advance."""
        self.made += COST_OF_ITEMS[min(items, KEPT_ITEMS)]

    def explosion(self, node: Node) -> None:
        """Note, once, that references expand to far more than the stream holds."""
        node.weight = 1
        self.problem("bomb", "nested references expand to more than a thousand million")

    def judge_memo(self) -> None:
        """Note a memo index that makes a real unpickler claim memory for nothing."""
        self.judge_depth()
        highest = max(self.memo, default=0)
        stored = len(self.memo) + self.memo.later
        if highest > _SPARSE_MEMO_INDEX and highest > 4 * stored:
            self.problem("bomb", f"memo index {highest} makes a loader claim memory")

    def judge_depth(self) -> None:
        """Note values that lie deeper than any pickler goes, by the heaviest path."""
        value = self.result if isinstance(self.result, Node) else None
        if value is None and self.stack and isinstance(self.stack[-1], Node):
            value = self.stack[-1]
        seen: set[int] = set()
        for _ in range(_DEEPEST):
            if value is None or id(value) in seen:
                # The end, or a value that holds itself, as honest ones may.
                return
            seen.add(id(value))
            inner = [item for item in value.items if type(item) is Node]
            value = max(inner, key=lambda node: node.weight, default=None)
        self.problem("bomb", f"values are nested more than {_DEEPEST} deep")

    # What the stream does.

    @property
    def here(self) -> tuple[int, int]:
        """The current opcode: its offset, and how many came before it."""
        return self.opcode_at, self.opcode_number

    def problem(self, kind: str, detail: str) -> None:
        """Note a problem of the current opcode, bounded."""
        if len(self.problems) < self.limits.max_problems_per_subject:
            self.problems.append((kind, detail, *self.here))

    def fetch(self, module: str, name: str) -> Import:
        """Note an import and give its one object."""
        key = (module, name)
        known = self.imports.get(key)
        if known is not None:
            return known
        new = Import(module, name, *self.here)
        self.near_joblib = self.near_joblib or new.near_joblib
        if self.imports.put(key, new, telling=_is_telling(module, name)):
            return new
        if not self._crowded:
            # The reading goes on: what is worth most is listed apart.
            self._crowded = True
            bound = self.limits.max_pickle_imports
            self.problem("too-many", f"fetches more than the {bound} names listed")
        return self._left_out

    def call(self, callee: object, arguments: object) -> Call:
        """Note a call and give its result."""
        if not isinstance(callee, (Import, Call, Opaque)):
            raise Broken("malformed", "expected something to call, found a constant")
        self.calls.note(callee, arguments, self.here)
        pickle_instances.call_with(self, callee, arguments)
        self.made += NODE_BYTES
        return Call(callee, arguments)

    def change(self, target: Import, method: str, items: list[object]) -> None:
        """Note that the stream changes what it fetched."""
        self.calls.change(target, method, Node("tuple", items), self.here)

    def embed(self, found: Embedded) -> None:
        """Remember a byte string to be read as a member of its own."""
        if len(self.embedded) <= self.limits.max_pickle_byte_strings:
            self.embedded.append(found)


def _is_telling(module: str, name: str) -> bool:
    """Tell a name that any Python has, or one that is computed, from all others.

    With a dot one object has names without end: those count among the others.
    """
    return not module or ("." not in name and comes_with_python(module))
