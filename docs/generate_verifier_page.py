"""Writes `docs/how-to/audit-the-verifier.md`: what to read, in order, and how much.

python docs/generate_verifier_page.py           write the page
python docs/generate_verifier_page.py --check   say whether it is up to date
"""

# ruff: noqa: E501 - a paragraph of the page is one line

from __future__ import annotations

import ast
import re
import runpy
import sys
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).resolve().parent
PAGE = DOCS / "how-to" / "audit-the-verifier.md"
CLOSURE = runpy.run_path(str(DOCS.parent / "packages" / "assay-verify" / "closure.py"))
# What to read at a time: a title, what it is about, and the modules that it leads to.
# What they import and no earlier sitting had belongs to it.
SITTINGS = (
    (
        "Signed and logged",
        (
            "That a believed key signed these bytes, and that a believed log and enough "
            "witnesses hold them: `verify/signatures.py` and `verify/receipts.py`, and all "
            "that they stand on."
        ),
        ("assay.verify.signatures", "assay.verify.receipts"),
    ),
    (
        "Strictly read",
        (
            "From bytes to nouns: JSON and TOML that all readers read alike, one model for "
            "each document, and whom the trust file believes."
        ),
        ("assay.wire.v0.bundle", "assay.wire.v0.statement_file", "assay.wire.v0.trust"),
    ),
    (
        "It follows",
        (
            "That the claim is about these files, that every outcome follows from reports "
            "and answers, and that the instants agree."
        ),
        (
            "assay.verify.contents",
            "assay.verify.outcomes",
            "assay.verify.release_files",
            "assay.verify.times",
        ),
    ),
    (
        "Dated by others",
        "Timestamps (RFC 3161) and the certificates of those who make them.",
        ("assay.verify.timestamps",),
    ),
    (
        "The verdict",
        (
            "All steps in their order, and what others say of a claim: enrolments, key "
            "events, revocations, snapshots of status, reviews. Begin with "
            "`verify/verifier.py`."
        ),
        ("assay.verify.verifier", "assay.verify.statement_file"),
    ),
    (
        "The decision, and the command line",
        (
            "From what was proven to a benefit; and the only part that opens files and "
            "reads the clock."
        ),
        (),
    ),
)


# A count: in a column, or before what it counts.
_NUMBER = re.compile(
    r"(?<=\| )[0-9]+(?= \|)|[0-9][0-9,]*(?= (?:files|lines|words|statements)\b)"
)


@dataclass(frozen=True, kw_only=True)
class Module:
    """One file to read."""

    path: str
    summary: str
    lines: int
    statements: int
    words: int


def sittings() -> list[list[Module]]:
    """Give the files of each sitting, every one after those that it needs."""
    held = CLOSURE["needed_modules"]()
    seen: set[str] = set()
    found = []
    for _, _, roots in SITTINGS:
        part = []
        for name, path in CLOSURE["needed_modules"](roots).items():
            if name in held and name not in seen:
                seen.add(name)
                part.append(_module(path))
        found.append(part)
    return found


