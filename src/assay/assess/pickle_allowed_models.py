"""Classes of model libraries that honest files rebuild from their state alone.

These libraries are many and large, and their classes do more when they are made of
arguments: read files, fetch weights. Their pickles do not do that: an object is made
of nothing and then given its state, so only that is harmless. For each module here
the methods that take a state were read, in the versions of November 2026; what runs
or reads something in them is left out (PyTorch Geometric's layers render a template,
tokenizers of transformers open a vocabulary, statsmodels evaluates a formula).
"""

from __future__ import annotations

import re

from assay.assess.pickle_entries import Family, named

__all__ = ["MODELS", "MODEL_FAMILIES"]

# Nothing, or the one value of a member of an enumeration.
_FROM_STATE = re.compile(r"(?:'[A-Za-z][\w -]{0,40}'|\d{1,6})?", re.ASCII)
# Classes that open what their state names, by the names transformers gives them.
_NO_READERS = re.compile(
    r"(?!\w*(?:Tokenizer|Processor|Extractor|Retriever|Corpus|Loader))_*[A-Z]\w*",
    re.ASCII,
)
# A tokenizer is an empty one that is given its own format, JSON, as its state.
_TOKENIZER = re.compile(r"tokenizers\.models\.Model\(\)|", re.ASCII)

# Snowball's stemmers, one class for each language.
_LANGUAGES = (
    "Arabic Danish Dutch English Finnish French German Hungarian Italian Norwegian "
    "Portuguese Romanian Russian Spanish Swedish"
)
_STEMS = " ".join(f"{language}Stemmer.stem" for language in _LANGUAGES.split())

MODELS = (
    named(
        "it is a method that shortens a word by rules",
        "nltk.stem.snowball",
        f"{_STEMS} PorterStemmer.stem",
        uncalled=True,
    ),
    named(
        "it is a method that makes an empty distribution",
        "river.naive_bayes.gaussian",
        "GaussianNB._make_gaussian",
        uncalled=True,
    ),
    named(
        "it is a set of flags",
        "regex._regex_core regex._main regex",
        "RegexFlag",
        given=_FROM_STATE,
    ),
    named(
        "it is a tokenizer around one that is rebuilt from its own format",
        "transformers.tokenization_utils_fast "
        "transformers.tokenization_utils_tokenizers",
        "PreTrainedTokenizerFast TokenizersBackend",
        given=_FROM_STATE,
    ),
    named(
        "it holds the explanation of a prediction, as numbers and names",
        "shap._explanation slicer.slicer slicer.slicer_internal",
        "Explanation OpHistoryItem Slicer Obj Alias AliasLookup Tracked AtomicSlicer",
        given=_FROM_STATE,
    ),
    named(
        "it is a tokenizer, rebuilt from its own format",
        "tokenizers tokenizers.models",
        "Tokenizer Model",
        given=_TOKENIZER,
    ),
    named(
        "it is a member of an enumeration",
        "torchvision.transforms.functional timm.layers.format peft.utils.peft_types "
        "torchvision.transforms.autoaugment",
        "InterpolationMode Format PeftType TaskType AutoAugmentPolicy",
        given=_FROM_STATE,
    ),
    named(
        "it is a function of tensors, which a metric names to sum its parts",
        "torchmetrics.utilities.data torchmetrics.metric",
        "dim_zero_sum dim_zero_cat dim_zero_mean dim_zero_max dim_zero_min "
        "jit_distributed_available",
        uncalled=True,
    ),
    named(
        "it rebuilds a measure of distance from its type",
        "hdbscan.dist_metrics",
        "newObj EuclideanDistance ManhattanDistance ChebyshevDistance "
        "MinkowskiDistance",
    ),
    named(
        "it names a folder in which training keeps results, and reads none of them",
        "joblib.memory",
        "Memory",
        given=_FROM_STATE,
    ),
    named(
        "it is a function that an estimator names, and computes a value from values",
        "gensim.utils gensim.models.tfidfmodel gensim.models.phrases "
        "optuna.samplers._tpe.sampler optuna.samplers._tpe.parzen_estimator",
        "identity df2idf original_scorer npmi_scorer default_weights default_gamma "
        "hyperopt_default_gamma call_on_class_only _ParzenEstimator",
        uncalled=True,
    ),
    named(
        "it counts values, or is a record of numbers",
        "nltk.probability river._river_rust.vectordict "
        "optuna.samplers._tpe.parzen_estimator",
        "FreqDist ConditionalFreqDist VectorDict _ParzenEstimatorParameters",
    ),
    named(
        "it is a class of words, only named",
        "nltk.tokenize.punkt",
        "PunktToken PunktLanguageVars PunktParameters PunktSentenceTokenizer",
        given=_FROM_STATE,
    ),
    named(
        "it is a study of settings, kept in memory",
        "optuna.storages._in_memory optuna.study.study optuna.study._study_direction "
        "optuna.trial._frozen optuna.trial._state",
        "InMemoryStorage _StudyInfo Study StudyDirection FrozenTrial TrialState",
        given=_FROM_STATE,
    ),
    named(
        "it is a record of a search for a minimum",
        "scipy.optimize._lbfgsb_py",
        "LbfgsInvHessProduct",
        given=_FROM_STATE,
    ),
)

