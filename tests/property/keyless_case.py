"""One keyless signature, made once for all laws about it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from assay.log import init_log
from tests.simulators.keyless import Keyless

with tempfile.TemporaryDirectory() as _folder:
    _KEYLESS = Keyless(log=init_log(Path(_folder) / "log", "log.example/laws"))
    for _number in range(3):
        _KEYLESS.sign(b"before %d" % _number)
    BUNDLE = _KEYLESS.sign(b"{}")
    TRUST = _KEYLESS.trust

CERTIFICATE = BUNDLE.certificates[0]
