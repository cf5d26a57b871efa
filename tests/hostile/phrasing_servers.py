"""A miniature internet whose servers, certificates and names say a given phrase wherever there is room for words.

The rows behave alike whatever is said: two such internets with other phrases get the same verdicts.
"""

import re
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.hostile.phrases import GONE, PAYLOADS, Voice, header_line
from tests.lab.certificate_building import base, sign_sha256
from tests.lab.certificates import Authority, Chain
from tests.lab.internet import MiniatureInternet
from tests.lab.scenario import Certificate, MailServer, Organisation, Signing, Smtp, Tls, Web, Zone
from tests.lab.smtp_script import SmtpScript, says
from tests.lab.web_answers import Answer

_LABEL_OCTETS = 63
_NAME_CHARACTERS = 64  # X.520 ub-common-name
LINE_OCTETS = 400


def organisations(say: Voice, *, later: bool) -> tuple[Organisation, ...]:
    """A row for each phrase; `later` is how they behave on the second night."""
    return tuple(_organisation(code, say, later=later) for code in PAYLOADS if not (later and code == GONE))


def domain_of(code: str) -> str:
    """The domain of a row."""
    return f"{code.lower()}.se"


def _organisation(code: str, say: Voice, *, later: bool) -> Organisation:
    domain = domain_of(code)
    odd = f"{label(say(code, 'mxhost'))}.{domain}"
    return Organisation(
        code=code,
        region=code,
        domain=domain,
        zone=Zone(signing=Signing.EXPIRED if later and code == "MARKUP" else Signing.SIGNED),
        web=Web(
            tls=Tls.MODERN,
            certificate=Certificate.WRONG_NAME if later else Certificate.GOOD,
            http=_http(code, say),
            https=_https(code, say),
            alias=f"{label(say(code, 'webhost'))}.{domain}",
        ),
        mail=(
            MailServer(smtp=Smtp.NO_STARTTLS, script=_without_starttls(code, say)),
            MailServer(preference=15, script=SmtpScript(banner=says(_reply("554", say(code, "refusal"))))),
            MailServer(host=odd, preference=20, script=_later(code, say)),
            MailServer(
                preference=30,
                tls=Tls.MODERN,
                certificate=Certificate.WRONG_NAME,
                script=SmtpScript(banner=says(_reply("220", say(code, "greeting")))),
            ),
        ),
        extra_mx=(f"40 {label(say(code, 'nowhere'))}.{domain}.",),
    )


def _without_starttls(code: str, say: Voice) -> SmtpScript:
    greeting, last = say(code, "banner"), say(code, "hello")
    return SmtpScript(
        banner=says(_reply("220", greeting)),
        ehlo=says(_line("250-", last), _line("250-SIZE ", last), _line("250 ", last)),
    )


def _later(code: str, say: Voice) -> SmtpScript:
    return SmtpScript(starttls=says(_line("454-", say(code, "starttls")), b"454 later\r\n"))


def _reply(code: str, text: str) -> bytes:
    return _line(f"{code}-", text) + _line(f"{code} ", text)


def _line(before: str, text: str) -> bytes:
    """One line of a reply, invalid UTF-8 at its end; NUL and escape sequences stand as they are."""
    tail = b" \xff\xc3(" if not text.isascii() else b" www"
    return before.encode("ascii") + text.encode("utf-8")[:LINE_OCTETS] + tail + b"\r\n"


def _http(code: str, say: Voice) -> tuple[Answer, ...]:
    """Port 80: a redirect that says the phrase, to a page that reloads to https and says it too."""
    words = header_line(say(code, "location"))
    locations = {
        "URLS": say.either("javascript:alert(1)//location", "gopher:location"),
        "MARKUP": f"https://www.markup.se {words}/",
        "CONTROL": say.either(
            f"http://user:{words}@{{host}}/location\x1b[2J", "http://user@{host}/locationww"
        ),
    }
    refresh = f'<meta http-equiv="refresh" content="0; url=https://{{host}}/{reload_words(code, say)}">'
    return (
        Answer(
            status=301, location=locations.get(code, f"/{words}?{words}"), path="/", fields=_fields(code, say)
        ),
        Answer(head=refresh),
    )


def reload_words(code: str, say: Voice) -> str:
    """What the address of a reload says: the phrase without what would end the attribute."""
    return re.sub("[<>'\"&]", "w", header_line(say(code, "refresh")))


def _https(code: str, say: Voice) -> tuple[Answer, ...]:
    """Port 443: a page, whatever is asked for."""
    return (
        Answer(fields=(f"Strict-Transport-Security: {header_line(say(code, 'hsts'))}", *_fields(code, say))),
    )


def _fields(code: str, say: Voice) -> tuple[str, ...]:
    words = header_line(say(code, "header"))
    return (f"X-Powered-By: {words}", f"Via: 1.1 {words}", f"X-Generator: {words}")


def label(text: str) -> str:
    """A label of these octets, as master files write it (RFC 1035 §5.1)."""
    octets = text.lower().encode("utf-8")[:_LABEL_OCTETS]
    return "".join(
        chr(octet) if chr(octet).isalnum() and octet < 0x80 else f"\\{octet:03d}" for octet in octets
    )


class PhrasingAuthority(Authority):
    """Certificates for wrong names are from an authority that nobody trusts, and full of the phrase."""

    def __init__(self, now: datetime, say: Voice) -> None:
        super().__init__(now)
        self._say = say
        self._today = now
        self._phrased: dict[str, Chain] = {}

    def chain(self, host: str, kind: Certificate, domain: str, *, rsa_key: bool = False) -> Chain:
        if kind is not Certificate.WRONG_NAME:
            return super().chain(host, kind, domain, rsa_key=rsa_key)
        code = domain.partition(".")[0].upper()
        if code not in self._phrased:
            self._phrased[code] = self._phrase(code)
        return self._phrased[code]

    def _phrase(self, code: str) -> Chain:
        key = ec.generate_private_key(ec.SECP256R1())
        subject, issuer = (distinguished_name(self._say(code, place)) for place in ("subject", "issuer"))
        names = [self._say(code, "altname"), self._say(code, "othername")]
        alternatives = x509.SubjectAlternativeName([x509.DNSName(ascii_name(name)) for name in names])
        builder = base(subject, issuer, key).add_extension(alternatives, critical=False)
        since, until = (self._today + timedelta(days=days) for days in (-9, 90))
        leaf = sign_sha256(builder.not_valid_before(since).not_valid_after(until), key)
        return key, [leaf]


def distinguished_name(text: str) -> x509.Name:
    attributes = (NameOID.ORGANIZATION_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.COMMON_NAME)
    return x509.Name([x509.NameAttribute(oid, text[:_NAME_CHARACTERS]) for oid in attributes])


def ascii_name(text: str) -> str:
    """What a dNSName can carry (RFC 5280 §4.2.1.6: IA5String), escape sequences and NUL included."""
    return "".join(character if ord(character) < 0x80 else "\x1b" for character in text)


class PhrasingInternet(MiniatureInternet):
    """A miniature internet of `organisations` with the certificates that go with them."""

    def __init__(self, say: Voice, *, later: bool) -> None:
        super().__init__(organisations(say, later=later))
        self.authority = PhrasingAuthority(self.now, say)
