from __future__ import annotations

import pytest

from assay.assess.pickle_allowed import ALLOWED, FAMILIES
from assay.assess.pickle_denied import DENIED, RISKY
from assay.assess.pickle_names import Verdict, judge


def _names(text: str) -> list[str]:
    return text.split()


HONEST = _names("""
builtins:set __builtin__:unicode builtins:ValueError exceptions:KeyError
_codecs:encode copy_reg:_reconstructor copyreg:__newobj__ _io:BytesIO
collections:OrderedDict collections:defaultdict datetime:datetime decimal:Decimal
fractions:Fraction uuid:UUID pathlib:PosixPath pathlib._local:PosixPath re:_compile
functools:partial zoneinfo:ZoneInfo._unpickle logging:getLogger types:GenericAlias
operator:or_ os:stat_result posixpath:join itertools:izip UserDict:IterableUserDict
numpy:dtype numpy:ndarray numpy:float32 numpy.core.multiarray:_reconstruct
numpy._core.multiarray:scalar numpy._core.numeric:_frombuffer
numpy.random._pickle:__randomstate_ctor numpy.random._mt19937:MT19937
numpy.dtypes:Float64DType numpy.ma.core:_mareconstruct
torch._utils:_rebuild_tensor_v2 torch._utils:_rebuild_parameter torch:HalfStorage
torch:bfloat16 torch:Size torch:device torch.storage:UntypedStorage
torch.nn.modules.linear:Linear torch.nn.parameter:Parameter torch.optim.adamw:AdamW
torch._tensor:_rebuild_from_type_v2 torch.distributed._tensor.api:DTensor
joblib.numpy_pickle:NumpyArrayWrapper sklearn.tree._tree:Tree
sklearn.ensemble._forest:RandomForestClassifier sklearn.pipeline:Pipeline
sklearn._loss._loss:__pyx_unpickle_CyHalfBinomialLoss
sklearn.neighbors._kd_tree:newObj scipy.sparse._csr:csr_matrix
pandas.core.frame:DataFrame pandas._libs.internals:_unpickle_block
pandas._libs.arrays:__pyx_unpickle_NDArrayBacked xgboost.core:Booster
xgboost.sklearn:XGBClassifier lightgbm.sklearn:LGBMRegressor
transformers.training_args:TrainingArguments torchvision.models.resnet:ResNet
pandas:DataFrame pandas:CategoricalDtype pandas:NA pandas.arrays:IntegerArray
pandas.core.indexes.timedeltas:_new_TimedeltaIndex torch:float8_e8m0fnu
sklearn.metrics._classification:f1_score sklearn.metrics._ranking:roc_auc_score
sklearn.cluster._kmeans:_kmeans_single_lloyd sklearn.metrics.pairwise:rbf_kernel
sklearn.compose._column_transformer:make_column_selector
sklearn.feature_selection._mutual_info:mutual_info_classif
scipy.interpolate._interpolate:interp1d._call_linear_np
scipy.optimize._optimize:OptimizeResult scipy.spatial.transform._rotation:Rotation
scipy._lib.array_api_compat.numpy._aliases:asarray numpy.linalg:norm
torch.distributions.normal:Normal torch.utils.data.dataset:TensorDataset
torch.nn.functional:scaled_dot_product_attention torch.jit._pickle:restore_type_tag
""")

