"""Our log, read by the code that reads Go's checksum database.

`golang.org/x/mod/sumdb/{note,tlog}` lie in the source of the Go toolchain, and ML-DSA
in its standard library; `go/` holds what calls them. One log of 70,000 entries is made
by the real sequencer, cosigned by two witnesses, and kept as it stood at every size
where something new begins: nothing, one entry, a tile before, at and after it is full,
the same for the tile above, and the end.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from assay.crypto.dsse import pre_authentication_encoding
from assay.crypto.log_leaf import log_leaf
from assay.crypto.note import format_note, parse_note
from assay.domain.statement import PAYLOAD_TYPE, Envelope
from assay.log import LogEntry, init_log, open_log
from assay.statement.signers.pem import read_private_key
from tests.simulators.note_signers import WITNESS_ED, WITNESS_PQ, NoteSigner

SIZES = (0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 70_000)
# The largest number of entries that is appended at once.
BATCH = 4096
ORIGIN = "log.example/go"
SOURCE = Path(__file__).with_name("go")
TEST_KEY = Path("tests/vectors/formats/v0.1/test-key-p256.pem")
# Entries at which something else is logged than a statement: the longest that
# tlog-tiles can frame, and the shortest.
LONGEST, EMPTY = 300, 65_536


class Cosigners:
    """Two witnesses that sign whatever they are shown."""

    def cosign(self, note: str, prove) -> str:
        prove(0)
        found = parse_note(note)
        time = 1_790_000_000
        added = tuple(
            witness.sign(found.text, time) for witness in (WITNESS_ED, WITNESS_PQ)
        )
        return format_note(found.text, (*found.signatures, *added))


def entries(first: int, end: int, sign) -> list[LogEntry]:
    made = []
    for index in range(first, end):
        leaf = {LONGEST: b"\xff" * 65_535, EMPTY: b""}.get(index)
        made.append(LogEntry(leaf=sign(index) if leaf is None else leaf, body=b"{}"))
    return made


def signer():
    """Sign a payload for each index with P-256, and give the log's entry for it."""
    private = read_private_key(TEST_KEY.read_bytes(), None)

    def sign(index: int) -> bytes:
        payload = b'{"index":%d}' % index
        message = pre_authentication_encoding(PAYLOAD_TYPE, payload)
        envelope = Envelope(
            payload_type=PAYLOAD_TYPE,
            payload=payload,
            key_id=private.public_key.key_id,
            signature=private.sign(message),
        )
        return log_leaf(envelope, private.public_key)

    return sign


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    """Make the log, and say in `plan.json` what there is to be checked."""
    home = tmp_path_factory.mktemp("go-sumdb")
    path = home / "log"
    init_log(path, ORIGIN)
    log = open_log(path, witnesses=Cosigners())
    sign = signer()
    trees, receipts, size = [], [], 0
    for target in SIZES:
        while size < target:
            following = min(target, size + BATCH)
            batch = entries(size, following, sign)
            given = log.append(batch)
            # The first and the last of each batch.
            receipts += [(given[at].proof_text, batch[at].leaf) for at in (0, -1)]
            size = following
        # A tree of nothing is signed when a log is made, before witnesses are asked.
        text = log.checkpoint() if size else cosigned(log.checkpoint())
        checkpoint = home / f"checkpoint-{target}"
        checkpoint.write_text(text)
        kept = home / f"log-{target}"
        (kept / "tile").mkdir(parents=True)
        if size:
            shutil.copytree(
                path / "tile", kept / "tile", copy_function=os.link, dirs_exist_ok=True
            )
        trees.append(
            {"Checkpoint": str(checkpoint), "Dir": str(kept), "Final": str(path)}
        )
    stranger = NoteSigner(ORIGIN, WITNESS_PQ.type, 9)
    plan = {
        "Origin": ORIGIN,
        "Keys": [str(key) for key in (*log.vkeys, WITNESS_ED.vkey, WITNESS_PQ.vkey)],
        "Strangers": [str(stranger.vkey)],
        "Trees": trees,
        "Receipts": list(written(home / "receipts", receipts)),
    }
    file = home / "plan.json"
    file.write_text(json.dumps(plan))
    return file


