"""Honest pickles of what Python itself offers: every type, in every protocol."""

from __future__ import annotations

import argparse
import array
import calendar
import collections
import datetime as dt
import decimal
import email.message
import enum
import fractions
import functools
import http
import ipaddress
import itertools
import logging
import math
import operator
import pathlib
import pickle  # noqa: TID251 - it only writes
import random  # noqa: TID251 - a state to be pickled, no secret
import re
import statistics
import string
import types
import uuid
import zoneinfo
from typing import TYPE_CHECKING

from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["samples"]

_UTC = dt.UTC
_MOMENT = dt.datetime(2026, 11, 23, 9, 30, tzinfo=_UTC)
_SHARED: list[object] = ["one", "two"]
_RANDOM = random.Random(1)  # noqa: S311 - no secret is drawn from it
_CYCLE: list[object] = [1]
_CYCLE.append(_CYCLE)
_DEEP: list[object] = ["leaf"]
for _ in range(60):
    _DEEP = [_DEEP]


# In every protocol.
_EVERYWHERE: dict[str, object] = {
    "nothing": None,
    "truths": [True, False],
    "small-numbers": [0, 1, 255, 256, 65535, 65536, -1, 2**31 - 1, -(2**31)],
    "large-numbers": [2**63, 2**200, -(2**200), 2**3000],
    "floats": [0.0, -1.5, math.inf, -math.inf, 1e-300],
    "complex": 1 + 2j,
    "text": "weights",
    "text-of-every-kind": "größer, 日本語, \U0001f600, \n\t\\ 'quoted' \"twice\"",
    "text-long": "word " * 2000,
    "bytes": b"\x00\x01\xff",
    "bytes-long": bytes(range(256)) * 40,
    "bytes-like-opcodes": b"(lp0\nI1\na. and more; cnothing of a stream",
    "bytes-text": b"import os; os.system('no')",
    "byte-array": bytearray(b"abc\xff"),
    "tuple": (1, 2, 3, 4),
    "tuples": ((), (1,), (1, 2), (1, 2, 3), tuple(range(50))),
    "list": list(range(2500)),
    "cycle": _CYCLE,
    "dictionary": {"a": 1, 2: "b", (1, 2): [3], None: True},
    "nested": {"layers": [{"name": f"h.{n}", "size": [n, 2 * n]} for n in range(40)]},
    "settings": {
        "hidden_size": 768,
        "activation": "gelu",
        "url": "https://example.org/model",
        "command": "python train.py --epochs 3",
        "path": "/home/user/data/train.csv",
        "eval": True,
        "exec": "os.system",
    },
    "vocabulary": {f"token{n}": n for n in range(1500)},
    "set": {1, 2, 3},
    "frozen-set": frozenset(("a", "b")),
    "shared": [_SHARED, _SHARED, _SHARED],
    "deep": _DEEP,
    "ordered-dictionary": collections.OrderedDict(a=1, b=2),
    "counter": collections.Counter("mississippi"),
    "default-dictionary": collections.defaultdict(list, {"a": [1]}),
    "default-dictionary-of-int": collections.defaultdict(int, {"a": 1}),
    "deque": collections.deque([1, 2, 3], maxlen=5),
    "chain-map": collections.ChainMap({"a": 1}, {"b": 2}),
    "user-dictionary": collections.UserDict(a=1),
    "user-list": collections.UserList([1, 2]),
    "user-string": collections.UserString("text"),
    "moment": _MOMENT,
    "day": dt.date(2026, 11, 23),
    "time": dt.time(12, 30),
    "duration": dt.timedelta(days=1, seconds=2),
    "time-zone": dt.timezone(dt.timedelta(hours=2), "name"),
    "decimal": decimal.Decimal("1.50"),
    "decimals": [decimal.Decimal("NaN"), decimal.Decimal("Infinity")],
    "decimal-context": decimal.Context(prec=10),
    "fraction": fractions.Fraction(1, 3),
    "identifier": uuid.UUID(int=7),
    "path": pathlib.PurePosixPath("data/model.bin"),
    "path-of-windows": pathlib.PureWindowsPath("C:/data"),
    "path-concrete": pathlib.Path("data/model.bin"),
    "address": ipaddress.ip_address("192.0.2.1"),
    "network": ipaddress.ip_network("2001:db8::/32"),
    "interface": ipaddress.ip_interface("192.0.2.1/24"),
    "pattern": re.compile(r"(?P<word>\w+)\s+eval\(", re.IGNORECASE),
    "flags": re.IGNORECASE | re.MULTILINE,
    "range": range(2, 20, 3),
    "slice": slice(1, 9, 2),
    "name-space": types.SimpleNamespace(a=1, b=[2]),
    "arguments": argparse.Namespace(lr=0.1, epochs=3, output="out", cmd="train"),
    "array": array.array("d", [1.0, 2.0]),
    "array-of-bytes": array.array("B", [1, 2]),
    "random-state": _RANDOM.getstate(),
    "random-generator": _RANDOM,
    "error": ValueError("wrong"),
    "error-of-key": KeyError("k"),
    "error-of-system": OSError(2, "missing"),
    "type": int,
    "types": [int, float, str, dict, list, ValueError, collections.OrderedDict],
    "function": len,
    "functions": [max, min, sum, abs, sorted],
    "function-of-numbers": math.sqrt,
    "operator": operator.add,
    "partial": functools.partial(int, base=2),
    "not-implemented": NotImplemented,
    "ellipsis": ...,
    "count": itertools.count(3),
    "cycle-of-values": itertools.repeat(1, 3),
    "status": http.HTTPStatus.NOT_FOUND,
    "level": logging.getLogger("training"),
    "template": string.Template("$a"),
    "distribution": statistics.NormalDist(0, 1),
    "message": email.message.Message(),
    "month": calendar.Month.MAY if hasattr(calendar, "Month") else 5,
    "zone": zoneinfo.ZoneInfo("UTC"),
    "method-of-texts": str.upper,
    "method-bound": "abc".upper,
    "method-of-classes": dict.fromkeys,
    "iterator": iter([1, 2, 3]),
    "iterator-of-texts": iter("abc"),
    "reversed": reversed([1, 2]),
    "enumerate": enumerate(["a"]),
    "none-type": type(None),
    "generic": list[int],
    "union": int | str,
    "buffer": __import__("io").BytesIO(b"abc"),
    "buffer-of-text": __import__("io").StringIO("abc"),
    "exception-group": ExceptionGroup("several", [ValueError(1)]),
    "identifier-kind": uuid.SafeUUID.safe,
    "rounding": decimal.ROUND_HALF_UP,
    "bytes-empty": b"",
    "text-empty": "",
    "integers-as-keys": {n: str(n) for n in range(300)},
    "memo-large": [[str(n)] for n in range(400)],
    "text-surrogate": "\ud800",
    "weights": {f"layer.{n}.weight": [n / 7] * 30 for n in range(30)},
    "steps": [("scale", {"mean": [0.5]}), ("fit", {"C": 1.0})],
    "dates": [_MOMENT + dt.timedelta(days=n) for n in range(200)],
    "labels": {"id2label": {0: "NEG", 1: "POS"}, "label2id": {"NEG": 0, "POS": 1}},
}


