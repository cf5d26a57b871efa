"""Settings: which source wins, and that every mistake is told with the place it came from."""

import os
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest

from checker.cli.options import MEASURING
from checker.settings import Settings, SettingsError, load_settings, unknown_variables


@pytest.fixture(autouse=True)
def _empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings from where the tests happen to run."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("CHECKER_"):
            monkeypatch.delenv(name)


def problems(**given: object) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load_settings(given)
    return caught.value.problems


def write(text: str) -> Path:
    path = Path("checker.toml")
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults() -> None:
    settings = load_settings({})
    assert (settings.ruleset, settings.lang, settings.only, settings.now) == ("2026", "sv", (), None)
    assert (settings.concurrency, settings.timeout, settings.deadline) == (50, 10.0, 120.0)
    assert (settings.retest_delay, settings.no_retest) == (60.0, False)
    assert (settings.mail_spacing, settings.mail_at_once) == (1.0, 1)
    assert settings.model_fields_set == set()


def test_command_line_over_environment_over_file(monkeypatch: pytest.MonkeyPatch) -> None:
    write("timeout = 1\ndeadline = 1\nconcurrency = 1\n")
    monkeypatch.setenv("CHECKER_TIMEOUT", "2")
    monkeypatch.setenv("CHECKER_DEADLINE", "2")
    settings = load_settings({"timeout": "3", "deadline": None})
    assert (settings.timeout, settings.deadline, settings.concurrency) == (3.0, 2.0, 1)


def test_a_switch_can_be_taken_back_on_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHECKER_NO_RETEST", "true")
    assert load_settings({"no_retest": None}).no_retest is True
    assert load_settings({"no_retest": False}).no_retest is False


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    write("timeout = 7")
    monkeypatch.setenv("CHECKER_TIMEOUT", "")
    assert load_settings({}).timeout == 7


def test_config_replaces_the_file_of_the_directory(tmp_path: Path) -> None:
    write("timeout = 1")
    other = tmp_path / "other.toml"
    other.write_text("deadline = 5")
    settings = load_settings({}, config=other)
    assert (settings.timeout, settings.deadline) == (10.0, 5.0)


def test_paths_in_a_file_are_relative_to_it(tmp_path: Path) -> None:
    place = tmp_path / "etc"
    place.mkdir()
    (place / "hints").write_text(".")
    (place / "mine.toml").write_text('root-hints = "hints"')
    assert load_settings({}, config=place / "mine.toml").root_hints == place / "hints"


def test_exclusions_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHECKER_EXCLUDE", "räksmörgås.se, *.example.se 192.0.2.1, 2001:db8::/32")
    settings = load_settings({})
    assert settings.excluded_names == ("xn--rksmrgs-5wao1o.se", "example.se")
    assert settings.excluded_networks == (ip_network("192.0.2.1/32"), ip_network("2001:db8::/32"))


def test_exclusions_from_the_file() -> None:
    write('exclude = ["example.se", "192.0.2.7/24"]')
    settings = load_settings({})
    assert (settings.excluded_names, settings.excluded_networks) == (
        ("example.se",),
        (ip_network("192.0.2.0/24"),),
    )


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2017-12-13T10:00:00Z", datetime(2017, 12, 13, 10, tzinfo=UTC)),
        ("2017-12-13T11:00:00+01:00", datetime(2017, 12, 13, 10, tzinfo=UTC)),
    ],
)
def test_now(written: str, moment: datetime) -> None:
    assert load_settings({"now": written}).now == moment


def test_a_date_time_of_toml_is_a_time() -> None:
    write("now = 2017-12-13T10:00:00Z")
    assert load_settings({}).now == datetime(2017, 12, 13, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("timeout", "0", "--timeout: input should be greater than 0"),
        ("timeout", "ten", "--timeout: input should be a valid number"),
        ("timeout", "nan", "--timeout: input should be a finite number"),
        ("concurrency", "0", "--concurrency: input should be greater than or equal to 1"),
        ("concurrency", "1.5", "--concurrency: input should be a valid integer"),
        ("deadline", "99999", "--deadline: input should be less than or equal to 3600"),
        ("ruleset", "2017", "--ruleset: is not a ruleset; there are bilaga-a-2017, 2026"),
        ("lang", "no", "--lang: input should be 'sv' or 'en'"),
        ("now", "2017-12-13", "--now: must be a time as RFC 3339 has it"),
        ("now", "2017-12-13T10:00:00", "--now: must be a time as RFC 3339 has it"),
        ("now", "1513159200", "--now: must be a time as RFC 3339 has it"),
        ("root_hints", "missing", "--root-hints: is not a file"),
        ("trust_anchor", ".", "--trust-anchor: is not a file"),
        ("ca_file", "a\x00b", "--ca-file: "),
        ("exclude", "a b_c", '--exclude: "b_c" is neither a network nor a name: it has an underscore'),
        ("control_host", "a b", "--control-host: has a space"),
        ("ehlo_name", "localhost", "--ehlo-name: is a single label"),
        ("operator", "Röd\r\nX: y", "--operator: is sent to every server in headers"),
        ("operator", "a) evil (", "--operator: is sent to every server in headers"),
        ("url", "example.se", "--url: must be a web address"),
        ("url", "https://example.se/\r\nX: y", "--url: must be a web address"),
        ("base_url", "ftp://example.se/", "--base-url: must be a web address"),
        ("contact", "a\nb", "--contact: has control characters"),
        ("title", "a\x1b[2J", "--title: has control characters"),
    ],
)
def test_bad_values_name_the_option(name: str, value: str, said: str) -> None:
    (problem,) = problems(**{name: value})
    assert problem.startswith(said)
    assert problem.isprintable()


