"""What was seen in code, configuration, templates and requirements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.domain.place import Content, ParseProblem, Place

__all__ = [
    "CodeAction",
    "CodeFacts",
    "ConfigFacts",
    "DependencyFacts",
    "DistributionFacts",
    "HubReference",
    "NativeCodeFacts",
    "RemoteCode",
    "Requirement",
    "TemplateAct",
    "TemplateFacts",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteCode:
    """A configuration entry that makes a loader run code.

    Attributes:
        place: File and key.
        target: What is to be run: `modeling_x.XModel`, or the value as it stands.
        repository: Other repository that the code comes from, or None.
        file: Path in this release that holds the code, when it is here; or None.
    """

    place: Place
    target: str
    repository: str | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HubReference:
    """A reference from the release to another repository.

    Attributes:
        place: File and key.
        repository: As it stands, such as `org/name`.
        revision: Revision that it is pinned to, or None.
    """

    place: Place
    repository: str
    revision: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigFacts:
    """What a JSON or YAML configuration asks a loader to do.

    Attributes:
        place: The file.
        remote_code: Entries that run code.
        references: Entries that name other repositories.
        problems: `malformed-json`, `duplicate-key`, `too-deep`.
    """

    place: Place
    remote_code: tuple[RemoteCode, ...] = ()
    references: tuple[HubReference, ...] = ()
    problems: tuple[ParseProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateAct:
    """Something that a template does besides arranging what the loader passes.

    Attributes:
        kind: Stable word: `waits-for-content`, `waits-for-name`, `waits-for-date`,
            `waits-for-chance`, `waits-for-length`, `instructs`, `remote-image`,
            `sends`, `link`, `encoded`, `exchanges`, `endless`, `escaped-hidden`,
            `spells`, `ignores-messages`, `drops-role`.
        detail: The words, addresses or numbers in question, printed and shortened.
        line: Line of the template, from 1.
    """

    kind: str
    detail: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFacts:
    """A chat or prompt template, parsed and never rendered.

    Attributes:
        place: File and key that hold the template.
        underscore_names: Attributes, items or names that start with `_` or name
            Python internals, with their lines.
        inclusions: `include`, `import`, `extends` targets.
        hidden_characters: Invisible or direction-changing characters, as `U+XXXX`.
        acts: What it does besides arranging messages, in the order of the lines.
        problems: `template-syntax`, `template-too-long`.
    """

    place: Place
    underscore_names: tuple[tuple[str, int], ...] = ()
    inclusions: tuple[tuple[str, int], ...] = ()
    hidden_characters: tuple[tuple[str, int], ...] = ()
    acts: tuple[TemplateAct, ...] = ()
    problems: tuple[ParseProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeCodeFacts:
    """A file that the machine or an interpreter runs as it stands.

    Attributes:
        place: The file or member.
        content: ELF, PE, Mach-O, Java class, WebAssembly, Python bytecode or script.
        detail: What it is to a person: `shared library`, `#!/bin/sh`.
    """

    place: Place
    content: Content
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeAction:
    """Something that source code does, worked out from its syntax tree.

    Attributes:
        kind: Stable word: `network`, `process`, `file-write`, `file-delete`,
            `file-read`, `environment`, `dynamic-code`, `deserialise`, `native`,
            `obfuscation`, `install`, `remote-code`, `safeguard`,
            `hook` (what a tool runs because of a file).
        name: Dotted name of what is called or read, imports resolved.
        detail: Constant arguments, printed, redacted and shortened.
        when: `import` when loading the module does it, `load` when a loader calls it
            (constructors, `from_pretrained`, hooks), `use` when using the model does
            (`forward`, `generate`, and what they call), `call` otherwise.
        place: File and line; in a notebook, with the key of the cell.
        scope: Function or method that does it, such as `Model.forward`; empty when
            the module's own lines do.
        origin: Where what is loaded comes from, as far as that shows: `fetched`,
            `pinned` (fetched at one commit), `outside` (a path outside the release),
            or empty.
    """

    kind: str
    name: str
    place: Place
    when: str
    detail: str = ""
    scope: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFacts:
    """Source in the release and what it does.

    Attributes:
        place: The file or member; in a notebook, with the key of the first code cell.
        actions: In the order of the lines, bounded.
        imports: Dotted modules that it imports, sorted, bounded.
        problems: `python-syntax`, `too-deep`, `too-long`, `too-many`: then not all
            of it was understood; what single words show is among the actions.
        calls: Functions of other modules of the release that it calls while it is
            imported or loaded, as `(module.function, when)`, sorted, bounded.
        language: `python`, `shell`, `javascript`; `settings` for files by which tools
            run something.
    """

    place: Place
    actions: tuple[CodeAction, ...] = ()
    imports: tuple[str, ...] = ()
    problems: tuple[ParseProblem, ...] = ()
    calls: tuple[tuple[str, str], ...] = ()
    language: str = "python"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One dependency that a file asks an installer for.

    Attributes:
        place: File and line or key.
        text: The requirement as written, redacted and shortened.
        name: Project name, normalised; empty when there is none.
        pinned: Whether one version or one digest is named.
        hashed: Whether a digest is given.
        source: URL, path or index that it comes from; empty for the default index.
        option: An installer's option, such as `--extra-index-url`, instead of a name.
    """

    place: Place
    text: str
    name: str = ""
    pinned: bool = False
    hashed: bool = False
    source: str = ""
    option: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DependencyFacts:
    """What a requirements, environment or project file asks to install.

    Attributes:
        place: The file.
        requirements: In order, bounded.
        problems: Ways in which it could not be read.
    """

    place: Place
    requirements: tuple[Requirement, ...] = ()
    problems: tuple[ParseProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionFacts:
    """What a Python package that lies in the release says of itself.

    Attributes:
        place: Its metadata.
        name: Project name, normalised.
        version: As written and shortened; empty when it names none.
        licence: An SPDX expression, or whatever it names; empty when it names none.
    """

    place: Place
    name: str
    version: str = ""
    licence: str = ""
