"""Owns the laptops' base system: built once by mmdebstrap into the cache, shared read-only by all disks.

The folder's name is a hash of everything that shapes its content, so a change makes another base beside the
old one, which running laptops keep.
"""

import fcntl
import hashlib
import os
import platform
import shlex
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path

from kit.errors import MissingRequirement
from kit.simulator.lab.commands import run

#: A plain Debian machine that Ansible can manage; roles install the rest.
PACKAGES = (
    "python3-minimal",
    "python3-apt",
    "openssh-server",
    "sudo",
    "iproute2",
    "nftables",
    "ca-certificates",
    "systemd",
    "systemd-sysv",
    "dbus",
)
#: Kept in the base: no laptop loads descriptions nobody reads, or syncs a disk that is thrown away.
_OPTIONS = ('--aptopt=Acquire::Languages "none"', "--dpkgopt=force-unsafe-io")
_SETUP = Path(__file__).with_name("base-setup.sh")
_FIELDS = ("CREATED_BY", "ORIGIN", "CODENAME", "RELEASE", "REPO_URI", "COMPONENT")


@dataclass(frozen=True)
class Sources:
    """Where packages come from: the suite and one-line entries of `sources.list`."""

    suite: str
    lines: tuple[str, ...]


#: 2 January 1970, as seconds of the epoch.
_LONG_AGO = 86400


def read_sources() -> Sources | None:
    """The Debian sources this machine itself uses; None where it has none."""
    listing = run("apt-get", "indextargets", "--format", "\t".join(f"$({field})" for field in _FIELDS))
    return debian_sources(listing, suite=platform.freedesktop_os_release().get("VERSION_CODENAME", ""))


def debian_sources(listing: str, *, suite: str) -> Sources | None:
    """Pick the suite with its updates and security updates from apt's index targets. Pure.

    `listing` has a line a target with the tab-separated fields of `_FIELDS`; apt leaves a field as written,
    "$(ORIGIN)", while it has not downloaded the list that tells it.
    """
    wanted = {suite, f"{suite}-updates", f"{suite}-security"}
    lines = []
    for row in listing.splitlines():
        creator, origin, codename, release, uri, component = row.split("\t")
        if (
            creator == "Packages"
            and component == "main"
            and origin in {"Debian", "$(ORIGIN)"}
            and wanted & {codename, release}
        ):
            lines.append(f"deb {uri} {release} {component}")
    return Sources(suite, tuple(dict.fromkeys(lines))) if lines else None


def key(sources: Sources) -> str:
    """Name of the base system these sources give."""
    shape = "\n".join([*sources.lines, *PACKAGES, *_OPTIONS, _SETUP.read_text()])
    return f"{sources.suite}-{hashlib.sha256(shape.encode()).hexdigest()[:16]}"


def upstream_proxy() -> str:
    """The proxy this machine's apt goes through; empty where it needs none."""
    assignment = run("apt-config", "shell", "proxy", "Acquire::http::Proxy")
    value = "".join(shlex.split(assignment)).partition("=")[2] or os.environ.get("http_proxy", "")
    return "" if value == "DIRECT" else value


def build(cache: Path, say: Callable[[str], None]) -> Path:
    """The base system for this machine's sources, built if it is not there yet: 20 to 60 seconds.

    Two processes that ask at once build it once. What a crash left of an earlier try is thrown away.

    Raises:
        MissingRequirement: apt names no Debian source.
        LabFailed: mmdebstrap failed; nothing is kept.
    """
    sources = read_sources()
    if sources is None:
        raise MissingRequirement(
            _("apt on this machine knows no Debian source."), hint=_("Add one to /etc/apt/sources.list.d.")
        )
    base = cache / key(sources)
    if base.is_dir():
        return base
    with _locked(base.with_name(base.name + ".lock")):
        if not base.is_dir():
            say(_("Building the laptops' base system: once, about half a minute…"))
            _bootstrap(base, sources)
    return base


def _bootstrap(base: Path, sources: Sources) -> None:
    draft = base.with_name(base.name + ".draft")
    _throw_away(draft)
    (draft / "tmp").mkdir(parents=True)
    proxy = upstream_proxy()
    try:
        # mmdebstrap mounts into what it builds: it must neither outlive us nor leave a mount.
        run(
            *("setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child"),
            *("--mount-proc", "mmdebstrap", "--mode=root", "--variant=minbase", "--quiet"),
            *_OPTIONS,
            f"--include={','.join(PACKAGES)}",
            f'--customize-hook=sh {shlex.quote(str(_SETUP))} "$1"',
            sources.suite,
            draft / "root",
            *sources.lines,
            environment={"TMPDIR": str(draft / "tmp"), **({"http_proxy": proxy} if proxy else {})},
        )
        # apt clients such as Ansible's take fresh lists for up-to-date ones, though these are empty.
        os.utime(draft / "root/var/lib/apt/lists", (_LONG_AGO, _LONG_AGO))
        (draft / "root").rename(base)
    finally:
        _throw_away(draft)


def _throw_away(folder: Path) -> None:
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
