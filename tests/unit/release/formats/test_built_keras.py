from __future__ import annotations

import base64
import json
import marshal
from dataclasses import replace

import pytest

from assay.domain.facts import BuildFacts, PickleFacts
from assay.domain.limits import DEFAULT_LIMITS

CODE = base64.encodebytes(
    marshal.dumps(compile("__import__('os').system('x')", "<lambda>", "eval"))
).decode()
PICKLE = base64.b64encode(b"cposix\nsystem\n(S'echo assay'\ntR.").decode()


@pytest.fixture
def built(look, only):
    def read(value, path="config.json", **more):
        return only(look(json.dumps(value).encode(), path, **more), BuildFacts)

    return read


@pytest.fixture
def objects(built):
    def read(value):
        (facts,) = built(value)
        assert facts.framework == "keras"
        return [(item.kind, item.module, item.name) for item in facts.objects]

    return read


def layer(name, config, **more):
    return {"class_name": name, "config": config, **more}


def test_layers_of_both_generations_are_told(objects):
    old = layer("Dense", {"kernel_initializer": layer("Zeros", {})})
    assert objects(old) == [("layer", "", "Dense"), ("layer", "", "Zeros")]
    new = layer("Dense", {}, module="keras.layers", registered_name=None)
    assert objects(new) == [("layer", "keras.layers", "Dense")]


def test_equal_objects_are_told_once(objects):
    assert len(objects([layer("Dense", {}), layer("Dense", {"units": 2})])) == 1


def test_functions_are_told_with_their_module(objects):
    value = layer("function", "system", module="os", registered_name="system")
    assert objects(value) == [("function", "os", "system")]


def test_names_of_registered_classes_are_kept(built):
    value = layer("Mine", {}, module=None, registered_name="house>Mine")
    (facts,) = built(value)
    assert facts.objects[0].registered == "house>Mine"


@pytest.mark.parametrize(
    "value",
    [
        layer("Lambda", {"function": [CODE, None, None], "function_type": "lambda"}),
        layer("Lambda", {"function": layer("__lambda__", {"code": CODE})}),
        layer("Lambda", {"function": layer("__lambda__", {"value": CODE})}),
        layer("Lambda", {"function": CODE, "function_type": "lambda"}),
        layer("Lambda", {"output_shape": [CODE, None, None], "function": "relu"}),
        layer("Lambda", {"function": "relu", "mask": CODE}),
        layer("__lambda__", CODE),
    ],
)
def test_code_of_lambdas_is_told_with_its_words(built, value):
    (facts,) = built(value)
    (found,) = [item for item in facts.objects if item.kind == "lambda"]
    assert "__import__" in found.source
    assert "system" in found.source


def test_lambdas_that_begin_alike_are_both_told(built):
    same = " ".join(f"word{number}" for number in range(20))
    ends = ("reshape", "system")
    document = {"layers": [layer("__lambda__", f"{same} {end}") for end in ends]}
    (facts,) = built(document)
    assert [item.source.split()[-1] for item in facts.objects] == list(ends)


@pytest.mark.parametrize(
    "value", [{"class_name": "Lambda"}, layer("Lambda", {"arguments": {}})]
)
def test_a_lambda_without_code_is_told_too(objects, value):
    assert objects(value) == [("lambda", "", "__lambda__")]


@pytest.mark.parametrize("code", ["nö code (x)", "x" * 5])
def test_code_that_is_no_base64_is_told_as_it_stands(built, code):
    (facts,) = built(layer("__lambda__", code))
    assert facts.objects[0].source


def test_a_lambda_may_name_a_function(objects):
    value = {"function": "system", "function_type": "function", "module": "os"}
    assert objects(layer("Lambda", value)) == [("function", "os", "system")]
    assert objects(layer("Lambda", {"function": "relu"}, module="a.b")) == [
        ("function", "a.b", "relu")
    ]


def test_a_shape_that_is_no_code_is_passed_over(objects):
    value = layer("Lambda", {"function": "relu", "output_shape": "relu"})
    assert objects(value) == [("function", "", "relu")]


def test_operations_of_tensorflow_are_told_by_their_name(objects):
    value = layer("TFOpLambda", {"function": "io.write_file"})
    assert objects(value)[1] == ("function", "tensorflow.io", "write_file")


def test_files_that_layers_open_are_told(objects):
    value = [
        layer("StringLookup", {"vocabulary": "/etc/passwd"}),
        layer("TFSMLayer", {"filepath": "there"}),
    ]
    assert ("loader", "vocabulary", "/etc/passwd") in objects(value)
    assert ("loader", "saved-model", "there") in objects(value)


def test_vocabularies_that_are_lists_are_no_files(objects):
    assert len(objects(layer("StringLookup", {"vocabulary": ["a"]}))) == 1


def test_the_pickle_of_a_torch_module_is_read(look, only):
    value = layer("TorchModuleWrapper", {"module": PICKLE})
    file = look(json.dumps(value).encode(), "config.json")
    assert [
        fact.place.member
        for fact in only(file, PickleFacts)
        if fact.place.member == "config.module"
    ]


def test_a_torch_module_that_is_no_base64_is_a_problem(built):
    (facts,) = built(layer("TorchModuleWrapper", {"module": "ö"}))
    assert [problem.kind for problem in facts.problems] == ["bad-base64"]


def test_types_of_tensors_are_told(objects):
    value = layer("__typespec__", [], spec_name="Popen", module="subprocess")
    assert objects(value) == [("class", "subprocess", "Popen")]


@pytest.mark.parametrize(
    "value",
    [
        layer("__tensor__", {"value": 1}),
        {"class_name": "Dense"},
        {"class_name": 5, "config": {}},
    ],
)
def test_what_builds_nothing_is_passed_over(built, value):
    assert not built(value)


def test_objects_are_bounded_and_the_bound_is_told(built):
    limits = replace(DEFAULT_LIMITS, max_built_objects=3)
    value = [layer(f"Layer{number}", {}) for number in range(9)]
    (facts,) = built(value, limits=limits)
    assert len(facts.objects) == 3
    assert [problem.kind for problem in facts.problems] == ["too-many"]


def test_what_runs_by_itself_is_listed_behind_any_crowd(built):
    limits = replace(DEFAULT_LIMITS, max_built_objects=3)
    value = [layer(f"Layer{number}", {}) for number in range(9)]
    value += [layer("Lambda", {"function": "x + 1"}), layer("function", "system")]
    value[-1]["module"] = "os"
    (facts,) = built(value, limits=limits)
    assert [item.name for item in facts.objects[3:]] == ["__lambda__", "system"]


def test_a_crowd_of_problems_of_one_kind_pushes_out_no_other(built):
    value = [layer("TorchModuleWrapper", {"module": "\u00e9"}) for _ in range(150)]
    value.append({**layer("add", {}), "__loader__": "OperatorFuncNode"})
    value[-1] |= {"__class__": "system", "__module__": "os"}
    kinds = [problem.kind for facts in built(value) for problem in facts.problems]
    assert kinds == ["bad-base64"] * 100 + ["forged-node"]
