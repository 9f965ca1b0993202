"""Owns what was found on a device and when: at enrolment, after a preparation, during a loan, by a wipe.

Facts read from the device itself, or noted by a person who looked. They are kept for ever, each with a
journal line that has their hash; only the last look (`PROBE`) replaces the one before, and leaves no line.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Index, delete
from sqlmodel import Field, Session, SQLModel, col, select

from inventory import journal
from inventory.journal import Stamp
from inventory.times import UtcDateTime


class Examination(StrEnum):
    """What was looked for."""

    #: what the device is: hardware, serial, firmware (`playbooks/enroll.yml`)
    ENROLMENT = "enrolment"
    #: whether it is clean after its preparation (`provision.yml`, `attest.yml`)
    CLEAN_STATE = "clean_state"
    #: whether a loaned one still is what was handed over (`recheck.yml`)
    RECHECK = "recheck"
    #: whether nothing of its people is left (`release.yml`, or a person who reset it and looked)
    WIPE = "wipe"
    #: what it says when it is only asked: serial, disk, battery, updates
    PROBE = "probe"
    #: the inventory of GLPI's agent
    AGENT = "agent"


class Finding(SQLModel, table=True):
    """What one examination of one device found.

    Attributes:
        data: the report as it came, JSON; its hash is in the journal.
        passed: whether every check of it passed; true where it only tells facts.
    """

    __tablename__ = "finding"
    __table_args__ = (Index("finding_by_device", "device_tag", "examination", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    device_tag: str = Field(foreign_key="device.tag")
    examination: str
    at: datetime = Field(sa_type=UtcDateTime)
    passed: bool
    data: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


def keep(
    session: Session,
    by: Stamp,
    tag: str,
    examination: Examination,
    data: Mapping[str, Any],
    *,
    failed: Sequence[str] = (),
) -> Finding:
    """Keep what was found; `failed` names the checks that did not pass."""
    finding = Finding(
        device_tag=tag, examination=examination.value, at=by.at, passed=not failed, data=dict(data)
    )
    if examination is Examination.PROBE:
        session.execute(
            delete(Finding).where(
                col(Finding.device_tag) == tag, col(Finding.examination) == examination.value
            )
        )
    else:
        line = {"examination": examination.value, "failed": list(failed), "sha256": fingerprint(data)}
        journal.append(session, by, "device.examined", f"device:{tag}", line)
    session.add(finding)
    return finding


def latest(session: Session, tag: str, examination: Examination) -> Finding | None:
    """The last finding of that sort; None where the device was never examined so."""
    query = select(Finding).where(Finding.device_tag == tag, Finding.examination == examination.value)
    return session.exec(query.order_by(col(Finding.at).desc(), col(Finding.id).desc()).limit(1)).first()


def of(session: Session, tag: str) -> Sequence[Finding]:
    """All findings of one device, the oldest first."""
    query = select(Finding).where(Finding.device_tag == tag)
    return session.exec(query.order_by(col(Finding.at), col(Finding.id))).all()


def wiped_since(session: Session, tag: str, moment: datetime) -> bool:
    """Whether the last wipe not before `moment` passed."""
    last = latest(session, tag, Examination.WIPE)
    return last is not None and last.passed and last.at >= moment


def fingerprint(data: Mapping[str, Any]) -> str:
    """SHA-256 of the findings' canonical JSON, in hexadecimal: what the journal line has."""
    return hashlib.sha256(journal.canonical(dict(data))).hexdigest()
