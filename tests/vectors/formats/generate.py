"""Make the samples of this directory; running it again gives the same bytes.

    python tests/vectors/formats/generate.py

Every payload is harmless: `builtins.print`, or a text for a shell that nobody runs.
Nothing depends on the versions of compressors: deflate data is stored, not packed.
"""

from __future__ import annotations

import binascii
import bz2
import io
import json
import lzma
import struct
import tarfile
import zlib
from pathlib import Path

HERE = Path(__file__).parent

# --- pickle opcodes, by hand -------------------------------------------------------


def text(value: str) -> bytes:
    raw = value.encode()
    return b"\x8c" + bytes((len(raw),)) + raw


def old_text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def small(data: bytes) -> bytes:
    return b"C" + bytes((len(data),)) + data


PRINT = b"cbuiltins\nprint\n"
PRINT_CALL = PRINT + b"(Vhello\ntR"
PRINT_PICKLE = b"\x80\x02" + PRINT_CALL + b"."
STACK_PRINT = text("builtins") + text("print") + b"\x93" + text("hello") + b"\x85R"
PLAIN = b"\x80\x04}\x94(" + text("weights") + b"]\x94(K\x01K\x02G?\xf8\0\0\0\0\0\0eu."


def pickles() -> dict[str, bytes]:
    inner = PRINT_PICKLE
    bomb = b"\x80\x04" + text("ha") + b"\x94"
    for index in range(12):
        bomb += b"(" + b"h" + bytes((index,)) + b"2" * 9 + b"t\x94"
    getattr_chain = (
        b"\x80\x02cbuiltins\ngetattr\n(cbuiltins\n__import__\n(Vos\ntRVgetcwd\ntR(tR."
    )
    return {
        "plain_p0.pkl": b"(dp0\nVa\np1\nI1\nsVb\np2\n(lp3\nF1.5\naL3L\naI01\nas.",
        "plain_p2.pkl": b"\x80\x02}q\x00(" + old_text("a") + b"q\x01K\x01"
        + old_text("b") + b"q\x02]q\x03(M\x00\x01J\xff\xff\xff\xffNeu.",
        "plain_p4.pkl": PLAIN,
        "plain_p5.pkl": b"\x80\x05\x95\x0b\0\0\0\0\0\0\0\x96\x02\0\0\0\0\0\0\0ab\x94.",
        "global_p0.pkl": PRINT_CALL + b".",
        "global_p2.pkl": PRINT_PICKLE,
        "stack_global_p4.pkl": b"\x80\x04" + STACK_PRINT + b".",
        "stack_global_memo.pkl": b"\x80\x04" + text("print") + b"\x940"
        + text("builtins") + b"h\x00\x93)R.",
        "stack_global_unknown.pkl": b"\x80\x04cbuiltins\nstr\n)R" + text("x") + b"\x93)R.",
        "inst.pkl": b"(Vhello\nibuiltins\nprint\n.",
        "obj.pkl": b"(" + PRINT + b"Vhello\no.",
        "newobj.pkl": b"\x80\x02" + PRINT + b"Vhello\n\x85\x81.",
        "newobj_ex.pkl": b"\x80\x04" + PRINT + text("hello") + b"\x85}\x92.",
        "stack_global_p2_names.pkl": b"\x80\x04U\x08builtinsU\x05print\x93" + text("hello")
        + b"\x85R.",
        "extension.pkl": b"\x80\x02\x82\x05)R.",
        "build_class.pkl": b"\x80\x02cbuiltins\nprint\n}V__setstate__\ncos\ngetcwd\nsb.",
        "setitem_import.pkl": b"\x80\x02csys\nmodules\nVos\nNs.",
        "getattr_chain.pkl": getattr_chain,
        "two_streams.pkl": PLAIN + PRINT_PICKLE,
        "broken_after_call.pkl": b"\x80\x02" + PRINT_CALL + b"\xff\xffgarbage",
        "no_stop.pkl": b"\x80\x02" + PRINT_CALL,
        "underflow_after_call.pkl": b"\x80\x02" + PRINT_CALL + b"00000.",
        "bad_frame.pkl": b"\x80\x04\x95\xff\0\0\0\0\0\0\0" + STACK_PRINT + b".",
        "huge_length.pkl": b"\x80\x04\x8e\0\0\0\0\0\0\0\x10abc.",
        "trailing.pkl": PLAIN + b"\x00\x01\x02 nothing",
        "pickle_in_pickle.pkl": b"\x80\x04" + small(inner) + b".",
        "pickle_in_text_p2.pkl": b"\x80\x02c_codecs\nencode\n"
        + old_text(inner.decode("latin-1")) + old_text("latin1") + b"\x86R.",
        "tuple_bomb.pkl": bomb + b".",
        "memo_bomb.pkl": b"\x80\x02Nr\xff\xff\xff\x7f.",
        "pytorch_legacy.bin": b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03."
        + b"\x80\x02}" + old_text("little_endian") + b"\x88s."
        + b"\x80\x02ccollections\nOrderedDict\n)R.\x80\x02]."
        + bytes(range(64, 128)),
        "second_stream_p0.pkl": b"I1\n." + PRINT_CALL + b".",
        "many_streams_p0.pkl": b"I1\n." * 40 + b"N." + PRINT_CALL + b".",
        "torch_module.pt": b"\x80\x02(" + old_text("module")
        + b"ctorch.nn.modules.linear\nLinear\n" + old_text("linear.py")
        + old_text("class Linear") + b"tQ)\x81}b.",
        "joblib.joblib": joblib_array(b"f8", 3, b"\x05" + b"\xff" * 5 + b"c\n.R" * 6),
        "joblib_objects.joblib": joblib_array(b"O8", 3, PRINT_PICKLE),
        "joblib_texts.joblib": joblib_array(b"T", 3, PRINT_PICKLE, TEXT_TYPE),
        "joblib_python2.joblib": joblib_array(b"f8", 1, b"\x02\xff\xff" + bytes(8))
        .replace(b"\x8c", b"U"),
        "joblib_unknown_size.joblib": joblib_array(b"f8", None, b"\0" * 8),
    }


