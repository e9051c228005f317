"""Names that honest model files need, each with the reason why it is harmless.

An entry may be here only when fetching the name, calling it with any constants, and
giving the result any state does not run code, open a file or reach another name that
the pickle does not fetch itself (that other name is judged on its own).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["ALLOWED", "FAMILIES", "Allowed", "Family"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """Names in modules that are harmless one by one.

    Attributes:
        modules: Dotted modules, exactly.
        names: Names in each of them, dotted where a class holds the name.
        reason: Why they are harmless, as a clause.
    """

    modules: tuple[str, ...]
    names: tuple[str, ...]
    reason: str


# Class names by PEP 8, and the functions by which Cython rebuilds its classes.
_CLASS_NAME = re.compile(r"_*[A-Z]\w*|__pyx_unpickle_\w+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Classes below a module that only hold data and numbers.

    Attributes:
        modules: Dotted modules; everything below them is meant too.
        reason: Why they are harmless, as a clause.
        besides: Names that the modules also offer and that are not meant.
    """

    modules: tuple[str, ...]
    reason: str
    besides: frozenset[str] = frozenset()

    def holds(self, module: str, name: str) -> bool:
        """Tell whether a name is a class of this family."""
        if name in self.besides or not _CLASS_NAME.fullmatch(name):
            return False
        return any(
            module == prefix or module.startswith(f"{prefix}.")
            for prefix in self.modules
        )


def _names(reason: str, modules: str, names: str) -> Allowed:
    return Allowed(
        modules=tuple(modules.split()), names=tuple(names.split()), reason=reason
    )


_BUILTINS = (
    _names(
        "it is a plain type of values",
        "builtins",
        "int float complex bool str bytes bytearray list tuple dict set frozenset "
        "object slice range unicode long basestring xrange NotImplemented Ellipsis "
        "None True False",
    ),
    _names(
        "it computes a value from values and calls nothing that it is given",
        "builtins",
        "len abs round sum min max any all sorted reversed enumerate zip divmod hash "
        "repr ascii chr ord bin hex oct unichr isinstance issubclass print "
        "callable dir",
    ),
    _names(
        "it describes an attribute of a class that the pickle would have to change",
        "builtins",
        "property classmethod staticmethod super",
    ),
    _names(
        "it is an exception, a value until somebody raises it",
        "builtins",
        "BaseException Exception ArithmeticError AssertionError AttributeError "
        "BlockingIOError BrokenPipeError BufferError BytesWarning ChildProcessError "
        "ConnectionAbortedError ConnectionError ConnectionRefusedError "
        "ConnectionResetError DeprecationWarning EOFError EncodingWarning "
        "EnvironmentError ExceptionGroup BaseExceptionGroup FileExistsError "
        "FileNotFoundError FloatingPointError FutureWarning GeneratorExit IOError "
        "ImportError ImportWarning IndentationError IndexError InterruptedError "
        "IsADirectoryError KeyError KeyboardInterrupt LookupError MemoryError "
        "ModuleNotFoundError NameError NotADirectoryError NotImplementedError OSError "
        "OverflowError PendingDeprecationWarning PermissionError ProcessLookupError "
        "RecursionError ReferenceError ResourceWarning RuntimeError RuntimeWarning "
        "StandardError StopAsyncIteration StopIteration SyntaxError SyntaxWarning "
        "SystemError SystemExit TabError TimeoutError TypeError UnboundLocalError "
        "UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError "
        "UnicodeWarning UserWarning ValueError Warning ZeroDivisionError",
    ),
)

