"""Turns settings and the workspace template into the terms a plan is built on."""

import tomllib
from gettext import gettext as _
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from kit.errors import BadInput
from kit.plan.model import Terms
from kit.settings import Settings

TEMPLATE = Path(__file__).with_name("workspace.toml")


class _Workspace(BaseModel):
    """The shape of the template file."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1)
    description: str
    drill_prefix: str
    channels: tuple[str, ...]
    folders: tuple[str, ...]
    shared_mailboxes: tuple[str, ...] = ()

    @field_validator("name", "description")
    @classmethod
    def _known_fields(cls, text: str) -> str:
        try:
            text.format(commune="", reference="")
        except (KeyError, IndexError, AttributeError, ValueError) as exc:
            raise ValueError("only {commune} and {reference} can stand in braces") from exc
        return text


def terms(settings: Settings) -> Terms:
    """The terms of this station's plans.

    Raises:
        BadInput: the template is missing, or is not what it must be; says where.
    """
    path = settings.tenant.workspace or TEMPLATE
    try:
        workspace = _Workspace.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as exc:
        raise BadInput(
            _("The workspace template {path} cannot be used: {fault}").format(path=path, fault=exc),
            hint=_("Correct it, or remove `tenant.workspace` from kit.toml: the program has its own."),
        ) from exc
    return Terms(
        domain=settings.tenant.domain,
        principal_pattern=settings.tenant.principal_pattern,
        sku=settings.tenant.sku,
        usage_location=settings.tenant.usage_location,
        workspace_name=workspace.name,
        workspace_description=workspace.description,
        drill_prefix=workspace.drill_prefix,
        channels=workspace.channels,
        folders=workspace.folders,
        shared_mailboxes=workspace.shared_mailboxes,
        managed_phones=settings.tenant.managed_phones,
        playbooks=settings.workstations.sequence,
    )
