"""A developer's and a buyer's desk: real files, real keys, the real command line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner

from assay.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

HARBOUR = "tests/vectors/programmes/harbour-1.0.toml"

CARD = """---
license: mit
base_model: example/parent
datasets:
- example/corpus
---
# A small model

## Intended use
Tests.

## Training data
Made up.

## Evaluation
None.

## Limitations
It is four numbers.
"""


def assay(*arguments: object, stdin: str | None = None, **environment: str) -> Result:
    """Run one command in this process, as the shell would."""
    return CliRunner().invoke(
        main, [str(a) for a in arguments], input=stdin, env=environment
    )


def document(*arguments: object) -> tuple[int, Any]:
    """Run one command with `--json -` and give its status and its document."""
    result = assay(*arguments, "--json", "-")
    return result.exit_code, json.loads(result.stdout)


def safetensors(values: int = 4) -> bytes:
    """Give a sound safetensors file with one tensor."""
    size = 4 * values
    header = {"w": {"dtype": "F32", "shape": [values], "data_offsets": [0, size]}}
    head = json.dumps(header, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    return len(head).to_bytes(8, "little") + head + bytes(range(size))


def write_release(directory: Path) -> Path:
    """Write a small honest release."""
    directory.mkdir(parents=True)
    (directory / "model.safetensors").write_bytes(safetensors())
    (directory / "config.json").write_text('{"model_type": "small"}\n')
    (directory / "README.md").write_text(CARD)
    (directory / "LICENSE").write_text("MIT License\n\nPermission is granted.\n")
    (directory / "sub").mkdir()
    (directory / "sub" / "notes.txt").write_text("Nothing to see.\n")
    return directory


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A sealed release and whoever wants to look at it."""

    release: Path
    key: Path
    log: Path
    bundle: Path
    trust: Path

    def seal(self, *more: object) -> Result:
        """Seal the release (again)."""
        return assay(
            "seal", self.release, "--key", self.key, "--log", self.log,
            "--out", self.bundle, *more,
        )  # fmt: skip

    def verify(self, *more: object) -> Result:
        """Verify the bundle."""
        return assay("verify", self.bundle, "--trust", self.trust, *more)

    def decide(self, benefit: str, *more: object) -> Result:
        """Decide a benefit."""
        return assay(
            "decide", self.bundle, "--benefit", benefit, "--trust", self.trust, *more
        )


def set_up(directory: Path, *, programme: str = "eo14409") -> Desk:
    """Make a release, a key, a log and a trust file, and seal the release."""
    desk = Desk(
        release=write_release(directory / "small-model"),
        key=directory / "developer.pem",
        log=directory / "log",
        bundle=directory / "small.assay",
        trust=directory / "trust.toml",
    )
    steps = (
        assay("keys", "new", desk.key, "--no-passphrase"),
        assay("log", "init", desk.log, "--origin", "log.example/test"),
        desk.seal("--programme", programme),
        assay(
            "trust", "new", desk.trust, "--developer", f"Example={desk.key}.pub",
            "--log", desk.log, "--programme", programme,
        ),
    )  # fmt: skip
    for step in steps:
        if step.exit_code != 0:
            raise RuntimeError(step.output)
    return desk
