"""`checker explain`: what a printed code or a finding means, why it matters, and how to put it right."""

import difflib
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.exits import ExitCode, Quit
from checker.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Sequence

CodeArgument = Annotated[
    str | None,
    typer.Argument(metavar="CODE", help="A printed code or a finding's; without it all are listed."),
]
JsonSwitch = Annotated[bool, typer.Option("--json", help="Print one JSON object; an array of all codes.")]

_NEAR = 5


def explain(session: Session, *, code: CodeArgument = None, as_json: JsonSwitch = False) -> ExitCode:
    r"""Explain a printed code or a finding: what it means, why it matters, how to put it right.

    Printed codes are those of the table, explained in every column that has them; quote them for the shell. The code
    of a finding stands in brackets behind it in checker check, and as "code" in results.json. Recipes show how to put
    it right in common server software.

    \b
    Examples:
      checker explain                       every code, one line each
      checker explain dnssec_no_ds          a finding, with recipes
      checker explain "Nej (A)"             a printed code
      checker explain Nej/Ja                a pair
      checker explain tls10_offered --lang en
      checker explain dnssec_no_ds --json
    """
    from checker.cli.output import say, say_json  # noqa: PLC0415 - start-up
    from checker.report.code_screen import all_codes, code_lines, list_lines  # noqa: PLC0415 - start-up
    from checker.report.export_codes import code_object  # noqa: PLC0415 - start-up

    lang, known = session.settings.lang, all_codes()
    if code is None:
        if as_json:
            say_json([code_object(each, lang) for each in known])
        else:
            for line in list_lines(lang=lang):
                say(line)
        return ExitCode.DONE
    meant = _meant(code, known)
    if as_json:
        say_json(code_object(meant, lang))
    else:
        for line in code_lines(meant, lang=lang):
            say(line)
    return ExitCode.DONE


def _meant(code: str, known: "Sequence[str]") -> str:
    """The code that is meant, whatever its case and spacing. Quits (USAGE) on an unknown one."""
    from checker.report.code_screen import is_pair  # noqa: PLC0415 - start-up
    from checker.report.words import visible  # noqa: PLC0415 - start-up

    alike = {_plain(each): each for each in known}
    asked = _plain(code)
    pair = "/".join(alike.get(_plain(half), "") for half in code.split("/"))
    if asked in alike or is_pair(pair):
        return alike.get(asked, pair)
    near = difflib.get_close_matches(asked, alike, _NEAR)
    part = [each for each in alike if asked in each] if len(asked) > 1 else []
    alternatives = [alike[each] for each in dict.fromkeys((*near, *part))][:_NEAR]
    hint = f"did you mean {', '.join(alternatives)}?" if alternatives else "nothing is like it."
    raise Quit(ExitCode.USAGE, f'"{visible(code, 80)}" is no code: {hint} Without CODE all codes are listed.')


def _plain(code: str) -> str:
    """A code as one compares it: `nej (a)` for `Nej (A)`; a hyphen is the dash of a keyboard."""
    plain = " ".join(code.replace("(", " (").split()).casefold()
    return "–" if plain == "-" else plain
