"""What runs first: it begins to read a release before the command line is loaded.

Loading click and the verbs takes about as long as hashing a hundred megabytes. So for
`assay check DIRECTORY` with nothing in the call that bears on the reading, it begins
at once. The verb takes it over; a call that turns out to make no sense stops it.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.release.background import BackgroundReading

__all__ = ["begun_for", "main"]

# Options that bear on the reading, or after which there is none.
_NOT_AHEAD = ("-h", "--help", "--jobs", "--cache")

_begun: dict[str, BackgroundReading] = {}


def main() -> None:
    """Run the command line."""
    _occupy_standard_streams()
    before = signal.getsignal(signal.SIGTERM)
    try:
        if before is signal.SIG_DFL:
            # What stops a program politely is an interrupt: results stay whole.
            signal.signal(signal.SIGTERM, _interrupt)
        directory = _directory_to_check(sys.argv[1:])
        if directory is not None:
            # Late, as below: what is loaded before the reading begins delays it.
            from assay.release.background import BackgroundReading  # noqa: PLC0415 - see above

            reading = BackgroundReading(directory)
            _begun[directory] = reading
            reading.begin()
        from assay.cli.main import run as verbs  # noqa: PLC0415 - see above

        verbs()
    except KeyboardInterrupt:
        # Before a verb ran, which tells it itself; the status is COULD_NOT.
        sys.stderr.write(
            "interrupted; nothing was left half-written: run the same command again\n"
        )
        sys.exit(4)
    finally:
        for reading in _begun.values():
            # Stops it when nobody took it over; twice does no harm.
            reading.__exit__(None, None, None)
        _begun.clear()
        if before is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, before)


def begun_for(path: str) -> BackgroundReading | None:
    """Give the reading of a directory that began with the program, once."""
    return _begun.pop(path, None)


def _interrupt(number: int, frame: object) -> None:
    """Take a request to end as the interrupt that it is."""
    del number, frame
    # A second one ends the program as it stands.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise KeyboardInterrupt


def _occupy_standard_streams() -> None:
    """Let no file of a release get the number of a stream that the caller closed.

    What is opened in their place cannot be written to: a result that was to go there
    fails as it should.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number, which is this one.
            os.open(os.devnull, os.O_RDONLY)


def _directory_to_check(arguments: list[str]) -> str | None:
    """Give the directory that the call checks, when that is plain to see."""
    if len(arguments) < 2 or arguments[0] != "check" or arguments[1].startswith("-"):
        return None
    if any(argument.startswith(_NOT_AHEAD) for argument in arguments[2:]):
        return None
    return arguments[1] if os.path.isdir(arguments[1]) else None  # noqa: PTH112 - pathlib takes longer to load than this takes
