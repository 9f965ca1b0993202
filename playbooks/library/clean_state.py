"""Owns what a laptop says about itself: facts gathered in one go, and what must hold before hand-over."""

from __future__ import annotations

import datetime
import hashlib
import os
import re
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.machine import Facts, encryption, host_keys, machine
from ansible.module_utils.nftables import Refused, loaded, meant
from ansible.module_utils.probes import probe
from ansible.module_utils.system import (
    accounts,
    administrators,
    join_signs,
    leftovers,
    listening,
    name_servers,
    packages,
    sshd,
    stations,
    times,
    updates,
)
from ansible.module_utils.written import LIST, compared

DOCUMENTATION = r"""
module: clean_state
short_description: Gather the clean-state report of a laptop, changing nothing
options:
  host_name: {description: The name it must have., type: str, required: true}
  host_key: {description: The pinned host key as C(type base64)., type: str, required: true}
  provision_login: {description: The account of Ansible., type: str, required: true}
  seat_login: {description: The person's account., type: str, required: true}
  admin_login: {description: The local administrator's account., type: str, required: true}
  seat_password_login:
    description: Whether sshd may let that account in by password.
    type: bool
    default: false
  allowed_ports:
    description: What may listen beyond loopback, such as C(tcp/22).
    type: list
    elements: str
    required: true
  managed_configuration:
    description: Configuration files of packages that the roles change.
    type: list
    elements: path
    required: true
  resolvers:
    description: The only name servers to ask; empty means any.
    type: list
    elements: str
    default: []
  must_reach:
    description: What must answer, each with C(address) and TCP C(port).
    type: list
    elements: dict
    default: []
  must_not_reach:
    description:
      - What must be out of reach, likewise.
      - Who is connected by SSH while the report is made is tried, too, for a way there is known to exist.
    type: list
    elements: dict
    default: []
  require_probes:
    description: Whether isolation counts as proven only where something of both kinds was tried.
    type: bool
    default: true
  require_encryption:
    description: Whether a local disk must be encrypted.
    type: bool
    required: true
  loaned:
    description: The laptop is in somebody's hands, so traces of a person are no reason to refuse it.
    type: bool
    default: false
  ruleset: {description: The firewall's file., type: path, default: /etc/nftables.conf}
  labels: {description: Copied into the report as it is., type: dict, default: {}}
"""

RETURN = r"""
report:
  description: Facts, C(checks) with C(passed) and C(detail), and C(clean).
  returned: always
  type: dict
"""

Found = tuple[str, bool, str]

#: A port that no rule opens towards a station, whether something answers there or not.
SSH = 22


def firewall(path: str) -> Facts:
    """The rules in force, and whether they are those of the file."""
    try:
        rules = loaded()
        return {
            "rules": rules,
            "sha256": hashlib.sha256(rules.encode()).hexdigest(),
            "as_in_file": rules == meant(path),
        }
    except Refused as exc:
        return {"rules": "", "sha256": "", "as_in_file": False, "trouble": str(exc)}


def identity_checks(facts: Facts, expected: Facts) -> list[Found]:
    """It is the laptop it should be, with the accounts it should have, and belongs to nobody's directory."""
    provision, seat, admin = (expected[f"{who}_login"] for who in ("provision", "seat", "admin"))
    names = sorted(account["name"] for account in facts["accounts"])
    unlocked = [account["name"] for account in facts["accounts"] if account["password_set"]]
    fingerprints = ", ".join(key["fingerprint"] for key in facts["host_keys"])
    found = [
        ("host_name", facts["host_name"] == expected["host_name"], facts["host_name"]),
        ("host_key", expected["host_key"] in [key["key"] for key in facts["host_keys"]], fingerprints),
        ("accounts", names == sorted({"root", provision, seat, admin}), ", ".join(names)),
        ("root_locked", "root" not in unlocked, f"passwords set: {', '.join(unlocked)}"),
        ("no_privilege", seat not in facts["administrators"], ", ".join(facts["administrators"])),
        ("administrators", facts["administrators"] == [admin], ", ".join(facts["administrators"])),
        ("not_joined", not facts["join_signs"], ", ".join(facts["join_signs"])),
    ]
    if not expected["loaned"]:
        found.append(("no_leftovers", not facts["leftovers"], ", ".join(facts["leftovers"][:10])))
    return found


def network_checks(facts: Facts, expected: Facts) -> list[Found]:
    """Nobody gets in but by SSH, and nothing gets out but what may."""
    open_ports = sorted(
        f"{socket['protocol']}/{socket['port']}"
        for socket in facts["listening"]
        if not socket["address"].startswith("127.") and socket["address"] != "::1"
    )
    strangers = sorted(set(open_ports) - set(expected["allowed_ports"]))
    dropping = sorted(re.findall(r"hook (\w+) .*policy drop;", facts["firewall"]["rules"]))
    wrong = [
        f"{each['address']}:{each['port']} {each['result']}" for each in facts["probes"] if not each["passed"]
    ]
    tried = {each["must_reach"] for each in facts["probes"]}
    if expected["require_probes"] and tried != {True, False}:
        wrong.append("not tried: what must be reached, and what must not")
    servers = set(facts["upstream_resolvers"])
    chosen = set(expected["resolvers"])
    return [
        ("listening", not strangers, ", ".join(strangers or open_ports)),
        (
            "firewall",
            facts["firewall"]["as_in_file"] and dropping == ["forward", "input", "output"],
            facts["firewall"].get("trouble", f"dropped by default: {', '.join(dropping)}"),
        ),
        ("isolation", not wrong, ", ".join(wrong) or f"{len(facts['probes'])} probes as wanted"),
        ("resolvers", not chosen or (bool(servers) and servers <= chosen), ", ".join(sorted(servers))),
    ]


