"""The evidence behind verdicts as plain JSON values: servers' words made visible and short, times as RFC 3339."""

from typing import Any

from checker.mail_stages import HostStages, StageOutcome
from checker.observations import codec
from checker.report.dates import machine_time
from checker.report.words import visible
from checker.row_details import RowDetails
from checker.tls_services import CertificateLine, TlsService
from checker.web_journeys import Journey, Step


def details_of(details: RowDetails, column: str) -> dict[str, Any]:
    """What one column's object has besides the verdict; nothing where there are no details."""
    match column:
        case "starttls":
            parts = {"hosts": _each(_host, details.mail_hosts), "tls": _each(_service, details.mail_services)}
        case "https":
            parts = {
                "visits": _each(_journey, details.journeys),
                "tls": _each(_service, details.web_services),
            }
        case "dnssec":
            parts = {"chains": _each(codec.encode, details.chains)}  # names and values as plain ASCII
        case _:
            parts = {}
    return {name: part for name, part in parts.items() if part}


def _each(convert: Any, values: tuple[Any, ...]) -> list[Any]:
    return [convert(value) for value in values]


def _host(host: HostStages) -> dict[str, Any]:
    return {
        "host": visible(host.name),
        "preference": host.preference,
        "addresses": [
            {
                "address": address.address,
                "state": address.state,
                "stages": {stage.stage.value: _stage(stage) for stage in address.stages},
            }
            for address in host.addresses
        ],
    }


def _stage(stage: StageOutcome) -> dict[str, str]:
    said = {"words": visible(stage.words), "detail": visible(stage.detail)}
    return {"outcome": stage.outcome.value} | {name: text for name, text in said.items() if text}


def _journey(journey: Journey) -> dict[str, Any]:
    return {"end": journey.end, "steps": [_step(step) for step in journey.steps]}


def _step(step: Step) -> dict[str, Any]:
    said = {
        "status": step.status,
        "failure": step.failure,
        "protocol": step.protocol,
        "hsts": visible(step.hsts),
        "refresh": visible(step.refresh),
    }
    head = {"url": visible(step.url), "address": step.address}
    return head | {name: value for name, value in said.items() if value}


def _service(service: TlsService) -> dict[str, Any]:
    return {
        "host": visible(service.host),
        "address": service.address,
        "port": service.port,
        "handshake": {
            "outcome": service.outcome,
            "version": service.version or None,
            "suite": service.suite or None,
        },
        "trust": service.trust,
        "store": service.store or None,
        "facts": {fact.name: fact.fact.value for fact in service.facts},
        "dh_prime_bits": service.dh_prime_bits,
        "hellos": _each(codec.encode, service.hellos),
        "certificates": _each(_certificate, service.certificates),
    }


def _certificate(line: CertificateLine) -> dict[str, Any]:
    return {
        "subject": visible(line.subject),
        "issuer": visible(line.issuer),
        "names": [visible(name) for name in line.names],
        "not_before": machine_time(line.not_before) if line.not_before else None,
        "not_after": machine_time(line.not_after) if line.not_after else None,
        "key": line.key,
        "signature_hash": line.signature_hash,
        "sha256": line.sha256,
    }
