"""What each crisis may take of a scarce pool, and how large its kit should be: decisions with author."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "allocation",
        *_decision(),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("granted", sa.Integer(), nullable=False),
        sa.CheckConstraint("granted >= 0", name="granted_not_negative"),
    )
    op.create_index("allocation_by_crisis", "allocation", ["crisis", "kind"])
    op.create_table(
        "sizing",
        *_decision(),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("proposed", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.CheckConstraint("proposed >= 0 AND wanted >= 0", name="sizing_not_negative"),
    )
    op.create_index("sizing_by_crisis", "sizing", ["crisis", "service"])


def _decision() -> list[sa.Column[object] | sa.Constraint]:
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("crisis", sa.String(), sa.ForeignKey("crisis.reference"), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("reason <> '' AND author <> ''", name="decided_by_somebody"),
    ]
