"""What must hold of a laptop: every check passes on a good one, and fails on what it is for."""

import json
from copy import deepcopy
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.unit.playbooks.support import library, shared

RECORDED = Path(__file__).parents[2] / "data" / "ansible_events" / "provisioned.jsonl"


@pytest.fixture(scope="module")
def clean_state() -> ModuleType:
    return library("clean_state")


@pytest.fixture
def facts() -> dict[str, Any]:
    """What a lab laptop said about itself in a recorded run, with what is gathered since."""
    events = (json.loads(line) for line in RECORDED.read_text().splitlines())
    found: dict[str, Any] = next(
        event["event_data"]["res"]["report"]
        for event in events
        if event["event_data"].get("task_action") == "clean_state" and event["event"] == "runner_on_ok"
    )
    rules = "".join(
        f"type filter hook {hook} priority filter; policy drop;\n" for hook in ("input", "forward", "output")
    )
    admin = {"name": "depannage", "uid": 1002, "shell": "/bin/bash", "password_set": True}
    return {
        **found,
        "accounts": [*(each for each in found["accounts"] if each["name"] != "depannage"), admin],
        "administrators": ["depannage"],
        "join_signs": [],
        "leftovers": [],
        "firewall": {**found["firewall"], "rules": rules},
        "probes": [probe(must_reach=True), probe(must_reach=False)],
        "upstream_resolvers": ["192.0.2.53"],
        "encryption": {"device": "/dev/dm-0", "kind": "luks", "volumes": ["/dev/sda3"]},
        "machine": {**found["machine"], "secure_boot": "on"},
        "written_files": {"count": 2, "sha256": "00", "changed": []},
    }


def probe(*, must_reach: bool, result: str = "") -> dict[str, Any]:
    """What trying one address came to; as it should be, unless a result is given."""
    wanted = "open" if must_reach else "closed"
    return {
        "address": "10.0.0.1",
        "port": 443,
        "must_reach": must_reach,
        "result": result or wanted,
        "passed": result in ("", wanted),
    }


def expected(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "host_name": facts["host_name"],
        "host_key": facts["host_keys"][0]["key"],
        "provision_login": "provision",
        "seat_login": "cexemple",
        "admin_login": "depannage",
        "seat_password_login": True,
        "allowed_ports": ["tcp/22"],
        "managed_configuration": ["/etc/issue", "/etc/issue.net", "/etc/nftables.conf"],
        "resolvers": ["192.0.2.53", "192.0.2.54"],
        "require_encryption": True,
        "require_probes": True,
        "loaned": False,
    }


