"""Crates, supplies, SIMs in phones, swaps; a device's second IMEI, end of contract and crate."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_OPEN = sa.text("until IS NULL")

#: Columns of a device, written out: neither data base can add a checked column in the same other way.
_COLUMNS = (
    "imei2 VARCHAR CONSTRAINT imei2_kind CHECK (imei2 IS NULL OR kind IN ('phone', 'router')) "
    "CONSTRAINT imei2_other CHECK (imei2 IS NULL OR imei2 <> imei)",
    "expires_on DATE",
    "crate VARCHAR CONSTRAINT device_crate REFERENCES crate (tag) "
    "CONSTRAINT crate_state CHECK (crate IS NULL OR state IN "
    "('in_stock', 'reserved', 'provisioning', 'ready', 'on_loan', 'returned'))",
)

#: What no program may do, as (name, table, act, when, why): the data base itself refuses it.
_GUARDS = (
    ("device_kept", "device", "DELETE", "1 = 1", "a device is retired, never deleted"),
    ("crate_kept", "crate", "DELETE", "1 = 1", "a crate is dissolved, never deleted"),
    (
        "device_tag_free",
        "device",
        "INSERT",
        "EXISTS (SELECT 1 FROM crate WHERE tag = NEW.tag)",
        "a crate has this tag",
    ),
    (
        "crate_tag_free",
        "crate",
        "INSERT",
        "EXISTS (SELECT 1 FROM device WHERE tag = NEW.tag)",
        "a device has this tag",
    ),
    (
        "crate_open",
        "device",
        "UPDATE",
        "EXISTS (SELECT 1 FROM crate WHERE tag = NEW.crate AND dissolved_at IS NOT NULL)",
        "the crate is dissolved",
    ),
    (
        "crate_empty",
        "crate",
        "UPDATE",
        "NEW.dissolved_at IS NOT NULL AND (EXISTS (SELECT 1 FROM device WHERE crate = NEW.tag) "
        "OR EXISTS (SELECT 1 FROM supply WHERE place = NEW.tag AND count > 0))",
        "the crate is not empty",
    ),
    (
        "retired_alone",
        "device",
        "UPDATE",
        "NEW.state = 'retired' AND ("
        "EXISTS (SELECT 1 FROM loan WHERE device_tag = NEW.tag AND ended_at IS NULL) "
        "OR EXISTS (SELECT 1 FROM pairing WHERE NEW.tag IN (sim_tag, host_tag) AND until IS NULL))",
        "the device is lent, or a SIM sits in it",
    ),
)


def upgrade() -> None:
    """Make the tables, then the columns and guards that refer to them."""
    _things()
    _links()
    for column in _COLUMNS:
        op.execute(f"ALTER TABLE device ADD COLUMN {column}")
    op.create_index("one_device_per_imei2", "device", ["imei2"], unique=True)
    op.create_index("ix_device_crate", "device", ["crate"])
    for guard in _GUARDS:
        for statement in _statements(*guard):
            op.execute(statement)


def _things() -> None:
    op.create_table(
        "crate",
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("pattern", sa.JSON(), nullable=False),
        sa.Column("dissolved_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("tag"),
    )
    op.create_table(
        "supply",
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("item", "place"),
        sa.CheckConstraint("count >= 0", name="supply_not_negative"),
    )


def _links() -> None:
    op.create_table(
        "pairing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sim_tag", sa.String(), nullable=False),
        sa.Column("host_tag", sa.String(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["sim_tag"], ["device.tag"]),
        sa.ForeignKeyConstraint(["host_tag"], ["device.tag"]),
        sa.CheckConstraint("slot IN (1, 2)", name="pairing_slot"),
        sa.CheckConstraint("sim_tag <> host_tag", name="pairing_of_two"),
    )
    for name, columns in (
        ("one_place_per_sim", ["sim_tag"]),
        ("one_sim_per_slot", ["host_tag", "slot"]),
    ):
        op.create_index(name, "pairing", columns, unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_index("pairing_by_sim", "pairing", ["sim_tag"])
    op.create_index("pairing_by_host", "pairing", ["host_tag"])
    op.create_table(
        "swap",
        sa.Column("faulty_loan", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("replacement_loan", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("faulty_loan"),
        sa.UniqueConstraint("replacement_loan"),
        sa.ForeignKeyConstraint(["faulty_loan"], ["loan.id"]),
        sa.ForeignKeyConstraint(["replacement_loan"], ["loan.id"]),
        sa.CheckConstraint("faulty_loan <> replacement_loan", name="swap_of_two"),
    )


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
