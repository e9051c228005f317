"""JSON configuration: what it makes a loader run, and which repositories it names.

The keys are those of transformers, diffusers, sentence-transformers and PEFT. The same
rules serve YAML (`yaml_config`), which hands in plain values. What is built by the
name of an installed module is for `built_walk`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from assay.domain.facts import (
    ConfigFacts,
    HubReference,
    ParseProblem,
    RemoteCode,
)
from assay.errors import DocumentError
from assay.release.formats import config_texts, prompts, shard_index, tokenizer_names
from assay.release.formats.built import Building
from assay.release.formats.built_walk import WORDS as BUILDING_WORDS
from assay.release.formats.built_walk import built
from assay.release.formats.config_beyond import beyond
from assay.release.formats.config_lines import KeyLines
from assay.release.formats.kept import Kept
from assay.release.formats.reading import shorten
from assay.wire import strict_json

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["WORDS", "Findings", "read", "walk_values"]

# One of these must be in a large document before it is parsed at all.
WORDS: tuple[bytes, ...] = (
    *BUILDING_WORDS,
    b"auto_map",
    b"custom_pipeline",
    b"trust_remote_code",
    b"custom_generate",
    b"_name_or_path",
    b"chat_template",
    b"system_prompt",
    b'"prompts"',
    b"template_format",
    b"_class_name",
    b'"type"',
)
_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
_REFERENCE_KEYS = frozenset({"_name_or_path", "base_model_name_or_path"})
# Keys that name what is loaded, beside those that say with whose code.
_NAMING = (
    "pretrained_model_name_or_path",
    "model_name_or_path",
    "base_model_name_or_path",
    "tokenizer_name_or_path",
    "name_or_path",
    "repo_id",
    "model_id",
)
_SWITCHED = frozenset(
    {"trust_remote_code", "model_args", "config_args", "tokenizer_args"}
    | {"model_kwargs", "config_kwargs", "tokenizer_kwargs", "processor_kwargs"}
)
_ATTENTION = frozenset({"attn_implementation", "_attn_implementation"})
_KERNEL = re.compile(
    rf"(?:paged\|)?({_REPOSITORY.pattern})(?:@([\w.-]{{1,80}}))?(?::[\w.-]{{1,120}})?"
)
_COMMIT = re.compile(r"[0-9a-f]{40}")
_LOADED = re.compile(
    r"(?:config|modules|model_index|(?:adapter|tokenizer|generation|processor"
    r"|preprocessor|\w*sentence_\w*)_config|config_sentence_transformers)\.json\Z"
)
_PROBLEM_KINDS = {
    "document.bad-number": "bad-number",
    "document.repeated-key": "duplicate-key",
    "document.too-deep": "too-deep",
    "document.too-many-values": "too-many-values",
}
_TOO_LARGE = frozenset({"document.too-many-values", "document.too-large"})
_MAX_ENTRIES = 1_000
# Entries that ask for one and the same are listed so often.
_OF_ONE = 64
_MAX_DEPTH = 120
# Paths of keys are shown, and handed down to every child: their ends are enough.
_MAX_KEY_CHARS = 180
# Keys whose value is imported; those that lead to a file of the release are told here.
_IMPORTED = frozenset({"_target_", "class_path", "()"})


@dataclass(slots=True)
class Findings:
    """What was found in one document so far."""

    subject: Subject
    inspection: Inspection
    remote: Kept[int, RemoteCode] = field(default_factory=lambda: Kept(_MAX_ENTRIES))
    told: Counter[tuple[str | None, str]] = field(default_factory=Counter)
    references: list[HubReference] = field(default_factory=list)
    # Repositories that stand beside an entry that trusts their code, by its path.
    trusted: dict[str, str] = field(default_factory=dict)

    def code(self, key: str, target: object, repository: str | None = None) -> None:
        """Note an entry that runs code; split `org/name--module.Class`."""
        bound = self.inspection.limits.max_shown_chars
        text = target if isinstance(target, str) else str(target).lower()
        before, separator, after = text.partition("--")
        if separator and _REPOSITORY.fullmatch(before):
            repository, text = before, after
        self.told[repository, text] += 1
        if self.told[repository, text] > _OF_ONE:
            return
        entry = RemoteCode(
            place=self.subject.at(key=shorten(key, bound)),
            target=shorten(text, bound),
            repository=repository,
            file=self.local_file(text) if repository is None else None,
        )
        number = self.told.total()
        self.remote.put(number, entry, telling=entry.file is None)

    def local_file(self, target: str) -> str | None:
        """Give the path of the module that `module.Class` lives in, when it is here."""
        folder = self.subject.place.path.rpartition("/")[0]
        parts = target.split(".")
        for count in range(len(parts), 0, -1):
            path = "/".join(parts[:count]) + ".py"
            for base in dict.fromkeys((folder, "")):
                full = f"{base}/{path}" if base else path
                if full in self.inspection.paths:
                    return full
        return None

    def reference(self, key: str, value: object, revision: object) -> None:
        """Note a reference when it looks like `org/name` and is no path in here."""
        if not isinstance(value, str) or not _REPOSITORY.fullmatch(value):
            return
        inside = any(
            path == value or path.startswith(value + "/")
            for path in self.inspection.paths
        )
        if inside or len(self.references) >= _MAX_ENTRIES:
            return
        bound = self.inspection.limits.max_shown_chars
        self.references.append(
            HubReference(
                place=self.subject.at(key=shorten(key, bound)),
                repository=value,
                revision=shorten(revision, bound)
                if isinstance(revision, str) and revision
                else None,
            )
        )

    def facts(self, problems: tuple[ParseProblem, ...] = ()) -> ConfigFacts:
        """Give it all as the noun."""
        if self.remote.crowded:
            detail = f"expected at most {_MAX_ENTRIES} entries that run code"
            place = self.subject.place
            crowd = ParseProblem(kind="beyond-bounds", detail=detail, place=place)
            problems = (*problems, crowd)
        return ConfigFacts(
            place=self.subject.place,
            remote_code=tuple(self.remote),
            references=tuple(self.references),
            problems=problems,
        )


def read(data: bytes, subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the facts of one JSON document, its chat templates included."""
    findings = Findings(subject, inspection)
    plain = data.removeprefix(b"\xef\xbb\xbf")
    problems: tuple[ParseProblem, ...] = ()
    try:
        value = strict_json.loads(plain, limits=inspection.limits)
    except DocumentError as error:
        if not subject.name.endswith((".json", ".ipynb")):
            return config_texts.salvaged(plain, subject, inspection)
        problem = ParseProblem(
            kind=_PROBLEM_KINDS.get(error.code, "malformed-json"),
            detail=f"{error.message.rstrip('.')}: {error.found}",
            place=subject.at(line=_line(error.__cause__)),
        )
        problems = (problem,)
        if error.code in _TOO_LARGE:
            return too_large(subject, inspection, problems)
        try:
            # A loader may read on where this does not: what it would see is looked at.
            value = strict_json.loads(plain, limits=inspection.limits, tolerant=True)
        except DocumentError:
            more = config_texts.salvaged(plain, subject, inspection)
            return [findings.facts(problems), *more]
    findings.subject = replace(subject, lines=KeyLines(plain, value))
    return [*_facts_of(value, problems, findings), *_special(value, findings)]


