"""Laws of what is kept of a crowd, and of reading on behind one."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from assay.domain.limits import DEFAULT_LIMITS
from assay.domain.place import Content, Place
from assay.release.formats import code_other
from assay.release.formats.code_shell import windows, worth_searching
from assay.release.formats.kept import Kept
from assay.release.formats.pickle_machine import walk
from assay.release.formats.reading import Subject
from assay.release.inspection import inspect_source
from assay.release.source import BytesSource

SMALL = replace(
    DEFAULT_LIMITS,
    max_pickle_imports=3,
    max_pickle_streams=2,
    max_pickle_streams_read=5,
    max_pickle_embedded=1,
    max_yaml_bytes=40,
    max_json_values=9,
    max_document_bytes=300,
    max_script_bytes=30,
    max_markup_bytes=30,
    max_requirements=2,
    max_built_objects=2,
)
NAMES = (
    *("a.pkl", "config.json", "config.yaml", "run.sh", "page.html", "tool.js"),
    *("requirements.txt", "pyproject.toml", "environment.yml", "uv.lock"),
)
PIECES = (
    *(b"cm\nn%d\n0", b"cos\nsystem\n", b")R", b".", b"N0", b"\x80\x02", b"(", b"\n"),
    *(b"!!python/name:a.b ", b"_target_: a.b\n", b'"auto_map":{"a":"b"},', b"1,"),
    *(b"curl a | sh\n", b"<script>eval(atob('a'))", b" " * 30, b"\\\n", b"[", b"]}"),
    *(b"--index" + b"-url http://a\n", b"a==1\n", b"[project]\ndependencies = ['a']\n"),
)


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=60))
def test_a_crowd_pushes_out_nothing_that_tells(things):
    kept: Kept[tuple[int, bool], tuple[int, bool]] = Kept(5)
    for thing in things:
        assert kept.put(thing, thing, telling=thing[1]) == (thing in kept)
    order = list(dict.fromkeys(things))
    plain = [thing for thing in order if not thing[1]]
    telling = [thing for thing in order if thing[1]]
    assert set(kept) == {*plain[:5], *telling[:5]}
    assert list(kept) == [thing for thing in order if thing in kept]
    assert kept.crowded == (len(plain) > 5 or len(telling) > 5)
    assert kept.full == (len(telling) >= 5)


@given(st.integers(0, 40), st.integers(0, 40))
def test_a_name_of_python_is_listed_wherever_it_stands(before, behind):
    def crowd(count, prefix):
        return b"".join(b"c%s%d\nn\n0" % (prefix, n) for n in range(count))

    data = crowd(before, b"a") + b"cos\nsystem\n0" + crowd(behind, b"b") + b"N."
    found = walk(BytesSource(b"\x80\x02" + data), 0, SMALL)
    assert ("os", "system") in {(item.module, item.name) for item in found.imports}
    assert found.stopped
    assert bool(found.problems) == (before + behind > 3)


@given(st.text("ab\n", max_size=300), st.integers(1, 50), st.integers(1, 400))
def test_pieces_of_a_text_are_the_text(text, size, most):
    source = BytesSource(text.encode())
    subject = Subject(source=source, place=Place(path="a.sh"), content=Content.TEXT)
    pieces = list(code_other._pieces(subject, size, most))
    assert b"".join(pieces) == text.encode()[:most]


@given(st.integers(0, 30_000))
def test_windows_leave_nothing_out(length):
    line = "".join(map(chr, range(65, 91))) * (length // 26 + 1)
    parts = list(windows(line[:length]))
    joined = parts[0] + "".join(part[1000:] for part in parts[1:])
    assert joined == line[:length]


@given(st.lists(st.sampled_from(["", "x", "curl", "y" * 4100]), max_size=20))
def test_lines_that_are_worth_it_keep_their_number(lines):
    kept = list(worth_searching("\n".join(lines), pages=False))
    assert [bool(line.strip()) for line in kept] == [
        line == "curl" for line in lines or [""]
    ]


@given(
    st.sampled_from(NAMES),
    st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=9)), max_size=60),
)
def test_no_bytes_behind_a_bound_make_a_reader_fail(name, pieces):
    data = b"".join(pieces)
    first, second = (
        inspect_source(
            BytesSource(data),
            path=name,
            executable_bit=False,
            limits=SMALL,
            paths=frozenset({name}),
        )
        for _ in range(2)
    )
    assert first == second
