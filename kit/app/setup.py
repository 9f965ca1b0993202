"""Makes a station ready: folders, keys, settings, data base with its communes. Idempotent."""

from dataclasses import dataclass
from pathlib import Path

from inventory import communes
from inventory.database import Database
from kit.app import keys
from kit.app import station as building
from kit.app.compose import App
from kit.settings import Home, load

_SETTINGS = """\
# Settings of this station. The environment (KIT_TENANT__DOMAIN=…) and options win over this file.

[tenant]
# tenant_id = "…"                          # directory (tenant) id, from the Entra admin centre
# client_id = "…"                          # application (client) id; upload keys/app.crt to it
# domain = "secours.example"               # a verified domain of that tenant
# sku = "SPE_E3"                           # licence to assign, by part number

[team]
# name = "Métropole Aix-Marseille-Provence"
# contact = "Astreinte infrastructure"
# phone = "+33 4 …"
recipients = ["{recipient}"]

[workstations]
# What opens the laptops' encrypted disks so far, in a file of mode 0600; each gets a recovery key of its own.
# disk_unlock_key = "/path/to/unlock-key"

[workstations.variables]
# Networks that a lent laptop must never reach: the communes' and the métropole's own.
# firewall_denied_networks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]
# In each of them a server that answers: every laptop tries it from inside, and must fail.
# report_must_not_reach = [{{ address = "10.0.0.1", port = 443 }}]
# Where laptops may be reached from by SSH once they are prepared; else only this station's address.
# firewall_provisioning_networks = ["192.0.2.0/28"]
"""


@dataclass(frozen=True)
class Made:
    """Where everything is."""

    settings: Path
    database: str
    communes: int
    certificate: Path
    ssh_public_key: Path
    #: the identity this call made; None where the station was ready before
    identity: Path | None
    recipients: tuple[str, ...]


def initialise(folder: Path | None) -> Made:
    """Make what is missing; what exists stays as it is.

    Raises:
        BadInput: the settings file that is there cannot be used.
    """
    home = Home.at(folder)
    for path in (home.config, home.state):
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    ssh_key = keys.ensure_ssh_key(home.keys)
    _key, certificate = keys.ensure_certificate(home.keys, name="crisis-kit")
    identity: Path | None = None
    if not home.settings_file.exists():
        identity, recipient = keys.ensure_age_identity(home.keys)
        keys.write_private(home.settings_file, _SETTINGS.replace("{recipient}", recipient).encode())
    settings = load(home)
    database = Database(settings.database)
    database.migrate()
    app = App(home, settings, database)
    with database.write() as session:
        added = communes.load(session, app.stamp())
    building.engine(app).prepare()
    return Made(
        settings=home.settings_file,
        database=settings.database,
        communes=added,
        certificate=certificate,
        ssh_public_key=ssh_key.with_name(ssh_key.name + ".pub"),
        identity=identity,
        recipients=settings.team.recipients,
    )
