"""Documents, devices that change hands, milestones of a crisis, breaches, secrets handed over once."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the tables."""
    _documents()
    op.create_table(
        "handing",
        _id(),
        _crisis(),
        sa.Column("seat_number", sa.Integer(), nullable=False),
        sa.Column("device_tag", sa.String(), sa.ForeignKey("device.tag"), nullable=False),
        sa.Column("loan", sa.Integer(), sa.ForeignKey("loan.id"), nullable=False),
        *_texts("direction", "receipt", "person", "identity", "condition"),
        sa.Column("accessories", sa.JSON(), nullable=False),
        _moment("at"),
        *_texts("by"),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("direction IN ('out', 'in')", name="handing_direction"),
    )
    op.create_index("handing_by_crisis", "handing", ["crisis", "seat_number"])
    op.create_index("handing_by_device", "handing", ["device_tag"])
    op.create_table(
        "crisis_milestone",
        _id(),
        _crisis(),
        *_texts("kind"),
        _moment("happened_at"),
        *_texts("said_by"),
        sa.Column("detail", sa.JSON(), nullable=False),
        _moment("noted_at"),
        *_texts("noted_by"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("milestone_by_crisis", "crisis_milestone", ["crisis", "kind"])
    _breaches()
    op.create_table(
        "secret_slip",
        *_texts("name", "label", "recipient"),
        _crisis(nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _moment("made_at"),
        *_texts("made_by"),
        _moment("deadline"),
        _moment("ended_at", nullable=True),
        *_texts("how"),
        sa.PrimaryKeyConstraint("name"),
    )


def _documents() -> None:
    op.create_table(
        "document",
        _id(),
        *_texts("reference"),
        sa.Column("version", sa.Integer(), nullable=False),
        *_texts("kind", "subject"),
        sa.Column("facts", sa.JSON(), nullable=False),
        *_texts("facts_sha256", "pdf_sha256", "change"),
        _moment("issued_at"),
        *_texts("issued_by"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("reference", "version", name="one_version_of_a_document"),
    )
    op.create_index("document_by_subject", "document", ["subject", "kind"])
    op.create_table(
        "document_attachment",
        sa.Column("document", sa.Integer(), sa.ForeignKey("document.id"), nullable=False),
        *_texts("sha256", "name", "role"),
        _moment("at"),
        *_texts("by"),
        sa.PrimaryKeyConstraint("document", "sha256"),
    )


def _breaches() -> None:
    op.create_table(
        "breach",
        _id(),
        _crisis(nullable=True),
        sa.Column("device_tag", sa.String(), sa.ForeignKey("device.tag"), nullable=True),
        *_texts("kind"),
        _moment("aware_at"),
        *_texts("told_by", "notifier", "description", "data", "measures"),
        _moment("notified_at", nullable=True),
        *_texts("reason_not_notified"),
        _moment("closed_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("breach_by_crisis", "breach", ["crisis"])


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), nullable=False)


def _crisis(*, nullable: bool = False) -> sa.Column[str]:
    return sa.Column("crisis", sa.String(), sa.ForeignKey("crisis.reference"), nullable=nullable)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(), nullable=nullable)