DTYPE = text("numpy") + text("dtype") + b"\x93"
TEXT_TYPE = text("numpy._core._internal") + text("_convert_to_stringdtype_kwargs") + b"\x93"


def joblib_array(
    dtype: bytes, count: int | None, raw: bytes, made_by: bytes = DTYPE
) -> bytes:
    shape = b"K" + bytes((count,)) + b"\x85" if count is not None else b"Q\x85"[:0] + b"NQ\x85"
    state = (
        text("shape") + shape
        + text("order") + text("C")
        + text("dtype") + made_by
        + text(dtype.decode()) + b"\x89\x88\x87R"
        + text("numpy_array_alignment_bytes") + b"K\x10"
    )
    return (
        b"\x80\x04]" + text("joblib.numpy_pickle") + text("NumpyArrayWrapper")
        + b"\x93)\x81}(" + state + b"ub" + raw + b"a" + STACK_PRINT + b"a."
    )


# --- safetensors -------------------------------------------------------------------


def tensors(header: object, data: bytes = b"", *, raw: bytes | None = None) -> bytes:
    body = json.dumps(header, separators=(",", ":")).encode() if raw is None else raw
    return struct.pack("<Q", len(body)) + body + data


def entry(begin: int, end: int, shape: list[int], dtype: str = "F32") -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def safetensors() -> dict[str, bytes]:
    sound = {"__metadata__": {"format": "pt"}, "a": entry(0, 8, [2]), "b": entry(8, 12, [1, 1])}
    twice = b'{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},' \
            b'"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}'
    return {
        "sound.safetensors": tensors(sound, bytes(12)),
        "packed.safetensors": tensors({"a": entry(0, 4, [8], "F4")}, bytes(4)),
        "short.safetensors": b"\x01\x02",
        "length.safetensors": struct.pack("<Q", 1 << 33) + b"{}",
        "not_json.safetensors": tensors(None, raw=b'{"a":'),
        "no_brace.safetensors": tensors(None, raw=b"[]", data=bytes(4)),
        "duplicate.safetensors": tensors(None, raw=twice, data=b"\0"),
        "bad_entry.safetensors": tensors({"a": {"dtype": "U8"}}),
        "unknown_dtype.safetensors": tensors({"a": entry(0, 4, [1], "Q99")}, bytes(4)),
        "shape.safetensors": tensors({"a": entry(0, 4, [2])}, bytes(4)),
        "overlap.safetensors": tensors({"a": entry(0, 8, [2]), "b": entry(4, 12, [2])}, bytes(12)),
        "gap.safetensors": tensors({"a": entry(0, 4, [1]), "b": entry(8, 12, [1])}, bytes(12)),
        "outside.safetensors": tensors({"a": entry(0, 4000, [1000])}, bytes(4)),
        "trailing.safetensors": tensors({"a": entry(0, 4, [1])}, bytes(4) + b"hidden"),
        "metadata.safetensors": tensors({"__metadata__": {"a": 1}}),
    }


# --- zip ---------------------------------------------------------------------------


