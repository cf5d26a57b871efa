"""The options that commands share, each a setting of the same name. Values are checked by the settings, not here.

None means not given on the command line; a test holds the defaults told here against the settings.
"""

from typing import Annotated, Any

import typer

from checker.cli.exits import ExitCode, Quit

_Text = str | None
_Switch = bool | None


def _option(metavar: str, text: str) -> Any:
    return typer.Option(metavar=metavar, help=text, show_default=False)


def _switch(declaration: str, text: str) -> Any:
    return typer.Option(declaration, help=text, show_default=False)


MEASURING: dict[str, Any] = {
    "config": Annotated[
        _Text, _option("FILE", "Settings file, instead of checker.toml in the current directory.")
    ],
    "root_hints": Annotated[_Text, _option("FILE", "Root hints (named.root format), instead of IANA's.")],
    "trust_anchor": Annotated[
        _Text, _option("FILE", "DS and DNSKEY records in zone-file form, instead of the root's anchors.")
    ],
    "ca_file": Annotated[_Text, _option("FILE", "PEM bundle that replaces the shipped certificate store.")],
    "ruleset": Annotated[_Text, _option("NAME", "bilaga-a-2017 or 2026 (default 2026).")],
    "only": Annotated[
        _Text,
        _option(
            "COLUMN,…",
            "Only these columns: starttls, https, dnssec, www_ipv6, mail_ipv6. Never replaces a full site.",
        ),
    ],
    "allow_private": Annotated[
        _Switch,
        _switch(
            "--allow-private/--no-allow-private", "Permit special-purpose addresses (own networks, labs)."
        ),
    ],
    "now": Annotated[_Text, _option("TIME", "Judge validity periods at this time (RFC 3339), for replays.")],
    "concurrency": Annotated[_Text, _option("N", "Rows measured at once (default 50).")],
    "timeout": Annotated[_Text, _option("SECONDS", "One wait on the network (default 10).")],
    "deadline": Annotated[_Text, _option("SECONDS", "Everything about one row (default 120).")],
    "no_retest": Annotated[
        _Switch,
        _switch(
            "--no-retest/--retest", "Skip the second attempt that a sweep makes at what might be passing."
        ),
    ],
    "mail_spacing": Annotated[
        _Text,
        _option("SECONDS", "Pause between connections to one mail provider or mail server (default 1)."),
    ],
    "mail_at_once": Annotated[_Text, _option("N", "Connections at once to one mail provider (default 1).")],
    "lang": Annotated[_Text, _option("sv|en", "Words of findings and explanations (default sv).")],
    "store": Annotated[
        _Text,
        _option(
            "URL", "Where sweeps are kept, a file or postgresql://…; without it checker.db beside the site."
        ),
    ],
    "no_store": Annotated[
        _Switch, _switch("--no-store/--keep", "Keep nothing: no history, no going on after an interruption.")
    ],
}
"""The options of every measuring command."""

STORED: dict[str, Any] = {name: MEASURING[name] for name in ("config", "store", "lang")}
"""The options of commands that read the store and measure nothing."""

SPEAKING: dict[str, Any] = {name: MEASURING[name] for name in ("config", "lang")}
"""The options of commands that only have words to say."""

SWEEPING: dict[str, Any] = {
    "resume_hours": Annotated[
        _Text,
        _option(
            "HOURS", "Go on with a sweep that was cut short this long ago at most (default 12; 0 never)."
        ),
    ],
    "brake": Annotated[
        _Text,
        _option(
            "SHARE",
            "Keep the old site when more than this share of a column goes worse at once (default 0.3; 1 never).",
        ),
    ],
}
"""The options of `sweep` and `schedule` beside those of every measuring command."""

SCHEDULING: dict[str, Any] = {
    "cron": Annotated[
        _Text,
        _option("EXPRESSION", 'When to sweep, as "MIN HOUR DAY MONTH WEEKDAY" (default "15 3 * * *").'),
    ],
    "timezone": Annotated[_Text, _option("ZONE", "On whose clocks (default Europe/Stockholm).")],
}
"""The options of `schedule` beside those of a measuring command."""

COMMON: dict[str, Any] = {
    "quiet": Annotated[
        _Switch, typer.Option("--quiet", "-q", help="Only warnings and errors on stderr.", show_default=False)
    ],
    "verbose": Annotated[
        _Switch,
        typer.Option(
            "--verbose", "-v", help="More on stderr, and where an own error happened.", show_default=False
        ),
    ],
}
"""The options of every command."""

FailOnOption = Annotated[
    _Text,
    typer.Option(
        metavar="fault|warning|worse",
        help="Exit with 1 when there are findings this grave, or (worse) cells worse than in the sweep before.",
        show_default=False,
    ),
]


def check_fail_on(value: str | None, *, worse: bool = False) -> None:
    """Quit (USAGE) unless `--fail-on` can be obeyed; `worse` when there is a history to compare with."""
    if value == "worse" and not worse:
        raise Quit(
            ExitCode.USAGE,
            "--fail-on worse compares with the sweep before, which only a sweep with a store knows",
        )
    if value not in (None, "fault", "warning", "worse"):
        raise Quit(ExitCode.USAGE, f'--fail-on: must be fault, warning or worse (got "{value}")')
