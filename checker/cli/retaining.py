"""What is archived and what is forgotten at the end of a sweep, by the settings; trouble with it spoils nothing."""

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from checker.cli.stores import archive_directory, may_forget

if TYPE_CHECKING:
    from checker.settings import Settings
    from checker.store.store import Store

log = logging.getLogger(__name__)


def retain_by_settings(store: "Store", settings: "Settings", address: str, *, now: datetime) -> None:
    """Archive and forget; what has no archive is kept unless none is wanted. To be called with the store's lock held."""
    from checker.store.errors import StoreError  # noqa: PLC0415 - start-up
    from checker.store.retention import retain  # noqa: PLC0415 - start-up

    try:
        retained = retain(
            store,
            now=now,
            archive=archive_directory(settings, address),
            keep_observations=settings.keep_observations if may_forget(settings, address) else 0,
            keep_archives=settings.keep_archives,
        )
    except StoreError as error:
        log.error("archive: %s; nothing is forgotten before it is archived", error)  # noqa: TRY400 - told in words
        return
    if retained.archived:
        log.debug("archived: %s", ", ".join(retained.archived))
    if retained.forgotten:
        log.info("forgotten: %d observations over %d days", retained.forgotten, settings.keep_observations)
    for path in retained.removed:
        log.info("removed: archive %s, over %d days", path, settings.keep_archives)
