"""What TLS scanners say of a service, put into the words of `TlsFacts` and of certificates. Pure.

A word that a tool does not tell of is left out, and so is what the tool has no means to see.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree import ElementTree as ET

Words = dict[str, str]

VERSIONS = ("ssl2", "ssl3", "tls10", "tls11", "tls12", "tls13")
FAMILIES = (
    "null_suites",
    "anonymous_suites",
    "export_suites",
    "des_suites",
    "rc4_suites",
    "block64_suites",
    "rsa_key_exchange",
    "dhe",
)
EXTENSIONS = ("secure_renegotiation", "extended_master_secret", "heartbeat", "compression")
FACTS = (*VERSIONS, *FAMILIES, *EXTENSIONS)
BITS = "dh_prime_bits"
CERTIFICATE = ("key", "signature", "names", "not_after", "names_host", "trust")

_OPENSSL_PLAIN_RSA = re.compile(r"(AES|ARIA|CAMELLIA|SEED|DES|IDEA|RC4|NULL)")
_SUITES = (
    ("null_suites", re.compile(r"NULL")),
    ("anonymous_suites", re.compile(r"^AE?C?DH-|_anon_")),
    ("export_suites", re.compile(r"EXP")),
    ("des_suites", re.compile(r"DES[-_]CBC[-_]")),
    ("rc4_suites", re.compile(r"RC4")),
    ("block64_suites", re.compile(r"3DES|DES-CBC3|IDEA|RC2")),
    ("rsa_key_exchange", re.compile(r"^TLS_RSA_")),
    ("dhe", re.compile(r"^(DHE|EDH)-|^TLS_DHE_")),
)


def truth(*, yes: bool) -> str:
    """The word for a fact."""
    return "yes" if yes else "no"


def families(suite: str) -> set[str]:
    """The families of one suite, by its OpenSSL name or its IANA name."""
    found = {family for family, pattern in _SUITES if pattern.search(suite)}
    if not suite.startswith("TLS_") and _OPENSSL_PLAIN_RSA.match(suite):
        found.add("rsa_key_exchange")
    if "3DES" in suite:
        found.discard("des_suites")
    return found


def of_s_client(runs: Mapping[str, str]) -> Words:
    """From what `openssl s_client` printed: runs by the fact that they ask for, and "ordinary" without any wish."""
    words = {fact: truth(yes=_stood(output)) for fact, output in runs.items() if _tells(output)}
    words.pop("ordinary", None)
    if bits := re.search(r"(?:Server|Peer) Temp Key: DH, (\d+) bits", runs.get("dhe", "")):
        words[BITS] = bits[1]
    before_tls13 = next((runs[run] for run in ("tls12", "tls11", "tls10") if words.get(run) == "yes"), "")
    if said := re.search(r"Secure Renegotiation IS (NOT )?supported", before_tls13):
        words["secure_renegotiation"] = truth(yes=not said[1])
    if said := re.search(r"Extended master secret: (yes|no)", before_tls13):
        words["extended_master_secret"] = said[1]
    if said := re.search(r"Verify return code: (\d+)", runs.get("ordinary", "")):
        words["trust"] = _TRUST.get(int(said[1]), "untrusted")
    return words


_TRUST = {
    0: "trusted",
    9: "not yet valid",
    10: "expired",
    18: "self-signed",
    19: "unknown issuer",
    20: "unknown issuer",
    21: "unknown issuer",
}
"""X509_V_ERR_…, from openssl-verification-options(1); the others say that some certificate may not do what it does."""


def _stood(output: str) -> bool:
    return bool(re.search(r"^New, .*, Cipher is (?!\(NONE\))", output, re.MULTILINE))


def _tells(output: str) -> bool:
    """Whether a run got an answer at all: it stood, or the server refused. No connection tells nothing."""
    return "CONNECTED(" in output and "no ciphers available" not in output


def of_x509(output: str) -> Words:
    """From `openssl x509 -text -checkhost …` of the server's own certificate."""
    key = re.search(r"Public Key Algorithm: (\S+)[\s\S]*?Public-Key: \((\d+) bit", output)
    signature = re.search(r"Signature Algorithm: (\S+)(?:\s+Hash Algorithm: (\S+))?", output)
    until = re.search(r"^notAfter=(\S+) (\S+)", output, re.MULTILINE)
    if not (key and signature and until):
        return {}
    kind = {"rsaEncryption": "RSA", "id-ecPublicKey": "EC"}.get(key[1], key[1])
    return {
        "key": f"{kind} {key[2]}",
        "signature": _hash(signature[2] or signature[1]),
        "names": " ".join(sorted(re.findall(r"DNS:([^,\s]+)", output))),
        "not_after": f"{until[1]}T{until[2]}",
        "names_host": truth(yes="does match certificate" in output),
    }


def _hash(algorithm: str) -> str:
    """The hash in the name of a signature algorithm ("ecdsa-with-SHA256", "sha1WithRSAEncryption")."""
    found = re.search(r"(?i)(sha-?\d+|md\d)", algorithm)
    return found[1].lower().replace("-", "") if found else ""


