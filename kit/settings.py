"""Owns what can be set: `kit.toml`, environment (`KIT_…`) and the folders of this station.

Order of precedence: command-line options, environment, `kit.toml`, the defaults below. Secrets are
never settings: keys and certificates are files, named here, readable by their owner only.
"""

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import available_timezones

import platformdirs
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from kit.errors import BadInput


@dataclass(frozen=True)
class Home:
    """Where this station keeps its files: all under `--home`, else the platform's standard folders."""

    config: Path
    state: Path
    cache: Path

    @classmethod
    def at(cls, folder: Path | None) -> "Home":
        """The folders under `folder`; None means the platform's standard ones."""
        if folder is not None:
            root = folder.expanduser().absolute()
            # The cache is not state: the lab's base system is worth keeping between two homes.
            return cls(root, root, platformdirs.user_cache_path("crisis-kit"))
        return cls(
            platformdirs.user_config_path("crisis-kit"),
            platformdirs.user_state_path("crisis-kit"),
            platformdirs.user_cache_path("crisis-kit"),
        )

    @property
    def settings_file(self) -> Path:
        """The settings a person edits."""
        return self.config / "kit.toml"

    @property
    def keys(self) -> Path:
        """SSH key, application certificate, age identity; mode 0700."""
        return self.state / "keys"

    @property
    def documents(self) -> Path:
        """PDF and reports, one folder a crisis."""
        return self.state / "documents"

    @property
    def exports(self) -> Path:
        """What communes get back, a bag a crisis."""
        return self.state / "exports"

    @property
    def lab(self) -> Path:
        """State of the lab's laptops."""
        return self.state / "lab"

    @property
    def tenant(self) -> Path:
        """State of the simulated tenant."""
        return self.state / "tenant"


class Cloud(StrEnum):
    """Which Microsoft 365 the tenant lives in."""

    GLOBAL = "global"
    BLEU = "bleu"


class SignIn(StrEnum):
    """Who asks for the token: the application itself, or an operator on its behalf."""

    CERTIFICATE = "certificate"
    DEVICE_CODE = "device-code"


class Signature(StrEnum):
    """The algorithm of the application's assertion (RFC 7518)."""

    PS256 = "PS256"
    RS256 = "RS256"


#: What the roles are told besides, different on each laptop or read from a file (`playbooks/README.md`).
SECRET_VARIABLES = frozenset(
    {
        *("seat_password", "seat_password_hash", "admin_password", "admin_password_hash"),
        *("disk_recovery_key", "disk_unlock_key"),
    }
)


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


#: The directory that only a simulator knows.
_SAMPLE_TENANT = "00000000-0000-4000-8000-000000000001"


class TenantSettings(_Section):
    """The isolated Microsoft 365 tenant, real or simulated."""

    tenant_id: str = _SAMPLE_TENANT
    client_id: str = "00000000-0000-4000-8000-0000000000aa"
    #: "global", or "bleu", the French sovereign cloud, which has no access passes and no mailbox archives
    cloud: Cloud = Cloud.GLOBAL
    #: addresses in place of the cloud's own; empty keeps these
    authority: str = ""
    graph: str = ""
    #: "certificate" for the registered application, "device-code" for an operator who signs in by hand
    sign_in: SignIn = SignIn.CERTIFICATE
    #: how the certificate signs: "PS256", or "RS256" for an authority that does not take it
    signature: Signature = Signature.PS256
    ca_file: Path | None = None
    certificate: Path | None = None
    private_key: Path | None = None
    domain: str = "secours.example"
    sku: str = "SPE_E3"
    usage_location: str = "FR"
    #: local part of principal names, from {first}, {last} and {commune}
    principal_pattern: str = "{first}.{last}.{commune}"
    #: names, channels and folders of a crisis's workspace; None uses the template that comes with the program
    workspace: Path | None = None
    #: phones are enrolled in the tenant's device management (Intune)
    managed_phones: bool = True
    #: refuse to put anything into a tenant whose data are outside the European Union
    require_eu: bool = True
    #: refuse a tenant whose files can be shared with people outside it
    require_closed_sharing: bool = True
    #: seconds during which an unreachable tenant is asked again before the run goes on without it
    patience: Annotated[float, Field(ge=0)] = 600.0

    @field_validator("principal_pattern")
    @classmethod
    def _known_fields(cls, pattern: str) -> str:
        try:
            pattern.format(first="", last="", commune="")
        except (AttributeError, KeyError, IndexError, ValueError) as exc:
            raise ValueError("only {first}, {last} and {commune} can stand in braces") from exc
        return pattern

    @property
    def is_set(self) -> bool:
        """Whether there is one to ask: the sample is at no public address."""
        return self.tenant_id != _SAMPLE_TENANT or bool(self.authority)


