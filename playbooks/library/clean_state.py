"""Owns what a laptop says about itself: facts gathered in one go, and what must hold before hand-over."""

from __future__ import annotations

import base64
import datetime
import grp
import hashlib
import os
import pwd
import re
import subprocess
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.nftables import Refused, loaded, meant

DOCUMENTATION = r"""
module: clean_state
short_description: Gather the clean-state report of a laptop, changing nothing
options:
  host_name: {description: The name it must have., type: str, required: true}
  host_key: {description: The pinned host key as C(type base64)., type: str, required: true}
  provision_login: {description: The account of Ansible., type: str, required: true}
  seat_login: {description: The person's account., type: str, required: true}
  seat_password_login:
    description: Whether sshd may let that account in by password.
    type: bool
    default: false
  allowed_ports:
    description: What may listen beyond loopback, such as C(tcp/22).
    type: list
    elements: str
    required: true
  ruleset: {description: The firewall's file., type: path, default: /etc/nftables.conf}
  labels: {description: Copied into the report as it is., type: dict, default: {}}
"""

RETURN = r"""
report:
  description: Facts, C(checks) with C(passed) and C(detail), and C(clean).
  returned: always
  type: dict
"""

Facts = dict[str, Any]


def output(*command: str) -> str:
    """What a command prints; commands that tell by their exit code still print."""
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def text(path: str) -> str:
    """A small file's content without the last newline; empty where it cannot be read."""
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def machine() -> Facts:
    """Hardware and system, as far as the laptop knows them."""
    dmi = {
        name: text(f"/sys/class/dmi/id/{name}")
        for name in ("sys_vendor", "product_name", "product_serial", "product_uuid", "bios_version")
    }
    system = re.search(r'^PRETTY_NAME="?([^"\n]*)', text("/etc/os-release"), re.MULTILINE)
    uname = os.uname()
    return {
        **dmi,
        "system": system.group(1) if system else "",
        "kernel": uname.release,
        "architecture": uname.machine,
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
    }


def accounts() -> list[Facts]:
    """Accounts whose shell lets somebody work, with the state of their password."""
    shells = set(text("/etc/shells").split())
    hashes = dict(line.split(":")[:2] for line in text("/etc/shadow").splitlines())
    return [
        {
            "name": entry.pw_name,
            "uid": entry.pw_uid,
            "shell": entry.pw_shell,
            "password_set": hashes.get(entry.pw_name, "").startswith(("$", "_")),
        }
        for entry in pwd.getpwall()
        if entry.pw_shell in shells
    ]


def administrators() -> list[str]:
    """Members of the group that Debian's sudo lets do everything."""
    try:
        return sorted(grp.getgrnam("sudo").gr_mem)
    except KeyError:
        return []


def listening() -> list[Facts]:
    """Sockets that wait for others, as `ss` tells them."""
    found = []
    for line in output("ss", "-H", "-l", "-t", "-u", "-n", "-p").splitlines():
        protocol, _, _, _, local, _, *process = line.split(maxsplit=6)
        address, _, port = local.rpartition(":")
        program = re.search(r'\(\("([^"]+)"', process[0]) if process else None
        found.append(
            {
                "protocol": protocol,
                "address": address.strip("[]").partition("%")[0],
                "port": int(port),
                "program": program.group(1) if program else "",
            }
        )
    return found


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


def packages() -> Facts:
    """How many, a fingerprint of names and versions, and which files differ from their package's."""
    installed = sorted(
        output("dpkg-query", "--show", "--showformat", "${Package} ${Version} ${Architecture}\n").splitlines()
    )
    modified, configuration = [], []
    for line in output("dpkg", "--verify").splitlines():
        # "??5?????? c /etc/nftables.conf": what differs, "c" for a configuration file, the path
        _, kind, *rest = line.split(maxsplit=2)
        (configuration if kind == "c" else modified).append(rest[0] if rest else kind)
    return {
        "count": len(installed),
        "sha256": hashlib.sha256("\n".join(installed).encode()).hexdigest(),
        "modified": modified,
        "changed_configuration": configuration,
    }


def updates() -> Facts:
    """Packages for which the archive has a newer version; those from a security archive apart."""
    pending = [
        line
        for line in output("apt-get", "--simulate", "dist-upgrade").splitlines()
        if line.startswith("Inst ")
    ]
    return {
        "pending": len(pending),
        "security": [line.split()[1] for line in pending if "security" in line.lower()],
    }


def resolvers() -> list[str]:
    """Name servers in use."""
    return re.findall(r"^nameserver\s+(\S+)", text("/etc/resolv.conf"), re.MULTILINE)


