"""Owns what a laptop's system says about itself: accounts, sockets, packages, sshd, traces of people."""

from __future__ import annotations

import grp
import hashlib
import pwd
import re
import subprocess
from pathlib import Path

from ansible.module_utils.machine import Facts, text

#: Programs and files with which a machine joins a directory (Active Directory, LDAP, FreeIPA).
_JOIN_PACKAGES = frozenset({"adcli", "freeipa-client", "libnss-ldapd", "realmd", "sssd", "winbind"})
_JOIN_FILES = ("/etc/krb5.keytab", "/etc/sssd/sssd.conf", "/var/lib/samba/private/secrets.tdb")
_JOIN_SOURCES = frozenset({"ldap", "sss", "winbind"})


def output(*command: str) -> str:
    """What a command prints; commands that tell by their exit code still print."""
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


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
                "address": address.partition("%")[0].strip("[]"),
                "port": int(port),
                "program": program.group(1) if program else "",
            }
        )
    return found


def stations() -> list[str]:
    """Addresses that are connected to our SSH now: the station's, for it is asking."""
    told = output("ss", "-H", "-t", "-n", "state", "established", "sport", "=", ":22")
    peers = [line.split()[3].rpartition(":")[0].strip("[]") for line in told.splitlines()]
    return sorted({peer.removeprefix("::ffff:") for peer in peers})


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


def name_servers(path: str) -> list[str]:
    """Name servers that a file in the manner of resolv.conf(5) lists."""
    return re.findall(r"^nameserver\s+(\S+)", text(path), re.MULTILINE)


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


def join_signs() -> list[str]:
    """What speaks for membership in somebody's directory: packages, files, sources of accounts."""
    installed = set(output("dpkg-query", "--show", "--showformat", "${Package}\n").split())
    sources = re.findall(r"^(?:passwd|group|shadow):(.*)$", text("/etc/nsswitch.conf"), re.MULTILINE)
    return [
        *sorted(_JOIN_PACKAGES & installed),
        *(path for path in _JOIN_FILES if Path(path).exists()),
        *sorted(_JOIN_SOURCES & set(" ".join(sources).split())),
    ]


def leftovers(known: set[str], provision: str) -> list[str]:
    """Traces of people in a laptop that should have none: homes, mail, jobs of strangers, keys that open it.

    Args:
        known: accounts that may have a home.
        provision: the one that may have a key.
    """
    homes = [home for home in Path("/home").glob("*") if home.name not in {*known, "lost+found"}]
    spools = [
        entry
        for spool in ("/var/mail", "/var/spool/cron/crontabs", "/var/spool/cron/atjobs")
        for entry in Path(spool).glob("*")
        if entry.name != ".SEQ"
    ]
    keys = [
        path
        for path in (*Path("/home").glob("*/.ssh/authorized_keys"), Path("/root/.ssh/authorized_keys"))
        if path.parts[2] != provision and text(path)
    ]
    return sorted(str(path) for path in (*homes, *spools, *keys))


def times() -> Facts:
    """When it started, and whether its clock follows a server (systemd-timesyncd says so with a file)."""
    booted = re.search(r"^btime (\d+)$", text("/proc/stat"), re.MULTILINE)
    return {
        "booted_at": int(booted.group(1)) if booted else 0,
        "synchronised": Path("/run/systemd/timesync/synchronized").exists(),
        "zone": text("/etc/timezone"),
    }
