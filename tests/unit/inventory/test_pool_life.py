"""Anything that may happen to a pool, in any order: what must not be never is; the journal explains all."""

import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlmodel import Session, col, select

from inventory import (
    allocations,
    communes,
    crate_records,
    crates,
    crises,
    departures,
    devices,
    examinations,
    journal,
    loans,
    pairings,
    supplies,
    swaps,
    undo,
)
from inventory.database import Database
from inventory.departures import Departure
from inventory.devices import DeviceKind, DeviceState
from inventory.errors import InventoryError
from inventory.examinations import Examination
from inventory.importing import pool
from inventory.importing.changes import Outcome
from inventory.journal import JournalLine, Stamp
from inventory.loans import Loan
from tests.databases import fresh
from tests.unit.inventory.replaying import kinds, recorded, replayed
from tests.unit.inventory.samples import NOW, TODAY, entries, fill

KINDS = {"TEL": DeviceKind.PHONE, "SIM": DeviceKind.SIM}
FACTS = {
    "TEL-1": "phone;490154203237518;",
    "TEL-2": "phone;356938035643809;",
    "SIM-1": "sim;;8933150319000000006",
    "SIM-2": "sim;;8933150319000000014",
}
TAGS = st.sampled_from(sorted(FACTS))
CRATES = st.sampled_from(["CAI-1", "CAI-2", "TEL-1"])
PLACES = st.sampled_from(["Room A", "Room B", "CAI-1"])
SEATS = st.sampled_from([1, 2])
CRISES = st.sampled_from([0, 1])
#: What is in somebody's hands, or on its way there.
LENDABLE = {DeviceState.RESERVED, DeviceState.PROVISIONING, DeviceState.READY, DeviceState.ON_LOAN}


