"""A scenario is data: one row per organisation, saying how its name servers, web and mail servers behave."""

from dataclasses import dataclass, field
from enum import Enum, auto

from tests.lab.smtp_script import SmtpScript
from tests.lab.web_answers import Answers


class Signing(Enum):
    """How a leaf zone stands in the chain of trust."""

    UNSIGNED = auto()
    """No DS, no signatures."""
    SIGNED = auto()
    EXPIRED = auto()
    """DS in place; the zone's signatures ended last month."""
    WRONG_DS = auto()
    """The DS digest fits none of the zone's keys."""
    STRIPPED = auto()
    """DS in place; the zone answers without signatures."""
    NO_DS = auto()
    """Signed, but the parent publishes no DS."""


class Dns(Enum):
    """How the zone's servers answer."""

    NORMAL = auto()
    SILENT = auto()
    REFUSED = auto()
    NXDOMAIN = auto()
    """The parent proves that the domain does not exist."""


class Http(Enum):
    """What port 80 does."""

    TO_HTTPS = auto()
    """301 to https on the same host."""
    TO_WWW = auto()
    """301 to https on www.<host>, as bare domains do."""
    CONTENT = auto()
    """200 with a page."""
    NOT_FOUND = auto()
    """404."""
    FORBIDDEN = auto()
    """403."""
    META_REFRESH = auto()
    """200 whose page refreshes to https."""
    CLOSED = auto()
    """Connection refused."""
    FILTERED = auto()
    """Connection attempts get no answer."""
    SILENT = auto()
    """Accepts and says nothing."""


class Https(Enum):
    """What port 443 does once TLS stands (or instead of it)."""

    CONTENT = auto()
    TO_HTTP = auto()
    """301 to http on the same host."""
    TO_WWW = auto()
    """301 to https on www.<host>, as bare domains do."""
    NOT_FOUND = auto()
    FORBIDDEN = auto()
    LOOP = auto()
    """302 to itself."""
    NO_HTTP = auto()
    """TLS stands, then the server closes without a response."""
    CLOSED = auto()
    FILTERED = auto()
    SILENT = auto()
    """Accepts TCP and says nothing."""
    RESET = auto()
    """Accepts TCP and resets at the first bytes."""
    NOT_TLS = auto()
    """Accepts TCP and speaks plain HTTP."""


class Tls(Enum):
    """The TLS side of a server; the canned ones answer old hellos with prepared ServerHellos."""

    MODERN = auto()
    """TLS 1.2 and 1.3, ECDHE with AEAD only."""
    INTERMEDIATE = auto()
    """As MODERN, with TLS 1.0 and 1.1 and CBC suites: what was good in 2017."""
    SSL3_TOO = auto()
    """INTERMEDIATE, and SSLv3 (canned)."""
    SSL3_ONLY = auto()
    """SSLv3 only (canned): the ordinary handshake gets an alert."""
    SSL2_TOO = auto()
    """INTERMEDIATE, and an SSLv2 ServerHello (canned)."""
    RC4_ONLY = auto()
    """TLS 1.0 with RC4 only (canned)."""
    RC4_TOO = auto()
    EXPORT_TOO = auto()
    """INTERMEDIATE, and an EXPORT suite (canned)."""
    DES_TOO = auto()
    TRIPLE_DES_TOO = auto()
    NULL_TOO = auto()
    ANONYMOUS_TOO = auto()
    DH_512 = auto()
    """INTERMEDIATE, and DHE with a 512-bit prime (canned)."""
    DH_1024 = auto()
    COMPRESSION = auto()
    """INTERMEDIATE, with DEFLATE chosen when offered (canned)."""
    TLS13_ONLY = auto()
    TLS12_ONLY = auto()
    """As MODERN, without TLS 1.3."""
    TLS10_ONLY = auto()
    """TLS 1.0 with AES in CBC mode."""
    RSA_KEY_EXCHANGE_ONLY = auto()
    """TLS 1.2 with AES, the session key sent under the certificate's."""
    DH_2048 = auto()
    """MODERN, and DHE with a 2048-bit prime."""
    HEARTBEAT = auto()
    """MODERN, answers the heartbeat extension."""
    NO_RENEGOTIATION_INFO = auto()
    """MODERN, knows nothing of RFC 5746."""
    NO_MASTER_SECRET = auto()
    """MODERN, knows nothing of the extended master secret."""
    FRAGMENTED = auto()
    """TLS12_ONLY, its handshake cut into records of a few bytes."""
    BYTE_BY_BYTE = auto()
    """MODERN, its handshake sent a byte at a time."""
    DROPS_OLD = auto()
    """MODERN behind a firewall that answers no hello older than TLS 1.2."""
    RESETS_ON_REFUSAL = auto()
    """MODERN, and instead of an alert comes a reset."""
    AT_MOST_64_SUITES = auto()
    """MODERN, resets on hellos with more suites than that."""
    FED_UP = auto()
    """MODERN, takes three raw hellos, then stays silent until a client comes that means it."""
    WARNS_OF_NAME = auto()
    """MODERN, a warning of unrecognized_name before each ServerHello."""


