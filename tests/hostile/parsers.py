"""Every check of a parser, each of which takes a random generator and feeds the parser one input."""

import random
from collections.abc import Callable

from tests.hostile.certificate_inputs import changed_certificate, changed_chain
from tests.hostile.hello_inputs import hello_plan, hello_reply
from tests.hostile.host_name_inputs import host_name
from tests.hostile.http_inputs import http_response
from tests.hostile.smtp_inputs import smtp_reply
from tests.hostile.text_inputs import (
    host_domain,
    location,
    refresh,
    set_cookies,
    strict_transport,
)

PARSERS: tuple[Callable[[random.Random], None], ...] = (
    hello_reply,
    hello_plan,
    changed_certificate,
    changed_chain,
    host_name,
    smtp_reply,
    http_response,
    location,
    refresh,
    set_cookies,
    strict_transport,
    host_domain,
)
