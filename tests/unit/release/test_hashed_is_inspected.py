"""What was hashed is what was inspected, against a writer who sets no time."""

from __future__ import annotations

import hashlib
import mmap
from dataclasses import replace

import pytest

from assay.domain.facts import Content
from assay.domain.limits import DEFAULT_LIMITS
from assay.release import crew as crew_module
from assay.release import inspect_release
from assay.release.origins import origin as origin_module

GOOD = b"as it was".ljust(4096, b"\n")
EVIL = b"\x80\x02cbuiltins\nprint\n(Vhello\ntR.".ljust(4096, b"\n")


@pytest.fixture
def swapped(tmp_path, monkeypatch):
    """Read a release whose only file gets other bytes right after it was hashed."""
    path = tmp_path / "w.bin"
    path.write_bytes(GOOD)

    with path.open("r+b") as opened, mmap.mmap(opened.fileno(), 4096) as mapped:
        mapped[:] = GOOD
        mapped.flush()

        def swap_after(module, name):
            real = getattr(module, name)

            def hash_then_swap(*given, **more):
                digest = real(*given, **more)
                mapped[:] = EVIL
                return digest

            monkeypatch.setattr(module, name, hash_then_swap)

        swap_after(origin_module, "hash_descriptor")
        swap_after(crew_module, "hash_descriptors")
        monkeypatch.setattr(origin_module, "identity", lambda status: status.st_size)

        def read(limits=DEFAULT_LIMITS):
            # One thread: the inspection of a large file then follows its hash.
            return inspect_release(tmp_path, limits=limits, jobs=1)

        yield read


def test_a_file_that_is_held_is_inspected_as_it_was_hashed(swapped):
    release = swapped()
    assert release.inventory.files[0].sha256 == hashlib.sha256(GOOD).hexdigest()
    assert release.facts.files[0].content is Content.TEXT


def test_a_larger_file_is_read_twice_as_the_threat_model_says(swapped):
    release = swapped(replace(DEFAULT_LIMITS, max_held_bytes=100))
    assert release.inventory.files[0].sha256 == hashlib.sha256(GOOD).hexdigest()
    assert release.facts.files[0].content is Content.PICKLE
