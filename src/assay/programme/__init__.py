"""Reading and proving programmes.

`read_programme` turns the bytes of one TOML file into a programme and refuses one
that contradicts itself; `prove` lists everything wrong with it;
`assay.programme.words` says in sentences what one asks. A programme is data: another
government or consortium writes its own file and changes no code. Bytes come in as
arguments: `assay.flows.shipped` reads those that come with Assay.
"""

from assay.programme.proof import Problem, prove
from assay.programme.reader import read_known, read_programme, read_unproven

__all__ = [
    "Problem",
    "prove",
    "read_known",
    "read_programme",
    "read_unproven",
]
