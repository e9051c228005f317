"""Names that no honest model file needs and that give an attacker something.

Each entry covers modules and, where `names` is empty, everything in and below them.
Sources: the documentation of the modules named, and the classes of hole listed in
the project's threat model. The list only sharpens the verdict: what is on no list is
weighed as unknown.
"""

from __future__ import annotations

from assay.assess.pickle_denied_entries import Denied, Gain, every, some, words
from assay.assess.pickle_denied_libraries import LIBRARIES

__all__ = ["DENIED", "EXECUTORS", "FILE_METHODS", "RISKY", "Denied", "Gain"]

_STANDARD_LIBRARY = (
    every(Gain.RUN, "it runs programs", "os posix nt subprocess pty popen2"),
    some(
        Gain.RUN,
        "it runs a program to answer",
        "platform",
        "popen _syscmd_ver _syscmd_file _syscmd_uname architecture",
    ),
    some(
        Gain.RUN,
        "it compiles, runs or imports code",
        "builtins",
        "eval exec execfile compile __import__ input breakpoint help reload",
    ),
    some(
        Gain.INDIRECT,
        "it reaches attributes and calls of any object",
        "builtins",
        "getattr setattr delattr globals locals vars apply map filter reduce "
        "__build_class__",
    ),
    some(Gain.FILES, "it opens files", "builtins", "open file"),
    some(
        Gain.PROCESS,
        "it ends the process",
        "builtins",
        "exit quit",
    ),
    every(
        Gain.RUN,
        "it runs Python source, or a program under its control",
        "code codeop runpy timeit cProfile profile trace pdb bdb doctest pydoc "
        "cgitb idlelib lib2to3 venv zipapp test unittest bench rlcompleter",
    ),
    every(
        Gain.RUN,
        "it installs or builds software",
        "pip ensurepip setuptools distutils pkg_resources easy_install wheel "
        "numpy.distutils _distutils_hack",
    ),
    every(
        Gain.RUN,
        "it starts another program",
        "webbrowser antigravity turtle turtledemo tkinter _osx_support _aix_support "
        "_pyrepl pipes mailcap msilib winreg crypt sched nturl2path this",
    ),
    some(
        Gain.RUN,
        "it runs a program to answer",
        "uuid",
        "_get_command_stdout _popen getnode _ifconfig_getter _ip_getter _arp_getter "
        "_lanscan_getter _netstat_getter",
    ),
    every(
        Gain.LOAD,
        "it imports modules by name or path",
        "importlib imp zipimport pkgutil modulefinder ihooks site sitecustomize "
        "usercustomize importlib_metadata importlib_resources",
    ),
    every(
        Gain.LOAD,
        "it loads another pickle or marshalled code",
        "pickle marshal shelve dill cloudpickle jsonpickle _compat_pickle "
        "pickletools hickle klepto pathos srsly",
    ),
    every(Gain.NATIVE, "it calls native code", "ctypes cffi _cffi_backend mmap"),
    some(
        Gain.RUN,
        "it makes functions out of code",
        "types",
        "FunctionType CodeType LambdaType MethodType DynamicClassAttribute "
        "new_class resolve_bases prepare_class coroutine ModuleType",
    ),
    every(Gain.RUN, "it makes functions and classes out of code", "new"),
    some(
        Gain.INDIRECT,
        "it reaches attributes and calls of any object",
        "operator",
        "attrgetter methodcaller call __call__ setitem delitem getitem "
        "__setitem__ __delitem__ __getitem__ iadd concat",
    ),
    some(
        Gain.INDIRECT,
        "it calls the functions that it is given",
        "functools",
        "reduce partialmethod singledispatch singledispatchmethod lru_cache cache "
        "cached_property cmp_to_key",
    ),
    some(
        Gain.INDIRECT,
        "it calls the functions that it is given",
        "itertools",
        "starmap accumulate takewhile dropwhile filterfalse groupby imap ifilter",
    ),
    some(
        Gain.INDIRECT,
        "it registers functions that loading then calls",
        "copyreg",
        "add_extension remove_extension clear_extension_cache pickle constructor",
    ),
    some(Gain.INDIRECT, "it formats with attribute walks", "string", "Formatter"),
    every(
        Gain.PROCESS,
        "it changes or inspects the running interpreter",
        "sys gc inspect linecache traceback tracemalloc faulthandler signal atexit "
        "threading thread multiprocessing concurrent queue weakref dis opcode symtable "
        "ast tokenize parser resource syslog _xxsubinterpreters _interpreters "
        "contextlib warnings sysconfig readline selectors "
        "_posixshmem",
    ),
    every(
        Gain.FILES,
        "it reads, writes or removes files",
        "shutil tempfile io fileinput glob posixpath ntpath genericpath tarfile "
        "zipfile gzip bz2 lzma dbm sqlite3 _sqlite3 csv netrc plistlib configparser "
        "filecmp compileall py_compile zlib mailbox macpath dircache aifc wave "
        "mimetypes pstats gettext h5py zarr tables pyclbr",
    ),
    every(
        Gain.NETWORK,
        "it uses the network",
        "socket ssl _ssl urllib http requests urllib3 httpx aiohttp ftplib smtplib "
        "smtpd poplib imaplib nntplib telnetlib socketserver xmlrpc asyncio asyncore "
        "asynchat wsgiref paramiko fabric boto boto3 botocore websocket websockets "
        "fsspec s3fs gcsfs huggingface_hub cgi nis",
    ),
    every(Gain.LOAD, "it builds objects from a description", "logging logging.config"),
    every(
        Gain.EXHAUST,
        "it parses documents that can grow without bound",
        "xml pyexpat _elementtree",
    ),
)

