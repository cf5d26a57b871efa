import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.protocols.hsts import LONGEST_S, max_age


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        pytest.param("max-age=31536000", 31_536_000, id="usual"),
        pytest.param("max-age=31536000; includeSubDomains; preload", 31_536_000, id="all directives"),
        pytest.param(" includeSubDomains ; MAX-AGE = 5 ; ", 5, id="blanks and capitals"),
        pytest.param('max-age="31536000"', 31_536_000, id="quoted"),
        pytest.param('note="a;b"; max-age=1', 1, id="semicolon in quotes"),
        pytest.param(";;max-age=1;", 1, id="empty directives"),
        pytest.param("max-age=0", 0, id="forget it"),
        pytest.param("max-age=" + "9" * 200, LONGEST_S, id="for ever"),
    ],
)
def test_values_that_count(value: str, seconds: int) -> None:
    assert max_age(value) == seconds


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("", id="empty"),
        pytest.param("includeSubDomains", id="no max-age"),
        pytest.param("max-age", id="no value"),
        pytest.param("max-age=", id="empty value"),
        pytest.param("max-age=-1", id="negative"),
        pytest.param("max-age=1.5", id="fraction"),
        pytest.param("max-age=١", id="other digits"),
        pytest.param("max-age=1; max-age=1", id="twice"),
        pytest.param("max-age=1, includeSubDomains", id="comma"),
        pytest.param("max-age=1 includeSubDomains", id="no semicolon"),
        pytest.param('max-age="1', id="open quotation"),
        pytest.param("max-age: 1", id="colon"),
    ],
)
def test_values_that_browsers_ignore(value: str) -> None:
    assert max_age(value) is None


@given(
    st.one_of(
        st.text(max_size=50),
        st.lists(st.sampled_from(["max-age", "=", "1", ";", '"', " ", "\\"])).map("".join),
    )
)
def test_any_value_is_read_or_ignored(value: str) -> None:
    seconds = max_age(value)
    assert seconds is None or 0 <= seconds <= LONGEST_S
