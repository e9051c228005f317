"""Write the release directories by which every check is tried, byte for byte.

    python tests/vectors/checks/generate.py

Each check has one folder, each case of it one release directory: `met`, `unmet`,
`not_applicable` where the check may have nothing to look at, and `malformed`. The
payloads are harmless: at most they would print one word, and nothing ever loads them.

Links, pipes, modes and texts that look like credentials are left out of what is
committed: a checkout may not keep the former, and hosts raise alarms over the latter.
`build` adds them in a directory that a test gives it.
"""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

# Run as a script it stands outside any package.
sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.vectors.checks.entries import (
    Entry,
    File,
    Link,
    Pipe,
    json_file,
    safetensors_file,
    shared_library,
    tar_gz_file,
    tensor,
    zip_file,
)
from tests.vectors.checks.releases_built_objects import CASES as BUILT_OBJECTS
from tests.vectors.checks.releases_code import CODE_BEHAVIOUR, DEPENDENCIES_PINNED
from tests.vectors.checks.releases_containers import ESCAPING_7Z, UNREADABLE_7Z
from tests.vectors.checks.releases_crowds import LARGE_SETTINGS, NESTED
from tests.vectors.checks.releases_graph_operations import (
    CASES as GRAPH_OPERATIONS,
)
from tests.vectors.checks.releases_pickles import (
    ARCHIVES,
    PICKLE_IMPORTS,
    PICKLE_SOUND,
)
from tests.vectors.checks.releases_tokenizer_bounded import (
    RELEASES as TOKENIZER_BOUNDED,
)
from tests.vectors.checks.releases_weights_sound import CASES as WEIGHTS_SOUND

HERE = Path(__file__).parent


CONFIG = json_file("config.json", {"model_type": "example", "hidden_size": 4})
WEIGHTS = safetensors_file(
    "model.safetensors",
    {"a": tensor(0, 16), "b": tensor(16, 32)},
    struct.pack("<8f", *range(8)),
)
CARD = File(
    "README.md",
    b"""---
license: apache-2.0
pipeline_tag: feature-extraction
library_name: example
base_model: example/base
base_model_relation: finetune
datasets:
- example/corpus
---

# Example model

A model that exists to be looked at. It holds eight numbers, and they count from zero.
Its architecture is two layers of four parameters each; its input is nothing and its
output is eight numbers.

## Intended use

To try the checks of Assay against a release that has nothing wrong with it. It must not
be used for anything else.

## Training data

None: the numbers were written down by hand, in the order in which they stand, and no
source was asked. That took no compute, and the energy of one person.

## Evaluation

All eight numbers were compared with what they should be, and they are right.

## Limitations and risks

It can do nothing, so nobody should expect anything of it.
""",
)
BROKEN_CARD = File(
    "README.md",
    b"---\nlicense: [apache-2.0\ndatasets: }\n---\n\n# Example model\n\nToo little.\n",
)
LICENCE = File(
    "LICENSE",
    b"Anybody may do with these eight numbers whatever they like.\n",
)
BROKEN_CONFIG = File("config.json", b'{"model_type": "example", "hidden_size": \n')

# A dictionary of plain values in an OrderedDict, protocol 2.
PLAIN_PICKLE = (
    b"\x80\x02ccollections\nOrderedDict\nq\x00)Rq\x01X\x04\x00\x00\x00stepq\x02K\x07s."
)
# What `pickle` makes of an object whose __reduce__ says (os.system, ("echo assay",)).
CALLING_PICKLE = (
    b"\x80\x02cposix\nsystem\nq\x00X\x0a\x00\x00\x00echo assayq\x01\x85q\x02Rq\x03."
)
# An array of objects by a name that NumPy understands and never writes itself.
_OBJECT_HEADER = b"{'descr': 'object', 'fortran_order': False, 'shape': (1,), }\n"
OBJECT_ARRAY = (
    b"\x93NUMPY\x01\x00"
    + struct.pack("<H", len(_OBJECT_HEADER))
    + _OBJECT_HEADER
    + b"cposix\nsystem\n(S'echo assay'\ntR."
)
# Allowed names only, and a method that none of them brings; nothing calls it here.
INDIRECT_PICKLE = (
    b"\x80\x02cfunctools\npartial\ncbuiltins\ngetattr\ncbuiltins\nlist\n"
    b"X\x06\x00\x00\x00append\x86R\x85R."
)
UNKNOWN_PICKLE = b"\x80\x02cexample_house.layers\nAttic\n)\x81}b."
# Calls first and breaks afterwards: a loader has run the call by then.
BROKEN_PICKLE = CALLING_PICKLE[:-1] + b"\xff\xff"
CUT_PICKLE = PLAIN_PICKLE[:-4]

