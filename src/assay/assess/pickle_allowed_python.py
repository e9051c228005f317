"""Names of Python itself that honest model files need.

What may be here is said in `pickle_allowed`.
"""

from __future__ import annotations

from assay.assess.pickle_entries import named

__all__ = ["PYTHON"]

_BUILTINS = (
    named(
        "it is a plain type of values",
        "builtins",
        "int float complex bool str bytes bytearray list tuple dict set frozenset "
        "object slice range unicode long basestring xrange NotImplemented Ellipsis "
        "None True False",
    ),
    named("it is an iterator over values", "builtins", "reversed enumerate zip"),
    named(
        "it is harmless to hold; what it computes depends on methods of its values",
        "builtins",
        "len abs round sum min max any all sorted divmod hash repr ascii chr ord bin "
        "hex oct unichr isinstance issubclass print callable dir",
        uncalled=True,
    ),
    named(
        "it is a method that computes a value from values",
        "builtins",
        "str.capitalize str.casefold str.endswith str.isalpha str.isdigit str.join "
        "str.lower str.lstrip str.maketrans str.rstrip str.split str.splitlines "
        "str.startswith str.strip str.swapcase str.title str.upper unicode.lower "
        "unicode.split unicode.strip unicode.upper bytes.fromhex bytes.lower "
        "dict.fromkeys float.fromhex int.from_bytes",
        uncalled=True,
    ),
    named(
        "it describes an attribute of a class that the pickle would have to change",
        "builtins",
        "property classmethod staticmethod super",
    ),
    named(
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
    named(
        "it rebuilds an object of a class that the pickle names itself",
        "copyreg",
        "_reconstructor __newobj__ __newobj_ex__",
    ),
    named(
        "it is a container of values",
        "collections",
        "OrderedDict defaultdict deque Counter ChainMap UserDict UserList UserString "
        "_OrderedDictKeysIterator",
    ),
    named(
        "it binds values to a function that the pickle names itself, and calls nothing",
        "functools",
        "partial",
    ),
    named("it turns text into bytes, or back", "codecs", "encode decode"),
    named(
        "it is a date or a time",
        "datetime",
        "date time datetime timedelta timezone tzinfo UTC",
    ),
    named("it is a time", "time", "struct_time"),
    named("it is a time zone by name", "zoneinfo", "ZoneInfo ZoneInfo._unpickle"),
    named(
        "it is a time zone, or a span of time, made of values or by its name",
        "pytz pytz.tzinfo dateutil.tz dateutil.tz.tz dateutil.tz._common "
        "dateutil.relativedelta",
        "_UTC _p DstTzInfo StaticTzInfo tzutc tzlocal tzoffset relativedelta",
    ),
    named("it is a number", "decimal", "Decimal Context DecimalTuple"),
    named(
        "it is a signal of arithmetic, which a context only names",
        "decimal",
        "Clamped ConversionSyntax DecimalException DivisionByZero DivisionImpossible "
        "DivisionUndefined FloatOperation Inexact InvalidContext InvalidOperation "
        "Overflow Rounded Subnormal Underflow",
    ),
    named("it is a record of settings", "argparse", "Namespace"),
    named(
        "it is a message or its policy, made of texts",
        "email.message email._policybase email.policy email.header email.charset",
        "Message EmailMessage Compat32 EmailPolicy Header Charset",
    ),
    named(
        "it is the parts of an address, as texts",
        "urllib.parse",
        "ParseResult ParseResultBytes SplitResult SplitResultBytes DefragResult "
        "DefragResultBytes",
    ),
    named("it is a cookie, made of texts", "http.cookies", "Morsel SimpleCookie"),
    named(
        "it is a member of an enumeration",
        "calendar socket signal inspect uuid tokenize",
        "Day Month AddressFamily AddressInfo SocketKind Signals _ParameterKind "
        "SafeUUID TokenInfo",
    ),
    named(
        "it describes the parameters of a function",
        "inspect",
        "Signature Parameter _empty",
    ),
    named(
        "it is an element of a document that was read before",
        "xml.etree.ElementTree",
        "Element QName",
    ),
    named(
        "it is an exception, a value until somebody raises it",
        "json.decoder subprocess socket pickle zipfile asyncio.exceptions "
        "concurrent.futures._base urllib.error queue struct zlib binascii shutil csv "
        "configparser ssl sqlite3 xml.parsers.expat",
        "JSONDecodeError CalledProcessError TimeoutExpired SubprocessError timeout "
        "gaierror herror PickleError PicklingError UnpicklingError BadZipFile "
        "LargeZipFile TimeoutError CancelledError InvalidStateError URLError HTTPError "
        "Empty Full error Error SSLError ExpatError",
    ),
    named(
        "it is a kind of number or container, only fetched to be named",
        "numbers collections.abc",
        "Number Complex Real Rational Integral Callable Collection Container Hashable "
        "ItemsView Iterable Iterator KeysView Mapping MutableMapping MutableSequence "
        "MutableSet Sequence Set Sized ValuesView",
        uncalled=True,
    ),
    named("it is a number", "fractions", "Fraction"),
    named("it is an identifier", "uuid", "UUID SafeUUID"),
    named(
        "it is the text of a path; making one touches no file",
        "pathlib pathlib._local pathlib._abc",
        "Path PosixPath WindowsPath PurePath PurePosixPath PureWindowsPath",
    ),
    named(
        "it is an address",
        "ipaddress",
        "IPv4Address IPv4Network IPv4Interface IPv6Address IPv6Network IPv6Interface",
    ),
    named("it compiles a pattern and matches nothing", "re", "_compile compile"),
    named("it is a set of flags", "re", "RegexFlag"),
    named("it is an array of numbers", "array", "array _array_reconstructor"),
    named("it is a state of a random generator", "random _random", "Random"),
    named("it is a buffer in memory", "io", "BytesIO StringIO"),
    named(
        "it is a record of values",
        "types",
        "SimpleNamespace MappingProxyType NoneType GenericAlias EllipsisType "
        "NotImplementedType",
    ),
    named(
        "it is an iterator over values",
        "itertools",
        "count cycle repeat chain chain.from_iterable islice zip_longest izip "
        "izip_longest product combinations permutations compress pairwise tee _tee",
    ),
    named(
        "it computes a value from two values",
        "operator",
        "add sub truediv floordiv mod neg pos and_ or_ xor not_ truth eq ne lt le "
        "gt ge",
        uncalled=True,
    ),
    named(
        "it is a container of values",
        "UserDict UserList UserString",
        "UserDict IterableUserDict UserList UserString",
    ),
    named("it is a record of numbers", "os", "stat_result terminal_size"),
    named(
        "it takes the text of a path apart; it touches no file",
        "posixpath ntpath",
        "join basename dirname split splitext normpath",
        uncalled=True,
    ),
    named("it is a logger by name", "logging", "getLogger"),
    named("it is a status", "http", "HTTPStatus HTTPMethod"),
    named("it is a text with places", "string", "Template"),
    named("it is a distribution of numbers", "statistics", "NormalDist"),
    named("it stands for a value to be chosen", "enum", "auto"),
    named(
        "it is the base of enumerations; calling it would make a class",
        "enum",
        "Enum IntEnum Flag",
        uncalled=True,
        unheld=True,
    ),
    named("it marks a missing value", "dataclasses", "MISSING _MISSING_TYPE"),
    named(
        "it is an annotation",
        "typing",
        "Any List Dict Tuple Set FrozenSet Union Optional Callable Type Sequence "
        "Mapping Iterable",
    ),
    named(
        "it is a function of numbers",
        "math cmath",
        "sqrt exp log log2 log10 sin cos tan tanh floor ceil fabs",
        uncalled=True,
    ),
)

PYTHON = _BUILTINS + _STANDARD_LIBRARY
