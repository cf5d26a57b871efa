"""One exception for the network's trouble, and the one place that turns OS errors into a Failure."""

import errno

from checker.observations.failure import Failure


class NetworkError(Exception):
    """Something the network or a peer did, as a Failure; `detail` is English for logs and findings."""

    def __init__(self, failure: Failure, detail: str = "") -> None:
        super().__init__(detail or failure.value)
        self.failure = failure
        self.detail = detail


_BY_ERRNO = {
    errno.ECONNREFUSED: Failure.REFUSED,
    errno.ENETUNREACH: Failure.UNREACHABLE,
    errno.EHOSTUNREACH: Failure.UNREACHABLE,
    errno.ENETDOWN: Failure.UNREACHABLE,
    errno.EADDRNOTAVAIL: Failure.UNREACHABLE,
    errno.EAFNOSUPPORT: Failure.UNREACHABLE,
    errno.EHOSTDOWN: Failure.UNREACHABLE,
    errno.ENOPROTOOPT: Failure.UNREACHABLE,
    errno.EACCES: Failure.UNREACHABLE,
    errno.EPERM: Failure.UNREACHABLE,
    errno.ETIMEDOUT: Failure.TIMEOUT,
    errno.ECONNRESET: Failure.RESET,
    errno.EPIPE: Failure.RESET,
    errno.ECONNABORTED: Failure.RESET,
}
# EACCES and EPERM on connect come from prohibiting routes and local firewalls (ICMP administratively prohibited).


def translate(error: OSError) -> NetworkError:
    """Turn an OSError into a NetworkError; what is not the peer's doing becomes LOCAL."""
    failure = _BY_ERRNO.get(error.errno or 0, Failure.LOCAL)
    return NetworkError(failure, error.strerror or type(error).__name__)
