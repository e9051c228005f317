from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from assay.errors import KeyFileError, SignatureError
from assay.flows.signature_crew import SignatureCrew, default_crew
from tests.simulators.claims import ed25519_signer, p256_signer

P256, ED25519 = p256_signer(), ed25519_signer()


def checks(count):
    return [
        (signer.public_key.der, message, signer.sign(message))
        for signer, message in (
            (P256 if number % 2 else ED25519, b"statement %d" % number)
            for number in range(count)
        )
    ]


@pytest.fixture(scope="module")
def crew():
    with SignatureCrew(1) as made:
        yield made


@pytest.mark.parametrize("count", [0, 1, 7, 8, 40])
def test_signatures_that_hold_are_passed(crew, count):
    crew.check(checks(count))


@pytest.mark.parametrize("count", [1, 40])
@pytest.mark.parametrize("place", [0, -1])
def test_one_that_does_not_hold_is_refused_wherever_it_is(crew, count, place):
    given = checks(count)
    der, message, signature = given[place]
    given[place] = (der, message + b"!", signature)
    with pytest.raises(SignatureError) as caught:
        crew.check(given)
    assert caught.value.code == "signature.mismatch"


def test_a_key_that_is_none_is_told_as_such(crew):
    given = checks(12)
    given[5] = (b"no key", *given[5][1:])
    with pytest.raises(KeyFileError) as caught:
        crew.check(given)
    assert caught.value.code == "key.not-a-key"


def test_without_processes_everything_is_checked_here():
    with SignatureCrew(0) as alone:
        alone.check(checks(40))
        with pytest.raises(SignatureError):
            alone.check([(*checks(1)[0][:2], b"none")] * 9)


def test_a_process_that_is_killed_loses_nothing():
    with SignatureCrew(1) as crew:
        crew.check(checks(20))
        for process in tuple(crew._pool._processes.values()):
            os.kill(process.pid, signal.SIGKILL)
        crew.check(checks(20))
        with pytest.raises(SignatureError):
            crew.check([(*checks(1)[0][:2], b"none")] * 9)


def test_one_core_is_left_to_the_server():
    assert default_crew() == max(0, (os.cpu_count() or 1) - 1)


def test_the_processes_end_with_a_server_that_is_killed():
    program = (
        "import os, signal\n"
        "from assay.flows.signature_crew import SignatureCrew\n"
        "if __name__ == '__main__':\n"
        "    crew = SignatureCrew(1)\n"
        "    crew._pool.submit(len, '').result()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    # The output closes when the last process that has it is gone.
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=False, timeout=60
    )
    assert done.returncode == -signal.SIGKILL
