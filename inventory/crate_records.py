"""Owns the table of crates and how one is looked up. The commands are in `crates`."""

from datetime import datetime
from gettext import gettext as _

from sqlalchemy import JSON, Column
from sqlmodel import Field, Session, SQLModel

from inventory.errors import Unknown
from inventory.times import UtcDateTime


class Crate(SQLModel, table=True):
    """A labelled box that holds a kit prepared in advance.

    Its devices have its tag in `Device.crate`, so that no device is in two; its supplies are those at the
    place that bears its tag.

    Attributes:
        tag: the asset tag, upper case, from the same space as those of devices: unique for ever.
        label: what is written on it.
        place: where it stands.
        pattern: what belongs in it: how many of which kind of device or item of supply.
        dissolved_at: when it stopped being one; its tag is never used again.
    """

    __tablename__ = "crate"

    tag: str = Field(primary_key=True)
    label: str = ""
    place: str = ""
    pattern: dict[str, int] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    dissolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def subject(tag: str) -> str:
    """How the journal names a crate."""
    return f"crate:{tag}"


def get(session: Session, tag: str) -> Crate:
    """The crate with that asset tag, in any case; dissolved ones too.

    Raises:
        Unknown: there is none.
    """
    crate = session.get(Crate, tag.strip().upper())
    if crate is None:
        raise Unknown(
            _("No crate has the tag {tag}.").format(tag=tag), hint=_("See them all with `kit crate list`.")
        )
    return crate
