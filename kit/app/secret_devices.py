"""Shows one secret of one device to who holds the team's age identity, and keeps a SIM's codes anew."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from gettext import gettext as _
from pathlib import Path

import pyrage

from inventory import devices, journal, secrets
from inventory.devices import DeviceKind
from inventory.errors import Unknown
from inventory.importing import cells
from kit.app import keys
from kit.app.compose import App
from kit.errors import BadInput

#: What is printed on the card of a SIM, and how each is looked at.
_CODES: Mapping[str, Callable[[str], str | None]] = {"pin": cells.pin, "puk": cells.puk}


@dataclass(frozen=True)
class DeviceSecret:
    """A device's secret in clear; show it once and keep it nowhere."""

    tag: str
    name: str
    secret: str = field(repr=False)


def show(app: App, tag: str, name: str, identity: Path) -> DeviceSecret:
    """Decrypt a secret with the identity in that file; that it is shown is in the journal before it is.

    Raises:
        Unknown: no such device, or it has no such secret. BadInput: the file holds no identity, others can
            read it, or it does not open this secret; the journal says that it was tried.
    """
    with app.database.read() as session:
        device = devices.get(session, tag)
        sealed, known = secrets.sealed(session, device.tag, name), secrets.names(session, device.tag)
    if sealed is None:
        raise Unknown(
            _("{tag} has no secret of the name {name}.").format(tag=device.tag, name=name),
            hint=_("It has: {names}.").format(names=", ".join(known) or "–"),
        )
    opened = _opened(sealed, identity)
    kind = "secret.refused" if opened is None else "secret.shown"
    with app.database.write() as session:
        journal.append(session, app.stamp(), kind, devices.subject(device.tag), {"name": name})
    if opened is None:
        raise BadInput(
            _("The identity in {file} does not open this secret; nothing was shown.").format(file=identity),
            hint=_("Take one whose public key was in `team.recipients` when the device was prepared."),
        )
    return DeviceSecret(device.tag, name, opened)


def keep_code(app: App, tag: str, name: str, code: str) -> str:
    """Seal a SIM's code to the team's age keys, in place of the one that there was; gives its tag.

    Raises:
        Unknown: no such device. BadInput: it is no SIM, its codes are not called so, or this is none.
        NoRecipient: there is nobody to seal it for.
    """
    with app.database.write() as session:
        device = devices.get(session, tag)
        if device.kind is not DeviceKind.SIM or name not in _CODES:
            raise BadInput(
                _("Only the {names} of a SIM are kept by hand; nothing was changed.").format(
                    names=", ".join(_CODES)
                ),
                hint=_("What opens a laptop is made, set and sealed when it is prepared."),
            )
        try:
            kept = _CODES[name](code)
        except ValueError as exc:
            raise BadInput(_("Not kept: {reason}.").format(reason=exc)) from None
        if kept is None:
            raise BadInput(_("No code was typed; nothing was changed."))
        recipients = app.settings.team.recipients
        secrets.seal(session, app.stamp(), device.tag, name, kept, recipients=recipients)
        return device.tag


def _opened(sealed: bytes, identity: Path) -> str | None:
    # `age-keygen` writes comments beside the key.
    lines = [line for line in keys.read_private(identity).splitlines() if line and not line.startswith("#")]
    try:
        secret: bytes = pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(line) for line in lines])
    except pyrage.IdentityError:
        # What the library says of it may hold a part of the key.
        raise BadInput(_("{file} holds no age identity; nothing was shown.").format(file=identity)) from None
    except pyrage.DecryptError:
        return None
    return secret.decode()
