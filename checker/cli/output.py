"""What goes to stdout: data only, one piece at a time, with nothing a terminal would obey."""

import json
import sys


def say(text: str) -> None:
    """Write one piece of text and a line end."""
    sys.stdout.write(text + "\n")


def say_json(value: object) -> None:
    """Write one JSON value, indented for people, as UTF-8 text; whatever does not print is escaped (RFC 8259 §7)."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    say("".join(one if one == "\n" or one.isprintable() else json.dumps(one)[1:-1] for one in text))
