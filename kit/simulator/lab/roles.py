"""Owns what the roles are told on lab laptops, which have no screen, no keyboard and no Internet. Pure."""

from typing import Any

from kit.simulator.lab.packages import PORT


def role_variables(network: str) -> dict[str, Any]:
    """Variables of `playbooks/README.md` for a lab on that network, given as its first three bytes."""
    cache = {"address": f"{network}.1", "port": PORT}
    return {
        # No desktop to install, and SSH in place of the keyboard.
        "packages_names": ["nftables", "systemd-timesyncd", "unattended-upgrades"],
        "accounts_generate_locale": False,
        "hardening_sshd_seat_password_login": True,
        # The bridge stands for a network that they must not reach; only the package cache on it is open.
        "firewall_denied_networks": [f"{network}.0/29"],
        "firewall_exceptions": [cache],
        "report_must_reach": [cache],
    }
