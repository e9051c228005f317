"""Every input that is kept, once more: what was mended stays mended.

Needs no atheris. An input counts as hanging when it takes ten seconds of the processor.
"""

from __future__ import annotations

import gzip
import json
import pkgutil
import random
import tarfile
import time
import zipfile
import zlib
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest

from assay.domain.credentials import redact
from assay.domain.facts import PickleFacts
from assay.release import formats
from benchmarks.detection import corpus
from tests.fuzz import mutations
from tests.fuzz.attempt import MAX_INPUT_BYTES, attempt, with_name
from tests.fuzz.families import FAMILIES, by_name
from tests.fuzz.words import dictionary, modules

FOLDER = Path(__file__).parent
KEPT_BYTES = 150_000
MAX_SECONDS = 10


def inputs(kind, family):
    return sorted((FOLDER / kind / family.name).glob("*"))


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
@pytest.mark.parametrize("kind", ["corpus", "regressions"])
def test_every_input_that_is_kept_gives_facts(kind, family):
    for path in inputs(kind, family):
        began = time.process_time()
        attempt(family, path.read_bytes(), thorough=kind == "regressions")
        assert time.process_time() - began < MAX_SECONDS, path


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_the_corpus_is_small_and_named_by_digests(family):
    kept = inputs("corpus", family)
    assert kept
    assert sum(path.stat().st_size for path in kept) <= KEPT_BYTES
    for path in kept + inputs("regressions", family):
        data = path.read_bytes()
        assert path.name == sha256(data).hexdigest()[:40]
        assert len(data) <= MAX_INPUT_BYTES
        text = data.decode("latin-1")
        assert redact(text) == text, f"{path.name} looks like a credential"


def test_every_reader_is_fuzzed_by_some_family():
    fuzzed = {name for family in FAMILIES for name in modules(family)}
    present = {found.name for found in pkgutil.iter_modules(formats.__path__)}
    assert present - fuzzed == {"reading"}


def test_every_family_of_the_detection_corpus_is_a_seed():
    used = {name for family in FAMILIES for name in family.samples}
    assert set(corpus.FAMILIES) - used == set()


def test_every_word_of_a_dictionary_is_quoted():
    for family in FAMILIES:
        lines = dictionary(family).splitlines()
        assert len(lines) > 10
        assert all(line[0] == line[-1] == '"' and line.isascii() for line in lines)


def test_a_file_is_given_the_name_that_is_likest():
    family = by_name("texts")
    for name in ("tokenizer.json", "deep/README.md", ".env"):
        data = with_name(family, name, b"x")
        assert family.names[data[0]] == name.rsplit("/", 1)[-1]
    other = with_name(family, "other.yaml", b"x")
    assert family.names[other[0]] == "config.yaml"


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("name", ["wrapped.zip", "wrapped.tar", "x.gz", "x.z", "x.sft"])
def test_what_is_inside_of_a_frame_is_changed_and_the_frame_is_right(name, seed):
    inside = b"cos\nsystem\n(S'echo'\ntR."
    frame = BytesIO()
    if name.endswith("zip"):
        with zipfile.ZipFile(frame, "w") as archive:
            archive.writestr("a.pkl", inside)
    elif name.endswith("tar"):
        with tarfile.open(fileobj=frame, mode="w") as tar:
            member = tarfile.TarInfo("a.pkl")
            member.size = len(inside)
            tar.addfile(member, BytesIO(inside))
    elif name.endswith("gz"):
        frame.write(gzip.compress(inside))
    elif name.endswith("z"):
        frame.write(zlib.compress(inside))
    else:
        header = json.dumps({"a": {"dtype": "U8"}}).encode()
        frame.write(len(header).to_bytes(8, "little") + header)

    def change(data):
        return data.replace(b"echo", b"ECHO").replace(b"U8", b"U16")

    data = mutations.reframed(frame.getvalue(), change, random.Random(seed))
    assert data is not None
    facts = attempt(by_name("archives"), b"\5" + data)
    assert facts is not None
    if name == "x.sft":
        assert data[:8] == (len(header) + 1).to_bytes(8, "little")
        assert b"U16" in data
    elif not name.endswith("tar"):
        calls = [f.calls for f in facts.facts if isinstance(f, PickleFacts)]
        assert "ECHO" in calls[0][0].arguments


def test_what_has_no_frame_is_left_to_plain_mutations():
    luck = random.Random(1)
    assert mutations.reframed(b"plain", bytes, luck) is None
