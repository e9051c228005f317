"""Settings, spaces and estimators of further libraries, rebuilt from their state.

What may be here is said in `pickle_allowed`; for each module the methods that take a
state were read, in the versions of November 2026. Left out are those whose state makes
them do more: NGBoost calls a method of an object in it, GPyTorch and MiniSom bind
methods of themselves, CRFsuite's wrapper writes a file, skorch unpickles bytes.
"""

from __future__ import annotations

import re

from assay.assess.pickle_entries import Family, named

__all__ = ["SETTINGS", "SETTINGS_FAMILIES"]

# Nothing, or the one value of a member of an enumeration.
_FROM_STATE = re.compile(r"(?:'[A-Za-z][\w -]{0,40}'|\d{1,6})?", re.ASCII)

SETTINGS = (
    named(
        "it is a setting, a text until somebody reads it",
        "omegaconf.base omegaconf.nodes omegaconf.dictconfig omegaconf.listconfig "
        "omegaconf.tupleconfig omegaconf",
        "ContainerMetadata Metadata UnionNode AnyNode NoneNode StringNode PathNode "
        "IntegerNode BytesNode FloatNode BooleanNode EnumNode LiteralNode "
        "InterpolationResultNode DictConfig ListConfig TupleConfig",
        given=_FROM_STATE,
    ),
    named(
        "it is a record of settings",
        "pytorch_lightning.utilities.parsing lightning.pytorch.utilities.parsing "
        "lightning_fabric.utilities.data lightning.fabric.utilities.data",
        "AttributeDict",
        given=re.compile(r"(?:\{.*)?", re.DOTALL),
    ),
    named(
        "it is a class that a checkpoint keeps settings under",
        "pytorch_lightning.callbacks.model_checkpoint "
        "pytorch_lightning.callbacks.early_stopping "
        "lightning.pytorch.callbacks.model_checkpoint "
        "lightning.pytorch.callbacks.early_stopping",
        "ModelCheckpoint EarlyStopping",
        uncalled=True,
        unheld=True,
    ),
    named(
        "it is a measure of distance, computed from numbers",
        "kmodes.util.dissim",
        "matching_dissim jaccard_dissim_binary jaccard_dissim_label euclidean_dissim "
        "ng_dissim",
        uncalled=True,
    ),
)

_PYOD = (
    "abod base cblof cd cof copod ecod feature_bagging gmm hbos iforest inne kde knn "
    "kpca lmdd loci loda lof lscp mad mcd ocsvm pca qmcd rod sampling sod sos"
)

SETTINGS_FAMILIES = (
    Family(
        modules=("gymnasium.spaces", "gym.spaces"),
        reason="it says which actions or observations there may be",
        given=_FROM_STATE,
    ),
    Family(
        modules=(
            *(f"pyod.models.{name}" for name in _PYOD.split()),
            "boruta.boruta_py",
            "implicit.cpu",
            "kmodes.kmodes",
            "kmodes.kprototypes",
            "lightfm.lightfm",
            "mapie.classification",
            "mapie.conformity_scores",
            "mapie.estimator",
            "mapie.regression",
            "pytorch_tabnet.pretraining",
            "pytorch_tabnet.sparsemax",
            "pytorch_tabnet.tab_model",
            "pytorch_tabnet.tab_network",
            "sktime.forecasting.base",
            "sktime.forecasting.compose",
            "sktime.forecasting.exp_smoothing",
            "sktime.forecasting.theta",
            "sktime.transformations.detrend",
            "surprise.prediction_algorithms",
            "surprise.trainset",
            "tslearn.clustering",
            "tslearn.neighbors",
            "tslearn.piecewise",
            "tslearn.preprocessing",
            "tslearn.svm",
        ),
        reason="it is an estimator or a part of one, rebuilt from its state",
        given=_FROM_STATE,
    ),
)
