"""PMML: models of statistics as XML.

Nothing in PMML is a script: functions are expressions of its own few operators. What
reaches outside are names of functions that neither the standard nor the file defines
(engines look them up as classes), references to tables and other documents, and
`Extension` elements, which hold what a vendor likes.
Source: PMML 4.4, sections on general structure, functions and extensions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.domain.facts import GraphFacts, GraphOperator

if TYPE_CHECKING:
    from assay.release.formats.xml import Document

__all__ = ["Model"]

_MODELS = frozenset(
    {"AnomalyDetectionModel", "AssociationModel", "BaselineModel"}
    | {"BayesianNetworkModel", "ClusteringModel", "GaussianProcessModel"}
    | {"GeneralRegressionModel", "MiningModel", "NaiveBayesModel"}
    | {"NearestNeighborModel", "NeuralNetwork", "RegressionModel", "RuleSetModel"}
    | {"Scorecard", "SequenceModel", "SupportVectorMachineModel", "TextModel"}
    | {"TimeSeriesModel", "TreeModel"}
)
_BUILT_IN = frozenset(
    """
+ - * / min max sum avg median product log10 ln sqrt abs exp pow threshold floor ceil
round rint modulo isMissing isNotMissing isValid isNotValid equal notEqual lessThan
lessOrEqual greaterThan greaterOrEqual and or not isIn isNotIn if uppercase lowercase
stringLength substring trimBlanks concat replace matches formatNumber formatDatetime
dateDaysSinceYear dateSecondsSinceYear dateSecondsSinceMidnight normalCDF normalPDF
stdNormalCDF stdNormalPDF erf normalIDF stdNormalIDF expm1 hypot ln1p sin asin sinh cos
acos cosh tan atan tanh
""".split()  # noqa: SIM905 - a list of words reads better so
)
_SCRIPTS = frozenset({"script", "javascript"})
_RUNS = re.compile(
    r"(?:javascript|vbscript|jar|ldap|rmi|jndi):|<script\b", re.IGNORECASE
)
_ADDRESS = re.compile(r"(?:https?|ftp|file|gopher|smb)://|\\\\\w", re.IGNORECASE)
_MOST_NAMES = 1_000


class Model:
    """One PMML document, element by element."""

    def __init__(self, attributes: dict[str, str], document: Document) -> None:
        self._document = document
        self._kinds: dict[tuple[str, str], tuple[int, int]] = {}
        self._functions: set[str] = set()
        self._metadata: list[tuple[str, str]] = []
        self._producer = ""
        version = attributes.get("version", "")
        self._note("version", version)

    def begin(self, name: str, attributes: dict[str, str], line: int) -> None:
        """Take the start of an element."""
        if name in _MODELS:
            self._count("", name, line)
        elif name == "Apply":
            function = attributes.get("function", "")
            vendor = function.startswith("x-")
            self._count("jpmml" if vendor else "function", function, line)
        elif name == "DefineFunction":
            self._define(attributes.get("name", ""))
        elif name == "Application":
            full = f"{attributes.get('name', '')} {attributes.get('version', '')}"
            self._producer = self._document.shown(full.strip())
        elif name == "Extension":
            name = f"extension {attributes.get('name', '')}"
            self._note(name, attributes.get("value", ""))
        self._outside(name, attributes, line)

    def finish(self) -> GraphFacts:
        """Give what was seen; functions of the standard and the file are left out."""
        subject = self._document.subject
        known = _BUILT_IN | self._functions
        return self._document.facts(
            producer=self._producer,
            operators=tuple(
                GraphOperator(
                    domain=domain,
                    name=self._document.shown(name),
                    count=count,
                    place=subject.at(line=line),
                )
                for (domain, name), (count, line) in sorted(self._kinds.items())
                if not (domain and name in known)
            ),
            functions=tuple(sorted(map(self._document.shown, self._functions))),
            metadata=tuple(self._metadata),
        )

    def _count(self, domain: str, name: str, line: int) -> None:
        seen = self._kinds.get((domain, name))
        if seen is not None:
            self._kinds[domain, name] = (seen[0] + 1, seen[1])
        elif len(self._kinds) < _MOST_NAMES:
            self._kinds[domain, name] = (1, line)

    def _define(self, name: str) -> None:
        if len(self._functions) < _MOST_NAMES:
            self._functions.add(name)

    def _note(self, key: str, value: str) -> None:
        if len(self._metadata) < _MOST_NAMES:
            shown = self._document.shown
            self._metadata.append((shown(key), shown(value)))

    def _outside(self, name: str, attributes: dict[str, str], line: int) -> None:
        """Note scripts, and tables and documents that lie elsewhere."""
        if name == "TableLocator":
            detail = "rows of a table are taken from elsewhere"
            self._document.add("external-reference", detail, line)
        elif name.lower() in _SCRIPTS:
            self._document.add("script", f"an element named {name}", line)
        for key, value in attributes.items():
            # Most are short names and numbers.
            if ":" not in value and "<" not in value and "\\" not in value:
                continue
            if _RUNS.search(value):
                shown = self._document.shown(value)
                self._document.add("script", f"{key.split()[-1]} is {shown!r}", line)
            elif key.rpartition(" ")[2] in {"href", "src"} and _ADDRESS.match(value):
                shown = self._document.shown(value)
                self._document.add("external-reference", f"refers to {shown!r}", line)
