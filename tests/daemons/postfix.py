"""The plan's mail hosts as one Postfix with an smtpd for each address, as far as Postfix can play them.

It takes no mail: there is nothing behind smtpd but what it needs to speak.
"""

import os
import pwd
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.daemons.daemon import Daemon
from tests.daemons.namespaces import PATH
from tests.daemons.openssl_kinds import KINDS, Kind
from tests.lab.certificates import Authority, chain_pem
from tests.lab.plan import MailHost
from tests.lab.scenario import MailServer, Smtp
from tests.lab.smtp_script import Says, SmtpScript, Then

SMTP_PORT = 25
_HOST_NAME = re.compile(r"[a-z0-9.-]+")
OWNER = "postfix"
TLS_ON, TLS_OFF = "smtpd_tls_security_level=may", "smtpd_tls_security_level=none"
NO_KEYS = "smtpd_tls_chain_files={directory}/absent.pem"
"""STARTTLS is offered all the same, and gets 454."""
AS_UNKNOWN = frozenset({500, 502, 504})
"""Replies to EHLO that send the client to HELO, which Postfix would refuse likewise."""
DIALOGUES = {
    Smtp.STARTTLS: (TLS_ON,),
    Smtp.SLOW: (TLS_ON,),
    Smtp.NO_STARTTLS: (TLS_OFF,),
    Smtp.HELO_ONLY: (TLS_OFF, "smtpd_command_filter=regexp:{directory}/no-ehlo"),
    Smtp.TEMPFAIL: (TLS_OFF, "smtpd_client_restrictions=$busy"),
    Smtp.REJECT: (TLS_OFF, "smtpd_client_restrictions=reject"),
    Smtp.TLS_TEMPFAIL: (TLS_ON, NO_KEYS),
}
MAIN = f"""compatibility_level = 3.6
queue_directory = {{directory}}/queue
data_directory = {{directory}}/data
maillog_file = {{directory}}/mail.log
maillog_file_prefixes = {{directory}}
mail_owner = {OWNER}
inet_protocols = all
mydestination =
local_recipient_maps =
alias_maps =
smtpd_peername_lookup = no
smtpd_delay_reject = no
smtpd_relay_restrictions = reject
busy = check_client_access static:{{{{421 4.3.2 Service not available}}}}
smtpd_tls_ciphers = medium
postscreen_access_list =
postscreen_cache_map =
postscreen_greet_action = enforce
postscreen_greet_wait = 1s
"""
MASTER = """postlog unix-dgram n - n - 1 postlogd
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
rewrite unix - - n - - trivial-rewrite
proxymap unix - - n - - proxymap
"""


def can_play(host: MailHost) -> bool:
    """Whether Postfix can behave as this host does."""
    server = host.server
    known = _dialogue(server) is not None and server.smtp in DIALOGUES
    return known and not server.first and server.tls in KINDS


def _dialogue(server: MailServer) -> tuple[str, ...] | None:
    """The settings that make smtpd speak as the host does; None when none do."""
    match server.script:
        case SmtpScript(banner=None, ehlo=None, helo=None, starttls=None, instead_of_tls=None):
            return DIALOGUES.get(server.smtp)
        case SmtpScript(banner=Says() as said, ehlo=None, helo=None, starttls=None, instead_of_tls=None):
            refusal = _refusal(said)
            if refusal:
                return TLS_ON, f"smtpd_client_restrictions=check_client_access {refusal}"
        case SmtpScript(banner=None, ehlo=Says() as said, helo=None, starttls=None, instead_of_tls=None):
            refusal = _refusal(said)
            if refusal and int(said.data[:3]) not in AS_UNKNOWN:
                return TLS_ON, f"smtpd_helo_restrictions=check_helo_access {refusal}"
        case SmtpScript(banner=None, ehlo=None, helo=None, starttls=Says() as said, instead_of_tls=None):
            if said.then is Then.GO_ON and said.data.startswith(b"454 "):
                return TLS_ON, NO_KEYS
    return None


def _refusal(said: Says) -> str | None:
    """The table that refuses everybody with this one line, which Postfix puts some words into; None for all else."""
    line = re.fullmatch(rb"([45]\d\d [\x20-\x7e]+)\r\n", said.data)
    if line is None or said.then is not Then.GO_ON or said.forever or len(said.pieces) != 1:
        return None
    return f"static:{{{{{line[1].decode('ascii')}}}}}"


def postfix(hosts: Sequence[MailHost], authority: Authority, directory: Path) -> Daemon:
    """Write settings and certificates and lay out the queue; `hosts` all of a kind that it can play."""
    own = directory / "postfix"
    settings = own / "etc"
    settings.mkdir(parents=True)
    _directories(own)
    services = [MASTER]
    for host in hosts:
        chain = settings / f"{host.name}.pem"
        server = host.server
        rsa_key = KINDS[server.tls].rsa_key
        pair = authority.chain(host.name, server.certificate, host.mail_domain, rsa_key=rsa_key)
        chain.write_bytes(chain_pem(pair))
        services += _services(host, chain, own)
    (settings / "main.cf").write_text(MAIN.format(directory=own), encoding="ascii")
    (settings / "master.cf").write_text("\n".join((*services, "")), encoding="ascii")
    (own / "no-ehlo").write_text("/^EHLO/ NO-EHLO\n", encoding="ascii")
    return Daemon(
        name="postfix",
        command=(f"{_setting('daemon_directory')}/master", "-c", str(settings), "-s"),
        directory=own,
        # master has every place before it serves one: to try them all would start an smtpd for each.
        serves=((hosts[0].addresses[0], SMTP_PORT),),
    )


def _services(host: MailHost, chain: Path, directory: Path) -> Iterator[str]:
    dialogue = _dialogue(host.server)
    assert dialogue is not None
    overrides = [
        # A name may hold what no host name does.
        f"myhostname={host.name if _HOST_NAME.fullmatch(host.name) else 'mx.example'}",
        f"smtpd_tls_chain_files={chain}",
        *dialogue,
        *_tls(KINDS[host.server.tls]),
    ]
    options = "".join(f" -o {{{override.format(directory=directory)}}}" for override in overrides)
    for address in host.addresses:
        place = f"[{address}]:{SMTP_PORT}"
        if host.server.smtp is Smtp.SLOW:
            # postscreen greets in two parts, then hands the connection over.
            yield f"{place} inet n - n - 1 postscreen{options} -o smtpd_service_name={host.name}"
        else:
            yield f"{place} inet n - n - - smtpd{options}"
    if host.server.smtp is Smtp.SLOW:
        yield f"{host.name} pass - - n - - smtpd{options}"


def _tls(kind: Kind) -> Iterator[str]:
    yield f"smtpd_tls_protocols={', '.join(kind.versions)}"
    yield f"tls_medium_cipherlist={kind.cipher_list}"
    if kind.dh_parameters:
        yield f"smtpd_tls_dh1024_param_file={kind.dh_parameters}"


def _directories(own: Path) -> None:
    """What `postfix set-permissions` would do for a queue with nothing in it."""
    user = pwd.getpwnam(OWNER)
    (own / "queue").mkdir()
    for name in ("queue/pid", "queue/private", "queue/public", "data"):
        (own / name).mkdir(mode=0o755)
    for name in ("queue/private", "queue/public", "data"):
        os.chown(own / name, user.pw_uid, user.pw_gid)


def _setting(name: str) -> str:
    """What Postfix was built with."""
    command = ("postconf", "-d", "-h", name)
    return subprocess.run(
        command, env={"PATH": PATH}, capture_output=True, text=True, check=True
    ).stdout.strip()
