# SHA-256 of one or two open files at once; `_lanes.c` says how.

# Whether this processor has what the lanes need.
def supported() -> bool: ...

# The memory of a new lane.
def begin() -> bytearray: ...

# Reads and hashes up to about `most` bytes of each, without the interpreter's lock.
def advance(
    most: int,
    lane: bytearray,
    descriptor: int,
    beside: bytearray | None = None,
    beside_descriptor: int = -1,
    /,
) -> None: ...

# Bytes taken, whether the file has ended, and `errno` or 0.
def standing(lane: bytearray, /) -> tuple[int, bool, int]: ...

# The SHA-256 of what a lane has read.
def digest(lane: bytearray, /) -> bytes: ...
