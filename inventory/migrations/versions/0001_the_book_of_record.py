"""The book of record: communes, conventions, devices, crises, loans, evidence, secrets, activity, journal."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_KINDS = ("laptop", "phone", "sim", "router", "accessory")
_STATES = (
    "in_stock",
    "reserved",
    "provisioning",
    "ready",
    "on_loan",
    "returned",
    "quarantined",
    "wiped",
    "lost",
    "stolen",
    "broken",
    "retired",
)
_OPEN_LOAN = sa.text("ended_at IS NULL")

#: The journal is append-only: the data base itself refuses to change or delete a line.
_GUARDS = {
    "sqlite": tuple(
        f"CREATE TRIGGER journal_no_{act.lower()} BEFORE {act} ON journal "
        "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        for act in ("UPDATE", "DELETE")
    ),
    "postgresql": (
        "CREATE FUNCTION journal_guard() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$",
        "CREATE TRIGGER journal_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON journal "
        "FOR EACH STATEMENT EXECUTE FUNCTION journal_guard()",
    ),
}


def upgrade() -> None:
    """Make every table."""
    _communes()
    _devices()
    _crises()
    _records()
    for statement in _GUARDS[op.get_context().dialect.name]:
        op.execute(statement)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(), nullable=nullable)


def _json(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _communes() -> None:
    op.create_table(
        "commune",
        _text("code"),
        _text("name"),
        _text("siren"),
        _text("department"),
        _json("postcodes"),
        _number("population"),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "convention",
        _number("id"),
        _text("commune_code"),
        _text("template"),
        _number("template_version"),
        _text("reading"),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("notified_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["commune_code"], ["commune.code"]),
    )
    op.create_index("ix_convention_commune_code", "convention", ["commune_code"])


def _devices() -> None:
    op.create_table(
        "device",
        _text("tag"),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        _text("model"),
        *(
            _text(name, nullable=True)
            for name in ("serial", "address", "host_key", "imei", "iccid", "number")
        ),
        _text("place"),
        _text("note"),
        _moment("state_since"),
        sa.PrimaryKeyConstraint("tag"),
        *(sa.UniqueConstraint(name) for name in ("serial", "address", "host_key", "imei", "iccid")),
        sa.CheckConstraint(sa.column("kind").in_(_KINDS), name="device_kind"),
        sa.CheckConstraint(sa.column("state").in_(_STATES), name="device_state"),
        sa.CheckConstraint(
            "kind <> 'laptop' OR (address IS NOT NULL AND host_key IS NOT NULL)", name="laptop_reachable"
        ),
        sa.CheckConstraint("imei IS NULL OR kind IN ('phone', 'router')", name="imei_kind"),
        sa.CheckConstraint("iccid IS NULL OR kind = 'sim'", name="iccid_kind"),
        sa.CheckConstraint("number IS NULL OR kind = 'sim'", name="number_kind"),
        sa.CheckConstraint("host_key IS NULL OR kind = 'laptop'", name="host_key_kind"),
    )
    op.create_index("ix_device_state", "device", ["state"])


def _crises() -> None:
    op.create_table(
        "crisis",
        _text("reference"),
        _text("commune_code"),
        _moment("t0"),
        _moment("opened_at"),
        _moment("closed_at", nullable=True),
        sa.Column("drill", sa.Boolean(), nullable=False),
        _text("forced_by"),
        _text("forced_reason"),
        _text("caller_verified_by"),
        _json("plan", nullable=True),
        sa.PrimaryKeyConstraint("reference"),
        sa.ForeignKeyConstraint(["commune_code"], ["commune.code"]),
    )
    op.create_index("ix_crisis_commune_code", "crisis", ["commune_code"])
    op.create_table(
        "seat",
        _text("crisis"),
        _number("number"),
        _text("first_name"),
        _text("last_name"),
        _text("service"),
        sa.Column("wants_phone", sa.Boolean(), nullable=False),
        _text("contact"),
        _moment("ready_at", nullable=True),
        sa.PrimaryKeyConstraint("crisis", "number"),
        sa.ForeignKeyConstraint(["crisis"], ["crisis.reference"]),
    )
    op.create_table(
        "loan",
        _number("id"),
        _text("device_tag"),
        _text("crisis"),
        _number("seat_number"),
        _moment("reserved_at"),
        _moment("handed_over_at", nullable=True),
        _moment("ended_at", nullable=True),
        _text("end_reason"),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["device_tag"], ["device.tag"]),
        sa.ForeignKeyConstraint(["crisis"], ["crisis.reference"]),
        sa.ForeignKeyConstraint(["crisis", "seat_number"], ["seat.crisis", "seat.number"], name="loan_seat"),
    )
    op.create_index(
        "one_open_loan_per_device",
        "loan",
        ["device_tag"],
        unique=True,
        sqlite_where=_OPEN_LOAN,
        postgresql_where=_OPEN_LOAN,
    )
    op.create_index("loan_by_seat", "loan", ["crisis", "seat_number"])


def _records() -> None:
    op.create_table(
        "evidence",
        _text("crisis"),
        _number("seat"),
        _text("stage"),
        _moment("at"),
        _json("data"),
        sa.PrimaryKeyConstraint("crisis", "seat", "stage"),
        sa.ForeignKeyConstraint(["crisis"], ["crisis.reference"]),
    )
    op.create_table(
        "device_secret",
        _text("device_tag"),
        _text("name"),
        _moment("at"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("device_tag", "name"),
        sa.ForeignKeyConstraint(["device_tag"], ["device.tag"]),
    )
    op.create_table(
        "activity",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        _text("crisis"),
        _text("stage"),
        _text("status"),
        _moment("at"),
        _number("seat", nullable=True),
        _text("detail"),
        _text("hint"),
        _moment("until", nullable=True),
        _json("data"),
        # Readers remember the last id they saw: an id must not come back after a pruning.
        sqlite_autoincrement=True,
    )
    op.create_index("ix_activity_crisis", "activity", ["crisis"])
    op.create_table(
        "journal",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
        _moment("at"),
        _text("actor"),
        _text("kind"),
        _text("subject"),
        _json("data"),
        _text("previous"),
        _text("hash"),
    )
    op.create_index("ix_journal_subject", "journal", ["subject"])
