"""Finds this station's lab from its settings."""

from kit.settings import Home, Settings
from kit.simulator.lab.lab import Lab


def lab_of(home: Home, settings: Settings) -> Lab:
    """The lab of this home; its base system is shared by every home of this user."""
    return Lab(folder=home.lab, base=home.cache / "lab", name=settings.lab.name, network=settings.lab.network)
