"""One MX host: a real SMTP dialogue on port 25 (RFC 5321), STARTTLS (RFC 3207) and all that can be wrong with it.

It takes no mail. A client that speaks out of turn is shown out, as postscreen would.
"""

import asyncio
from collections.abc import Awaitable, Callable

from tests.lab.certificates import Authority
from tests.lab.listener import Connection, LabServer, Peer
from tests.lab.scenario import MailServer, Smtp
from tests.lab.smtp_script import Says, SmtpScript, Then
from tests.lab.tls_server import TlsServer
from tests.lab.tls_session import TlsSession

LINE_MAX_BYTES = 512  # RFC 5321 §4.5.3.1.4
GREET_PAUSE_S = 0.02
"""How long a client is given to show bad manners before the banner."""
SLOW_PAUSE_S = 0.3

GARBAGE = b"\x00\xffthis is no TLS record\r\n" * 4
INJECTED = b"250 2.0.0 injected\r\n"

_OFFERS = frozenset({Smtp.STARTTLS, Smtp.TLS_TEMPFAIL, Smtp.TLS_BROKEN, Smtp.SLOW, Smtp.INJECTION})
_MAIL_COMMANDS = frozenset({"MAIL", "RCPT", "DATA", "BDAT", "VRFY", "EXPN", "AUTH", "ETRN"})


async def start_smtp(
    host: str,
    server: MailServer,
    authority: Authority,
    mail_domain: str,
    *,
    addresses: tuple[str, ...] = (),
) -> LabServer:
    """Start port 25 of an MX host as its scenario says; CLOSED has no listener.

    On loopback, unless `addresses` are given.
    """
    host, mail_domain = host.lower(), mail_domain.lower()
    filtered = frozenset({25} if server.smtp is Smtp.FILTERED else ())
    lab = LabServer(addresses=addresses, filtered=filtered)
    if server.smtp in (Smtp.CLOSED, Smtp.FILTERED):
        return lab
    tls = TlsServer(host, server.tls, server.certificate, authority=authority, domain=mail_domain)

    async def speak(connection: Connection) -> None:
        scripts = (*server.first, server.script)
        script = scripts[min(lab.connections, len(scripts)) - 1]
        await _Dialogue(connection, host, server.smtp, tls, script).run()

    lab.listen(25, speak)
    return lab


