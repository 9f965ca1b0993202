"""Owns whether a device on the shelf could be lent now, and why not. Pure: derived, never stored."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from inventory.devices import DeviceKind
from inventory.examinations import Examination


class Verdict(StrEnum):
    """What a device needs before it can be lent."""

    DEPLOYABLE = "deployable"
    NEEDS_CHARGE = "needs_charge"
    NEEDS_UPDATE = "needs_update"
    #: somebody must look at it: what is known of it is too little, too old, or bad
    NEEDS_CHECK = "needs_check"


class Why(StrEnum):
    """What speaks against lending a device now; `found` and `limit` of a `Reason` are in its unit."""

    #: nobody ever examined it
    NEVER_CHECKED = "never_checked"
    #: days since the last examination that passed
    CHECK_OLD = "check_old"
    #: what was not right with it, else the examination that did not pass
    CHECK_FAILED = "check_failed"
    #: per cent of the capacity that the battery had as new
    BATTERY_WORN = "battery_worn"
    #: security updates that wait
    SECURITY_UPDATES = "security_updates"
    #: days since it was prepared last
    IMAGE_OLD = "image_old"
    #: days until its contract or licence ends; negative since it has
    EXPIRES = "expires"
    #: per cent of charge
    BATTERY_LOW = "battery_low"
    #: days since its charge was read
    CHARGE_OLD = "charge_old"


_VERDICTS = {
    Why.NEVER_CHECKED: Verdict.NEEDS_CHECK,
    Why.CHECK_OLD: Verdict.NEEDS_CHECK,
    Why.CHECK_FAILED: Verdict.NEEDS_CHECK,
    Why.BATTERY_WORN: Verdict.NEEDS_CHECK,
    Why.SECURITY_UPDATES: Verdict.NEEDS_UPDATE,
    Why.IMAGE_OLD: Verdict.NEEDS_UPDATE,
    Why.EXPIRES: Verdict.NEEDS_UPDATE,
    Why.BATTERY_LOW: Verdict.NEEDS_CHARGE,
    Why.CHARGE_OLD: Verdict.NEEDS_CHARGE,
}
#: The graver verdict first: a device with several reasons has the gravest.
_GRAVITY = tuple(reversed(Verdict))
#: What is worth nothing unless somebody looked at it; a SIM or a bag is not looked at.
_CHECKED_KINDS = frozenset({DeviceKind.LAPTOP, DeviceKind.PHONE, DeviceKind.ROUTER})
#: When these pass, what failed before them is mended.
_MENDING = frozenset({Examination.CLEAN_STATE, Examination.WIPE})
#: A file that somebody brought says nothing of when the device was looked at.
_FILES = frozenset({Examination.AGENT})


@dataclass(frozen=True)
class Limits:
    """How old a fact may be in days, how low a battery in per cent of charge or of the capacity as new."""

    check_days: int = 90
    image_days: int = 180
    charge_days: int = 60
    battery_charge: int = 50
    battery_health: int = 60
    expiry_days: int = 30


@dataclass(frozen=True)
class Shelved:
    """A device in stock, as far as readiness asks."""

    tag: str
    kind: DeviceKind
    model: str = ""
    place: str = ""
    expires_on: date | None = None


@dataclass(frozen=True)
class Look:
    """The last finding of one sort; None for what it does not tell.

    Attributes:
        charge: of the battery, in per cent. health: what is left of its capacity, in per cent.
        security_updates: how many wait. failed: what a person said was not right.
    """

    examination: Examination
    at: datetime
    passed: bool
    charge: int | None = None
    health: int | None = None
    security_updates: int | None = None
    failed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reason:
    """What was found and which limit it breaks, in the unit that `Why` says."""

    why: Why
    found: int | str | None = None
    limit: int | None = None


@dataclass(frozen=True)
class Readiness:
    """A device with its verdict, every reason for it, and when it was last examined well."""

    device: Shelved
    verdict: Verdict
    reasons: tuple[Reason, ...]
    checked_at: datetime | None


def judge(device: Shelved, looks: Sequence[Look], now: datetime, limits: Limits) -> Readiness:
    """Whether a device on the shelf could be lent now.

    `looks` are the last ones of each examination, in any order; `now` is in the zone of the team's calendar.
    """
    ordered = sorted(looks, key=lambda look: (look.at, look.examination))
    examined = [look for look in ordered if look.examination not in _FILES]
    checked = max((look.at for look in examined if look.passed), default=None)
    reasons = (
        *(_checks(examined, checked, now, limits) if device.kind in _CHECKED_KINDS else ()),
        *_failures(ordered),
        *_updates(ordered, now, limits),
        *_expiry(device, now, limits),
        *_batteries(ordered, now, limits),
    )
    verdicts = {_VERDICTS[reason.why] for reason in reasons} | {Verdict.DEPLOYABLE}
    gravest = next(verdict for verdict in _GRAVITY if verdict in verdicts)
    return Readiness(device, gravest, reasons, checked)


def _checks(
    examined: Sequence[Look], checked: datetime | None, now: datetime, limits: Limits
) -> Iterator[Reason]:
    if not examined:
        yield Reason(Why.NEVER_CHECKED)
    elif checked is not None and (days := _days(checked, now)) > limits.check_days:
        yield Reason(Why.CHECK_OLD, days, limits.check_days)


def _failures(looks: Sequence[Look]) -> Iterator[Reason]:
    for look in looks:
        mended = any(
            later.passed and later.examination in _MENDING and later.at >= look.at for later in looks
        )
        if not (look.passed or mended):
            yield Reason(Why.CHECK_FAILED, ", ".join(look.failed) or look.examination.value)


def _updates(looks: Sequence[Look], now: datetime, limits: Limits) -> Iterator[Reason]:
    waiting = next((n for look in reversed(looks) if (n := look.security_updates) is not None), 0)
    if waiting > 0:
        yield Reason(Why.SECURITY_UPDATES, waiting, 0)
    for look in looks:
        if look.examination is Examination.CLEAN_STATE and _days(look.at, now) > limits.image_days:
            yield Reason(Why.IMAGE_OLD, _days(look.at, now), limits.image_days)


def _expiry(device: Shelved, now: datetime, limits: Limits) -> Iterator[Reason]:
    if device.expires_on is not None:
        left = (device.expires_on - now.date()).days
        if left < limits.expiry_days:
            yield Reason(Why.EXPIRES, left, limits.expiry_days)


def _batteries(looks: Sequence[Look], now: datetime, limits: Limits) -> Iterator[Reason]:
    health = next((n for look in reversed(looks) if (n := look.health) is not None), None)
    if health is not None and health < limits.battery_health:
        yield Reason(Why.BATTERY_WORN, health, limits.battery_health)
    for look in reversed(looks):
        if look.charge is None:
            continue
        if look.charge < limits.battery_charge:
            yield Reason(Why.BATTERY_LOW, look.charge, limits.battery_charge)
        elif _days(look.at, now) > limits.charge_days:
            yield Reason(Why.CHARGE_OLD, _days(look.at, now), limits.charge_days)
        return


def _days(then: datetime, now: datetime) -> int:
    return (now - then) // timedelta(days=1)
