"""Where the things come from that a source loads: fetched, outside, trusted.

Sources: `trust_remote_code` of transformers, datasets and sentence-transformers,
`custom_pipeline` of diffusers, `torch.hub.load`, `get_kernel` of the hub's kernels.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from assay.release.formats.code_shown import text_of
from assay.release.formats.code_values import UNKNOWN, Named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.release.formats.code_resolve import Resolver
    from assay.release.formats.code_scopes import Scope

__all__ = ["FETCHED", "OUTSIDE", "PINNED", "Origins", "is_foreign_folder"]

FETCHED, OUTSIDE, PINNED = "fetched", "outside", "pinned"
# What fetches a file and says where it lies, or gives what it holds.
_FETCHERS = frozenset(
    {"huggingface_hub.hf_hub_download", "huggingface_hub.snapshot_download"}
    | {"huggingface_hub.cached_download", "transformers.utils.cached_file"}
    | {"transformers.utils.hub.cached_file", "urllib.request.urlopen"}
    | {"huggingface_hub.file_download.hf_hub_download", "urllib.request.urlretrieve"}
    | {"requests.get", "requests.request", "httpx.get", "gdown.download"}
    | {"wget.download", "torch.hub.load_state_dict_from_url", "pooch.retrieve"}
    | {"torch.hub.download_url_to_file", "tensorflow.keras.utils.get_file"}
    | {"keras.utils.get_file", "modelscope.snapshot_download", "fsspec.open"}
    | {"modelscope.hub.snapshot_download.snapshot_download"}
)
_REPOSITORY = re.compile(
    r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}(?::[\w./-]+)?"
)
_COMMIT = re.compile(r"[0-9a-f]{40}\Z")
_ABSOLUTE = re.compile(r"[\"']?(?:/|~|[A-Za-z]:[\\/]|\\\\)")
# Where the first argument of a loader goes when it is named.
_NAMES = frozenset(
    {"pretrained_model_name_or_path", "model_name_or_path", "repo_id", "model", "path"}
    | {"repo_or_dir", "class_reference", "model_id", "name", "pretrained_model_name"}
    | {"model_name", "custom_pipeline", "tokenizer", "repo"}
)
_TELLING = (
    _NAMES
    | {"trust_remote_code", "custom_revision", "revision"}
    | {
        "code_revision",
        "source",
    }
)
_TRUSTING = frozenset(
    {"torch.hub.load", "kernels.get_kernel", "kernels.load_kernel"}
    | {"transformers.dynamic_module_utils.get_class_from_dynamic_module"}
)
# How many names an expression is followed through, and how many parts looked at.
_MAX_NAMES = 4
_MAX_SEARCHES = 20_000
_MAX_PARTS = 400


class Origins:
    """Follows expressions of one source to where their values come from."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._searches = _MAX_SEARCHES

    def of(self, node: ast.Call, scope: Scope) -> str:
        """Tell where what a loader reads comes from, as far as it shows."""
        if self._fetches(node, scope):
            return PINNED if self._is_pinned(node, scope) else FETCHED
        given = [*node.args[:1], *(k.value for k in node.keywords if k.arg)]
        for part in given[:4]:
            for call, place in self._calls(part, scope):
                return PINNED if self._is_pinned(call, place) else FETCHED
        if node.args and _ABSOLUTE.match(text_of(node.args[0], scope, self._resolver)):
            return OUTSIDE
        return ""

    def _calls(self, node: ast.expr, scope: Scope) -> Iterator[tuple[ast.Call, Scope]]:
        """Give the calls that fetch something, behind an expression."""
        waiting: list[tuple[ast.AST, Scope, int]] = [(node, scope, 0)]
        left = _MAX_PARTS
        while waiting and self._searches > 0 and left > 0:
            self._searches -= 1
            left -= 1
            part, place, depth = waiting.pop()
            if isinstance(part, ast.Call) and self._fetches(part, place):
                yield part, place
            written = None
            if isinstance(part, ast.Name) and depth < _MAX_NAMES:
                written = self._resolver.written(part.id, place)
            if written is not None:
                waiting.append((*written, depth + 1))
            waiting += [(c, place, depth) for c in ast.iter_child_nodes(part)]

    def _fetches(self, node: ast.Call, scope: Scope) -> bool:
        return any(
            isinstance(value, Named) and value.name in _FETCHERS
            for value in self._resolver.values(node.func, scope)
        )

    def _is_pinned(self, node: ast.Call, scope: Scope) -> bool:
        """Tell a call that names one commit of a repository, and nothing that moves."""
        given = self._keywords(node, scope)
        named = [given[key] for key in ("revision", "code_revision") if key in given]
        return bool(named) and all(map(_COMMIT.match, named))

    def _keywords(self, node: ast.Call, scope: Scope) -> dict[str, str]:
        """Give the named arguments, those of a table that is spread as well."""
        pairs: list[tuple[str, ast.expr, Scope]] = []
        for keyword in node.keywords:
            if keyword.arg is not None:
                pairs.append((keyword.arg, keyword.value, scope))
            else:
                pairs += self._spread(keyword.value, scope)
        return {
            name: text_of(value, place, self._resolver)
            for name, value, place in pairs
            if name in _TELLING
        }

    def _spread(
        self, node: ast.expr, scope: Scope
    ) -> Iterator[tuple[str, ast.expr, Scope]]:
        if isinstance(node, ast.Name):
            written = self._resolver.written(node.id, scope)
            if written is None:
                return
            node, scope = written
        if isinstance(node, ast.Dict):
            for key in sorted(_TELLING):
                for value in self._resolver.entries(node, [key]):
                    yield key, value, scope
        elif isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg is not None:
                    yield keyword.arg, keyword.value, scope

    def trusted(
        self, name: str, node: ast.Call, scope: Scope
    ) -> tuple[str, str] | None:
        """Give the repository whose code a call runs, and whether it is pinned.

        The repository is `…` when it is not known, and nothing when the call runs no
        code of any.
        """
        given = self._keywords(node, scope)
        custom = given.get("custom_pipeline", "")
        if _REPOSITORY.fullmatch(custom):
            pinned = self._is_pinned(node, scope) and "custom_revision" in given
            return custom, PINNED if pinned else ""
        trusts = given.get("trust_remote_code", "") not in (
            "",
            "False",
            "…",
            "None",
            "0",
        )
        if given.get("trust_remote_code", "").startswith("…"):
            return None
        if name == "builtins.dict" or (not trusts and name not in _TRUSTING):
            return None
        if given.get("source") == "local":
            return None
        found = [self._repository(part, scope) for part in node.args[:3]]
        found += [text for key, text in given.items() if key in _NAMES]
        for text in found:
            if _REPOSITORY.fullmatch(text):
                pinned = self._is_pinned(node, scope) or bool(_COMMIT.search(text))
                return text, PINNED if pinned else ""
        return "…", ""

    def _repository(self, node: ast.expr, scope: Scope) -> str:
        """Give a text that may be a repository; of several, one that looks like it."""
        texts = [
            str(known.value)
            for known in self._resolver.constants(node, scope)
            if known != UNKNOWN
        ]
        return next((t for t in texts if _REPOSITORY.fullmatch(t)), "")


_ARCHIVES = re.compile(
    r"\.(?:zip|egg|whl|pyz|tar|gz|bin|dat|pt|pth|ckpt|safetensors|pkl)(?:/|\Z)",
    re.IGNORECASE,
)
_SHARED = re.compile(
    r"(?:/tmp|/var/tmp|/dev/shm|[A-Za-z]:\\Windows\\Temp)(?:[/\\ …]|\Z)"
)


def is_foreign_folder(text: str) -> bool:
    """Tell an archive, or a folder that anybody writes to, from a place of code."""
    parts = re.split(r", | ", text)
    return any(_ARCHIVES.search(part) or _SHARED.match(part) for part in parts)
