"""Step 10: the files at hand are the files that were signed for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.release import IrregularKind
from assay.errors import VerifyError

if TYPE_CHECKING:
    from assay.domain.release import FileRecord, Inventory

__all__ = ["check_release_files"]

# How many differing files a message names.
_SHOWN = 5


def check_release_files(signed: tuple[FileRecord, ...], inventory: Inventory) -> None:
    """Compare the files at hand with the files signed for.

    Raises:
        VerifyError: `verify.release-differs`, naming files changed, added, removed
            and renamed; `verify.release-unbound` for links and special files, whose
            content no digest binds.
    """
    unbound = [
        entry.path
        for entry in inventory.irregular
        if entry.kind is not IrregularKind.VERSION_CONTROL
    ]
    expected = {record.path: record for record in signed}
    found = {record.path: record for record in inventory.files}
    differences = _differences(expected, found)
    if differences:
        raise VerifyError(
            "release-differs",
            "The files at hand are not the files that were signed for.",
            expected=f"the {len(expected)} files that were signed for",
            found="; ".join(differences),
            remedy="get the release again from its developer",
        )
    if unbound:
        raise VerifyError(
            "release-unbound",
            "The release holds links or special files, which no digest binds.",
            expected="regular files only",
            found=", ".join(unbound[:_SHOWN]),
            remedy="remove them, or get the release again from its developer",
        )


def _differences(
    expected: dict[str, FileRecord], found: dict[str, FileRecord]
) -> list[str]:
    removed = sorted(expected.keys() - found.keys())
    added = sorted(found.keys() - expected.keys())
    changed = sorted(
        path for path in expected.keys() & found.keys() if expected[path] != found[path]
    )
    renamed = []
    by_content = {(found[path].sha256, found[path].size): path for path in added}
    for path in list(removed):
        record = expected[path]
        other = by_content.pop((record.sha256, record.size), None)
        if other is not None:
            renamed.append(f"{path} to {other}")
            removed.remove(path)
            added.remove(other)
    groups = (
        ("changed", changed),
        ("added", added),
        ("removed", removed),
        ("renamed", renamed),
    )
    return [f"{word}: {_named(paths)}" for word, paths in groups if paths]


def _named(paths: list[str]) -> str:
    shown = ", ".join(paths[:_SHOWN])
    more = len(paths) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