def _facts_of(
    value: object, problems: tuple[ParseProblem, ...], findings: Findings
) -> list[Fact]:
    """Give what any document asks a loader to do."""
    subject, inspection = findings.subject, findings.inspection
    walk_values(value, findings)
    if subject.name == "modules.json" and isinstance(value, list):
        _modules(value, findings)
    if subject.name == "model_index.json" and isinstance(value, dict):
        _pipeline(value, findings)
    building = Building(subject, inspection, findings.local_file)
    return [findings.facts(problems), *built(value, building)]


def _special(value: object, findings: Findings) -> list[Fact]:
    """Give what only documents of a kind hold: indexes, notebooks, tokenizers."""
    subject, inspection = findings.subject, findings.inspection
    facts: list[Fact] = []
    if shard_index.is_index(subject.name):
        facts.append(shard_index.read(value, subject, inspection))
    facts.extend(_package(value, subject, inspection))
    if subject.name.endswith(".ipynb") and isinstance(value, dict):
        from assay.release.formats import code_notebook  # noqa: PLC0415 - few have it

        facts.extend(code_notebook.facts(value, subject, inspection.limits))
    facts.extend(prompts.from_value(value, subject, inspection))
    if isinstance(value, dict) and "added_tokens" in value and "model" in value:
        from assay.release.formats import tokenizer  # noqa: PLC0415 - few are

        facts.append(tokenizer.tokenizer_facts(value, subject, inspection))
    elif tokenizer_names.is_json(subject.name):
        from assay.release.formats import tokenizer_files  # noqa: PLC0415 - few are

        facts.extend(tokenizer_files.from_value(value, subject, inspection))
    return facts


def too_large(
    subject: Subject,
    inspection: Inspection,
    problems: tuple[ParseProblem, ...] = (),
) -> list[Fact]:
    """Give what a document asks for that is too large to be parsed."""
    findings = Findings(subject, inspection)
    building = Building(subject, inspection, findings.local_file)
    return beyond(subject.source, findings, building, problems)


def _line(cause: object) -> int | None:
    """Give the line at which a parser gave up, where it says so."""
    return cause.lineno if isinstance(cause, json.JSONDecodeError) else None


