"""Names that no honest model file needs and that give an attacker something.

Each entry covers modules and, where `names` is empty, everything in and below them.
Sources: the documentation of the modules named, and the classes of hole listed in
the project's threat model. The list only sharpens the verdict: what is on no list is
weighed as unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["DENIED", "EXECUTORS", "FILE_METHODS", "RISKY", "Denied", "Gain"]


class Gain(StrEnum):
    """What an attacker gains when a victim loads the pickle."""

    RUN = "Runs commands or code of the attacker's choice as whoever loads the file."
    NATIVE = "Loads native code or writes memory of the loading process."
    LOAD = "Loads further code, or a second pickle that no scanner has seen."
    FILES = "Reads, writes or deletes files as whoever loads the file."
    NETWORK = "Connects to a server of the attacker's choice and sends or fetches data."
    INDIRECT = "Reaches any other function, past every list of names."
    PROCESS = "Changes or inspects the running process: threads, signals, modules."
    EXHAUST = "Uses up the memory or the time of whoever loads the file."


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """Modules, or names in them, that are denied.

    Attributes:
        modules: Dotted modules; everything below them is meant too.
        names: Top-level names in those modules; empty for all of them.
        gain: What an attacker gains.
        reason: Why, as a clause.
    """

    modules: tuple[str, ...]
    gain: Gain
    reason: str
    names: tuple[str, ...] = ()


def _all(gain: Gain, reason: str, modules: str) -> Denied:
    return Denied(modules=tuple(modules.split()), gain=gain, reason=reason)


def _some(gain: Gain, reason: str, modules: str, names: str) -> Denied:
    return Denied(
        modules=tuple(modules.split()),
        names=tuple(names.split()),
        gain=gain,
        reason=reason,
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_STANDARD_LIBRARY = (
    _all(Gain.RUN, "it runs programs", "os posix nt subprocess pty popen2"),
    _some(
        Gain.RUN,
        "it runs a program to answer",
        "platform",
        "popen _syscmd_ver _syscmd_file _syscmd_uname architecture",
    ),
    _some(
        Gain.RUN,
        "it compiles, runs or imports code",
        "builtins",
        "eval exec execfile compile __import__ input breakpoint help reload",
    ),
    _some(
        Gain.INDIRECT,
        "it reaches attributes and calls of any object",
        "builtins",
        "getattr setattr delattr globals locals vars apply map filter reduce "
        "__build_class__",
    ),
    _some(Gain.FILES, "it opens files", "builtins", "open file"),
    _some(
        Gain.PROCESS,
        "it ends the process",
        "builtins",
        "exit quit",
    ),
    _all(
        Gain.RUN,
        "it runs Python source, or a program under its control",
        "code codeop runpy timeit cProfile profile trace pdb bdb doctest pydoc "
        "cgitb idlelib lib2to3 venv zipapp test unittest bench rlcompleter",
    ),
    _all(
        Gain.RUN,
        "it installs or builds software",
        "pip ensurepip setuptools distutils pkg_resources easy_install wheel "
        "numpy.distutils _distutils_hack",
    ),
    _all(
        Gain.RUN,
        "it starts another program",
        "webbrowser antigravity turtle turtledemo tkinter _osx_support _aix_support "
        "_pyrepl pipes mailcap msilib winreg crypt sched nturl2path this",
    ),
    _some(
        Gain.RUN,
        "it runs a program to answer",
        "uuid",
        "_get_command_stdout _popen getnode _ifconfig_getter _ip_getter _arp_getter "
        "_lanscan_getter _netstat_getter",
    ),
    _all(
        Gain.LOAD,
        "it imports modules by name or path",
        "importlib imp zipimport pkgutil modulefinder ihooks site sitecustomize "
        "usercustomize importlib_metadata importlib_resources",
    ),
    _all(
        Gain.LOAD,
        "it loads another pickle or marshalled code",
        "pickle marshal shelve dill cloudpickle jsonpickle _compat_pickle "
        "pickletools hickle klepto pathos srsly",
    ),
    _all(Gain.NATIVE, "it calls native code", "ctypes cffi _cffi_backend mmap"),
    _some(
        Gain.RUN,
        "it makes functions out of code",
        "types",
        "FunctionType CodeType LambdaType MethodType DynamicClassAttribute "
        "new_class resolve_bases prepare_class coroutine ModuleType",
    ),
    _some(
        Gain.RUN,
        "it makes functions out of code",
        "new",
        "code function instancemethod",
    ),
    _some(
        Gain.INDIRECT,
        "it reaches attributes and calls of any object",
        "operator",
        "attrgetter methodcaller call __call__ setitem delitem getitem "
        "__setitem__ __delitem__ __getitem__ iadd concat",
    ),
    _some(
        Gain.INDIRECT,
        "it calls the functions that it is given",
        "functools",
        "reduce partialmethod singledispatch singledispatchmethod lru_cache cache "
        "cached_property cmp_to_key",
    ),
    _some(
        Gain.INDIRECT,
        "it calls the functions that it is given",
        "itertools",
        "starmap accumulate takewhile dropwhile filterfalse groupby imap ifilter",
    ),
    _some(
        Gain.INDIRECT,
        "it registers functions that loading then calls",
        "copyreg",
        "add_extension remove_extension clear_extension_cache pickle constructor",
    ),
    _some(Gain.INDIRECT, "it formats with attribute walks", "string", "Formatter"),
    _all(
        Gain.PROCESS,
        "it changes or inspects the running interpreter",
        "sys gc inspect linecache traceback tracemalloc faulthandler signal atexit "
        "threading thread multiprocessing concurrent queue weakref dis opcode symtable "
        "ast tokenize parser resource syslog _xxsubinterpreters _interpreters "
        "contextlib warnings sysconfig readline selectors "
        "_posixshmem",
    ),
    _all(
        Gain.FILES,
        "it reads, writes or removes files",
        "shutil tempfile io fileinput glob posixpath ntpath genericpath tarfile "
        "zipfile gzip bz2 lzma dbm sqlite3 _sqlite3 csv netrc plistlib configparser "
        "filecmp compileall py_compile zlib mailbox macpath dircache aifc wave",
    ),
    _all(
        Gain.NETWORK,
        "it uses the network",
        "socket ssl _ssl urllib http requests urllib3 httpx aiohttp ftplib smtplib "
        "smtpd poplib imaplib nntplib telnetlib socketserver xmlrpc asyncio asyncore "
        "asynchat wsgiref paramiko fabric boto boto3 botocore websocket websockets "
        "fsspec s3fs gcsfs huggingface_hub cgi nis",
    ),
    _all(Gain.LOAD, "it builds objects from a description", "logging logging.config"),
    _all(
        Gain.EXHAUST,
        "it parses documents that can grow without bound",
        "xml pyexpat _elementtree",
    ),
)

_LIBRARIES = (
    _all(
        Gain.LOAD,
        "it downloads, compiles or runs code",
        "torch.hub torch.jit torch.package torch._dynamo torch._inductor torch._export "
        "torch._functorch torch.export torch.onnx torch.fx torch.utils.cpp_extension "
        "torch.utils.model_zoo torch.utils._config_module torch.utils._config "
        "torch.utils.bottleneck torch.utils.collect_env torch.utils.hipify "
        "torch.utils.data.datapipes torch.utils.viz torch.utils.benchmark "
        "torch.utils.show_pickle torch.testing torch.distributed torch.multiprocessing "
        "torch.ops torch.classes torch.library torch.cuda._gpu_trace torch.compiler "
        "torch._appdirs torch._running_with_deploy torch._deploy torch.monitor "
        "torch._C._distributed_rpc torch.utils.file_baton torch.utils._import_utils",
    ),
    _some(
        Gain.LOAD,
        "it loads another pickle",
        "torch torch.serialization torch.storage.serialization",
        "load _load _legacy_load save _save load_file",
    ),
    _some(
        Gain.NATIVE,
        "it opens native libraries or files",
        "torch torch._C torch._ops",
        "_C from_file PyTorchFileReader PyTorchFileWriter load_library _jit_",
    ),
    _some(
        Gain.LOAD,
        "it loads a pickle, a file or a page",
        "numpy numpy.lib numpy.lib.npyio numpy.lib._npyio_impl numpy.lib.format "
        "numpy.lib._datasource numpy.core.multiarray numpy._core.multiarray "
        "numpy.lib._format_impl numpy.ma.mrecords",
        "load save savez loadtxt savetxt genfromtxt fromfile fromregex recfromcsv "
        "recfromtxt DataSource NpzFile read_array open_memmap fromtextfile tofile "
        "open Repository",
    ),
    _all(
        Gain.RUN,
        "it runs Python source or programs",
        "numpy.f2py numpy.testing numpy.ctypeslib numpy._pytesttester "
        "numpy.lib.utils numpy.lib._utils_impl numpy.core._internal._ctypes "
        "numpy.conftest numpy.compat",
    ),
    _some(
        Gain.INDIRECT,
        "it imports any name from any module",
        "numpy.core numpy._core",
        "_ufunc_reconstruct _DType_reconstruct",
    ),
    _some(
        Gain.INDIRECT,
        "it calls the functions that it is given",
        "numpy numpy.lib.shape_base numpy.lib.function_base numpy.core.fromnumeric "
        "numpy.lib._function_base_impl numpy.lib._shape_base_impl numpy.core.numeric "
        "numpy._core.numeric",
        "vectorize apply_along_axis apply_over_axes piecewise frompyfunc fromfunction",
    ),
    _all(
        Gain.LOAD,
        "it reads files, pages or pickles, or evaluates expressions",
        "pandas.io pandas.core.computation pandas.compat.pickle_compat pandas.util "
        "pandas.testing pandas._testing pandas.plotting",
    ),
    _some(
        Gain.LOAD,
        "it reads files, pages or pickles, or evaluates expressions",
        "pandas",
        "eval read_pickle read_csv read_json read_html read_xml read_sql read_hdf "
        "read_parquet read_table read_excel to_pickle HDFStore ExcelFile ExcelWriter",
    ),
    _all(
        Gain.LOAD,
        "it loads pickles or files",
        "scipy.io scipy.datasets scipy._lib._testutils scipy.weave scipy._build_utils "
        "sklearn.datasets sklearn.utils._testing sklearn.externals sklearn.conftest "
        "sklearn._build_utils sklearn.utils._show_versions sklearn.utils._mocking",
    ),
    _some(
        Gain.LOAD,
        "it loads another pickle",
        "joblib joblib.numpy_pickle joblib.numpy_pickle_compat",
        "load load_compatibility _unpickle NumpyUnpickler ZipNumpyUnpickler dump",
    ),
    _all(
        Gain.RUN,
        "it runs functions in other processes or from a cache",
        "joblib.externals joblib.parallel joblib._parallel_backends joblib.memory "
        "joblib.executor joblib.pool joblib.test loky distributed dask.distributed ray",
    ),
    _all(
        Gain.RUN,
        "it renders templates or evaluates expressions",
        "jinja2 mako sympy numexpr asteval chameleon tornado.template "
        "django.template theano pytensor",
    ),
    _all(
        Gain.LOAD,
        "it builds objects from a description",
        "yaml ruamel hydra omegaconf fire google.protobuf.descriptor_pool "
        "tensorflow keras tf_keras onnxruntime mlflow skops",
    ),
    _all(
        Gain.RUN,
        "it is a console or a test runner",
        "IPython ipykernel jupyter notebook pytest _pytest nose sh plumbum pexpect "
        "ptyprocess invoke psutil gdb bpython ptpython twisted celery gunicorn",
    ),
)

# Kept apart from `unknown` only to say why; the severity is the same.
RISKY = (
    _some(
        Gain.LOAD,
        "it loads the second pickle that it is given as bytes",
        "torch.storage",
        "_load_from_bytes",
    ),
    _some(
        Gain.INDIRECT,
        "it makes a function that takes items out of objects",
        "operator",
        "itemgetter",
    ),
    _some(Gain.INDIRECT, "it makes classes", "builtins", "type"),
    _some(
        Gain.INDIRECT,
        "it can call a function for each item that it gives",
        "builtins",
        "iter",
    ),
    _some(
        Gain.FILES,
        "it opens a file by name when it is made",
        "numpy numpy.core.memmap numpy._core.memmap",
        "memmap",
    ),
    _some(
        Gain.FILES,
        "it reads an array from a file that it names",
        "joblib.numpy_pickle joblib.numpy_pickle_compat",
        "NDArrayWrapper ZNDArrayWrapper",
    ),
    _some(
        Gain.RUN,
        "it runs the Python source that it finds in its state",
        "scipy.stats._continuous_distns scipy.stats._discrete_distns "
        "scipy.stats._distn_infrastructure",
        "rv_continuous rv_discrete rv_sample rv_histogram alpha_gen beta_gen "
        "betabinom_gen binom_gen cauchy_gen chi2_gen expon_gen f_gen gamma_gen "
        "geom_gen halfnorm_gen laplace_gen loggamma_gen logistic_gen lognorm_gen "
        "nbinom_gen norm_gen pareto_gen poisson_gen powerlaw_gen randint_gen "
        "rayleigh_gen reciprocal_gen t_gen triang_gen truncnorm_gen uniform_gen "
        "weibull_min_gen weibull_max_gen zipf_gen",
    ),
    _some(
        Gain.RUN,
        "it makes a distribution, which runs the Python source in its state",
        "scipy.stats._distn_infrastructure",
        "rv_frozen rv_continuous_frozen rv_discrete_frozen",
    ),
    _some(
        Gain.EXHAUST,
        "it decodes text by a codec, and some codecs decompress",
        "codecs",
        "decode",
    ),
)

# Last parts of names that run code whichever module re-exports them.
EXECUTORS = _words(
    "eval exec execfile system popen Popen check_output check_call __import__ "
    "import_module run_path run_module runcode runsource runcall runctx runstring "
    "getoutput getstatusoutput spawnl spawnv spawnlp spawnvp fork forkpty execv execve "
    "execl execlp execvp execWrapper load_module exec_module source_to_code "
    "call_subprocess run_command run_cmd literal_exec create_subprocess_shell "
    "create_subprocess_exec"
)

# Methods that touch files, reached as `Class.method` through a class that is harmless.
FILE_METHODS = _words(
    "absolute chmod cwd dump exists expanduser glob group hardlink_to home is_dir "
    "is_file iterdir link_to load load_model lstat mkdir open owner read read_array "
    "read_bytes read_mmap read_text readlink rename replace resolve rglob rmdir "
    "samefile save save_model stat symlink_to to_csv to_excel to_hdf to_html to_json "
    "to_parquet to_pickle to_sql tofile touch unlink walk write write_array "
    "write_bytes write_text"
)

DENIED = _STANDARD_LIBRARY + _LIBRARIES
