"""Puts DNS queries to servers from inside the namespaces: JSON pairs of address and query on stdin, responses out.

nsenter … python -m tests.daemons.ask
"""

import json
import sys

import dns.message
import dns.query

WAIT_S = 5.0


def main() -> None:
    """Ask them all, one after another, over TCP what does not fit in a datagram; wire formats are in hexadecimal."""
    responses = []
    for address, wire in json.load(sys.stdin):
        query = dns.message.from_wire(bytes.fromhex(wire))
        response, _ = dns.query.udp_with_fallback(query, address, timeout=WAIT_S)
        responses.append((response.wire or b"").hex())
    json.dump(responses, sys.stdout)


if __name__ == "__main__":
    main()
