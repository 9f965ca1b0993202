"""Stocktakes: sessions, what they expect, scans, decisions, attachments."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "stocktake",
        *_texts("reference", "place"),
        sa.Column("commune_code", sa.String(), sa.ForeignKey("commune.code"), nullable=True),
        *_texts("state", "owner"),
        _moment("opened_at"),
        *_texts("opened_by"),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("reference"),
    )
    op.create_table(
        "stocktake_expected",
        _session(),
        *_texts("tag", "kind", "model", "state", "serial", "place", "holder", "seat", "sim"),
        sa.PrimaryKeyConstraint("stocktake", "tag"),
    )
    op.create_index("expected_by_tag", "stocktake_expected", ["tag"])
    _scans()
    op.create_table(
        "stocktake_decision",
        _session(),
        *_texts("subject", "discrepancy", "choice", "reason"),
        sa.Column("until", sa.Date(), nullable=True),
        *_texts("owner", "facts_sha256"),
        _moment("at"),
        *_texts("by"),
        sa.PrimaryKeyConstraint("stocktake", "subject", "discrepancy"),
    )
    op.create_table(
        "stocktake_attachment",
        _session(),
        *_texts("sha256", "name"),
        _moment("at"),
        *_texts("by"),
        sa.PrimaryKeyConstraint("stocktake", "sha256"),
    )


def _scans() -> None:
    op.create_table(
        "stocktake_scan",
        *_texts("id"),
        _session(),
        _moment("at"),
        *_texts("station"),
        sa.Column("sequence", sa.Integer(), nullable=False),
        *_texts("code", "place", "condition", "holder", "sim", "serial", "host_key"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("scan_by_code", "stocktake_scan", ["stocktake", "code"])


def _session() -> sa.Column[str]:
    return sa.Column("stocktake", sa.String(), sa.ForeignKey("stocktake.reference"), nullable=False)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(), nullable=False)
