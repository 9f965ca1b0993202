"""What was found on a device."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device_tag", sa.String(), nullable=False),
        sa.Column("examination", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["device_tag"], ["device.tag"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("finding_by_device", "finding", ["device_tag", "examination", "at"])
