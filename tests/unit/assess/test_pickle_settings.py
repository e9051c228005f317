"""Names of further libraries: what is rebuilt from its state alone, and what is not."""

from __future__ import annotations

import pytest

from assay.assess.checks.pickle_imports import CHECK
from assay.assess.pickle_names import Verdict, judge
from tests.unit.assess.subjects import pickle, rules, run

STEMMER = "nltk.stem.snowball:EnglishStemmer"
GAUSSIAN = "river.naive_bayes.gaussian.GaussianNB"


@pytest.mark.parametrize(
    "name",
    [
        "omegaconf.dictconfig:DictConfig",
        "omegaconf.base:ContainerMetadata",
        "gymnasium.spaces.dict:Dict",
        "gym.spaces.box:Box",
        "pyod.models.knn:KNN",
        "pytorch_tabnet.tab_model:TabNetClassifier",
        "surprise.trainset:Trainset",
        "shap._explanation:Explanation",
        "slicer.slicer_internal:Alias",
        "transformers.tokenization_utils_fast:PreTrainedTokenizerFast",
        "pytorch_lightning.utilities.parsing:AttributeDict",
        "regex._regex_core:RegexFlag",
    ],
)
def test_what_is_made_of_nothing_and_given_its_state_is_silent(name):
    calls = [(name.replace(":", "."), "")]
    assert rules(run(CHECK, pickle(name, calls=calls))) == []


@pytest.mark.parametrize(
    "name",
    [
        "omegaconf:OmegaConf",
        "omegaconf.resolvers.oc:env",
        "hydra.utils:instantiate",
        "pyod.models.suod:SUOD",
        "ngboost.api:NGBRegressor",
        "skorch.classifier:NeuralNetClassifier",
        "sklearn_crfsuite.estimator:CRF",
        "implicit.nearest_neighbours:BM25Recommender",
        "gymnasium.envs.registration:make",
        "gymnasium.spaces.box:Popen",
    ],
)
def test_what_does_more_is_on_no_list(name):
    module, _, attribute = name.partition(":")
    assert judge(module, attribute).verdict is not Verdict.ALLOWED


def test_a_class_given_more_than_nothing_is_not_honest():
    name = "gymnasium.spaces.box:Box"
    calls = [("gymnasium.spaces.box.Box", "os.system, 'echo word'")]
    assert rules(run(CHECK, pickle(name, calls=calls))) != []


def test_a_method_of_an_object_made_of_nothing_is_listed_or_denied():
    for method, expected in (("stem", []), ("tokenize", ["denied-call"])):
        calls = [
            ("nltk.stem.snowball.EnglishStemmer", ""),
            ("builtins.getattr", f"nltk.stem.snowball.EnglishStemmer(), '{method}'"),
        ]
        report = run(CHECK, pickle(STEMMER, "builtins:getattr", calls=calls))
        assert rules(report) == expected


def test_one_method_may_fill_a_dictionary_and_no_other():
    names = ("builtins:getattr", f"{GAUSSIAN.rpartition('.')[0]}:GaussianNB")
    for method, fine in (("_make_gaussian", True), ("learn_one", False)):
        got = f"{GAUSSIAN}, '{method}'"
        calls = [
            ("builtins.getattr", got),
            ("collections.defaultdict", f"builtins.getattr({got})"),
        ]
        told = rules(run(CHECK, pickle(*names, "collections:defaultdict", calls=calls)))
        assert (told == []) is fine


def test_what_writes_and_deletes_files_is_risky():
    found = judge("sklearn_crfsuite._fileresource", "FileResource")
    assert found.verdict is Verdict.RISKY
