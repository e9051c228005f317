"""A static interpreter of pickle streams: what would be fetched and called.

It keeps the stack, the marks and the memo as a real unpickler does, over values that
are constants or descriptions. Nothing is imported, built or called. A broken stream
stops where a loader would stop; what ran before counts.

Opcodes that only push constants or move them are handled inside one loop, which is
where large honest pickles spend their time; the others have a function each in
`pickle_actions`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from struct import Struct
from typing import TYPE_CHECKING

from assay.release.formats import pickle_actions
from assay.release.formats.pickle_bulk import Bulk
from assay.release.formats.pickle_opcodes import PROTOCOL_OF
from assay.release.formats.pickle_state import Broken, MachineState, Stopped, Unusual

if TYPE_CHECKING:
    from assay.domain.limits import Limits
    from assay.release.formats.pickle_calls import RecordedCall
    from assay.release.formats.pickle_state import Embedded
    from assay.release.formats.pickle_values import Import
    from assay.release.source import ByteSource

__all__ = ["Walk", "walk"]

# Whether long runs are taken in at once; a test compares the facts with and without.
_IN_BULK = True
_unsigned = Struct("<I").unpack_from
_signed = Struct("<i").unpack_from
_short = Struct("<H").unpack_from
_double = Struct(">d").unpack_from


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What one stream does when it is loaded.

    Attributes:
        start: Offset of its first opcode.
        end: Offset after the last opcode that was read.
        stopped: Whether it reached STOP, as a whole stream does.
        opcodes: Opcodes interpreted.
        protocol: Highest protocol that they need.
        imports: Names fetched, in order, once each.
        calls: Calls made, in order, bounded.
        unlisted: Names of what made calls that are not listed; `?` for the computed.
        problems: Kind, detail, offset and opcode of each.
        embedded: Byte strings that look like pickles or archives.
        arrays: Raw arrays between the opcodes (joblib) that were passed over.
        bounded: Whether a limit ended the walk.
        result: The value that the stream leaves, as described by `pickle_values`.
    """

    start: int
    end: int
    stopped: bool
    opcodes: int
    protocol: int
    imports: tuple[Import, ...]
    calls: tuple[RecordedCall, ...]
    unlisted: tuple[str, ...]
    problems: tuple[tuple[str, str, int, int], ...]
    embedded: tuple[Embedded, ...]
    arrays: int
    bounded: bool
    result: object

    @property
    def acts(self) -> bool:
        """Whether it would fetch or call anything."""
        return bool(self.imports or self.calls)


def walk(source: ByteSource, start: int, limits: Limits) -> Walk:
    """Interpret the stream that begins at `start` without loading anything."""
    first, unsure = _walk(source, start, limits)
    if first.arrays:
        first = _with_plain_reading(first, source, limits)
    if not unsure:
        return first
    other, _ = _walk(source, start, limits, skips=True)
    return _merged(first, other) if first.stopped else _merged(other, first)


def _with_plain_reading(walked: Walk, source: ByteSource, limits: Limits) -> Walk:
    """Add what a loader other than joblib's does, which takes arrays for opcodes.

    Numbers break it at once; what was made to be read so does not.
    """
    plain, _ = _walk(source, walked.start, limits, reads_arrays=False)
    known = {(item.module, item.name) for item in walked.imports}
    # The pickle of an object array mixes up its memo with that around it, so that
    # names seem computed: those say nothing here.
    imports = tuple(
        item for item in plain.imports if item.module and item.name and _is_name(item)
    )
    if (plain.stopped and plain.calls) or not known.issuperset(
        (item.module, item.name) for item in imports
    ):
        return _merged(walked, replace(plain, imports=imports))
    return walked


def _is_name(item: Import) -> bool:
    return f"{item.module}.{item.name}".replace(".", "_").isidentifier()


def _merged(walked: Walk, other: Walk) -> Walk:
    """Add what another reading of the same stream would fetch and call.

    One of the two reads numbers as opcodes: names that Python could not import are
    none.
    """
    imports = {(item.module, item.name): item for item in walked.imports}
    for item in other.imports:
        known = imports.get((item.module, item.name))
        if known is not None:
            known.called = known.called or item.called
        elif _is_name(item):
            imports[item.module, item.name] = item
    calls = {(call.callee, call.arguments): call for call in other.calls}
    calls |= {(call.callee, call.arguments): call for call in walked.calls}
    return replace(
        walked,
        imports=tuple(imports.values()),
        calls=tuple(sorted(calls.values(), key=lambda call: call.offset)),
        unlisted=tuple(sorted({*walked.unlisted, *other.unlisted})),
        problems=tuple(dict.fromkeys(walked.problems)),
        embedded=tuple(dict.fromkeys((*walked.embedded, *other.embedded))),
        bounded=walked.bounded or other.bounded,
    )


def _walk(
    source: ByteSource,
    start: int,
    limits: Limits,
    *,
    skips: bool = False,
    reads_arrays: bool = True,
) -> tuple[Walk, bool]:
    """Interpret a stream one way; tell whether there is another way to read it."""
    for in_bulk in (True, False):
        machine = MachineState(source, start, limits)
        machine.skips_unsure = skips
        machine.reads_arrays = reads_arrays
        machine.bulk = Bulk(_interpret) if in_bulk and _IN_BULK else None
        try:
            stopped = _runs_to_stop(machine)
        except Unusual:
            continue
        break
    return _described(machine, start, stopped=stopped), machine.unsure


