import multiprocessing
import time
from multiprocessing.connection import Connection

import pytest

from checker.store.lock import AlreadySweepingError
from checker.store.store import Store
from tests.store.processes import HOLD, running

TRIES, BETWEEN_S = 600, 0.1


def take_when_free(store: Store) -> None:
    """A server on the other side of a socket learns of a death a moment later."""
    for _ in range(TRIES):
        try:
            with store.lock():
                return
        except AlreadySweepingError:
            time.sleep(BETWEEN_S)
    pytest.fail("the lock of a process that is dead is still held")


def test_one_sweep_at_a_time(address: str, store: Store) -> None:
    with store.lock():
        with Store(address) as other, pytest.raises(AlreadySweepingError, match="another sweep is under way"):
            other.lock().__enter__()
        with pytest.raises(AlreadySweepingError):
            store.lock().__enter__()
    with store.lock():
        pass


def test_the_lock_of_another_process_is_told_at_once(address: str, store: Store) -> None:
    with running(HOLD, address) as holder, pytest.raises(AlreadySweepingError) as caught:
        store.lock().__enter__()
    assert store.name in str(caught.value)
    if store.engine.dialect.name == "sqlite":
        assert f"(process {holder.pid})" in str(caught.value)
    take_when_free(store)


def test_a_killed_holder_holds_nothing(address: str, store: Store) -> None:
    with running(HOLD, address) as holder:
        holder.kill()
        holder.wait()
        take_when_free(store)


def test_whoever_fails_under_the_lock_gives_it_back(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.lock():
        print(1 // 0)
    with store.lock():
        pass


def test_the_store_can_be_used_under_its_lock(store: Store) -> None:
    with store.lock():
        assert store.sweeps.all() == []
    assert store.sweeps.all() == []


def _hold_in_child(address: str, said: Connection) -> None:
    with Store(address) as store, store.lock():
        said.send("held")
        said.recv()
    said.send("given back")


def test_a_forked_child_can_hold_it_and_then_the_parent(address: str) -> None:
    """As the scheduler does: it has looked into the store, then forks a child that sweeps."""
    with Store(address) as before:
        assert before.sweeps.all() == []
        ours, childs = multiprocessing.Pipe()
        child = multiprocessing.get_context("fork").Process(target=_hold_in_child, args=(address, childs))
        child.start()
        assert ours.recv() == "held"
        with pytest.raises(AlreadySweepingError):
            before.lock().__enter__()
        ours.send("enough")
        assert ours.recv() == "given back"
        child.join()
        assert child.exitcode == 0
        assert before.sweeps.all() == []
        take_when_free(before)
