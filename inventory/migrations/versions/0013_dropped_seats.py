"""Seats that are needed no more; they get nothing, and their numbers are never used again."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_WHEN = (
    "NEW.ended_at IS NULL AND EXISTS "
    "(SELECT 1 FROM dropped_seat WHERE crisis = NEW.crisis AND number = NEW.seat_number)"
)
_WHY = "the seat was dropped"


def upgrade() -> None:
    """Make the table, and the guard that refuses a loan to such a seat."""
    op.create_table(
        "dropped_seat",
        sa.Column("crisis", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("dropped_at", sa.DateTime(), nullable=False),
        sa.Column("dropped_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("crisis", "number"),
        sa.ForeignKeyConstraint(["crisis", "number"], ["seat.crisis", "seat.number"], name="dropped_of_seat"),
        sa.CheckConstraint("reason <> ''", name="dropped_for_a_reason"),
    )
    if op.get_context().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER loan_of_needed_seat BEFORE INSERT ON loan "
            f"WHEN {_WHEN} BEGIN SELECT RAISE(ABORT, '{_WHY}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION loan_of_needed_seat() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {_WHEN} THEN "
        f"RAISE EXCEPTION '{_WHY}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        f"RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER loan_of_needed_seat BEFORE INSERT ON loan "
        "FOR EACH ROW EXECUTE FUNCTION loan_of_needed_seat()"
    )
