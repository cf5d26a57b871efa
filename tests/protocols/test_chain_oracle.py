"""Some hundred random chains judged by us and by `openssl verify`; every kind of disagreement is argued here."""

import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from checker.observations.fact import Fact
from checker.protocols.chain_trust import CaStore, judge_chain
from tests.protocols.made_certificates import NOW
from tests.protocols.random_chains import Random, pem, random_chain

CHAINS = 140

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl program is the oracle")


def ours(chain: Random) -> tuple[Fact, str]:
    store = CaStore("random", pem(chain.store))
    trust = judge_chain(tuple(one.public_bytes(Encoding.DER) for one in chain.sent), store, NOW)
    return trust.trusted, str(trust.problems) or trust.detail


def openssl(chain: Random, folder: Path) -> str:
    """ "" when OpenSSL trusts the chain at the same time, else what it says."""
    for name, certificates in (("leaf", chain.sent[:1]), ("sent", chain.sent[1:]), ("store", chain.store)):
        (folder / f"{name}.pem").write_bytes(pem(certificates))
    command = ["openssl", "verify", "-no-CApath", "-no-CAstore", "-partial_chain", "-purpose", "sslserver"]
    command += ["-attime", str(int(NOW.timestamp())), "-CAfile", "store.pem"]
    command += ["-untrusted", "sent.pem"] if len(chain.sent) > 1 else []
    done = subprocess.run([*command, "leaf.pem"], cwd=folder, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stderr


def argued(chain: Random, mine: Fact) -> str:
    """Why we may differ; "" when we may not."""
    authorities = chain.sorts[1:]
    if mine is Fact.YES:
        if any(sort.purpose == "any" for sort in chain.sorts):
            return "RFC 5280 §4.2.1.12: anyExtendedKeyUsage allows servers; OpenSSL wants serverAuth by name"
        if authorities[-1].ca is None:
            return "RFC 5280 §6.1: an anchor is trusted as such; OpenSSL wants basicConstraints there too"
    elif any(sort.ca is None and sort.usage == "key_cert_sign" for sort in authorities):
        return "RFC 5280 §4.2.1.9: no CA without basicConstraints; OpenSSL lets keyCertSign do"
    return ""


def test_verdicts_agree_with_openssl(tmp_path: Path) -> None:
    verdicts: Counter[str] = Counter()
    for seed in range(CHAINS):
        chain = random_chain(seed)
        (mine, detail), theirs = ours(chain), openssl(chain, tmp_path)
        verdicts[mine.value] += 1
        if mine is Fact.NOT_TESTED or (mine is Fact.YES) is (theirs == ""):
            continue
        why = argued(chain, mine)
        assert why, (
            f"seed {seed}: {mine} ({detail}), OpenSSL: {theirs or 'trusted'}; {chain.done} {chain.sorts}"
        )
        verdicts[why] += 1
    assert verdicts["yes"] > CHAINS // 5
    assert verdicts["no"] > CHAINS // 5
    assert verdicts["not_tested"] < CHAINS // 20
