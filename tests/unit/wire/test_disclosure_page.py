"""The worked example of `docs/formats/disclosure.md` is what the format says it is."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from pathlib import Path

from assay.crypto.salted_digest import SeededSalts
from assay.domain.disclosure import ItemKind, ItemRef
from assay.wire.v0.bundle import read_bundle

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/formats/disclosure.md").read_text("utf-8")
BUNDLE = read_bundle(
    (ROOT / "tests/vectors/formats/v0.2/p256-logged.assay").read_bytes()
)
EXAMPLE = dict(re.findall(r"```text (\w+)\n(.*?)\n```", PAGE, re.DOTALL))
SEED = bytes.fromhex(re.search(r"the seed `([0-9a-f]{64})`", PAGE).group(1))


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def test_the_example_is_there_whole():
    assert set(EXAMPLE) == {"release", "json", "disclosure", "digest", "decoy"}


def test_the_disclosure_is_that_of_the_bundle_and_opens_its_digest():
    assert EXAMPLE["disclosure"] in BUNDLE.disclosures
    assert base64url(EXAMPLE["json"].encode()) == EXAMPLE["disclosure"]
    digest = hashlib.sha256(EXAMPLE["disclosure"].encode()).hexdigest()
    assert digest == EXAMPLE["digest"]
    predicate = json.loads(BUNDLE.statements[1].envelope.payload)["predicate"]
    assert predicate["release"]["digest"] == EXAMPLE["release"]
    place = predicate["items"].index(digest) + 1
    assert f"number {place} of the {len(predicate['items'])}" in PAGE
    assert f"over these {len(EXAMPLE['disclosure'])} characters" in PAGE


def test_the_salt_and_the_decoy_follow_from_the_seed_by_the_page_alone():
    salt, kind, name, value = json.loads(EXAMPLE["json"])
    written = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    message = "\0".join(("salt", EXAMPLE["release"], kind, name, written))
    mac = hmac.digest(SEED, message.encode(), hashlib.sha256)
    assert base64url(mac[:16]) == salt
    message = "\0".join(("decoy", EXAMPLE["release"], "declarations", "0", ""))
    mac = hmac.digest(SEED, message.encode(), hashlib.sha256)
    assert hashlib.sha256(base64url(mac).encode()).hexdigest() == EXAMPLE["decoy"]
    # And by the code.
    salts = SeededSalts(SEED, EXAMPLE["release"])
    item = ItemRef(kind=ItemKind(kind), id=name)
    assert salts.salt(item, value) == salt
    assert salts.decoys("declarations", 1) == (EXAMPLE["decoy"],)
