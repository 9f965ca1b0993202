"""What must hold of every book at every moment, whoever wrote it and in which order."""

from sqlmodel import Session, col, select

from inventory import journal
from inventory.crisis_records import Crisis
from inventory.devices import Device, DeviceState
from inventory.journal import JournalLine
from inventory.loans import Loan
from tests.unit.inventory.replaying import recorded, replayed

#: What is in somebody's hands, or on its way there.
LENDABLE = {DeviceState.RESERVED, DeviceState.PROVISIONING, DeviceState.READY, DeviceState.ON_LOAN}


def assert_sound(session: Session) -> None:
    """The journal holds and explains everything; nothing is lent twice, when gone, or by what is over."""
    lines = session.exec(select(JournalLine).order_by(col(JournalLine.seq))).all()
    assert journal.verify(session) == len(lines)
    assert replayed(lines) == recorded(session)
    opened = session.exec(select(Loan).where(col(Loan.ended_at).is_(None))).all()
    held = [loan.device_tag for loan in opened]
    states = dict(session.exec(select(Device.tag, Device.state)).all())
    assert len(held) == len(set(held))
    assert {tag for tag, state in states.items() if state in LENDABLE} <= set(held)
    assert not {tag for tag in held if states[tag] in {DeviceState.RETIRED, DeviceState.IN_STOCK}}
    over = session.exec(select(Crisis.reference).where(col(Crisis.closed_at).is_not(None)))
    assert not {loan.crisis for loan in opened} & set(over)
    _assert_lent_well(session)


def _assert_lent_well(session: Session) -> None:
    """Of each device, a loan begins when the one before has ended, and is handed over after it began."""
    last: dict[str, Loan] = {}
    for loan in session.exec(select(Loan).order_by(col(Loan.device_tag), col(Loan.id))):
        before = last.get(loan.device_tag)
        assert before is None or (before.ended_at is not None and before.ended_at <= loan.reserved_at)
        assert loan.handed_over_at is None or loan.reserved_at <= loan.handed_over_at
        last[loan.device_tag] = loan