def system_checks(facts: Facts, expected: Facts) -> list[Found]:
    """Its programs are Debian's and up to date; its disk and firmware are closed where they can be."""
    modified = facts["packages"]["modified"]
    written = facts["written_files"]
    strange = sorted(set(facts["packages"]["changed_configuration"]) - set(expected["managed_configuration"]))
    security = facts["updates"]["security"]
    kind = facts["encryption"]["kind"]
    secure_boot = facts["machine"]["secure_boot"]
    return [
        ("packages", not modified, ", ".join(modified[:10])),
        ("configuration", not strange, ", ".join(strange[:10])),
        (
            "written_files",
            written["count"] > 0 and not written["changed"],
            ", ".join(written["changed"][:10]) or f"{written['count']} as written",
        ),
        ("security_updates", not security, ", ".join(security[:10])),
        ("encryption", kind != "none" or not expected["require_encryption"], kind),
        ("secure_boot", secure_boot != "off", secure_boot),
    ]


def sshd_checks(facts: Facts, expected: Facts) -> list[Found]:
    """Only the provisioning account comes in, by key."""
    by_password = sorted(
        login
        for login, rules in facts["sshd"].items()
        if "yes" in (rules.get("passwordauthentication"), rules.get("kbdinteractiveauthentication"))
    )
    allowed = {login for rules in facts["sshd"].values() for login in rules.get("allowusers", "").split()}
    let_in = [expected["seat_login"]] if expected["seat_password_login"] else []
    root = facts["sshd"]["root"].get("permitrootlogin", "")
    return [
        ("sshd_keys_only", by_password == let_in, f"password logins: {', '.join(by_password)}"),
        ("sshd_allowed", allowed == {expected["provision_login"], *let_in}, ", ".join(sorted(allowed))),
        ("sshd_no_root", root == "no", root),
    ]


def checks(facts: Facts, expected: Facts) -> list[Facts]:
    """What must hold before the laptop is handed over; pure, each with what was found."""
    groups = (identity_checks, network_checks, system_checks, sshd_checks)
    return [
        {"name": name, "passed": bool(passed), "detail": detail}
        for group in groups
        for name, passed, detail in group(facts, expected)
    ]


def forbidden(told: list[Facts]) -> list[Facts]:
    """What must be out of reach: what the site says, and the stations, to which a way is known to lead."""
    return [*told, *({"address": station, "port": SSH} for station in stations())]


def now() -> str:
    """The laptop's time in UTC, ISO 8601, whole seconds."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def gather(expected: Facts) -> Facts:
    """The report: labels, facts, checks, and `clean` where every check passed."""
    started = now()
    logins = [expected["provision_login"], expected["seat_login"], expected["admin_login"]]
    facts: Facts = {
        "host_name": os.uname().nodename,
        "machine": machine(),
        "accounts": accounts(),
        "administrators": administrators(),
        "leftovers": leftovers(set(logins), expected["provision_login"]),
        "join_signs": join_signs(),
        "listening": listening(),
        "firewall": firewall(expected["ruleset"]),
        "probes": probe(expected["must_reach"], forbidden(expected["must_not_reach"])),
        "packages": packages(),
        "written_files": compared(Path(LIST)),
        "updates": updates(),
        "resolvers": name_servers("/etc/resolv.conf"),
        "upstream_resolvers": name_servers("/run/systemd/resolve/resolv.conf"),
        "encryption": encryption(),
        "times": times(),
        "host_keys": host_keys(),
        "sshd": {login: sshd(login) for login in ("root", *logins[:2])},
    }
    results = checks(facts, expected)
    return {
        **expected["labels"],
        "started_at": started,
        "finished_at": now(),
        **facts,
        "checks": results,
        "clean": all(check["passed"] for check in results),
    }


def main() -> None:
    """Gather; the role decides what a failed check means."""
    module = AnsibleModule(
        argument_spec={
            "host_name": {"type": "str", "required": True},
            "host_key": {"type": "str", "required": True, "no_log": False},
            "provision_login": {"type": "str", "required": True},
            "seat_login": {"type": "str", "required": True},
            "admin_login": {"type": "str", "required": True},
            "seat_password_login": {"type": "bool", "default": False, "no_log": False},
            "allowed_ports": {"type": "list", "elements": "str", "required": True},
            "managed_configuration": {"type": "list", "elements": "path", "required": True},
            "resolvers": {"type": "list", "elements": "str", "default": []},
            "must_reach": {"type": "list", "elements": "dict", "default": []},
            "must_not_reach": {"type": "list", "elements": "dict", "default": []},
            "require_probes": {"type": "bool", "default": True},
            "require_encryption": {"type": "bool", "required": True},
            "loaned": {"type": "bool", "default": False},
            "ruleset": {"type": "path", "default": "/etc/nftables.conf"},
            "labels": {"type": "dict", "default": {}},
        },
        supports_check_mode=True,
    )
    module.exit_json(changed=False, report=gather(module.params))


if __name__ == "__main__":
    main()
