"""Reading and proving programmes.

`read_programme` turns the bytes of one TOML file into a programme and refuses one
that contradicts itself; `prove` lists everything wrong with it; `load_shipped` gives
the bytes of those that come with Assay; `assay.programme.words` says in sentences what
one asks. A programme is data: another government or
consortium writes its own file and changes no code.
"""

from assay.programme.proof import Problem, prove
from assay.programme.reader import read_programme, read_unproven
from assay.programme.shipped import load_shipped, shipped_programmes

__all__ = [
    "Problem",
    "load_shipped",
    "prove",
    "read_programme",
    "read_unproven",
    "shipped_programmes",
]
