"""Owns the rules of names and passwords in a Microsoft Entra directory; pure.

Source: Microsoft Entra user name and password policies, and the user and group references of Graph.
"""

import re

from kit.simulator.tenant.answers import bad_request

_UPN_LOCAL = re.compile(r"[A-Za-z0-9'._!#^~-]{1,64}")
_NICKNAME = re.compile(r"""[\x21-\x7e]{1,64}""")
_NOT_IN_NICKNAME = set('@()\\[]";:<>, ')
_PASSWORD_LENGTH = range(8, 257)
_CHARACTER_KINDS = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")
_KINDS_NEEDED = 3


def check_principal_name(name: str, *, verified: bool) -> None:
    """400 unless the name is well formed and its domain is a verified one of the tenant."""
    local, at, domain = name.rpartition("@")
    if not at or not domain or not _UPN_LOCAL.fullmatch(local) or local[0] == "." or local[-1] == ".":
        raise bad_request("Invalid value specified for property 'userPrincipalName' of resource 'User'.")
    if not verified:
        raise bad_request(
            "The domain portion of the userPrincipalName property is invalid: use a verified domain name."
        )


def check_nickname(name: str, resource: str) -> None:
    """400 unless a mail nickname is printable ASCII without the characters an address gives a meaning."""
    if not _NICKNAME.fullmatch(name) or _NOT_IN_NICKNAME & set(name):
        raise bad_request(f"Invalid value specified for property 'mailNickname' of resource '{resource}'.")


def check_password(password: object, principal_name: str) -> None:
    """400 unless 8 to 256 characters of at least three kinds, without the user's name in them."""
    if not isinstance(password, str) or not password:
        raise bad_request("A password must be specified to create a new user.")
    kinds = sum(bool(re.search(kind, password)) for kind in _CHARACTER_KINDS)
    local = principal_name.partition("@")[0].lower()
    if (
        len(password) not in _PASSWORD_LENGTH
        or kinds < _KINDS_NEEDED
        or (local and local in password.lower())
    ):
        raise bad_request("The specified password does not comply with password complexity requirements.")
