"""Files that the publisher hands in for the site: whatever is wrong with them is told before anything is done."""

from pathlib import Path

import pytest

from checker.cli import main
from checker.store.store import Store
from checker.store.stored_sweep import State
from tests.cli.laboratory import NoNetwork
from tests.store.stored_nights import concluded, https

RENDER = ("render", "--store", "checker.db", "--output", "site")
Captured = pytest.CaptureFixture[str]


def settings(text: str) -> None:
    Path("checker.toml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("scenario", "comments", "said"),
    [
        ("missing", None, "error: checker.toml: comments: is not a file"),
        ("wrong", "code;comment\n", "error: comments.csv: line 1: is separated by semicolons"),
        ("several", "code,comment\nAB,\nC,\n", "error: comments.csv: line 2: comment is empty"),
    ],
)
@pytest.mark.parametrize("command", ["sweep", "render"])
def test_comments_are_read_before_anything_is_done(
    scenario: str, comments: str | None, said: str, command: str, capsys: Captured
) -> None:
    settings('comments = "comments.csv"\n')
    if comments is not None:
        Path("comments.csv").write_text(comments, encoding="utf-8")
    Path("domains.csv").write_text("region,domain\nA,a.se\n", encoding="utf-8")
    before = {path.name for path in Path().iterdir()}
    assert main([command], network_class=NoNetwork) == 2, scenario
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert {path.name for path in Path().iterdir()} == before


def test_a_logo_that_is_none_is_told_with_everything_else(capsys: Captured) -> None:
    settings('comments = "comments.csv"\nlogo = "logo.gif"\n')
    Path("comments.csv").write_text("comment\n", encoding="utf-8")
    Path("logo.gif").touch()
    assert main([*RENDER]) == 2
    said = capsys.readouterr().err
    assert "logo.gif: is neither .svg nor .png nor .webp" in said
    assert "comments.csv: line 1: column code missing" in said


def test_a_held_sweep_is_not_taken_in_while_the_files_are_wrong(capsys: Captured) -> None:
    with Store("checker.db") as store:
        concluded(store, https("Ja", "Ja"), 0)
        held = concluded(store, https("Nej!", "Nej!"), 1, brake=0.3).sweep
        assert held.state is State.HELD
        settings('comments = "comments.csv"\n')
        Path("comments.csv").write_text("comment\n", encoding="utf-8")
        assert main([*RENDER, "--accept", held.id]) == 2
        assert "column code missing" in capsys.readouterr().err
        found = store.sweeps.get(held.id)
        assert found is not None
        assert found.state is State.HELD


def test_comments_on_codes_that_the_list_has_not_are_told_of(capsys: Captured) -> None:
    with Store("checker.db") as store:
        sweep = concluded(store, https("Ja"), 0).sweep
        (row,) = store.sweeps.rows(sweep.id)
    settings('comments = "comments.csv"\n')
    Path("comments.csv").write_text(f"code,comment\n{row.code},Vi vet.\nXX,Hej\nÅ,Hej\n", encoding="utf-8")
    assert main([*RENDER]) == 0
    said = [line for line in capsys.readouterr().err.splitlines() if "comments" in line]
    assert said == [f'warning: comments: the list has no row with the code "{code}"' for code in ("XX", "Å")]
    assert "Vi vet." in Path(f"site/organisation/{row.code}/index.html").read_text(encoding="utf-8")