class WorkstationSettings(_Section):
    """How laptops are reached and provisioned."""

    user: str = "provision"
    private_key: Path | None = None
    playbooks: Path = Path(__file__).parent.parent / "playbooks"
    sequence: tuple[str, ...] = ("provision.yml",)
    #: laptops provisioned at once
    forks: Annotated[int, Field(ge=1, le=200)] = 20
    #: seconds one laptop may take before it is given up
    timeout: Annotated[float, Field(gt=0)] = 1800.0
    #: seconds one laptop may take to be erased: its whole disk is written once
    release_timeout: Annotated[float, Field(gt=0)] = 28800.0
    #: hours for which a person's consent to be helped from afar holds
    consent_hours: Annotated[int, Field(ge=1)] = 24
    #: file of what opens laptops' encrypted disks until now, such as the image's passphrase
    disk_unlock_key: Path | None = None
    #: extra variables for the roles, e.g. which packages this site wants
    variables: dict[str, Any] = Field(default_factory=dict)

    @field_validator("variables")
    @classmethod
    def _no_secret(cls, variables: dict[str, Any]) -> dict[str, Any]:
        secret = sorted(SECRET_VARIABLES & variables.keys())
        if secret:
            raise ValueError(f"{', '.join(secret)}: secrets are never settings")
        return variables


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("no such time zone")
    return name


class TeamSettings(_Section):
    """The team that lends: what its documents say, and who may read device secrets."""

    name: str = "Métropole Aix-Marseille-Provence"
    contact: str = ""
    phone: str = ""
    #: the zone that documents print
    timezone: Annotated[str, AfterValidator(_known_zone)] = "Europe/Paris"
    #: age public keys to which device secrets are encrypted
    recipients: tuple[str, ...] = ()
    #: how large a kit is proposed, service by service; None uses the rules that come with the program
    sizing: Path | None = None


class PoolSettings(_Section):
    """When a device on the shelf counts as deployable; days, and per cent of a battery."""

    check_days: Annotated[int, Field(ge=1)] = 90
    image_days: Annotated[int, Field(ge=1)] = 180
    charge_days: Annotated[int, Field(ge=1)] = 60
    battery_charge: Annotated[int, Field(ge=0, le=100)] = 50
    battery_health: Annotated[int, Field(ge=0, le=100)] = 60
    expiry_days: Annotated[int, Field(ge=0)] = 30


class ConventionSettings(_Section):
    """Conventions and the people to call about them."""

    #: folder of the team's own templates, beside those of the program
    templates: Path | None = None
    #: days for which a confirmed contact is trusted
    contact_days: Annotated[int, Field(ge=1)] = 365


class ScreenSettings(_Section):
    """How the screens look and which keys they take."""

    #: other keys for actions, e.g. {"pool": "o,f3"}; `docs/keys.md` has their names
    keys: dict[str, str] = Field(default_factory=dict)
    #: "dark", "light" or "contrast"
    theme: str = "dark"


class LabSettings(_Section):
    """The lab on this machine; two labs need different names and networks."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{0,7}$")] = "cklab"
    #: first three bytes of the bridge's network
    network: Annotated[str, Field(pattern=r"^(10\.\d{1,3}|172\.(1[6-9]|2\d|3[01])|192\.168)\.\d{1,3}$")] = (
        "10.77.0"
    )


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(env_prefix="KIT_", env_nested_delimiter="__", extra="forbid")

    database: str = ""
    station: str = os.uname().nodename
    tenant: TenantSettings = TenantSettings()
    workstations: WorkstationSettings = WorkstationSettings()
    team: TeamSettings = TeamSettings()
    pool: PoolSettings = PoolSettings()
    conventions: ConventionSettings = ConventionSettings()
    tui: ScreenSettings = ScreenSettings()
    lab: LabSettings = LabSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Options, then environment, then the file that `load` names."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load(home: Home) -> Settings:
    """Read the settings of this station.

    Raises:
        BadInput: the file is not TOML, or a value is not what it must be; each is named.
    """

    class FromFile(Settings):
        model_config = SettingsConfigDict(toml_file=home.settings_file)

    try:
        settings = FromFile()
    except ValidationError as exc:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in exc.errors())
        raise BadInput(f"{home.settings_file}: {wrong}") from exc
    except ValueError as exc:
        raise BadInput(f"{home.settings_file}: {exc}") from exc
    return settings.model_copy(update={"database": settings.database or f"sqlite:///{home.state / 'kit.db'}"})
