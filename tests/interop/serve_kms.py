"""Runs moto's emulation of AWS KMS on this machine, until its standard input ends.

Prints one line of JSON: where it listens, and the ids of its keys. Keys and signatures
are real. With the word `digests` it heeds `MessageType: DIGEST`, as the service does
(AWS KMS API reference, Sign); as it comes, moto hashes digests once more.
"""

from __future__ import annotations

import json
import sys

import boto3
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from moto.kms.models import KmsBackend
from moto.kms.responses import KmsResponse
from moto.server import ThreadedMotoServer

SPECS = ("ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "RSA_2048")
HASHES = {"ECDSA_SHA_256": hashes.SHA256(), "ECDSA_SHA_384": hashes.SHA384()}


def heed_digests() -> None:
    """Have ECDSA keys sign a digest where the request says that it is one."""
    answered, signed = KmsResponse.sign, KmsBackend.sign
    asked: list[bool] = []

    def answer(self):
        asked.append(self._get_param("MessageType") == "DIGEST")
        return answered(self)

    def sign(self, key_id, message, signing_algorithm):
        if not asked.pop() or signing_algorithm not in HASHES:
            return signed(self, key_id, message, signing_algorithm)
        key = self.describe_key(key_id)
        algorithm = ec.ECDSA(Prehashed(HASHES[signing_algorithm]))
        made = key.private_key.private_key.sign(message, algorithm)
        return key.arn, made, signing_algorithm

    KmsResponse.sign, KmsBackend.sign = answer, sign


def main(words: list[str]) -> None:
    """Serve."""
    if "digests" in words:
        heed_digests()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    client = boto3.client("kms", endpoint_url=endpoint)
    keys = {
        spec: client.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]
        for spec in SPECS
    }
    client.create_alias(
        AliasName="alias/releases", TargetKeyId=keys["ECC_NIST_P256"]["KeyId"]
    )
    found = {spec: data["KeyId"] for spec, data in keys.items()}
    sys.stdout.write(json.dumps({"endpoint": endpoint, "keys": found}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
