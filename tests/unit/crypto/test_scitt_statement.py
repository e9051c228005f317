from __future__ import annotations

import hashlib

import pytest

from assay.crypto.scitt_statement import (
    Claims,
    ContentType,
    content_header,
    read_claims,
    read_content_type,
    read_release_subject,
    release_subject,
    statement_entry,
    write_claims,
)
from assay.errors import ScittError
from tests.simulators.scitt import statement, transparent

# RFC 6920 section 3 names the digest of "Hello World!" so.
HELLO = "ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk"
MOST = 8_192


def refused(call, *args):
    with pytest.raises(ScittError) as caught:
        call(*args)
    return caught.value.code


def test_a_release_is_named_as_the_rfc_names_a_digest():
    digest = hashlib.sha256(b"Hello World!").hexdigest()
    assert release_subject(digest) == HELLO
    assert read_release_subject(HELLO) == digest


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "urn:example:1",
        "ni:///sha-256;",
        "ni:///sha-256;AAAA",
        "ni:///sha-256;!!!",
        "ni:///sha-256;\u00e9",
        "ni://authority/sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk",
        HELLO + "=",
        HELLO + "A",
        # The last character has bits to spare: another spelling of the same bytes.
        HELLO[:-1] + "l",
        HELLO.replace("_", "/"),
    ],
)
def test_another_spelling_names_no_release(subject):
    assert read_release_subject(subject) is None


@pytest.mark.parametrize("issued_at", [None, 0, 1_795_000_000])
def test_claims_are_read_as_they_were_written(issued_at):
    claims = Claims(issuer="i", subject="s" * MOST, issued_at=issued_at)
    assert read_claims({15: write_claims(claims)}) == claims


@pytest.mark.parametrize(
    "header",
    [
        {},
        {15: b"claims"},
        {15: {}},
        {15: {1: "i"}},
        {15: {2: "s"}},
        {15: {1: "i", 2: b"s"}},
        {15: {1: "", 2: "s"}},
        {15: {1: "i", 2: ""}},
        {15: {1: "i" * (MOST + 1), 2: "s"}},
        {15: {1: "i", 2: "s" * (MOST + 1)}},
        {13: {1: "i", 2: "s"}},
    ],
)
def test_a_header_that_does_not_say_who_or_what_is_refused(header):
    assert refused(read_claims, header) == "scitt.claims"


@pytest.mark.parametrize("time", [-1, True, "now", 1.5, 253_402_300_800, b"0"])
def test_a_time_that_there_is_not_is_refused(time):
    assert refused(read_claims, {15: {1: "i", 2: "s", 6: time}}) == "scitt.issued-at"


@pytest.mark.parametrize("hashed", [True, False])
def test_the_type_is_read_as_it_was_written(hashed):
    content = ContentType(media_type="application/json", hashed=hashed)
    assert read_content_type(content_header(content)) == content


@pytest.mark.parametrize(
    "header",
    [
        {},
        {3: 50},
        {3: "a/b", 258: -16},
        {3: "a/b", 259: "a/b"},
        {3: "a/b", 258: -16, 259: "a/b"},
        {258: -16},
        {258: -16, 259: 50},
        {258: -44, 259: "a/b"},
        {258: "SHA-256", 259: "a/b"},
        {259: "a/b"},
    ],
)
def test_a_type_with_two_readings_is_refused(header):
    assert refused(read_content_type, header) == "scitt.content-type"


def test_receipts_change_nothing_about_the_entry():
    message = statement()
    assert statement_entry(message) == hashlib.sha256(message.encoded()).digest()
    assert len(transparent(message)) > len(message.encoded())
