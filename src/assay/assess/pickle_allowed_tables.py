"""Names of libraries for arrays, tables and estimators that honest files need.

What may be here is said in `pickle_allowed`.
"""

from __future__ import annotations

import re

from assay.assess.pickle_entries import Family, named

__all__ = ["TABLES", "TABLE_FAMILIES"]

_DTYPES = (
    "bool_ bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 "
    "float64 float128 longdouble complex64 complex128 complex256 clongdouble str_ "
    "bytes_ object_ void datetime64 timedelta64 intc intp uintp uintc longlong "
    "ulonglong half single double csingle cdouble generic number integer floating "
    "long ulong short ushort byte ubyte unicode_ string_ int_ float_ complex_ "
    "signedinteger unsignedinteger inexact complexfloating flexible character"
)

_NUMPY = (
    named("it is a type of numbers", "numpy numpy.core.numerictypes", _DTYPES),
    named(
        "it is an array, its type or its error",
        "numpy numpy.core numpy._core numpy.core.multiarray numpy._core.multiarray",
        "ndarray dtype flatiter AxisError nan inf",
    ),
    named(
        "it rebuilds an array from bytes",
        "numpy.core.multiarray numpy._core.multiarray numpy.core._multiarray_umath "
        "numpy._core._multiarray_umath",
        "_reconstruct scalar",
    ),
    named(
        "it rebuilds an array from bytes",
        "numpy.core.numeric numpy._core.numeric",
        "_frombuffer",
    ),
    named(
        "it rebuilds a type of texts",
        "numpy.core._internal numpy._core._internal",
        "_convert_to_stringdtype_kwargs",
    ),
    named(
        "it is the type of an array; calling it would open a file",
        "numpy numpy.core.memmap numpy._core.memmap",
        "memmap",
        uncalled=True,
        unheld=True,
    ),
    named(
        "it rebuilds a masked array",
        "numpy.ma.core numpy.ma",
        "_mareconstruct MaskedArray MaskedConstant mvoid",
    ),
    named(
        "it is an array",
        "numpy numpy.matrixlib.defmatrix numpy.core.records numpy._core.records "
        "numpy.rec numpy.core.defchararray numpy._core.defchararray",
        "matrix recarray record chararray poly1d",
    ),
    named(
        "it rebuilds a random generator",
        "numpy.random._pickle numpy.random",
        "__randomstate_ctor __generator_ctor __bit_generator_ctor",
    ),
    named(
        "it is a function of numbers",
        "numpy numpy.core._multiarray_umath numpy._core._multiarray_umath",
        "exp log log1p expm1 sqrt sin cos tan tanh abs absolute add subtract multiply "
        "divide true_divide power maximum minimum square sign isnan mean median sum",
        uncalled=True,
    ),
    named(
        "it is a function of numbers",
        "numpy.linalg numpy.linalg._linalg numpy.linalg.linalg",
        "norm inv pinv det solve svd qr eig eigh cholesky matrix_rank",
        uncalled=True,
    ),
    named(
        "it makes an array of values",
        "numpy scipy._lib.array_api_compat.numpy._aliases "
        "sklearn.externals.array_api_compat.numpy._aliases",
        "asarray",
        uncalled=True,
    ),
)

