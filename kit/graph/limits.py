"""Owns the tenant's documented limits: which of them a request draws from, and when there is room again.

Pure: nothing is sent or waited for here. Sources: Microsoft Learn, "Microsoft Graph service-specific
throttling limits" and "Avoid getting throttled or blocked in SharePoint Online".
"""

import re
from collections import deque
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from kit.graph.batching import BATCH_SIZE, Part

#: Every period is taken a twentieth longer than documented: requests do not arrive at the pace at which
#: they leave, and other applications draw from some of the same limits.
MARGIN = 1.05
#: Outlook serves that many requests of one application at a time, whichever the mailboxes.
OUTLOOK_AT_ONCE = 4
#: Seconds added to a wait, so that rounding never ends it too early.
_GRAIN = 0.001


class Workload(StrEnum):
    """The service behind Graph that answers; each slows us down on its own."""

    DIRECTORY_READ = "directory-read"
    DIRECTORY_WRITE = "directory-write"
    OUTLOOK = "outlook"
    TEAMS = "teams"
    SHAREPOINT = "sharepoint"
    CONDITIONAL_ACCESS = "conditional-access"
    REPORTS = "reports"
    INTUNE = "intune"


class Limit(NamedTuple):
    """At most `units` in any `seconds`."""

    units: int
    seconds: float


class Draw(NamedTuple):
    """What a request takes: from which bucket, its limit, how many units."""

    bucket: str
    limit: Limit
    units: int = 1


class Bound(NamedTuple):
    """The most of something that one batch may carry."""

    what: str
    most: int


#: Resource units of the smallest tenants, under 50 users, so that ours never has to be known.
_DIRECTORY = Limit(3500, 10)
_DIRECTORY_WRITES = Limit(3000, 150)
_MAILBOX = Limit(10_000, 600)
_TEAM, _NEW_TEAMS, _TEAMS_OF_GROUPS = Limit(4, 1), Limit(10, 1), Limit(6, 1)
#: Of tenants with up to 1,000 licences.
_SHAREPOINT = Limit(1200, 60)
_CONDITIONAL_ACCESS = Limit(1, 1)
_REPORTS = Limit(5, 10)
_INTUNE, _INTUNE_WRITES = Limit(2000, 20), Limit(200, 20)

_OWNED = r"/(?:users|groups|me)(?:/[^/]+)?"
#: The first that matches the path says who answers; what none matches is the directory's.
_WORKLOADS = (
    (
        Workload.CONDITIONAL_ACCESS,
        re.compile(r"/identity/conditionalAccess|/identityProtection|/policies/conditionalAccessPolicies"),
    ),
    (Workload.REPORTS, re.compile(r"/auditLogs\b")),
    (Workload.INTUNE, re.compile(r"/device(?:App)?Management\b")),
    (Workload.TEAMS, re.compile(rf"/teams\b|{_OWNED}/(?:team|joinedTeams)\b")),
    (
        Workload.SHAREPOINT,
        re.compile(rf"/(?:drives|sites|shares|admin/sharepoint)\b|{_OWNED}/(?:drives?|sites)\b"),
    ),
    (
        Workload.OUTLOOK,
        re.compile(
            rf"/admin/exchange\b|{_OWNED}/(?:messages|mail\w+|sendMail|events|calendar\w*|contact\w*"
            r"|outlook|settings/exchange|threads|conversations)\b"
        ),
    ),
)
_ODD = re.compile(r"[?(]|^/(?:v1\.0|beta)/")
#: Resource units of reads by path; anything not listed is taken for a list, 2.
_READ_UNITS = (
    (5, re.compile(r".*/transitiveMembers\b")),
    (4, re.compile(r".*/domainNameReferences\b")),
    (3, re.compile(r"/subscribedSkus\b|/contracts\b|.*/(?:members|owners)\b")),
)
#: Resource units of the POSTs that only ask; any other write costs 1.
_ASKING_UNITS = re.compile(r".*/(?:getByIds|check\w+|isMemberOf|getMember\w+)$")
_PERMISSIONS = re.compile(r".*/(?:permissions\b|createLink$|invite$)")
_FILE_LISTS = re.compile(r".*/(?:children|drives|items|lists|sites|versions|columns|search\(.*\))$")


def workload(part: Part) -> Workload:
    """The service that answers the request."""
    path = _plain(part.path)
    for found, pattern in _WORKLOADS:
        if pattern.match(path):
            return found
    return Workload.DIRECTORY_READ if part.method == "GET" else Workload.DIRECTORY_WRITE


