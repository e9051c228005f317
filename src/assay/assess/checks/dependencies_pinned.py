"""Judge what a release asks an installer for, and where from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.assess.check import (
    Examination,
    FactCheck,
    Rule,
    Sighting,
    facts_of,
    gaps_about,
    shown,
)
from assay.domain.facts import Content, DependencyFacts, Gap
from assay.domain.finding import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.assess.check import CheckSubject
    from assay.domain.facts import Requirement

__all__ = ["CHECK"]

_REFERENCES = ("CWE-494", "CWE-829", "AML.T0010.001")

HARMFUL = Rule(
    id="known-harmful",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    summary="A package or version that is known to have carried harmful code",
    remediation="Remove it, or name a version that its developers vouch for.",
    gain="Runs the harmful code where the requirements are installed.",
    references=("CWE-506", "AML.T0010.001"),
)
INDEX = Rule(
    id="other-index",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="Packages are taken from an index that is not widely known",
    remediation="Take them from the usual index, with hashes.",
    gain="Whoever runs that index decides what is installed, under any name.",
    references=("CWE-427", "CWE-829", "AML.T0010.001"),
)
KNOWN_INDEX = Rule(
    id="known-index",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="Packages are taken from a second, widely known index or a mirror",
    remediation="Name the hashes, so that it does not matter which index serves them.",
    gain="A package of the same name there is taken in place of the one meant.",
    references=("CWE-427",),
)
TRUSTED_HOST = Rule(
    id="unchecked-host",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The installer is told not to check a host's certificate",
    remediation="Remove the option.",
    gain="Whoever stands between the two decides what is installed.",
    references=("CWE-295", "AML.T0010.001"),
)
PLAIN_HTTP = Rule(
    id="plain-http",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A package or a list of some is fetched without encryption or a hash",
    remediation="Use https and name the hash.",
    gain="Whoever stands between the two decides what is installed.",
    references=("CWE-319", "CWE-494", "AML.T0010.001"),
)
UNKNOWN_HOST = Rule(
    id="unknown-host",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A package or list comes without a hash from a host that is no known forge",
    remediation="Take it from an index, or name its hash.",
    gain="Whoever runs that host decides what is installed.",
    references=_REFERENCES,
)
DIRECT = Rule(
    id="direct-address",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A package or a list of some has an address without a commit or a hash",
    remediation="Name the full commit or the hash.",
    gain="Whoever owns that repository changes what is installed, at any time.",
    references=_REFERENCES,
)
MOVABLE = Rule(
    id="movable-reference",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A package is fetched from a branch or a tag, or a release without a hash",
    remediation="Name the full commit or the hash.",
    gain="Whoever controls the repository exchanges what the next one installs.",
    references=_REFERENCES,
)
OUTSIDE = Rule(
    id="path-outside",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A package is taken from a path outside the release",
    remediation="Take it from an index, or put it into the release.",
    gain="Whoever may write there decides what is installed.",
    references=("CWE-426", "AML.T0010.001"),
)
BUILD_BACKEND = Rule(
    id="own-build-backend",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="Installing the release runs a build backend that lies in it",
    remediation="Use a build backend of the usual index.",
    gain="Runs the build's code as whoever installs the release.",
    references=("CWE-94",),
)
OVER = Rule(
    id="over-limit",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The file is longer, or asks for more, than any honest one known",
    remediation="Name what the release needs, and nothing else.",
    gain="Hides one package, or one index, behind thousands that are read first.",
    references=("CWE-400", "AML.T0010.001"),
)
UNPINNED = Rule(
    id="unpinned",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="Packages are named without one exact version",
    remediation="Name exact versions, better with hashes.",
    gain="A later, taken over version of a package is installed unasked.",
    references=("CWE-1357", "AML.T0010.001"),
)

_HOST = re.compile(
    r"(?:[a-z]{1,10}\+)?([a-z]{1,10})://(?:[^/@\s]*@)?([^/:\s?#]+)", re.IGNORECASE
)
_INDEX_OPTIONS = frozenset(
    {"--index-url", "--extra-index-url", "--find-links", "--registry", "--url"}
)
_BY_OPTION = {"--trusted-host": TRUSTED_HOST, "--backend-path": BUILD_BACKEND}
# Indexes and mirrors that anybody may know; each serves what its name says.
_INDEXES = frozenset(
    {
        "pypi.org", "files.pythonhosted.org", "test.pypi.org", "download.pytorch.org",
        "pypi.nvidia.com", "pypi.ngc.nvidia.com", "data.pyg.org", "wheels.vllm.ai",
        "flashinfer.ai", "abetlen.github.io",
        "pypi.tuna.tsinghua.edu.cn", "mirrors.aliyun.com", "pypi.douban.com",
        "mirrors.cloud.tencent.com", "pypi.mirrors.ustc.edu.cn", "mirror.baidu.com",
        "repo.huaweicloud.com", "mirrors.bfsu.edu.cn", "mirror.sjtu.edu.cn",
        "conda.anaconda.org", "repo.anaconda.com", "pypi.python.org", "pypi.apple.com",
        "download.openmmlab.com", "pytorch-extension.intel.com", ("modelscope.oss-cn-"
        "beijing.aliyuncs.com"), "dl.fbaipublicfiles.com",
        "rocm.nightlies.amd.com", "repo.radeon.com", "docs.vllm.ai", "whl.cerebras.ai",
    }
)  # fmt: skip
_FORGES = frozenset(
    {"github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "huggingface.co"}
    | {"raw.githubusercontent.com", "gitee.com", "modelscope.cn", "git.sr.ht"}
    | {"codeload.github.com", "www.modelscope.cn", "hf.co", "www.github.com"}
)
# Names that were registered to mislead, and versions that were published by thieves of
# an account: as PyTorch (December 2022), Ultralytics (December 2024), the advisories
# MAL-2025-6794 and GHSA-w37p-236h-pfx3, LiteLLM (March 2026) and the reports on
# look-alikes of `jellyfish`, `python-dateutil`, `colorama` and on `ctx` say.
_HARMFUL_NAMES = frozenset(
    {"jeilyfish", "python3-dateutil", "colourama", "torchtriton"}
)
_HARMFUL_VERSIONS = frozenset(
    {("ultralytics", v) for v in ("8.3.41", "8.3.42", "8.3.45", "8.3.46")}
    | {("num2words", "0.5.15"), ("num2words", "0.5.16"), ("ctx", "0.2.6")}
    | {("litellm", "1.82.7"), ("litellm", "1.82.8")}
    | {("lightning", "2.6.2"), ("lightning", "2.6.3")}
)
_VERSION = re.compile(r"==\s*([\w.]+)")
_COMMITTED = re.compile(r"/[0-9a-f]{40}/|/[\w-]{0,40}\d\.\d[\w.-]{0,40}/")
_REVISION = re.compile(
    r"\.git@[^\s#]+|@[^/\s#@]+(?:[#\s]|\Z)|/releases/|/archive/|/resolve/"
)


def _judge(wanted: Requirement) -> Rule | None:
    if wanted.option in _BY_OPTION:
        return _BY_OPTION[wanted.option]
    if wanted.option == "--lock-source":
        return _lock(wanted)
    if wanted.option in _INDEX_OPTIONS:
        return _index(wanted)
    if wanted.option in ("--requirement", "--constraint"):
        return _list(wanted)
    if wanted.option not in ("", "--editable"):
        return None
    return _package(wanted)


def _lock(wanted: Requirement) -> Rule | None:
    scheme, host = _host(wanted.source)
    if scheme == "http":
        return PLAIN_HTTP
    return None if host in _INDEXES | _FORGES or not host else INDEX


def _index(wanted: Requirement) -> Rule | None:
    scheme, host = _host(wanted.source)
    if scheme == "http":
        return PLAIN_HTTP
    if not host:
        return None
    if host in ("pypi.org", "pypi.python.org", "files.pythonhosted.org"):
        return None
    if host in _FORGES:
        # Anybody may publish there.
        return DIRECT
    return KNOWN_INDEX if host in _INDEXES else INDEX


def _list(wanted: Requirement) -> Rule | None:
    """Judge where another list is taken from: it says what is installed, unseen."""
    scheme, host = _host(wanted.source)
    if scheme in ("http", "ftp"):
        return PLAIN_HTTP
    if not scheme:
        # People keep theirs in folders above: pip finds none, and installs nothing.
        return _path(wanted) if wanted.source.startswith("file:") else None
    if host not in _FORGES | _INDEXES:
        return UNKNOWN_HOST
    # A plain file of a forge has its commit, or its tag, in the middle of its address.
    return MOVABLE if _COMMITTED.search(wanted.source) else DIRECT


def _package(wanted: Requirement) -> Rule | None:
    version = _VERSION.search(wanted.text)
    if wanted.name in _HARMFUL_NAMES or (
        version and (wanted.name, version[1]) in _HARMFUL_VERSIONS
    ):
        return HARMFUL
    if not wanted.source:
        return None if wanted.pinned else UNPINNED
    scheme, host = _host(wanted.source)
    if scheme and scheme != "file":
        return _address(wanted, scheme, host)
    return _path(wanted)


def _address(wanted: Requirement, scheme: str, host: str) -> Rule | None:
    if scheme in ("http", "git", "ftp") and not wanted.hashed:
        return PLAIN_HTTP
    if host not in _FORGES | _INDEXES:
        return None if wanted.hashed else UNKNOWN_HOST
    if wanted.pinned:
        return None
    return MOVABLE if _REVISION.search(wanted.source) else DIRECT


def _path(wanted: Requirement) -> Rule | None:
    path = wanted.source.removeprefix("file:").removeprefix("//")
    outside = path.startswith(("/", "~", "\\")) or ".." in re.split(r"[/\\]", path)
    return OUTSIDE if outside or re.match(r"[A-Za-z]:[\\/]", path) else None


def _host(source: str) -> tuple[str, str]:
    if source.startswith("git@"):
        return "ssh", source[4:].split(":", 1)[0].lower()
    found = _HOST.search(source)
    return (found[1].lower(), found[2].lower()) if found else ("", "")


def _sightings(facts: DependencyFacts, subject: CheckSubject) -> Iterable[Sighting]:
    loose: list[Requirement] = []
    for wanted in facts.requirements:
        rule = _judge(wanted)
        if rule is UNPINNED:
            loose.append(wanted)
        elif rule is not None:
            text = shown(wanted.text, subject.limits)
            message = f"The installer is told `{text}`."
            yield Sighting(rule=rule, place=wanted.place, message=message)
    for problem in facts.problems:
        if problem.kind.startswith("too-"):
            message = f"The file asks an installer for {shown(problem.detail)}."
            if problem.kind == "too-long":
                message = f"The file that an installer reads has {problem.detail}."
            yield Sighting(rule=OVER, place=problem.place, message=message)
    if loose:
        names = ", ".join(f"`{shown(wanted.name)}`" for wanted in loose[:5])
        more = f" and {len(loose) - 5} more" if len(loose) > 5 else ""
        message = f"No exact version is named for {names}{more}."
        yield Sighting(rule=UNPINNED, place=loose[0].place, message=message)


def _examine(subject: CheckSubject) -> Examination:
    files = facts_of(subject, DependencyFacts)
    gaps = tuple(
        Gap(
            place=problem.place,
            content=Content.TEXT,
            reason=f"The requirements were not read whole ({problem.kind}): "
            f"{problem.detail}",
        )
        for facts in files
        for problem in facts.problems
    )
    return Examination(
        examined=len(files),
        sightings=tuple(s for facts in files for s in _sightings(facts, subject)),
        gaps=gaps + gaps_about(subject, Content.TEXT),
    )


CHECK = FactCheck(
    id="dependencies-pinned",
    version=3,
    title="What the release asks to install comes from known places, in one version",
    rules=(
        HARMFUL,
        INDEX,
        KNOWN_INDEX,
        TRUSTED_HOST,
        PLAIN_HTTP,
        UNKNOWN_HOST,
        DIRECT,
        MOVABLE,
        OUTSIDE,
        BUILD_BACKEND,
        OVER,
        UNPINNED,
    ),
    examine=_examine,
)