_STANDARD_LIBRARY = (
    _names(
        "it rebuilds an object of a class that the pickle names itself",
        "copyreg",
        "_reconstructor __newobj__ __newobj_ex__",
    ),
    _names(
        "it is a container of values",
        "collections",
        "OrderedDict defaultdict deque Counter ChainMap UserDict UserList UserString "
        "_OrderedDictKeysIterator",
    ),
    _names(
        "it binds values to a function that the pickle names itself, and calls nothing",
        "functools",
        "partial",
    ),
    _names("it turns text into bytes", "codecs", "encode"),
    _names(
        "it is a date or a time",
        "datetime",
        "date time datetime timedelta timezone tzinfo UTC",
    ),
    _names("it is a time", "time", "struct_time"),
    _names("it is a time zone by name", "zoneinfo", "ZoneInfo ZoneInfo._unpickle"),
    _names("it is a number", "decimal", "Decimal Context DecimalTuple"),
    _names("it is a number", "fractions", "Fraction"),
    _names("it is an identifier", "uuid", "UUID SafeUUID"),
    _names(
        "it is the text of a path; making one touches no file",
        "pathlib pathlib._local pathlib._abc",
        "Path PosixPath WindowsPath PurePath PurePosixPath PureWindowsPath",
    ),
    _names(
        "it is an address",
        "ipaddress",
        "IPv4Address IPv4Network IPv4Interface IPv6Address IPv6Network IPv6Interface",
    ),
    _names("it compiles a pattern and matches nothing", "re", "_compile compile"),
    _names("it is a set of flags", "re", "RegexFlag"),
    _names("it is an array of numbers", "array", "array _array_reconstructor"),
    _names("it is a state of a random generator", "random _random", "Random"),
    _names("it is a buffer in memory", "io", "BytesIO StringIO"),
    _names(
        "it is a record of values",
        "types",
        "SimpleNamespace MappingProxyType NoneType GenericAlias EllipsisType "
        "NotImplementedType",
    ),
    _names(
        "it is an iterator over values",
        "itertools",
        "count cycle repeat chain chain.from_iterable islice zip_longest izip "
        "izip_longest product combinations permutations compress pairwise tee _tee",
    ),
    _names(
        "it computes a value from two values",
        "operator",
        "add sub truediv floordiv mod neg pos and_ or_ xor not_ truth eq ne lt le "
        "gt ge",
    ),
    _names(
        "it is a container of values",
        "UserDict UserList UserString",
        "UserDict IterableUserDict UserList UserString",
    ),
    _names("it is a record of numbers", "os", "stat_result terminal_size"),
    _names(
        "it takes the text of a path apart; it touches no file",
        "posixpath ntpath",
        "join basename dirname split splitext normpath",
    ),
    _names("it is a logger by name", "logging", "getLogger"),
    _names("it is a status", "http", "HTTPStatus HTTPMethod"),
    _names("it is a text with places", "string", "Template"),
    _names("it is a distribution of numbers", "statistics", "NormalDist"),
    _names("it makes a value of an enumeration", "enum", "auto Enum IntEnum Flag"),
    _names("it marks a missing value", "dataclasses", "MISSING _MISSING_TYPE"),
    _names(
        "it is an annotation",
        "typing",
        "Any List Dict Tuple Set FrozenSet Union Optional Callable Type Sequence "
        "Mapping Iterable",
    ),
    _names(
        "it is a function of numbers",
        "math cmath",
        "sqrt exp log log2 log10 sin cos tan tanh floor ceil fabs",
    ),
)

_DTYPES = (
    "bool_ bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 "
    "float64 float128 longdouble complex64 complex128 complex256 clongdouble str_ "
    "bytes_ object_ void datetime64 timedelta64 intc intp uintp uintc longlong "
    "ulonglong half single double csingle cdouble generic number integer floating "
    "long ulong short ushort byte ubyte unicode_ string_ int_ float_ complex_ "
    "signedinteger unsignedinteger inexact complexfloating flexible character"
)

_NUMPY = (
    _names("it is a type of numbers", "numpy numpy.core.numerictypes", _DTYPES),
    _names(
        "it is an array, its type or its error",
        "numpy numpy.core numpy._core numpy.core.multiarray numpy._core.multiarray",
        "ndarray dtype flatiter AxisError nan inf",
    ),
    _names(
        "it rebuilds an array from bytes",
        "numpy.core.multiarray numpy._core.multiarray numpy.core._multiarray_umath "
        "numpy._core._multiarray_umath",
        "_reconstruct scalar",
    ),
    _names(
        "it rebuilds an array from bytes",
        "numpy.core.numeric numpy._core.numeric",
        "_frombuffer",
    ),
    _names(
        "it rebuilds a type of texts",
        "numpy.core._internal numpy._core._internal",
        "_convert_to_stringdtype_kwargs",
    ),
    _names(
        "it rebuilds a masked array",
        "numpy.ma.core numpy.ma",
        "_mareconstruct MaskedArray MaskedConstant mvoid",
    ),
    _names(
        "it is an array",
        "numpy numpy.matrixlib.defmatrix numpy.core.records numpy._core.records "
        "numpy.rec numpy.core.defchararray numpy._core.defchararray",
        "matrix recarray record chararray poly1d",
    ),
    _names(
        "it rebuilds a random generator",
        "numpy.random._pickle numpy.random",
        "__randomstate_ctor __generator_ctor __bit_generator_ctor",
    ),
    _names(
        "it is a function of numbers",
        "numpy numpy.core._multiarray_umath numpy._core._multiarray_umath",
        "exp log log1p expm1 sqrt sin cos tan tanh abs absolute add subtract multiply "
        "divide true_divide power maximum minimum square sign isnan mean median sum",
    ),
)

