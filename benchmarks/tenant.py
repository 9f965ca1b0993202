"""200 people in the tenant: the client against what no client can undercut, and against Microsoft's SDK.

Tenant, client and SDK are a process each: `python -m benchmarks.tenant serve|kit FOLDER [URL]`, and that of
`tenant_sdk`. Every run is on a fresh tenant, and goes from the first request with a token in hand to the last
read that proves the work.

What no client can undercut is a chain: requests that must follow each other, each a round trip of a smallest
batch, and the tenant's own delays. A batch takes 20 requests, and any number may be under way.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median

import httpx

from benchmarks.measure import Result
from kit.app import keys
from kit.graph import groups, licences, sites, teams, users
from kit.graph.client import Graph
from kit.graph.connection import Connection
from kit.graph.ensure import READS
from kit.graph.permissions import NEEDED_ROLES
from kit.graph.wire import LIMITS, trust
from kit.simulator.tenant.server import Behaviour, TenantServer

PEOPLE = 200
CHANNELS = ("Cellule de crise", "Communication", "Services à la population")
FOLDERS = tuple(f"{number:02} Dossier" for number in range(1, 9))
SKU = "SPE_E3"
#: The documented limits are on by default.
TENANT = Behaviour(latency=0.08)
ROUNDS = 3
BOUND = 1.25
#: Of the SDK's seconds.
SDK_BOUND = 1 / 8
MEGABYTES = 150.0
#: Seconds from the first to the last of 8 requests on one Team, of which 4 may come at once and 4 a second.
TEAM_LIMIT = 1.0
#: Owners and members in one request (Microsoft Learn, Create group, Add members).
LINKS = 20

_DOMAIN = "secours.example"
_TENANT_ID, _CLIENT_ID = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-0000000000aa"
#: Seconds after which a measurement is given up, and for things to show in the tenant.
_LONGEST, _DEADLINE = 600.0, 60.0
#: Who is measured: the module of its process, and what that is told before folder and address.
_CLIENTS = {"kit": ("benchmarks.tenant", "kit"), "sdk": ("benchmarks.tenant_sdk",)}
_NOUN: ContextVar[str] = ContextVar("noun", default="other")


@dataclass(frozen=True)
class Measured:
    """One run: its seconds, those of a round trip, its peak of memory, where each noun's time went."""

    seconds: float
    hop: float
    megabytes: float
    nouns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chain:
    """Round trips that must follow each other, and delays of the tenant between them."""

    hops: int = 0
    delays: tuple[tuple[str, float], ...] = ()

    def then(self, hops: int) -> "Chain":
        """With that many round trips more."""
        return replace(self, hops=self.hops + hops)

    def waiting(self, what: str, seconds: float) -> "Chain":
        """With a delay more."""
        return replace(self, delays=(*self.delays, (what, seconds)))

    def seconds(self, hop: float) -> float:
        """How long it takes."""
        return self.hops * hop + sum(seconds for _what, seconds in self.delays)

    def told(self, hop: float) -> str:
        """How it is made up."""
        return " + ".join([f"{self.hops} × {hop:.3f}", *(f"{s:.1f} {what}" for what, s in self.delays)])


def chains(hop: float) -> dict[str, Chain]:
    """When each noun can be proven at the earliest, as a chain from the start."""

    def later(*ends: Chain) -> Chain:
        return max(ends, key=lambda end: end.seconds(hop))

    def proven(created: Chain) -> Chain:
        # The first good read may arrive as the slowest replica comes round; the others follow it.
        return created.waiting("replication", TENANT.replication).then(READS - 1)

    # Look, create.
    accounts = proven(Chain().then(2))
    created = accounts.then(2)
    # Add members, read them back.
    group = proven(created).then(2)
    # Look; PUT; read it back and look at the channels side by side; create them; read back.
    looked = group.then(1)
    put = later(looked, created.waiting("age of the group", TENANT.group_age_for_team))
    return {
        "accounts": accounts,
        # Look at accounts and pool side by side, give, read back.
        "licences": accounts.then(3),
        "group": group,
        "team": later(put.then(4), looked.waiting("4 requests/s on a Team", TEAM_LIMIT)),
        # Site and library side by side; look, create, read back.
        "site": later(group.then(1), created.waiting("the site", TENANT.site_delay)).then(3),
    }


