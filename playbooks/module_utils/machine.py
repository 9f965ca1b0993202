"""Owns what a laptop knows of its own hardware and disks, read from /sys and /proc."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from pathlib import Path
from typing import Any

Facts = dict[str, Any]

#: UEFI global variable; four bytes of attributes, then 1 where Secure Boot is on.
_SECURE_BOOT = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
_SECTOR = 512


def text(path: str | Path) -> str:
    """A small file's content without the last newline; empty where it cannot be read."""
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def number(path: str | Path) -> int:
    """A small file's number; 0 where there is none."""
    found = text(path)
    return int(found) if found.isdigit() else 0


def machine() -> Facts:
    """Hardware and system, as far as the laptop knows them."""
    dmi = {
        name: text(f"/sys/class/dmi/id/{name}")
        for name in ("sys_vendor", "product_name", "product_serial", "product_uuid", "bios_version")
    }
    system = re.search(r'^PRETTY_NAME="?([^"\n]*)', text("/etc/os-release"), re.MULTILINE)
    uname = os.uname()
    return {
        **dmi,
        "system": system.group(1) if system else "",
        "system_version": text("/etc/debian_version"),
        "kernel": uname.release,
        "architecture": uname.machine,
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "processor": processor(),
        "disks": disks(),
        "batteries": batteries(),
        "tpm": text("/sys/class/tpm/tpm0/tpm_version_major"),
        "secure_boot": secure_boot(),
    }


def processor() -> Facts:
    """The processor's name and how many threads it offers."""
    found = re.search(r"^model name\s*:\s*(.+)$", text("/proc/cpuinfo"), re.MULTILINE)
    return {"model": found.group(1) if found else "", "threads": os.cpu_count()}


def disks() -> list[Facts]:
    """Disks with hardware behind them: no loop, memory or mapped devices."""
    return [
        {
            "name": disk.name,
            "model": text(disk / "device/model"),
            "serial": text(disk / "device/serial"),
            "bytes": number(disk / "size") * _SECTOR,
            "rotating": text(disk / "queue/rotational") == "1",
        }
        for disk in sorted(Path("/sys/block").glob("*"))
        if (disk / "device").exists()
    ]


def batteries() -> list[Facts]:
    """Charge and health in percent; health is what is left of the designed capacity."""
    found = []
    for folder in sorted(Path("/sys/class/power_supply").glob("BAT*")):
        full, designed = (
            number(folder / f"energy_{name}") or number(folder / f"charge_{name}")
            for name in ("full", "full_design")
        )
        found.append(
            {
                "name": folder.name,
                "status": text(folder / "status"),
                "charge": number(folder / "capacity"),
                "health": round(100 * full / designed) if designed else 0,
                "cycles": number(folder / "cycle_count"),
            }
        )
    return found


def secure_boot() -> str:
    """Whether the firmware enforces Secure Boot: `on`, `off`, or `absent` where it does not tell."""
    try:
        return "on" if Path(_SECURE_BOOT).read_bytes()[-1:] == b"\1" else "off"
    except OSError:
        return "absent"


def host_keys() -> list[Facts]:
    """Public host keys with their fingerprints as `ssh-keygen -l` writes them."""
    keys = []
    for path in sorted(Path("/etc/ssh").glob("ssh_host_*_key.pub")):
        kind, _, rest = text(path).partition(" ")
        blob = rest.partition(" ")[0]
        digest = hashlib.sha256(base64.b64decode(blob)).digest()
        keys.append(
            {
                "type": kind,
                "key": f"{kind} {blob}",
                "fingerprint": "SHA256:" + base64.b64encode(digest).decode().rstrip("="),
            }
        )
    return keys


def device_of(mount_point: str) -> str:
    """The block device mounted there, e.g. `/dev/dm-0`; empty where no local disk is."""
    found = ""
    for line in text("/proc/self/mountinfo").splitlines():
        # proc_pid_mountinfo(5): "36 35 98:0 / /mnt rw … - ext4 /dev/sda1 rw"; the last one covers the others
        before, _, after = line.partition(" - ")
        if before.split()[4] == mount_point:
            source = after.split()[1]
            found = os.path.realpath(source) if source.startswith("/dev/") else ""
    return found if Path(found or "/nowhere").exists() else ""


def luks_below(device: str) -> list[str]:
    """The encrypted devices that `device` stands on, as `/dev/…`; none where it is not encrypted (LUKS)."""
    block = Path("/sys/class/block", Path(device).name)
    below = [f"/dev/{slave.name}" for slave in sorted(block.glob("slaves/*"))]
    if text(block / "dm/uuid").startswith("CRYPT-LUKS"):
        return below
    return [found for slave in below for found in luks_below(slave)]


def encryption() -> Facts:
    """Whether the system's own disk is encrypted: `luks`, `none`, or `no local disk` as in a container."""
    root = device_of("/")
    volumes = luks_below(root) if root else []
    kind = "luks" if volumes else "none" if root else "no local disk"
    return {"device": root, "kind": kind, "volumes": volumes}
