"""What servers in a process of their own ask of it: sockets enough, and to end with whoever started it."""

import asyncio
import resource
import sys
import threading


async def stdin_closed() -> None:
    """Wait for the end of stdin, in a thread that dies with the process: stdin may be a file or a terminal."""
    loop, closed = asyncio.get_running_loop(), asyncio.Event()

    def drain() -> None:
        while sys.stdin.buffer.read(4096):
            pass
        loop.call_soon_threadsafe(closed.set)

    threading.Thread(target=drain, daemon=True).start()
    await closed.wait()


def allow_many_sockets() -> None:
    """A thousand rows listen on some three thousand ports: lift the soft limit on open files to the hard one."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
