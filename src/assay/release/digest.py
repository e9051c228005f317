"""Hash open files in one pass: one alone, or two side by side on one core.

Files side by side need the compiled `_lanes`, a processor with Intel's SHA extensions,
and a right answer to a question whose answer is known. Where one of them is missing,
the files are hashed one after the other by the standard library: the answers are the
same, and only the time differs.
"""

from __future__ import annotations

import hashlib
import os
from functools import partial
from typing import TYPE_CHECKING

from assay.release.source import CHUNK_BYTES, changed, unreadable

try:
    from assay.release import _lanes
except ImportError:  # Installed without a compiler.
    _COMPILED = False
else:
    _COMPILED = True

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["hash_descriptor", "hash_descriptors", "hashes_side_by_side"]

# Hashing gives up the interpreter for a whole piece at a time. Pieces this large let
# it run on while the rest of the program is loaded, though they fall out of the cache.
_PIECE_BYTES = 4 * CHUNK_BYTES
# Once so much is hashed the program is loaded, and pieces that stay in the cache take
# a fifth less time than the large ones that let it load undisturbed.
_SETTLED_BYTES = 256 << 20
# What the lanes read of each file before they tell how far they are.
_STEP_BYTES = 16 << 20

_right: bool | None = None


def hash_descriptor(
    descriptor: int,
    size: int,
    path: str,
    advance: Callable[[int], None],
    *,
    keep: bytearray | None = None,
) -> str:
    """Give the SHA-256 of a file's content in lowercase hex.

    Both the read and the hash let other threads run, which is what makes several files
    hash at the speed of all cores.

    Args:
        descriptor: Open for reading, at offset 0.
        size: What the system said its size is.
        path: Its path, for messages.
        advance: Told how many bytes each step took.
        keep: Memory of `size` bytes that takes the content as it was hashed.

    Raises:
        ReleaseError: `release.unreadable`, or `release.changed-while-read` when the
            content is shorter or longer than `size`.
    """
    digest = hashlib.sha256(usedforsecurity=True)
    # One byte more than there is, so that what grew is seen.
    buffer = memoryview(bytearray(min(_PIECE_BYTES, size + 1)))
    total = 0
    while total <= size:
        try:
            count = os.readv(descriptor, [buffer])
        except OSError as error:
            raise unreadable(path, error) from error
        if not count:
            break
        digest.update(buffer[:count])
        if keep is not None and total + count <= size:
            keep[total : total + count] = buffer[:count]
        total += count
        advance(count)
        if total >= _SETTLED_BYTES:
            buffer = buffer[:CHUNK_BYTES]
    _prove_size(path, size, total)
    return digest.hexdigest()


def hashes_side_by_side() -> bool:
    """Tell whether two files take less time together than one after the other."""
    global _right  # noqa: PLW0603 - the question is asked once
    if _right is None:
        _right = _COMPILED and _lanes.supported() and _answers_right()
    return _right


def hash_descriptors(
    files: Sequence[tuple[int, int, str]], advance: Callable[[str, int], None]
) -> list[str]:
    """Give the SHA-256 of each of one or two files in lowercase hex.

    Args:
        files: Descriptor at offset 0, size and path of each, as `hash_descriptor` does.
        advance: Told the path, and how many bytes of it each step took.

    Raises:
        ReleaseError: As `hash_descriptor` does.
    """
    if not hashes_side_by_side():
        return [
            hash_descriptor(descriptor, size, path, partial(advance, path))
            for descriptor, size, path in files
        ]
    lanes = [_lanes.begin() for _ in files]
    step = partial(_lanes.advance, _STEP_BYTES, lanes[0], files[0][0])
    if len(files) > 1:
        step = partial(step, lanes[1], files[1][0])
    totals = [0] * len(files)
    ended = False
    while not ended:
        step()
        ended = True
        for index, (_, size, path) in enumerate(files):
            total, lane_ended, error = _lanes.standing(lanes[index])
            if error:
                raise unreadable(path, OSError(error, os.strerror(error)))
            advance(path, total - totals[index])
            totals[index] = total
            if lane_ended or total > size:
                _prove_size(path, size, total)
            ended = ended and lane_ended
    return [_lanes.digest(lane).hex() for lane in lanes]


def _prove_size(path: str, size: int, total: int) -> None:
    if total != size:
        word = "grew" if total > size else "became shorter"
        raise changed(path, f"it {word} from {size} bytes")


def _answers_right() -> bool:
    """Compare the compiled lanes with the standard library, once in a run."""
    texts = (b"assay" * 41, b"lane" * 16)
    pipes = [os.pipe() for _ in texts]
    lanes = [_lanes.begin() for _ in texts]
    try:
        for (_, end), text in zip(pipes, texts, strict=True):
            os.write(end, text)
    finally:
        for _, end in pipes:
            os.close(end)
    try:
        _lanes.advance(_STEP_BYTES, lanes[0], pipes[0][0], lanes[1], pipes[1][0])
    finally:
        for beginning, _ in pipes:
            os.close(beginning)
    return all(
        _lanes.digest(lane) == hashlib.sha256(text).digest()
        for lane, text in zip(lanes, texts, strict=True)
    )
