"""The words of one language for each link of an authentication chain. Plain text; what servers say is neutralised."""

from collections.abc import Iterator
from datetime import datetime

from checker.authentication_chain import (
    ALGORITHMS,
    DIGESTS,
    AnswerLink,
    AuthenticationChain,
    HopLink,
    KeyLink,
    Mark,
    SignatureLink,
    Trouble,
    VouchingLink,
    ZoneLink,
)
from checker.report.words import Lang, chain_words, closed_words, visible


class ChainPhrases:
    """Says each kind of link in one language; the signs before the words are somebody else's."""

    def __init__(self, lang: Lang) -> None:
        self.words = chain_words(lang)
        self._reasons = closed_words(lang)["reasons"]
        self._values = closed_words(lang)["values"]

    def say(self, phrase: str, **values: object) -> str:
        """A phrase with its values, which are the program's own or were made visible."""
        return self.words[phrase].format(**values)

    def zone_name(self, name: str) -> str:
        """The zone's name, the root in words."""
        return self.words["root"] if name == "." else shown(name)

    def heads(self, chain: AuthenticationChain) -> Iterator[str]:
        """Each zone's name, standing and reason; the last one says what its servers' answers come to."""
        for zone, status in zip(chain.zones, standings(chain), strict=True):
            because = self.because(zone.trouble)
            if status != zone.status:
                some = any(answer.valid for answer in chain.answers)
                because = f": {self.words['some_servers' if some else 'no_servers']}"
            yield f"{self.zone_name(zone.name)}: {self.words[status]}{because}"

    def nonexistent(self, chain: AuthenticationChain) -> str:
        """Which name is proven not to exist, and by which zone."""
        above = chain.zones[-1].name if chain.zones else "."
        return self.say("nonexistent", name=shown(chain.nonexistent), zone=shown(above))

    def facts(self, answer: AnswerLink) -> list[str]:
        """What the best answer says and how it is proven."""
        facts = [self.words[answer.kind]]
        if answer.proof:
            facts.append(self.say("proof", proof=visible(answer.proof)))
        return facts

    def answer(self, answer: AnswerLink) -> str:
        """One question to the zone's servers."""
        facts = self.facts(answer)
        ends = [signature.expiration for signature in answer.signatures if signature.mark is Mark.GOOD]
        if ends:
            facts.append(self.say("until", expiration=_time(min(ends))))
        if answer.servers > 1:
            facts.append(self.say("servers", good=answer.valid, all=answer.servers))
        random = f" ({self.words['random']})" if answer.random else ""
        return f"{shown(answer.name)} {visible(answer.type)}{random}: {', '.join(facts)}"

    def standing_there(self, hop: HopLink) -> str:
        """How it stands where a way out of the zone leads."""
        gone = f", {self.words['nxdomain']}" if hop.nonexistent else ""
        return f"{self.words[hop.status]} {self.say('in_zone', zone=shown(hop.zone))}{gone}"

    def hop(self, hop: HopLink) -> str:
        """A way out of the zone and how it stands there."""
        leads = self.say("hop", origin=shown_record(hop.origin), name=shown(hop.name))
        return f"→ {leads}: {self.standing_there(hop)}{self.because(hop.trouble)}"

    def because(self, trouble: Trouble | None) -> str:
        """A colon and the reason; nothing without trouble."""
        return f": {self.why(trouble)}" if trouble is not None else ""

    def why(self, trouble: Trouble | None) -> str:
        """The reason with the values that show it; nothing without trouble."""
        if trouble is None:
            return ""
        detail = self._values.get(trouble.detail, visible(trouble.detail))
        about = shown_record(trouble.record) if trouble.record else ""
        values = ", ".join(filter(None, (about, detail)))
        reason = self.reason(trouble.code)
        return f"{reason} ({values})" if values else reason

    def reason(self, code: str) -> str:
        """A finding code in a few words."""
        return self._reasons.get(code) or visible(code)

    def vouching(self, link: VouchingLink, *, anchored: bool) -> str:
        """A DS record or a trust anchor."""
        facts = [_algorithm(link.algorithm)]
        if link.digest_type is not None:
            facts.append(DIGESTS.get(link.digest_type, str(link.digest_type)))
        name = self.words["anchor"] if anchored else "DS"
        return f"{name} {link.key_tag}, {', '.join(facts)}{self._remark(link)}"

    def key(self, link: KeyLink, *, anchored: bool, alone: bool, tried: bool) -> str:
        """A key; `tried`: there is a signature over the keys that names this one."""
        facts = [_algorithm(link.algorithm)]
        if link.bits is not None:
            facts.append(self.say("bits", bits=link.bits))
        if link.vouched:
            facts.append(self.words["vouched_anchor" if anchored else "vouched_ds"])
        if link.signs_keys:
            facts.append(self.words["signs_keys"])
        elif link.entry_point and not link.remark and not tried:
            facts.append(self.words["stand_by"])
        name = f"{self.words['key']} {link.key_tag} {self.key_kind(link, alone=alone)}"
        return f"{name}, {', '.join(facts)}{self._remark(link)}"

    def key_kind(self, link: KeyLink, *, alone: bool) -> str:
        """KSK, ZSK or CSK; `alone` as `keys_alike` tells."""
        return self.words["combined_key" if alone else "entry_point" if link.entry_point else "zone_key"]

    def signature(self, link: SignatureLink, rdtype: str) -> str:
        """A signature, its period and what is wrong with it."""
        words = self.say("signature", type=rdtype, tag=link.key_tag)
        period = self.say("period", inception=_time(link.inception), expiration=_time(link.expiration))
        reason = f": {self.reason(link.code)}" if link.code else ""
        return f"{words}, {period}{reason}"

    def _remark(self, link: KeyLink | VouchingLink) -> str:
        return f": {self.words[link.remark.value]}" if link.remark else ""


def shown(name: str) -> str:
    """A name without its last dot, harmless."""
    return visible(name.rstrip(".") or ".")


def shown_record(record: str) -> str:
    """Owner and type ("www.example.se. A") as people write them."""
    owner, _, rdtype = record.partition(" ")
    return f"{shown(owner)} {visible(rdtype)}".strip()


def standings(chain: AuthenticationChain) -> tuple[str, ...]:
    """The status of each zone; the last one's is what its servers' answers come to."""
    own = tuple(zone.status for zone in chain.zones)
    answered = bool(chain.answers or chain.unusable) and own[-1:] == ("secure",)
    return (*own[:-1], chain.status) if answered else own


def keys_alike(zone: ZoneLink) -> bool:
    """Whether the zone's keys are all of one kind, so that they sign keys and data alike."""
    return len({key.entry_point for key in zone.keys if not key.remark}) == 1


def _time(moment: datetime) -> str:
    """To the minute; the heading says that it is UTC."""
    return f"{moment:%Y-%m-%d %H:%M}"


def _algorithm(number: int) -> str:
    name = ALGORITHMS.get(number)
    return f"{number} {name}" if name else str(number)
