"""Makers of honest files for `real_dumps.py`: tables, texts and series."""

from __future__ import annotations

import datetime as dt
import importlib
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["ESTIMATORS"]

Made = tuple[dict[str, Any], dict[str, "Callable[[Path], None]"]]
_TEXTS = ["the cat sat", "a dog ran far", "cats and dogs", "birds fly south"] * 5


def _library(name: str) -> Any:  # noqa: ANN401 - it has no types here
    return importlib.import_module(name)


def _numbers() -> tuple[Any, Any]:
    np = _library("numpy")
    values = np.random.default_rng(0).random((60, 4))
    return values, (values[:, 0] > 0.5).astype(int)


def _fitted(module: str, names: str, **settings: object) -> dict[str, Any]:
    """Fit each class by its name; those that need other data are left out."""
    library, (values, labels) = _library(module), _numbers()
    items: dict[str, Any] = {}
    for name in names.split():
        try:
            items[name.lower()] = getattr(library, name)(**settings).fit(values, labels)
        except Exception:  # noqa: BLE001, S112 - versions differ in what they want
            continue
    return items


def _catboost() -> Made:
    kinds = "CatBoostClassifier CatBoostRegressor CatBoost"
    items = _fitted(
        "catboost", kinds, iterations=3, verbose=0, allow_writing_files=False
    )
    first = items["catboostclassifier"]
    return items, {
        "cbm": lambda folder: first.save_model(str(folder / "model.cbm")),
        "json": lambda folder: first.save_model(
            str(folder / "model.json"), format="json"
        ),
        "onnx": lambda folder: first.save_model(
            str(folder / "model.onnx"), format="onnx"
        ),
    }


def _statsmodels() -> Made:
    sm, (values, labels) = _library("statsmodels.api"), _numbers()
    series = _library("statsmodels.tsa.arima.model")
    smoothing = _library("statsmodels.tsa.holtwinters")
    formula = _library("statsmodels.formula.api")
    pd = _library("pandas")
    frame = pd.DataFrame({"x": values[:, 0], "z": values[:, 1], "y": values[:, 2]})
    return {
        "ols": sm.OLS(values[:, 1], sm.add_constant(values[:, 2:])).fit(),
        "logit": sm.Logit(labels, sm.add_constant(values[:, 2:])).fit(disp=0),
        "glm": sm.GLM(values[:, 1], values[:, 2:], family=sm.families.Gamma()).fit(),
        "arima": series.ARIMA(values[:, 1], order=(1, 0, 0)).fit(),
        "holt-winters": smoothing.ExponentialSmoothing(values[:, 1]).fit(),
        "formula": formula.ols("y ~ x + z", frame).fit(),
    }, {}


def _imblearn() -> Made:
    ensemble = (
        "BalancedRandomForestClassifier BalancedBaggingClassifier RUSBoostClassifier"
    )
    items = _fitted("imblearn.ensemble", ensemble, n_estimators=3)
    for name in ("SMOTE", "ADASYN", "RandomOverSampler"):
        items[name.lower()] = getattr(_library("imblearn.over_sampling"), name)()
    pipeline = _library("imblearn.pipeline")
    trees = _library("sklearn.tree")
    items["pipeline"] = pipeline.make_pipeline(
        _library("imblearn.over_sampling").SMOTE(), trees.DecisionTreeClassifier()
    ).fit(*_numbers())
    return items, {}


def _encoders() -> Made:
    pd, ce, (_, labels) = _library("pandas"), _library("category_encoders"), _numbers()
    frame = pd.DataFrame({"a": ["x", "y", "z"] * 20, "b": ["p", "q"] * 30})
    kinds = (
        "BackwardDifferenceEncoder BinaryEncoder CatBoostEncoder CountEncoder "
        "GLMMEncoder HashingEncoder HelmertEncoder JamesSteinEncoder "
        "LeaveOneOutEncoder MEstimateEncoder OneHotEncoder OrdinalEncoder "
        "TargetEncoder WOEEncoder"
    )
    items: dict[str, Any] = {}
    for name in kinds.split():
        try:
            items[name.lower()] = getattr(ce, name)().fit(frame, labels)
        except Exception:  # noqa: BLE001, S112 - versions differ in what they want
            continue
    return items, {}


