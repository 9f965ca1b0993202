"""Puts what the commune owns into its bag: mail, mailbox items, files, conversations; then seals it.

The folder of a bag grows under `data/`; what is whole there is not fetched again, so a run that was cut
short goes on where it stopped.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from gettext import gettext as _
from pathlib import Path
from typing import Any

from inventory import evidence
from kit.errors import MissingRequirement
from kit.graph import archives, files, mail, threads
from kit.plan.model import Plan
from kit.plan.stages import Stage
from kit.restitution import bag
from kit.workflows import created, engine, planning
from kit.workflows.outcome import Done, Outcome, Skipped
from kit.workflows.station import Cell, attempt, current

#: Counts, in what the exports say, of things that are not in the bag as they were in the tenant.
_GAPS = ("vanished", "failed", "incomplete", "differing", "left_out")


@engine.step
def export_seat(reference: str, number: int, folder: str) -> Outcome:
    """One person's mail as `.eml`, their mailbox as restorable items where the cloud can, their files."""
    plan = _plan(reference)
    account = created.accounts(plan)[[seat.number for seat in plan.seats].index(number)]

    def act() -> Outcome:
        graph = current().graph()
        user = created.ids(graph, [account]).get(account.name)
        if user is None:
            return Skipped(_("there is no such account"))
        data: dict[str, Any] = {}
        target = _data(folder) / "people" / account.name
        with disk(folder):
            if mail.has_mailbox(graph, user):
                data["mail"] = asdict(mail.export_mail(graph, user, target / "mail"))
                if current().rules.archives:
                    data["items"] = asdict(archives.export_items(graph, user, target / "mailbox-items"))
            if drive := files.user_drive(graph, user):
                data["files"] = asdict(files.export_files(graph, drive, target / "files"))
        _prove(reference, Stage.MAIL_EXPORT, data, seat=number)
        return Done(_gaps(data.values()))

    return attempt(Cell(reference, Stage.MAIL_EXPORT, (number,)), act)


@engine.step
def export_workspace(reference: str, folder: str) -> Outcome:
    """The site's files with their tree, and the conversations of each group's mailbox."""
    plan = _plan(reference)

    def act() -> Outcome:
        graph = current().graph()
        data: dict[str, Any] = {}
        with disk(folder):
            for nickname, group in created.ids(graph, created.groups(plan)).items():
                target = _data(folder) / "groups" / nickname
                posts = threads.export_threads(graph, group, target / "conversations")
                data[nickname] = {"conversations": asdict(posts)}
                if drive := files.group_drive(graph, group):
                    data[nickname]["files"] = asdict(files.export_files(graph, drive, target / "files"))
        _prove(reference, Stage.FILE_EXPORT, data)
        return Done(_gaps(part for group in data.values() for part in group.values()))

    return attempt(Cell(reference, Stage.FILE_EXPORT), act)


@engine.step
def seal_bag(reference: str, folder: str) -> Outcome:
    """Make the folder a BagIt bag, read every file back against its hash, and keep the manifest's own."""

    def act() -> Outcome:
        station = current()
        info = {
            "Source-Organization": station.lender.name,
            "External-Identifier": reference,
            "Bagging-Date": _bagging_date(reference).isoformat(),
        }
        with disk(folder):
            sealed = bag.seal(Path(folder), info)
        data = {
            "folder": folder,
            "manifest_sha256": sealed.manifest_sha256,
            "files": sealed.files,
            "octets": sealed.octets,
        }
        _prove(reference, Stage.BAG, data)
        return Done(_("SHA-256 of its manifest: {sha256}").format(sha256=sealed.manifest_sha256))

    return attempt(Cell(reference, Stage.BAG), act)


def _bagging_date(reference: str) -> date:
    """The day on which sign-in ended: nothing in the bag is younger, and sealing again changes nothing."""
    with current().database.read() as session:
        revoked = evidence.find(session, reference, Stage.REVOKE)
    at = revoked.at if revoked else current().stamp().at
    return at.astimezone(current().lender.zone).date()


def _gaps(parts: Iterable[dict[str, int]]) -> str:
    """What the indexes name as not whole, said rather than hidden: vanished meanwhile, refused, different."""
    count = sum(part.get(name, 0) for part in parts for name in _GAPS)
    return (
        _("{count} items could not be had whole; the indexes name them").format(count=count) if count else ""
    )


@contextmanager
def disk(folder: str) -> Iterator[None]:
    """Tell trouble with the disk as such."""
    try:
        _data(folder).mkdir(parents=True, exist_ok=True, mode=0o700)
        yield
    except OSError as exc:
        raise MissingRequirement(
            _("{folder} cannot be written: {reason}. What is there stays.").format(
                folder=folder, reason=exc.strerror
            ),
            hint=_("Make room and run the same command again, or export to another disk with --to."),
        ) from exc


def _data(folder: str) -> Path:
    return Path(folder) / "data"


def _plan(reference: str) -> Plan:
    with current().database.read() as session:
        return planning.kept(session, reference)


def _prove(reference: str, stage: Stage, data: dict[str, Any], *, seat: int = evidence.WHOLE_CRISIS) -> None:
    with current().database.write() as session:
        evidence.keep(session, current().stamp(), reference, stage, data, seat=seat)
