"""Run the command line of a tool once for each file, in one process.

    python each_file.py MODULE:FUNCTION SECONDS OPTION... -- FILE...

Started by the interpreter of the tool's own environment, which has nothing of ours.
Starting it anew for each of thousands of files would measure the start alone. Prints a
line for each file: its number, and the exit status or the error that ended it.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import signal
import sys


class _TooLongError(BaseException):
    """One file took longer than it may."""


def _stop(*_: object) -> None:
    raise _TooLongError


def main() -> int:
    """Run the tool on every file."""
    entry, seconds, *rest = sys.argv[1:]
    split = rest.index("--")
    options, files = rest[:split], rest[split + 1 :]
    module, _, function = entry.partition(":")
    run = getattr(importlib.import_module(module), function)
    signal.signal(signal.SIGALRM, _stop)
    for number, file in enumerate(files):
        signal.alarm(int(seconds))
        sys.argv = [module, *options, file]
        told = io.StringIO()
        try:
            with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
                status = run()
        except SystemExit as error:
            status = error.code
        except _TooLongError:
            status = "too long"
        except BaseException as error:  # noqa: BLE001 - whatever ends a tool is its answer
            status = type(error).__name__
        finally:
            signal.alarm(0)
        print(f"{number} {0 if status is None else status}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
