"""No bytes make a reader of code, settings or rules raise, or answer otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.domain.limits import DEFAULT_LIMITS
from assay.release.formats.code_opened_json import without_comments
from assay.release.formats.code_shell import script
from assay.release.formats.code_shell_tricks import unquoted
from assay.release.formats.tokenizer_rewrites import rewriting, sign_of_text
from assay.release.inspection import inspect_source
from assay.release.source import BytesSource

_WORDS = st.sampled_from(
    [
        *("{", "}", "[", "]", '"', ":", ",", "\\", "/*", "*/", "//", "\n", " ", "="),
        *("tasks", "command", "args", "runOptions", "folderOpen", "scripts", "hooks"),
        *("[core]", "fsmonitor", "!", "curl", "sh", "|", "$(", "''", "postinstall"),
        *("import os", "getattr", "(", ")", "os.system", "Path", "/", "~", "def f(x):"),
        *("registry", "https://", "Exec", "<a ", "/>", "name", "pass", "x", "é", "\0"),
    ]
)
_TEXTS = st.one_of(st.text(max_size=200), st.lists(_WORDS, max_size=60).map("".join))
_PATHS = (
    *(".vscode/tasks.json", ".vscode/settings.json", "package.json", ".npmrc"),
    *(".git/config", "a/.git/config", ".gitmodules", "a.git/hooks/pre-push"),
    *("a.desktop", ".envrc", ".idea/startup.xml", "pyproject.toml", ".mcp.json"),
    *("modeling_x.py", "a.ipynb", "a.sh", "Dockerfile"),
)


@pytest.mark.parametrize("path", _PATHS)
@given(text=_TEXTS)
def test_whatever_a_file_of_a_tool_holds_it_is_read_the_same_twice(path, text):
    seen = [
        inspect_source(
            BytesSource(text.encode("utf-8", "replace")),
            path=path,
            executable_bit=False,
            limits=DEFAULT_LIMITS,
            paths=frozenset({path, "a/HEAD"}),
        )
        for _ in range(2)
    ]
    assert seen[0] == seen[1]


@given(text=_TEXTS)
def test_taking_comments_out_keeps_every_line(text):
    assert without_comments(text).count("\n") == text.count("\n")


@given(old=_TEXTS, new=_TEXTS, regex=st.booleans(), decodes=st.booleans())
def test_every_rule_of_a_tokenizer_is_weighed(old, new, regex, decodes):
    assert rewriting(old, new, is_regex=regex, decodes=decodes) in (True, False)
    assert sign_of_text(old) in (True, False)


@given(text=_TEXTS)
def test_a_text_that_stays_as_it_is_is_no_rewriting(text):
    assert not rewriting(text, text, is_regex=False, decodes=True)


@given(text=_TEXTS)
def test_every_command_is_searched(text):
    assert list(script(text)) == list(script(text))
    assert unquoted(text) != text or not text
