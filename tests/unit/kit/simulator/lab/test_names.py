"""Names and addresses follow from the lab's name, network and the laptop's number."""

from hypothesis import given
from hypothesis import strategies as st

from kit.simulator.lab.names import MOST_LAPTOPS, Names

LAB_NAMES = st.from_regex(r"[a-z][a-z0-9]{0,7}", fullmatch=True)
NUMBERS = st.integers(1, MOST_LAPTOPS)


def test_the_first_laptop_of_the_default_lab() -> None:
    names = Names("cklab", "10.77.0")
    slot = names.slot(1)

    assert names.bridge == "cklab0"
    assert str(names.gateway) == "10.77.0.1"
    assert names.hardware_address == "02:6b:0a:4d:00:01"
    assert (slot.tag, slot.name, str(slot.address)) == ("LT-0001", "lt-0001", "10.77.0.11")
    assert (slot.namespace, slot.port) == ("cklab-lt-0001", "cklabv1")
    assert slot.serial == "CKLAB000001"


@given(LAB_NAMES, NUMBERS)
def test_every_interface_name_fits_the_kernel(name: str, number: int) -> None:
    names = Names(name, "10.1.2")

    assert len(names.bridge) < 16
    assert len(names.slot(number).port) < 16
    assert names.slot(number).address in names.subnet
    assert names.slot(number).address != names.gateway


@given(LAB_NAMES, st.sets(NUMBERS, min_size=2))
def test_no_two_laptops_share_anything(name: str, numbers: set[int]) -> None:
    slots = [Names(name, "10.1.2").slot(number) for number in numbers]

    for what in ("tag", "name", "address", "namespace", "port", "serial"):
        assert len({getattr(slot, what) for slot in slots}) == len(slots)


@given(LAB_NAMES, NUMBERS)
def test_a_laptop_is_found_again_by_tag_and_by_namespace(name: str, number: int) -> None:
    names = Names(name, "10.1.2")
    slot = names.slot(number)

    assert names.tagged(slot.tag) == slot
    assert names.tagged(slot.namespace) == slot


def test_what_belongs_to_another_lab_is_not_taken_for_ours() -> None:
    names = Names("lab", "10.1.2")

    assert names.tagged("lab2-lt-0001") is None
    assert names.tagged("LT-0000") is None
    assert names.tagged("LT-0201") is None
    assert names.tagged("LT-1") is None
