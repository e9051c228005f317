"""Weigh what code does: which rule each action falls under, by kind and by moment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.assess.code_loaded import Loaded
    from assay.domain.facts import CodeAction, CodeFacts

__all__ = ["judge"]

_HOSTILE = frozenset(
    {"download-and-run", "decode-and-run", "reverse-shell", "destroys-files"}
    | {"stays-behind", "sends-secrets", "mines"}
)
# Programs that tell something, or convert what they are given, and no more.
_HARMLESS = re.compile(
    r"(?:\S*/)?(?:(?:nvidia-smi|rocm-smi|ffmpeg|ffprobe|uname|lscpu|sysctl|sw_vers"
    r"|arch"
    r"|ldconfig|which|where|nproc|lsb_release|sox|espeak(?:-ng)?|clear|cls|date"
    r"|hostname"
    r"|whoami|pwd|ls|nvcc|free|df|du|wc|java|tesseract)\b"
    r"|git\s+(?:rev-parse|describe|log|status|diff|ls-files|show|branch|tag"
    r"|config\s+--get)"
    r"|(?:gcc|g\+\+|clang|cc)\s+(?:--version|-dumpversion|-v))[^;&|`$<>\n]*\Z"
)
_BUILDS = re.compile(
    r"(?:\S*/)?(?:cmake|make|ninja|nvcc|gcc|g\+\+|clang|git|python\S*|…\s+setup\.py"
    r"|twine|rm -r?f? ?(?:build|dist)|hipify\S*|npm|cargo|swig|ar|ranlib"
    r"|install_name_tool"
    r"|protoc|sphinx\S*|pytest|tox|make\.bat|otool|patchelf|xcodebuild)\b|…"
)
_INSTALL = re.compile(
    r"\b(?:pip[\d.]*|conda|mamba|apt-get|apt|yum|npm|brew"
    r"|uv pip)\s+(?:-\S+\s+)*install\b"
)
_SECRET = re.compile(
    r"AWS_(?:SECRET|ACCESS|SESSION)|SECRET|PASSW|_TOKEN\b|TOKEN\Z|API_?KEY|CREDENTIAL"
    r"|PRIVATE_KEY|ACCESS_KEY|_PAT\b",
    re.IGNORECASE,
)
_SECRET_PATHS = re.compile(
    r"\.ssh(?:/|\b)|id_rsa|id_ed25519|id_ecdsa|\.aws/|\.netrc|\.kube/|\.docker/config"
    r"|\.git-credentials|huggingface/(?:stored_)?token|/etc/(?:shadow|passwd|sudoers)"
    r"|\.npmrc|\.pypirc|\.bash_history|\.gnupg|/proc/(?:self|\d+|…)/environ|Login Data"
    r"|/run/secrets/|\.(?:zsh|python|psql|mysql)_history|cookies\.sqlite|\.config/gcloud|\.azure/|wallet\.dat|\.env\Z|\.mozilla|key4\.db",
    re.IGNORECASE,
)
_START_PATHS = re.compile(
    r"\.(?:bashrc|bash_profile|zshrc|profile|zprofile)\b|authorized_keys|/etc/|crontab"
    r"|/cron|systemd|autostart|LaunchAgents|site-packages|sitecustomize|usercustomize"
    r"|/usr/|/bin/|System32|Start Menu|\.ssh/|\.ipython|\.jupyter"
    r"|CurrentVersion\\+Run|(?:\A|/)\.(?:git|vscode|husky|idea|claude|cursor)/|\.envrc\b"
    r"|huggingface/modules",
    re.IGNORECASE,
)
# Paths that Python starts with, which are lines of text; torch has another `.pth`.
_START_LINES = {
    "open": re.compile(r"[^,]*\.pth, (?:mode=)?[waxt]{1,2}\+?(?:, |\Z)"),
    "write_text": re.compile(r"[^,]*\.pth(?:, |\Z)"),
}
# What runs as soon as somebody imports or starts it.
_PROGRAMS = re.compile(
    r"[^,]*\.(?:pyc?|pyd|pth|so|dll|exe|sh|bat|ps1|ipynb)(?:, |\Z)", re.IGNORECASE
)
_WIDE_PATHS = re.compile(
    r"\A(?:[\"']?(?:/|~/?|[A-Za-z]:\\)[\"']?|/(?:home|root|usr|etc|var)\b.*|~.*)"
    r"(?:,|\Z)|\.ssh|\.bash_history"
)
# Services by which clouds hand out credentials to their machines, however written.
_METADATA = re.compile(
    r"169\.254\.169\.254|//(?:2852039166|0xa9fea9fe|0251\.0376)|169\.254\.170\.2\b"
    r"|100\.100\.100\.200|fd00:ec2::254|metadata\.google\.internal[^,]*(?:token|account)",
    re.IGNORECASE,
)
# A name to be looked up that is put together: data that travels as a name.
_TUNNEL = re.compile(r"(?:…|%s|\{\w{0,20}\})[^, ]{0,60}\.[a-z]+")
_LOOKS_UP = re.compile(r"(?:socket\.geth|socket\.getaddr|dns\.resolver)")
_UPLOADS = re.compile(r"(?:upload_\w+|create_commit|put_object|publish|send_message)\Z")
# The roots of all that a user has.
_ROOTS = re.compile(r"(?:~|/|/home|/root|/Users|[A-Z]:\\+)/?(?:\Z|, |/…|/\*\*)")
# Publishers of torch's own hub whose repositories most of its examples name, and the
# hub's kernels that its own staff builds.
_KNOWN_PUBLISHERS = re.compile(
    r"(?:pytorch|facebookresearch|huggingface|NVIDIA|intel-isl|kernels-community)/",
    re.IGNORECASE,
)
# What fetches models and data for its living.
_SOFT_NETWORK = (
    "huggingface_hub.",
    "torch.hub.",
    "nltk.",
    "gdown.",
    "boto3.client",
    "wget.",
    "socket.gethostbyname",
    "socket.socket.bind",
    "socket.fromfd",
    "socket.getaddrinfo",
)
_HUB = re.compile(r"https://(?:huggingface\.co|hf\.co)[/,]|https://huggingface\.co\Z")
_FETCHING = frozenset(
    {"requests.get", "urllib.request.urlopen", "urllib.request.urlretrieve"}
    | {"requests.head", "urllib.request.Request", "httpx.get"}
    | {"urllib.request.build_opener", "requests.Session.get", "download"}
    | {"aiohttp.ClientSession.get", "httpx.Client.get", "requests.request"}
)
_STRONG = frozenset({"builtins.exec", "runpy.run_path", "runpy.run_module"})


@dataclass(frozen=True, slots=True)
class _Case:
    """One action, in its source, and whether a loader imports that source."""

    action: CodeAction
    source: CodeFacts
    runs: bool


def judge(source: CodeFacts, loaded: Loaded) -> Iterator[tuple[CodeAction, str]]:
    """Give every action that a rule speaks of, with the rule's id."""
    runs = source in loaded
    actions = [loaded.moved(source, action) for action in source.actions]
    taken = [action for action in actions if _takes_secret(action)]
    for action in actions:
        rule = _RULES[action.kind](_Case(action, source, runs))
        if rule and taken and action.kind == "network":
            rule = _sent(action, taken, rule)
        if rule:
            yield action, rule


