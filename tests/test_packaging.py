"""What is shipped and how it is installed: the wheel's contents, the locks, the make targets. No network."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import checker

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("requirements.lock", "requirements-dev.lock")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement_names(requirements: list[str]) -> set[str]:
    return {normal(re.match(r"[A-Za-z0-9._-]+", requirement)[0]) for requirement in requirements}  # type: ignore[index]


def locked(lock: str) -> dict[str, str]:
    """Each locked requirement, with everything that belongs to it."""
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {normal(line.partition("==")[0]): line for line in lines}


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_pin_everything_by_hash_and_name_no_registry(lock: str) -> None:
    entries = locked(lock)
    assert len(entries) > 15
    for name, entry in entries.items():
        assert re.match(r"[a-z0-9-]+==\S+", entry), name
        assert "--hash=sha256:" in entry, name
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"--(extra-)?index-url|--find-links|--trusted-host", text)


def test_locks_hold_what_the_project_asks_for() -> None:
    runtime = requirement_names(PROJECT["project"]["dependencies"])
    groups = PROJECT["dependency-groups"]
    assert runtime <= set(locked("requirements.lock"))
    assert runtime | requirement_names(groups["dev"] + groups["build"]) <= set(
        locked("requirements-dev.lock")
    )


def test_the_two_locks_agree() -> None:
    dev = locked("requirements-dev.lock")
    for name, entry in locked("requirements.lock").items():
        assert dev[name].split()[0] == entry.split()[0], name


def test_build_backend_is_locked() -> None:
    assert requirement_names(PROJECT["build-system"]["requires"]) <= set(locked("requirements-dev.lock"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built by the locked backend without a network."""
    place = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    (path,) = place.glob("*.whl")
    assert path.name.startswith(f"indikatorkollen-{checker.__version__}-py3-none-any")
    return zipfile.ZipFile(path)


def test_the_wheel_has_every_file_of_the_package(wheel: zipfile.ZipFile) -> None:
    shipped = set(wheel.namelist())
    for path in (ROOT / "checker").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            assert path.relative_to(ROOT).as_posix() in shipped


def test_the_wheel_has_the_templates(wheel: zipfile.ZipFile) -> None:
    shipped = set(wheel.namelist())
    templates = [path for path in (ROOT / "templates").rglob("*") if path.is_file()]
    assert templates
    for path in templates:
        assert f"checker/{path.relative_to(ROOT).as_posix()}" in shipped


def test_the_wheel_has_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert tops == {"checker", f"indikatorkollen-{checker.__version__}.dist-info"}


def test_the_command_is_the_package(wheel: zipfile.ZipFile) -> None:
    entry_points = wheel.read(f"indikatorkollen-{checker.__version__}.dist-info/entry_points.txt").decode()
    assert "checker = checker.cli:main" in entry_points


MAKE = (
    "help",
    "setup",
    "sweep",
    "demo",
    "test",
    "check",
    "check-wheel",
    "test-daemons",
    "bench",
    "lock",
    "clean",
)


@pytest.mark.parametrize("target", MAKE)
def test_make_knows(target: str) -> None:
    command = ["make", "--dry-run", "--always-make", target]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=120)
    assert said.stdout
    assert not said.stderr


def test_make_explains_itself() -> None:
    said = subprocess.run(["make"], cwd=ROOT, check=True, capture_output=True, text=True, timeout=120).stdout
    assert all(f"make {target} " in said for target in MAKE)


def test_an_old_python_is_told_so(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text())
    for name in ("requirements-dev.lock", "pyproject.toml"):
        (tmp_path / name).touch()
    said = subprocess.run(
        ["make", "setup", f"PYTHON={old}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert said.returncode != 0
    assert "needs Python 3.11 or newer" in said.stderr
    assert not (tmp_path / ".venv").exists()


def test_ci_runs_what_make_offers() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    called = re.findall(r"^make (\S+)$", script, re.MULTILINE)
    assert called == ["check", "check-wheel", "test-daemons", "test-browser"]
    assert script.startswith("#!/usr/bin/env bash\n")
    assert "\nset -euo pipefail\n" in script