def failed(clean_state: ModuleType, facts: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    return [check["name"] for check in clean_state.checks(facts, wanted) if not check["passed"]]


def test_a_laptop_as_provisioned_passes_every_check(clean_state: ModuleType, facts: dict[str, Any]) -> None:
    assert failed(clean_state, facts, expected(facts)) == []


@pytest.mark.parametrize(
    ("checks", "where", "value"),
    [
        (["host_name"], ["host_name"], "other"),
        (["host_key"], ["host_keys"], [{"key": "ssh-ed25519 BBBB", "fingerprint": "SHA256:x"}]),
        (["no_privilege", "administrators"], ["administrators"], ["cexemple", "depannage"]),
        (["administrators"], ["administrators"], ["depannage", "inconnu"]),
        (["administrators"], ["administrators"], []),
        (["not_joined"], ["join_signs"], ["sssd"]),
        (["no_leftovers"], ["leftovers"], ["/home/ancien"]),
        (
            ["listening"],
            ["listening"],
            [{"protocol": "tcp", "address": "192.0.2.7", "port": 631, "program": "cupsd"}],
        ),
        (["firewall"], ["firewall", "as_in_file"], False),
        (["firewall"], ["firewall", "rules"], "hook input priority filter; policy accept;"),
        (["isolation"], ["probes"], [probe(must_reach=True), probe(must_reach=False, result="refused")]),
        (["isolation"], ["probes"], [probe(must_reach=True, result="closed"), probe(must_reach=False)]),
        (["isolation"], ["probes"], [probe(must_reach=True)]),
        (["isolation"], ["probes"], [probe(must_reach=False)]),
        (["isolation"], ["probes"], []),
        (["resolvers"], ["upstream_resolvers"], ["192.0.2.53", "10.0.0.1"]),
        (["resolvers"], ["upstream_resolvers"], []),
        (["packages"], ["packages", "modified"], ["/usr/sbin/sshd"]),
        (["configuration"], ["packages", "changed_configuration"], ["/etc/pam.d/sshd", "/etc/issue"]),
        (["written_files"], ["written_files", "changed"], ["/etc/ssh/sshd_config.d/10-crisis-kit.conf"]),
        (["written_files"], ["written_files", "count"], 0),
        (["security_updates"], ["updates", "security"], ["openssl"]),
        (["encryption"], ["encryption", "kind"], "none"),
        (["secure_boot"], ["machine", "secure_boot"], "off"),
        (["sshd_keys_only"], ["sshd", "provision", "passwordauthentication"], "yes"),
        (["sshd_keys_only"], ["sshd", "root", "kbdinteractiveauthentication"], "yes"),
        (["sshd_allowed"], ["sshd", "root", "allowusers"], "provision cexemple root"),
        (["sshd_no_root"], ["sshd", "root", "permitrootlogin"], "without-password"),
    ],
)
def test_each_check_fails_on_what_it_is_for(
    clean_state: ModuleType, facts: dict[str, Any], checks: list[str], where: list[str], value: object
) -> None:
    wanted, changed = expected(facts), deepcopy(facts)
    *path, last = where
    inside = changed
    for key in path:
        inside = inside[key]
    inside[last] = value
    assert failed(clean_state, changed, wanted) == checks


@pytest.mark.parametrize("kind", ["luks", "no local disk"])
def test_a_disk_that_is_encrypted_or_not_there_is_none_to_refuse(
    clean_state: ModuleType, facts: dict[str, Any], kind: str
) -> None:
    changed = {**facts, "encryption": {"kind": kind}}
    assert failed(clean_state, changed, expected(facts)) == []


def test_a_site_may_do_without_encryption(clean_state: ModuleType, facts: dict[str, Any]) -> None:
    changed = {**facts, "encryption": {"kind": "none"}}
    assert failed(clean_state, changed, {**expected(facts), "require_encryption": False}) == []


def test_a_site_may_say_openly_that_isolation_is_not_proven(
    clean_state: ModuleType, facts: dict[str, Any]
) -> None:
    wanted = {**expected(facts), "require_probes": False}
    assert failed(clean_state, {**facts, "probes": []}, wanted) == []
    wrong = {**facts, "probes": [probe(must_reach=False, result="open")]}
    assert failed(clean_state, wrong, wanted) == ["isolation"]


def test_the_station_that_asks_must_be_out_of_reach_whatever_the_site_says(
    clean_state: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = (
        "0      0               10.77.0.11:22          10.77.0.1:54022\n"
        "0      0      [::ffff:10.77.0.11]:22 [::ffff:10.77.0.1]:54023\n"
        "0      0       [2001:db8::b]:22       [2001:db8::1]:54024\n"
    )
    monkeypatch.setattr(shared("system"), "output", lambda *_command: told)
    stations = [{"address": address, "port": 22} for address in ("10.77.0.1", "2001:db8::1")]
    assert clean_state.forbidden([]) == stations
    server = {"address": "192.0.2.9", "port": 443}
    assert clean_state.forbidden([server]) == [server, *stations]


def test_an_account_that_nobody_asked_for_is_found(clean_state: ModuleType, facts: dict[str, Any]) -> None:
    stranger = {"name": "dessai", "uid": 1003, "shell": "/bin/bash", "password_set": True}
    changed = {**facts, "accounts": [*facts["accounts"], stranger]}
    assert failed(clean_state, changed, expected(facts)) == ["accounts"]


def test_a_loaned_laptop_may_hold_its_persons_traces_and_nothing_else(
    clean_state: ModuleType, facts: dict[str, Any]
) -> None:
    changed = {**facts, "leftovers": ["/var/spool/cron/crontabs/cexemple"], "join_signs": ["realmd"]}
    assert failed(clean_state, changed, {**expected(facts), "loaned": True}) == ["not_joined"]


def test_without_its_lab_setting_a_password_login_of_the_seat_is_refused(
    clean_state: ModuleType, facts: dict[str, Any]
) -> None:
    wanted = {**expected(facts), "seat_password_login": False}
    assert failed(clean_state, facts, wanted) == ["sshd_keys_only", "sshd_allowed"]
