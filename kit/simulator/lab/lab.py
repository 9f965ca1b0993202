"""Owns the lab as a whole: laptops brought up, stopped, wiped, taken down, from any process at any time."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path

from inventory.errors import Unknown
from kit.errors import BadInput
from kit.simulator.lab import base, disk, laptop, processes, requirements, stock
from kit.simulator.lab.commands import LabFailed
from kit.simulator.lab.names import MOST_LAPTOPS, Laptop, LaptopState, Mode, Names, Slot
from kit.simulator.lab.network import Network
from kit.simulator.lab.packages import PackageCache
from kit.simulator.lab.records import LabRecord, LaptopRecord, Records

#: laptops started and logged in to at once
_AT_ONCE = 8

Say = Callable[[str], None]


def _silent(_text: str) -> None:
    """Tell nobody."""


class Lab:
    """Laptops on this machine.

    Args:
        folder: state of this lab and its laptops' disks; removed by `down`.
        base: cache shared by all labs of this machine: base systems and packages.
        name: prefix of everything made in the kernel; at most 8 letters and digits.
        network: first three bytes of the bridge's network, e.g. "10.77.0".
    """

    def __init__(self, *, folder: Path, base: Path, name: str, network: str) -> None:
        self._asked = Names(name, network)
        self._records = Records(folder)
        self._cache = base.absolute()

    @property
    def pool_file(self) -> Path:
        """Where the pool file is kept while the lab is up; `down` removes it."""
        return self._records.pool_file

    def check(self, mode: Mode = Mode.NS) -> None:
        """See that this machine can hold the lab; leaves no trace.

        Raises:
            MissingRequirement: something is missing or in the way; all of it is named.
        """
        # Without root the folder may not even be readable.
        record = self._records.read() if os.geteuid() == 0 else None
        if record is not None:
            self._refuse_other(record)
        requirements.require(
            names=self._asked,
            mode=mode,
            folder=self._records.folder,
            network=self._network(self._asked),
        )

    def build_base(self, say: Say = _silent) -> Path:
        """The laptops' base system, built if this machine has not got it: 20 to 60 seconds.

        Raises:
            LabFailed: it cannot be built; nothing is kept.
        """
        return base.build(self._cache, say)

    def up(self, count: int, *, key: Path, mode: Mode = Mode.NS, say: Say = _silent) -> tuple[Laptop, ...]:
        """Bring laptops 1 to `count` up and wait until each lets the station in.

        A laptop that runs stays as it is; one that was stopped starts with its disk and in its mode. They
        run on after this process. If one fails, those that this call made are removed again.

        Args:
            count: 1 to 200.
            key: the station's private SSH key (Ed25519, OpenSSH format); its public half beside it, `.pub`.
            mode: what runs inside new laptops.
            say: told what goes on, for people.

        Raises:
            BadInput: `count` is out of range.
            MissingRequirement: this machine cannot hold a lab; nothing was made.
            LabFailed: a laptop did not come up.
        """
        if not 1 <= count <= MOST_LAPTOPS:
            raise BadInput(_("A lab has 1 to {most} laptops.").format(most=MOST_LAPTOPS))
        self.check(mode)
        root = self.build_base(say)
        with self._records.lock():
            self._open(key)
            wanted = [self._asked.slot(number) for number in range(1, count + 1)]
            running = self._running(wanted)
            missing = [slot for slot in wanted if slot.tag not in running]
            fresh = [slot for slot in missing if self._records.read_laptop(slot) is None]
            for slot in fresh:
                self._records.write_laptop(slot, LaptopRecord(mode, str(root)))
            if missing:
                say(
                    ngettext("Starting {count} laptop…", "Starting {count} laptops…", len(missing)).format(
                        count=len(missing)
                    )
                )
            try:
                self._start(missing)
            except BaseException:
                self._remove(fresh)
                if not self._records.tags():
                    self._close(self._asked)
                raise
            return tuple(self._describe(slot) for slot in wanted)

    def status(self) -> tuple[LaptopState, ...]:
        """Every laptop of this lab, in order; none where there is no lab.

        Raises:
            MissingRequirement: there is one, and this is not root.
        """
        if not self._records.folder.exists():
            return ()
        requirements.require_root()
        return tuple(self._state(self._slots()))

    def start(self, tag: str) -> Laptop:
        """Start one laptop that was stopped, with the disk it has, and wait for a login.

        Raises:
            Unknown: no laptop of this lab has that tag.
            LabFailed: it did not come up.
        """
        slot = self._known(tag)
        with self._records.lock():
            if slot.tag not in self._running([slot]):
                self._start([slot])
            return self._describe(slot)

    def stop(self, tag: str) -> None:
        """End one laptop as when its battery is pulled; its disk stays.

        Raises:
            Unknown: no laptop of this lab has that tag.
        """
        slot = self._known(tag)
        with self._records.lock():
            self._halt([slot])

    def wipe(self, tag: str, *, new_key: bool = False) -> Laptop:
        """Throw one laptop's disk away and start it clean, with its host key or a new one.

        Raises:
            Unknown: no laptop of this lab has that tag.
            LabFailed: it did not come up.
        """
        slot = self._known(tag)
        with self._records.lock():
            self._halt([slot])
            disk.erase(self._records.laptop_folder(slot))
            if new_key:
                disk.forget_host_key(self._records.laptop_folder(slot))
            self._start([slot])
            return self._describe(slot)

    def down(self) -> None:
        """Remove everything this lab made, whatever state it is in; only the cache stays. Again does nothing.

        Raises:
            MissingRequirement: there is a lab, and this is not root.
            LabFailed: something remains; it is named, and `down` can be run again.
        """
        if not self._records.folder.exists() and self._network(self._asked).owner() is None:
            return
        requirements.require_root()
        with self._records.lock():
            self._remove(self._slots())
            self._close(self._names())

    def pool_csv(self) -> str:
        """A file for `kit pool import`: the running laptops, and a sample phone and SIM for each."""
        return stock.pool_csv(state.laptop for state in self.status() if state.running)

    def _open(self, key: Path) -> None:
        self._records.write(LabRecord(self._asked.name, self._asked.network, str(key.absolute())))
        self._network(self._asked).raise_bridge()
        self._packages(self._asked).start()

    def _close(self, names: Names) -> None:
        self._packages(names).stop()
        network = self._network(names)
        if network.is_ours():
            network.lower_bridge()
        self._records.forget()

    def _start(self, slots: list[Slot]) -> None:
        """Start laptops side by side and wait for their logins; they must be recorded."""
        if not slots:
            return
        self._halt(slots)  # a crash may have left half of one
        network = self._network(self._names())
        network.raise_bridge()
        network.plug_in(slots)
        try:
            self._start_all(slots)
        except BaseException:
            self._halt(slots)
            raise

    def _start_all(self, slots: list[Slot]) -> None:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            starting = [pool.submit(self._start_one, slot) for slot in slots]
            try:
                for started in starting:
                    started.result()
            except BaseException:
                for started in starting:
                    started.cancel()
                self._halt(slots)  # so that nobody waits any longer for a login
                raise

    def _start_one(self, slot: Slot) -> None:
        from kit.simulator.lab.login import wait_for_login  # noqa: PLC0415  paramiko is slow to load

        folder = self._records.laptop_folder(slot)
        record, lab = self._records.read_laptop(slot), self._records.read()
        if record is None or lab is None:
            raise LabFailed(_("Laptop {tag} was never made.").format(tag=slot.tag))
        disk.ensure_host_key(folder)
        authorized = Path(f"{lab.key}.pub").read_text().strip()
        url = self._packages(lab.names).url
        disk.prepare(folder, Path(record.base), disk.Identity(slot.name, authorized, url))
        laptop.start(slot, folder, base=Path(record.base), mode=record.mode)
        wait_for_login(
            self._describe(slot),
            key=Path(lab.key),
            is_alive=lambda: bool(processes.inside([slot.namespace])[slot.namespace]),
            last_words=lambda: laptop.last_words(folder),
        )

    def _halt(self, slots: Iterable[Slot]) -> None:
        """End laptops and pull their cables; what another lab of the same name made is not touched."""
        ours = list(slots) if self._network(self._names()).is_ours() else []
        laptop.stop({slot: self._records.laptop_folder(slot) for slot in ours})
        self._network(self._names()).unplug(ours)

    def _remove(self, slots: Iterable[Slot]) -> None:
        gone = list(slots)
        self._halt(gone)
        for slot in gone:
            self._records.forget_laptop(slot)

    def _state(self, slots: list[Slot]) -> Iterable[LaptopState]:
        running = self._running(slots)
        for slot in slots:
            record = self._records.read_laptop(slot)
            if record is not None:
                yield LaptopState(self._describe(slot), record.mode, slot.tag in running)

    def _describe(self, slot: Slot) -> Laptop:
        host_key = disk.host_key(self._records.laptop_folder(slot)) or ""
        return Laptop(slot.tag, slot.name, str(slot.address), host_key, slot.serial)

    def _running(self, slots: Iterable[Slot]) -> set[str]:
        by_namespace = {slot.namespace: slot.tag for slot in slots}
        return {by_namespace[name] for name, pids in processes.inside(by_namespace).items() if pids}

    def _slots(self) -> list[Slot]:
        """Laptops of this lab: those with a folder and, if that was lost, those the kernel still holds."""
        names = self._names()
        network = self._network(names)
        ours = network.owner() is not None and network.is_ours()
        found = [*self._records.tags(), *(network.namespaces() if ours else ())]
        slots = {slot.tag: slot for text in found if (slot := names.tagged(text))}
        return [slots[tag] for tag in sorted(slots)]

    def _known(self, tag: str) -> Slot:
        requirements.require_root()
        slot = self._names().tagged(tag)
        if slot is None or self._records.read_laptop(slot) is None:
            raise Unknown(_("This lab has no laptop {tag}.").format(tag=tag), hint=_("See `kit lab status`."))
        return slot

    def _names(self) -> Names:
        """The names in use; settings may have changed since the lab was made."""
        record = self._records.read()
        return record.names if record else self._asked

    def _refuse_other(self, record: LabRecord) -> None:
        if record.names != self._asked:
            requirements.refuse(
                [
                    requirements.Lack(
                        _("the lab in {folder} is up as {name} on {network}").format(
                            folder=self._records.folder, name=record.name, network=record.network
                        ),
                        _("Take it down first: `kit lab down`."),
                    )
                ]
            )

    def _network(self, names: Names) -> Network:
        return Network(names, self._records.folder)

    def _packages(self, names: Names) -> PackageCache:
        records = self._records
        return PackageCache(
            address=names.gateway, folder=records.packages, cache=self._cache, name=names.name
        )
