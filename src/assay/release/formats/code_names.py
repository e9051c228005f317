"""What the names of Python's library and of common packages do when they are called.

Names stand as `code_resolve` gives them, without the `()` of what calls give. They are
facts about those libraries, taken from their documentation.
"""

from __future__ import annotations

__all__ = ["CONSEQUENTIAL", "is_handed_over", "kind_of"]

_EXACT: dict[str, str] = {}


def _add(kind: str, module: str, names: str) -> None:
    for name in names.split():
        _EXACT[f"{module}.{name}"] = kind


for _module in ("os", "posix", "nt"):
    _add(
        "process",
        _module,
        "system popen popen2 popen3 popen4 startfile execl execle execlp execlpe execv "
        "execve execvp execvpe spawnl spawnle spawnlp spawnlpe spawnv spawnve spawnvp "
        "spawnvpe posix_spawn posix_spawnp fork forkpty kill killpg",
    )
    _add("file-delete", _module, "remove unlink rmdir removedirs truncate")
    _add(
        "file-write",
        _module,
        "rename renames replace chmod chown lchown link symlink mkfifo mknod putenv "
        "write pwrite",
    )
_add(
    "process",
    "subprocess",
    "Popen run call check_call check_output getoutput getstatusoutput _args_from_"
    "interpreter_flags",
)
_add("process", "asyncio", "create_subprocess_shell create_subprocess_exec")
_add("process", "asyncio.subprocess", "create_subprocess_shell create_subprocess_exec")
_add("process", "pty", "spawn fork")
_add("process", "commands", "getoutput getstatusoutput")
_add("process", "_posixsubprocess", "fork_exec")
_add("process", "webbrowser", "open open_new open_new_tab")
_add("process", "webbrowser", "register GenericBrowser BackgroundBrowser get.open")
_add("process", "pexpect", "spawn run")
_add("process", "sh", "Command bash sh curl wget")
_add("process", "IPython", "get_ipython.system get_ipython.getoutput")
_add("process", "IPython", "get_ipython.system_piped get_ipython.system_raw")
_add("process", "distutils.spawn", "spawn")
_add("process", "platform", "popen")
_add("process", "pydoc", "pipepager tempfilepager")
_add("process", "multiprocessing.util", "spawnv_passfds")
_add("process", "cgitb", "enable")
_add("process", "numpy.f2py", "compile run_main")
_add("process", "pydoc", "browse")
_add("process", "plumbum", "local.get")
_add("process", "fabric", "Connection.run Connection.local")
_add("process", "invoke", "run")
_add("process", "multiprocessing.util", "spawnv_passfds")
_add("process", "imaplib", "IMAP4_stream")
_add("install", "pip", "main")
_add("install", "pip._internal", "main")
_add("install", "pip._internal.cli.main", "main")
_add("install", "ensurepip", "bootstrap")
_add("install", "setuptools.command.easy_install", "main")
_add("dynamic-code", "builtins", "exec eval compile __import__ execfile")
_add("dynamic-code", "importlib", "import_module __import__ reload")
_add(
    "dynamic-code",
    "importlib.util",
    "module_from_spec spec_from_file_location spec_from_loader",
)
_add("dynamic-code", "importlib.machinery", "SourceFileLoader SourcelessFileLoader")
_add("native", "importlib.machinery", "ExtensionFileLoader")
_add("dynamic-code", "imp", "load_source load_compiled load_module")
_add("native", "imp", "load_dynamic")
_add("dynamic-code", "runpy", "run_path run_module _run_code _run_module_code")
_add("dynamic-code", "types", "FunctionType CodeType LambdaType")
_add(
    "dynamic-code",
    "code",
    "InteractiveConsole InteractiveInterpreter interact compile_command",
)
_add("dynamic-code", "codeop", "compile_command")
_add("dynamic-code", "timeit", "timeit repeat Timer main")
_add("dynamic-code", "cProfile", "run runctx")
_add("dynamic-code", "profile", "run runctx")
_add("dynamic-code", "trace", "Trace")
_add("dynamic-code", "bdb", "Bdb")
_add("dynamic-code", "pdb", "run runeval runcall")
_add("dynamic-code", "doctest", "debug_script debug_src testmod testfile")
_add("dynamic-code", "doctest", "run_docstring_examples DocTestRunner.run")
_add("dynamic-code", "gc", "get_objects get_referrers get_referents")
_add("dynamic-code", "ast", "unparse_and_run")
_add(
    "dynamic-code",
    "transformers.dynamic_module_utils",
    "get_class_from_dynamic_module get_class_in_module",
)
_add("dynamic-code", "torch.hub", "load")
_add("dynamic-code", "numexpr", "evaluate")
_add("dynamic-code", "pandas", "eval")
_add("dynamic-code", "pandas.core.computation.eval", "eval")
_add("dynamic-code", "sympy", "sympify S parse_expr")
_add("dynamic-code", "sympy.parsing.sympy_parser", "parse_expr")
_add("dynamic-code", "zipimport", "zipimporter zipimporter.load_module")
_add("dynamic-code", "site", "addsitedir addpackage execsitecustomize main")
_add("dynamic-code", "importlib.metadata", "EntryPoint.load")
_add("dynamic-code", "xmlrpc.server", "SimpleXMLRPCServer")
_add("dynamic-code", "torch.package", "PackageImporter.import_module")
_add("dynamic-code", "IPython", "get_ipython.run_cell get_ipython.ex get_ipython.ev")
_add("dynamic-code", "IPython", "get_ipython.run_line_magic get_ipython.magic")
_add("dynamic-code", "IPython", "get_ipython.run_cell_magic")
_add("deserialise", "marshal", "loads load")
for _module in ("pickle", "_pickle", "cPickle", "dill", "cloudpickle", "pickle5"):
    _add("deserialise", _module, "load loads Unpickler")
