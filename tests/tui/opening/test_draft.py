"""What is said while a crisis is being opened, without a screen."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.crises import SeatEntry
from kit.app.sizing_facts import Decision, ServiceSize, Size
from tui.opening.draft import Draft, Step, lacks, matching, moment
from tui.picture import CommuneView

#: Without a zone, as T0 is typed.
NOW = datetime(2026, 3, 14, 3, 14, tzinfo=UTC).replace(tzinfo=None)
EVENING = NOW - timedelta(hours=5, minutes=14)
COMMUNES = [
    CommuneView("13005", "Aubagne", 47_000, lends=True, convention="active", contacts=()),
    CommuneView("13007", "Auriol", 12_000, lends=False, convention="no convention", contacts=()),
    CommuneView("13119", "Carnoux-en-Provence", 7_000, lends=False, convention="no convention", contacts=()),
    CommuneView("13001", "Aix-en-Provence", 147_000, lends=True, convention="active", contacts=()),
]
DRAFT = Draft(t0="03:00")
names = st.lists(st.sampled_from(["Ana", "Bo", "Cy", "Di"]), max_size=6)


def _seats(*first: str) -> tuple[SeatEntry, ...]:
    return tuple(
        SeatEntry(n, name, f"Modèle{'abcdef'[n - 1]}", "CCAS", False) for n, name in enumerate(first, 1)
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("au", ["Aubagne", "Auriol"]),
        ("13119", ["Carnoux-en-Provence"]),
        ("PROVENCE", ["Carnoux-en-Provence", "Aix-en-Provence"]),
        ("carnoux en", ["Carnoux-en-Provence"]),
        ("zz", []),
    ],
)
def test_letters_or_figures_find_communes(text: str, found: list[str]) -> None:
    assert [each.name for each in matching(COMMUNES, text)] == found


def test_names_that_begin_so_stand_before_those_that_contain_it() -> None:
    assert [each.name for each in matching(COMMUNES, "a")][-1] == "Carnoux-en-Provence"


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("03:00", NOW.replace(minute=0)),
        ("23:40", EVENING + timedelta(hours=1, minutes=40)),
        ("2026-03-13 22:00", EVENING),
        ("13/03/2026 22:00", EVENING),
        (" 2026-03-13 22:00:07 ", EVENING + timedelta(seconds=7)),
    ],
)
def test_t0_is_typed_as_people_write_it(text: str, at: datetime) -> None:
    assert moment(text, NOW) == at


@pytest.mark.parametrize(("text", "why"), [("soon", "is no moment"), ("2026-03-15 10:00", "still to come")])
def test_a_t0_that_cannot_be_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        moment(text, NOW)
    assert why in lacks(Draft(t0=text, step=Step.CALL_BACK), COMMUNES, NOW)[0]


@given(st.times())
def test_a_time_alone_is_within_the_last_day(time: object) -> None:
    at = moment(f"{time:%H:%M}", NOW)
    assert NOW - timedelta(days=1) < at <= NOW


@given(names, st.data())
def test_seats_stay_numbered_from_one_whatever_is_removed(people: list[str], data: st.DataObject) -> None:
    draft = Draft(t0="", seats=_seats(*people))
    for left in range(len(people) - 1, -1, -1):
        draft = draft.without_seat(data.draw(st.integers(1, left + 1)))
        assert [seat.number for seat in draft.seats] == list(range(1, left + 1))


@given(names)
def test_a_seat_that_is_typed_again_takes_the_place_of_its_number(people: list[str]) -> None:
    draft = Draft(t0="", seats=_seats(*people))
    again = SeatEntry(1, "Zoé", "Essai", "CCAS", wants_phone=True)
    changed = draft.with_seat(again)
    assert changed.seats[0] == again
    assert changed.seats[1:] == draft.seats[1:]


def test_proposed_seats_come_after_those_there_phones_first() -> None:
    service = ServiceSize("CCAS", 3, 3, 2, 2, "", "", there=1, with_phone=1, decided=None)
    size = Size("Aubagne", 1, "", False, (service,), (), ())
    seats = Draft(t0="", seats=_seats("Ana")).with_proposed(size).seats
    assert [(seat.number, seat.service, seat.wants_phone) for seat in seats[1:]] == [
        (2, "CCAS", True),
        (3, "CCAS", False),
    ]


def test_another_commune_takes_away_what_was_true_of_the_one_before() -> None:
    decided = Decision("CCAS", 2, "Alix", "cold")
    before = Draft(
        "03:00", code="13005", called_on="1", called_by="Alix", forced_by="A", decisions=(decided,)
    )
    after = before.of("13007")
    assert (after.called_on, after.forced_by, after.decisions) == ("", "", ())
    assert after.called_by == "Alix"
    assert before.of("13005") == before


def test_the_last_decision_on_a_service_counts() -> None:
    first, last = Decision("CCAS", 2, "Alix", "cold"), Decision("CCAS", 3, "Alix", "colder")
    assert Draft("").with_decision(first).with_decision(last).decisions == (last,)


@pytest.mark.parametrize(
    ("draft", "told"),
    [
        (DRAFT, "Choose the commune"),
        (Draft("03:00", code="13007"), "somebody must answer for it"),
        (Draft("03:00", code="13007", forced_by="Alix"), "somebody must answer for it"),
        (Draft("03:00", step=Step.CALL_BACK, called_on="1"), "Say who called back"),
        (Draft("03:00", step=Step.SEATS), "Nobody is to be equipped"),
        (Draft("03:00", step=Step.SEATS, seats=(SeatEntry(1, "", "", "CCAS", False),)), "has no name yet"),
        (Draft("03:00", step=Step.SEATS, seats=_seats("4na")), "Seat 1 “4na” is no name"),
    ],
)
def test_a_step_says_what_it_lacks(draft: Draft, told: str) -> None:
    (why,) = lacks(draft, COMMUNES, NOW)
    assert told in why


@pytest.mark.parametrize(
    "draft",
    [
        Draft("03:00", code="13005"),
        Draft("03:00", code="13007", forced_by="Alix", forced_reason="flood"),
        Draft("03:00", step=Step.CALL_BACK),
        Draft("03:00", step=Step.CALL_BACK, called_on="1", called_by="Alix"),
        Draft("03:00", step=Step.SEATS, seats=_seats("Ana", "Bo")),
        Draft("03:00", step=Step.PLAN),
    ],
)
def test_a_step_that_has_everything_may_be_left(draft: Draft) -> None:
    assert not lacks(draft, COMMUNES, NOW)
