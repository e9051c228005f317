from __future__ import annotations

import pytest

from assay.assess.checks.dependencies_pinned import CHECK
from assay.domain.facts import Content, DependencyFacts
from assay.domain.finding import CheckStatus
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.formats import requirement
from tests.unit.assess.subjects import at, file, gap, problem, rules, run

PATH = "requirements.txt"
COMMIT = "0a" * 20
HASH = "#sha256=" + "ab" * 32
# In two parts each: no file of the project names an index or the address of a file.
INDEX = "index-" + "url"
PYPI = "pypi.org" + "/simple"
FILE = "file:" + "//"


def asking(*lines: str, **more):
    wanted = [
        requirement.parse(line, at(PATH, line=number), DEFAULT_LIMITS)
        for number, line in enumerate(lines, 1)
    ]
    facts = DependencyFacts(
        place=at(PATH), requirements=tuple(filter(None, wanted)), **more
    )
    return file(PATH, facts, content=Content.TEXT)


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("torchtriton", "known-harmful"),
        ("jeIlyfish", "known-harmful"),
        ("ultralytics==8.3.41", "known-harmful"),
        ("num2words==0.5.16", "known-harmful"),
        ("litellm[proxy]==1.82.8", "known-harmful"),
        ("lightning==2.6.3", "known-harmful"),
        (f"--{INDEX} https://a.example/s", "other-index"),
        ("--find-links https://a.example/s", "other-index"),
        ("--lock-source https://a.example", "other-index"),
        (f"--extra-{INDEX} https://download.pytorch.org/whl", "known-index"),
        ("--trusted-host a", "unchecked-host"),
        (f"-i http://{PYPI}", "plain-http"),
        ("--lock-source http://a.example", "plain-http"),
        ("http://a.example/a.whl", "plain-http"),
        ("git+http://github.com/a/b", "plain-http"),
        ("git://github.com/a/b", "plain-http"),
        ("https://a.example/a.whl", "unknown-host"),
        ("git+ssh://git@a.example/b.git", "unknown-host"),
        ("git+https://github.com/a/b", "direct-address"),
        ("git+https://github.com/a/b.git@main", "movable-reference"),
        ("https://github.com/a/b/archive/main.zip", "movable-reference"),
        ("git@a.example:b/c.git", "unknown-host"),
        ("-e ../a", "path-outside"),
        ("/a/b.whl", "path-outside"),
        (f"{FILE}/a/b", "path-outside"),
        ("C:\\a", "path-outside"),
        ("--backend-path .", "own-build-backend"),
        ("torch", "unpinned"),
    ],
)
def test_each_way_of_asking_falls_under_its_rule(line, rule):
    assert rules(run(CHECK, asking(line))) == [rule]


@pytest.mark.parametrize(
    "line",
    [
        "torch==2.4.0",
        "ultralytics==8.3.50",
        "lightning==2.6.4",
        f"-i https://{PYPI}",
        "--find-links wheels",
        "--lock-source https://pypi.org",
        "--pre",
        "-r other.txt",
        "-e .",
        "./a.whl",
        f"git+https://github.com/a/b@{COMMIT}",
        f"https://a.example/a.whl{HASH}",
        f"http://github.com/a.whl{HASH}",
    ],
)
def test_what_is_settled_is_passed(line):
    assert run(CHECK, asking(line)).status is CheckStatus.CLEAN


def test_loose_versions_are_told_once_for_each_file():
    (finding,) = run(CHECK, asking(*"abcdefg")).findings
    assert finding.message == (
        "No exact version is named for `a`, `b`, `c`, `d`, `e` and 2 more."
    )


def test_what_was_not_read_whole_is_never_clean():
    report = run(CHECK, asking(problems=(problem("broken", PATH),)))
    assert report.status is CheckStatus.INCOMPLETE
    report = run(CHECK, file("a", gap(Content.TEXT, "a")))
    assert report.status is CheckStatus.INCOMPLETE


def test_a_release_without_requirements_is_not_applicable():
    assert run(CHECK, file("a.bin")).status is CheckStatus.NOT_APPLICABLE


@pytest.mark.parametrize("kind", ["too-long", "too-many"])
def test_a_file_that_is_longer_than_any_honest_one_is_high(kind):
    report = run(CHECK, asking(problems=(problem(kind, PATH),)))
    assert rules(report) == ["over-limit"]
    assert report.gaps
