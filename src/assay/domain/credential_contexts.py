"""Credentials that are known by what stands around them."""

from __future__ import annotations

from assay.domain.credential_proofs import is_docker_login, is_password
from assay.domain.credential_rule import Rule, by_context

__all__ = ["CONTEXTS"]

_NAME_END = rb"[A-Za-z0-9_]{0,20}[\"']?[ \t]{0,8}(?::=|=>|=|:)[ \t]{0,8}"
_ASSIGNED = (
    b"password",
    b"passwd",
    b"secret",
    b"_key",
    b"apikey",
    b"api-key",
    b"_token",
)
CONTEXTS: tuple[Rule, ...] = (
    by_context(
        "private-key",
        "private key",
        (b"private key",),
        rb"-----BEGIN (?:[A-Z0-9]{2,10} ){0,2}PRIVATE KEY(?: BLOCK)?-----"
        # Atomic and possessive: headers of PGP and old PEM must not be tried in
        # every possible split.
        rb"(?:\\r|\\n|\s|(?>[A-Za-z0-9-]{1,40}: ?[^\r\n]{0,80}[\r\n])){1,40}+"
        rb"([A-Za-z0-9+/=]{40,})",
        "high",
    ),
    by_context(
        "putty-private-key",
        "PuTTY private key",
        (b"private-lines:",),
        rb"Private-Lines: ?[0-9]{1,4}[\r\n]{1,2}([A-Za-z0-9+/=]{20,})",
        "high",
    ),
    by_context(
        "azure-storage-key",
        "Azure storage account key",
        (b"accountkey=",),
        rb"(?i:AccountKey)=([A-Za-z0-9+/]{86}==)",
        "high",
    ),
    by_context(
        "azure-signature",
        "Azure shared access signature",
        (b"sig=",),
        rb"[?&]sig=([A-Za-z0-9%]{43,90}%3[Dd])",
        "high",
    ),
    by_context(
        "aws-secret-key",
        "AWS secret access key",
        (b"secret",),
        rb"(?i:secret_?access_?key|aws_secret(?:_key)?)[\"']?\s{0,8}[=:]\s{0,8}[\"']?"
        rb"([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
        "high",
        needs=(b"=", b":"),
    ),
    by_context(
        "wandb-key",
        "Weights & Biases API key",
        (b"wandb",),
        rb"(?i:wandb[^\r\n]{0,40}?(?:key|password)[\"']?[ =:(,\"']{1,8})"
        rb"([0-9a-f]{40})(?![0-9A-Za-z])",
    ),
    by_context(
        "kaggle-key",
        "Kaggle API key",
        (b'"username"',),
        rb'"username"\s{0,8}:\s{0,8}"[^"\r\n]{1,64}"\s{0,8},\s{0,8}'
        rb'"key"\s{0,8}:\s{0,8}"([0-9a-f]{32})"',
        "high",
    ),
    by_context(
        "docker-login",
        "container registry login",
        (b'"auth"',),
        rb'"auth"\s{0,8}:\s{0,8}"([A-Za-z0-9+/]{12,1000}={0,2})"',
        proof=is_docker_login,
    ),
    by_context(
        "npm-login",
        "package registry login",
        (b"/:_",),
        rb"(?i::_(?:authToken|password))[ \t]{0,4}=[ \t]{0,4}[\"']?"
        rb"([A-Za-z0-9+/=_.-]{16,200})",
    ),
    by_context(
        "kubernetes-client-key",
        "Kubernetes client key",
        (b"client-key-data",),
        rb"client-key-data[\"']?[ \t]{0,4}:[ \t]{0,4}[\"']?([A-Za-z0-9+/=]{60,10000})",
        "high",
    ),
    by_context(
        "netrc-password",
        "password of a .netrc",
        (b"machine ",),
        rb"\bmachine\s{1,8}\S{1,100}\s{1,8}login\s{1,8}\S{1,100}\s{1,8}"
        rb"password\s{1,8}(\S{6,200})",
        proof=is_password,
    ),
    by_context(
        "password-hash",
        "password hash",
        (b"$2", b"$apr1$"),
        rb"(\$2[aby]\$[0-9]{2}\$[./A-Za-z0-9]{53}"
        rb"|\$apr1\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{22})(?![./A-Za-z0-9])",
    ),
    by_context(
        "password-in-address",
        "password in an address",
        (b"://",),
        rb"(?<![A-Za-z0-9+.])(?:[a-z][a-z0-9+]{1,14})://[A-Za-z0-9_.%+-]{0,64}:"
        rb"([^\s:/@\"'`<>|]{6,200})@[A-Za-z0-9\[]",
        proof=is_password,
        needs=(b"@",),
    ),
    by_context(
        "discord-token",
        "Discord bot token",
        (b"discord",),
        rb"(?i:discord)[^\r\n]{0,60}?[\"'= ]"
        rb"([MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38})",
        needs=(b".",),
    ),
    by_context(
        "assigned-password",
        "password or key that is assigned to a name",
        _ASSIGNED,
        rb"(?i:password|passwd|secret|api[_-]?key|access_key|auth_token|access_token"
        rb"|api_token)" + _NAME_END + rb"[\"']([^\s\"'`]{10,200})[\"']",
        proof=is_password,
        needs=(b'"', b"'"),
    ),
    by_context(
        "environment-password",
        "password or key in a file of variables",
        _ASSIGNED,
        rb"(?m:^)(?:export[ \t]{1,4})?(?:[A-Z0-9]{1,20}_){0,4}"
        rb"(?:PASSWORD|PASSWD|SECRET|(?:API|ACCESS|SECRET)_?KEY"
        rb"|(?:API|ACCESS|AUTH|HUB|HF)_TOKEN)[ \t]{0,2}=[ \t]{0,2}"
        rb"[\"']?([^\s\"'`#]{10,200})",
        proof=is_password,
        needs=(b"=",),
    ),
)
