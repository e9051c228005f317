"""Safeguards of loaders, and what exchanges programs or hosts for a whole process.

Sources: PyTorch (`TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD`), huggingface_hub (`HF_ENDPOINT`),
pip and uv (indexes), ld.so(8), CPython and bash (files that they start with), git.
"""

from __future__ import annotations

import re

__all__ = ["LOADERS", "is_switch", "may_switch"]

# Functions of loaders; whoever exchanges one decides what all others load.
LOADERS = frozenset(
    {"torch.load", "torch.serialization.load", "numpy.load", "pickle.loads"}
    | {"pickle.load", "yaml.load", "joblib.load", "keras.models.load_model"}
    | {"transformers.dynamic_module_utils.resolve_trust_remote_code"}
    | {"torch._weights_only_unpickler.load", "safetensors.torch.load_file"}
    | {"pickle.Unpickler", "builtins.__import__", "builtins.open", "builtins.exec"}
    | {"ssl._create_default_https_context", "ssl.create_default_context"}
)
# Each of them runs what it names, or switches a safeguard off.
_ALWAYS = frozenset(
    {"LD_PRELOAD", "LD_AUDIT", "DYLD_INSERT_LIBRARIES", "PYTHONSTARTUP", "BASH_ENV"}
    | {"GIT_SSH_COMMAND", "GIT_SSH", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"}
    | {"UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_DEFAULT_INDEX", "PIP_CONFIG_FILE"}
    | {
        "PYTHONPATH",
        "PYTHONHOME",
        "NODE_OPTIONS",
        "PERL5OPT",
        "RUBYOPT",
        "GIT_PROXY_COMMAND",
        "PROMPT_COMMAND",
    }
)
_SET = frozenset({"TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "HF_HUB_TRUST_REMOTE_CODE"})
# Where everybody fetches models from, and the mirror that many name.
_HOSTS = re.compile(
    r"(?:https?://)?(?:[\w-]+\.)*(?:huggingface\.co|hf-mirror\.com)/?\Z"
)


def may_switch(key: str) -> bool:
    """Tell the name of a variable that some value makes a switch of."""
    return key in _ALWAYS or key in _SET or key == "HF_ENDPOINT"


def is_switch(key: str, value: str) -> bool:
    """Tell a variable of the environment that no model has to set."""
    if key in _ALWAYS:
        return True
    if key in _SET:
        return value.strip().lower() in ("1", "y", "yes", "true")
    return key == "HF_ENDPOINT" and "." in value and not _HOSTS.match(value)
