"""What operators decide about a stage of a run, which engines live, on which number a caller was called."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "intervention",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("crisis", sa.String(), sa.ForeignKey("crisis.reference"), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("seat_number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("kind IN ('retry', 'skip')", name="intervention_kind"),
    )
    op.create_index("intervention_by_crisis", "intervention", ["crisis", "stage", "seat_number"])
    op.create_table(
        "heartbeat",
        sa.Column("station", sa.String(), nullable=False),
        sa.Column("process", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("station"),
    )
    with op.batch_alter_table("crisis") as crisis:
        crisis.add_column(sa.Column("called_back_on", sa.String(), nullable=False, server_default=""))
