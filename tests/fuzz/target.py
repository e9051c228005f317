"""Fuzz one family of readers, guided by coverage.

    python -m tests.fuzz.target FAMILY --seconds 60 [--corpus DIR] [-- FILE...]

Runs in an environment with atheris (`make fuzz`). What is found new goes to `--corpus`,
by default a folder that is thrown away; the corpus that is kept is only read. With
files behind `--`, tries each of them once. Exit status: 0, or that of libFuzzer.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import signal
import sys
import tempfile
import traceback
from hashlib import sha256
from pathlib import Path

import atheris

from tests.fuzz.families import FAMILIES, Family, by_name
from tests.fuzz.mutations import mutate
from tests.fuzz.words import dictionary

# Outside of the instrumentation: what readers give is followed, not what checks do.
import assay.assess.registry  # isort: skip

with atheris.instrument_imports(include=["assay"]):
    import assay.release
    import assay.wire

    for _room in (assay.release, assay.wire):
        for _found in pkgutil.walk_packages(_room.__path__, f"{_room.__name__}."):
            importlib.import_module(_found.name)

from tests.fuzz.attempt import MAX_INPUT_BYTES, attempt

FOLDER = Path(__file__).parent
# Of the processor, so that a busy machine blames no reader.
MAX_SECONDS = 10
# Of wall time, for code that lets no signal through.
MAX_WALL_SECONDS = 300
MAX_RSS_MIB = 600


class TooSlowError(BaseException):
    """An input took too long; no reader may catch this."""


def main() -> None:
    """Read the command line and hand over to libFuzzer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("family", choices=[family.name for family in FAMILIES])
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--artifacts", type=Path, default=Path("fuzz-findings"))
    parser.add_argument("--go-on", action="store_true", help="do not end at a failure")
    ours, _, rest = "\n".join(sys.argv[1:]).partition("\n--\n")
    given = parser.parse_args(ours.split("\n"))
    more = rest.split("\n") if rest else []
    family = by_name(given.family)
    given.artifacts.mkdir(parents=True, exist_ok=True)

    failures = Failures(family, given.artifacts, go_on=given.go_on)

    with tempfile.TemporaryDirectory() as scratch:
        words = Path(scratch, "words.dict")
        words.write_text(dictionary(family), encoding="ascii")
        corpus = given.corpus or Path(scratch, "corpus")
        corpus.mkdir(parents=True, exist_ok=True)
        options = [
            f"-dict={words}",
            f"-max_total_time={given.seconds}",
            f"-max_len={MAX_INPUT_BYTES}",
            f"-timeout={MAX_WALL_SECONDS}",
            f"-rss_limit_mb={MAX_RSS_MIB}",
            f"-artifact_prefix={given.artifacts}/{family.name}-",
            "-print_final_stats=1",
            "-reload=0",
        ]
        kept = FOLDER / "corpus" / family.name
        folders = [str(corpus), *([str(kept)] if kept.is_dir() else [])]
        files = any(not argument.startswith("-") for argument in more)
        # How libFuzzer starts further processes, to merge or for several jobs.
        again = f"{sys.executable} -m tests.fuzz.target {family.name} --"
        signal.signal(signal.SIGPROF, _too_slow)
        atheris.Setup(
            [again, *options, *more, *([] if files else folders)],
            failures.one_input,
            custom_mutator=mutate,
        )
        atheris.Fuzz()


class Failures:
    """Tries inputs; keeps one input for each place that fails."""

    def __init__(self, family: Family, folder: Path, *, go_on: bool) -> None:
        self._family = family
        self._folder = folder
        self._go_on = go_on
        self._seen: set[str] = set()

    def one_input(self, data: bytes) -> None:
        """Try one input; what libFuzzer calls."""
        signal.setitimer(signal.ITIMER_PROF, MAX_SECONDS)
        try:
            attempt(self._family, data)
        except (Exception, TooSlowError) as error:
            signal.setitimer(signal.ITIMER_PROF, 0)
            if not self._go_on:
                raise
            self._note(error, data)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    def _note(self, error: BaseException, data: bytes) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if "/assay/" in frame.filename] or frames
        where = f"{Path(own[-1].filename).name}:{own[-1].name}"
        # Time runs out anywhere: only the first such input is of use.
        kind = type(error).__name__
        key = kind if isinstance(error, TooSlowError) else f"{kind} {where}"
        if key in self._seen:
            return
        self._seen.add(key)
        path = (
            self._folder / f"{self._family.name}-crash-{sha256(data).hexdigest()[:40]}"
        )
        path.write_bytes(data)
        print(f"FAILURE {kind} at {where}: {error} in {path}", file=sys.stderr)
        traceback.print_exception(error, file=sys.stderr)


def _too_slow(_signal: int, _frame: object) -> None:
    raise TooSlowError(f"more than {MAX_SECONDS} seconds of the processor")


if __name__ == "__main__":
    main()
