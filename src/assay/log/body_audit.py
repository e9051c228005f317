"""The part of an audit that looks at bodies, and at the lists that name them.

1. Every body that is there has the digest that is its name.
2. One that was logged and is not there counts as withheld, which is no fault; one that
   no entry stands for counts as an orphan, as a crash leaves it.
3. A list beside a bundle has 32 bytes for each entry; where there is a ledger, it names
   the same bodies as the ledger. Lists may be missing: the first logs had none, and
   nothing but the rebuilding of a ledger needs them.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assay.errors import LogError
from assay.log.layout import (
    TILE_WIDTH,
    body_list_path,
    parse_body_list_path,
    tile_width,
)
from assay.log.standing import ledger_behind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from assay.errors import AssayError
    from assay.log.stores.interface import BodyStore, FileStore

__all__ = ["BODY_LIST_BYTES", "BodyAudit", "BodyLists"]

_DIGEST_BYTES = 32
BODY_LIST_BYTES = TILE_WIDTH * _DIGEST_BYTES


@dataclass(slots=True, kw_only=True)
class BodyAudit:
    """The counting and checking of bodies.

    Attributes:
        bodies: Where they are.
        blame: Takes every problem.
        good: Bodies whose digest holds.
        withheld: Bodies that were logged and are not there.
        orphans: Bodies that are there and were not logged.
    """

    bodies: BodyStore
    blame: Callable[[AssayError], None]
    good: int = 0
    withheld: int = 0
    orphans: int = 0

    def run(self, logged: set[bytes] | None) -> None:
        """Look at every body; steps 1 and 2.

        Args:
            logged: Digests of the bodies that the ledger names, which are used up; None
                without a ledger.

        Raises:
            MachineError: A body cannot be read.
        """
        known = logged is not None
        left: set[bytes] = logged or set()
        try:
            with self.bodies.session():
                for sha256 in self.bodies.digests():
                    if self._look(sha256) and known:
                        digest = bytes.fromhex(sha256)
                        self.orphans += digest not in left
                        left.discard(digest)
        except LogError as error:
            # The store itself is missing or broken.
            self.blame(error)
        self.withheld = len(left)

    def _look(self, sha256: str) -> bool:
        """Check one body; tell whether it is there."""
        try:
            data = self.bodies.get(sha256)
        except LogError as error:
            if error.code != "log.file-oversized":
                raise
            self.blame(error)
            return True
        # None: withheld since it was listed, which is no fault.
        if data is None:
            return False
        digest = hashlib.sha256(data).hexdigest()
        if digest == sha256:
            self.good += 1
            return True
        self.blame(
            LogError(
                "body-altered",
                f"The body bodies/{sha256[:2]}/{sha256} was altered.",
                expected="content with the digest that is its name",
                found=f"content with the digest {digest}",
            )
        )
        return True


@dataclass(slots=True, kw_only=True)
class BodyLists:
    """The lists of bodies beside the bundles.

    Attributes:
        files: Where they are.
        size: Entries that may have a place in them.
        growing: Whether lists of a later tree may be there.
        blame: Takes every problem.
        beyond: Lists of a later tree.
    """

    files: FileStore
    size: int
    growing: bool
    blame: Callable[[AssayError], None]
    beyond: int = 0
    _widths: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def take(self, names: Iterable[str]) -> None:
        """Take the names of files, and blame those that have no place."""
        for name in names:
            parsed = parse_body_list_path(name)
            beyond = parsed is not None and parsed.width > tile_width(
                0, parsed.index, self.size
            )
            if parsed is not None and not beyond:
                self._widths[parsed.index].append(parsed.width)
            elif beyond and self.growing:
                self.beyond += 1
            elif beyond:
                self.blame(ledger_behind(name, f"{self.size} entries in the ledger"))
            else:
                self.blame(
                    LogError(
                        "tile-unexpected",
                        f"The file {name} has no place in this log.",
                        expected="lists of the bodies of entries",
                        found=name,
                    )
                )

    def compare(self, index: int, bodies: Sequence[bytes]) -> None:
        """Compare the lists beside one bundle with the ledger's bodies; step 3.

        Raises:
            MachineError: A list cannot be read.
        """
        for width in self._widths.pop(index, ()):
            data = self._read(index, width)
            expected = b"".join(bodies[:width])
            # A ledger that was rebuilt may not know all of them.
            if data is None or len(expected) != width * _DIGEST_BYTES:
                continue
            if data != expected:
                self.blame(
                    LogError(
                        "body-list-altered",
                        f"The file {body_list_path(index, width)} was altered.",
                        expected="the digests that the ledger has for these entries",
                        found="other digests",
                        remedy="restore it from a mirror, then audit the log",
                    )
                )

    def look_at_rest(self) -> None:
        """Check the length of the lists that were compared with nothing.

        Raises:
            MachineError: A list cannot be read.
        """
        for index in sorted(self._widths):
            for width in self._widths[index]:
                self._read(index, width)

    def _read(self, index: int, width: int) -> bytes | None:
        """Read a list; None when it is gone meanwhile, or blamed for its length."""
        path = body_list_path(index, width)
        try:
            data = self.files.read(path, max_bytes=BODY_LIST_BYTES)
        except LogError as error:
            self.blame(error)
            return None
        if data is not None and len(data) != width * _DIGEST_BYTES:
            self.blame(
                LogError(
                    "tile-truncated",
                    f"The file {path} has the wrong length.",
                    expected=f"{width * _DIGEST_BYTES} bytes",
                    found=f"{len(data)} bytes",
                )
            )
            return None
        return data
