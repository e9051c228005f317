"""Releases for the check `tokenizer-bounded`."""

from __future__ import annotations

from tests.vectors.checks.entries import Entry, File, json_file

__all__ = ["RELEASES", "tokenizer"]

_SPLIT = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def tokenizer(**more: object) -> dict[str, object]:
    """Give a small tokenizer as the library writes it."""
    return {
        "version": "1.0",
        "added_tokens": [{"id": 0, "content": "<s>", "special": True}],
        "normalizer": {"type": "NFC"},
        "pre_tokenizer": {"type": "Split", "pattern": {"Regex": _SPLIT}},
        "post_processor": None,
        "decoder": None,
        "model": {"type": "BPE", "vocab": {"<s>": 0, "a": 1, "b": 2}, "merges": []},
        **more,
    }


RELEASES: dict[str, tuple[Entry, ...]] = {
    "met": (
        json_file("tokenizer.json", tokenizer()),
        json_file("vocab.json", {"<s>": 0, "a": 1, "b": 2}),
        json_file("tokenizer_config.json", {"bos_token": "<s>"}),
    ),
    "unmet": (
        json_file(
            "tokenizer.json",
            tokenizer(
                pre_tokenizer={"type": "Split", "pattern": {"Regex": r"(\w+\s?)+$"}},
                decoder={
                    "type": "Replace",
                    "pattern": {"String": "unsafe"},
                    "content": "safe",
                },
            ),
        ),
        json_file(
            "tokenizer_config.json",
            {"added_tokens_decoder": {"0": {"content": "<end>", "special": True}}},
        ),
    ),
    "not_applicable": (json_file("config.json", {"model_type": "example"}),),
    "malformed": (File("tokenizer.json", b'{"added_tokens": [], "model": \n'),),
}