_add("deserialise", "joblib", "load")
_add("deserialise", "torch", "load")
_add("deserialise", "torch.package", "PackageImporter")
_add("deserialise", "torch.jit", "load")
_add("deserialise", "shelve", "open")
_add("deserialise", "pandas", "read_pickle")
_add("deserialise", "yaml", "unsafe_load full_load unsafe_load_all load load_all")
_add("deserialise", "jsonpickle", "decode")
_add("deserialise", "numpy", "load")
_add("native", "ctypes", "CDLL PyDLL WinDLL OleDLL cdll.LoadLibrary windll.LoadLibrary")
_add("native", "ctypes", "pythonapi memmove CFUNCTYPE string_at")
_add("native", "cffi", "FFI.dlopen FFI.verify")
_add("native", "torch.utils.cpp_extension", "load load_inline")
_add("native", "torch.ops", "load_library")
_add("native", "torch.classes", "load_library")
_add("native", "tensorflow", "load_op_library load_library")
_add("native", "mmap", "mmap")
_add("native", "numpy.ctypeslib", "load_library")
_add("native", "pycuda.compiler", "SourceModule")
_add("native", "cupy", "RawModule RawKernel")
_add("file-delete", "shutil", "rmtree")
_add("file-write", "shutil", "copy copy2 copyfile copytree move unpack_archive")
_add("file-write", "os", "makedirs mkdir")
_add("file-write", "zipfile", "ZipFile.extractall ZipFile.extract")
_add("file-write", "tarfile", "open.extractall TarFile.extractall")
_add(
    "network",
    "urllib.request",
    "urlopen urlretrieve Request build_opener URLopener FancyURLopener",
)
_add("network", "urllib", "urlopen urlretrieve")
_add("network", "urllib2", "urlopen")
_add("network", "requests", "get post put patch delete head options request")
for _verb in [
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "head",
    "options",
    "request",
    "send",
    "stream",
]:
    for _client in (
        "requests.Session",
        "requests.session",
        "requests.sessions.Session",
        "httpx.Client",
        "httpx.AsyncClient",
        "aiohttp.ClientSession",
    ):
        _EXACT[f"{_client}.{_verb}"] = "network"
