"""The miniature internet of these tests, in a process of its own: a few rows, some of which need a second attempt.

    python -m tests.survival.lab DIR

serves as `tests.lab.internet` does, and also writes to DIR/addresses.json where each web host stands.
"""

import asyncio
import json
import sys
from pathlib import Path

from tests.lab.internet import LabFiles, MiniatureInternet, serve
from tests.lab.scenario import Https, MailServer, Organisation, Signing, Smtp, Tls, Web, Zone

ORGANISATIONS = (
    Organisation(code="A", region="A-län", domain="a.se", web=Web(tls=Tls.MODERN)),
    Organisation(code="B", region="B-län", domain="b.se", zone=Zone(signing=Signing.SIGNED)),
    Organisation(code="C", region="C-län", domain="c.se", web=Web(https=Https.RESET)),
    Organisation(code="D", region="D-län", domain="d.se", mail=(MailServer(smtp=Smtp.TEMPFAIL),)),
    Organisation(code="E", region="E-län", domain="e.se", mail=(MailServer(smtp=Smtp.NO_STARTTLS),)),
    Organisation(code="F", region="F-län", domain="f.se", web=Web(https=Https.CLOSED)),
    Organisation(code="G", region="G-län", domain="g.se", null_mx=True, mail=()),
    Organisation(code="H", region="H-län", domain="h.se", web=Web(tls=Tls.MODERN)),
)
"""C and D are looked at twice in every sweep."""

SHUT = ("www.a.se", "www.h.se")
"""Web hosts that answer no https on every second night: too few for the brake."""


class SurvivalInternet(MiniatureInternet):
    """Tells where its web hosts are."""

    def write_files(self, directory: Path) -> LabFiles:
        files = super().write_files(directory)
        addresses = {host.name: (*host.addresses, *host.dead) for host in self.plan.web_hosts}
        (directory / "addresses.json").write_text(json.dumps(addresses), encoding="ascii")
        return files


if __name__ == "__main__":
    asyncio.run(serve(ORGANISATIONS, Path(sys.argv[1]), kind=SurvivalInternet))
