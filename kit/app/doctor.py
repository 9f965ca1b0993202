"""Examines this station: each finding stands alone, so that one run names all that is missing."""

import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path

from inventory import journal
from inventory.database import Database
from inventory.errors import OperatorError
from kit.app.keys import read_private
from kit.settings import Home, load

#: Programs the station runs, with the Debian package of each (`system-packages.txt`).
_TOOLS = {"ssh": "openssh-client", "setpriv": "util-linux"}
#: A crisis's documents and logs take a few megabytes; below this SQLite itself may fail.
_FREE_BYTES = 500 * 1024 * 1024


@dataclass(frozen=True)
class Finding:
    """One thing looked at and what was seen; `hint` says what to do where it does not hold."""

    ok: bool
    subject: str
    sentence: str
    hint: str = ""


def examine(folder: Path | None) -> list[Finding]:
    """Look at everything; never raises for what it finds."""
    home = Home.at(folder)
    return [
        *_tools(),
        *_files(home),
        _disk(home),
        _guarded(_("settings"), lambda: _settings(home)),
        _guarded(_("tenant"), lambda: _tenant(home)),
        _guarded(_("isolation"), lambda: _isolation(home)),
        _guarded(_("isolation, tried"), lambda: _tried(home)),
        _guarded(_("encrypted disks"), lambda: _unlocking(home)),
        _guarded(_("data base"), lambda: _database(home)),
    ]


def _tools() -> Iterator[Finding]:
    for tool, package in _TOOLS.items():
        where = shutil.which(tool)
        yield Finding(
            where is not None,
            tool,
            where or _("not installed"),
            "" if where else _("Install the Debian package {package}.").format(package=package),
        )


def _files(home: Home) -> Iterator[Finding]:
    """Keys exist and only their owner reads them."""
    if not home.keys.is_dir():
        yield Finding(False, _("keys"), _("there are none yet"), _("Run `kit init`."))
        return
    loose = [path.name for path in home.keys.iterdir() if stat.S_IMODE(path.stat().st_mode) & 0o077]
    yield Finding(
        not loose,
        _("keys"),
        _("readable by others: {names}").format(names=", ".join(loose)) if loose else str(home.keys),
        _("Give them mode 0600.") if loose else "",
    )


def _disk(home: Home) -> Finding:
    existing = next(path for path in (home.state, *home.state.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    return Finding(
        free > _FREE_BYTES,
        _("room on disk"),
        _("{free} MiB free").format(free=free // (1024 * 1024)),
        "" if free > _FREE_BYTES else _("Free at least 500 MiB."),
    )


def _settings(home: Home) -> Finding:
    load(home)
    found = home.settings_file.exists()
    return Finding(
        found,
        _("settings"),
        str(home.settings_file) if found else _("no kit.toml"),
        "" if found else _("Run `kit init`."),
    )


def _tenant(home: Home) -> Finding:
    """What it allows, `kit tenant check` asks it."""
    tenant = load(home).tenant
    return Finding(
        tenant.is_set,
        _("tenant"),
        tenant.domain if tenant.is_set else _("none is set"),
        "" if tenant.is_set else _("Set tenant_id, client_id and domain under [tenant] in kit.toml."),
    )


def _isolation(home: Home) -> Finding:
    """Requirement 3: no route from a lent laptop to either side's networks."""
    denied = load(home).workstations.variables.get("firewall_denied_networks", [])
    return Finding(
        bool(denied),
        _("isolation"),
        ", ".join(map(str, denied)) or _("no network is forbidden to lent laptops"),
        "" if denied else _("Set `firewall_denied_networks` under [workstations.variables] in kit.toml."),
    )


def _tried(home: Home) -> Finding:
    """A rule is proven by something that would answer without it."""
    probes = load(home).workstations.variables.get("report_must_not_reach", [])
    return Finding(
        bool(probes),
        _("isolation, tried"),
        ", ".join(str(probe.get("address", probe)) for probe in probes)
        or _("only this station's own port is tried from inside laptops"),
        ""
        if probes
        else _("Name a server that answers in each forbidden network: `report_must_not_reach` in kit.toml."),
    )


def _unlocking(home: Home) -> Finding:
    """Disks must be encrypted, and each takes a recovery key of its own from what opens it now."""
    workstations = load(home).workstations
    subject = _("encrypted disks")
    if workstations.disk_unlock_key is not None:
        read_private(workstations.disk_unlock_key)
        return Finding(True, subject, str(workstations.disk_unlock_key))
    needless = workstations.variables.get("report_require_encryption") is False
    return Finding(
        needless,
        subject,
        _("not required") if needless else _("nothing says what opens them now"),
        ""
        if needless
        else _("Put that key into a file of mode 0600 and set `workstations.disk_unlock_key`."),
    )


def _database(home: Home) -> Finding:
    database = Database(load(home).database)
    database.check()
    with database.read() as session:
        lines = journal.verify(session)
    return Finding(True, _("data base"), _("journal of {lines} lines holds").format(lines=lines))


def _guarded(subject: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except OperatorError as exc:
        return Finding(False, subject, exc.message, exc.hint)
