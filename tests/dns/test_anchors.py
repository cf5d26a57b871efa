from pathlib import Path

import dns.name
import pytest

from checker.dns.anchors import StartFileError, closest_anchors, root_hints, trust_anchors

DS = "20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"


def test_shipped_hints_are_the_thirteen_root_servers_over_both_families() -> None:
    servers = root_hints()
    assert len({server.name for server in servers}) == 13
    assert [sum(server.address.version == family for server in servers) for family in (4, 6)] == [13, 13]


def test_shipped_anchors_are_both_root_keys() -> None:
    (anchor,) = trust_anchors()
    assert (anchor.name, anchor.type) == (".", "DS")
    assert {int.from_bytes(wire[:2], "big") for wire in anchor.rdata} == {20326, 38696}


@pytest.mark.parametrize(
    ("scenario", "text", "words"),
    [
        ("empty", "", "no trust anchor"),
        ("another type", "example. IN A 192.0.2.1", "is no trust anchor"),
        ("bad digest", ". IN DS 1 8 2 XYZ", "file.ds"),
        ("not a zone file", "{}", "file.ds"),
        ("an include", "$INCLUDE /etc/hostname", "file.ds"),
        ("not ASCII", ". IN DS å", "not ASCII"),
    ],
)
def test_a_bad_anchor_file_is_named_with_the_reason(
    tmp_path: Path, scenario: str, text: str, words: str
) -> None:
    path = tmp_path / "file.ds"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StartFileError, match=words):
        trust_anchors(path)


@pytest.mark.parametrize(
    ("scenario", "text"),
    [
        ("DS with class", f". IN DS {DS}\n"),
        ("DS with TTL", f". 172800 IN DS {DS}\n"),
        ("DS bare", f". DS {DS}\n"),
        ("comment", f"; hello\n. IN DS {DS} ; key\n"),
    ],
)
def test_forms_of_an_anchor_file(tmp_path: Path, scenario: str, text: str) -> None:
    path = tmp_path / "file.ds"
    path.write_text(text)
    assert trust_anchors(path)[0].rdata == (trust_anchors()[0].rdata[0],)


def test_the_closest_anchor_above_a_name_starts_the_chain(tmp_path: Path) -> None:
    path = tmp_path / "file.ds"
    path.write_text(f". IN DS {DS}\nexample.se. IN DS {DS}\n")
    anchors = trust_anchors(path)

    def zone(name: str) -> list[str]:
        return [anchor.name for anchor in closest_anchors(anchors, dns.name.from_text(name))]

    assert zone("www.example.se.") == ["example.se."]
    assert zone("example.se.") == ["example.se."]
    assert zone("otherexample.se.") == ["."]
    assert zone(".") == ["."]
    assert closest_anchors(anchors[1:], dns.name.from_text("example.org.")) == ()


@pytest.mark.parametrize(
    ("scenario", "text"),
    [
        ("empty", ""),
        ("no addresses", ". NS a.example.\n"),
        ("addresses without NS", "a.example. A 192.0.2.1\n"),
    ],
)
def test_hints_without_a_server_are_refused(tmp_path: Path, scenario: str, text: str) -> None:
    path = tmp_path / "named.root"
    path.write_text(text)
    with pytest.raises(StartFileError, match="no root server"):
        root_hints(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StartFileError, match="No such file"):
        root_hints(tmp_path / "absent")
