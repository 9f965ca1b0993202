"""Reads the rules by which kits are sized: the program's own, or the team's copy."""

import tomllib
from gettext import gettext as _
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from inventory.importing.seats import MAX_LENGTH, MAX_SEATS
from kit.errors import BadInput
from kit.plan.sizing import Rule, service_named
from kit.settings import Settings

RULES = Path(__file__).with_name("sizing.toml")

#: What a seats file takes: no sign that a spreadsheet would run comes first.
_Name = Annotated[str, Field(pattern=r"^\w", max_length=MAX_LENGTH)]


class _Service(BaseModel):
    """The shape of one service in the file."""

    model_config = ConfigDict(extra="forbid")

    name: _Name
    also: tuple[_Name, ...] = ()
    why: str = Field(min_length=1)
    source: str = Field(min_length=1)
    minimum: int = Field(ge=0)
    inhabitants_per_seat: int = Field(ge=1)
    maximum: int = Field(ge=1)
    seats_per_phone: int = Field(ge=1)
    from_inhabitants: int = Field(default=0, ge=0)
    when_due: bool = False

    @model_validator(mode="after")
    def _ordered(self) -> "_Service":
        if self.maximum < self.minimum:
            raise ValueError(f"{self.name}: the maximum is below the minimum")
        return self

    def rule(self) -> Rule:
        facts = self.model_dump()
        return Rule(service=facts.pop("name"), **facts)


class _Rules(BaseModel):
    """The shape of the file."""

    model_config = ConfigDict(extra="forbid")

    services: tuple[_Service, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits(self) -> "_Rules":
        seen: list[Rule] = []
        for service in self.services:
            rule = service.rule()
            for name in (rule.service, *rule.also):
                taken = service_named(name, seen)
                if taken in {one.service for one in seen}:
                    raise ValueError(f"{name}: names {taken} too")
            seen.append(rule)
        if sum(rule.maximum for rule in seen) > MAX_SEATS:
            raise ValueError(f"all maxima together are more than {MAX_SEATS} seats")
        return self


def rules(settings: Settings) -> tuple[Rule, ...]:
    """The rules of this station, in the order in which a small pool is shared out.

    Raises:
        BadInput: the file is missing, or is not what it must be; says where.
    """
    path = settings.team.sizing or RULES
    try:
        read = _Rules.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as exc:
        raise BadInput(
            _("The sizing rules {path} cannot be used: {fault}").format(path=path, fault=exc),
            hint=_("Correct them, or remove `team.sizing` from kit.toml: the program has its own."),
        ) from exc
    return tuple(service.rule() for service in read.services)
