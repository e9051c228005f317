"""`witness-policy.txt`: which witnesses a log publishes nothing without.

The operator's own file, kept with the log so that no way of writing to it can forget
it: whoever appends reads it anew each time. It is a policy as C2SP tlog-policy has
it; `quorum none` asks for nobody, and is how a policy is lifted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.crypto.note import parse_note, verify_note
from assay.crypto.witness_policy import NO_QUORUM, parse_policy
from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import LogError, SignatureError
from assay.log.layout import POLICY
from assay.log.settings import read_settings
from assay.log.stores.files import DirectoryFiles

if TYPE_CHECKING:
    from pathlib import Path

    from assay.crypto.witness_policy import Policy

__all__ = ["check_cosigned", "is_cosigned", "keep_policy", "kept_policy"]


def kept_policy(root: Path) -> Policy | None:
    """Read the policy that a log keeps; None where it asks for no witnesses.

    Raises:
        LogError: `log.policy-*` or `log.file-oversized`.
        MachineError: The file cannot be read.
    """
    most = DEFAULT_LIMITS.max_policy_bytes
    data = DirectoryFiles(root).read(POLICY, max_bytes=most)
    if data is None:
        return None
    policy = parse_policy(data)
    return None if policy.quorum == NO_QUORUM else policy


def keep_policy(root: Path, data: bytes) -> Policy:
    """Keep a policy with a log, on the disk when this returns.

    Raises:
        LogError: `log.policy-*`: it is no policy; `log.not-a-log`.
        MachineError: The file cannot be written.
    """
    policy = parse_policy(data)
    files = DirectoryFiles(root)
    read_settings(files)
    if files.read(POLICY, max_bytes=DEFAULT_LIMITS.max_policy_bytes) != data:
        files.replace(POLICY, data)
    return policy


def is_cosigned(note: str, policy: Policy | None) -> bool:
    """Tell whether a checkpoint carries the cosignatures that a policy asks for."""
    if policy is None:
        return True
    keys = [witness.key for witness in policy.witnesses]
    try:
        cosigned = [item.key for item in verify_note(parse_note(note), keys)]
    except SignatureError:
        return False
    return policy.satisfied(cosigned)


def check_cosigned(note: str, policy: Policy | None) -> None:
    """Refuse a checkpoint that lacks the cosignatures that a policy asks for.

    Raises:
        LogError: `log.witness-quorum`.
    """
    if policy is not None and not is_cosigned(note, policy):
        raise LogError(
            "witness-quorum",
            "The checkpoint lacks cosignatures that this log publishes nothing "
            "without.",
            expected=f"the quorum {policy.quorum} of {POLICY}",
            found="too few cosignatures",
            remedy="restart the log's server: it asks the witnesses that "
            f"{POLICY} names, and nothing that was submitted is lost",
        )
