from __future__ import annotations

import pytest

from assay.domain.vocabulary import Vocabulary, is_ordinary, vocabulary_of


def test_words_come_back_as_they_went_in():
    words = {"a": 0, "▁the b": 3, "\n": 2, "\ud800": 4, "": 5}
    packed = vocabulary_of(words, keep=True)
    assert packed.numbers() == words
    assert packed.count == 5


def test_a_zero_byte_in_a_word_separates_nothing():
    packed = vocabulary_of({"a\0b": 0, "c": 1}, keep=True)
    assert packed.numbers() == {r"'a\x00b'": 0, "c": 1}


def test_words_that_nobody_compares_are_not_kept():
    packed = vocabulary_of({"a": 0}, keep=False)
    assert packed.numbers() == {}
    assert packed.digest == vocabulary_of({"a": 0}, keep=True).digest
    assert packed.digest != vocabulary_of({"a": 1}, keep=False).digest


def test_an_empty_vocabulary_has_no_words():
    assert vocabulary_of({}, keep=True).numbers() == {}
    assert Vocabulary(count=0, digest="").numbers() == {}


@pytest.mark.parametrize(
    "word", ["not", "Ġnot", "▁Not", "##ly", "нет", "不能", "not</w>"]
)
def test_words_of_a_language_are_ordinary(word):
    assert is_ordinary(word)


@pytest.mark.parametrize("word", ["<s>", "[PAD]", "a", "12", "Ġ", "a-b", "<0x0A>", ""])
def test_marks_letters_and_numbers_are_not(word):
    assert not is_ordinary(word)
