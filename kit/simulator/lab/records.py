"""Owns the lab's folder: what is written where, and the lock that lets one command at a time change it.

lab.json                the names in use and the station's key; written before the bridge is made
pool.csv                the pool file of `kit lab up`
packages/               log of the package cache
laptops/LT-0001/        exists before anything of that laptop does
    laptop.json         its mode and base system
    host_key, .pub      kept when the laptop is wiped
    console.log         what it said
    upper/ work/ base/ root/   its disk; mounted in its own mount namespace only
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from kit.simulator.lab.names import Mode, Names, Slot


@dataclass(frozen=True)
class LabRecord:
    """What `down` and `wipe` need to know from a fresh process; `key` is the station's private key file."""

    name: str
    network: str
    key: str

    @property
    def names(self) -> Names:
        """The names that follow."""
        return Names(self.name, self.network)


@dataclass(frozen=True)
class LaptopRecord:
    """How one laptop was started; a disk fits only the base system it was started on."""

    mode: Mode
    base: str


class Records:
    """The lab's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.laptops = self.folder / "laptops"
        self.packages = self.folder / "packages"
        self.pool_file = self.folder / "pool.csv"
        self._lab = self.folder / "lab.json"

    def laptop_folder(self, slot: Slot) -> Path:
        """Where one laptop lives."""
        return self.laptops / slot.tag

    def read(self) -> LabRecord | None:
        """What was written when the lab was made; None where there is no lab."""
        try:
            return LabRecord(**json.loads(self._lab.read_text()))
        except FileNotFoundError:
            return None

    def write(self, record: LabRecord) -> None:
        """Remember the lab."""
        _write_whole(self._lab, asdict(record))

    def read_laptop(self, slot: Slot) -> LaptopRecord | None:
        """How the laptop was started; None where it was not, or not yet."""
        try:
            found = json.loads((self.laptop_folder(slot) / "laptop.json").read_text())
        except FileNotFoundError:
            return None
        return LaptopRecord(mode=Mode(found["mode"]), base=found["base"])

    def write_laptop(self, slot: Slot, record: LaptopRecord) -> None:
        """Remember a laptop; its folder is made here, before anything else of it."""
        folder = self.laptop_folder(slot)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_whole(folder / "laptop.json", asdict(record))

    def tags(self) -> list[str]:
        """Tags of all laptops that have a folder, in order."""
        with suppress(FileNotFoundError):
            return sorted(entry.name for entry in self.laptops.iterdir())
        return []

    def forget_laptop(self, slot: Slot) -> None:
        """Remove a laptop's folder and disk."""
        with suppress(FileNotFoundError):
            shutil.rmtree(self.laptop_folder(slot))

    def forget(self) -> None:
        """Remove what the lab wrote; `lab.json` goes last, so that a crash leaves a lab to take down."""
        for folder in (self.laptops, self.packages):
            with suppress(FileNotFoundError):
                shutil.rmtree(folder)
        self.pool_file.unlink(missing_ok=True)
        self._lab.unlink(missing_ok=True)
        with suppress(OSError):  # somebody else's file in it is not ours to remove
            self.folder.rmdir()

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the folder, made if need be; waits for whoever holds it.

        The lock ends with the process and the short commands that it had called: what one of them still
        makes, such as a bridge, is there for the next holder to find.
        """
        while True:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                if not self._is_still(descriptor):
                    continue  # a `down` removed the folder while we waited for it
                os.set_inheritable(descriptor, True)
                yield
                return
            finally:
                os.close(descriptor)

    def _is_still(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), self.folder.stat())
        except FileNotFoundError:
            return False


def _write_whole(path: Path, content: dict[str, str]) -> None:
    """A crash leaves the old file or the new one, never half of it."""
    draft = path.with_name(path.name + ".new")
    draft.write_text(json.dumps(content))
    draft.replace(path)
