"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them all."""
    op.create_table(
        "certificates",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.Column("last_seen", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_certificates")),
    )
    op.create_index(op.f("ix_certificates_last_seen"), "certificates", ["last_seen"], unique=False)
    op.create_table(
        "intervals",
        sa.Column("series", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("column_name", sa.String(length=16), nullable=False),
        sa.Column("since", sa.String(length=20), nullable=False),
        sa.Column("cell", sa.String(length=32), nullable=False),
        sa.Column("last_measured", sa.String(length=20), nullable=False),
        sa.Column("ended", sa.String(length=20), nullable=True),
        sa.Column("not_measured_since", sa.String(length=20), nullable=True),
        sa.Column("ruleset", sa.String(length=64), nullable=False),
        sa.Column("ruleset_version", sa.String(length=64), nullable=False),
        sa.Column("came", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("unconfirmed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("series", "code", "column_name", "since", name=op.f("pk_intervals")),
    )
    op.create_index(op.f("ix_intervals_series_ended"), "intervals", ["series", "ended"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("sweep_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("created", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due", sa.String(length=20), nullable=True),
        sa.Column("sent", sa.String(length=20), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_due"), "outbox", ["due"], unique=False)
    op.create_table(
        "sweeps",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("series", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("method", sa.String(length=64), nullable=False),
        sa.Column("started", sa.String(length=20), nullable=False),
        sa.Column("finished", sa.String(length=20), nullable=True),
        sa.Column("published", sa.String(length=20), nullable=True),
        sa.Column("ruleset", sa.String(length=64), nullable=False),
        sa.Column("ruleset_version", sa.String(length=64), nullable=False),
        sa.Column("software", sa.String(length=200), nullable=False),
        sa.Column("trust_store", sa.Text(), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("second_attempts", sa.Boolean(), nullable=False),
        sa.Column("vantage", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sweeps")),
    )
    op.create_index(op.f("ix_sweeps_series_started"), "sweeps", ["series", "started"], unique=False)
    op.create_table(
        "changes",
        sa.Column("sweep_id", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("column_name", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("announced", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sweep_id"], ["sweeps.id"], name=op.f("fk_changes_sweep_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sweep_id", "code", "column_name", name=op.f("pk_changes")),
    )
    op.create_index(op.f("ix_changes_code"), "changes", ["code"], unique=False)
    op.create_table(
        "judgements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sweep_id", sa.String(length=40), nullable=False),
        sa.Column("ruleset", sa.String(length=64), nullable=False),
        sa.Column("ruleset_version", sa.String(length=64), nullable=False),
        sa.Column("software", sa.String(length=200), nullable=False),
        sa.Column("judged", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["sweep_id"], ["sweeps.id"], name=op.f("fk_judgements_sweep_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgements")),
        sa.UniqueConstraint(
            "sweep_id",
            "ruleset",
            "ruleset_version",
            name=op.f("uq_judgements_sweep_id_ruleset_ruleset_version"),
        ),
    )
    op.create_table(
        "rows",
        sa.Column("sweep_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("web_host", sa.Text(), nullable=False),
        sa.Column("mail_domain", sa.Text(), nullable=False),
        sa.Column("group_name", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("observation", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["sweep_id"], ["sweeps.id"], name=op.f("fk_rows_sweep_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sweep_id", "position", name=op.f("pk_rows")),
    )
    op.create_index(op.f("ix_rows_sweep_id_code"), "rows", ["sweep_id", "code"], unique=False)
    op.create_table(
        "verdicts",
        sa.Column("judgement_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("starttls", sa.String(length=32), nullable=False),
        sa.Column("https", sa.String(length=32), nullable=False),
        sa.Column("dnssec", sa.String(length=32), nullable=False),
        sa.Column("www_ipv6", sa.String(length=32), nullable=False),
        sa.Column("mail_ipv6", sa.String(length=32), nullable=False),
        sa.Column("remeasured", sa.String(length=100), nullable=False),
        sa.Column("reasons", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["judgement_id"], ["judgements.id"], name=op.f("fk_verdicts_judgement_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("judgement_id", "position", name=op.f("pk_verdicts")),
    )
