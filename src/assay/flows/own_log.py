"""A log of one's own, opened for writing: with its witnesses, where it keeps some."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.crypto.witness_policy import NO_QUORUM, parse_policy
from assay.domain.limits import DEFAULT_LIMITS
from assay.flows.files import read_file
from assay.flows.network import http_client
from assay.log import open_log
from assay.log.directory import system_clock
from assay.log.kept_policy import keep_policy, kept_policy
from assay.log.witness_quorum import WitnessQuorum

if TYPE_CHECKING:
    from pathlib import Path

    from assay.crypto.witness_policy import Policy
    from assay.log import Log

__all__ = ["change_policy", "kept_policy", "open_own_log", "witness_quorum"]

# Of one witness: connect or next byte, and the whole. A checkpoint waits a little
# longer, so that a request that runs out says why.
_WITNESS_PAUSE = 5.0
_WITNESS_TOTAL = 9.0
_WITNESS_WAIT = 10.0


def witness_quorum(policy: Policy, *, ca_file: Path | None = None) -> WitnessQuorum:
    """Make the client that gathers cosignatures as a policy asks for them.

    Raises:
        UsageError: `usage.witness-policy` or `usage.network`.
    """
    client = http_client(
        timeout_seconds=_WITNESS_PAUSE,
        total_seconds=_WITNESS_TOTAL,
        most_bytes=DEFAULT_LIMITS.max_witness_answer_bytes,
        ca_file=ca_file,
    )
    return WitnessQuorum(policy, client, clock=system_clock, wait_seconds=_WITNESS_WAIT)


def open_own_log(directory: Path, *, ca_file: Path | None = None) -> Log:
    """Open a log in a directory, with the witnesses that it keeps a policy of.

    Raises:
        LogError, UsageError, MachineError: As `open_log` and `witness_quorum`, or
            `log.policy-*`.
    """
    policy = kept_policy(directory)
    if policy is None:
        return open_log(directory)
    return open_log(directory, witnesses=witness_quorum(policy, ca_file=ca_file))


def change_policy(directory: Path, file: Path) -> Policy:
    """Keep a witness policy with a log, once it is known that it can be satisfied.

    Raises:
        LogError: `log.policy-*` or `log.not-a-log`.
        UsageError: `usage.witness-policy` or `usage.network`.
        InputError, MachineError: A file cannot be read or written.
    """
    data = read_file(file, most=DEFAULT_LIMITS.max_policy_bytes, what="witness policy")
    policy = parse_policy(data)
    if policy.quorum != NO_QUORUM:
        witness_quorum(policy)
    return keep_policy(directory, data)
