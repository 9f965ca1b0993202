"""Owns secrets handed over once, before a deadline: sealed until then, gone after (requirement 17).

A slip is sealed with a code that is shown when it is made and kept nowhere: 12 characters of 32, that is
60 bits, behind age's scrypt, whose every guess takes about a second and 128 MB. What was read, recalled, came
too late or was guessed at too often is emptied. The journal says who got what kind of secret, never the
secret, and says it before the secret is shown.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from gettext import gettext as _

import pyrage
from sqlmodel import Field, Session, SQLModel, col, select

from inventory import journal
from inventory.errors import BadValue, IllegalMove, Unknown
from inventory.journal import Stamp
from inventory.text import named
from inventory.times import UtcDateTime

#: Letters and digits that nobody takes for another when they are read out (Crockford's base 32).
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_HEARD = str.maketrans("OIL", "011")
_CODE, _NAME, _GROUP = 12, 8, 4
#: Wrong codes after which a slip is gone.
TRIES = 5
#: A secret that waits longer should be made anew.
LONGEST = timedelta(days=7)


class End(StrEnum):
    """How a slip ended; the value is kept."""

    READ = "read"
    RECALLED = "recalled"
    LATE = "late"
    GUESSED = "guessed"


class SecretSlip(SQLModel, table=True):
    """One secret for one person; `sealed` is emptied when it was read, recalled or came too late.

    Attributes:
        name: by which it is asked for; random, no meaning. label: what it is for, in words.
        sealed: an age file whose key is the slip's own code, never kept; empty once gone.
        ended_at: when it was read, recalled or found too late; how: which of these.
    """

    __tablename__ = "secret_slip"

    name: str = Field(primary_key=True)
    label: str
    recipient: str
    crisis: str | None = Field(default=None, foreign_key="crisis.reference")
    sealed: bytes
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by: str
    deadline: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    how: str = ""


def new_code() -> str:
    """A code to be dictated, in groups of four."""
    return _random(_CODE)


def seal(secret: str, code: str) -> bytes:
    """The secret, encrypted with the code; takes about a second, so do it outside a transaction.

    Raises:
        BadValue: there is no secret.
    """
    if not secret:
        raise BadValue(_("The secret is empty; nothing was kept."))
    sealed: bytes = pyrage.passphrase.encrypt(secret.encode(), _plain(code))
    return sealed


def unseal(sealed: bytes, code: str) -> str | None:
    """The secret; None where the code is another. Takes about a second."""
    try:
        secret: bytes = pyrage.passphrase.decrypt(sealed, _plain(code))
    except pyrage.DecryptError:
        return None
    return secret.decode()


def give(
    session: Session,
    by: Stamp,
    sealed: bytes,
    *,
    label: str,
    recipient: str,
    deadline: datetime,
    crisis: str | None = None,
) -> SecretSlip:
    """Keep a sealed secret for one person until the deadline.

    Raises:
        BadValue: it says not for what or whom, or the deadline has passed or is more than a week away.
    """
    if not by.at < deadline <= by.at + LONGEST:
        raise BadValue(
            _("A secret can wait until {latest} at most; nothing was kept.").format(
                latest=(by.at + LONGEST).isoformat(timespec="minutes")
            )
        )
    slip = SecretSlip(
        name=_random(_NAME),
        label=named(label),
        recipient=named(recipient),
        crisis=crisis,
        sealed=sealed,
        made_at=by.at,
        made_by=by.actor,
        deadline=deadline,
    )
    session.add(slip)
    session.flush()
    _note(session, by, slip, "given")
    return slip


def get(session: Session, name: str) -> SecretSlip:
    """The slip of that name, which may have ended.

    Raises:
        Unknown: there is none.
    """
    slip = session.get(SecretSlip, _grouped(_plain(name)))
    if slip is None:
        raise Unknown(
            _("There is no secret {name}.").format(name=name), hint=_("See them with `kit secret list`.")
        )
    return slip


def must_wait(slip: SecretSlip) -> None:
    """Let nothing be read that has ended.

    Raises:
        IllegalMove: says how it ended.
    """
    if slip.ended_at is None:
        return
    told = {
        End.READ: _("It was read on {moment}. If that was not {person}, what it opens must be changed now."),
        End.RECALLED: _("It was recalled on {moment}."),
        End.LATE: _("Its deadline has passed; it was emptied on {moment}."),
        End.GUESSED: _("Too many wrong codes were given; it was emptied on {moment}."),
    }[End(slip.how)]
    moment = slip.ended_at.isoformat(timespec="minutes")
    raise IllegalMove(
        _("The secret {name} is not there any more.").format(name=slip.name)
        + " "
        + told.format(moment=moment, person=slip.recipient),
        hint=_("Give another: `kit secret give`."),
    )


def refuse(session: Session, by: Stamp, slip: SecretSlip) -> int:
    """Note a reading that was refused; how many wrong codes are left, where the slip still waits."""
    if slip.ended_at is not None:
        _note(session, by, slip, "refused", how=slip.how)
        return 0
    _note(session, by, slip, "wrong-code")
    wrong = [line for line in _lines(session, slip) if line.kind == "secret.wrong-code"]
    if len(wrong) >= TRIES:
        end(session, by, slip, End.GUESSED)
    return TRIES - len(wrong)


def end(session: Session, by: Stamp, slip: SecretSlip, how: End) -> None:
    """Empty a slip that waits, and say how it ended.

    Raises:
        IllegalMove: it has ended before.
    """
    must_wait(slip)
    slip.sealed, slip.ended_at, slip.how = b"", by.at, how.value
    session.add(slip)
    _note(session, by, slip, how.value)


def purge(session: Session, by: Stamp) -> None:
    """Empty what came too late."""
    query = select(SecretSlip).where(col(SecretSlip.ended_at).is_(None), col(SecretSlip.deadline) <= by.at)
    for slip in session.exec(query).all():
        end(session, by, slip, End.LATE)


def listing(session: Session, *, crisis: str | None = None) -> Sequence[SecretSlip]:
    """All slips, or those of one crisis, the newest first."""
    query = select(SecretSlip)
    if crisis is not None:
        query = query.where(SecretSlip.crisis == crisis)
    return session.exec(query.order_by(col(SecretSlip.made_at).desc(), col(SecretSlip.name))).all()


def subject(name: str) -> str:
    """How the journal names a slip."""
    return f"secret:{name}"


def _note(session: Session, by: Stamp, slip: SecretSlip, what: str, *, how: str = "") -> None:
    line = {"label": slip.label, "recipient": slip.recipient, "crisis": slip.crisis}
    journal.append(session, by, f"secret.{what}", subject(slip.name), line | ({"how": how} if how else {}))


def _lines(session: Session, slip: SecretSlip) -> Sequence[journal.JournalLine]:
    session.flush()
    return journal.tail(session, subject=subject(slip.name))


def _random(length: int) -> str:
    return _grouped("".join(secrets.choice(ALPHABET) for _place in range(length)))


def _plain(text: str) -> str:
    """A code or name as it was meant, however it was typed."""
    return "".join(sign for sign in text.upper().translate(_HEARD) if sign in ALPHABET)


def _grouped(text: str) -> str:
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))
