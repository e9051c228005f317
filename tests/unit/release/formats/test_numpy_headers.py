from __future__ import annotations

import io
import pickle
import struct
import zipfile

import pytest

from assay.domain.facts import Gap, PickleFacts
from assay.release.formats.npy_header import understand


class Payload:
    def __reduce__(self):
        return print, ("assay",)


def header(text, *, version=1):
    raw = text.encode() + b"\n"
    size = struct.pack("<H" if version == 1 else "<I", len(raw))
    return b"\x93NUMPY" + bytes((version, 0)) + size + raw


def array(descr, data, shape="(1,)", **more):
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}"
    return header(text, **more) + data


OBJECTS = [
    "'O'",
    "'|O'",
    "'|O8'",
    "'object'",
    "'object_'",
    r"'\x4f'",
    r"'\u004f'",
    r"'\N{LATIN CAPITAL LETTER O}'",
    "u'O'",
    "'|' 'O'",
    "'''|O'''",
    "('|O')",
    "('O', (1,))",
    "[('a', 'O')]",
    "[('a', 'object')]",
    "[('a', '<f8'), ('b', [('c', '|O', (2,))])]",
    "[(('title', 'a'), '|O')]",
    "'f8,O'",
    "{'names': ['a'], 'formats': ['O']}",
    "'<f8', 'descr': 'O'",
    "'O', 'descr': '<f8'",
    "#\n'O'",
    "1",
]


@pytest.mark.parametrize("descr", OBJECTS)
@pytest.mark.parametrize("protocol", [0, 1, 2, 5])
def test_an_array_of_objects_is_read_as_a_pickle_however_it_is_spelled(
    look, descr, protocol
):
    data = array(descr, pickle.dumps(Payload(), protocol))
    (found,) = [f for f in look(data).facts if isinstance(f, PickleFacts)]
    assert [entry.name for entry in found.imports] == ["print"]


def test_an_archive_of_arrays_hides_none(look):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.npy", array("'object'", pickle.dumps(Payload())))
    facts = look(buffer.getvalue()).facts
    assert any(isinstance(fact, PickleFacts) and fact.imports for fact in facts)


@pytest.mark.parametrize(
    ("descr", "shape", "size"),
    [
        ("'<f8'", "(3,)", 24),
        ("'<f8'", "()", 8),
        ("'|b1'", "(2, 3L)", 6),
        ("'?'", "(2,)", 2),
        ("'<U3'", "(2,)", 24),
        ("'|S3'", "(2,)", 6),
        ("'<M8[ns]'", "(1,)", 8),
        ("('<i4', (2,))", "(2,)", 16),
        ("[('a', '<f8'), ('', '|V4'), (('t', 'b'), '<i2', (3,))]", "(2,)", 36),
        ("[('a', [('b', '<f4'), ('c', '|u1')], 2)]", "(1,)", 10),
    ],
)
def test_an_array_of_numbers_is_silent_and_its_end_is_known(look, descr, shape, size):
    assert look(array(descr, bytes(size), shape)).facts == ()
    (more,) = look(array(descr, bytes(size + 1), shape)).facts
    assert isinstance(more, Gap)
    assert "1 bytes behind" in more.reason
    (less,) = look(array(descr, bytes(size - 1), shape)).facts
    assert "1 bytes early" in less.reason


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "[" * 5_000,
        "{'descr': '<f8'}",
        "{'descr': '<f8', 'fortran_order': 0, 'shape': (1,)}",
        "{'descr': '<f8', 'fortran_order': True, 'shape': [1]}",
        "{'descr': '<f8', 'fortran_order': True, 'shape': (True,)}",
        "{'descr': '<f8', 'fortran_order': True, 'shape': ('1',)}",
        "{'descr': '<f8', 'fortran_order': True, 'shape': (1,), 'more': 1}",
        "{'descr': '<f8', 'descr': '<f8', 'fortran_order': True, 'shape': (1,)}",
        "{'descr': '<f7', 'fortran_order': True, 'shape': (1,)}",
        "{'descr': [1], 'fortran_order': True, 'shape': (1,)}",
        "{'descr': [(1, '<f8')], 'fortran_order': True, 'shape': (1,)}",
        "{'descr': [((1, 'a'), '<f8')], 'fortran_order': True, 'shape': (1,)}",
        "{[]: 1, 'fortran_order': True, 'shape': (1,)}",
        "{'descr': '<f8' 'fortran_order': True, 'shape': (1,)}",
    ],
)
def test_a_header_that_is_not_understood_is_unclear(text):
    assert understand(text).objects is None


def test_an_unknown_version_is_a_gap(look):
    (gap,) = look(b"\x93NUMPY\x04\x00" + bytes(64)).facts
    assert "unknown version" in gap.reason


@pytest.mark.parametrize("version", [2, 3])
def test_wide_headers_are_read_too(look, version):
    data = array("'object'", pickle.dumps(Payload()), version=version)
    assert any(isinstance(fact, PickleFacts) for fact in look(data).facts)
