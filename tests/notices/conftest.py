from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.notices.authority import LocalAuthority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> LocalAuthority:
    """A CA that this session made, whose certificates are good now."""
    place: Path = tmp_path_factory.mktemp("authority")
    return LocalAuthority(place, datetime.now(UTC))
