"""What is missing is named, all at once, with what to do about it."""

from ipaddress import IPv4Network

import pytest

from kit.errors import MissingRequirement
from kit.simulator.lab import requirements
from kit.simulator.lab.names import Mode
from kit.simulator.lab.requirements import Lack, absent, overlapping, refuse

SUBNET = IPv4Network("10.77.0.0/24")


def test_one_refusal_names_everything_and_repeats_no_remedy() -> None:
    lacks = [
        Lack("root privileges", "Become root."),
        Lack("mmdebstrap", "Install it."),
        Lack("ip", "Install it."),
    ]

    with pytest.raises(MissingRequirement) as caught:
        refuse(lacks)

    assert "root privileges; mmdebstrap; ip" in caught.value.message
    assert caught.value.hint == "Become root. Install it."
    assert caught.value.kind == "missing-requirement"


def test_absent_programs_come_with_their_debian_package() -> None:
    installed = {"ip", "mount", "apt-get", "nsenter", "setpriv", "setsid"}

    found = absent(Mode.NS, lambda program: program if program in installed else None)

    assert found == {"apt-cacher-ng": "apt-cacher-ng", "mmdebstrap": "mmdebstrap", "unshare": "util-linux"}


def test_systemd_nspawn_is_asked_for_in_its_mode_only() -> None:
    assert "systemd-nspawn" not in absent(Mode.NS, lambda _program: None)
    assert absent(Mode.NSPAWN, lambda _program: None)["systemd-nspawn"] == "systemd-container"


def test_somebody_else_than_root_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)

    with pytest.raises(MissingRequirement, match="root privileges"):
        requirements.require_root()


@pytest.mark.parametrize(
    "route",
    [
        {"dst": "10.77.0.0/24", "dev": "eth1"},
        {"dst": "10.77.0.9", "dev": "eth1", "type": "local"},
        {"dst": "10.77.0.128/25", "dev": "tun0"},
        {"dst": "10.64.0.0/10", "dev": "tun0"},
        {"dst": "10.0.0.0/8", "type": "blackhole"},
    ],
)
def test_a_route_to_our_addresses_is_in_the_way(route: dict[str, str]) -> None:
    (found,) = overlapping([route, route], SUBNET, own="cklab0")

    assert route["dst"] in found


@pytest.mark.parametrize(
    "route",
    [
        {"dst": "default", "dev": "eth0"},
        {"dst": "0.0.0.0/1", "dev": "tun0"},
        {"dst": "10.78.0.0/24", "dev": "eth1"},
        {"dst": "10.77.0.0/24", "dev": "cklab0"},
        {"dst": "192.168.1.0/24", "dev": "eth0"},
    ],
)
def test_other_routes_and_our_own_are_not(route: dict[str, str]) -> None:
    assert overlapping([route], SUBNET, own="cklab0") == []
