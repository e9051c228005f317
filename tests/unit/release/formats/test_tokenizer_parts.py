"""Files of tokenizers beside `tokenizer.json`, and what they say of each other."""

from __future__ import annotations

import base64
import json
import struct
from contextlib import suppress
from dataclasses import replace

import pytest

from assay.assess.vocabularies import disagreements
from assay.domain.facts import AddedToken, Gap, Place, TokenizerFacts
from assay.domain.limits import DEFAULT_LIMITS
from assay.domain.vocabulary import vocabulary_of
from assay.release.formats import charsmap, sentencepiece_pieces, tokenizer_files
from assay.release.formats.tokenizer_files import byte_level
from benchmarks.detection.families import tokenizer_parts
from benchmarks.detection.sample import Truth

SAMPLES = [(sample.name, sample) for sample in tokenizer_parts.samples()]
LOW = {"numbers", "another", "absent", "merges"}


@pytest.fixture
def read(look, only):
    def read(data, name, beside=(), **options):
        given = data if isinstance(data, bytes) else json.dumps(data).encode()
        paths = {name, *beside}
        return only(look(given, name, paths=paths, **options), TokenizerFacts)[0]

    return read


def kinds(facts):
    return [problem.kind for problem in facts.problems]


@pytest.mark.parametrize(("name", "sample"), SAMPLES)
def test_what_parts_do_is_seen(look, only, name, sample):
    facts = [
        fact
        for path, data in sample.files.items()
        for fact in only(look(data, path, paths=set(sample.files)), TokenizerFacts)
    ]
    assert len(facts) == len(sample.files)
    said = {found.kind for found in disagreements(facts)} - LOW
    seen = bool(said) or any(fact.problems for fact in facts)
    assert seen == (sample.truth is Truth.HOSTILE), (name, said)


def test_words_are_kept_only_beside_another_file(read):
    alone = read({"a": 0}, "vocab.json")
    beside = read({"a": 0}, "x/vocab.json", ["x/merges.txt", "x/tokenizer.json"])
    elsewhere = read({"a": 0}, "x/vocab.json", ["y/tokenizer.json"])
    assert [f.vocabulary.numbers() for f in (alone, beside, elsewhere)] == [
        {},
        {"a": 0},
        {},
    ]


def test_numbers_of_a_vocabulary_are_bounded_and_single(read):
    facts = read({"a": 0, "b": 0, "c": -1, "d": "x", "e": 1 << 40}, "vocab.json")
    assert kinds(facts) == ["duplicate-number", "token-number", "token-number"]
    assert facts.vocabulary.count == 2


def test_documents_of_other_shapes_name_nothing(look, only):
    for name in ("vocab.json", "tokenizer_config.json", "added_tokens.json"):
        assert not only(look(b"[1]", name), TokenizerFacts)


def test_settings_of_odd_types_are_passed_over(read):
    value = {
        "added_tokens_decoder": {"1": 3, "x": {"content": "<x>"}, "2": {"content": 5}},
        "bos_token": True,
        "extra_special_tokens": {"image_token": "<image>", "n": 3},
        "additional_special_tokens": [{"content": "<a>"}, 4],
    }
    facts = read(value, "tokenizer_config.json")
    assert [(token.key, token.number) for token in facts.tokens] == [
        ("added_tokens_decoder.x", None),
        ("additional_special_tokens[0]", None),
        ("extra_special_tokens.image_token", None),
    ]
    assert not read({"added_tokens_decoder": [1]}, "tokenizer_config.json").tokens


def test_a_list_of_words_is_numbered_by_its_lines(read):
    facts = read(b"a\r\nb\na\n" + b"x" * 5000 + b"\n", "vocab.txt", ["vocab.json"])
    assert facts.vocabulary.numbers() == {"a": 0, "b": 1}
    assert kinds(facts) == ["duplicate-token", "long-token"]


def test_ranks_are_read_as_bytes(read):
    lines = [b"YQ== 0", b"YQ== 1", b"!! 2", b"Yg== x", b"", b"IA== 0", b"Yw== 3"]
    facts = read(b"\n".join(lines), "a.tiktoken", ["tokenizer.json"])
    assert facts.vocabulary.numbers() == {"a": 0, "Ġ": 0, "c": 3}
    assert kinds(facts) == [
        "duplicate-token",
        "malformed-word",
        "malformed-word",
        "duplicate-number",
    ]


