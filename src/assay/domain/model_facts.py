"""What was seen in weights, graphs, tokenizers and descriptions of models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.domain.place import Content, ParseProblem, Place
    from assay.domain.vocabulary import AddedToken, Vocabulary

__all__ = [
    "BuildFacts",
    "BuiltObject",
    "DataFile",
    "GraphFacts",
    "GraphOperator",
    "SafetensorsFacts",
    "TokenizerFacts",
    "WeightsFacts",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetensorsFacts:
    """What the header of a safetensors file declares, against its bytes.

    Attributes:
        place: The file or member.
        tensors: Tensors named by the header.
        header_bytes: Declared length of the header.
        metadata: Key and value pairs of `__metadata__`, as they stand.
        names: Digest of the tensors' names, to be compared with an index; empty
            when the header could not be read.
        problems: Ways in which it breaks the format; empty when sound.
    """

    place: Place
    tensors: int
    header_bytes: int
    metadata: tuple[tuple[str, str], ...] = ()
    names: str = ""
    problems: tuple[ParseProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphOperator:
    """An operator that a computation graph calls.

    Attributes:
        domain: Name space as the file writes it; empty for the format's own.
        name: Operator, such as `ReadFile` or `MatMul`.
        count: How often the graph calls it, 1 or more.
        place: The first call; `key` names the node where the format names nodes.
        detail: What is constant about it and telling: a path, a callback, a token.
    """

    domain: str
    name: str
    count: int
    place: Place
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFile:
    """A file that a model takes numbers or assets from.

    Attributes:
        place: Where the model names it.
        path: As the model writes it.
        target: Path in the release that it resolves to, or None: outside or absent.
        offset: First byte that is used, or None.
        length: Bytes that are used, or None for all.
        tensors: How many tensors it is said to hold, or None.
        names: Digest of the names that they are said to have, or empty.
    """

    place: Place
    path: str
    target: str | None = None
    offset: int | None = None
    length: int | None = None
    tensors: int | None = None
    names: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphFacts:
    """A computation graph: what running the model would do.

    Attributes:
        place: The file or member.
        content: Which format.
        producer: What the file says wrote it.
        operators: Sorted by domain and name, each with its count.
        functions: Names of functions that the file defines itself, sorted.
        data_files: Files that it takes data from, in the order seen.
        metadata: Key and value pairs, as they stand.
        problems: Ways in which it breaks its format.
    """

    place: Place
    content: Content
    producer: str = ""
    operators: tuple[GraphOperator, ...] = ()
    functions: tuple[str, ...] = ()
    data_files: tuple[DataFile, ...] = ()
    metadata: tuple[tuple[str, str], ...] = ()
    problems: tuple[ParseProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltObject:
    """An object that a loader builds or calls because a file names it.

    Attributes:
        place: File and key.
        module: Dotted module as the file writes it; empty when it names none.
        name: Class, function or layer.
        kind: `layer`, `lambda`, `function`, `class`, `loader` or `bytecode`.
        registered: Name under which a custom class is registered, or empty.
        source: Source or byte code that the file brings along, printed and shortened.
    """

    place: Place
    module: str
    name: str
    kind: str
    registered: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildFacts:
    """A description by which a loader builds objects: Keras, skops, Hydra, MLflow.

    Attributes:
        place: The file, member or key that holds the description.
        framework: Who reads it: `keras`, `skops`, `hydra`, `nemo`, `mlflow`, ….
        objects: In the order seen, bounded; equal ones once.
        problems: Ways in which it breaks its format, or limits that ended it.
    """

    place: Place
    framework: str
    objects: tuple[BuiltObject, ...] = ()
    problems: tuple[ParseProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsFacts:
    """What a file of weights or trees declares, against its bytes.

    Attributes:
        place: The file or member.
        content: Which format.
        tensors: Tensors, trees or arrays that it declares.
        metadata: Key and value pairs, as they stand and bounded.
        data_files: Shards that an index names.
        problems: Ways in which it breaks its format; empty when sound.
    """

    place: Place
    content: Content
    tensors: int = 0
    metadata: tuple[tuple[str, str], ...] = ()
    data_files: tuple[DataFile, ...] = ()
    problems: tuple[ParseProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenizerFacts:
    """What a file of a tokenizer does to text besides cutting it, and what it names.

    Attributes:
        place: The file.
        kind: `tokenizer` for the whole in one file; `vocabulary`, `merges`,
            `settings`, `added` and `pieces` (SentencePiece) for its parts.
        steps: Kinds of its normalizers, pre-tokenizers, decoders, in order.
        patterns: Regular expressions with the key that holds each.
        replacements: Pairs of what is replaced and by what, with the key.
        added_tokens: Tokens added beside the vocabulary.
        vocabulary: The words, or None when the file holds none.
        tokens: Tokens beside the vocabulary, and those that settings name; bounded.
        merges: Digest of the rules by which pairs are joined, in order; or empty.
        problems: `costly-pattern`, `malformed-pattern`, `expanding-replacement`, ….
    """

    place: Place
    kind: str = "tokenizer"
    steps: tuple[str, ...] = ()
    patterns: tuple[tuple[str, str], ...] = ()
    replacements: tuple[tuple[str, str, str], ...] = ()
    added_tokens: int = 0
    vocabulary: Vocabulary | None = None
    tokens: tuple[AddedToken, ...] = ()
    merges: str = ""
    problems: tuple[ParseProblem, ...] = ()
