"""Owns device secrets: encrypted to the team's age public keys before they touch the data base.

The program writes them without being able to read them: only who holds an age identity can, off this
station. A secret replaced is gone; the journal says when and by whom, never what.

What is to be set on a device is sealed before it is sent, as `pending(name)`, and becomes `name` once the
device proved that it has it: so `name` is never a secret that was not set.
"""

from collections.abc import Sequence
from datetime import datetime
from gettext import gettext as _

import pyrage
from sqlmodel import Field, Session, SQLModel, col, select

from inventory import journal
from inventory.errors import InventoryError
from inventory.journal import Stamp
from inventory.times import UtcDateTime


class NoRecipient(InventoryError):
    """No age public key is set, so nobody could ever read the secret again."""

    kind = "bad-input"


class DeviceSecret(SQLModel, table=True):
    """One secret of one device; `sealed` is an age file in binary form."""

    __tablename__ = "device_secret"

    device_tag: str = Field(primary_key=True, foreign_key="device.tag")
    name: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    sealed: bytes


def seal(session: Session, by: Stamp, tag: str, name: str, secret: str, *, recipients: Sequence[str]) -> None:
    """Keep `secret` under `name` for that device, replacing an earlier one.

    Raises:
        NoRecipient: there is no valid recipient to encrypt to.
    """
    try:
        keys = [pyrage.x25519.Recipient.from_str(recipient) for recipient in recipients]
    except pyrage.RecipientError as exc:
        raise NoRecipient(
            _("An age recipient in the settings is not valid: {fault}.").format(fault=exc),
            hint=_("Set `team.recipients` in kit.toml to public keys that start with age1."),
        ) from exc
    if not keys:
        raise NoRecipient(
            _("Device secrets cannot be kept: no age recipient is set."),
            hint=_("Set `team.recipients` in kit.toml, or run `kit init` to make a first identity."),
        )
    row = session.get(DeviceSecret, (tag, name)) or DeviceSecret(
        device_tag=tag, name=name, at=by.at, sealed=b""
    )
    row.at, row.sealed = by.at, pyrage.encrypt(secret.encode(), keys)
    session.add(row)
    journal.append(session, by, "secret.sealed", f"device:{tag}", {"name": name})


def sealed(session: Session, tag: str, name: str) -> bytes | None:
    """The encrypted secret, for who holds an identity; None where there is none."""
    row = session.get(DeviceSecret, (tag, name))
    return None if row is None else row.sealed


def names(session: Session, tag: str) -> Sequence[str]:
    """Under which names a device has secrets."""
    return session.exec(
        select(DeviceSecret.name).where(DeviceSecret.device_tag == tag).order_by(col(DeviceSecret.name))
    ).all()


def pending(name: str) -> str:
    """Under which name a secret waits for its device to have it."""
    return f"{name}.new"


def confirm(session: Session, by: Stamp, tag: str, name: str) -> None:
    """The device has what was sealed as `pending(name)`: keep that as `name`, in place of an earlier one."""
    new = session.get_one(DeviceSecret, (tag, pending(name)))
    row = session.get(DeviceSecret, (tag, name)) or DeviceSecret(
        device_tag=tag, name=name, at=new.at, sealed=b""
    )
    row.at, row.sealed = new.at, new.sealed
    session.add(row)
    session.delete(new)
    journal.append(session, by, "secret.confirmed", f"device:{tag}", {"name": name})


def forget(session: Session, by: Stamp, tag: str, name: str) -> None:
    """Remove the secret of that name, which opens nothing any more; where there is none, nothing happens."""
    row = session.get(DeviceSecret, (tag, name))
    if row is not None:
        session.delete(row)
        journal.append(session, by, "secret.forgotten", f"device:{tag}", {"name": name})