def test_unknown_column() -> None:
    (problem,) = problems(only="https,tls")
    assert problem.startswith(
        '--only: "tls" is no column; there are starttls, https, dnssec, www_ipv6, mail_ipv6'
    )


def test_columns_come_in_page_order() -> None:
    assert load_settings({"only": "dnssec, https"}).only == ("https", "dnssec")


def test_every_mistake_is_told_at_once_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    write('tiemout = 3\ndeadline = -1\n[site]\ntitle = "x"\n')
    monkeypatch.setenv("CHECKER_CONCURRENCY", "many")
    found = problems(timeout="-1")
    assert sorted(problem.split(": ")[0] for problem in found) == [
        "--timeout",
        "checker.toml",
        "checker.toml",
        "checker.toml",
        "environment variable CHECKER_CONCURRENCY",
    ]
    assert "checker.toml: tiemout: is no setting" in found
    assert "checker.toml: site: is no setting" in found
    assert any(
        problem.startswith("checker.toml: deadline: input should be greater than 0") for problem in found
    )


@pytest.mark.parametrize(
    ("scenario", "data", "said"),
    [
        ("no TOML", b"timeout 3\n", "checker.toml: is not TOML: "),
        ("Latin-1", b'publisher = "Sk\xe5ne"\n', "checker.toml: is not UTF-8 (byte 15)"),
        ("key twice", b"timeout = 1\ntimeout = 2\n", "checker.toml: is not TOML: "),
    ],
)
def test_bad_files(scenario: str, data: bytes, said: str) -> None:
    Path("checker.toml").write_bytes(data)
    (problem,) = problems()
    assert problem.startswith(said), scenario


@pytest.mark.parametrize(
    "name", ["timeout", "deadline", "concurrency", "retest_delay", "mail_spacing", "mail_at_once"]
)
def test_a_truth_value_is_no_number(name: str) -> None:
    Path("checker.toml").write_text(f"{name} = true\n")
    assert problems() == (f'checker.toml: {name}: must be a number (got "True")',)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ca_file = 5", 'ca_file: must be the path of a file (got "5")'),
        ("exclude = 5", 'exclude: must be a list (got "5")'),
    ],
)
def test_wrong_types_are_told_without_python(line: str, said: str) -> None:
    Path("checker.toml").write_text(line)
    assert problems() == (f"checker.toml: {said}",)


def test_manners_come_from_every_source(monkeypatch: pytest.MonkeyPatch) -> None:
    write("mail_spacing = 2.5\nmail_at_once = 2\n")
    assert (load_settings({}).mail_spacing, load_settings({}).mail_at_once) == (2.5, 2)
    monkeypatch.setenv("CHECKER_MAIL_AT_ONCE", "3")
    assert load_settings({}).mail_at_once == 3
    assert load_settings({"mail_at_once": "4", "mail_spacing": "0"}).mail_at_once == 4


@pytest.mark.parametrize("number", ["0", "11", "1.5"])
def test_connections_at_once_have_bounds(number: str) -> None:
    (problem,) = problems(mail_at_once=number)
    assert problem.startswith("--mail-at-once: ")


def test_missing_config() -> None:
    with pytest.raises(SettingsError, match=r"^missing\.toml: cannot be read: No such file"):
        load_settings({}, config=Path("missing.toml"))


def test_misspelt_variables_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHECKER_TIEMOUT", "3")
    monkeypatch.setenv("CHECKER_TIMEOUT", "3")
    assert unknown_variables() == ("CHECKER_TIEMOUT",)


def test_options_are_settings_and_tell_their_defaults() -> None:
    for name, annotation in MEASURING.items():
        if name == "config":
            continue
        field = Settings.model_fields[name]
        (option,) = annotation.__metadata__
        told = option.help.partition("(default ")[2].partition(")")[0]
        if told:
            assert str(field.default).removesuffix(".0") == told, name
        else:
            assert field.default in (None, False, ()), name
