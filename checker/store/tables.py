"""The tables of the store, the same in SQLite and PostgreSQL; `checker/store/migrations` makes them.

Times are RFC 3339 text in UTC to the second ("2026-11-22T02:00:00Z"): they sort as they read, in both databases.
"""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from checker.report.model import COLUMNS

TIME = String(20)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

sweeps = Table(
    "sweeps",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("series", String(200), nullable=False),
    Column("state", String(16), nullable=False),  # running, finished, held, stopped
    Column("why", Text, nullable=False, default=""),  # of held and stopped
    Column("method", String(64), nullable=False, default=""),  # "" is our own measuring
    Column("started", TIME, nullable=False),
    Column("finished", TIME),
    Column("published", TIME),
    Column("ruleset", String(64), nullable=False),
    Column("ruleset_version", String(64), nullable=False),
    Column("software", String(200), nullable=False),
    Column("trust_store", Text, nullable=False, default=""),
    Column("columns", Text, nullable=False),  # JSON array of names
    Column("second_attempts", Boolean, nullable=False),
    Column("vantage", Text, nullable=False),  # JSON by the codec
    Index(None, "series", "started"),
)

rows = Table(
    "rows",
    metadata,
    Column("sweep_id", String(40), ForeignKey("sweeps.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("code", String(64), nullable=False),
    Column("region", Text, nullable=False),
    Column("domain", Text, nullable=False),
    Column("web_host", Text, nullable=False),
    Column("mail_domain", Text, nullable=False),
    Column("group_name", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("state", String(8), nullable=False),  # left, parked, seen
    Column("observation", LargeBinary),  # checker.store.packing; NULL also when retention took it away
    Index(None, "sweep_id", "code"),
)

certificates = Table(
    "certificates",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 of the DER, in hex
    Column("der", LargeBinary, nullable=False),
    Column("last_seen", TIME, nullable=False),  # start of the latest sweep that saw it
    Index(None, "last_seen"),
)

judgements = Table(
    "judgements",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sweep_id", String(40), ForeignKey("sweeps.id", ondelete="CASCADE"), nullable=False),
    Column("ruleset", String(64), nullable=False),
    Column("ruleset_version", String(64), nullable=False),
    Column("software", String(200), nullable=False),
    Column("judged", TIME, nullable=False),
    UniqueConstraint("sweep_id", "ruleset", "ruleset_version"),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("judgement_id", Integer, ForeignKey("judgements.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    *(Column(column, String(32), nullable=False) for column in COLUMNS),  # printed; "" when not asked for
    Column("remeasured", String(100), nullable=False),  # names of columns, comma between
    Column("reasons", LargeBinary, nullable=False),  # checker.store.packing: the verdicts in full
)

intervals = Table(
    "intervals",
    metadata,
    Column("series", String(200), primary_key=True),
    Column("code", String(64), primary_key=True),
    Column("column_name", String(16), primary_key=True),
    Column("since", TIME, primary_key=True),
    Column("cell", String(32), nullable=False),
    Column("last_measured", TIME, nullable=False),
    Column("ended", TIME),
    Column("not_measured_since", TIME),
    Column("ruleset", String(64), nullable=False),
    Column("ruleset_version", String(64), nullable=False),
    Column("came", String(16), nullable=False),
    Column("subject", Text, nullable=False),  # JSON array of names
    Column("unconfirmed", Boolean, nullable=False),
    Index(None, "series", "ended"),
)

changes = Table(
    "changes",
    metadata,
    Column("sweep_id", String(40), primary_key=True),
    Column("code", String(64), primary_key=True),
    Column("column_name", String(16), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("change", Text, nullable=False),  # JSON by the codec
    Column("announced", Boolean, nullable=False),
    ForeignKeyConstraint(["sweep_id"], ["sweeps.id"], ondelete="CASCADE"),
    Index(None, "code"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("sweep_id", String(40), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("notice", Text, nullable=False),  # JSON
    Column("created", TIME, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("due", TIME),  # NULL when there is nothing more to do
    Column("sent", TIME),
    Column("error", Text, nullable=False, default=""),
    Index(None, "due"),
)
