"""Terms, exits and deadlines of every template, on ordinary days and on those that calendars trip over."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory import conventions
from inventory.conventions import ConventionDates, ConventionStatus, Notice, NoticeKind, Reading, Side
from inventory.conventions.clocks import cure_end, exit_end, last_receipt
from inventory.conventions.deadlines import Deadline, DeadlineKind, deadlines, next_deadline
from inventory.conventions.months import later, latest_start
from inventory.conventions.template import Template
from inventory.conventions.terms import effect, term_on

DAY = timedelta(days=1)
TEMPLATES = conventions.templates()
days = st.dates(date(2020, 1, 1), date(2034, 1, 1))
notices = st.builds(
    Notice,
    st.sampled_from(NoticeKind),
    st.sampled_from(Side),
    days,
    st.none() | days,
    st.none() | days,
    st.none() | days,
)
some_dates = st.builds(
    ConventionDates,
    st.none() | days,
    st.none() | days,
    st.none() | days,
    st.sampled_from(Reading),
    st.lists(notices, max_size=3).map(tuple),
)
keys = st.sampled_from(sorted(TEMPLATES))


def since(template: Template, begins: date) -> ConventionDates:
    return ConventionDates(signed_on=begins, notified_on=begins)


def found(template: Template, dates: ConventionDates, today: date, kind: DeadlineKind) -> Deadline:
    (only,) = [each for each in deadlines(template, dates, today) if each.kind is kind]
    return only


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
    ],
)
def test_months_end_on_the_same_day_or_the_last(day: date, months: int, then: date) -> None:
    assert later(day, months) == then


@given(days, st.integers(1, 24))
def test_the_latest_start_is_the_latest(end: date, months: int) -> None:
    start = latest_start(end, months)
    assert later(start, months) <= end < later(start + DAY, months)


@pytest.mark.parametrize(
    ("key", "begins", "day", "number", "ends"),
    [
        ("amp_cyber", date(2026, 12, 31), date(2026, 12, 31), 1, date(2026, 12, 31)),
        ("amp_cyber", date(2026, 12, 31), date(2027, 1, 1), 2, date(2027, 12, 31)),
        ("amp_cyber", date(2026, 3, 15), date(2029, 6, 1), 4, date(2029, 12, 31)),
        ("lyon_gnm", date(2020, 2, 29), date(2021, 2, 28), 1, date(2021, 2, 28)),
        ("lyon_gnm", date(2020, 2, 29), date(2021, 3, 1), 2, date(2022, 2, 28)),
        ("lyon_gnm", date(2020, 2, 29), date(2024, 2, 29), 4, date(2024, 2, 29)),
        ("lyon_gnm", date(2022, 5, 31), date(2022, 5, 31), 1, date(2023, 5, 31)),
    ],
)
def test_the_term_of_a_day(key: str, begins: date, day: date, number: int, ends: date) -> None:
    term = term_on(TEMPLATES[key], begins, day)
    assert (term.number, term.ends) == (number, ends)
    assert term.begins <= day <= term.ends


@given(keys, days)
def test_terms_follow_each_other_without_a_gap(key: str, begins: date) -> None:
    template = TEMPLATES[key]
    terms = [term_on(template, begins, begins)]
    for _ in range(9):
        terms.append(term_on(template, begins, terms[-1].ends + DAY))
    assert terms[0].begins == begins
    assert [term.number for term in terms] == list(range(1, 11))
    assert all(second.begins == first.ends + DAY for first, second in pairwise(terms))


@given(keys, days, days, st.sampled_from(Side))
def test_the_last_day_of_receipt_is_the_last(key: str, begins: date, today: date, side: Side) -> None:
    template = TEMPLATES[key]
    dates = since(template, begins)
    term = term_on(template, begins, max(begins, today))
    received = last_receipt(template, dates, side, term.ends)
    if received is not None:
        in_time = exit_end(template, dates, side, received)
        too_late = exit_end(template, dates, side, received + DAY)
        assert in_time is not None
        assert too_late is not None
        assert in_time <= term.ends < too_late


@pytest.mark.parametrize(
    ("key", "side", "received", "ends"),
    [
        ("amp_cyber", Side.COMMUNE, date(2026, 12, 31), date(2027, 12, 31)),
        ("amp_cyber", Side.LENDER, date(2026, 9, 30), date(2026, 12, 31)),
        ("lyon_gnm", Side.COMMUNE, date(2020, 11, 29), date(2021, 2, 28)),
        ("lyon_gnm", Side.LENDER, date(2020, 6, 28), date(2021, 2, 28)),
        ("lyon_gnm", Side.LENDER, date(2020, 7, 1), date(2022, 2, 28)),
        ("moselle", Side.LENDER, date(2026, 6, 1), None),
        # The minimum year is not over: it is waited for.
        ("moselle", Side.COMMUNE, date(2020, 3, 1), date(2021, 2, 27)),
        ("moselle", Side.COMMUNE, date(2021, 12, 31), date(2022, 2, 28)),
    ],
)
def test_when_an_exit_takes_effect(key: str, side: Side, received: date, ends: date | None) -> None:
    begins = date(2020, 2, 28) if key == "moselle" else date(2020, 2, 29)
    assert exit_end(TEMPLATES[key], since(TEMPLATES[key], begins), side, received) == ends


def test_nobody_leaves_what_has_not_begun() -> None:
    template = TEMPLATES["amp_cyber"]
    assert exit_end(template, ConventionDates(), Side.COMMUNE, date(2026, 1, 1)) is None
    assert last_receipt(template, ConventionDates(), Side.COMMUNE, date(2026, 12, 31)) is None
    assert cure_end(TEMPLATES["moselle"], date(2026, 1, 1)) is None


def test_the_exit_window_warns_on_1_september_and_closes_on_30() -> None:
    template = TEMPLATES["amp_cyber"]
    dates = since(template, date(2026, 3, 15))
    told = found(template, dates, date(2026, 9, 30), DeadlineKind.LAST_RECEIPT)
    assert (told.on, told.warns_on, told.side) == (date(2026, 9, 30), date(2026, 9, 1), None)
    assert told.term_end == date(2026, 12, 31)
    closed = found(template, dates, date(2026, 10, 1), DeadlineKind.LAST_RECEIPT)
    assert closed.on == date(2027, 9, 30)
    assert found(template, dates, date(2026, 10, 1), DeadlineKind.RENEWAL).on == date(2027, 1, 1)


def test_sides_with_other_notices_have_their_own_window() -> None:
    template = TEMPLATES["lyon_gnm"]
    dates = since(template, date(2022, 1, 1))
    today = date(2022, 1, 2)
    windows = [each for each in deadlines(template, dates, today) if each.side is not None]
    assert [(each.side, each.on) for each in windows] == [
        (Side.LENDER, date(2022, 5, 1)),
        (Side.COMMUNE, date(2022, 10, 1)),
    ]


def test_a_running_exit_leaves_no_renewal_and_no_window() -> None:
    template = TEMPLATES["amp_cyber"]
    letter = Notice(NoticeKind.EXIT, Side.COMMUNE, date(2026, 9, 1), date(2026, 9, 3))
    dates = ConventionDates(notified_on=date(2026, 3, 15), notices=(letter,))
    (only,) = deadlines(template, dates, date(2026, 9, 4))
    assert (only.kind, only.on, only.side) == (DeadlineKind.EXIT, date(2026, 12, 31), Side.COMMUNE)
    assert conventions.status(template, dates, date(2027, 1, 1)) is ConventionStatus.ENDED


@pytest.mark.parametrize(
    ("settled", "ends"),
    [
        (None, date(2026, 8, 31)),
        (date(2026, 8, 31), date(2034, 3, 15)),
        # Cured too late: it had ended.
        (date(2026, 9, 1), date(2026, 8, 31)),
    ],
)
def test_a_breach_ends_it_unless_it_is_cured_in_time(settled: date | None, ends: date) -> None:
    template = TEMPLATES["amp_cyber"]
    letter = Notice(NoticeKind.BREACH, Side.LENDER, date(2026, 5, 30), date(2026, 5, 31), settled_on=settled)
    dates = ConventionDates(notified_on=date(2026, 3, 15), notices=(letter,))
    assert conventions.last_day(template, dates) == ends


def test_force_majeure_runs_to_its_threshold_and_ends_nothing_by_itself() -> None:
    template = TEMPLATES["amp_cyber"]
    event = Notice(NoticeKind.FORCE_MAJEURE, Side.COMMUNE, date(2026, 8, 31), since=date(2026, 8, 31))
    dates = ConventionDates(notified_on=date(2026, 3, 15), notices=(event,))
    told = found(template, dates, date(2026, 9, 1), DeadlineKind.FORCE_MAJEURE_THRESHOLD)
    assert told.on == date(2027, 2, 28)
    assert conventions.last_day(template, dates) == date(2034, 3, 15)


def test_a_draft_has_no_deadline_and_a_future_one_its_first_day() -> None:
    template = TEMPLATES["amp_cyber"]
    assert deadlines(template, ConventionDates(), date(2026, 1, 1)) == ()
    told = next_deadline(template, since(template, date(2026, 3, 15)), date(2026, 1, 1))
    assert told == Deadline(DeadlineKind.TAKES_EFFECT, date(2026, 3, 15))


@given(keys, some_dates, days)
def test_every_deadline_is_to_come_and_within_the_convention(
    key: str, dates: ConventionDates, today: date
) -> None:
    template = TEMPLATES[key]
    listed = deadlines(template, dates, today)
    last = conventions.last_day(template, dates)
    assert [each.on for each in listed] == sorted(each.on for each in listed)
    assert all(each.on >= today and (last is None or each.on <= last) for each in listed)
    assert all(each.warns_on <= each.on for each in listed)
    if conventions.status(template, dates, today) is ConventionStatus.ENDED:
        assert not listed
    elif last is not None and effect(template, dates) is not None:
        # Nobody expires silently: what ends it is among them.
        assert last in {each.on for each in listed}


@given(keys, some_dates, days, days)
def test_the_next_deadline_never_goes_back(
    key: str, dates: ConventionDates, first: date, second: date
) -> None:
    template = TEMPLATES[key]
    earlier, then = (next_deadline(template, dates, day) for day in sorted((first, second)))
    if earlier is not None and then is not None:
        assert earlier.on <= then.on


@given(keys, some_dates, days, days)
def test_a_status_never_goes_back_as_days_go_by(
    key: str, dates: ConventionDates, first: date, second: date
) -> None:
    order = list(ConventionStatus)
    earlier, then = (conventions.status(TEMPLATES[key], dates, day) for day in sorted((first, second)))
    assert order.index(earlier) <= order.index(then)
