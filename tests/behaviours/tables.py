"""The tables of behaviours, by name."""

from tests.behaviours.behaviour import Behaviour
from tests.behaviours.mail import MAIL
from tests.behaviours.tls import TLS
from tests.behaviours.web import WEB

TABLES: dict[str, tuple[Behaviour, ...]] = {"web": WEB, "mail": MAIL, "tls": TLS}