def cost(part: Part) -> list[Draw]:
    """What the request draws; never less than the service counts, at times more."""
    path, reads = _plain(part.path), part.method == "GET"
    match workload(part):
        case Workload.DIRECTORY_READ:
            draws = [Draw("directory", _DIRECTORY, _read_units(path, _query(part)))]
        case Workload.DIRECTORY_WRITE:
            units = 5 if _ASKING_UNITS.match(path) else 1
            draws = [Draw("directory", _DIRECTORY, units), Draw("directory writes", _DIRECTORY_WRITES)]
        case Workload.OUTLOOK:
            draws = [Draw(f"mailbox {_key(path)}", _MAILBOX)]
        case Workload.TEAMS:
            draws = _teams(part.method, path)
        case Workload.SHAREPOINT:
            draws = [Draw("sharepoint", _SHAREPOINT, _file_units(part.method, path, _query(part)))]
        case Workload.CONDITIONAL_ACCESS:
            draws = [Draw("conditional access", _CONDITIONAL_ACCESS)]
        case Workload.REPORTS:
            draws = [Draw("reports", _REPORTS)]
        case Workload.INTUNE:
            draws = [Draw("intune", _INTUNE)] + ([] if reads else [Draw("intune writes", _INTUNE_WRITES)])
    return draws


def load(part: Part) -> list[tuple[Bound, int]]:
    """What the request takes of a batch's room: no batch may draw more than a limit gives at once."""
    taken = [(Bound(draw.bucket, draw.limit.units), draw.units) for draw in cost(part)]
    if workload(part) is Workload.OUTLOOK:
        taken.append((Bound("outlook", OUTLOOK_AT_ONCE), 1))
    return [(Bound("parts", BATCH_SIZE), 1), *taken]


class Window:
    """What was drawn from one bucket during its last period.

    Counting each draw until its period has passed keeps any period under the limit, however the service
    counts; a bucket that refills steadily would let twice the limit through after a rest.
    """

    def __init__(self, limit: Limit) -> None:
        self._most = limit.units
        self._period = limit.seconds * MARGIN
        self._drawn: deque[tuple[float, int]] = deque()
        self._total = 0

    def wait(self, units: int, now: float) -> float:
        """Seconds until `units` can be drawn: 0 while there is room; too many wait for all of the limit."""
        self._forget(now)
        excess = self._total + min(units, self._most) - self._most
        wait = 0.0
        for at, taken in self._drawn:
            if excess <= 0:
                break
            excess -= taken
            wait = at + self._period - now + _GRAIN
        return wait

    def draw(self, units: int, now: float) -> None:
        """Count `units` as drawn now."""
        self._drawn.append((now, units))
        self._total += units

    def _forget(self, now: float) -> None:
        while self._drawn and self._drawn[0][0] + self._period <= now:
            self._total -= self._drawn.popleft()[1]


def _plain(path: str) -> str:
    """The path below the version, `/teams('x')` written as `/teams/x`: a link of the tenant's has both."""
    if path.startswith("/") and not _ODD.search(path):
        return path  # nearly all are, and hundreds are looked at before a batch leaves
    path = re.sub(r"^/(?:v1\.0|beta)(?=/)", "", urlsplit(path).path)
    return re.sub(r"\('([^']*)'\)", r"/\1", path)


def _query(part: Part) -> str:
    """What is asked for beside the path, whether as parameters or in a link of the tenant's."""
    ours = "&".join(f"{name}={value}" for name, value in part.params.items())
    return f"{unquote(urlsplit(part.path).query)}&{ours}" if "?" in part.path else ours


def _key(path: str) -> str:
    """Whose mailbox or Team it is: the segment after the collection."""
    return "/".join(path.split("/")[2:3])


def _read_units(path: str, query: str) -> int:
    base = next((units for units, pattern in _READ_UNITS if pattern.match(path)), 2)
    return max(1, base - ("$select=" in query) + ("$expand=" in query))


def _teams(method: str, path: str) -> list[Draw]:
    if path == "/teams":
        return [Draw("new teams", _NEW_TEAMS)] if method == "POST" else []
    draws = [Draw(f"team {_key(path)}", _TEAM)]
    return [*draws, Draw("teams of groups", _TEAMS_OF_GROUPS)] if method == "PUT" else draws


def _file_units(method: str, path: str, query: str) -> int:
    if _PERMISSIONS.match(path) or "permissions" in query:
        return 5
    if method != "GET":
        return 2
    if "/delta" in path:
        return 1 if "token" in path + query else 2
    return 2 if _FILE_LISTS.match(path) else 1
