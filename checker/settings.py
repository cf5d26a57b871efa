"""Everything an operator can set: command line over environment (CHECKER_…) over checker.toml.

Only the command line sees `Settings`; everybody else is given plain values. Never reads what the files named here
contain.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from checker.domain_names import printable, quoted
from checker.notice_settings import NOTICE_PATHS, SECRETS, NoticeSettings, misfits, misplaced_secrets
from checker.publishing_settings import PUBLISHING_PATHS, PublishingSettings, Words
from checker.rulesets import DEFAULT_RULESET
from checker.setting_values import (
    cron_expression,
    excludable,
    greeting_name,
    has_password,
    header_safe,
    host,
    is_path,
    known_columns,
    known_ruleset,
    listed,
    moment,
    no_truth_value,
    readable,
    time_zone,
    web_address,
)

ENV_PREFIX = "CHECKER_"
DEFAULT_FILE = Path("checker.toml")
FILE_MAX_BYTES = 1024 * 1024
PATHS = (
    frozenset(
        {
            "root_hints",
            "trust_anchor",
            "ca_file",
            "heartbeat",
            "metrics",
            "store",
            "store_password_file",
            "archive",
        }
    )
    | NOTICE_PATHS
    | PUBLISHING_PATHS
)
"""Settings that name files; in a settings file they are relative to that file."""


_PLAINER = {"path_type": "must be the path of a file", "tuple_type": "must be a list"}
"""What pydantic says in words of Python, in others."""


class SettingsError(Exception):
    """Everything that is wrong with the settings, a line each, saying where each value came from."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


Existing = Annotated[Path, AfterValidator(readable)]
Listed = Annotated[tuple[str, ...], NoDecode, BeforeValidator(listed)]


