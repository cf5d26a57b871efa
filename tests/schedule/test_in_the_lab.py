"""The scheduler as a process on the miniature internet: its sweep is killed half-way, and the next one goes on."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from checker.store.store import Store
from checker.store.stored_sweep import State
from tests.lab.apart import ROOT, laboratory, start_options

KILLED_AFTER = 8
PROGRAM = f"""
import os, signal, sys
from pathlib import Path
from checker.cli import main
from checker.cli.progress import Progress
from tests.lab.apart import door

judged, killed = Progress.judged, Path("killed")

def mortal(self, result):
    judged(self, result)
    if self._done == {KILLED_AFTER} and not killed.exists():
        killed.touch()
        os.kill(os.getpid(), signal.SIGKILL)

Progress.judged = mortal
sys.exit(main(sys.argv[2:], network_class=door(Path(sys.argv[1]))))
"""


def test_a_sweep_killed_half_way_is_gone_on_with(tmp_path: Path) -> None:
    with laboratory("table6") as lab:
        command = [sys.executable, "-c", PROGRAM, str(lab), "schedule", str(lab / "domains.csv")]
        with subprocess.Popen(
            [*command, *start_options(lab), "--no-retest", f"--output={tmp_path / 'site'}"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "CHECKER_SWEEP_RETRY_DELAY": "0"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stderr is not None
            said: list[str] = []
            try:
                for line in process.stderr:
                    said.append(line.rstrip("\n"))
                    if line.startswith("next sweep: "):
                        break
                process.terminate()
                out, _ = process.communicate(timeout=60)
            finally:
                process.kill()
    assert (process.returncode, out) == (0, ""), said
    assert sum("the sweep was killed by SIGKILL" in line for line in said) == 1
    (going_on,) = [line for line in said if line.startswith("going on with the sweep")]
    assert 0 < int(re.findall(r"(\d+) rows are left", going_on)[0]) <= 21 - KILLED_AFTER
    results = json.loads((tmp_path / "site" / "results.json").read_text(encoding="utf-8"))
    assert len({row["code"] for row in results["results"]}) == 21
    with Store(str(tmp_path / "checker.db"), create=False) as store:
        assert [sweep.state for sweep in store.sweeps.all()] == [State.FINISHED]
