"""No secret of a crisis is left behind: each one that existed is searched for in all that was written."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from inventory.times import utc_now
from kit.simulator.tenant.carrying import Carrier
from kit.simulator.tenant.routing import Workload
from kit.simulator.tenant.scenario import Fault, Kind, Scenario
from kit.simulator.tenant.tokens import Tokens
from tests.unit.kit.app.rehearsal import LIMIT, Rehearsal

#: The zone of the team, in which a letter has its day.
PARIS = ZoneInfo("Europe/Paris")
#: What may hold secrets by design: the station's own keys, and the other side's state.
HOLDERS = {"keys", "tenant"}


@pytest.fixture
def canaries(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Tokens and assertions, first passwords and access passes, as they go over the wire."""
    seen: list[str] = []
    issue, carry_out = Tokens.issue, Carrier.carry_out

    def issued(self: Tokens, *args: Any, **kwargs: Any) -> Any:
        made = issue(self, *args, **kwargs)
        seen.append(made.token)
        return made

    def carried_out(self: Carrier, step: Any, caller: Any, body: Any, kinds: Any) -> Any:
        answer = carry_out(self, step, caller, body, kinds)
        asked = body if isinstance(body, dict) else {}
        told = answer.body if isinstance(answer.body, dict) else {}
        seen.extend(filter(None, [(asked.get("passwordProfile") or {}).get("password")]))
        seen.extend(filter(None, [told.get("temporaryAccessPass")]))
        return answer

    monkeypatch.setattr(Tokens, "issue", issued)
    monkeypatch.setattr(Carrier, "carry_out", carried_out)
    return seen


@pytest.fixture
def station(rehearsal: Rehearsal, canaries: list[str]) -> Iterator[Rehearsal]:
    rehearsal.prove_laptops()
    rehearsal.serve()
    rehearsal.use_tenant(patience=10)
    yield rehearsal
    rehearsal.end()


def test_nothing_that_was_written_holds_a_secret(station: Rehearsal, canaries: list[str]) -> None:
    said = [station.run_apart("crisis", "run", station.reference).stderr]
    shown = json.loads(station.run_apart("handover", "pass", station.reference, "1", "--json").stdout)["code"]
    (station.home / "instruction.txt").write_text("return")
    instruction = (
        "--as",
        "return",
        "--by",
        "Camille Exemple",
        "--received",
        f"{utc_now().astimezone(PARIS):%Y-%m-%d}",
    )
    document = ("--document", str(station.home / "instruction.txt"))
    station.run_apart("tenant", "instruct", station.reference, *instruction, *document)
    in_clear = ("--clear", "no key", "--given-by", "Camille Exemple")
    for arguments in (("check",), ("export", station.reference, *in_clear)):
        ended = station.run_apart("tenant", *arguments)
        said += [ended.stdout, ended.stderr]
    assert shown in canaries
    # Each person's first password, tokens of several commands, and the pass.
    assert len(canaries) >= 2 + 3 + 1
    planted = {canary.encode() for canary in canaries} | key_lines(station.home)
    written = {path: path.read_bytes() for path in files(station.home)}
    assert {path.name for path in written} >= {"kit.db", "workflows.db", "kit.log", "kit.toml"}
    leaks = {str(path) for path, content in written.items() for secret in planted if secret in content}
    assert leaks == set()
    assert not [secret for secret in planted for text in said if secret in text.encode()]


def test_a_canary_that_is_written_is_found(station: Rehearsal, canaries: list[str]) -> None:
    station.run_apart("crisis", "run", station.reference)
    (station.home / "documents" / "leak.txt").write_text(f"Bearer {canaries[0]}")
    assert any(canaries[0].encode() in path.read_bytes() for path in files(station.home))


def test_a_process_with_secrets_in_memory_dumps_no_core_and_shows_none_outside(
    station: Rehearsal, canaries: list[str]
) -> None:
    assert station.tenant is not None
    # Every answer takes a second, so that the run is there to be looked at.
    station.tenant.disturb(Scenario(fault=(Fault(kind=Kind.SLOW, seconds=1.0, workload=Workload.DIRECTORY),)))
    process = station.start("crisis", "run", station.reference)
    deadline = time.monotonic() + LIMIT
    while len(canaries) < 2 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    outside = Path("/proc") / str(process.pid)
    limits = (outside / "limits").read_text()
    shown = (outside / "environ").read_bytes() + (outside / "cmdline").read_bytes()
    os.kill(process.pid, signal.SIGSEGV)
    process.communicate(timeout=LIMIT)
    assert process.returncode == -signal.SIGSEGV
    assert [line.split()[4:6] for line in limits.splitlines() if line.startswith("Max core")] == [["1", "1"]]
    assert not [secret for secret in canaries if secret.encode() in shown]
    assert not list(Path.cwd().glob("core*"))


def files(home: Path) -> list[Path]:
    """Everything that the station wrote, but for what holds secrets by design."""
    return [
        path
        for path in home.rglob("*")
        if path.is_file() and not HOLDERS & set(path.relative_to(home).parts[:1])
    ]


def key_lines(home: Path) -> set[bytes]:
    """The lines of the private keys, headings left out."""
    keys = (home / "keys").glob("*")
    lines = {line for key in keys if "PRIVATE" in key.read_text() for line in key.read_bytes().splitlines()}
    identity = (home / "keys" / "age-identity.txt").read_bytes().split()
    return {line for line in [*lines, *identity] if len(line) > 40 and b"-----" not in line}
