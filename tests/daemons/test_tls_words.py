import pytest

from tests.daemons.tls_words import (
    BITS,
    families,
    of_curl,
    of_s_client,
    of_sslscan,
    of_testssl,
    of_x509,
)


@pytest.mark.parametrize(
    ("suite", "found"),
    [
        ("ECDHE-RSA-AES128-GCM-SHA256", set()),
        ("AES128-SHA", {"rsa_key_exchange"}),
        ("DHE-RSA-AES256-SHA", {"dhe"}),
        ("ADH-AES128-SHA", {"anonymous_suites"}),
        ("AECDH-NULL-SHA", {"anonymous_suites", "null_suites"}),
        ("DES-CBC3-SHA", {"block64_suites", "rsa_key_exchange"}),
        ("TLS_RSA_WITH_3DES_EDE_CBC_SHA", {"block64_suites", "rsa_key_exchange"}),
        ("TLS_RSA_WITH_DES_CBC_SHA", {"des_suites", "rsa_key_exchange"}),
        ("TLS_RSA_EXPORT_WITH_RC4_40_MD5", {"export_suites", "rc4_suites", "rsa_key_exchange"}),
        ("TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA", {"export_suites", "dhe"}),
        ("TLS_ECDHE_RSA_WITH_RC4_128_SHA", {"rc4_suites"}),
        ("TLS_DH_anon_WITH_AES_128_GCM_SHA256", {"anonymous_suites"}),
    ],
)
def test_suites_are_sorted_into_families(suite: str, found: set[str]) -> None:
    assert families(suite) == found


STOOD = """CONNECTED(00000003)
Server Temp Key: DH, 1024 bits
New, TLSv1.2, Cipher is DHE-RSA-AES256-SHA
Secure Renegotiation IS supported
    Extended master secret: no
    Verify return code: 10 (certificate has expired)
"""
REFUSED = """CONNECTED(00000003)
New, (NONE), Cipher is (NONE)
Secure Renegotiation IS NOT supported
    Extended master secret: no
"""
UNREACHED = "connect:errno=111\n"


def test_s_client_is_understood() -> None:
    runs = {"ordinary": STOOD, "tls12": STOOD, "dhe": STOOD, "tls10": REFUSED, "tls13": UNREACHED}
    assert of_s_client(runs) == {
        "tls12": "yes",
        "dhe": "yes",
        "tls10": "no",
        BITS: "1024",
        "secure_renegotiation": "yes",
        "extended_master_secret": "no",
        "trust": "expired",
    }


@pytest.mark.parametrize(
    ("scenario", "code", "trust"),
    [
        ("good", "0 (ok)", "trusted"),
        ("self-signed", "18 (self-signed certificate)", "self-signed"),
        ("no issuer", "20 (unable to get local issuer certificate)", "unknown issuer"),
        ("for clients only", "26 (unsuitable certificate purpose)", "untrusted"),
    ],
)
def test_the_codes_of_verification_are_understood(scenario: str, code: str, trust: str) -> None:
    assert of_s_client({"ordinary": f"CONNECTED(00000003)\nVerify return code: {code}\n"})["trust"] == trust


def test_a_server_without_an_answer_tells_nothing_of_renegotiation() -> None:
    assert of_s_client({"tls12": REFUSED}) == {"tls12": "no"}


def test_x509_is_understood() -> None:
    text = """    Signature Algorithm: rsassaPss
        Hash Algorithm: sha384
        Public Key Algorithm: id-ecPublicKey
            Public-Key: (256 bit)
                DNS:www.example.se, DNS:example.se
notAfter=2027-10-23 08:44:17Z
Hostname www.example.se does match certificate
"""
    assert of_x509(text) == {
        "key": "EC 256",
        "signature": "sha384",
        "names": "example.se www.example.se",
        "not_after": "2027-10-23T08:44:17Z",
        "names_host": "yes",
    }


SCANNED = """<?xml version="1.0"?><document><ssltest>
<protocol type="ssl" version="3" enabled="{ssl3}" /><protocol type="tls" version="1.2" enabled="1" />
<renegotiation supported="{supported}" secure="{secure}" />
<cipher status="preferred" sslversion="TLSv1.2" cipher="DHE-RSA-AES256-SHA" dhebits="2048" />
<certificates><certificate><signature-algorithm>sha1WithRSAEncryption</signature-algorithm>
<pk error="false" type="RSA" bits="1024" /><altnames><![CDATA[DNS:b.se, DNS:a.se]]></altnames></certificate></certificates>
</ssltest></document>"""


def test_sslscan_is_understood() -> None:
    words = of_sslscan(SCANNED.format(ssl3=0, supported=1, secure=0))
    assert (words["ssl3"], words["tls12"], words["dhe"], words[BITS]) == ("no", "yes", "yes", "2048")
    assert (words["rc4_suites"], words["secure_renegotiation"]) == ("no", "no")
    assert (words["key"], words["signature"], words["names"]) == ("RSA 1024", "sha1", "a.se b.se")


def test_where_sslscan_did_not_look_it_tells_nothing() -> None:
    words = of_sslscan(SCANNED.format(ssl3=1, supported=0, secure=0))
    assert words["dhe"] == "yes"
    assert not words.keys() & {"rc4_suites", "null_suites", "secure_renegotiation"}


def test_testssl_is_understood() -> None:
    said = {
        "SSLv2": "offered with 2 ciphers",
        "SSLv3": "not offered",
        "TLS1": "offered (deprecated)",
        "TLS1_3": "offered with final",
        "cipherlist_EXPORT": "offered",
        "cipherlist_LOW": "not offered",
        "TLS_extensions": "'renegotiation info/#65281' 'heartbeat/#15'",
        "CRIME_TLS": "not vulnerable",
        "cert_keySize": "RSA 2048 bits",
        "cert_signatureAlgorithm": "SHA256 with RSA",
        "cert_subjectAltName": "b.se a.se",
    }
    words = of_testssl({"id": name, "finding": finding} for name, finding in said.items())
    assert words == {
        "ssl2": "yes",
        "ssl3": "no",
        "tls10": "yes",
        "tls13": "yes",
        "export_suites": "yes",
        "des_suites": "no",
        "rc4_suites": "no",
        "secure_renegotiation": "yes",
        "extended_master_secret": "no",
        "heartbeat": "yes",
        "compression": "no",
        "key": "RSA 2048",
        "signature": "sha256",
        "names": "a.se b.se",
    }


@pytest.mark.parametrize(
    ("scenario", "url", "end"),
    [
        ("a blank in it", "https://www.example.se/a b", "https://www.example.se/a b"),
        ("the default port", "https://www.example.se:443/", "https://www.example.se/"),
        ("another port", "https://www.example.se:80/", "https://www.example.se:80/"),
        ("escapes", "http://www.example.se:80/v%c3%a4", "http://www.example.se/v%C3%A4"),
    ],
)
def test_curl_is_understood(scenario: str, url: str, end: str) -> None:
    assert of_curl(f"404 2 {url}\n") == {"status": "404", "redirects": "2", "end": end}