def _is_setup(case: _Case) -> bool:
    return case.source.place.path.endswith("setup.py")


def _in_use(action: CodeAction) -> bool:
    return action.when == "use"


def _is_early(action: CodeAction) -> bool:
    return action.when in ("import", "load")


def _takes_secret(action: CodeAction) -> bool:
    """Tell an action that reads a credential, or all of the environment."""
    if action.kind == "environment":
        return not action.detail or _SECRET.search(action.detail) is not None
    return (
        action.kind == "file-read" and _SECRET_PATHS.search(action.detail) is not None
    )


def _sent(action: CodeAction, taken: list[CodeAction], rule: str) -> str:
    """Weigh a connection beside secrets that are read in the same file."""
    fetches = action.name.startswith(_SOFT_NETWORK) or _HUB.match(action.detail)
    sends = _UPLOADS.search(action.name) or _is_tunnel(action)
    if action.name in _HOSTILE or (fetches and not sends):
        return rule
    early = action.when != "call"
    near = any(other.scope == action.scope for other in taken)
    whole = any(not other.detail for other in taken)
    if (early and (near or any(map(_is_early, taken)))) or (
        whole and near and not action.scope
    ):
        return "secrets-sent"
    return rule


def _process(case: _Case) -> str:
    action = case.action
    if action.name in _HOSTILE:
        return "hostile-command"
    built = _is_setup(case) and _BUILDS.match(action.detail)
    if built or all(map(_HARMLESS.match, action.detail.split(" | "))):
        return "known-program"
    early = _is_early(action) or case.source.language == "javascript"
    if _INSTALL.search(action.detail):
        return "installs-packages" if early else "installs-on-call"
    return "starts-program" if early else _program_on_call(case)


