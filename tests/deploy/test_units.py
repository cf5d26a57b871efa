"""The systemd units start commands that exist, confined to what they need, and try again what may be passing."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from checker.cli import main
from checker.cli.exits import ExitCode
from checker.schedule.cron import parse_cron
from checker.schedule.fire_times import FireTimes
from checker.schedule.forked import STOPS_WITHIN_S
from checker.schedule.watch import TICK_S
from checker.settings import Settings, load_settings
from tests.deploy.units import DIRECTORY, PROGRAM, ROOT, SERVICES, read_unit
from tests.schedule.machine import STOCKHOLM

STATE = "/var/lib/indikatorkollen"
SETTINGS = "/etc/indikatorkollen"


def service(name: str) -> dict[str, str]:
    """The last value of each setting of [Service]."""
    return {key: values[-1] for key, values in read_unit(DIRECTORY / name)["Service"].items()}


@pytest.mark.parametrize(
    ("name", "command"), list(zip(SERVICES, ("sweep", "schedule", "sweep"), strict=True))
)
def test_the_command_exists_as_it_is_given(
    name: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    program, *arguments = service(name)["ExecStart"].split()
    assert program == PROGRAM
    assert arguments[0] == command
    assert main([command, "--help"]) == 0
    taught = capsys.readouterr().out
    options = [argument for argument in arguments if argument.startswith("-")]
    assert options == ["--config", "--output", *(["--unfinished"] if "resume" in name else [])]
    for option in options:
        assert re.search(rf"^  {option} ", taught, re.MULTILINE)
    assert arguments[1] == f"{SETTINGS}/domains.csv"
    assert arguments[arguments.index("--config") + 1] == f"{SETTINGS}/checker.toml"


@pytest.mark.parametrize("name", SERVICES)
def test_it_writes_to_one_directory_only(name: str) -> None:
    settings = service(name)
    arguments = settings["ExecStart"].split()
    site = Path(arguments[arguments.index("--output") + 1])
    assert settings["StateDirectory"] == Path(STATE).name
    assert str(site.parent) == STATE  # the store lies beside the site, which is replaced as a whole
    assert settings["ProtectSystem"] == "strict"
    assert "ReadWritePaths" not in settings


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("User", "indikatorkollen"),
        ("CapabilityBoundingSet", ""),
        ("AmbientCapabilities", ""),
        ("NoNewPrivileges", "yes"),
        ("ProtectHome", "yes"),
        ("PrivateTmp", "yes"),
        ("PrivateDevices", "yes"),
        ("PrivateUsers", "yes"),
        ("ProtectKernelTunables", "yes"),
        ("ProtectKernelModules", "yes"),
        ("ProtectKernelLogs", "yes"),
        ("ProtectControlGroups", "yes"),
        ("ProtectProc", "invisible"),
        ("RestrictNamespaces", "yes"),
        ("RestrictSUIDSGID", "yes"),
        ("MemoryDenyWriteExecute", "yes"),
        ("RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX"),
        ("SystemCallArchitectures", "native"),
        ("UMask", "0077"),
    ],
)
def test_it_is_confined(name: str, setting: str, value: str) -> None:
    assert service(name)[setting] == value


@pytest.mark.parametrize("name", SERVICES)
def test_it_may_use_no_more_memory_than_it_needs_and_as_many_sockets(name: str) -> None:
    settings = service(name)
    assert settings["MemoryMax"] == "1G"
    assert int(settings["LimitNOFILE"]) > 100 * Settings.model_fields["concurrency"].default


def test_the_services_are_confined_alike() -> None:
    one, *others = (
        (DIRECTORY / name)
        .read_text(encoding="utf-8")
        .partition("# Nothing of the machine")[2]
        .partition("[Install]")[0]
        .split("\n")
        for name in SERVICES
    )
    for other in others:
        assert [line for line in one if line] == [line for line in other if line]
    assert len(one) > 30


def test_what_is_tried_again() -> None:
    sweep, schedule, resume = (service(name) for name in SERVICES)
    for settings in (sweep, schedule, resume):
        assert settings["Restart"] == "on-failure"
        assert settings["RestartPreventExitStatus"] == str(int(ExitCode.USAGE))
    # a sweep that was done in part is tried again by the timer's service; the scheduler does that itself
    assert "SuccessExitStatus" not in sweep
    assert "SuccessExitStatus" not in resume
    assert schedule["SuccessExitStatus"] == str(int(ExitCode.PARTLY))
    limits = read_unit(DIRECTORY / SERVICES[0])["Unit"]
    assert limits["StartLimitBurst"] == ["2"]


def test_the_scheduler_is_given_the_time_it_takes() -> None:
    settings = service("indikatorkollen-schedule.service")
    assert settings["Type"] == "notify"
    assert settings["WatchdogSec"] == "5min"
    assert TICK_S * 5 < 5 * 60
    assert settings["TimeoutStopSec"] == "90s"
    assert STOPS_WITHIN_S + 15 < 90
    assert settings["KillMode"] == "mixed"  # it is the scheduler that tells the sweep
    assert settings["OOMPolicy"] == "continue"  # and survives it


def test_the_timer_is_due_when_the_schedule_is() -> None:
    timer = read_unit(DIRECTORY / "indikatorkollen.timer")["Timer"]
    (calendar,) = timer["OnCalendar"]
    found = re.fullmatch(r"\*-\*-\* (\d\d):(\d\d):00 (\S+)", calendar)
    assert found is not None
    hour, minute, zone = found.groups()
    assert zone == Settings.model_fields["timezone"].default
    cron = parse_cron(Settings.model_fields["cron"].default)
    due = FireTimes(cron, STOCKHOLM).after(datetime(2026, 1, 1, tzinfo=UTC)).astimezone(STOCKHOLM)
    assert (due.hour, due.minute) == (int(hour), int(minute))
    assert timer["Persistent"] == ["true"]


def test_timer_and_scheduler_exclude_each_other() -> None:
    unit = read_unit(DIRECTORY / "indikatorkollen-schedule.service")["Unit"]
    assert unit["Conflicts"] == ["indikatorkollen.timer"]


def test_secrets_are_handed_over_as_files() -> None:
    settings = read_unit(DIRECTORY / "indikatorkollen.service.d" / "secrets.conf")["Service"]
    given = [value.partition(":")[0] for value in settings["LoadCredential"]]
    assert given
    for name, variable in zip(given, settings["Environment"], strict=True):
        assert variable == f"CHECKER_{name.upper()}_FILE=%d/{name}"
        assert f"{name}_file" in Settings.model_fields


def test_the_user_of_the_services_is_made() -> None:
    text = (DIRECTORY / "indikatorkollen.sysusers").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert [line.split()[:2] for line in lines] == [["u", service(SERVICES[0])["User"]]]


def test_the_example_settings_are_right() -> None:
    example = ROOT / "deploy" / "checker.toml"
    settings = load_settings({}, config=example)
    for name in ("operator", "url", "ehlo_name", "contact", "base_url"):
        assert name in settings.model_fields_set  # what everybody must say of himself
    # what is commented out is right too
    text = re.sub(r"^# (\w+ = )", r"\1", example.read_text(encoding="utf-8"), flags=re.MULTILINE)
    Path("checker.toml").write_text(text, encoding="utf-8")
    assert load_settings({}).control_host == "mail.example.se"
    assert (settings.cron, settings.timezone) == ("15 3 * * *", "Europe/Stockholm")
