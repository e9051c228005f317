"""Credentials where no text is, and what is shown of them."""

from __future__ import annotations

import json
import pickle
import struct

import pytest

from assay.assess.check import CheckSubject
from assay.assess.registry import CHECKS
from assay.assess.runner import run_checks
from assay.domain.facts import SecretsFacts
from assay.domain.limits import Limits
from assay.release import inspect_release

# Put together here, so that no scanner of this repository takes it for a real one.
TOKEN = "gh" + "p_" + "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dF3gH5"


def safetensors():
    header = json.dumps({"__metadata__": {"note": TOKEN}}).encode()
    return struct.pack("<Q", len(header)) + header


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("model.safetensors", safetensors()),
        ("model.pkl", pickle.dumps({"t": TOKEN}, 2)),
        ("model.pkl", pickle.dumps([TOKEN], 5)),
        ("model.pkl", pickle.dumps((1, TOKEN), 0)),
        ("image.png", b"\x89PNG\r\n\x1a\n" + TOKEN.encode()),
        (f"name_{TOKEN}.txt", b"x\n"),
        (f"{TOKEN}/weights.bin", bytes(9)),
    ],
)
def test_a_credential_outside_of_texts_is_found_once_and_not_repeated(
    look, only, name, data
):
    found = [m for f in only(look(data, name), SecretsFacts) for m in f.matches]
    assert [match.rule for match in found] == ["github-token"]
    assert TOKEN not in found[0].redacted


def test_honest_files_of_these_types_have_no_such_facts(look, only):
    assert not only(look(pickle.dumps({"a": 1}), "a.pkl"), SecretsFacts)


def test_a_credential_between_two_pieces_is_found(look, only):
    data = pickle.dumps(bytes((1 << 20) - 30) + TOKEN.encode() + bytes(9), 4)
    assert only(look(data, "a.pkl"), SecretsFacts)


def test_what_lies_beyond_the_bound_is_not_looked_at(look, only):
    data = pickle.dumps(bytes(99) + TOKEN.encode(), 4)
    limits = Limits(max_text_scan_bytes=64)
    assert not only(look(data, "a.pkl", limits=limits), SecretsFacts)


def test_no_check_repeats_a_secret(tmp_path):
    long = "a" * 180 + " " + TOKEN
    (tmp_path / "config.json").write_text(
        json.dumps({"auto_map": {"AutoModel": TOKEN + "--m.Model"}, TOKEN: {TOKEN: 1}})
    )
    (tmp_path / "run.sh").write_text(f"#!/bin/sh {TOKEN}\n")
    (tmp_path / "chat_template.jinja").write_text(
        "{% include '" + TOKEN + "' %}{{ x." + TOKEN + " }}{{ x.__class__ }}"
    )
    for index, text in enumerate((TOKEN, long, TOKEN.encode(), long.encode())):
        length = struct.pack("<I", len(text))
        kind, raw = (b"B", text) if isinstance(text, bytes) else (b"X", text.encode())
        call = b"\x80\x03cos\nsystem\n" + kind + length + raw + b"\x85R."
        (tmp_path / f"{index}.pkl").write_bytes(call)
    (tmp_path / "name.pkl").write_bytes(f"c{TOKEN}\n{TOKEN}\n.".encode())
    release = inspect_release(tmp_path)
    subject = CheckSubject(inventory=release.inventory, facts=release.facts)
    reports = run_checks(CHECKS, subject)
    assert not any(report.failure for report in reports)
    assert any("ghp_… (40 characters)" in repr(report) for report in reports)
    assert not any(TOKEN[6:30] in repr(report) for report in reports)
