from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from ipaddress import ip_address

import jsonschema
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from assay.domain.limits import DEFAULT_LIMITS
from assay.domain.manifest import Manifest, Resource, Serialization
from assay.flows.manifest import _compared
from docs.generate_schemas import FOLDER
from tests.simulators.authorities import issue, root
from tests.simulators.desk import assay, document, write_release


def write_key(path, private, passphrase=None):
    protection = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    path.write_bytes(
        private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection)
    )
    path.chmod(0o600)
    public = private.public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )
    (path.parent / f"{path.name}.pub").write_bytes(public)
    return path


@pytest.fixture
def model(tmp_path):
    return write_release(tmp_path / "model")


@pytest.fixture
def key(tmp_path):
    return write_key(tmp_path / "k.pem", ec.generate_private_key(ec.SECP256R1()))


def verify(model, key, *more, signature=None):
    where = signature or model / "model.sig"
    return document(
        "manifest",
        "verify",
        model,
        "--signature",
        where,
        "--public-key",
        f"{key}.pub",
        *more,
    )


def keeps(name, value):
    """Prove that a document keeps its published schema, and that one more breaks it."""
    schema = json.loads((FOLDER / f"{name}.json").read_bytes())
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(value)
    assert not validator.is_valid({**value, "unheardOf": 1})


def code_of(*arguments):
    status, error = document(*arguments)
    return status, error["code"]


def refusal_of(*arguments):
    status, answer = document(*arguments)
    keeps("result-manifest-verify", answer)
    assert answer["valid"] is False
    return status, answer["refusal"]["code"]


def test_a_signature_by_another_key_is_never_replaced(model, key, tmp_path):
    sign = ("manifest", "sign", model, "--key")
    assert assay(*sign, key).exit_code == 0
    assert assay(*sign, key).exit_code == 0
    before = (model / "model.sig").read_bytes()
    other = write_key(tmp_path / "o.pem", ec.generate_private_key(ec.SECP256R1()))
    assert code_of(*sign, other) == (2, "usage.exists")
    assert (model / "model.sig").read_bytes() == before
    (tmp_path / "thesis").write_text("years")
    assert code_of(*sign, key, "--out", tmp_path / "thesis") == (2, "usage.exists")
    (tmp_path / "empty").touch()
    assert assay(*sign, key, "--out", tmp_path / "empty").exit_code == 0
    assert assay(*sign, key, "--out", "/dev/null").exit_code == 0


def test_a_signature_with_a_certificate_is_replaced_by_its_key_alone(model, tmp_path):
    top = root()
    leaf = issue("leaf", top, uses=("digital_signature",))
    key = write_key(tmp_path / "leaf.pem", leaf.key)
    (tmp_path / "chain.pem").write_bytes(leaf.pem + top.pem)
    sign = ("manifest", "sign", model, "--key")
    more = ("--certificates", tmp_path / "chain.pem")
    assert assay(*sign, key, *more).exit_code == 0
    assert assay(*sign, key, *more).exit_code == 0
    other = write_key(tmp_path / "o.pem", ec.generate_private_key(ec.SECP256R1()))
    assert code_of(*sign, other) == (2, "usage.exists")
    value = json.loads((model / "model.sig").read_bytes())
    chain = value["verificationMaterial"]["x509CertificateChain"]["certificates"]
    chain[0]["rawBytes"] = "AAAA"
    (model / "model.sig").write_text(json.dumps(value))
    assert code_of(*sign, key) == (2, "usage.exists")


def test_a_signature_that_does_not_hold_is_an_answer_and_no_failure(
    model, key, tmp_path
):
    assay("manifest", "sign", model, "--key", key)
    other = write_key(tmp_path / "o.pem", ec.generate_private_key(ec.SECP256R1()))
    look = ("manifest", "verify", model, "--signature", model / "model.sig")
    wrong = (*look, "--public-key", f"{other}.pub")
    assert refusal_of(*wrong) == (1, "signature.other-key")
    done = assay(*wrong)
    assert done.exit_code == 1
    assert done.stdout.startswith("INVALID: nothing is proven of ")
    shown = assay("keys", "show", f"{other}.pub").stdout
    (key_id,) = re.findall(r"key id: (\w+)", shown)
    assert f"a signature by key {key_id}, with the hint" in done.stdout
    assert not assay(*wrong, "--quiet").output
    value = json.loads((model / "model.sig").read_bytes())
    signature = value["dsseEnvelope"]["signatures"][0]
    bits = bytearray(base64.b64decode(signature["sig"]))
    bits[-1] ^= 1
    signature["sig"] = base64.b64encode(bits).decode()
    (model / "model.sig").write_text(json.dumps(value))
    flipped = (*look, "--public-key", f"{key}.pub")
    assert refusal_of(*flipped) == (1, "signature.mismatch")


