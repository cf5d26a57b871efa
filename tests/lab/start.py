"""What a resolver starts from in the lab: root hints and trust anchors, as the product's own readers give them."""

import tempfile
from pathlib import Path

from checker.dns.anchors import root_hints, trust_anchors
from checker.observations.dns import NameServer, RRset
from tests.lab.internet import MiniatureInternet


def start_files(internet: MiniatureInternet) -> tuple[tuple[NameServer, ...], tuple[RRset, ...]]:
    """The hints and anchors of this internet."""
    with tempfile.TemporaryDirectory() as directory:
        files = internet.write_files(Path(directory))
        return root_hints(files.root_hints), trust_anchors(files.trust_anchor)
