from __future__ import annotations

import pytest

from assay.domain.facts import CodeFacts, Content, Gap, NativeCodeFacts


@pytest.mark.parametrize(
    ("name", "content", "detail"),
    [
        ("library.so", Content.ELF, "ELF shared library or executable"),
        ("library.dll", Content.PE, "Windows library"),
        ("library.dylib", Content.MACH_O, "Mach-O shared library"),
        ("fat.dylib", Content.MACH_O, "Mach-O for several architectures"),
        ("x.class", Content.JAVA_CLASS, "Java class"),
        ("module.wasm", Content.WASM, "WebAssembly module"),
        ("script", Content.SCRIPT, "#!/bin/sh"),
    ],
)
def test_code_that_runs_as_it_stands_is_told(sample, only, name, content, detail):
    file = sample(f"other/{name}")
    assert file.contents == (content,)
    (facts,) = only(file, NativeCodeFacts)
    assert (facts.content, facts.detail) == (content, detail)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("paper.pdf", Content.PDF),
        ("unknown.bin", Content.UNKNOWN),
    ],
)
def test_what_is_not_looked_into_is_a_gap(sample, only, name, content):
    file = sample(f"other/{name}")
    assert file.contents == (content,)
    assert [gap.content for gap in only(file, Gap)] == [content]


@pytest.mark.parametrize(
    ("name", "content"), [("empty", Content.EMPTY), ("image.png", Content.IMAGE)]
)
def test_nothing_and_images_are_no_gaps(sample, name, content):
    file = sample(f"other/{name}")
    assert file.content is content
    assert file.facts == ()


@pytest.mark.parametrize(
    ("data", "path", "content"),
    [
        (b"MZ is a text", "a", Content.TEXT),
        (b"MZ" + bytes(70), "a", Content.UNKNOWN),
        (b"plain", "a.txt", Content.TEXT),
        ("grün".encode() * 20000, "a", Content.TEXT),
        ("grün ".encode("latin-1") * 10, "a", Content.TEXT),
        ("grün".encode("utf-16"), "a", Content.TEXT),
        (b"\xff\xf0\xf1", "a", Content.UNKNOWN),
        (b"# Title", "a.MD", Content.MARKDOWN),
        (b"import os", "d/a.py", Content.PYTHON),
        (b"\x00\x01", "d/a.py", Content.UNKNOWN),
        (b'{"a": 1}\n', "a", Content.JSON),
        (b"[1]", "a", Content.JSON),
        (b"{broken", "a.json", Content.JSON),
        (b"[link](x)", "a", Content.TEXT),
        (b"\xef\xbb\xbf{}", "a", Content.JSON),
        (b"RIFF\0\0\0\0WEBP", "a", Content.IMAGE),
        (b"\x78\x9c nothing but a text", "a", Content.TEXT),
        (b"\x78\x9c\x00\x01\x02", "a", Content.UNKNOWN),
        (b"\x5d\0\0 nothing", "a", Content.UNKNOWN),
        (b"\x08\x07\x12\x07pytorch:\x06\x12\x04main", "a", Content.ONNX),
        (b"\x08\x07\x12\x07 text", "a", Content.UNKNOWN),
        (b"PK\x05\x06 but no zip", "a", Content.UNKNOWN),
        (b"x" * 600, "a", Content.TEXT),
        (b" " * 600, "a", Content.TEXT),
        (b"BZh9 nothing", "a", Content.TEXT),
        (b"BZh91AY&SY", "a", Content.BZIP2),
    ],
)
def test_the_type_is_decided_by_the_bytes(look, data, path, content):
    assert look(data, path).contents == (content,)


def test_python_with_a_first_line_for_the_shell_is_both_code_and_script(look, only):
    file = look(b"#!/usr/bin/env python3\nprint(1)\n", "run.py")
    assert file.contents == (Content.PYTHON,)
    assert only(file, CodeFacts)
    assert only(file, NativeCodeFacts)[0].detail == "#!/usr/bin/env python3"


def test_a_name_does_not_make_a_pickle_harmless(look):
    pickle = b"\x80\x02cbuiltins\nprint\n)R."
    for name in ("a.txt", "a.json", "a.safetensors", "model.onnx", "README.md"):
        assert look(pickle, name).content is Content.PICKLE


def test_a_windows_program_is_told_from_a_library(look, only):
    data = b"MZ" + bytes(58) + b"\x40\0\0\0" + b"PE\0\0" + bytes(20)
    assert only(look(data), NativeCodeFacts)[0].detail == "Windows executable"


def test_a_big_endian_program_is_known(look, only):
    data = b"\x7fELF\x02\x02\x01" + bytes(9) + b"\x00\x02" + bytes(44)
    assert only(look(data), NativeCodeFacts)[0].detail == "ELF executable"
    data = b"\xfe\xed\xfa\xcf" + bytes(8) + b"\0\0\0\x02" + bytes(16)
    assert only(look(data), NativeCodeFacts)[0].detail == "Mach-O executable"
