from __future__ import annotations

import json

import pytest

from assay.domain.facts import BuildFacts


@pytest.fixture
def skops(look, only):
    def read(value):
        found = only(look(json.dumps(value).encode(), "schema.json"), BuildFacts)
        return found[0] if found else None

    return read


def node(loader, module, name, **more):
    return {"__loader__": loader, "__module__": module, "__class__": name, **more}


def kinds(facts):
    return [problem.kind for problem in facts.problems]


def test_nodes_are_told_with_their_loader(skops):
    facts = skops(
        node(
            "DictNode",
            "builtins",
            "dict",
            content={
                "f": node("FunctionNode", "numpy", "log"),
                "j": node("JsonNode", "builtins", "str"),
                "o": node("ObjectNode", "sklearn.svm", "SVC"),
            },
        )
    )
    assert [(i.kind, i.name, i.registered) for i in facts.objects] == [
        ("class", "dict", "DictNode"),
        ("function", "log", "FunctionNode"),
        ("class", "SVC", "ObjectNode"),
    ]
    assert facts.framework == "skops"
    assert not facts.problems


def test_an_operator_under_another_name_is_forged(skops):
    facts = skops(node("OperatorFuncNode", "sklearn.svm", "methodcaller"))
    assert kinds(facts) == ["forged-node"]
    assert facts.objects[0].module == "operator"


def test_an_honest_operator_is_not_forged(skops):
    assert not kinds(skops(node("OperatorFuncNode", "operator", "itemgetter")))


@pytest.mark.parametrize(
    ("owner", "method", "problems"),
    [
        (("a", "B"), "fit", []),
        (("os", "B"), "fit", ["forged-node"]),
        (("a", "B"), "__init__", ["forged-node"]),
        (("a", "B"), "a.b", ["forged-node"]),
    ],
)
def test_methods_are_of_the_object_that_they_show(skops, owner, method, problems):
    content = {"func": method, "obj": node("ObjectNode", *owner)}
    facts = skops(node("MethodNode", "a", "B", content=content))
    assert kinds(facts) == problems
    assert ("a.B", method) in [(i.module, i.name) for i in facts.objects]


def test_a_method_without_an_owner_is_told_all_the_same(skops):
    assert not kinds(skops(node("MethodNode", "a", "B", content={"func": 5})))


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        ({"module_path": "os", "function": "system"}, ["forged-node"]),
        ({"module_path": "numpy", "function": "log"}, []),
        ({"module_path": "numpy"}, []),
    ],
)
def test_functions_of_the_first_protocol_are_compared(skops, content, problems):
    facts = skops(node("FunctionNode", "numpy", "log", content=content))
    assert kinds(facts) == problems


@pytest.mark.parametrize(
    "value", [{"__loader__": "X"}, {"__loader__": 5, "__class__": "a"}, {}]
)
def test_what_is_no_node_is_passed_over(skops, value):
    assert skops(value) is None


def test_a_node_without_a_module_is_told(skops):
    assert skops(node("TypeNode", None, "a")).objects[0].module == ""
