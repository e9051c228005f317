"""Reading and writing files: bounded, whole or not at all.

Where a result goes is the caller's choice, so a link stays a link, a pipe or a device
is written to and never replaced, and a file that is replaced keeps its permissions.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from pathlib import Path

from assay.errors import AssayError, InputError, MachineError, UsageError

__all__ = [
    "descriptor_of",
    "identity",
    "machine_error",
    "probe_output",
    "read_file",
    "write_file",
]

# Links followed on the way to a descriptor; Linux itself follows 40 (path_resolution).
_MOST_LINKS = 40
# What a written file may do at first; the umask takes from it.
# As much of a file as shows whether it is a private key in PEM, behind a few comments.
_KEY_HEAD_BYTES = 4096
_MODE = 0o644


# What a number of the operating system asks for, and what to do.
_ROOM = ("enough room", "make room and run the same command again")
_RIGHTS = (
    "permission for it",
    "choose another place, or have the permissions changed",
)
_CAUSES = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EROFS: _RIGHTS,
    errno.ENOENT: (
        "a place in a directory that is there",
        "make the directory first, or correct the path",
    ),
    errno.ENOTDIR: (
        "a path that leads through directories only",
        "correct the path",
    ),
    errno.EISDIR: ("a file", "name a file: this is a directory"),
}


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
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise InputError(
                    "not-a-file",
                    f"The {what} is not a file.",
                    expected="a regular file",
                    found=str(path),
                    remedy=f"name the {what} itself",
                )
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                data = file.read(most + 1)
        finally:
            os.close(descriptor)
    except FileNotFoundError as error:
        raise InputError(
            "no-such-file",
            f"There is no such {what}.",
            expected=f"an existing {what}",
            found=str(path),
            remedy="correct the path; a relative one begins where the command is run",
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
    path: Path, data: bytes, *, mode: int = _MODE, replace: bool = True
) -> None:
    """Write a file so that it is there whole or not at all, also after a crash.

    A link is followed and stays. What is no regular file, such as a pipe, a device or
    a descriptor of this process (`/dev/stdout`), is written to and stays what it is.

    Args:
        path: Where to.
        data: What.
        mode: Permissions of a new file; one that is replaced keeps its own.
        replace: Whether a file that is already there may be replaced.

    Raises:
        UsageError: `usage.exists` when it may not, or is a private key.
        MachineError: `machine.write`: a full disk, a missing permission.
    """
    try:
        descriptor = descriptor_of(path)
        if descriptor is not None:
            _write_all(os.dup(descriptor), data)
            return
        found = _found(path)
        if found is not None and not stat.S_ISREG(found.st_mode):
            _write_all(os.open(path, os.O_WRONLY | os.O_CLOEXEC), data)
            return
        refuse_private_key(path)
        if replace:
            _replace(Path(os.path.realpath(path)), data, mode, found)
        else:
            _create(path, data, mode)
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


def probe_output(path: Path) -> None:
    """Prove, before work that takes long, that a file can be made at this place.

    Nothing is left behind, and what lies there stays as it is.

    Raises:
        UsageError: `usage.exists`: a private key lies there.
        MachineError: `machine.write`: it cannot.
    """
    try:
        if descriptor_of(path) is not None:
            return
        found = _found(path)
        if found is not None and not stat.S_ISREG(found.st_mode):
            return
        refuse_private_key(path)
        draft = _draft(Path(os.path.realpath(path)))
        try:
            _write_durably(draft, b"", 0o600)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise machine_error(
            "write", "The file cannot be written.", path, error
        ) from error


def refuse_private_key(path: Path) -> None:
    """Refuse to replace a private key, whatever was asked for: nobody makes it again.

    Raises:
        UsageError: `usage.exists`.
        OSError: The file is there and cannot be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_KEY_HEAD_BYTES)
    except FileNotFoundError:
        return
    if b"PRIVATE KEY-----" in head:
        raise UsageError(
            "exists",
            "The file is a private key, which no result replaces.",
            expected="a name that is not taken, or an earlier result",
            found=str(path),
            remedy="choose another name",
        )


def descriptor_of(path: Path) -> int | None:
    """Give the descriptor of this process that a path such as `/dev/stdout` names.

    To open such a path would start again at the front of what a shell redirected.
    """
    own = f"/proc/{os.getpid()}/fd"
    for _ in range(_MOST_LINKS):
        parent = os.path.realpath(path.parent)
        if parent == own and path.name.isdecimal():
            return int(path.name)
        if not path.is_symlink():
            return None
        path = Path(parent, path.readlink())
    return None


def identity(path: Path) -> tuple[object, ...]:
    """Give what two paths have in common when they lead to the same place.

    A file that is there is known by its number, whatever its names; one that is not
    is known by where it would be.
    """
    try:
        found = path.stat()
    except OSError:
        return (os.path.realpath(path),)
    return found.st_dev, found.st_ino


def machine_error(code: str, message: str, path: Path, error: OSError) -> AssayError:
    """Tell an error of the operating system as ours."""
    expected, remedy = _CAUSES.get(
        error.errno or 0,
        (
            "a medium that works, with enough room and permission",
            "choose another place, or look at what the system says of the medium",
        ),
    )
    return MachineError(
        code,
        message,
        expected=expected,
        found=f"{error.strerror or error} ({path})",
        remedy=remedy,
    )


def _found(path: Path) -> os.stat_result | None:
    """Look at what lies there, behind links; nothing may, a directory must not."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    return found


def _draft(path: Path) -> Path:
    """Name a draft beside the target, so that the rename stays in one file system."""
    # 40 characters take at most 160 of the 255 bytes that a name may have.
    return path.with_name(f".{path.name[:40]}.{secrets.token_hex(6)}.part")


def _replace(
    target: Path, data: bytes, mode: int, found: os.stat_result | None
) -> None:
    draft = _draft(target)
    kept = None if found is None else stat.S_IMODE(found.st_mode)
    try:
        # Made as closed as what it replaces: nobody may read the draft meanwhile.
        _write_durably(draft, data, mode if kept is None else kept & 0o777)
        if kept is not None:
            draft.chmod(kept)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    _flush_directory(target.parent)


def _create(path: Path, data: bytes, mode: int) -> None:
    draft = _draft(path)
    try:
        _write_durably(draft, data, mode)
        # Unlike a rename, a link never takes the place of what is there.
        os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    _flush_directory(path.parent)


def _write_all(descriptor: int, data: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


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
