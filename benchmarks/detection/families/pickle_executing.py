"""Pickles that run code or commands when they are loaded: one for each function.

The names are those of public advisories about scanners, and of the modules around
them in Python and in libraries that models need. Most are on no scanner's first list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.detection.opcodes import call, fetch_stack, stream
from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["samples"]

_SHELL = "echo hello"
_SOURCE = "print('hello')"

# What is called, by what it is given.
_WITH_SHELL = """
os:system os:popen os:startfile posix:system posix:popen nt:system nt:popen os:putenv
subprocess:Popen subprocess:call subprocess:run subprocess:check_call
subprocess:check_output subprocess:getoutput subprocess:getstatusoutput
commands:getoutput commands:getstatusoutput popen2:popen2 popen2:Popen3 pty:spawn
_posixsubprocess:fork_exec platform:popen asyncio:create_subprocess_shell
asyncio.subprocess:create_subprocess_shell
asyncio.unix_events:_UnixSubprocessTransport
asyncio.unix_events:_UnixSubprocessTransport._start pydoc:pipepager
pydoc:tempfilepager pydoc:locate pydoc:safeimport pydoc:ErrorDuringImport
webbrowser:open webbrowser:get webbrowser:BackgroundBrowser webbrowser:GenericBrowser
antigravity:geohash mailcap:findmatch pipes:Template _osx_support:_read_output
_osx_support:_find_build_tool _aix_support:_read_cmd_output _pyrepl.pager:pipe_pager
uuid:_get_command_stdout uuid:_popen ctypes.util:_findLib_gcc ctypes.util:_get_soname
distutils.spawn:spawn distutils.file_util:write_file
distutils.ccompiler:CCompiler.spawn setuptools._distutils.spawn:spawn
numpy.distutils.exec_command:exec_command numpy.distutils.exec_command:_exec_command
numpy.distutils.cpuinfo:getoutput test.support.script_helper:assert_python_ok
pexpect:run pexpect:spawn sh:Command plumbum:local fabric:Connection invoke:run
celery.bin.celery:main gdb:execute paramiko:SSHClient psutil:Popen fire:Fire
IPython:start_ipython IPython.utils.process:system
IPython.core.interactiveshell:InteractiveShell.system
IPython.utils._process_posix:system torch.utils.cpp_extension:_run_ninja_build
torch.utils.collect_env:run torch.utils.collect_env:run_and_read_all
torch.utils.hipify.hipify_python:hipify torch._inductor.codecache:compile_file
torch.distributed.elastic.multiprocessing:start_processes torch.distributed.run:main
torch.distributed.launch:main torch._appdirs:_get_win_folder sysconfig:_main venv:main
venv:create ensurepip:bootstrap ensurepip:_run_pip ensurepip:_run_python
lib2to3.main:main idlelib.pyshell:main idlelib.run:main smtpd:main cgitb:lookup
zipapp:main compileall:main multiprocessing.util:spawnv_passfds
multiprocessing.popen_fork:Popen multiprocessing.spawn:spawn_main
multiprocessing.forkserver:main turtledemo.__main__:main imaplib:IMAP4_stream
_winapi:CreateProcess msilib:CreateRecord winreg:SetValue
jupyter_client.launcher:launch_kernel notebook.app:main
twisted.python.filepath:FilePath joblib.externals.loky.backend.popen_loky_posix:Popen
loky.backend.spawn:get_command_line bdb:Bdb.run wheel.cli:main nose:run pytest:main
_pytest.config:main
"""
_WITH_SOURCE = """
builtins:eval builtins:exec builtins:compile builtins:execfile builtins:input
builtins:help builtins:breakpoint __builtin__:eval __builtin__:execfile
__builtin__:input runpy:_run_code runpy:run_path runpy:run_module
runpy:_run_module_code code:interact code:InteractiveInterpreter.runcode
code:InteractiveInterpreter.runsource code:InteractiveConsole codeop:compile_command
codeop:CommandCompiler timeit:timeit timeit:repeat timeit:Timer timeit:main
cProfile:run cProfile:runctx cProfile:Profile.run profile:run profile:runctx
profile:Profile.run profile:Profile.runctx trace:Trace trace:Trace.run
trace:Trace.runctx trace:main doctest:debug_script doctest:debug_src
doctest:DocTestRunner.run doctest:script_from_examples pdb:run pdb:runeval pdb:runcall
pdb:Pdb bdb:Bdb.runeval bdb:Bdb.runctx bdb:set_trace idlelib.calltip:get_entity
idlelib.calltip:Calltip.fetch_tip idlelib.autocomplete:AutoComplete.get_entity
idlelib.autocomplete:AutoComplete.fetch_completions idlelib.debugobj:ObjectTreeItem
idlelib.debugobj:ObjectTreeItem.SetText idlelib.run:Executive.runcode
idlelib.pyshell:ModifiedInterpreter.runcode
idlelib.pyshell:ModifiedInterpreter.runcommand lib2to3.pgen2.grammar:Grammar.loads
lib2to3.pgen2.pgen:ParserGenerator.make_label lib2to3.pgen2.literals:evalString
rlcompleter:Completer.attr_matches importlib:import_module importlib:reload
importlib:__import__ importlib.util:spec_from_file_location
importlib.machinery:SourceFileLoader importlib._bootstrap:_gcd_import
importlib._bootstrap_external:SourcelessFileLoader imp:load_source imp:load_module
imp:load_dynamic imp:load_compiled zipimport:zipimporter
zipimport:zipimporter.load_module pkgutil:resolve_name pkgutil:get_loader
pkgutil:find_loader modulefinder:ModuleFinder ihooks:ModuleLoader site:addsitedir
site:main site:execsitecustomize ctypes:CDLL ctypes:PyDLL ctypes:WinDLL ctypes:cast
ctypes:memmove ctypes:pythonapi cffi:FFI cffi.ffiplatform:compile _ctypes:dlopen
_ctypes:call_function types:CodeType types:FunctionType types:LambdaType new:code
new:function new:classobj marshal:loads marshal:load
numpy.testing._private.utils:runstring numpy.testing:runstring numpy.testing:measure
numpy.f2py:compile numpy.f2py.crackfortran:getlincoef
numpy.f2py.crackfortran:_eval_length numpy.f2py.crackfortran:param_eval
numpy.f2py.crackfortran:myeval numpy.f2py.diagnose:run_command
numpy.f2py.capi_maps:load_f2cmap_file numpy.f2py.f2py2e:run_main
numpy.ctypeslib:load_library numpy.lib.utils:safe_eval
numpy.compat.py3k:npy_load_module pandas:eval pandas.core.computation.eval:eval
pandas.core.frame:DataFrame.query pandas.core.frame:DataFrame.eval
pandas.io.clipboard:paste numexpr:evaluate sympy:sympify
sympy.parsing.sympy_parser:parse_expr sympy.core.sympify:sympify
sympy.utilities.lambdify:lambdify sympy.printing.preview:preview asteval:Interpreter
jinja2:Template jinja2.environment:Template.render jinja2.sandbox:SandboxedEnvironment
mako.template:Template tornado.template:Template django.template:Template
django.utils.module_loading:import_string django.core.management:call_command
chameleon:PageTemplate mlflow.projects:run mlflow.pyfunc:load_model
mlflow.utils.process:_exec_cmd torch.jit:CompilationUnit torch.jit:script
torch.jit:load torch.jit.unsupported_tensor_ops:execWrapper torch.hub:load
torch.hub:_load_local torch.hub:load_state_dict_from_url torch.ops:load_library
torch._dynamo.guards:GuardBuilder.get torch._inductor.codecache:PyCodeCache.load
torch.fx.graph_module:_forward_from_src torch.fx.graph_module:reduce_graph_module
torch.fx.graph_module:_exec_with_source
torch.fx.experimental.symbolic_shapes:ShapeEnv.evaluate_guards_expression
torch.utils._config_module:ConfigModule.load_config
torch.utils._config_module:load_config torch.utils.bottleneck.__main__:run_cprofile
torch.utils.bottleneck.__main__:run_autograd_prof
torch.utils.data.datapipes.utils.decoder:basichandlers
torch.utils.viz._cycles:observe_garbage torch.utils.cpp_extension:load
torch.utils.cpp_extension:load_inline torch.package:PackageImporter
torch.serialization:load torch:load torch._C._distributed_rpc:_invoke_rpc_python_udf
torch.distributed.rpc:rpc_sync torch.testing._internal.common_utils:run_tests
torch.onnx.utils:_run_symbolic_method
torch.cuda._gpu_trace:register_callback_for_event_creation torch.library:Library
torch.multiprocessing.spawn:_wrap torch.multiprocessing.reductions:rebuild_cuda_tensor
pip:main pip._internal:main pip._internal.cli.main:main pip._internal.main:main
pip._internal.utils.subprocess:call_subprocess setuptools:setup
setuptools.sandbox:run_setup pkg_resources:run_script pkg_resources:EntryPoint
easy_install:main distutils.core:run_setup distutils.util:execute
distutils.sysconfig:parse_makefile _distutils_hack:do_override dill:loads
dill._dill:_create_function dill._dill:_create_code dill._dill:_import_module
cloudpickle:loads cloudpickle.cloudpickle:_make_function
cloudpickle.cloudpickle:subimport cloudpickle.cloudpickle:_builtin_type
cloudpickle.cloudpickle:_fill_function jsonpickle:decode klepto.archives:file_archive
joblib:load joblib.numpy_pickle:load joblib._parallel_backends:SafeFunction
joblib.parallel:BatchedCalls joblib.memory:MemorizedFunc
concurrent.futures.process:_process_worker concurrent.futures:ProcessPoolExecutor
multiprocessing.pool:Pool multiprocessing.pool:worker multiprocessing:Process
multiprocessing.reduction:_rebuild_partial threading:Thread threading:Timer
_thread:start_new_thread logging.config:dictConfig logging.config:listen
logging.config:_resolve yaml:load yaml:unsafe_load yaml:full_load
yaml.constructor:FullConstructor.find_python_name hydra.utils:instantiate
hydra._internal.utils:_locate omegaconf:OmegaConf.register_new_resolver
keras.models:load_model keras.layers:Lambda tensorflow:keras.models.load_model
tensorflow.python.ops.script_ops:py_func skops.io:load
google.protobuf.descriptor_pool:DescriptorPool xml.sax:make_parser unittest:main
unittest.loader:TestLoader.loadTestsFromName unittest.mock:_importer bench:run
test.support:import_helper srsly:pickle_loads sqlite3:Connection.load_extension
_sqlite3:Connection ray:remote ray.cloudpickle:loads dask.distributed:Client
theano:function pytensor:function numba.core.serialize:_unpickle__CustomPickled
numba:jit nltk.data:load transformers.utils.import_utils:_LazyModule
transformers:pipeline transformers.dynamic_module_utils:get_class_from_dynamic_module
spacy.util:registry gradio:load streamlit.web.cli:main flask.cli:run_command
werkzeug.utils:import_string werkzeug.debug.console:Console
ansible.module_utils.basic:AnsibleModule zope.dottedname.resolve:resolve
traitlets.utils.importstring:import_item pyximport:install
Cython.Build.Inline:cython_inline fsspec.implementations.local:LocalFileSystem
sklearn.utils._testing:set_random_state sklearn.datasets:fetch_openml
scipy._lib._testutils:PytestTester scipy.io:loadmat lightning.pytorch.cli:LightningCLI
fairseq.utils:import_user_module deepspeed.launcher.runner:main executing:Source
statsmodels.iolib.smpickle:load_pickle compileall:compile_file py_compile:compile
symtable:symtable ast:literal_eval parser:suite inspect:getsource
"""


def _slug(name: str) -> str:
    return name.replace(":", "-").replace(".", "-").replace("_", "-").lower()


def _kebab(name: str) -> str:
    return "-".join(part for part in _slug(name).split("-") if part)


def samples() -> Iterator[Sample]:
    """Give one stream for each function, in protocols 2 and 4 by turns."""
    seen: set[str] = set()
    for names, argument in ((_WITH_SHELL, _SHELL), (_WITH_SOURCE, _SOURCE)):
        for count, name in enumerate(names.split()):
            slug = _kebab(name)
            while slug in seen:
                slug += "-again"
            seen.add(slug)
            if count % 2:
                code = stream(call(fetch_stack(name), argument), protocol=4)
            else:
                code = stream(call(name, argument))
            yield Sample(
                name=slug,
                family="pickle-executing",
                technique=f"loading calls {name.replace(':', '.')}",
                truth=Truth.HOSTILE,
                files={"model.pkl": code},
            )
