"""A log's server, asked without sockets: what it gives, takes and refuses."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import replace

import pytest

from assay.crypto import merkle
from assay.crypto.tlog_proof import verify_tlog_proof
from assay.domain.limits import Limits
from assay.errors import InputError, UsageError
from assay.flows.log_serve import (
    LogService,
    Rates,
    Role,
    add_token,
    log_service,
    revoke_token,
)
from assay.log import audit_log, init_log
from assay.log.layout import parse_body_list_path, parse_tile_path
from assay.log.submission import ROOM
from assay.wire.v0.log_api import read_consistency, read_receipts, write_submission
from tests.simulators.forked_logs import tree_of
from tests.simulators.served_logs import (
    DER,
    entry,
    envelope,
    forged,
    served,
    submission,
)

ORIGIN = "log.example/served"


@pytest.fixture
def log(tmp_path):
    return init_log(tmp_path / "log", ORIGIN)


@pytest.fixture
def scene(log, tmp_path):
    with served(tmp_path) as server:
        yield log, server


def code(answer):
    return answer.status, json.loads(answer.body)["code"]


def receipts(answer):
    assert answer.status == 200, answer.body
    return read_receipts(answer.body)


def test_a_statement_gets_a_receipt_that_proves_it(scene):
    log, server = scene
    answer = server.post(submission(1, 2))
    given = receipts(answer)
    assert [(item.index, item.known) for item in given] == [(0, False), (1, False)]
    assert answer.who == "a test"
    for number, item in enumerate(given, 1):
        leaf = entry(number).leaf
        assert item.leaf_hash == merkle.leaf_hash(leaf)
        assert verify_tlog_proof(item.receipt, leaf, log.vkeys).index == item.index
    assert audit_log(server.path).ok


def test_the_same_statement_has_the_same_index_and_is_said_to_be_known(scene):
    _, server = scene
    first = receipts(server.post(submission(1, 2, 3)))
    again = receipts(server.post(submission(3, 4, 1)))
    assert [(item.index, item.known) for item in again] == [
        (2, True),
        (3, False),
        (0, True),
    ]
    assert first[2].leaf_hash == again[0].leaf_hash


def test_a_statement_twice_in_one_submission_has_one_index(scene):
    _, server = scene
    assert [item.index for item in receipts(server.post(submission(1, 1)))] == [0, 0]


def test_many_submitters_at_a_time_get_what_is_theirs(scene):
    log, server = scene
    found = {}

    def submit(first):
        for number in range(first, first + 5):
            (item,) = receipts(server.post(submission(number)))
            found[number] = item

    threads = [threading.Thread(target=submit, args=(at * 4,)) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({item.index for item in found.values()}) == len(found) == 33
    for number, item in found.items():
        verify_tlog_proof(item.receipt, entry(number).leaf, log.vkeys)


def test_static_files_have_their_types_and_caches(scene):
    log, server = scene
    server.post(submission(*range(300)[:200]))
    server.post(submission(*range(200, 300)))
    for path, kind, cache in (
        ("/checkpoint", "text/plain; charset=utf-8", "max-age=2"),
        ("/log.json", "application/json", "public, max-age=300"),
        (
            "/tile/0/000",
            "application/octet-stream",
            "public, max-age=31536000, immutable",
        ),
        (
            "/tile/0/001.p/44",
            "application/octet-stream",
            "public, max-age=31536000, immutable",
        ),
        (
            "/tile/1/000.p/1",
            "application/octet-stream",
            "public, max-age=31536000, immutable",
        ),
        (
            "/tile/entries/001.p/44",
            "application/octet-stream",
            "public, max-age=31536000, immutable",
        ),
    ):
        answer = server.get(path)
        headers = dict(answer.headers)
        assert (answer.status, answer.content_type) == (200, kind)
        assert headers["Cache-Control"] == cache
        again = server.get(path, if_none_match=headers["ETag"])
        assert (again.status, again.body) == (304, b"")
        assert server.get(path, if_none_match='"other", *').status == 304
        assert server.get(path, if_none_match='W/"other"').status == 200
    assert server.get("/checkpoint").body.decode() == log.checkpoint()
    assert len(server.get("/tile/0/000").body) == 8192


def test_a_body_is_served_by_its_digest_or_not_at_all(log, tmp_path):
    del log
    body = entry(1).body
    digest = hashlib.sha256(body).hexdigest()
    path = f"/bodies/{digest[:2]}/{digest}"
    with served(tmp_path) as server:
        server.post(submission(1))
        assert server.get(path).body == body
        assert code(server.get(f"/bodies/00/{digest}")) == (404, "log.not-served")
        nobody = "0" * 64
        assert code(server.get(f"/bodies/00/{nobody}")) == (404, "log.body-unknown")
    with served(tmp_path, bodies=False) as server:
        assert code(server.get(path)) == (404, "log.not-served")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "//checkpoint",
        "/checkpoint/",
        "/checkpoint\x00",
        "/checkpoint.",
        "/Checkpoint",
        "/./checkpoint",
        "/../log.sqlite",
        "/log.sqlite",
        "/log.sqlite-wal",
        "/key-ed25519.pem",
        "/stores.json",
        "/append.lock",
        "/tile/../log.sqlite",
        "/tile/0/../../log.sqlite",
        "/tile/0/000/",
        "/tile//0/000",
        "/tile/00/000",
        "/tile/64/000",
        "/tile/0/0",
        "/tile/0/x000/000",
        "/tile/0/000.p/0",
        "/tile/0/000.p/256",
        "/tile/0/000.p/01",
        "/tile/0/\u0660\u0660\u0660",
        "/tile/0/999",
        "/tile/entries/000%2e",
        "/bodies/../key-ed25519.pem",
        "/bodies/ab/" + "A" * 64,
        "/bodies/ab",
        "\\checkpoint",
        "/api/v0/",
        "/api/v0/entries/-1/proof",
        "/api/v0/entries/1/proof/",
        "/api/v0/entries/\u0661/proof",
        "/api/v0/entries/01/proof",
        "/api/v0/entries/9999999999999999999/proof",
        "/api/v1/health",
    ],
)
def test_no_other_spelling_of_a_path_leads_anywhere(scene, path):
    _, server = scene
    server.post(submission(1))
    assert code(server.get(path)) == (404, "log.not-served")


def test_other_methods_are_refused(scene):
    _, server = scene
    for method in ("PUT", "DELETE", "OPTIONS", "TRACE", "get", ""):
        for path in ("/checkpoint", "/api/v0/health", "/api/v0/statements"):
            answer = server.ask(method, path)
            assert code(answer) == (405, "log.method")
            assert dict(answer.headers)["Allow"] in ("GET, HEAD", "POST")
    assert code(server.get("/api/v0/statements"))[0] == 405
    assert code(server.ask("POST", "/checkpoint"))[0] == 405


def test_a_proof_is_made_for_any_entry(scene):
    log, server = scene
    server.post(submission(*range(5)))
    answer = server.get("/api/v0/entries/3/proof")
    assert verify_tlog_proof(answer.body, entry(3).leaf, log.vkeys).index == 3
    assert code(server.get("/api/v0/entries/5/proof")) == (404, "log.entry-unknown")


def test_an_entry_is_found_by_its_hash(scene):
    _, server = scene
    server.post(submission(7, 8))
    leaf = merkle.leaf_hash(entry(8).leaf).hex()
    answer = server.get("/api/v0/find", query=f"leaf={leaf}")
    assert json.loads(answer.body) == {
        "format": "assay-log-found/0",
        "index": 1,
        "published": True,
    }
    nobody = "0" * 64
    unknown = server.get("/api/v0/find", query=f"leaf={nobody}")
    assert code(unknown) == (404, "log.entry-unknown")


@pytest.mark.parametrize(
    ("place", "query"),
    [
        ("find", ""),
        ("find", "leaf="),
        ("find", "leaf=" + "A" * 64),
        ("find", "leaf=" + "a" * 64 + "&leaf=" + "a" * 64),
        ("find", "other=1"),
        ("find", "leaf=" + "a" * 300),
        ("consistency", ""),
        ("consistency", "from=x"),
        ("consistency", "from=01"),
        ("consistency", "from=-1"),
        ("consistency", "from=1&to="),
        ("consistency", "to=1&from=1"),
        ("consistency", "from=1&to=2&to=3"),
    ],
)
def test_a_malformed_question_is_refused(scene, place, query):
    _, server = scene
    assert code(server.get(f"/api/v0/{place}", query=query)) == (400, "log.query")


def test_consistency_is_proven_between_any_two_sizes(scene):
    log, server = scene
    roots = {}
    for number in range(9):
        server.post(submission(number))
        tree = tree_of(log.checkpoint())
        roots[tree.size] = tree.root
    for old in range(1, 10):
        for new in range(old, 10):
            answer = server.get("/api/v0/consistency", query=f"from={old}&to={new}")
            assert answer.status == 200
            said_old, said_new, proof = read_consistency(answer.body)
            assert (said_old, said_new) == (old, new)
            merkle.verify_consistency(
                old_size=old,
                new_size=new,
                old_root=roots[old],
                new_root=roots[new],
                proof=proof,
            )
    assert read_consistency(server.get("/api/v0/consistency", query="from=4").body)[
        :2
    ] == (4, 9)
    for query in ("from=0", "from=10", "from=3&to=2", "from=1&to=10"):
        answer = server.get("/api/v0/consistency", query=query)
        assert code(answer) == (404, "log.consistency-sizes")


def test_health_says_what_is_published(scene):
    _, server = scene
    server.post(submission(1))
    assert json.loads(server.get("/api/v0/health").body) == {
        "format": "assay-log-health/0",
        "origin": ORIGIN,
        "size": 1,
        "accepts": True,
    }


def test_a_server_without_tokens_takes_nothing(log, tmp_path):
    del log
    with served(tmp_path, tokens=None) as server:
        assert code(server.post(submission(1))) == (403, "log.forbidden")
        assert code(server.get("/api/v0/status")) == (403, "log.forbidden")
        assert not json.loads(server.get("/api/v0/health").body)["accepts"]


def test_status_is_for_operators(log, tmp_path):
    del log
    with served(tmp_path, role=Role.OPERATE) as server:
        bearer = {"authorization": f"Bearer {server.token}"}
        answer = server.get("/api/v0/status", **bearer)
        assert json.loads(answer.body) == {
            "format": "assay-log-status/0",
            "pending": 0,
            "waiting": 0,
        }
        assert receipts(server.post(submission(1)))
        weak, _ = add_token(tmp_path / "tokens.json", "weak", Role.SUBMIT)
        answer = server.get("/api/v0/status", authorization=f"Bearer {weak}")
        assert code(answer) == (403, "log.forbidden")
        assert code(server.get("/api/v0/status")) == (401, "log.unauthorised")


@pytest.mark.parametrize(
    "change",
    [
        lambda _: "",
        lambda _: "x",
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: token.upper(),
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: token.replace("assay_", "assay-"),
        lambda token: "assay_" + "0" * 16 + token[22:],
        lambda token: token[:6] + "\u0660" + token[7:],
        lambda token: token + " " + token,
    ],
)
def test_a_token_that_is_none_is_refused(scene, change):
    _, server = scene
    answer = server.post(submission(1), token=change(server.token))
    assert code(answer) == (401, "log.unauthorised")
    assert dict(answer.headers)["WWW-Authenticate"] == "Bearer"
    assert b"assay_" not in answer.body


def test_other_schemes_than_bearer_are_refused(scene):
    _, server = scene
    for stated in ("", "Basic x", server.token, f"Token {server.token}"):
        answer = server.ask(
            "POST",
            "/api/v0/statements",
            body=submission(1),
            content_type="application/json",
            authorization=stated,
        )
        assert code(answer) == (401, "log.unauthorised")
    answer = server.ask(
        "POST",
        "/api/v0/statements",
        body=submission(1),
        content_type="Application/JSON; charset=utf-8",
        authorization=f"bearer {server.token}",
    )
    assert receipts(answer)


def test_a_token_is_known_and_refused_from_the_next_request_on(scene, tmp_path):
    _, server = scene
    path = tmp_path / "tokens.json"
    text, token = add_token(path, "another", Role.SUBMIT)
    assert receipts(server.post(submission(1), token=text))
    assert revoke_token(path, token.id).name == "another"
    assert code(server.post(submission(2), token=text))[0] == 401
    with pytest.raises(UsageError) as caught:
        revoke_token(path, token.id)
    assert caught.value.code == "usage.token-unknown"


def test_the_file_of_tokens_holds_no_secret_and_belongs_to_its_owner(scene, tmp_path):
    _, server = scene
    path = tmp_path / "tokens.json"
    secret = server.token.rpartition("_")[2]
    assert secret not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    path.write_bytes(path.read_bytes() + b"\n")
    answer = server.post(submission(1))
    assert code(answer) == (500, "log.tokens-exposed")
    assert b"chmod" not in answer.body
    path.unlink()
    assert code(server.post(submission(1))) == (500, "machine.file-access")


def test_what_is_no_json_or_no_submission_is_refused(scene):
    _, server = scene
    good = submission(1)
    for kind in ("", "text/plain", "application/x-www-form-urlencoded"):
        answer = server.post(good, kind=kind)
        assert code(answer) == (415, "log.submission-type")
    for body, expected in (
        (b"", "document.malformed-json"),
        (good[:-1], "document.malformed-json"),
        (good + b"x", "document.malformed-json"),
        (b"\xff", "document.not-utf8"),
        (b'{"format":1,"format":2}', "document.repeated-key"),
        (b"[" * 1000, "document.too-deep"),
        (b"{}", "document.schema"),
        (good.replace(b"assay-submission/0", b"assay-submission/1"), "document.schema"),
        (good.replace(b'"envelope"', b'"envelop"'), "document.schema"),
        (good.replace(b'"format"', b'"more":1,"format"'), "document.schema"),
        (b'{"format":"assay-submission/0","statements":[]}', "document.schema"),
        (good.replace(b'"sig":"M', b'"sig":"="M'), "document.malformed-json"),
    ):
        assert code(server.post(body)) == (400, expected)
    assert receipts(server.post(good))


def test_more_statements_than_one_request_may_have_are_refused(scene):
    _, server = scene
    one = json.loads(submission(1))
    one["statements"] *= 257
    assert code(server.post(json.dumps(one).encode())) == (400, "document.schema")


def test_a_log_takes_only_what_verifies(scene):
    log, server = scene
    other = write_submission([(forged(1), DER)])
    assert code(server.post(other)) == (400, "signature.mismatch")
    mixed = write_submission([(envelope(1), DER), (forged(2), DER)])
    assert code(server.post(mixed)) == (400, "signature.mismatch")
    strange = write_submission([(envelope(1), DER[:-1])])
    assert code(server.post(strange)) == (400, "key.not-a-key")
    renamed = write_submission([(replace(envelope(1), key_id="0" * 64), DER)])
    assert code(server.post(renamed)) == (400, "signature.key-id")
    assert log.checkpoint().split("\n")[1] == "0"


def test_a_submission_beyond_the_bound_is_refused(scene, monkeypatch):
    _, server = scene
    body = submission(1)
    monkeypatch.setattr(
        "assay.log.submission.DEFAULT_LIMITS",
        Limits(max_submission_bytes=len(body) - 1),
    )
    assert code(server.post(body)) == (413, "log.submission-too-long")
    monkeypatch.setattr(
        "assay.log.submission.DEFAULT_LIMITS", Limits(max_submission_bytes=len(body))
    )
    assert receipts(server.post(body))


def test_one_address_and_one_token_have_their_rates(log, tmp_path):
    del log
    rates = Rates(
        address_per_second=0.01,
        address_burst=3,
        token_per_second=0.01,
        token_burst=4,
    )
    with served(tmp_path, rates=rates) as server:
        assert receipts(server.post(submission(1, 2, 3), address="192.0.2.1"))
        late = server.post(submission(4, 5), address="192.0.2.2")
        assert code(late) == (429, "log.rate")
        assert 90 <= int(dict(late.headers)["Retry-After"]) <= 110
        assert receipts(server.post(submission(4), address="192.0.2.3"))
        # Without a token too, so that guessing is bounded.
        answers = [
            server.post(b"{}", token="x", address="2001:db8::1").status  # noqa: S106 - none
            for _ in range(3)
        ]
        assert answers == [401, 401, 401]
        again = server.post(b"{}", token="x", address="2001:db8::2")  # noqa: S106 - none
        assert again.status == 429


def test_proofs_have_to_be_made_and_are_limited_and_files_are_not(log, tmp_path):
    del log
    rates = Rates(address_per_second=0.01, address_burst=3)
    with served(tmp_path, rates=rates, tokens=None) as server:
        statuses = [server.get("/api/v0/health").status for _ in range(5)]
        assert statuses == [200, 200, 200, 429, 429]
        late = server.get("/api/v0/find", query="leaf=x")
        assert code(late) == (429, "log.rate")
        assert int(dict(late.headers)["Retry-After"]) > 50
        assert {server.get("/checkpoint").status for _ in range(20)} == {200}
        assert server.get("/api/v0/health", address="192.0.2.7").status == 200


def test_not_too_many_submissions_wait_at_a_time(scene):
    _, server = scene
    room = server.server.submission.room
    held = 0
    while room.acquire(blocking=False):
        held += 1
    assert code(server.post(submission(1))) == (503, "log.overloaded")
    room.release()
    assert receipts(server.post(submission(1)))
    assert held == ROOM


def test_what_goes_wrong_inside_is_not_told_to_strangers(scene):
    _, server = scene
    server.post(submission(1))
    (server.path / "checkpoint").write_bytes(b"altered")
    answer = server.get("/api/v0/health")
    assert code(answer) == (500, "log.checkpoint-altered")
    assert b"altered" not in answer.body.replace(b"checkpoint-altered", b"")
    (server.path / "checkpoint").unlink()
    assert code(server.get("/checkpoint")) == (404, "log.not-served")


def test_a_service_that_cannot_begin_says_so_at_once(log, tmp_path):
    del log
    with (
        pytest.raises(InputError) as caught,
        log_service(LogService(path=tmp_path / "log", tokens=tmp_path / "none.json")),
    ):
        pass
    assert caught.value.code == "input.no-such-file"


def test_every_tile_path_of_the_log_is_served_and_nothing_else(scene):
    _, server = scene
    server.post(submission(*range(200)))
    server.post(submission(*range(200, 300)))
    for file in sorted(server.path.rglob("*")):
        if file.is_dir():
            continue
        name = file.relative_to(server.path).as_posix()
        public = (
            name in ("checkpoint", "log.json")
            or parse_tile_path(name)
            or parse_body_list_path(name)
        )
        assert (server.get(f"/{name}").status == 200) is bool(public), name
