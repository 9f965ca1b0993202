"""The operator's commands on secrets that are handed over once: give, open, recall, list."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from gettext import gettext as _

from inventory import crises, slips
from inventory.errors import IllegalMove
from inventory.slips import End, SecretSlip
from kit.app.compose import App
from kit.errors import BadInput

_SPAN = re.compile(r"(\d{1,5})\s*(m|h|d)")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@dataclass(frozen=True)
class Slip:
    """What is known of a secret, without it; `how` says how it ended, empty while it waits."""

    name: str
    label: str
    recipient: str
    crisis: str | None
    made_at: datetime
    made_by: str
    deadline: datetime
    ended_at: datetime | None
    how: str


@dataclass(frozen=True)
class Given:
    """A secret that was kept, and the code that opens it, which is kept nowhere."""

    slip: Slip
    code: str = field(repr=False)


@dataclass(frozen=True)
class Opened:
    """A secret that was read, for whom and for what."""

    slip: Slip
    secret: str = field(repr=False)


def give(app: App, secret: str, *, label: str, recipient: str, wait: str, crisis: str = "") -> Given:
    """Keep a secret for one person, for as long as `wait` says: minutes, hours or days, e.g. "2h".

    Raises:
        BadInput, BadValue: there is no secret, or it says not for what, whom or how long. Unknown: no such
            crisis.
    """
    span = _SPAN.fullmatch(wait.strip())
    if span is None:
        raise BadInput(
            _("“{text}” is no time to wait; nothing was kept.").format(text=wait),
            hint=_("Write 30m, 2h or 1d."),
        )
    code = slips.new_code()
    sealed, by = slips.seal(secret, code), app.stamp()
    with app.database.write() as session:
        slips.purge(session, by)
        made = slips.give(
            session,
            by,
            sealed,
            label=label,
            recipient=recipient,
            deadline=by.at + int(span[1]) * _UNITS[span[2]],
            crisis=crises.find(session, crisis).reference if crisis else None,
        )
        return Given(_slip(made), code)


def open_(app: App, name: str, code: str) -> Opened:
    """Read a secret, once: that it was read is in the journal before this returns.

    Raises:
        Unknown: no such secret. IllegalMove: it was read, recalled, came too late, or the code is wrong; each
            refusal is in the journal.
    """
    waiting = look(app, name)
    secret = slips.unseal(waiting.sealed, code)
    with app.database.write() as session:
        by = app.stamp()
        slips.purge(session, by)
        slip = slips.get(session, waiting.name)
        if secret is not None and slip.ended_at is None:
            slips.end(session, by, slip, End.READ)
            return Opened(_slip(slip), secret)
        left = slips.refuse(session, by, slip)
    slips.must_wait(slip)
    raise IllegalMove(
        _("This is not the code of the secret {name}; it was not shown.").format(name=slip.name),
        hint=_("{count} wrong codes more, and it is gone.").format(count=left),
    )


def look(app: App, name: str) -> SecretSlip:
    """A secret that waits, still sealed; what came too late is emptied first.

    Raises:
        Unknown: no such secret. IllegalMove: it has ended, which the journal then says was asked for again.
    """
    with app.database.write() as session:
        by = app.stamp()
        slips.purge(session, by)
        slip = slips.get(session, name)
        if slip.ended_at is not None:
            slips.refuse(session, by, slip)
    slips.must_wait(slip)
    return slip


def recall(app: App, name: str) -> Slip:
    """Empty a secret that nobody has read.

    Raises:
        Unknown: no such secret. IllegalMove: it has ended before.
    """
    with app.database.write() as session:
        by = app.stamp()
        slip = slips.get(session, name)
        slips.end(session, by, slip, End.RECALLED)
        slips.purge(session, by)
        return _slip(slip)


def listing(app: App) -> Sequence[Slip]:
    """Every secret that was given, the newest first, and what became of it."""
    with app.database.write() as session:
        slips.purge(session, app.stamp())
        return [_slip(slip) for slip in slips.listing(session)]


def _slip(slip: SecretSlip) -> Slip:
    return Slip(**slip.model_dump(exclude={"sealed"}))
