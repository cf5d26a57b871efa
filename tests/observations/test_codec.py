import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.observations.codec import CodecError, decode, encode
from checker.observations.dns import DnssecObservation, NameServer
from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.mail import MailObservation
from checker.observations.row import Evidence, Row
from checker.observations.vantage import Vantage
from checker.observations.web import WebObservation

EARLIEST = datetime(2, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone
AWARE = st.datetimes(timezones=st.sampled_from((UTC, timezone(timedelta(hours=2)))), min_value=EARLIEST)
st.register_type_strategy(datetime, AWARE)

PARTS = st.one_of(
    st.from_type(WebObservation),
    st.from_type(MailObservation),
    st.from_type(DnssecObservation),
    st.from_type(Vantage),
    st.from_type(Evidence),
)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(PARTS)
def test_everything_observed_survives_json(observed: object) -> None:
    text = json.dumps(encode(observed), allow_nan=False)
    assert decode(type(observed), json.loads(text)) == observed


HERE = IPv4Address("192.0.2.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    text: str = ""
    number: int = 0
    ratio: float = 0.0
    yes: bool = False
    raw: bytes = b""
    at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    address: IPv4Address | IPv6Address = HERE
    only4: IPv4Address = HERE
    maybe: Failure | None = None
    pair: tuple[int, str] = (0, "")
    many: tuple[Fact, ...] = ()
    group: frozenset[str] = frozenset()


def test_the_written_form_is_plain_json() -> None:
    sample = Sample(
        raw=b"\x00\xff",
        at=datetime(2026, 7, 1, 14, tzinfo=timezone(timedelta(hours=2))),
        address=IPv6Address("2001:db8::1"),
        maybe=Failure.TIMEOUT,
        many=(Fact.YES, Fact.NOT_TESTED),
        group=frozenset(("web", "mail")),
    )
    assert encode(sample) == {
        "text": "",
        "number": 0,
        "ratio": 0.0,
        "yes": False,
        "raw": "AP8=",
        "at": "2026-07-01T12:00:00Z",
        "address": "2001:db8::1",
        "only4": "192.0.2.1",
        "maybe": "timeout",
        "pair": [0, ""],
        "many": ["yes", "not_tested"],
        "group": ["mail", "web"],
    }


@pytest.mark.parametrize(
    ("scenario", "data", "message"),
    [
        ("string for integer", {"number": "1"}, "number: expected an integer, got '1'"),
        ("bool for integer", {"number": True}, "number: expected an integer, got True"),
        ("integer for bool", {"yes": 1}, "yes: expected true or false, got 1"),
        ("null where none may be", {"text": None}, "text: expected a string, got None"),
        ("not a number", {"ratio": float("nan")}, "ratio: expected a finite number, got nan"),
        ("broken base64", {"raw": "A"}, "raw: expected base64, got 'A'"),
        ("number for bytes", {"raw": 7}, "raw: expected base64, got 7"),
        ("naive time", {"at": "2026-01-01T00:00:00"}, "at: expected an RFC 3339 time in UTC"),
        ("impossible time", {"at": "2026-02-30T00:00:00Z"}, "at: expected an RFC 3339 time in UTC"),
        ("no address", {"address": "192.0.2.256"}, "address: expected an IP address"),
        ("number for address", {"address": 1}, "address: expected an IP address"),
        ("the other family", {"only4": "2001:db8::1"}, "only4: expected an IPv4Address"),
        ("unknown member", {"maybe": "boredom"}, "maybe: expected a Failure, got 'boredom'"),
        ("unhashable member", {"maybe": ["timeout"]}, "maybe: expected a Failure"),
        ("short pair", {"pair": [1]}, "pair: expected 2 items, got 1"),
        ("wrong in pair", {"pair": [1, 2]}, "pair[1]: expected a string, got 2"),
        ("object for array", {"many": {}}, "many: expected an array"),
        ("wrong in array", {"many": ["yes", "perhaps"]}, "many[1]: expected a Fact, got 'perhaps'"),
        ("twice in a set", {"group": ["web", "web"]}, "group: the same item twice in a set"),
        ("unknown field", {"colour": 1}, "value: Sample has no field 'colour'"),
        ("no object", [], "value: expected an object (Sample)"),
        ("hostile length", {"number": "x" * 9000}, "number: expected an integer, got '" + "x" * 59 + "…"),
    ],
)
def test_other_data_is_refused(scenario: str, data: Any, message: str) -> None:
    with pytest.raises(CodecError) as caught:
        decode(Sample, data)
    assert str(caught.value).startswith(message), scenario


def test_a_missing_field_needs_a_default() -> None:
    assert decode(Sample, {}) == Sample()
    with pytest.raises(CodecError, match=r"^row: Row lacks code, region$"):
        decode(Evidence, {"row": {"domain": "a", "web_host": "b", "mail_domain": "c"}, "vantage": {}})


class Library(IntEnum):
    ONE = 1


@pytest.mark.parametrize(
    ("scenario", "value", "fits"),
    [
        ("a library's integer", Sample(number=Library.ONE), True),
        ("a word of ours as text", Sample(text=Failure.TIMEOUT), True),
        ("bool as integer", Sample(number=True), False),
        ("list for tuple", Sample(many=[Fact.YES]), False),  # type: ignore[arg-type]  # the error under test
        ("set for frozenset", Sample(group={"web"}), False),  # type: ignore[arg-type]  # the error under test
        ("naive time", Sample(at=datetime(2026, 1, 1)), False),  # noqa: DTZ001 - the error under test
        ("text for bytes", Sample(raw="x"), False),  # type: ignore[arg-type]  # the error under test
        ("text for enum", Sample(maybe="timeout"), False),  # type: ignore[arg-type]  # the error under test
        ("text for address", Sample(address="192.0.2.1"), False),  # type: ignore[arg-type]  # the error under test
    ],
)
def test_values_that_break_their_type_are_not_written(scenario: str, value: Sample, fits: bool) -> None:
    if fits:
        assert decode(Sample, json.loads(json.dumps(encode(value)))) == value, scenario
    else:
        with pytest.raises(CodecError):
            encode(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    value: int | str = 0


def test_a_union_that_data_cannot_tell_apart_is_our_bug() -> None:
    with pytest.raises(TypeError, match="no codec for"):
        encode(Unclear())


def test_another_class_in_a_field_is_refused() -> None:
    server = NameServer(name="ns.example.se.", address=IPv4Address("192.0.2.53"))
    row: Any = server
    with pytest.raises(CodecError, match=r"^row: expected a Row, got NameServer"):
        encode(Evidence(row=row, vantage=row))
    assert (
        decode(Row, encode(Row(code="AB", region="R", domain="d", web_host="w", mail_domain="m"))).code
        == "AB"
    )