def test_bytes_are_written_as_byte_level_tokenizers_do():
    assert byte_level(b" a\n\xe2\xad") == "ĠaĊâŃ"


def test_rules_of_pairs_are_compared_in_their_order(read):
    plain = read(b"#version: 0.2\na b\nab c\n", "merges.txt")
    same = read(b"a b\r\nab c", "merges.txt")
    other = read(b"ab c\na b\n", "merges.txt")
    assert plain.merges == same.merges != other.merges
    assert kinds(read(b"a\n", "merges.txt")) == ["malformed-merge"]


def test_lists_beyond_a_bound_are_told(look, only, read, monkeypatch):
    monkeypatch.setattr(tokenizer_files, "_MAX_WORDS", 3)
    assert "too-many-words" in kinds(read(b"a\nb\nc\nd\ne\nf\n", "vocab.txt"))
    limits = replace(DEFAULT_LIMITS, max_document_bytes=4)
    (gap,) = only(look(b"a\nb\nc\n", "vocab.txt", limits=limits), Gap)
    assert "more than 4 bytes" in gap.reason


def test_words_of_tekken_are_what_their_bytes_say(read):
    odd = [3, {"token_bytes": "!!"}, {"token_bytes": 4}, {"token_bytes": "YQ=="}]
    value = {"vocab": odd, "special_tokens": [{"token_str": "<s>"}, 3], "config": {}}
    facts = read(value, "tekken.json")
    assert kinds(facts) == ["malformed-word", "malformed-word"]
    assert [token.content for token in facts.tokens] == ["<s>"]


