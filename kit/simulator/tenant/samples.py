"""Owns sample mail and files for benches and drills: seeded text, quickly made, the same each time."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import islice
from random import Random
from typing import Any

from kit.errors import BadInput
from kit.simulator.tenant.contents import Content
from kit.simulator.tenant.items import add_folder, child, find_item, put_file
from kit.simulator.tenant.mailboxes import INBOX, folder_id
from kit.simulator.tenant.messages import Letter
from kit.simulator.tenant.mime import conversation
from kit.simulator.tenant.site_provisioning import personal_site, site_of
from kit.simulator.tenant.store import Document
from kit.simulator.tenant.tenant import Tenant

_WORDS = (
    "mairie", "crue", "cellule", "bulletin", "arrêté", "hébergement", "route", "école", "pompiers",
    "eau", "gymnase", "convention", "liste", "réponse", "état", "civil", "nuit", "relève", "carte", "pont",
)  # fmt: skip
_WIDTH = 72
#: How many are kept in one transaction, so that other requests are served between.
_AT_ONCE = 500
_IN_A_FOLDER = 100


def fill_mailbox(tenant: Tenant, user_id: str, messages: int, bytes_each: int) -> None:
    """Put messages into a user's inbox, one a minute back from now; `bytes_each` is the size of a body."""
    user = tenant.store.get("users", user_id) or {}
    letters = _letters(tenant, user, messages, bytes_each)
    while some := list(islice(letters, _AT_ONCE)):
        tenant.mail.add(some)


def fill_drive(
    tenant: Tenant, drive_id: str, files: int, bytes_each: int, *, distinct: int | None = None
) -> None:
    """Put files into a library, a hundred a folder.

    After `distinct` files the contents come again in the same order: gigabytes then take the room of a few.
    """
    chance = Random(bytes_each)  # noqa: S311 the same each time
    block = _text(chance, min(bytes_each, 1024**2)).encode()
    kept = list[Content]()
    for start in range(0, files, _IN_A_FOLDER):
        with tenant.store.transaction():
            folder = _folder(tenant, drive_id, f"Dossier {start // _IN_A_FOLDER + 1:03}")
            for number in range(start, min(start + _IN_A_FOLDER, files)):
                if distinct is None or number < distinct:
                    head = f"Fichier {number + 1}\n".encode()
                    repeated = block * (bytes_each // max(len(block), 1) + 1)
                    content = tenant.contents.keep((head + repeated)[:bytes_each])
                    kept += [content] if distinct else []
                else:
                    same = kept[number % distinct]
                    content = replace(same, key=tenant.contents.copy(same.key))
                put_file(tenant, folder, f"Fichier {number + 1:05}.txt", content)


def user_at(tenant: Tenant, address: str) -> str:
    """The id of the user with that principal name or mail address.

    Raises:
        BadInput: there is none.
    """
    low = address.lower()
    for row in tenant.store.rows("users"):
        user = row.document
        if low in (user["userPrincipalName"].lower(), str(user.get("mail") or "").lower()):
            return str(user["id"])
    raise BadInput(f"the simulated tenant has no user {address}", hint="Make the user first.")


def library_of(tenant: Tenant, owner: str) -> str:
    """The id of the library of a group, by its mail nickname, or of a user, by address.

    Raises:
        BadInput: there is no such group or user, or no library yet.
    """
    groups = tenant.store.find("groups", "mailNickname", owner)
    key = str(groups[0].document["id"]) if groups else user_at(tenant, owner)
    with tenant.store.transaction():
        site = site_of(tenant, key) or personal_site(tenant, tenant.store.get("users", key))
        if site is None:
            raise BadInput(
                f"{owner} has no document library", hint="A group needs an owner, a user a licence."
            )
    return str(tenant.store.find("drives", "_site", str(site["id"]))[0].document["id"])


def _folder(tenant: Tenant, drive_id: str, name: str) -> Document:
    root = find_item(tenant, drive_id)
    return child(tenant, root, name) or add_folder(tenant, root, name)


@dataclass(frozen=True)
class _Sample:
    """One message, to be written as MIME and as what reading that MIME would give."""

    sender: str
    recipient: str
    subject: str
    moment: datetime
    mark: str
    body: str

    def mime(self) -> bytes:
        head = (
            f"From: {self.sender}\r\nTo: {self.recipient}\r\nSubject: {self.subject}\r\n"
            f"Date: {format_datetime(self.moment)}\r\nMessage-ID: {self.mark}\r\nMIME-Version: 1.0\r\n"
            'Content-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n'
        )
        return (head + self.body).encode()

    def facts(self) -> dict[str, Any]:
        """As `mime.facts` of the MIME, which would take a hundred times as long."""
        sender, recipient = (
            {"emailAddress": {"name": who, "address": who}} for who in (self.sender, self.recipient)
        )
        return {
            "subject": self.subject,
            "from": sender,
            "toRecipients": [recipient],
            "ccRecipients": [],
            "bccRecipients": [],
            "replyTo": [],
            "internetMessageId": self.mark,
            "sentDateTime": self.moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "importance": "normal",
            "hasAttachments": False,
            "bodyPreview": " ".join(self.body.split())[:255],
            "conversation": conversation(self.subject),
        }


def _letters(tenant: Tenant, user: Document, messages: int, bytes_each: int) -> Iterator[Letter]:
    chance = Random(bytes_each)  # noqa: S311 the same each time
    now = datetime.fromtimestamp(int(tenant.clock()), UTC)
    owner, address = str(user["id"]), str(user.get("mail") or user["userPrincipalName"])
    inbox, body = folder_id(owner, INBOX), _text(chance, bytes_each)
    for number in range(messages):
        sample = _Sample(
            sender=f"agent{number % 20}@{tenant.domain}",
            recipient=address,
            subject=_ascii(f"{chance.choice(_WORDS).capitalize()} {number + 1}"),
            moment=now - timedelta(minutes=number),
            mark=f"<{number}.{owner}@{tenant.domain}>",
            body=body,
        )
        facts = sample.facts()
        yield Letter(owner, inbox, facts["sentDateTime"], facts, sample.mime(), is_read=bool(number % 3))


def _ascii(text: str) -> str:
    """A header's text without accents, which would have to be encoded."""
    return text.translate(str.maketrans("éêèàç", "eeeac")).replace("É", "E")


def _text(chance: Random, octets: int) -> str:
    """Lines of words, so many octets in UTF-8 or one less."""
    lines, left = list[str](), octets
    while left > 0:
        line = " ".join(chance.choices(_WORDS, k=9))[:_WIDTH] + "\r\n"
        lines.append(line)
        left -= len(line.encode())
    return "".join(lines).encode()[:octets].decode("utf-8", "ignore")
