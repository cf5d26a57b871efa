"""The versioned thresholds, as data: what every finding is worth, and the few numbers that rulesets differ in.

A finding's code says what was seen; this table says how much it matters. `bilaga-a-2017` judges as the original
study could, `2026` as one should now (measuring.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from checker.verdict import Finding, Severity

FAULT, WARNING, NOTE = Severity.FAULT, Severity.WARNING, Severity.NOTE

COMMON: dict[str, Severity] = {
    "domain_nonexistent": FAULT,
    "excluded_on_request": NOTE,
    "own_error": NOTE,
    "row_deadline": NOTE,
    "second_attempt": NOTE,
    "vantage_no_ipv4": NOTE,
    "vantage_no_ipv6": NOTE,
    "vantage_no_port25": NOTE,
    "unresolvable": NOTE,
}

STARTTLS: dict[str, Severity] = {
    # the mail domain and its MX records: both mail columns
    "mail_null_mx": NOTE,
    "mail_null_mx_beside_others": WARNING,
    "mail_no_service": NOTE,
    "mail_implicit_mx": NOTE,
    "mail_mx_hosts_nonexistent": FAULT,
    "mail_mx_host_nonexistent": WARNING,
    "mail_mx_is_address": WARNING,
    "mail_mx_is_cname": WARNING,
    "mail_mx_left_out": NOTE,
    "mail_not_measured": NOTE,
    "mail_address_not_allowed": WARNING,
    "mail_own_trouble": NOTE,
    "mail_ipv4_no_way_out": NOTE,
    "mail_not_asked_again": NOTE,
    # STARTTLS
    "starttls_not_offered": FAULT,
    "starttls_handshake_failed": FAULT,
    "starttls_masked": WARNING,
    "starttls_raw_hello_only": WARNING,
    "starttls_old_protocol_only": WARNING,
    "starttls_old_protocols": WARNING,
    "starttls_injection": WARNING,
    "starttls_refused_us": NOTE,
    "starttls_hung_up": NOTE,
    "starttls_not_smtp": NOTE,
    "starttls_fell_silent": NOTE,
    "starttls_no_greeting": NOTE,
    "starttls_no_answer": NOTE,
    "starttls_connection_refused": NOTE,
    "starttls_certificate_wrong_name": WARNING,
    "starttls_certificate_names_domain": WARNING,
    "starttls_certificate_common_name_only": WARNING,
    "starttls_certificate_expired": WARNING,
    "starttls_certificate_not_yet_valid": WARNING,
    "starttls_certificate_self_signed": NOTE,
    "starttls_certificate_untrusted": NOTE,
    "starttls_certificate_unreadable": NOTE,
}

HTTPS: dict[str, Severity] = {
    # the host and the measurement of it
    "web_host_no_address": WARNING,
    "web_address_special_purpose": WARNING,
    "web_addresses_left_out": NOTE,
    "web_lookup_failed": WARNING,
    "web_no_answer": WARNING,
    "web_not_measured": NOTE,
    # port 443
    "https_not_offered": FAULT,
    "https_on_other_host_only": FAULT,
    "https_published_but_dead": FAULT,
    "https_tls_silent": FAULT,
    "https_not_tls": FAULT,
    "https_tls_fails": FAULT,
    "https_address_refused": WARNING,
    "https_address_silent": WARNING,
    # where the visitor ends up
    "https_back_to_http": FAULT,
    "https_via_http": WARNING,
    "https_error_status": FAULT,
    "https_redirect_loop": FAULT,
    "https_no_reply": FAULT,
    "https_reply_late": FAULT,
    "https_reply_malformed": FAULT,
    "https_bad_location": FAULT,
    "https_chain_dies": FAULT,
    "https_chain_no_tls": FAULT,
    "https_chain_name_missing": FAULT,
    "https_same_error_on_http": WARNING,
    "https_visits_differ": WARNING,
    "https_content_differs": WARNING,
    "https_address_error_status": WARNING,
    "https_address_back_to_http": WARNING,
    "https_sent_to_http": WARNING,
    "https_content_not_tested": NOTE,
    "https_final_page": NOTE,
    "blocked": NOTE,
    "redirect_not_visited": NOTE,
    "redirect_out_of_reach": NOTE,
    "redirect_unresolvable": NOTE,
    "redirect_without_location": WARNING,
    "redirects_too_many": WARNING,
    "redirects_too_slow": WARNING,
    "hsts_missing": NOTE,
    "hsts_malformed": NOTE,
    "hsts_off": NOTE,
    # the bare domain, where the web host is another name
    "bare_domain_no_address": NOTE,
    "bare_domain_no_answer": NOTE,
    "bare_domain_no_https": WARNING,
    "bare_domain_tls_fails": WARNING,
    "bare_domain_certificate_wrong_name": WARNING,
    "bare_domain_certificate_untrusted": WARNING,
    "bare_domain_not_redirected": WARNING,
    "bare_domain_back_to_http": WARNING,
    "bare_domain_no_page": WARNING,
    # port 80
    "http_not_redirected": WARNING,
    "http_leads_to_no_page": WARNING,
    "http_refresh": NOTE,
    "http_blocked": NOTE,
    "http_no_reply": NOTE,
    "http_address_dead": NOTE,
}

TLS: dict[str, tuple[Severity | None, Severity | None]] = {
    # configuration
    "ssl2_offered": (FAULT, FAULT),
    "ssl3_offered": (FAULT, FAULT),
    "tls10_offered": (None, FAULT),
    "tls11_offered": (None, FAULT),
    "no_tls12_or_newer": (NOTE, FAULT),
    "no_tls13": (None, NOTE),
    "null_suites": (FAULT, FAULT),
    "anonymous_suites": (FAULT, FAULT),
    "export_suites": (FAULT, FAULT),
    "des_suites": (FAULT, FAULT),
    "rc4_only": (FAULT, FAULT),
    "rc4_suites": (NOTE, FAULT),
    "block64_suites": (NOTE, FAULT),
    "rsa_key_exchange": (None, WARNING),
    "dhe_key_exchange": (None, WARNING),
    "dh_prime_below_1024": (FAULT, FAULT),
    "dh_prime_below_2048": (NOTE, FAULT),
    "no_secure_renegotiation": (NOTE, WARNING),
    "tls_compression": (NOTE, FAULT),
    "no_extended_master_secret": (None, WARNING),
    "heartbeat_offered": (NOTE, NOTE),
    "tls_raw_hello_only": (FAULT, FAULT),
    "tls_ordinary_handshake_lost": (WARNING, WARNING),
    "tls_not_tested": (NOTE, NOTE),
    # end of configuration
    # certificates
    "certificate_rsa_below_1024": (FAULT, FAULT),
    "certificate_rsa_below_2048": (None, FAULT),
    "certificate_ec_below_224": (None, FAULT),
    "certificate_signature_md5": (FAULT, FAULT),
    "certificate_signature_sha1": (FAULT, FAULT),
    "certificate_signature_sha224": (None, WARNING),
    "certificate_expired": (FAULT, FAULT),
    "certificate_not_yet_valid": (FAULT, FAULT),
    "certificate_self_signed": (FAULT, FAULT),
    "certificate_unknown_issuer": (FAULT, FAULT),
    "certificate_untrusted": (FAULT, FAULT),
    "certificate_not_for_servers": (FAULT, FAULT),
    "certificate_unknown_extension": (FAULT, FAULT),
    "certificate_no_authority": (FAULT, FAULT),
    "certificate_path_too_long": (FAULT, FAULT),
    "certificate_name_not_allowed": (FAULT, FAULT),
    "certificate_incomplete_chain": (NOTE, FAULT),
    "certificate_wrong_name": (FAULT, FAULT),
    "certificate_common_name_only": (None, FAULT),
    "certificate_unreadable": (WARNING, WARNING),
    # end of certificates
}
"""Web TLS conditions: (bilaga-a-2017, 2026); FAULT is `(F)`, None says nothing."""

DNSSEC: dict[str, Severity] = {
    "dnssec_secure": NOTE,
    "dnssec_no_anchor": NOTE,
    "dnssec_no_answer": NOTE,
    "dnssec_no_ds": WARNING,
    "dnssec_opt_out": WARNING,
    "dnssec_unsupported_algorithm": WARNING,
    "dnssec_nsec3_iterations": WARNING,
    "dnssec_signed_without_ds": WARNING,
    "dnssec_sha1": WARNING,
    "dnssec_ds_sha1": WARNING,
    "dnssec_ds_unmatched": WARNING,
    "dnssec_key_small": WARNING,
    "dnssec_algorithm_unsigned": WARNING,
    "dnssec_signature_ends_soon": WARNING,
    "dnssec_signature_long": WARNING,
    "dnssec_nsec3_iterations_used": WARNING,
    "dnssec_cds_invalid": WARNING,
    "dnssec_cds_conflict": WARNING,
    "dnssec_cds_delete": WARNING,
    "dnssec_cds_pending": NOTE,
    "dnssec_ns_differ": WARNING,
    "dnssec_servers_differ": WARNING,
    "dnssec_answers_differ": NOTE,
    "dnssec_serials_differ": NOTE,
    "dnssec_server_without_tcp": WARNING,
    "dnssec_hop_insecure": NOTE,
    "dnssec_hop_bogus": FAULT,
    "dnssec_server_unusable": WARNING,
    "dnssec_server_question_failed": WARNING,
    "dnssec_servers_left_out": NOTE,
    "dnssec_servers_bogus": FAULT,
    "dnssec_dnskey_missing": FAULT,
    "dnssec_no_key_for_ds": FAULT,
    "dnssec_anchor_mismatch": NOTE,
    "dnssec_signature_missing": FAULT,
    "dnssec_signature_expired": FAULT,
    "dnssec_signature_early": FAULT,
    "dnssec_signature_wrong": FAULT,
    "dnssec_signer_wrong": FAULT,
    "dnssec_signature_key_absent": FAULT,
    "dnssec_signature_unsupported": FAULT,
    "dnssec_signature_unfit": FAULT,
    "dnssec_denial_missing": FAULT,
    "dnssec_denial_wrong": FAULT,
    "dnssec_too_costly": FAULT,
}

IPV6: dict[str, Severity] = {
    # mail
    "mail_ipv6_no_aaaa": WARNING,
    "mail_ipv6_address_dead": WARNING,
    "mail_ipv6_greeting_refused": NOTE,
    "mail_ipv6_special_purpose": WARNING,
    "mail_ipv6_neither_family": NOTE,
    "mail_ipv6_not_asked": NOTE,
    "mail_ipv6_no_way_out": NOTE,
    "mail_ipv6_port25_unproven": NOTE,
    # end of mail
    # www
    "www_ipv6_no_aaaa": WARNING,
    "www_ipv6_special_purpose": WARNING,
    "www_ipv6_address_dead": WARNING,
    "www_ipv6_neither_family": NOTE,
    "www_ipv6_not_all_asked": NOTE,
    # end of www
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """One named way to judge. `severities` has every finding code that this ruleset ever reports.

    `common_name_counts`: a certificate's CN may name the host when there is no dNSName SAN (dropped by RFC 9525).
    """

    name: str
    version: str
    severities: Mapping[str, Severity]
    common_name_counts: bool

    def finding(self, code: str, subject: str, **params: object) -> Finding | None:
        """A finding with the severity this ruleset gives it; None when the ruleset says nothing of it.

        Raises KeyError for a code that no ruleset knows: our bug.
        """
        if code not in KNOWN_CODES:
            raise KeyError(code)
        severity = self.severities.get(code)
        if severity is None:
            return None
        texts = tuple((name, str(value)) for name, value in params.items())
        return Finding(code=code, severity=severity, subject=subject, params=texts)


_SHARED = COMMON | STARTTLS | HTTPS | DNSSEC | IPV6

KNOWN_CODES = frozenset(_SHARED) | frozenset(TLS)


def _tls(column: int) -> dict[str, Severity]:
    return {code: severity for code, row in TLS.items() if (severity := row[column]) is not None}


BILAGA_A_2017 = Ruleset(
    name="bilaga-a-2017",
    version="1",
    severities=MappingProxyType(_SHARED | _tls(0)),
    common_name_counts=True,
)

RULESET_2026 = Ruleset(
    name="2026",
    version="1",
    severities=MappingProxyType(_SHARED | _tls(1)),
    common_name_counts=False,
)

RULESETS: Mapping[str, Ruleset] = MappingProxyType({r.name: r for r in (BILAGA_A_2017, RULESET_2026)})
DEFAULT_RULESET = RULESET_2026.name