class Certificate(Enum):
    """What the server's certificate is like; all from the lab CA but SELF_SIGNED and UNKNOWN_ISSUER."""

    GOOD = auto()
    EXPIRED = auto()
    NOT_YET_VALID = auto()
    SELF_SIGNED = auto()
    UNKNOWN_ISSUER = auto()
    WRONG_NAME = auto()
    """Names some other host."""
    MAIL_DOMAIN = auto()
    """For mail: names the mail domain instead of the MX host."""
    CN_ONLY = auto()
    """The right name in CN, no SAN."""
    WILDCARD = auto()
    """*.domain instead of the host."""
    SHA1 = auto()
    RSA_1024 = auto()
    INCOMPLETE = auto()
    """Issued by an intermediate that is not sent."""
    INCOMPLETE_WITHOUT_AIA = auto()
    """The same, and the certificate does not say where to fetch it."""
    MD5 = auto()
    ED25519 = auto()
    PSS = auto()
    """Signed with RSA-PSS."""
    CA = auto()
    """Says of itself that it is a certificate authority."""
    FOR_CLIENTS = auto()
    """Extended key usage without TLS servers."""
    UNKNOWN_CRITICAL = auto()
    """With a critical extension that nobody knows."""
    ROOT_SENT = auto()
    """The root is sent along."""
    TWO_INTERMEDIATES = auto()
    """A chain of two, in the right order."""
    WRONG_ORDER = auto()
    """A chain of two, in the wrong order."""
    SUPERFLUOUS = auto()
    """Certificates that have nothing to do with it are sent along, and the leaf twice."""
    CROSS_SIGNED = auto()
    """The root is sent along as signed by an older root, which has expired."""
    EXPIRED_INTERMEDIATE = auto()
    INTERMEDIATE_NO_CA = auto()
    """The issuer has no basicConstraints."""
    INTERMEDIATE_MAY_NOT_SIGN = auto()
    """The issuer's keyUsage lacks keyCertSign."""
    PATH_TOO_LONG = auto()
    """Two intermediates below a certificate that allows one."""
    NAME_PERMITTED = auto()
    """The issuer is constrained to the domain."""
    NAME_NOT_PERMITTED = auto()
    """The issuer is constrained to another domain."""
    NAME_EXCLUDED = auto()
    """The issuer may issue for everybody but this domain."""


class Smtp(Enum):
    """What port 25 does."""

    STARTTLS = auto()
    NO_STARTTLS = auto()
    """A full EHLO dialogue that does not offer STARTTLS."""
    HELO_ONLY = auto()
    """EHLO gets 502, HELO 250."""
    TLS_TEMPFAIL = auto()
    """STARTTLS offered, then 454."""
    TLS_BROKEN = auto()
    """STARTTLS gets 220, then the handshake gets garbage."""
    TEMPFAIL = auto()
    """421 as greeting."""
    REJECT = auto()
    """554 as greeting."""
    SLOW = auto()
    """Greets in two lines with a pause between (postscreen)."""
    INJECTION = auto()
    """Sends bytes together with the 220 to STARTTLS."""
    CLOSED = auto()
    FILTERED = auto()
    SILENT = auto()
    """Accepts and never greets."""


