"""Every template is rendered, and what it says is what the machine that reads it takes."""

import configparser
import json
import re
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from tests.unit.playbooks.support import ROLES, defaults, render

TEMPLATES = sorted(ROLES.glob("*/templates/*.j2"))


def named(path: Path) -> str:
    return path.relative_to(ROLES).as_posix()


def text(name: str, **variables: object) -> str:
    role, _, template = name.partition("/")
    return render(ROLES / role / "templates" / template, variables)


def rules(lines: str) -> set[str]:
    return {line.strip() for line in lines.splitlines()}


@pytest.mark.parametrize("template", TEMPLATES, ids=named)
def test_every_template_renders_with_the_defaults(template: Path) -> None:
    rendered = render(template)
    assert rendered.strip()
    assert not re.search(r"\{\{|\{%|Undefined|AnsibleUndefined", rendered)


@pytest.mark.parametrize(
    "template", [each for each in TEMPLATES if each.name.endswith(".json.j2")], ids=named
)
def test_json_is_json_whatever_people_are_called(template: Path) -> None:
    awkward = 'L\'Été "du" \\ <b>'
    json.loads(
        render(
            template,
            {
                "desktop_organisation": awkward,
                "desktop_web_applications": [{"name": awkward, "url": "https://example.org/?a=b&c"}],
            },
        )
    )


@pytest.mark.parametrize("name", ["firewall/resolved.conf.j2", "hardening/timesyncd.conf.j2"])
def test_units_settings_have_sections(name: str) -> None:
    parser = configparser.ConfigParser(strict=True)
    parser.read_string(text(name))
    assert len(parser.sections()) == 1


def test_names_are_asked_of_any_server_or_of_the_chosen_ones_only() -> None:
    anywhere = text("firewall/nftables.conf.j2")
    assert "meta l4proto { tcp, udp } th dport 53 accept" in rules(anywhere)
    chosen = text("firewall/nftables.conf.j2", firewall_resolvers=["192.0.2.53", "2001:db8::53"])
    assert "elements = { 192.0.2.53 }" in rules(chosen)
    assert "elements = { 2001:db8::53 }" in rules(chosen)
    assert "meta l4proto { tcp, udp } th dport 53 accept" not in rules(chosen)
    assert "ip daddr @resolvers_v4 meta l4proto { tcp, udp } th dport 53 accept" in rules(chosen)


def test_a_server_with_a_name_is_asked_over_tls_only() -> None:
    servers = ["192.0.2.53#dns.example", "2001:db8::53#dns.example"]
    packets = text("firewall/nftables.conf.j2", firewall_resolvers=servers)
    assert "elements = { 192.0.2.53 }" in rules(packets)
    assert "ip daddr @resolvers_v4 tcp dport 853 accept" in rules(packets)
    assert " 53 accept" not in packets
    resolver = rules(text("firewall/resolved.conf.j2", firewall_resolvers=servers))
    assert {"DNSOverTLS=yes", f"DNS={' '.join(servers)}", "Domains=~."} <= resolver
    assert "DNSOverTLS=no" in rules(text("firewall/resolved.conf.j2"))


def test_denied_networks_come_before_everything_that_is_let_out() -> None:
    lines = text(
        "firewall/nftables.conf.j2",
        firewall_denied_networks=["10.0.0.0/8", "fd00::/8"],
        firewall_exceptions=[{"address": "10.1.2.3", "port": 3142}, {"address": "fd00::1", "port": 80}],
    ).partition("chain output")[2]
    order = [
        lines.index(rule)
        for rule in (
            "ip daddr 10.1.2.3 tcp dport 3142 accept",
            "ip6 daddr fd00::1 tcp dport 80 accept",
            "ip daddr @denied_v4 reject",
            "ip6 daddr @denied_v6 reject",
            "udp dport 123 accept",
            "ip daddr @exchange_1_v4 tcp dport { 80, 443 } accept",
            "ip daddr @learned_v4 tcp dport { 80, 443 } accept",
        )
    ]
    assert order == sorted(order)


def test_nothing_is_let_out_to_anywhere_but_names_time_and_addresses() -> None:
    lines = text("firewall/nftables.conf.j2").partition("chain output")[2].splitlines()
    anywhere = [line.strip() for line in lines if "accept" in line and "daddr" not in line]
    assert anywhere == [
        'oifname "lo" accept',
        "ct state { established, related } accept",
        "udp dport { 67, 547 } accept",
        "meta l4proto { icmp, icmpv6 } accept",
        "udp dport 123 accept",
        "meta l4proto { tcp, udp } th dport 53 accept",
    ]


def test_every_name_fills_the_sets_that_the_rules_let_through() -> None:
    told = defaults("firewall")
    lines = rules(text("firewall/dnsmasq.conf.j2"))
    for name in [*told["firewall_service_names"], *told["firewall_names"]]:
        assert f"nftset=/{name}/4#inet#crisis_kit#learned_v4,6#inet#crisis_kit#learned_v6" in lines
    packets = text("firewall/nftables.conf.j2")
    assert "table inet crisis_kit {" in packets
    assert {"set learned_v4 {", "set learned_v6 {"} <= rules(packets)