def _hmmlearn() -> Made:
    values, _ = _numbers()
    return {
        "gaussian": _library("hmmlearn.hmm").GaussianHMM(2, n_iter=3).fit(values),
        "gmm": _library("hmmlearn.hmm").GMMHMM(2, 1, n_iter=3).fit(values),
    }, {}


def _hdbscan() -> Made:
    values, _ = _numbers()
    made = _library("hdbscan").HDBSCAN(min_cluster_size=5, prediction_data=True)
    return {"clusters": made.fit(values)}, {}


def _umap() -> Made:
    values, _ = _numbers()
    return {"reducer": _library("umap").UMAP(n_neighbors=5, n_epochs=5).fit(values)}, {}


def _prophet() -> Made:
    pd = _library("pandas")
    days = pd.date_range("2026-01-01", periods=60)
    frame = pd.DataFrame({"ds": days, "y": range(60)})
    model = _library("prophet").Prophet()
    text = _library("prophet.serialize")
    fitted = model.fit(frame)
    return {"forecast": fitted}, {
        "json": lambda folder: (folder / "model.json").write_text(
            text.model_to_json(fitted), "utf-8"
        )
    }


def _nltk() -> Made:
    nltk = _library("nltk")
    words = [[("the", "D"), ("cat", "N"), ("ran", "V")]] * 4
    features = [({"a": 1}, "x"), ({"a": 2}, "y")] * 4
    probability = _library("nltk.probability")
    return {
        "unigram": nltk.UnigramTagger(words),
        "bigram": nltk.BigramTagger(words, backoff=nltk.DefaultTagger("N")),
        "affix": nltk.AffixTagger(words),
        "bayes": nltk.NaiveBayesClassifier.train(features),
        "tree": nltk.DecisionTreeClassifier.train(features),
        "frequencies": probability.FreqDist("abracadabra"),
        "conditional": probability.ConditionalFreqDist([("a", 1), ("b", 2)]),
        "stemmer": _library("nltk.stem").PorterStemmer(),
        "snowball": _library("nltk.stem").SnowballStemmer("english"),
        "tokenizer": _library("nltk.tokenize").RegexpTokenizer(r"\w+"),
        "punkt": _library("nltk.tokenize.punkt").PunktSentenceTokenizer("A b. C d."),
        "grammar": nltk.CFG.fromstring("S -> 'a' S | 'b'"),
        "perceptron": _library("nltk.tag.perceptron").AveragedPerceptron(),
        "lm": _library("nltk.lm").MLE(2),
    }, {}


def _textblob() -> Made:
    made = _library("textblob.classifiers").NaiveBayesClassifier(
        [("good day", "pos"), ("bad day", "neg")],
        feature_extractor=_library("textblob.classifiers").contains_extractor,
    )
    return {"bayes": made}, {}


def _save_model(model: Any, folder: Path) -> None:  # noqa: ANN401 - it has no types here
    model.save(str(folder / "model"))


def _gensim() -> Made:
    models, corpora = _library("gensim.models"), _library("gensim.corpora")
    texts = [text.split() for text in _TEXTS]
    words = corpora.Dictionary(texts)
    bags = [words.doc2bow(text) for text in texts]
    vectors = models.Word2Vec(texts, vector_size=8, min_count=1, epochs=1)
    tagged = [models.doc2vec.TaggedDocument(t, [n]) for n, t in enumerate(texts)]
    items = {
        "dictionary": words,
        "word2vec": vectors,
        "vectors": vectors.wv,
        "fasttext": models.FastText(texts, vector_size=8, min_count=1, bucket=50),
        "doc2vec": models.Doc2Vec(tagged, vector_size=8, min_count=1, epochs=1),
        "lda": models.LdaModel(bags, num_topics=2, id2word=words),
        "lsi": models.LsiModel(bags, num_topics=2, id2word=words),
        "tfidf": models.TfidfModel(bags),
        "phrases": models.Phrases(texts, min_count=1),
        "phraser": models.phrases.Phraser(models.Phrases(texts, min_count=1)),
    }
    saved: dict[str, Callable[[Path], None]] = {
        f"{name}-saved": partial(_save_model, item) for name, item in items.items()
    }
    return items, saved