@pytest.mark.parametrize(
    ("merges", "found"),
    [
        ([["a", "b"]], []),
        (["a b"], []),
        (["a c"], ["merge-of-unknown"]),
        ([["b", "a"]], ["merge-of-unknown"]),
        ([["a"]], ["merge-of-unknown"]),
        ([[1, 2]], ["merge-of-unknown"]),
        ({}, []),
    ],
)
def test_rules_of_pairs_join_known_words(read, merges, found):
    model = {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": merges}
    facts = read({"added_tokens": [], "model": model}, "tokenizer.json")
    assert kinds(facts) == found


def test_a_prefix_of_what_goes_on_is_left_out_when_joining(read):
    model = {"vocab": {"a": 0, "##b": 1, "ab": 2}, "merges": ["a ##b"]}
    model["continuing_subword_prefix"] = "##"
    assert kinds(read({"added_tokens": [], "model": model}, "tokenizer.json")) == []


def test_odd_pieces_are_told(read):
    piece = tokenizer_parts._piece
    data = tokenizer_parts.model(
        piece("the", score=float("nan")),
        piece("the"),
        piece("y" * 2000),
        piece("<0xGG>", 6),
        piece("z", 9),
    )
    empty = b"\x0a\x07\x0a\x00\x15" + struct.pack("<f", 1)
    facts = read(data + empty, "a.model")
    assert kinds(facts) == [
        "score-no-number",
        "duplicate-token",
        "long-token",
        "malformed-word",
        "malformed-word",
        "empty-token",
    ]


def test_a_broken_table_of_a_model_is_told(read):
    table = tokenizer_parts.model(table=b"\xff\xff\0\0abc")
    assert kinds(read(table, "a.model")) == ["malformed-charsmap"]


def test_a_table_gives_its_rules():
    rules = [("a", "b"), ("ab", ""), ("é", "e"), ("z", "zz")]
    table = tokenizer_parts.charsmap(*rules)
    encoded = sorted((old.encode(), new.encode()) for old, new in rules)
    assert sorted(charsmap.rules(table)) == encoded


def _units(*units, texts=b"x\0"):
    return struct.pack(f"<{len(units) + 1}I", 4 * len(units), *units) + texts


@pytest.mark.parametrize(
    "table",
    [
        b"",
        b"\x08\0\0\0" + bytes(4),
        b"\x08\0\0\0" + bytes(7),
        b"\x03\0\0\0" + bytes(8),
        # A node that is its own child, and a leaf behind the texts.
        _units(0, *[unit << 10 | unit ^ 1 for unit in range(1, 4)]),
        _units(1 << 10, *([1 << 10 | 0x100 | label for label in range(1, 200)])),
    ],
)
def test_a_table_of_other_bytes_is_refused_or_ends(table):
    with suppress(charsmap.BadTableError):
        assert len(list(charsmap.rules(table))) < 1000


def test_a_table_that_leads_back_to_itself_ends():
    unit = [0] * 256
    unit[0] = 97 << 10
    unit[0] = 0
    unit[97] = (97 ^ 0) << 10 | 97
    with pytest.raises(charsmap.BadTableError, match="back to themselves"):
        list(charsmap.rules(_units(*unit)))


def test_a_table_beyond_its_bounds_is_refused(monkeypatch):
    table = tokenizer_parts.charsmap(("a", "b"), ("c", "d"))
    monkeypatch.setattr(charsmap, "_MAX_RULES", 1)
    with pytest.raises(charsmap.BadTableError, match="more than 1 rules"):
        list(charsmap.rules(table))
    monkeypatch.setattr(charsmap, "_MAX_UNITS", 1)
    with pytest.raises(charsmap.BadTableError, match="a trie of"):
        list(charsmap.rules(table))


def test_a_rule_that_points_behind_the_texts_is_refused():
    table = tokenizer_parts.charsmap(("a", "b"))
    with pytest.raises(charsmap.BadTableError, match="behind the texts"):
        list(charsmap.rules(table.replace(struct.pack("<I", 1 << 31), b"\xff" * 4)))


def test_what_a_table_does_is_listed_up_to_a_bound():
    words = [(f"a{chr(97 + n)}{chr(98 + n)}", "x") for n in range(24)]
    assert len(list(charsmap.oddities(tokenizer_parts.charsmap(*words)))) == 20


def test_a_table_in_base64_is_read(read):
    table = base64.b64encode(tokenizer_parts.charsmap(("not", ""))).decode()
    step = {"type": "Precompiled", "precompiled_charsmap": table}
    value = {"added_tokens": [], "model": {}, "normalizer": step}
    assert kinds(read(value, "tokenizer.json")) == ["rewrites-words"]


def test_pieces_beyond_a_bound_are_told(read, monkeypatch):
    monkeypatch.setattr(sentencepiece_pieces, "_MAX_PIECES", 4)
    monkeypatch.setattr(sentencepiece_pieces, "MAX_TOKENS", 1)
    facts = read(tokenizer_parts.model(), "a.model")
    assert kinds(facts) == ["too-many-words"]
    assert len(facts.tokens) == 1


def test_a_model_without_a_table_has_nothing_to_unfold(read):
    empty = b"\x1a\x02\x12\x00"
    assert kinds(read(tokenizer_parts.model() + empty, "a.model")) == []


def fact(path, numbers=None, kind="vocabulary", merges="", member=None):
    given = vocabulary_of(numbers, keep=True) if numbers else None
    place = Place(path=path, member=member)
    return TokenizerFacts(place=place, kind=kind, vocabulary=given, merges=merges)


def said(*facts):
    return [found.kind for found in disagreements(facts)]


WORDS = {f"word{chr(97 + n)}": n for n in range(24)}


def test_files_in_archives_or_other_folders_are_not_compared():
    other = {word: 23 - n for word, n in WORDS.items()}
    assert said(fact("vocab.json", WORDS), fact("a/vocab.txt", other)) == []
    packed = fact("a.zip", other, member="vocab.json")
    assert said(fact("vocab.json", WORDS), packed) == []


def test_settings_and_rules_alone_say_nothing_of_each_other():
    assert (
        said(fact("a.json", kind="settings"), fact("merges.txt", kind="merges")) == []
    )


def test_vocabularies_without_a_word_in_common_are_of_two_models():
    whole = fact("tokenizer.json", WORDS, "tokenizer")
    other = fact("vocab.json", {f"{word}x": n for word, n in WORDS.items()})
    assert said(whole, other) == ["another"]
    pieces = fact("a.model", {f"{word}x": n for word, n in WORDS.items()}, "pieces")
    assert said(whole, pieces) == []


def test_words_at_the_same_distance_agree():
    pieces = fact("a.model", {word: n + 7 for word, n in WORDS.items()}, "pieces")
    assert said(fact("tokenizer.json", WORDS, "tokenizer"), pieces) == []


def test_settings_beside_pieces_are_compared_by_name_only():
    token = AddedToken(content="[X]", key="added_tokens_decoder.3", number=3)
    settings = replace(fact("c.json", kind="settings"), tokens=(token,))
    assert said(fact("a.model", WORDS, "pieces"), settings) == []