def _program_on_call(case: _Case) -> str:
    if case.source.place.key is not None:
        return "known-program" if case.action.name == "!" else "starts-program-on-call"
    if not case.runs and case.source.language == "python":
        return "tool-starts-program"
    if _in_use(case.action):
        return "starts-program-in-use"
    return "starts-program-on-call"


def _dynamic(case: _Case) -> str:
    action = case.action
    if case.source.language != "python" or action.scope == "outputs":
        return "active-content"
    if _in_use(action) and action.name in _STRONG:
        return "starts-program-in-use"
    if not _is_early(action) or _is_mild(case):
        return "runs-text-on-call"
    return "fetches-files" if action.name == "torch.hub.load" else "runs-text"


def _is_mild(case: _Case) -> bool:
    """Tell what honest modules do early: lazy imports, and versions in setup.py."""
    name = case.action.name
    if name in ("builtins.__import__", "importlib.import_module"):
        return True
    if _is_setup(case) and name.startswith("builtins."):
        # What it reads from the network is told by that.
        return True
    if name == "builtins.eval" and case.action.detail.startswith("self."):
        return True
    return name.startswith(("importlib.", "object.__")) and not case.runs


def _network(case: _Case) -> str:
    if case.action.name in _HOSTILE:
        return "hostile-command"
    if case.action.name in ("script", "foreign-script"):
        return _script(case.action)
    if _METADATA.search(case.action.detail):
        return "reads-secrets"
    if _SECRET_PATHS.search(case.action.detail):
        return "secrets-sent"
    return "opens-connection" if _opens(case) else "fetches-files"


def _script(action: CodeAction) -> str:
    """Weigh a script that a page takes from elsewhere; outputs are shown without."""
    if action.name == "script" or action.scope == "outputs":
        return "active-content"
    return "unencrypted-script" if "http://" in action.detail else "foreign-script"


def _opens(case: _Case) -> bool:
    """Tell a connection from fetching what an honest model may fetch."""
    action = case.action
    early = _is_early(action)
    if _is_tunnel(action):
        return early or _in_use(action)
    if _UPLOADS.search(action.name):
        return early and case.runs
    if action.name.startswith(_SOFT_NETWORK):
        return False
    if action.name in _FETCHING:
        return early and case.runs
    return early or _in_use(action)


def _is_tunnel(action: CodeAction) -> bool:
    """Tell a look-up of a name that carries data."""
    looks_up = _LOOKS_UP.match(action.name) is not None
    if not looks_up:
        return False
    tells = _TUNNEL.match(action.detail) or _SECRET.search(action.detail)
    return tells is not None


def _remote(case: _Case) -> str:
    """Weigh code of another repository, which nobody bound by a digest."""
    action = case.action
    bound = action.origin == "pinned" or action.detail == "…"
    if bound or _KNOWN_PUBLISHERS.match(action.detail):
        return "trusts-code"
    runs = case.runs and action.when != "call"
    return "trusts-code-elsewhere" if runs else "trusts-code"


def _safeguard(case: _Case) -> str:
    early = _is_early(case.action) and case.runs
    return "disarms-loader" if early else "disarms-loader-on-call"


