"""Modules whose honest contents are known: what is on no list there is no accident.

The list of names that honest files need was drawn up from Python's own modules and
from files that the libraries below wrote, in several versions of each. A function in
them that loading calls and that none of these files needed is therefore weighed more
than one of a library that nobody looked at.
"""

from __future__ import annotations

import re

from assay.domain.python_modules import PYTHON_MODULES

__all__ = ["is_function", "is_surveyed", "looks_like_code"]

_LIBRARIES = (
    "numpy scipy pandas sklearn joblib torch torchvision torchaudio xgboost lightgbm "
    "catboost transformers accelerate imblearn ultralytics timm torchmetrics peft "
    "category_encoders hmmlearn hdbscan sentence_transformers tokenizers"
)

_SURVEYED = PYTHON_MODULES.union(_LIBRARIES.split())

# How libraries name the functions by which their own objects are rebuilt: another
# version may have one more, and nobody else can give a function such a name.
_REBUILDS = re.compile(
    r"_*(?:re)?(?:build|construct|create|new|unpickle|unreduce|load_from_state)\w*"
    r"|\w*(?:unpickle|reconstruct\w*|_ctor|from_(?:state|pickle|buffer|bytes))",
    re.ASCII,
)

# In an argument: a command with options or arguments, a statement or an expression of
# Python, a shell's signs, an address, the path of a program.
_CODE = re.compile(
    r"\b(?:import|exec|eval|lambda|print|open|system|getattr|__\w+__)\b\s*[( ]"
    r"|\b(?:sh|bash|zsh|cmd|cmd\.exe|powershell|python[23]?|perl|ruby|node|nc|ncat|"
    r"curl|wget|echo|cat|touch|rm|cp|mv|chmod|id|whoami|ls|dir|ping|nslookup|calc|"
    r"calc\.exe|open|start|xterm)(?:\s+[-/\w~.\'\"$]|['\"])"
    r"|[;|&`]\s*\w|\$\(|\$\{|(?:https?|ftp|file|jdbc|ldap|rmi)://"
    r"|/(?:bin|etc|tmp|dev|proc|usr|root|home)/|[A-Za-z]:\\\\",
    re.ASCII,
)
_TEXT = re.compile(r"b?'(?:[^'\\]|\\.)*'?|b?\"(?:[^\"\\]|\\.)*\"?", re.DOTALL)


def is_surveyed(module: str) -> bool:
    """Tell whether a module belongs to Python or to a surveyed library."""
    return module.split(".", 1)[0] in _SURVEYED


def is_function(name: str) -> bool:
    """Tell a function, or a method, from a class and from what rebuilds objects."""
    last = name.rsplit(".", 1)[-1]
    if last.lstrip("_")[:1].isupper():
        return False
    return not last.startswith("__pyx_") and _REBUILDS.fullmatch(last) is None


def looks_like_code(arguments: str) -> bool:
    """Tell whether a text among printed arguments reads like a command or like code."""
    return any(_CODE.search(text) for text in _TEXT.findall(arguments))
