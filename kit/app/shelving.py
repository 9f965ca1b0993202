"""What a person says of a device on the shelf: set apart, reset and looked at, back in stock."""

from collections.abc import Sequence
from gettext import gettext as _

from inventory import devices, examinations, loans
from inventory.devices import Device, DeviceState
from inventory.errors import IllegalMove
from inventory.examinations import Examination
from inventory.text import named
from kit.app.compose import App
from kit.errors import BadInput


def quarantine(app: App, tag: str, reason: str) -> Device:
    """Set a device apart; a loan that holds it ends.

    Raises:
        Unknown: no such device. IllegalMove: it is where it cannot be set apart. BadValue: no reason.
    """
    with app.database.write() as session:
        return loans.set_apart(session, app.stamp(), tag, named(reason))


def wiped(app: App, tag: str, how: str) -> Device:
    """A person reset the device and found nothing of anybody on it: that is its proof.

    Raises:
        Unknown: no such device. IllegalMove: it is not in quarantine.
        BadInput: it is a laptop, which has to prove that itself. BadValue: nothing says how.
    """
    with app.database.write() as session:
        by = app.stamp()
        device = devices.get(session, tag)
        if device.kind in devices.PROVISIONED_KINDS and device.address is not None:
            raise BadInput(
                _("{tag} is a laptop: nobody's word stands for its proof; nothing was changed.").format(
                    tag=device.tag
                ),
                hint=_("Erase it with `kit laptop release {tag}`.").format(tag=device.tag),
            )
        examinations.keep(session, by, device.tag, Examination.WIPE, {"how": named(how), "by": by.actor})
        devices.move(session, by, device, DeviceState.WIPED, reason="reset by hand")
        return device


def restock(app: App, tags: Sequence[str]) -> list[Device]:
    """Wiped devices are back on their shelf: all of them, or none.

    Raises:
        Unknown: no such device. IllegalMove: one is not wiped.
    """
    with app.database.write() as session:
        by = app.stamp()
        found = list({device.tag: device for device in (devices.get(session, tag) for tag in tags)}.values())
        refused = [device for device in found if device.state is not DeviceState.WIPED]
        if refused:
            raise IllegalMove(
                _("{devices}: only what is wiped comes back to stock; nothing was changed.").format(
                    devices=", ".join(f"{device.tag} ({device.state})" for device in refused)
                ),
                hint=_("Leave these out, or wipe them first."),
            )
        for device in found:
            devices.move(session, by, device, DeviceState.IN_STOCK, reason="back on the shelf")
        return found
