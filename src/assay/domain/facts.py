"""Facts: what a format reader saw inside a file, before anybody judges it.

`release/` produces them, the checks of `assess/` read them; neither knows the other.
A fact never says good or bad. What was not looked at is a fact of its own, `Gap`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "ArchiveFacts",
    "CardFacts",
    "CodeFacts",
    "ConfigFacts",
    "Content",
    "Fact",
    "FileFacts",
    "Gap",
    "HubReference",
    "NativeCodeFacts",
    "ParseProblem",
    "PickleCall",
    "PickleFacts",
    "PickleImport",
    "Place",
    "ReleaseFacts",
    "RemoteCode",
    "SafetensorsFacts",
    "SecretMatch",
    "SecretsFacts",
    "TemplateFacts",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a release something was seen.

    Attributes:
        path: File below the release root.
        member: Path inside an archive, nested archives joined by `!/`; or None.
        offset: Byte offset in the file or member, or None.
        line: Line of a text, from 1, or None.
        key: Key of a structured document, such as `auto_map.AutoModel`, or None.
    """

    path: str
    member: str | None = None
    offset: int | None = None
    line: int | None = None
    key: str | None = None

    def __str__(self) -> str:
        """Give the place as people write it: `file!/member:line (key)`."""
        text = self.path if self.member is None else f"{self.path}!/{self.member}"
        if self.line is not None:
            text += f":{self.line}"
        if self.offset is not None:
            text += f"@{self.offset}"
        return text if self.key is None else f"{text} ({self.key})"


class Content(StrEnum):
    """The type of a file or member, decided by its bytes alone."""

    EMPTY = "empty"
    SAFETENSORS = "safetensors"
    PICKLE = "pickle"
    ZIP = "zip"
    PYTORCH_ZIP = "pytorch-zip"
    TAR = "tar"
    GZIP = "gzip"
    BZIP2 = "bzip2"
    XZ = "xz"
    ZLIB = "zlib"
    ZSTD = "zstd"
    LZ4 = "lz4"
    SEVEN_ZIP = "7z"
    NUMPY = "npy"
    GGUF = "gguf"
    HDF5 = "hdf5"
    ONNX = "onnx"
    SENTENCEPIECE = "sentencepiece"
    MSGPACK = "msgpack"
    ELF = "elf"
    PE = "pe"
    MACH_O = "mach-o"
    JAVA_CLASS = "java-class"
    PYTHON_BYTECODE = "python-bytecode"
    WASM = "wasm"
    SCRIPT = "script"
    JSON = "json"
    PYTHON = "python"
    MARKDOWN = "markdown"
    TEXT = "text"
    IMAGE = "image"
    PDF = "pdf"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something that was there and was not looked at, and why.

    Attributes:
        place: What was passed over.
        reason: One sentence for people: which limit, which unknown format.
        content: The type, when that much is known.
    """

    place: Place
    reason: str
    content: Content = Content.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseProblem:
    """A way in which a file breaks its own format.

    Attributes:
        kind: Stable word for the problem, kebab-case, such as `tensor-overlap`.
        detail: What was expected and what was found.
        place: Where.
    """

    kind: str
    detail: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetensorsFacts:
    """What the header of a safetensors file declares, against its bytes.

    Attributes:
        place: The file or member.
        tensors: Tensors named by the header.
        header_bytes: Declared length of the header.
        metadata: Key and value pairs of `__metadata__`, as they stand.
        problems: Ways in which it breaks the format; empty when sound.
    """

    place: Place
    tensors: int
    header_bytes: int
    metadata: tuple[tuple[str, str], ...] = ()
    problems: tuple[ParseProblem, ...] = ()


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
class TemplateFacts:
    """A chat or prompt template, parsed and never rendered.

    Attributes:
        place: File and key that hold the template.
        underscore_names: Attributes, items or names that start with `_` or name
            Python internals, with their lines.
        inclusions: `include`, `import`, `extends` targets.
        hidden_characters: Invisible or direction-changing characters, as `U+XXXX`.
        problems: `template-syntax`, `template-too-long`.
    """

    place: Place
    underscore_names: tuple[tuple[str, int], ...] = ()
    inclusions: tuple[tuple[str, int], ...] = ()
    hidden_characters: tuple[tuple[str, int], ...] = ()
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
class CodeFacts:
    """Python source in the release (its text is not judged yet).

    Attributes:
        place: The file or member; in a notebook, with the key of the first code cell.
    """

    place: Place


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
        license: Value of `license`, or None.
        base_models: Values of `base_model`.
        datasets: Values of `datasets`.
        text_chars: Length of the text below the front matter.
        headings: Headings of the text, in lower case.
        problems: `malformed-front-matter`, `front-matter-too-long`.
    """

    place: Place
    has_front_matter: bool
    license: str | None = None
    base_models: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    text_chars: int = 0
    headings: tuple[str, ...] = ()
    problems: tuple[ParseProblem, ...] = ()


Fact = (
    SafetensorsFacts
    | PickleFacts
    | ArchiveFacts
    | ConfigFacts
    | TemplateFacts
    | NativeCodeFacts
    | CodeFacts
    | SecretsFacts
    | CardFacts
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
