"""domains.csv as people save it: what is accepted, and every way it can be wrong, with its line."""

import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker import domains
from checker.domain_names import NameProblem, parse_name
from checker.domains import DomainsError, make_row, parse_domains, read_domains
from checker.observations.row import Row

HEADER = "code,region,domain,web_host,mail_domain"
LABEL_63 = "a" * 63


def problems(text: str | bytes) -> list[tuple[int | None, str]]:
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(DomainsError) as caught:
        parse_domains(data)
    return [(problem.line, problem.message) for problem in caught.value.problems]


def one_row(line: str, header: str = HEADER) -> Row:
    (row,) = parse_domains(f"{header}\n{line}\n".encode())
    return row


def test_the_shipped_file_has_the_21_regions() -> None:
    rows = read_domains(Path("domains.csv"))
    assert len(rows) == 21
    assert rows[5] == Row(
        code="G",
        region="Region Kronoberg",
        domain="regionkronoberg.se",
        web_host="www.regionkronoberg.se",
        mail_domain="kronoberg.se",
    )


def test_defaults_are_filled_in() -> None:
    assert one_row(",Region A,Example.SE.,,") == Row(
        code="example.se",
        region="Region A",
        domain="example.se",
        web_host="www.example.se",
        mail_domain="example.se",
    )


@pytest.mark.parametrize(
    ("scenario", "data"),
    [
        ("plain", "region,domain\nA,a.se\nB,b.se\n"),
        ("no line end at the end", "region,domain\nA,a.se\nB,b.se"),
        ("CRLF", "region,domain\r\nA,a.se\r\nB,b.se\r\n"),
        ("CR, as an old Mac", "region,domain\rA,a.se\rB,b.se\r"),
        ("BOM", "\ufeffregion,domain\nA,a.se\nB,b.se\n"),
        ("blank lines and lines of commas", "\n\nregion,domain,,\n\nA,a.se\n , \n,,,\nB,b.se\n\n"),
        ("quoted fields", '"region","domain"\n"A","a.se"\n"B", "b.se"\n'),
        ("other order, spaces and capitals", " Domain , REGION \na.se , A\n b.se,B\n"),
        ("empty fields past the header", "region,domain\nA,a.se,,,\nB,b.se\n"),
    ],
)
def test_tolerated_forms(scenario: str, data: str) -> None:
    rows = parse_domains(data.encode())
    assert [(row.region, row.domain) for row in rows] == [("A", "a.se"), ("B", "b.se")], scenario


def test_optional_columns() -> None:
    row = one_row("A,a.se,kommuner,it@a.se", header="region,domain,group,contact")
    assert (row.group, row.contact) == ("kommuner", "it@a.se")


def test_unknown_columns_are_left_out_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        row = one_row("A,a.se,hej", header="region,domain,anteckning")
    assert row.domain == "a.se"
    assert caplog.messages == ['column "anteckning" is not known and is left out']


def test_a_formula_is_allowed_as_region() -> None:
    assert one_row("A,=1+1,a.se,,").region == "=1+1"


def test_line_separators_of_unicode_do_not_end_a_line() -> None:
    assert one_row("A,x\u2028y,a.se,,").region == "x\u2028y"


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("räksmörgås.se", "xn--rksmrgs-5wao1o.se"),
        ("RÄKSMÖRGÅS.SE", "xn--rksmrgs-5wao1o.se"),
        ("ra\u0308ksmo\u0308rga\u030as.se", "xn--rksmrgs-5wao1o.se"),
        ("xn--rksmrgs-5wao1o.se", "xn--rksmrgs-5wao1o.se"),
        ("Example.SE.", "example.se"),
        ("www.ex-ample.se", "www.ex-ample.se"),
        ("r3---sn-x.example.se", "r3---sn-x.example.se"),
        ("a。se", "a.se"),
        ("faß.de", "xn--fa-hia.de"),
        (f"{LABEL_63}.se", f"{LABEL_63}.se"),
        (".".join([LABEL_63] * 3 + ["a" * 61]), ".".join([LABEL_63] * 3 + ["a" * 61])),
    ],
)
def test_good_names(written: str, stored: str) -> None:
    assert parse_name(written) == stored


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        ("a b.se", "has a space"),
        ("a..se", "has an empty label"),
        (".a.se", "has an empty label"),
        (".", "has an empty label"),
        (f"{LABEL_63}a.se", "has a label of 64 characters"),
        ("a" * 300 + ".se", "has a label of 300 characters"),
        (".".join([LABEL_63] * 3 + ["a" * 62]), "is longer than 253 characters"),
        ("ä" * 60 + ".se", "Label too long"),
        (".".join(["ä" * 20] * 10), "is longer than 253 characters as A-labels"),
        ("se", "is a single label"),
        ("192.0.2.1", "is an IP address"),
        ("2001:db8::1", "is an IP address"),
        ("[2001:db8::1]", "is an IP address"),
        ("example.123", "ends in a number"),
        ("https://www.example.se/", "is a URL"),
        ("www.example.se/start", "is a URL"),
        ("example.se:443", "has a colon"),
        ("info@example.se", "is an e-mail address"),
        ("*.example.se", "has a wildcard"),
        ("_dmarc.example.se", "has an underscore"),
        ("-a.se", "starts or ends with a hyphen"),
        ("a-.se", "starts or ends with a hyphen"),
        ("=cmd.se", 'starts with "="'),
        ("+a.se", 'starts with "+"'),
        ("@a.se", 'starts with "@"'),
        ("a!.se", 'has "!" in it'),
        ("a\x00.se", "has"),
        ("xn--zzzzzzzz.se", "has an A-label that is not valid"),
        ("xn--.se", "has"),
        ("\u202ea.se", "is not a valid internationalised name"),
        ("☃.se", "is not a valid internationalised name"),
        ("\u00ad.se", "has an empty label"),
        ("a\u0665.\u05d0b.se", "is not a valid internationalised name"),
    ],
)
def test_bad_names(written: str, said: str) -> None:
    with pytest.raises(NameProblem) as caught:
        parse_name(written)
    assert str(caught.value).startswith(said) or said in str(caught.value)


