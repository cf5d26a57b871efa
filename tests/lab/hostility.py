"""What servers that mean harm say on ports 80, 443 and 25: too little, too much, for ever, or in circles.

Each kind is three conversations.
"""

import functools
import gzip
from dataclasses import dataclass

from tests.lab.hostile_scene import Scene
from tests.lab.hostile_stages import (
    OK,
    Stage,
    after_hello,
    behind_starttls,
    content,
    drips,
    greeting,
    into_the_maze,
    plain,
    renews_keys_for_ever,
    reset,
    round_at_home,
    says,
    secured,
    speaks_first,
    tarpit,
    to_https,
)
from tests.lab.listener import Conversation

HUGE_BYTES = 100_000_000

HELLO_REQUEST = b"\x16\x03\x03\x00\x04\x00\x00\x00\x00"
WARNING = b"\x15\x03\x03\x00\x02\x01\x5a"
"""The alert user_canceled."""
SERVER_HELLO = (
    b"\x16\x03\x03\x00\x31\x02\x00\x00\x2d\x03\x03"
    + bytes(32)
    + b"\x00\xc0\x2f\x00\x00\x05\xff\x01\x00\x01\x00"
)
"""TLS 1.2 with ECDHE_RSA_WITH_AES_128_GCM_SHA256 and RFC 5746."""
CERTIFICATE_OF_16_MB = b"\x16\x03\x03\x40\x00\x0b\xff\xff\xff\xff\xff\xfc\xff\xff\xf9"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hostility:
    """One kind: what the ports do, on how many mail hosts; `one_address` puts mail on the web host."""

    name: str
    http: Stage
    https: Stage
    smtp: Stage
    mail_hosts: int = 1
    one_address: bool = False

    def conversations(self, scene: Scene) -> dict[int, Conversation]:
        """The conversations of one host, by port."""
        return {
            port: functools.partial(stage, scene)
            for port, stage in ((80, self.http), (443, self.https), (25, self.smtp))
        }


GZIPPED = 10 * gzip.compress(bytes(HUGE_BYTES // 10), compresslevel=9)
"""100 KB that inflate to 100 MB."""
EARLY_HINTS = b"HTTP/1.1 103 Early Hints\r\n\r\n"
ENCODED = OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(GZIPPED)
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
LONG = OK + b"Content-Length: %d\r\n\r\n" % HUGE_BYTES
RECORD_TO_COME = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc"

KINDS = (
    Hostility(name="dripping_names", http=plain(content), https=tarpit, smtp=tarpit),
    Hostility(name="one_address", http=tarpit, https=tarpit, smtp=tarpit, one_address=True),
    Hostility(name="silent_mail_hosts", http=plain(content), https=tarpit, smtp=tarpit, mail_hosts=10),
    Hostility(name="redirect_maze", http=plain(into_the_maze), https=secured(into_the_maze), smtp=tarpit),
    Hostility(name="tarpit", http=tarpit, https=tarpit, smtp=tarpit),
    Hostility(
        name="byte_a_second",
        http=plain(drips(b"HTTP/1.1 200 OK\r\nX: ")),
        https=after_hello(drips(RECORD_TO_COME, b"\x00")),
        smtp=speaks_first(drips(b"220-")),
    ),
    Hostility(
        name="byte_a_second_inside_tls",
        http=plain(to_https),
        https=secured(drips(b"HTTP/1.1 200 OK\r\nX: ")),
        smtp=behind_starttls(after_hello(drips(RECORD_TO_COME, b"\x00"))),
    ),
    Hostility(
        name="fat_chains",
        http=plain(round_at_home),
        https=secured(round_at_home, Scene.fat_context),
        smtp=behind_starttls(secured(content, Scene.fat_context)),
        mail_hosts=10,
    ),
    Hostility(name="reset", http=reset, https=reset, smtp=reset),
    Hostility(
        name="endless_headers",
        http=plain(says(OK, b"X: a\r\n")),
        https=secured(says(OK, b"X: a\r\n")),
        smtp=greeting(says(b"250-mail\r\n", b"250-X\r\n")),
    ),
    Hostility(
        name="endless_1xx",
        http=plain(says(EARLY_HINTS, EARLY_HINTS)),
        https=secured(says(EARLY_HINTS, EARLY_HINTS)),
        smtp=speaks_first(says(b"220-mail\r\n", b"220-wait\r\n")),
    ),
    Hostility(
        name="hundred_megabytes",
        http=plain(says(LONG, b"<p>words</p>\n", HUGE_BYTES)),
        https=speaks_first(says(b"", b"A", HUGE_BYTES)),
        smtp=speaks_first(says(b"220-", b"A", HUGE_BYTES)),
    ),
    Hostility(
        name="compression_bomb",
        http=plain(says(ENCODED, GZIPPED, 1)),
        https=secured(says(ENCODED, GZIPPED, 1)),
        smtp=behind_starttls(speaks_first(says(b"", b"250 and more\r\n", HUGE_BYTES))),
    ),
    Hostility(
        name="crumbs",
        http=plain(says(CHUNKED, b"1\r\n<\r\n")),
        https=secured(says(CHUNKED, b"1\r\n<\r\n")),
        smtp=speaks_first(says(b"", b"\n")),
    ),
    Hostility(
        name="hello_requests_for_ever",
        http=plain(content),
        https=after_hello(says(b"", HELLO_REQUEST)),
        smtp=behind_starttls(after_hello(says(b"", HELLO_REQUEST))),
    ),
    Hostility(
        name="warnings_for_ever",
        http=plain(content),
        https=after_hello(says(b"", WARNING)),
        smtp=behind_starttls(after_hello(says(b"", WARNING))),
    ),
    Hostility(
        name="certificate_for_ever",
        http=plain(content),
        https=after_hello(says(SERVER_HELLO + CERTIFICATE_OF_16_MB, b"\x00", HUGE_BYTES)),
        smtp=behind_starttls(after_hello(says(SERVER_HELLO + CERTIFICATE_OF_16_MB, b"\x00", HUGE_BYTES))),
    ),
    Hostility(
        name="tickets_by_the_thousand",
        http=plain(to_https),
        https=secured(drips(b"HTTP/1.1 200 OK\r\nX: "), lambda scene: scene.many_tickets),
        smtp=behind_starttls(secured(drips(b"221 "), lambda scene: scene.many_tickets)),
    ),
    Hostility(
        name="keys_renewed_for_ever",
        http=plain(to_https),
        https=renews_keys_for_ever,
        smtp=behind_starttls(renews_keys_for_ever),
    ),
)
"""Those that use up all the time they get come first: a sweep in this order waits for them while it measures the others."""