class Zip:
    """Writes zip files that a careful writer would refuse to write."""

    def __init__(self) -> None:
        self.body = b""
        self.directory = b""
        self.count = 0

    def add(
        self, name: str, data: bytes, *, local: str | None = None, flags: int = 0,
        crc: int | None = None, mode: int = 0o100644, deflate: bool = False,
        expanded: int | None = None, listed: bool = True,
    ) -> Zip:
        offset = len(self.body)
        checksum = binascii.crc32(data) if crc is None else crc
        size = len(data) if expanded is None else expanded
        stored = data
        if deflate:
            packer = zlib.compressobj(0, zlib.DEFLATED, -15)
            stored = packer.compress(data) + packer.flush()
        method = 8 if deflate else 0
        numbers = (flags, method, 0, 0x21, checksum, len(stored), size)
        raw, front = name.encode(), (name if local is None else local).encode()
        self.body += struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, *numbers, len(front), 0)
        self.body += front + stored
        if listed:
            self.count += 1
            self.directory += struct.pack(
                "<4s6H3L5H2L", b"PK\x01\x02", 0x0314, 20, *numbers, len(raw), 0, 0, 0, 0,
                mode << 16, offset,
            ) + raw
        return self

    def done(self) -> bytes:
        end = struct.pack(
            "<4s4H2LH", b"PK\x05\x06", 0, 0, self.count, self.count,
            len(self.directory), len(self.body), 0,
        )
        return self.body + self.directory + end


def pytorch(payload: bytes) -> Zip:
    return (
        Zip()
        .add("model/data.pkl", payload)
        .add("model/byteorder", b"little")
        .add("model/data/0", b"\x80\x02" + bytes(range(62)))
        .add("model/version", b"3\n")
    )


def zips() -> dict[str, bytes]:
    sound = Zip().add("a.txt", b"one").add("b.pkl", PLAIN, deflate=True).done()
    return {
        "sound.zip": sound,
        "empty.zip": Zip().done(),
        "pytorch.pt": pytorch(PLAIN).done(),
        "pytorch_print.pt": pytorch(PRINT_PICKLE).done(),
        "torchscript.pt": pytorch(PLAIN).add("model/code/x.py", b"def f():\n  pass\n").done(),
        "name_mismatch.pt": Zip().add("m/data.pkl", PRINT_PICKLE, local="m/data.txt").done(),
        "encrypted_flag.pt": Zip().add("m/data.pkl", PRINT_PICKLE, flags=1).done(),
        "bad_crc.pt": Zip().add("m/data.pkl", PRINT_PICKLE, crc=1).done(),
        "duplicate.zip": Zip().add("a.pkl", PLAIN).add("a.pkl", PRINT_PICKLE).done(),
        "escape.zip": Zip().add("../../a.txt", b"x").add("/etc/x", b"x").done(),
        "link.zip": Zip().add("a/b", b"../../etc/passwd", mode=0o120777).done(),
        "device.zip": Zip().add("a", b"", mode=0o020644).done(),
        "bomb.zip": Zip().add("a", b"x" * 10, deflate=True, expanded=1 << 30).done(),
        "prefix.zip": b"\x7fJUNK" + b"x" * 11 + sound,
        "trailing.zip": sound[:-2] + b"\0\0" + b"tail of the file",
        "hidden.zip": Zip().add("a", b"1").add("b.pkl", PRINT_PICKLE, listed=False)
        .add("c", b"3").done(),
        "no_directory.zip": Zip().add("a.pkl", PRINT_PICKLE).body,
        "nested.zip": Zip().add("in.zip", Zip().add("deep.pkl", PRINT_PICKLE).done()).done(),
        "polyglot.pkl": PRINT_PICKLE + sound,
    }


# --- other wrappers ----------------------------------------------------------------


def tar(*members: tuple[str, bytes, bytes, str]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, data, kind, link in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            info.type = kind
            info.linkname = link
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def gzipped(data: bytes) -> bytes:
    packer = zlib.compressobj(0, zlib.DEFLATED, -15)
    body = packer.compress(data) + packer.flush()
    return (
        b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + body
        + struct.pack("<LL", binascii.crc32(data), len(data))
    )


def wrappers() -> dict[str, bytes]:
    file, link = tarfile.REGTYPE, tarfile.SYMTYPE
    plain = tar(("a.pkl", PRINT_PICKLE, file, ""), ("n" * 120, b"text", file, ""))
    return {
        "sound.tar": plain,
        "escape.tar": tar(("../x", b"x", file, ""), ("/y", b"y", file, "")),
        "link.tar": tar(("a/l", b"", link, "../../etc"), ("h", b"", tarfile.LNKTYPE, "/x")),
        "device.tar": tar(("d", b"", tarfile.CHRTYPE, "")),
        "duplicate.tar": tar(("a", b"1", file, ""), ("a", b"2", file, "")),
        "truncated.tar": plain[:530],
        "bad_header.tar": plain[:1024] + b"x" * 512 + plain[1536:],
        "trailing.tar": plain + b"more",
        "pickle.tar.gz": gzipped(plain),
        "pickle.pkl.gz": gzipped(PRINT_PICKLE),
        "cut.pkl.gz": gzipped(PRINT_PICKLE + bytes(200))[:-100],
        "trailing.pkl.gz": gzipped(PRINT_PICKLE) + b"tail",
        "pickle.pkl.bz2": bz2.compress(PRINT_PICKLE),
        "pickle.pkl.xz": lzma.compress(PRINT_PICKLE, preset=0),
        "pickle.pkl.lzma": lzma.compress(PRINT_PICKLE, lzma.FORMAT_ALONE, preset=0),
        "pickle.pkl.z": b"\x78\x01" + zlib.compress(PRINT_PICKLE, 0)[2:],
        "base64.txt": binascii.b2a_base64(PRINT_PICKLE),
        "floats.npy": npy("<f8", "(2, 3)", bytes(48)),
        "extra.npy": npy("<f8", "(2, 3)", bytes(60)),
        "objects.npy": npy("|O", "(1,)", PRINT_PICKLE),
        "objects_text.npy": npy("|O", "(1,)", b"hello world, not a pickle"),
        "malformed.npy": b"\x93NUMPY\x01\x00\x04\x00{}\n\n",
        "arrays.npz": Zip().add("a.npy", npy("|O", "(1,)", PRINT_PICKLE)).done(),
    }


def npy(descr: str, shape: str, data: bytes) -> bytes:
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}"
    header = header.ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data


