"""Owns the signs of life of stations: which engine runs where, and when it was last heard of.

A row a station, overwritten by its engine every `EVERY_SECONDS`; no journal line, for it tells nothing that
matters in a year. A station that neither ended nor was heard of for `SILENT_SECONDS` is silent.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Field, Session, SQLModel, col, select

from inventory.times import UtcDateTime

EVERY_SECONDS = 5.0
#: Three beats may get lost behind a long write before anybody is told.
SILENT_SECONDS = 20.0


class Heartbeat(SQLModel, table=True):
    """The last sign of life of a station's engine.

    Attributes:
        station: the machine and the folder that its engine keeps ("poste1:/srv/kit").
        process: its process id there.
        ended: it said goodbye, so that its silence is none.
    """

    __tablename__ = "heartbeat"

    station: str = Field(primary_key=True)
    process: int
    version: str
    began_at: datetime = Field(sa_type=UtcDateTime)
    at: datetime = Field(sa_type=UtcDateTime)
    ended: bool = False

    def silent(self, now: datetime) -> bool:
        """Whether it should have been heard of."""
        return not self.ended and now - self.at > timedelta(seconds=SILENT_SECONDS)


def beat(session: Session, beating: Heartbeat) -> None:
    """Keep a sign of life in the place of the station's last one."""
    session.merge(beating)


def listing(session: Session) -> Sequence[Heartbeat]:
    """The last sign of every station, by name."""
    return session.exec(select(Heartbeat).order_by(col(Heartbeat.station))).all()
