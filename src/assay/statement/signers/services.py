"""The services for keys, each with what its own library brings, loaded when asked for.

Names of `securesystemslib`: `awskms:`, `azurekms:`, `gcpkms:` and `hv:`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assay.errors import KeyFileError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Service", "find_service", "is_service_address"]

_NAME = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}"
# What follows the scheme, as each service names its keys.
_FORMS = {
    # An id, an ARN, or an alias by its name or its ARN.
    "awskms": re.compile(r"[A-Za-z0-9:/_-]{1,2048}"),
    "azurekms": re.compile(rf"//{_NAME}/keys/{_NAME}/{_NAME}"),
    "gcpkms": re.compile(
        rf"projects/(?:{_NAME}:)?{_NAME}/locations/{_NAME}/keyRings/{_NAME}"
        rf"/cryptoKeys/{_NAME}/cryptoKeyVersions/[0-9]{{1,18}}"
    ),
    "hv": re.compile(rf"{_NAME}/[0-9]{{1,18}}"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service for keys, whose library is there.

    Attributes:
        name: What its operator calls it.
        signer: The class of `securesystemslib` that signs with it.
        errors: What its library raises.
        named: Gives what `import_` of that class takes for an address without scheme.
    """

    name: str
    signer: Any
    errors: tuple[type[Exception], ...]
    named: Callable[[str], tuple[str, ...]]


def is_service_address(scheme: str, rest: str) -> bool:
    """Tell whether a text has the form in which a service names its keys."""
    form = _FORMS.get(scheme)
    return form is not None and form.fullmatch(rest) is not None


def find_service(scheme: str) -> Service:
    """Load what speaks to a service.

    Args:
        scheme: One for which addresses have a form.

    Raises:
        KeyFileError: `key.extra-missing`.
    """
    extra, load = _LOADERS[scheme]
    try:
        return load()
    except ImportError as error:
        raise KeyFileError(
            "extra-missing",
            "What speaks to this service for keys is not installed.",
            expected=f"assay[{extra}]",
            found=f"no module {error.name}",
            remedy=f"pip install 'assay[{extra}]'",
        ) from error


def _aws() -> Service:
    from botocore.exceptions import (  # noqa: PLC0415 - an extra of its own
        BotoCoreError,
        ClientError,
    )
    from securesystemslib.signer import AWSSigner  # noqa: PLC0415 - as above

    return Service(
        name="AWS Key Management Service",
        signer=AWSSigner,
        errors=(BotoCoreError, ClientError),
        named=lambda rest: (rest,),
    )


def _azure() -> Service:
    from azure.core.exceptions import AzureError  # noqa: PLC0415 - as above
    from securesystemslib.signer import AzureSigner  # noqa: PLC0415 - as above
    from securesystemslib.signer._azure_signer import (  # noqa: PLC0415 - as above
        UnsupportedKeyType,
    )

    return Service(
        name="Azure Key Vault",
        signer=AzureSigner,
        errors=(AzureError, UnsupportedKeyType),
        # //VAULT.vault.azure.net/keys/NAME/VERSION
        named=lambda rest: (rest.split("/")[2].split(".")[0], rest.split("/")[4]),
    )


def _gcp() -> Service:
    from google.api_core.exceptions import GoogleAPIError  # noqa: PLC0415 - as above
    from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415 - as above
    from securesystemslib.signer import GCPSigner  # noqa: PLC0415 - as above

    return Service(
        name="Google Cloud KMS",
        signer=GCPSigner,
        errors=(GoogleAPIError, GoogleAuthError),
        named=lambda rest: (rest,),
    )


def _vault() -> Service:
    from hvac.exceptions import VaultError  # noqa: PLC0415 - as above
    from requests.exceptions import RequestException  # noqa: PLC0415 - as above
    from securesystemslib.signer import VaultSigner  # noqa: PLC0415 - as above

    return Service(
        name="HashiCorp Vault",
        signer=VaultSigner,
        errors=(VaultError, RequestException),
        # NAME/VERSION
        named=lambda rest: (rest.split("/")[0],),
    )


_LOADERS: dict[str, tuple[str, Callable[[], Service]]] = {
    "awskms": ("kms-aws", _aws),
    "azurekms": ("kms-azure", _azure),
    "gcpkms": ("kms-gcp", _gcp),
    "hv": ("kms-vault", _vault),
}
