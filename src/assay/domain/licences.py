"""Licences by the names that model cards use, and as SPDX writes them.

Source: the Hugging Face Hub's list of licence identifiers (`repositories-licenses`).
"""

from __future__ import annotations

__all__ = ["is_known_licence", "spdx_id"]

# Identifiers of the SPDX licence list that the hub's own list of licences has too,
# apart from how they are capitalised. Others have a name and no identifier.
_SPDX = (
    "AFL-3.0",
    "AGPL-3.0",
    "Apache-2.0",
    "Artistic-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSD-3-Clause-Clear",
    "BSL-1.0",
    "CC-BY-2.0",
    "CC-BY-2.5",
    "CC-BY-3.0",
    "CC-BY-4.0",
    "CC-BY-NC-2.0",
    "CC-BY-NC-3.0",
    "CC-BY-NC-4.0",
    "CC-BY-NC-ND-3.0",
    "CC-BY-NC-ND-4.0",
    "CC-BY-NC-SA-2.0",
    "CC-BY-NC-SA-3.0",
    "CC-BY-NC-SA-4.0",
    "CC-BY-ND-4.0",
    "CC-BY-SA-3.0",
    "CC-BY-SA-4.0",
    "CC0-1.0",
    "CDLA-Permissive-1.0",
    "CDLA-Permissive-2.0",
    "CDLA-Sharing-1.0",
    "ECL-2.0",
    "EPL-1.0",
    "EPL-2.0",
    "EUPL-1.1",
    "EUPL-1.2",
    "GPL-2.0",
    "GPL-3.0",
    "ISC",
    "LGPL-2.1",
    "LGPL-3.0",
    "LPPL-1.3c",
    "MIT",
    "MPL-2.0",
    "MS-PL",
    "NCSA",
    "ODbL-1.0",
    "OFL-1.1",
    "OSL-3.0",
    "PDDL-1.0",
    "PostgreSQL",
    "Unlicense",
    "WTFPL",
    "Zlib",
)
_BY_NAME = {name.casefold(): name for name in _SPDX}
# What the hub names in its own way.
_BY_NAME |= {"odbl": "ODbL-1.0", "pddl": "PDDL-1.0"}
# What the hub knows and SPDX does not, families without a version among it.
_OF_THE_HUB = frozenset(
    {
        "apple-amlr", "apple-ascl", "bigcode-openrail-m", "bigscience-bloom-rail-1.0",
        "bigscience-openrail-m", "bsd", "c-uda", "cc", "creativeml-openrail-m",
        "deepfloyd-if-license", "etalab-2.0", "fair-noncommercial-research-license",
        "gemma", "gfdl", "gpl", "grok2-community", "h-research", "intel-research",
        "lgpl", "lgpl-lr", "llama2", "llama3", "llama3.1", "llama3.2", "llama3.3",
        "llama4", "odc-by", "openmdw-1.0", "openrail", "openrail++",
    }
)  # fmt: skip
# Ends by which SPDX tells versions that the hub does not.
_ENDS = ("-only", "-or-later", "+")


def spdx_id(name: str) -> str | None:
    """Give the SPDX identifier of a licence as a model card names it, or None."""
    return _BY_NAME.get(name.strip().casefold())


def is_known_licence(name: str) -> bool:
    """Tell whether the hub or SPDX's commonest identifiers have this name."""
    plain = name.strip().casefold()
    bare = plain
    for end in _ENDS:
        bare = bare.removesuffix(end)
    return not {plain, bare}.isdisjoint(_BY_NAME.keys() | _OF_THE_HUB)
