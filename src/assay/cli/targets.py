"""Where results go: each to a place of its own, and never over what is read."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.errors import UsageError
from assay.flows.files import (
    descriptor_of,
    identity,
    machine_error,
    probe_output,
    write_file,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "TARGET",
    "is_standard_output",
    "json_target",
    "probe_targets",
    "refuse_inside",
    "refuse_results_inside",
    "refuse_shared",
    "write_target",
]

_STANDARD_OUTPUT = 1
# Options that name a file to write, by the name under which verbs receive them.
_OUTPUTS = {
    "out": "--out",
    "html": "--html",
    "sarif": "--sarif",
    "cyclonedx": "--cyclonedx",
    "write_baseline": "--write-baseline",
    "json_to": "--json",
    "write_declarations": "--write-declarations",
}


class _Target(click.ParamType[str]):
    """A file to write, or `-` for standard output."""

    name = "file"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Refuse the empty path, which scripts give when a variable is not set."""
        if not value:
            self.fail("the path is empty; expected a file, or - for output", param, ctx)
        if value.startswith("-") and value != "-":
            # The next option, where the file was forgotten.
            self.fail(
                f"{value} is an option; expected a file (./{value} if that is its "
                "name), or - for output",
                param,
                ctx,
            )
        return value


TARGET = _Target()


def is_standard_output(target: str | None) -> bool:
    """Say whether a target is this process's standard output."""
    return target is not None and (
        target == "-" or descriptor_of(Path(target)) == _STANDARD_OUTPUT
    )


def write_target(target: str, data: bytes, *, replace: bool = True) -> None:
    """Write a result to a file or, for `-`, to standard output.

    Raises:
        UsageError: `usage.exists` when a file is there that may not be replaced.
        MachineError: `machine.write`.
    """
    if target != "-":
        write_file(Path(target), data, replace=replace)
        return
    if sys.stdout is None:
        raise machine_error(
            "write",
            "Standard output is closed.",
            Path("standard output"),
            OSError(errno.EBADF, os.strerror(errno.EBADF)),
        )
    click.echo(data, nl=False)


def probe_targets(*targets: Path | str | None) -> None:
    """Prove that results can be written where they are to go.

    Raises:
        MachineError: `machine.write`.
    """
    for target in targets:
        if target is not None and target != "-":
            probe_output(Path(target))


def refuse_shared(options: Mapping[str, object]) -> None:
    """Refuse two results at one place, and a result over what the command reads.

    Args:
        options: What a verb was called with.

    Raises:
        UsageError: `usage.same-file`.
    """
    taken = {identity(path): name for name, path in _inputs(options)}
    for key, name in _OUTPUTS.items():
        given = options.get(key)
        if given is None or _is_discarded(str(given)):
            continue
        for place in _places(str(given)):
            if place in taken:
                raise UsageError(
                    "same-file",
                    "A result would be written over another, or over what is read.",
                    expected="a file of its own for each result",
                    found=f"{name} and {taken[place]}: {given}",
                    remedy=f"give {name} another file",
                )
        taken.update(dict.fromkeys(_places(str(given)), name))


def refuse_inside(release: Path, paths: Mapping[str, Path | str | None]) -> None:
    """Refuse files within a release that is sealed and that are no part of it.

    Raises:
        UsageError: `usage.inside-release`.
    """
    for name, given in _inside(release, paths):
        raise UsageError(
            "inside-release",
            f"{name} lies inside the release, which is sealed with all its files.",
            expected="a place outside the release: secrets do not belong into "
            "it, and what is written there changes it",
            found=f"{given} in {release}",
            remedy="move it out of the release directory",
        )


def refuse_results_inside(
    release: Path | str, targets: Mapping[str, Path | str | None]
) -> None:
    """Refuse to write a result into a release that is read.

    Raises:
        UsageError: `usage.result-inside-release`.
    """
    for name, given in _inside(release, targets):
        raise UsageError(
            "result-inside-release",
            f"{name} lies inside the release, which is read with all its files.",
            expected="a place outside the release: what is written there changes it",
            found=f"{given} in {release}",
            remedy=f"name a place outside the release directory for {name}",
        )


def _inside(
    release: Path | str, paths: Mapping[str, Path | str | None]
) -> Iterable[tuple[str, Path | str]]:
    """Give those of the paths that lead into a release."""
    root = _root(release)
    for name, given in paths.items():
        if given is None or given == "-" or root is None:
            continue
        if Path(os.path.realpath(given)).is_relative_to(root):
            yield name, given


def _root(release: Path | str) -> Path | None:
    """Give the directory or file of a release on this machine, behind links."""
    text = os.fspath(release)
    scheme, separator, rest = text.partition("://")
    if separator:
        # Stores that are directories of this machine, as fsspec names them.
        if scheme not in ("file", "local"):
            return None
        text = rest
    if not os.path.exists(text):  # noqa: PTH110 - false for a NUL
        # An OCI layout with a tag or a digest behind it.
        text = text.partition("@")[0] if "@" in text else text.rpartition(":")[0]
    if not text or "\0" in text:
        return None
    root = Path(os.path.realpath(text))
    cache = root.parent.parent
    if root.parent.name == "snapshots" and (cache / "blobs").is_dir():
        # The files of a snapshot are links to what lies beside it.
        return cache
    return root


def json_target(arguments: Iterable[str]) -> str | None:
    """Find where a command line asks for its document, before it is understood.

    Gives None when nobody asked, or when another argument names the same file or a
    directory around it: what a mistyped command would have read stays as it is.
    """
    target = None
    others: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        if argument == "--":
            break
        name, separator, value = argument.partition("=")
        if name == "--json":
            target = value if separator else next(rest, None)
        else:
            others += [argument, value]
    others += rest
    if not target or target == "-":
        return target or None
    if target.startswith("-"):
        return None
    named = {identity(Path(other)) for other in others if other}
    around = any(
        os.path.isdir(other) and any(_inside(other, {"--json": target}))  # noqa: PTH112 - most are no path
        for other in others
    )
    return None if around or identity(Path(target)) in named else target


def _inputs(options: Mapping[str, object]) -> Iterable[tuple[str, Path]]:
    """Name every path that a verb reads, or makes under a name of its own."""
    for key, value in options.items():
        if key in _OUTPUTS:
            continue
        name = f"the {key.replace('_', ' ')}"
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Path):
                yield name, one
                if key == "key":
                    yield "its public half", Path(f"{one}.pub")
            elif isinstance(one, str) and key in ("programme", "programmes"):
                # A bare word is an id; see `find_programme`.
                if one.endswith(".toml") or "/" in one:
                    yield name, Path(one)
            elif isinstance(one, str) and key == "developers":
                yield name, Path(one.rpartition("=")[2])


def _places(target: str) -> tuple[tuple[object, ...], ...]:
    """Give all by which the place of a result is known."""
    if not is_standard_output(target):
        return (identity(Path(target)),)
    try:
        found = os.fstat(_STANDARD_OUTPUT)
    except OSError:
        return (("-",),)
    return ("-",), (found.st_dev, found.st_ino)


def _is_discarded(target: str) -> bool:
    """Say whether a result is thrown away, in which any number may share."""
    return target != "-" and identity(Path(target)) == identity(Path(os.devnull))
