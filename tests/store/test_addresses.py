import traceback

import pytest

from checker.store.engine import store_name, store_url
from checker.store.errors import StoreError

SECRET = "hemligt"


@pytest.mark.parametrize(
    ("given", "driver", "name"),
    [
        ("checker.db", "sqlite+pysqlite", "checker.db"),
        ("/var/lib/checker/checker.db", "sqlite+pysqlite", "/var/lib/checker/checker.db"),
        ("C:odd name?#%41.db", "sqlite+pysqlite", "C:odd name?#%41.db"),
        ("sqlite:///checker.db", "sqlite+pysqlite", "checker.db"),
        ("sqlite:////var/lib/checker.db", "sqlite+pysqlite", "/var/lib/checker.db"),
        ("postgresql://checker@db.example.se/checker", "postgresql+pg8000", "postgresql://checker@db.example.se/checker"),
        (
            f"postgres://checker:{SECRET}@[2001:db8::1]:5433/checker",
            "postgresql+pg8000",
            "postgresql://checker@2001:db8::1:5433/checker",
        ),
        (f"postgresql://checker:{SECRET}%40x%2f@h/n", "postgresql+pg8000", "postgresql://checker@h/n"),
        (f"postgresql://u:{SECRET}@/n?host=/run/postgresql", "postgresql+pg8000", "postgresql://u@/run/postgresql/n"),
        (f"postgresql://u:{SECRET}@h/n?sslmode=require", "postgresql+pg8000", "postgresql://u@h/n"),
        ("postgresql:///n", "postgresql+pg8000", "postgresql://@localhost/n"),
    ],
)  # fmt: skip
def test_addresses_that_name_a_store(given: str, driver: str, name: str) -> None:
    url = store_url(given)
    assert url.drivername == driver
    assert store_name(url) == name
    assert SECRET not in repr(url)
    assert SECRET not in str(url)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("", "must be a file"),
        (":memory:", "must be a file"),
        ("a\0b", "name holds a NUL"),
        ("sqlite://", "must name a file"),
        ("sqlite:///:memory:", "must name a file"),
        ("sqlite://checker.db", "must name a file"),
        ("sqlite:///checker.db?mode=ro", "must name a file"),
        (f"sqlite://u:{SECRET}@/checker.db", "must name a file"),
        (f"mysql://u:{SECRET}@h/n", "must be a file, sqlite:///FILE or postgresql://USER@HOST/NAME"),
        (f"postgresql+psycopg://u:{SECRET}@h/n", "must be a file"),
        (f"postgresql://u:{SECRET}@h:port/n", "address (postgresql) cannot be read"),
        (f"postgresql://u:{SECRET}@h/n?password={SECRET}", "an unknown parameter 'password'"),
        (f"postgresql://u:{SECRET}@h/n?ssl_context=x", "an unknown parameter 'ssl_context'"),
        (f"postgresql://u:{SECRET}@h/n?sslmode=maybe", "sslmode must be disable, prefer, require or verify-full"),
        (f"postgresql://u:{SECRET}@h/n?host=/a&host=/b", "a parameter twice"),
        (f"postgresql://u:{SECRET}@{'h' * 64}.se/n", "no host name"),
    ],
)  # fmt: skip
def test_addresses_that_do_not(given: str, message: str) -> None:
    with pytest.raises(StoreError) as caught:
        store_url(given)
    assert message in str(caught.value)
    assert SECRET not in "".join(traceback.format_exception(caught.value))
