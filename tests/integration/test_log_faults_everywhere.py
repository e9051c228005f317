"""A failure before and after each write of each store, in every combination of them.

A failure is an error that the store raises, and a process that is killed. Afterwards,
always: what lies there is sound as it stands; opening takes up what was sequenced;
every checkpoint ever signed has one root for its size, and later ones begin with the
earlier; nobody holds a receipt for an entry that is lost; every entry has one index.
"""

from __future__ import annotations

import json
import os
import signal
from contextlib import contextmanager

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.crypto.checkpoint import ed25519_cosigned_message
from assay.crypto.merkle import verify_consistency
from assay.crypto.note import (
    NoteSignature,
    SignatureType,
    format_note,
    make_vkey,
    open_checkpoint,
    parse_note,
)
from assay.crypto.tlog_proof import verify_tlog_proof
from assay.errors import MachineError
from assay.log import init_log, open_log
from assay.log.keys import LogKeys
from tests.simulators.log_scenes import (
    START,
    Clock,
    Disk,
    batch,
    check_sound,
    on_faulty_disk,
)
from tests.simulators.log_stores import COMBINATIONS, Place

pytestmark = [pytest.mark.enable_socket, pytest.mark.slow]

# Another process does not see what lies in the memory of this one.
LASTING = [one for one in COMBINATIONS if one.files != "memory"]


class Deadly(Disk):
    """Kills its own process, where the other disk raises an error."""

    @contextmanager
    def write(self):
        self.writes += 1
        due = self.writes == self.countdown
        if due and not self.after:
            os.kill(os.getpid(), signal.SIGKILL)
        yield
        if due:
            os.kill(os.getpid(), signal.SIGKILL)


class Witness:
    """Cosigns whatever begins with what it has cosigned last."""

    def __init__(self, log_keys, memory) -> None:
        self._log_keys = log_keys
        self._memory = memory
        self._key = Ed25519PrivateKey.from_private_bytes(bytes(32))
        self.vkey = make_vkey(
            "witness.example/w",
            SignatureType.ED25519_COSIGNATURE,
            self._key.public_key().public_bytes_raw(),
        )

    def cosign(self, note, prove):
        parsed = parse_note(note)
        now = open_checkpoint(note, self._log_keys).checkpoint
        size, root = 0, ""
        if self._memory.exists():
            size, root = json.loads(self._memory.read_text())
        proof = prove(size)
        if size:
            verify_consistency(
                old_size=size,
                new_size=now.size,
                old_root=bytes.fromhex(root),
                new_root=now.root,
                proof=proof,
            )
        self._memory.write_text(json.dumps([now.size, now.root.hex()]))
        message = ed25519_cosigned_message(parsed.text, START)
        line = NoteSignature(
            name=self.vkey.name,
            key_id=self.vkey.key_id,
            signature=START.to_bytes(8, "big") + self._key.sign(message),
        )
        return format_note(parsed.text, (*parsed.signatures, line))


class Scene:
    """One log, what it has signed, and whom it has given receipts."""

    def __init__(self, place, monkeypatch, *, witnessed: bool) -> None:
        self.path, origin, choice = place.new()
        self.signed = self.path.parent / f"{self.path.name}-signed"
        self.given = self.path.parent / f"{self.path.name}-given"
        real = LogKeys.sign
        monkeypatch.setattr(LogKeys, "sign", lambda *args: self.note(real(*args)))
        log = init_log(self.path, origin, clock=Clock(), stores=choice)
        self.keys = log.vkeys
        self.witness = (
            Witness(log.vkeys, self.path.parent / f"{self.path.name}-witness")
            if witnessed
            else None
        )
        self.append(self.opened(), batch(0, 2))

    def note(self, text: str) -> str:
        # Also from a process that dies next: everything signed is known.
        with self.signed.open("a") as file:
            file.write(json.dumps(text) + "\n")
        return text

    def opened(self):
        return open_log(self.path, clock=Clock(), witnesses=self.witness)

    def append(self, log, entries) -> None:
        receipts = log.append(entries)
        with self.given.open("a") as file:
            for entry, receipt in zip(entries, receipts, strict=True):
                row = [entry.leaf.decode(), receipt.index, receipt.proof_text]
                file.write(json.dumps(row) + "\n")

    def check(self, entries) -> None:
        """Everything that has to hold, and goes on to hold."""
        # 1. As the failure has left it, before anybody repairs anything.
        check_sound(self.path)
        log = self.opened()
        with log.kept_open():
            self.check_opened(log, entries)

    def check_opened(self, log, entries) -> None:
        # 2. Opening has finished it; the entries are all there, or none of them.
        assert log.pending() == 0
        found = [log.find(entry.leaf) for entry in entries]
        assert found in ([None] * len(entries), list(range(2, 2 + len(entries))))
        # 3. Submitting them again gives each one index, beside others.
        self.append(log, [*batch(9_000, 9_001), *entries])
        again = [log.find(entry.leaf) for entry in entries]
        assert found in ([None] * len(entries), again)
        check_sound(self.path, size=3 + len(entries))
        # 4. Of no size were two roots ever signed, and no tree left the earlier ones.
        self.check_signed(log)
        # 5. Every receipt that was given proves its entry, in its place.
        self.check_given(log)

    def check_signed(self, log) -> None:
        notes = [json.loads(line) for line in self.signed.read_text().splitlines()]
        roots: dict[int, bytes] = {}
        for text in notes:
            checkpoint = open_checkpoint(text, self.keys).checkpoint
            assert roots.setdefault(checkpoint.size, checkpoint.root) == checkpoint.root
        newest = max(roots)
        for size in roots.keys() - {0}:
            verify_consistency(
                old_size=size,
                new_size=newest,
                old_root=roots[size],
                new_root=roots[newest],
                proof=log.consistency(size),
            )

    def check_given(self, log) -> None:
        rows = [json.loads(line) for line in self.given.read_text().splitlines()]
        # Of many receipts of one batch, the first, the last and those between full
        # tiles say as much as all.
        for leaf, index, text in rows[:3] + rows[-260::64] + rows[-1:]:
            witnesses = [self.witness.vkey] if self.witness else []
            proof = verify_tlog_proof(
                text, leaf.encode(), self.keys, witness_keys=witnesses
            )
            assert proof.index == index
            assert len(proof.witnesses) == len(witnesses)
        assert all(log.find(leaf.encode()) == index for leaf, index, _ in rows[::50])
        places = {leaf: index for leaf, index, _ in rows}
        assert all(places[leaf] == index for leaf, index, _ in rows)


