"""Whatever is asked in whatever order, with faults: nothing is destroyed unacknowledged (requirement 14).

Nothing is lent twice or unwiped either, though equipment changes hands all the time (`loan_life`).
"""

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from unittest import mock

import pyrage
import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test
from sqlmodel import Session, select

from inventory import crises, evidence, examinations, instructions, journal
from inventory.conventions.records import Convention
from inventory.errors import OperatorError
from inventory.instructions import Instruction, Wish
from inventory.times import utc_now
from kit.app import closing, closing_papers
from kit.app import crises as commands
from kit.app.closing import Delivery
from kit.app.compose import App
from kit.graph import removal
from kit.plan.stages import Stage
from kit.restitution import bag, envelope
from kit.workflows import closing as procedures
from kit.workflows import exporting, order, sealing, station
from kit.workflows.activity import ActivityLog
from kit.workflows.outcome import Done
from tests.databases import fresh
from tests.unit.kit.app.loan_life import Lending

KEYS = tuple(str(pyrage.x25519.Identity.generate().to_public()) for _key in range(2))
REFERENCE = "13005-2026-01"
NOBODY = "0" * 64
SEALED = Delivery(KEYS[0], "", "Camille")


class Killed(BaseException):
    """The process ends here."""


class Ending(Lending):
    """The commands, and the steps behind them called directly, on real files; the tenant is not there."""

    @initialize()
    def begin(self) -> None:
        self.home = tempfile.TemporaryDirectory(prefix="kit-order-")
        home = Path(self.home.name)
        fresh(home / "kit.db").dispose()
        self.lend(App.open(home))
        commands.plan(self.app, REFERENCE)
        self.folder = home / "exports" / REFERENCE
        self.activity = ActivityLog(self.app.database)
        self.use_station()
        #: by the test's own account: hashes that the commune signed, what it wants, what is over
        self.signed: set[str] = set()
        self.wish: Wish | None = None
        self.damaged = self.removed = self.certified = self.unlawfully = False

    def use_station(self) -> None:
        station.use(
            station.Station(
                database=self.app.database,
                activity=self.activity,
                stamp=self.app.stamp,
                graph=lambda: mock.sentinel.graph,
                runner=mock.sentinel.runner,
                variables={},
                recipients=(),
                disk_unlock_key=lambda: None,
                lender=station.Lender("Métropole", "", "", self.app.zone),
                documents=self.app.home.documents,
                rules=station.TenantRules(),
                patience=0.0,
                settling=0.0,
                stopping=threading.Event(),
                cancelled=threading.Event(),
            )
        )

    def teardown(self) -> None:
        if hasattr(self, "activity"):
            self.outside.close()
            self.activity.close()
            self.app.database.dispose()
            self.home.cleanup()

    def kept(self, stage: str) -> dict[str, str] | None:
        with self.app.database.read() as session:
            row = evidence.find(session, REFERENCE, stage)
        return row.data if row else None

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """What the program may always say."""
        with suppress(OperatorError, Killed):
            yield

    @rule(wish=st.sampled_from(Wish), unlawful=st.sampled_from(["", "", "asks for others' mail"]))
    def instruct(self, wish: Wish, unlawful: str) -> None:
        with self.app.database.write() as session:
            crisis, by = crises.get(session, REFERENCE), self.app.stamp()
            said = Instruction(wish, "Camille", by.at, "a.pdf", NOBODY, unlawful)
            instructions.give(session, by, crisis, said)
        self.wish = None if unlawful else wish

    @rule(
        how=st.sampled_from(
            [Delivery(key, "", "Camille") for key in KEYS] + [Delivery("", "none", "Camille")]
        ),
        killed=st.sampled_from(["", "", "before sealing", "while sealing", "before the clear bag goes"]),
        content=st.sampled_from([b"one", b"two"]),
    )
    def export(self, how: Delivery, killed: str, content: bytes) -> None:
        with self.refusing():
            closing.may_export(self.app, REFERENCE, how)
            with self.app.database.write() as session:
                evidence.keep(session, self.app.stamp(), REFERENCE, Stage.REVOKE, {"accounts": 2})
            if sealing.delivered(REFERENCE, str(self.folder)):
                return
            if not (self.folder / bag.TAG_MANIFEST).exists():
                (self.folder / "data").mkdir(parents=True, exist_ok=True)
                (self.folder / "data" / "mail.eml").write_bytes(content)
            if not isinstance(exporting.seal_bag(REFERENCE, str(self.folder)), Done) or (
                killed == "before sealing"
            ):
                return
            point = {"while sealing": "read", "before the clear bag goes": "discard"}.get(killed)
            with mock.patch.object(envelope, point, side_effect=Killed) if point else mock.MagicMock():
                sealing.seal_to_key(REFERENCE, str(self.folder))

    @rule(wish=st.sampled_from(Wish))
    def come_as_far_as_the_export(self, wish: Wish) -> None:
        self.instruct(wish, "")
        self.export(SEALED, "", b"one")

    @rule(which=st.sampled_from(["right", "right", "wrong"]), hours=st.sampled_from([0, 0, -2, 2]))
    def acknowledge(self, which: str, hours: int) -> None:
        there = self.kept(Stage.BAG)
        sha256 = there["manifest_sha256"] if there and which == "right" else NOBODY
        at = self.app.stamp().at + timedelta(hours=hours) if hours else None
        with self.refusing():
            closing.acknowledge(self.app, REFERENCE, sha256, "Camille", at=at)
            assert there is not None
            assert (which, hours, self.damaged) == ("right", 0, False)
            self.signed.add(sha256)

    @rule()
    def damage(self) -> None:
        for file in (envelope.place(self.folder), self.folder / "data" / "mail.eml"):
            if file.exists():
                file.write_bytes(file.read_bytes() + b"!")
                self.damaged = True

    @rule()
    def end_for_breach(self) -> None:
        with self.app.database.write() as session:
            for convention in session.exec(select(Convention)).all():
                convention.ended_on = utc_now().date()
                session.add(convention)

    @rule(how=st.sampled_from(["", "acknowledged"]))
    def come_as_far_as_the_end(self, how: str) -> None:
        self.come_as_far_as_the_export(Wish.RETURN)
        if how:
            self.acknowledge("right", 0)
        self.remove_by_the_step_itself()

    @rule()
    def remove_by_the_step_itself(self) -> None:
        with mock.patch.object(removal, "remove", side_effect=self.destroying):
            procedures.remove_all(REFERENCE)
        assert not self.unlawfully

    def destroying(self, *_things: object, **_more: object) -> tuple[removal.Absence, ...]:
        there = self.kept(Stage.BAG)
        signed = there is not None and there["manifest_sha256"] in self.signed
        # An assertion here would become the outcome of the step.
        self.unlawfully = not (signed and self.wish in {Wish.RETURN, Wish.DESTROY})
        self.removed = True
        return ()

    @rule()
    def certify(self) -> None:
        with self.refusing():
            closing_papers.certify(self.app, REFERENCE)
            assert self.removed
            assert self.wish in {Wish.RETURN, Wish.DESTROY}
            self.certified = True

    @invariant()
    def what_was_exported_is_there_until_it_is_certified_as_gone(self) -> None:
        if not hasattr(self, "app") or self.certified or self.damaged or self.kept(Stage.BAG) is None:
            return
        if (self.folder / bag.DATA).exists():
            return
        sealed = self.kept(order.SEALED)
        assert sealed is not None
        envelope.check(Path(sealed["file"]), sealed["sha256"])

    @invariant()
    def the_journal_holds(self) -> None:
        if hasattr(self, "app"):
            with self.app.database.read() as session:
                journal.verify(session)


