from __future__ import annotations

import json

import pytest

from assay.domain.facts import BuildFacts, ConfigFacts


@pytest.fixture
def named(look, only):
    def read(value, path="config.json", **more):
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        found = only(look(data, path, **more), BuildFacts)
        return [
            (facts.framework, item.kind, item.module, item.name)
            for facts in found
            for item in facts.objects
        ]

    return read


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"_target_": "a.b.C"}, ("hydra", "class", "a.b", "C")),
        ({"x": [{"_target_": "os.system"}]}, ("hydra", "function", "os", "system")),
        ({"_component_": "a.b"}, ("torchtune", "function", "a", "b")),
        ({"class_path": "a.B"}, ("lightning", "class", "a", "B")),
        ({"target": "a.B", "params": {}}, ("ldm", "class", "a", "B")),
        ({"class": "a.B", "__kind__": "instance"}, ("gluonts", "class", "a", "B")),
        ({"type": "a.B", "init_parameters": {}}, ("haystack", "class", "a", "B")),
        (
            {"auto_mapping": {"parent_library": "os", "base_model_class": "X"}},
            ("peft", "class", "os", "X"),
        ),
        ({"py/object": "a.B"}, ("jsonpickle", "class", "a", "B")),
        ({"py/reduce": ["os.system", {}]}, ("jsonpickle", "function", "os", "system")),
        (
            {"target": "nemo.M", "nemo_version": "2"},
            ("nemo", "class", "nemo", "M"),
        ),
        ({"user_dir": "./code"}, ("fairseq", "loader", "", "./code")),
        ({"common": {"user_dir": "code"}}, ("fairseq", "loader", "", "code")),
        (
            {"dataset_reader": {}, "model": {"x": {"type": "os.system"}}},
            ("allennlp", "function", "os", "system"),
        ),
        ({"_target_": "a.(b)"}, ("hydra", "function", "a", "(b)")),
        ({"_target_": "os.${x}"}, ("hydra", "function", "os", "${x}")),
        ({"_target_": "${x}"}, ("hydra", "function", "", "${x}")),
    ],
)
def test_names_are_found_under_the_keys_of_each_framework(named, value, found):
    assert named(value) == [found]


@pytest.mark.parametrize(
    "value",
    [
        {"_target_": 5, "target": "a.B", "type": "a.B", "class": "a.B"},
        {"_target_": "a sentence"},
        {"_target_": ""},
        {"target": "B", "params": {}},
        {"parent_library": "os"},
        {"py/reduce": [], "user_dir": "null"},
        {"py/reduce": [{"py/type": 5}]},
        {"model": {"type": "os.system"}},
        ["_target_", "os.system"],
        "os.system",
    ],
)
def test_what_only_looks_so_is_passed_over(named, value):
    assert named(value) == []


def test_what_hydra_fetches_by_path_is_told_too(named):
    value = {"_target_": "hydra.utils.get_method", "path": "os.system"}
    assert named(value) == [
        ("hydra", "function", "hydra.utils", "get_method"),
        ("hydra", "function", "os", "system"),
    ]
    assert len(named({**value, "path": 5})) == 1


def test_code_of_the_release_is_left_to_its_own_check(look, only):
    data = json.dumps({"_target_": "code.Model"}).encode()
    file = look(data, "a.json", paths=("a.json", "code.py"))
    assert not only(file, BuildFacts)
    (config,) = only(file, ConfigFacts)
    assert config.remote_code[0].file == "code.py"


def test_modules_of_sentence_transformers_are_told(named):
    value = [{"type": "sentence_transformers.models.Pooling"}, {"type": 5}, 5]
    assert named(value, "modules.json") == [
        ("sentence-transformers", "class", "sentence_transformers.models", "Pooling")
    ]
    assert named(value, "other.json") == []


def test_parts_of_a_pipeline_are_told(named):
    value = {"unet": ["os", "system"], "x": [None, None], "y": ["a"], "z": 5}
    assert named(value, "model_index.json") == [("diffusers", "class", "os", "system")]


def test_code_and_loaders_of_mlflow_are_told(named):
    text = b"flavors:\n  python_function:\n    loader_module: a.b\n    code: code\n"
    text += b"  other: 5\n  sklearn:\n    code: null\n"
    assert sorted(named(text, "MLmodel")) == [
        ("mlflow", "loader", "", "code"),
        ("mlflow", "loader", "a", "b"),
    ]


def test_tags_of_hyperpyyaml_are_told(named):
    text = (
        b"a: !new:torch.nn.Linear\nb: !apply:os.system [x]\nc: !name:a.f\nd: !ref <a>\n"
    )
    assert [(module, name) for _, _, module, name in named(text, "h.yaml")] == [
        ("torch.nn", "Linear"),
        ("os", "system"),
        ("a", "f"),
    ]


def test_expressions_of_yolo_are_told(named):
    text = b"activation: exec('x')\nbackbone:\n- [-1, 1, \"open('x')\", [None, 'nc']]\n"
    text += b"head:\n- [-1, 1, nn.ReLU(inplace=True), [[1, 2]]]\n"
    assert named(text, "yolo.yaml") == [
        ("yolo", "bytecode", "", "activation"),
        ("yolo", "bytecode", "", "argument"),
    ]


@pytest.mark.parametrize("activation", ["nn.SiLU()", "nn.LeakyReLU(0.1, inplace=True)"])
def test_activations_of_yolo_are_plain(named, activation):
    text = f"activation: {activation}\nbackbone: []\nhead: []\n".encode()
    assert named(text, "yolo.yaml") == []


def test_expressions_of_monai_are_told_beside_targets_only(named):
    value = {"a": "$1 + 1", "b": "${x}"}
    assert named(value) == []
    assert named({**value, "c": {"_target_": "a.B"}})[-1][:2] == ("monai", "bytecode")
