"""Tell which classes of TorchScript a release brings the source of, and it was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.facts import Content, GraphFacts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.domain.facts import Fact, PickleFacts, PickleImport

__all__ = ["sources_read", "without_source"]

# Classes in native code that PyTorch itself brings along.
_NATIVE = "__torch__.torch.classes."
_OWN = frozenset(
    {"quantized", "xnnpack", "sparse", "mkldnn", "onednn", "rnn", "_nnapi", "profiling"}
)


def sources_read(facts: Iterable[Fact]) -> frozenset[tuple[str, str]]:
    """Give path and member of every source of TorchScript that was read."""
    return frozenset(
        (fact.place.path, fact.place.member)
        for fact in facts
        if isinstance(fact, GraphFacts)
        and fact.content is Content.PYTORCH_ZIP
        and fact.place.member is not None
    )


def without_source(
    entries: Iterable[PickleImport],
    stream: PickleFacts,
    sources: frozenset[tuple[str, str]],
) -> list[PickleImport]:
    """Give the classes whose source was not read, in their order.

    What the source does is judged from its operators; a class adds nothing to that.
    """
    member = stream.place.member or ""
    folder = member.rpartition("/")[0]
    root = f"{folder}/" if folder else ""
    if "code/" in root:
        root = root[: root.index("code/")]
    return [
        entry
        for entry in entries
        if not _is_own(entry)
        and (stream.place.path, f"{root}code/{entry.module.replace('.', '/')}.py")
        not in sources
    ]


def _is_own(entry: PickleImport) -> bool:
    whole = f"{entry.module}.{entry.name}"
    return (
        whole.startswith(_NATIVE)
        and whole.removeprefix(_NATIVE).partition(".")[0] in _OWN
    )
