from __future__ import annotations

import pytest

from assay.assess.checks.weights_sound import CHECK
from assay.domain.facts import Content, DataFile, SafetensorsFacts, WeightsFacts
from assay.domain.finding import CheckStatus, Severity
from tests.unit.assess.subjects import at, file, gap, problem, rules, run

FIRST = "model-00001-of-00002.safetensors"
SECOND = "model-00002-of-00002.safetensors"
INDEX = "model.safetensors.index.json"


def weights(*kinds: str, content: Content = Content.GGUF):
    return file(
        "a.gguf",
        WeightsFacts(
            place=at("a.gguf"),
            content=content,
            tensors=2,
            problems=tuple(problem(kind, "a.gguf") for kind in kinds),
        ),
        content=content,
    )


def index(*shards: tuple[str, str | None, str], total: str = "", member=None, bad=()):
    place = at(INDEX, member=member)
    files = tuple(
        DataFile(
            place=at(INDEX, key=f"weight_map.{path}"),
            path=path,
            target=target,
            tensors=2,
            names=names,
        )
        for path, target, names in shards
    )
    return file(
        INDEX,
        WeightsFacts(
            place=place,
            content=Content.JSON,
            tensors=2,
            metadata=(("total_size", total),) if total else (),
            data_files=files,
            problems=bad,
        ),
        content=Content.JSON,
    )


def shard(path: str, names: str = "n", tensors: int = 2, member: str | None = None):
    return file(
        path,
        SafetensorsFacts(
            place=at(path, member=member),
            tensors=tensors,
            header_bytes=0,
            names=names,
        ),
        content=Content.SAFETENSORS,
    )


def test_a_sound_file_is_clean():
    report = run(CHECK, weights())
    assert report.status is CheckStatus.CLEAN
    assert report.examined == 1


@pytest.mark.parametrize(
    ("kind", "rule", "severity"),
    [
        ("out-of-bounds", "memory-range", Severity.HIGH),
        ("count-mismatch", "memory-range", Severity.HIGH),
        ("bad-index", "memory-range", Severity.HIGH),
        ("cycle", "memory-range", Severity.HIGH),
        ("overlap", "memory-range", Severity.HIGH),
        ("type-size", "memory-range", Severity.HIGH),
        ("trailing-data", "hidden-data", Severity.HIGH),
        ("hidden-data", "hidden-data", Severity.HIGH),
        ("malformed", "malformed-weights", Severity.HIGH),
        ("truncated", "malformed-weights", Severity.HIGH),
        ("a-new-word", "malformed-weights", Severity.HIGH),
        ("duplicate-name", "ambiguous-name", Severity.HIGH),
        ("code-object", "object-in-weights", Severity.HIGH),
        ("path-escape", "shard-outside", Severity.HIGH),
        ("over-limit", "beyond-any-model", Severity.HIGH),
        ("unknown-version", "unknown-version", Severity.MEDIUM),
        ("alignment", "untidy-weights", Severity.LOW),
        ("untidy", "untidy-weights", Severity.LOW),
    ],
)
def test_each_problem_falls_under_a_rule(kind, rule, severity):
    report = run(CHECK, weights(kind))
    assert rules(report) == [rule]
    assert report.findings[0].severity is severity
    assert kind in report.findings[0].message


def test_an_index_that_matches_its_shards_is_clean():
    report = run(
        CHECK,
        index((FIRST, FIRST, "n"), (SECOND, SECOND, "n"), total="0"),
        shard(FIRST),
        shard(SECOND),
    )
    # Files of the subjects have eight bytes, which is all header.
    assert report.status is CheckStatus.CLEAN


@pytest.mark.parametrize("tensors", [2, 3])
def test_a_shard_with_other_tensors_than_the_index_says_is_found(tensors):
    report = run(
        CHECK, index((FIRST, FIRST, "n")), shard(FIRST, "other", tensors=tensors)
    )
    assert rules(report) == ["index-mismatch"]
    assert report.findings[0].place.key == f"weight_map.{FIRST}"


def test_a_shard_whose_header_was_not_read_is_not_compared():
    report = run(CHECK, index((FIRST, FIRST, "n")), shard(FIRST, ""))
    assert rules(report) == []


def test_a_pickle_among_the_shards_is_not_compared():
    path = "pytorch_model-00001-of-00001.bin"
    report = run(
        CHECK, index((path, path, "n"), total="5"), file(path, content=Content.PICKLE)
    )
    assert rules(report) == []


def test_a_shard_that_is_not_here_is_found():
    report = run(CHECK, index((FIRST, FIRST, "n"), (SECOND, None, "n")), shard(FIRST))
    assert rules(report) == ["missing-shard"]


def test_an_index_without_any_of_its_shards_is_low():
    report = run(CHECK, index((FIRST, None, "n"), (SECOND, None, "n")))
    assert rules(report) == ["dangling-index"]
    assert report.findings[0].severity is Severity.LOW


def test_a_shard_outside_is_told_once():
    bad = (problem("path-escape", INDEX),)
    place = at(INDEX, key="weight_map.../x")
    bad = (type(bad[0])(kind="path-escape", detail="it is so", place=place),)
    report = run(
        CHECK, index((FIRST, FIRST, "n"), ("../x", None, "n"), bad=bad), shard(FIRST)
    )
    assert rules(report) == ["shard-outside"]


def test_a_numbered_shard_that_the_index_leaves_out_is_found():
    report = run(CHECK, index((FIRST, FIRST, "n")), shard(FIRST), shard(SECOND))
    assert rules(report) == ["index-mismatch"]


def test_a_wrong_total_is_low():
    report = run(CHECK, index((FIRST, FIRST, "n"), total="77"), shard(FIRST))
    assert rules(report) == ["untidy-weights"]


def test_an_index_inside_an_archive_is_not_compared_with_the_release():
    report = run(CHECK, index((FIRST, None, "n"), member=INDEX))
    assert rules(report) == []


def test_a_safetensors_file_inside_an_archive_is_no_shard():
    report = run(
        CHECK, index((FIRST, FIRST, "n")), shard(FIRST, "other", member="inner")
    )
    assert rules(report) == []


def test_an_unopened_archive_leaves_the_check_incomplete():
    report = run(CHECK, file("a.7z", gap(Content.SEVEN_ZIP)))
    assert report.status is CheckStatus.INCOMPLETE


@pytest.mark.parametrize(
    "content",
    [
        "gguf",
        "hdf5",
        "msgpack",
        "xgboost",
        "lightgbm",
        "catboost",
        "tf-checkpoint",
    ],
)
def test_weights_that_were_not_read_leave_the_check_incomplete(content):
    kind = Content(content)
    report = run(CHECK, file("a.bin", gap(kind), content=kind))
    assert report.status is CheckStatus.INCOMPLETE


def test_a_release_without_weights_of_these_kinds_is_not_applicable():
    report = run(CHECK, file("tokenizer.model", gap(Content.UNKNOWN)))
    assert report.status is CheckStatus.NOT_APPLICABLE


@pytest.mark.parametrize("text", ["__import__('os')", "turned \u202e round"])
def test_metadata_that_act_or_hide_are_found_at_their_key(text):
    made = WeightsFacts(
        place=at("a.gguf"),
        content=Content.GGUF,
        metadata=(("general.name", "Example"), ("general.description", text)),
    )
    report = run(CHECK, file("a.gguf", made, content=Content.GGUF))
    assert rules(report) == ["active-metadata"]
    assert report.findings[0].place.key == "general.description"