def test_a_model_is_signed_and_verified(model, key):
    status, made = document("manifest", "sign", model, "--key", key)
    assert status == 0
    keeps("result-manifest-sign", made)
    keeps("model-signature", json.loads((model / "model.sig").read_bytes()))
    assert made["resources"] == 5
    assert made["serialization"]["method"] == "files"
    status, found = verify(model, key)
    keeps("result-manifest-verify", found)
    assert (status, found["valid"], found["differences"]) == (0, True, [])
    assert found["root"] == made["root"]
    assert found["keyId"] == made["keyId"]


@pytest.mark.parametrize("curve", [ec.SECP384R1(), ec.SECP521R1()])
def test_longer_keys_sign_too(model, tmp_path, curve):
    key = write_key(tmp_path / "long.pem", ec.generate_private_key(curve))
    assert assay("manifest", "sign", model, "--key", key).exit_code == 0
    assert verify(model, key)[0] == 0


def test_shards_of_another_hash_are_signed_and_verified(model, key):
    done = assay(
        "manifest", "sign", model, "--key", key, "--method", "shards",
        "--shard-size", 8, "--hash", "blake2b", "--for-model-signing-1",
    )  # fmt: skip
    assert done.exit_code == 0
    status, found = verify(model, key)
    assert status == 0
    assert found["serialization"]["shardSize"] == 8
    assert found["resources"] > 5


def test_each_difference_is_told_and_ends_in_no(model, key):
    assay("manifest", "sign", model, "--key", key)
    (model / "config.json").write_text("{}")
    (model / "LICENSE").unlink()
    (model / "more").write_text("x")
    status, found = verify(model, key)
    assert (status, found["valid"], found["differencesTotal"]) == (1, False, 3)
    assert {(d["name"], d["kind"]) for d in found["differences"]} == {
        ("LICENSE", "missing"),
        ("config.json", "changed"),
        ("more", "unsigned"),
    }
    told = assay(
        "manifest", "verify", model, "--signature", model / "model.sig",
        "--public-key", f"{key}.pub",
    )  # fmt: skip
    assert told.stdout.startswith("INVALID")
    assert "missing   LICENSE" in told.stdout


def test_a_long_list_of_differences_is_cut_with_its_count(model, key):
    assay("manifest", "sign", model, "--key", key)
    for number in range(210):
        (model / f"more{number:03d}").write_text("x")
    told = assay(
        "manifest", "verify", model, "--signature", model / "model.sig",
        "--public-key", f"{key}.pub",
    )  # fmt: skip
    assert "and 10 more" in told.stdout


def test_files_that_nobody_signed_can_be_accepted(model, key):
    assay("manifest", "sign", model, "--key", key)
    (model / "more").write_text("x")
    assert verify(model, key, "--ignore-unsigned-files")[0] == 0
    assert verify(model, key, "--ignore", "more")[0] == 0


def test_what_the_signer_leaves_out_is_recorded_and_told(model, key):
    assay("manifest", "sign", model, "--key", key, "--ignore", "./sub/")
    (model / "sub" / "notes.txt").write_text("changed")
    status, found = verify(model, key)
    assert status == 0
    assert "sub" in found["serialization"]["ignorePaths"]
    told = assay(
        "manifest", "verify", model, "--signature", model / "model.sig",
        "--public-key", f"{key}.pub",
    )  # fmt: skip
    assert "the signer left out model.sig, sub" in told.stdout


def test_a_model_of_one_file_has_its_signature_beside_it(model, key):
    weights = model / "model.safetensors"
    status, made = document("manifest", "sign", weights, "--key", key)
    assert status == 0
    assert made["signature"].endswith("model.safetensors.sig")
    where = model / "model.safetensors.sig"
    assert verify(weights, key, signature=where)[0] == 0


def test_links_are_followed_only_on_the_word_of_both(model, key):
    (model / "link").symlink_to("config.json")
    sign = ("manifest", "sign", model, "--key", key)
    assert code_of(*sign) == (4, "manifest.link")
    assert assay(*sign, "--follow-links").exit_code == 0
    status, error = verify(model, key)
    assert (status, error["code"]) == (4, "manifest.links-followed")
    assert verify(model, key, "--follow-links")[0] == 0


