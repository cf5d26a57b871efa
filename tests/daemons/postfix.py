"""The plan's mail hosts as one Postfix with an smtpd for each address, as far as Postfix can play them.

It takes no mail: there is nothing behind smtpd but what it needs to speak.
"""

import os
import pwd
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.daemons.daemon import Daemon
from tests.daemons.namespaces import PATH
from tests.lab.certificates import Authority, chain_pem
from tests.lab.plan import MailHost
from tests.lab.scenario import Smtp, Tls
from tests.lab.tls_server import INTERMEDIATE_SUITES, MODERN_SUITES

SMTP_PORT = 25
OWNER = "postfix"
TLS_ON, TLS_OFF = "smtpd_tls_security_level=may", "smtpd_tls_security_level=none"
DIALOGUES = {
    Smtp.STARTTLS: (TLS_ON,),
    Smtp.SLOW: (TLS_ON,),
    Smtp.NO_STARTTLS: (TLS_OFF,),
    Smtp.HELO_ONLY: (TLS_OFF, "smtpd_command_filter=regexp:{directory}/no-ehlo"),
    Smtp.TEMPFAIL: (TLS_OFF, "smtpd_client_restrictions=$busy"),
    Smtp.REJECT: (TLS_OFF, "smtpd_client_restrictions=reject"),
}
SUITES = {
    Tls.MODERN: ("smtpd_tls_protocols=>=TLSv1.2", f"tls_medium_cipherlist={MODERN_SUITES}"),
    Tls.INTERMEDIATE: ("smtpd_tls_protocols=>=TLSv1",),
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
tls_medium_cipherlist = {INTERMEDIATE_SUITES}:@SECLEVEL=0
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
    return host.server.smtp in DIALOGUES and host.server.tls in SUITES


def postfix(hosts: Sequence[MailHost], authority: Authority, directory: Path) -> Daemon:
    """Write settings and certificates and lay out the queue; `hosts` all of a kind that it can play."""
    own = directory / "postfix"
    settings = own / "etc"
    settings.mkdir(parents=True)
    _directories(own)
    services = [MASTER]
    for host in hosts:
        chain = settings / f"{host.name}.pem"
        chain.write_bytes(chain_pem(authority.chain(host.name, host.server.certificate, host.mail_domain)))
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
    overrides = [
        f"myhostname={host.name}",
        f"smtpd_tls_chain_files={chain}",
        *DIALOGUES[host.server.smtp],
        *SUITES[host.server.tls],
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
