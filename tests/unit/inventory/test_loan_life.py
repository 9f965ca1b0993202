"""Hand-over, swap, loss, return and close in any order: one holder a device, all of it explained."""

import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlmodel import Session, col, select

from inventory import (
    communes,
    crises,
    departures,
    devices,
    examinations,
    handings,
    journal,
    loans,
    returns,
    supplies,
    swaps,
)
from inventory.departures import Departure
from inventory.devices import Device, DeviceState
from inventory.errors import InventoryError
from inventory.examinations import Examination
from inventory.handings import Direction, Handing, Told
from inventory.journal import JournalLine, Stamp
from inventory.loans import Loan
from inventory.returns import Choice
from tests.databases import fresh
from tests.unit.inventory.samples import NOW, TODAY, entries, fill, phone
from tests.unit.inventory.soundness import assert_sound

TAGS = st.sampled_from(["TEL-01", "TEL-02", "TEL-03"])
SEATS = st.sampled_from([1, 2])
CRISES = st.sampled_from([0, 1])
#: What a person has in hand, or had until it was gone.
HELD = {DeviceState.ON_LOAN, DeviceState.LOST, DeviceState.STOLEN, DeviceState.BROKEN}


class LoanLife(RuleBasedStateMachine):
    """Three phones, two crises with two seats each, and people who do anything at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="kit-loan-life-")
        self.database = fresh(Path(self.folder.name) / "kit.db")
        self.hours = 0
        self.references: list[str] = []

    def teardown(self) -> None:
        self.database.dispose()
        self.folder.cleanup()

    @property
    def by(self) -> Stamp:
        return Stamp("camille@station", NOW + timedelta(hours=self.hours))

    @initialize()
    def begin(self) -> None:
        self.references.append(fill(self.database, self.by, laptops=0))
        with self.database.write() as session:
            commune = communes.find(session, "13005")
            second = crises.open_crisis(
                session, self.by, commune, t0=NOW, drill=True, seats=entries(2), today=TODAY
            )
            self.references.append(second.reference)
            for number in (1, 2, 3):
                device = phone(number)
                session.add(device)
                facts = device.model_dump(mode="json", exclude={"tag", "state_since", "crate"})
                facts = {name: value for name, value in facts.items() if value is not None}
                journal.append(session, self.by, "device.added", devices.subject(device.tag), facts)
            supplies.receive(session, self.by, "charger", "Room A", 3, reason="bought")

    def attempt(self, act: Callable[[Session], object]) -> None:
        """Do it, or be refused without a trace."""
        with self.database.read() as session:
            before = journal.head(session)
        self.hours += 1
        try:
            with self.database.write() as session:
                act(session)
        except InventoryError:
            with self.database.read() as session:
                assert journal.head(session) == before

    def told(self, *, charger: bool = False, worn: str = "") -> Told:
        return Told(
            "Camille Exemple",
            "badge",
            self.by.at,
            {worn: "cracked"} if worn else {},
            {"charger": 1} if charger else {},
            "Room A",
        )

    @rule(tag=TAGS, crisis=CRISES, steps=st.integers(1, 5))
    def go_on(self, tag: str, crisis: int, steps: int) -> None:
        """Take the ordinary next steps of a device's life, so that the later ones are reached often."""
        for _step in range(steps):
            with self.database.read() as session:
                state = devices.get(session, tag).state
                held = [(loan.crisis, loan.seat_number) for loan in loans.open_loans(session, device=tag)]
            match state:
                case DeviceState.IN_STOCK:
                    self.reserve(tag, 1 + steps % 2, crisis)
                case DeviceState.READY:
                    ((reference, seat),) = held
                    self.hand_over(seat, self.references.index(reference), tag, steps > 3)
                case DeviceState.ON_LOAN:
                    ((reference, _seat),) = held
                    self.scan([tag], self.references.index(reference), None, False, steps == 3)
                case _:
                    self.bring_to_stock(tag)

    @rule(tag=TAGS, seat=SEATS, crisis=CRISES)
    def reserve(self, tag: str, seat: int, crisis: int) -> None:
        def ready(session: Session) -> None:
            loans.reserve(session, self.by, self.references[crisis], seat, tag)
            devices.move(session, self.by, devices.get(session, tag), DeviceState.READY, reason="assigned")

        self.attempt(ready)

    @rule(seat=SEATS, crisis=CRISES, tag=st.none() | TAGS, charger=st.booleans())
    def hand_over(self, seat: int, crisis: int, tag: str | None, charger: bool) -> None:
        def give(session: Session) -> None:
            found = crises.get(session, self.references[crisis])
            scanned = [] if tag is None else [tag]
            handings.hand_over(
                session, self.by, found, self.told(charger=charger), seat=seat, scanned=scanned
            )

        self.attempt(give)

    @rule(faulty=TAGS, replacement=TAGS)
    def swap(self, faulty: str, replacement: str) -> None:
        def change(session: Session) -> None:
            device = devices.get(session, faulty)
            for loan in loans.open_loans(session, device=faulty):
                if loan.handed_over_at and device.state not in {DeviceState.LOST, DeviceState.STOLEN}:
                    handings.keep(session, self.by, [loan], Direction.IN, self.told())
            swaps.swap(session, self.by, faulty, replacement, reason="broken")

        self.attempt(change)

    @rule(tag=TAGS, what=st.sampled_from([Departure.LOST, Departure.STOLEN, Departure.BROKEN]))
    def lose(self, tag: str, what: Departure) -> None:
        self.attempt(lambda session: departures.declare(session, self.by, tag, what, "it happened"))

    @rule(
        tags=st.lists(TAGS | st.just("NOT-OURS"), min_size=1, max_size=3),
        crisis=CRISES,
        seat=st.none() | SEATS,
        charger=st.booleans(),
        worn=st.booleans(),
    )
    def scan(self, tags: list[str], crisis: int, seat: int | None, charger: bool, worn: bool) -> None:
        def take(session: Session) -> None:
            found = crises.get(session, self.references[crisis])
            told = self.told(charger=charger, worn=tags[0] if worn else "")
            returns.check_in(session, self.by, found, told, scanned=tags, seat=seat)

        self.attempt(take)

    @rule(crisis=CRISES, choice=st.sampled_from(Choice), which=st.integers(0, 3))
    def decide(self, crisis: int, choice: Choice, which: int) -> None:
        def rule_on(session: Session) -> None:
            found = crises.get(session, self.references[crisis])
            standing = returns.look(session, found.reference)
            about = [*(loan.device_tag for loan in standing.out), *(d.subject for d in standing.undecided)]
            for subject in about[which : which + 1]:
                returns.decide(session, self.by, found, subject, choice, reason="seen", author="Camille")

        self.attempt(rule_on)

    @rule(tag=TAGS)
    def bring_to_stock(self, tag: str) -> None:
        def clean(session: Session) -> None:
            device = devices.get(session, tag)
            examinations.keep(session, self.by, tag, Examination.WIPE, {})
            for state in (DeviceState.WIPED, DeviceState.IN_STOCK):
                devices.move(session, self.by, device, state, reason="reset")

        self.attempt(clean)

    @rule(crisis=CRISES, day=st.integers(1, 7))
    def close(self, crisis: int, day: int) -> None:
        """On some day only, for nothing happens to a closed crisis."""
        if day < 7:
            return

        def end(session: Session) -> None:
            found = crises.get(session, self.references[crisis])
            crises.close(session, self.by, found, self.by.at)
            assert returns.look(session, found.reference).explained

        self.attempt(end)

    @invariant()
    def the_book_is_sound(self) -> None:
        if self.references:
            with self.database.read() as session:
                assert_sound(session)

    @invariant()
    def a_device_goes_out_and_in_by_turns(self) -> None:
        """Handed out once a loan, to one seat, and back once at most."""
        with self.database.read() as session:
            rows = session.exec(select(Handing).order_by(col(Handing.id))).all()
            every = {loan.id: loan for loan in session.exec(select(Loan))}
        ways: dict[int, list[str]] = {}
        for row in rows:
            loan = every[row.loan]
            assert (row.crisis, row.seat_number, row.device_tag) == (
                loan.crisis,
                loan.seat_number,
                loan.device_tag,
            )
            ways.setdefault(row.loan, []).append(row.direction)
        assert all(way in (["out"], ["out", "in"]) for way in ways.values())
        for number, loan in every.items():
            assert (loan.handed_over_at is not None) == (number in ways)
            if ways.get(number or 0) == ["out", "in"]:
                assert loan.ended_at is not None

    @invariant()
    def who_has_a_device_has_signed_for_it(self) -> None:
        with self.database.read() as session:
            states = {device.tag: device.state for device in session.exec(select(Device))}
            out = {loan.device_tag for loan in loans.open_loans(session) if loan.handed_over_at is not None}
        assert {tag for tag, state in states.items() if state is DeviceState.ON_LOAN} <= out
        assert {states[tag] for tag in out} <= HELD

    @invariant()
    def every_handing_has_its_line(self) -> None:
        with self.database.read() as session:
            rows = session.exec(select(Handing)).all()
            query = select(JournalLine).where(col(JournalLine.kind).startswith("handing."))
            lines = session.exec(query).all()
        told = {(line.data["receipt"], tag) for line in lines for tag in line.data["devices"]}
        assert told == {(row.receipt, row.device_tag) for row in rows}
        assert len({line.data["receipt"] for line in lines}) == len(lines)


TestLoanLife = LoanLife.TestCase
TestLoanLife.settings = settings(max_examples=20, stateful_step_count=30, deadline=None)
