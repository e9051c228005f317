from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from assay.crypto.canonical import canonical_json
from assay.crypto.digest import oms_root
from assay.domain.release import OMS_IGNORED, Inventory
from assay.domain.statement import (
    ASSESSMENT_TYPE,
    DECLARATIONS_TYPE,
    MANIFEST_TYPE,
    SEAL_TYPE,
)
from assay.errors import ReleaseError
from assay.statement import manifest_payload
from assay.wire.strict_json import loads
from tests.simulators.claims import FILES, Claim

SCHEMAS = Path(__file__).parents[4] / "shared" / "data" / "oms" / "schemas" / "v1.0"
PAYLOADS = Claim().payloads()


@pytest.mark.parametrize("kind", PAYLOADS)
def test_every_payload_is_canonical_json(kind):
    payload = PAYLOADS[kind]
    assert canonical_json(loads(payload)) == payload


@pytest.mark.parametrize("kind", [ASSESSMENT_TYPE, DECLARATIONS_TYPE, SEAL_TYPE])
def test_our_own_statements_are_about_the_release_digest(kind):
    (subject,) = loads(PAYLOADS[kind])["subject"]
    assert subject["name"] == "release"
    assert subject["digest"] == {"sha256": Claim().assessment.release_digest}


def test_the_manifest_is_about_the_root_that_model_signing_computes():
    (subject,) = loads(PAYLOADS[MANIFEST_TYPE])["subject"]
    root = oms_root(record.sha256 for record in FILES[1:])
    assert subject == {"name": "example", "digest": {"sha256": root}}


def test_the_manifest_is_written_out_by_hand():
    readme, config, model = (record.sha256 for record in FILES[1:])
    assert loads(PAYLOADS[MANIFEST_TYPE])["predicate"] == {
        "resources": [
            {"name": "README.md", "digest": readme, "algorithm": "sha256"},
            {"name": "config.json", "digest": config, "algorithm": "sha256"},
            {"name": "model.safetensors", "digest": model, "algorithm": "sha256"},
        ],
        "serialization": {
            "method": "files",
            "hash_type": "sha256",
            "allow_symlinks": False,
            "ignore_paths": list(OMS_IGNORED),
        },
    }


@pytest.mark.skipif(
    not SCHEMAS.is_dir(), reason="the OMS schemas are not at hand beside the checkout"
)
def test_the_manifest_keeps_the_schemas_of_model_signing():
    statement = loads(PAYLOADS[MANIFEST_TYPE])
    for name, part in (
        ("statement", statement),
        ("predicate", statement["predicate"]),
    ):
        schema = loads((SCHEMAS / f"{name}.schema.json").read_bytes())
        registry = {
            other["$id"]: other
            for path in sorted(SCHEMAS.glob("*.json"))
            for other in [loads(path.read_bytes())]
            if "$id" in other
        }
        jsonschema.Draft202012Validator(schema, registry=_registry(registry)).validate(
            part
        )


def _registry(schemas):
    from referencing import Registry, Resource  # noqa: PLC0415 - for one test only

    return Registry().with_resources(
        (name, Resource.from_contents(schema)) for name, schema in schemas.items()
    )


def test_a_release_of_ignored_files_only_cannot_be_signed_for():
    with pytest.raises(ReleaseError) as caught:
        manifest_payload(Inventory(files=FILES[:1]), "example")
    assert caught.value.code == "release.nothing-to-sign"


def test_the_same_claim_is_the_same_bytes():
    assert Claim().payloads() == PAYLOADS


def test_an_assessment_holds_no_instant():
    later = Claim(sealed_at=Claim().valid_until, valid_until=Claim().valid_until)
    assert later.payloads()[ASSESSMENT_TYPE] == PAYLOADS[ASSESSMENT_TYPE]
    assert later.payloads()[SEAL_TYPE] != PAYLOADS[SEAL_TYPE]
