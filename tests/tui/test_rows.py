"""What a table shows, as values."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.widgets.rows import Column, Row, Rows, changed, fit, widths
from tui.words import Word

_WINDOWS = st.builds(
    lambda first, texts: Rows(tuple(Row(str(first + i), (Word(t),)) for i, t in enumerate(texts)), first, 50),
    st.integers(0, 20),
    st.lists(st.sampled_from("abc"), max_size=20),
)


@given(before=_WINDOWS, after=_WINDOWS)
def test_redrawing_the_changed_lines_turns_one_window_into_the_other(before: Rows, after: Rows) -> None:
    drawn = {position: before.at(position) for position in range(50)}
    drawn |= {position: after.at(position) for position in changed(before, after)}
    assert drawn == {position: after.at(position) for position in range(50)}


@given(rows=_WINDOWS)
def test_nothing_is_redrawn_where_nothing_changed(rows: Rows) -> None:
    assert changed(rows, rows) == set()


@given(text=st.text(), width=st.integers(0, 40), right=st.booleans())
def test_a_cell_is_exactly_as_wide_as_its_column(text: str, width: int, right: bool) -> None:
    assert cell_len(fit(text, width, right=right)) == width


def test_what_is_cut_off_is_shown_by_an_ellipsis() -> None:
    assert fit("Châteauneuf-les-Martigues", 12) == "Châteauneuf…"


def test_a_column_hides_in_a_narrow_table_and_the_flexible_one_takes_what_is_left() -> None:
    columns = (Column("a", 10), Column("b"), Column("c", 20, from_room=100))
    assert widths(columns, 80) == [(0, 10), (1, 69)]
    assert widths(columns, 118) == [(0, 10), (1, 86), (2, 20)]


def test_columns_give_way_where_little_would_be_left_to_share() -> None:
    columns = (Column("a"), *(Column("b", 11, tight=10) for _n in range(6)))
    assert widths(columns, 92) == [(0, 20), *((n, 11) for n in range(1, 7))]
    assert widths(columns, 78) == [(0, 12), *((n, 10) for n in range(1, 7))]


def test_a_window_knows_what_it_holds_and_what_lies_outside() -> None:
    rows = Rows((Row("x", ()), Row("y", ())), first=3, total=5)
    assert rows.position("y") == 4
    assert rows.position("z") is None
    assert rows.at(2) is None
    assert rows.covers(3, 9)
    assert not rows.covers(2, 4)
