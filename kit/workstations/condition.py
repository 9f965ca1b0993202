"""Owns what a laptop says of itself when it is only looked at: one small script there, one value here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

#: Reads and changes nothing. A line "name=value" for what there is; what there is not has no line.
SCRIPT = r"""
export LC_ALL=C
tell() { [ -z "$2" ] || printf '%s=%s\n' "$1" "$2"; }
tell serial "$(sudo -n cat /sys/class/dmi/id/product_serial 2>/dev/null)"
read -r up idle < /proc/uptime && tell uptime "$up"
set -- $(df -Pk /)
shift 7
tell disk_size "$2"
tell disk_free "$4"
for supply in /sys/class/power_supply/*; do
    kind= charge=
    [ -r "$supply/type" ] && read -r kind < "$supply/type"
    [ "$kind" = Battery ] && read -r charge < "$supply/capacity" && tell battery "$charge"
done
updates=$(apt-get --simulate --quiet=2 -o Debug::NoLocking=true dist-upgrade 2>/dev/null) &&
    printf '%s\n' "$updates" | awk '
        /^Inst / { all++ }
        /^Inst .*\(.*[Ss]ecurity/ { security++ }
        END { printf "updates=%d\nsecurity_updates=%d\n", all, security }'
:
"""


@dataclass(frozen=True)
class Condition:
    """A laptop that answered and let the station in; None is what it could not tell.

    Attributes:
        serial: the serial number its firmware has (DMI).
        uptime: seconds since it was started.
        disk_size: bytes of the system's disk.
        disk_free: bytes of them that its people can still write.
        battery: charge of the first battery, in per cent.
        updates: packages for which a newer version is known.
        security_updates: those of them that are security updates.
    """

    serial: str | None = None
    uptime: float | None = None
    disk_size: int | None = None
    disk_free: int | None = None
    battery: int | None = None
    updates: int | None = None
    security_updates: int | None = None


def _kibibytes(text: str) -> int:
    return int(text) * 1024


_READ: dict[str, Callable[[str], Any]] = {
    "serial": str,
    "uptime": float,
    "disk_size": _kibibytes,
    "disk_free": _kibibytes,
    "battery": int,
    "updates": int,
    "security_updates": int,
}


def parse(text: str) -> Condition:
    """What the script printed; lines that are not its own, or make no sense, are passed over."""
    found: dict[str, Any] = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals and name in _READ and name not in found:
            try:
                found[name] = _READ[name](value.strip())
            except ValueError:
                continue
    return Condition(**found)
