"""Verify a bundle without Assay, from the pages in docs/formats alone.

    python examples/verify_by_hand.py BUNDLE TRUST [INSTANT]

It shows that another team can write a verifier from the pages alone, and prints every
value on the way, so that theirs can be compared with it. It takes the steps 1 to 9 and
11 of bundle.md for a claim v0.2 whose key the trust file names. It is no verifier to
rely on: it has no bounds, takes nothing that was attached, and repeats no outcomes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

SKEW = timedelta(minutes=10)
MANIFEST = "https://model_signing/signature/v1.0"
ASSESSMENT = "https://assay/assessment/v0.2"
DECLARATIONS = "https://assay/declarations/v0.2"
SEAL = "https://assay/seal/v0.2"
OMS_LEFT_OUT = (".git", ".gitattributes", ".github", ".gitignore")


def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that names one key twice: readers would differ."""
    document = dict(found)
    need(len(document) == len(found), "a key stands twice")
    return document


# "strict JSON" of bundle.md, as far as an example needs it.
parse = json.JSONDecoder(object_pairs_hook=pairs).decode


class RefusedError(Exception):
    """The claim does not hold."""


def main(arguments: list[str]) -> int:
    """Verify, telling each value; 0 valid, 1 not."""
    bundle, trust = (Path(name).read_bytes() for name in arguments[:2])
    at = datetime.fromisoformat(arguments[2]) if arguments[2:] else datetime.now(UTC)
    try:
        verify(parse(bundle.decode()), tomllib.loads(trust.decode()), at)
    except RefusedError as refused:
        print(f"REFUSED: {refused}")
        return 1
    print("valid")
    return 0


def verify(bundle: dict[str, Any], trust: dict[str, Any], at: datetime) -> None:
    """Take the steps of bundle.md, "Verifying", in their order."""
    # 1.
    der = unbase64(bundle["publicKey"])
    names = [d["name"] for d in trust["developer"] if unbase64(d["public_key"]) == der]
    need(names, "the trust file does not name the key")
    show(1, "developer", names[0])
    show(1, "key id", digest(der))
    # 2.
    payloads = [check_envelope(part["envelope"], der) for part in bundle["statements"]]
    # 3.
    claim = {doc["predicateType"]: doc for doc in map(parse, payloads)}
    hashed = {parse(p)["predicateType"]: digest(p.encode()) for p in payloads}
    need(
        len(claim) == len(payloads) and {MANIFEST, ASSESSMENT, SEAL} <= set(claim),
        "a statement is missing, or there twice",
    )
    for kind in sorted(hashed):
        show(3, kind, hashed[kind])
    # 4.
    seal = claim[SEAL]["predicate"]
    bound = {item["predicateType"]: item["sha256"] for item in seal["statements"]}
    need(
        bound == {kind: hashed[kind] for kind in hashed if kind != SEAL}
        and len(bound) == len(seal["statements"]),
        "the seal binds other statements",
    )
    # 5.
    times = [check_receipt(part, der, trust) for part in bundle["statements"]]
    # 6.
    check_release(claim)
    # 7.
    programme = claim[ASSESSMENT]["predicate"]["programme"]
    found = digest(unbase64(bundle["programme"]))
    need(found == programme["digest"], "another programme")
    show(7, f"programme {programme['id']} {programme['version']}", found)
    # 8.
    check_disclosures(bundle.get("disclosures", []), claim)
    # 9.
    sealed, until = instant(seal["sealedAt"]), instant(seal["validUntil"])
    need(sealed < until, "the seal ends before it begins")
    need(all(sealed - time <= SKEW for time in times), "sealed after it was logged")
    # 11.
    need(sealed - at <= SKEW and max(times) - at <= SKEW, "not yet sealed or logged")
    need(at <= until, "expired")
    show(11, "valid", f"{seal['sealedAt']} to {seal['validUntil']}")


def check_envelope(envelope: dict[str, Any], der: bytes) -> str:
    """Take step 2: DSSE's pre-authentication encoding, signed by the key."""
    payload = unbase64(envelope["payload"])
    signature = envelope["signatures"][0]
    need(signature["keyid"] == digest(der), "an envelope names another key")
    check_signature(der, unbase64(signature["sig"]), encoded(envelope))
    return payload.decode()


