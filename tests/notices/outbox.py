"""An outbox in memory that refuses what it was not told to expect."""

from datetime import datetime

from checker.notices.delivery import StoredNotice
from checker.notices.notice import Notice


class MemoryOutbox:
    def __init__(self, *notices: Notice) -> None:
        self._notices = {notice.key: notice for notice in notices}
        assert len(self._notices) == len(notices), "a key stands twice"
        self._due: dict[str, datetime] = {notice.key: notice.created for notice in notices}
        self.failures: dict[str, list[str]] = {}
        self.done: dict[str, datetime] = {}
        self.given_up: list[str] = []

    def due(self, now: datetime) -> list[StoredNotice]:
        assert now.tzinfo
        return [
            StoredNotice(notice=self._notices[key], failed_runs=len(self.failures.get(key, [])))
            for key, moment in self._due.items()
            if moment <= now
        ]

    def sent(self, key: str, now: datetime) -> None:
        assert self._due.pop(key) <= now
        self.done[key] = now

    def failed(self, key: str, error: str, next_attempt: datetime | None) -> None:
        was = self._due.pop(key)
        assert error
        self.failures.setdefault(key, []).append(error)
        if next_attempt is None:
            self.given_up.append(key)
        else:
            assert next_attempt > was
            self._due[key] = next_attempt
