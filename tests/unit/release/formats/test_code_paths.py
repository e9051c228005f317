# ruff: noqa: E501 # sources stand as people write them
from __future__ import annotations

import pytest

from tests.unit.release.formats.test_code_actions import read


def details(text: str) -> set[str]:
    return {act.detail for act in read(text).actions}


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("from pathlib import Path\nPath.home().joinpath('.ssh/id_rsa').read_text()", "~/.ssh/id_rsa"),
        ("import pathlib as p\n(p.Path.home() / '.ssh' / 'x').read_bytes()", "~/.ssh/x"),
        ("from pathlib import Path\nPath('~/.ssh').expanduser().resolve().open()", "~/.ssh"),
        ("from pathlib import Path\nPath().read_text()", "."),
        ("from pathlib import Path\nPath('a', 'b').read_text()", "a/b"),
        ("from pathlib import Path\nPath(b'a').read_text()", "a"),
        ("from pathlib import Path\nPath('a/b').parent.read_text()", "a"),
        ("from pathlib import Path\nPath('a').parent.read_text()", "…"),
        ("from pathlib import Path\nPath('a/b').with_name('c').read_text()", "a/c"),
        ("from pathlib import Path\nPath(Path('a') / '/b').read_text()", "/b"),
        ("from pathlib import Path\nopen(Path('a') / 'b')", "a/b"),
        ("from pathlib import Path\nopen(Path('a').as_posix())", "a"),
        ("from pathlib import Path\nopen(str(Path('a')))", "a"),
        ("from pathlib import Path\nfor n in Path('a').glob('*'):\n    n.read_text()", "a/*/…"),
        ("from pathlib import Path\nfor n in Path('a').iterdir():\n    n.read_text()", "a/…"),
        ("import os\nfor n in os.listdir('a'):\n    open(n)", "a/…"),
        ("import os\nopen(os.path.join(os.path.expanduser('~'), '.ssh', 'x'))", "~/.ssh/x"),
        ("import os\nopen(os.path.join(os.getcwd(), 'x'))", "…/x"),
        ("import os\nopen(os.fspath('x'))", "x"),
        ("import os\nopen(os.environ['HOME'] + '/x')", "~/x"),
        ("import os\nopen(os.environ.get('HOME') + '/x')", "~/x"),
        ("import os\nh = os.getenv('USERPROFILE')\nopen(f'{h}/x')", "~/x"),
        ("import os\nopen(os.getenv('OTHER') + '/x')", "OTHER/x"),
        ("import torch\nopen(torch.__file__, 'a')", "…/site-packages/torch, a"),
        ("from . import torch\nopen(torch.__file__, 'a')", "…, a"),
    ],
)  # fmt: skip
def test_a_path_that_is_put_together_is_shown(text, path):
    assert path in details(text)


def test_a_name_that_may_stand_for_several_texts_is_shown_with_all_of_them():
    text = "import os\nc = 'nvidia-smi'\nc = 'echo'\nos.system(c)"
    assert "nvidia-smi | echo" in details(text)


def test_what_a_parameter_stands_for_is_never_sure():
    text = "import os\ndef f(c='nvidia-smi'):\n    os.system(c)\nf('echo')\nf(c='x')"
    assert "nvidia-smi | echo | x | …" in details(text)


def test_what_a_constructor_is_given_goes_to_its_parameters():
    text = "import os\nclass A:\n    def __init__(s, c):\n        os.system(c)\nA('x')"
    assert "x | …" in details(text)


def test_more_texts_than_are_kept_leave_a_mark():
    many = "\n".join(f"c = 'a{n}'" for n in range(12))
    assert "a0 | a1 | a2 | a3 | …" in details(f"import os\n{many}\nos.system(c)")
    words = ", ".join(f"'a{n}'" for n in range(9))
    loop = f"import os\nfor c in [{words}]:\n    os.system(c)"
    assert "a0 | a1 | a2 | a3 | …" in details(loop)


def test_lists_of_lists_are_shown_within_a_bound():
    rows = "\n".join(f"a{n} = [{', '.join([f'a{n - 1}'] * 32)}]" for n in range(1, 8))
    code = read(f"import os\na0 = [u()]\n{rows}\nos.system(a7)")
    assert [act.name for act in code.actions] == ["os.system"]
    assert len(code.actions[0].detail) <= 200
