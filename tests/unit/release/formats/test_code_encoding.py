"""Which encodings of sources hide what they say."""

from __future__ import annotations

import pytest

from assay.release.formats.code_encoding import decode, encoding_of
from tests.unit.release.formats.test_code_actions import read, seen

_RUNS = "import os;os.system('x')\n"


@pytest.mark.parametrize(
    "data",
    [
        b"# coding: raw_unicode_escape\nx=1 #\\u000aimport os;os.system('x')\n",
        b"#!/usr/bin/python\n# -*- coding: unicode-escape -*-\nx=1\n",
        b"# vim: set fileencoding=utf_7 :\nx=1\n",
        b"\n# coding: utf-7\nx=1\n",
        b"\x0c\r# coding: rot13\rx=1\r",
        b"# coding: punycode",
        b"# coding: idna\n",
        b"# coding: utf-16\n",
        b"# coding: iso2022_jp\n",
        b"# coding: a-codec-of-another-file\n",
        b"#" + b" " * 5_000 + b"\n# coding: utf-7\n",
        b"\xef\xbb\xbf# coding: latin-1\nx=1\n",
    ],
)
def test_an_encoding_in_which_letters_stand_for_others_is_odd(data):
    assert encoding_of(data).odd
    assert encoding_of(data).line in (1, 2)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x = 1\n",
        b"# coding: utf-8-unix\n",
        b"# coding: UTF_8\n",
        b"# coding: latin-1-unix\n",
        b"# coding: us-ascii\n",
        b"# coding: iso-8859-15\n",
        b"# coding: windows-1250\n",
        b"# coding: cp936\n",
        b"# coding: gb18030\n",
        b"# coding: euc-jp\n",
        b"# coding: shift_jis\n",
        b"# coding: koi8-r\n",
        b"# coding: big5\n",
        b"\xef\xbb\xbf# coding: utf-8\nx=1\n",
        # Python looks at comments in two lines, and at no second one below code.
        b"x = 1\n# coding: utf-7\n",
        b"\n\n# coding: utf-7\n",
        b'"""\n# coding: greedy decoding\n"""\n',
    ],
)
def test_encodings_that_read_as_they_are_written_are_not(data):
    assert not encoding_of(data).odd


def test_a_source_is_decoded_as_python_reads_it():
    assert (
        decode("# coding: gbk\r\nx='模'\r".encode("gbk")) == "# coding: gbk\nx='模'\n"
    )
    assert "\nimport os;" in decode(b"# coding: utf-7\nx=1 #+AAo-import os+ADs-\n")
    assert decode(b"\xef\xbb\xbfx\xff") == "x\ufffd"
    assert decode(_RUNS.encode("utf-16")) == _RUNS
    assert decode(b"\xfe\xff" + _RUNS.encode("utf-16-be")) == _RUNS


def test_a_file_and_bytes_that_are_run_are_told_with_their_encoding():
    data = b"\n# coding: unicode_escape\nx=1 #\\nimport os;os.system('x')\n"
    (act,) = [a for a in read(data).actions if a.name == "source-encoding"]
    assert (act.kind, act.when, act.place.line) == ("obfuscation", "import", 2)
    assert ("obfuscation", "builtins.exec", "import") in seen(f"exec({data!r})")