_TORCH_STORAGES = (
    "FloatStorage DoubleStorage HalfStorage BFloat16Storage LongStorage IntStorage "
    "ShortStorage CharStorage ByteStorage BoolStorage ComplexFloatStorage "
    "ComplexDoubleStorage QInt8Storage QUInt8Storage QInt32Storage QUInt4x2Storage "
    "QUInt2x4Storage TypedStorage UntypedStorage"
)

_TORCH = (
    _names(
        "it rebuilds a tensor from a storage",
        "torch._utils",
        "_rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_parameter "
        "_rebuild_parameter_with_state _rebuild_sparse_tensor _rebuild_qtensor "
        "_rebuild_sparse_csr_tensor _rebuild_nested_tensor _rebuild_xla_tensor "
        "_rebuild_meta_tensor_no_storage _rebuild_device_tensor_from_numpy "
        "_rebuild_device_tensor_from_cpu_tensor _rebuild_wrapper_subclass",
    ),
    _names(
        "it rebuilds a tensor by a function that the pickle names itself",
        "torch._tensor",
        "_rebuild_from_type _rebuild_from_type_v2",
    ),
    _names("it is a storage of numbers", "torch torch.cuda", _TORCH_STORAGES),
    _names(
        "it is a storage of numbers",
        "torch.storage",
        "TypedStorage UntypedStorage _TypedStorage _UntypedStorage",
    ),
    _names(
        "it is a tensor, a shape or a device",
        "torch torch._tensor torch._C",
        "Tensor Size device dtype layout Generator FloatTensor LongTensor "
        "DoubleTensor HalfTensor IntTensor ByteTensor BoolTensor ScriptObject",
    ),
    _names(
        "it is a type of numbers or a layout",
        "torch",
        "float16 float32 float64 bfloat16 half float double int8 int16 int32 int64 "
        "uint8 uint16 uint32 uint64 short int long bool complex32 complex64 "
        "complex128 cfloat cdouble qint8 quint8 qint32 quint4x2 quint2x4 float8_e4m3fn "
        "float8_e5m2 float8_e4m3fnuz float8_e5m2fnuz strided sparse_coo sparse_csr "
        "contiguous_format channels_last preserve_format per_tensor_affine "
        "per_channel_affine per_tensor_symmetric per_channel_symmetric",
    ),
    _names("it is a layout", "torch.serialization", "_get_layout"),
    _names(
        "it is a parameter",
        "torch.nn.parameter torch.nn",
        "Parameter Buffer UninitializedParameter UninitializedBuffer ParameterList",
    ),
    _names("it is a version", "torch.torch_version torch", "TorchVersion"),
    _names(
        "it is a function of tensors",
        "torch.nn.functional torch torch._C._nn torch.functional",
        "relu relu6 gelu silu tanh sigmoid softmax log_softmax leaky_relu elu selu "
        "hardtanh mish softplus layer_norm dropout cross_entropy mse_loss",
    ),
    _names(
        "it is a tensor spread over devices, rebuilt from values",
        "torch.distributed.tensor torch.distributed._tensor torch.distributed.tensor."
        "_dtensor_spec torch.distributed._tensor.api torch.distributed.device_mesh "
        "torch.distributed.tensor.placement_types torch.distributed._tensor."
        "placement_types",
        "DTensor DTensorSpec TensorMeta DeviceMesh Shard Replicate Partial",
    ),
)