def measure() -> Iterator[Result]:
    """Ours in rounds; the SDK once, for it takes minutes and is not close."""
    runs = sorted((_run("kit") for _ in range(ROUNDS)), key=lambda run: run.seconds)
    sdk, ours = _run("sdk"), runs[ROUNDS // 2]
    hop = median(run.hop for run in runs)
    ends = chains(hop)
    _tell(ends, hop, ours)
    last = max(ends.values(), key=lambda end: end.seconds(hop))
    yield Result(
        f"{PEOPLE} people in the tenant against what limits and dependent requests allow",
        ours.seconds / last.seconds(hop),
        BOUND,
        f"{ours.seconds:.2f} ({runs[0].seconds:.2f} to {runs[-1].seconds:.2f}) against "
        f"{last.seconds(hop):.2f} = {last.told(hop)}",
    )
    yield Result(
        f"{PEOPLE} people in the tenant against `msgraph-sdk`, one request after the other",
        ours.seconds / sdk.seconds,
        SDK_BOUND,
        f"{ours.seconds:.2f} against {sdk.seconds:.1f}",
    )
    peak = max(run.megabytes for run in runs)
    yield Result(
        f"memory of the client's process against {MEGABYTES:.0f} MB",
        peak / MEGABYTES,
        1.0,
        f"{peak:.0f} MB; the SDK's {sdk.megabytes:.0f} MB",
    )


def _tell(ends: dict[str, Chain], hop: float, run: Measured) -> None:
    writes = 2 * PEOPLE + PEOPLE // LINKS + 1
    lines = [f"{writes} directory writes of 3000 in 150 s, {PEOPLE // LINKS} batches at once: no wait"]
    lines += [f"earliest end, {name}: {end.seconds(hop):.2f} = {end.told(hop)}" for name, end in ends.items()]
    print(*lines, *run.nouns, sep="\n  ", file=sys.stderr, flush=True)


def _run(who: str) -> Measured:
    """One measurement on a fresh tenant."""
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as name:
        folder = Path(name)
        keys.ensure_certificate(folder, name="bench")
        with (
            _process("benchmarks.tenant", "serve", folder) as tenant,
            _process(*_CLIENTS[who], folder, _first_line(tenant)) as client,
        ):
            answer, _nothing = client.communicate(timeout=_LONGEST)
            assert client.returncode == 0, f"{who} failed"
    run = Measured(**json.loads(answer))
    print(f"  tenant, {who}: {run.seconds:.2f} s", file=sys.stderr, flush=True)
    return run


@contextmanager
def _process(*module_and_arguments: object) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", *map(str, module_and_arguments)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def main(role: str, folder: Path, url: str = "") -> None:
    """Play one part."""
    if role == "serve":
        _serve(folder)
    else:
        tenant = connection(folder, url)
        tell(tenant, _kit(tenant))


def _serve(folder: Path) -> None:
    _key, certificate = keys.ensure_certificate(folder, name="bench")
    server = TenantServer(
        folder / "tenant",
        tenant_id=_TENANT_ID,
        domain=_DOMAIN,
        behaviour=TENANT,
        licences={SKU: PEOPLE},
    )
    server.register_app(_CLIENT_ID, certificate.read_text(), [needed.name for needed in NEEDED_ROLES])
    server.serve_forever(ready=lambda address: print(address, flush=True))


def connection(folder: Path, url: str) -> Connection:
    """The tenant at `url`, which was furnished in `folder`."""
    key, certificate = keys.ensure_certificate(folder, name="bench")
    authority = folder / "tenant" / "ca.pem"
    return Connection(_TENANT_ID, _CLIENT_ID, url, f"{url}/v1.0", key, certificate, authority)


def tell(tenant: Connection, run: Measured) -> None:
    """Print a measurement, once the work is found done."""
    _check(tenant)
    print(json.dumps(asdict(run)))


def _check(tenant: Connection) -> None:
    """The work is done, whoever did it."""
    with Graph(tenant) as graph:
        group = next(graph.pages("/groups", params={"$select": "id"}))["id"]
        channels = {channel["displayName"] for channel in graph.pages(f"/teams/{group}/channels")}
        site = sites.wait_site(graph, group, deadline_s=_DEADLINE)
        assert licences.left(graph, SKU).left == 0
        assert len(list(graph.pages(f"/groups/{group}/members"))) == PEOPLE
        assert channels.issuperset(CHANNELS)
        assert set(sites.folders(graph, site.drive_id)) == set(FOLDERS)


def peak() -> float:
    """Most memory this process held, in MB; `getrusage` counts its parent's before the start too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def people() -> list[users.UserSpec]:
    """The accounts to be made."""
    return [
        users.UserSpec(
            principal_name=f"dominique.essai{number}@{_DOMAIN}",
            nickname=f"dominique.essai{number}",
            display_name=f"Dominique Essai {number}",
            given_name="Dominique",
            surname=f"Essai {number}",
            department="État civil",
            usage_location="FR",
            mark=f"kit:13005-2026-01:{number}",
        )
        for number in range(1, PEOPLE + 1)
    ]


class _Watched(httpx.HTTPTransport):
    """The client's own transport, which notes whose each request was, when it began and was answered."""

    def __init__(self, tenant: Connection) -> None:
        super().__init__(verify=trust(tenant), trust_env=False, limits=LIMITS)
        self.calls: list[tuple[str, float, float]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        began = time.monotonic()
        try:
            return super().handle_request(request)
        finally:
            self.calls.append((_NOUN.get(), began, time.monotonic()))

    def told(self, noun: str, seconds: float) -> str:
        """Where the time of a noun went; requests that overlap are of one wave."""
        spans = sorted((began, ended) for whose, began, ended in self.calls if whose == noun)
        waves, wave_end, idle, busy_until = 0, 0.0, seconds, 0.0
        for began, ended in spans:
            if began >= wave_end:
                waves, wave_end = waves + 1, ended
            wave_end = min(wave_end, ended)
            idle -= max(0.0, ended - max(began, busy_until))
            busy_until = max(busy_until, ended)
        return f"{noun}: {seconds:.2f} s, {len(spans)} requests in {waves} waves, {idle:.2f} s between them"


def _kit(tenant: Connection) -> Measured:
    watched = _Watched(tenant)
    with Graph(tenant, transport=watched) as graph:
        hops = [_round_trip(graph) for _ in range(10)]
        started = time.monotonic()
        spans = _equip(graph)
        seconds = time.monotonic() - started
        hops += [_round_trip(graph) for _ in range(10)]
    told = tuple(watched.told(noun, spent) for noun, spent in spans.items())
    return Measured(seconds, median(hops), peak(), told)


def _round_trip(graph: Graph) -> float:
    """Seconds of a batch of one small read: Graph refuses an empty one, before its latency."""
    started = time.monotonic()
    graph.post("/$batch", {"requests": [{"id": "1", "method": "GET", "url": "/organization?$select=id"}]})
    return time.monotonic() - started


def _equip(graph: Graph) -> dict[str, float]:
    """The nouns as `kit/workflows/equip.py` arranges them; gives the seconds of each."""
    spans = {}

    @contextmanager
    def noun(name: str) -> Iterator[None]:
        before = _NOUN.set(name)
        started = time.monotonic()
        yield
        spans[name] = time.monotonic() - started
        _NOUN.reset(before)

    def licensed(ids: Sequence[str]) -> None:
        with noun("licences"):
            licences.assign(graph, licences.left(graph, SKU).sku_id, ids)

    def team(group: str) -> None:
        with noun("team"):
            teams.ensure_channels(graph, teams.ensure_team(graph, group, deadline_s=_DEADLINE), CHANNELS)

    def site(group: str) -> None:
        with noun("site"):
            found = sites.wait_site(graph, group, deadline_s=_DEADLINE)
            sites.ensure_folders(graph, found.drive_id, FOLDERS)

    with ThreadPoolExecutor(3) as pool:
        with noun("accounts"):
            ids = tuple(users.ensure_users(graph, people(), deadline_s=_DEADLINE).values())
        branches = [pool.submit(licensed, ids)]
        with noun("group"):
            spec = groups.GroupSpec("Crise", "crise", "Espace de crise", ids[:2], ids, "kit:13005-2026-01")
            group = groups.ensure_group(graph, spec, deadline_s=_DEADLINE)
        branches += [pool.submit(team, group), pool.submit(site, group)]
        for branch in branches:
            branch.result()
    return spans


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
