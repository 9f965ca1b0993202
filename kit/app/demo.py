"""The demonstration: equips one commune for real on this machine, with the commands an operator would type.

Lab laptops over SSH, a simulated tenant over TLS, and between them the program as it is. Each command is
shown, then run as a process of its own; what it proves is gathered by `kit/app/proof.py` from outside.
"""

import json
import os
import select
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from gettext import gettext as _
from pathlib import Path
from typing import Any

from inventory.times import utc_now
from kit.app import keys
from kit.app.compose import App
from kit.app.labs import lab_of
from kit.app.proof import Check, gather
from kit.app.simulated_tenant import ANNOUNCEMENT
from kit.errors import BadInput, KitError
from kit.settings import Home, load
from kit.simulator.lab import Lab, role_variables
from kit.workflows import planning

#: Aubagne; its INSEE code.
COMMUNE = "13005"
SEATS = Path(__file__).with_name("demo_seats.csv")
_MARK = "demonstration"
_PATIENCE_SECONDS = 30.0
_STDERR = 2

_SETTINGS = """\
# Written by `kit demo`: everything here is simulated on this machine.

[tenant]
authority = "{url}"
graph = "{url}/v1.0"
ca_file = "{ca_file}"
patience = 60

[team]
name = "Métropole Aix-Marseille-Provence"
contact = "Astreinte infrastructure (démonstration)"
phone = "+33 4 65 71 00 00"
recipients = ["{recipient}"]

[workstations.variables]
{variables}
"""


@dataclass(frozen=True)
class Demonstration:
    """How it went: every check of the proof, and the situation that `kit crisis status` gives."""

    checks: tuple[Check, ...]
    situation: dict[str, Any]

    @property
    def holds(self) -> bool:
        """Whether all of it was proven."""
        return bool(self.checks) and all(check.ok for check in self.checks)


class DemoFailed(KitError):
    """One command of the demonstration failed."""

    kind = "incomplete"

    def __init__(self, arguments: tuple[str, ...], code: int) -> None:
        super().__init__(
            _("`kit {command}` ended with exit code {code}.").format(command=" ".join(arguments), code=code),
            hint=_("What it said stands above; the demonstration stopped there."),
        )


