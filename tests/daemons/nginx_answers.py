"""What a web server's port answers (`tests.lab.web_answers`) as directives of nginx, as far as nginx can say it. Pure."""

from collections.abc import Iterator, Mapping
from urllib.parse import unquote_to_bytes

from tests.lab.web_answers import Answer, Answers, Wire

_OWN_FIELDS = frozenset({"connection", "content-length", "content-type", "transfer-encoding"})
"""Header fields that nginx sees to itself."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BODYLESS = frozenset({204})
_PAGE = Answer()


def plays(answers: Answers) -> bool:
    """Whether nginx can give all of these."""
    return all(map(_plays, answers))


def _plays(answer: Answer) -> bool:
    names = {field.partition(":")[0].strip().lower() for field in answer.fields}
    texts = "".join((answer.location or "", answer.head, *answer.fields))
    # An empty Location is left out by nginx, and it has no way to write a dollar sign.
    sayable = answer.location != "" and "$" not in texts and names.isdisjoint(_OWN_FIELDS)
    lone = answer.location is None or answer.status in _REDIRECTS
    return answer.wire in (Wire.ORDINARY, Wire.NO_BODY) and not answer.times and sayable and lone


def directives(answers: Answers, words: Mapping[str, str]) -> Iterator[str]:
    """The locations of a server block; `words` fill in {host} and the like, also by variables."""
    paths = dict.fromkeys(answer.path for answer in answers if answer.path)
    for path in paths:
        yield from _location(
            f"= {_quoted(_unescaped(path), {})}", [one for one in answers if one.path in ("", path)], words
        )
    yield from _location("/", [one for one in answers if not one.path], words)


def _location(where: str, answers: list[Answer], words: Mapping[str, str]) -> Iterator[str]:
    yield f"location {where} {{"
    for answer in (*answers, _PAGE):
        if answer.unless_cookie:
            name, _, value = answer.unless_cookie.partition("=")
            yield f'  if ($cookie_{name} != "{value}") {{'
            yield from (f"    {line}" for line in _say(answer, words))
            yield "  }"
        else:
            yield from (f"  {line}" for line in _say(answer, words))
            break
    yield "}"


def _say(answer: Answer, words: Mapping[str, str]) -> Iterator[str]:
    for field in answer.fields:
        name, _, value = field.partition(":")
        yield f"add_header {_quoted(name, words)} {_quoted(value.strip(), words)} always;"
    if answer.status in _REDIRECTS:
        location = "" if answer.location is None else f" {_quoted(answer.location, words)}"
        yield f"return {answer.status}{location};"
    elif answer.status in _BODYLESS:
        yield f"return {answer.status};"
    else:
        page = f"<!doctype html><title>Region</title>{answer.head}<p>{answer.status}"
        yield f"return {answer.status} {_quoted('' if answer.wire is Wire.NO_BODY else page, words)};"


def _unescaped(path: str) -> str:
    """The path as nginx compares it; a surrogate stands for an octet that is no UTF-8."""
    return unquote_to_bytes(path).decode("utf-8", "surrogateescape")


def _quoted(text: str, words: Mapping[str, str]) -> str:
    for word, meant in words.items():
        text = text.replace(f"{{{word}}}", meant)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
