"""Every combination of stores that a log can be kept in."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import fsspec

from assay.log import StoreChoice

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["COMBINATIONS", "Combination", "Place"]


@dataclass(frozen=True)
class Combination:
    """Engines by name."""

    ledger: str
    files: str
    bodies: str

    def __str__(self) -> str:
        return f"{self.ledger}-{self.files}-{self.bodies}"


COMBINATIONS = [
    Combination(*names)
    for names in product(
        ("sqlite", "postgres"), ("directory", "memory", "local"), ("sqlite", "files")
    )
]


class Place:
    """Where logs of one combination are made, each with stores of its own."""

    def __init__(self, combination: Combination, root: Path, request) -> None:
        self.combination = combination
        self._root = root
        self._ledger = (
            request.getfixturevalue("postgres").address()
            if combination.ledger == "postgres"
            else "sqlite"
        )

    def clear(self) -> None:
        """Forget the logs made so far: listing what lies in memory reads all of it."""
        if self.combination.files == "memory":
            fsspec.filesystem("memory").store.clear()

    def new(self) -> tuple[Path, str, StoreChoice]:
        """Give a path, an origin and stores that no other log has."""
        name = uuid.uuid4().hex
        files = {
            "directory": "directory",
            "memory": f"memory://{name}",
            "local": f"file://{self._root}/{name}-objects",
        }[self.combination.files]
        return (
            self._root / name,
            f"log.example/{name}",
            StoreChoice(
                ledger=self._ledger, files=files, bodies=self.combination.bodies
            ),
        )
