from __future__ import annotations

from dataclasses import replace

import pytest

from assay.assess.checks.pickle_imports import CHECK
from assay.domain.facts import Content, GraphFacts
from assay.domain.finding import CheckStatus, Confidence, Severity
from tests.unit.assess.subjects import at, file, gap, pickle, problem, rules, run


def test_a_pickle_of_plain_values_is_clean():
    assert run(CHECK, pickle()).status is CheckStatus.CLEAN


def test_names_that_honest_files_need_are_passed_in_silence():
    report = run(
        CHECK,
        pickle(
            "torch._utils:_rebuild_tensor_v2",
            "torch:FloatStorage",
            "collections:OrderedDict",
            "numpy.core.multiarray:_reconstruct",
            "sklearn.svm._classes:SVC",
        ),
    )
    assert report.status is CheckStatus.CLEAN
    assert report.examined == 1


def test_a_denied_call_is_critical_and_tells_its_arguments_and_gain():
    report = run(
        CHECK, pickle("posix:system", calls=[("posix.system", "'echo assay'")])
    )
    (finding,) = report.findings
    assert finding.rule == "denied-call"
    assert finding.severity is Severity.CRITICAL
    assert finding.confidence is Confidence.HIGH
    assert "`posix.system` with 'echo assay'; it runs programs" in finding.message
    assert finding.gain.startswith("Runs commands")
    assert "CWE-502" in finding.references


def test_a_denied_call_whose_arguments_are_not_listed_is_critical_all_the_same():
    (finding,) = run(CHECK, pickle("builtins:eval")).findings
    assert finding.rule == "denied-call"
    assert " with " not in finding.message


def test_a_denied_import_without_a_call_is_high():
    (finding,) = run(CHECK, pickle("os:system", called=False)).findings
    assert (finding.rule, finding.severity) == ("denied-import", Severity.HIGH)


def test_a_name_on_no_list_is_weighed_and_not_passed():
    (finding,) = run(CHECK, pickle("house.layers:Attic")).findings
    assert finding.rule == "unknown-import"
    assert (finding.severity, finding.confidence) == (Severity.MEDIUM, Confidence.LOW)


@pytest.mark.parametrize("name", [":", ":system", "os:"])
def test_a_name_that_is_computed_is_high(name):
    (finding,) = run(CHECK, pickle(name)).findings
    assert (finding.rule, finding.severity) == ("unresolved-import", Severity.HIGH)


@pytest.mark.parametrize("callee", ["?", "operator.attrgetter('system')"])
def test_a_call_of_something_computed_is_high(callee):
    (finding,) = run(CHECK, pickle(calls=[(callee, "1")])).findings
    assert (finding.rule, finding.severity) == ("unresolved-call", Severity.HIGH)


def test_a_change_of_an_imported_class_is_high():
    report = run(
        CHECK,
        pickle(
            "collections:OrderedDict",
            calls=[("collections.OrderedDict.__setstate__", "{}")],
        ),
    )
    assert rules(report) == ["changed-import"]


def test_a_call_of_a_method_that_was_itself_fetched_is_no_change():
    report = run(
        CHECK,
        pickle("house:Shelf.add", "house:Shelf", calls=[("house.Shelf.add", "1")]),
    )
    assert rules(report) == ["unknown-import", "unknown-import"]


