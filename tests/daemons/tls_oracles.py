"""Asks scanners about TLS services from inside the namespaces: JSON on stdin, what they said in our words out.

    nsenter … python -m tests.daemons.tls_oracles CA-FILE

Input: {"certificates": [[host, address, port], …], "openssl": [the same], "sslscan": [the same], "testssl": [{"service": [host, address, port], "options": […]}, …]}, where
port 25 means STARTTLS and openssl is asked of "certificates" for nothing else; output: {"certificates": [words, …], …}.
"""

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.daemons.namespaces import PATH
from tests.daemons.tls_words import Words, of_s_client, of_sslscan, of_testssl, of_x509

RUN_S = {"openssl": 120.0, "sslscan": 240.0, "testssl": 300.0}
AT_ONCE = {"openssl": 4, "sslscan": 5, "testssl": 3}
BEFORE_TLS13 = ("-no_tls1_3",)
EVERYTHING = ("-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0")
WISHES: Mapping[str, Sequence[str]] = {
    "ordinary": ("-cipher", "ALL:@SECLEVEL=0:!aNULL"),
    "tls10": ("-tls1", *EVERYTHING),
    "tls11": ("-tls1_1", *EVERYTHING),
    "tls12": ("-tls1_2", *EVERYTHING),
    "tls13": ("-tls1_3",),
    "null_suites": (*BEFORE_TLS13, "-cipher", "eNULL:@SECLEVEL=0"),
    "anonymous_suites": (*BEFORE_TLS13, "-cipher", "aNULL:@SECLEVEL=0"),
    "rsa_key_exchange": (*BEFORE_TLS13, "-cipher", "kRSA:@SECLEVEL=0"),
    "dhe": (*BEFORE_TLS13, "-cipher", "kDHE:!aNULL:@SECLEVEL=0"),
}
"""What s_client is asked to do for each fact; Debian's has neither SSLv3 nor RC4, DES and EXPORT."""

OWN_PROC = ("--mount", "--pid", "--fork", "--mount-proc", "--kill-child")
NO_RESOLVER = 'mount --bind /dev/null /etc/resolv.conf && exec "$@"'
"""testssl.sh asks ps about its children and resolves a name that does not exist: both must answer at once."""

Service = tuple[str, str, int]


async def _run(turns: asyncio.Semaphore, tool: str, *arguments: str, program: str = "") -> str:
    """Both outputs of a tool; what it said by then when its time is up."""
    async with turns:
        process = await asyncio.create_subprocess_exec(
            *(program or tool, *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            # Debian's settings forbid what is to be found; bash's own tools want a terminal's name.
            env={"PATH": PATH, "OPENSSL_CONF": os.devnull, "TERM": "dumb", "LC_ALL": "C"},
            start_new_session=True,
        )
        assert process.stdout is not None
        try:
            async with asyncio.timeout(RUN_S[tool]):
                output, _ = await process.communicate()
        except TimeoutError:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
            return ""
    return output.decode("utf-8", "replace")


async def _openssl(
    turns: asyncio.Semaphore, ca: str, service: Service, *, wishes: Iterable[str] = WISHES
) -> Words:
    host, address, port = service
    place = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    mail = ("-starttls", "smtp") if port == 25 else ()
    common = (
        "s_client",
        "-connect",
        place,
        "-servername",
        host,
        "-CAfile",
        ca,
        "-legacy_server_connect",
        *mail,
    )
    asked = tuple(wishes)
    outputs = await asyncio.gather(*(_run(turns, "openssl", *common, *WISHES[wish]) for wish in asked))
    runs = dict(zip(asked, outputs, strict=True))
    words = of_s_client(runs)
    before, found, after = runs["ordinary"].partition("-----BEGIN CERTIFICATE-----")
    if not found:
        return words
    del before
    with tempfile.NamedTemporaryFile(suffix=".pem") as pem:
        pem.write(
            (found + after.partition("-----END CERTIFICATE-----")[0]).encode()
            + b"-----END CERTIFICATE-----\n"
        )
        pem.flush()
        text = await _run(
            turns,
            "openssl",
            *(
                "x509",
                "-in",
                pem.name,
                "-noout",
                "-text",
                "-enddate",
                "-dateopt",
                "iso_8601",
                "-checkhost",
                host,
            ),
        )
    return {**words, **of_x509(text)}


async def _sslscan(turns: asyncio.Semaphore, service: Service) -> Words:
    host, address, port = service
    place = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    mail = ("--starttls-smtp",) if port == 25 else ()
    leave_out = ("--no-colour", "--no-groups", "--no-fallback", "--no-heartbleed", "--timeout=10")
    xml = await _run(turns, "sslscan", *leave_out, *mail, f"--sni-name={host}", "--xml=-", place)
    return of_sslscan(xml[xml.index("<?xml") :]) if "</document>" in xml else {}


async def _testssl(turns: asyncio.Semaphore, service: Service, options: Sequence[str]) -> Words:
    host, address, port = service
    mail = ("--starttls", "smtp") if port == 25 else ()
    with tempfile.TemporaryDirectory(prefix="testssl-") as made:
        said = Path(made) / "said.json"
        quiet = ("--quiet", "--color", "0", "--warnings", "off", "--nodns", "none", "--ip", address)
        command = ("testssl", *quiet, *mail, *options, "--jsonfile", str(said), f"{host}:{port}")
        output = await _run(
            turns, "testssl", *OWN_PROC, "sh", "-c", NO_RESOLVER, "sh", *command, program="unshare"
        )
        if not output:
            raise TimeoutError(f"testssl took over {RUN_S['testssl']:g} s for {service}")
        return of_testssl(json.loads(said.read_text(encoding="utf-8")))


async def _all(ca: str, given: dict[str, Any]) -> dict[str, list[Words]]:
    turns = {tool: asyncio.Semaphore(count) for tool, count in AT_ONCE.items()}
    one_turn = turns["openssl"]
    certificates, openssl, sslscan, testssl = await asyncio.gather(
        asyncio.gather(
            *(_openssl(one_turn, ca, service, wishes=("ordinary",)) for service in given["certificates"])
        ),
        asyncio.gather(*(_openssl(one_turn, ca, service) for service in given["openssl"])),
        asyncio.gather(*(_sslscan(turns["sslscan"], service) for service in given["sslscan"])),
        asyncio.gather(
            *(_testssl(turns["testssl"], one["service"], one["options"]) for one in given["testssl"])
        ),
    )
    return {"certificates": certificates, "openssl": openssl, "sslscan": sslscan, "testssl": testssl}


def main() -> None:
    """Ask them all, a few at a time."""
    json.dump(asyncio.run(_all(sys.argv[1], json.load(sys.stdin))), sys.stdout)


if __name__ == "__main__":
    main()
