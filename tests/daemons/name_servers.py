"""The plan's name servers as instances of NSD and Knot: the root, the top-level zones and each operator apart."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dns.name import Name

from tests.daemons.daemon import Daemon
from tests.daemons.zone_files import zone_file
from tests.lab.plan import NameServerHost
from tests.lab.scenario import Dns
from tests.lab.served_zone import ServedZone

DNS_PORT = 53
ROOT, TOP_LEVEL = "root", "top level"


@dataclass(slots=True, kw_only=True)
class Instance:
    """One process: its zones, at all the addresses of the hosts that it plays."""

    part: str
    addresses: list[str] = field(default_factory=list)
    zones: dict[Name, ServedZone] = field(default_factory=dict)

    def fits(self, part: str, host: NameServerHost) -> bool:
        """Whether this process can play the host too: no zone of it that it has otherwise."""
        return part == self.part and all(
            self.zones.get(zone.contents.apex, zone) is zone for zone in host.zones
        )

    def play(self, host: NameServerHost) -> None:
        """Take over the host's addresses and zones."""
        self.addresses += host.addresses
        self.zones.update((zone.contents.apex, zone) for zone in host.zones)


def instances(hosts: Iterable[NameServerHost]) -> list[Instance]:
    """As few processes as can be, parent and child zones never in one: referrals must come from the parent."""
    found: list[Instance] = []
    for host in hosts:
        part = _part(host)
        instance = next((one for one in found if one.fits(part, host)), None)
        if instance is None:
            instance = Instance(part=part)
            found.append(instance)
        instance.play(host)
    return found


def _part(host: NameServerHost) -> str:
    depth = min(len(zone.contents.apex.labels) for zone in host.zones)
    if depth <= 2:
        return ROOT if depth == 1 else TOP_LEVEL
    return host.name.partition(".")[2]


def name_servers(hosts: Iterable[NameServerHost], directory: Path, *, knot: bool) -> Iterator[Daemon]:
    """Write zone files and settings; with `knot`, every second operator has Knot and all else NSD."""
    operators: list[str] = []
    for number, instance in enumerate(instances(hosts), start=1):
        if instance.part not in (ROOT, TOP_LEVEL, *operators):
            operators.append(instance.part)
        is_knot = knot and instance.part in operators[1::2]
        own = directory / f"name-server-{number}"
        own.mkdir()
        zones = dict(_zone_files(instance, own))
        settings = own / "server.conf"
        settings.write_text((_knot if is_knot else _nsd)(instance, own, zones), encoding="ascii")
        yield Daemon(
            name="knot" if is_knot else "nsd",
            command=("knotd", "-c", str(settings)) if is_knot else ("nsd", "-d", "-c", str(settings)),
            directory=own,
            serves=tuple((address, DNS_PORT) for address in instance.addresses),
        )


def _zone_files(instance: Instance, directory: Path) -> Iterator[tuple[str, Path]]:
    for apex, zone in instance.zones.items():
        if zone.manner is Dns.REFUSED:  # a server that was never told of the zone refuses by itself
            continue
        if zone.manner is not Dns.NORMAL:
            raise ValueError(f"no daemon plays a name server that is {zone.manner.name}")
        path = directory / f"{apex.to_text(omit_final_dot=True) if len(apex) > 1 else 'root'}.zone"
        path.write_text(zone_file(zone), encoding="ascii")
        yield apex.to_text(), path


def _nsd(instance: Instance, directory: Path, zones: dict[str, Path]) -> str:
    lines = [
        "server:",
        *(f"  ip-address: {address}" for address in instance.addresses),
        "  server-count: 1",
        '  username: ""',  # nobody else may exist here, and the namespaces are fence enough
        '  chroot: ""',
        f'  zonesdir: "{directory}"',
        '  database: ""',
        f'  pidfile: "{directory}/nsd.pid"',
        f'  xfrdfile: "{directory}/xfrd.state"',
        f'  xfrdir: "{directory}"',
        f'  zonelistfile: "{directory}/zone.list"',
        "  rrl-ratelimit: 0",  # one asker with all the questions is not an attack here
        "remote-control:",
        "  control-enable: no",
    ]
    for apex, path in zones.items():
        lines += ["zone:", f'  name: "{apex}"', f'  zonefile: "{path}"']
    return "\n".join([*lines, ""])


def _knot(instance: Instance, directory: Path, zones: dict[str, Path]) -> str:
    listen = ", ".join(f"{address}@{DNS_PORT}" for address in instance.addresses)
    lines = [
        "server:",
        f'  rundir: "{directory}"',
        f"  listen: [ {listen} ]",
        "  udp-workers: 1",
        "  tcp-workers: 1",
        "  background-workers: 1",
        "log:",
        "  - target: stderr",
        "    any: info",
        "database:",
        f'  storage: "{directory}"',
        "template:",
        "  - id: default",
        "    zonefile-sync: -1",
        "    journal-content: none",
        "zone:",
    ]
    for apex, path in zones.items():
        lines += [f"  - domain: {apex}", f'    file: "{path}"']
    return "\n".join([*lines, ""])