# What editors and package managers start in honest folders: tools that build, check
# and serve, and nothing that is written out in the command itself.
_TOOL = re.compile(
    r"(?:(?:sudo\s+)?(?:npm|pnpm|yarn|bun|npx|uvx?|pipx?|pip3|poetry|pdm|hatch|cargo|make"
    r"|cmake|docker(?:-compose)?|podman|git|tsc|vite|webpack|jest|eslint|prettier|pytest"
    r"|ruff|mypy|black|isort|husky|patch-package|node-gyp(?:-build)?|prebuild-install"
    r"|lint-staged|echo|gradle|mvn|dotnet|go|conda|mamba|apt-get|jupyter|streamlit"
    r"|gradio|uvicorn|playwright|electron-builder|rimraf|opencollective|is-ci|true"
    r"|python3?\s+-m\s+[\w.]+|python3?\s+[\w./-]+\.py|node\s+[\w./-]+\.[cm]?js"
    r"|(?:ba)?sh\s+[\w./-]+\.sh|\./[\w./-]+\.sh)\b)"
)
_INLINE = re.compile(
    r"(?:^|\s)(?:-c|-e|-enc\w*|--eval|--print|/c|-Command)\s|://|base64|\$\(|`"
    r"|/dev/tcp|\beval\b|\bcurl\b|\bwget\b|\bnc\b|\\\\[\w.-]+\\",
    re.IGNORECASE,
)
_LOCAL = re.compile(
    r"(?:^|\s)(?:\$\{workspace(?:Folder|Root)\}/|\./|\.vscode/)\S|\.(?:sh|bat|ps1|exe)\b"
)


def _hook(case: _Case) -> str:
    """Weigh a command that a tool runs because of a file of the release."""
    action = case.action
    command = action.detail
    if action.when == "import":
        known = _TOOL.match(command) and not action.name.startswith("git.")
        plain = known and not (_INLINE.search(command) or _LOCAL.search(command))
        return "tool-runs-command" if plain else "runs-when-opened"
    if action.when == "load" and _INLINE.search(command):
        return "runs-when-opened"
    return "tool-runs-command"


def _native(case: _Case) -> str:
    early = _is_early(case.action)
    return "loads-native-code" if early else "native-code-on-call"


def _install(case: _Case) -> str:
    if case.action.name == "other-index":
        return "installs-packages"
    return "installs-packages" if _is_early(case.action) else "installs-on-call"


def _deserialise(case: _Case) -> str:
    late = not _is_early(case.action)
    elsewhere = case.action.origin in ("fetched", "outside")
    checked = case.action.name.startswith("torch.") and (
        "weights_only=False" not in case.action.detail
    )
    if elsewhere and not (late or checked) and case.runs:
        return "loads-objects-elsewhere"
    if late or case.action.name == "torch.load" or not case.runs:
        return "loads-objects-on-call"
    return "loads-objects"


def _delete(case: _Case) -> str:
    if case.action.name in _HOSTILE:
        return "hostile-command"
    if _WIDE_PATHS.search(case.action.detail):
        return "changes-system"
    if case.action.when == "import" and case.runs:
        return "deletes-files"
    return "changes-files" if _is_early(case.action) else ""


def _write(case: _Case) -> str:
    if case.action.name in _HOSTILE:
        return "hostile-command"
    if _START_PATHS.search(case.action.detail):
        return "changes-system"
    lines = _START_LINES.get(case.action.name.rpartition(".")[2])
    if lines is not None and lines.match(case.action.detail):
        return "changes-system"
    early = case.runs and _is_early(case.action)
    if early and _PROGRAMS.match(case.action.detail):
        return "changes-system"
    return "changes-files" if _is_early(case.action) else ""


def _read(case: _Case) -> str:
    if _SECRET_PATHS.search(case.action.detail):
        return "reads-secrets"
    walks = case.action.name.endswith(("walk", "glob"))
    wide = walks and _ROOTS.match(case.action.detail) is not None
    return "reads-secrets" if wide and case.runs and _is_early(case.action) else ""


def _hidden(case: _Case) -> str:
    del case
    return "hidden-code"


def _environment(case: _Case) -> str:
    del case
    return ""


_RULES = {
    "process": _process,
    "dynamic-code": _dynamic,
    "network": _network,
    "native": _native,
    "remote-code": _remote,
    "safeguard": _safeguard,
    "hook": _hook,
    "install": _install,
    "deserialise": _deserialise,
    "file-delete": _delete,
    "file-write": _write,
    "file-read": _read,
    "obfuscation": _hidden,
    "environment": _environment,
}
