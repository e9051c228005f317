"""Text of every kind: code, configuration, templates, cards, and secrets in any.

JSON documents above `_PARSE_ALWAYS_BYTES` (tokenizers, mostly) are parsed only when a
byte search finds one of the keys that matter, or an escape that could spell one.
Repeated keys in larger documents without any such key are therefore not reported:
they carry nothing that a loader runs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.domain.facts import CodeFacts, Content, Gap, LicenceFacts, NativeCodeFacts
from assay.release.formats import (
    config,
    encoded,
    secrets,
    shard_index,
    tokenizer_names,
    wide_text,
)
from assay.release.formats.reading import shorten
from assay.release.source import chunks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["read"]

_PARSE_ALWAYS_BYTES = 1 << 20
_ESCAPED_ASCII = re.compile(rb"\\u00[2-7]")
_TEMPLATE_NAMES = (".jinja", ".jinja2", ".j2")
_YAML_NAMES = (".yaml", ".yml")
# Names that shells and desktops run by.
_SCRIPTS = frozenset(
    {"bash", "bat", "cmd", "command", "csh", "fish", "hta", "ksh", "ps1", "psm1", "sh"}
    | {"vbe", "vbs", "wsf", "zsh"}
)
_IMPORT = re.compile(rb"^import[ \t]", re.MULTILINE)
# Code for browsers and for Node, and files whose lines a shell is given.
_OTHER_CODE = (".js", ".mjs", ".cjs", ".html", ".htm", ".svg", ".hta", ".dockerfile")
_BUILD_FILES = frozenset({"dockerfile", "containerfile", "makefile"})
# What tells an installer which packages to fetch.
_DEPENDENCIES = re.compile(
    r"(?:^|/)(?:[^/]*requirements[^/]*\.(?:txt|in|pip)|requirements/[^/]+\.txt"
    r"|constraints[^/]*\.txt|environment[^/]*\.ya?ml|conda[^/]*\.ya?ml"
    r"|python_env\.ya?ml|pyproject\.toml|setup\.cfg|pipfile|pipfile\.lock|poetry\.lock"
    r"|uv\.lock|pdm\.lock|pylock\.toml|pip\.conf|pip\.ini|\.?condarc)\Z",
    re.IGNORECASE,
)
# Where a Python package that is installed or packed says what it is.
_METADATA = re.compile(
    r"(?:^|/)(?:[^/]+\.dist-info/METADATA|(?:[^/]+\.egg-info/)?PKG-INFO)\Z"
)
# Files by which tools run something when a folder is opened, installed or used; which
# of them mean what, `code_opened` knows.
_OPENED = re.compile(
    r"(?:^|/)\.(?:vscode|idea|run|github|circleci|husky|githooks|cursor|claude|zed|git"
    r"|devcontainer)/|(?:^|/)\.(?:envrc|npmrc|yarnrc|pnpmrc|gitmodules|gitconfig|replit"
    r"|mcp\.json|gitlab-ci|travis|pre-commit|gitpod|lefthook|bashrc|bash_profile|profile"
    r"|zshrc|vimrc|exrc|gdbinit|lldbinit|devcontainer\.json)[^/]*\Z"
    r"|(?:^|/)(?:package\.json|composer\.json|pyproject\.toml|devcontainer\.json|tox\.ini"
    r"|mlproject|justfile|jenkinsfile|vagrantfile|procfile|gnumakefile|cmakelists\.txt"
    r"|config|autorun\.inf|(?:action|cog|dvc|taskfile|compose|docker-compose[^/]*"
    r"|azure-pipelines|environment)\.ya?ml)\Z|/hooks/[a-z-]+\Z"
    r"|\.(?:desktop|code-workspace|mk|run\.xml|service|timer|plist|reg|inf|url)\Z",
    re.IGNORECASE,
)
# Where PyTorch's archives keep their source.
_TORCHSCRIPT = re.compile(r"(?:^|/)code/(?:[^/]+/)*[^/]+\.py$")
# Texts that may show a pickle to explain it.
_FOR_PEOPLE = (".md", ".rst", ".html", ".tex", ".adoc", ".ipynb")
_LICENCE = re.compile(r"(?i)(?:licen[cs]e|copying|unlicense)(?:[-_.][^/]{0,40})?\Z")
_CARDS = ("README.md", "MODEL_CARD.md")


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the facts of one text, by what it holds and what it is called."""
    plain = wide_text.read_plain(subject, inspection, _read)
    return _read(subject, inspection) if plain is None else plain


