"""Zones whose NSEC3 records have salt (RFC 5155 §3.1.5), which the lab's own do without. Pure."""

from base64 import b32hexdecode
from functools import cached_property
from typing import Any

import dns.dnssec
from dns.name import Name
from dns.rdatatype import NSEC3PARAM
from dns.rrset import RRset, from_rdata

from tests.lab.denial import SHA1, Chain, Nsec3Chain
from tests.lab.served_zone import ServedZone
from tests.lab.zone_contents import ZoneContents


class SaltedChain(Nsec3Chain):
    """The lab's chain, all names hashed with salt."""

    def __init__(self, contents: ZoneContents, *, salt: bytes, opt_out: bool, iterations: int) -> None:
        self._salt = salt
        super().__init__(contents, opt_out=opt_out, iterations=iterations)

    def _hash(self, name: Name) -> bytes:
        return b32hexdecode(dns.dnssec.nsec3_hash(name, self._salt, self._iterations, SHA1))

    def _at_or_before(self, hashed: bytes) -> RRset:
        plain = super()._at_or_before(hashed)
        return from_rdata(plain.name, plain.ttl, plain[0].replace(salt=self._salt))


class SaltedZone(ServedZone):
    """A zone with `salt`; without NSEC3 it is any zone."""

    def __init__(self, contents: ZoneContents, *, salt: bytes, **settings: Any) -> None:
        super().__init__(contents, **settings)
        self._salt = salt
        param = self.contents.nodes[contents.apex].get(NSEC3PARAM)
        if param is not None:
            self.contents = self.contents.with_apex(
                from_rdata(param.name, param.ttl, param[0].replace(salt=salt))
            )

    @cached_property
    def chain(self) -> Chain | None:
        """The chain of denial."""
        if self.signer is None or self.denial == "nsec":
            return super().chain
        return SaltedChain(
            self.contents,
            salt=self._salt,
            opt_out=self.denial == "nsec3-optout",
            iterations=self.iterations,
        )
