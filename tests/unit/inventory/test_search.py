"""One field finds a device by what is on it, where it is, and who holds it."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text
from sqlmodel import Session

from inventory import communes, crates, devices, loans, search
from inventory.crates import put_in
from inventory.crisis_records import Seat
from inventory.database import Database
from inventory.devices import Device, DeviceKind, DeviceState
from inventory.journal import Stamp
from inventory.search import Holder
from inventory.search_terms import parse
from inventory.text import unaccented
from tests.unit.inventory.samples import NOW, fill, laptop

CRISIS = "13005-2026-01"


def stock(database: Database, by: Stamp) -> None:
    """LAP-01 to LAP-03, of which the first is held in Aubagne; a phone, a SIM, a router; a crate."""
    fill(database, by)
    with database.write() as session:
        for number, place in ((1, "Salle 3 – Église"), (2, "Salle 12"), (3, "Saint-Cannat, 100 %")):
            device = devices.get(session, f"LAP-{number:02d}")
            device.model, device.serial, device.place = "Latitude 5450", f"SN_{number}X", place
        session.add_all(
            [
                Device(
                    tag="TEL-01",
                    kind=DeviceKind.PHONE,
                    state=DeviceState.READY,
                    model="Fairphone 5 d’Œuvre",
                    imei="490154203237518",
                    imei2="356944000000009",
                    place="Armoire A",
                    state_since=NOW,
                ),
                Device(
                    tag="SIM-01",
                    kind=DeviceKind.SIM,
                    iccid="8933150319031901230",
                    number="+33639981234",
                    place="Armoire A",
                    state_since=NOW,
                ),
                Device(
                    tag="RTR-01", kind=DeviceKind.ROUTER, model="R&D", imei="358473090000012", state_since=NOW
                ),
            ]
        )
        crate = crates.make(session, by, "CAI-07", place="Réserve", pattern={"router": 1})
        put_in(session, by, crate, "RTR-01")
        seat = session.get_one(Seat, (CRISIS, 1))
        seat.first_name, seat.last_name = "Zoé", "Témoin"
        loans.reserve(session, by, CRISIS, 1, "LAP-01")


def tags(session: Session, typed: str) -> list[str]:
    return [device.tag for device in search.find(session, parse(typed)).devices]


LAPTOPS = ["LAP-01", "LAP-02", "LAP-03"]
EVERYTHING = [*LAPTOPS, "RTR-01", "SIM-01", "TEL-01"]

SEARCHES: list[tuple[str, list[str]]] = [
    ("", EVERYTHING),
    # tag, serial, model
    ("lap-02", ["LAP-02"]),
    ("LAP", LAPTOPS),
    ("sn_1x", ["LAP-01"]),
    ("latitude 5450", LAPTOPS),
    ("oeuvre", ["TEL-01"]),
    ("r&d", ["RTR-01"]),
    # IMEI, ICCID, number
    ("490154203237518", ["TEL-01"]),
    ("35-694400-0000009", ["TEL-01"]),
    ("89331 5031903 1901230", ["SIM-01"]),
    ("06 39 98", ["SIM-01"]),
    ("06.39.98.12.34", ["SIM-01"]),
    ("0639981234", ["SIM-01"]),
    ("+33639", ["SIM-01"]),
    ("+33 (0)6 39", ["SIM-01"]),
    ("00336 39", ["SIM-01"]),
    ("39 98 12", ["SIM-01"]),
    ("06 39 97", []),
    # place, crate
    ("eglise", ["LAP-01"]),
    ("ÉGLISE SALLE", ["LAP-01"]),
    ('"salle 3 eglise"', ["LAP-01"]),
    ('"salle 3 - église"', ["LAP-01"]),
    ("st cannat", ["LAP-03"]),
    ("100 %", ["LAP-03"]),
    ("100%", []),
    ("_", ["LAP-01", "LAP-02", "LAP-03"]),
    ("cai-07", ["RTR-01"]),
    ("reserve", ["LAP-01", "RTR-01"]),
    # kind and state, in the words that people see
    ("router", ["RTR-01"]),
    ("card", ["SIM-01"]),
    ("ready", ["TEL-01"]),
    ("stock laptop", ["LAP-02", "LAP-03"]),
    ("in_stock laptop", ["LAP-02", "LAP-03"]),
    # who holds it
    ("temoin", ["LAP-01"]),
    ("aubagne", ["LAP-01"]),
    ("13005", ["LAP-01"]),
    ("2026-01", ["LAP-01"]),
    # keys
    ("place:salle", ["LAP-01", "LAP-02"]),
    ('place:"salle 3"', ["LAP-01"]),
    ("place:latitude", []),
    ("model:latitude kind:laptop state:in_stock", ["LAP-02", "LAP-03"]),
    ("lieu:armoire état:ready", ["TEL-01"]),
    ("imei:3569", ["TEL-01"]),
    ("imei:358473090000012", ["RTR-01"]),
    ("imei:8933", []),
    ("iccid:8933", ["SIM-01"]),
    ("number:06", ["SIM-01"]),
    ('number:"06 39 98"', ["SIM-01"]),
    ("number:4901", []),
    ("serial:sn_2", ["LAP-02"]),
    ("serial:lap", []),
    ("tag:01", ["LAP-01", "RTR-01", "SIM-01", "TEL-01"]),
    ("crate:cai", ["RTR-01"]),
    ("person:zoe", ["LAP-01"]),
    ('person:"Témoin Zoé"', ["LAP-01"]),
    ("commune:13005 commune:aubagne", ["LAP-01"]),
    ("crisis:13005-2026", ["LAP-01"]),
    ("commune:marseille", []),
    # exclusion
    ("laptop -salle", ["LAP-03"]),
    ("-kind:laptop -kind:sim", ["RTR-01", "TEL-01"]),
    ("-commune:aubagne kind:laptop", ["LAP-02", "LAP-03"]),
    ("-06 -lap", ["RTR-01", "TEL-01"]),
    ("nothing of that", []),
]


def test_one_field_finds_a_device_by_everything(either_database: Database, by: Stamp) -> None:
    stock(either_database, by)
    with either_database.read() as session:
        assert {typed: tags(session, typed) for typed, _expected in SEARCHES} == dict(SEARCHES)
        assert {typed: search.count(session, parse(typed)) for typed, _expected in SEARCHES} == {
            typed: len(expected) for typed, expected in SEARCHES
        }


def test_every_change_is_found_at_once(either_database: Database, by: Stamp) -> None:
    stock(either_database, by)
    with either_database.write() as session:
        (loan,) = loans.open_loans(session, device="LAP-01")
        loans.end(session, by, loan, "given back")
        assert tags(session, "temoin") == tags(session, "state:reserved") == []
        later = loans.reserve(session, by, CRISIS, 2, "LAP-01")
        assert tags(session, "temoin") == []
        assert tags(session, "person:camille") == ["LAP-01"]
        session.get_one(Seat, (CRISIS, 2)).first_name = "Éloïse"
        communes.find(session, "13005").name = "Aubagne-en-Provence"
        assert tags(session, "eloise commune:en-provence") == [later.device_tag]
        crates.take_out(session, by, "RTR-01", place="Atelier")
        assert tags(session, "cai-07") == []
        assert tags(session, "lieu:atelier") == ["RTR-01"]
        device = devices.get(session, "SIM-01")
        device.number, device.note = "+33639985678", "Not looked through"
        assert tags(session, "06 39 98 12") == tags(session, "looked") == []
        assert tags(session, "06 39 98 56") == ["SIM-01"]


def test_the_lines_are_what_they_would_be_if_made_now(either_database: Database, by: Stamp) -> None:
    stock(either_database, by)
    with either_database.write() as session:
        crates.take_out(session, by, "RTR-01")
        devices.move(session, by, devices.get(session, "TEL-01"), DeviceState.LOST, reason="test")
        loans.set_apart(session, by, "LAP-01", "test")
    with either_database.read() as session:
        kept = session.execute(text("SELECT * FROM searchable ORDER BY tag")).all()
        assert kept == session.execute(text("SELECT * FROM searching ORDER BY tag")).all()
        assert len(kept) == len(EVERYTHING)


def test_windows_side_by_side_make_the_whole_and_count_once(either_database: Database, by: Stamp) -> None:
    with either_database.write() as session:
        session.add_all(laptop(number) for number in range(1, 13))
    with either_database.read() as session:
        query = parse("laptop -lap-10")
        whole = search.find(session, query)
        statements: list[str] = []
        event.listen(session.connection(), "before_cursor_execute", lambda *call: statements.append(call[2]))
        assert whole.total == len(whole.devices) == 11
        first = search.find(session, query, limit=5)
        assert (first.total, len(statements)) == (11, 2)
        rest = [search.find(session, query, first=at, limit=5, total=first.total) for at in (5, 10, 15)]
        assert len(statements) == 5
        assert [*first.devices, *(d for part in rest for d in part.devices)] == whole.devices
        assert {part.total for part in rest} == {11}
        assert search.find(session, query, first=10, limit=5).total == 11
        assert len(statements) == 6
        assert search.find(session, query, first=15, limit=5).total == 11


def test_holders_are_told_with_their_names(either_database: Database, by: Stamp) -> None:
    stock(either_database, by)
    holder = Holder(CRISIS, 1, "Zoé Témoin")
    with either_database.read() as session:
        assert search.holders(session) == search.holders(session, EVERYTHING) == {"LAP-01": holder}
        assert search.holders(session, ["LAP-02"]) == {}


LATIN = st.text(st.characters(max_codepoint=0x24F, exclude_categories=["C"]) | st.sampled_from("’–— -'"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=50)
@given(said=LATIN)
def test_both_data_bases_fold_as_the_program_does(either_database: Database, said: str) -> None:
    with either_database.read() as session:
        assert session.scalar(text("SELECT kit_fold(:said)"), {"said": said}) == unaccented(said)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=50)
@given(place=LATIN.filter(str.strip), data=st.data())
def test_a_place_is_found_by_any_part_of_it(database: Database, place: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(place) - 1))
    part = place[start : data.draw(st.integers(start + 1, len(place)))].replace('"', "")
    with database.write() as session:
        device = laptop(1)
        device.place = place.replace('"', "")
        session.add(device)
        session.flush()
        assert tags(session, f'place:"{part}"') == ["LAP-01"]
        assert tags(session, f'"{part}"') == ["LAP-01"]
        session.rollback()
