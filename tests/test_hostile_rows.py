"""One hostile row among good ones: it costs itself its deadline and the others nothing."""

import os
from contextlib import aclosing
from pathlib import Path

import pytest

from checker.domains import read_domains
from checker.report.model import RowResult
from checker.sweep import SweepOptions
from tests.lab.internet import MiniatureInternet
from tests.lab.scenario import Dns, Http, Https, MailServer, Organisation, Signing, Smtp, Web, Zone
from tests.lab.sweep import sweep, sweep_beside

SIGNED = Zone(signing=Signing.SIGNED)
GOOD = tuple(
    Organisation(code=f"G{n}", region=f"Good {n}", domain=f"good{n}.se", zone=SIGNED, web=Web(ipv6=True))
    for n in range(6)
)
SILENT_WEB = Web(ipv6=True, http=Http.SILENT, https=Https.SILENT)
SILENT_MAIL = tuple(MailServer(preference=n, ipv6=True, smtp=Smtp.SILENT) for n in range(10))
FILTERED_WEB = Web(ipv6=True, http=Http.FILTERED, https=Https.FILTERED)
HOSTILE = (
    Organisation(
        code="H0", region="Silent", domain="silent.se", zone=SIGNED, web=SILENT_WEB, mail=SILENT_MAIL
    ),
    Organisation(
        code="H1",
        region="Filtered",
        domain="filtered.se",
        zone=SIGNED,
        web=FILTERED_WEB,
        mail=tuple(MailServer(preference=n, smtp=Smtp.FILTERED) for n in range(10)),
    ),
    Organisation(
        code="H2", region="No names", domain="nonames.se", zone=Zone(signing=Signing.SIGNED, dns=Dns.SILENT)
    ),
)
UNKNOWN = "Ej mätt"


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("CHECKER_")]:
        monkeypatch.delenv(name)


async def test_hostile_rows_cost_themselves_and_nobody_else(tmp_path: Path) -> None:
    """In one loop with the servers, whose clock only waits move: what is judged first does not hang on the machine."""
    judged: dict[str, RowResult] = {}
    async with MiniatureInternet((*HOSTILE, *GOOD)) as internet:
        running = sweep_beside(
            internet,
            read_domains(internet.write_files(tmp_path).domains),
            wait_s=2.0,
            options=SweepOptions(deadline_s=8.0, retest=False),
        )
        async with aclosing(running.results()) as results:
            async for result in results:
                judged[result.row.code] = result
    assert {code[0] for code in list(judged)[: len(GOOD)]} == {"G"}  # nobody waited for a hostile row
    rows = {code: {one.indicator: one for one in result.verdicts} for code, result in judged.items()}
    for good in GOOD:
        assert {column: verdict.cell for column, verdict in rows[good.code].items()} == {
            "starttls": "Ja",
            "https": "Ja (F)",  # the lab's ordinary server still has TLS 1.0
            "dnssec": "Ja",
            "www_ipv6": "Ja",
            "mail_ipv6": "Nej",
        }
    assert rows["H0"]["dnssec"].cell == "Ja"  # what was finished at the deadline stands
    assert rows["H0"]["starttls"].cell == rows["H0"]["mail_ipv6"].cell == UNKNOWN
    assert "row_deadline" in {finding.code for finding in rows["H0"]["starttls"].findings}
    assert rows["H1"]["https"].cell == rows["H1"]["www_ipv6"].cell == UNKNOWN
    assert {verdict.cell for verdict in rows["H2"].values()} == {UNKNOWN}


async def test_excluded_rows_are_not_asked(tmp_path: Path) -> None:
    (tmp_path / "checker.toml").write_text('exclude = ["good1.se"]\n', encoding="utf-8")
    async with MiniatureInternet(GOOD[:2]) as internet:
        rows = await sweep(internet, tmp_path, "--no-retest")
    assert {indicator["cell"] for indicator in rows["G1"].values()} == {UNKNOWN}
    assert {finding["code"] for i in rows["G1"].values() for finding in i["findings"]} == {
        "excluded_on_request"
    }
    assert rows["G0"]["dnssec"]["cell"] == "Ja"
