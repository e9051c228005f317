"""Honest files of editors, package managers, agents and git."""

# ruff: noqa: E501 # sources stand as people write them
from __future__ import annotations

import json

__all__ = ["HONEST", "OPEN", "Files", "task"]

Files = dict[str, str]
OPEN = {"runOptions": {"runOn": "folderOpen"}}


def task(command: str, **more: object) -> str:
    """Give the tasks of VS Code with one task."""
    value = {"label": "x", "type": "shell", "command": command, **more}
    return json.dumps({"version": "2.0.0", "tasks": [value]}, indent=2)


HONEST: dict[str, Files] = {
    "tasks": {".vscode/tasks.json": task("npm run watch", **OPEN)},
    "tasks-asked": {
        ".vscode/tasks.json": '{\n  // See https://go.microsoft.com/fwlink/?LinkId=733558\n  "version": "2.0.0",\n  "tasks": [\n    {"label": "test", "type": "shell", "command": "pytest -q && ruff check .", "group": "test"},\n    {"label": "run", "command": "${command:python.interpreterPath}", "args": ["app.py"]},\n  ]\n}\n'
    },
    "launch": {
        ".vscode/launch.json": '{\n  "version": "0.2.0",\n  "configurations": [{"name": "Python", "type": "debugpy", "request": "launch", "program": "${file}", "console": "integratedTerminal"}]\n}\n'
    },
    "settings": {
        ".vscode/settings.json": json.dumps(
            {
                "python.defaultInterpreterPath": "${workspaceFolder}/.venv/bin/python",
                "editor.formatOnSave": True,
                "python.testing.pytestArgs": ["tests"],
                "files.exclude": {"**/*.pyc": True},
                "terminal.integrated.env.linux": {
                    "PYTHONPATH": "${workspaceFolder}/src"
                },
            }
        )
    },
    "settings-comments": {
        ".vscode/settings.json": '{\n    // format\n    "editor.rulers": [88],\n    "[python]": {"editor.defaultFormatter": "ms-python.black-formatter",},\n}\n'
    },
    "extensions": {
        ".vscode/extensions.json": json.dumps({"recommendations": ["ms-python.python"]})
    },
    "workspace": {
        "model.code-workspace": json.dumps(
            {
                "folders": [{"path": "."}],
                "settings": {"python.analysis.extraPaths": ["src"]},
            }
        )
    },
    "container": {
        ".devcontainer/devcontainer.json": '{\n  // Python 3\n  "name": "Python 3",\n  "image": "mcr.microsoft.com/devcontainers/python:3.11",\n  "postCreateCommand": "pip install -r requirements.txt",\n  "customizations": {"vscode": {"extensions": ["ms-python.python"]}}\n}\n'
    },
    "container-script": {
        ".devcontainer/devcontainer.json": json.dumps(
            {"postCreateCommand": "bash .devcontainer/setup.sh"}
        ),
        ".devcontainer/setup.sh": "#!/bin/bash\nset -e\npip install -e .\n",
    },
    "agent-server": {
        ".mcp.json": json.dumps(
            {
                "mcpServers": {
                    "files": {
                        "command": "npx",
                        "args": ["-y", "@modelcontextprotocol/server-filesystem", "."],
                    },
                    "x": {"command": "uvx", "args": ["mcp-server-git"]},
                }
            }
        )
    },
    "agent-settings": {
        ".claude/settings.json": json.dumps(
            {"permissions": {"allow": ["Bash(npm run lint)"]}}
        )
    },
    "direnv": {
        ".envrc": "use flake\nlayout python\nexport PYTHONPATH=$PWD/src\ndotenv_if_exists\n"
    },
    "pre-commit": {
        ".pre-commit-config.yaml": "repos:\n- repo: https://github.com/astral-sh/ruff-pre-commit\n  rev: v0.6.0\n  hooks:\n  - id: ruff\n- repo: local\n  hooks:\n  - id: mypy\n    name: mypy\n    entry: mypy src\n    language: system\n"
    },
    "workflow": {
        ".github/workflows/ci.yml": "name: CI\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n    - uses: actions/checkout@v4\n    - uses: actions/setup-python@v5\n      with:\n        python-version: '3.11'\n    - run: |\n        python -m pip install -U pip\n        pip install -r requirements.txt\n        pytest -q\n    - run: curl -LsSf https://astral.sh/uv/install.sh | sh\n    - run: curl -Os https://uploader.codecov.io/latest/linux/codecov\n"
    },
    "workflow-sync": {
        ".github/workflows/sync.yml": "name: Sync to the hub\non:\n  push:\n    branches: [main]\njobs:\n  sync:\n    runs-on: ubuntu-latest\n    steps:\n    - uses: actions/checkout@v3\n      with:\n        fetch-depth: 0\n        lfs: true\n    - name: Push\n      env:\n        HF_TOKEN: ${{ secrets.HF_TOKEN }}\n      run: git push https://example:$HF_TOKEN@huggingface.co/spaces/example/model main\n"
    },
    "compose": {
        "docker-compose.yml": "services:\n  api:\n    build: .\n    command: uvicorn app:app --host 0.0.0.0\n    ports: ['8000:8000']\n    healthcheck:\n      test: ['CMD', 'curl', '-f', 'http://api/health']\n"
    },
    "dockerfile": {
        "Dockerfile": 'FROM nvidia/cuda:12.1.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y curl git && rm -rf /var/lib/apt/lists/*\nRUN curl -LsSf https://astral.sh/uv/install.sh | sh\nRUN curl --proto \'=https\' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y\nCOPY . /app\nWORKDIR /app\nCMD ["python", "app.py"]\n'
    },
    "makefile": {
        "Makefile": "PYTHON ?= python3\nVERSION := $(shell git describe --tags)\n\n.PHONY: test clean\ntest:\n\t$(PYTHON) -m pytest\nclean:\n\trm -rf build dist *.egg-info\n"
    },
    "cog": {
        "cog.yaml": "build:\n  gpu: true\n  python_version: '3.11'\n  python_packages:\n    - torch==2.3.0\n  run:\n    - curl -o /usr/local/bin/pget -L \"https://github.com/replicate/pget/releases/latest/download/pget_linux_x86_64\"\n    - chmod +x /usr/local/bin/pget\npredict: predict.py:Predictor\n"
    },
    "npm": {
        "package.json": json.dumps(
            {
                "name": "demo",
                "version": "1.0.0",
                "type": "module",
                "scripts": {
                    "dev": "vite",
                    "build": "vite build",
                    "prepare": "husky install",
                    "postinstall": "patch-package",
                    "test": "jest --coverage",
                    "start": "node server.js",
                },
                "dependencies": {"@huggingface/transformers": "^3.0.0"},
            }
        )
    },
    "npm-rc": {
        ".npmrc": "registry=https://registry.npmjs.org/\nsave-exact=true\nengine-strict=true\n@example:registry=https://npm.pkg.github.com/\n"
    },
    "git-settings": {
        "data/.git/config": '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n\tlogallrefupdates = true\n[remote "origin"]\n\turl = https://huggingface.co/example/model\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n[branch "main"]\n\tremote = origin\n\tmerge = refs/heads/main\n[lfs]\n\trepositoryformatversion = 0\n[filter "lfs"]\n\tclean = git-lfs clean -- %f\n\tsmudge = git-lfs smudge -- %f\n\tprocess = git-lfs filter-process\n\trequired = true\n[user]\n\tname = Example\n'
    },
    "git-ssh-remote": {
        "data/.git/config": '[remote "origin"]\n\turl = git@hf.co:example/model\n[credential]\n\thelper = store\n[core]\n\teditor = vim\n\tfsmonitor = true\n'
    },
    "git-lfs-hook": {
        "data/.git/hooks/post-checkout": '#!/bin/sh\ncommand -v git-lfs >/dev/null 2>&1 || { echo >&2 "\\nThis repository is configured for Git LFS but \'git-lfs\' was not found on your path.\\n"; exit 2; }\ngit lfs post-checkout "$@"\n'
    },
    "git-attributes": {
        ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n*.safetensors filter=lfs diff=lfs merge=lfs -text\n",
        ".gitignore": "__pycache__\n",
    },
    "submodules": {
        ".gitmodules": '[submodule "third_party/example"]\n\tpath = third_party/example\n\turl = https://github.com/example/example.git\n\tbranch = main\n[submodule "other"]\n\tpath = other\n\turl = ../other.git\n'
    },
    "desktop": {
        "example.desktop": "[Desktop Entry]\nType=Application\nName=Example\nExec=python3 app.py\nIcon=example\n"
    },
    "jetbrains": {
        ".idea/workspace.xml": '<?xml version="1.0" encoding="UTF-8"?>\n<project version="4">\n  <component name="RunManager">\n    <configuration name="app" type="PythonConfigurationType">\n      <option name="SCRIPT_NAME" value="$PROJECT_DIR$/app.py" />\n    </configuration>\n  </component>\n</project>\n'
    },
    "hatch": {
        "pyproject.toml": '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n\n[tool.hatch.build.hooks.custom]\n',
        "hatch_build.py": "from hatchling.builders.hooks.plugin.interface import BuildHookInterface\n\nclass Hook(BuildHookInterface):\n    def initialize(self, version, data):\n        data['infer_tag'] = True\n",
    },
    "tox": {
        "tox.ini": "[tox]\nenvlist = py311\n[testenv]\ndeps = pytest\ncommands = pytest {posargs}\n"
    },
    "mlproject": {
        "MLproject": 'name: x\npython_env: python_env.yaml\nentry_points:\n  main:\n    parameters:\n      lr: {type: float, default: 0.1}\n    command: "python train.py --lr {lr}"\n'
    },
    "service": {
        "deploy/model.service": "[Unit]\nDescription=Example model\n[Service]\nExecStart=/usr/bin/python3 /opt/model/serve.py\nRestart=always\n[Install]\nWantedBy=multi-user.target\n"
    },
    "husky": {".husky/pre-commit": "npx lint-staged\nnpm test\n"},
    "justfile": {"justfile": "default:\n    just --list\n\ntest:\n    uv run pytest\n"},
    "plain-config": {"config": "[section]\nkey = value\n"},
}
