"""Code and settings that make a loader run what lies elsewhere, and honest ones."""

# ruff: noqa: E501 # sources stand as people write them
from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks.detection.sample import Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["cases"]

_CONFIG = {
    "model_type": "example",
    "auto_map": {"AutoModel": "modeling_example.ExampleModel"},
}
_COMMIT = "0a1b2c3d4e" * 4
_MODEL = """
import torch
from torch import nn
from transformers import AutoConfig, AutoModel, AutoTokenizer, PreTrainedModel
{above}

class ExampleModel(PreTrainedModel):
    def __init__(self, config):
        super().__init__(config)
        self.layer = nn.Linear(config.hidden_size, config.hidden_size)
        {init}

    def forward(self, x):
        return self.layer(x)
"""

# Name: technique, lines above the class, lines in the constructor.
HOSTILE: dict[str, tuple[str, str, str]] = {
    "other-repository": (
        "the code of another repository",
        "",
        "self.inner = AutoModel.from_pretrained('assay-none/inner', trust_remote_code=True)",
    ),
    "other-repository-import": (
        "the code of another repository on import",
        "TOKENIZER = AutoTokenizer.from_pretrained('assay-none/inner', trust_remote_code=True)",
        "",
    ),
    "other-repository-keyword": (
        "another repository as a keyword",
        "",
        "self.inner = AutoModel.from_pretrained(pretrained_model_name_or_path='assay-none/inner', trust_remote_code=True)",
    ),
    "other-repository-name": (
        "another repository by a name",
        "INNER = 'assay-none/' + 'inner'\nTRUST = not False",
        "self.inner = AutoModel.from_pretrained(INNER, trust_remote_code=TRUST)",
    ),
    "other-repository-branch": (
        "another repository at a branch",
        "",
        "self.inner = AutoModel.from_pretrained('assay-none/inner', revision='main', trust_remote_code=True)",
    ),
    "other-repository-spread": (
        "trust in a dictionary",
        "GIVEN = {'trust_remote_code': True}",
        "self.inner = AutoModel.from_pretrained('assay-none/inner', **GIVEN)",
    ),
    "other-repository-dict-call": (
        "trust in dict()",
        "",
        "given = dict(trust_remote_code=True); self.inner = AutoModel.from_pretrained('assay-none/inner', **given)",
    ),
    "other-configuration": (
        "the configuration of another repository",
        "",
        "inner = AutoConfig.from_pretrained('assay-none/inner', trust_remote_code=True); self.inner = AutoModel.from_config(inner, trust_remote_code=True)",
    ),
    "pipeline": (
        "a pipeline of another repository",
        "from transformers import pipeline",
        "self.pipe = pipeline('text-generation', model='assay-none/inner', trust_remote_code=True)",
    ),
    "sentence-transformer": (
        "sentence-transformers",
        "from sentence_transformers import SentenceTransformer",
        "self.inner = SentenceTransformer('assay-none/inner', trust_remote_code=True)",
    ),
    "data-set": (
        "a data set with code",
        "from datasets import load_dataset",
        "self.data = load_dataset('assay-none/data', trust_remote_code=True)",
    ),
    "dynamic-module": (
        "transformers' own loader of classes",
        "from transformers.dynamic_module_utils import get_class_from_dynamic_module",
        "self.inner = get_class_from_dynamic_module('modeling_inner.Inner', 'assay-none/inner')",
    ),
    "custom-pipeline": (
        "a pipeline of a stranger",
        "from diffusers import DiffusionPipeline",
        "self.pipe = DiffusionPipeline.from_pretrained('example/base', custom_pipeline='assay-none/pipe')",
    ),
    "torch-hub": (
        "a repository of a stranger",
        "",
        "self.inner = torch.hub.load('assay-none/inner', 'model')",
    ),
    "torch-hub-trusted": (
        "a repository of a stranger that is trusted",
        "",
        "self.inner = torch.hub.load('assay-none/inner', 'model', trust_repo=True)",
    ),
    "kernels": (
        "machine code of a stranger",
        "from kernels import get_kernel\nattention = get_kernel('assay-none/attention')",
        "",
    ),
    "downloaded-checkpoint": (
        "a checkpoint that was fetched",
        "from huggingface_hub import hf_hub_download",
        "self.extra = torch.load(hf_hub_download('assay-none/inner', 'x.bin'), weights_only=False)",
    ),
    "downloaded-by-name": (
        "a checkpoint that was fetched, by a name",
        "from huggingface_hub import hf_hub_download",
        "path = hf_hub_download('assay-none/inner', 'x.bin'); self.extra = torch.load(path, map_location='cpu', weights_only=False)",
    ),
    "downloaded-snapshot": (
        "a checkpoint in what was fetched",
        "import os\nfrom huggingface_hub import snapshot_download",
        "self.extra = torch.load(os.path.join(snapshot_download('assay-none/inner'), 'x.bin'), weights_only=False)",
    ),
    "downloaded-snapshot-path": (
        "a checkpoint in what was fetched, by way of pathlib",
        "from pathlib import Path\nfrom huggingface_hub import snapshot_download",
        "self.extra = torch.load(Path(snapshot_download('assay-none/inner')) / 'x.bin', weights_only=False)",
    ),
    "downloaded-state": (
        "a state that torch fetches",
        "",
        "self.load_state_dict(torch.hub.load_state_dict_from_url('https://assay.invalid/x.pt', weights_only=False))",
    ),
    "downloaded-pickle": (
        "a pickle that was fetched",
        "import pickle\nfrom huggingface_hub import hf_hub_download",
        "self.table = pickle.load(open(hf_hub_download('assay-none/inner', 'x.pkl'), 'rb'))",
    ),
    "downloaded-joblib": (
        "a dump that was fetched",
        "import joblib\nfrom huggingface_hub import hf_hub_download",
        "self.table = joblib.load(hf_hub_download('assay-none/inner', 'x.joblib'))",
    ),
    "downloaded-numpy": (
        "an array with objects that was fetched",
        "import numpy as np\nfrom huggingface_hub import hf_hub_download",
        "self.table = np.load(hf_hub_download('assay-none/inner', 'x.npy'), allow_pickle=True)",
    ),
    "temporary-checkpoint": (
        "a checkpoint in a place that all may write to",
        "",
        "self.extra = torch.load('/tmp/assay.bin', weights_only=False)",
    ),
    "home-checkpoint": (
        "a checkpoint in the home of a user",
        "import os",
        "self.extra = torch.load(os.path.expanduser('~/.cache/x.bin'), weights_only=False)",
    ),
    "home-checkpoint-path": (
        "a checkpoint in the home of a user, by way of pathlib",
        "from pathlib import Path",
        "self.extra = torch.load(Path.home() / '.cache' / 'x.bin', weights_only=False)",
    ),
    "patched-default": (
        "a default of torch exchanged",
        "import functools\ntorch.load = functools.partial(torch.load, weights_only=False)",
        "",
    ),
}
HONEST: dict[str, tuple[str, str]] = {
    "own-configuration": (
        "",
        "self.inner = AutoModel.from_config(config.text_config, trust_remote_code=True)",
    ),
    "named-by-configuration": (
        "",
        "self.inner = AutoModel.from_pretrained(config.vision_tower, trust_remote_code=True)",
    ),
    "pinned": (
        "",
        f"self.inner = AutoModel.from_pretrained('example/inner', revision='{_COMMIT}', code_revision='{_COMMIT}', trust_remote_code=True)",
    ),
    "no-trust": (
        "",
        "self.inner = AutoModel.from_pretrained('example/inner', trust_remote_code=False)",
    ),
    "no-code": ("", "self.inner = AutoTokenizer.from_pretrained('example/inner')"),
    "passed-on": (
        "\n\ndef build(path, **given):\n    trust = given.pop('trust_remote_code', False)\n    return AutoModel.from_pretrained(path, trust_remote_code=trust)\n",
        "",
    ),
    "example-below": (
        "\n\ndef example():\n    return AutoModel.from_pretrained('example/model', trust_remote_code=True)\n",
        "",
    ),
    "main-below": (
        "\nif __name__ == '__main__':\n    model = AutoModel.from_pretrained('example/model', trust_remote_code=True)\n",
        "",
    ),
    "official-pipeline": (
        "from diffusers import DiffusionPipeline",
        "self.pipe = DiffusionPipeline.from_pretrained('example/base', custom_pipeline='lpw_stable_diffusion')",
    ),
    "well-known-hub": (
        "",
        "self.inner = torch.hub.load('facebookresearch/dinov2', 'dinov2_vits14')",
    ),
    "local-hub": (
        "",
        "self.inner = torch.hub.load(config.folder, 'model', source='local')",
    ),
    "weights-only": (
        "from huggingface_hub import hf_hub_download",
        "self.extra = torch.load(hf_hub_download('example/inner', 'x.bin'), weights_only=True)",
    ),
    "weights-default": (
        "from huggingface_hub import hf_hub_download",
        "self.extra = torch.load(hf_hub_download('example/inner', 'x.bin'), map_location='cpu')",
    ),
    "pinned-checkpoint": (
        "from huggingface_hub import hf_hub_download",
        f"self.extra = torch.load(hf_hub_download('example/inner', 'x.bin', revision='{_COMMIT}'), weights_only=False)",
    ),
    "own-checkpoint": (
        "import os",
        "self.extra = torch.load(os.path.join(config.name_or_path, 'heads.bin'), map_location='cpu', weights_only=False)",
    ),
    "beside-checkpoint": (
        "import os\nfrom pathlib import Path",
        "self.extra = torch.load(Path(__file__).parent / 'heads.bin', weights_only=False)",
    ),
    "state-from-address": (
        "",
        "self.load_state_dict(torch.hub.load_state_dict_from_url('https://example.org/x.pt', map_location='cpu'))",
    ),
    "safetensors": (
        "from huggingface_hub import hf_hub_download\nfrom safetensors.torch import load_file",
        "self.extra = load_file(hf_hub_download('example/inner', 'x.safetensors'))",
    ),
}


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _settings() -> Iterator[tuple[str, str, Truth, dict[str, bytes]]]:
    trusted = {"trust_remote_code": True}
    hostile: dict[str, tuple[str, str, object]] = {
        "other-beside": (
            "trust beside another repository",
            "config.json",
            {
                "model_type": "x",
                "model": {
                    "pretrained_model_name_or_path": "assay-none/inner",
                    **trusted,
                },
            },
        ),
        "adapter": (
            "trust in the base of an adapter",
            "adapter_config.json",
            {
                "peft_type": "LORA",
                "base_model_name_or_path": "assay-none/inner",
                **trusted,
            },
        ),
        "sentence": (
            "trust in a sentence transformer",
            "sentence_bert_config.json",
            {"model_name_or_path": "assay-none/inner", "model_args": trusted},
        ),
        "vision-tower": (
            "trust in a part",
            "config.json",
            {
                "model_type": "x",
                "vision_config": {"name_or_path": "assay-none/inner", **trusted},
            },
        ),
        "pipeline-library-system": (
            "a pipeline of Python's own modules",
            "model_index.json",
            {"_class_name": "StableDiffusionPipeline", "unet": ["subprocess", "Popen"]},
        ),
        "pipeline-class": (
            "a pipeline whose class lies elsewhere",
            "model_index.json",
            {
                "_class_name": ["assay-none/pipe", "Pipe"],
                "unet": ["diffusers", "UNet2DConditionModel"],
            },
        ),
        "pipeline-custom": (
            "a pipeline of a stranger",
            "model_index.json",
            {
                "_class_name": "StableDiffusionPipeline",
                "custom_pipeline": "assay-none/pipe",
            },
        ),
        "pipeline-part": (
            "a part of a stranger",
            "model_index.json",
            {
                "_class_name": "StableDiffusionPipeline",
                "unet": ["assay-none/part", "Unet"],
            },
        ),
    }
    for name, (technique, path, value) in hostile.items():
        yield f"settings-{name}", technique, Truth.HOSTILE, {path: _json(value)}
    code = {"modeling_example.py": _MODEL.format(above="", init="pass").encode()}
    parts = {
        "text_encoder": ["transformers", "CLIPTextModel"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "scheduler": ["diffusers", "PNDMScheduler"],
        "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"],
        "feature_extractor": [None, None],
    }
    honest: dict[str, dict[str, bytes]] = {
        "own-code": {
            **code,
            "config.json": _json({**_CONFIG, "trust_remote_code": True}),
        },
        "sentence-own-code": {
            **code,
            "config.json": _json(_CONFIG),
            "sentence_bert_config.json": _json(
                {"max_seq_length": 512, "model_args": trusted, "config_args": trusted}
            ),
        },
        "no-trust": {
            "config.json": _json(
                {"_name_or_path": "example/inner", "trust_remote_code": False}
            )
        },
        "pipeline": {
            "model_index.json": _json(
                {
                    "_class_name": "StableDiffusionPipeline",
                    "_diffusers_version": "0.30.0",
                    "requires_safety_checker": True,
                    **parts,
                }
            )
        },
        "pipeline-null": {
            "model_index.json": _json(
                {
                    "_class_name": "FluxPipeline",
                    "image_encoder": [None, None],
                    "tokenizer_2": ["transformers", "T5TokenizerFast"],
                }
            )
        },
        "pipeline-own-code": {
            "pipeline.py": b"from diffusers import DiffusionPipeline\n\nclass Mine(DiffusionPipeline):\n    def __call__(self):\n        return self.unet\n",
            "unet/parts.py": b"from torch import nn\n\nclass Unet(nn.Module):\n    def forward(self, x):\n        return x\n",
            "model_index.json": _json(
                {"_class_name": ["pipeline", "Mine"], "unet": ["parts", "Unet"]}
            ),
        },
        "pipeline-kolors": {
            "model_index.json": _json(
                {
                    "_class_name": "KolorsPipeline",
                    "text_encoder": ["kolors", "ChatGLMModel"],
                    "tokenizer": ["kolors", "ChatGLMTokenizer"],
                }
            )
        },
        "axolotl": {
            "axolotl.yaml": b"base_model: example/base\ntrust_remote_code: true\nload_in_8bit: false\n",
            **code,
            "config.json": _json(_CONFIG),
        },
    }
    for name, files in honest.items():
        yield f"honest-settings-{name}", "none", Truth.HONEST, files


def cases() -> Iterator[tuple[str, str, Truth, dict[str, bytes]]]:
    """Give name, technique, truth and files of each."""
    config = _json(_CONFIG)
    for name, (technique, above, init) in HOSTILE.items():
        text = _MODEL.format(above=above, init=init or "pass").encode()
        files = {"modeling_example.py": text, "config.json": config}
        yield f"trust-{name}", technique, Truth.HOSTILE, files
    for name, (above, init) in HONEST.items():
        text = _MODEL.format(above=above, init=init or "pass").encode()
        files = {"modeling_example.py": text, "config.json": config}
        yield f"honest-trust-{name}", "none", Truth.HONEST, files
    usage = b"from transformers import AutoModel\n\nmodel = AutoModel.from_pretrained('example/model', trust_remote_code=True)\n"
    yield "honest-trust-usage", "none", Truth.HONEST, {"demo/usage.py": usage}
    yield from _settings()