_OTHERS = (
    named(
        "it describes an array that follows in the file",
        "joblib.numpy_pickle",
        "NumpyArrayWrapper",
    ),
    named(
        "it rebuilds an object of a compiled class from its type",
        "sklearn.neighbors._dist_metrics sklearn.metrics._dist_metrics "
        "sklearn.neighbors._kd_tree sklearn.neighbors._ball_tree "
        "sklearn.neighbors.kd_tree sklearn.neighbors.ball_tree",
        "newObj",
    ),
    named(
        "it is a function of numbers",
        "sklearn.feature_selection._univariate_selection "
        "sklearn.feature_selection._mutual_info",
        "f_classif f_oneway f_regression r_regression chi2 mutual_info_classif "
        "mutual_info_regression",
        uncalled=True,
    ),
    named(
        "it is a measure of predictions, computed from numbers",
        "sklearn.metrics._classification sklearn.metrics._ranking "
        "sklearn.metrics._regression sklearn.metrics.classification "
        "sklearn.metrics.ranking sklearn.metrics.regression "
        "sklearn.metrics.cluster._supervised sklearn.metrics.cluster._unsupervised",
        "accuracy_score balanced_accuracy_score brier_score_loss cohen_kappa_score "
        "confusion_matrix d2_brier_score d2_log_loss_score f1_score fbeta_score "
        "hamming_loss hinge_loss jaccard_score log_loss matthews_corrcoef "
        "precision_score recall_score zero_one_loss average_precision_score "
        "coverage_error dcg_score label_ranking_average_precision_score "
        "label_ranking_loss ndcg_score roc_auc_score top_k_accuracy_score "
        "d2_absolute_error_score d2_pinball_score d2_tweedie_score "
        "explained_variance_score max_error mean_absolute_error "
        "mean_absolute_percentage_error mean_gamma_deviance mean_pinball_loss "
        "mean_poisson_deviance mean_squared_error mean_squared_log_error "
        "mean_tweedie_deviance median_absolute_error r2_score "
        "root_mean_squared_error root_mean_squared_log_error "
        "adjusted_mutual_info_score adjusted_rand_score completeness_score "
        "fowlkes_mallows_score homogeneity_score mutual_info_score "
        "normalized_mutual_info_score rand_score v_measure_score "
        "calinski_harabasz_score davies_bouldin_score silhouette_score",
        uncalled=True,
    ),
    named(
        "it is one step of a clustering, computed from numbers",
        "sklearn.cluster._kmeans sklearn.cluster.k_means_",
        "_kmeans_single_lloyd _kmeans_single_elkan",
        uncalled=True,
    ),
    named(
        "it is a measure of distance or likeness, computed from numbers",
        "sklearn.metrics.pairwise",
        "additive_chi2_kernel chi2_kernel cosine_distances cosine_similarity "
        "euclidean_distances haversine_distances laplacian_kernel linear_kernel "
        "manhattan_distances nan_euclidean_distances polynomial_kernel rbf_kernel "
        "sigmoid_kernel",
        uncalled=True,
    ),
    named(
        "it chooses the columns of a table by type or name",
        "sklearn.compose._column_transformer",
        "make_column_selector",
    ),
    named(
        "it is a record of values",
        "scipy.optimize._optimize scipy.optimize.optimize",
        "OptimizeResult",
    ),
    named(
        "it is a rotation, made of numbers",
        "scipy.spatial.transform scipy.spatial.transform._rotation "
        "scipy.spatial.transform.rotation scipy.spatial.transform._rotation_cy",
        "Rotation",
    ),
    named(
        "it is a density made of numbers",
        "scipy.stats._kde scipy.stats.kde",
        "gaussian_kde",
    ),
    named(
        "it is a sparse matrix",
        "scipy.sparse scipy.sparse._csr scipy.sparse._csc scipy.sparse._coo "
        "scipy.sparse._bsr scipy.sparse._dia scipy.sparse._dok scipy.sparse._lil "
        "scipy.sparse.csr scipy.sparse.csc scipy.sparse.coo scipy.sparse.bsr "
        "scipy.sparse.dia scipy.sparse.dok scipy.sparse.lil",
        "csr_matrix csc_matrix coo_matrix bsr_matrix dia_matrix dok_matrix lil_matrix "
        "csr_array csc_array coo_array bsr_array dia_array dok_array lil_array",
    ),
    named(
        "it is a tree of points",
        "scipy.spatial scipy.spatial._ckdtree scipy.spatial._kdtree",
        "cKDTree KDTree",
    ),
    named(
        "it is a function made of numbers",
        "scipy.interpolate scipy.interpolate._interpolate scipy.interpolate._bsplines "
        "scipy.interpolate._cubic scipy.interpolate.interpolate",
        "interp1d BSpline PPoly CubicSpline PchipInterpolator",
    ),
    named(
        "it is a method of an interpolation, computed from numbers",
        "scipy.interpolate._interpolate scipy.interpolate.interpolate",
        "interp1d._call_linear interp1d._call_linear_np interp1d._call_nearest "
        "interp1d._call_previousnext interp1d._call_spline "
        "interp1d._call_nan_spline",
    ),
    named(
        "it is a boosted model, rebuilt from its own format",
        "xgboost.core lightgbm.basic catboost.core",
        "Booster CatBoost CatBoostClassifier CatBoostRegressor CatBoostRanker",
    ),
    named(
        "it rebuilds a table from values",
        "pandas.core.indexes.base pandas._libs.internals pandas._libs.tslibs.offsets",
        "_new_Index _unpickle_block _new_BlockManager _offset_freq",
    ),
    named(
        "it rebuilds a time from values",
        "pandas._libs.tslibs.timestamps pandas._libs.tslibs.timedeltas "
        "pandas._libs.tslibs.period pandas._libs.tslibs.nattype",
        "_unpickle_timestamp _timedelta_unpickle _nat_unpickle _unpickle_period",
    ),
    named(
        "it rebuilds an index from values",
        "pandas.core.indexes.datetimes pandas.core.indexes.period "
        "pandas.core.indexes.timedeltas pandas.core.indexes.interval",
        "_new_DatetimeIndex _new_PeriodIndex _new_IntervalIndex _new_TimedeltaIndex",
    ),
    named(
        "it is a table, a part of one or the type of a column, rebuilt from its state",
        "pandas pandas.arrays",
        "DataFrame Series Index RangeIndex MultiIndex CategoricalIndex DatetimeIndex "
        "IntervalIndex PeriodIndex TimedeltaIndex Categorical Interval Period "
        "Timestamp Timedelta DateOffset NA NaT Flags ArrowDtype BooleanDtype "
        "CategoricalDtype DatetimeTZDtype Float32Dtype Float64Dtype Int8Dtype "
        "Int16Dtype Int32Dtype Int64Dtype IntervalDtype PeriodDtype SparseDtype "
        "StringDtype UInt8Dtype UInt16Dtype UInt32Dtype UInt64Dtype "
        "ArrowExtensionArray ArrowStringArray BooleanArray DatetimeArray "
        "FloatingArray IntegerArray IntervalArray NumpyExtensionArray PeriodArray "
        "SparseArray StringArray TimedeltaArray",
    ),
)

