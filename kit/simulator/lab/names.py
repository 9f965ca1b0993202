"""Owns the lab's values: a laptop, its mode, every name and address that follows from its number. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network

#: addresses .1 to .10 are the bridge's side; above .210 nothing is used
FIRST_HOST = 10
MOST_LAPTOPS = 200


class Mode(StrEnum):
    """What runs inside a laptop."""

    #: `sshd` under a small init of our own: starts in a fraction of a second
    NS = "ns"
    #: a whole systemd, started by systemd-nspawn: services behave as on a real machine
    NSPAWN = "nspawn"


@dataclass(frozen=True)
class Laptop:
    """One laptop as the pool will know it; `host_key` is "ssh-ed25519 AAAA…"."""

    tag: str
    name: str
    address: str
    host_key: str
    serial: str


@dataclass(frozen=True)
class LaptopState:
    """A laptop of this lab and whether anything runs in it now."""

    laptop: Laptop
    mode: Mode
    running: bool


@dataclass(frozen=True)
class Slot:
    """The names of one laptop: on its label, on the wire and in this machine's kernel.

    Attributes:
        tag: asset tag, e.g. "LT-0001".
        name: host name as delivered, e.g. "lt-0001".
        address: its IPv4 address on the bridge.
        namespace: its network namespace and, in mode nspawn, machine and control group.
        port: the bridge's end of its cable; the kernel allows 15 characters.
        serial: serial number, unique to this lab.
    """

    tag: str
    name: str
    address: IPv4Address
    namespace: str
    port: str
    serial: str

    @property
    def hardware_address(self) -> str:
        """A fixed one: this machine remembers it, and would look for a new one only after half a minute."""
        return _hardware_address(self.address)


@dataclass(frozen=True)
class Names:
    """Names and addresses of a lab; `name` is 1 to 8 letters and digits, `network` as in "10.77.0"."""

    name: str
    network: str

    @property
    def bridge(self) -> str:
        """The bridge's interface name."""
        return f"{self.name}0"

    @property
    def gateway(self) -> IPv4Address:
        """The bridge's address: all a laptop can reach."""
        return self.subnet[1]

    @property
    def subnet(self) -> IPv4Network:
        """The lab's /24."""
        return IPv4Network(f"{self.network}.0/24")

    @property
    def hardware_address(self) -> str:
        """A fixed, locally administered one: else the bridge changes its own whenever a laptop joins."""
        return _hardware_address(self.gateway)

    def slot(self, number: int) -> Slot:
        """The names of laptop `number`, from 1 to `MOST_LAPTOPS`."""
        return Slot(
            tag=f"LT-{number:04d}",
            name=f"lt-{number:04d}",
            address=self.subnet[FIRST_HOST + number],
            namespace=f"{self.name}-lt-{number:04d}",
            port=f"{self.name}v{number}",
            serial=f"{self.name.upper()}{number:06d}",
        )

    def tagged(self, text: str) -> Slot | None:
        """The slot whose tag or namespace `text` is; None where it is neither."""
        found = re.fullmatch(rf"(?:LT|{re.escape(self.name)}-lt)-(\d{{4}})", text)
        return self.slot(int(found[1])) if found and 1 <= int(found[1]) <= MOST_LAPTOPS else None


def _hardware_address(address: IPv4Address) -> str:
    """A locally administered one made from the IP address, so that no two in a lab are the same."""
    return "02:6b:" + ":".join(f"{byte:02x}" for byte in address.packed)
