"""`make bench`, the DNSSEC column: what a signed zone costs, and what a hostile one does. A report, not a test.

The servers run in one process, the checker in others, so that the checker's CPU is its own.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from ipaddress import ip_address
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import dns.name
import dns.rrset

from checker.dns.anchors import root_hints, trust_anchors
from checker.dns.iterate import Resolver
from checker.dns.verification import verify
from checker.dns.walk import Walker
from checker.indicators.dnssec import judge
from checker.observations.dns import DnssecObservation, NameServer, RRset
from checker.observations.row import Evidence, Row
from checker.probes.dnssec import observe_dnssec
from checker.rulesets import RULESETS
from checker.verdict import Verdict
from tests.dns.costly import CASES, ROOT_ADDRESS
from tests.dns.delegations import DnsOnly
from tests.dns.world import NOW
from tests.lab.apart import door, serving
from tests.lab.dns_server import DnsServer, start_dns
from tests.lab.internet import MiniatureInternet
from tests.lab.process import stdin_closed
from tests.lab.scenario import MailServer, Organisation, Signing, Web, Zone
from tests.lab.signing import Signer, make_keys, valid_at
from tests.vantages import vantage

WARM = 40
"""Domains observed first: then every operator's name servers are known and all modules imported."""
DOMAINS = 200
"""Signed domains over which the cost of one is then taken."""
ALGORITHMS = {13: "ECDSA P-256", 8: "RSA-2048"}
PATIENT_S = 40.0
"""The servers of costly zones sign slowly: nothing is to be asked twice for that."""
RUN_WITHIN_S = 600
RUNS = 5
"""Others' load on the machine only ever adds: the least of some runs is nearest to what the work costs."""
YARDSTICKS = 200
VANTAGE = vantage(NOW, name="bench")

Questions = list[tuple[str, str]]


def _typical(algorithm: int) -> tuple[Organisation, ...]:
    """Domains under a signed .se, on two name servers with both families."""
    return tuple(
        Organisation(
            code=f"R{number}",
            region=f"Region {number}",
            domain=f"region{number}.se",
            zone=Zone(signing=Signing.SIGNED, algorithm=algorithm, denial="nsec" if number % 2 else "nsec3"),
            web=Web(ipv6=True),
            mail=(MailServer(),),
        )
        for number in range(WARM + DOMAINS)
    )


def _row(domain: str) -> Row:
    return Row(code="X", region="X", domain=domain, web_host=f"www.{domain}", mail_domain=domain)


async def _cell(domain: str, questions: Questions, walker: Walker) -> tuple[DnssecObservation, Verdict]:
    """The whole column: observed and judged."""
    seen = await observe_dnssec(domain, questions, walker)
    return seen, judge(Evidence(row=_row(domain), vantage=VANTAGE, dnssec=(seen,)), RULESETS["2026"])


def _questions(domain: str) -> Questions:
    return [(f"www.{domain}", "A"), (f"www.{domain}", "AAAA"), (domain, "MX")]


def _lab_walker(lab: Path) -> Walker:
    network = door(lab)(wait_s=PATIENT_S)
    return Walker(Resolver(network, root_hints(lab / "root.hints")), trust_anchors(lab / "trust-anchor.ds"))


def _asked(walker: Walker) -> int:
    return sum(walker.resolver.network.counts.values())


async def _measure_column(lab: Path) -> dict[str, Any]:
    """Questions for the first domain and for one served alike; CPU milliseconds a domain with parents cached."""
    walker = _lab_walker(lab)
    cells: list[str] = []
    operators: dict[tuple[NameServer, ...], int] = {}
    cold = alike = 0
    started = 0.0
    for number in range(WARM + DOMAINS):
        if number == WARM:
            started = time.process_time()
        before = _asked(walker)
        domain = f"region{number}.se"
        seen, verdict = await _cell(domain, _questions(domain), walker)
        servers = tuple(view.server for view in seen.views)
        asked = _asked(walker) - before
        cold = cold or asked
        alike = alike or (asked if servers in operators else 0)
        operators.setdefault(servers, number)
        cells.append(verdict.cell)
    return {
        "ms": 1000 * (time.process_time() - started) / DOMAINS,
        "cold": cold,
        "alike": alike,
        "cells": {cell: cells.count(cell) for cell in sorted(set(cells))},
    }


async def _measure_chain(lab: Path) -> dict[str, Any]:
    """The chain alone."""
    walker = _lab_walker(lab)
    counts: list[int] = []
    started = 0.0
    for number in range(WARM + DOMAINS):
        if number == WARM:
            started = time.process_time()
        before = _asked(walker)
        await walker.walk(f"region{number}.se.")
        counts.append(_asked(walker) - before)
    return {
        "ms": 1000 * (time.process_time() - started) / DOMAINS,
        "cold": counts[0],
        "alike": min(counts[WARM:]),
    }