TEMPLATE = "{% for message in messages %}{{ message['content'] }}\n{% endfor %}"
WALK = "{{ messages.__class__.__mro__[1].__subclasses__() }}"


def _template(text: str) -> File:
    return json_file("tokenizer_config.json", {"chat_template": text})


def _auto_map(target: str) -> File:
    return json_file(
        "config.json", {"model_type": "example", "auto_map": {"AutoModel": target}}
    )


def _adapter(**more: str) -> File:
    return json_file(
        "adapter_config.json",
        {"base_model_name_or_path": "example/base", "peft_type": "LORA", **more},
    )


def _credential() -> bytes:
    # Put together here, so that no file of the repository has the shape of one.
    token = "hf" + "_" + "QwErTyUiOpAsDfGhJkLzXcVbNmQwErTyUi"
    return f"Download with the token {token}, please.\n".encode()


MODELLING = File("modeling_example.py", b"class ExampleModel:\n    pass\n")

VECTORS: dict[str, dict[str, tuple[Entry, ...]]] = {
    "archives_safe": {
        "met": (zip_file("tokenizer.zip", {"vocab.txt": b"a\nb\n"}),),
        "unmet": (
            zip_file("tokenizer.zip", {"../../vocab.txt": b"a\nb\n"}),
            ESCAPING_7Z,
            *ARCHIVES.values(),
        ),
        "not_applicable": (CONFIG, WEIGHTS),
        "malformed": (
            File(
                "tokenizer.zip", zip_file("", {"vocab.txt": b"a\nb\n" * 64}).data[:100]
            ),
        ),
    },
    "built_objects": BUILT_OBJECTS,
    "chat_templates": {
        "met": (_template(TEMPLATE),),
        "unmet": (_template(WALK),),
        "not_applicable": (CONFIG, WEIGHTS),
        "malformed": (_template("{% for message in messages %}{{ message "),),
    },
    "configuration_sound": {
        "met": (CONFIG,),
        "unmet": (
            File("config.json", b'{"model_type": "example", "model_type": "other"}\n'),
            LARGE_SETTINGS,
        ),
        "not_applicable": (WEIGHTS,),
        "malformed": (BROKEN_CONFIG,),
    },
    "content_inspected": {
        "met": (CONFIG, WEIGHTS, CARD),
        "unmet": (UNREADABLE_7Z, NESTED),
        "malformed": (
            tar_gz_file("weights.tar.gz", {"a.txt": b"a\n" * 4096}, keep=0.5),
        ),
    },
    "content_matches_name": {
        "met": (CONFIG, WEIGHTS, File("pytorch_model.bin", PLAIN_PICKLE)),
        "unmet": (
            File("vocab.json", shared_library()),
            File("model.safetensors", CALLING_PICKLE),
            File("card.json.py", b"print('assay')\n"),
        ),
        "malformed": (File("figure.png", b"\x89PNX" + bytes(range(128, 192))),),
    },
    "entries_bound": {
        "met": (CONFIG,),
        "unmet": (
            CONFIG,
            Link("model.safetensors", "/dev/null"),
            Link("settings.json", "config.json"),
            Pipe("weights.bin"),
        ),
        "malformed": (CONFIG, Link("model.safetensors", "blobs/missing")),
    },
    "licence_declared": {
        "met": (CARD, LICENCE),
        "unmet": (CONFIG,),
        "malformed": (BROKEN_CARD,),
    },
    "model_card": {
        "met": (CARD,),
        "unmet": (CONFIG,),
        "malformed": (BROKEN_CARD,),
    },
    "code_behaviour": CODE_BEHAVIOUR,
    "dependencies_pinned": DEPENDENCIES_PINNED,
    "native_code": {
        "met": (CONFIG, WEIGHTS),
        "unmet": (
            File("kernels/fast.so", shared_library()),
            File("modeling.pyc", b"\xa7\r\r\n" + bytes(12) + b"\xe3" + bytes(24)),
            File("convert.sh", b"#!/bin/sh\necho assay\n"),
            File("vocab.txt", b"a\nb\n", mode=0o755, committed=False),
        ),
        "malformed": (tar_gz_file("tools.tar.gz", {"a.txt": b"a\n" * 4096}, keep=0.5),),
    },
    "pickle_free": {
        "met": (CONFIG, WEIGHTS),
        "unmet": (File("pytorch_model.bin", PLAIN_PICKLE),),
        "malformed": (File("pytorch_model.bin", CUT_PICKLE),),
    },
    "pickle_imports": {
        "met": (File("optimizer.pt", PLAIN_PICKLE),),
        "unmet": (
            File("optimizer.pt", CALLING_PICKLE),
            File("scheduler.pt", UNKNOWN_PICKLE),
            File("labels.txt", b"I1\n.cposix\nsystem\n(S'echo assay'\ntR."),
            File("shapes.npy", OBJECT_ARRAY),
            File("names.pkl", INDIRECT_PICKLE),
            *PICKLE_IMPORTS.values(),
        ),
        "not_applicable": (CONFIG, WEIGHTS),
        "malformed": (File("optimizer.pt", CUT_PICKLE),),
    },
    "pickle_sound": {
        "met": (File("optimizer.pt", PLAIN_PICKLE),),
        "unmet": (
            File("optimizer.pt", BROKEN_PICKLE),
            File("scheduler.pt", PLAIN_PICKLE + b"\x00" * 16),
            *PICKLE_SOUND.values(),
        ),
        "not_applicable": (CONFIG, WEIGHTS),
        "malformed": (File("optimizer.pt", CUT_PICKLE),),
    },
    "pinned_references": {
        "met": (_adapter(revision="3f2a" * 10),),
        "unmet": (_adapter(),),
        "not_applicable": (CONFIG, WEIGHTS),
        "malformed": (File("adapter_config.json", b'{"base_model_name_or_path": \n'),),
    },
    "provenance_declared": {
        "met": (CARD,),
        "unmet": (CONFIG,),
        "malformed": (BROKEN_CARD,),
    },
    "remote_code": {
        "met": (CONFIG,),
        "unmet": (_auto_map("example/elsewhere--modeling_example.ExampleModel"),),
        "not_applicable": (WEIGHTS,),
        "malformed": (BROKEN_CONFIG,),
    },
    "safetensors_sound": {
        "met": (WEIGHTS,),
        "unmet": (
            safetensors_file(
                "model.safetensors",
                {"a": tensor(0, 16), "b": tensor(8, 24)},
                struct.pack("<8f", *range(8)),
            ),
        ),
        "not_applicable": (CONFIG,),
        "malformed": (
            File("model.safetensors", struct.pack("<Q", 1 << 40) + b'{"a":'),
        ),
    },
    "secrets": {
        "met": (CONFIG,),
        "unmet": (CONFIG, File("NOTES.txt", _credential(), committed=False)),
        "not_applicable": (WEIGHTS,),
        "malformed": (tar_gz_file("notes.tar.gz", {"a.txt": b"a\n" * 4096}, keep=0.5),),
    },
    "tokenizer_bounded": TOKENIZER_BOUNDED,
    "weights_sound": WEIGHTS_SOUND,
    "graph_operations": GRAPH_OPERATIONS,
}


def build(check: str, case: str, root: Path, *, committed_only: bool = False) -> None:
    """Write one release directory below `root`."""
    for entry in VECTORS[check][case]:
        if committed_only and not entry.committed:
            continue
        path = root / entry.path
        path.parent.mkdir(parents=True, exist_ok=True)
        match entry:
            case File():
                path.write_bytes(entry.data)
                path.chmod(entry.mode)
            case Link():
                path.symlink_to(entry.target)
            case Pipe():
                os.mkfifo(path)


def main() -> None:
    """Write every committed vector beside this file."""
    for check, cases in VECTORS.items():
        for case in cases:
            build(check, case, HERE / check / case, committed_only=True)


if __name__ == "__main__":
    main()
