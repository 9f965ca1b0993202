"""Owns what a run is told about one laptop: where it is, which host key it has, and its variables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class Secret:
    """A text that shows itself nowhere by accident: not in repr, str, format or a traceback's locals."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the one place that hands it on."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> tuple[Any, ...]:
        """Refuse to be pickled: what is pickled ends in checkpoints on disk."""
        raise TypeError("a Secret is not serialised")


@dataclass(frozen=True)
class Target:
    """One laptop to play playbooks on.

    Attributes:
        tag: asset tag.
        address: IP address or name under which sshd answers on port 22.
        host_key: the key pinned at enrolment, "type base64".
        host_name: the name it gets or has; empty where no playbook of the sequence asks.
        variables: what the play and its roles are told (`playbooks/README.md`); values are data, never
            Ansible templates, and `Secret` where they must not show.
    """

    tag: str
    address: str
    host_key: str
    host_name: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
