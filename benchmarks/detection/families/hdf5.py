"""HDF5: files elsewhere, plug-ins, pickles in attributes, what lies around the data."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from benchmarks.detection.hdf5_writer import Dataset, Hdf5, hdf5_file
from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["samples"]

_FAMILY = "hdf5"
_PICKLE = b"\x80\x02cposix\nsystem\nX\x0a\x00\x00\x00echo assay\x85R."
_TEXT_PICKLE = b"cposix\nsystem\n(S'echo assay'\ntR."
_PLAIN_PICKLE = b"(lp0\nVvalues_block_0\np1\na."
_NUMBERS = Dataset(data=struct.pack("<8f", *range(8)))


def _hostile() -> Iterator[tuple[str, str, Hdf5]]:
    for name, path in (
        ("absolute", "/etc/passwd"),
        ("parent", "../../secret.h5"),
        ("address", "http://127.0.0.1/x.h5"),
    ):
        yield (
            f"external-link-{name}",
            "link to another file",
            Hdf5(external_links=(("weights", path, "/data"),)),
        )
    yield (
        "external-storage",
        "numbers from another file",
        Hdf5(datasets={"kernel": Dataset(external="/etc/hostname")}),
    )
    yield (
        "external-storage-parent",
        "numbers from another folder",
        Hdf5(datasets={"kernel": Dataset(external="../.ssh/id_rsa")}),
    )
    yield (
        "unlisted-filter",
        "filter that needs a plug-in",
        Hdf5(datasets={"kernel": Dataset(filters=((51_966, "assay"),))}),
    )
    yield (
        "attribute-pickle",
        "pickle in an attribute, as PyTables writes them",
        Hdf5(attributes={"meta": _TEXT_PICKLE}, datasets={"kernel": _NUMBERS}),
    )
    yield (
        "opaque-attribute-pickle",
        "pickle in opaque bytes",
        Hdf5(opaque_attributes={"state": _PICKLE}),
    )
    yield (
        "variable-attribute-pickle",
        "pickle in the global heap",
        Hdf5(long_attributes={"state": _TEXT_PICKLE}),
    )
    yield (
        "dataset-pickle",
        "pickle in an opaque dataset",
        Hdf5(datasets={"state": Dataset(data=_PICKLE, opaque=True)}),
    )
    yield (
        "dataset-attribute-pickle",
        "pickle in an attribute of a dataset",
        Hdf5(datasets={"kernel": Dataset(attributes={"meta": _TEXT_PICKLE})}),
    )
    yield (
        "user-block-script",
        "script before the superblock",
        Hdf5(user_block=b"#!/bin/sh\necho assay\n", datasets={"kernel": _NUMBERS}),
    )
    yield (
        "trailing-pickle",
        "pickle behind the end",
        Hdf5(trailing=_PICKLE, datasets={"kernel": _NUMBERS}),
    )
    yield (
        "trailing-bytes",
        "bytes behind the end",
        Hdf5(trailing=b"\x13\x37" * 64, datasets={"kernel": _NUMBERS}),
    )


def _honest() -> Iterator[tuple[str, Hdf5]]:
    yield "weights", Hdf5(datasets={"kernel": _NUMBERS, "bias": _NUMBERS})
    yield (
        "keras-weights",
        Hdf5(
            attributes={"layer_names": b"dense\0\0\0", "backend": b"tensorflow"},
            datasets={"kernel": Dataset(attributes={"units": b"meters"})},
        ),
    )
    yield "long-text", Hdf5(long_attributes={"description": b"A model. " * 200})
    yield (
        "deflate",
        Hdf5(datasets={"kernel": Dataset(filters=((2, "shuffle"), (1, "deflate")))}),
    )
    yield ("blosc", Hdf5(datasets={"kernel": Dataset(filters=((32_001, "blosc"),))}))
    yield "plain-pickle", Hdf5(attributes={"values_cols": _PLAIN_PICKLE})
    yield "continued", Hdf5(attributes={"note": b"text"}, continued=True)
    matlab = b"MATLAB 7.3 MAT-file, Platform: GLNXA64, Created on: today HDF5 schema"
    yield "matlab", Hdf5(user_block=matlab, datasets={"kernel": _NUMBERS})
    yield "empty", Hdf5()


def samples() -> Iterator[Sample]:
    """Give the family."""
    for name, technique, given in _hostile():
        yield _sample(name, technique, Truth.HOSTILE, hdf5_file(given))
    whole = hdf5_file(Hdf5(datasets={"kernel": _NUMBERS}))
    yield _sample("cut", "file that ends early", Truth.HOSTILE, whole[:-40])
    for name, given in _honest():
        yield _sample(f"honest-{name}", "none", Truth.HONEST, hdf5_file(given))
    one = hdf5_file(Hdf5(external_links=(("part", "part.h5", "/kernel"),)))
    yield Sample(
        name="honest-linked-part",
        family=_FAMILY,
        technique="none",
        truth=Truth.HONEST,
        files={"weights.h5": one, "part.h5": whole},
    )


def _sample(name: str, technique: str, truth: Truth, data: bytes) -> Sample:
    return Sample(
        name=name,
        family=_FAMILY,
        technique=technique,
        truth=truth,
        files={"weights.h5": data},
    )