def _spacy() -> Made:
    spacy = _library("spacy")
    language = spacy.blank("en")
    language.add_pipe("sentencizer")
    language.add_pipe("entity_ruler").add_patterns(
        [{"label": "ORG", "pattern": "Example"}]
    )
    category = language.add_pipe("textcat")
    category.add_label("POSITIVE")
    category.add_label("NEGATIVE")
    language.initialize()
    doc = language("Example sat here.")
    return {"doc": doc, "vocabulary": language.vocab}, {
        "pipeline": lambda folder: language.to_disk(folder / "en_example")
    }


def _faiss() -> Made:
    faiss, (values, _) = _library("faiss"), _numbers()
    index = faiss.IndexFlatL2(4)
    index.add(values.astype("float32"))
    return {"flat": index}, {
        "index": lambda folder: faiss.write_index(index, str(folder / "index.faiss"))
    }


def _annoy() -> Made:
    index = _library("annoy").AnnoyIndex(4, "angular")
    for place, row in enumerate(_numbers()[0]):
        index.add_item(place, row)
    index.build(2)
    return {}, {"index": lambda folder: index.save(str(folder / "index.ann"))}


def _crfsuite() -> Made:
    model = _library("sklearn_crfsuite").CRF(max_iterations=3)
    return {"crf": model.fit([[{"w": "a"}, {"w": "b"}]] * 4, [["X", "Y"]] * 4)}, {}


def _mlxtend() -> Made:
    values, labels = _numbers()
    classifiers = "LogisticRegression SoftmaxRegression MultiLayerPerceptron Adaline"
    items = _fitted("mlxtend.classifier", classifiers, epochs=3)
    trees = _library("sklearn.tree")
    items["vote"] = (
        _library("mlxtend.classifier")
        .EnsembleVoteClassifier(
            [trees.DecisionTreeClassifier(), trees.ExtraTreeClassifier()]
        )
        .fit(values, labels)
    )
    items["transactions"] = (
        _library("mlxtend.preprocessing")
        .TransactionEncoder()
        .fit([["a", "b"], ["b", "c"]])
    )
    return items, {}


def _river() -> Made:
    linear, tree = _library("river.linear_model"), _library("river.tree")
    compose, prepare = _library("river.compose"), _library("river.preprocessing")
    ensemble, naive = _library("river.ensemble"), _library("river.naive_bayes")
    models = {
        "logistic": linear.LogisticRegression(),
        "pipeline": compose.Pipeline(
            prepare.StandardScaler(), linear.LinearRegression()
        ),
        "tree": tree.HoeffdingTreeClassifier(),
        "bagging": ensemble.BaggingClassifier(linear.LogisticRegression(), 2),
        "bayes": naive.GaussianNB(),
    }
    for model in models.values():
        for value in range(30):
            model.learn_one({"a": value / 30, "b": 1.0}, value > 15)
    return models, {}


def _sktime() -> Made:
    pd = _library("pandas")
    series = pd.Series(range(40), dtype=float)
    naive = _library("sktime.forecasting.naive").NaiveForecaster()
    trend = _library("sktime.forecasting.trend").PolynomialTrendForecaster()
    return {"naive": naive.fit(series), "trend": trend.fit(series)}, {}


def _lifelines() -> Made:
    pd, (values, labels) = _library("pandas"), _numbers()
    frame = pd.DataFrame(values, columns=list("abcd"))
    frame["e"] = labels
    library = _library("lifelines")
    return {
        "kaplan-meier": library.KaplanMeierFitter().fit(frame["a"], frame["e"]),
        "cox": library.CoxPHFitter(penalizer=1.0).fit(frame, "a", "e"),
        "weibull": library.WeibullFitter().fit(frame["a"] + 0.1, frame["e"]),
    }, {}