def _runs_to_stop(machine: MachineState) -> bool:
    """Interpret until the stream ends; tell whether it ends as a whole one does."""
    try:
        _interpret(machine)
    except Stopped:
        return True
    except Broken as broken:
        machine.problem(broken.kind, broken.detail)
    except IndexError:
        machine.problem(
            "malformed", "expected a value on the stack, found none (stack underflow)"
        )
    except KeyError as error:
        machine.problem("malformed", f"memo entry {error} was never stored")
    return False


def _described(machine: MachineState, start: int, *, stopped: bool) -> Walk:
    machine.judge_memo()
    seen = [opcode for opcode in PROTOCOL_OF if machine.seen[opcode]]
    return Walk(
        start=start,
        end=min(machine.base + machine.position, machine.source.size),
        stopped=stopped,
        opcodes=machine.opcodes,
        protocol=max((PROTOCOL_OF[opcode] for opcode in seen), default=0),
        imports=tuple(machine.imports),
        calls=machine.calls.done(),
        unlisted=_unlisted(machine),
        problems=tuple(machine.problems),
        embedded=tuple(machine.embedded),
        arrays=machine.arrays,
        bounded=machine.bounded,
        result=machine.result,
    )


def _unlisted(machine: MachineState) -> tuple[str, ...]:
    names = {f"{item.module}.{item.name}" for item in machine.imports if item.unlisted}
    return tuple(sorted(names | ({"?"} if machine.calls.unlisted else set())))


def _interpret(machine: MachineState) -> None:  # noqa: C901, PLR0912, PLR0915 - one loop by design: a call for each constant would double the time
    actions = pickle_actions.ACTIONS
    bound = machine.limits.max_pickle_opcodes
    memo = machine.memo
    later, free = memo.later, memo.free
    stack = machine.stack
    buffer = machine.buffer
    position = machine.position
    limit = machine.limit
    at = position
    first = number = 0
    one = two = four = 0
    try:
        while first < bound:
            for number in range(first, bound):
                if position >= limit:
                    machine.position = at = position
                    machine.refill()
                    buffer, position = machine.buffer, machine.position
                    limit = machine.limit
                at = position
                opcode = buffer[position]
                position += 1
                if opcode == 0x94:  # MEMOIZE
                    memo[len(memo) + later] = stack[-1]
                    four = 1
                elif opcode == 0x71:  # BINPUT
                    if buffer[position] < free:
                        raise Unusual
                    memo[buffer[position]] = stack[-1]
                    position += 1
                    one = 1
                elif opcode == 0x72:  # LONG_BINPUT
                    (index,) = _unsigned(buffer, position)
                    if index < free:
                        raise Unusual
                    memo[index] = stack[-1]
                    position += 4
                    one = 1
                elif opcode == 0x8C:  # SHORT_BINUNICODE
                    end = position + 1 + buffer[position]
                    stack.append(buffer[position + 1 : end].decode("utf-8", "replace"))
                    position = end
                    four = 1
                elif opcode == 0x4B:  # BININT1
                    stack.append(buffer[position])
                    position += 1
                    one = 1
                elif opcode == 0x47:  # BINFLOAT
                    stack.append(_double(buffer, position)[0])
                    position += 8
                    one = 1
                elif opcode == 0x68:  # BINGET
                    stack.append(memo[buffer[position]])
                    position += 1
                    one = 1
                elif opcode == 0x6A:  # LONG_BINGET
                    stack.append(memo[_unsigned(buffer, position)[0]])
                    position += 4
                    one = 1
                elif opcode == 0x58 and _unsigned(buffer, position)[0] < 256:
                    # BINUNICODE, as long as it surely is in the buffer.
                    end = position + 4 + buffer[position]
                    stack.append(buffer[position + 4 : end].decode("utf-8", "replace"))
                    position = end
                    one = 1
                elif opcode == 0x4A:  # BININT
                    stack.append(_signed(buffer, position)[0])
                    position += 4
                    one = 1
                elif opcode == 0x4D:  # BININT2
                    stack.append(_short(buffer, position)[0])
                    position += 2
                    one = 1
                elif opcode == 0x28:  # MARK
                    machine.marks.append(stack)
                    stack = machine.stack = []
                elif opcode == 0x4E:  # NONE
                    stack.append(None)
                elif opcode == 0x88:  # NEWTRUE
                    stack.append(True)
                    two = 1
                elif opcode == 0x89:  # NEWFALSE
                    stack.append(False)
                    two = 1
                else:
                    machine.position = position
                    machine.opcode_at = machine.base + at
                    machine.opcode_number = number
                    machine.seen[opcode] = 1
                    actions[opcode](machine)
                    if machine.full is not None:
                        taken = _take_in(machine, number + 1)
                        if taken:
                            memo = machine.memo
                            later, free = memo.later, memo.free
                            stack, position = machine.stack, machine.position
                            first = number + 1 + taken
                            break
                    stack, memo = machine.stack, machine.memo
                    later, free = memo.later, memo.free
                    buffer, position = machine.buffer, machine.position
                    limit = machine.limit
            else:
                break
        machine.bounded = True
        at = position
        number = bound - 1
    finally:
        machine.opcode_at = machine.base + at
        machine.opcode_number = number
        machine.position = max(position, machine.position)
        machine.opcodes += number + 1
        for used, opcode in ((one, 0x71), (two, 0x88), (four, 0x94)):
            machine.seen[opcode] |= used


def _take_in(machine: MachineState, number: int) -> int:
    target, machine.full = machine.full, None
    if machine.bulk is None or target is None:
        return 0
    return machine.bulk.take_in(machine, target, number)
