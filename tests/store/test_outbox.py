from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from checker.notices.notice import Channel, Notice, NoticeKind
from checker.store import tables
from checker.store.errors import DamagedError
from checker.store.store import Store
from tests.store.samples import NIGHT, night

NOTICE = Notice(
    key="<a@example.se>",
    channel=Channel.MAIL,
    kind=NoticeKind.REGION,
    sweep_id="20261122T020000Z",
    created=NIGHT,
    lang="sv",
    recipient="it@region.se",
    subject="Två försämringar – Åäö",
    text="a\nb\n",
    html="<p>a</p>",
)
HOOK = replace(
    NOTICE, key="msg_b", channel=Channel.WEBHOOK, body='{"a": 1}', created=NIGHT + timedelta(seconds=1)
)


def put(store: Store, notices: list[Notice], now: datetime) -> None:
    with store.transaction() as connection:
        store.outbox.put(notices, now, connection)


def due(store: Store, days: int = 0) -> list[tuple[Notice, int]]:
    return [(stored.notice, stored.failed_runs) for stored in store.outbox.due(night(days))]


def test_a_notice_comes_back_as_it_was(store: Store) -> None:
    put(store, [HOOK, NOTICE], NIGHT)
    assert due(store) == [(NOTICE, 0), (HOOK, 0)]
    assert store.outbox.waiting() == 2


def test_a_notice_that_is_made_again_is_not_sent_again(store: Store) -> None:
    put(store, [NOTICE], NIGHT)
    store.outbox.sent(NOTICE.key, NIGHT)
    put(store, [NOTICE, HOOK], night(1))
    assert due(store, 1) == [(HOOK, 0)]
    put(store, [], NIGHT)
    assert (store.outbox.waiting(), store.outbox.given_up()) == (1, 0)


def test_notices_go_with_the_transaction_they_belong_to(store: Store) -> None:
    def breaks_off() -> None:
        with store.transaction() as connection:
            store.outbox.put([NOTICE], NIGHT, connection)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        breaks_off()
    assert store.outbox.waiting() == 0


def test_what_failed_is_due_later_and_in_the_end_never(store: Store) -> None:
    put(store, [NOTICE], NIGHT)
    store.outbox.failed(NOTICE.key, "421 later", night(1))
    assert due(store) == []
    assert due(store, 1) == [(NOTICE, 1)]
    store.outbox.failed(NOTICE.key, "550 never", None)
    assert due(store, 100) == []
    assert (store.outbox.waiting(), store.outbox.given_up()) == (0, 1)


@pytest.mark.parametrize("error", ["a\0b", "\udcff", "x" * 10_000, "\x1b[31m\r\n"])
def test_whatever_a_server_said_can_be_noted(store: Store, error: str) -> None:
    put(store, [NOTICE], NIGHT)
    store.outbox.failed(NOTICE.key, error, night(1))
    assert due(store, 1) == [(NOTICE, 1)]


@pytest.mark.parametrize("stored", ["", "{", "[]", '{"key": 1}'])
def test_a_notice_that_cannot_be_read_is_damage(store: Store, stored: str) -> None:
    put(store, [NOTICE], NIGHT)
    with store.transaction() as connection:
        connection.execute(update(tables.outbox).values(notice=stored))
    with pytest.raises(DamagedError, match="a notice"):
        store.outbox.due(NIGHT)
