"""Hash one open file in one pass."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from assay.release.source import CHUNK_BYTES, changed, unreadable

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["SETTLED_BYTES", "hash_descriptor"]

# Once so much is hashed the program is loaded, and pieces that stay in the cache take
# a fifth less time than the large ones that let it load undisturbed.
SETTLED_BYTES = 256 << 20


def hash_descriptor(
    descriptor: int,
    size: int,
    path: str,
    buffer: memoryview,
    advance: Callable[[int], None],
    *,
    keep: bytearray | None = None,
) -> str:
    """Give the SHA-256 of a file's content in lowercase hex.

    `buffer` is reused between calls; of a large file only its beginning is filled in
    the end. Both the read and the hash let other threads
    run, which is what makes several files hash at the speed of all cores.

    Args:
        descriptor: Open for reading, at offset 0.
        size: What the system said its size is.
        path: Its path, for messages.
        buffer: Writable memory of the caller's thread.
        advance: Told how many bytes each step took.
        keep: Memory of `size` bytes that takes the content as it was hashed.

    Raises:
        ReleaseError: `release.unreadable`, or `release.changed-while-read` when the
            content is shorter or longer than `size`.
    """
    digest = hashlib.sha256(usedforsecurity=True)
    total = 0
    while True:
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
        if total >= SETTLED_BYTES:
            buffer = buffer[:CHUNK_BYTES]
        if total > size:
            break
    if total != size:
        word = "grew" if total > size else "became shorter"
        raise changed(path, f"it {word} from {size} bytes")
    return digest.hexdigest()