_VERSION_OF = {
    ("ssl", "2"): "ssl2",
    ("ssl", "3"): "ssl3",
    ("tls", "1.0"): "tls10",
    ("tls", "1.1"): "tls11",
    ("tls", "1.2"): "tls12",
    ("tls", "1.3"): "tls13",
}


def of_sslscan(xml: str) -> Words:
    """From `sslscan --xml=-`."""
    test = ET.fromstring(xml).find("ssltest")  # noqa: S314 - our own program's output
    if test is None or "Could not connect" in xml:
        return {}
    words = {
        _VERSION_OF[one.attrib["type"], one.attrib["version"]]: truth(yes=one.attrib["enabled"] == "1")
        for one in test.iter("protocol")
    }
    suites = [one.attrib for one in test.iter("cipher")]
    # Built without SSLv3, it lists no suites of that version: then what it did not see may be there all the same.
    words |= _seen((one["cipher"] for one in suites), whole=words.get("ssl3") == "no" and bool(suites))
    bits = [int(one["dhebits"]) for one in suites if "dhebits" in one]
    if bits:
        words[BITS] = str(min(bits))
    renegotiation = test.find("renegotiation")
    if renegotiation is not None and renegotiation.attrib["secure"] == "1":
        words["secure_renegotiation"] = "yes"
    elif renegotiation is not None and renegotiation.attrib["supported"] == "1":
        words["secure_renegotiation"] = "no"
    return words | _sslscan_certificate(test)


def _sslscan_certificate(test: ET.Element) -> Words:
    certificate = test.find(".//certificate")
    key = certificate.find("pk") if certificate is not None else None
    if certificate is None or key is None:
        return {}
    words = {}
    if signature := _hash(certificate.findtext("signature-algorithm") or ""):
        words["signature"] = signature
    if key.attrib.get("type") == "RSA":  # of other keys it tells the strength and not the size
        words["key"] = f"RSA {key.attrib['bits']}"
    names = re.findall(r"DNS:([^,\s]+)", certificate.findtext("altnames") or "")
    return {**words, "names": " ".join(sorted(names))}


def _seen(suites: Iterable[str], *, whole: bool) -> Words:
    """Yes for the families of these suites; no for the others when the list is `whole`."""
    found = set().union(*map(families, suites))
    return {family: truth(yes=family in found) for family in FAMILIES if family in found or whole}


_TESTSSL = {
    "SSLv2": "ssl2",
    "SSLv3": "ssl3",
    "TLS1": "tls10",
    "TLS1_1": "tls11",
    "TLS1_2": "tls12",
    "TLS1_3": "tls13",
    "cipherlist_NULL": "null_suites",
    "cipherlist_aNULL": "anonymous_suites",
    "cipherlist_EXPORT": "export_suites",
    "cipherlist_3DES_IDEA": "block64_suites",
}


def of_testssl(entries: Iterable[Mapping[str, Any]]) -> Words:
    """From the entries of `testssl --jsonfile`."""
    said = {entry["id"]: str(entry["finding"]) for entry in entries}
    words = {
        fact: truth(yes=not said[entry].startswith("not offered"))
        for entry, fact in _TESTSSL.items()
        if "offered" in said.get(entry, "")
    }
    if said.get("cipherlist_LOW", "").startswith("not offered"):  # DES, RC2 and RC4 in one
        words |= {"des_suites": "no", "rc4_suites": "no"}
    if renegotiation := said.get("secure_renego"):
        words["secure_renegotiation"] = truth(yes=renegotiation.startswith("supported"))
    if extensions := said.get("TLS_extensions"):
        words["extended_master_secret"] = truth(yes="extended master secret/#23" in extensions)
        words["secure_renegotiation"] = truth(yes="renegotiation info/#65281" in extensions)
        words["heartbeat"] = truth(yes="heartbeat/#15" in extensions)
    if crime := said.get("CRIME_TLS"):
        words["compression"] = truth(yes=crime.startswith("VULNERABLE"))
    return words | _testssl_certificate(said)


def _testssl_certificate(said: Mapping[str, str]) -> Words:
    words = {}
    if key := re.match(r"(\w+) (\d+) bits", said.get("cert_keySize", "")):
        words["key"] = f"{'EC' if key[1] in ('EC', 'ECDSA') else key[1]} {key[2]}"
    if "cert_signatureAlgorithm" in said:
        words["signature"] = _hash(said["cert_signatureAlgorithm"])
    if "cert_subjectAltName" in said:
        names = said["cert_subjectAltName"]
        words["names"] = "" if names.startswith("No SAN") else " ".join(sorted(names.split()))
    return words


def of_curl(output: str) -> Words:
    """From `curl --write-out '%{http_code} %{num_redirects} %{url_effective}'`: how a visit ended.

    The URL in the form that is compared (RFC 3986 §6.2.2.1, §6.2.3): no default port, escapes in upper case.
    """
    status, redirects, url = output.split(" ", 2)
    url = re.sub(r"^(http://[^/]+):80/|^(https://[^/]+):443/", r"\1\2/", url.strip())
    escaped = re.sub(r"%[0-9a-f]{2}", lambda escape: escape[0].upper(), url, flags=re.IGNORECASE)
    return {"status": status, "redirects": redirects, "end": escaped}
