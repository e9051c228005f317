"""Whether an entry has the form that other tools read: Rekor v2 `hashedrekord` 0.0.2.

The log takes any bytes, because a tree does not depend on what its leaves mean. An
audit counts the entries of another form as a note, never as a problem.
"""

from __future__ import annotations

import re
from typing import Any

from assay.crypto import canonical_base64
from assay.crypto.canonical import canonical_json
from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import DocumentError
from assay.wire import strict_json

__all__ = ["is_hashedrekord"]

# Stand-ins for what a member may hold: any text, or base64 of something.
_TEXT = object()
_BASE64 = object()


def _form(verifier: str) -> dict[str, Any]:
    return {
        "apiVersion": "0.0.2",
        "kind": "hashedrekord",
        "spec": {
            "hashedRekordV002": {
                "data": {"algorithm": _TEXT, "digest": _BASE64},
                "signature": {
                    "content": _BASE64,
                    "verifier": {
                        "keyDetails": _TEXT,
                        verifier: {"rawBytes": _BASE64},
                    },
                },
            }
        },
    }


# A verifier is a bare key or a certificate.
_FORMS = (_form("publicKey"), _form("x509Certificate"))


# What every entry of the form begins with, and the form itself as Assay and others
# write it: a million entries are read in seconds by it. What it does not know is read
# as JSON.
_BEGIN = b'{"apiVersion":"0.0.2","kind":"hashedrekord","spec":{'
_PLAIN = rb'"[ !#-\[\]-~]*"'
_CODED = (
    rb'"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]='
    rb'|[A-Za-z0-9+/][AQgw]==)"'
)
_USUAL = re.compile(
    re.escape(_BEGIN)
    + rb'"hashedRekordV002":\{"data":\{"algorithm":%b,"digest":%b\},"signature":'
    rb'\{"content":%b,"verifier":\{"keyDetails":%b,"(?:publicKey|x509Certificate)":'
    rb'\{"rawBytes":%b\}\}\}\}\}\}' % (_PLAIN, _CODED, _CODED, _PLAIN, _CODED)
)


def is_hashedrekord(entry: bytes) -> bool:
    """Tell whether an entry is a `hashedrekord` 0.0.2 in canonical JSON (RFC 8785)."""
    if not entry.startswith(_BEGIN):
        return False
    return _USUAL.fullmatch(entry) is not None or _is_read_as_one(entry)


def _is_read_as_one(entry: bytes) -> bool:
    try:
        value = strict_json.loads(entry, max_bytes=DEFAULT_LIMITS.max_log_entry_bytes)
        known = any(_has_form(value, form) for form in _FORMS)
        return known and canonical_json(value) == entry
    except DocumentError:
        return False


def _has_form(value: object, form: object) -> bool:
    if isinstance(form, dict):
        return (
            isinstance(value, dict)
            and value.keys() == form.keys()
            and all(_has_form(value[name], part) for name, part in form.items())
        )
    if not isinstance(value, str):
        return False
    if form is _BASE64:
        return bool(canonical_base64.decode(value))
    return form is _TEXT or value == form
