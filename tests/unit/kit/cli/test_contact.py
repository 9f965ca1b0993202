"""`kit contact`, as typed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from typer.testing import Result

SET = ("contact", "set", "aubagne", "correspondent", "--name")
PHONE = ("--phone", "01 99 00 12 34")


def test_a_contact_is_set_confirmed_listed_and_ended(
    kit: Callable[..., Result], kit_json: Callable[..., Any]
) -> None:
    first = kit_json(*SET, "Camille Exemple", *PHONE, "--email", "camille@ville.example")
    assert (first["commune"], first["phone"], first["deputy"]) == ("Aubagne", "+33199001234", False)
    kit_json(*SET, "Alix Exemple", *PHONE, "--deputy")
    kit_json(*SET, "Dominique Exemple", *PHONE)
    assert [row["name"] for row in kit_json("contact", "list", "aubagne")] == [
        "Dominique Exemple",
        "Alix Exemple",
    ]
    assert len(kit_json("contact", "list", "aubagne", "--history")) == 3
    assert len(kit_json("contact", "confirm", "aubagne")) == 2
    assert "Alix Exemple" in kit("contact", "confirm", "aubagne", "correspondent").stdout
    left = ("contact", "end", "aubagne", "correspondent", "--deputy", "--reason", "left")
    assert kit_json(*left)["name"] == "Alix Exemple"
    assert [row["name"] for row in kit_json("contact", "list")] == ["Dominique Exemple"]


def test_the_lender_has_contacts_too(kit_json: Callable[..., Any]) -> None:
    kit_json("contact", "set", "lender", "correspondent", "--name", "Camille", *PHONE)
    assert [row["commune"] for row in kit_json("contact", "list", "lender")] == ["lender"]


def test_what_cannot_be_is_refused(kit: Callable[..., Result]) -> None:
    assert kit(*SET, "Camille", "--phone", "12").exit_code == 3
    assert kit("contact", "set", "aubagne", "mayor", "--name", "Camille", *PHONE).exit_code == 4
    assert kit("contact", "set", "aubagne", "", "--name", "Camille", *PHONE).exit_code == 3
    assert kit("contact", "confirm", "aubagne").exit_code == 4


def test_opening_a_crisis_says_whom_to_call_back(kit: Callable[..., Result], tmp_path: Path) -> None:
    seats = tmp_path / "seats.csv"
    seats.write_text("nom;prénom;service;téléphone\nExemple;Alix;Mairie;\n")
    kit("convention", "add", "aubagne", "--template", "amp_cyber", "--notified", "2024-03-15")
    opening = ("crisis", "open", "aubagne", "--seats", str(seats))
    assert "no number is registered" in kit(*opening).stderr
    kit(*SET, "Camille Exemple", *PHONE)
    kit(*SET, "Dominique Exemple", "--phone", "01 99 00 12 35", "--deputy")
    assert "Camille Exemple, +33199001234; Dominique Exemple, +33199001235" in kit(*opening).stderr
    assert "Camille" not in kit(*opening, "--called-back-by", "Alix").stderr
