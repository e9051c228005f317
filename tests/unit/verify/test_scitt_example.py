"""The worked example of docs/formats/scitt.md is real, and verifies."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from assay.crypto.cose_key import read_key_set
from assay.domain.verdict import VerdictValue
from assay.verify.scitt_receipts import LogReceiptKey
from tests.simulators.scitt import ORIGIN
from tests.simulators.scitt_example import as_hex, example
from tests.unit.verify.test_verify_scitt import DEVELOPER, TRUST, verify

PAGE = Path(__file__).parents[3] / "docs" / "formats" / "scitt.md"
BLOCKS = dict(
    re.findall(r"^```hex (\S+)\n([0-9a-f\n]+)\n```$", PAGE.read_text(), re.MULTILINE)
)


@pytest.mark.parametrize("name", example())
def test_every_block_of_the_page_is_what_is_made_today(name):
    assert BLOCKS[name] == as_hex(example()[name])


def test_the_page_has_no_other_block():
    assert BLOCKS.keys() == example().keys()


def test_what_stands_on_the_page_verifies():
    (issuer,), (log,) = (
        read_key_set(bytes.fromhex(BLOCKS[name]))
        for name in ("issuer-keys", "log-keys")
    )
    trust = replace(TRUST, developers=(replace(DEVELOPER, public_key=issuer.der),))
    verdict = verify(
        bytes.fromhex(BLOCKS["transparent"]),
        trust=trust,
        keys=(LogReceiptKey(origin=ORIGIN, public_key=log),),
        payload=bytes.fromhex(BLOCKS["payload"]),
    )
    assert verdict.value is VerdictValue.VALID
    (registration,) = verdict.statement.registrations
    assert registration.root.hex() == BLOCKS["root"]
    assert (registration.size, registration.index) == (2, 1)
