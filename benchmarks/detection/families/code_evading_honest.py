"""Honest sources that look like evasions: probes, optional imports, kernels, caches."""

# ruff: noqa: E501 # sources stand as people write them
from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.detection.families import code_evading_honest_more
from benchmarks.detection.families.code_python import CONFIG, MODEL
from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["samples"]

# Above the class of a model: what a loader imports.
ABOVE: dict[str, str] = {
    "flash-attention": """
import importlib.util
import inspect
from packaging import version
from transformers.utils import is_flash_attn_2_available, is_flash_attn_greater_or_equal_2_10
try:
    from flash_attn import flash_attn_func, flash_attn_varlen_func
    from flash_attn.bert_padding import index_first_axis, pad_input, unpad_input
    HAS_FLASH = True
except ImportError as error:
    flash_attn_func = None
    HAS_FLASH = False
_FLASH_SUPPORTS_WINDOW = HAS_FLASH and "window_size" in list(inspect.signature(flash_attn_func).parameters)
if importlib.util.find_spec("xformers") is not None:
    import xformers.ops as xops
""",
    "gpu-memory": """
import subprocess

def gpu_memory():
    out = subprocess.check_output(["nvidia-smi", "--query-gpu=memory.free", "--format=csv,nounits,noheader"])
    return [int(x) for x in out.decode().strip().split("\\n")]

def cuda_version():
    raw = subprocess.check_output([CUDA_HOME + "/bin/nvcc", "-V"], universal_newlines=True)
    return raw.split()
CUDA_HOME = "/usr/local/cuda"
""",
    "package-metadata": """
import importlib.metadata
import importlib
from packaging.version import parse

def _version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
_TORCH = parse(_version("torch") or "0")
_ENTRY = importlib.metadata.entry_points()
peft = importlib.import_module("peft") if _version("peft") else None
""",
    "own-kernels": """
import os
from pathlib import Path
_kernel = None

def load_kernel():
    global _kernel
    from torch.utils.cpp_extension import load
    here = Path(__file__).resolve().parent
    _kernel = load(name="wkv", sources=[str(here / "cuda" / "wkv.cpp"), str(here / "cuda" / "wkv.cu")], verbose=True,
                   extra_cuda_cflags=["-res-usage", "--use_fast_math", "-O3"])
    return _kernel
""",
    "pinned-download": """
from huggingface_hub import hf_hub_download
from safetensors.torch import load_file

class Extra:
    def __init__(self):
        path = hf_hub_download("example/extra", "extra.safetensors", revision="0123456789abcdef0123456789abcdef01234567")
        self.state = load_file(path)
""",
    "progress-logging": """
import logging
import sys
import time
from functools import lru_cache, partial, wraps
from tqdm.auto import tqdm
logging.basicConfig(level=logging.INFO, stream=sys.stderr)
logger = logging.getLogger(__name__)

def timed(function):
    @wraps(function)
    def inner(*args, **kwargs):
        start = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            logger.debug("%s took %.2f s", function.__name__, time.perf_counter() - start)
    return inner

@timed
@lru_cache(maxsize=8)
def table(n):
    return [i for i in tqdm(range(n), disable=None)]
TABLE = table(4)
""",
    "environment": """
import os
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ["PYTORCH_CUDA_ALLOC_CONF"] = "expandable_segments:True"
DEBUG = os.environ.get("EXAMPLE_DEBUG", "").lower() in ("1", "true")
RANK = int(os.getenv("LOCAL_RANK", 0))
CACHE = os.path.join(os.environ.get("HF_HOME", os.path.expanduser("~/.cache/huggingface")), "example")
os.makedirs(CACHE, exist_ok=True)
""",
    "cache-path": """
from pathlib import Path
import os
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "example"

def cached(name):
    path = CACHE / name
    if path.exists():
        return path.read_bytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    return b""
""",
    "triton-kernel": """
import torch
import triton
import triton.language as tl

@triton.autotune(configs=[triton.Config({"BLOCK": 128}, num_warps=4)], key=["n"])
@triton.jit
def softmax_kernel(out, x, stride, n, BLOCK: tl.constexpr):
    row = tl.program_id(0)
    offsets = tl.arange(0, BLOCK)
    values = tl.load(x + row * stride + offsets, mask=offsets < n, other=-float("inf"))
    values = tl.exp(values - tl.max(values, axis=0))
    tl.store(out + row * stride + offsets, values / tl.sum(values, axis=0), mask=offsets < n)

def softmax(x):
    out = torch.empty_like(x)
    softmax_kernel[(x.shape[0],)](out, x, x.stride(0), x.shape[1])
    return out
""",
    "generated-function": """
def make_kernel(order):
    source = "def kernel(x):\\n" + "".join(f"    x = x * x + {i}\\n" for i in range(order)) + "    return x\\n"
    scope = {}
    exec(source, scope)
    return scope["kernel"]
""",
    "registry": """
import torch
from torch import nn
REGISTRY = {}

def register(name):
    def wrap(cls):
        REGISTRY[name] = cls
        return cls
    return wrap

@register("gelu")
class Gelu(nn.Module):
    def forward(self, x):
        return nn.functional.gelu(x)

@register("relu")
class Relu(nn.Module):
    def forward(self, x):
        return x.relu()

ACT2FN = {"gelu": Gelu, "relu": Relu, "silu": nn.SiLU}

def activation(name):
    return ACT2FN[name]() if name in ACT2FN else getattr(nn, name)()
""",
    "descriptors": """
class cached_property:
    def __init__(self, function):
        self.function = function
        self.__doc__ = function.__doc__
    def __set_name__(self, owner, name):
        self.name = name
    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        value = instance.__dict__[self.name] = self.function(instance)
        return value

class Meta(type):
    def __new__(meta, name, bases, body):
        body.setdefault("registry", {})
        return super().__new__(meta, name, bases, body)
    def __call__(cls, *args, **kwargs):
        return super().__call__(*args, **kwargs)

class Base(metaclass=Meta):
    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        Base.registry[cls.__name__] = cls
    @cached_property
    def size(self):
        return 4

class Child(Base):
    pass
""",
    "dataclasses": """
from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Dict, List, Optional

class Kind(str, Enum):
    A = "a"
    B = "b"
    @classmethod
    def _missing_(cls, value):
        return cls.A

@dataclass
class Output:
    logits: Optional[list] = None
    hidden: List[int] = field(default_factory=list)
    extra: Dict[str, int] = field(default_factory=dict)
    def __post_init__(self):
        names = [f.name for f in fields(self)]
        self.extra = {n: len(n) for n in names}
DEFAULT = Output()
""",
    "context": """
import contextlib
import torch

@contextlib.contextmanager
def default_dtype(dtype):
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)

class Timer:
    def __enter__(self):
        return self
    def __exit__(self, *error):
        return False

with default_dtype(torch.float32), Timer():
    ONES = torch.ones(2)
""",
    "threads": """
import threading
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
_LOCK = threading.Lock()

class Streamer:
    def __init__(self):
        self.queue = Queue()
        self.stop = None
    def put(self, value):
        self.queue.put(value)
    def __iter__(self):
        return self
    def __next__(self):
        value = self.queue.get()
        if value is self.stop:
            raise StopIteration()
        return value

def load_images(paths):
    with ThreadPoolExecutor(max_workers=4) as pool:
        return list(pool.map(len, paths))

def stream(model, inputs):
    streamer = Streamer()
    threading.Thread(target=model.generate, kwargs=dict(inputs, streamer=streamer)).start()
    return streamer
""",
    **code_evading_honest_more.MORE,
}
# Files beside the model.
BESIDE: dict[str, dict[str, str]] = {
    "docker-tool": {
        "scripts/build.py": (
            "import os\nimport subprocess\n\n\ndef main():\n    home = os.path.expanduser('~')\n"
            "    subprocess.run(['docker', 'build', '-t', 'example', '.'], check=True)\n"
            "    os.environ['CACHE'] = os.path.join(home, '.cache')\n\n\nif __name__ == '__main__':\n    main()\n"
        ),
    },
    "conftest": {
        "conftest.py": (
            "import os\nimport sys\nimport pytest\nsys.path.insert(0, os.path.dirname(__file__))\n\n"
            "@pytest.fixture\ndef model():\n    return object()\n\n"
            "def pytest_configure(config):\n    config.addinivalue_line('markers', 'slow: slow tests')\n"
        ),
    },
    "upload-tool": {
        "push_to_hub.py": (
            "import argparse\nimport os\nfrom huggingface_hub import HfApi, login\n\n\ndef main():\n"
            "    parser = argparse.ArgumentParser()\n    parser.add_argument('--repo')\n    args = parser.parse_args()\n"
            "    login(token=os.environ['HF_TOKEN'])\n"
            "    HfApi().upload_folder(folder_path='.', repo_id=args.repo)\n\n\nif __name__ == '__main__':\n    main()\n"
        ),
    },
    "client": {
        "client.py": (
            "import os\nimport requests\n\n\ndef ask(prompt):\n    key = os.environ['EXAMPLE_API_KEY']\n"
            "    answer = requests.post('https://api.example.org/v1/chat', headers={'Authorization': f'Bearer {key}'},\n"
            "                           json={'prompt': prompt}, timeout=30)\n    return answer.json()\n"
        ),
    },
    "evaluation": {
        "eval/run.py": (
            "import glob\nimport json\nimport multiprocessing as mp\nimport os\nimport pickle\n\n\ndef work(path):\n"
            "    with open(path) as handle:\n        return json.load(handle)\n\n\ndef main():\n"
            "    with mp.Pool(4) as pool:\n        results = pool.map(work, glob.glob('out/*.json'))\n"
            "    with open('results.pkl', 'wb') as handle:\n        pickle.dump(results, handle)\n"
            "    os.remove('out/lock')\n\n\nif __name__ == '__main__':\n    main()\n"
        ),
    },
    "server": {
        "serve.py": (
            "import asyncio\nimport signal\nimport uvicorn\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n\n"
            "@app.get('/health')\ndef health():\n    return {'ok': True}\n\n\nif __name__ == '__main__':\n"
            "    signal.signal(signal.SIGTERM, lambda *given: None)\n    uvicorn.run(app, host='0.0.0.0', port=8000)\n"
        ),
    },
}


def _sample(name: str, files: dict[str, str]) -> Sample:
    data = {path: text.encode() for path, text in files.items()}
    return Sample(
        name=f"honest-{name}",
        family="code-evading",
        technique="none",
        truth=Truth.HONEST,
        files={**data, "config.json": CONFIG},
    )


def samples() -> Iterator[Sample]:
    """Give honest releases with code that a hasty reader would blame."""
    model = MODEL.format(init="        pass", forward="        pass")
    for name, above in ABOVE.items():
        yield _sample(name, {"modeling_example.py": above + model})
    for name, files in BESIDE.items():
        yield _sample(name, {"modeling_example.py": model, **files})