class Settings(NoticeSettings, PublishingSettings):
    """The settings, checked. Times are seconds; numbers are the starting points of the measuring rules."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        defer_build=True,  # the schema is built once, for the class that knows its file
    )

    root_hints: Existing | None = None
    trust_anchor: Existing | None = None
    ca_file: Existing | None = None
    ruleset: Annotated[str, AfterValidator(known_ruleset)] = DEFAULT_RULESET
    only: Annotated[Listed, AfterValidator(known_columns)] = ()
    allow_private: bool = False
    now: Annotated[datetime, BeforeValidator(moment)] | None = None
    concurrency: Annotated[int, Field(ge=1, le=1000), BeforeValidator(no_truth_value)] = 50
    timeout: Annotated[float, Field(gt=0, le=300, allow_inf_nan=False), BeforeValidator(no_truth_value)] = (
        10.0
    )
    deadline: Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False), BeforeValidator(no_truth_value)] = (
        120.0
    )
    no_retest: bool = False
    retest_delay: Annotated[
        float, Field(ge=0, le=3600, allow_inf_nan=False), BeforeValidator(no_truth_value)
    ] = 60.0
    mail_spacing: Annotated[
        float, Field(ge=0, le=60, allow_inf_nan=False), BeforeValidator(no_truth_value)
    ] = 1.0
    mail_at_once: Annotated[int, Field(ge=1, le=10), BeforeValidator(no_truth_value)] = 1
    control_host: Annotated[str, AfterValidator(host)] | None = None
    """A mail server known to answer on port 25: proves that this place can get out."""
    exclude: Annotated[Listed, AfterValidator(lambda entries: tuple(map(excludable, entries)))] = ()
    vantage: Words = ""
    lang: Literal["sv", "en"] = "sv"

    operator: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(header_safe)] = (
        "indikatorkollen"
    )
    url: Annotated[str, Field(max_length=300), AfterValidator(web_address)] = (
        "https://indikatorkollen.invalid/om"
    )
    ehlo_name: Annotated[str, AfterValidator(greeting_name)] = "indikatorkollen.invalid"

    cron: Annotated[str, AfterValidator(cron_expression)] = "15 3 * * *"
    """When `schedule` sweeps. A time of day that no change to or from summer time skips or repeats."""
    timezone: Annotated[str, AfterValidator(time_zone)] = "Europe/Stockholm"
    sweep_retry_delay: Annotated[
        float, Field(ge=0, le=86400, allow_inf_nan=False), BeforeValidator(no_truth_value)
    ] = 600.0
    """How long `schedule` waits before it tries a failed sweep again."""
    store: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    """Where sweeps are kept: a file, sqlite:///FILE or postgresql://USER@HOST/NAME; None: beside the site."""
    no_store: bool = False
    store_password_file: Existing | None = None
    """The password of a PostgreSQL store, when its address has none."""
    archive: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    """The directory of the archives, or "off"; None: `archive` beside a store that is a file, none for PostgreSQL."""
    keep_observations: Annotated[int, Field(ge=0, le=36500), BeforeValidator(no_truth_value)] = 400
    """Days that what was seen stays in the store; 0: for ever."""
    keep_archives: Annotated[int, Field(ge=0, le=36500), BeforeValidator(no_truth_value)] = 0
    """Days that archives stay; 0: for ever."""
    resume_hours: Annotated[
        float, Field(ge=0, le=168, allow_inf_nan=False), BeforeValidator(no_truth_value)
    ] = 12.0
    """How old a sweep that was cut short may be to be gone on with; 0: it never is."""
    brake: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False), BeforeValidator(no_truth_value)] = 0.3
    """The share of a column's cells that may go worse at once before the site is held back; 1 takes the brake off."""
    metrics: Path | None = None
    """A file for node_exporter's textfile collector; its name must end in .prom."""
    heartbeat: Path | None = None
    """A file that `schedule` touches every half minute, for whoever watches it."""

    @property
    def excluded_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks among `exclude`."""
        return tuple(ip_network(entry) for entry in self.exclude if _is_network(entry))

    @property
    def excluded_names(self) -> tuple[str, ...]:
        """The names among `exclude`: A-labels, each covering what is below it."""
        return tuple(entry for entry in self.exclude if not _is_network(entry))


def load_settings(given: Mapping[str, object], *, config: Path | None = None) -> Settings:
    """Put the settings together: `given` on the command line, the environment, and a file.

    `config` names the file; without it `checker.toml` in the current directory is read when it exists. None among
    `given` means not given. Raises SettingsError with all problems at once.
    """
    chosen = {name: value for name, value in given.items() if value is not None}
    path = config or (DEFAULT_FILE if DEFAULT_FILE.exists() else None)
    filed = _read_file(path) if path else {}
    file = printable(str(path))
    if problems := (*misplaced_secrets(chosen, filed, file), *_misplaced_password(chosen, filed, file)):
        raise SettingsError(problems)

    class Loaded(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            del dotenv_settings, file_secret_settings
            return init_settings, env_settings, InitSettingsSource(settings_cls, init_kwargs=filed)

    try:
        settings = Loaded(**chosen)  # type: ignore[arg-type]  # unchecked values are what it is for
    except ValidationError as error:
        problems = tuple(_told(details, chosen, path) for details in error.errors(include_url=False))
        raise SettingsError(tuple(dict.fromkeys(problems))) from None
    if problems := misfits(settings):
        raise SettingsError(problems)
    return settings


def unknown_variables() -> tuple[str, ...]:
    """Environment variables with our prefix that name no setting: probably misspelt."""
    known = {ENV_PREFIX + name.upper() for name in Settings.model_fields}
    return tuple(
        sorted(
            name for name in os.environ if name.upper().startswith(ENV_PREFIX) and name.upper() not in known
        )
    )


def option_of(name: str) -> str:
    """The command-line spelling of a setting."""
    return "--" + name.replace("_", "-")


def _read_file(path: Path) -> dict[str, Any]:
    shown = printable(str(path))
    try:
        with path.open("rb") as file:
            data = file.read(FILE_MAX_BYTES + 1)
        if len(data) > FILE_MAX_BYTES:
            raise SettingsError((f"{shown}: is larger than {FILE_MAX_BYTES} bytes",))
        table = tomllib.loads(data.decode("utf-8-sig"))
    except OSError as error:
        raise SettingsError((f"{shown}: cannot be read: {error.strerror or 'unknown error'}",)) from None
    except UnicodeDecodeError as error:
        raise SettingsError((f"{shown}: is not UTF-8 (byte {error.start})",)) from None
    except ValueError as error:  # TOMLDecodeError, or a NUL in the path
        raise SettingsError((f"{shown}: is not TOML: {printable(str(error))}",)) from None
    values = {key.replace("-", "_"): value for key, value in table.items()}
    return {
        key: str(path.parent / value) if key in PATHS and isinstance(value, str) and is_path(value) else value
        for key, value in values.items()
    }


def _misplaced_password(given: Mapping[str, object], filed: Mapping[str, object], file: str) -> Iterator[str]:
    """The store's address where others may read it, with a password in it; never the password."""
    for where, values in (("--store", given), (f"{file}: store", filed)):
        if has_password(str(values.get("store", ""))):
            yield (
                f"{where}: has a password in it, which must not stand here; name a file with it in "
                "store_password_file, or set the environment variable CHECKER_STORE"
            )


def _is_network(entry: str) -> bool:
    return "/" in entry


def _told(details: ErrorDetails, given: Mapping[str, object], path: Path | None) -> str:
    """One problem as a line: where the value came from, its key, what is wrong, and the value."""
    name = str(details["loc"][0]) if details["loc"] else "settings"
    if name in given:
        where = option_of(name)
    elif any(
        variable.upper() == ENV_PREFIX + name.upper() and value for variable, value in os.environ.items()
    ):
        where = f"environment variable {ENV_PREFIX}{name.upper()}"
    else:
        where = f"{printable(str(path or DEFAULT_FILE))}: {printable(name)}"
    if details["type"] == "extra_forbidden":
        return f"{where}: is no setting"
    message = _PLAINER.get(details["type"]) or details["msg"].removeprefix("Value error, ")
    told = f"{where}: {message[0].lower()}{message[1:]}"
    return told if name in SECRETS or name == "store" else f"{told} (got {quoted(str(details['input']))})"
