"""What TLS services do, on the web and behind STARTTLS: versions, suites, extensions, certificates and chains."""

from tests.behaviours.behaviour import Behaviour
from tests.behaviours.tls_certificates import CERTIFICATES
from tests.behaviours.tls_configuration import CONFIGURATION
from tests.behaviours.tls_mail import MAIL

TLS: tuple[Behaviour, ...] = (*CONFIGURATION, *CERTIFICATES, *MAIL)