def message(number: int, body: bytes) -> bytes:
    """Give a short field of a protocol buffer that holds bytes."""
    return bytes((number << 3 | 2, len(body))) + body


def piece(word: str, score: int) -> bytes:
    """Give one entry of a SentencePiece vocabulary."""
    score_field = b"\x15" + struct.pack("<f", score)
    return message(1, message(1, word.encode()) + score_field + b"\x18\x01")


def natives() -> dict[str, bytes]:
    elf = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00\x3e\x00" + bytes(44)
    pe = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + bytes(18) + b"\x02\x20"
    code = b"\xe3" + bytes(20) + b"rest"
    pieces = b"".join(piece(word, -index) for index, word in enumerate(("<unk>", "\u2581a", "b")))
    model = pieces + message(2, b"\x08\x01\x1a\x03bpe") + message(3, b"\x0a\x08identity")
    array = b"\x93\x91\x03\xa5uint8\xc4\x03abc"
    flax = (
        b"\x82\xa6params\x81\xa6kernel\xc7" + bytes((len(array), 1)) + array
        + b"\xa4step\xcd\x01\x00"
    )
    return {
        "module.pyc": b"\xa7\r\r\n" + bytes(12) + code,
        "module_36.pyc": b"\x33\r\r\n" + bytes(8) + code,
        "module_27.pyc": b"\x03\xf3\r\n" + bytes(4) + b"c" + bytes(20),
        "tokenizer.model": model,
        "tokenizer_cut.model": model[:-3],
        "tokenizer_extra.model": model + b"\x80\x02" + PRINT_CALL + b".",
        "flax_model.msgpack": flax,
        "flax_cut.msgpack": flax[:-1],
        "library.so": elf,
        "library.dll": pe,
        "dos_text.bin": b"MZ is not enough to be a program, by far, whatever follows it",
        "library.dylib": b"\xcf\xfa\xed\xfe" + bytes(8) + b"\x06\0\0\0" + bytes(16),
        "fat.dylib": b"\xca\xfe\xba\xbe\0\0\0\x02" + bytes(24),
        "x.class": b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(24),
        "module.wasm": b"\0asm\x01\0\0\0",
        "script": b"#!/bin/sh\necho hello\n",
        "model.gguf": b"GGUF\x03\0\0\0" + bytes(16),
        "model.onnx": b"\x08\x07\x12\x07pytorch\x1a\x032.0:\x06\x12\x04main",
        "model.h5": b"\x89HDF\r\n\x1a\n" + bytes(24),
        "model.7z": b"7z\xbc\xaf\x27\x1c" + bytes(26),
        "model.zst": b"\x28\xb5\x2f\xfd" + bytes(8),
        "model.lz4": b"\x04\x22\x4d\x18" + bytes(8),
        "paper.pdf": b"%PDF-1.7\n%%EOF\n",
        "image.png": b"\x89PNG\r\n\x1a\n" + bytes(16),
        "unknown.bin": bytes(range(1, 60)),
        "empty": b"",
    }


def samples() -> dict[str, bytes]:
    """Give every sample by its path below this directory."""
    folders = {
        "pickle": pickles(), "safetensors": safetensors(), "zip": zips(),
        "wrappers": wrappers(), "other": natives(),
    }
    return {
        f"{folder}/{name}": data
        for folder, files in folders.items()
        for name, data in files.items()
    }


if __name__ == "__main__":
    for path, data in samples().items():
        target = HERE / path
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(data)
