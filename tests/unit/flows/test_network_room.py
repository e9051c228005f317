"""What opens connections is optional, and its absence is told in words."""

from __future__ import annotations

import sys

import pytest

from assay.errors import UsageError
from assay.flows.network import http_client, http_server


def test_its_absence_is_told_in_words(monkeypatch):
    monkeypatch.setitem(sys.modules, "assay.network.http_client", None)
    monkeypatch.setitem(sys.modules, "assay.network.http_server", None)
    for make, package in (
        (http_client, "urllib3"),
        (lambda: http_server(None), "waitress"),
    ):
        with pytest.raises(UsageError) as caught:
            make()
        assert caught.value.code == "usage.network"
        assert package in caught.value.expected


def test_where_it_is_installed_it_is_loaded():
    assert http_client(timeout_seconds=1, total_seconds=1, most_bytes=1)
