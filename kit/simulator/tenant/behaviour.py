"""Owns how slow, how consistent and how strict the tenant is: one frozen value, chosen when it starts.

All durations are seconds. The defaults show every delay of the real service, short enough for a
demonstration; `INSTANT` has none of them, for tests of something else.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Behaviour:
    """What the tenant does beside answering correctly."""

    #: repeats replica choices, replication lags and the order of batch answers
    seed: int = 1
    #: until a new user or group can be read on every replica
    replication: float = 0.5
    #: directory replicas that answer reads; each request lands on one of them
    replicas: int = 3
    #: from the licence to the mailbox
    mailbox_delay: float = 2.0
    #: from a group with owners to its SharePoint site; a group created without owners never gets one
    site_delay: float = 2.0
    #: from the accepted request to a working Team
    team_delay: float = 2.0
    #: age under which a group cannot be turned into a Team yet
    group_age_for_team: float = 1.0
    #: from an order to a managed phone until the phone has carried it out
    phone_delay: float = 2.0
    #: users, groups and units the directory may hold, a deleted one counting a quarter
    directory_quota: int | None = None
    #: added to every request, a batch counting as one
    latency: float = 0.0
    #: lifetime of an access token …
    token_lifetime: int = 3599
    #: … and, between these, of one whose client understands a claims challenge, so that it can be called back
    challengeable_lifetime: tuple[int, int] = (24 * 3600, 28 * 3600)
    #: lifetime of a device code, and between two questions whether somebody has approved it
    device_code_lifetime: int = 900
    device_code_interval: int = 5
    #: refuse a client assertion that was used before; MSAL repeats one for nine minutes, hence off
    single_use_assertions: bool = False
    #: enforce the limits documented for each workload
    documented_limits: bool = True
    #: what one library may hold, in bytes; 25 TB at SharePoint, more is refused with 507
    drive_quota: int = 25 * 1024**4
    #: answer 429 with `Retry-After: 1` to every n-th Graph request, batch parts included
    throttle_every: int | None = None


#: Every delay of the real service, short enough to watch.
DEFAULT = Behaviour()
#: No delay of any kind; documented limits stay on.
INSTANT = Behaviour(
    replication=0.0,
    mailbox_delay=0.0,
    site_delay=0.0,
    team_delay=0.0,
    group_age_for_team=0.0,
    phone_delay=0.0,
)
