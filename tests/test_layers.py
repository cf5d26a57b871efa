"""The architecture's import table, held against the real imports: they point down only."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "checker"

SHOWN = frozenset({"authentication_chain", "mail_stages", "tls_services", "web_journeys", "row_details"})
"""What judges make and reports show."""
FACTS = frozenset({"observations", "verdict", "rulesets"}) | SHOWN
PURE_DNS = frozenset(
    {
        "dns.algorithms",
        "dns.chain",
        "dns.delegation",
        "dns.denial",
        "dns.describe",
        "dns.describe_answers",
        "dns.key_sizes",
        "dns.lameness",
        "dns.nsec3",
        "dns.reasons",
        "dns.records",
        "dns.responses",
        "dns.rrsig",
        "dns.signatures",
        "dns.trust",
        "dns.validate",
    }
)
"""The parts of `dns` that a judge may use: they never touch the network."""

MAY_IMPORT: dict[str, frozenset[str]] = {
    "observations": frozenset(),
    "verdict": frozenset(),
    "authentication_chain": frozenset(),
    "mail_stages": frozenset(),
    "tls_services": frozenset({"observations"}),
    "web_journeys": frozenset(),
    "row_details": SHOWN,
    "severities": frozenset({"verdict"}),
    "rulesets": frozenset({"severities", "verdict"}),
    "domain_names": frozenset(),
    "spreadsheet": frozenset(),
    "csv_header": frozenset({"domain_names", "spreadsheet"}),
    "domains": frozenset({"observations", "csv_header", "domain_names", "spreadsheet"}),
    "network": FACTS,
    "protocols": FACTS,
    "dns": FACTS | {"network", "protocols"},
    "probes": FACTS | {"network", "protocols", "dns"},
    "indicators": FACTS | {"protocols"} | PURE_DNS,
    "history": FACTS | {"report.model"},
    "report": FACTS | {"history.cells", "history.changes"},
    "columns": FACTS | {"history.cells", "report.model"},
    "parking": FACTS,
    "port25": FACTS,
    "second_attempt": FACTS,
    "row": FACTS | {"network"},
    "conversations": FACTS | {"network", "protocols", "dns", "probes"},
    "sweep": FACTS | {"network", "report.model", "columns", "parking", "port25", "second_attempt", "row"},
    "judging": FACTS | {"columns", "history.changes", "indicators", "report.model"},
    "store": FACTS | {"domain_names", "domains", "history", "notices", "parking", "report", "spreadsheet"},
    "schedule": frozenset(),
    "mail_addresses": frozenset({"domain_names"}),
    "notices": FACTS | {"domain_names", "history.brake", "history.changes", "mail_addresses", "report"},
    "setting_values": FACTS | {"domain_names", "indicators", "mail_addresses", "schedule.cron"},
    "notice_settings": frozenset({"domain_names", "setting_values"}),
    "publishing_settings": frozenset({"setting_values"}),
    "settings": FACTS | {"domain_names", "notice_settings", "publishing_settings", "setting_values"},
    "comments": FACTS | {"csv_header", "domain_names", "report.model", "spreadsheet"},
    "site": FACTS | {"comments", "domain_names", "history", "report"},
}
"""Unit → what it may import besides itself. The command line may import everything."""

STANDARD_LIBRARY_ONLY = ("observations", "verdict", "severities", "rulesets", *SHOWN)
NO_SOCKETS = ("protocols", "indicators", "report")
SOCKETS = frozenset({"asyncio", "socket", "ssl", "httpcore", "httpx"})


def unit_of(module: str) -> str:
    return module.partition(".")[0]


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports(path: Path) -> Iterator[str]:
    """Every imported module; `from checker.x import y` counts as checker.x.y when that is a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            for alias in node.names:
                deeper = f"{module}.{alias.name}"
                place = ROOT.joinpath(*deeper.split("."))
                yield deeper if place.is_dir() or place.with_suffix(".py").is_file() else module


def own(name: str) -> str | None:
    """The module's name inside the package, None for somebody else's."""
    return name.removeprefix("checker.") if name.startswith("checker.") else None


EDGES = sorted(
    {
        (module, target)
        for module, path in modules()
        if unit_of(module) not in {"", "cli", "__main__"}
        for name in imports(path)
        if (target := own(name)) and unit_of(target) != unit_of(module)
    }
)


def allowed(unit: str, target: str) -> bool:
    parts = target.split(".")
    return any(".".join(parts[:length]) in MAY_IMPORT[unit] for length in range(1, len(parts) + 1))


def test_the_table_knows_every_unit() -> None:
    units = {unit_of(module) for module, _ in modules()} - {"", "cli", "__main__", "words"}
    assert units == set(MAY_IMPORT)


def test_there_are_imports_to_look_at() -> None:
    assert len(EDGES) > 20


@pytest.mark.parametrize(("module", "target"), EDGES)
def test_imports_point_down_only(module: str, target: str) -> None:
    assert allowed(unit_of(module), target), f"checker.{module} must not import checker.{target}"


@pytest.mark.parametrize("unit", STANDARD_LIBRARY_ONLY)
def test_facts_rest_on_the_standard_library(unit: str) -> None:
    import sys  # noqa: PLC0415 - this test only

    for module, path in modules():
        if unit_of(module) == unit:
            for name in imports(path):
                assert name.split(".")[0] in {*sys.stdlib_module_names, "checker"}, f"{module} imports {name}"


@pytest.mark.parametrize("unit", NO_SOCKETS)
def test_no_sockets_where_there_should_be_none(unit: str) -> None:
    for module, path in modules():
        if unit_of(module) == unit:
            found = {name.split(".")[0] for name in imports(path)} & SOCKETS
            assert not found, f"checker.{module} imports {sorted(found)}"


def test_only_the_command_line_sees_the_settings() -> None:
    assert not [edge for edge in EDGES if edge[1] == "settings"]


def test_nothing_in_the_product_knows_of_tests() -> None:
    for module, path in modules():
        assert not [name for name in imports(path) if name.split(".")[0] == "tests"], module