HOSTILE = _names("""
os:system posix:system nt:system subprocess:Popen subprocess:check_output pty:spawn
builtins:eval builtins:exec __builtin__:execfile builtins:compile builtins:__import__
builtins:getattr builtins:map builtins:open __builtin__:file builtins:breakpoint
importlib:import_module importlib.util:spec_from_file_location runpy:run_path
code:InteractiveInterpreter.runcode ctypes:CDLL ctypes.util:find_library _ctypes:dlopen
pydoc:pipepager pydoc:locate timeit:timeit cProfile:run profile:Profile.run
trace:Trace.run doctest:debug_script idlelib.pyshell:ModifiedInterpreter.runcommand
lib2to3.pgen2.grammar:Grammar.loads ensurepip:_run_pip pip:main pip._internal:main
distutils.spawn:spawn setuptools:setup pkgutil:resolve_name
asyncio.unix_events:_UnixSubprocessTransport._start bdb:Bdb.run pdb:run
socket:create_connection urllib.request:urlopen urllib2:urlopen requests:get
http.client:HTTPSConnection ftplib:FTP smtplib:SMTP xmlrpc.client:ServerProxy
shutil:rmtree tempfile:mktemp io:FileIO _io:open glob:glob pathlib:Path.write_text
pathlib:Path.unlink numpy:ndarray.tofile webbrowser:open marshal:loads
types:FunctionType types:CodeType pickle:loads _pickle:loads cPickle:loads
dill._dill:_create_function cloudpickle.cloudpickle:_make_function shelve:open
operator:attrgetter operator:methodcaller _operator:attrgetter functools:reduce
_functools:reduce itertools:starmap torch.hub:load torch:load torch.serialization:load
torch.jit:load torch.jit._pickle:eval pandas:HDFStore pandas:ExcelFile
sklearn.externals.array_api_compat:load
torch.utils._config_module:ConfigModule.load_config
torch.utils.bottleneck.__main__:run_cprofile torch.utils.collect_env:run
torch.jit.unsupported_tensor_ops:execWrapper torch._dynamo.guards:GuardBuilder.get
torch.fx.graph_module:reduce_graph_module torch.distributed.rpc:rpc_sync
numpy:load numpy:fromfile numpy.f2py.crackfortran:getlincoef
numpy.testing._private.utils:runstring numpy.distutils.exec_command:exec_command
numpy.lib.npyio:DataSource numpy.core:_ufunc_reconstruct joblib:load pandas:read_pickle
pandas:eval pandas.io.pickle:read_pickle sklearn.datasets:fetch_openml
multiprocessing.util:spawnv_passfds threading:Thread signal:raise_signal sys:modules
gc:get_objects inspect:getsource linecache:getline logging.config:dictConfig
uuid:_get_command_stdout _osx_support:_read_output platform:popen
builtins:list.__class__ collections:abc.sys.modules house:helpers.os.system
six.moves.builtins:eval house.shell:popen yaml:unsafe_load jinja2:Template
thread:start_new_thread _thread:start_new_thread commands:getoutput
""")

UNKNOWN = _names("""
house.layers:Attic scipy.stats._continuous_distns:no_gen
collections:namedtuple collections:Nothing torch.nn.modules.linear:forward
sklearn.pipeline:Parallel torch_geometric.nn.conv.gcn_conv:GCNConv __main__:Model
sklearn.pipeline:Pipeline.fit builtins:list.append
""")


def verdict(name: str) -> Verdict:
    return judge(*name.split(":")).verdict


@pytest.mark.parametrize("name", HONEST)
def test_names_that_honest_files_need_are_allowed(name):
    judgement = judge(*name.split(":"))
    assert judgement.verdict is Verdict.ALLOWED
    assert judgement.reason


@pytest.mark.parametrize("name", HOSTILE)
def test_names_that_attackers_use_are_denied_with_reason_and_gain(name):
    judgement = judge(*name.split(":"))
    assert judgement.verdict is Verdict.DENIED
    assert judgement.reason
    assert judgement.gain


@pytest.mark.parametrize("name", UNKNOWN)
def test_names_on_no_list_are_unknown(name):
    assert verdict(name) is Verdict.UNKNOWN


@pytest.mark.parametrize("name", [":", "os:", ":system"])
def test_names_that_are_computed_are_unresolved(name):
    assert verdict(name) is Verdict.UNRESOLVED


@pytest.mark.parametrize(
    "name",
    _names(
        "builtins:type builtins:iter operator:itemgetter "
        "torch.storage:_load_from_bytes scipy.stats._continuous_distns:norm_gen "
        "scipy.stats._distn_infrastructure:rv_continuous_frozen"
    ),
)
def test_names_between_the_two_are_risky(name):
    judgement = judge(*name.split(":"))
    assert judgement.verdict is Verdict.RISKY
    assert judgement.gain


def test_every_entry_has_a_reason_and_names():
    for entry in (*ALLOWED, *DENIED, *RISKY):
        assert entry.reason
        assert entry.modules
    for entry in ALLOWED:
        assert entry.names
    for family in FAMILIES:
        assert family.reason


def test_no_name_is_on_two_lists():
    allowed = {(m, n) for e in ALLOWED for m in e.modules for n in e.names}
    denied = {(m, n) for e in DENIED for m in e.modules for n in e.names}
    risky = {(m, n) for e in RISKY for m in e.modules for n in e.names}
    assert not allowed & denied
    assert not allowed & risky
    assert not denied & risky


def test_no_family_of_classes_lies_in_a_denied_module():
    for family in FAMILIES:
        for module in family.modules:
            name = "AnyClassName" if family.only is None else "XGBModel"
            assert judge(module, name).verdict is Verdict.ALLOWED