async def _measure_costly(lab: Path) -> list[dict[str, Any]]:
    """One row of each hostile zone, in turn; the first two are honest and only warm up."""
    places = json.loads((lab / "costly.json").read_text("ascii"))
    measured = []
    for name, place in places.items():
        servers = {
            ip_address(address): cast("DnsServer", SimpleNamespace(udp_port=udp, tcp_port=tcp))
            for address, (udp, tcp) in place["servers"].items()
        }
        network = DnsOnly(servers, PATIENT_S)
        hints = [NameServer(name="ns.root.", address=ip_address(ROOT_ADDRESS))]
        anchor = RRset(name=".", type="DS", ttl=3600, rdata=(bytes.fromhex(place["anchor"]),))
        case = CASES[name]
        before = time.process_time()
        _, verdict = await _cell(case.domain, case.questions, Walker(Resolver(network, hints), (anchor,)))
        spent = time.process_time() - before
        codes = sorted({finding.code for finding in verdict.findings})
        measured.append({"name": name, "ms": 1000 * spent, "cell": verdict.cell, "codes": codes})
    return measured


async def _serve(lab: Path) -> None:
    """All name servers, until stdin closes."""
    async with AsyncExitStack() as stack:
        for algorithm in ALGORITHMS:
            internet = await stack.enter_async_context(MiniatureInternet(_typical(algorithm)))
            directory = lab / str(algorithm)
            internet.write_files(directory)
            (directory / "mapping.json").write_text(json.dumps(internet.mapping), encoding="ascii")
        places: dict[str, Any] = {}
        for name, case in CASES.items():
            responders, (anchor,) = case.serve()
            servers: dict[str, tuple[int, int]] = {}
            for address, responder in responders.items():
                server = await start_dns(responder)
                stack.push_async_callback(server.aclose)
                servers[address] = server.udp_port, server.tcp_port
            places[name] = {"servers": servers, "anchor": anchor.rdata[0].hex()}
        (lab / "costly.json").write_text(json.dumps(places), encoding="ascii")
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await stdin_closed()


def _measure_apart(kind: str, lab: Path) -> Any:
    """One measurement in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench_dnssec", "--measure", kind, str(lab)],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
        timeout=RUN_WITHIN_S,
    )
    return json.loads(done.stdout.splitlines()[-1])


def _yardstick() -> str:
    """What this machine does at the moment: others' load on it shows here as in all figures below."""
    apex = dns.name.from_text("yardstick.")
    rrset = dns.rrset.from_text(apex, 300, "IN", "A", "192.0.2.1")
    keys = make_keys(apex)
    rrsig = Signer(keys=keys, validity=valid_at(NOW)).rrsigs(rrset)[0].to_wire() or b""
    key = keys.dnskeys[0].to_wire() or b""
    started = time.process_time()
    for _ in range(YARDSTICKS):
        verify("yardstick.", "A", (b"\xc0\0\2\1",), rrsig, key)
    verified, started = time.process_time() - started, time.process_time()
    sum(range(YARDSTICKS * 10_000))
    added = time.process_time() - started
    return (
        f"Yardstick: {1e6 * verified / YARDSTICKS:.0f} us for one ECDSA P-256 verification, "
        f"{1e9 * added / YARDSTICKS / 10_000:.0f} ns for one addition in Python"
    )


def _report(lab: Path) -> None:
    print(_yardstick())
    for algorithm, words in ALGORITHMS.items():
        for kind, what in (("column", "whole column"), ("chain", "chain alone")):
            runs = sorted(
                (_measure_apart(kind, lab / str(algorithm)) for _ in range(RUNS)), key=lambda run: run["ms"]
            )
            seen, middle = runs[0], runs[len(runs) // 2]
            print(
                f"{words:<12} {what:<13} {seen['ms']:>6.1f} ms CPU/signed domain at best of {RUNS} runs, "
                f"{middle['ms']:.1f} in the middle, parents cached  "
                f"{seen['cold']:>3} questions cold, {seen['alike']:>3} with parents cached"
                + (f"  {seen['cells']}" if "cells" in seen else ""),
                flush=True,
            )
    print("\nOne row each, four server addresses: CPU, cell, findings")
    for seen in _measure_apart("costly", lab):
        print(f"{seen['ms']:>8.1f} ms  {seen['cell']:<12} {seen['name']}: {', '.join(seen['codes'])}")


def main() -> None:
    """Start the servers and print a report."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench_dnssec", description=__doc__)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        asyncio.run(_serve(given.serve))
    elif given.measure:
        kind, lab = given.measure
        measure = {"column": _measure_column, "chain": _measure_chain, "costly": _measure_costly}[kind]
        print(json.dumps(asyncio.run(measure(Path(lab)))))
    else:
        with serving("tests.bench_dnssec", "--serve") as lab:
            _report(lab)


if __name__ == "__main__":
    main()
