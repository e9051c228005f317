from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assay.domain.trust import (
    KeylessAuthority,
    KeylessIdentity,
    KeylessLog,
    TrustedDeveloper,
    TrustFile,
)
from assay.errors import TrustError
from assay.wire.v0.trust import parse_trust, read_trust
from assay.wire.v0.trust_writing import write_trust

BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
IDENTITY = KeylessIdentity(
    name="Example Labs",
    issuer="https://accounts.example.com",
    identity="https://ci.example.com/release.yml@refs/heads/main",
    authorities=(
        KeylessAuthority(certificates=(b"between", b"root"), valid_from=BEGIN),
        KeylessAuthority(certificates=(b"old",), valid_until=END),
    ),
    logs=(KeylessLog(public_key=b"key", origin="log.example", valid_until=END),),
    certificate_logs=(KeylessLog(public_key=b"seen", valid_from=BEGIN),),
)
TRUST = TrustFile(
    developers=(TrustedDeveloper(name="d", public_key=b"k"),),
    logs=(),
    log_required=False,
    programmes=(),
    keyless=(IDENTITY, replace(IDENTITY, name="Other", certificate_logs=())),
)


def test_signers_are_written_and_read_back():
    text = write_trust(TRUST)
    assert "[[keyless.certificate_log]]" in text
    assert read_trust(text.encode()) == TRUST


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ('issuer = "https://accounts.example.com"', ""),
        ('identity = "https://ci', 'identity = ""\nx = "'),
        ('origin = "log.example"', ""),
        ("valid_from = 2026-01-01T00:00:00Z", "valid_from = 2026-01-01T00:00:00"),
        ("valid_from = 2026-01-01T00:00:00Z", "valid_from = 0001-01-01T00:00:00+23:00"),
        ('public_key = "c2Vlbg=="', 'public_key = "c2Vlbh=="'),
        ("[[keyless.log]]", "[[keyless.certificate_log]]"),
    ],
)
def test_what_lacks_a_part_is_refused(line, instead):
    text = write_trust(replace(TRUST, keyless=(IDENTITY,)))
    assert line in text
    with pytest.raises(TrustError) as error:
        parse_trust(text.replace(line, instead, 1).encode())
    assert error.value.code == "trust.malformed"


def test_a_name_that_is_no_line_cannot_be_written():
    odd = replace(IDENTITY, identity='a"\nb')
    with pytest.raises(TrustError) as error:
        write_trust(replace(TRUST, keyless=(odd,)))
    assert error.value.code == "trust.unwritable"
