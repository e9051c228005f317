"""Run by the interpreter that has `aics_witness`: its log's side asks a witness.

Reads a JSON object from standard input: `url`, `vkey`, `state`, `note`, and `proofs`,
which gives for an old size the hashes in base64. Prints the cosignature lines, or the
name of the error.
"""

from __future__ import annotations

import base64
import json
import sys

from aics_witness.feeder import FeederError, WitnessClient

asked = json.load(sys.stdin)


def proof(old_size: int, new_size: int) -> list[bytes]:
    del new_size
    return [base64.b64decode(text) for text in asked["proofs"][str(old_size)]]


client = WitnessClient(asked["url"], asked["vkey"], state_path=asked["state"])
try:
    print(client.submit(asked["note"], proof), end="")  # noqa: T201 - its answer
except FeederError as error:
    print(type(error).__name__)  # noqa: T201 - its answer