def cosigned(note: str) -> str:
    return Cosigners().cosign(note, lambda _: ())


def written(folder: Path, receipts):
    folder.mkdir()
    chosen = [*receipts[:12], *receipts[-4:]]
    for at, (proof, leaf) in enumerate(chosen):
        (folder / f"{at}.tlog-proof").write_text(proof)
        (folder / f"{at}.entry").write_bytes(leaf)
        yield {
            "Proof": str(folder / f"{at}.tlog-proof"),
            "Entry": str(folder / f"{at}.entry"),
        }


@pytest.fixture(scope="module")
def go(interop_folder):
    """Give a function that runs Go without any network, and the toolchain's folder."""
    home = interop_folder("go")
    root = next(home.glob("lib/python3*/site-packages/go"))
    settings = {
        "GOROOT": str(root),
        "GOCACHE": str(home / "cache"),
        "GOPATH": str(home / "path"),
        "GOFLAGS": "-mod=vendor",
        "GOPROXY": "off",
        "GOTOOLCHAIN": "local",
        "GOENV": "off",
        "CGO_ENABLED": "0",
        "PATH": os.environ["PATH"],
    }

    def run(*command: object, cwd: Path = SOURCE) -> str:
        done = subprocess.run(
            list(map(str, command)),
            cwd=cwd,
            env=settings,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run, root


@pytest.fixture(scope="module")
def logcheck(go, tmp_path_factory):
    """Build the program; the module that it needs is linked from Go's own source."""
    run, root = go
    work = tmp_path_factory.mktemp("logcheck")
    for file in SOURCE.iterdir():
        shutil.copy(file, work)
    vendor = work / "vendor"
    (vendor / "golang.org/x").mkdir(parents=True)
    (vendor / "golang.org/x/mod").symlink_to(root / "src/cmd/vendor/golang.org/x/mod")
    module = (SOURCE / "go.mod").read_text().rpartition("require ")[2].strip()
    (vendor / "modules.txt").write_text(
        f"# {module}\n## explicit; go 1.26\n"
        "golang.org/x/mod/sumdb/note\ngolang.org/x/mod/sumdb/tlog\n"
    )
    run(root / "bin/go", "vet", ".", cwd=work)
    run(root / "bin/go", "build", "-o", work / "logcheck", ".", cwd=work)
    return work / "logcheck"


@pytest.fixture(scope="module")
def found(go, logcheck, plan):
    run, _ = go
    return json.loads(run(logcheck, plan))


def test_the_go_source_is_formatted(go):
    run, root = go
    assert run(root / "bin/gofmt", "-l", ".") == ""


def test_go_finds_no_fault_at_any_size(found):
    assert found["Faults"] is None
    assert found["Sizes"] == list(SIZES)


def test_go_verifies_all_four_signatures_of_each_checkpoint_and_no_strangers(found):
    assert found["Refused"] == list(SIZES)
    # Every bit of what is signed.
    assert found["SignatureFlips"] > 500 * len(SIZES)
    assert found["SignatureFlipsHeld"] == 0


def test_go_reads_every_entry_and_follows_proofs_at_every_size(found):
    assert found["Entries"] == sum(SIZES)
    assert found["Inclusions"] > 400
    above_nothing = len(SIZES) - 1
    assert found["Consistencies"] == above_nothing * (above_nothing - 1) // 2


def test_go_notices_every_flip_in_every_tile(found):
    # Tiles of 256 hashes, and of the levels above them, of all the trees together.
    hashes = [[-(-(n // 256**level) // 256) for level in range(3)] for n in SIZES]
    assert found["Tiles"] == sum(map(sum, hashes))
    assert found["Bundles"] == sum(counts[0] for counts in hashes)
    assert found["Flips"] == 8 * (found["Tiles"] + found["Bundles"])
    assert found["FlipsRefused"] == found["Flips"]
    assert "inconsistent tile" in found["FirstRefusalOfATile"]


def test_go_verifies_our_receipts_and_no_altered_one(found, plan):
    assert found["Proven"] == len(json.loads(plan.read_text())["Receipts"]) == 16
    assert found["ReceiptFlips"] > 10_000
    assert found["ReceiptFlipsHeld"] == 0
