"""TorchScript archives: operators that reach files, machines and native code."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["archive", "samples"]

_STATE = b"\x80\x02c__torch__\nNet\nq\x00)\x81}(X\x08\x00\x00\x00trainingq\x01\x89ub."
_EMPTY = b"\x80\x02)."
_HEAD = """class Net(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  def forward(self: __torch__.Net,
    x: Tensor) -> Tensor:
"""


def archive(source: str, more: dict[str, str] | None = None) -> bytes:
    """Put an archive together as `torch.jit.save` does."""
    members = {
        "net/data.pkl": _STATE,
        "net/code/__torch__.py": source.encode(),
        "net/constants.pkl": _EMPTY,
        "net/version": b"3\n",
    }
    for name, text in (more or {}).items():
        members[f"net/code/{name}"] = text.encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as packed:
        for name, data in members.items():
            packed.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
    return buffer.getvalue()


def _net(*lines: str) -> bytes:
    return archive(_HEAD + "".join(f"    {line}\n" for line in lines))


def _hostile() -> Iterator[tuple[str, str, bytes]]:
    save = 'torch.save(x, "/tmp/assay")'
    yield "save", "writes a file", _net(f"_0 = {save}", "return x")
    yield (
        "from-file",
        "reads a file of the machine",
        _net('t = torch.from_file("/etc/hostname", False, 8)', "return t"),
    )
    yield (
        "from-file-shared",
        "maps a file so that writing changes it",
        _net('t = torch.from_file("/tmp/assay", True, 8)', "return torch.zero_(t)"),
    )
    yield (
        "ops-form",
        "the same by its full name",
        _net('_0 = ops.aten.save(x, "/tmp/assay")', "return x"),
    )
    yield (
        "spaces",
        "spaces and a comment inside the name",
        _net('_0 = (torch . # a\n      save)(x, "/tmp/assay")', "return x"),
    )
    yield (
        "continued",
        "the name on two lines",
        _net("_0 = torch.\\", 'save(x, "/tmp/assay")', "return x"),
    )
    yield (
        "autograd",
        "the same through another name of the module",
        _net('_0 = torch.autograd.save(x, "/tmp/assay")', "return x"),
    )
    yield (
        "alias",
        "the operator is taken first and called later",
        _net("f = torch.save", '_0 = f(x, "/tmp/assay")', "return x"),
    )
    yield (
        "computed",
        "the operator's name is a text",
        _net('_0 = getattr(torch, "save")(x, "/tmp/assay")', "return x"),
    )
    yield (
        "parenthesised",
        "the module stands in brackets",
        _net('_0 = (torch).save(x, "/tmp/assay")', "return x"),
    )
    yield (
        "module-alias",
        "the module under another name",
        _net("t = torch", '_0 = t.save(x, "/tmp/assay")', "return x"),
    )
    helper = f"def keep(x: Tensor) -> Tensor:\n  _0 = {save}\n  return x\n"
    yield (
        "second-source",
        "the operator lies in another source",
        archive(
            _HEAD + "    return __torch__.helpers.keep(x, )\n",
            {"__torch__/helpers.py": helper},
        ),
    )
    yield (
        "after-text",
        "the operator after a text that looks unfinished",
        _net('s = "\\\\"', f"_0 = {save}", 'e = "#"', "return x"),
    )
    yield (
        "remote-call",
        "calls another machine",
        _net('_0 = rpc_async("worker", __torch__.f, (x,))', "return x"),
    )
    yield (
        "collective",
        "sends tensors to other machines",
        _net("_0 = ops.c10d.send([x], group, 1, 0)", "return x"),
    )
    yield (
        "python-operator",
        "calls a Python function",
        _net("_0 = ops.prim.PythonOp(x)", "return x"),
    )
    yield (
        "load-tensor",
        "reads a tensor by a path",
        _net('_0 = ops.debugprims.load_tensor("/tmp/assay", [1])', "return x"),
    )


def _honest() -> Iterator[tuple[str, str, bytes]]:
    yield (
        "computes",
        "plain arithmetic",
        _net("_0 = torch.add(torch.mul(x, 2), 1)", "return torch.relu(_0)"),
    )
    yield (
        "raises",
        "checks its input and says what is wrong",
        _net(
            "if torch.ne(torch.dim(x), 2):",
            '  ops.prim.RaiseException("save the day, # not", "builtins.ValueError")',
            "else:",
            "  pass",
            "return x",
        ),
    )
    yield (
        "quantised",
        "quantised layers in classes of PyTorch",
        archive(
            _HEAD.replace(
                "  training : bool\n",
                "  training : bool\n  p : "
                "__torch__.torch.classes.quantized.LinearPackedParamsBase\n",
            )
            + "    p = self.p\n    return ops.quantized.linear_dynamic(x, p, True)\n"
        ),
    )
    yield (
        "helpers",
        "functions in sources of their own, and text with dots",
        archive(
            _HEAD + "    _0 = __torch__.torch.nn.functional.relu(x, False, )\n"
            '    print("torch.save is not called")\n    return _0\n',
            {
                "__torch__/torch/nn/functional.py": "def relu(input: Tensor,\n"
                "    inplace: bool=False) -> Tensor:\n  return torch.relu(input)\n"
            },
        ),
    )
    yield (
        "names",
        "fields and methods with words that operators have",
        archive(
            _HEAD.replace("  training : bool\n", "  training : bool\n  ops : int\n")
            + "    _0 = (self).save(x, )\n    n = self.ops\n"
            "    return torch.add(_0, n)\n"
            "  def save(self: __torch__.Net,\n    x: Tensor) -> Tensor:\n    return x\n"
        ),
    )
    yield (
        "control",
        "loops, lists and dictionaries",
        _net(
            "_0 = annotate(List[Tensor], [])",
            "for i in range(3):",
            "  _1 = torch.append(_0, torch.select(x, 0, i))",
            'return {"y": torch.stack(_0)}["y"]',
        ),
    )
    yield (
        "numbered-layers",
        "layers that are numbered, as in a sequence",
        _net('_0 = getattr(self, "0")', "return (_0).forward(x, )"),
    )
    yield (
        "vision",
        "an operator of torchvision",
        _net("return ops.torchvision.nms(x, x, 0.5)"),
    )


def samples() -> Iterator[Sample]:
    """Give the samples of the family."""
    for truth, made in ((Truth.HOSTILE, _hostile()), (Truth.HONEST, _honest())):
        for name, technique, data in made:
            yield Sample(
                name=name,
                family="torchscript",
                technique=technique,
                truth=truth,
                files={"model.pt": data},
            )
