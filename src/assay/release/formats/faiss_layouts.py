"""What the parts of a Faiss index are made of, by their name of four letters.

A step is a number as `struct` names it, a list (`*` and the size of its entries), or a
method of the walk in `faiss`. What is not here is not read, and said so.
Source: `read_index_up`, `read_index_binary_up` and `read_VectorTransform_up` in
`impl/index_read.cpp` of Faiss.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LAYOUTS", "LISTS", "TRANSFORMS"]

_LAYOUTS = (
    ("IxFI IxF2 IxFl", "header flat"),
    # Bits, rotation, thresholds, code size, the rotation, codes.
    ("IxHe", "header i B B *4 i transform *1"),
    ("IxPQ", "header pq *1"),
    ("IxPo IxPq", "header pq *1 i B i"),
    ("IxSQ", "header scalar *1"),
    ("IwFl", "ivf lists"),
    ("IwFd", "ivf *8 lists"),
    ("IwPn", "ivf Q lists"),
    ("IwP2", "ivf Q Q lists"),
    ("IwSQ", "ivf scalar Q lists"),
    ("IwSq", "ivf scalar Q B lists"),
    ("IwPQ", "ivf B Q pq lists"),
    ("IwPf", "ivf B Q i Q i Q pq lists"),
    ("IPfs", "header pq i i i Q Q *1"),
    ("IxPT", "header transforms index"),
    ("Imiq", "header pq"),
    ("IxRF", "header index index I"),
    ("IxMp IxM2", "header index *8"),
    ("Ix2L", "header index Q B pq Q Q Q *1"),
    ("IHNf IHNp IHNs IHN2", "header hnsw index"),
    ("IHNc", "header B B i hnsw index"),
    ("IHc2", "header B B i i hnsw index"),
    ("IHfP", "header Q *4 hnsw index"),
    ("IBxF", "binary *1"),
    ("IBwF", "binary_ivf lists"),
    ("IBFf", "binary index"),
    ("IBHf", "binary hnsw index"),
    ("IBHc", "binary B B i hnsw index"),
    ("IBMp IBM2", "binary index *8"),
)
_TRANSFORMS = (
    ("rrot LTra", "B *4 *4"),
    ("PCAm", "I B *4 *4 *4 B *4 *4"),
    ("PcAm", "I B i *4 *4 *4 B *4 *4"),
    ("Pcam", "I I B i *4 *4 *4 B *4 *4"),
    ("Viqm", "i i B *4 *4"),
    ("RmDT", "*4"),
    ("VNrm", "I"),
    ("VCnt", "*4"),
    ("Viqt", "*4 B transform transform"),
    ("HRot", "I"),
)
# Lists of vectors that begin with their count and the size of a code.
LISTS = frozenset({"ilar", "ilod", "ilbl"})


def _table(
    lines: tuple[tuple[str, str], ...],
) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType(
        {name: tuple(steps.split()) for names, steps in lines for name in names.split()}
    )


LAYOUTS = _table(_LAYOUTS)
TRANSFORMS = _table(_TRANSFORMS)