def walk_values(value: object, findings: Findings) -> None:
    """Look at every key of a document, in order."""
    waiting: list[tuple[str, object, int]] = [("", value, 0)]
    while waiting:
        prefix, item, depth = waiting.pop()
        children: list[tuple[str, object, int]] = []
        if isinstance(item, dict):
            for key, child in item.items():
                path = f"{prefix}.{key}" if prefix else str(key)
                if len(path) > _MAX_KEY_CHARS:
                    path = f"…{path[-_MAX_KEY_CHARS:]}"
                if key in _SWITCHED:
                    _beside(path, str(key), child, item, findings)
                _entry(path, str(key), child, item, findings)
                if isinstance(child, (dict, list)):
                    children.append((path, child, depth + 1))
        elif isinstance(item, list):
            children = [
                (f"{prefix}[{index}]", child, depth + 1)
                for index, child in enumerate(item)
                if isinstance(child, (dict, list))
            ]
        if depth < _MAX_DEPTH:
            waiting.extend(reversed(children))


def _entry(
    path: str, key: str, value: object, parent: dict[str, object], findings: Findings
) -> None:
    if key in _REFERENCE_KEYS:
        findings.reference(path, value, parent.get("revision"))
    elif key == "auto_map":
        _auto_map(path, value, findings)
    elif key == "custom_pipelines":
        _custom_pipelines(path, value, findings)
    elif key == "trust_remote_code" and value is True:
        findings.code(path, value, findings.trusted.get(path))
    elif key in _ATTENTION:
        _attention(path, value, findings)
    elif key == "custom_generate" and isinstance(value, str):
        findings.code(path, value, value if _REPOSITORY.fullmatch(value) else None)
    elif (
        key in _IMPORTED
        and isinstance(value, str)
        and findings.local_file(value) is not None
    ):
        findings.code(path, value)


def _beside(
    path: str, key: str, value: object, parent: dict[str, object], findings: Findings
) -> None:
    """Note the other repository that an entry speaks of which trusts code.

    Only in files that a loader reads: recipes of a training name both, too.
    """
    if not _LOADED.match(findings.subject.name):
        return
    named = [parent.get(name) for name in _NAMING]
    texts = [n for n in named if isinstance(n, str) and _REPOSITORY.fullmatch(n)]
    commits = [parent.get(name) for name in ("revision", "code_revision")]
    given = [commit for commit in commits if commit is not None]
    if not texts or (given and all(_COMMIT.fullmatch(str(c)) for c in given)):
        return
    inner = f"{path}.trust_remote_code" if key != "trust_remote_code" else path
    if inner == path or isinstance(value, dict):
        findings.trusted[inner] = texts[0]


def _auto_map(path: str, value: object, findings: Findings) -> None:
    """Read `{"AutoModel": "file.Class"}`; tokenizers give a pair with nulls."""
    if isinstance(value, str):
        findings.code(path, value)
    if not isinstance(value, dict):
        return
    for key, target in value.items():
        for item in target if isinstance(target, list) else [target]:
            if isinstance(item, str) and item:
                findings.code(f"{path}.{key}", item)


def _attention(path: str, value: object, findings: Findings) -> None:
    """Read which kernel attends: `org/name@revision:function` is fetched, and runs.

    Source: `is_kernel` and `load_and_register_attn_kernel` of transformers 4.56 to 5.
    """
    for item in value.values() if isinstance(value, dict) else [value]:
        found = _KERNEL.fullmatch(item) if isinstance(item, str) else None
        if found is None:
            continue
        if found[1].startswith("kernels-community/"):
            findings.reference(path, found[1], found[2])
        else:
            findings.code(path, item, found[1])


def _custom_pipelines(path: str, value: object, findings: Findings) -> None:
    if not isinstance(value, dict):
        return
    for key, entry in value.items():
        target = entry.get("impl") if isinstance(entry, dict) else entry
        if isinstance(target, str) and target:
            findings.code(f"{path}.{key}", target)


def _package(value: object, subject: Subject, inspection: Inspection) -> list[Fact]:
    """Read the manifest of a Core ML package, when it is one."""
    if not isinstance(value, dict) or "itemInfoEntries" not in value:
        return []
    from assay.release.formats import coreml  # noqa: PLC0415 - few are

    return [coreml.read_manifest(value, subject, inspection)]


def _modules(value: list[object], findings: Findings) -> None:
    """Read the module list of sentence-transformers: each `type` is imported."""
    for index, entry in enumerate(value):
        kind = entry.get("type") if isinstance(entry, dict) else None
        if isinstance(kind, str) and findings.local_file(kind) is not None:
            findings.code(f"[{index}].type", kind)


def _pipeline(value: dict[str, object], findings: Findings) -> None:
    """Read a diffusers index: parts whose module is a file of the release."""
    custom = value.get("custom_pipeline")
    if isinstance(custom, str) and _REPOSITORY.fullmatch(custom):
        findings.code("custom_pipeline", custom, custom)
    for key, entry in value.items():
        if not (isinstance(entry, list) and len(entry) == 2):
            continue
        module, name = entry
        if isinstance(module, str) and isinstance(name, str):
            local = f"{key}.{module}" if key != "_class_name" else module
            for target in dict.fromkeys((f"{module}.{name}", f"{local}.{name}")):
                if findings.local_file(target) is not None:
                    findings.code(key, target)
                    break
            else:
                if _REPOSITORY.fullmatch(module):
                    findings.code(key, f"{module}.{name}", module)
