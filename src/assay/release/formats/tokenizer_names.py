"""Which files of a release are parts of a tokenizer, by their names.

The names are those that transformers, tiktoken and Mistral's library look for.
"""

from __future__ import annotations

import re

__all__ = ["is_json", "is_text"]

_JSON = frozenset(
    {
        "added_tokens.json", "special_tokens_map.json", "tokenizer_config.json",
        "vocab.json", "tekken.json",
    }
)  # fmt: skip
_TEXT = re.compile(r"vocab\.txt|merges\.txt|tokenizer\.model|.{1,200}\.tiktoken")


def is_json(name: str) -> bool:
    """Tell a JSON document by the last part of its name, in lower case."""
    return name in _JSON or bool(re.fullmatch(r"tekken[_0-9]{0,12}\.json", name))


def is_text(name: str) -> bool:
    """Tell a list of words or rules by the last part of its name, in lower case."""
    return bool(_TEXT.fullmatch(name))