_OTHERS = (
    _names(
        "it describes an array that follows in the file",
        "joblib.numpy_pickle",
        "NumpyArrayWrapper",
    ),
    _names(
        "it rebuilds an object of a compiled class from its type",
        "sklearn.neighbors._dist_metrics sklearn.metrics._dist_metrics "
        "sklearn.neighbors._kd_tree sklearn.neighbors._ball_tree "
        "sklearn.neighbors.kd_tree sklearn.neighbors.ball_tree",
        "newObj",
    ),
    _names(
        "it is a function of numbers",
        "sklearn.feature_selection._univariate_selection",
        "f_classif f_regression chi2",
    ),
    _names(
        "it is a sparse matrix",
        "scipy.sparse scipy.sparse._csr scipy.sparse._csc scipy.sparse._coo "
        "scipy.sparse._bsr scipy.sparse._dia scipy.sparse._dok scipy.sparse._lil "
        "scipy.sparse.csr scipy.sparse.csc scipy.sparse.coo scipy.sparse.bsr "
        "scipy.sparse.dia scipy.sparse.dok scipy.sparse.lil",
        "csr_matrix csc_matrix coo_matrix bsr_matrix dia_matrix dok_matrix lil_matrix "
        "csr_array csc_array coo_array bsr_array dia_array dok_array lil_array",
    ),
    _names(
        "it is a tree of points",
        "scipy.spatial scipy.spatial._ckdtree scipy.spatial._kdtree",
        "cKDTree KDTree",
    ),
    _names(
        "it is a function made of numbers",
        "scipy.interpolate scipy.interpolate._interpolate scipy.interpolate._bsplines "
        "scipy.interpolate._cubic scipy.interpolate.interpolate",
        "interp1d BSpline PPoly CubicSpline PchipInterpolator",
    ),
    _names(
        "it is a boosted model, rebuilt from its own format",
        "xgboost.core lightgbm.basic catboost.core",
        "Booster CatBoost CatBoostClassifier CatBoostRegressor CatBoostRanker",
    ),
    _names(
        "it rebuilds a table from values",
        "pandas.core.indexes.base pandas._libs.internals pandas._libs.tslibs.offsets",
        "_new_Index _unpickle_block _new_BlockManager _offset_freq",
    ),
    _names(
        "it rebuilds a time from values",
        "pandas._libs.tslibs.timestamps pandas._libs.tslibs.timedeltas "
        "pandas._libs.tslibs.period pandas._libs.tslibs.nattype",
        "_unpickle_timestamp _timedelta_unpickle _nat_unpickle _unpickle_period",
    ),
    _names(
        "it rebuilds an index from values",
        "pandas.core.indexes.datetimes pandas.core.indexes.period "
        "pandas.core.indexes.timedeltas pandas.core.indexes.interval",
        "_new_DatetimeIndex _new_PeriodIndex _new_IntervalIndex",
    ),
)

ALLOWED = _BUILTINS + _STANDARD_LIBRARY + _NUMPY + _TORCH + _OTHERS

FAMILIES = (
    Family(
        modules=("numpy.dtypes", "numpy.random", "numpy.polynomial"),
        reason="it is a type, a random generator or a polynomial",
    ),
    Family(
        modules=(
            "torch.nn.modules",
            "torch.nn.qat",
            "torch.nn.quantized",
            "torch.ao.nn",
            "torch.ao.quantization",
            "torch.nn.parallel.data_parallel",
            "torch.optim",
            "torchvision.models",
            "torchvision.ops",
        ),
        reason="it is a layer or an optimiser, rebuilt from its state",
    ),
    Family(
        modules=("sklearn",),
        reason="it is an estimator or a part of one, rebuilt from its state",
        besides=frozenset({"Memory", "Parallel", "ThreadPool", "Pool", "Thread"}),
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
        modules=("xgboost.sklearn", "lightgbm.sklearn", "imblearn", "catboost.core"),
        reason="it is an estimator, rebuilt from its state",
        besides=frozenset({"Memory", "Parallel"}),
    ),
    Family(
        modules=(
            "transformers.training_args",
            "transformers.training_args_seq2seq",
            "transformers.trainer_utils",
            "transformers.trainer_pt_utils",
            "accelerate.state",
            "accelerate.utils.dataclasses",
        ),
        reason="it is a setting of the training run",
    ),
)
