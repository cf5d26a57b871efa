"""The Containerfile: locked requirements, no root, one volume, and a health check that tells the dead from the living."""

import ast
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from checker.cli import main
from checker.schedule.forked import STOPS_WITHIN_S
from checker.settings import Settings
from tests.deploy.units import ROOT

TEXT = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")


def instructions() -> list[tuple[str, str]]:
    """(instruction, rest) of every one, comments and continued lines resolved."""
    lines = [line for line in TEXT.splitlines() if line and not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [(line.split()[0], line.partition(" ")[2].strip()) for line in joined.splitlines()]


def of_last_stage(kind: str) -> list[str]:
    stages = [place for place, (name, _) in enumerate(instructions()) if name == "FROM"]
    return [rest for name, rest in instructions()[stages[-1] :] if name == kind]


def environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for rest in of_last_stage("ENV") for pair in rest.split())


def test_it_runs_as_nobody_in_particular() -> None:
    (user,) = of_last_stage("USER")
    uid, gid = map(int, user.split(":"))
    assert uid == gid
    assert uid >= 10000
    assert instructions()[-1][0] == "CMD"
    after = [name for name, _ in instructions()[[n for n, _ in instructions()].index("USER") :]]
    assert not {"RUN", "COPY", "ADD"} & set(after)


def test_what_is_installed_is_locked() -> None:
    installs = [rest for name, rest in instructions() if name == "RUN" and " install " in rest]
    assert installs
    for rest in installs:
        for command in rest.split("&&"):
            if " install " in command:
                assert ("--require-hashes" in command) != ("--no-deps" in command), command


def test_nothing_comes_from_the_network_but_the_base_and_the_locked() -> None:
    names = [name for name, _ in instructions()]
    assert "ADD" not in names
    text = " ".join(rest for _, rest in instructions())
    assert not re.search(r"https?://|curl|wget|apt-get|git ", text)


def test_the_base_is_chosen_by_one_argument() -> None:
    froms = [rest for name, rest in instructions() if name == "FROM"]
    assert froms == ["${PYTHON} AS build", "${PYTHON}"]
    (argument,) = [rest for name, rest in instructions() if name == "ARG"]
    assert re.fullmatch(r"PYTHON=docker\.io/library/python:3\.\d+-slim", argument)


def test_what_is_copied_exists_and_is_not_ignored() -> None:
    ignored = (ROOT / "deploy" / "Containerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    copied: list[str] = []
    for name, rest in instructions():
        if name == "COPY" and not rest.startswith("--from="):
            copied += rest.split()[:-1]
    assert {"checker", "templates", "requirements.lock"} <= set(copied)
    for source in copied:
        assert (ROOT / source).exists(), source
        assert f"!{source}" in ignored
    assert {line[1:] for line in ignored if line.startswith("!")} == set(copied)


def test_there_is_nothing_secret_in_it() -> None:
    assert not re.search(r"password|secret|token|credential", TEXT, re.IGNORECASE)


def test_one_volume_holds_everything_that_is_written() -> None:
    assert of_last_stage("VOLUME") == ["/data"]
    assert of_last_stage("WORKDIR") == ["/data"]
    (command,) = of_last_stage("CMD")
    arguments = json.loads(command)
    site = Path("/data") / arguments[arguments.index("--output") + 1]
    assert str(site.parent) == "/data"  # the store lies beside the site
    assert environment()["TMPDIR"].startswith("/data")
    assert environment()["CHECKER_HEARTBEAT"].startswith("/data/")


def test_the_command_exists(capsys: pytest.CaptureFixture[str]) -> None:
    assert of_last_stage("ENTRYPOINT") == ['["checker"]']
    (command,) = of_last_stage("CMD")
    assert main([*json.loads(command), "--next", "1"]) == 0
    assert capsys.readouterr().out
    for variable in environment():
        if variable.startswith("CHECKER_"):
            assert variable.removeprefix("CHECKER_").lower() in Settings.model_fields


def test_it_is_stopped_as_the_program_wants_it() -> None:
    assert of_last_stage("STOPSIGNAL") == ["SIGTERM"]
    found = re.search(r"--stop-timeout (\d+)", TEXT)
    assert found is not None
    assert int(found[1]) > STOPS_WITHIN_S


@pytest.mark.parametrize(
    ("name", "age_s", "healthy"), [("alive", 20, True), ("dead", 900, False), ("never alive", None, False)]
)
def test_the_health_check(name: str, age_s: int | None, *, healthy: bool) -> None:
    (check,) = of_last_stage("HEALTHCHECK")
    program, flag, code = ast.literal_eval(check.partition(" CMD ")[2])
    assert (program, flag) == ("python3", "-c")
    heartbeat = Path("heartbeat")
    if age_s is not None:
        heartbeat.touch()
        os.utime(heartbeat, (time.time() - age_s,) * 2)
    assert environment()["CHECKER_HEARTBEAT"] in code
    code = code.replace(environment()["CHECKER_HEARTBEAT"], str(heartbeat))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=120, check=False)
    assert (done.returncode == 0) is healthy
