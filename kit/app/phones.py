"""Acts on a phone from afar, through the tenant's device management: look, lock, wipe."""

from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _

from inventory import devices, journal
from inventory.devices import Device, DeviceKind
from inventory.errors import Unknown
from kit.app import station as building
from kit.app.compose import App
from kit.errors import BadInput
from kit.graph import moments, phones
from kit.graph.client import Graph
from kit.graph.phones import ManagedPhone, Order, Ordered


@dataclass(frozen=True)
class Phone:
    """A phone of the pool as device management knows it; `managed` is None where it does not.

    `people` are the principal names of whom it was given to.
    """

    tag: str
    model: str
    imei: str
    managed: ManagedPhone | None
    people: tuple[str, ...]


def look(app: App, tag: str) -> Phone:
    """What device management says of a phone.

    Raises:
        Unknown: no such device. BadInput: it is not a phone.
        TenantRefused, TenantUnreachable: the tenant did not say.
    """
    device = _phone(app, tag)
    with building.tenant(app) as graph:
        return _found(graph, device)


def lock(app: App, tag: str, *, patience: float = building.COMMAND_PATIENCE) -> Phone:
    """Lock a lost phone's screen at once; raises as `look`, and Unknown where it is not managed."""
    device = _phone(app, tag)
    with building.tenant(app, patience=patience) as graph:
        phone = _found(graph, device)
        phones.lock_phone(graph, _managed(phone).id)
    _note(app, tag, "phone.locked")
    return phone


def wipe(app: App, tag: str, *, patience: float = building.COMMAND_PATIENCE) -> Phone:
    """Erase everything on a phone, now or when it next goes online; raises as `lock`."""
    device = _phone(app, tag)
    with building.tenant(app, patience=patience) as graph:
        phone = _found(graph, device)
        phones.wipe_phone(graph, _managed(phone).id)
    _note(app, tag, "phone.wipe-asked")
    return phone


def see_to(app: App, tag: str, order: Order, *, since: datetime, patience: float) -> Ordered:
    """See to it that a phone was given an order since that moment, and read what became of it.

    One that was given already is not given again, unless it failed. `patience` in seconds. Raises as `lock`,
    and NotYet where the order was taken and does not show.
    """
    device = _phone(app, tag)
    with building.tenant(app, patience=patience) as graph:
        key = _managed(_found(graph, device)).id
        known, asked = phones.last_order(graph, key, order), moments.not_before(graph, since)
        if known is None or known.asked_at < asked or not (known.done or known.awaited):
            asked = moments.not_before(graph)
            match order:
                case Order.LOCK:
                    phones.lock_phone(graph, key)
                    _note(app, tag, "phone.locked")
                case Order.WIPE:
                    phones.wipe_phone(graph, key)
                    _note(app, tag, "phone.wipe-asked")
        return phones.follow_order(graph, key, order, since=asked, deadline_s=patience)


def _phone(app: App, tag: str) -> Device:
    with app.database.read() as session:
        device = devices.get(session, tag)
    if device.kind is not DeviceKind.PHONE:
        raise BadInput(_("{tag} is not a phone; nothing was done.").format(tag=tag))
    return device


def _found(graph: Graph, device: Device) -> Phone:
    key = (device.imei or "", device.serial or "")
    managed = phones.find_phones(graph, [key]).get(key)
    people = phones.people_of(graph, managed.id) if managed else ()
    return Phone(device.tag, device.model, key[0], managed, people)


def _managed(phone: Phone) -> ManagedPhone:
    if phone.managed is None:
        raise Unknown(
            _("The tenant's device management does not know {tag} (IMEI {imei}); nothing was done.").format(
                tag=phone.tag, imei=phone.imei or "–"
            ),
            hint=_("Have the operator bar its SIM, and change what its person could reach from it."),
        )
    return phone.managed


def _note(app: App, tag: str, kind: str) -> None:
    with app.database.write() as session:
        journal.append(session, app.stamp(), kind, devices.subject(tag), {})