def _read(subject: Subject, inspection: Inspection) -> list[Fact]:
    facts = _code(subject, inspection)
    facts.extend(_packages(subject, inspection))
    if _LICENCE.match(subject.place.path) and subject.place.member is None:
        from assay.release.formats import card_body  # noqa: PLC0415 - few texts are one

        head = subject.source.read_at(0, 16_384).decode("utf-8", "replace")
        family = card_body.licence_family(head)
        facts.append(LicenceFacts(place=subject.place, family=family))
    facts.extend(_settings(subject, inspection))
    facts.extend(_inside(subject, inspection))
    facts.extend(secrets.read(subject, inspection))
    return facts


def _settings(subject: Subject, inspection: Inspection) -> Sequence[Fact]:
    """Give what the text has a loader do, by its type, its name or its words."""
    if _is_document(subject):
        return _document(subject, inspection)
    facts: list[Fact] = []
    if subject.content is Content.TEXT and not _is_settings(subject):
        from assay.release.formats import config_texts  # noqa: PLC0415 - loads readers

        facts.extend(config_texts.read(subject, inspection))
    if tokenizer_names.is_text(subject.name):
        from assay.release.formats import tokenizer_files  # noqa: PLC0415 - few are

        facts.extend(tokenizer_files.from_text(subject, inspection))
    return facts


