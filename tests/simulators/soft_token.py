"""PKCS #11 tokens in a directory, made by SoftHSM 2: a real library, keys and PINs."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pkcs11
import pytest
from pkcs11.constants import Attribute
from pkcs11.mechanisms import KeyType
from pkcs11.util.ec import encode_named_curve_parameters

PIN = "2468"
SO_PIN = "13579"
PLACES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)
_SHIM = Path(__file__).parent.parent / "integration" / "pkcs11_shim.c"


def needed(found: object, what: str) -> None:
    """Skip where something is missing, but fail where all of it has to run."""
    if not found:
        if os.environ.get("CI"):
            pytest.fail(f"{what} is missing, and nothing is skipped in CI")
        pytest.skip(f"{what} is not installed")


def module_path() -> str:
    """Give the library of SoftHSM 2."""
    found = next((place for place in PLACES if Path(place).is_file()), None)
    needed(found and shutil.which("softhsm2-util"), "SoftHSM 2 (Debian: softhsm2)")
    return str(found)


@dataclass(frozen=True)
class SoftToken:
    """A token that was set up.

    Attributes:
        label: Its name.
        module: The library that speaks to it.
    """

    label: str
    module: str

    def address(self, more: str = "", query: str = "") -> str:
        """Write the address of a key on it."""
        module = f"module-path={quote(self.module, safe='/')}"
        ways = "&".join(filter(None, (module, query)))
        return f"pkcs11:token={quote(self.label, safe='')}{more}?{ways}"

    def make_key(
        self, curve: str, label: str, identifier: bytes | None, **changes
    ) -> None:
        """Make a key pair on it; `changes` are attributes of its private half."""
        library = pkcs11.lib(self.module)
        token = library.get_token(token_label=self.label)
        private = {Attribute[name.upper()]: value for name, value in changes.items()}
        with token.open(rw=True, user_pin=PIN) as session:
            params = encode_named_curve_parameters(curve)
            edwards = curve == "1.3.101.112"
            domain = session.create_domain_parameters(
                KeyType.EC_EDWARDS if edwards else KeyType.EC,
                {Attribute.EC_PARAMS: params},
                local=True,
            )
            domain.generate_keypair(
                store=True, label=label, id=identifier, private_template=private
            )


def use_directory(directory: Path) -> None:
    """Have SoftHSM keep its tokens here from now on."""
    tokens = directory / "tokens"
    tokens.mkdir()
    conf = directory / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {tokens}\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(conf)


def make_token(label: str, module: str) -> SoftToken:
    """Set up a token."""
    words = (
        *("softhsm2-util", "--init-token", "--free", "--label", label),
        *("--pin", PIN, "--so-pin", SO_PIN),
    )
    subprocess.run(words, check=True, capture_output=True, timeout=60)
    return SoftToken(label=label, module=module)


def build_shim(directory: Path) -> str:
    """Compile the library that stands before SoftHSM's and fails when told to."""
    needed(shutil.which("gcc"), "A C compiler (gcc)")
    target = directory / "pkcs11_shim.so"
    words = ("gcc", "-shared", "-fPIC", "-Wall", "-o", str(target), str(_SHIM), "-ldl")
    subprocess.run(words, check=True, capture_output=True, timeout=60)
    return str(target)


def forget(module: str) -> None:
    """End all sessions, so that the next test logs in anew."""
    library = pkcs11.lib(module)
    library.finalize()