@given(st.text(max_size=300))
def test_any_text_is_a_storable_name_or_a_problem(text: str) -> None:
    try:
        name = parse_name(text)
    except NameProblem as problem:
        assert str(problem).isprintable()  # noqa: PT017 - either outcome is right
    else:
        assert name.isascii()
        assert len(name) <= 253
        assert parse_name(name) == name


@pytest.mark.parametrize(
    ("scenario", "data", "expected"),
    [
        ("empty file", "", [(None, "is empty; the first line must be the header")]),
        ("blank lines only", "\n \n,,\n", [(None, "is empty")]),
        ("BOM only", "\ufeff", [(None, "is empty")]),
        ("header only", f"{HEADER}\n", [(None, "has a header but no rows")]),
        ("no header", "AB,Landet,a.se,,\n", [(1, "column region and domain missing")]),
        ("no domain column", "code,region\nA,B\n", [(1, "column domain missing")]),
        (
            "no region column, and a bad name below",
            "code,domain\nA,a.se\nB,b b.se\n",
            [(1, "column region missing"), (3, 'domain "b b.se" has a space')],
        ),
        (
            "misspelt column",
            "region,domain,webhost\nA,a.se,x.se\n",
            [(1, 'column "webhost" is not known; web_host')],
        ),
        ("column twice", "region,domain,domain\nA,a.se,b.se\n", [(1, 'column "domain" stands twice')]),
        ("semicolons", "region;domain\nA;a.se\n", [(1, "is separated by semicolons")]),
        ("tabs", "region\tdomain\nA\ta.se\n", [(1, "is separated by tabs")]),
        ("UTF-16", "region,domain\n".encode("utf-16"), [(None, "is UTF-16")]),
        (
            "Latin-1, and a bad name beside",
            "region,domain\nSkåne,a.se\nÖrebro,b b.se\n".encode("latin-1"),
            [
                (2, "is not UTF-8: byte 0xe5 at position 16 (2 such lines)"),
                (3, 'domain "b b.se" has a space'),
            ],
        ),
        (
            "Latin-1 after a BOM",
            b"\xef\xbb\xbfregion,domain\r\nSk\xe5ne,a.se\r\n",
            [(2, "is not UTF-8: byte 0xe5 at position 20, probably Latin-1")],
        ),
        ("region empty", "region,domain\n,a.se\n", [(2, "region is empty")]),
        ("domain empty", "region,domain\nA,\n", [(2, "domain is empty")]),
        ("short row", f"{HEADER}\nA,B\n", [(2, "domain is empty")]),
        ("both empty", "code,region,domain\nA,,\n", [(2, "region is empty"), (2, "domain is empty")]),
        (
            "too many fields",
            "region,domain\nA,a.se,x,y\n",
            [(2, 'has 4 fields but the header 2; "x" is one too many')],
        ),
        ("quote left open", 'region,domain\n"A,a.se\nB,b b.se\n', [(2, "has quotes"), (3, "domain")]),
        ("text after a quote", 'region,domain\n"A"b,a.se\n', [(2, "has quotes that do not match")]),
        ("quotes in the header", 'region,"domain\nA,a.se\n', [(1, "has quotes that do not match")]),
        ("line break in quotes", 'region,domain\n"A\nB",a.se\n', [(2, "has quotes")]),
        ("NUL", "region,domain\nA\x00,a.se\n", [(2, "has the control character U+0000 at character 2")]),
        ("escape", "region,domain\nA\x1b[31m,a.se\n", [(2, "has the control character U+001B")]),
        ("NUL in the header", "region,do\x00main\nA,a.se\n", [(1, "has the control character U+0000")]),
        ("long region", f"region,domain\n{'x' * 201},a.se\n", [(2, "region is longer than 200 characters")]),
        ("bad web host", f"{HEADER}\nA,B,a.se,http://a.se,\n", [(2, 'web_host "http://a.se" is a URL')]),
        ("bad mail domain", f"{HEADER}\nA,B,a.se,,x@a.se\n", [(2, 'mail_domain "x@a.se" is an e-mail')]),
        (
            "three bad names in a row",
            f"{HEADER}\nA,B,a_.se,-b.se,c\n",
            [(2, "domain"), (2, "web_host"), (2, "mail_domain")],
        ),
        ("formula as domain", "region,domain\nA,=a.se\n", [(2, 'domain "=a.se" starts with "="')]),
        ("hyphen first in domain", "region,domain\nA,-a.se\n", [(2, "domain")]),
        (
            "www. makes it too long",
            "code,region,domain\nA,B," + ".".join([LABEL_63] * 3 + ["a" * 60]) + "\n",
            [(2, "web_host")],
        ),
        ("code with a space", f"{HEADER}\nA B,B,a.se,,\n", [(2, 'code "A B" must be 1 to 64 of')]),
        ("code with å", f"{HEADER}\nÅ,B,a.se,,\n", [(2, 'code "Å" must be')]),
        ("code too long", f"{HEADER}\n{'A' * 65},B,a.se,,\n", [(2, "code")]),
        ("code that climbs", f"{HEADER}\n..,B,a.se,,\n", [(2, 'code ".." must be')]),
        ("code of a page", f"{HEADER}\nIndex.html,B,a.se,,\n", [(2, 'code "Index.html" must be')]),
        (
            "domain too long for a code",
            f"region,domain\nA,{LABEL_63}.se\n",
            [
                (
                    2,
                    f'code "{LABEL_63[:60]}…" must be 1 to 64 of A–Z a–z 0–9 . _ -, not . or .. or index.html (the domain',
                )
            ],
        ),
        ("code twice", f"{HEADER}\nA,B,a.se,,\nA,C,b.se,,\n", [(3, 'code "A" stands already on line 2')]),
        (
            "code but for case",
            f"{HEADER}\nab,B,a.se,,\nAB,C,b.se,,\n",
            [(3, 'code "AB" stands already on line 2 as "ab"; codes must differ by more than case')],
        ),
        (
            "domain twice without codes",
            "region,domain\nA,a.se\nB,A.se.\n",
            [(3, 'code "a.se" stands already')],
        ),
        (
            "everything at once",
            f"{HEADER}\nA,B,a.se,,\na,,b b.se,,\nÅ,C,c.se,,\nA,D,d.se,,\n",
            [(3, "region is empty"), (3, "domain"), (4, "code"), (5, "code")],
        ),
    ],
)
def test_broken_files(scenario: str, data: str | bytes, expected: list[tuple[int | None, str]]) -> None:
    found = problems(data)
    assert [line for line, _ in found] == [line for line, _ in expected], scenario
    for (_, message), (_, start) in zip(found, expected, strict=True):
        assert message.startswith(start), scenario


