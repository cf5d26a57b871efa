"""Why a DNSSEC verdict is what it is: a closed set of codes with what they are about. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """Security status (RFC 4033 §5); INDETERMINATE is "nobody told us"."""

    SECURE = "secure"
    INSECURE = "insecure"
    BOGUS = "bogus"
    INDETERMINATE = "indeterminate"


HOLDS = frozenset({Status.SECURE, Status.INSECURE})
"""Statuses of answers that a resolver gives out."""


class Code(StrEnum):
    """One stable code for one reason; the texts are in checker/words. In brackets the RFC 8914 number."""

    # insecure
    NO_ANCHOR = "dnssec_no_anchor"
    NO_DS = "dnssec_no_ds"
    OPT_OUT = "dnssec_opt_out"
    UNSUPPORTED_ALGORITHM = "dnssec_unsupported_algorithm"  # [1, 2]
    NSEC3_ITERATIONS = "dnssec_nsec3_iterations"  # [27]
    # bogus
    DNSKEY_MISSING = "dnssec_dnskey_missing"  # [9]
    NO_KEY_FOR_DS = "dnssec_no_key_for_ds"  # [9]
    ANCHOR_MISMATCH = "dnssec_anchor_mismatch"  # [9]
    SIGNATURE_MISSING = "dnssec_signature_missing"  # [10]
    SIGNATURE_EXPIRED = "dnssec_signature_expired"  # [7]
    SIGNATURE_EARLY = "dnssec_signature_early"  # [8]
    SIGNATURE_WRONG = "dnssec_signature_wrong"  # [6]
    SIGNER_WRONG = "dnssec_signer_wrong"  # [6]
    SIGNATURE_KEY_ABSENT = "dnssec_signature_key_absent"  # [9]
    SIGNATURE_UNSUPPORTED = (
        "dnssec_signature_unsupported"  # [10] beside an RRset that a usable key should sign
    )
    SIGNATURE_UNFIT = "dnssec_signature_unfit"  # [6] malformed, or its labels or owner do not fit
    DENIAL_MISSING = "dnssec_denial_missing"  # [12]
    DENIAL_WRONG = "dnssec_denial_wrong"  # [6]
    TOO_COSTLY = "dnssec_too_costly"  # [0]
    # indeterminate
    NO_ANSWER = "dnssec_no_answer"  # [22]


class Silence(StrEnum):
    """Why an answer tells nothing, beside `Failure` and error codes: the `detail` of NO_ANSWER."""

    NO_SERVER = "no server known"
    NONE_ANSWERS = "no server answers"
    NOT_ASKED = "not asked"
    NOT_AUTHORITATIVE = "not authoritative"
    NO_EDNS = "no EDNS"
    REFERRAL = "a referral"
    TOO_MANY_ALIASES = "too many aliases"
    TOO_LONG_NAME = "YXDOMAIN"
    UNSIGNABLE = "signatures are not signed themselves"
    TIME_UP = "its time was up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A code, the zone at fault, the record it is about ("www.example.se A") and values for its text."""

    code: Code
    zone: str
    record: str = ""
    params: tuple[tuple[str, str], ...] = ()

    def words(self) -> str:
        """One English line for `checker resolve` and logs."""
        values = ", ".join(f"{name} {value}" for name, value in self.params)
        about = f" at {self.record}" if self.record else ""
        return f"{self.code.value}: zone {self.zone}{about}" + (f" ({values})" if values else "")
