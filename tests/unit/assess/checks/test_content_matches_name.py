from __future__ import annotations

import pytest

from assay.assess.checks.content_matches_name import CHECK
from assay.domain.facts import Content
from assay.domain.finding import CheckStatus, Severity
from tests.unit.assess.subjects import file, rules, run


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("a.safetensors", Content.SAFETENSORS),
        ("pytorch_model.bin", Content.PYTORCH_ZIP),
        ("pytorch_model.bin", Content.PICKLE),
        ("weights.bin", Content.UNKNOWN),
        ("model.pt", Content.TAR),
        ("model.pth", Content.ZIP),
        ("model.ckpt", Content.PICKLE),
        ("tokenizer.model", Content.UNKNOWN),
        ("tokenizer.model", Content.SENTENCEPIECE),
        ("flax_model.msgpack", Content.MSGPACK),
        ("module.pyc", Content.PYTHON_BYTECODE),
        ("vocab.txt", Content.JSON),
        ("notes.txt", Content.MARKDOWN),
        ("config.json", Content.TEXT),
        ("train.py", Content.SCRIPT),
        ("run.sh", Content.SCRIPT),
        ("run", Content.SCRIPT),
        ("lib.so", Content.ELF),
        ("tool.exe", Content.PE),
        ("LICENSE", Content.TEXT),
        ("NOTICE", Content.MARKDOWN),
        ("__init__.py", Content.EMPTY),
        (".gitkeep", Content.EMPTY),
        ("figure.svg", Content.TEXT),
        ("model.safetensors.index.json", Content.JSON),
        ("weights.tar.gz", Content.GZIP),
        ("arrays.npz", Content.ZIP),
        ("model.keras", Content.ZIP),
    ],
)
def test_honest_names_are_passed_in_silence(path, content):
    assert run(CHECK, file(path, content=content)).status is CheckStatus.CLEAN


@pytest.mark.parametrize(
    ("path", "content", "rule"),
    [
        ("config.json", Content.PYTHON_BYTECODE, "executable-disguised"),
        ("train.py", Content.PYTHON_BYTECODE, "executable-disguised"),
        ("config.json", Content.ELF, "executable-disguised"),
        ("model.safetensors", Content.PE, "executable-disguised"),
        ("pytorch_model.bin", Content.ELF, "executable-disguised"),
        ("LICENSE", Content.MACH_O, "executable-disguised"),
        ("vocab.txt", Content.SCRIPT, "executable-disguised"),
        ("train.py", Content.ELF, "executable-disguised"),
        ("model.safetensors", Content.PICKLE, "pickle-disguised"),
        ("model.safetensors", Content.PYTORCH_ZIP, "pickle-disguised"),
        ("config.json", Content.PICKLE, "pickle-disguised"),
        ("model.onnx", Content.PICKLE, "pickle-disguised"),
        ("figure.png", Content.ZIP, "archive-disguised"),
        ("model.gguf", Content.SEVEN_ZIP, "archive-disguised"),
        ("model.safetensors", Content.TEXT, "type-differs"),
        ("figure.png", Content.UNKNOWN, "type-differs"),
        ("model.safetensors", Content.EMPTY, "empty-file"),
        ("config.json", Content.EMPTY, "empty-file"),
    ],
)
def test_content_that_the_name_hides_is_found(path, content, rule):
    assert rules(run(CHECK, file(path, content=content))) == [rule]


def test_programs_and_pickles_in_disguise_are_high():
    for content in (Content.ELF, Content.PICKLE):
        (finding,) = run(CHECK, file("config.json", content=content)).findings
        assert finding.severity is Severity.HIGH


@pytest.mark.parametrize(
    "contents",
    [
        (Content.PYTORCH_ZIP, Content.ZIP),
        (Content.JSON, Content.TEXT),
        (Content.PYTHON, Content.SCRIPT, Content.TEXT),
        (Content.PICKLE, Content.TEXT),
        (Content.PICKLE, Content.UNKNOWN),
    ],
)
def test_types_that_go_together_are_no_polyglot(contents):
    report = run(CHECK, file("a.dat", content=contents[0], contents=contents))
    assert "polyglot" not in rules(report)


@pytest.mark.parametrize(
    "contents",
    [
        (Content.SAFETENSORS, Content.ZIP),
        (Content.PICKLE, Content.PYTORCH_ZIP, Content.ZIP),
        (Content.PDF, Content.ZIP),
    ],
)
def test_types_that_exclude_each_other_are_a_polyglot(contents):
    report = run(CHECK, file("a.dat", content=contents[0], contents=contents))
    assert rules(report) == ["polyglot"]


@pytest.mark.parametrize(
    "path", ["card.json.py", "model.safetensors.exe", "sub/readme.md.v2.sh"]
)
def test_a_second_extension_that_makes_it_a_program_is_found(path):
    assert rules(run(CHECK, file(path))) == (
        ["double-extension"]
        if not path.endswith((".py", ".sh"))
        else ["double-extension", "type-differs"]
    )


def test_a_hidden_character_in_a_path_is_named():
    (finding,) = run(CHECK, file("model\u202ekcp.dat")).findings
    assert finding.rule == "hidden-character"
    assert "U+202E" in finding.message
    assert "\u202e" not in finding.message


def test_a_file_without_an_extension_promises_nothing():
    assert run(CHECK, file("weights")).status is CheckStatus.CLEAN