TABLES = _NUMPY + _OTHERS

TABLE_FAMILIES = (
    Family(
        modules=("numpy.dtypes", "numpy.random", "numpy.polynomial"),
        reason="it is a type, a random generator or a polynomial",
    ),
    Family(
        modules=("sklearn",),
        reason="it is an estimator or a part of one, rebuilt from its state",
        without=(
            "sklearn.__check_build",
            "sklearn.callback",
            "sklearn.conftest",
            "sklearn.datasets",
            "sklearn.externals",
            "sklearn.utils._joblib",
            "sklearn.utils._mocking",
            "sklearn.utils._repr_html",
            "sklearn.utils._test_common",
            "sklearn.utils._testing",
            "sklearn.utils.deprecation",
            "sklearn.utils.fixes",
            "sklearn.utils.parallel",
            "sklearn.utils.testing",
        ),
    ),
    Family(
        modules=(
            "pandas.core.frame",
            "pandas.core.series",
            "pandas.core.indexes",
            "pandas.core.internals",
            "pandas.core.arrays",
            "pandas.core.dtypes",
            "pandas.core.flags",
            "pandas._libs.internals",
            "pandas._libs.arrays",
            "pandas._libs.tslibs",
            "pandas._libs.missing",
            "pandas._libs.sparse",
            "pandas._libs.interval",
        ),
        reason="it is a table or a part of one, rebuilt from its state",
    ),
    Family(
        modules=("imblearn",),
        reason="it is an estimator, rebuilt from its state",
        without=(
            "imblearn.datasets",
            "imblearn.keras",
            "imblearn.tensorflow",
            "imblearn.utils._test_common",
        ),
    ),
    # Their modules also hold, under borrowed names, classes that open files.
    Family(
        modules=("xgboost.sklearn", "lightgbm.sklearn"),
        reason="it is an estimator, rebuilt from its state",
        only=re.compile(
            r"(?:XGB|LGBM)\w*|_(?:Objective|Eval)FunctionWrapper", re.ASCII
        ),
    ),
)
