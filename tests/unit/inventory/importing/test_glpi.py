"""What GLPI's agent found is read as facts, and nothing that it says can break the reader."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.importing.glpi import BadInventory, Battery, Disk, MachineFacts, read_inventory
from tests.unit.inventory.samples import HOST_KEYS

#: As the agent writes it (inventory.schema.json of glpi-project/inventory_format), with invented values.
LAPTOP: dict[str, Any] = {
    "action": "inventory",
    "deviceid": "essai-2026-11-20-03-15-00",
    "itemtype": "Computer",
    "content": {
        "versionclient": "GLPI-Agent_v1.16",
        "bios": {
            "smanufacturer": "Essai SA",
            "smodel": "Portable 14",
            "ssn": "PF1ESSAI",
            "assettag": "lap-01",
            "enclosureserial": "CASE1",
        },
        "hardware": {"name": "essai-01", "memory": 15_900, "chassis_type": "Laptop"},
        "operatingsystem": {
            "full_name": "Debian GNU/Linux 13 (trixie)",
            "kernel_version": "6.12.0",
            "ssh_key": f"{HOST_KEYS[0]} root@essai",
        },
        "storages": [
            {"model": "NVMe 512", "name": "nvme0n1", "serial": "D1", "disksize": 512_110},
            {"name": "sr0", "type": "cdrom"},
        ],
        "batteries": [{"name": "B14", "serial": "0000", "capacity": 57_000, "real_capacity": "42750"}],
        "simcards": [{"iccid": "8933150319031901230"}, {"iccid": "12"}],
    },
}


def given_as(inventory: Any) -> bytes:
    return json.dumps(inventory).encode()


def changed(**parts: Any) -> bytes:
    return given_as({**LAPTOP, "content": {**LAPTOP["content"], **parts}})


def test_a_laptop_is_read_with_its_disks_and_battery() -> None:
    facts = read_inventory(given_as(LAPTOP))
    assert facts == MachineFacts(
        serial="PF1ESSAI",
        asset_tag="LAP-01",
        manufacturer="Essai SA",
        model="Portable 14",
        host_name="essai-01",
        os="Debian GNU/Linux 13 (trixie)",
        kernel="6.12.0",
        memory_mb=15_900,
        disks=(Disk("NVMe 512", "D1", 512_110),),
        batteries=(Battery("B14", None, 57_000, 42_750),),
        host_key=HOST_KEYS[0],
        iccids=("8933150319031901230",),
        agent="GLPI-Agent_v1.16",
    )
    assert facts.batteries[0].health == 0.75


@pytest.mark.parametrize(
    ("bios", "serial", "tag"),
    [
        ({"ssn": "To be filled by O.E.M.", "enclosureserial": "CASE1"}, "CASE1", None),
        ({"ssn": "Default string", "assettag": "LAP-2"}, None, "LAP-2"),
        ({"ssn": "PF1", "assettag": "No Asset Tag"}, "PF1", None),
        ({"ssn": "PF1", "assettag": "0000000000"}, "PF1", None),
    ],
)
def test_placeholders_are_none(bios: dict[str, str], serial: str | None, tag: str | None) -> None:
    facts = read_inventory(changed(bios=bios))
    assert (facts.serial, facts.asset_tag) == (serial, tag)


@pytest.mark.parametrize(
    ("battery", "health"),
    [
        ({"capacity": 0, "real_capacity": 5}, None),
        ({"capacity": 5}, None),
        ({"capacity": 5, "real_capacity": 6}, 1.0),
    ],
)
def test_the_health_of_a_battery_is_known_or_not(battery: dict[str, int], health: float | None) -> None:
    assert read_inventory(changed(batteries=[battery])).batteries[0].health == health


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<?xml version='1.0'?><REQUEST/>", "no JSON"),
        (b"\xff\xfe\x00", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "no content"),
        (given_as({"content": {}}), "no device id"),
        (changed(bios={"ssn": "keine"}), "neither a serial nor an asset tag"),
    ],
)
def test_what_is_no_inventory_is_refused_with_the_reason(content: bytes, said: str) -> None:
    with pytest.raises(BadInventory, match=said):
        read_inventory(content)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
PARTS = ("hardware", "operatingsystem", "storages", "batteries", "simcards", "versionclient")
FIELDS = ("name", "memory", "ssh_key", "disksize", "capacity", "real_capacity", "serial", "iccid", "model")


@given(
    st.dictionaries(
        st.sampled_from(PARTS),
        values
        | st.dictionaries(st.sampled_from(FIELDS), values)
        | st.lists(st.dictionaries(st.sampled_from(FIELDS), values), max_size=2),
    )
)
def test_whatever_the_parts_hold_the_serial_is_read(parts: dict[str, Any]) -> None:
    assert read_inventory(changed(**parts)).serial == "PF1ESSAI"
