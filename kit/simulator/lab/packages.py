"""Owns the package cache on the bridge: an apt-cacher-ng of our own, the laptops' only way to packages.

What it fetched stays in the cache folder for the next lab. Debian's own service of that name is left alone.
"""

import fcntl
import os
import socket
import subprocess
import time
from gettext import gettext as _
from ipaddress import IPv4Address
from pathlib import Path

from kit.simulator.lab import processes
from kit.simulator.lab.base import upstream_proxy
from kit.simulator.lab.commands import PLAIN_ENVIRONMENT, LabFailed, find

#: not the 3142 of Debian's own service, which listens on every address
PORT = 3177
_PATIENCE = 20.0


class PackageCache:
    """One lab's package cache; found again by the log folder on its command line."""

    def __init__(self, *, address: IPv4Address, folder: Path, cache: Path, name: str) -> None:
        self._address = str(address)
        self._folder = folder
        self._cache = cache
        self._name = name

    @property
    def url(self) -> str:
        """What the laptops' apt goes through."""
        return f"http://{self._address}:{PORT}"

    def start(self) -> None:
        """Start it and wait until it answers; a running one stays.

        Raises:
            LabFailed: it does not answer.
        """
        if not processes.with_argument({self._mark}):
            self._launch()
        deadline = time.monotonic() + _PATIENCE
        while not self._answers():
            if time.monotonic() > deadline:
                said = self._log.read_text(errors="replace").strip()[-1000:]
                raise LabFailed(_("The package cache does not answer: {said}").format(said=said or "–"))
            time.sleep(0.02)

    def stop(self) -> None:
        """End it; a second time does nothing."""
        processes.kill(processes.with_argument({self._mark}))

    @property
    def _mark(self) -> str:
        return f"LogDir={self._folder}"

    @property
    def _log(self) -> Path:
        return self._folder / "output.log"

    def _launch(self) -> None:
        self._folder.mkdir(exist_ok=True, mode=0o700)
        # In a file, not on the command line: a proxy's address may hold a password.
        settings = self._folder / "acng.conf"
        settings.touch(mode=0o600)
        # Any port: an archive reached over TLS, or a site's own mirror, is not on port 80.
        proxy = upstream_proxy()
        settings.write_text("AllowUserPorts: 0\n" + (f"Proxy: {proxy}\n" if proxy else ""))
        store, lock = self._choose_store()
        try:
            with self._log.open("ab") as output:
                subprocess.run(
                    [
                        *(find("setsid"), "--fork", find("apt-cacher-ng"), "-c", str(self._folder)),
                        *("ForeGround=1", f"BindAddress={self._address}", f"Port={PORT}"),
                        *(f"CacheDir={store}", self._mark, "SocketPath=", "PidFile=", "ExThreshold=9"),
                    ],
                    env=PLAIN_ENVIRONMENT,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    # It keeps the lock for as long as it lives.
                    pass_fds=[lock],
                    check=True,
                )
        finally:
            os.close(lock)

    def _choose_store(self) -> tuple[Path, int]:
        """The shared store, or our own while another lab's cache writes to it; and the lock held on it."""
        for store in (self._cache / "packages", self._cache / f"packages-{self._name}"):
            store.mkdir(parents=True, exist_ok=True)
            lock = os.open(store, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
            else:
                return store, lock
        raise LabFailed(_("Another package cache uses {folder}.").format(folder=store))

    def _answers(self) -> bool:
        try:
            socket.create_connection((self._address, PORT), timeout=1).close()
        except OSError:
            return False
        return True
