"""Modules whose honest contents are known: what is on no list there is no accident.

The list of names that honest files need was drawn up from Python's own modules and
from files that the libraries below wrote, in several versions of each. A function in
them that loading calls and that none of these files needed is therefore weighed more
than one of a library that nobody looked at.
"""

from __future__ import annotations

import re

__all__ = ["is_function", "is_surveyed", "looks_like_code"]

# Python 3.8 to 3.14, and what Python 2 had besides; `sys.stdlib_module_names` would
# make the verdict depend on who runs the check.
_STANDARD_LIBRARY = (
    "BaseHTTPServer Bastion CGIHTTPServer ConfigParser Cookie DocXMLRPCServer "
    "HTMLParser MimeWriter Queue SimpleHTTPServer SimpleXMLRPCServer SocketServer "
    "StringIO Tkinter UserDict UserList UserString __builtin__ __future__ _abc "
    "_aix_support _ast _asyncio _bisect _blake2 _bootsubprocess _bz2 _codecs "
    "_codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw "
    "_collections _collections_abc _compat_pickle _compression _contextvars _crypt "
    "_csv _ctypes _curses _curses_panel _datetime _dbm _decimal _dummy_thread "
    "_elementtree _frozen_importlib _frozen_importlib_external _functools _gdbm "
    "_hashlib _heapq _imp _interpchannels _interpqueues _interpreters _io _json "
    "_locale _lsprof _lzma _markupbase _md5 _msi _multibytecodec _multiprocessing "
    "_opcode _operator _osx_support _overlapped _pickle _posixshmem "
    "_posixsubprocess _py_abc _pydecimal _pyio _pyrepl _queue _random "
    "_remote_debugging _scproxy _sha1 _sha256 _sha3 _sha512 _signal _sitebuiltins "
    "_socket _sqlite3 _sre _ssl _stat _statistics _string _strptime _struct "
    "_symtable _thread _threading_local _tkinter _tokenize _tracemalloc _typing "
    "_uuid _warnings _weakref _weakrefset _winapi _zoneinfo _zstd abc aifc "
    "annotationlib antigravity anydbm argparse array ast asynchat asyncio asyncore "
    "atexit audioop base64 bdb binascii binhex bisect bsddb builtins bz2 cPickle "
    "cProfile cStringIO calendar cgi cgitb chunk cmath cmd code codecs codeop "
    "collections colorsys commands compileall compression concurrent configparser "
    "contextlib contextvars cookielib copy copy_reg copyreg crypt csv ctypes curses "
    "dataclasses datetime dbhash dbm decimal difflib dircache dis distutils doctest "
    "dumbdbm dummy_thread dummy_threading email encodings ensurepip enum errno "
    "exceptions faulthandler fcntl filecmp fileinput fnmatch formatter fractions "
    "ftplib functools gc gdbm genericpath getopt getpass gettext glob graphlib grp "
    "gzip hashlib heapq hmac html htmllib http httplib idlelib ihooks imaplib "
    "imghdr imp importlib imputil inspect io ipaddress itertools json keyword "
    "lib2to3 linecache locale logging lzma macpath mailbox mailcap marshal math md5 "
    "mhlib mimetools mimetypes mimify mmap modulefinder msilib msvcrt multifile "
    "multiprocessing netrc new nis nntplib nt ntpath nturl2path numbers opcode "
    "operator optparse os ossaudiodev parser pathlib pdb pickle pickletools pipes "
    "pkgutil platform plistlib popen2 poplib posix posixpath pprint profile pstats "
    "pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re "
    "readline repr reprlib resource rexec rfc822 rlcompleter robotparser runpy "
    "sched secrets select selectors sets sgmllib sha shelve shlex shutil signal "
    "site smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile "
    "sre_constants sre_parse ssl stat statistics statvfs string stringprep struct "
    "subprocess sunau symbol symtable sys sysconfig syslog tabnanny tarfile "
    "telnetlib tempfile termios test textwrap this thread threading time timeit "
    "tkMessageBox tkinter toaiff token tokenize tomllib trace traceback tracemalloc "
    "tty turtle turtledemo types typing unicodedata unittest urllib urllib2 "
    "urlparse user uu uuid venv warnings wave weakref webbrowser whichdb winreg "
    "winsound wsgiref xdrlib xml xmlrpc xmlrpclib zipapp zipfile zipimport zlib "
    "zoneinfo"
)

_LIBRARIES = (
    "numpy scipy pandas sklearn joblib torch torchvision torchaudio xgboost lightgbm "
    "catboost transformers accelerate imblearn ultralytics timm torchmetrics peft "
    "category_encoders hmmlearn hdbscan sentence_transformers tokenizers"
)

_SURVEYED = frozenset(f"{_STANDARD_LIBRARY} {_LIBRARIES}".split())

# How libraries name the functions by which their own objects are rebuilt: another
# version may have one more, and nobody else can give a function such a name.
_REBUILDS = re.compile(
    r"_*(?:re)?(?:build|construct|create|new|unpickle|unreduce|load_from_state)\w*"
    r"|\w*(?:unpickle|reconstruct\w*|_ctor|from_(?:state|pickle|buffer|bytes))",
    re.ASCII,
)

# In an argument: a command with options or arguments, a statement or an expression of
# Python, a shell's signs, an address, the path of a program.
_CODE = re.compile(
    r"\b(?:import|exec|eval|lambda|print|open|system|getattr|__\w+__)\b\s*[( ]"
    r"|\b(?:sh|bash|zsh|cmd|cmd\.exe|powershell|python[23]?|perl|ruby|node|nc|ncat|"
    r"curl|wget|echo|cat|touch|rm|cp|mv|chmod|id|whoami|ls|dir|ping|nslookup|calc|"
    r"calc\.exe|open|start|xterm)(?:\s+[-/\w~.\'\"$]|['\"])"
    r"|[;|&`]\s*\w|\$\(|\$\{|(?:https?|ftp|file|jdbc|ldap|rmi)://"
    r"|/(?:bin|etc|tmp|dev|proc|usr|root|home)/|[A-Za-z]:\\\\",
    re.ASCII,
)
_TEXT = re.compile(r"b?'(?:[^'\\]|\\.)*'?|b?\"(?:[^\"\\]|\\.)*\"?", re.DOTALL)


def is_surveyed(module: str) -> bool:
    """Tell whether a module belongs to Python or to a surveyed library."""
    return module.split(".", 1)[0] in _SURVEYED


def is_function(name: str) -> bool:
    """Tell a function, or a method, from a class and from what rebuilds objects."""
    last = name.rsplit(".", 1)[-1]
    if last.lstrip("_")[:1].isupper():
        return False
    return not last.startswith("__pyx_") and _REBUILDS.fullmatch(last) is None


def looks_like_code(arguments: str) -> bool:
    """Tell whether a text among printed arguments reads like a command or like code."""
    return any(_CODE.search(text) for text in _TEXT.findall(arguments))
