"""Where a verb's words go: people's text, documents for programs, and errors."""

from __future__ import annotations

import functools
import json
import os
import sys
import traceback
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TextIO

import click

from assay.cli.exit_status import ExitStatus, status_of_error
from assay.cli.targets import TARGET, refuse_shared, write_target
from assay.errors import AssayError, MachineError
from assay.flows.files import machine_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assay.wire.model import JsonModel

__all__ = [
    "JSON_OPTION",
    "harmless",
    "on_terminal",
    "say",
    "terminal_width",
    "told",
    "wants_colour",
    "write_error",
    "write_json",
    "write_result",
]

_P = ParamSpec("_P")

# Errors whose own cause is where a document would go: none is written there.
_MISPLACED = frozenset(
    {"usage.same-file", "usage.inside-release", "usage.result-inside-release"}
)

JSON_OPTION = click.option(
    "--json",
    "json_to",
    metavar="FILE",
    type=TARGET,
    help="Write the result as a versioned JSON document to FILE, or `-` for standard "
    "output; text for people goes to standard error then.",
)


def told(verb: Callable[_P, ExitStatus]) -> Callable[_P, None]:
    """Let a verb return its exit status, and tell errors as people need them.

    With `--json` an error is a document too, so a program never has to read prose.
    """

    @functools.wraps(verb)
    def wrapped(*args: _P.args, **kwargs: _P.kwargs) -> None:
        try:
            refuse_shared(kwargs)
            status = verb(*args, **kwargs)
        except AssayError as error:
            status = _fail(error, kwargs.get("json_to"))
        except (KeyboardInterrupt, click.Abort):
            _complain(_interrupted(click.get_current_context().command_path))
            status = ExitStatus.COULD_NOT
        except BrokenPipeError:
            # The reader has seen enough; a second complaint at exit helps nobody.
            _silence(sys.stdout)
            status = ExitStatus.COULD_NOT
        except Exception as error:  # noqa: BLE001 - a defect must not look like a "no"
            status = _defect(error)
        click.get_current_context().exit(status)

    return wrapped


def _interrupted(verb: str) -> str:
    """Say what an interrupt leaves, and how to go on."""
    if verb.endswith("fleet check"):
        return (
            "interrupted; what is checked stays done: run the same command again to go "
            "on"
        )
    return "interrupted; nothing was left half-written: run the same command again"


def say(text: str, *, json_to: str | None = None, styled: bool = False) -> None:
    """Print text for people: to standard error when a document was asked for.

    Args:
        text: What to print; names in it may come from outside.
        json_to: Where a document goes, if one was asked for.
        styled: Whether a report made the text: it has cleaned what came from outside
            and its colours are its own. All other text is made harmless here.

    Raises:
        MachineError: `machine.write`: what it is redirected to takes no more.
    """
    err = json_to is not None
    if not styled:
        text = "\n".join(map(harmless, text.split("\n")))
    stream = sys.stderr if err else sys.stdout
    encoding = getattr(stream, "encoding", None) or "ascii"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        # Late: most terminals show everything, and `--help` needs no reports.
        from assay.report import ascii_safe  # noqa: PLC0415 - see above

        text = ascii_safe(text)
    with _whole(stream, "standard error" if err else "standard output"):
        click.echo(text, err=err)


def write_json(document: JsonModel, target: str | None) -> None:
    """Write a wire document to a file or, for `-`, to standard output.

    Raises:
        MachineError: The file cannot be written.
    """
    if target is None:
        return
    value: Any = document.model_dump(mode="json", by_alias=True)
    # In UTF-8 whatever the terminal's encoding: RFC 8259 section 8.1.
    data = (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode("utf-8")
    write_result(target, data)


def write_result(target: str, data: bytes, *, replace: bool = True) -> None:
    """Write a result to a file or, for `-`, to standard output.

    Raises:
        UsageError: `usage.exists` when a file is there that may not be replaced.
        MachineError: `machine.write`.
    """
    with _whole(sys.stdout, "standard output"):
        write_target(target, data, replace=replace)


def on_terminal(*, err: bool = False) -> bool:
    """Say whether a person looks at the stream while it is written."""
    stream = sys.stderr if err else sys.stdout
    return stream is not None and stream.isatty()


def wants_colour(*, err: bool = False) -> bool:
    """Say whether to colour: only a terminal, and not against https://no-color.org."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return on_terminal(err=err)


def terminal_width() -> int:
    """Give the columns to write for: the terminal's, between 60 and 120."""
    try:
        columns = os.get_terminal_size(sys.stderr.fileno()).columns
    except (OSError, ValueError):
        columns = 80
    return max(60, min(120, columns))


def _defect(error: Exception) -> ExitStatus:
    """Tell a defect of Assay itself; the traceback only for those who ask for it."""
    if os.environ.get("ASSAY_DEBUG"):
        traceback.print_exception(error)
    _tell(
        MachineError(
            "defect",
            "Assay failed in a way that it should not have.",
            expected="a result or an error of Assay's own",
            found=f"{type(error).__name__}: {error}"[:400],
            remedy="run it again with ASSAY_DEBUG=1 and report what it prints",
        )
    )
    return ExitStatus.COULD_NOT


def _tell(error: AssayError) -> None:
    colour = wants_colour(err=True)
    head = f"error [{error.code}]"
    styled = click.style(head, fg="red") if colour else head
    lines = [f"{styled}: {harmless(error.message)}"]
    lines += [
        f"  {label}: {harmless(text)}"
        for label, text in (
            ("expected", error.expected),
            ("found", error.found),
            ("try", error.remedy),
        )
        if text
    ]
    for line in lines:
        _complain(line)


def harmless(text: str) -> str:
    """Make control characters visible: names come from outside, also in errors."""
    if text.isascii() and text.isprintable():
        return text
    # Late: rarely needed, and `--help` needs no reports.
    from assay.report.text import clean  # noqa: PLC0415 - see above

    return clean(text, limit=len(text))


def write_error(error: AssayError, target: str) -> None:
    """Write an error as a document; when that fails too, say so."""
    from assay.wire.v0.results import ErrorDocument  # noqa: PLC0415 - rarely needed

    document = ErrorDocument(
        format="assay-error/0",
        code=error.code,
        message=_spelled(error.message),
        expected=_spelled(error.expected),
        found=_spelled(error.found),
        remedy=_spelled(error.remedy),
    )
    try:
        write_json(document, target)
    except AssayError as second:
        # Nobody needs to hear twice that standard output takes nothing.
        if str(second) != str(error):
            _tell(second)
    except BrokenPipeError:
        _silence(sys.stdout)


def _fail(error: AssayError, target: object) -> ExitStatus:
    _tell(error)
    if isinstance(target, str) and (target == "-" or error.code not in _MISPLACED):
        write_error(error, target)
    return status_of_error(error)


def _spelled(text: str) -> str:
    """Spell out what no document can carry: names of files need not be Unicode."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


@contextmanager
def _whole(stream: TextIO | None, name: str) -> Iterator[None]:
    """Turn the failure of a redirected stream into an error of the machine."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        # What is still buffered would fail once more at exit, with a status of its own.
        _silence(stream)
        raise machine_error(
            "write", f"Writing to {name} failed.", Path(name), error
        ) from error


def _complain(line: str) -> None:
    """Write a line to standard error; the exit status speaks where that fails."""
    try:
        click.echo(line, err=True)
    except OSError:
        _silence(sys.stderr)


def _silence(stream: TextIO | None) -> None:
    """Let go what a stream still holds: its reader or its medium is gone."""
    if stream is None:
        return
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC), stream.fileno())
