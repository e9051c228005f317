"""Which witnesses are enough: the policy file of C2SP tlog-policy.

Each line defines a log, a witness, a group of those defined before, or the quorum.
Names are octets that mean nothing outside of the file; a file that is not UTF-8 is
read all the same, and each octet stays what it is.

Stricter than the text in three places, each of which would let a policy mean less
than its author thinks: a file without a final newline may have been cut and is
refused; a key may not be a log's and a witness's at a time; numbers have one spelling.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from assay.crypto.verifier_key import SignatureType, VerifierKey, parse_vkey
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import LogError, SignatureError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

__all__ = [
    "NO_QUORUM",
    "Policy",
    "PolicyGroup",
    "PolicyLog",
    "PolicyWitness",
    "parse_policy",
]

# The predefined name: no cosignature is asked for.
NO_QUORUM = "none"
# tlog-policy, "Character set": tab, newline, and no other control character.
_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
# "Whitespace" means spaces and tabs only, whatever Unicode calls a space.
_GAP = re.compile(r"[ \t]+")
# What "surrogateescape" makes of octets that are no UTF-8.
_NO_TEXT = re.compile("[\ud800-\udfff]")
_NUMBER = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)
# tlog-checkpoint: what a log signs with; tlog-cosignature: what a witness does.
_LOG_TYPES = frozenset({SignatureType.ED25519, SignatureType.ML_DSA_44_COSIGNATURE})
_WITNESS_TYPES = frozenset(
    {SignatureType.ED25519_COSIGNATURE, SignatureType.ML_DSA_44_COSIGNATURE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyLog:
    """A log that is accepted.

    Attributes:
        key: One of its keys; its name is the log's origin.
        url: Where it is served, or None.
    """

    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyWitness:
    """A witness that counts.

    Attributes:
        name: What the file calls it.
        key: Its key.
        url: Where it takes checkpoints (the "submission prefix"), or None.
    """

    name: str
    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyGroup:
    """Members of which some are enough.

    Attributes:
        name: What the file calls it.
        threshold: How many of the members, from 1 to all.
        members: Names of witnesses and of groups that were defined before.
    """

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Whom to believe about a log.

    Attributes:
        logs: Logs that are accepted, one for each key.
        witnesses: Witnesses that count.
        groups: In the order of definition, so members come before their group.
        quorum: Name of what has to have cosigned, or `none`.
    """

    logs: tuple[PolicyLog, ...]
    witnesses: tuple[PolicyWitness, ...]
    groups: tuple[PolicyGroup, ...]
    quorum: str

    def satisfied(self, cosigners: Collection[VerifierKey]) -> bool:
        """Tell whether cosignatures by these keys are enough.

        The caller has verified the cosignatures. A key counts once however often it
        is given, because each name stands in one group at most.
        """
        if self.quorum == NO_QUORUM:
            return True
        held = {item.name for item in self.witnesses if item.key in cosigners}
        for group in self.groups:
            if sum(member in held for member in group.members) >= group.threshold:
                held.add(group.name)
        return self.quorum in held


@dataclass(slots=True)
class _Reader:
    """What was defined up to a line."""

    limits: Limits
    logs: list[PolicyLog] = field(default_factory=list)
    witnesses: dict[str, PolicyWitness] = field(default_factory=dict)
    groups: dict[str, PolicyGroup] = field(default_factory=dict)
    quorum: str | None = None
    # Names that are a member already.
    used: set[str] = field(default_factory=set)
    # Public keys, whatever name and type they go by.
    keys: set[bytes] = field(default_factory=set)

    def log(self, words: list[str]) -> None:
        if len(words) not in (1, 2):
            raise _bad_line("log <vkey> [<url>]", words)
        key = self._key(words[0], _LOG_TYPES)
        _refuse_crowd("logs", len(self.logs), self.limits)
        self.logs.append(PolicyLog(key=key, url=_second(words, 1)))

    def witness(self, words: list[str]) -> None:
        if len(words) not in (2, 3):
            raise _bad_line("witness <name> <vkey> [<url>]", words)
        name = self._new_name(words[0])
        key = self._key(words[1], _WITNESS_TYPES)
        _refuse_crowd("witnesses", len(self.witnesses), self.limits)
        self.witnesses[name] = PolicyWitness(name=name, key=key, url=_second(words, 2))

    def group(self, words: list[str]) -> None:
        if len(words) < 3:
            raise _bad_line("group <name> all|any|<k> <name>...", words)
        name, threshold, *members = words
        name = self._new_name(name)
        for member in members:
            self._use(member)
        _refuse_crowd("groups", len(self.groups), self.limits)
        self.groups[name] = PolicyGroup(
            name=name,
            threshold=_threshold(threshold, len(members)),
            members=tuple(members),
        )

    def choose(self, words: list[str]) -> None:
        if len(words) != 1 or self.quorum is not None:
            raise _bad_line("one line: quorum <name>", words)
        if words[0] != NO_QUORUM and not self._is_defined(words[0]):
            raise _undefined(words[0])
        self.quorum = words[0]

    def _is_defined(self, name: str) -> bool:
        return name in self.witnesses or name in self.groups

    def _new_name(self, name: str) -> str:
        if name == NO_QUORUM or self._is_defined(name):
            raise LogError(
                "policy-name",
                "A name of the policy is defined twice, or is predefined.",
                expected="a name of its own for each witness and group",
                found=_shown(name),
            )
        return name

    def _use(self, member: str) -> None:
        if not self._is_defined(member):
            raise _undefined(member)
        if member in self.used:
            raise LogError(
                "policy-member",
                "A witness or group is a member twice, so it could count twice.",
                expected="each name in one group, once",
                found=_shown(member),
            )
        self.used.add(member)

    def _key(self, text: str, types: Collection[SignatureType]) -> VerifierKey:
        # A key's name is UTF-8 (signed-note), whatever other names may be.
        if _NO_TEXT.search(text):
            raise LogError(
                "policy-key",
                "The name of a verifier key is not UTF-8.",
                expected="UTF-8",
                found=_shown(text),
            )
        try:
            key = parse_vkey(text)
        except SignatureError as error:
            raise LogError(
                "policy-key",
                f"A verifier key of the policy cannot be used. {error.message}",
                expected=error.expected,
                found=error.found,
            ) from error
        if key.type not in types:
            raise LogError(
                "policy-key",
                f"The key {_shown(key.name)} is of a type for something else.",
                expected=" or ".join(f"0x{item:02x}" for item in sorted(types)),
                found=f"0x{key.type:02x}",
                remedy="a log signs with 0x01 or 0x06, a witness with 0x04 or 0x06",
            )
        if key.public in self.keys:
            raise LogError(
                "policy-repeated-key",
                "A public key stands twice in the policy, under whatever name.",
                expected="each public key once",
                found=_shown(f"{key.name}+{key.key_id.hex()}"),
            )
        self.keys.add(key.public)
        return key


