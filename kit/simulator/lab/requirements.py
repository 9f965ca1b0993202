"""Owns what a machine must have to hold a lab; features are tried out in namespaces that end with the trial.

All that is missing is told at once; nothing stays behind, whatever the answer.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from gettext import gettext as _
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from kit.errors import MissingRequirement
from kit.simulator.lab.base import read_sources
from kit.simulator.lab.commands import SEARCH_PATH, LabFailed, run
from kit.simulator.lab.laptop import CONTROL_GROUPS
from kit.simulator.lab.names import Mode, Names
from kit.simulator.lab.network import Network

#: program → the Debian package that has it
PROGRAMS = {
    "apt-cacher-ng": "apt-cacher-ng",
    "apt-get": "apt",
    "ip": "iproute2",
    "mmdebstrap": "mmdebstrap",
    "mount": "mount",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
    "setsid": "util-linux",
    "unshare": "util-linux",
}
NSPAWN_PROGRAMS = {"systemd-nspawn": "systemd-container"}
#: A wider route is some kind of default route (a VPN announces halves of everything): no neighbour to hide.
_WIDEST_ROUTE = 8


@dataclass(frozen=True)
class Lack:
    """One thing that is missing and what to do about it."""

    what: str
    remedy: str


def require_root() -> None:
    """Refuse to go on without root.

    Raises:
        MissingRequirement: this is not root.
    """
    if lacks := _privilege():
        refuse(lacks)


def require(*, names: Names, mode: Mode, folder: Path, network: Network) -> None:
    """Check the whole machine for a lab in `folder`.

    Raises:
        MissingRequirement: something is missing or in the way; all of it is named.
    """
    lacks = [*_privilege(), *_packages(absent(mode))]
    # Kernel features and other users' networks can only be tried as root and with the programs at hand.
    if not lacks:
        lacks = [
            *kernel(folder),
            *(control_groups() if mode is Mode.NSPAWN else ()),
            *_sources(),
            *_in_the_way(names, network),
        ]
    if lacks:
        refuse(lacks)


def refuse(lacks: Iterable[Lack]) -> None:
    """Name everything that is missing in one error.

    Raises:
        MissingRequirement: always.
    """
    listed = list(lacks)
    raise MissingRequirement(
        _("This machine cannot hold a lab: {lacks}. Nothing was made.").format(
            lacks="; ".join(lack.what for lack in listed)
        ),
        hint=" ".join(dict.fromkeys(lack.remedy for lack in listed)),
    )


def absent(mode: Mode, which: Callable[[str], str | None] | None = None) -> dict[str, str]:
    """Programs that are not installed, with their packages."""
    look = which or (lambda program: shutil.which(program, path=SEARCH_PATH))
    wanted = PROGRAMS | (NSPAWN_PROGRAMS if mode is Mode.NSPAWN else {})
    return {program: package for program, package in wanted.items() if look(program) is None}


def kernel(folder: Path) -> list[Lack]:
    """Kernel features that do not work here, or not for us."""
    trials: dict[str, Callable[[], None]] = {
        _("network, process and mount namespaces"): _namespaces,
        _("virtual cables (veth) and bridges"): _links,
        _("overlayfs on the file system of {folder}").format(folder=folder): lambda: _overlay(folder),
    }
    lacks = []
    for what, works in trials.items():
        try:
            works()
        except LabFailed as exc:
            remedy = _("Use a machine or container that is allowed them ({said}).").format(said=exc.message)
            lacks.append(Lack(what, remedy))
    return lacks


def control_groups() -> list[Lack]:
    """What keeps a systemd inside a laptop from managing its services."""
    if any(os.access(path / "cgroup.procs", os.W_OK) for path in CONTROL_GROUPS):
        return []
    return [Lack(_("writable control groups (mode nspawn)"), _("Use mode ns."))]


def overlapping(routes: Iterable[Mapping[str, Any]], subnet: IPv4Network, *, own: str) -> list[str]:
    """Routes of this machine, as `ip -json route` tells them, that share addresses with `subnet`. Pure.

    Those of the interface `own` do not count.
    """
    found = []
    for route in routes:
        destination = str(route.get("dst", "default"))
        if destination == "default" or route.get("dev") == own:
            continue
        network = IPv4Network(destination, strict=False)
        if network.prefixlen >= _WIDEST_ROUTE and network.overlaps(subnet):
            found.append(f"{destination} ({route.get('dev', route.get('type', '–'))})")
    return list(dict.fromkeys(found))


def _privilege() -> list[Lack]:
    if os.geteuid() == 0:
        return []
    return [Lack(_("root privileges"), _("Run it again as root, or through sudo."))]


def _packages(programs: Mapping[str, str]) -> list[Lack]:
    if not programs:
        return []
    packages = " ".join(sorted(set(programs.values())))
    remedy = _("Install: apt-get install {packages}").format(packages=packages)
    return [
        Lack(_("the program {program} (package {package})").format(program=program, package=package), remedy)
        for program, package in programs.items()
    ]


def _namespaces() -> None:
    run("unshare", "--mount", "--net", "--pid", "--uts", "--ipc", "--fork", "true")


def _links() -> None:
    run("unshare", "--net", "ip", "link", "add", "trial", "type", "bridge")
    run("unshare", "--net", "ip", "link", "add", "trial", "type", "veth", "peer", "name", "trial-peer")


def _overlay(folder: Path) -> None:
    parent = next(path for path in (folder, *folder.parents) if path.is_dir())
    with tempfile.TemporaryDirectory(dir=parent, prefix=".kit-trial-") as name:
        trial = Path(name)
        for layer in ("lower", "upper", "work", "root"):
            (trial / layer).mkdir()
        options = "lowerdir=lower,upperdir=upper,workdir=work,volatile"
        run("unshare", "--mount", "mount", "-t", "overlay", "trial", "-o", options, "root", cwd=trial)


def _sources() -> list[Lack]:
    if read_sources() is not None:
        return []
    return [Lack(_("a Debian source in apt's configuration"), _("Add one to /etc/apt/sources.list.d."))]


def _in_the_way(names: Names, network: Network) -> list[Lack]:
    if not network.is_ours():
        what = _("a free name: the interface {bridge} belongs to somebody else ({owner})")
        return [
            Lack(
                what.format(bridge=names.bridge, owner=network.owner() or "–"),
                _("Take that lab down, or set another `name` and `network` under [lab] in kit.toml."),
            )
        ]
    routes = json.loads(run("ip", "-json", "-4", "route", "show", "table", "all"))
    taken = overlapping(routes, names.subnet, own=names.bridge)
    if not taken:
        return []
    what = _("a free network: {subnet} overlaps {routes}")
    return [
        Lack(
            what.format(subnet=names.subnet, routes=", ".join(taken)),
            _("Set another `network` under [lab] in kit.toml."),
        )
    ]