def test_messages_never_carry_control_characters() -> None:
    data = b"region,domain\nA,a\x1b[2J.se\nB,\xc2\x9bb.se\nC,c\xe2\x80\xaed.se\n"
    assert all(message.isprintable() for _, message in problems(data))


def test_many_problems_are_counted() -> None:
    with pytest.raises(DomainsError) as caught:
        parse_domains(("region,domain\n" + "A,a b\n" * 250).encode())
    lines = str(caught.value).splitlines()
    assert len(caught.value.problems) == 250
    assert len(lines) == domains.PROBLEMS_SHOWN + 1
    assert lines[-1] == "domains.csv: and 150 problems more"


def test_row_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domains, "ROWS_MAX", 2)
    assert problems("region,domain\nA,a.se\nB,b.se\nC,c.se\n") == [(4, "over 2 rows; divide the file")]


def test_size_cap(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(domains, "FILE_MAX_BYTES", 1024 * 1024)
    path = tmp_path / "domains.csv"
    path.write_bytes(b"," * (1024 * 1024 + 1))
    with pytest.raises(DomainsError, match="is larger than 1 MiB"):
        read_domains(path)


def test_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DomainsError, match=r"missing\.csv: cannot be read: No such file"):
        read_domains(tmp_path / "missing.csv")
    with pytest.raises(DomainsError, match="cannot be read: Is a directory"):
        read_domains(tmp_path)
    with pytest.raises(DomainsError, match="is not a file name"):
        read_domains(Path("a\x00b"))


def test_make_row_for_a_single_domain() -> None:
    row, wrong = make_row("Example.se", web_host="example.se", mail_domain="mejl.example.se")
    assert wrong == ()
    assert row == Row(
        code="example.se",
        region="example.se",
        domain="example.se",
        web_host="example.se",
        mail_domain="mejl.example.se",
    )


@given(st.binary(max_size=400))
def test_any_bytes_are_rows_or_problems(data: bytes) -> None:
    try:
        rows = parse_domains(b"region,domain\n" + data)
    except DomainsError as error:
        assert error.problems  # noqa: PT017 - either outcome is right; only another exception would be wrong
    else:
        assert rows