# Kept apart from `unknown` only to say why; the severity is the same.
RISKY = (
    some(
        Gain.LOAD,
        "it loads the second pickle that it is given as bytes",
        "torch.storage",
        "_load_from_bytes",
    ),
    some(
        Gain.INDIRECT,
        "it makes a function that takes items out of objects",
        "operator",
        "itemgetter",
    ),
    some(Gain.INDIRECT, "it makes classes", "builtins", "type"),
    some(
        Gain.INDIRECT,
        "it can call a function for each item that it gives",
        "builtins",
        "iter",
    ),
    some(
        Gain.FILES,
        "it reads an array from a file that it names",
        "joblib.numpy_pickle joblib.numpy_pickle_compat",
        "NDArrayWrapper ZNDArrayWrapper",
    ),
    some(
        Gain.FILES,
        "it writes a file and deletes one, both as its state says",
        "sklearn_crfsuite._fileresource",
        "FileResource",
    ),
    some(
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
    some(
        Gain.RUN,
        "it evaluates the formula that it finds in its state",
        "statsmodels.base.data",
        "ModelData PandasData PatsyData",
    ),
    some(
        Gain.RUN,
        "it makes a distribution, which runs the Python source in its state",
        "scipy.stats._distn_infrastructure",
        "rv_frozen rv_continuous_frozen rv_discrete_frozen",
    ),
)

# Last parts of names that run code whichever module re-exports them.
EXECUTORS = words(
    "eval exec execfile system popen Popen check_output check_call __import__ "
    "import_module run_path run_module runcode runsource runcall runctx runstring "
    "getoutput getstatusoutput spawnl spawnv spawnlp spawnvp fork forkpty execv execve "
    "execl execlp execvp execWrapper load_module exec_module source_to_code "
    "call_subprocess run_command run_cmd literal_exec create_subprocess_shell "
    "create_subprocess_exec import_string import_item import_from_string import_object "
    "import_class import_attr load_pickle loads unpickle call_command run_script "
    "run_shell run_subprocess shell_exec startfile resolve_name load_entry_point "
    "instantiate urlopen urlretrieve load_state_dict_from_url sympify parse_expr "
    "lambdify safe_eval literal_eval execute_command run_in_shell os_system "
    "py_func run_code eval_expr evaluate_expression import_from import_by_name "
    "get_class_from_dynamic_module load_extension load_library"
)

# Methods that touch files, reached as `Class.method` through a class that is harmless.
FILE_METHODS = words(
    "_new_shared_cuda _new_shared_fd_cpu _new_shared_filename_cpu "
    "absolute chmod cwd dump exists expanduser glob group hardlink_to home is_dir "
    "is_file iterdir link_to load load_model lstat mkdir open owner read read_array "
    "read_bytes read_mmap read_text readlink rename replace resolve rglob rmdir "
    "samefile save save_model stat symlink_to to_csv to_excel to_hdf to_html to_json "
    "to_parquet to_pickle to_sql tofile touch unlink walk write write_array "
    "write_bytes write_text"
)

DENIED = _STANDARD_LIBRARY + LIBRARIES
