"""Each house rule: an example it allows, one it refuses, and the source itself."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.gates import house_rules
from tests.gates.house_rules import RULES
from tests.gates.project import source_trees

_FROZEN = "@dataclass(frozen=True, slots=True, kw_only=True)\n"

# Rule, the module the example stands in, what is allowed, what is refused.
EXAMPLES = [
    (
        "broad_except",
        "release/walk.py",
        "try:\n    f()\nexcept OSError:\n    pass",
        "try:\n    f()\nexcept Exception:\n    pass",
    ),
    (
        "broad_except",
        "verify/verifier.py",
        "try:\n    f()\nexcept (KeyError, ValueError):\n    pass",
        "try:\n    f()\nexcept (KeyError, BaseException):\n    pass",
    ),
    (
        "broad_except",
        "log/audit.py",
        "try:\n    f()\nexcept BaseException as error:\n    self._error = error",
        "try:\n    f()\nexcept:\n    pass",
    ),
    (
        "only_verify_proves",
        "flows/decide.py",
        "def f(release: VerifiedRelease) -> VerifiedRelease: return release",
        "release = VerifiedRelease(issuer=issuer)",
    ),
    (
        "only_verify_proves",
        "eligibility/decide.py",
        "names = [s.issuer for s in release.statements]",
        "s = statement.VerifiedStatement(issuer=issuer)",
    ),
    ("no_assert", "wire/model.py", "if not x: raise E('no')", "assert x"),
    (
        "aware_instants",
        "cli/options.py",
        "datetime.now(tz=UTC); datetime.now(UTC); datetime.fromtimestamp(1, UTC)",
        "datetime.now()",
    ),
    ("aware_instants", "cli/options.py", "today = 1", "datetime.utcnow()"),
    ("aware_instants", "cli/check.py", "f(today=day)", "date.today()"),
    (
        "aware_instants",
        "log/directory.py",
        "datetime.fromtimestamp(1, tz=UTC)",
        "datetime.fromtimestamp(1)",
    ),
    ("no_clock", "verify/times.py", "f(now)", "datetime.now(tz=UTC)"),
    ("no_outside_world", "wire/model.py", "reopen(x)", "open('x')"),
    ("no_print", "flows/check.py", "pprint = 1", "print('x')"),
    ("nothing_is_run", "release/walk.py", "import pickletools", "import pickle"),
    (
        "nothing_is_run",
        "assess/check.py",
        "from assay.assess.checks import pickle_free",
        "from marshal import loads",
    ),
    ("nothing_is_run", "wire/model.py", "re.compile('x')", "compile('x', 'y', 'exec')"),
    ("nothing_is_run", "wire/model.py", "self.eval_rule(x)", "eval('x')"),
    (
        "imports_by_a_table",
        "cli/main.py",
        "importlib.import_module(f'assay.cli.{verb}')",
        "importlib.import_module(name)",
    ),
    (
        "frozen_nouns",
        "domain/finding.py",
        f"{_FROZEN}class A:\n    b: tuple[str, ...]",
        "@dataclass(frozen=True)\nclass A:\n    b: str",
    ),
    (
        "frozen_nouns",
        "domain/finding.py",
        "class A(StrEnum):\n    B = 'b'",
        f"{_FROZEN}class A:\n    b: list[str]",
    ),
    ("own_errors", "flows/seal.py", "raise UsageError('x', 'y')", "raise ValueError"),
]


@pytest.mark.parametrize(("name", "module", "allowed", "refused"), EXAMPLES)
def test_a_rule_allows_one_example_and_refuses_the_other(
    name, module, allowed, refused
):
    rule = getattr(house_rules, name)
    path = Path("src/assay") / module
    assert list(rule(path, ast.parse(allowed))) == []
    assert list(rule(path, ast.parse(refused))) != []


@pytest.mark.parametrize("name", ["utils.py", "log_helpers.py", "key_manager.py"])
def test_a_vague_file_name_is_refused(name):
    rule = house_rules.plain_names
    assert list(rule(Path("src/assay/flows") / name, ast.parse("")))
    assert not list(rule(Path("src/assay/flows/keys.py"), ast.parse("")))


def test_a_broad_except_is_allowed_where_failures_become_reports():
    tree = ast.parse("try:\n    f()\nexcept Exception:\n    pass")
    for module in ("cli/output.py", "assess/runner.py"):
        assert not list(house_rules.broad_except(Path("src/assay") / module, tree))


def test_verify_itself_may_build_what_is_proven():
    tree = ast.parse("VerifiedRelease(issuer=issuer)")
    path = Path("src/assay/verify/verifier.py")
    assert not list(house_rules.only_verify_proves(path, tree))


def test_every_rule_has_an_example():
    tried = {example[0] for example in EXAMPLES} | {"plain_names"}
    assert tried == {rule.__name__ for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_source_keeps_the_rule(rule):
    broken = [
        f"{path}:{found}"
        for path, tree in source_trees().items()
        for found in rule(path, tree)
    ]
    assert not broken, "\n".join(broken)