def _pygam() -> Made:
    return _fitted("pygam", "LinearGAM LogisticGAM"), {}


def _shap() -> Made:
    values, labels = _numbers()
    forest = _library("sklearn.ensemble").RandomForestClassifier(3).fit(values, labels)
    explainer = _library("shap").TreeExplainer(forest)
    return {"explainer": explainer, "explanation": explainer(values[:5])}, {}


def _optuna() -> Made:
    optuna = _library("optuna")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study()
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), 3)
    return {"study": study, "sampler": optuna.samplers.TPESampler(seed=1)}, {}


def _feature_engine() -> Made:
    pd, (values, labels) = _library("pandas"), _numbers()
    frame = pd.DataFrame(values, columns=list("abcd"))
    frame["k"] = ["x", "y", "z"] * 20
    encoding = _library("feature_engine.encoding")
    return {
        "imputer": _library("feature_engine.imputation")
        .MeanMedianImputer()
        .fit(frame[list("abcd")]),
        "ordinal": encoding.OrdinalEncoder().fit(frame[["k"]], labels),
        "rare": encoding.RareLabelEncoder(n_categories=1).fit(frame[["k"]]),
        "discretiser": _library("feature_engine.discretisation")
        .EqualWidthDiscretiser()
        .fit(frame[list("abcd")]),
    }, {}


def _write_onnx(data: bytes, folder: Path) -> None:
    (folder / "model.onnx").write_bytes(data)


def _skl2onnx() -> Made:
    values, labels = _numbers()
    skl2onnx = _library("skl2onnx")
    files: dict[str, Callable[[Path], None]] = {}
    for module, name in (
        ("sklearn.ensemble", "RandomForestClassifier"),
        ("sklearn.linear_model", "LogisticRegression"),
        ("sklearn.neighbors", "KNeighborsClassifier"),
        ("sklearn.cluster", "KMeans"),
    ):
        model = getattr(_library(module), name)().fit(values, labels)
        made = skl2onnx.to_onnx(model, values[:1].astype("float32"))
        data = made.SerializeToString()
        files[name.lower()] = partial(_write_onnx, data)
    return {}, files


def _dates() -> Made:
    pd = _library("pandas")
    index = pd.date_range("2026-01-01", periods=5, freq="W-MON")
    return {
        "holidays": pd.tseries.offsets.CustomBusinessDay(holidays=["2026-12-25"]),
        "indexed": pd.DataFrame({"a": range(5)}, index=index),
        "grouped": pd.DataFrame({"a": [1, 1], "b": [2, 3]}).groupby("a").agg(["sum"]),
        "object-column": pd.DataFrame({"a": [[1], {"b": dt.date(2026, 1, 1)}]}),
        "arrow": pd.Series([1, 2], dtype="int64[pyarrow]"),
    }, {}


ESTIMATORS: tuple[tuple[str, Callable[[], Made]], ...] = (
    ("catboost", _catboost),
    ("statsmodels", _statsmodels),
    ("imblearn", _imblearn),
    ("category_encoders", _encoders),
    ("hmmlearn", _hmmlearn),
    ("hdbscan", _hdbscan),
    ("umap", _umap),
    ("prophet", _prophet),
    ("nltk", _nltk),
    ("textblob", _textblob),
    ("gensim", _gensim),
    ("spacy", _spacy),
    ("faiss", _faiss),
    ("annoy", _annoy),
    ("sklearn_crfsuite", _crfsuite),
    ("mlxtend", _mlxtend),
    ("river", _river),
    ("sktime", _sktime),
    ("lifelines", _lifelines),
    ("pygam", _pygam),
    ("shap", _shap),
    ("optuna", _optuna),
    ("feature_engine", _feature_engine),
    ("skl2onnx", _skl2onnx),
    ("pandas.tseries", _dates),
)
