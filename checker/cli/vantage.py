"""The vantage point, looked at before anybody else is asked anything."""

from dataclasses import replace
from ipaddress import ip_address
from typing import TYPE_CHECKING

from checker.probes.port25 import probe_port25
from checker.probes.vantage import observe_vantage, unusable
from checker.protocols.registrable_domain import registrable_domain

if TYPE_CHECKING:
    from checker.cli.instruments import Instruments
    from checker.network.addresses import IPAddress
    from checker.observations.vantage import Vantage


async def look(tools: "Instruments") -> "Vantage":
    """See what can be reached from here; the way out on port 25 too, where a control host is set."""
    settings = tools.settings
    vantage = await observe_vantage(
        tools.network,
        name=settings.vantage,
        hints=tools.resolver.root.glue,
        anchors=tools.walker.anchors,
    )
    if settings.control_host is None or unusable(vantage):
        return vantage
    addresses = await _addresses(tools, settings.control_host)
    if not addresses:
        words = f"The control host {settings.control_host} has no address that can be found."
        return replace(vantage, details=(*vantage.details, words))
    providers = () if _literal(settings.control_host) else (registrable_domain(settings.control_host),)
    return await probe_port25(vantage, addresses, tools.network, providers=providers)


async def _addresses(tools: "Instruments", host: str) -> "tuple[IPAddress, ...]":
    """The host's addresses; an address stands for itself."""
    if literal := _literal(host):
        return (literal,)
    ipv4 = await tools.resolver.lookup(host, "A")
    ipv6 = await tools.resolver.lookup(host, "AAAA")
    return (*ipv4.addresses, *ipv6.addresses)


def _literal(host: str) -> "IPAddress | None":
    try:
        return ip_address(host)
    except ValueError:
        return None
