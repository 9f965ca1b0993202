"""Reads what GLPI's agent found on a machine: its JSON inventory, as facts about one device. Pure.

Names and units are those of GLPI's inventory format (inventory.schema.json of glpi-project/inventory_format):
capacities of batteries in mWh, sizes of disks and memory in MB.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from gettext import gettext as _
from typing import Any

from inventory.errors import InventoryError
from inventory.importing import cells

#: An inventory with a long list of software has a few MiB.
MAX_BYTES = 64 * 1024 * 1024


class BadInventory(InventoryError, ValueError):
    """A file is no inventory of GLPI's agent, or nothing in it tells which machine it is about."""

    kind = "bad-input"


@dataclass(frozen=True)
class Disk:
    """A disk or a stick."""

    model: str
    serial: str | None
    size_mb: int


@dataclass(frozen=True)
class Battery:
    """A battery; capacities in mWh, as made and as it is now."""

    model: str
    serial: str | None
    design_mwh: int | None
    full_mwh: int | None

    @property
    def health(self) -> float | None:
        """What is left of its capacity, 1.0 as new; None where the agent could not tell."""
        if not self.design_mwh or self.full_mwh is None:
            return None
        return min(self.full_mwh / self.design_mwh, 1.0)


@dataclass(frozen=True)
class MachineFacts:
    """What the machine says of itself; "" or None for what the agent did not find.

    Attributes:
        serial: the maker's serial, or that of the case; None for a placeholder.
        asset_tag: what the firmware holds as asset tag. On phones it may be something else altogether.
        host_key: the OpenSSH public key that the agent found.
        iccids: of the SIMs in it, check digits checked.
    """

    serial: str | None
    asset_tag: str | None
    manufacturer: str
    model: str
    host_name: str
    os: str
    kernel: str
    memory_mb: int | None
    disks: tuple[Disk, ...]
    batteries: tuple[Battery, ...]
    host_key: str | None
    iccids: tuple[str, ...]
    agent: str


def read_inventory(content: bytes) -> MachineFacts:
    """The facts of one inventory file.

    Raises:
        BadInventory: it is something else, or has neither a serial nor an asset tag.
    """
    if len(content) > MAX_BYTES:
        raise _bad(_("it is larger than {limit} MiB").format(limit=MAX_BYTES // 1024**2))
    try:
        read = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as exc:
        raise _bad(_("it is no JSON")) from exc
    found = read.get("content") if isinstance(read, dict) else None
    if not isinstance(found, dict) or "deviceid" not in read:
        raise _bad(_("it has no content or no device id"))
    facts = _facts(found)
    if facts.serial is None and facts.asset_tag is None:
        raise _bad(_("the machine has neither a serial nor an asset tag"))
    return facts


def _facts(found: Mapping[str, Any]) -> MachineFacts:
    bios, system, hardware = (_part(found, name) for name in ("bios", "operatingsystem", "hardware"))
    return MachineFacts(
        serial=next((s for name in ("ssn", "enclosureserial") if (s := _serial(bios, name))), None),
        asset_tag=_checked(cells.tag, _serial(bios, "assettag") or ""),
        manufacturer=_text(bios, "smanufacturer") or _text(bios, "mmanufacturer"),
        model=_text(bios, "smodel") or _text(bios, "mmodel"),
        host_name=_text(hardware, "name"),
        os=_text(system, "full_name") or f"{_text(system, 'name')} {_text(system, 'version')}".strip(),
        kernel=_text(system, "kernel_version"),
        memory_mb=_number(hardware, "memory"),
        disks=tuple(
            Disk(_text(part, "model") or _text(part, "name"), _serial(part, "serial"), size)
            for part in _parts(found, "storages")
            # Readers of discs and cards have none.
            if (size := _number(part, "disksize"))
        ),
        batteries=tuple(
            Battery(
                _text(part, "name"),
                _serial(part, "serial"),
                _number(part, "capacity"),
                _number(part, "real_capacity"),
            )
            for part in _parts(found, "batteries")
        ),
        host_key=_checked(cells.host_key, _text(system, "ssh_key")),
        iccids=tuple(
            iccid
            for part in _parts(found, "simcards")
            if (iccid := _checked(cells.iccid, _text(part, "iccid") or _text(part, "serial")))
        ),
        agent=_text(found, "versionclient"),
    )


def _part(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = found.get(name)
    return part if isinstance(part, dict) else {}


def _parts(found: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    parts = found.get(name)
    return (part for part in (parts if isinstance(parts, list) else []) if isinstance(part, dict))


def _text(part: Mapping[str, Any], name: str) -> str:
    """A text in one line, without what no screen shows."""
    value = part.get(name)
    return " ".join("".join(c if c.isprintable() else " " for c in str(value or "")).split())


def _number(part: Mapping[str, Any], name: str) -> int | None:
    """A quantity; old agents write it as text. None where it is not known."""
    value = part.get(name)
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _serial(part: Mapping[str, Any], name: str) -> str | None:
    return _checked(cells.serial, _text(part, name))


def _checked(check: Callable[[str], str | None], text: str) -> str | None:
    """What a check makes of a text; None for what it refuses: a machine's words are evidence, not input."""
    try:
        return check(text)
    except ValueError:
        return None


def _bad(reason: str) -> BadInventory:
    return BadInventory(
        _("This is no inventory of GLPI's agent: {reason}; nothing was changed.").format(reason=reason),
        hint=_("Give the file that the agent writes with its option --json."),
    )
