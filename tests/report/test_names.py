import pytest

from checker.report.names import shown_name


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("www.skane.se", "www.skane.se"),
        ("www.xn--vstmanland-q5a.se", "www.västmanland.se"),
        ("xn--a.se", "xn--a.se"),
        ("xn--\u202e.se", r"xn--\u202e.se"),
    ],
)
def test_names_are_shown_as_u_labels(stored: str, shown: str) -> None:
    assert shown_name(stored) == shown
