"""A seats file names people as French town halls write them."""

from pathlib import Path

import pytest

from inventory.crises import Seat, SeatEntry
from inventory.errors import BadRows
from inventory.importing.seats import MAX_SEATS, read_seats

HEADER = "nom,prénom,service,téléphone,contact\n"


def read(tmp_path: Path, content: str) -> tuple[SeatEntry, ...]:
    file = tmp_path / "seats.csv"
    file.write_text(content, "utf-8")
    return read_seats(file)


def refusal(tmp_path: Path, content: str) -> list[tuple[int, str]]:
    with pytest.raises(BadRows) as caught:
        read(tmp_path, content)
    return list(caught.value.rows)


def test_seats_are_numbered_in_the_order_of_the_file(tmp_path: Path) -> None:
    content = HEADER + "Exemple,Camille,État civil,oui,06 12 34 56 78\nEssai,Dominique,CCAS,non,\n"
    assert read(tmp_path, content) == (
        SeatEntry(1, "Camille", "Exemple", "État civil", True, "+33612345678"),
        SeatEntry(2, "Dominique", "Essai", "CCAS", False, ""),
    )


@pytest.mark.parametrize(
    "name",
    ["Éloïse", "Jean-Éric", "D'Œuvre", "L’Haÿ", "de la Fontaine", "Ngọc", "Le-Goff", "St. Clair", "Ñuñez"],
)
def test_names_of_every_kind_are_names(tmp_path: Path, name: str) -> None:
    (seat,) = read(tmp_path, HEADER + f"{name},{name},Mairie,x,\n")
    assert (seat.first_name, seat.last_name) == (name, name)


@pytest.mark.parametrize(
    ("word", "wants"),
    [
        *((word, True) for word in ("oui", "OUI", "yes", "x", "1", "vrai")),
        *((word, False) for word in ("non", "no", "0", "", "faux", "-")),
    ],
)
def test_a_phone_is_asked_for_with_yes_and_not_with_no(tmp_path: Path, word: str, wants: bool) -> None:
    (seat,) = read(tmp_path, HEADER + f"Exemple,Camille,Mairie,{word},\n")
    assert seat.wants_phone is wants


def test_headers_may_be_english(tmp_path: Path) -> None:
    (seat,) = read(tmp_path, "First name;Last name;Department;Phone\nCamille;Exemple;Mairie;yes\n")
    assert (seat.first_name, seat.last_name, seat.service, seat.wants_phone) == (
        "Camille",
        "Exemple",
        "Mairie",
        True,
    )


def test_every_bad_row_is_named(tmp_path: Path) -> None:
    content = HEADER + (
        "Exemple,Camille,Mairie,oui,\n"
        "Exemple2,Camille,Mairie,oui,\n"
        "=HYPERLINK(),Camille,Mairie,oui,\n"
        "Essai,,Mairie,oui,\n"
        "Essai,Dominique,,peut-être,\n"
        "EXEMPLE,camille,CCAS,non,\n"
        'Essai,"Domi\x07nique",Mairie,oui,\n'
        f"Essai,{'a' * 65},Mairie,oui,\n"
        "Essai,Alix,@Mairie,oui,12\n"
    )
    assert refusal(tmp_path, content) == [
        (3, "“Exemple2” is no name: letters, spaces, hyphens and apostrophes"),
        (4, "“=HYPERLINK()” begins like a spreadsheet formula"),
        (5, "has no first name or no last name"),
        (6, "has no service"),
        (6, "“peut-être” is neither yes nor no for the phone"),
        (7, "names the same person as line 2"),
        (8, "contains control characters"),
        (9, f"“{'a' * 65}” is longer than 64 characters"),
        (10, "12 is no telephone number"),
        (10, "“@Mairie” begins like a spreadsheet formula"),
    ]


@pytest.mark.parametrize("start", "=+-@")
def test_no_name_begins_like_a_formula(tmp_path: Path, start: str) -> None:
    ((line, reason),) = refusal(tmp_path, HEADER + f"Exemple,{start}Camille,Mairie,oui,\n")
    assert line == 2
    assert "formula" in reason


@pytest.mark.parametrize("column", ["prénom", "service", "téléphone"])
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    ((line, reason),) = refusal(tmp_path, HEADER.replace(column, "x", 1) + "a,b,c,,\n")
    assert (line, reason) == (1, f"the column “{column}” is missing")


def letters(number: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def test_a_crisis_has_500_seats_at_most(tmp_path: Path) -> None:
    people = [f"Exemple,{letters(number)},Mairie,oui,\n" for number in range(MAX_SEATS + 1)]
    assert len(read(tmp_path, HEADER + "".join(people[:-1]))) == MAX_SEATS
    ((line, reason),) = refusal(tmp_path, HEADER + "".join(people))
    assert line == MAX_SEATS + 2
    assert "500 seats at most" in reason


def seated(number: int, first_name: str, last_name: str, service: str) -> Seat:
    return Seat(
        crisis="13005-2026-01",
        number=number,
        first_name=first_name,
        last_name=last_name,
        service=service,
        wants_phone=False,
    )


def test_nobody_gets_a_second_seat_in_the_same_service(tmp_path: Path) -> None:
    file = tmp_path / "more.csv"
    file.write_text(
        HEADER + "Essai,Alix,CCAS,non,\n\nEXEMPLE,camille,etat civil,oui,\nEssai,Dominique,Mairie,non,\n",
        "utf-8",
    )
    there = [seated(3, "Camille", "Exemple", "État civil"), seated(4, "Dominique", "Essai", "CCAS")]
    with pytest.raises(BadRows) as caught:
        read_seats(file, there=there)
    # A homonym in another service is another person.
    assert caught.value.rows == ((4, "has seat 3 already"),)
    assert [seat.number for seat in read_seats(file, there=there[1:])] == [1, 2, 3]


def test_the_seats_that_are_there_count_towards_the_500(tmp_path: Path) -> None:
    file = tmp_path / "more.csv"
    file.write_text(HEADER + "Essai,Alix,CCAS,non,\nEssai,Dominique,CCAS,non,\n", "utf-8")
    there = [seated(n, "Camille", f"Exemple {letters(n)}", "Mairie") for n in range(1, MAX_SEATS)]
    with pytest.raises(BadRows) as caught:
        read_seats(file, there=there)
    ((line, reason),) = caught.value.rows
    assert line == 3
    assert "500 seats at most" in reason
    assert len(read_seats(file, there=there[1:])) == 2


def test_a_line_that_waits_for_its_names_is_refused_once(tmp_path: Path) -> None:
    content = HEADER + "Exemple,Camille,CCAS,oui,\n,,CCAS,oui,\n,,CCAS,non,\n"
    assert refusal(tmp_path, content) == [
        (3, "has no first name or no last name"),
        (4, "has no first name or no last name"),
    ]
