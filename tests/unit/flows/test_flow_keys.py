from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assay.crypto.public_key import KeyKind
from assay.errors import MachineError, UsageError
from assay.flows import keys

if TYPE_CHECKING:
    from pathlib import Path


def names(directory: Path) -> list[str]:
    return sorted(entry.name for entry in directory.iterdir())


@pytest.mark.parametrize("taken", ["k.pem", "k.pem.pub"])
def test_nothing_is_left_where_either_half_is_taken(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).write_text("mine")
    with pytest.raises(UsageError) as caught:
        keys.new_key_pair(tmp_path / "k.pem", KeyKind.P256, None)
    assert caught.value.code == "usage.exists"
    assert taken in caught.value.found
    assert names(tmp_path) == [taken]
    assert (tmp_path / taken).read_text() == "mine"


def test_a_link_that_leads_nowhere_is_not_filled_with_a_key(tmp_path: Path) -> None:
    (tmp_path / "k.pem.pub").symlink_to("elsewhere")
    with pytest.raises(UsageError):
        keys.new_key_pair(tmp_path / "k.pem", KeyKind.P256, None)
    assert names(tmp_path) == ["k.pem.pub"]


def test_when_the_second_half_fails_the_first_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = keys.write_file

    def failing(path: Path, data: bytes, **options: object) -> None:
        if path.suffix == ".pub":
            raise MachineError("write", "The disk is full.")
        written(path, data, **options)

    monkeypatch.setattr(keys, "write_file", failing)
    with pytest.raises(MachineError):
        keys.new_key_pair(tmp_path / "k.pem", KeyKind.P256, None)
    assert names(tmp_path) == []


def test_a_directory_has_no_key_of_its_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        keys.refuse_taken(tmp_path / ".")
    assert caught.value.code == "usage.exists"