class _Colour(enum.Enum):
    RED = 1


def _dump(item: object, protocol: int) -> bytes | None:
    try:
        return pickle.dumps(item, protocol)
    except (TypeError, pickle.PicklingError, UnicodeEncodeError):
        # Old protocols cannot write every type.
        return None


def samples() -> Iterator[Sample]:
    """Give each object in one file for each protocol that can write it."""
    for name, item in _EVERYWHERE.items():
        for protocol in range(6):
            data = _dump(item, protocol)
            if data is not None:
                yield _sample(f"{name}-protocol-{protocol}", data)
    for protocol in range(6):
        data = b"".join(pickle.dumps(n, protocol) for n in ({"a": 1}, [2], "c"))
        yield _sample(f"several-streams-protocol-{protocol}", data)
        inner = pickle.dumps({"a": [1, 2]}, protocol)
        data = pickle.dumps({"cached": inner}, protocol)
        yield _sample(f"pickle-inside-protocol-{protocol}", data)
    yield _sample(
        "optimised",
        __import__("pickletools").optimize(
            pickle.dumps({"a": [1, (2, 3)], "b": "text"}, 4)
        ),
    )
    yield _sample("written-by-python", _written_by_python({"a": [1, 2], "b": (3,)}))


def _written_by_python(item: object) -> bytes:
    """Pickle by the pickler that is written in Python; it memoises otherwise."""
    dump = getattr(pickle, "_dumps")  # noqa: B009 - the stubs do not know it
    return bytes(dump(item, 4))


def _sample(name: str, data: bytes) -> Sample:
    return Sample(
        name=name,
        family="pickle-honest-plain",
        technique="an object of Python itself",
        truth=Truth.HONEST,
        files={"object.pkl": data},
    )
