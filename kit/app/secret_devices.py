"""Shows one secret of one device to who holds the team's age identity; the journal says so first."""

from dataclasses import dataclass, field
from gettext import gettext as _
from pathlib import Path

import pyrage

from inventory import devices, journal, secrets
from inventory.errors import Unknown
from kit.app import keys
from kit.app.compose import App
from kit.errors import BadInput


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
        sealed = secrets.sealed(session, device.tag, name)
    if sealed is None:
        raise Unknown(
            _("{tag} has no secret of the name {name}.").format(tag=device.tag, name=name),
            hint=_("Known names: seat-password, admin-password, disk-recovery-key; and NAME.new."),
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