def test_a_certificate_vouches_for_the_key(model, tmp_path):
    top = root()
    leaf = issue("leaf", top, uses=("digital_signature",))
    key = write_key(tmp_path / "leaf.pem", leaf.key)
    chain, roots = tmp_path / "chain.pem", tmp_path / "root.pem"
    chain.write_bytes(leaf.pem + top.pem)
    roots.write_bytes(top.pem)
    sign = ("manifest", "sign", model, "--key", key, "--certificates")
    assert assay(*sign, chain).exit_code == 0
    look = ("manifest", "verify", model, "--signature", model / "model.sig")
    at = ("--at", "2026-11-23")
    assert document(*look, "--root", roots, *at)[0] == 0
    late = refusal_of(*look, "--root", roots, "--at", "2036-11-23")
    assert late == (1, "signature.certificate")
    roots.write_bytes(root().pem)
    assert refusal_of(*look, "--root", roots, *at) == (1, "signature.certificate")
    assert code_of(*sign, roots) == (4, "manifest.other-certificate")


def test_a_protected_key_asks_for_its_passphrase(model, tmp_path):
    private = ec.generate_private_key(ec.SECP256R1())
    key = write_key(tmp_path / "k.pem", private, b"secret")
    sign = ("manifest", "sign", model, "--key", key)
    assert code_of(*sign) == (4, "key.passphrase-missing")
    word = tmp_path / "word"
    word.write_text("wrong")
    wrong = code_of(*sign, "--passphrase-file", word)
    assert wrong == (4, "key.passphrase-wrong")
    assert "try another passphrase" in assay(*sign, "--passphrase-file", word).stderr
    word.write_text("secret\n")
    assert assay(*sign, "--passphrase-file", word).exit_code == 0


def test_keys_of_other_kinds_are_refused(model, tmp_path):
    key = write_key(tmp_path / "ed.pem", ed25519.Ed25519PrivateKey.generate())
    assert code_of("manifest", "sign", model, "--key", key) == (4, "key.unsupported")
    told = assay("manifest", "sign", model, "--key", key).stderr
    assert "found: an Ed25519 key" in told
    key = write_key(tmp_path / "k1.pem", ec.generate_private_key(ec.SECP256K1()))
    assert code_of("manifest", "sign", model, "--key", key) == (4, "key.unsupported")
    key.write_text("junk")
    assert code_of("manifest", "sign", model, "--key", key) == (4, "key.not-a-key")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (("--shard-size", "8"), "usage.shard-size"),
        (("--ignore", "*.bin"), "usage.ignored-path"),
        (("--ignore", "../x"), "usage.ignored-path"),
        (("--ignore", "/x"), "usage.ignored-path"),
    ],
)
def test_options_that_make_no_sense_are_refused(model, key, more, code):
    assert code_of("manifest", "sign", model, "--key", key, *more) == (2, code)


def test_a_verifier_names_one_way(model, key):
    look = ("manifest", "verify", model, "--signature", model / "model.sig")
    assert code_of(*look) == (2, "usage.signer")
    both = (*look, "--public-key", f"{key}.pub", "--root", key)
    assert code_of(*both) == (2, "usage.signer")


def test_a_quiet_run_says_nothing(model, key):
    done = assay("manifest", "sign", model, "--key", key, "--quiet")
    assert (done.exit_code, done.output) == (0, "")
    assert json.loads((model / "model.sig").read_bytes())["dsseEnvelope"]


def test_what_is_there_and_signed_by_nobody_is_told(model, key):
    names = ("--ignore", "model.safetensors", "--ignore", "gone")
    assert assay("manifest", "sign", model, "--key", key, *names).exit_code == 0
    (model / "model.safetensors").write_bytes(b"other")
    status, found = verify(model, key)
    assert (int(status), found["valid"]) == (0, True)
    assert found["leftOut"] == ["model.safetensors"]
    keeps("result-manifest-verify", found)
    given = ("--signature", model / "model.sig", "--public-key", f"{key}.pub")
    shown = assay("manifest", "verify", model, *given).output
    assert "warning: 1 entry there, and signed by nobody: model.safetensors\n" in shown


