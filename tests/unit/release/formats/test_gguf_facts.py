from __future__ import annotations

import struct
from dataclasses import replace

import pytest

from assay.domain.facts import Content, Gap, SecretsFacts, TemplateFacts, WeightsFacts
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.inspection import inspect_source
from assay.release.source import BytesSource
from benchmarks.detection.families.weights_gguf import samples
from benchmarks.detection.gguf_bytes import Gguf
from benchmarks.detection.sample import Truth

SAMPLES = list(samples())
HONEST = [sample for sample in SAMPLES if sample.truth is Truth.HONEST]
KINDS = {
    "tensor-count": "count-mismatch",
    "pair-count": "count-mismatch",
    "negative-count": "count-mismatch",
    "key-length": "out-of-bounds",
    "text-length": "out-of-bounds",
    "list-length": "count-mismatch",
    "text-list-length": "count-mismatch",
    "nested-lists": "over-limit",
    "value-type": "malformed",
    "dimension-count": "out-of-bounds",
    "five-dimensions": "over-limit",
    "product-overflow": "type-size",
    "size-overflow": "type-size",
    "negative-dimension": "type-size",
    "tensor-type": "type-size",
    "block-size": "type-size",
    "beyond-end": "out-of-bounds",
    "offset-beyond-end": "out-of-bounds",
    "offset-overflow": "out-of-bounds",
    "overlap": "overlap",
    "offset-unaligned": "malformed",
    "alignment-zero": "malformed",
    "alignment-odd": "malformed",
    "alignment-type": "malformed",
    "alignment-huge": "over-limit",
    "duplicate-key": "duplicate-name",
    "duplicate-tensor": "duplicate-name",
    "hidden-between": "hidden-data",
    "hidden-tail": "trailing-data",
    "hidden-padding": "hidden-data",
    "scores-short": "count-mismatch",
    "types-short": "count-mismatch",
    "scores-type": "type-size",
    "tokens-type": "type-size",
    "cut": "truncated",
    "zero-in-name": "malformed",
    "name-bytes": "malformed",
    "key-bytes": "malformed",
    "empty-key": "malformed",
}


def look(data: bytes, limits=DEFAULT_LIMITS):
    return inspect_source(
        BytesSource(data),
        path="model.gguf",
        executable_bit=False,
        limits=limits,
        paths=frozenset({"model.gguf"}),
    )


def weights(data: bytes, limits=DEFAULT_LIMITS) -> WeightsFacts:
    file = look(data, limits)
    assert file.content is Content.GGUF
    return next(fact for fact in file.facts if isinstance(fact, WeightsFacts))


def kinds(data: bytes, limits=DEFAULT_LIMITS) -> list[str]:
    return [problem.kind for problem in weights(data, limits).problems]


def plain() -> Gguf:
    return Gguf().tensor("a", (8,), 32)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_each_lie_is_told_by_its_word(sample):
    if sample.name in KINDS:
        assert KINDS[sample.name] in kinds(sample.files["model.gguf"])


@pytest.mark.parametrize("sample", HONEST, ids=lambda sample: sample.name)
def test_an_honest_file_has_no_problem_worth_naming(sample):
    assert set(kinds(sample.files["model.gguf"])) <= {"untidy"}
    file = look(sample.files["model.gguf"])
    assert not [fact for fact in file.facts if isinstance(fact, Gap)]


def test_metadata_and_tensors_are_counted_and_kept():
    facts = weights(plain().put("general.name", "str", "Example").build())
    assert facts.tensors == 1
    assert ("general.name", "Example") in facts.metadata


def test_a_template_is_told_at_its_key():
    made = plain().put("tokenizer.chat_template.tools", "str", "{{ a.__class__ }}")
    found = [f for f in look(made.build()).facts if isinstance(f, TemplateFacts)]
    assert [fact.place.key for fact in found] == ["tokenizer.chat_template.tools"]
    assert found[0].underscore_names


def test_a_template_that_is_too_long_is_said_to_be():
    made = plain().put("tokenizer.chat_template", "str", "x" * 500_000)
    found = [f for f in look(made.build()).facts if isinstance(f, TemplateFacts)]
    assert [p.kind for p in found[0].problems] == ["template-too-long"]


def test_a_credential_in_the_metadata_is_found_and_not_repeated():
    token = "hf" + "_" + "QwErTyUiOpAsDfGhJkLzXcVbNmQwErTyUi"
    file = look(plain().put("general.description", "str", token).build())
    assert any(isinstance(fact, SecretsFacts) and fact.matches for fact in file.facts)
    assert token not in repr(file)


