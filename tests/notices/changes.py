"""Sweeps that differ, for the tests of notices."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from checker.history.changes import CellRow, Change, Differences, Kind, SweepHead
from checker.notices.occasion import Occasion
from checker.verdict import Finding, Severity

BEFORE = datetime(2026, 11, 11, 1, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)
CREATED = datetime(2026, 11, 12, 1, 20, tzinfo=UTC)
OLD = SweepHead(id="2026-11-11T0100Z", started=BEFORE, ruleset="2026", ruleset_version="3")
NEW = SweepHead(id="2026-11-12T0100Z", started=NOW, ruleset="2026", ruleset_version="3")
EXPIRED = Finding(
    code="certificate_expired",
    severity=Severity.FAULT,
    subject="www.dalarna.example",
    params=(("certificate", "CN=www.dalarna.example"),),
)


def change(kind: Kind = Kind.WORSENED, code: str = "dalarna", **more: Any) -> Change:
    values: dict[str, Any] = {
        "region": "Region Dalarna",
        "column": "https",
        "before": "Ja",
        "now": "Nej (A)",
        "before_at": BEFORE,
        "since": NOW,
    }
    return Change(code=code, kind=kind, **{**values, **more})


def differing(*changes: Change, old: SweepHead | None = OLD, new: SweepHead = NEW) -> Differences:
    return Differences(old=old, new=new, changes=changes)


def row(
    code: str = "dalarna", contact: str = "", region: str = "Region Dalarna", position: int = 0
) -> CellRow:
    return CellRow(
        position=position,
        code=code,
        region=region,
        domain=f"{code}.example",
        web_host=f"www.{code}.example",
        mail_domain=f"{code}.example",
        contact=contact,
    )


def occasion(**more: Any) -> Occasion:
    values: dict[str, Any] = {
        "series": "domains",
        "sweep_id": NEW.id,
        "started": NOW,
        "created": CREATED,
        "base_url": "https://kollen.example/",
        "sender": "kollen@sender.example",
        "operators": ("drift@operator.example",),
    }
    return Occasion(**{**values, **more})


def one_of_each() -> tuple[Change, ...]:
    """A change of every kind, in the order in which differences have them."""
    return tuple(
        change(
            kind,
            code=kind.value,
            region=f"Region {kind.value}",
            before={Kind.NEW: "", Kind.MEASURED: ""}.get(kind, "Ja"),
            now={Kind.REMOVED: "", Kind.NOT_MEASURED: "Ej mätt"}.get(kind, "Nej"),
        )
        for kind in Kind
    )


def texts(notices: Iterable[Any]) -> str:
    return "\n".join(f"{n.subject}\n{n.text}\n{n.html}" for n in notices)
