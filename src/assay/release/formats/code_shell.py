"""What lines for a shell, or a browser's scripts, do: a few forms that say it all.

A shell is not parsed. These forms are those by which programs are fetched and run in
one line, shells are handed to strangers, and traces or files are wiped out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.release.formats import code_shell_tricks
from assay.release.formats.code_act import Act
from assay.release.formats.code_reach import CALL

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["commands", "markup", "script"]

# Longer lines are looked at in pieces that share their ends: no form is longer.
_MAX_CHARS = 4_000
_SHARED = 1_000
# Blanks that put a command out of sight; no form needs more than one.
_BLANKS = re.compile(r"[ \t]{16,}+")
_COMMENTS = ("#", "REM ", "::")
# One of these is in every line that a loud form of scripts fits, or one of pages.
_WORTH = (
    *("curl", "wget", "fetch", "aria2c", "lwp-download", "iwr", "irm", "iex", "eval"),
    *("base64", "base32", "xxd", "openssl", "rev", "gunzip", "sh", "source", "/dev/"),
    *("mshta", "regsvr32", "certutil", "bitsadmin", "invoke-", "nc", "netcat"),
    *("socat", "mkfifo", "telnet", "socket", "rm", "mkfs", "dd", ":()", "shred"),
    *("cron", "/etc/", "authorized_keys", ".bash", ".profile", "sitecustomize"),
    *("chmod", "schtasks", "currentversion", "stratum+", "xmrig", "minerd"),
    *("index-url", "-host", "tr "),
    *code_shell_tricks.WORTH,
)
_WORTH_IN_PAGES = (
    *("child_process", "activexobject", "wscript", "<script", "javascript:"),
    *("onerror", "onload", "atob", "unescape", "decodeuri", "fromcharcode"),
    *(".cookie", "localstorage", "kernel", "eval", "function", "process.env"),
)
_SHELL = r"(?:sudo\s+(?:-\w+\s+)*)?(?:/\S{0,40}/)?(?:env\s+)?(?:ba|z|da|k|c)?sh\b"
_RUNNER = rf"(?:{_SHELL}|(?:sudo\s+)?(?:python[\d.]*|perl|ruby|node|php)\b)"
_FETCH = r"(?:curl|wget|fetch|aria2c|lwp-download)\b"
_SECRETS = (
    r"(?:\.ssh/|id_rsa|id_ed25519|\.aws/|\.netrc|\.kube/|\.docker/config|\.git-cred"
    r"|huggingface/token|/etc/shadow|/etc/passwd|\.npmrc|\.pypirc|\.bash_history)"
)

# Name, kind and form; the first form that fits a line counts. Every repeat is bounded.
_FORMS: tuple[tuple[str, str, re.Pattern[str]], ...] = tuple(
    (name, kind, re.compile(form, re.IGNORECASE))
    for name, kind, form in (
        *code_shell_tricks.FORMS,
        ("download-and-run", "process", rf"{_FETCH}[^\n;]{{0,400}}?\|\s*{_RUNNER}"),
        (
            "download-and-run",
            "process",
            rf"{_RUNNER}[^\n;|]{{0,40}}(?:<\(|\$\(|`)\s*{_FETCH}",
        ),
        (
            "download-and-run",
            "process",
            (
                rf"{_FETCH}[^\n]{{0,300}}(?:&&|;)\s*(?:sudo\s+)?(?:chmod\s[^\n]{{0,80}}"
                rf"(?:&&|;)|{_SHELL}\s+\S|\./)"
            ),
        ),
        (
            "download-and-run",
            "process",
            r"eval\s[^\n]{0,40}(?:\$\(|`)[^\n]{0,40}(?:curl|wget)",
        ),
        (
            "download-and-run",
            "process",
            (
                r"(?:iex|invoke-expression)\b[^\n]{0,200}(?:download|webrequest|\biwr\b"
                r"|irm\b)|download(?:string|file)[^\n]{0,200}(?:\biex\b|start-process)"
                r"|(?:iwr|irm|invoke-webrequest)\b[^\n]{0,200}\|\s*iex"
            ),
        ),
        (
            "download-and-run",
            "process",
            (
                r"\bmshta\s+(?:https?|javascript|vbscript):|\bregsvr32\b[^\n]{0,80}https?:"
                r"|\bcertutil\b[^\n]{0,80}-urlcache|\bbitsadmin\b[^\n]{0,80}/transfer"
            ),
        ),
        (
            "decode-and-run",
            "obfuscation",
            (
                r"(?:base64\s+(?:-\w*d|--decode)|base32\s+-d|xxd\s+-r|openssl\s+(?:enc|base64)"
                rf"[^\n|]{{0,80}}-d|rev|gunzip\s+-c|tr\s[^\n|]{{1,80}})[^\n]{{0,120}}\|\s*{_RUNNER}"
            ),
        ),
        (
            "decode-and-run",
            "obfuscation",
            (
                r"(?:eval|sh\s+-c|source|\.)\s[^\n]{0,60}(?:\$\(|`)[^\n]{0,400}"
                r"(?:base64\s+(?:-\w*d|--decode)|xxd\s+-r)"
            ),
        ),
        (
            "decode-and-run",
            "obfuscation",
            r"powershell[^\n]{0,120}\s-e(?:nc|c|ncodedcommand)?\s+[A-Za-z0-9+/=]{16}",
        ),
        (
            "reverse-shell",
            "process",
            (
                r"/dev/(?:tcp|udp)/|\b(?:nc|ncat|netcat)\b[^\n]{0,80}\s(?:-\w*[ec]\w*\s|--exec)"
                r"|\bsocat\b[^\n]{0,120}exec:|mkfifo[^\n]{0,200}\b(?:nc|ncat|telnet|openssl)\b"
                r"|\b(?:ba|z)?sh\s+-i\b[^\n]{0,20}(?:>&|<&|0>|&>)"
            ),
        ),
        (
            "reverse-shell",
            "process",
            r"(?:python[\d.]*|perl|ruby|php)\s+-[cer]\b[^\n]{0,200}socket",
        ),
        (
            "destroys-files",
            "file-delete",
            (
                r"\brm\s+(?:-\w+\s+|--\S+\s+){1,4}[\"']?(?:/|~/?|\$\{?HOME\}?/?|/\*|\*)"
                r"[\"']?(?:\s|[;&|)]|$)|\bmkfs(?:\.\w+)?\s+/dev|\bdd\b[^\n]{0,120}of=/dev/(?:[shv]d|nvme|mmcblk|disk)"
                r"|>\s*/dev/(?:sd|nvme|vd)\w|:\(\)\s*\{|\bformat\s+c:|rmdir\s+/s\s+/q\s+c:"
                r"|shred\s+[^\n]{0,80}/dev/"
            ),
        ),
        (
            "stays-behind",
            "file-write",
            (
                r"\|\s*crontab\s+-|>>?\s*\S{0,80}(?:authorized_keys|/etc/cron|/etc/sudoers"
                r"|/etc/passwd|/etc/ld\.so\.preload|\.bashrc|\.bash_profile|\.zshrc|\.profile"
                r"|/etc/rc\.local|/etc/systemd|sitecustomize\.py)|\bchmod\s+(?:u\+s|\+s|[246]7)"
                r"|\bschtasks\b[^\n]{0,40}/create|currentversion\\+run\b"
            ),
        ),
        (
            "sends-secrets",
            "network",
            (
                rf"(?:curl|wget|nc|ncat)\b[^\n]{{0,300}}{_SECRETS}"
                rf"|{_SECRETS}[^\n]{{0,200}}\|\s*[^\n]{{0,80}}(?:curl|wget|nc|ncat)\b"
                r"|\b(?:env|printenv|set)\b\s*\|[^\n]{0,120}(?:curl|wget|nc|ncat)\b"
                r"|(?:curl|wget)\b[^\n]{0,200}(?:-d|--data\S*|-F|--post-data)[ =]"
                r"[^\n]{0,60}"
                r"(?:\$\(|`)\s*(?:env|printenv|cat|whoami|hostname|id|uname)\b"
            ),
        ),
        ("mines", "process", r"stratum\+(?:tcp|ssl)://|\bxmrig\b|\bminerd\b"),
        (
            "other-index",
            "install",
            (
                r"\bpip[\d.]*\s+install\b[^\n]{0,300}(?:--(?:extra-)?index-url|--trusted-host"
                r"|-i\s+http)"
                r"|\b(?:conda|mamba)\s+install\b[^\n]{0,200}\s(?:-c|--channel)[ =]"
                r"https?://(?!conda\.anaconda\.org)"
            ),
        ),
        (
            "pip install",
            "install",
            (
                r"\b(?:pip[\d.]*|pipx|uv\s+pip)\s+install\b|\b(?:conda|mamba)\s+install\b"
                r"|\b(?:apt-get|apt|yum|dnf|apk|brew)\s+(?:-\S+\s+)*(?:install|add)\b"
                r"|\bnpm\s+(?:i|install)\b"
            ),
        ),
        ("download", "network", rf"{_FETCH}[^\n]{{0,40}}\s\S"),
    )
)
_HARMLESS_INDEX = re.compile(
    r"https://(?:download\.pytorch\.org|pypi\.nvidia\.com|pypi\.org|pypi\.ngc\.nvidia"
    r"\.com|data\.pyg\.org|wheels\.vllm\.ai|flashinfer\.ai|abetlen\.github\.io)"
)
# Installers that their makers tell people to pipe into a shell, over HTTPS only.
_INSTALLERS = re.compile(
    r"https://(?:astral\.sh/(?:uv|ruff)/|sh\.rustup\.rs|install\.python-poetry\.org"
    r"|raw\.githubusercontent\.com/(?:nvm-sh/nvm|Homebrew/install|pyenv/pyenv-installer)/"
    r"|get\.docker\.com|(?:www\.)?ollama\.(?:com|ai)/install\.sh"
    r"|deb\.nodesource\.com/(?:gpgkey|setup_)"
    r"|bootstrap\.pypa\.io/|pyenv\.run|get\.sdkman\.io|bun\.sh/install|pixi\.sh/install"
    r"|repo\.anaconda\.com/miniconda/|github\.com/conda-forge/miniforge/releases/"
    r"|micro\.mamba\.pm/|packagecloud\.io/install/repositories/github/git-lfs/"
    r"|cli\.github\.com/packages/|apt\.llvm\.org/llvm\.sh|deno\.land/(?:x/)?install"
    r"|nvidia\.github\.io/libnvidia-container/|developer\.download\.nvidia\.com/)"
)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{1,12}://[^\s\"'`|;)>]*", re.IGNORECASE)
_LOUD = frozenset(
    {"download-and-run", "decode-and-run", "reverse-shell", "destroys-files"}
    | {"stays-behind", "sends-secrets", "mines", "other-index"}
)
_MARKUP: tuple[tuple[str, str, re.Pattern[str]], ...] = tuple(
    (name, kind, re.compile(form, re.IGNORECASE))
    for name, kind, form in (
        ("kernel.execute", "obfuscation", r"\bkernel\s*\.\s*execute\s*\("),
        (
            "eval",
            "obfuscation",
            (
                r"(?:\b(?:https?\s*\.\s*get|fetch)\s*\("
                r"|require\(\s*[\"'](?:node:)?https?[\"']\s*\))"
                r"[^\n]{0,400}\b(?:eval|new\s+function)\s*\("
            ),
        ),
        (
            "sends-secrets",
            "network",
            (
                r"(?:\bfetch|\brequest|axios|https?\.)[^\n]{0,200}"
                r"(?:stringify\s*\(\s*process\.env\s*\)|\.\.\.process\.env)"
            ),
        ),
        (
            "child_process",
            "process",
            r"(?:require\(|from\s)\s*[\"'](?:node:)?child_process[\"']",
        ),
        ("ActiveXObject", "process", r"activexobject\s*\(|wscript\.shell"),
        (
            "eval",
            "obfuscation",
            (
                r"(?:\beval|new\s+function|settimeout|document\.write)\s*\(\s*(?:window\.)?"
                r"(?:atob|unescape|decodeuricomponent|string\.fromcharcode)\s*\("
            ),
        ),
        (
            "sends-secrets",
            "network",
            (
                r"(?:fetch|sendbeacon|xmlhttprequest|\.src\s*=)[^\n]{0,200}(?:document\.cookie"
                r"|localstorage)"
            ),
        ),
        ("script", "network", r"<script\b[^>]{0,200}\bsrc\s*=\s*[\"']?(?:https?:)?//"),
        (
            "script",
            "dynamic-code",
            r"<script\b|\bjavascript:\s*\w|\bon(?:error|load)\s*=",
        ),
    )
)
_SCRIPTS = re.compile(
    r"<script\b[^>]{0,200}?\bsrc\s*=\s*[\"']?(?:https?:)?//([^\s\"'>]{1,400})",
    re.IGNORECASE,
)
# Hosts of libraries that pages of notebooks and plots take, and of their own makers.
_LIBRARIES = re.compile(
    r"(?:cdnjs\.cloudflare\.com|cdn\.jsdelivr\.net/npm|unpkg\.com|cdn\.plot\.ly"
    r"|cdn\.bokeh\.org|cdn\.pydata\.org|cdn\.holoviz\.org|ajax\.googleapis\.com"
    r"|ajax\.aspnetcdn\.com|code\.jquery\.com|(?:maxcdn|stackpath|netdna)\.bootstrapcdn"
    r"\.com|cdn\.mathjax\.org|d3js\.org|gradio\.s3-us-west-2\.amazonaws\.com"
    r"|(?:www\.)?(?:googletagmanager|google-analytics|gstatic)\.com|fonts\.googleapis"
    r"\.com|buttons\.github\.io|gist\.github\.com|platform\.twitter\.com"
    r"|huggingface\.co|cdn\.tailwindcss\.com|kit\.fontawesome\.com|use\.fontawesome"
    r"\.com|cdn\.datatables\.net|www\.mathjax\.org|polyfill-fastly\.io)/",
    re.IGNORECASE,
)


def script(text: str, *, first: int = 1) -> Iterator[Act]:
    """Give what the lines of a shell script do, lines joined where they go on."""
    joined = ""
    start = first
    fetched = code_shell_tricks.Fetched()
    for number, line in enumerate(text.split("\n"), first):
        if not joined:
            start = number
            if line.lstrip().startswith(_COMMENTS):
                # A comment ends with its line, even where a backslash is the last.
                continue
            if not line:
                continue
        goes_on = line.endswith("\\")
        joined += _BLANKS.sub(" ", f"{line[:-1]} " if goes_on else line)
        if goes_on and len(joined) < _MAX_CHARS:
            continue
        told: set[str] = set()
        address = fetched.runs(joined[:_MAX_CHARS])
        if address and not _is_installer(address):
            told.add("download-and-run")
            detail = f"{joined.strip()[:200]} (from {address[:180]})"
            yield Act("process", "download-and-run", start, CALL, detail)
        for part in windows(joined):
            for act in commands(part, start, CALL):
                if act.name not in told:
                    told.add(act.name)
                    yield act
        joined = joined[-_SHARED:] if goes_on else ""


def windows(line: str) -> Iterator[str]:
    """Give a line in pieces short enough to be searched."""
    yield line[:_MAX_CHARS]
    for start in range(_MAX_CHARS - _SHARED, len(line) - _SHARED, _MAX_CHARS - _SHARED):
        yield line[start : start + _MAX_CHARS]


def worth_searching(text: str, *, pages: bool) -> Iterator[str]:
    """Give the lines of a text, or nothing in the place of those that hold no form.

    Of a line that is long only the pieces that may hold one are left.
    """
    words = _WORTH_IN_PAGES if pages else _WORTH
    lower = text.lower()
    near = [word for word in words if word in lower]
    for line in text.split("\n") if near else [""] * (text.count("\n") + 1):
        parts = windows(line) if len(line) > _MAX_CHARS else (line,)
        yield " ".join(part for part in parts if _holds(part.lower(), near))


def _holds(text: str, words: list[str]) -> bool:
    return any(word in text for word in words)


def commands(text: str, line: int, when: str, *, loud: bool = False) -> Iterator[Act]:
    """Give what one command does; with `loud` only what nobody honest writes."""
    text = text[:_MAX_CHARS]
    plain = code_shell_tricks.unquoted(text)
    if plain and not any(_matches(text, loud=True)):
        for name in _matches(plain, loud=True):
            detail = f"{name}: {text.strip()[:300]}"
            yield Act("obfuscation", "decode-and-run", line, when, detail)
            return
    for name, kind, form in _FORMS:
        if loud and name not in _LOUD:
            continue
        found = form.search(text)
        if found is None:
            continue
        if name == "other-index" and _HARMLESS_INDEX.search(text):
            continue
        if name == "download-and-run" and not loud and _is_installer(text):
            yield Act("install", "pip install", line, when, text.strip()[:400])
            return
        yield Act(kind, name, line, when, text.strip()[:400])
        return


def _matches(text: str, *, loud: bool) -> Iterator[str]:
    for name, _, form in _FORMS:
        if name in _LOUD or not loud:
            if name == "download-and-run" and _is_installer(text):
                continue
            if name == "other-index" and _HARMLESS_INDEX.search(text):
                continue
            if form.search(text):
                yield name


def _is_installer(text: str) -> bool:
    """Tell a command that fetches nothing but well-known installers."""
    found = _ADDRESS.findall(text)
    return bool(found) and all(map(_INSTALLERS.match, found))


def markup(text: str, *, first: int = 1) -> Iterator[Act]:
    """Give what scripts for a browser or for Node do."""
    for number, written in enumerate(text.split("\n"), first):
        if not written:
            continue
        told: set[str] = set()
        for line in windows(_BLANKS.sub(" ", written)):
            act = _markup(line, number)
            if act is not None and act.name not in told:
                told.add(act.name)
                yield act


def _is_foreign(line: str) -> bool:
    """Tell scripts from hosts that serve more than libraries everybody uses."""
    return any(not _LIBRARIES.match(found[1]) for found in _SCRIPTS.finditer(line))


def _markup(line: str, number: int) -> Act | None:
    for name, kind, form in _MARKUP:
        found = form.search(line)
        if found is not None:
            detail = line[max(0, found.start() - 20) : found.end() + 120].strip()
            foreign = (name, kind) == ("script", "network") and _is_foreign(line)
            what = "foreign-script" if foreign else name
            return Act(kind, what, number, CALL, detail)
    return None
