# ruff: noqa: E501 # sources stand as people write them
from __future__ import annotations

import pytest

from tests.unit.release.formats.test_code_actions import read

COMMIT = "0a" * 20
HUB = "from huggingface_hub import hf_hub_download as d\nimport torch\n"
AUTO = "from transformers import AutoModel as A\n"


def only(text: str, kind: str) -> list[tuple[str, str]]:
    return [(a.detail, a.origin) for a in read(text).actions if a.kind == kind]


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("torch.load(d('a/b', 'x'))", "fetched"),
        ("p = d('a/b', 'x')\nq = p\ntorch.load(q)", "fetched"),
        ("torch.load(f=d('a/b', 'x'))", "fetched"),
        (f"torch.load(d('a/b', 'x', revision='{COMMIT}'))", "pinned"),
        ("torch.load(d('a/b', 'x', revision='main'))", "fetched"),
        ("torch.load('/x.bin')", "outside"),
        ("torch.load('x.bin')", ""),
        ("torch.load()", ""),
        (
            "torch.hub.load_state_dict_from_url('https://a', weights_only=False)",
            "fetched",
        ),
    ],
)
def test_objects_are_followed_to_where_they_come_from(text, origin):
    assert [given for _, given in only(HUB + text, "deserialise")] == [origin]


def test_checkpoints_that_are_checked_are_no_objects():
    assert only(HUB + "torch.load('x', weights_only=True)", "deserialise") == []
    text = "torch.hub.load_state_dict_from_url('https://a')"
    assert only(HUB + text, "deserialise") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A.from_pretrained('a/b', trust_remote_code=True)", [("a/b", "")]),
        ("A.from_pretrained(pretrained_model_name_or_path='a/b', trust_remote_code=1)", [("a/b", "")]),
        ("N = 'a/' + 'b'\nA.from_pretrained(N, trust_remote_code=not False)", [("a/b", "")]),
        ("K = {'trust_remote_code': True}\nA.from_pretrained('a/b', **K)", [("a/b", "")]),
        ("K = dict(trust_remote_code=True)\nA.from_pretrained('a/b', **K)", [("a/b", "")]),
        ("A.from_pretrained('a/b', **{'trust_remote_code': True})", [("a/b", "")]),
        ("A.from_pretrained('a/b', **unknown)", []),
        ("A.from_pretrained('a/b', **unknown())", []),
        ("A.from_pretrained(path, trust_remote_code=True)", [("…", "")]),
        ("A.from_pretrained('./x', trust_remote_code=True)", [("…", "")]),
        ("A.from_pretrained('a/b', trust_remote_code=False)", []),
        ("A.from_pretrained('a/b', trust_remote_code=given)", []),
        ("def f(trust=True):\n    A.from_pretrained('a/b', trust_remote_code=trust)", [("a/b", "")]),
        (f"A.from_pretrained('a/b', revision='{COMMIT}', trust_remote_code=True)", [("a/b", "pinned")]),
        (f"A.from_pretrained('a/b', revision='{COMMIT}', code_revision='main', trust_remote_code=True)", [("a/b", "")]),
        ("A.from_pretrained('a/b', custom_pipeline='c/d')", [("c/d", "")]),
        (f"A.from_pretrained('a/b', custom_pipeline='c/d', custom_revision='x', revision='{COMMIT}')", [("c/d", "pinned")]),
        ("A.from_pretrained('a/b', custom_pipeline='official')", []),
        ("import torch\ntorch.hub.load('a/b', 'm')", [("a/b", "")]),
        (f"import torch\ntorch.hub.load('a/b:{COMMIT}', 'm')", [(f"a/b:{COMMIT}", "pinned")]),
        ("import torch\ntorch.hub.load('a/b', 'm', source='local')", []),
        ("import kernels\nkernels.get_kernel('a/b')", [("a/b", "")]),
        ("from transformers.dynamic_module_utils import get_class_from_dynamic_module as g\ng('m.C', 'a/b')", [("a/b", "")]),
    ],
)  # fmt: skip
def test_code_of_another_repository_is_named_with_its_commit(text, found):
    assert only(AUTO + text, "remote-code") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import torch, functools\ntorch.load = functools.partial(torch.load)", ["exchanged"]),
        ("import torch\ntorch.other = 1", []),
        ("import os\nos.environ['LD_PRELOAD'] = 'x'", ["LD_PRELOAD=x"]),
        ("import os\nos.environ['TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD'] = '1'", ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD=1"]),
        ("import os\nos.environ['TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD'] = '0'", []),
        ("import os\nos.environ['HF_ENDPOINT'] = 'https://a.invalid'", ["HF_ENDPOINT=https://a.invalid"]),
        ("import os\nos.environ['HF_ENDPOINT'] = 'https://hf-mirror.com'", []),
        ("import os\nos.environ['A'] = 'x'\nx = {}\nx['LD_PRELOAD'] = 'x'", []),
        ("import os\nos.environ.setdefault('BASH_ENV', 'x')", ["BASH_ENV=x"]),
        ("import os\nos.environ.setdefault('OMP_NUM_THREADS', '1')", []),
    ],
)  # fmt: skip
def test_safeguards_that_are_switched_off_are_told(text, found):
    assert [detail for detail, _ in only(text, "safeguard")] == found


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("import sys\nsys.path.insert(0, 'model.zip')", True),
        ("import sys\nsys.path.append('/tmp/x')", True),
        ("import sys\nsys.path += ['/dev/shm/x']", True),
        ("import sys\nsys.path = ['/tmp'] + sys.path", True),
        ("import os, sys\nsys.path.append(os.path.dirname(__file__))", False),
        ("import jinja2\njinja2.Template('{{ x.__class__ }}')", True),
        ("import jinja2\njinja2.Template('{{ x }}')", False),
        ("import yaml\nyaml.load(x, Loader=yaml.SafeLoader)", False),
        ("import yaml\nyaml.load(x, yaml.CSafeLoader)", False),
        ("import yaml\nyaml.load('Safe', Loader=yaml.Loader)", True),
        ("import yaml\nyaml.load(x)", True),
        ("import yaml\nyaml.full_load(x)", False),
        ("import numpy\nnumpy.load('x', allow_pickle=True)", True),
        ("import numpy\nnumpy.load('x')", False),
        ("import torch\ntorch.jit.load('x')", False),
    ],
)  # fmt: skip
def test_what_a_call_does_depends_on_what_it_is_given(text, told):
    kinds = {act.kind for act in read(text).actions}
    assert bool(kinds & {"dynamic-code", "deserialise"}) is told


@pytest.mark.parametrize(
    "text",
    [
        "import pickle\npickle.loads(b'cos')",
        "import io, pickle\npickle.load(io.BytesIO(b'cos'))",
        "import pickle, zlib\npickle.loads(zlib.decompress(x))",
        "import yaml\nyaml.load('!!python/name:os.system', Loader=yaml.Loader)",
        "f.__code__ = g.__code__.replace(co_code=b'x')",
        "import os\nx = [getattr(os, name)]",
    ],
)
def test_what_a_source_hides_is_told(text):
    assert "obfuscation" in {act.kind for act in read(text).actions}
