"""The tables of behaviours, by name."""

from tests.behaviours.bare_domain import BARE_DOMAIN
from tests.behaviours.behaviour import Behaviour
from tests.behaviours.mail import MAIL
from tests.behaviours.tls import TLS
from tests.behaviours.web import WEB

TABLES: dict[str, tuple[Behaviour, ...]] = {"web": WEB, "bare_domain": BARE_DOMAIN, "mail": MAIL, "tls": TLS}
