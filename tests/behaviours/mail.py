"""What mail servers and MX records do, up to and into TLS on port 25."""

from tests.behaviours.behaviour import Behaviour
from tests.behaviours.mail_addresses import ADDRESSES
from tests.behaviours.mail_ehlo import EHLO
from tests.behaviours.mail_greetings import GREETINGS
from tests.behaviours.mail_mx import MX
from tests.behaviours.mail_retest import RETEST
from tests.behaviours.mail_starttls import STARTTLS

MAIL: tuple[Behaviour, ...] = (*MX, *ADDRESSES, *GREETINGS, *EHLO, *STARTTLS, *RETEST)
