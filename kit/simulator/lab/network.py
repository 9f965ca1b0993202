"""Owns the lab's bridge and cables: made in one batch, marked as ours, removed by name."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from kit.simulator.lab.commands import LabFailed, run
from kit.simulator.lab.names import Names, Slot
from kit.simulator.lab.processes import NAMESPACES

_INTERFACES = Path("/sys/class/net")
#: the kernel's limit for an interface's description, less its closing zero
_MARK_LENGTH = 255


class Network:
    """The bridge of one lab, marked with the folder the lab belongs to."""

    def __init__(self, names: Names, folder: Path) -> None:
        self._names = names
        self._mark = f"kit lab {folder}"[:_MARK_LENGTH]

    def owner(self) -> str | None:
        """The mark on the bridge, empty where it has none; None where there is no bridge."""
        try:
            return (_INTERFACES / self._names.bridge / "ifalias").read_text().strip()
        except FileNotFoundError:
            return None

    def is_ours(self) -> bool:
        """Whether the bridge, if there is one, is this lab's.

        An unmarked one with our hardware address is: we were stopped between making and marking it.
        """
        owner = self.owner()
        return owner is None or owner == self._mark or (owner == "" and self._has_our_address())

    def raise_bridge(self) -> None:
        """Make the bridge; an existing one stays. Forwarding is not touched.

        Raises:
            LabFailed: the kernel refuses.
        """
        names = self._names
        if self.owner() != self._mark:
            self._remove_links([names.bridge])
            run("ip", "link", "add", names.bridge, "address", names.hardware_address, "type", "bridge")
            run("ip", "link", "set", names.bridge, "alias", self._mark)
        run("ip", "address", "replace", f"{names.gateway}/24", "dev", names.bridge)
        run("ip", "link", "set", names.bridge, "up")

    def plug_in(self, slots: Iterable[Slot]) -> None:
        """Give each laptop a namespace and a cable to the bridge.

        Raises:
            LabFailed: the kernel refuses.
        """
        lines = [
            line
            for slot in slots
            for line in (
                f"netns add {slot.namespace}",
                f"link add {slot.port} type veth peer name eth0"
                f" address {slot.hardware_address} netns {slot.namespace}",
                f"link set {slot.port} master {self._names.bridge} up",
            )
        ]
        run("ip", "-batch", "-", stdin="\n".join(lines) + "\n")

    def unplug(self, slots: Iterable[Slot]) -> None:
        """Remove cables and namespaces; what is not there is as good as removed.

        Raises:
            LabFailed: one is still there.
        """
        gone = list(slots)
        self._remove_links([slot.port for slot in gone])
        present = [slot.namespace for slot in gone if (NAMESPACES / slot.namespace).exists()]
        _batch_anyway(f"netns delete {namespace}" for namespace in present)
        left = [namespace for namespace in present if (NAMESPACES / namespace).exists()]
        if left:
            raise LabFailed(f"network namespaces remain: {', '.join(left)}")

    def lower_bridge(self) -> None:
        """Remove the bridge.

        Raises:
            LabFailed: it is still there.
        """
        self._remove_links([self._names.bridge])

    def namespaces(self) -> list[str]:
        """Existing namespaces named after this lab."""
        found = NAMESPACES.iterdir() if NAMESPACES.exists() else ()
        return sorted(entry.name for entry in found if self._names.tagged(entry.name))

    def _has_our_address(self) -> bool:
        with suppress(FileNotFoundError):
            address = (_INTERFACES / self._names.bridge / "address").read_text().strip()
            return address == self._names.hardware_address
        return False

    def _remove_links(self, interfaces: Iterable[str]) -> None:
        present = [name for name in interfaces if (_INTERFACES / name).exists()]
        _batch_anyway(f"link delete {name}" for name in present)
        left = [name for name in present if (_INTERFACES / name).exists()]
        if left:
            raise LabFailed(f"network interfaces remain: {', '.join(left)}")


def _batch_anyway(lines: Iterable[str]) -> None:
    """Do each line though others fail; the caller looks at what is left."""
    batch = "".join(f"{line}\n" for line in lines)
    if batch:
        run("ip", "-force", "-batch", "-", stdin=batch, check=False)