def _module(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    summary = (ast.get_docstring(tree) or "").split("\n\n")[0]
    return Module(
        path=path.relative_to(DOCS.parent).as_posix(),
        summary=" ".join(summary.split()).rstrip("."),
        lines=len(text.splitlines()),
        statements=sum(map(_says_something, ast.walk(tree))),
        words=len(text.split()),
    )


def _says_something(node: ast.AST) -> bool:
    """Say whether a node is a statement, and neither an import nor a bare text."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return False
    return isinstance(node, ast.stmt) and not isinstance(
        node, ast.Import | ast.ImportFrom
    )


def page() -> str:
    """Give the whole page."""
    parts = sittings()
    every = [module for part in parts for module in part]
    text = HEAD.format(
        files=len(every),
        lines=f"{sum(module.lines for module in every):,}",
        statements=f"{sum(module.statements for module in every):,}",
        words=f"{sum(module.words for module in every):,}",
        packages=", ".join(
            f"`{name.replace('_', '-')}`"
            for name in sorted(CLOSURE["needed_packages"]())
        ),
    )
    for (title, about, _), part in zip(SITTINGS, parts, strict=True):
        lines = sum(module.lines for module in part)
        statements = sum(module.statements for module in part)
        text += f"\n### {title}\n\n{about}\n\n"
        text += f"{len(part)} files, {lines:,} lines, {statements:,} statements.\n\n"
        text += "| file | what it does | lines | statements |\n|---|---|---:|---:|\n"
        for item in part:
            link = f"[{item.path.removeprefix('src/')}](../../{item.path})"
            text += f"| {link} | {item.summary} | {item.lines} | {item.statements} |\n"
    return text


HEAD = """\
# How to audit the verifier

Generated by `docs/generate_verifier_page.py` from the imports of the source; a test compares the two, and lets the counts lag behind by a twentieth at most.

Whoever relies on a verdict should be able to read the whole program that gives it. `packages/assay-verify` builds a wheel of that program and nothing else: no inspection of releases, no checks, no signing, no log, no server. It holds {files} files with {lines} lines, {words} words, comments included, and in them {statements} statements. It needs {packages}, and what these need; [requirements/verify.txt](../../requirements/verify.txt) pins each by digest. Why there is a second wheel is in [ADR 0024](../adr/0024-a-wheel-that-only-verifies.md).

## Build it, and compare

```sh
python3 -m venv verifier
verifier/bin/python -m pip install --require-hashes -r requirements/verify.txt
verifier/bin/python -m pip install --require-hashes -r requirements/build.txt
verifier/bin/python -m pip wheel --no-build-isolation --no-deps -w dist packages/assay-verify
verifier/bin/python -m pip install --no-deps --no-index dist/assay_verify-*.whl
```

Every module in the wheel is a file of this tree, byte for byte: `unzip -p dist/assay_verify-*.whl assay/verify/verifier.py | cmp - src/assay/verify/verifier.py` says nothing, and so for each other. `python packages/assay-verify/closure.py` lists the files; it follows the imports, and no list is kept by hand. Do not install the wheel into an environment that has `assay` itself: both bring the same files.

## Run it

```sh
verifier/bin/assay-verify my-model.assay --trust trust.toml
verifier/bin/assay-verify my-model.assay --trust trust.toml --release ./my-model --json
verifier/bin/assay-verify my-model.assay --trust trust.toml --with status.assay-statement
verifier/bin/assay-verify decide my-model.assay --benefit ID --trust trust.toml --at 2026-12-31
unshare --map-root-user --net verifier/bin/assay-verify my-model.assay --trust trust.toml
```

The documents that `--json` prints, the codes and the [exit statuses](../exit-status.md) are those of `assay verify` and `assay decide`; a test compares them over every bundle in `tests/vectors/`. The last line runs it where there is no network at all. A release is given as a directory; `assay verify` reads archives and stores as well.

## What to read, in this order

Each file needs only what stands above it, here or in an earlier sitting. Whoever has an hour reads `verify/verifier.py` and follows its numbered steps down; whoever has two reads the first sitting, on which all else rests. What a step owes to its specification stands in its docstring, with the section; why a line is as it is stands beside it. Messages to people are half of many files: each refusal says what was expected, what was found and what to do.

What to look for: that nothing is parsed before its signature was checked; that nothing imports a network, a clock, a process or a database (`assay_verify/` alone opens files and reads the clock); that every number from outside has a bound in `domain/limits.py`; that each refusal has a code with a sample in `tests/vectors/attacks/`.
"""


def is_up_to_date(written: str, text: str) -> bool:
    """Say whether a page lists what there is, with counts that are nearly right.

    Which files there are, in which order, and what they do, has to be exact. How long
    they are may lag behind by a twentieth, so that not every change asks for a page.
    """
    counts, true_counts = (
        [int(number.replace(",", "")) for number in _NUMBER.findall(page)]
        for page in (written, text)
    )
    if _NUMBER.sub("", written) != _NUMBER.sub("", text):
        return False
    return abs(sum(counts) - sum(true_counts)) * 20 <= sum(true_counts)


def run(arguments: list[str]) -> int:
    """Write the page or, with `--check`, compare it."""
    text = page()
    if arguments != ["--check"]:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.exists() and is_up_to_date(PAGE.read_text(encoding="utf-8"), text):
        return 0
    print(f"{PAGE.name} is not what there is; run python docs/{Path(__file__).name}")
    return 1


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
