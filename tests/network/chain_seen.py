"""Run by other Pythons, so standard library only: `python chain_seen.py ADAPTER CHAIN.PEM [TLS VERSION]`.

Loads the chain adapter from its file, alone, does a handshake in memory, and prints SHA-256 of what the client saw.
"""

import hashlib
import importlib.util
import ssl
import sys


def main(adapter: str, chain: str, version: str) -> None:
    spec = importlib.util.spec_from_file_location("adapter", adapter)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    there = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    there.load_cert_chain(chain)
    there.maximum_version = ssl.TLSVersion[version]
    here = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    here.check_hostname = False
    here.verify_mode = ssl.CERT_NONE
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = there.wrap_bio(to_server, to_client, server_side=True)
    client = here.wrap_bio(to_client, to_server)
    assert module.sent_chain(client) == (), "nothing was sent yet"
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    for der in module.sent_chain(client):
        assert type(der) is bytes
        print(hashlib.sha256(der).hexdigest())


if __name__ == "__main__":
    main(*sys.argv[1:])
