"""Facts: what a format reader saw inside a file, before anybody judges it.

`release/` produces them, the checks of `assess/` read them; neither knows the other.
A fact never says good or bad. What was not looked at is a fact of its own, `Gap`.
Those of models are in `model_facts`, those of code and settings in `code_facts`.
"""

from __future__ import annotations

from dataclasses import dataclass

from assay.domain.code_facts import (
    CodeAction,
    CodeFacts,
    ConfigFacts,
    DependencyFacts,
    DistributionFacts,
    HubReference,
    NativeCodeFacts,
    RemoteCode,
    Requirement,
    TemplateAct,
    TemplateFacts,
)
from assay.domain.model_facts import (
    BuildFacts,
    BuiltObject,
    DataFile,
    GraphFacts,
    GraphOperator,
    SafetensorsFacts,
    TokenizerFacts,
    WeightsFacts,
)
from assay.domain.place import (
    CONTAINERS,
    WHOLE_RELEASE,
    Content,
    Gap,
    ParseProblem,
    Place,
)
from assay.domain.vocabulary import AddedToken, Vocabulary

__all__ = [
    "CONTAINERS",
    "WHOLE_RELEASE",
    "AddedToken",
    "ArchiveFacts",
    "BuildFacts",
    "BuiltObject",
    "CardFacts",
    "CodeAction",
    "CodeFacts",
    "ConfigFacts",
    "Content",
    "DataFile",
    "DependencyFacts",
    "DistributionFacts",
    "Fact",
    "FileFacts",
    "Gap",
    "GraphFacts",
    "GraphOperator",
    "HubReference",
    "LicenceFacts",
    "NativeCodeFacts",
    "ParseProblem",
    "PickleCall",
    "PickleFacts",
    "PickleImport",
    "Place",
    "ReleaseFacts",
    "RemoteCode",
    "Requirement",
    "SafetensorsFacts",
    "SecretMatch",
    "SecretsFacts",
    "TemplateAct",
    "TemplateFacts",
    "TokenizerFacts",
    "Vocabulary",
    "WeightsFacts",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PickleImport:
    """A name that a pickle fetches when it is loaded.

    Attributes:
        module: Dotted module; empty when it could not be worked out.
        name: Dotted attribute; empty when it could not be worked out.
        place: The opcode.
        called: Whether the stream calls what it fetched (REDUCE, OBJ, NEWOBJ, …).
    """

    module: str
    name: str
    place: Place
    called: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PickleCall:
    """A call that a pickle makes when it is loaded.

    Attributes:
        callee: Dotted name of what is called, or `?` when unknown.
        arguments: Constant arguments, printed and shortened, or `…` when unknown.
        place: The opcode.
    """

    callee: str
    arguments: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class PickleFacts:
    """What one pickle stream would fetch and call, worked out without loading it.

    Attributes:
        place: File or member, and the offset where the stream starts.
        protocol: Highest protocol that the opcodes need, 0 to 5.
        imports: In order of opcodes, repeated names once each.
        calls: In order of opcodes, bounded; the most telling are kept.
        unlisted: Dotted names with calls that are not all listed; `?` stands for
            what is computed. Sorted.
        problems: Broken, truncated or trailing data; what came before it counts.
        bounded: Whether a limit stopped the reading before the stream ended.
    """

    place: Place
    protocol: int
    imports: tuple[PickleImport, ...] = ()
    calls: tuple[PickleCall, ...] = ()
    unlisted: tuple[str, ...] = ()
    problems: tuple[ParseProblem, ...] = ()
    bounded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveFacts:
    """An archive or compressed wrapper, its members counted and bounded.

    Attributes:
        place: The file or member that is the archive.
        content: Which kind of archive.
        members: Members listed.
        expanded_bytes: Bytes that all members claim to expand to.
        problems: Kinds: `path-escape`, `absolute-path`, `link-escape`, `bomb`,
            `duplicate-member`, `header-mismatch`, `prefix-data`, `trailing-data`,
            `encrypted-member`, `bad-checksum`, `special-member`, `truncated`,
            `malformed`.
    """

    place: Place
    content: Content
    members: int
    expanded_bytes: int
    problems: tuple[ParseProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretMatch:
    """A text that has the shape of a credential.

    Attributes:
        rule: Stable id of the rule that matched, such as `aws-access-key-id`.
        title: What it looks like, for people.
        place: File and line.
        redacted: First characters and length only; never the secret.
        confidence: `high` when the shape has a checksum or a unique prefix,
            `medium` otherwise.
    """

    rule: str
    title: str
    place: Place
    redacted: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretsFacts:
    """Which text was scanned for credentials, and what was seen.

    Attributes:
        place: The file.
        matches: In order of lines.
    """

    place: Place
    matches: tuple[SecretMatch, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """The model card: its front matter and its text.

    Attributes:
        place: The card's file.
        has_front_matter: Whether a YAML block opens the card.
        license: Value of `license`, or of `license_name` where that says `other`.
        license_link: Value of `license_link`, or empty.
        is_own_license: Whether `license` says `other`.
        base_models: Values of `base_model`.
        base_model_relation: `finetune`, `adapter`, `quantized`, `merge`, …; or empty.
        datasets: Values of `datasets`.
        pipeline_tag: The task, in the words of the hub; or empty.
        library_name: The library that loads it; or empty.
        languages: Values of `language`.
        tags: Values of `tags`.
        has_model_index: Whether `model-index` gives results.
        documented: Items of `documentation.ITEMS` that the card recognisably has.
        text_chars: Length of the text below the front matter.
        headings: Headings of the text, in lower case.
        problems: `malformed-front-matter`, `front-matter-too-long`.
        oddities: What readers do not see: `hidden-instruction`, `script-link`,
            `remote-image`.
    """

    place: Place
    has_front_matter: bool
    license: str | None = None
    license_link: str = ""
    is_own_license: bool = False
    base_models: tuple[str, ...] = ()
    base_model_relation: str = ""
    datasets: tuple[str, ...] = ()
    pipeline_tag: str = ""
    library_name: str = ""
    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    has_model_index: bool = False
    documented: tuple[str, ...] = ()
    text_chars: int = 0
    headings: tuple[str, ...] = ()
    problems: tuple[ParseProblem, ...] = ()
    oddities: tuple[ParseProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceFacts:
    """The text of a licence at the root of the release.

    Attributes:
        place: The file.
        family: `apache`, `mit`, `llama`, …; empty when the words are not known.
    """

    place: Place
    family: str = ""


Fact = (
    ArchiveFacts
    | BuildFacts
    | CardFacts
    | CodeFacts
    | ConfigFacts
    | DependencyFacts
    | DistributionFacts
    | GraphFacts
    | LicenceFacts
    | NativeCodeFacts
    | PickleFacts
    | SafetensorsFacts
    | SecretsFacts
    | TemplateFacts
    | TokenizerFacts
    | WeightsFacts
    | Gap
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """All that was seen in one file and in the members inside it.

    Attributes:
        path: File below the release root.
        size: Bytes.
        content: Type decided by content.
        contents: Every type that the bytes also satisfy (polyglots), `content` first.
        executable_bit: Whether the file mode allows running it.
        facts: In the order seen: the file itself, then its members.
    """

    path: str
    size: int
    content: Content
    contents: tuple[Content, ...] = ()
    executable_bit: bool = False
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFacts:
    """The facts of all files of a release, sorted by path."""

    files: tuple[FileFacts, ...]
