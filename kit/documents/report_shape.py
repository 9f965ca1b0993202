"""Owns the shape of a laptop's report (`playbooks/library/clean_state.py`), as far as a page reads it.

What is missing or has another type than it should is None: reports of older shapes and of Windows have
other parts, and a laptop that is not clean may say anything.
"""

from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

_T = TypeVar("_T")


def _or_none(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    try:
        return handler(value)
    except ValidationError:
        return None


#: As the report has it; None where it is missing or of another type.
Told = Annotated[_T | None, WrapValidator(_or_none)]
Text = Told[str]
Flag = Told[bool]
Texts = Told[list[Text]]
Count = Told[Annotated[int, Field(ge=0, le=10**9)]]
Port = Annotated[int, Field(ge=0, le=65535)]


class Part(BaseModel):
    """A part of a report, without conversions: a text is no number, and 1 is not true."""

    model_config = ConfigDict(strict=True, frozen=True)


class Check(Part):
    """One thing that must hold."""

    name: str
    passed: Flag = None
    detail: Text = None


class Account(Part):
    """Somebody who can work on the laptop."""

    name: str
    password_set: Flag = None


class Socket(Part):
    """A socket that waits for others."""

    protocol: str
    address: str
    port: Port
    program: Text = None


class Probe(Part):
    """A connection tried from inside the laptop."""

    address: str
    port: Port
    must_reach: Flag = None
    result: Text = None
    passed: Flag = None


class Profile(Part):
    """A profile of Windows's firewall."""

    name: str
    inbound: Text = None
    outbound: Text = None


class Firewall(Part):
    """The firewall as loaded: nftables' rules, or Windows's profiles."""

    rules: Text = None
    sha256: Text = None
    as_in_file: Flag = None
    trouble: Text = None
    profiles: Told[list[Told[Profile]]] = None


class Machine(Part):
    """Hardware and system."""

    sys_vendor: Text = None
    product_name: Text = None
    product_serial: Text = None
    bios_version: Text = None
    system: Text = None
    system_version: Text = None
    kernel: Text = None
    tpm: Text = None
    secure_boot: Text = None


class Packages(Part):
    """What is installed, and the files that differ from their package's."""

    count: Count = None
    sha256: Text = None
    modified: Texts = None
    changed_configuration: Texts = None


class Updates(Part):
    """What the archive has newer."""

    pending: Count = None
    security: Texts = None


class Encryption(Part):
    """How the system's disk is encrypted."""

    kind: Text = None
    device: Text = None


class Times(Part):
    """The laptop's clock."""

    synchronised: Flag = None


class Report(Part):
    """One look at one laptop."""

    tag: Text = None
    drill: Flag = None
    loaned: Flag = None
    clean: Flag = None
    checks: Told[list[Told[Check]]] = None
    started_at: Text = None
    finished_at: Text = None
    playbooks_sha256: Text = None
    host_name: Text = None
    accounts: Told[list[Told[Account]]] = None
    administrators: Texts = None
    join_signs: Texts = None
    leftovers: Texts = None
    listening: Told[list[Told[Socket]]] = None
    firewall: Told[Firewall] = None
    probes: Told[list[Told[Probe]]] = None
    resolvers: Texts = None
    upstream_resolvers: Texts = None
    machine: Told[Machine] = None
    packages: Told[Packages] = None
    updates: Told[Updates] = None
    encryption: Told[Encryption] = None
    times: Told[Times] = None


_REPORTS: TypeAdapter[Report | None] = TypeAdapter(Told[Report])


def parse(report: object) -> Report:
    """What is readable of it; of anything but an object, nothing."""
    return _REPORTS.validate_python(report) or Report()