def test_a_risky_name_is_medium_and_says_why():
    (finding,) = run(CHECK, pickle("operator:itemgetter")).findings
    assert (finding.rule, finding.severity) == ("risky-import", Severity.MEDIUM)
    assert "takes items out" in finding.message


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("builtins:type", "None"),
        ("builtins:type", "builtins.Ellipsis"),
        ("__builtin__:type", "None"),
        ("builtins:iter", "[1, 2, 3]"),
        ("builtins:iter", "builtins.range(0, 3)"),
        ("torch.storage:_load_from_bytes", r"b'\x80\x02\x8a\nl\xfc'…"),
        ("torch.storage:_load_from_bytes", r"b'PK\x03\x04\x00'…"),
        ("operator:getitem", "typing.List, builtins.int"),
        ("functools:reduce", "_operator.or_, (builtins.int, builtins.str)"),
        ("__builtin__:reduce", "_operator.or_, (__builtin__.int, __builtin__.str)"),
        ("builtins:getattr", "'abc', 'upper'"),
    ],
)
def test_a_risky_name_used_as_honest_files_do_is_passed(name, given):
    callee = name.replace(":", ".")
    report = run(CHECK, pickle(name, calls=[(callee, given)]))
    assert report.status is CheckStatus.CLEAN


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("builtins:type", "'Trap', (builtins.object), {'run': os.system}"),
        ("builtins:type", "None, 1"),
        ("builtins:iter", "house.ring, None"),
        ("torch.storage:_load_from_bytes", "…"),
        ("torch.storage:_load_from_bytes", r"b'I1\n0cos\nsystem'"),
    ],
)
def test_a_risky_name_used_in_another_way_is_found(name, given):
    callee = name.replace(":", ".")
    report = run(CHECK, pickle(name, calls=[(callee, given)]))
    assert rules(report) == ["risky-import"]


@pytest.mark.parametrize("module", ["builtins", "__builtin__"])
def test_a_method_of_a_harmless_class_may_be_fetched(module):
    report = run(
        CHECK,
        pickle(
            f"{module}:getattr",
            f"{module}:dict",
            calls=[(f"{module}.getattr", f"{module}.dict, 'fromkeys'")],
        ),
    )
    assert report.status is CheckStatus.CLEAN


def test_a_method_that_is_allowed_by_its_full_name_may_be_called():
    fetched = "zoneinfo.ZoneInfo, '_unpickle'"
    report = run(
        CHECK,
        pickle(
            "builtins:getattr",
            "zoneinfo:ZoneInfo",
            calls=[
                ("builtins.getattr", fetched),
                (f"builtins.getattr({fetched})", "'UTC', 1"),
            ],
        ),
    )
    assert report.status is CheckStatus.CLEAN


def test_another_method_of_a_harmless_class_may_not_be_called():
    fetched = "builtins.dict, 'fromkeys'"
    report = run(
        CHECK,
        pickle(
            "builtins:getattr",
            "builtins:dict",
            calls=[
                ("builtins.getattr", fetched),
                (f"builtins.getattr({fetched})", "'a'"),
            ],
        ),
    )
    assert rules(report) == ["unresolved-call"]


@pytest.mark.parametrize(
    "given",
    [
        "builtins.dict, '__class__'",
        "pathlib.Path, 'unlink'",
        "house.Shelf, 'add'",
        "house.Attic, 'add'",
        "builtins.dict, 'fromkeys', None",
        "builtins.dict, …",
        "'abc', '__class__'",
        "builtins.__import__('os'), 'system'",
    ],
)
def test_any_other_use_of_getattr_is_denied(given):
    report = run(
        CHECK,
        pickle(
            "builtins:getattr",
            "builtins:dict",
            "pathlib:Path",
            "house:Shelf",
            calls=[("builtins.getattr", given)],
        ),
    )
    assert "denied-call" in rules(report)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("functools:reduce", "house.f, (1, 2)"),
        ("operator:getitem", "house.shelf, 'os'"),
        ("operator:getitem", "sys.modules, 'os'"),
    ],
)
def test_any_other_use_of_an_indirect_name_is_denied(name, given):
    callee = name.replace(":", ".")
    report = run(CHECK, pickle(name, calls=[(callee, given)]))
    assert rules(report) == ["denied-call"]


def test_a_risky_name_that_is_never_called_is_found():
    assert rules(run(CHECK, pickle("builtins:type"))) == ["risky-import"]


def test_nothing_is_taken_for_honest_when_some_of_its_calls_are_not_listed():
    honest = pickle("builtins:type", calls=[("builtins.type", "None")])
    assert rules(run(CHECK, honest)) == []
    cut = pickle(
        "builtins:type",
        calls=[("builtins.type", "None")],
        unlisted=("builtins.type",),
    )
    report = run(CHECK, cut)
    assert rules(report) == ["risky-import"]
    assert not report.gaps


