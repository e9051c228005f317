from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from assay.errors import DocumentError
from assay.wire.v0.instant import format_instant, read_date, read_instant


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2026, 11, 23, 18, tzinfo=UTC), "2026-11-23T18:00:00Z"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00Z"),
        (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), "9999-12-31T23:59:59Z"),
    ],
)
def test_an_instant_is_read_back_as_it_was_written(instant, text):
    assert format_instant(instant) == text
    assert read_instant(text) == instant


def test_an_instant_is_written_in_utc_and_whole_seconds():
    zone = timezone(timedelta(hours=-5))
    instant = datetime(2026, 11, 23, 20, 0, 0, 999_999, tzinfo=zone)
    assert format_instant(instant) == "2026-11-24T01:00:00Z"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-23",
        "2026-11-23T18:00:00",
        "2026-11-23T18:00:00+00:00",
        "2026-11-23t18:00:00z",
        "2026-11-23T18:00:00.0Z",
        "2026-11-23T18:00:00Z\n",
        " 2026-11-23T18:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23T23:59:60Z",
        "0000-01-01T00:00:00Z",
        "٢٠٢٦-11-23T18:00:00Z",
    ],
)
def test_any_other_instant_is_refused(text):
    with pytest.raises(DocumentError) as caught:
        read_instant(text)
    assert caught.value.code == "document.bad-instant"


def test_a_date_is_read():
    assert read_date("2028-02-29") == date(2028, 2, 29)


@pytest.mark.parametrize(
    "text", ["", "2026-02-30", "20261123", "2026-W48-1", "2026-11-23\n", "0000-01-01"]
)
def test_any_other_date_is_refused(text):
    with pytest.raises(DocumentError) as caught:
        read_date(text)
    assert caught.value.code == "document.bad-instant"
