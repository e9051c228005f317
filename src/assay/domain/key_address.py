"""Addresses of private keys that lie in no file, told from paths."""

from __future__ import annotations

__all__ = ["PKCS11_SCHEME", "SERVICE_SCHEMES", "is_key_address"]

PKCS11_SCHEME = "pkcs11:"
"""RFC 7512."""

SERVICE_SCHEMES = ("awskms:", "azurekms:", "gcpkms:", "hv:")
"""Of services for keys, as `securesystemslib` names them."""


def is_key_address(place: str) -> bool:
    """Tell an address of a key on a token or in a service from a path.

    A file of such a name is given as `./pkcs11:…`.
    """
    return place.lower().startswith(PKCS11_SCHEME) or place.startswith(SERVICE_SCHEMES)
