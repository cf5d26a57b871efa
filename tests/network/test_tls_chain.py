"""The chain adapter on every Python from 3.11 to 3.13 that the machine has; the run says which were missing."""

import hashlib
import subprocess
from pathlib import Path

import pytest

from checker.network import tls_chain
from tests.network.interpreters import MISSING, VERSIONS, interpreter
from tests.protocols.made_certificates import make

ROOT = make("Root", ca=True, cert_sign=True)
UPPER = make("Upper", ROOT, ca=True, cert_sign=True)
LOWER = make("Lower", UPPER, ca=True, cert_sign=True)
LEAF = make("www.example.se", LOWER, dns=("www.example.se",))
# As sent and not as a path: the intermediates stand the wrong way round.
SENT = (LEAF, UPPER, LOWER)


@pytest.mark.parametrize("tls", ["TLSv1_2", "TLSv1_3"])
@pytest.mark.parametrize("version", VERSIONS)
def test_the_chain_comes_as_it_was_sent(version: str, tls: str, tmp_path: Path) -> None:
    python = interpreter(version)
    if python is None:
        pytest.skip(f"{MISSING} {version}")
    chain = tmp_path / "chain.pem"
    chain.write_bytes(LEAF.key_pem + b"".join(made.pem for made in SENT))
    script = Path(__file__).with_name("chain_seen.py")
    command = [python, "-I", str(script), tls_chain.__file__, str(chain), tls]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [hashlib.sha256(made.der).hexdigest() for made in SENT]
