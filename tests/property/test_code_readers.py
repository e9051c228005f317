"""Laws of the readers of code: total and deterministic, whatever the source."""

# ruff: noqa: E501, RUF005 # sources stand as people write them
from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.domain.limits import DEFAULT_LIMITS
from assay.release.inspection import inspect_source
from assay.release.source import BytesSource
from benchmarks.detection.families import code_install, code_notebooks, code_python

LIMITS = replace(DEFAULT_LIMITS, max_code_folds=20_000)
QUICK = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
FILES = [
    (path, data)
    for family in (code_python, code_notebooks, code_install)
    for sample in family.samples()
    for path, data in sample.files.items()
    if len(data) < 20_000
]
WORDS = [
    "import os\n", "os", ".", "system", "(", ")", "'x'", "[", "]", "{", "}", "lambda ",
    ": ", "=", "+", " ", "\n", "\n    ", "def f(", "class A(", "exec", "getattr", "self",
    "f'{", "}'", "@", "for x in ", "if ", " else ", "!curl", "%%bash\n", "--index-url ",
    "http://", "\\\n", "#", "*", "**", "await ", ":=", "-", "~", "import ", "from . ", "0",
]  # fmt: skip
NAMES = st.sampled_from(
    ["a.py", "setup.py", "a.sh", "a.html", "requirements.txt", "pyproject.toml"]
    + ["environment.yml", "setup.cfg", "uv.lock", "Dockerfile", "Pipfile", "a.pth"]
)


def look(data: bytes, path: str):
    return inspect_source(
        BytesSource(data),
        path=path,
        executable_bit=False,
        limits=LIMITS,
        paths=frozenset({path}),
    )


@QUICK
@given(words=st.lists(st.sampled_from(WORDS), max_size=60), path=NAMES)
def test_any_words_give_facts(words, path):
    data = "".join(words).encode()
    assert look(data, path) == look(data, path)


@QUICK
@given(
    file=st.sampled_from(FILES),
    edits=st.lists(
        st.tuples(st.integers(0, 20_000), st.sampled_from(WORDS)), max_size=6
    ),
    cut=st.integers(0, 20_000),
)
def test_any_damage_to_a_sample_gives_facts(file, edits, cut):
    path, source = file
    data = bytearray(source)
    for offset, word in edits:
        at = offset % (len(data) + 1)
        data[at : at + len(word)] = word.encode()
    look(bytes(data[: cut or None]), path)


@QUICK
@given(text=st.text(max_size=300), path=NAMES)
def test_any_text_gives_facts(text, path):
    look(text.encode("utf-8", "surrogatepass"), path)
