from __future__ import annotations

from assay.assess.checks.native_code import CHECK
from assay.domain.facts import Content, NativeCodeFacts
from assay.domain.finding import CheckStatus, Severity
from tests.unit.assess.subjects import at, file, gap, rules, run


def native(path: str, content: Content, detail: str = ""):
    return file(
        path,
        NativeCodeFacts(place=at(path), content=content, detail=detail),
        content=content,
        executable_bit=True,
    )


def test_a_release_of_data_is_clean():
    report = run(CHECK, file("a.json", content=Content.JSON))
    assert report.status is CheckStatus.CLEAN


def test_a_library_is_high():
    (finding,) = run(CHECK, native("a.so", Content.ELF, "shared library")).findings
    assert (finding.rule, finding.severity) == ("native-code", Severity.HIGH)
    assert "(shared library)" in finding.message


def test_compiled_python_is_high_and_named_as_such():
    report = run(CHECK, native("a.pyc", Content.PYTHON_BYTECODE, "by Python 3.11"))
    assert rules(report) == ["python-bytecode"]
    assert report.findings[0].severity is Severity.HIGH
    assert "runs without source" in report.findings[0].message


def test_a_script_is_low_for_what_it_does_is_judged_elsewhere():
    (finding,) = run(CHECK, native("run", Content.SCRIPT)).findings
    assert (finding.rule, finding.severity) == ("script", Severity.LOW)


def test_the_mode_of_a_file_changes_nothing_since_no_digest_binds_it():
    for content in (Content.TEXT, Content.PYTHON):
        reports = [
            run(CHECK, file("a", content=content, executable_bit=bit))
            for bit in (False, True)
        ]
        assert reports[0] == reports[1]
        assert reports[0].status is CheckStatus.CLEAN


def test_an_unopened_archive_leaves_the_check_incomplete():
    report = run(CHECK, file("a.7z", gap(Content.SEVEN_ZIP)))
    assert report.status is CheckStatus.INCOMPLETE


def test_a_file_of_unknown_type_has_no_magic_number_of_a_program():
    report = run(CHECK, file("a", gap(Content.UNKNOWN, "a")))
    assert report.status is CheckStatus.CLEAN
