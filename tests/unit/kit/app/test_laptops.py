"""What is found on a laptop, and what that does to the book: decided in one transaction each."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyrage
import pytest

from inventory import devices, examinations, journal, loans, secrets
from inventory.database import Database
from inventory.devices import Device, DeviceState
from inventory.errors import IllegalMove
from inventory.examinations import Examination
from inventory.journal import Stamp
from kit.app import enrolling, laptops, probing, rechecking, releasing
from kit.workflows.laptops import ADMIN_PASSWORD, SEAT_PASSWORD
from kit.workstations.condition import Condition
from kit.workstations.probe import Finding, KeyChanged, KeyMatches, NoAnswer, NotLetIn, Sight, Spot
from tests.databases import fresh
from tests.unit.inventory.samples import NOW, fill, laptop

BY = Stamp("camille@station", NOW)
AWAY = {DeviceState.LOST, DeviceState.STOLEN, DeviceState.BROKEN, DeviceState.RETIRED}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = fresh(tmp_path / "kit.db")
    yield made
    made.dispose()


def stored(database: Database, state: DeviceState) -> str:
    """A laptop of the pool in that state; its tag."""
    with database.write() as session:
        device = laptop(1)
        device.state = state
        session.add(device)
        return device.tag


@pytest.mark.parametrize("state", DeviceState)
def test_another_host_key_sets_apart_what_is_here_and_is_told_of_the_rest(
    database: Database, state: DeviceState
) -> None:
    tag = stored(database, state)
    with database.write() as session:
        result = laptops.doubt_key(session, BY, tag, "SHA256:other")
    apart = state not in {*AWAY, DeviceState.ON_LOAN, DeviceState.QUARANTINED}
    with database.read() as session:
        device = devices.get(session, tag)
        (line,) = journal.tail(session)
    assert device.state is result.state is (DeviceState.QUARANTINED if apart else state)
    assert line.kind == ("device.moved" if apart else "device.doubted")
    assert line.data["reason"] == "host key changed: SHA256:other"
    assert device.host_key == laptop(1).host_key
    assert (result.kind, "SHA256:other" in result.said) == ("host-key-changed", True)


def test_another_host_key_ends_the_loan_that_holds_the_laptop(database: Database) -> None:
    reference = fill(database, BY)
    with database.write() as session:
        loans.reserve(session, BY, reference, 1, "LAP-01")
        laptops.doubt_key(session, BY, "LAP-01", "SHA256:other")
    with database.read() as session:
        assert loans.open_loans(session) == []


@pytest.mark.parametrize("failed", [(), ("firewall", "accounts")])
@pytest.mark.parametrize("state", [DeviceState.READY, DeviceState.ON_LOAN])
def test_only_a_laptop_that_waits_and_is_not_clean_is_set_apart(
    database: Database, state: DeviceState, failed: tuple[str, ...]
) -> None:
    tag = stored(database, state)
    with database.write() as session:
        device = rechecking.mark(session, BY, tag, failed)
    apart = bool(failed) and state is DeviceState.READY
    assert device.state is (DeviceState.QUARANTINED if apart else state)
    with database.read() as session:
        reasons = [line.data["reason"] for line in journal.tail(session)]
    assert reasons == (["clean-state report: firewall, accounts"] if apart else [])


@pytest.mark.parametrize("state", [DeviceState.QUARANTINED, DeviceState.BROKEN])
def test_a_wiped_laptop_forgets_its_persons_password_and_nothing_else(
    database: Database, state: DeviceState
) -> None:
    tag = stored(database, state)
    recipients = [str(pyrage.x25519.Identity.generate().to_public())]
    with database.write() as session:
        for name in (SEAT_PASSWORD, secrets.pending(SEAT_PASSWORD), ADMIN_PASSWORD):
            secrets.seal(session, BY, tag, name, "bcde", recipients=recipients)
        examinations.keep(session, BY, tag, Examination.WIPE, {"wiped": True})
        device = releasing.mark(session, BY, tag)
    # What somebody wrote down while it was erased stays.
    wiped = state is DeviceState.QUARANTINED
    assert device.state is (DeviceState.WIPED if wiped else state)
    with database.read() as session:
        assert secrets.sealed(session, tag, SEAT_PASSWORD) is None
        assert secrets.sealed(session, tag, secrets.pending(SEAT_PASSWORD)) is None
        assert secrets.sealed(session, tag, ADMIN_PASSWORD) is not None
        kinds = [line.kind for line in journal.tail(session)]
    assert kinds[-2 - wiped : len(kinds) - wiped] == ["secret.forgotten", "secret.forgotten"]


def test_a_wipe_from_before_the_quarantine_wipes_nothing(database: Database) -> None:
    tag = stored(database, DeviceState.QUARANTINED)
    earlier = replace(BY, at=BY.at - timedelta(minutes=1))
    with database.write() as session:
        examinations.keep(session, earlier, tag, Examination.WIPE, {"wiped": True})
    with pytest.raises(IllegalMove, match="nothing proves"), database.write() as session:
        releasing.mark(session, BY, tag)


@pytest.mark.parametrize(
    ("recorded", "seen", "kind", "other"),
    [
        ("PF1", Condition(serial="PF1"), "", None),
        ("PF1", Condition(serial="pf1"), "", None),
        ("PF1", Condition(serial="PF2"), "conflict", "PF2"),
        ("PF1", Condition(serial="7E123456"), "conflict", "7E123456"),
        ("PF1", Condition(serial="To be filled by O.E.M."), "", None),
        ("PF1", Condition(), "", None),
        (None, Condition(serial="PF2"), "", None),
        ("PF1", KeyChanged("SHA256:x"), "host-key-changed", None),
        ("PF1", KeyMatches(), "", None),
        ("PF1", NotLetIn("no"), "workstation", None),
        ("PF1", NoAnswer("no"), "workstation-unreachable", None),
    ],
)
def test_what_a_look_means(recorded: str | None, seen: Sight, kind: str, other: str | None) -> None:
    device = Device(**laptop(1).model_dump() | {"serial": recorded})
    finding = Finding(Spot(device.tag, "192.0.2.1", "ssh-ed25519 1"), seen, 0.1)
    assert probing.kind_of(device, finding) == kind
    assert probing.other_serial(device, finding) == other


@pytest.mark.parametrize(
    ("machine", "typed", "model", "told"),
    [
        (("PF1", "LENOVO", "20XW"), {}, None, {"serial": "PF1", "model": "LENOVO 20XW"}),
        (("PF1", "LENOVO", "20XW"), {"serial": "PF1"}, "X1", {"serial": "PF1"}),
        (("PF1", "LENOVO", "20XW"), {"serial": "pf1"}, "X1", {"serial": "PF1"}),
        (("PF1", "LENOVO", "20XW"), {}, "", {"serial": "PF1", "model": "LENOVO 20XW"}),
        (("Default string", "To be filled by O.E.M.", "B13"), {"serial": "L7"}, None, {"model": "B13"}),
        (("", "", ""), {}, None, {}),
        (("PF\x1b[31m1", "", ""), {}, None, {"serial": "PF[31m1"}),
    ],
)
def test_a_laptop_tells_its_serial_and_model_but_no_placeholder(
    machine: tuple[str, str, str], typed: dict[str, str], model: str | None, told: dict[str, str]
) -> None:
    known = None if model is None else Device(**laptop(1).model_dump() | {"model": model})
    said = dict(zip(("product_serial", "sys_vendor", "product_name"), machine, strict=True))
    assert enrolling.told_by(said, typed, known) == told


def test_a_laptop_with_another_serial_than_was_typed_is_refused() -> None:
    said = {"product_serial": "PF2", "sys_vendor": "", "product_name": ""}
    with pytest.raises(IllegalMove, match="PF2, not PF1; nothing was changed"):
        enrolling.told_by(said, {"serial": "PF1"}, None)