@dataclass(frozen=True, kw_only=True)
class Zone:
    """One leaf zone and how it is served: on two name servers, each with IPv4 and IPv6."""

    signing: Signing = Signing.UNSIGNED
    dns: Dns = Dns.NORMAL
    algorithm: int = 13
    denial: str = "nsec"
    """"nsec", "nsec3" or "nsec3-optout"."""
    nsec3_iterations: int = 0
    second_signing: Signing | None = None
    """How the second of the two name servers has the zone signed, when it differs from the first."""
    second_dns: Dns | None = None
    """How the second of the two name servers answers, when it differs from the first."""
    apex: str = ""
    """The zone's name, when the domain is a name inside the zone and not its apex."""


@dataclass(frozen=True, kw_only=True)
class Web:
    """The web host: which families have an address, and what each port does (the same on both, unless `ipv6_server`)."""

    ipv4: bool = True
    ipv6: bool = False
    http: Http | Answers = Http.TO_HTTPS
    https: Https | Answers = Https.CONTENT
    tls: Tls = Tls.INTERMEDIATE
    certificate: Certificate = Certificate.GOOD
    ipv6_dead: bool = False
    """AAAA published, but nothing answers there: connections are refused, so that it costs no time."""
    alias: str = ""
    """The web host is a CNAME for this name, which has the addresses."""
    sni_only: bool = False
    """A ClientHello without a server name gets alert 112."""
    ipv6_server: "Web | None" = None
    """What the IPv6 address does, when it differs; `ipv6` publishes it."""
    https_resets: int = 0
    """How many connections port 443 resets before it does what it should."""
    dead_ipv4: str = ""
    """A further A record, where connections are refused."""
    private_ipv4: str = ""
    """A further A record of a special-purpose address, which the lab knows nothing of: nobody may go there."""


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """One MX host. An empty `host` means mx<n>.<mail domain>."""

    host: str = ""
    preference: int = 10
    ipv4: bool = True
    ipv6: bool = False
    smtp: Smtp = Smtp.STARTTLS
    tls: Tls = Tls.INTERMEDIATE
    certificate: Certificate = Certificate.GOOD
    ipv6_dead: bool = False
    """As for Web."""
    ipv6_silent: bool = False
    """With `ipv6_dead`: no answer at all instead of a refusal."""
    alias: str = ""
    """The MX host is a CNAME for this name, which has the addresses."""
    published: tuple[str, ...] = ()
    """Addresses that the host publishes besides its own and where nobody is: special-purpose ones."""
    script: SmtpScript = field(default_factory=SmtpScript)
    """What the server says in place of the ordinary words."""
    first: tuple[SmtpScript, ...] = ()
    """How it treats its first connections, one script each, before it behaves."""


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """One row: its names, and how its three services behave. `mail` empty means no MX and no address.

    Rows that name the same web or MX host share one server and must describe it alike.
    """

    code: str
    region: str
    domain: str
    web_host: str = ""
    mail_domain: str = ""
    zone: Zone = field(default_factory=Zone)
    mail_zone: Zone = field(default_factory=Zone)
    """Used only when `mail_domain` differs from `domain`."""
    web: Web = field(default_factory=Web)
    bare: Web | None = None
    """The bare domain as a web host of its own; None publishes no address for it."""
    mail: tuple[MailServer, ...] = (MailServer(),)
    extra_mx: tuple[str, ...] = ()
    """MX records besides those of `mail`, as RDATA ("10 nowhere.example."); nothing else is published for them."""
    null_mx: bool = False
    """Publish "0 ." (RFC 7505): alone when `mail` is empty, else beside its hosts, which is an error to find."""
    implicit_mx: bool = False
    """No MX: the only mail server has the mail domain's own name (RFC 5321 §5.1)."""
