"""Tell honest uses of names that are denied or risky in general.

Python pickles some plain values through powerful functions: a method through
`getattr`, `None`'s type through `type`, an iterator through `iter`, a union of types
through `reduce`. With exactly these arguments they do that and no more. Arguments are
judged as the reader prints them: texts stand in quotes, names without.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.assess.pickle_names import Judgement, Verdict, judge, public_module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from assay.domain.facts import PickleImport

__all__ = [
    "CONDITIONS",
    "fetches_methods",
    "has_plain_arguments",
    "is_honest_method",
    "is_honest_use",
    "is_plain_call",
]

_BUILTINS = r"(?:builtins|__builtin__)"
# `type(None)`: what the pickle of a type of a constant holds.
_CONSTANT = re.compile(rf"None|{_BUILTINS}\.(?:NotImplemented|Ellipsis)", re.ASCII)
# `iter([1, 2])`: the pickle of an iterator. With a function first, it would call it.
_CONTAINER = re.compile(rf"[\[({{'\"]|b'|b\"|{_BUILTINS}\.x?range\(", re.ASCII)
# Bytes that begin like a pickle or a zip archive are read, and judged, as a member.
# Protocol 2 writes them as a text and its codec.
_READ_BYTES = re.compile(
    r"(?:b|_?codecs\.encode\()['\"](?:\\x80|PK\\x03\\x04)", re.ASCII
)
# `operator.getitem(typing.List, int)`: the pickle of an annotation.
_ANNOTATION = re.compile(r"typing\.[A-Z]\w*, ", re.ASCII)
# `reduce(operator.or_, (int, str))`: the pickle of a union of types.
# `itemgetter('text', 2)`: what takes a column out of a table.
_ITEMS = re.compile(
    r"(?:'[^'_\\][^'\\]*'|\d+)(?:, (?:'[^'_\\][^'\\]*'|\d+))*", re.ASCII
)
_UNION = re.compile(r"_?operator\.or_, \(", re.ASCII)
# `getattr(dict, 'fromkeys')`, `getattr('abc', 'upper')`: the pickle of a method.
_METHOD = re.compile(r"(.+), '([A-Za-z]\w*|_unpickle|_make_gaussian)'", re.ASCII)
_TEXT = re.compile(r"'[^'\\]*'", re.ASCII)
_UNRESOLVED = Judgement(verdict=Verdict.UNRESOLVED)
_GETATTR = re.compile(rf"{_BUILTINS}\.getattr\((.+)\)", re.ASCII)


def is_honest_use(
    entry: PickleImport, given: str, imports: Iterable[PickleImport]
) -> bool:
    """Tell whether a call with these arguments does what honest files need it for."""
    name = (public_module(entry.module), entry.name)
    if name == ("builtins", "getattr"):
        return _is_method(given, imports)
    test = _USES.get(name)
    return test is not None and test(given) is not None


def is_plain_call(entry: PickleImport, given: str) -> bool:
    """Tell whether an allowed name is called with what honest files give it.

    Most allowed names may be called with anything. Those that call one of their
    arguments may be given only names, which are judged on their own.
    """
    module = public_module(entry.module)
    if judge(module, entry.name).uncalled:
        return False
    return has_plain_arguments(entry, given)


def has_plain_arguments(entry: PickleImport, given: str) -> bool:
    """Tell whether the arguments of an allowed name are what honest files give it."""
    module = public_module(entry.module)
    condition = CONDITIONS.get((module, entry.name))
    if condition is None:
        condition = next(
            (
                pattern
                for names, pattern in _CLASS_CONDITIONS
                if names.fullmatch(f"{module}:{entry.name}")
            ),
            None,
        )
    return condition is None or condition.fullmatch(given) is not None


def fetches_methods(
    entry: PickleImport, given: Iterable[str], imports: Iterable[PickleImport]
) -> bool:
    """Tell whether these calls of `getattr` do no more than fetch unlisted methods."""
    if (public_module(entry.module), entry.name) != ("builtins", "getattr"):
        return False
    known = tuple(imports)
    return all(
        _method(arguments, known).verdict in {Verdict.ALLOWED, Verdict.UNKNOWN}
        for arguments in given
    )


def is_honest_method(callee: str, imports: Iterable[PickleImport]) -> bool:
    """Tell whether what is called is a method that is allowed by its full name."""
    match = _GETATTR.fullmatch(callee)
    if match is None:
        return False
    found = _method(match.group(1), imports)
    return found.verdict is Verdict.ALLOWED and not found.uncalled


def _is_method(given: str, imports: Iterable[PickleImport]) -> bool:
    """Fetching a method that is on the list by its full name is harmless."""
    return _method(given, imports).verdict is Verdict.ALLOWED


def _method(given: str, imports: Iterable[PickleImport]) -> Judgement:
    match = _METHOD.fullmatch(given)
    if match is None:
        return _UNRESOLVED
    owner, attribute = match.groups()
    if _TEXT.fullmatch(owner):
        return judge("builtins", f"str.{attribute}")
    if owner.endswith("()"):
        # A method of an object that is made of nothing: listed, or never honest.
        found = _method(f"{owner[:-2]}, '{attribute}'", imports)
        return found if found.verdict is Verdict.ALLOWED else _UNRESOLVED
    for entry in imports:
        if owner == f"{entry.module}.{entry.name}":
            if judge(entry.module, entry.name).verdict is not Verdict.ALLOWED:
                break
            return judge(entry.module, f"{entry.name}.{attribute}")
    return _UNRESOLVED


# What honest files give to the allowed names that call an argument, or call a method
# of one: in its place a name, which is judged on its own, and nothing computed.
_NAME = r"[A-Za-z_][\w.]*"
_RANDOM = r"numpy\.random\.[\w.]+"


# The one method that a library fills a dictionary by.
_GAUSSIAN = r"river\.naive_bayes\.gaussian\.GaussianNB, '_make_gaussian'"


def _given(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII | re.DOTALL)


_ANY_CLASS = _given(rf"{_NAME}(?:, .*)?")
_PANDAS_CLASS = _given(r"pandas\.[\w.]+, .*")
_TWO_CLASSES = _given(rf"{_NAME}, {_NAME}, .*")
# The class of an array that is masked, and that of the numbers; then a shape.
_TWO_ARRAYS = _given(rf"{_NAME}, {_NAME}, (?!.*\d{{10,}}).*")
_REBUILT = _given(rf"torch\._utils\._rebuild_\w+, {_NAME}, .*")
_GENERATOR = _given(rf"(?:b?'\w+'|{_RANDOM}(?:\(.*\))?)(?:, {_RANDOM})?")
_NOTHING = _given(r"")
# What fills a container: values, and no iterator that may go on without end; a number
# of bytes or a shape that a page of memory still holds.
_ENDLESS = rf"(?:{_BUILTINS}\.(?:x?range|iter|zip|enumerate|reversed)|itertools\.\w+)\("
# Arguments may be a tuple that is made by a call.
_AS_TUPLE = rf"(?:{_BUILTINS}\.(?:tuple|list)\([\[(]?)?"
_VALUES = _given(rf"(?!{_AS_TUPLE}{_ENDLESS}).*")
_BYTES = _given(rf"(?!{_AS_TUPLE}(?:{_ENDLESS}|\d{{8,}}(?:[,)\]]|$))).*")
_SHAPE = _given(r"(?!.*\d{10,}).*")
# How much a container of numbers is to hold, when it is made and not yet filled.
_SMALL = _given(r"(?!.*\d{8,}).*")
# Layers are made of nothing; where they are not, of few numbers.
_SMALL_PARTS = _given(r"(?!.*\d{5,}).*")
# What is gone through at once, in whichever place it stands.
_FINITE = _given(rf"(?!.*{_ENDLESS}|.*\d{{6,}}).*")
_TYPED = _given(rf"'\w'(?:, (?!{_ENDLESS}).*)?|")
# The text of a fraction; with an exponent it takes as long as its number has digits.
_FRACTION = _given(r"'[-+\d/. ]*…?|'[-+\d/. ]*'|-?\d+(?:, -?\d+)?|")
# Codecs that only turn text into bytes and back, unless a long text cuts the name off.
_CODEC = (
    r"'(?:latin[-_]?1|iso[-_]?8859[-_]?\d+|l1|utf[-_]?(?:7|8|16|32)\w*|ascii|us-ascii|"
    r"raw[-_]unicode[-_]escape|cp\d+|mbcs)'"
)
_CODED = _given(rf"(?i:[^,]*(?:,(?! ?').*)?|.*, {_CODEC}(?:, '\w+')?|.*…)")

CONDITIONS: dict[tuple[str, str], re.Pattern[str]] = {
    **{
        ("builtins", name): _VALUES
        for name in ("list", "tuple", "set", "frozenset", "dict")
    },
    **{("builtins", name): _BYTES for name in ("bytes", "bytearray")},
    **{
        ("collections", name): _VALUES
        for name in (
            "deque",
            "Counter",
            "OrderedDict",
            "UserList",
            "UserDict",
            "UserString",
        )
    },
    **{
        ("itertools", name): _FINITE
        for name in ("product", "combinations", "permutations", "tee", "_tee")
    },
    ("array", "array"): _TYPED,
    ("fractions", "Fraction"): _FRACTION,
    ("numpy", "ndarray"): _SHAPE,
    **{
        (f"numpy.{core}.multiarray", "_reconstruct"): _SHAPE
        for core in ("core", "_core")
    },
    **{("codecs", name): _CODED for name in ("encode", "decode")},
    ("functools", "partial"): _ANY_CLASS,
    ("collections", "defaultdict"): _given(
        rf"(?:(?:{_NAME}|{_BUILTINS}\.getattr\({_GAUSSIAN}\)"
        r"|functools\.partial\(.*)(?:, .*)?)?"
    ),
    ("copyreg", "_reconstructor"): _TWO_CLASSES,
    ("copyreg", "__newobj__"): _ANY_CLASS,
    ("copyreg", "__newobj_ex__"): _ANY_CLASS,
    ("torch._tensor", "_rebuild_from_type"): _REBUILT,
    ("torch._tensor", "_rebuild_from_type_v2"): _REBUILT,
    **{
        (module, name): _GENERATOR
        for module in ("numpy.random._pickle", "numpy.random")
        for name in ("__randomstate_ctor", "__generator_ctor", "__bit_generator_ctor")
    },
    **{
        (module, "_mareconstruct"): _TWO_ARRAYS
        for module in ("numpy.ma.core", "numpy.ma")
    },
}

_CLASS_CONDITIONS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (_given(r"sklearn\.[\w.]+:newObj"), _ANY_CLASS),
    (_given(r"pandas\.[\w.]+:_new_\w*Index"), _PANDAS_CLASS),
    (_given(r"pandas(?:\.[\w.]+)?:[A-Z]\w*"), _VALUES),
    (_given(r"torch(?:\.\w+)?:\w*(?:Storage|Tensor)"), _SMALL),
    (_given(r"numpy(?:\.[\w.]+)?:(?:recarray|chararray|matrix|record)"), _SMALL),
    (_given(r"scipy\.sparse(?:\.\w+)?:\w+_(?:matrix|array)"), _SMALL),
    (_given(r"torch\.nn\.modules\.[\w.]+:\w+"), _SMALL_PARTS),
    # Made of arguments, these call a function among them or read a file.
    (_given(r"sklearn\.[\w.]+:(?:Ball|KD|Binary)Tree(?:32|64)?"), _NOTHING),
    (_given(r"scipy\.stats\.[\w.]+:gaussian_kde"), _NOTHING),
    (_given(r"torch\.optim\.lr_scheduler:\w+"), _NOTHING),
    (_given(r"(?:xgboost\.core|lightgbm\.basic):Booster"), _NOTHING),
)

_USES: dict[tuple[str, str], Callable[[str], re.Match[str] | None]] = {
    ("builtins", "type"): _CONSTANT.fullmatch,
    ("builtins", "iter"): _CONTAINER.match,
    ("builtins", "reduce"): _UNION.match,
    ("functools", "reduce"): _UNION.match,
    ("operator", "getitem"): _ANNOTATION.match,
    ("operator", "itemgetter"): _ITEMS.fullmatch,
    ("torch.storage", "_load_from_bytes"): _READ_BYTES.match,
}
