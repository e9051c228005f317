"""The example that verifies without Assay, and the page that shows its values."""

from __future__ import annotations

import base64
import json
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
VECTORS = ROOT / "tests" / "vectors" / "formats" / "v0.2"
PAGE = (ROOT / "docs" / "formats" / "worked-example.md").read_text(encoding="utf-8")
AT = "2026-11-30T12:00:00+00:00"
BY_HAND = runpy.run_path(str(ROOT / "examples" / "verify_by_hand.py"))


def run(bundle, trust, at=AT):
    return BY_HAND["main"]([str(bundle), str(trust), at])


def test_the_example_knows_nothing_of_assay():
    text = (ROOT / "examples" / "verify_by_hand.py").read_text(encoding="utf-8")
    assert "import assay" not in text
    assert "from assay" not in text


@pytest.mark.parametrize("case", json.loads((VECTORS / "cases.json").read_text()))
def test_every_bundle_of_the_format_is_verified_by_hand(case, capsys):
    assert run(VECTORS / case["bundle"], VECTORS / case["trust"], case["at"]) == 0
    assert capsys.readouterr().out.endswith("\nvalid\n")


def test_the_page_shows_what_the_program_prints(capsys):
    run(VECTORS / "p256-logged-disclosed.assay", VECTORS / "p256-logged.toml")
    assert f"```text\n{capsys.readouterr().out}```\n" in PAGE


def test_the_page_shows_the_bytes_of_the_bundle():
    bundle = json.loads((VECTORS / "p256-logged-disclosed.assay").read_text())
    first = bundle["statements"][0]
    envelope = first["envelope"]
    signature = base64.b64decode(envelope["signatures"][0]["sig"])
    der = base64.b64decode(bundle["publicKey"])
    disclosure = bundle["disclosures"][1]
    for shown in (
        BY_HAND["digest"](base64.b64decode(envelope["payload"])),
        BY_HAND["digest"](BY_HAND["encoded"](envelope)),
        signature.hex(),
        BY_HAND["log_entry"](envelope, der).decode(),
        "\n".join(first["receipt"].splitlines()[:9]),
        disclosure,
        BY_HAND["digest"](disclosure.encode()),
    ):
        assert f"\n{shown}\n" in PAGE


def _flip(text, at=10):
    other = "A" if text[at] != "A" else "B"
    return text[:at] + other + text[at + 1 :]


def _payload(bundle):
    envelope = bundle["statements"][1]["envelope"]
    envelope["payload"] = _flip(envelope["payload"])


def _signature(bundle):
    signature = bundle["statements"][2]["envelope"]["signatures"][0]
    signature["sig"] = _flip(signature["sig"])


def _path(bundle):
    lines = bundle["statements"][0]["receipt"].split("\n")
    lines[2] = _flip(lines[2])
    bundle["statements"][0]["receipt"] = "\n".join(lines)


def _index(bundle):
    receipt = bundle["statements"][0]["receipt"]
    bundle["statements"][0]["receipt"] = receipt.replace("index 2", "index 3")


def _size(bundle):
    receipt = bundle["statements"][0]["receipt"]
    bundle["statements"][0]["receipt"] = receipt.replace("\n6\n", "\n7\n")


def _disclosure(bundle):
    bundle["disclosures"][0] = _flip(bundle["disclosures"][0])


def _left_out(bundle):
    bundle["statements"].pop(1)


def _programme(bundle):
    bundle["programme"] = base64.b64encode(b"another").decode()


@pytest.mark.parametrize(
    "change",
    [
        _payload,
        _signature,
        _path,
        _index,
        _size,
        _disclosure,
        _left_out,
        _programme,
        lambda bundle: bundle["disclosures"].reverse(),
    ],
)
def test_the_example_refuses_what_was_changed(change, tmp_path, capsys):
    bundle = json.loads((VECTORS / "p256-logged.assay").read_text())
    change(bundle)
    changed = tmp_path / "changed.assay"
    changed.write_text(json.dumps(bundle))
    assert run(changed, VECTORS / "p256-logged.toml") == 1
    assert "REFUSED: " in capsys.readouterr().out


@pytest.mark.parametrize(
    "at", ["2026-11-20T00:00:00+00:00", "2028-01-01T00:00:00+00:00"]
)
def test_the_example_refuses_another_time(at, capsys):
    assert run(VECTORS / "p256-logged.assay", VECTORS / "p256-logged.toml", at) == 1
    assert "REFUSED: " in capsys.readouterr().out
