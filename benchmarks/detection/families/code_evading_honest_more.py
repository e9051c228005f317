"""More honest sources that look like evasions: patches, tables, checks, callbacks."""

# ruff: noqa: E501 # sources stand as people write them
from __future__ import annotations

__all__ = ["MORE"]

MORE: dict[str, str] = {
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
