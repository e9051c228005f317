"""TorchScript: the source that a PyTorch archive brings in `code/`, and its operators.

Only the interpreter of TorchScript runs it, which knows neither modules nor builtins
of Python: all that it can do are operators of `torch` and `ops`, and classes in native
code. They are found by reading words and not a tree, in linear time and whatever the
syntax of the version. A name that is only taken, and not called, counts too, for it
may be called by another one.
Source: the importer and the printer of PyTorch's JIT (`torch/csrc/jit/serialization`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assay.domain.facts import Content, GraphFacts, GraphOperator
from assay.release.formats.reading import Problems, shorten

if TYPE_CHECKING:
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["read"]

_SPACE = r"(?:[ \t\r\n\f]|\\\r?\n|#[^\n]*\n)*+"
_WORD = re.compile(
    r"#[^\n]*+"
    r"|'''(?:[^'\\]|\\.|'(?!''))*+(?:'''|\Z)"
    r'|"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|\Z)'
    r"|'(?:[^'\\\n]|\\.)*+'?"
    r'|"(?:[^"\\\n]|\\.)*+"?'
    rf"|(?P<member>\.{_SPACE})?(?P<chain>[A-Za-z_]\w*+(?:{_SPACE}\.{_SPACE}"
    r"[A-Za-z_]\w*+)*+)",
    re.DOTALL,
)
_SPACES = re.compile(_SPACE)
# A field or an argument that has the name, and is not the module.
_DEFINED = re.compile(rf"{_SPACE}(?::|=(?!=))")
_TEXT = re.compile(r"'((?:[^'\\\n]|\\.){0,200})'|\"((?:[^\"\\\n]|\\.){0,200})\"")
_DETAIL_WITHIN = 300
# Operators of which a path is worth showing.
_TELLING = frozenset({"save", "from_file", "load_tensor"})
# Operators that TorchScript writes without a module.
_BARE = frozenset({"rpc_async", "rpc_sync", "rpc_remote"})
# What TorchScript has none of: then it is Python, whatever its name.
_PYTHON = frozenset(
    {"from", "__import__", "exec", "eval", "open", "compile", "globals"}
    | {"__builtins__", "lambda", "yield", "async", "await", "nonlocal"}
)
_OWN_IMPORT = "__torch__"
_CLASSES = "__torch__.torch.classes."
_MAX_BYTES = 4 << 20
_MAX_OPERATORS = 2_000


@dataclass(frozen=True, slots=True)
class _Use:
    domain: str
    name: str


# The module itself is taken, and what of it only shows when it runs.
_COMPUTED = _Use("torch", "?")


def read(subject: Subject, inspection: Inspection) -> tuple[GraphFacts | None, bool]:
    """Give the operators of one source, and whether it is TorchScript and no more.

    None when it is too long to be read, which makes it Python as far as anybody knows.
    """
    if subject.source.size > _MAX_BYTES:
        return None, False
    data = subject.source.read_at(0, _MAX_BYTES)
    text = data.decode("utf-8", "replace")
    uses: dict[_Use, tuple[int, int]] = {}
    pure, crowded = not data.startswith(b"#!"), False
    for match in _WORD.finditer(text):
        if match["chain"] is None or match["member"] is not None:
            continue
        chain = _SPACES.sub("", match["chain"]).split(".")
        if chain[0] in _PYTHON or (chain[0] == "import" and _imports(text, match)):
            pure = False
        use = _use(chain, text, match.end())
        if use is None:
            continue
        if use in uses:
            count, at = uses[use]
            uses[use] = (count + 1, at)
        elif len(uses) < _MAX_OPERATORS:
            uses[use] = (1, match.start())
        else:
            crowded = True
    problems = Problems(subject, inspection.limits)
    if crowded:
        problems.add("over-limit", f"more than {_MAX_OPERATORS} different operators")
    facts = GraphFacts(
        place=subject.place,
        content=Content.PYTORCH_ZIP,
        producer="TorchScript",
        operators=_operators(uses, text, subject, inspection),
        problems=problems.done(),
    )
    return facts, pure


def _imports(text: str, match: re.Match[str]) -> bool:
    """Tell an import of Python's; early versions had some of their own."""
    rest = text[match.end() : match.end() + 80].lstrip()
    return not rest.startswith(_OWN_IMPORT)


def _use(chain: list[str], text: str, end: int) -> _Use | None:
    """Give the operator that a chain of names stands for, if it does."""
    root, names = chain[0], chain[1:]
    if root == "__torch__":
        whole = ".".join(chain)
        if not whole.startswith(_CLASSES):
            return None
        space, _, name = whole.removeprefix(_CLASSES).partition(".")
        return _Use(f"classes.{space}", name or "?")
    if root in _BARE:
        return _Use("prim", root)
    if root not in ("torch", "ops") or (not names and _DEFINED.match(text, end)):
        return None
    if root == "ops":
        return _Use(names[0], names[1]) if len(names) > 1 else _COMPUTED
    # `torch.autograd` is `torch` itself to the importer.
    while names and names[0] == "autograd":
        names = names[1:]
    return _Use("aten", names[0]) if names else _COMPUTED


def _operators(
    uses: dict[_Use, tuple[int, int]],
    text: str,
    subject: Subject,
    inspection: Inspection,
) -> tuple[GraphOperator, ...]:
    bound = inspection.limits.max_shown_chars
    operators = []
    line, done = 1, 0
    for use, (count, at) in sorted(uses.items(), key=lambda item: item[1][1]):
        line += text.count("\n", done, at)
        done = at
        detail = ""
        if use.name in _TELLING:
            found = _TEXT.search(text, at, at + _DETAIL_WITHIN)
            detail = "" if found is None else found[1] or found[2] or ""
        operators.append(
            GraphOperator(
                domain=shorten(use.domain, bound),
                name=shorten(use.name, bound),
                count=count,
                place=replace(subject.place, line=line),
                detail=shorten(detail, bound),
            )
        )
    return tuple(sorted(operators, key=lambda entry: (entry.domain, entry.name)))
