"""Owns phones that the tenant manages (Intune): found, given to their person, locked, wiped.

Setting the primary user is a request that Microsoft's metadata of v1.0 describes (`users` of a managed
device) and its pages do not; it is widely used on beta and was never tried here on a real tenant.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from gettext import gettext as _
from typing import Any

from kit.graph import moments
from kit.graph.batching import Part, segment
from kit.graph.client import PAUSES, Graph
from kit.graph.ensure import ONE_READ, ensure, look_many
from kit.graph.errors import not_yet
from kit.graph.retry import growing

PHONES = "/deviceManagement/managedDevices"
_PEOPLE = {"$select": "id,userPrincipalName"}


@dataclass(frozen=True)
class ManagedPhone:
    """A device as the tenant knows it; `user_id` is the account it was enrolled with, if any."""

    id: str
    imei: str
    serial: str
    model: str
    user_id: str


class Order(StrEnum):
    """What a phone can be told from afar, by the name under which the tenant keeps the result.

    The reference names no such names; these are what device management is seen to write.
    """

    LOCK = "remoteLock"
    WIPE = "factoryReset"


@dataclass(frozen=True)
class Ordered:
    """An order as the tenant has it: `state` in Graph's words, when it was given, when that state began."""

    state: str
    asked_at: datetime
    at: datetime

    @property
    def done(self) -> bool:
        """Whether the phone carried it out."""
        return self.state == "done"

    @property
    def awaited(self) -> bool:
        """Whether the phone may still carry it out; else it did, or never will."""
        return self.state in {"pending", "active"}


def find_phones(graph: Graph, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], ManagedPhone]:
    """Those that the tenant manages, by the (IMEI, serial) asked for; either may be empty.

    All are listed and compared here: the reference names no filter on either number, and the service
    answers a filter that it does not know with every device there is.

    Raises:
        GraphError: the tenant refused, as one without device management does.
    """
    select = {"$select": "id,imei,serialNumber,model,userId,enrolledDateTime"}
    # A phone that was wiped and enrolled again may still have its earlier record: the later one counts.
    devices = sorted(graph.pages(PHONES, params=select), key=lambda d: str(d.get("enrolledDateTime") or ""))
    known = [_phone(device) for device in devices]
    return {key: phone for key in wanted for phone in known if _is_that(phone, *key)}


def assign_phone(graph: Graph, phone_id: str, user_id: str, *, deadline_s: float) -> None:
    """See to it that the person is the phone's primary user, in place of an earlier one.

    Raises:
        GraphError: the tenant refused.
        NotYet: it was accepted and does not show within the deadline.
    """
    path = f"{PHONES}/{segment(phone_id)}/users"

    def look(_users: Sequence[str]) -> Mapping[str, bool]:
        found = look_many(graph, {user_id: Part("GET", path, {"$select": "id"})}).get(user_id, {})
        return {str(user["id"]): True for user in found.get("value", [])}

    reference = {"@odata.id": graph.address(f"/users/{segment(user_id)}")}
    ensure(
        graph,
        [user_id],
        look=look,
        # The same person made its user twice is its user once.
        create=lambda _user: Part("POST", f"{path}/$ref", json=reference, repeatable=True),
        deadline_s=deadline_s,
        what=_("the phone to be given to its person"),
        reads=ONE_READ,
    )


def people_of(graph: Graph, phone_id: str) -> tuple[str, ...]:
    """The principal names of the phone's primary users; empty where nobody was given it.

    Raises:
        GraphError: the tenant refused.
    """
    path = f"{PHONES}/{segment(phone_id)}/users"
    return tuple(str(user["userPrincipalName"]) for user in graph.pages(path, params=_PEOPLE))


def lock_phone(graph: Graph, phone_id: str) -> None:
    """Ask that the screen is locked, at once or when the phone next goes online.

    Raises:
        GraphError: the tenant refused; nothing was asked of the phone.
    """
    graph.post(f"{PHONES}/{segment(phone_id)}/remoteLock", repeatable=True)


def wipe_phone(graph: Graph, phone_id: str) -> None:
    """Ask that everything on the phone is erased, its enrolment too, at once or when it next goes online.

    Raises:
        GraphError: the tenant refused; nothing was asked of the phone.
    """
    everything = {"keepUserData": False, "keepEnrollmentData": False}
    graph.post(f"{PHONES}/{segment(phone_id)}/wipe", everything, repeatable=True)


def last_order(graph: Graph, phone_id: str, order: Order) -> Ordered | None:
    """The last order of that kind that the phone was given; None where it never was.

    Raises:
        GraphError: the tenant refused.
    """
    select = {"$select": "id,deviceActionResults"}
    results = graph.get(f"{PHONES}/{segment(phone_id)}", params=select).get("deviceActionResults") or ()
    given = [_ordered(result) for result in results if result.get("actionName") == order]
    return max((each for each in given if each), key=lambda each: each.asked_at, default=None)


def follow_order(graph: Graph, phone_id: str, order: Order, *, since: datetime, deadline_s: float) -> Ordered:
    """What became of an order given at `since` or later, by the tenant's clock.

    A phone that is off answers when it is on again: one that still waits for it after the deadline is told
    as waiting.

    Raises:
        GraphError: the tenant refused.
        NotYet: no such order shows within the deadline.
    """
    end, pace = graph.waits.now() + deadline_s, growing(*PAUSES)
    while True:
        found = last_order(graph, phone_id, order)
        shown = found if found is not None and found.asked_at >= since else None
        if shown is not None and not shown.awaited:
            return shown
        if (left := end - graph.waits.now()) <= 0:
            break
        graph.waits.wait(min(next(pace), left), _("the phone to answer"))
    if shown is None:
        raise not_yet(_("the order to the phone"), deadline_s)
    return shown


def _ordered(result: Mapping[str, Any]) -> Ordered | None:
    """A result as the tenant keeps it; None where it does not say when the order was given."""
    asked = moments.noted(result.get("startDateTime"))
    if asked is None:
        return None
    at = moments.noted(result.get("lastUpdatedDateTime")) or asked
    return Ordered(str(result.get("actionState") or ""), asked, at)


def _phone(device: Mapping[str, Any]) -> ManagedPhone:
    return ManagedPhone(
        id=str(device["id"]),
        imei=str(device.get("imei") or ""),
        serial=str(device.get("serialNumber") or ""),
        model=str(device.get("model") or ""),
        user_id=str(device.get("userId") or ""),
    )


def _is_that(phone: ManagedPhone, imei: str, serial: str) -> bool:
    """The serial decides where both sides know it: a phone has one, and two IMEIs if it takes two SIMs."""
    if phone.serial and serial:
        return phone.serial.casefold() == serial.casefold()
    return bool(imei) and _digits(phone.imei) == _digits(imei)


def _digits(imei: str) -> str:
    return "".join(filter(str.isdigit, imei))