def _code(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give what the text does as code, and what tools run because of it."""
    facts: list[Fact] = []
    script = _script(subject)
    if script:
        facts.append(
            NativeCodeFacts(
                place=subject.place,
                content=Content.SCRIPT,
                detail=shorten(script, inspection.limits.max_shown_chars),
            )
        )
    if _is_python(subject, script) and not _torchscript(subject, inspection, facts):
        from assay.release.formats import code  # noqa: PLC0415 - few have it

        facts.extend(code.read(subject, inspection))
    elif script or subject.name.endswith(_OTHER_CODE) or subject.name in _BUILD_FILES:
        from assay.release.formats import code_other  # noqa: PLC0415 - few have it

        facts.extend(code_other.read(subject, inspection))
    if _OPENED.search(subject.place.member or subject.place.path):
        from assay.release.formats import code_opened  # noqa: PLC0415 - few are

        facts.extend(code_opened.read(subject, inspection))
    if not any(isinstance(fact, CodeFacts) for fact in facts):
        facts.extend(_commands(subject, inspection))
    return facts


def _commands(subject: Subject, inspection: Inspection) -> Sequence[Fact]:
    """Give what fetches and runs a program in a text that some tool may run."""
    from assay.release.formats import code_texts  # noqa: PLC0415 - few texts are code

    if not code_texts.is_searched(subject):
        return ()
    return code_texts.read(subject, inspection)


def _inside(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Read files that are written out in a text, and pickles of plain letters."""
    facts: list[Fact] = []
    if subject.content is Content.TEXT:
        facts = encoded.whole(subject, inspection)
    facts = facts or encoded.inside(subject, inspection)
    data = subject.content in (Content.TEXT, Content.JSON)
    if data and not subject.name.endswith(_FOR_PEOPLE):
        from assay.release.formats import pickle_hidden  # noqa: PLC0415 - few have any

        facts += pickle_hidden.among(subject, inspection)
    return facts


def _packages(subject: Subject, inspection: Inspection) -> Sequence[Fact]:
    """Give what the file asks to install, or which package it belongs to."""
    path = subject.place.member or subject.place.path
    if _DEPENDENCIES.search(path):
        from assay.release.formats import dependencies  # noqa: PLC0415 - few have them

        return dependencies.read(subject, inspection)
    if _METADATA.search(path):
        from assay.release.formats import code_distribution  # noqa: PLC0415 - as above

        return code_distribution.read(subject)
    return ()


def _torchscript(subject: Subject, inspection: Inspection, facts: list[Fact]) -> bool:
    """Read TorchScript as such; tell whether it is that and no Python besides."""
    if not _TORCHSCRIPT.search(subject.place.member or ""):
        return False
    from assay.release.formats import torchscript  # noqa: PLC0415 - few have any

    graph, alone = torchscript.read(subject, inspection)
    if graph is not None:
        facts.append(graph)
    return alone


def _script(subject: Subject) -> str:
    """Give what makes a text a script: its first line or its name; or nothing."""
    first = subject.source.read_at(0, 65_536)
    if first.startswith(b"#!"):
        return first[:512].split(b"\n", 1)[0].decode("utf-8", "replace").strip()
    dot, suffix = subject.name.rpartition(".")[1:]
    # Python runs the lines of a `.pth` among its packages that begin with `import`.
    if dot and (suffix in _SCRIPTS or (suffix == "pth" and _IMPORT.search(first))):
        return f"by its name, .{suffix}"
    return ""


def _is_python(subject: Subject, script: str) -> bool:
    """Tell Python by the type, by a script's first line, and in a `.pth`."""
    if subject.content is Content.PYTHON:
        return True
    return bool(script) and ("python" in script[:200] or subject.name.endswith(".pth"))


def _is_modelfile(subject: Subject) -> bool:
    return subject.name == "modelfile" or subject.name.startswith("modelfile.")


def _is_settings(subject: Subject) -> bool:
    """Tell what an editor reads, with comments: `code_opened` did."""
    path = subject.place.member or subject.place.path
    return (
        re.search(r"(?:^|/)\.?(?:vscode/|devcontainer|cursor/|zed/)", path) is not None
    )


def _is_document(subject: Subject) -> bool:
    """Tell whether the whole text is read as one document."""
    path = subject.place.path
    if _is_settings(subject):
        return False
    return (
        subject.content is Content.JSON
        or subject.name.endswith((*_TEMPLATE_NAMES, *_YAML_NAMES))
        or subject.name == "mlmodel"
        or _is_modelfile(subject)
        or (subject.place.member is None and path in _CARDS)
    )


def _document(subject: Subject, inspection: Inspection) -> list[Fact]:
    bound = inspection.limits.max_document_bytes
    if subject.source.size > bound:
        return _too_large(subject, inspection)
    if subject.content is Content.JSON:
        facts = _json(subject, inspection)
        # What only looks like JSON may be YAML with tags; JSON itself has none.
        if facts or not subject.name.endswith(_YAML_NAMES):
            return facts
    if subject.place.member is None and subject.place.path in _CARDS:
        return _card(subject, inspection)
    data = b"".join(chunks(subject.source))
    if _is_modelfile(subject):
        from assay.release.formats import prompts  # noqa: PLC0415 - few have one

        text = data.decode("utf-8", "replace")
        return prompts.from_modelfile(text, subject, inspection)
    if subject.name.endswith(_TEMPLATE_NAMES):
        from assay.release.formats import template  # noqa: PLC0415 - loads Jinja2

        text = data.decode("utf-8", "replace")
        return template.template_facts(text, subject.place, inspection)
    from assay.release.formats import yaml_config  # noqa: PLC0415 - loads PyYAML

    return yaml_config.read(data, subject, inspection)


def _too_large(subject: Subject, inspection: Inspection) -> list[Fact]:
    bound = inspection.limits.max_document_bytes
    reason = f"a document of more than {bound} bytes is not parsed"
    gap = Gap(place=subject.place, reason=reason, content=subject.content)
    if subject.content is Content.JSON or subject.name.endswith(_YAML_NAMES):
        return [gap, *config.too_large(subject, inspection)]
    return [gap]


def _card(subject: Subject, inspection: Inspection) -> list[Fact]:
    from assay.release.formats import card  # noqa: PLC0415 - loads PyYAML

    bound = inspection.limits.max_card_bytes
    data = subject.source.read_at(0, bound)
    facts: list[Fact] = [card.card_facts(data, subject, inspection.limits)]
    if subject.source.size > bound:
        reason = f"a model card beyond {bound} bytes is not read"
        place = subject.at(offset=bound)
        facts.append(Gap(place=place, reason=reason, content=subject.content))
    return facts


def _json(subject: Subject, inspection: Inspection) -> list[Fact]:
    data = b"".join(chunks(subject.source))
    if (
        len(data) > _PARSE_ALWAYS_BYTES
        and not subject.name.endswith(".ipynb")
        and not shard_index.is_index(subject.name)
        and not tokenizer_names.is_json(subject.name)
        and not any(word in data for word in config.WORDS)
        and not _ESCAPED_ASCII.search(data)
    ):
        return []
    return config.read(data, subject, inspection)
