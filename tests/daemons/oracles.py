"""Puts questions to unbound-host and delv from inside the namespaces: JSON on stdin, verdicts out.

    nsenter … python -m tests.daemons.oracles DIR

where DIR has root.hints and trust-anchor.ds. Input: {"unbound": [[name, type], …], "delv": […]}; output: the same
with [status, words] for each question.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.daemons.daemon import Daemon
from tests.daemons.verdicts import SILENT, Verdict, of_delv, of_unbound_host

AT_ONCE = 4
UNBOUND_S = 20.0
DELV_S = 3.0
"""Where its upstream gives nothing that validates, delv waits for itself until it gives up."""
RECURSIVE = "127.0.0.1"

Question = Sequence[str]


def write_settings(directory: Path) -> None:
    """Settings for unbound-host, for the recursive server that delv asks, and delv's anchor."""
    start = f'server:\n  root-hints: "{directory}/root.hints"\n  do-ip6: yes\n  use-syslog: no\n'
    validating = (
        f'  module-config: "validator iterator"\n  trust-anchor-file: "{directory}/trust-anchor.ds"\n'
    )
    (directory / "unbound-host.conf").write_text(start + validating, encoding="ascii")
    recursive = f"""\
  module-config: "iterator"
  interface: {RECURSIVE}
  access-control: 127.0.0.0/8 allow
  directory: "{directory}"
  username: ""
  chroot: ""
  pidfile: ""
  do-daemonize: no
remote-control:
  control-enable: no
"""
    (directory / "recursive.conf").write_text(start + recursive, encoding="ascii")
    fields = (directory / "trust-anchor.ds").read_text("ascii").split()
    _, _, _, tag, algorithm, digest_type, *digest = fields
    anchor = f'. static-ds {tag} {algorithm} {digest_type} "{"".join(digest)}";'
    (directory / "delv.anchors").write_text(f"trust-anchors {{ {anchor} }};\n", encoding="ascii")


def recursive_server(directory: Path) -> Daemon:
    """An unbound that resolves and validates nothing."""
    own = directory / "recursive"
    own.mkdir()
    command = ("unbound", "-d", "-c", str(directory / "recursive.conf"))
    return Daemon(name="unbound", command=command, directory=own, serves=((RECURSIVE, 53),))


async def _asked(
    commands: Sequence[Sequence[str]], wait_s: float, read: Callable[[str, str], Verdict]
) -> list[tuple[str, str]]:
    turns = asyncio.Semaphore(AT_ONCE)

    async def ask(command: Sequence[str]) -> tuple[str, str]:
        async with turns:
            process = await asyncio.create_subprocess_exec(
                *command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
            )
            try:
                async with asyncio.timeout(wait_s):
                    output, errors = await process.communicate()
            except TimeoutError:
                process.kill()
                await process.wait()
                return SILENT, ""
            verdict = read(output.decode("utf-8", "replace"), errors.decode("utf-8", "replace"))
            return verdict.status, verdict.words

    return list(await asyncio.gather(*map(ask, commands)))


async def _ask_all(directory: Path, unbound: list[Question], delv: list[Question]) -> dict[str, object]:
    settings, anchors = str(directory / "unbound-host.conf"), str(directory / "delv.anchors")
    by_unbound = [("unbound-host", "-v", "-C", settings, "-t", rdtype, name) for name, rdtype in unbound]
    by_delv = [("delv", f"@{RECURSIVE}", "-a", anchors, "+root=.", name, rdtype) for name, rdtype in delv]
    of_unbound, of_others = await asyncio.gather(
        _asked(by_unbound, UNBOUND_S, of_unbound_host), _asked(by_delv, DELV_S, of_delv)
    )
    return {"unbound": of_unbound, "delv": of_others}


def main() -> None:
    """Ask them all, a few at a time."""
    directory = Path(sys.argv[1])
    questions = json.load(sys.stdin)
    write_settings(directory)
    json.dump(asyncio.run(_main(directory, questions)), sys.stdout)


async def _main(directory: Path, questions: dict[str, list[Question]]) -> dict[str, object]:
    await recursive_server(directory).start()
    return await _ask_all(directory, questions["unbound"], questions["delv"])


if __name__ == "__main__":
    main()
