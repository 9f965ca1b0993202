"""Letters about conventions, contacts with their history, the team's own templates that are in use."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "convention_template",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", "version"),
    )
    op.create_table(
        "convention_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("convention", sa.Integer(), sa.ForeignKey("convention.id"), nullable=False),
        *_texts("kind", "side"),
        sa.Column("sent_on", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Date(), nullable=True) for name in ("received_on", "since", "settled_on")),
        *_texts("reason"),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_convention_notice_convention", "convention_notice", ["convention"])
    _contacts()


def _contacts() -> None:
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_code", sa.String(), sa.ForeignKey("commune.code"), nullable=True),
        *_texts("role"),
        sa.Column("deputy", sa.Boolean(), nullable=False),
        *_texts("name", "phone", "email"),
        sa.Column("confirmed_on", sa.Date(), nullable=False),
        sa.Column("valid_since", sa.DateTime(), nullable=False),
        sa.Column("valid_until", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    of_commune = sa.text("valid_until IS NULL AND commune_code IS NOT NULL")
    of_lender = sa.text("valid_until IS NULL AND commune_code IS NULL")
    op.create_index(
        "one_contact_per_role",
        "contact",
        ["commune_code", "role", "deputy"],
        unique=True,
        sqlite_where=of_commune,
        postgresql_where=of_commune,
    )
    op.create_index(
        "one_contact_of_lender",
        "contact",
        ["role", "deputy"],
        unique=True,
        sqlite_where=of_lender,
        postgresql_where=of_lender,
    )


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]
