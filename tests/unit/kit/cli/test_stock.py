"""`kit stock`, as typed."""

from collections.abc import Callable
from typing import Any

from typer.testing import Result

BUY = ("--reason", "bought")


def test_supplies_come_go_and_are_listed_under_one_name(
    kit: Callable[..., Result], kit_json: Callable[..., Any]
) -> None:
    kit_json("stock", "in", "Câble USB-C", "5", "--place", "Réserve A", *BUY)
    assert kit_json("stock", "in", "cable usb c", "1", "--place", "reserve a", *BUY) == {
        "item": "Câble USB-C",
        "place": "Réserve A",
        "count": 6,
    }
    assert "4" in kit("stock", "out", "Câble USB-C", "2", "--place", "Réserve A", "--reason", "seat 4").stdout
    moved = kit_json("stock", "move", "Câble USB-C", "1", "--from", "Réserve A", "--to", "Réserve B")
    assert moved["count"] == 1
    assert [(row["place"], row["count"]) for row in kit_json("stock", "list")] == [
        ("Réserve A", 3),
        ("Réserve B", 1),
    ]
    assert kit_json("stock", "list", "--place", "réserve b", "--item", "câble usb-c") == [moved]


def test_more_than_there_is_is_refused_with_the_exit_code_of_a_shortage(
    kit: Callable[..., Result], kit_json: Callable[..., Any]
) -> None:
    kit_json("stock", "in", "Bag", "1", "--place", "Room", *BUY)
    refused = kit("stock", "out", "Bag", "2", "--place", "Room", "--reason", "test")
    assert refused.exit_code == 6
    assert "Room has 1 of Bag, not 2" in refused.stderr
    assert kit("stock", "out", "Bag", "0", "--place", "Room", "--reason", "test").exit_code == 2
    assert kit("stock", "in", " ", "1", "--place", "Room", *BUY).exit_code == 3