def encoded(envelope: dict[str, Any]) -> bytes:
    """Give what is signed of an envelope."""
    kind, payload = envelope["payloadType"].encode(), unbase64(envelope["payload"])
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def check_signature(der: bytes, signature: bytes, message: bytes) -> None:
    """Check a signature by P-256 or Ed25519 (keys.md)."""
    key = load_der_public_key(der)
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, message)
    except InvalidSignature:
        raise RefusedError("a signature does not hold") from None


def check_receipt(part: dict[str, Any], der: bytes, trust: dict[str, Any]) -> datetime:
    """Take step 5: from the envelope to the signed tree; give the time of logging."""
    entry = log_entry(part["envelope"], der)
    leaf = hashlib.sha256(b"\0" + entry).digest()
    show(5, "leaf hash", leaf.hex())
    head, checkpoint = part["receipt"].split("\n\n", 1)
    version, index, *path = head.split("\n")
    need(version == "c2sp.org/tlog-proof@v1", "no receipt")
    text, signatures = checkpoint.split("\n\n", 1)
    origin, size, root = text.split("\n")[:3]
    place = int(index.removeprefix("index "))
    found = climb(leaf, place, int(size), [unbase64(line) for line in path])
    need(found == unbase64(root), "the path leads to another root")
    show(5, f"{origin} at {place} of {size}, root", found.hex())
    tree = (origin, int(size), found, text.encode() + b"\n")
    lines = [line.split(" ")[1:] for line in signatures.splitlines()]
    log = next((log for log in trust["log"] if log["origin"] == origin), None)
    if log is None:
        raise RefusedError("the trust file does not name the log")
    stamps = [check_note(vkey, lines, tree) for vkey in log["vkeys"]]
    need(None not in stamps, "a key of the log has not signed")
    witnesses = [check_note(w["vkey"], lines, tree) for w in trust.get("witness", [])]
    cosigned = sum(stamp is not None for stamp in witnesses)
    need(cosigned >= trust.get("quorum", 0), "too few witnesses")
    show(5, "witnesses", str(cosigned))
    return datetime.fromtimestamp(max(stamp or 0 for stamp in stamps), UTC)


def log_entry(envelope: dict[str, Any], der: bytes) -> bytes:
    """Make the entry of bundle.md, "The log entry"."""
    curve = isinstance(load_der_public_key(der), ec.EllipticCurvePublicKey)
    details = "PKIX_ECDSA_P256_SHA_256" if curve else "PKIX_ED25519"
    hashed = base64.b64encode(hashlib.sha256(encoded(envelope)).digest()).decode()
    spec = {
        "data": {"algorithm": "SHA2_256", "digest": hashed},
        "signature": {
            "content": envelope["signatures"][0]["sig"],
            "verifier": {
                "keyDetails": details,
                "publicKey": {"rawBytes": base64.b64encode(der).decode()},
            },
        },
    }
    return canonical(
        {
            "apiVersion": "0.0.2",
            "kind": "hashedrekord",
            "spec": {"hashedRekordV002": spec},
        }
    )


