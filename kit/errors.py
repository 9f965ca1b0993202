"""Owns the root of the crisis side's errors; each part derives its own from it, `raise ... from exc`."""

from inventory.errors import OperatorError


class KitError(OperatorError):
    """Root of what planning, running and closing a crisis may refuse or fail at."""


class BadInput(KitError, ValueError):
    """A file, setting or option cannot be used as it is; nothing was changed."""

    kind = "bad-input"


class MissingRequirement(KitError):
    """This machine lacks something: a privilege, a kernel feature, a package, a key."""

    kind = "missing-requirement"


class Busy(KitError):
    """Another engine on this station already runs the workflows."""

    kind = "busy"


class RunIncomplete(KitError):
    """The run ended and not every seat works; what is done stays done.

    `kind` is that of the cause where there is only one.
    """

    def __init__(self, message: str, *, kind: str = "incomplete", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.kind = kind


class HostKeyChanged(KitError):
    """A laptop answered with another host key than the one recorded at enrolment."""

    kind = "host-key-changed"


class WorkstationFailed(KitError):
    """A laptop's provisioning failed, or it is not clean."""

    kind = "workstation"


class WorkstationUnreachable(WorkstationFailed):
    """A laptop does not answer; it may in a minute."""

    kind = "workstation-unreachable"


class TenantUnreachable(KitError):
    """The tenant does not answer, or not in time."""

    kind = "tenant-unreachable"


class TenantRefused(KitError):
    """The tenant answered and refused: permission, licence, conflict, quota."""

    kind = "tenant-refused"