def test_what_is_left_out_by_default_is_listed_when_it_is_there(model, key):
    (model / ".git").mkdir()
    (model / ".git" / "config").write_text("x")
    (model / ".github" / "workflows").mkdir(parents=True)
    (model / ".github" / "workflows" / "run.yml").write_text("x")
    (model / ".gitattributes").write_text("x")
    assert assay("manifest", "sign", model, "--key", key).exit_code == 0
    (model / "more.txt").write_text("x")
    _, found = verify(model, key, "--ignore-unsigned-files", "--ignore", "LICENSE")
    assert found["leftOut"] == [
        ".git",
        ".gitattributes",
        ".github/workflows/run.yml",
        "LICENSE",
        "more.txt",
    ]
    assert found["leftOutTotal"] == 5
    status, found = verify(model, key)
    assert status == 1
    assert "more.txt" not in found["leftOut"]
    assert found["differences"] == [{"name": "more.txt", "kind": "unsigned"}]


def test_a_file_without_bytes_has_no_shard_and_is_listed(model, key):
    (model / "__init__.py").touch()
    sign = ("manifest", "sign", model, "--key", key, "--method", "shards")
    assert assay(*sign).exit_code == 0
    status, found = verify(model, key)
    assert (int(status), found["leftOut"]) == (0, ["__init__.py"])
    (model / "more").write_text("x")
    _, found = verify(model, key, "--ignore-unsigned-files")
    assert found["leftOut"] == ["__init__.py", "more"]


def test_the_one_file_of_a_directory_is_signed_also_where_it_is_named_by_a_dot():
    one = Resource(name="w.bin", digest="a" * 64)
    how = Serialization()
    found = Manifest(model="m", serialization=how, resources=(one,), root="")
    signed = replace(found, resources=(replace(one, name="."),))
    assert _compared(signed, found, ignore_unsigned=True) == {"w.bin"}


def test_a_certificate_is_named(model, tmp_path):
    top = root()
    names = x509.SubjectAlternativeName(
        [x509.RFC822Name("team@example.org"), x509.IPAddress(ip_address("127.0.0.1"))]
    )
    more = ((names.oid, names.public_bytes()),)
    leaf = issue("leaf\nVALID", top, uses=("digital_signature",), more=more)
    key = write_key(tmp_path / "leaf.pem", leaf.key)
    chain, roots = tmp_path / "chain.pem", tmp_path / "root.pem"
    chain.write_bytes(leaf.pem)
    roots.write_bytes(top.pem)
    sign = ("manifest", "sign", model, "--key", key, "--certificates", chain)
    assert assay(*sign).exit_code == 0
    look = (
        "manifest", "verify", model, "--signature", model / "model.sig",
        "--root", roots, "--at", "2026-11-23",
    )  # fmt: skip
    _, found = document(*look)
    keeps("result-manifest-verify", found)
    assert found["certificate"] == {
        "subject": "CN=leaf\nVALID",
        "issuer": top.certificate.subject.rfc4514_string(),
        "alternative": ["team@example.org"],
    }
    shown = assay(*look).stdout.splitlines()
    assert shown[1].startswith(
        "  certificate of CN=leaf\\x0aVALID, team@example.org, by "
    )


def test_a_bare_key_has_no_certificate(model, key):
    assay("manifest", "sign", model, "--key", key)
    assert verify(model, key)[1]["certificate"] is None


def test_shards_beyond_number_are_refused_before_anything_is_read(model, key):
    # Sparse: to read it would take minutes.
    with (model / "huge.bin").open("wb") as file:
        file.truncate(1 << 40)
    sign = ("manifest", "sign", model, "--key", key, "--method", "shards")
    assert code_of(*sign, "--shard-size", "1") == (4, "manifest.too-many-shards")


def test_a_name_adds_no_line_to_the_result(model, key):
    assert assay("manifest", "sign", model, "--key", key).exit_code == 0
    (model / "x\nVALID: all of it").write_text("x")
    given = ("--signature", model / "model.sig", "--public-key", f"{key}.pub")
    shown = assay("manifest", "verify", model, *given)
    assert shown.exit_code == 1
    assert "x\\x0aVALID: all of it" in shown.output


def test_a_signature_that_could_not_be_read_back_is_not_written(
    model, key, monkeypatch
):
    small = replace(DEFAULT_LIMITS, max_bundle_bytes=1000)
    monkeypatch.setattr("assay.flows.manifest.DEFAULT_LIMITS", small)
    status, error = document("manifest", "sign", model, "--key", key)
    assert (int(status), error["code"]) == (4, "manifest.too-large")
    assert not (model / "model.sig").exists()


def test_a_key_that_others_can_read_signs_no_model(model, tmp_path):
    key = write_key(tmp_path / "k.pem", ec.generate_private_key(ec.SECP256R1()))
    key.chmod(0o640)
    result = assay("manifest", "sign", model, "--key", key)
    assert result.exit_code == 4
    assert "key.readable-by-others" in result.stderr
