"""Which file of a release a graph means by a name, and the list of what it uses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assay.domain.facts import DataFile

if TYPE_CHECKING:
    from assay.domain.facts import Place
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["DataFiles"]

# Beyond this many, references to one file that follow one another become one.
_LISTED = 10_000
_LONGEST_PATH = 4096


class DataFiles:
    """References to files, in the order seen, each with what it resolves to.

    A name is joined with the folder of the model, as loaders do; one that leaves the
    release, or stands in an archive, resolves to nothing.
    """

    def __init__(self, subject: Subject, inspection: Inspection) -> None:
        self._subject = subject
        self._paths = inspection.paths
        self._list: list[DataFile] = []
        self._last: dict[str, int] = {}

    def add(
        self,
        path: str,
        place: Place,
        *,
        offset: int | None = None,
        length: int | None = None,
    ) -> None:
        """Note that the model uses these bytes of a file."""
        path = path[:_LONGEST_PATH]
        if len(self._list) >= _LISTED and self._merge(path, offset, length):
            return
        if len(self._list) >= 2 * _LISTED:
            return
        self._last[path] = len(self._list)
        self._list.append(
            DataFile(
                place=place,
                path=path,
                target=self._target(path),
                offset=offset,
                length=length,
            )
        )

    def done(self) -> tuple[DataFile, ...]:
        """Give them in the order seen."""
        return tuple(self._list)

    def _merge(self, path: str, offset: int | None, length: int | None) -> bool:
        index = self._last.get(path)
        if index is None or offset is None or length is None:
            return False
        last = self._list[index]
        if last.offset is None or last.length is None:
            return True
        start = min(last.offset, offset)
        end = max(last.offset + last.length, offset + length)
        self._list[index] = replace(last, offset=start, length=end - start)
        return True

    def _target(self, path: str) -> str | None:
        if self._subject.place.member is not None or path.startswith("/"):
            return None
        parts = self._subject.place.path.split("/")[:-1]
        for part in path.split("/"):
            if part == "..":
                if not parts:
                    return None
                parts.pop()
            elif part not in ("", "."):
                parts.append(part)
        full = "/".join(parts)
        return full if full in self._paths else None
