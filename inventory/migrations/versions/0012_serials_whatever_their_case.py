"""One device for each maker's serial, whatever its case: `pf1` and `PF1` are one thing."""

from gettext import gettext as _

import sqlalchemy as sa
from alembic import op

from inventory.errors import IllegalMove

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the index, once no two devices have one serial.

    Raises:
        IllegalMove: some have; the book stays of the version that it was.
    """
    device = sa.table("device", sa.column("tag", sa.String), sa.column("serial", sa.String))
    key = sa.func.upper(device.c.serial)
    twice = sa.select(key).group_by(key).having(sa.func.count() > 1)
    query = sa.select(device.c.tag, device.c.serial).where(key.in_(twice)).order_by(key, device.c.tag)
    if found := op.get_bind().execute(query).all():
        raise IllegalMove(
            _(
                "Devices have one serial in two spellings: {devices}; nothing was changed, the book is of "
                "its old version still."
            ).format(devices=", ".join(f"{tag} ({serial})" for tag, serial in found)),
            hint=_(
                "See which serial is on which device, correct the others with the program's old version "
                "(`kit pool import --update-identity`), then run `kit init` again."
            ),
        )
    op.create_index("one_device_per_serial", "device", [sa.text("upper(serial)")], unique=True)