def host_keys() -> list[Facts]:
    """Public host keys with their fingerprints as `ssh-keygen -l` writes them."""
    keys = []
    for path in sorted(Path("/etc/ssh").glob("ssh_host_*_key.pub")):
        kind, _, rest = text(str(path)).partition(" ")
        blob = rest.partition(" ")[0]
        digest = hashlib.sha256(base64.b64decode(blob)).digest()
        keys.append(
            {
                "type": kind,
                "key": f"{kind} {blob}",
                "fingerprint": "SHA256:" + base64.b64encode(digest).decode().rstrip("="),
            }
        )
    return keys


def sshd(login: str) -> Facts:
    """What sshd's configuration means for one account."""
    wanted = {
        "permitrootlogin",
        "passwordauthentication",
        "kbdinteractiveauthentication",
        "pubkeyauthentication",
        "allowusers",
    }
    found: dict[str, list[str]] = {}
    for line in output(
        "/usr/sbin/sshd", "-T", "-C", f"user={login},host=station,addr=192.0.2.1"
    ).splitlines():
        name, _, value = line.partition(" ")
        if name in wanted:
            found.setdefault(name, []).append(value)
    return {name: " ".join(values) for name, values in found.items()}


def checks(facts: Facts, expected: Facts) -> list[Facts]:
    """What must hold before the laptop is handed over; pure, each with what was found."""
    provision, seat = expected["provision_login"], expected["seat_login"]
    names = sorted(account["name"] for account in facts["accounts"])
    open_ports = sorted(
        f"{socket['protocol']}/{socket['port']}"
        for socket in facts["listening"]
        if not socket["address"].startswith("127.") and socket["address"] != "::1"
    )
    strangers = sorted(set(open_ports) - set(expected["allowed_ports"]))
    unlocked = [account["name"] for account in facts["accounts"] if account["password_set"]]
    by_password = sorted(
        login
        for login, rules in facts["sshd"].items()
        if "yes" in (rules.get("passwordauthentication"), rules.get("kbdinteractiveauthentication"))
    )
    allowed = {login for rules in facts["sshd"].values() for login in rules.get("allowusers", "").split()}
    let_in = [seat] if expected["seat_password_login"] else []
    dropping = sorted(re.findall(r"hook (\w+) .*policy drop;", facts["firewall"]["rules"]))
    found = [
        ("host_name", facts["host_name"] == expected["host_name"], facts["host_name"]),
        (
            "host_key",
            expected["host_key"] in [key["key"] for key in facts["host_keys"]],
            ", ".join(key["fingerprint"] for key in facts["host_keys"]),
        ),
        ("accounts", names == sorted({"root", provision, seat}), ", ".join(names)),
        ("root_locked", "root" not in unlocked, f"passwords set: {', '.join(unlocked)}"),
        ("no_privilege", seat not in facts["administrators"], ", ".join(facts["administrators"])),
        ("listening", not strangers, ", ".join(strangers or open_ports)),
        (
            "firewall",
            facts["firewall"]["as_in_file"] and dropping == ["forward", "input", "output"],
            facts["firewall"].get("trouble", f"dropped by default: {', '.join(dropping)}"),
        ),
        ("packages", not facts["packages"]["modified"], ", ".join(facts["packages"]["modified"][:10])),
        ("security_updates", not facts["updates"]["security"], ", ".join(facts["updates"]["security"][:10])),
        ("sshd_keys_only", by_password == let_in, f"password logins: {', '.join(by_password)}"),
        ("sshd_allowed", allowed == {provision, *let_in}, ", ".join(sorted(allowed))),
        (
            "sshd_no_root",
            facts["sshd"]["root"].get("permitrootlogin") == "no",
            facts["sshd"]["root"].get("permitrootlogin", ""),
        ),
    ]
    return [{"name": name, "passed": bool(passed), "detail": detail} for name, passed, detail in found]


def now() -> str:
    """The laptop's time in UTC, ISO 8601, whole seconds."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def gather(expected: Facts) -> Facts:
    """The report: labels, facts, checks, and `clean` where every check passed."""
    started = now()
    facts: Facts = {
        "host_name": os.uname().nodename,
        "machine": machine(),
        "accounts": accounts(),
        "administrators": administrators(),
        "listening": listening(),
        "firewall": firewall(expected["ruleset"]),
        "packages": packages(),
        "updates": updates(),
        "resolvers": resolvers(),
        "host_keys": host_keys(),
        "sshd": {
            login: sshd(login) for login in ("root", expected["provision_login"], expected["seat_login"])
        },
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
            "seat_password_login": {"type": "bool", "default": False, "no_log": False},
            "allowed_ports": {"type": "list", "elements": "str", "required": True},
            "ruleset": {"type": "path", "default": "/etc/nftables.conf"},
            "labels": {"type": "dict", "default": {}},
        },
        supports_check_mode=True,
    )
    module.exit_json(changed=False, report=gather(module.params))


if __name__ == "__main__":
    main()
