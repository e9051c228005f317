"""Runs inside the environment of pycose or cwt: one job as JSON in, one answer out.

    python drive_cose.py LIBRARY < job.json

Knows nothing of Assay. The two libraries verify COSE_Sign1 and know no receipts: the
root that a receipt is signed over is worked out here, as RFC 9162 section 2.1.3.2 says.
"""

from __future__ import annotations

import hashlib
import json
import sys

import cbor2


def main(library: str) -> None:
    """Do one job."""
    job = json.load(sys.stdin)
    verify = {"pycose": with_pycose, "cwt": with_cwt}[library]
    issuer, log = bytes.fromhex(job["issuer_key"]), bytes.fromhex(job["log_key"])
    answer = [judged(bytes.fromhex(item), issuer, log, verify) for item in job["items"]]
    json.dump(answer, sys.stdout)


def judged(data: bytes, issuer: bytes, log: bytes, verify) -> bool:
    """Say whether a transparent statement and all its receipts hold."""
    try:
        message = cbor2.loads(data)
        protected, unprotected, payload, signature = message.value
        bare = cbor2.dumps(cbor2.CBORTag(18, [protected, {}, payload, signature]))
        if not verify(data, issuer, None):
            return False
        receipts = unprotected[394]
        entry = hashlib.sha256(bare).digest()
        return bool(receipts) and all(
            verify(item, log, root_of(entry, item)) for item in receipts
        )
    # Whatever a library thinks of what it cannot read, it has not accepted it.
    except Exception as error:  # noqa: BLE001 - see above
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return False


def root_of(entry: bytes, receipt: bytes) -> bytes:
    """Work out the root that a receipt's proof leads to."""
    message = cbor2.loads(receipt)
    protected = cbor2.loads(message.value[0])
    if protected[395] != 1 or message.value[2] is not None:
        raise ValueError("not a detached RFC9162_SHA256 receipt")
    (encoded,) = message.value[1][396][-1]
    size, index, path = cbor2.loads(encoded)
    if index >= size:
        raise ValueError("beyond the tree")
    fn, sn = index, size - 1
    node = hashlib.sha256(b"\x00" + entry).digest()
    for sibling in path:
        if sn == 0:
            raise ValueError("path too long")
        if fn & 1 or fn == sn:
            node = hashlib.sha256(b"\x01" + sibling + node).digest()
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            node = hashlib.sha256(b"\x01" + node + sibling).digest()
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise ValueError("path too short")
    return node


def with_pycose(data: bytes, key: bytes, detached: bytes | None) -> bool:
    """Verify with pycose."""
    from pycose.keys import CoseKey  # noqa: PLC0415 - only in its environment
    from pycose.messages import Sign1Message  # noqa: PLC0415 - as above

    message = Sign1Message.decode(data)
    (first,) = cbor2.loads(key)
    message.key = CoseKey.from_dict(dict(first))
    return bool(message.verify_signature(detached_payload=detached))


def with_cwt(data: bytes, key: bytes, detached: bytes | None) -> bool:
    """Verify with cwt, which also compares the key identifiers."""
    from cwt import COSE, COSEKey  # noqa: PLC0415 - only in its environment

    (first,) = cbor2.loads(key)
    cose = COSE.new(verify_kid=True)
    cose.decode(data, COSEKey.new(dict(first)), detached_payload=detached)
    return True


if __name__ == "__main__":
    main(sys.argv[1])
