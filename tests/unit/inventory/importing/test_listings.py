"""JSON lists are tables too, and every refusal names the line."""

from pathlib import Path

import pytest

from inventory.errors import BadRows
from inventory.importing.tables import ColumnSpec, read_table

COLUMNS = (ColumnSpec("name", ("name",), required=True), ColumnSpec("place", ("place",)))


def test_objects_are_rows_with_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "pool.JSON"
    file.write_text(
        '\ufeff[\n{"name": "Zoé", "n": 1},\n\n{"place": null,\n "name": "a, [b]\\n"}, {"name": true}\n]\n'
    )
    table = read_table(file, COLUMNS)
    assert [(row.line, row.cells) for row in table.rows] == [
        (2, {"name": "Zoé", "place": ""}),
        (4, {"name": "a, [b]", "place": ""}),
        (5, {"name": "true", "place": ""}),
    ]
    assert table.ignored == ("n",)


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        ('[\n{"name": 1},\n{"name" 2}]', 3, "is no JSON"),
        ('[{"name": 1}', 1, "is no JSON"),
        ('{"name": "a"}', 1, "is no object with plain values"),
        ('[{"name": "a"},\n3]', 2, "is no object with plain values"),
        ('[{"name": "a"},\n\n{"name": ["a"]}]', 3, "is no object with plain values"),
        ("[[1, 2]]", 1, "is no object with plain values"),
        ("[" * 100_000, 1, "is not a text file"),
        ("[]", 1, "the column “name” is missing"),
    ],
)
def test_what_is_no_list_of_objects_is_refused_with_its_line(
    tmp_path: Path, content: str, line: int, said: str
) -> None:
    file = tmp_path / "pool.json"
    file.write_text(content)
    with pytest.raises(BadRows) as caught:
        read_table(file, COLUMNS)
    assert caught.value.rows[0][0] == line
    assert said in caught.value.rows[0][1]