TestEnding = Ending.TestCase
TestEnding.settings = settings(max_examples=10, stateful_step_count=25)


def unacknowledged(session: Session, reference: str) -> None:
    """What must come before anything is destroyed, without the commune's acknowledgement."""
    order.must_be_instructed(session, reference)
    order.must_be_revoked(session, reference)
    order.must_be_deliverable(session, reference)
    order.bag_of(session, reference)


@pytest.mark.parametrize(
    ("module", "check", "without"),
    [
        (order, "must_be_acknowledged", unacknowledged),
        (examinations, "wiped_since", lambda *_things: True),
        (crises, "must_be_open", lambda _crisis: None),
    ],
    ids=["acknowledged", "wiped", "open"],
)
def test_a_check_that_is_taken_away_is_missed(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, check: str, without: Callable[..., object]
) -> None:
    """The state machine can fail: it finds the order of commands that this check was there to refuse."""
    monkeypatch.setattr(module, check, without)
    searching = settings(max_examples=50, stateful_step_count=25, phases=[Phase.generate], database=None)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Ending, settings=searching)


@pytest.fixture
def ending() -> Iterator[Ending]:
    """The same, led step by step."""
    made = Ending()
    made.begin()
    yield made
    made.teardown()


@pytest.mark.parametrize(
    "left_out", ["", "instruct", "lawful", "not archived", "export", "acknowledge", "that bag"]
)
def test_the_step_that_destroys_goes_on_only_where_nothing_was_left_out(
    ending: Ending, left_out: str
) -> None:
    if left_out != "instruct":
        ending.instruct(Wish.ARCHIVE if left_out == "not archived" else Wish.RETURN, "")
    if left_out != "export":
        ending.export(SEALED, "", b"one")
    if left_out != "acknowledge":
        ending.acknowledge("right", 0)
    if left_out == "that bag":
        # Another key, so that everything was fetched again, and found to be different.
        ending.export(Delivery(KEYS[1], "", "Camille"), "", b"two")
    if left_out == "lawful":
        ending.instruct(Wish.RETURN, "asks for others' mail")
    ending.remove_by_the_step_itself()
    ending.certify()
    assert (ending.removed, ending.certified) == ((not left_out,) * 2)
    ending.what_was_exported_is_there_until_it_is_certified_as_gone()


@pytest.mark.parametrize("killed", ["before sealing", "while sealing", "before the clear bag goes"])
def test_a_kill_leaves_what_was_exported_and_the_same_call_ends_it(ending: Ending, killed: str) -> None:
    ending.instruct(Wish.RETURN, "")
    ending.export(SEALED, killed, b"one")
    ending.what_was_exported_is_there_until_it_is_certified_as_gone()
    assert (ending.folder / "data").exists()
    ending.export(SEALED, "", b"two")
    assert not ending.folder.exists()
    ending.acknowledge("right", 0)
    assert len(ending.signed) == 1
