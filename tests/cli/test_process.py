"""The program as a process: start-up, streams, signals, and a machine without a network."""

import os
import re
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from checker import __version__
from checker.cli import main
from tests.cli.laboratory import NoNetwork
from tests.lab.apart import ROOT

HEAVY = ("pydantic", "rich", "jinja2", "httpcore", "cryptography", "dns", "idna", "asyncio", "ssl")
Captured = pytest.CaptureFixture[str]


def checker(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "checker", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_version() -> None:
    done = checker("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"checker {__version__}\n", "")


def test_starting_up_imports_nothing_heavy() -> None:
    code = "import sys, checker.cli.app; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded.isdisjoint(HEAVY)


@pytest.mark.parametrize("command", ["sweep", "check", "resolve", "domains", "doctor"])
def test_help_teaches(command: str, capsys: Captured) -> None:
    assert main([command, "--help"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"Usage: checker {command} ")
    assert "\b" not in said
    assert r"\b" not in said
    if command != "domains":
        assert re.search(rf"^    (CHECKER_\w+=\S+ )?checker {command}", said, re.MULTILINE)
        assert "--trust-anchor FILE" in said


def test_help_tells_the_exit_codes(capsys: Captured) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    for code in range(5):
        assert re.search(rf"^    {code}  \w", said, re.MULTILINE)


@pytest.mark.parametrize(
    "arguments", [["sweep"], ["check", "a.se"], ["check", "a.se", "--json"], ["resolve", "a.se"], ["doctor"]]
)
def test_without_a_network_the_vantage_point_failed(arguments: list[str], capsys: Captured) -> None:
    Path("domains.csv").write_text("region,domain\nA,a.se\n")
    site = Path("output/site")
    site.mkdir(parents=True)
    (site / ".checker-site").write_text("full\n")
    (site / "index.html").write_text("the earlier site")
    assert main(arguments, network_class=NoNetwork) == 3
    captured = capsys.readouterr()
    assert len(captured.err.splitlines()) == 1
    assert "o root server answers" in captured.err
    assert captured.out == "" or arguments == ["doctor"]
    assert (site / "index.html").read_text() == "the earlier site"
    assert sorted(path.name for path in Path().iterdir()) == ["domains.csv", "output"]


def test_doctor_tells_what_is_missing(capsys: Captured) -> None:
    assert main(["doctor"], network_class=NoNetwork) == 3
    said = capsys.readouterr().out
    assert re.search(r"^IPv4 +no: ", said, re.MULTILINE)
    assert re.search(r"^port 25 over IPv6 +not tested$", said, re.MULTILINE)


@pytest.mark.parametrize(
    ("ending", "interrupt"),
    [
        pytest.param(signal.SIGINT, signal.SIG_DFL, id="Ctrl-C"),
        pytest.param(signal.SIGTERM, signal.SIG_DFL, id="kill"),
        pytest.param(signal.SIGTERM, signal.SIG_IGN, id="kill in the background of a shell"),
    ],
)
def test_an_interrupt_ends_in_one_line(
    ending: signal.Signals, interrupt: signal.Handlers, place: Path
) -> None:
    (place / "domains.csv").write_text("region,domain\nA,a.se\n")
    program = textwrap.dedent("""
        import asyncio, sys
        from checker.cli import main
        from checker.network.door import Network
        from checker.network.errors import NetworkError
        from checker.observations.failure import Failure

        class Stuck(Network):
            async def ask(self, *_, **__):
                print("asked", flush=True)
                await asyncio.Event().wait()

            def locate(self, address, port, *, udp):
                raise NetworkError(Failure.UNREACHABLE)

        sys.exit(main(["sweep"], network_class=Stuck))
    """)
    with subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, interrupt),  # noqa: PLW1509 - nothing else runs here
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "asked\n"
        process.send_signal(ending)
        _, said = process.communicate(timeout=120)
    assert process.returncode == 4
    assert said == (
        "error: interrupted after 0 of 1 rows: nothing was published, an earlier site stands as it was\n"
    )
    assert sorted(path.name for path in place.iterdir()) == ["domains.csv", "output"]
    assert not (place / "output" / "site").exists()


def test_a_reader_that_has_had_enough(place: Path) -> None:
    rows = "".join(f"R,a{number}.se\n" for number in range(20_000))
    (place / "domains.csv").write_text("region,domain\n" + rows)
    with subprocess.Popen(
        [sys.executable, "-m", "checker", "domains"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        said = process.stderr.read()
    assert said == b""
    assert process.returncode == 0


def test_a_stdout_that_takes_no_more_is_told_plainly(place: Path) -> None:
    (place / "domains.csv").write_text("region,domain\nA,a.se\n")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "checker", "domains"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
            check=False,
        )
    assert (done.returncode, done.stderr) == (3, "error: No space left on device: not finished\n")


def test_a_closed_stdout_is_a_wish_for_silence(place: Path) -> None:
    (place / "domains.csv").write_text("region,domain\nA,a.se\n")
    done = subprocess.run(
        ["/bin/sh", "-c", f"{sys.executable} -m checker domains >&-"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_an_interrupt_while_the_program_is_loaded(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("checker.cli.app.run", interrupted)
    assert main(["domains"]) == 4
    assert capsys.readouterr().err == "error: interrupted\n"


def test_measuring_may_hold_as_many_sockets_as_the_system_grants() -> None:
    program = textwrap.dedent("""
        import asyncio, resource
        from checker.cli.instruments import run

        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
        run(asyncio.sleep(0))
        print(resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard))
    """)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout == "True\n"


def test_resolve_blames_this_machine_when_somebody_answers_for_the_root(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    class Intercepted(NoNetwork):
        """A hotel: every question gets NXDOMAIN, whomever it was sent to."""

        async def ask(  # type: ignore[override]  # what the door's callers pass
            self, _address: object, _port: int, payload: bytes, **_: object
        ) -> bytes:
            question = payload[12 : 12 + payload[12:].index(b"\0") + 5]
            return payload[:2] + b"\x80\x03\0\1\0\0\0\0\0\0" + question

    assert main(["resolve", "a.se"], network_class=Intercepted) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: No root server answers over IPv4 or IPv6")


def test_a_terminal_without_umlauts_gets_escapes(place: Path) -> None:
    (place / "domains.csv").write_text("region,domain\nSkåne–,a.se\n", encoding="utf-8")
    done = checker("domains", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 0
    assert r"Sk\xe5ne\u2013" in done.stdout


def test_our_own_bug_is_one_line_and_code_3(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def broken(_: object) -> object:
        raise RuntimeError("never expected")

    monkeypatch.setattr("checker.cli.instruments.instruments", broken)
    assert main(["doctor"]) == 3
    said = capsys.readouterr().err
    assert said.splitlines()[0] == "error: internal error (RuntimeError: never expected)"
    assert "Traceback" not in said
    assert main(["doctor", "--verbose"]) == 3
    assert "Traceback" in capsys.readouterr().err


def test_a_trace_holds_nothing_that_a_terminal_obeys(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def broken(_: object) -> object:
        raise RuntimeError("a server said \x1b]0;owned\x07\x9b31m\u202e")

    monkeypatch.setattr("checker.cli.instruments.instruments", broken)
    assert main(["doctor", "--verbose"]) == 3
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert all(line.isprintable() for line in said.splitlines())


def test_misspelt_variables_are_told(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setenv("CHECKER_TIEMOUT", "3")
    assert main(["resolve", "a.se"], network_class=NoNetwork) == 3
    assert "warning: environment variable CHECKER_TIEMOUT names no setting" in capsys.readouterr().err