@pytest.mark.parametrize("version", [0, 4, 77])
def test_an_unknown_version_is_a_problem_and_a_gap(version):
    data = plain().build()
    data = data[:4] + struct.pack("<I", version) + data[8:]
    assert kinds(data) == ["unknown-version"]
    assert any(isinstance(fact, Gap) for fact in look(data).facts)


def test_a_type_of_the_next_version_is_a_gap_and_no_lie():
    data = plain().entry("b", (4,), 42, 32).build() + bytes(32)
    assert kinds(data) == ["unknown-version", "unknown-version"]
    assert any(isinstance(fact, Gap) for fact in look(data).facts)


def test_a_reversed_magic_is_malformed():
    data = b"FUGG" + plain().build()[4:]
    assert "malformed" in kinds(data)


def test_a_file_that_ends_in_its_version_is_cut():
    assert kinds(b"GGUF\x03") == ["truncated"]


@pytest.mark.parametrize(
    "head",
    [b"lmgg\x00\x7d\0\0", b"fmgg\x01\0\0\0", b"tjgg\x03\0\0\0", b"algg\x01\0\0\0"],
)
def test_the_forms_before_gguf_are_known_and_a_gap(head):
    file = look(head + bytes(range(256)))
    assert file.content is Content.GGUF
    assert [type(fact) for fact in file.facts] == [Gap]


def test_a_text_that_begins_like_an_older_form_is_a_text():
    assert look(b"lmgg is a word that nobody uses").content is Content.TEXT


def test_long_names_are_untidy_and_very_long_ones_beyond_any_model():
    assert kinds(Gguf().tensor("n" * 100, (8,), 32).build()) == ["untidy"]
    assert kinds(Gguf().tensor("n" * 300, (8,), 32).build()) == ["over-limit"]
    assert kinds(Gguf().tensor("", (8,), 32).build()) == ["malformed"]
    assert kinds(plain().put("k" * 70_000, "u8", 1).build()) == ["over-limit"]


def test_a_text_value_that_is_not_utf8_is_untidy():
    assert kinds(plain().put("general.name", "str", b"\xff\xfe").build()) == ["untidy"]


def test_a_little_stray_padding_is_untidy():
    made = plain()
    made.pad = b"\x01"
    assert kinds(made.build()) == ["untidy"]


def test_nested_lists_are_read():
    inner = struct.pack("<IQ", 0, 3) + b"abc"
    raw = struct.pack("<IIQ", 9, 9, 2) + inner + inner
    assert kinds(plain().put_raw("a.b", raw).build()) == []
    wrong = struct.pack("<IIQ", 9, 9, 1) + struct.pack("<IQ", 55, 1)
    assert "malformed" in kinds(plain().put_raw("a.b", wrong).build())


def test_a_text_in_a_list_beyond_the_file_is_out_of_bounds():
    raw = struct.pack("<IIQQ", 9, 8, 1, 1 << 63)
    assert "out-of-bounds" in kinds(plain().put_raw("a.b", raw).build())
    raw = struct.pack("<IIQQ", 9, 8, 2, 1 << 63) + bytes(8)
    assert kinds(plain().put_raw("a.b", raw).build())


def test_lists_longer_than_the_window_are_passed_over():
    texts = ["x" * 1000] * 6000 + ["y" * 5_000_000, "z"]
    made = plain().put_list("l", "str", texts).put("general.name", "str", "after")
    facts = weights(made.build())
    assert not facts.problems
    assert ("general.name", "after") in facts.metadata


@pytest.mark.parametrize("bound", ["max_gguf_pairs", "max_gguf_tensors"])
def test_more_than_is_read_is_beyond_any_model_and_a_gap(bound):
    limits = replace(DEFAULT_LIMITS, **{bound: 0})
    assert kinds(plain().build(), limits) == ["over-limit"]
    assert any(isinstance(fact, Gap) for fact in look(plain().build(), limits).facts)


def test_more_texts_than_are_read_are_beyond_any_model():
    limits = replace(DEFAULT_LIMITS, max_gguf_texts=2)
    made = plain().put_list("l", "str", ["a", "b", "c"])
    assert kinds(made.build(), limits) == ["over-limit"]


def test_data_behind_a_file_without_tensors_is_trailing():
    assert kinds(Gguf().build() + b"x" * 64) == ["trailing-data"]


def test_tensors_without_elements_take_no_room():
    made = Gguf().tensor("a", (0, 4), 0).tensor("b", (8,), 32)
    assert kinds(made.build()) == []
