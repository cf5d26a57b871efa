"""The file of comments: read as it is meant, and every mistake told at once with its line."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from checker.comments import (
    COMMENT_MAX_CHARS,
    FIELD_MAX_CHARS,
    FILE_MAX_BYTES,
    HEADER,
    PROBLEMS_SHOWN,
    Comment,
    CommentsError,
    parse_comments,
    read_comments,
)

LONG = "Vi byter leverantör av e-post under våren, och till dess får det vara så här. " * 25
WHOLE = (
    f"{HEADER}\r\n"
    'AB,https,tls10_offered,"Äldre utrustning, byts 2027.",Region Stockholm,2026-11-22,sv\r\n'
    "AB,,,We know.,,,en\r\n"
    "\r\n"
    f'C,dnssec,,"{LONG}",,,\r\n'
)


def wrong(data: bytes | str) -> list[str]:
    with pytest.raises(CommentsError) as caught:
        parse_comments(data.encode() if isinstance(data, str) else data)
    return str(caught.value).splitlines()


def test_a_file_as_it_is_meant() -> None:
    assert dict(parse_comments(WHOLE.encode())) == {
        "AB": (
            Comment(
                code="AB",
                text="Äldre utrustning, byts 2027.",
                indicator="https",
                finding="tls10_offered",
                author="Region Stockholm",
                date="2026-11-22",
            ),
            Comment(code="AB", text="We know.", lang="en"),
        ),
        "C": (Comment(code="C", text=LONG.strip(), indicator="dnssec"),),
    }
    assert 1500 < len(LONG.strip()) <= COMMENT_MAX_CHARS


@pytest.mark.parametrize(
    ("scenario", "data"),
    [
        ("a byte order mark", b"\xef\xbb\xbfcode,comment\nAB,Hej\n"),
        ("capitals in the header", b"Code,COMMENT\nAB,Hej\n"),
        ("another order", b"comment,code\nHej,AB\n"),
        ("blanks around", b"code , comment\n AB , Hej \n"),
        ("columns without a name, as spreadsheets leave", b"code,comment,,\nAB,Hej,,\n,,,\n"),
        ("short lines", b"code,comment,author,date\nAB,Hej\n"),
        ("line ends of Windows and no last one", b"code,comment\r\nAB,Hej"),
    ],
)
def test_what_is_read_alike(scenario: str, data: bytes) -> None:
    assert dict(parse_comments(data)) == {"AB": (Comment(code="AB", text="Hej"),)}, scenario


def test_no_comments_yet() -> None:
    assert dict(parse_comments(HEADER.encode())) == {}


@pytest.mark.parametrize(
    ("scenario", "data", "said"),
    [
        ("empty", "", "is empty; the first line must be the header code,indicator,"),
        ("no code", "comment\nHej\n", "line 1: column code missing"),
        ("neither", "lang\nsv\n", "line 1: column code and comment missing"),
        ("unknown column", "code,comment,färg\n", 'line 1: column "f'),
        ("twice", "code,comment,code\n", 'line 1: column "code" stands twice'),
        ("semicolons", "code;comment\nAB;Hej\n", "line 1: is separated by semicolons"),
        ("tabs", "code\tcomment\nAB\tHej\n", "line 1: is separated by tabs"),
        ("an open quote in the header", 'code,"comment\n', "line 1: has quotes that do not match"),
        ("a text over two lines", 'code,comment\nAB,"Hej\nAB,hopp', "line 2: has quotes that do not match"),
        ("no code in a row", "code,comment\n,Hej\n", "line 2: code is empty"),
        ("no text", "code,comment\nAB,\n", "line 2: comment is empty"),
        ("a comma too many", "code,comment\nAB,Hej, och hå\n", "line 2: has 3 fields but the header 2"),
        ("NUL", "code,comment\nAB,He\x00j\n", "line 2: has the control character U+0000"),
        ("too long", f"code,comment\nAB,{'x' * (COMMENT_MAX_CHARS + 1)}\n", "longer than 2000 characters"),
        (
            "a long author",
            f"code,comment,author\nAB,Hej,{'x' * (FIELD_MAX_CHARS + 1)}\n",
            "author is longer than 200 characters",
        ),
        ("indicator", "code,comment,indicator\nAB,Hej,tls\n", 'indicator "tls" is none of starttls, https,'),
        (
            "finding",
            "code,comment,indicator,finding\nAB,Hej,https,tls_too_old\n",
            'finding "tls_too_old" is no finding\'s code; checker explain lists them',
        ),
        (
            "a finding of no indicator",
            "code,comment,finding\nAB,Hej,tls10_offered\n",
            "names a finding but no indicator",
        ),
        ("date in words", "code,comment,date\nAB,Hej,i går\n", "is no day; write it as 2026-11-22"),
        ("a day that is not", "code,comment,date\nAB,Hej,2026-02-30\n", 'date "2026-02-30" is no day'),
        ("a short date", "code,comment,date\nAB,Hej,20261122\n", 'date "20261122" is no day'),
        ("a language", "code,comment,lang\nAB,Hej,fi\n", 'lang "fi" is none of sv, en'),
    ],
)
def test_mistakes(scenario: str, data: str, said: str) -> None:
    (line,) = wrong(data)
    assert line.startswith("comments.csv: "), scenario
    assert said in line


@pytest.mark.parametrize(
    ("scenario", "data", "said"),
    [
        ("Latin-1", "code,comment\nAB,Vi känner till det\n".encode("latin-1"), "line 2: is not UTF-8"),
        ("UTF-16", "code,comment\nAB,Hej\n".encode("utf-16"), "is UTF-16"),
        ("too large", b"x" * (FILE_MAX_BYTES + 1), "is larger than 4 MiB"),
    ],
)
def test_bytes_that_are_no_such_file(scenario: str, data: bytes, said: str) -> None:
    assert any(said in line for line in wrong(data)), scenario


def test_everything_is_told_at_once() -> None:
    said = wrong("code,comment,lang,date\n,Hej,fi,x\nAB,,,\nC,Bra,,\n")
    assert [line.removeprefix("comments.csv: ").split(" ")[:3] for line in said] == [
        ["line", "2:", "code"],
        ["line", "2:", "date"],
        ["line", "2:", "lang"],
        ["line", "3:", "comment"],
    ]


def test_many_mistakes_are_counted() -> None:
    said = wrong("code,comment\n" + "AB,\n" * (PROBLEMS_SHOWN + 7))
    assert len(said) == PROBLEMS_SHOWN + 1
    assert said[-1] == "comments.csv: and 7 problems more"


def test_a_hostile_value_is_shown_harmlessly() -> None:
    (line,) = wrong("code,comment,lang\nAB,Hej,\u202e\u200b\n")
    assert line.isprintable()


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.csv", tmp_path):
        with pytest.raises(CommentsError, match=": cannot be read: "):
            read_comments(path)


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mina kommentarer.csv"
    path.write_text(WHOLE, encoding="utf-8")
    assert set(read_comments(path)) == {"AB", "C"}
    path.write_text("code\nAB\n", encoding="utf-8")
    with pytest.raises(CommentsError, match=r"mina kommentarer\.csv: line 1: column comment missing"):
        read_comments(path)


PIECES = st.sampled_from(
    [b"code,comment", b"AB,Hej", b"\n", b"\r", b",", b'"', b"\xff", b"\x00", b"\xef\xbb\xbf", b"lang", b";"]
)


@given(data=st.binary(max_size=200) | st.lists(PIECES, max_size=20).map(b"".join))
@example(data=b"code,comment\n\x85")
def test_whatever_the_bytes_only_its_own_error_escapes(data: bytes) -> None:
    problems: list[str] = []
    comments: Mapping[str, tuple[Comment, ...]] = {}
    try:
        comments = parse_comments(data)
    except CommentsError as error:
        problems = str(error).split("\n")
    assert all(line.startswith("comments.csv: ") and line.isprintable() for line in problems)
    for code, of_code in comments.items():
        assert all(comment.code == code and comment.text for comment in of_code)
