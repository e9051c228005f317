from __future__ import annotations

import pytest

from assay.domain.facts import CodeFacts, Content, Gap, GraphFacts
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.formats import torchscript
from assay.release.inspection import inspect_source
from assay.release.source import BytesSource
from benchmarks.detection.families.torchscript import archive

HEAD = "class Net(Module):\n  def forward(self, x: Tensor) -> Tensor:\n"


def facts(source: str, kind: type, more: dict[str, str] | None = None):
    found = inspect_source(
        BytesSource(archive(source, more)),
        path="model.pt",
        executable_bit=False,
        limits=DEFAULT_LIMITS,
        paths=frozenset({"model.pt"}),
    )
    return [fact for fact in found.facts if isinstance(fact, kind)]


def operators(source: str) -> list[str]:
    (graph,) = facts(source, GraphFacts)
    assert graph.content is Content.PYTORCH_ZIP
    return [f"{entry.domain}::{entry.name}" for entry in graph.operators]


def test_operators_are_counted_with_their_first_line():
    source = f"{HEAD}    _0 = torch.add(x, 1)\n    return torch.add(_0, 1)\n"
    (graph,) = facts(source, GraphFacts)
    (entry,) = graph.operators
    assert (entry.domain, entry.name, entry.count) == ("aten", "add", 2)
    assert entry.place.line == 3
    assert entry.place.member == "net/code/__torch__.py"


def test_a_path_is_told_with_the_operator():
    (graph,) = facts(f"{HEAD}    torch.save(x, 'kept.bin')\n", GraphFacts)
    assert graph.operators[0].detail == "kept.bin"
    (graph,) = facts(f"{HEAD}    torch.save(x, name)\n", GraphFacts)
    assert graph.operators[0].detail == ""


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("y = torch.autograd.save(x)", ["aten::save"]),
        ("y = torch . save", ["aten::save"]),
        ("y = ops.my.run(x)", ["my::run"]),
        ("y = getattr(torch, 'save')", ["torch::?"]),
        ("y = getattr(ops.my, 'run')", ["torch::?"]),
        ("y = torch.autograd", ["torch::?"]),
        ("y = rpc_sync('w', f)", ["prim::rpc_sync"]),
        ("y : __torch__.torch.classes.my.Engine", ["classes.my::Engine"]),
        ("y : __torch__.torch.classes.my", ["classes.my::?"]),
        ("y = __torch__.helpers.f(x)", []),
        ("y = self.torch.save(x)", []),
        ("y = (self).ops.save(x)", []),
        ("ops : int", []),
        ("torch = 3", []),
        ("y = 'torch.save(x)'", []),
        ("y = '''torch.save(x) ' '''", []),
        ('y = """torch.save(x) " """', []),
        ("y = 'unfinished torch.save", []),
        ("# torch.save(x)", []),
    ],
)
def test_which_words_are_operators(line, found):
    assert operators(f"{HEAD}    {line}\n") == found


def test_torchscript_is_not_told_as_python():
    assert facts(f"{HEAD}    return x\n", CodeFacts) == []


@pytest.mark.parametrize(
    "line", ["import os", "from os import system", "__import__('os')", "eval('1')"]
)
def test_what_is_python_is_told_as_both(line):
    source = f"{line}\n"
    assert facts(source, CodeFacts)
    assert facts(source, GraphFacts)


def test_imports_of_early_versions_are_torchscript():
    source = f"op_version_set = 1\nimport __torch__.helpers\n{HEAD}    return x\n"
    assert facts(source, CodeFacts) == []


def test_source_that_is_too_long_is_python_as_far_as_anybody_knows(monkeypatch):
    monkeypatch.setattr(torchscript, "_MAX_BYTES", 20)
    source = HEAD + "    x = 1\n"
    assert facts(source, GraphFacts) == []
    assert facts(source, CodeFacts) or facts(source, Gap)


def test_more_operators_than_are_kept_are_beyond_any_model():
    lines = "".join(f"    x = torch.op_{at}(x)\n" for at in range(2_100))
    (graph,) = facts(HEAD + lines, GraphFacts)
    assert len(graph.operators) == 2_000
    assert [problem.kind for problem in graph.problems] == ["over-limit"]
