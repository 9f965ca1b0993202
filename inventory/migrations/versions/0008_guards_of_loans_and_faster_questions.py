"""What no program may do with loans, refused by the data base; indices for a journal that is long."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

#: As (name, table, act, when, why).
_GUARDS = (
    ("loan_kept", "loan", "DELETE", "1 = 1", "a loan ends, it is never deleted"),
    ("pairing_kept", "pairing", "DELETE", "1 = 1", "a pairing ends, it is never deleted"),
    ("swap_kept", "swap", "DELETE", "1 = 1", "a swap is never deleted"),
    (
        "loan_of_what_is_there",
        "loan",
        "INSERT",
        "NEW.ended_at IS NULL AND EXISTS (SELECT 1 FROM device WHERE tag = NEW.device_tag "
        "AND state IN ('lost', 'stolen', 'broken', 'retired'))",
        "the device is gone or broken",
    ),
    (
        "loan_of_open_crisis",
        "loan",
        "INSERT",
        "NEW.ended_at IS NULL AND EXISTS "
        "(SELECT 1 FROM crisis WHERE reference = NEW.crisis AND closed_at IS NOT NULL)",
        "the crisis is closed",
    ),
)


def upgrade() -> None:
    """Make guards and index; subjects of the journal are compared by code points, as on SQLite."""
    for guard in _GUARDS:
        for statement in _statements(*guard):
            op.execute(statement)
    op.create_index("device_by_kind", "device", ["kind", "state"])
    if op.get_context().dialect.name == "postgresql":
        op.alter_column("journal", "subject", type_=sa.String(collation="C"))


def _statements(name: str, table: str, act: str, when: str, why: str) -> tuple[str, ...]:
    """The trigger in the data base's own words; refusing counts as a broken constraint on both."""
    if op.get_context().dialect.name == "sqlite":
        return (
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} "
            f"WHEN {when} BEGIN SELECT RAISE(ABORT, '{why}'); END",
        )
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {when} THEN "
        f"RAISE EXCEPTION '{why}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        f"RETURN {'OLD' if act == 'DELETE' else 'NEW'}; END $$",
        f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    )
