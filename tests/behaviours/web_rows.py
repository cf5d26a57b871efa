"""Web hosts in a few words, for the tables of their behaviours."""

from tests.lab.scenario import Http, Https, Tls, Web
from tests.lab.web_answers import Answer, Answers, Wire

NOT_REDIRECTED = frozenset({"http_not_redirected"})
GOOD_HOST = "www.http-301-to-https.se"
PLAIN_HOST = "www.http-shows-the-page.se"
NO_HOST = "www.finns-inte.se"


def to(location: str | None, *, status: int = 302, path: str = "", wire: Wire = Wire.ORDINARY) -> Answer:
    """A redirect."""
    return Answer(status=status, location=location, path=path, wire=wire)


def web(http: Http | Answers = Http.TO_HTTPS, https: Https | Answers = Https.CONTENT) -> Web:
    """A web host with these two ports, and nothing to say against its TLS."""
    return Web(http=http, https=https, tls=Tls.MODERN)


def steps(count: int) -> Answers:
    """Redirects from / to /1 and so on, and then the page."""
    return tuple(to(f"/{n + 1}", path=f"/{n}" if n else "/") for n in range(count))


def status(number: int, *, times: int = 0) -> Answers:
    """A port that answers with this status."""
    return (Answer(status=number, times=times),)


def sent(wire: Wire) -> Answers:
    """A port that sends its page this way."""
    return (Answer(wire=wire),)
