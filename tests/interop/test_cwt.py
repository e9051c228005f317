"""Our statements and receipts, read by `cwt`."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from assay.crypto.cose_sign1 import parse_sign1
from tests.interop.scitt_scene import export, tampered

DRIVER = Path(__file__).with_name("drive_cose.py")
LIBRARY = "cwt"


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    return export(tmp_path_factory.mktemp(LIBRARY))


@pytest.fixture(scope="module")
def judged(interop_python, exported):
    python = interop_python(LIBRARY)

    def run(*items):
        job = {
            "items": [item.hex() for item in items],
            "issuer_key": exported.issuer_set.hex(),
            "log_key": exported.log_set.hex(),
        }
        done = subprocess.run(
            [python, DRIVER, LIBRARY],
            input=json.dumps(job),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout), done.stderr

    return run


def test_every_statement_and_receipt_is_accepted(judged, exported):
    found, why = judged(*exported.files.values())
    assert found == [True] * len(exported.files), why


def test_whatever_somebody_changed_is_refused(judged, exported):
    changed = tampered(exported.files["seal"])
    found, _ = judged(*changed.values())
    assert not [name for name, ok in zip(changed, found, strict=True) if ok]


def test_the_receipt_of_another_statement_is_refused(judged, exported):
    seal, other = (parse_sign1(exported.files[name]) for name in ("seal", "assessment"))
    assert judged(seal.encoded(other.unprotected))[0] == [False]
