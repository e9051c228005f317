"""Honest sources that look like evasions: probes, optional imports, kernels, caches."""

# ruff: noqa: E501 # sources stand as people write them
from __future__ import annotations

from typing import TYPE_CHECKING

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
    "patched-attention": """
import torch
import transformers.models.llama.modeling_llama as llama

def patched_forward(self, hidden_states, *args, **kwargs):
    return hidden_states, None

def replace_llama_attn():
    llama.LlamaAttention.forward = patched_forward
    torch.nn.functional.scaled_dot_product_attention = torch.nn.functional.scaled_dot_product_attention

transformers_logger = llama.logger
setattr(llama, "EXAMPLE", 1)
""",
    "warnings": """
import atexit
import sys
import warnings
warnings.filterwarnings("ignore", category=FutureWarning)
warnings.showwarning = lambda *given: None
sys.setrecursionlimit(10000)

def _cleanup():
    TABLES.clear()
TABLES = {}
atexit.register(_cleanup)
""",
    "own-folder": """
import os
import sys
sys.path.append(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
""",
    "byte-alphabet": """
from functools import lru_cache

@lru_cache()
def bytes_to_unicode():
    bs = list(range(ord("!"), ord("~") + 1)) + list(range(ord("¡"), ord("¬") + 1)) + list(range(ord("®"), ord("ÿ") + 1))
    cs = bs[:]
    n = 0
    for b in range(2**8):
        if b not in bs:
            bs.append(b)
            cs.append(2**8 + n)
            n += 1
    cs = [chr(n) for n in cs]
    return dict(zip(bs, cs))
BYTES = bytes_to_unicode()
TABLE = str.maketrans({"“": '"', "”": '"', "\\u00a0": " "})

def clean(text):
    return text.translate(TABLE).encode("utf-8").decode("utf-8")
""",
    "base64-vocabulary": """
import base64
import unicodedata

def load_bpe(path):
    with open(path, "rb") as handle:
        contents = handle.read()
    return {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in contents.splitlines() if line)}

SPECIAL = tuple(f"<|extra_{i}|>" for i in range(205))
PAT = r"(?i:'s|'t)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+"
""",
    "embedded-table": """
import base64
import io
import zlib
import numpy as np
_MEL = b"ABzY8NXBEz0{@{qcP~sqE<Q==b0xZ0e`2xo"

def mel_filters():
    return np.load(io.BytesIO(zlib.decompress(base64.b85decode(_MEL))), allow_pickle=False)
""",
    "whisper-alignment": """
import base64
import gzip
import numpy as np
_HEADS = {"tiny": b"ABzY8bu8Lr0{>%RKn9Fp%m@SkK7Kt=7ytkO"}

def set_alignment_heads(dump):
    array = np.frombuffer(gzip.decompress(base64.b85decode(dump)), dtype=bool).copy()
    return array
""",
    "images-from-addresses": """
import base64
import io
import os
import requests
from PIL import Image

def fetch_image(ele):
    image = ele.get("image", ele.get("image_url"))
    if image.startswith("http://") or image.startswith("https://"):
        with requests.get(image, stream=True, timeout=10) as response:
            response.raise_for_status()
            return Image.open(io.BytesIO(response.content)).convert("RGB")
    elif image.startswith("file://"):
        return Image.open(image[7:])
    elif image.startswith("data:image"):
        _, data = image.split("base64,", 1)
        return Image.open(io.BytesIO(base64.b64decode(data)))
    return Image.open(image)
""",
    "video-backend": """
import os
import sys
import importlib.util
from functools import lru_cache
import torch
FORCE = os.getenv("FORCE_VIDEO_READER", None)

@lru_cache(maxsize=1)
def backend():
    if FORCE is not None:
        return FORCE
    return "decord" if importlib.util.find_spec("decord") is not None else "torchvision"
READERS = {"decord": lambda ele: ele, "torchvision": lambda ele: ele}

def fetch(ele):
    try:
        return READERS[backend()](ele)
    except Exception as error:
        return READERS["torchvision"](ele)
""",
    "distributed-rank": """
import os
import socket
import torch.distributed as dist

def rank():
    return dist.get_rank() if dist.is_available() and dist.is_initialized() else int(os.environ.get("RANK", "0"))

def hostname():
    return socket.gethostname()
""",
    "jit-compile": """
import torch
import torch._dynamo
torch._dynamo.config.suppress_errors = True

@torch.jit.script
def gelu_fused(x):
    return 0.5 * x * (1.0 + torch.tanh(0.79788456 * x * (1 + 0.044715 * x * x)))

@torch.compile(fullgraph=False, disable=not torch.cuda.is_available())
def rms(x, w):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * w
compiled = torch.compile(gelu_fused)
torch._C._jit_set_profiling_mode(False)
""",
    "custom-op": """
import torch
from torch.library import Library, impl
lib = Library("example", "DEF")
lib.define("scale(Tensor x, float s) -> Tensor")

@impl(lib, "scale", "CPU")
def scale_cpu(x, s):
    return x * s
torch.library.custom_op
""",
    "module-alias": """
import sys
import types
_module = types.ModuleType("example_compat")
_module.VALUE = 1
sys.modules["example_compat"] = _module
sys.modules[__name__ + ".alias"] = sys.modules[__name__]
""",
    "lazy-imports": """
from typing import TYPE_CHECKING
from transformers.utils import OptionalDependencyNotAvailable, _LazyModule, is_torch_available
_import_structure = {"configuration_example": ["ExampleConfig"]}
try:
    if not is_torch_available():
        raise OptionalDependencyNotAvailable()
except OptionalDependencyNotAvailable:
    pass
else:
    _import_structure["modeling_example"] = ["ExampleModel"]
if TYPE_CHECKING:
    from .configuration_example import ExampleConfig
""",
    "numbers-of-characters": """
ALPHABET = [chr(c) for c in range(ord("a"), ord("z") + 1)]
HEX = {i: "%02x" % i for i in range(256)}
INVERSE = {v: k for k, v in HEX.items()}
BYTES = [f"<0x{i:02X}>" for i in range(256)]

def to_bytes(text):
    return bytes(int(piece[3:-1], 16) for piece in text)

def seed(text):
    total = 0
    for c in text:
        total = (total * 31 + ord(c)) ^ (total >> 3)
    return total
""",
    "hash-of-weights": """
import hashlib
import hmac
import struct

def digest(path):
    h = hashlib.sha256()
    with open(path, "rb") as handle:
        for block in iter(lambda: handle.read(1 << 20), b""):
            h.update(block)
    return h.hexdigest()

def header(path):
    with open(path, "rb") as handle:
        (size,) = struct.unpack("<Q", handle.read(8))
        return handle.read(size).decode()
""",
    "eval-mode": """
import re

def load_eval(model, text):
    model.eval()
    pattern = re.compile("a" + "b")
    model.compile()
    return model.system, pattern.match(text)
""",
    "latex-parser": """
from latex2sympy2 import latex2sympy

def check(answer, truth):
    try:
        return float(eval(answer)) == float(truth)
    except Exception:
        return answer == truth
""",
    "rope-dispatch": """
import math
import torch

def _default(config, device=None):
    dim = config.hidden_size // config.num_attention_heads
    return 1.0 / (10000 ** (torch.arange(0, dim, 2).float().to(device) / dim)), 1.0

def _yarn(config, device=None):
    scale = lambda s, m: 1.0 if s <= 1 else 0.1 * m * math.log(s) + 1.0
    return _default(config, device)[0], scale(2.0, 1)
ROPE = {"default": _default, "yarn": _yarn}

def init_rope(config):
    return ROPE[getattr(config, "rope_type", "default")](config)
""",
    "sort-with-key": """
import functools
words = sorted(["b", "a"], key=len)
words.sort(key=str.lower)
total = functools.reduce(lambda a, b: a + b, [1, 2, 3])
table = {k: v for k, v in sorted({"a": 1}.items(), key=lambda item: item[1])}
first = next(iter(filter(None, map(str.strip, words))), "")
""",
    "match-activation": """
import torch

def act(kind):
    match kind:
        case "gelu":
            return torch.nn.GELU()
        case {"type": name, **rest}:
            return getattr(torch.nn, name)(**rest)
        case _:
            return torch.nn.Identity()
""",
    "json-hooks": """
import json
from collections import OrderedDict, defaultdict

def load(path):
    with open(path, encoding="utf-8") as handle:
        return json.load(handle, object_pairs_hook=OrderedDict)
COUNTS = defaultdict(int)
NESTED = defaultdict(lambda: defaultdict(list))
COUNTS["x"] += 1
""",
    "replace-callback": """
import re

def spell(text):
    text = re.sub(r"(\\d+)", lambda m: " ".join(m.group(1)), text)
    return re.sub("[\\u200b\\ufeff]", "", text)
""",
    "asynchronous": """
import asyncio

async def _generate(model, prompts):
    loop = asyncio.get_running_loop()
    return await asyncio.gather(*(loop.run_in_executor(None, model.generate, p) for p in prompts))

def generate_all(model, prompts):
    return asyncio.run(_generate(model, prompts))
""",
    "nltk-data": """
import nltk

def sentences(text):
    try:
        return nltk.sent_tokenize(text)
    except LookupError:
        nltk.download("punkt")
        return nltk.sent_tokenize(text)
""",
    "platform-checks": """
import platform
import sys
import torch
IS_MAC = sys.platform == "darwin" and platform.machine() == "arm64"
if sys.version_info < (3, 8):
    raise ImportError("Python 3.8 or later")
DEVICE = "cuda" if torch.cuda.is_available() else "mps" if IS_MAC else "cpu"
""",
    "protobuf-vocabulary": """
import pickle
import os

class Vocabulary:
    def save(self, path):
        with open(os.path.join(path, "vocab.pkl"), "wb") as handle:
            pickle.dump(self.__dict__, handle)
""",
    "http-type-hints": """
import http
import urllib.parse
from typing import Any

def is_url(text):
    return urllib.parse.urlparse(text).scheme in ("http", "https")
STATUS = http.HTTPStatus.OK
HOME_PAGE = "https://huggingface.co/example/model"
""",
    "documentation-of-commands": '''
"""Example model.

Install it with `pip install -U transformers && curl https://example.org`; do not run
`os.system` or `subprocess.run(["rm", "-rf", "/"])` from here.
"""
_DOC = "Load it with AutoModel.from_pretrained('example/model', trust_remote_code=True)"
_ERROR = "please run `pip install flash-attn --no-build-isolation`"
''',
    "getattr-dtype": """
import torch

def dtype(name):
    return getattr(torch, name) if isinstance(name, str) else name
FLOAT = getattr(torch, "float" + "32")
for _name in ("float16", "bfloat16"):
    globals()[_name.upper()] = getattr(torch, _name)
""",
    "string-format": """
TEMPLATE = "{}/{}.py".format("a", "b")
NAMES = ["model.layers.%d.%s" % (i, part) for i in range(4) for part in ("q", "k")]
REVERSED = "".join(reversed("abc"))
JOINED = "".join(chr(ord(c) + 1) for c in "HAL")
SLICE = "layers.0.weight"[::-1].split(".")[0][::-1]
""",
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
