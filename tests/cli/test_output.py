"""What goes to stdout has nothing that a terminal would obey."""

import json

import pytest

from checker.cli.output import say_json


def test_json_escapes_what_does_not_print_and_loses_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"å\u202e": ["\x9b31m\x7f", "\U000e0041", "\ud800", "\u2028", 'a"b\\', "rad\n"]}
    say_json(value)
    text = capsys.readouterr().out
    assert '"å\\u202e"' in text
    assert text.replace("\n", "").isprintable()
    assert json.loads(text) == value
