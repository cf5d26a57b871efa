"""Wrong input: exit code 2, everything that is wrong at once on stderr, nothing on stdout, nothing on disk."""

from pathlib import Path

import pytest

from checker.cli import main
from tests.cli.laboratory import NoNetwork

Captured = pytest.CaptureFixture[str]
HEADER = "code,region,domain,web_host,mail_domain\n"


@pytest.mark.parametrize(
    ("scenario", "data", "said"),
    [
        ("empty", b"", ["domains.csv: is empty"]),
        ("header only", HEADER.encode(), ["domains.csv: has a header but no rows"]),
        ("missing column", b"code,domain\nA,a.se\n", ["line 1: column region missing"]),
        ("Latin-1", "region,domain\nSkåne,a.se\n".encode("latin-1"), ["line 2: is not UTF-8: byte 0xe5"]),
        ("UTF-16", "region,domain\nA,a.se\n".encode("utf-16"), ["is UTF-16"]),
        ("semicolons", b"region;domain\nA;a.se\n", ["line 1: is separated by semicolons"]),
        ("NUL", b"region,domain\nA\x00,a.se\n", ["line 2: has the control character U+0000"]),
        ("open quote", b'region,domain\n"A,a.se\n', ["line 2: has quotes that do not match"]),
        ("URL", b"region,domain\nA,https://a.se/\n", ["line 2: domain", "is a URL or a path"]),
        ("address", b"region,domain\nA,192.0.2.1\n", ["line 2: domain", "is an IP address"]),
        ("300 characters", b"region,domain\nA," + b"a" * 300 + b".se\n", ["line 2: domain", "label of 300"]),
        ("formula", b"region,domain\nA,=1+1.se\n", ['line 2: domain "=1+1.se" starts with "="']),
        ("duplicate code", f"{HEADER}A,B,a.se,,\na,B,b.se,,\n".encode(), ['line 3: code "a" stands already']),
        (
            "several",
            f"{HEADER}A B,,a_.se,,\nB,C,c..se,,\n".encode(),
            ["line 2: region is empty", "line 2: domain", 'line 2: code "A B"', "line 3: domain"],
        ),
    ],
)
@pytest.mark.parametrize("command", ["sweep", "domains"])
def test_broken_domains(scenario: str, data: bytes, said: list[str], command: str, capsys: Captured) -> None:
    Path("domains.csv").write_bytes(data)
    assert main([command], network_class=NoNetwork) == 2, scenario
    captured = capsys.readouterr()
    assert captured.out == ""
    for text in said:
        assert text in captured.err
    assert all(line.startswith("error: domains.csv: ") for line in captured.err.splitlines())
    assert [path.name for path in Path().iterdir()] == ["domains.csv"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sweep"], "error: domains.csv: cannot be read: No such file or directory"),
        (["sweep", "--nonsense"], "No such option: --nonsense"),
        (["nonsense"], "No such command 'nonsense'"),
        (["sweep", "--timeout", "soon"], "error: --timeout: input should be a valid number"),
        (["sweep", "--only", "tls"], 'error: --only: "tls" is no column'),
        (["sweep", "--config", "missing.toml"], "error: missing.toml: cannot be read"),
        (
            ["sweep", "--no-store", "--fail-on", "worse"],
            "error: --fail-on worse compares with the sweep before, which only a sweep with a store knows",
        ),
        (["check", "a.se", "--fail-on", "worse"], "error: --fail-on worse compares with the sweep before"),
        (
            ["sweep", "--fail-on", "everything"],
            'error: --fail-on: must be fault, warning or worse (got "everything")',
        ),
        (["check"], "Missing argument 'DOMAIN"),
        (["check", "a b.se", "192.0.2.1"], 'error: domain "192.0.2.1" is an IP address'),
        (
            ["check", "a.se", "b.se", "--web-host", "x.se"],
            "error: --web-host and --mail-domain belong to one domain",
        ),
        (["check", "a.se", "--mail-domain", "x@a.se"], 'error: mail_domain "x@a.se" is an e-mail address'),
        (["check", "a.se", "--ca-file", "empty"], "error: --ca-file empty: no certificates"),
        (["resolve", "a..se"], 'error: "a..se" is no domain name'),
        (["resolve", "a.se", "NONSENSE"], 'error: "NONSENSE" is no record type'),
        (["resolve", "a.se", "ANY"], "error: ANY is no type of records"),
        (["resolve", "\x1b[2J.se\u202e"], 'error: "\\x1b[2J.se\\u202e"'),
        (["resolve", "a.se", "--root-hints", "empty"], "error: empty: no root server"),
        (["resolve", "a.se", "--trust-anchor", "empty"], "error: empty: no trust anchor"),
        (["domains", "a", "b"], "Got unexpected extra argument"),
    ],
)
def test_wrong_usage(arguments: list[str], said: str, capsys: Captured) -> None:
    Path("empty").touch()
    assert main(arguments, network_class=NoNetwork) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert "Traceback" not in captured.err


def test_mistakes_in_the_settings_file(capsys: Captured) -> None:
    Path("checker.toml").write_text("tiemout = 3\nconcurrency = 0\n")
    assert main(["doctor"], network_class=NoNetwork) == 2
    assert capsys.readouterr().err.splitlines() == [
        'error: checker.toml: concurrency: input should be greater than or equal to 1 (got "0")',
        "error: checker.toml: tiemout: is no setting",
    ]


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        ("foreign", "is not empty and has no .checker-site"),
        ("file", "is not a directory"),
        ("link", "symbolic link"),
    ],
)
def test_output_that_must_not_be_replaced(scenario: str, said: str, capsys: Captured) -> None:
    Path("domains.csv").write_text("region,domain\nA,a.se\n")
    site = Path("site")
    if scenario == "foreign":
        site.mkdir()
        (site / "thesis.txt").write_text("years of work")
    elif scenario == "file":
        site.write_text("years of work")
    else:
        Path("real").mkdir()
        site.symlink_to("real")
    assert main(["sweep", "--output", "site"], network_class=NoNetwork) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("error: --output: ")
    assert said in captured.err
    assert captured.out == ""


def test_domains_shows_what_hides(capsys: Captured) -> None:
    Path("mine.csv").write_text("region,domain,group\n\u202eNo\u2028rr,a.se,\u200b\n", encoding="utf-8")
    assert main(["domains", "mine.csv"]) == 0
    assert capsys.readouterr().out.splitlines()[1] == r"a.se,\u202eNo\u2028rr,a.se,www.a.se,a.se,\u200b,"


def test_domains_prints_the_rows_as_read(capsys: Captured) -> None:
    Path("mine.csv").write_text("region,domain,anteckning\n=Region,RÄKSMÖRGÅS.se,x\n", encoding="utf-8")
    assert main(["domains", "mine.csv"]) == 0
    captured = capsys.readouterr()
    name = "xn--rksmrgs-5wao1o.se"
    assert captured.out.splitlines() == [
        "code,region,domain,web_host,mail_domain,group,contact",
        f"{name},=Region,{name},www.{name},{name},,",
    ]
    assert captured.err == 'warning: column "anteckning" is not known and is left out\n'
    assert main(["domains", "mine.csv", "--quiet"]) == 0