def raised(scene, disk, entries) -> None:
    try:
        scene.append(on_faulty_disk(scene.opened(), disk), entries)
    except MachineError:
        return


def killed(scene, disk, entries) -> None:
    child = os.fork()
    if not child:
        # The child must never return into the test, whatever happens to it.
        try:
            scene.append(on_faulty_disk(scene.opened(), disk), entries)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    # The last writes remove what nobody needs any more, and their failure is none.
    assert os.WIFSIGNALED(status)


def fail_everywhere(place, monkeypatch, *, count, witnessed, disk_of, fail) -> None:
    entries = batch(100, 100 + count)
    with monkeypatch.context() as patch:
        counting = Disk()
        scene = Scene(place, patch, witnessed=witnessed)
        scene.append(on_faulty_disk(scene.opened(), counting), entries)
        scene.check(entries)
    assert counting.writes >= 7
    for failing in range(1, counting.writes + 1):
        # After one write is before the next: of many, one of the two is enough.
        for after in (False, True) if ALL or count == 1 else (False,):
            with monkeypatch.context() as patch:
                scene = Scene(place, patch, witnessed=witnessed)
                disk = disk_of()
                disk.countdown, disk.after = failing, after
                fail(scene, disk, entries)
                assert disk.writes >= failing or disk_of is Deadly
                scene.check(entries)
            place.clear()


@pytest.fixture
def place(request, tmp_path):
    return Place(request.param, tmp_path, request)


# Each combination of stores meets each kind of failure, each size and witnesses at
# least once in every run; all of them together take some minutes, and are run with
# ASSAY_FAULTS=all.
ALL = os.environ.get("ASSAY_FAULTS") == "all"


def cases(combinations) -> list[tuple]:
    """Give (stores, entries, whether witnessed)."""
    return [
        pytest.param(one, count, witnessed, id=f"{one}-{count}-{witnessed}")
        for at, one in enumerate(combinations)
        for count in (1, 300)
        for witnessed in (False, True)
        if ALL
        or (count, witnessed) == ((1, False), (1, True))[at % 2]
        or (count == 300 and str(one) in FULLY and witnessed)
    ]


FULLY = ("sqlite-directory-sqlite",)


@pytest.mark.parametrize(
    ("place", "count", "witnessed"), cases(COMBINATIONS), indirect=["place"]
)
def test_an_error_before_or_after_any_write_loses_and_forks_nothing(
    place, monkeypatch, count, witnessed
):
    fail_everywhere(
        place, monkeypatch, count=count, witnessed=witnessed, disk_of=Disk, fail=raised
    )


@pytest.mark.parametrize(
    ("place", "count", "witnessed"), cases(LASTING), indirect=["place"]
)
def test_a_process_killed_before_or_after_any_write_loses_and_forks_nothing(
    place, monkeypatch, count, witnessed
):
    fail_everywhere(
        place,
        monkeypatch,
        count=count,
        witnessed=witnessed,
        disk_of=Deadly,
        fail=killed,
    )
