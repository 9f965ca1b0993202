"""A station with a crisis for two people, a tenant over TLS, and laptops where nothing can answer."""

import fcntl
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from stdnum import luhn
from typer.testing import CliRunner

from inventory import evidence, journal, loans
from inventory.journal import JournalLine
from inventory.times import utc_now
from kit.app import station as building
from kit.app.compose import App
from kit.cli import app as command_line
from kit.graph.client import Graph
from kit.graph.permissions import NEEDED_ROLES
from kit.plan.stages import Stage
from kit.settings import Home, load
from kit.simulator.tenant.server import INSTANT, TenantServer
from kit.workflows import planning

#: Seconds that a command may take on a busy machine.
LIMIT = 120
#: Commands that may make an engine: a process has one at most, and ends with it.
HOSTING = (
    *(("init",), ("crisis", "run"), ("worker",), ("swap",)),
    *(("tenant", command) for command in ("revoke", "export", "remove", "simulate")),
)
#: Two people: who, their service, and whether they want a phone.
TWO = (("Exemple", "Camille", "Mairie", True), ("Essai", "Dominique", "CCAS", False))

Person = tuple[str, str, str, bool]


def _checked(digits: str) -> str:
    return digits + luhn.calc_check_digit(digits)


def _host_key() -> str:
    """A laptop's key that nobody holds."""
    key = Ed25519PrivateKey.generate().public_key()
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def crowd(count: int, *, phones: int) -> tuple[Person, ...]:
    """That many people of two services, the first of whom want a phone."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return tuple(
        (
            f"Exemple-{letters[n // 26]}{letters[n % 26]}",
            "Camille",
            ("CCAS", "État civil")[n % 2],
            n <= phones,
        )
        for n in range(1, count + 1)
    )


def seats_file(people: Sequence[Person]) -> str:
    lines = [
        f"{last},{first},{service},{'oui' if phone else 'non'}" for last, first, service, phone in people
    ]
    return "\n".join(["nom,prénom,service,téléphone", *lines, ""])


def pool_file(people: Sequence[Person]) -> str:
    """What these people need, and one laptop more."""
    phones = range(1, sum(phone for *_who, phone in people) + 1)
    return "\n".join(
        [
            "étiquette;type;modèle;série;adresse;clé d'hôte;IMEI;ICCID;numéro",
            # Link-local without an interface: the kernel refuses before a packet leaves, on every machine.
            *(
                f"LAP-{n};portable;Modèle;SN{n};fe80::{n:x};{_host_key()};;;"
                for n in range(1, len(people) + 2)
            ),
            *(f"TEL-{n};téléphone;Modèle;SNT{n};;;{_checked(f'356944040000{n:02d}')};;" for n in phones),
            *(f"SIM-{n};sim;;;;;;{_checked(f'8933100000000000{n:02d}')};+336000000{n:02d}" for n in phones),
        ]
    )


class Rehearsal:
    """One home, its tenant, and the real command line."""

    def __init__(self, home: Path, reference: str = "", people: Sequence[Person] = TWO) -> None:
        self.home = home
        self.people = people
        self.reference = reference
        self.tenant: TenantServer | None = None
        self._held_port: socket.socket | None = None
        self._started: list[subprocess.Popen[str]] = []

    @classmethod
    def prepare(cls, home: Path, people: Sequence[Person] = TWO) -> "Rehearsal":
        """Everything up to the plan, with the commands that an operator types."""
        made = cls(home, people=people)
        made.run("init")
        (home / "pool.csv").write_text(pool_file(people))
        (home / "seats.csv").write_text(seats_file(people))
        made.run("pool", "import", str(home / "pool.csv"))
        notified = str((utc_now() - timedelta(days=30)).date())
        made.run("convention", "add", "13005", "--template", "amp_cyber", "--notified", notified)
        made.reference = made.open_crisis()
        made.run("crisis", "plan", made.reference)
        made.serve()
        made.end()
        return made

    @classmethod
    def prepared(cls, session: pytest.TempPathFactory) -> "Rehearsal":
        """The one that the tests of a session copy: its keys take the longest to make."""
        return cls._shared(session, "rehearsal", cls.prepare)

    @classmethod
    def equipped(cls, session: pytest.TempPathFactory) -> "Rehearsal":
        """Likewise, both people equipped, but for their laptops' preparation, which is told as done."""

        def equip(home: Path) -> "Rehearsal":
            made = cls.prepared(session).copy(home)
            made.prove_laptops()
            made.serve()
            made.use_tenant(patience=10)
            made.run_crisis(code=0)
            made.end()
            return made

        return cls._shared(session, "equipped", equip)

    @classmethod
    def _shared(
        cls, session: pytest.TempPathFactory, name: str, make: Callable[[Path], "Rehearsal"]
    ) -> "Rehearsal":
        """What `make` makes, once for all the tests of a session, wherever they run."""
        # Tests that run side by side have a folder each, in one that they share.
        base = session.getbasetemp()
        shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
        reference = shared / name / "reference"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not reference.exists():
                reference.parent.mkdir()
                reference.write_text(make(reference.with_name("home")).reference)
        return cls(reference.with_name("home"), reference.read_text())

    def open_crisis(self, commune: str = "13005") -> str:
        """A crisis for the people of the seats file; its reference."""
        opened = self.run("crisis", "open", commune, "--seats", str(self.home / "seats.csv"), "--json")
        return str(json.loads(opened.stdout)["reference"])

    def copy(self, home: Path) -> "Rehearsal":
        """The same station in another folder."""
        shutil.copytree(self.home, home)
        return Rehearsal(home, self.reference, self.people)

    @property
    def port(self) -> int:
        """The tenant's; while nothing answers there, no other test's server or connection is given it."""
        if self._held_port is None:
            self._held_port = socket.socket()
            self._held_port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._held_port.bind(("127.0.0.1", 0))
        return int(self._held_port.getsockname()[1])

    def serve(self, **behaviour: Any) -> None:
        """Start the tenant, on the port that it had before."""
        settings = load(Home.at(self.home)).tenant
        self.tenant = TenantServer(
            self.home / "tenant",
            port=self.port,
            behaviour=replace(INSTANT, **behaviour),
            tenant_id=settings.tenant_id,
            domain=settings.domain,
        )
        certificate = (self.home / "keys" / "app.crt").read_text()
        self.tenant.register_app(settings.client_id, certificate, [role.name for role in NEEDED_ROLES])
        for number, (*_who, phone) in enumerate(self.people, start=1):
            if phone:
                imei = _checked(f"356944040000{number:02d}")
                self.tenant.enrol_phone(imei=imei, serial=f"SNT{number}", model="Modèle")
        self.tenant.start()

    def hang_up(self) -> None:
        """Stop the tenant; nothing listens on its port any more."""
        if self.tenant is not None:
            self.tenant.stop()
            self.tenant = None

    def use_tenant(self, *, patience: float) -> None:
        """Point the settings at the tenant that was started last."""
        url = f"https://127.0.0.1:{self.port}"
        (self.home / "kit.toml").write_text(
            f'[tenant]\nauthority = "{url}"\ngraph = "{url}/v1.0"\n'
            f'ca_file = "{self.home / "tenant" / "ca.pem"}"\npatience = {patience}\n'
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "kit", "--home", str(self.home), "--lang", "en", *arguments]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self._started.append(process)
        return process

    def run(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """A command that must end with that exit code; in a process of its own where it may make an engine.

        To start one takes longer than what most commands do.
        """
        if any(arguments[: len(words)] == words for words in HOSTING):
            return self.run_apart(*arguments, code=code)
        done = CliRunner().invoke(command_line, ["--home", str(self.home), "--lang", "en", *arguments])
        assert done.exit_code == code, done.output
        return subprocess.CompletedProcess(arguments, code, done.stdout, done.stderr)

    def run_apart(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """The same in a process of its own, whatever it is."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=LIMIT)
        assert process.returncode == code, out + err
        return subprocess.CompletedProcess(process.args, code, out, err)

    def typed(self, *arguments: str, code: int = 0) -> str:
        """What a command that hosts no engine prints, in this process: to start one takes seconds."""
        done = CliRunner().invoke(command_line, ["--home", str(self.home), "--lang", "en", *arguments])
        assert done.exit_code == code, done.output
        return done.stdout

    def run_crisis(self, *, code: int) -> dict[str, Any]:
        """`kit crisis run`: the situation at its end."""
        ended = self.run("crisis", "run", self.reference, "--json", code=code)
        return dict(json.loads(ended.stdout))

    def end(self) -> None:
        """End what was started."""
        self.hang_up()
        if self._held_port is not None:
            self._held_port.close()
            self._held_port = None
        for process in self._started:
            process.kill()
            process.communicate()

    def prove_laptops(self) -> None:
        """As if an earlier run had prepared every laptop."""
        app = App.open(self.home)
        with app.database.write() as session:
            for seat in planning.kept(session, self.reference).seats:
                proof = {"tag": seat.laptop.tag, "report": {}}
                evidence.keep(session, app.stamp(), self.reference, Stage.LAPTOP, proof, seat=seat.number)
        app.database.dispose()

    def held(self) -> list[tuple[str, int]]:
        """The open loans."""
        app = App.open(self.home)
        with app.database.read() as session:
            found = [(loan.device_tag, loan.seat_number) for loan in loans.open_loans(session)]
        app.database.dispose()
        return sorted(found)

    def journal(self) -> list[JournalLine]:
        """Every line, the oldest first; the chain holds."""
        app = App.open(self.home)
        with app.database.read() as session:
            journal.verify(session)
            lines = list(journal.tail(session, limit=1000))
        app.database.dispose()
        return lines

    def tenant_documents(self) -> list[tuple[Any, ...]]:
        """All that the tenant holds, as it stores it."""
        with closing(sqlite3.connect(self.home / "tenant" / "tenant.db")) as connection:
            return list(
                connection.execute("SELECT collection, id, sequence, body FROM documents ORDER BY 1, 2")
            )

    def accounts_enabled(self) -> dict[str, bool]:
        """Whether the tenant's accounts can sign in, by principal name."""
        app = App.open(self.home)
        with Graph(building.connection(app)) as graph:
            users = list(graph.pages("/users", params={"$select": "userPrincipalName,accountEnabled"}))
        app.database.dispose()
        return {user["userPrincipalName"]: user["accountEnabled"] for user in users}

    def tenant_objects(self) -> dict[str, Any]:
        """What a client reads in the tenant."""
        app = App.open(self.home)
        with Graph(building.connection(app)) as graph:
            users = graph.pages("/users", params={"$select": "userPrincipalName,assignedLicenses"})
            found: dict[str, Any] = {
                "users": {user["userPrincipalName"]: len(user["assignedLicenses"]) for user in users}
            }
            for group in graph.pages("/groups"):
                members = graph.pages(f"/groups/{group['id']}/members")
                drive = graph.get(f"/groups/{group['id']}/drive")["id"]
                team = "Team" in group["resourceProvisioningOptions"]
                channels = graph.pages(f"/teams/{group['id']}/channels") if team else ()
                found[group["mailNickname"]] = {
                    "members": sorted(member["userPrincipalName"] for member in members),
                    "channels": {channel["displayName"] for channel in channels},
                    "folders": {item["name"] for item in graph.pages(f"/drives/{drive}/root/children")},
                }
        app.database.dispose()
        return found