def test_microsofts_networks_and_names_are_networks_and_names() -> None:
    told = defaults("firewall")
    names = [service["name"] for service in told["firewall_services"]]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9_]+", name) for name in names)
    assert all(ip_network(each) for service in told["firewall_services"] for each in service["networks"])
    assert all(service["tcp"] or service["udp"] for service in told["firewall_services"])
    assert all(re.fullmatch(r"([a-z0-9-]+\.)+[a-z]+", name) for name in told["firewall_service_names"])
    assert {"office.net", "sharepoint.com", "login.microsoftonline.com", "msauth.net"} <= set(
        told["firewall_service_names"]
    )


def test_a_drill_is_marked_on_every_notice_and_nothing_else_is() -> None:
    for name in ("notice.txt.j2", "notice.html.j2", "notice.desktop.j2"):
        assert "EXERCICE" in text(f"identity/{name}", identity_drill=True)
        assert "EXERCICE" not in text(f"identity/{name}")
        assert "LT-0001" in text(f"identity/{name}")


def test_what_people_are_called_is_no_html() -> None:
    page = text("identity/notice.html.j2", identity_owner="<script>", identity_commune="a & b")
    assert "<script>" not in page
    assert "a &amp; b" in page


def test_usb_storage_and_the_persons_login_follow_their_settings() -> None:
    assert "install usb-storage /bin/false" in text("hardening/modprobe.conf.j2")
    assert "usb-storage" not in text("hardening/modprobe.conf.j2", hardening_usb_storage=True)
    assert "AllowUsers provision" in rules(text("hardening/sshd.conf.j2"))
    in_the_lab = text("hardening/sshd.conf.j2", hardening_sshd_seat_password_login=True)
    assert "AllowUsers provision cexemple" in rules(in_the_lab)


def test_only_calls_may_use_camera_and_microphone() -> None:
    policies = json.loads(text("desktop/firefox.json.j2"))["policies"]
    for device in ("Camera", "Microphone"):
        assert policies["Permissions"][device] == {
            "Allow": defaults("desktop")["desktop_calls"],
            "BlockNewRequests": True,
        }


def registry(name: str, **variables: object) -> dict[str, Any]:
    return {f"{each['path']}\\{each['name']}": each["data"] for each in json.loads(text(name, **variables))}


def test_windows_has_the_same_policies_in_its_registry() -> None:
    found = registry("hardening/registry.json.j2", hardening_ntp_servers=["a.example", "b.example"])
    usb = r"HKLM:\SOFTWARE\Policies\Microsoft\Windows\RemovableStorageDevices\Deny_All"
    assert found[usb] == 1
    assert registry("hardening/registry.json.j2", hardening_usb_storage=True)[usb] == 0
    parameters = r"HKLM:\SYSTEM\CurrentControlSet\Services\W32Time\Parameters"
    assert found[rf"{parameters}\NtpServer"] == "a.example,0x8 b.example,0x8"
    assert all(isinstance(data, int | str) for data in found.values())


def windows_rules(**variables: object) -> Iterator[dict[str, Any]]:
    yield from json.loads(text("firewall/windows.json.j2", **variables))


def test_windows_lets_in_and_out_what_debian_does() -> None:
    told = {
        "firewall_provisioning_networks": ["192.0.2.0/28"],
        "firewall_denied_networks": ["10.0.0.0/8"],
        "firewall_resolvers": ["192.0.2.53#dns.example"],
        "firewall_exceptions": [{"address": "198.51.100.1", "port": 3142}],
    }
    found = {rule["name"]: rule for rule in windows_rules(**told)}
    assert found["in provisioning"]["addresses"] == ["192.0.2.0/28"]
    assert (found["out denied"]["action"], found["out denied"]["addresses"]) == ("block", ["10.0.0.0/8"])
    assert found["out names udp"]["addresses"] == ["192.0.2.53"]
    assert found["out exception 198.51.100.1 3142"]["ports"] == "3142"
    for service in defaults("firewall")["firewall_services"]:
        for protocol in ("tcp", "udp"):
            if service[protocol]:
                rule = found[f"out {service['name']} {protocol}"]
                assert rule["addresses"] == service["networks"]
                assert rule["ports"] == ",".join(map(str, service[protocol]))


def test_on_windows_only_its_own_programs_go_anywhere() -> None:
    # Without chosen name servers, any may be asked.
    for rule in windows_rules(firewall_resolvers=["192.0.2.53"]):
        assert rule.get("addresses") or rule["program"]


def test_the_windows_browser_goes_to_the_same_names_only() -> None:
    told = defaults("firewall")
    sites = json.loads(text("firewall/sites.json.j2"))
    assert [each["site"] for each in sites if each["list"] == "URLBlocklist"] == ["*"]
    allowed = [each for each in sites if each["list"] == "URLAllowlist"]
    assert {*told["firewall_service_names"], *told["firewall_names"]} <= {each["site"] for each in allowed}
    assert [each["number"] for each in allowed] == list(range(1, len(allowed) + 1))