MODEL_FAMILIES = (
    Family(
        modules=(
            "timm.models",
            "timm.layers",
            "torchvision.transforms",
            "ultralytics.nn.modules",
            "ultralytics.nn.tasks",
        ),
        reason="it is a layer, a model or a step before one, rebuilt from its state",
        given=_FROM_STATE,
    ),
    Family(
        modules=(
            "transformers.models",
            "transformers.activations",
            "transformers.pytorch_utils",
            "transformers.generation.configuration_utils",
            "transformers.configuration_utils",
            "sentence_transformers.models",
            "sentence_transformers.SentenceTransformer",
        ),
        reason="it is a model or its configuration, rebuilt from its state",
        without=("transformers.models.deprecated",),
        only=_NO_READERS,
        given=_FROM_STATE,
    ),
    Family(
        modules=(
            "transformers.training_args",
            "transformers.training_args_seq2seq",
            "transformers.trainer_utils",
            "transformers.trainer_pt_utils",
            "accelerate.state",
            "accelerate.utils.dataclasses",
            "peft.tuners.lora.config",
        ),
        reason="it is a setting of the training run",
        given=_FROM_STATE,
    ),
    Family(
        modules=("torch_geometric.data.data", "torch_geometric.data.storage"),
        reason="it is a graph, rebuilt from its state",
        given=_FROM_STATE,
    ),
    Family(
        modules=(
            "torchmetrics.classification",
            "torchmetrics.regression",
            "torchmetrics.aggregation",
            "torchmetrics.collections",
        ),
        reason="it is a measure of predictions, rebuilt from its state",
        given=re.compile(r"(?:'[\w ]?'(?:, )?)*…?", re.ASCII),
    ),
    Family(
        modules=(
            "category_encoders",
            "feature_engine",
            "gensim.corpora.dictionary",
            "gensim.models",
            "hdbscan",
            "hmmlearn.base",
            "hmmlearn.hmm",
            "lifelines.fitters",
            "lifelines.utils",
            "mlxtend.classifier",
            "mlxtend.preprocessing",
            "mlxtend.regressor",
            "nltk.classify",
            "nltk.grammar",
            "nltk.lm",
            "nltk.probability",
            "nltk.stem",
            "nltk.tag.perceptron",
            "nltk.tag.sequential",
            "nltk.tokenize.regexp",
            "optuna.distributions",
            "optuna.pruners",
            "optuna.samplers",
            "optuna.search_space",
            "pygam",
            "river.compose",
            "river.ensemble",
            "river.linear_model",
            "river.naive_bayes",
            "river.optim",
            "river.preprocessing",
            "river.proba",
            "river.stats",
            "river.tree",
            "sktime.datatypes._dtypekind",
            "sktime.forecasting.naive",
            "sktime.forecasting.trend",
            "statsmodels.discrete.discrete_model",
            "statsmodels.genmod",
            "statsmodels.regression",
            "statsmodels.tsa.holtwinters",
        ),
        reason="it is an estimator or a part of one, rebuilt from its state",
        without=(
            "category_encoders.datasets",
            "feature_engine.datasets",
            "gensim.models.wrappers",
            "nltk.classify.megam",
            "nltk.classify.weka",
            "nltk.tag.stanford",
        ),
        given=_FROM_STATE,
    ),
)
