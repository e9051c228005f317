"""Parts of HDF5 that no library writes, or only breaks."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest

from assay.domain.facts import Gap, WeightsFacts
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.formats import hdf5_messages, hdf5_storage, hdf5_trees
from assay.release.formats.hdf5_bytes import (
    BrokenError,
    Cursor,
    Medium,
    UnreadError,
    is_hdf5,
)
from assay.release.formats.hdf5_heaps import (
    FractalHeap,
    GlobalHeaps,
    LocalHeap,
    collection,
)
from assay.release.source import BytesSource

UNDEFINED = b"\xff" * 8


def medium(data, **bounds):
    return Medium(BytesSource(data), replace(DEFAULT_LIMITS, **bounds))


def test_the_signature_is_found_behind_user_blocks_only():
    assert is_hdf5(BytesSource(bytes(1024) + b"\x89HDF\r\n\x1a\n"))
    assert not is_hdf5(BytesSource(bytes(1000) + b"\x89HDF\r\n\x1a\n"))


def test_a_string_without_an_end_is_broken():
    with pytest.raises(BrokenError):
        Cursor(b"abc").text()


def test_a_block_with_another_signature_is_broken():
    with pytest.raises(BrokenError, match="expected"):
        medium(b"XXXXXXXX").block(0, b"HEAP", 8)


# Messages.


@pytest.mark.parametrize(
    ("read", "data"),
    [
        (lambda d: hdf5_messages.attribute(d, 8), b"\x09\0"),
        (lambda d: hdf5_messages.link(medium(b""), d), b"\x02\0"),
        (hdf5_messages.filters, b"\x03\x01"),
    ],
)
def test_messages_of_unknown_versions_are_not_read(read, data):
    with pytest.raises(UnreadError):
        read(data)


def test_a_link_of_a_plug_in_has_no_target():
    data = b"\x01\x08\x41\x01x\x02\0ab"
    found = hdf5_messages.link(medium(b""), data)
    assert (found.kind, found.target, found.file) == (65, None, None)


def test_filters_of_the_second_version_name_plug_ins_only():
    own = struct.pack("<HHH", 1, 0, 1) + bytes(4)
    other = struct.pack("<HHHH", 32001, 6, 0, 0) + b"blosc\0"
    found = hdf5_messages.filters(b"\x02\x02" + own + other)
    assert found == [(1, b""), (32001, b"blosc")]


def test_a_shared_datatype_is_not_known():
    data = struct.pack("<BBHHHB", 3, 1, 2, 4, 4, 0) + b"a\0" + bytes(4)
    data += b"\x02\0\0\0" + b"value"
    found = hdf5_messages.attribute(data, 8)
    assert (found.name, found.type, found.data) == (b"a", None, b"value")


def test_a_null_dataspace_has_no_value():
    kind = struct.pack("<B3sI", 0x13, b"\0\0\0", 4)
    data = struct.pack("<BBHHHB", 3, 0, 2, 8, 4, 0) + b"a\0" + kind
    found = hdf5_messages.attribute(data + b"\x02\0\0\x02" + b"text", 8)
    assert (found.items, found.data) == (0, b"")


def test_a_header_that_continues_in_itself_is_broken():
    again = struct.pack("<HHB3xQQ", 0x10, 16, 0, 16, 24)
    data = struct.pack("<BxHII4x", 1, 1, 1, 24) + again
    with pytest.raises(BrokenError, match="continues"):
        hdf5_messages.messages(medium(data), 0)


def test_a_second_header_of_an_unknown_version_is_not_read():
    with pytest.raises(UnreadError):
        hdf5_messages.messages(medium(b"OHDR\x09\0" + bytes(32)), 0)


def test_headers_of_the_second_version_carry_times_and_orders():
    body = struct.pack("<BHBH", 0x0A, 2, 2, 0) + b"ab"
    data = b"OHDR\x02\x34" + bytes(20) + bytes((len(body),)) + body + bytes(4)
    (found,) = hdf5_messages.messages(medium(data), 0)
    assert (found.kind, found.shared, found.data) == (0x0A, True, b"ab")


# Storage.


ALL = struct.pack("<II8x", 3, 1)


def block(*names, selection=ALL, version=0):
    data = struct.pack("<BQ", version, len(names))
    for name in names:
        data += name + b"\0/x\0" + selection * 2
    return data


@pytest.fixture
def virtual():
    def read(data):
        heap = b"GCOL\x01\0\0\0" + struct.pack("<QHH4xQ", 4096, 1, 1, len(data)) + data
        source = medium(heap.ljust(4096, b"\0"))
        layout = struct.pack("<BBQI", 4, 3, 0, 1)
        return hdf5_storage.virtual_files(source, layout, GlobalHeaps(source))

    return read


@pytest.mark.parametrize(
    "selection",
    [
        struct.pack("<II8x", 0, 1),
        struct.pack("<II4xI", 1, 1, 3) + b"abc",
        struct.pack("<IIBI", 2, 2, 0, 2) + b"ab",
        struct.pack("<IIBBI", 2, 3, 1, 2, 1) + bytes(8),
        struct.pack("<IIBBIH", 2, 3, 0, 2, 1, 2) + bytes(8),
    ],
)
def test_every_form_of_selection_is_passed_over(virtual, selection):
    assert virtual(block(b"a", b"b", selection=selection)) == [b"a", b"b"]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (block(b"a", version=7), UnreadError),
        (block(b"a", selection=struct.pack("<II8x", 9, 1)), BrokenError),
        (block(b"a", selection=struct.pack("<II8x", 2, 9)), UnreadError),
        (struct.pack("<BQ", 0, 1 << 40), UnreadError),
    ],
)
def test_mappings_that_cannot_be_read_are_told(virtual, data, error):
    with pytest.raises(error):
        virtual(data)


@pytest.mark.parametrize(
    ("layout", "stored"),
    [
        (b"\x03\x00\x02\0ab", b"ab"),
        (b"\x03\x01" + struct.pack("<QQ", 8, 4), (8, 4)),
        (b"\x03\x01" + UNDEFINED + bytes(8), None),
        (b"\x03\x02\x01", None),
        (b"\x01\x01\x01", None),
    ],
)
def test_where_a_dataset_lies(layout, stored):
    assert hdf5_storage.stored(medium(b""), layout) == stored


def test_other_layouts_and_empty_mappings_have_no_sources():
    source = medium(b"")
    heaps = GlobalHeaps(source)
    for layout in (b"\x03\x03", b"\x04\x01", b"\x04\x03" + UNDEFINED + bytes(4)):
        assert hdf5_storage.virtual_files(source, layout, heaps) == []


def test_a_list_of_external_files_without_names_is_not_read():
    with pytest.raises(UnreadError):
        hdf5_storage.external_files(
            medium(b""), struct.pack("<B3xHH", 1, 1, 1) + UNDEFINED
        )


# Heaps and trees.


def test_heaps_without_data_are_broken():
    data = b"HEAP\0\0\0\0" + struct.pack("<QQ", 8, 1) + UNDEFINED
    with pytest.raises(BrokenError):
        LocalHeap(medium(data), 0)


@pytest.mark.parametrize(
    ("size", "length", "error"),
    [(1 << 40, 4, UnreadError), (64, 1 << 20, BrokenError), (64, 4, BrokenError)],
)
def test_collections_that_lie_are_told(size, length, error):
    data = b"GCOL\x01\0\0\0" + struct.pack("<QHH4xQ", size, 1, 1, length) + bytes(64)
    with pytest.raises(error):
        GlobalHeaps(medium(data)).get(0, 7)


def heap(*, filtered=0, width=4, first=512, largest=4096, bits=32, root=UNDEFINED):
    head = struct.pack("<BHHBI", 0, 8, filtered, 0, 256)
    data = b"FRHP" + head + bytes(8) + UNDEFINED + bytes(80)
    data += struct.pack("<HQQHH", width, first, largest, bits, 1) + root
    return data + struct.pack("<H", 0)


def fractal(**given):
    data = heap(**given)
    return FractalHeap(medium(data + bytes(8192)), 0, lambda _: iter(()))


def test_filtered_heaps_are_not_read():
    with pytest.raises(UnreadError):
        fractal(filtered=8)


@pytest.mark.parametrize("given", [{"width": 3}, {"first": 0}, {"bits": 200}])
def test_heaps_with_odd_blocks_are_broken(given):
    with pytest.raises(BrokenError):
        fractal(**given)


def test_identifiers_of_every_kind():
    found = fractal(root=struct.pack("<Q", 0))
    assert found.get(b"\x22abc") == b"abc"
    assert found.get(b"\0" + struct.pack("<IH", 0, 4)) == b"FRHP"
    for identifier, error in (
        (b"\x30abc", UnreadError),
        (b"\0" + struct.pack("<IH", 510, 9), BrokenError),
        (b"\x10" + bytes(7), BrokenError),
        (b"\x10" + struct.pack("<QQ", 0, 1 << 40), UnreadError),
    ):
        with pytest.raises(error):
            found.get(identifier)


def test_trees_that_meet_themselves_are_broken():
    node = b"TREE\0\x01" + struct.pack("<H", 1) + 2 * UNDEFINED
    node += struct.pack("<QQ", 0, 0)
    with pytest.raises(BrokenError):
        list(hdf5_trees.symbols(medium(node), 0))


@pytest.mark.parametrize(
    "head",
    [
        struct.pack("<BBIHHBB", 0, 5, 512, 11, 99, 0, 0),
        struct.pack("<BBIHHBB", 0, 5, 512, 0, 0, 0, 0),
    ],
)
def test_trees_of_odd_shapes_are_broken(head):
    data = b"BTHD" + head + bytes(18)
    with pytest.raises(BrokenError):
        list(hdf5_trees.records(medium(data), 0))


def test_a_node_larger_than_its_tree_allows_is_broken():
    head = struct.pack("<BBIHHBB", 0, 5, 64, 11, 0, 0, 0)
    data = b"BTHD" + head + struct.pack("<QHQ", 0, 999, 999)
    with pytest.raises(BrokenError, match="node of"):
        list(hdf5_trees.records(medium(data + bytes(64)), 0))


def test_no_tree_has_no_records():
    assert not list(hdf5_trees.records(medium(b""), -1))


def test_deep_trees_are_walked():
    leaf = b"BTLF\0\x05" + b"abcdefghijk"
    record = b"ABCDEFGHIJK"
    inner = b"BTIN\0\x05" + record
    base = 64
    for child in (base + 128, base + 192):
        inner += struct.pack("<QB", child, 1)
    data = b"BTHD" + struct.pack("<BBIHHBB", 0, 5, 64, 11, 1, 0, 0)
    data += struct.pack("<QHQ", base, 1, 3)
    data = data.ljust(base, b"\0") + inner.ljust(128, b"\0")
    data += leaf.ljust(64, b"\0") * 2
    found = list(hdf5_trees.records(medium(data), 0))
    assert sorted(found) == [record, b"abcdefghijk", b"abcdefghijk"]


# Objects that the walk meets.


def group(*messages):
    """Make a file whose root has these messages, each a kind, flags and bytes."""
    body = b""
    for kind, flags, data in messages:
        padded = data + bytes(-len(data) % 8)
        body += struct.pack("<HHB3x", kind, len(padded), flags) + padded
    root = struct.pack("<BxHII4x", 1, len(messages), 1, len(body)) + body
    head = b"\x89HDF\r\n\x1a\n\0\0\0\0\0\x08\x08\0" + struct.pack("<HHI", 4, 16, 0)
    head += bytes(8) + UNDEFINED + struct.pack("<Q", 96 + len(root)) + UNDEFINED
    return head + struct.pack("<QQII16x", 0, 96, 0, 0) + root


@pytest.fixture
def walked(look, only):
    def read(*messages):
        file = look(group(*messages), "a.h5")
        (facts,) = only(file, WeightsFacts)
        kinds = [problem.kind for problem in facts.problems]
        return kinds, [gap.reason for gap in only(file, Gap)]

    return read


OPAQUE = struct.pack("<B3sI", 0x15, b"\0\0\0", 8)


def test_shared_messages_are_a_gap(walked):
    kinds, gaps = walked((0x0C, 2, bytes(8)))
    assert kinds == []
    assert gaps == ["messages that several objects share"]


def test_links_of_plug_ins_are_a_gap(walked):
    kinds, gaps = walked((0x06, 0, b"\x01\x08\x41\x01x\x02\0ab"))
    assert kinds == []
    assert "plug-in" in gaps[0]


def test_opaque_chunks_are_a_gap(walked):
    _, gaps = walked((0x03, 0, OPAQUE), (0x08, 0, b"\x03\x02\x01" + bytes(13)))
    assert "chunks" in gaps[0]


def test_a_dataset_without_a_type_has_nothing_to_tell(walked):
    assert walked((0x08, 0, b"\x03\x02\x01" + bytes(13))) == ([], [])


def test_a_group_without_members_has_nothing_to_tell(walked):
    assert walked((0x11, 0, 2 * UNDEFINED), (0x15, 0, b"\0\0" + 2 * UNDEFINED)) == (
        [],
        [],
    )


def test_a_group_whose_tree_is_none_is_malformed(walked):
    assert walked((0x11, 0, bytes(16)))[0] == ["malformed"]


def test_an_object_without_a_header_is_malformed(walked):
    link = b"\x01\0\x01x" + struct.pack("<Q", 8)
    assert walked((0x06, 0, link))[0] == ["malformed"]


def test_an_object_in_a_circle_is_met_once(walked):
    link = b"\x01\0\x01x" + struct.pack("<Q", 96)
    assert walked((0x06, 0, link)) == ([], [])


def test_rows_in_the_global_heap_that_lie_are_passed_over(look, only):
    kind = struct.pack("<B3sI", 0x16, b"\0\0\0", 8)
    data = group((0x03, 0, kind), (0x08, 0, b"\x03\x02\x01" + bytes(13)))
    data += b"GCOL\x01\0\0\0" + struct.pack("<QHH4xQ", 4096, 1, 1, 1 << 20)
    (facts,) = only(look(data.ljust(8192, b"\0"), "a.h5"), WeightsFacts)
    assert [problem.kind for problem in facts.problems] == ["trailing-data"]


def test_rows_in_the_global_heap_are_bounded(look, only):
    kind = struct.pack("<B3sI", 0x16, b"\0\0\0", 8)
    data = group((0x03, 0, kind), (0x08, 0, b"\x03\x02\x01" + bytes(13)))
    data += b"GCOL\x01\0\0\0" + struct.pack("<Q", 4096)
    data += struct.pack("<HH4xQ", 1, 1, 8) + b"abcdefgh"
    data += struct.pack("<HH4xQ", 2, 1, 8) + b"abcdefgh"
    limits = replace(DEFAULT_LIMITS, max_hdf5_values=1)
    file = look(data.ljust(8192, b"\0"), "a.h5", limits=limits)
    assert "values" in only(file, Gap)[0].reason


def test_a_small_number_of_bytes_counts_as_a_value(walked):
    kind = struct.pack("<B3sI", 0x10, b"\0\0\0", 1)
    space = struct.pack("<BBB5xQ", 1, 1, 0, 4)
    head = struct.pack("<BxHHH", 1, 2, len(kind), len(space))
    value = head + b"a\0".ljust(8, b"\0") + kind + space + b"abcd"
    assert walked((0x0C, 0, value)) == ([], [])


def test_a_collection_larger_than_any_is_not_read():
    data = b"GCOL\x01\0\0\0" + struct.pack("<Q", 1 << 40)
    with pytest.raises(UnreadError):
        list(collection(medium(data), 0))


def test_an_old_tree_of_another_kind_is_broken():
    node = b"TREE\x01\0" + struct.pack("<H", 0) + 2 * UNDEFINED
    with pytest.raises(BrokenError, match="kind 1"):
        list(hdf5_trees.symbols(medium(node), 0))
