"""CycloneDX 1.6 ML-BOM: what a release consists of and what it was made from.

The release is a component of type `machine-learning-model` with a model card; its
files, the models and data sets that it names, and the packages that it asks for are
components beside it. Nothing is added that the release does not say or show: no
instant, no supplier, no guess at an architecture. Findings stand as properties of the
file that they are about; `docs/formats/cyclonedx.md` lists what the format cannot hold.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from assay.domain.facts import (
    CardFacts,
    ConfigFacts,
    DependencyFacts,
    DistributionFacts,
    HubReference,
    Requirement,
)
from assay.domain.licences import spdx_id
from assay.report.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.domain.assessment import Assessment
    from assay.domain.facts import Fact, ReleaseFacts
    from assay.domain.release import Inventory

__all__ = ["render"]

# Where serial numbers of BOMs are made from, so that one release has one.
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://assay/cyclonedx")
_ROOT = "release"
_MOST_TEXT = 4_000
# Headings of model cards by the consideration that they are about.
_USES = ("use", "intended", "application")
_LIMITS = ("limitation", "risk", "bias", "out-of-scope", "out of scope")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sources:
    """What the release says of itself, gathered from its files."""

    card: CardFacts | None
    references: tuple[HubReference, ...]
    requirements: tuple[Requirement, ...]
    distributions: tuple[DistributionFacts, ...]


def render(
    assessment: Assessment, inventory: Inventory, facts: ReleaseFacts, *, name: str
) -> bytes:
    """Write the bill of materials of a release.

    Args:
        assessment: What was found; its digest names the release.
        inventory: The files.
        facts: What was seen in them.
        name: What people call the release.

    Returns:
        JSON in UTF-8, the same for the same arguments.
    """
    sources = _gather(facts)
    content = {file.path: file.content.value for file in facts.files}
    found: dict[str, list[str]] = {}
    for finding in assessment.findings:
        words = f"{finding.severity.value} {finding.check}/{finding.rule}"
        text = f"{words} [{finding.id}] {finding.message}"
        found.setdefault(finding.place.path, []).append(text)
    files = [
        _file(record.path, record.sha256, content, found.get(record.path, ()))
        for record in inventory.files
    ]
    models, data = _models(sources), _data_sets(sources)
    packages = _packages(sources.requirements)
    carried = _carried(sources.distributions)
    others = [*models, *data, *packages, *carried]
    # About the release as a whole, about what is missing, and about entries left out.
    beside = [
        text
        for path in sorted(found.keys() - inventory.digests.keys())
        for text in found[path]
    ]
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": uuid.uuid5(_NAMESPACE, assessment.release_digest).urn,
        "version": 1,
        "metadata": {
            "tools": {
                "components": [
                    {
                        "type": "application",
                        "name": "Assay",
                        "version": assessment.tool_version,
                    }
                ]
            },
            "component": _release(assessment, sources, name, beside),
        },
        "components": [*files, *others],
        "dependencies": [
            {
                "ref": _ROOT,
                "dependsOn": sorted(part["bom-ref"] for part in [*files, *others]),
            }
        ],
    }
    return json.dumps(document, indent=1, ensure_ascii=False).encode("utf-8") + b"\n"


def _gather(facts: ReleaseFacts) -> _Sources:
    every: list[Fact] = [fact for file in facts.files for fact in file.facts]
    cards = [fact for fact in every if isinstance(fact, CardFacts)]
    at_root = [c for c in cards if "/" not in c.place.path and not c.place.member]
    return _Sources(
        card=at_root[0] if at_root else None,
        references=tuple(
            reference
            for fact in every
            if isinstance(fact, ConfigFacts)
            for reference in fact.references
        ),
        requirements=tuple(
            requirement
            for fact in every
            if isinstance(fact, DependencyFacts)
            for requirement in fact.requirements
            if requirement.name
        ),
        distributions=tuple(
            fact for fact in every if isinstance(fact, DistributionFacts)
        ),
    )


def _release(
    assessment: Assessment, sources: _Sources, name: str, findings: Iterable[str]
) -> dict[str, Any]:
    release: dict[str, Any] = {
        "type": "machine-learning-model",
        "bom-ref": _ROOT,
        "name": clean(name, limit=_MOST_TEXT),
        "properties": [
            _property("assay:release-digest", assessment.release_digest),
            _property(
                "assay:programme",
                f"{assessment.programme.id}@{assessment.programme.version}",
            ),
            *(_property("assay:tier-reached", tier) for tier in assessment.tiers),
            *(_property("assay:finding", text) for text in findings),
        ],
    }
    card = sources.card
    if card is None:
        return release
    if card.license:
        release["licenses"] = _licences(card.license)
    tags = _distinct((*card.tags, *card.languages))
    if tags:
        release["tags"] = [_text(tag) for tag in tags]
    release["properties"] += [
        _property(name, value)
        for name, value in (
            ("assay:library", card.library_name),
            ("assay:base-model-relation", card.base_model_relation),
        )
        if value
    ]
    release["modelCard"] = _model_card(card)
    return release


def _model_card(card: CardFacts) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    if card.pipeline_tag:
        parameters["task"] = _text(card.pipeline_tag)
    if card.datasets:
        parameters["datasets"] = [
            {"ref": _ref("data", name)} for name in _distinct(card.datasets)
        ]
    considerations: dict[str, Any] = {}
    uses = _headings(card, _USES, without=_LIMITS)
    limitations = _headings(card, _LIMITS)
    # The card's own headings: its text is for people, and stays where it is.
    if uses:
        considerations["useCases"] = uses
    if limitations:
        considerations["technicalLimitations"] = limitations
    model_card: dict[str, Any] = {"bom-ref": "model-card"}
    if parameters:
        model_card["modelParameters"] = parameters
    if considerations:
        model_card["considerations"] = considerations
    model_card["properties"] = [_property("assay:card", card.place.path)]
    return model_card


def _headings(
    card: CardFacts, words: tuple[str, ...], *, without: tuple[str, ...] = ()
) -> list[str]:
    return [
        f"See “{_text(heading)}” in {card.place.path}"
        for heading in _distinct(card.headings)
        if any(word in heading for word in words)
        and not any(word in heading for word in without)
    ]


def _file(
    path: str, sha256: str, content: dict[str, str], findings: Iterable[str]
) -> dict[str, Any]:
    return {
        "type": "file",
        "bom-ref": _ref("file", path),
        "name": _text(path),
        "hashes": [{"alg": "SHA-256", "content": sha256}],
        "properties": [
            _property("assay:content", content.get(path, "unknown")),
            *(_property("assay:finding", text) for text in findings),
        ],
    }


def _models(sources: _Sources) -> list[dict[str, Any]]:
    """Give the models that it names: those of the card, and those of configurations."""
    revisions: dict[str, str | None] = {}
    if sources.card is not None:
        revisions = dict.fromkeys(_distinct(sources.card.base_models))
    for reference in sources.references:
        revisions[reference.repository] = reference.revision or revisions.get(
            reference.repository
        )
    components = []
    for name, revision in sorted(revisions.items()):
        component: dict[str, Any] = {
            "type": "machine-learning-model",
            "bom-ref": _ref("model", name),
            "name": _text(name),
        }
        if revision:
            component["version"] = _text(revision)
        components.append(component)
    return components


def _data_sets(sources: _Sources) -> list[dict[str, Any]]:
    names = sources.card.datasets if sources.card is not None else ()
    return [
        {
            "type": "data",
            "bom-ref": _ref("data", name),
            "name": _text(name),
            "data": [{"type": "dataset", "name": _text(name)}],
        }
        for name in _distinct(names)
    ]


def _packages(requirements: tuple[Requirement, ...]) -> list[dict[str, Any]]:
    """Give each package that an installer would be asked for, once, as written."""
    asked: dict[str, list[str]] = {}
    # What comes from an address of its own is no package of the index by that name.
    elsewhere = {entry.name for entry in requirements if entry.source}
    for requirement in requirements:
        asked.setdefault(requirement.name, []).append(requirement.text)
    return [
        {
            "type": "library",
            "bom-ref": _ref("package", name),
            "name": _text(name),
            **({} if name in elsewhere else {"purl": _purl(name)}),
            "properties": [
                _property("assay:requirement", text) for text in _distinct(texts)
            ],
        }
        for name, texts in sorted(asked.items())
    ]


def _carried(distributions: tuple[DistributionFacts, ...]) -> list[dict[str, Any]]:
    """Give each package whose own metadata lies in the release, as that says."""
    seen: dict[tuple[str, str, str], list[str]] = {}
    for fact in distributions:
        key = fact.name, fact.version, fact.licence
        seen.setdefault(key, []).append(str(fact.place))
    components = []
    for (name, version, licence), places in sorted(seen.items()):
        component: dict[str, Any] = {
            "type": "library",
            "bom-ref": _ref("carried", f"{name}@{version}@{licence}"),
            "name": _text(name),
            "purl": _purl(name, version),
            "properties": [
                _property("assay:carried-at", place) for place in _distinct(places)
            ],
        }
        if version:
            component["version"] = _text(version)
        if licence:
            component["licenses"] = _licences(licence)
        components.append(component)
    return components


def _licences(name: str) -> list[dict[str, Any]]:
    known = spdx_id(name)
    return [{"license": {"id": known} if known else {"name": _text(name)}}]


def _purl(name: str, version: str = "") -> str:
    at = f"@{quote(version, safe='')}" if version else ""
    return f"pkg:pypi/{quote(name, safe='')}{at}"


def _distinct(values: Iterable[str]) -> list[str]:
    return sorted({value for value in values if value})


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": _text(value)}


def _ref(kind: str, name: str) -> str:
    return f"{kind}:{quote(name, safe='/')}"


def _text(value: str) -> str:
    return clean(value, limit=_MOST_TEXT)
