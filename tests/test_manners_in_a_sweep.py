"""A sweep of 500 rows of which 200 share a mail provider: what its servers see, counted by them in another process."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from checker.cli import main
from tests.lab.apart import door, serving, start_options
from tests.lab.shared_provider import CUSTOM, PROVIDER, SHARED, WEB_EVERY, crowd, expected_visits

ROWS, SHARING = 500, 200
SPACING_S = 0.02


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("CHECKER_")]:
        monkeypatch.delenv(name)


def swept(
    rows: int, directory: Path, *options: str, busy: tuple[str, ...] = ()
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the servers saw, and the indicators of every row."""
    visits, site = directory / "visits.json", directory / "site"
    servers = [f"--rows={rows}", f"--visits={visits}", *(f"--busy={address}" for address in busy)]
    with serving("tests.lab.shared_provider", *servers) as lab:
        command = ["sweep", str(lab / "domains.csv"), *start_options(lab), f"--output={site}", "--quiet"]
        command += ["--only=starttls,https,mail_ipv6", *options]
        assert main(command, network_class=door(lab)) == 0
    written = json.loads((site / "results.json").read_text(encoding="utf-8"))
    return json.loads(visits.read_text(encoding="ascii")), {
        row["code"]: row["indicators"] for row in written["results"]
    }


def test_limits_hold_when_200_of_500_rows_share_a_provider(tmp_path: Path) -> None:
    saw, rows = swept(ROWS, tmp_path, "--no-retest", f"--mail-spacing={SPACING_S}")
    organisations = crowd(ROWS)
    assert len(rows) == ROWS
    assert {indicators["starttls"]["cell"] for indicators in rows.values()} == {"Nej"}  # everybody was asked

    def told(host: str) -> bool:
        return host.endswith(f".{PROVIDER}")

    sharing = [row for row in organisations if any(told(server.host) for server in row.mail)]
    assert len(sharing) == SHARING
    expected = expected_visits(organisations)
    assert {address: seen["connections"] for address, seen in saw["addresses"].items()} == expected
    assert {seen["peak"] for seen in saw["addresses"].values()} == {1}
    assert saw["provider"]["peak"] == 1
    assert saw["provider"]["connections"] == sum(
        n for address, n in expected.items() if address not in CUSTOM
    )
    pauses = [seen["shortest_pause_s"] for seen in (saw["provider"], *saw["addresses"].values())]
    assert all(pause is None or pause >= SPACING_S for pause in pauses), pauses
    assert {server["peak"] for server in saw["others"]} == {1}
    mail, web = (
        [one["connections"] for one in saw["others"] if one["ports"] == ports] for ports in ([25], [80, 443])
    )
    assert mail == [1] * (ROWS - SHARING)
    assert len(web) == ROWS // WEB_EVERY
    assert all(5 < connections < 20 for connections in web)


def test_a_shared_host_that_is_busy_is_asked_once_more_for_all_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With as many connections at once as the settings allow, and under the name that they say."""
    monkeypatch.setenv("CHECKER_RETEST_DELAY", "0.2")
    monkeypatch.setenv("CHECKER_EHLO_NAME", "matare.example.se")
    _, over_ipv6 = zip(*SHARED.values(), strict=True)
    saw, rows = swept(60, tmp_path, "--mail-at-once=3", busy=over_ipv6)
    organisations = crowd(60)
    expected = expected_visits(organisations)
    for address in over_ipv6:
        expected[address] += (
            1  # the 421 was the end of it, until later: what is over IPv4 was left alone till then
        )
    assert {address: seen["connections"] for address, seen in saw["addresses"].items()} == expected
    assert {seen["peak"] for seen in saw["addresses"].values()} == {1}
    assert saw["provider"]["peak"] <= 3
    assert {tuple(seen["greetings"]) for seen in saw["addresses"].values()} == {("EHLO matare.example.se",)}
    assert {indicators["starttls"]["cell"] for indicators in rows.values()} == {"Nej"}
    again = {
        code
        for code, indicators in rows.items()
        if "second_attempt" in {finding["code"] for finding in indicators["starttls"]["findings"]}
    }
    sharing = {row.code for row in organisations if any(server.host in SHARED for server in row.mail)}
    assert len(sharing) > 10
    assert again == sharing
