from __future__ import annotations

import builtins
import zipfile

import fsspec
import pytest

from assay.domain.limits import Limits
from assay.domain.release import IrregularKind
from assay.release import inspect_release, take_inventory
from assay.release.origins import store as module
from tests.simulators.desk import assay, document

HOLD_NOTHING = Limits(max_held_bytes=-1)


@pytest.fixture
def memory(release):
    """The release in fsspec's store in memory, emptied afterwards."""
    store = fsspec.filesystem("memory")
    for file in release.rglob("*"):
        if file.is_file():
            store.pipe(
                f"/bucket/my-model/{file.relative_to(release)}", file.read_bytes()
            )
    yield store
    store.store.clear()
    store.pseudo_dirs[:] = [""]


@pytest.mark.usefixtures("memory")
def test_a_store_holds_the_same_release_as_a_directory(same):
    found = same("memory://bucket/my-model", modes=False)
    assert found.name == "my-model"
    same("memory://bucket/my-model/", modes=False)


@pytest.mark.usefixtures("memory")
def test_large_objects_are_read_in_blocks(release):
    expected = inspect_release(release).inventory
    found = inspect_release("memory://bucket/my-model", limits=HOLD_NOTHING)
    assert found.inventory == expected


def test_files_by_their_address_keep_their_modes(release, same):
    assert same(f"file://{release}").name == "my-model"


def test_an_archive_inside_a_store_is_chained(tmp_path, release, same):
    path = tmp_path / "packed.zip"
    with zipfile.ZipFile(path, "w") as file:
        for one in release.rglob("*"):
            file.write(one, f"top/{one.relative_to(release)}")
    same(f"zip://top::file://{path}", modes=False)


@pytest.mark.usefixtures("memory")
def test_one_object_is_a_release_of_one_file():
    files = take_inventory("memory://bucket/my-model/config.json").files
    assert [record.path for record in files] == ["config.json"]


@pytest.mark.usefixtures("memory")
def test_the_command_line_takes_addresses():
    result = assay("check", "memory://bucket/my-model", "--quiet")
    assert result.exit_code in (0, 1, 3)
    status, found = document("check", "memory://bucket/nothing")
    assert (status, found["code"]) == (4, "release.store")


def test_links_and_what_is_no_file_are_listed(release):
    (release / "link").symlink_to("config.json")
    (odd,) = take_inventory(f"file://{release}").irregular
    assert odd.path == "link"
    assert odd.kind is IrregularKind.SYMLINK_INSIDE


def test_nothing_at_the_address_is_told(refused):
    refused("memory://bucket/none", "release.store")


def test_an_unknown_scheme_or_a_missing_driver_is_wrong_usage(refused):
    refused("nosuch://bucket/x", "usage.store")


def test_fsspec_that_is_not_installed_is_wrong_usage(refused, monkeypatch):
    real = builtins.__import__

    def without(name, *args, **more):
        if name.startswith("fsspec"):
            raise ImportError(name)
        return real(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    error = refused("memory://bucket/x", "usage.store")
    assert "where Assay is installed" in error.remedy


@pytest.mark.parametrize("error", [OSError("down"), KeyError("odd")])
def test_whatever_a_driver_raises_is_told(memory, refused, monkeypatch, error):
    def fails(*_args, **_more):
        raise error

    monkeypatch.setattr(type(memory), "open", fails)
    refused("memory://bucket/my-model", "release.store")


def test_a_store_that_does_not_answer_is_told(refused, monkeypatch):
    def fails(_address):
        raise OSError("down")

    monkeypatch.setattr(fsspec.core, "url_to_fs", fails)
    refused("memory://bucket/my-model", "release.store")


def test_an_object_that_changes_before_or_while_it_is_read_is_told(
    memory, refused, monkeypatch
):
    path = "/bucket/my-model/config.json"
    real = module.Store.open

    def grow_and_open(self, entry):
        if entry.path == "config.json":
            memory.pipe(path, b"{}" * 90)
        return real(self, entry)

    with monkeypatch.context() as patch:
        patch.setattr(module.Store, "open", grow_and_open)
        refused("memory://bucket/my-model", "release.changed-while-read")

    def open_and_replace(self, entry):
        opened = real(self, entry)
        if entry.path == "config.json":
            memory.pipe(path, b" " * entry.size)
        return opened

    monkeypatch.setattr(module.Store, "open", open_and_replace)
    refused("memory://bucket/my-model", "release.changed-while-read")


def test_an_object_that_gives_less_than_listed_is_told():
    class Short:
        def seek(self, _offset):
            pass

        def read(self, _count):
            return b"x"

    source = module._ObjectSource(Short(), 10, "a")
    assert source.read_at(20, 1) == b""
    with pytest.raises(module.AssayError) as caught:
        source.read_at(0, 10)
    assert caught.value.code == "release.changed-while-read"


def test_a_key_that_climbs_is_refused(memory, refused, monkeypatch):
    def find(*_args, **_more):
        return {"/bucket/my-model/../x": {"type": "file", "size": 1}}

    monkeypatch.setattr(type(memory), "find", find)
    refused("memory://bucket/my-model", "release.archive-path")


@pytest.mark.parametrize("size", [None, -1, "1"])
def test_a_store_that_knows_no_size_is_refused(memory, refused, monkeypatch, size):
    def find(*_args, **_more):
        return {"/bucket/my-model/x": {"type": "file", "size": size}}

    monkeypatch.setattr(type(memory), "find", find)
    refused("memory://bucket/my-model", "release.store")


def test_an_entry_of_another_type_is_listed(memory, monkeypatch):
    def find(*_args, **_more):
        return {
            "/bucket/my-model/config.json": memory.info("/bucket/my-model/config.json"),
            "/bucket/my-model/pipe": {"type": "other", "size": 0},
        }

    monkeypatch.setattr(type(memory), "find", find)
    (odd,) = take_inventory("memory://bucket/my-model").irregular
    assert (odd.path, odd.detail) == ("pipe", "other")
