"""A zone as one name server has it: contents, perhaps signatures and denial, and its manner of answering."""

from functools import cached_property

from dns.rrset import RRset

from tests.lab.denial import Chain, Nsec3Chain, NsecChain, nsec3param
from tests.lab.scenario import Dns
from tests.lab.signing import Signer
from tests.lab.zone_contents import ZoneContents


class ServedZone:
    """One zone on one server. With a `signer`, `denial` is "nsec", "nsec3" or "nsec3-optout"."""

    def __init__(
        self,
        contents: ZoneContents,
        *,
        signer: Signer | None = None,
        denial: str = "nsec",
        iterations: int = 0,
        manner: Dns = Dns.NORMAL,
    ) -> None:
        self.manner = manner
        self.signer = signer
        self.denial = denial
        self.iterations = iterations
        self.contents = contents
        if signer is not None:
            params = () if denial == "nsec" else (nsec3param(contents.apex, iterations),)
            self.contents = contents.with_apex(signer.keys.dnskeys, *params)

    @cached_property
    def chain(self) -> Chain | None:
        """The chain of denial; None in an unsigned zone. Made when first needed: the contents must be complete."""
        if self.signer is None:
            return None
        if self.denial == "nsec":
            return NsecChain(self.contents)
        return Nsec3Chain(self.contents, opt_out=self.denial == "nsec3-optout", iterations=self.iterations)

    def signatures(self, rrset: RRset) -> list[RRset]:
        """The RRSIG RRset over `rrset`, if the zone is signed. NS at a cut and glue are never signed: do not ask."""
        return [] if self.signer is None else [self.signer.rrsigs(rrset)]