_LINES: dict[str, Callable[[_Reader, list[str]], None]] = {
    "log": _Reader.log,
    "witness": _Reader.witness,
    "group": _Reader.group,
    "quorum": _Reader.choose,
}


# A verifier reads the policy of its trust file for every receipt again.
@lru_cache(maxsize=8)
def parse_policy(data: bytes | str, limits: Limits = DEFAULT_LIMITS) -> Policy:
    """Read a policy file.

    Steps:
        1. Bound its bytes; refuse control characters and a cut last line.
        2. Each line is empty, a comment, or one of four definitions; each name and
           each public key is defined once, and before it is used.
        3. There is exactly one quorum.

    Raises:
        LogError: `log.policy-oversized`, `log.policy-encoding`, `log.policy-line`,
            `log.policy-name`, `log.policy-undefined`, `log.policy-member`,
            `log.policy-threshold`, `log.policy-key`, `log.policy-repeated-key`,
            `log.policy-crowd` or `log.policy-quorum`.
    """
    # 1.
    raw = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
    if len(raw) > limits.max_policy_bytes:
        raise LogError(
            "policy-oversized",
            "The policy is larger than Assay reads.",
            expected=f"at most {limits.max_policy_bytes} bytes",
            found=f"{len(raw)} bytes",
        )
    forbidden = _FORBIDDEN.search(raw)
    if forbidden is not None or (raw and not raw.endswith(b"\n")):
        raise LogError(
            "policy-encoding",
            "The policy is not made of whole lines of text.",
            expected="lines that each end in a newline, no control characters but tabs",
            found="a last line without its newline"
            if forbidden is None
            else f"the octet 0x{forbidden[0][0]:02x}",
            remedy="get the whole file again, or end its last line",
        )
    # 2.
    reader = _Reader(limits)
    for line in raw.decode("utf-8", "surrogateescape").split("\n"):
        words = [word for word in _GAP.split(line) if word]
        if not words or words[0].startswith("#"):
            continue
        define = _LINES.get(words[0])
        if define is None:
            raise _bad_line("log, witness, group, quorum or a comment", words)
        define(reader, words[1:])
    # 3.
    if reader.quorum is None:
        raise LogError(
            "policy-quorum",
            "The policy does not say what is enough.",
            expected="one line: quorum <name>, or: quorum none",
            found="no such line",
        )
    return Policy(
        logs=tuple(reader.logs),
        witnesses=tuple(reader.witnesses.values()),
        groups=tuple(reader.groups.values()),
        quorum=reader.quorum,
    )


def _threshold(word: str, members: int) -> int:
    if word in ("all", "any"):
        return members if word == "all" else 1
    if _NUMBER.fullmatch(word) is None or int(word) > members:
        raise LogError(
            "policy-threshold",
            "A group asks for a number of members that it cannot have.",
            expected=f"all, any, or a number from 1 to {members}",
            found=_shown(word),
        )
    return int(word)


def _second(words: list[str], at: int) -> str | None:
    return words[at] if len(words) > at else None


def _refuse_crowd(what: str, count: int, limits: Limits) -> None:
    if count >= limits.max_policy_items:
        raise LogError(
            "policy-crowd",
            f"The policy names more {what} than Assay reads.",
            expected=f"at most {limits.max_policy_items}",
            found="more",
        )


def _bad_line(expected: str, words: list[str]) -> LogError:
    return LogError(
        "policy-line",
        "A line of the policy has not the form that it should have.",
        expected=expected,
        found=_shown(" ".join(words)),
    )


def _undefined(name: str) -> LogError:
    return LogError(
        "policy-undefined",
        "The policy uses a name before it defines it.",
        expected="a witness or group of a line above",
        found=_shown(name),
    )


def _shown(text: str) -> str:
    return repr(text[:80])