def climb(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """Follow an inclusion path (RFC 9162 section 2.1.3.2)."""
    need(index < size, "an index beyond the tree")
    at, last, node = index, size - 1, leaf
    for sibling in path:
        need(last > 0, "a path that is too long")
        if at % 2 or at == last:
            node = hashlib.sha256(b"\1" + sibling + node).digest()
            while not at % 2 and at:
                at, last = at >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\1" + node + sibling).digest()
        at, last = at >> 1, last >> 1
    need(last == 0, "a path that is too short")
    return node


def check_note(
    vkey: str, lines: list[list[str]], tree: tuple[str, int, bytes, bytes]
) -> int | None:
    """Check one key's signature on a checkpoint; its time, 0 without one, or None."""
    name, key_id, material = vkey.split("+", 2)
    kind, public = unbase64(material)[0], unbase64(material)[1:]
    for signer, signature in lines:
        blob = unbase64(signature)
        if signer == name and blob[:4].hex() == key_id:
            return check_cosignature(name, kind, public, blob[4:], tree)
    return None


def check_cosignature(
    name: str,
    kind: int,
    public: bytes,
    blob: bytes,
    tree: tuple[str, int, bytes, bytes],
) -> int:
    """Check a signature of type 0x01, 0x04 or 0x06 (log.md, "Signatures")."""
    origin, size, root, text = tree
    stamp = 0 if kind == 1 else int.from_bytes(blob[:8], "big")
    try:
        if kind == 6:
            message = b"subtree/v1\n\0%b%b%b%b%b%b" % (
                opaque(name),
                stamp.to_bytes(8, "big"),
                opaque(origin),
                bytes(8),
                size.to_bytes(8, "big"),
                root,
            )
            pq = mldsa.MLDSA44PublicKey.from_public_bytes(public)
            pq.verify(blob[8:], message)
        else:
            timed = b"cosignature/v1\ntime %d\n" % stamp if kind == 4 else b""
            plain = ed25519.Ed25519PublicKey.from_public_bytes(public)
            plain.verify(blob[8:] if kind == 4 else blob, timed + text)
    except InvalidSignature:
        raise RefusedError(f"the signature of {name} does not hold") from None
    return stamp


def opaque(text: str) -> bytes:
    """Write a name behind its length in one byte."""
    return bytes((len(text.encode()),)) + text.encode()


def check_release(claim: dict[str, dict[str, Any]]) -> None:
    """Take step 6: files, release digest, OMS root."""
    files = claim[ASSESSMENT]["predicate"]["release"]["files"]
    need(files == sorted(files, key=lambda file: file["path"]), "unsorted files")
    listed = [
        {
            "algorithm": "sha256",
            "digest": file["sha256"],
            "path": file["path"],
            "size": file["size"],
        }
        for file in files
    ]
    release = digest(canonical(listed))
    show(6, "release digest", release)
    roots = [
        bytes.fromhex(file["sha256"])
        for file in files
        if file["path"].split("/")[0] not in OMS_LEFT_OUT
    ]
    oms = digest(b"".join(roots))
    show(6, "OMS root", oms)
    for kind, document in claim.items():
        subject = document["subject"][0]["digest"]["sha256"]
        need(subject == (oms if kind == MANIFEST else release), "another release")


def check_disclosures(texts: list[str], claim: dict[str, dict[str, Any]]) -> None:
    """Take steps 8 a to e of disclosure.md, and tell what is shown."""
    need(texts == sorted(set(texts)), "disclosures unsorted or repeated")
    items = {
        kind: claim[kind]["predicate"]["items"]
        for kind in (ASSESSMENT, DECLARATIONS)
        if kind in claim
    }
    for text in texts:
        salted = digest(text.encode("ascii"))
        salt, kind, name, value = parse(
            base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        )
        place = DECLARATIONS if kind == "answer" else ASSESSMENT
        need(salted in items.get(place, ()), "a disclosure that nobody signed")
        need(len(salt) == 22, "a salt of another length")
        again = base64.urlsafe_b64encode(canonical([salt, kind, name, value]))
        need(again.rstrip(b"=").decode() == text, "another spelling")
        shown = value.get("outcome") or value.get("status") or value.get("answer")
        show(8, f"{kind} {name}: {shown}", salted)
    hidden = sum(map(len, items.values())) - len(texts)
    show(8, "digests that nothing opens", str(hidden))


def canonical(value: object) -> bytes:
    """Write canonical JSON; for what stands here RFC 8785 asks for no more."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def digest(data: bytes) -> str:
    """Give SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def unbase64(text: str) -> bytes:
    """Read standard base64."""
    return base64.b64decode(text, validate=True)


def instant(text: str) -> datetime:
    """Read an instant."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def need(condition: object, otherwise: str) -> None:
    """Refuse unless something holds."""
    if not condition:
        raise RefusedError(otherwise)


def show(step: int, what: str, value: str) -> None:
    """Tell a value of a step."""
    print(f"{step:>2}  {what:<52} {value}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
