from checker.report.model import Summary, SummaryCounter
from checker.report.sentences import joined, number, sentences
from tests.report.rows import result_of, table_6


def of_table_6() -> Summary:
    counter = SummaryCounter()
    for result in table_6():
        counter.add(result)
    return counter.summary()


def test_table_6_in_words() -> None:
    assert [str(sentence) for sentence in sentences(of_table_6())] == [
        "19 av 21 erbjuder STARTTLS, varav 9 med certifikat på fel namn.",
        (
            "18 av 21 erbjuder en inledande https-anslutning, varav 6 utan automatisk omdirigering, "
            "2 som skickar tillbaka till http, 1 utan innehåll, 6 med brister i TLS och 1 med trasig anslutning."
        ),
        "14 av 21 har fungerande DNSSEC. Trasig signering: 1.",
        "6 av 21 har en webbplats som nås via IPv6.",
        "7 av 21 tar emot e-post via IPv6.",
    ]


def test_those_not_measured_are_said_beside() -> None:
    counter = SummaryCounter()
    for cell in ("Ja", "Ej mätt", "–"):
        counter.add(result_of(starttls=cell, https="Ej mätt"))
    starttls, https, dnssec, *_ = sentences(counter.summary(), "en")
    assert str(starttls) == "1 of 1 offer STARTTLS. Not measured: 1. Not applicable: 1."
    assert str(https) == "No organisation could be measured. Not measured: 3."
    assert str(dnssec) == "The column is not part of this sweep."


def test_numbers_are_written_as_in_the_language() -> None:
    assert number(1234567) == "1\u00a0234\u00a0567"
    assert number(1234567, "en") == "1,234,567"


def test_a_list_in_a_sentence() -> None:
    assert joined(["a"]) == "a"
    assert joined(["a", "b", "c"]) == "a, b och c"