def test_computed_calls_that_are_not_listed_leave_a_gap():
    report = run(CHECK, pickle("collections:OrderedDict", unlisted=("?",)))
    assert rules(report) == []
    assert "more calls than are listed" in report.gaps[0].reason


def test_unlisted_calls_of_a_harmless_name_matter_to_nobody():
    name = "collections.OrderedDict"
    report = run(CHECK, pickle("collections:OrderedDict", unlisted=(name,)))
    assert report.status is CheckStatus.CLEAN


def test_classes_of_torchscript_are_one_medium_finding_for_each_stream():
    report = run(
        CHECK,
        pickle(
            "__torch__:Net",
            "__torch__.torch.nn:Linear",
            "torch._utils:_rebuild_tensor_v2",
        ),
        pickle("__torch__:Alone", path="other.pt"),
    )
    assert rules(report) == ["torchscript-class", "torchscript-class"]
    assert report.findings[0].severity is Severity.MEDIUM
    assert "`__torch__.Net` and 1 more" in report.findings[0].message
    assert "`__torch__.Alone`, whose source" in report.findings[1].message


def torchscript(member: str, path: str = "model.bin"):
    place = at(path, member=member)
    return GraphFacts(place=place, content=Content.PYTORCH_ZIP)


@pytest.mark.parametrize(
    ("member", "source", "found"),
    [
        ("m/data.pkl", "m/code/__torch__/a/b.py", []),
        ("data.pkl", "code/__torch__/a/b.py", []),
        ("m/code/__torch__/x.py.debug_pkl", "m/code/__torch__/a/b.py", []),
        ("m/data.pkl", "other/code/__torch__/a/b.py", ["torchscript-class"]),
        ("m/data.pkl", "m/code/__torch__/a/c.py", ["torchscript-class"]),
    ],
)
def test_classes_of_torchscript_whose_source_was_read_are_left_in_peace(
    member, source, found
):
    made = pickle("__torch__.a.b:Net", "__torch__.torch.classes.quantized:Packed")
    stream = replace(made.facts[0], place=at(member=member))
    assert rules(run(CHECK, file("model.bin", stream, torchscript(source)))) == found


def test_a_module_that_only_begins_like_torchscript_is_unknown():
    assert rules(run(CHECK, pickle("__torch__x:Net"))) == ["unknown-import"]


@pytest.mark.parametrize("kind", ["malformed", "truncated", "too-large", "too-many"])
def test_a_stream_that_was_not_read_whole_is_never_clean(kind):
    report = run(CHECK, pickle(problems=(problem(kind),)))
    assert report.status is CheckStatus.INCOMPLETE


@pytest.mark.parametrize("kind", ["trailing-data", "bomb"])
def test_problems_that_hide_no_call_do_not_make_it_incomplete(kind):
    assert run(CHECK, pickle(problems=(problem(kind),))).status is CheckStatus.CLEAN


def test_a_stream_beyond_the_limits_is_never_clean():
    assert run(CHECK, pickle(bounded=True)).status is CheckStatus.INCOMPLETE


@pytest.mark.parametrize(
    "content", [Content.SEVEN_ZIP, Content.UNKNOWN, Content.HDF5, Content.NUMPY]
)
def test_what_may_hide_a_pickle_is_a_gap(content):
    report = run(CHECK, file("a", gap(content, "a")))
    assert report.status is CheckStatus.INCOMPLETE


def test_what_cannot_hide_a_pickle_is_no_gap():
    report = run(CHECK, file("a", gap(Content.IMAGE, "a")))
    assert report.status is CheckStatus.NOT_APPLICABLE


def test_control_characters_of_a_name_do_not_reach_the_message():
    (finding,) = run(CHECK, pickle("house\x1b[2J:Attic")).findings
    assert "\x1b" not in finding.message
