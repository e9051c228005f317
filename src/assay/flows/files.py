"""Reading and writing files: bounded, whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from typing import TYPE_CHECKING

from assay.errors import AssayError, InputError, MachineError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["machine_error", "read_file", "write_file"]


def read_file(path: Path, *, most: int, what: str) -> bytes:
    """Read a regular file whole.

    Args:
        path: The file.
        most: Greatest size, in bytes.
        what: What people call it, such as `bundle`.

    Raises:
        InputError: `input.no-such-file`, `input.not-a-file` or `input.too-large`.
        MachineError: `machine.read`.
    """
    try:
        # O_NONBLOCK: opening a pipe must not wait for a writer that never comes.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise InputError(
                    "not-a-file",
                    f"The {what} is not a file.",
                    expected="a regular file",
                    found=str(path),
                )
            data = file.read(most + 1)
    except FileNotFoundError as error:
        raise InputError(
            "no-such-file",
            f"There is no such {what}.",
            expected=f"an existing {what}",
            found=str(path),
        ) from error
    except OSError as error:
        raise machine_error(
            "read", f"The {what} cannot be read.", path, error
        ) from error
    if len(data) > most:
        raise InputError(
            "too-large",
            f"The {what} is larger than any that Assay reads.",
            expected=f"at most {most} bytes",
            found=str(path),
        )
    return data


def write_file(
    path: Path, data: bytes, *, mode: int = 0o644, replace: bool = True
) -> None:
    """Write a file so that it is there whole or not at all, also after a crash.

    Args:
        path: Where to.
        data: What.
        mode: Permissions.
        replace: Whether a file that is already there may be replaced.

    Raises:
        UsageError: `usage.exists` when it may not.
        MachineError: `machine.write`: a full disk, a missing permission.
    """
    # Beside the target, so that the rename stays within one file system.
    draft = path.with_name(f".{path.name[:80]}.{secrets.token_hex(6)}.part")
    try:
        try:
            _write_durably(draft, data, mode)
            if replace:
                draft.replace(path)
            else:
                os.link(draft, path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                draft.unlink()
        _flush_directory(path.parent)
    except FileExistsError as error:
        raise UsageError(
            "exists",
            "The file is already there, and replacing it could lose something.",
            expected="a name that is not taken",
            found=str(path),
            remedy="choose another name, or move the file away",
        ) from error
    except OSError as error:
        raise machine_error(
            "write", "The file cannot be written.", path, error
        ) from error


def machine_error(code: str, message: str, path: Path, error: OSError) -> AssayError:
    """Tell an error of the operating system as ours."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return MachineError(
        code,
        message,
        expected="a medium that works, with enough room and permission",
        found=f"{error.strerror or error} ({path})",
        remedy="make room and run the same command again" if full else "",
    )


def _write_durably(path: Path, data: bytes, mode: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _flush_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
