"""The corpus of credentials, and names of files that exist to hold some."""

from __future__ import annotations

import pytest

from assay.domain.facts import SecretsFacts
from benchmarks.detection.families.secrets import samples
from benchmarks.detection.sample import Truth

SAMPLES = [(sample.name, sample) for sample in samples()]


@pytest.mark.parametrize(("name", "sample"), SAMPLES)
def test_credentials_are_found_and_honest_texts_pass(look, only, name, sample):
    path, data = next(iter(sample.files.items()))
    found = [m for f in only(look(data, path), SecretsFacts) for m in f.matches]
    assert bool(found) == (sample.truth is Truth.HOSTILE), (name, found)


@pytest.mark.parametrize(
    ("path", "confidence"),
    [
        (".netrc", "medium"),
        ("home/.aws/credentials", "medium"),
        ("id_ed25519", "medium"),
        ("server.p12", "medium"),
        (".env", "low"),
        ("deploy/.env.production", "low"),
        (".npmrc", "low"),
    ],
)
def test_files_that_hold_credentials_are_known_by_name(look, only, path, confidence):
    found = [m for f in only(look(b"a\n", path), SecretsFacts) for m in f.matches]
    assert [(m.rule, m.confidence) for m in found] == [("credential-file", confidence)]


@pytest.mark.parametrize(
    "path", [".env.example", "id_rsa.pub", "environment.yml", "credentials.md", "env"]
)
def test_files_of_other_names_are_not(look, only, path):
    assert not [m for f in only(look(b"a: 1\n", path), SecretsFacts) for m in f.matches]


def test_a_secret_that_two_shapes_know_is_told_once(look, only):
    secret = "np" + "m_" + "q7Xw9Lm2Rk4Zv8BnQ7xW3lM6rK1z" + "Q7xW3lM6"
    data = f"api_key = '{secret}'\nAPI_KEY={secret}\n".encode()
    found = [m for f in only(look(data, "a.txt"), SecretsFacts) for m in f.matches]
    assert [m.rule for m in found] == ["npm-token", "npm-token"]


def test_matches_end_at_their_bound(look, only):
    lines = (f"password = 'q7Xw9{n:05}Rk4Z{n % 7}v'\n" for n in range(1500))
    data = "".join(lines).encode()
    found = [m for f in only(look(data, "a.txt"), SecretsFacts) for m in f.matches]
    assert len(found) == 1000