class Demo:
    """One demonstration in a home of its own."""

    def __init__(self, home: Home, lab: Lab, *, say: Callable[[str], None]) -> None:
        self._home = home
        self._lab = lab
        self._say = say
        self._tenant: subprocess.Popen[bytes] | None = None
        self._forbidden: socket.socket | None = None

    def run(self, laptops: int) -> Demonstration:
        """Equip the sample commune and prove it; see `furnish` and `prove` for what may go wrong."""
        self.furnish(laptops)
        reference = self.declare(laptops)
        self.kit("crisis", "run", reference)
        self.kit("journal", "verify")
        return self.prove(reference)

    def furnish(self, laptops: int) -> None:
        """Everything that is there before a crisis: station, tenant, lab, pool, convention.

        Raises:
            MissingRequirement: this machine cannot hold a lab; nothing was made.
            DemoFailed: a command failed; what it said stands above.
        """
        self._lab.check()
        self.clear()
        keys.write_private(self._home.state / _MARK, b"")
        self.kit("init")
        tenant = self._start_tenant()
        self.kit("lab", "up", str(laptops))
        self._write_settings(tenant, self._listen())
        self.kit("pool", "import", str(self._home.lab / "pool.csv"))
        self.kit("tenant", "enrol")
        self.kit("convention", "add", COMMUNE, "--template", "amp_cyber", "--notified", _last_year())

    def declare(self, people: int) -> str:
        """The crisis of so many people, up to its plan; gives its reference.

        Raises:
            DemoFailed: as `furnish`.
        """
        seats = ("--seats", str(self._seats(people)))
        opened = self.kit_json("crisis", "open", COMMUNE, *seats, "--called-back-by", "Camille Exemple")
        reference = str(opened["reference"])
        self.kit("crisis", "plan", reference)
        return reference

    def clear(self) -> None:
        """End what an earlier demonstration left running, and remove its home.

        Raises:
            BadInput: the home was not made by a demonstration.
        """
        root = self._home.state
        if not root.exists():
            return
        if not (root / _MARK).exists():
            raise BadInput(
                _("{path} exists and was not made by a demonstration; it was left alone.").format(path=root),
                hint=_("Choose another folder with --home."),
            )
        self.stop()
        shutil.rmtree(root)

    def stop(self) -> None:
        """End the tenant and the lab; the home stays for who wants to look."""
        self._lab.down()
        announcement = self._home.tenant / ANNOUNCEMENT
        if announcement.exists():
            _end(json.loads(announcement.read_text())["pid"])
        if self._tenant is not None:
            self._tenant.wait()
            self._tenant = None
        if self._forbidden is not None:
            self._forbidden.close()
            self._forbidden = None

    @property
    def look(self) -> str:
        """What to type to look at it."""
        return f"kit --home {self._home.state} tui"

    @property
    def end(self) -> str:
        """What to type to end it."""
        return f"kit --home {self._home.state} demo --down"

    def prove(self, reference: str) -> Demonstration:
        """Look at the world with other eyes than the run's."""
        app = App.open(self._home.state)
        with app.database.read() as session:
            plan = planning.kept(session, reference)
        situation = self.kit_json("crisis", "status", reference)
        sheet = Path(situation["proofs"]["sheet"]["pdf"])
        identity, _recipient = keys.ensure_age_identity(self._home.keys)
        return Demonstration(gather(app, plan, sheet, identity), situation)

    def _start_tenant(self) -> dict[str, Any]:
        """In a process of its own, which outlives this one where the demonstration is to stay.

        Gives where it answers.
        """
        command = self.command("tenant", "simulate", "--port", "0")
        self._say("$ kit tenant simulate --port 0 &")
        log_file = self._home.state / "tenant.log"
        log_file.touch(mode=0o600)
        with log_file.open("wb") as log:
            self._tenant = process = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )
        announcement = self._home.tenant / ANNOUNCEMENT
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not announcement.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise KitError(
                    _("The simulated tenant did not start."),
                    hint=_("See {log}.").format(log=self._home.state / "tenant.log"),
                )
            time.sleep(0.05)
        announced: dict[str, Any] = json.loads(announcement.read_text())
        return announced

    def _listen(self) -> dict[str, Any]:
        """Stand in for a server of the commune: laptops would reach it, but for their rules."""
        gateway = f"{load(self._home).lab.network}.1"
        self._forbidden = socket.create_server((gateway, 0))
        return {"address": gateway, "port": self._forbidden.getsockname()[1]}

    def _write_settings(self, tenant: dict[str, Any], forbidden: dict[str, Any]) -> None:
        _identity, recipient = keys.ensure_age_identity(self._home.keys)
        variables = role_variables(load(self._home).lab.network) | {"report_must_not_reach": [forbidden]}
        text = _SETTINGS.format(
            url=tenant["url"],
            ca_file=tenant["ca_file"],
            recipient=recipient,
            variables="\n".join(f"{name} = {_toml(value)}" for name, value in variables.items()),
        )
        keys.write_private(self._home.settings_file, text.encode())

    def _seats(self, count: int) -> Path:
        """The sample people, as many as there are laptops."""
        header, *lines = SEATS.read_text(encoding="utf-8").splitlines()
        if count > len(lines):
            raise BadInput(_("The sample has {count} people.").format(count=len(lines)))
        path = self._home.state / "seats.csv"
        keys.write_private(path, "\n".join([header, *lines[:count], ""]).encode())
        return path

    def kit(self, *arguments: str) -> None:
        """Run a command of the real command line."""
        # What the commands print is this program's narration; its data is the proof.
        self._call(arguments, stdout=_STDERR)

    def kit_json(self, *arguments: str) -> Any:
        """What a command of the real command line answers with `--json`."""
        return json.loads(self._call((*arguments, "--json"), stdout=subprocess.PIPE))

    def _call(self, arguments: tuple[str, ...], *, stdout: int) -> bytes:
        self._say("$ " + shlex.join(["kit", *arguments]))
        ended = subprocess.run(self.command(*arguments), stdout=stdout, check=False)
        if ended.returncode != 0:
            raise DemoFailed(arguments, ended.returncode)
        return ended.stdout or b""

    def command(self, *arguments: str) -> list[str]:
        """The process that a command is."""
        return [sys.executable, "-m", "kit", "--home", str(self._home.state), *arguments]


def _toml(value: Any) -> str:
    """JSON values as TOML writes them in one line."""
    match value:
        case dict():
            return "{" + ", ".join(f"{name} = {_toml(part)}" for name, part in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case _:
            return json.dumps(value)


def _last_year() -> str:
    return (utc_now() - timedelta(days=365)).date().isoformat()


def _end(pid: int) -> None:
    """Ask a process we started to end, if it is still ours, and wait until it has."""
    try:
        if b"tenant" not in Path(f"/proc/{pid}/cmdline").read_bytes():
            return
        descriptor = os.pidfd_open(pid)
    except (FileNotFoundError, ProcessLookupError):
        return
    try:
        signal.pidfd_send_signal(descriptor, signal.SIGTERM)
        select.select([descriptor], [], [], _PATIENCE_SECONDS)
    finally:
        os.close(descriptor)


def build(folder: Path | None, *, say: Callable[[str], None]) -> Demo:
    """The demonstration in `folder`, else in one of its own beside the station's state.

    Raises:
        BadInput: a settings file there cannot be used.
    """
    home = Home.at(folder or Home.at(None).state / "demo")
    return Demo(home, lab_of(home, load(home)), say=say)