class _Dialogue:
    """One client's conversation, from the banner to QUIT."""

    def __init__(
        self, connection: Connection, host: str, smtp: Smtp, tls: TlsServer, script: SmtpScript
    ) -> None:
        self._connection = connection
        self._peer: Peer = connection
        self._host = host
        self._smtp = smtp
        self._tls = tls
        self._script = script
        self._received = b""
        self._greeted = False
        self._session: TlsSession | None = None

    async def run(self) -> None:
        """Speak until the client quits, leaves, or is shown out."""
        if self._smtp is Smtp.SILENT:
            await self._connection.drain()
        elif await self._banner():
            while await self._command():
                pass

    async def _banner(self) -> bool:
        """Greet; False when the conversation is over before it began."""
        if await self._spoke_first(GREET_PAUSE_S):
            return False
        if self._script.banner:
            return await self._follow(self._script.banner)
        match self._smtp:
            case Smtp.TEMPFAIL:
                await self._say(f"421 4.3.2 {self._host} Service not available, closing transmission channel")
                return False
            case Smtp.REJECT:
                await self._say(f"554 5.7.1 {self._host} No SMTP service for you")
                return True
            case Smtp.SLOW:
                await self._say(f"220-{self._host} ESMTP lab")
                if await self._spoke_first(SLOW_PAUSE_S):
                    return False
        await self._say(f"220 {self._host} ESMTP lab")
        return True

    async def _spoke_first(self, seconds: float) -> bool:
        """Whether the client spoke, or left, during a pause that is the server's; then it has been told."""
        try:
            async with asyncio.timeout(seconds):
                early = await self._connection.read()
        except TimeoutError:
            return False
        if early:
            await self._say("554 5.5.1 Protocol error: you spoke before the greeting")
        return True

    async def _command(self) -> bool:
        """Answer one command; False when that was the last."""
        line = await self._line()
        if line is None:
            return False
        verb, _, argument = line.partition(" ")
        verb = verb.upper()
        if verb == "QUIT":
            await self._say(f"221 2.0.0 {self._host} closing connection")
            return await self._finish()
        if self._smtp is Smtp.REJECT:  # RFC 5321 §3.1: wait for QUIT, 503 to all else
            await self._say("503 5.5.1 No SMTP service here")
            return True
        if verb == "STARTTLS":
            return await self._starttls(argument)
        scripted = {"EHLO": self._script.ehlo, "HELO": self._script.helo}.get(verb)
        answers: dict[str, Callable[[str], Awaitable[None]]] = {"EHLO": self._ehlo, "HELO": self._helo}
        if scripted:
            self._greeted = True
            return await self._follow(scripted)
        if verb in answers:
            await answers[verb](argument.strip())
        elif verb in ("NOOP", "RSET"):
            await self._say("250 2.0.0 OK")
        elif verb in _MAIL_COMMANDS:
            await self._say("503 5.5.1 The laboratory takes no mail")
        else:
            await self._say("500 5.5.2 Command not recognized")
        return True

    async def _ehlo(self, argument: str) -> None:
        if self._smtp is Smtp.HELO_ONLY:
            await self._say("502 5.5.1 Command not implemented")
        elif not argument:
            await self._say("501 5.5.4 Syntax: EHLO hostname")
        else:
            self._greeted = True
            words = [self._host, "SIZE 10240000", "8BITMIME", "ENHANCEDSTATUSCODES"]
            if self._smtp in _OFFERS and self._session is None:
                words.append("STARTTLS")
            await self._say(*(f"250-{word}" for word in words[:-1]), f"250 {words[-1]}")

    async def _helo(self, argument: str) -> None:
        self._greeted = bool(argument)
        await self._say(f"250 {self._host}" if argument else "501 5.5.4 Syntax: HELO hostname")

    async def _starttls(self, argument: str) -> bool:
        """RFC 3207 §4; True while there are commands to come, inside TLS or not."""
        if self._script.starttls:
            goes_on = await self._follow(self._script.starttls)
            return await self._tls_or_not() if goes_on and self._script.starttls.data[:1] == b"2" else goes_on
        if self._smtp not in _OFFERS:
            await self._say("502 5.5.1 Command not implemented")
        elif argument:
            await self._say("501 5.5.4 Syntax: STARTTLS takes no parameters")
        elif self._session or not self._greeted:
            await self._say("503 5.5.1 Bad sequence of commands")
        elif self._received:
            await self._say("554 5.5.1 Protocol error: you spoke before the answer to STARTTLS")
            return False
        elif self._smtp is Smtp.TLS_TEMPFAIL:
            await self._say("454 4.7.0 TLS not available due to temporary reason")
        else:
            return await self._encrypt()
        return True

    async def _encrypt(self) -> bool:
        ready = b"220 2.0.0 Ready to start TLS\r\n"
        await self._connection.write(ready + INJECTED if self._smtp is Smtp.INJECTION else ready)
        return await self._tls_or_not()

    async def _tls_or_not(self) -> bool:
        """What comes after the 220; True when TLS stands and commands may come."""
        if self._script.instead_of_tls:
            await self._connection.read()
            await self._follow(self._script.instead_of_tls)
            return False
        if self._smtp is Smtp.TLS_BROKEN:
            await self._connection.read()
            await self._connection.write(GARBAGE)
            return False
        session = await self._tls.accept(self._connection)
        if session is None:
            return False
        self._peer, self._session, self._greeted = session, session, False
        return True

    async def _follow(self, said: Says) -> bool:
        """Say what the script has in this place; False when that was the end of the conversation."""
        while True:
            for piece in said.pieces:
                if isinstance(piece, bytes):
                    await self._connection.write(piece)
                elif await self._spoke_first(piece):
                    return False
            if not said.forever:
                break
        match said.then:
            case Then.RESET:
                self._connection.reset()
            case Then.SILENCE:
                await self._connection.drain()
        return said.then is Then.GO_ON

    async def _finish(self) -> bool:
        if self._session:
            await self._session.finish()
        return False

    async def _line(self) -> str | None:
        """The next command line; None when the client is gone or its line breaks the rules (it has been told)."""
        while b"\n" not in self._received:
            if len(self._received) > LINE_MAX_BYTES:
                await self._say("500 5.5.2 Line too long")
                return None
            data = await self._peer.read()
            if not data:
                return None
            self._received += data
        line, _, self._received = self._received.partition(b"\n")
        if not line.endswith(b"\r"):
            await self._say("500 5.5.2 Bare line feed")
            return None
        return line[:-1].decode("latin-1")

    async def _say(self, *lines: str) -> None:
        await self._peer.write("".join(f"{line}\r\n" for line in lines).encode("ascii"))