_add("network", "httpx", "get post put patch delete head options request stream")
_add("network", "aiohttp", "request")
_add("network", "socket", "create_connection socket.connect socket.connect_ex")
_add("network", "socket", "socket.bind create_server socket.sendto getaddrinfo")
_add("network", "socket", "gethostbyname gethostbyname_ex fromfd")
_add("network", "asyncio", "open_connection start_server open_unix_connection")
_add("network", "http.client", "HTTPConnection HTTPSConnection")
_add("network", "httplib", "HTTPConnection HTTPSConnection")
_add("network", "http.server", "HTTPServer ThreadingHTTPServer")
_add("network", "socketserver", "TCPServer ThreadingTCPServer UDPServer")
_add("network", "ftplib", "FTP FTP_TLS")
_add("network", "smtplib", "SMTP SMTP_SSL")
_add("network", "telnetlib", "Telnet")
_add("network", "poplib", "POP3 POP3_SSL")
_add("network", "imaplib", "IMAP4 IMAP4_SSL")
_add("network", "xmlrpc.client", "ServerProxy")
_add("network", "paramiko", "SSHClient Transport")
_add("network", "websocket", "create_connection WebSocketApp WebSocket")
_add("network", "websockets", "connect")
_add("network", "websockets.sync.client", "connect")
_add("network", "urllib3", "PoolManager request")
_add("network", "pycurl", "Curl")
_add("network", "wget", "download")
_add("network", "gdown", "download download_folder cached_download")
_add("network", "boto3", "client resource Session session.Session")
_add("network", "dns.resolver", "resolve query Resolver")
_add("network", "ssl", "get_server_certificate wrap_socket.connect")
_add("network", "ssl", "create_default_context.wrap_socket.connect")
_add("network", "ssl", "SSLContext.wrap_socket.connect")
_add("network", "telegram", "Bot")
_add("network", "nltk", "download")
_add("network", "torch.hub", "download_url_to_file load_state_dict_from_url")
_add(
    "network",
    "huggingface_hub",
    "hf_hub_download snapshot_download upload_file upload_folder HfApi cached_download "
    "HfApi.upload_file HfApi.upload_folder HfApi.create_commit create_commit "
    "HfFileSystem.open HfApi.upload_large_folder",
)
_add(
    "network",
    "boto3",
    "client.put_object client.upload_file client.upload_fileobj client.publish "
    "client.send_message resource.Object.put Session.client.put_object",
)
_add("network", "google.cloud.storage", "Client")
_add("network", "scapy.all", "send sr sr1 sendp")
_add("network", "dns.resolver", "Resolver.resolve Resolver.query")
_add("network", "socket", "socket.sendmsg socket.send socket.sendall gethostbyaddr")
_add("environment", "os", "environ getenv environb getenvb")
_add("file-read", "builtins", "open")
_add("file-read", "io", "open FileIO open_code")
_add("file-read", "os", "open listdir walk scandir")
_add("file-read", "codecs", "open")
_add("file-read", "glob", "glob iglob")
_add("file-read", "shutil", "make_archive")
_add("file-read", "tarfile", "open.add TarFile.add")
_add("file-read", "zipfile", "ZipFile.write")
_add("file-read", "sqlite3", "connect")
_add("file-write", "winreg", "OpenKey OpenKeyEx CreateKey CreateKeyEx SetValue")

# Last parts of what a path of pathlib does.
_PATHS = {
    "write_text": "file-write",
    "write_bytes": "file-write",
    "read_text": "file-read",
    "read_bytes": "file-read",
    "open": "file-read",
    "glob": "file-read",
    "rglob": "file-read",
    "iterdir": "file-read",
    "unlink": "file-delete",
    "rmdir": "file-delete",
    "rename": "file-write",
    "replace": "file-write",
    "chmod": "file-write",
    "symlink_to": "file-write",
    "hardlink_to": "file-write",
    "touch": "file-write",
}
# Kinds that matter even where a name is only handed over, not called.
CONSEQUENTIAL = frozenset({"process", "dynamic-code", "native"})
# What modules name elsewhere: the same thing under another name.
_SAME = {
    "six.moves.urllib.request": "urllib.request",
    "torch.serialization": "torch",
    "tensorflow.compat.v1": "tensorflow",
    "future.moves.urllib.request": "urllib.request",
    "google.colab._system_commands": "subprocess",
}
_ANY = {
    "ctypes.pythonapi.": "native",
    "ctypes.windll.": "native",
    "ctypes.cdll.": "native",
    "ctypes.CDLL.": "native",
}


def kind_of(name: str) -> str:
    """Give the kind of action that calling a dotted name is, or nothing."""
    name = name.replace("()", "")
    for prefix, kind in _ANY.items():
        if name.startswith(prefix):
            return kind
    module, _, last = name.rpartition(".")
    if name.startswith("pathlib.") and last in _PATHS:
        return _PATHS[last]
    return _EXACT.get(f"{_SAME.get(module, module)}.{last}", "")


# Names that are handed over for their type, not to be called.
_TYPES = frozenset(
    {
        "subprocess.Popen",
        "types.FunctionType",
        "types.CodeType",
        "types.LambdaType",
        "builtins.compile",
        "builtins.__import__",
        "ctypes.CDLL",
        "ctypes.CFUNCTYPE",
        "ctypes.pythonapi",
        "mmap.mmap",
    }
)


def is_handed_over(name: str) -> bool:
    """Tell a name that says something even where it is not called."""
    name = name.replace("()", "")
    if name in _TYPES:
        return False
    if kind_of(name) == "process":
        return True
    return name in ("builtins.exec", "builtins.eval", "marshal.loads", "pickle.loads")
