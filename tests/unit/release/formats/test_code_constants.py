from __future__ import annotations

import bz2
import codecs
import gzip
import lzma
import zlib
from base64 import a85encode, b16encode, b32encode, b64encode, b85encode

import pytest

from assay.release.formats import code_constants as constants
from tests.unit.release.formats.test_code_actions import read

BOUND = 1_000
WORD = b"system"


@pytest.mark.parametrize(
    ("name", "given", "made"),
    [
        ("base64.b64decode", [b64encode(WORD)], WORD),
        ("base64.standard_b64decode", ["c3lzdGVt"], WORD),
        ("base64.decodebytes", [b"c3lz\ndGVt\n"], WORD),
        ("base64.urlsafe_b64decode", [b"-_8="], b"\xfb\xff"),
        ("base64.b32decode", [b32encode(WORD)], WORD),
        ("base64.b16decode", [b16encode(WORD)], WORD),
        ("base64.b85decode", [b85encode(WORD)], WORD),
        ("base64.a85decode", [a85encode(WORD)], WORD),
        ("binascii.unhexlify", [WORD.hex()], WORD),
        ("binascii.a2b_hex", [WORD.hex().encode()], WORD),
        ("binascii.a2b_base64", ["c3lzdGVt"], WORD),
        ("builtins.bytes.fromhex", [WORD.hex()], WORD),
        ("builtins.bytearray.fromhex", ["7379"], b"sy"),
        ("urllib.parse.unquote", ["s%79s"], "sys"),
        ("html.unescape", ["&#111;s"], "os"),
        ("zlib.decompress", [zlib.compress(WORD)], WORD),
        ("gzip.decompress", [gzip.compress(WORD, mtime=0)], WORD),
        ("bz2.decompress", [bz2.compress(WORD)], WORD),
        ("lzma.decompress", [lzma.compress(WORD)], WORD),
        ("builtins.chr", [115], "s"),
        ("builtins.ord", ["s"], 115),
        ("builtins.str", [], ""),
        ("builtins.str", [b"os"], "os"),
        ("builtins.str", [7], "7"),
        ("builtins.bytes", [], b""),
        ("builtins.bytes", ["os", "utf-8"], b"os"),
        ("builtins.bytes", [(111, 115)], b"os"),
        ("builtins.bytearray", [(111, 115)], b"os"),
        ("builtins.reversed", ["so"], "os"),
        ("builtins.list", ["os"], ("o", "s")),
        ("builtins.tuple", [], ()),
        ("builtins.int", ["0x6f", 16], 111),
        ("builtins.int", [111], 111),
        ("codecs.decode", ["flfgrz", "rot13"], "system"),
        ("codecs.decode", [b"6f73", "hex_codec"], b"os"),
        ("codecs.decode", [b"b3M=", "base64"], b"os"),
        ("codecs.decode", [b"os"], "os"),
    ],
)
def test_a_known_function_gives_what_python_would(name, given, made):
    assert constants.call(name, given, BOUND) == made


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("base64.b64decode", []),
        ("base64.b64decode", [7]),
        ("base64.b64decode", ["abcde"]),
        ("zlib.decompress", [b"no stream"]),
        ("bz2.decompress", [b"no stream"]),
        ("lzma.decompress", [b"no stream"]),
        ("builtins.bytes", [1 << 40]),
        ("builtins.chr", [-1]),
        ("builtins.chr", ["s", "s"]),
        ("builtins.int", ["9" * 5_000]),
        ("codecs.decode", [b"os", "punycode"]),
        ("builtins.print", ["os"]),
    ],
)
def test_what_cannot_be_worked_out_stands_for_nothing(name, given):
    assert constants.call(name, given, BOUND) is None


@pytest.mark.parametrize(
    ("value", "name", "given", "made"),
    [
        (b"os", "decode", [], "os"),
        (b"os", "decode", ["ascii"], "os"),
        (b"os", "decode", ["latin-1"], "os"),
        (b"\xff\xfeo\x00", "decode", ["utf-16"], "o"),
        ("bf", "encode", [], b"bf"),
        ("OS", "lower", [], "os"),
        ("os", "upper", [], "OS"),
        (" os.", "strip", [" ."], "os"),
        ("..os", "lstrip", ["."], "os"),
        ("os..", "rstrip", ["."], "os"),
        ("oS", "swapcase", [], "Os"),
        ("os", "title", [], "Os"),
        ("o s", "split", [], ("o", "s")),
        ("", "join", [("o", "s")], "os"),
        ("", "fromhex", ["6f73"], b"os"),
        ("xos", "removeprefix", ["x"], "os"),
        ("osx", "removesuffix", ["x"], "os"),
        ("zyz", "replace", ["z", "s"], "sys"),
        ("{}.{}", "format", ["os", "system"], "os.system"),
        ("{1}.{0}", "format", ["system", "os"], "os.system"),
        ("{}{}", "format", ["os"], "os"),
    ],
)
def test_a_method_gives_what_python_would(value, name, given, made):
    assert constants.method(value, name, given, BOUND) == made


