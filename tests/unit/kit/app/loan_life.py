"""What can happen to the equipment of two crises, in any order, by the real commands; nobody answers.

A run's steps on laptops and phones, and what wipes them, are told as done: here only the book can object.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from unittest import mock

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlmodel import col, select

from inventory import communes, crises, devices, examinations, journal, loans, swaps
from inventory.departures import Departure
from inventory.devices import Device, DeviceKind, DeviceState
from inventory.errors import OperatorError
from inventory.examinations import Examination, Finding
from inventory.journal import Stamp
from inventory.loans import Loan
from inventory.returns import Choice
from inventory.times import utc_now
from kit.app import crises as commands
from kit.app import giving_back, handing, loan_papers, losing, run, swapping
from kit.app import station as building
from kit.app.compose import App
from kit.app.handing import Words
from kit.app.loan_papers import Paper
from kit.app.losing import Report
from kit.errors import TenantUnreachable
from kit.workflows import planning
from tests.unit.inventory.samples import entries, fill

BADGE = Words("badge", person="Camille Exemple")
TAGS = tuple(f"{kind}-{n:02d}" for kind in ("LAP", "TEL", "SIM") for n in (1, 2, 3, 4))
CRISES, SEATS = st.sampled_from([0, 1]), st.sampled_from([1, 2])
#: What is in somebody's hands, on its way there, or free to be.
LENDABLE = {DeviceState.IN_STOCK, DeviceState.RESERVED, DeviceState.PROVISIONING, DeviceState.READY}
#: How a device that was reserved is prepared.
PREPARED = {DeviceState.RESERVED: DeviceState.PROVISIONING, DeviceState.PROVISIONING: DeviceState.READY}


class Lending(RuleBasedStateMachine):
    """Four devices a kind, two crises of a commune with two seats each; the second is planned by a rule."""

    app: App
    references: tuple[str, ...] = ()

    def lend(self, app: App) -> None:
        """Fill the book; whatever the machine's clock says, both crises began an hour ago."""
        self.app, self.outside = app, ExitStack()
        by = Stamp("camille@station", utc_now() - timedelta(hours=1))
        first = fill(app.database, by, laptops=4, phones=4)
        with app.database.write() as session:
            session.add_all(
                Device(tag=f"SIM-{n:02d}", kind=DeviceKind.SIM, iccid=f"8933{n}", state_since=by.at)
                for n in (1, 2, 3, 4)
            )
            commune = communes.find(session, "13005")
            second = crises.open_crisis(
                session, by, commune, t0=by.at, drill=False, seats=entries(2), today=by.at.date()
            )
            crises.get(session, first).t0 = by.at
            self.references = (first, second.reference)
        unanswered = TenantUnreachable("nobody answers")
        for stub in (
            mock.patch.object(building, "tenant", side_effect=unanswered),
            mock.patch.object(run, "unfinished", return_value=None),
            mock.patch.object(
                loan_papers, "issue", side_effect=lambda _app, facts: Paper(facts.reference, "")
            ),
        ):
            self.outside.enter_context(stub)

    @contextmanager
    def attempt(self, crisis: int) -> Iterator[str]:
        """Do it, or be refused without a trace; to a closed crisis nothing happens."""
        reference = self.references[crisis]
        with self.app.database.read() as session:
            before, closed = journal.head(session), crises.get(session, reference).closed_at
        refused = True
        with suppress(OperatorError):
            yield reference
            refused = False
        if refused or closed is not None:
            with self.app.database.read() as session:
                assert journal.head(session) == before

    def held(self, crisis: int) -> list[Loan]:
        """Its open loans."""
        with self.app.database.read() as session:
            return list(loans.open_loans(session, crisis=self.references[crisis]))

    def apart(self) -> list[str]:
        """What waits for its wipe."""
        with self.app.database.read() as session:
            return [each.tag for each in devices.listing(session, state=DeviceState.QUARANTINED)]

    @rule(crisis=CRISES)
    def make_the_plan(self, crisis: int) -> None:
        with self.attempt(crisis) as reference:
            commands.plan(self.app, reference)

    @rule(crisis=CRISES)
    def carry_out_the_plan(self, crisis: int) -> None:
        """What a run does to the equipment, or `kit swap` to what took another's place."""
        with self.attempt(crisis) as reference:
            commands.ensure_plan(self.app, reference)
            with self.app.database.write() as session:
                by = self.app.stamp()
                for seat in planning.kept(session, reference).seats:
                    phone = (seat.phone.tag, seat.phone.sim_tag) if seat.phone else ()
                    for tag in (seat.laptop.tag, *phone):
                        loans.reserve(session, by, reference, seat.number, tag)
                        device = devices.get(session, tag)
                        while device.state in PREPARED:
                            devices.move(session, by, device, PREPARED[device.state], reason="prepared")

    @rule(crisis=CRISES, seat=SEATS)
    def hand_over(self, crisis: int, seat: int) -> None:
        with self.attempt(crisis) as reference:
            handing.hand_over_seat(self.app, reference, seat, scanned=(), words=BADGE)

    @rule(crisis=CRISES, steps=st.integers(1, 4), wiped=st.booleans())
    def go_on(self, crisis: int, steps: int, wiped: bool) -> None:
        """Take the ordinary next steps of a loan, so that the later ones are reached often."""
        for _step in range(steps):
            if giving_back.look(self.app, self.references[crisis]).out:
                self.bring_everything_back(crisis)
            elif self.apart():
                self.bring_to_stock(0, wiped)
            else:
                self.make_the_plan(crisis)
                self.carry_out_the_plan(crisis)
                for seat in (1, 2):
                    self.hand_over(crisis, seat)

    @rule(
        crisis=CRISES,
        seat=st.none() | SEATS,
        which=st.integers(0, 5),
        named=st.just("") | st.sampled_from(TAGS),
    )
    def swap(self, crisis: int, seat: int | None, which: int, named: str) -> None:
        """One that the crisis holds; of the seat that holds it, or of any."""
        for loan in self.held(crisis)[which : which + 1]:
            with self.attempt(crisis) as reference:
                number = seat or loan.seat_number
                swapping.begin(self.app, reference, number, loan.device_tag, named, reason="no picture")

    @rule(crisis=CRISES, which=st.integers(0, 5), what=st.sampled_from([Departure.LOST, Departure.STOLEN]))
    def lose(self, crisis: int, which: int, what: Departure) -> None:
        for loan in self.held(crisis)[which : which + 1]:
            with self.attempt(crisis) as reference:
                losing.report(self.app, reference, loan.device_tag, Report(what, "Camille", "on a train"))

    @rule(crisis=CRISES)
    def recall(self, crisis: int) -> None:
        with self.attempt(crisis) as reference:
            giving_back.recall(self.app, reference, said_by="Camille", until=None, place="")

    @rule(crisis=CRISES, tags=st.lists(st.sampled_from([*TAGS, "NOT-OURS"]), min_size=1, max_size=3))
    def scan(self, crisis: int, tags: list[str]) -> None:
        with self.attempt(crisis) as reference:
            giving_back.scan(self.app, reference, tags, BADGE, seat=None)

    @rule(crisis=CRISES)
    def bring_everything_back(self, crisis: int) -> None:
        out = [each.tag for each in giving_back.look(self.app, self.references[crisis]).out]
        if out:
            self.scan(crisis, out)

    @rule(crisis=CRISES, choice=st.sampled_from(Choice), which=st.integers(0, 3))
    def decide(self, crisis: int, choice: Choice, which: int) -> None:
        standing = giving_back.look(self.app, self.references[crisis])
        about = [*(each.tag for each in standing.out), *(each.subject for each in standing.differences)]
        for subject in about[which : which + 1]:
            with self.attempt(crisis) as reference:
                giving_back.decide(self.app, reference, subject, choice, reason="seen", author="Camille")

    @rule(which=st.integers(0, 5), wiped=st.booleans())
    def bring_to_stock(self, which: int, wiped: bool) -> None:
        """One that was set apart, with the proof of its wipe or without."""
        for tag in self.apart()[which : which + 1]:
            with suppress(OperatorError), self.app.database.write() as session:
                by, device = self.app.stamp(), devices.get(session, tag)
                if wiped:
                    examinations.keep(session, by, tag, Examination.WIPE, {})
                for state in (DeviceState.WIPED, DeviceState.IN_STOCK):
                    devices.move(session, by, device, state, reason="reset")

    @rule(crisis=CRISES)
    def close(self, crisis: int) -> None:
        with self.attempt(crisis) as reference:
            commands.close(self.app, reference)

    @invariant()
    def nothing_is_lent_twice_and_no_seat_has_two_of_a_kind(self) -> None:
        if not self.references:
            return
        with self.app.database.read() as session:
            held = [(loan, devices.get(session, loan.device_tag)) for loan in loans.open_loans(session)]
            out = {each.tag for each in session.exec(select(Device)) if each.state is DeviceState.ON_LOAN}
        assert len({device.tag for _loan, device in held}) == len(held)
        assert len({(loan.crisis, loan.seat_number, device.kind) for loan, device in held}) == len(held)
        assert out <= {loan.device_tag for loan, _device in held if loan.handed_over_at is not None}

    @invariant()
    def what_was_in_hands_or_swapped_is_lent_again_only_after_its_wipe(self) -> None:
        if not self.references:
            return
        with self.app.database.read() as session:
            every = session.exec(select(Loan).order_by(col(Loan.id))).all()
            wipes = session.exec(select(Finding).where(Finding.examination == Examination.WIPE)).all()
            swapped = {old.id for each in self.references for _s, old, _n in swaps.of_crisis(session, each)}
            states = {device.tag: device.state for device in session.exec(select(Device))}
        for before in (loan for loan in every if loan.handed_over_at is not None or loan.id in swapped):
            after = [loan.reserved_at for loan in every if _follows(loan, before)]
            if before.ended_at is None or not (after or states[before.device_tag] in LENDABLE):
                continue
            until = min(after, default=utc_now())
            assert any(
                each.device_tag == before.device_tag and before.ended_at <= each.at <= until for each in wipes
            )


def _follows(loan: Loan, before: Loan) -> bool:
    return loan.device_tag == before.device_tag and (loan.id or 0) > (before.id or 0)
