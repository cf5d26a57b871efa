"""Whom a sender of notices trusts: the system's certificate store with certifi's, or one file. Always verifies."""

import ssl
from pathlib import Path

import certifi


def verifying_context(ca_file: Path | None) -> ssl.SSLContext:
    """A client context that checks chain and name; `ca_file` (PEM) replaces the stores. Raises OSError.

    Both stores, because slim containers have no system store and authorities have CAs of their own.
    """
    if ca_file:
        return ssl.create_default_context(cafile=str(ca_file))
    context = ssl.create_default_context()
    context.load_verify_locations(cafile=certifi.where())
    return context