@pytest.mark.parametrize(
    ("value", "name", "given"),
    [
        ("x" * 100, "replace", ["x", "y" * 100]),
        ("x", "replace", ["x"]),
        ("{0}" * 100, "format", ["y" * 100]),
        ("{3}", "format", ["y"]),
        ("x" * 100, "join", [("y",) * 100]),
        ("x", "join", [(1, 2)]),
        ("x", "join", []),
        ("x", "expandtabs", [4]),
        (7, "lower", []),
        ("x", "lower", ["y"]),
        (b"os", "decode", [7]),
    ],
)
def test_a_method_that_would_make_a_long_text_or_fails_gives_nothing(
    value, name, given
):
    assert constants.method(value, name, given, BOUND) is None


@pytest.mark.parametrize(
    "value", [rb"\x6f\163", rb"\d\x41", rb"\\d", b"\\\n", rb"\N{BULLET}", rb"\u0041"]
)
@pytest.mark.filterwarnings("ignore:.*invalid escape sequence")
def test_escapes_are_decoded_as_python_does_and_without_a_warning(value):
    asked = constants.method(value, "decode", ["unicode_escape"], BOUND)
    assert asked == codecs.decode(value, "unicode_escape")


def test_an_escape_that_is_no_character_stays_as_it_is():
    found = constants.method(rb"\477\101", "decode", ["unicode-escape"], BOUND)
    assert found == r"\477A"


@pytest.mark.parametrize(
    ("name", "left", "right", "made"),
    [
        ("Add", "o", "s", "os"),
        ("Sub", 116, 1, 115),
        ("BitXor", 114, 1, 115),
        ("BitAnd", 127, 115, 115),
        ("BitOr", 112, 3, 115),
        ("FloorDiv", 230, 2, 115),
        ("Mod", 371, 256, 115),
        ("Mod", "%s.%s", ("os", "system"), "os.system"),
        ("Mod", "%s", "os", "os"),
        ("Mult", "o", 2, "oo"),
        ("Mult", 2, "o", "oo"),
        ("Mult", 5, 23, 115),
        ("Mult", "o", -1, ""),
    ],
)
def test_an_operator_gives_what_python_would(name, left, right, made):
    assert constants.binary(name, left, right, BOUND) == made


@pytest.mark.parametrize(
    ("name", "left", "right"),
    [
        ("Add", "o", 1),
        ("FloorDiv", 1, 0),
        ("Mult", "o", 10_000),
        ("Mult", 1 << 4_000, 1 << 4_000),
        ("Mod", "%9999999d", 1),
        ("Mod", b"%s", b"x"),
        ("Pow", 9, 1 << 60),
    ],
)
def test_an_operator_that_would_make_much_or_fails_gives_nothing(name, left, right):
    assert constants.binary(name, left, right, BOUND) is None


def test_items_and_slices_are_taken():
    assert constants.subscript("metsys", slice(None, None, -1), BOUND) == "system"
    assert constants.subscript((1, 2), 1, BOUND) == 2
    assert constants.subscript((1, 2), 2, BOUND) is None


def test_a_value_is_bounded_with_all_that_it_holds():
    assert constants.bounded(bytearray(b"os"), 2) == b"os"
    assert constants.bounded(["o", 1], 9) == ("o", 1)
    assert constants.bounded(1.5, 9) is None
    assert constants.bounded("os", 1) is None
    assert constants.bounded(("x" * 60,) * 60, 3_000) is None
    nested: tuple = ()
    for _ in range(40):
        nested = (nested,)
    assert constants.bounded(nested, BOUND) is None


@pytest.mark.parametrize(
    "text",
    [
        "import os\nos.system(0x" + "f" * 9_000 + ")",
        'import os\nos.system(f"{0x' + "f" * 9_000 + '}")',
        "a = ('x',)\n" + "a = (a,)\n" * 2_000 + "exec(str(a))",
        "a0 = ('x',)\n"
        + "".join(f"a{i} = (a{i - 1},)\nexec(a{i})\n" for i in range(1, 900))
        + "exec(str(a899))",
        "a = 'x' * 200_000\nexec(str((a,) * 4_000))",
        "a = '{0}' * 2_000\nexec(a.format('x' * 200_000))",
    ],
)
def test_a_value_made_to_grow_is_not_worked_out(text):
    names = {action.name for action in read(text).actions}
    assert names in ({"os.system"}, {"builtins.exec"})


def test_values_that_hold_one_another_many_times_are_not_compared():
    lines = ["a0 = 'x'", "b0 = 'x'"]
    for i in range(1, 30):
        lines += [f"{n}{i} = ({f'{n}{i - 1}, ' * 10})" for n in "ab"]
    found = read("\n".join([*lines, "exec(a29 if a0 else b29)"]))
    assert [action.name for action in found.actions] == ["builtins.exec"]
