"""Owns what may go wrong on demand: the scenario, read from a TOML file or from JSON.

A scenario is a list of faults. A refusal (`REFUSALS`) befalls a request, alone or part of a batch, and a
batch as a whole only where `path` matches `/$batch`; what breaks the connection (`BREAKS`), delays the
answer or ages the token befalls the HTTP request, a batch because of any of its parts.
"""

import fnmatch
import json
import re
import tomllib
from enum import StrEnum
from functools import lru_cache
from gettext import gettext as _
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from kit.errors import BadInput
from kit.simulator.tenant.batch import PATH as BATCH
from kit.simulator.tenant.routing import Workload

#: The authority is no service behind Graph, yet its token requests can fail too.
IDENTITY: Literal["identity"] = "identity"
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m)", re.ASCII)


class Kind(StrEnum):
    """What a fault does."""

    #: 429
    THROTTLE = "throttle"
    #: 503
    UNAVAILABLE = "unavailable"
    #: the connection ends without an answer, before the request took effect or after
    DROP = "drop"
    #: the request takes effect, and its answer breaks off half-way
    HALF = "half"
    #: a read is answered as the tenant was some seconds ago
    STALE = "stale"
    #: 401: the token counts as expired from now on
    EXPIRE = "expire"
    #: 401 with a claims challenge, until a token comes that was asked for with its claims
    REVOKE = "revoke"
    #: every connection is dropped and nothing takes effect
    OUTAGE = "outage"
    #: the answer comes later
    SLOW = "slow"


REFUSALS = frozenset({Kind.THROTTLE, Kind.UNAVAILABLE, Kind.STALE, Kind.REVOKE})
BREAKS = frozenset({Kind.OUTAGE, Kind.DROP, Kind.HALF})
#: Kinds that mean nothing for a token request.
_GRAPH_ONLY = frozenset({Kind.STALE, Kind.EXPIRE, Kind.REVOKE})
#: Fields that belong to some kinds only.
_BELONGS = {
    "retry_after": frozenset({Kind.THROTTLE, Kind.UNAVAILABLE}),
    "carried_out": frozenset({Kind.DROP}),
    "seconds": frozenset({Kind.SLOW, Kind.STALE}),
}


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Fault(_Model):
    """One way to misbehave, and which requests it befalls; what is absent selects all of them."""

    kind: Kind
    #: of the requests selected, how many, from 0 to 1
    share: Annotated[float, Field(ge=0, le=1)] = 1.0
    workload: Workload | Literal["identity"] | None = None
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] | None = None
    #: pattern (`*`, `?`) of the path, or of its template such as "/users/{user-id}"; no `/v1.0` before it
    path: Annotated[str, Field(pattern="^[/*]")] | None = None
    #: of 429 and 503, in whole seconds; absent means that the answer does not say
    retry_after: Annotated[int, Field(ge=0)] | None = None
    #: of a dropped connection: whether the request had taken effect
    carried_out: bool = False
    #: of "slow", what is added; of "stale", the age of what is shown
    seconds: Annotated[float, Field(gt=0)] = 5.0
    #: seconds after the scenario was loaded
    start: Annotated[float, Field(ge=0)] = 0.0
    #: seconds from `start`; absent means without end
    lasts: Annotated[float, Field(gt=0)] | None = None
    #: most times it is dealt
    count: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for name, kinds in _BELONGS.items():
            if name in self.model_fields_set and self.kind not in kinds:
                raise ValueError(f"'{name}' is for {' and '.join(sorted(kinds))} only")
        if self.workload == IDENTITY and self.kind in _GRAPH_ONLY:
            raise ValueError(f"'{self.kind}' means nothing for token requests")
        return self

    def selects(self, method: str, path: str, template: str, workload: str | None) -> bool:
        """Whether a request is one of those it may befall; letter case of the path aside, as in Graph."""
        if self.method not in (None, method) or self.workload not in (None, workload):
            return False
        if self.path is None:
            return template != BATCH or self.kind not in REFUSALS
        pattern = _pattern(self.path)
        return bool(pattern.match(path) or pattern.match(template))


class Scenario(_Model):
    """All faults, in the order in which they are considered; the same seed deals them alike."""

    #: None takes the tenant's own
    seed: int | None = None
    fault: tuple[Fault, ...] = ()


def read_scenario(path: Path) -> Scenario:
    """The scenario of a TOML file: `seed`, and a table `[[fault]]` for each fault.

    Raises:
        BadInput: the file cannot be read, is no TOML, or what is wrong at which place in it.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise BadInput(_("The scenario {file} cannot be read.").format(file=path)) from exc
    except ValueError as exc:
        raise BadInput(_("The scenario {file} is no TOML: {reason}.").format(file=path, reason=exc)) from exc
    # Strict JSON takes a text for a named value, a list for a tuple and 1 for 1.0, but not "1" for 1.
    return parse_scenario(json.dumps(table, default=str), source=str(path))


def parse_scenario(text: str | bytes, *, source: str) -> Scenario:
    """The scenario of a JSON text; `source` is how errors name it.

    Raises:
        BadInput: what is wrong, at which place.
    """
    try:
        return Scenario.model_validate_json(text)
    except ValidationError as exc:
        wrong = "; ".join(f"{_place(error['loc'])}{error['msg']}" for error in exc.errors(include_url=False))
        raise BadInput(
            _("The scenario {file} cannot be used: {reason}.").format(file=source, reason=wrong),
            hint=_("Correct it; the faults that were set before stay as they are."),
        ) from exc


def parse_duration(text: str) -> float:
    """Seconds, from "80ms", "2s" or "1.5m".

    Raises:
        BadInput: it is none of these.
    """
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise BadInput(
            _("“{text}” is no duration.").format(text=text), hint=_("Write it as 80ms, 2s or 1.5m.")
        )
    return float(found[1]) * _UNITS[found[2]]


def _place(location: tuple[int | str, ...]) -> str:
    return f"{'.'.join(map(str, location))}: " if location else ""


@lru_cache(maxsize=256)
def _pattern(glob: str) -> re.Pattern[str]:
    # Braces are no wildcards, hence a template is a pattern of itself.
    return re.compile(fnmatch.translate(glob), re.IGNORECASE)