class PoolLife(RuleBasedStateMachine):
    """A small pool, two crises with two seats each, and hands that try everything at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="kit-pool-life-")
        self.database = self.made()
        self.hours = 0
        self.references = [fill(self.database, self.by, laptops=0)]
        with self.database.write() as session:
            commune = communes.find(session, "13005")
            other = crises.open_crisis(
                session, self.by, commune, t0=NOW, drill=True, seats=entries(2), today=TODAY
            )
            self.references.append(other.reference)
        self.kinds: dict[str, DeviceKind] = {}
        self.given: set[str] = set()
        self.refusals: set[str] = set()

    def made(self) -> Database:
        """An empty book."""
        return fresh(Path(self.folder.name) / "kit.db")

    def teardown(self) -> None:
        self.database.dispose()
        self.folder.cleanup()

    @property
    def by(self) -> Stamp:
        return Stamp("camille@station", NOW + timedelta(hours=self.hours))

    def attempt(self, act: Callable[[Session], object]) -> None:
        """Do it, or be refused for a reason that is told and without a trace."""
        with self.database.read() as session:
            before = journal.head(session), recorded(session)
        self.hours += 1
        try:
            with self.database.write() as session:
                act(session)
        except InventoryError as refused:
            self.refusals.add(str(refused))
            with self.database.read() as session:
                assert (journal.head(session), recorded(session)) == before

    @initialize(tags=st.sets(TAGS, min_size=2))
    def begin(self, tags: set[str]) -> None:
        for tag in sorted(tags):
            self.enrol(tag)
        self.make_crate("CAI-1")

    @rule(tag=TAGS)
    def enrol(self, tag: str) -> None:
        file = Path(self.folder.name) / "pool.csv"
        file.write_text(f"tag;kind;imei;iccid\n{tag};{FACTS[tag]}\n", encoding="utf-8")

        def twice(session: Session) -> None:
            pool.import_pool(session, self.by, file)
            assert pool.import_pool(session, self.by, file).count(Outcome.UNCHANGED) == 1

        self.attempt(twice)

    @rule(tag=TAGS, seat=SEATS, crisis=CRISES)
    def reserve(self, tag: str, seat: int, crisis: int) -> None:
        reference = self.references[crisis]

        def take(session: Session) -> None:
            before = devices.get(session, tag).state
            loan = loans.reserve(session, self.by, reference, seat, tag)
            if before is DeviceState.IN_STOCK:
                claim = loans.claim(session, loan.crisis, devices.get(session, tag).kind)
                assert claim.free >= sum(claim.promised.values())

        self.attempt(take)

    @rule(crisis=CRISES, kind=st.sampled_from(sorted(KINDS.values())), count=st.integers(0, 2))
    def grant(self, crisis: int, kind: DeviceKind, count: int) -> None:
        def decide(session: Session) -> None:
            found = crises.get(session, self.references[crisis])
            allocations.decide(session, self.by, found, kind, count, author="Camille", reason="few left")

        self.attempt(decide)

    @rule(tag=TAGS, steps=st.integers(1, 7))
    def go_on(self, tag: str, steps: int) -> None:
        """Take the ordinary next steps of a device's life, so that the later ones are reached often."""
        ordinary: dict[DeviceState, Callable[[], None]] = {
            DeviceState.IN_STOCK: lambda: self.reserve(tag, 1, 0),
            DeviceState.RESERVED: lambda: self.attempt(lambda s: self.move(s, tag, DeviceState.READY)),
            DeviceState.READY: lambda: self.hand_over(tag),
            DeviceState.ON_LOAN: lambda: self.end(tag),
            DeviceState.RETURNED: lambda: self.set_apart(tag),
            DeviceState.QUARANTINED: lambda: self.wipe(tag, True),
            DeviceState.WIPED: lambda: self.attempt(lambda s: self.move(s, tag, DeviceState.IN_STOCK)),
        }
        for _step in range(steps):
            with self.database.read() as session:
                state = recorded(session).states.get(tag)
            if state is not None and (step := ordinary.get(DeviceState(state))) is not None:
                step()

    def hand_over(self, tag: str) -> None:
        def hand(session: Session) -> None:
            for loan in loans.open_loans(session, device=tag):
                loans.hand_over(session, self.by, loan)

        self.attempt(hand)

    @rule(tag=TAGS)
    def end(self, tag: str) -> None:
        def take_back(session: Session) -> None:
            for loan in loans.open_loans(session, device=tag):
                loans.end(session, self.by, loan, "given back")

        self.attempt(take_back)

    @rule(tag=TAGS)
    def set_apart(self, tag: str) -> None:
        self.attempt(lambda session: loans.set_apart(session, self.by, tag, "doubted"))

    @rule(tag=TAGS, well=st.booleans())
    def wipe(self, tag: str, well: bool) -> None:
        def prove(session: Session) -> None:
            device = devices.get(session, tag)
            failed = [] if well else ["homes"]
            examinations.keep(session, self.by, device.tag, Examination.WIPE, {}, failed=failed)
            devices.move(session, self.by, device, DeviceState.WIPED, reason="wiped")

        self.attempt(prove)

    @rule(tag=TAGS, what=st.sampled_from(Departure))
    def declare(self, tag: str, what: Departure) -> None:
        self.attempt(lambda session: departures.declare(session, self.by, tag, what, "it happened"))

    @rule(tag=TAGS, later=st.sampled_from([0, 0, 0, 30]))
    def undo(self, tag: str, later: int) -> None:
        self.hours += later
        self.attempt(lambda session: undo.undo(session, self.by, tag, reason="wrong scan"))

    @rule(faulty=TAGS, replacement=TAGS)
    def swap(self, faulty: str, replacement: str) -> None:
        self.attempt(lambda session: swaps.swap(session, self.by, faulty, replacement, reason="broken"))

    @rule(tag=CRATES)
    def make_crate(self, tag: str) -> None:
        pattern = {"phone": 1, "charger": 1}
        self.attempt(lambda session: crates.make(session, self.by, tag, place="Room A", pattern=pattern))

    @rule(crate=CRATES, tag=TAGS)
    def pack(self, crate: str, tag: str) -> None:
        self.attempt(lambda session: crates.put_in(session, self.by, crate_records.get(session, crate), tag))

    @rule(tag=TAGS)
    def unpack(self, tag: str) -> None:
        self.attempt(lambda session: crates.take_out(session, self.by, tag, place="Room B"))

    @rule(crate=CRATES, place=st.sampled_from(["Room A", "Town hall"]))
    def carry_crate(self, crate: str, place: str) -> None:
        self.attempt(lambda session: crates.carry(session, self.by, crate_records.get(session, crate), place))

    @rule(crate=CRATES)
    def dissolve(self, crate: str) -> None:
        self.attempt(
            lambda session: crates.dissolve(session, self.by, crate_records.get(session, crate), "old")
        )

    @rule(sim=TAGS, host=TAGS, slot=st.sampled_from([1, 2]))
    def insert_sim(self, sim: str, host: str, slot: int) -> None:
        self.attempt(lambda session: pairings.insert(session, self.by, sim, host, slot=slot))

    @rule(sim=TAGS)
    def remove_sim(self, sim: str) -> None:
        self.attempt(lambda session: pairings.remove(session, self.by, sim))

    @rule(place=PLACES, count=st.integers(1, 5))
    def receive(self, place: str, count: int) -> None:
        self.attempt(
            lambda session: supplies.receive(session, self.by, "charger", place, count, reason="bought")
        )

    @rule(place=PLACES, count=st.integers(1, 5))
    def issue(self, place: str, count: int) -> None:
        self.attempt(
            lambda session: supplies.issue(session, self.by, "charger", place, count, reason="given")
        )

    @rule(source=PLACES, goal=PLACES, count=st.integers(1, 5))
    def carry(self, source: str, goal: str, count: int) -> None:
        self.attempt(lambda session: supplies.carry(session, self.by, "charger", source, goal, count=count))

    @invariant()
    def a_refusal_says_why(self) -> None:
        assert "" not in self.refusals

    @invariant()
    def the_journal_explains_every_state(self) -> None:
        with self.database.read() as session:
            lines = session.exec(select(JournalLine).order_by(col(JournalLine.seq))).all()
            told, kept = replayed(lines), recorded(session)
        assert told == kept

    @invariant()
    def no_device_is_lent_twice_nor_lent_when_it_cannot_be(self) -> None:
        with self.database.read() as session:
            held = [loan.device_tag for loan in loans.open_loans(session)]
            states = {device.tag: device.state for device in devices.listing(session)}
            begun = session.exec(select(Loan)).all()
        assert len(held) == len(set(held))
        assert {tag for tag, state in states.items() if state in LENDABLE} <= set(held)
        assert not any(states[tag] is DeviceState.RETIRED for tag in held)
        assert all(loan.ended_at is None or loan.ended_at >= loan.reserved_at for loan in begun)

    @invariant()
    def no_crisis_holds_more_than_was_granted_to_it_and_the_journal_says_how_many(self) -> None:
        with self.database.read() as session:
            query = select(JournalLine).where(JournalLine.kind == "allocation.decided")
            lines = session.exec(query.order_by(col(JournalLine.seq))).all()
            opened = {
                crises.subject(each.reference) for each in crises.listing(session) if not each.closed_at
            }
            told = {
                (line.subject, line.data["kind"]): line.data["granted"]
                for line in lines
                if line.subject in opened
            }
            decided = allocations.in_force(session)
            assert told == {(crises.subject(each.crisis), each.kind): each.granted for each in decided}
            for each in decided:
                assert loans.held(session, DeviceKind(each.kind))[each.crisis] <= each.granted

    @invariant()
    def a_device_sits_in_one_crate_that_is_there(self) -> None:
        with self.database.read() as session:
            picture = recorded(session)
        assert set(picture.crates.values()) <= picture.whole
        assert {place for (_item, place), n in picture.counts.items() if n and place == "CAI-1"} <= (
            picture.whole | self.never_made()
        )
        assert all(count >= 0 for count in picture.counts.values())
        assert not picture.whole & set(picture.states)

    @invariant()
    def nothing_is_taken_for_another_kind_and_no_tag_is_given_again(self) -> None:
        with self.database.read() as session:
            now = kinds(session)
            sat = recorded(session).sims
            taken = set(session.exec(select(crate_records.Crate.tag))) | set(now)
        assert self.kinds.items() <= now.items()
        assert self.given <= taken
        assert all(now[tag] is KINDS[tag[:3]] for tag in now)
        assert all(
            now[sim] is DeviceKind.SIM and now[host] is DeviceKind.PHONE for sim, (host, _n) in sat.items()
        )
        assert len(set(sat.values())) == len(sat)
        self.kinds, self.given = now, taken

    def never_made(self) -> set[str]:
        """A place may be called as a crate that does not exist yet."""
        with self.database.read() as session:
            made = set(session.exec(select(crate_records.Crate.tag)))
        return {"CAI-1"} - made

    def move(self, session: Session, tag: str, to: DeviceState) -> None:
        devices.move(session, self.by, devices.get(session, tag), to, reason="test")


TestPoolLife = PoolLife.TestCase
TestPoolLife.settings = settings(max_examples=12, stateful_step_count=40, deadline=None)
