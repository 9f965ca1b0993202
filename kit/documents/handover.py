"""Owns the hand-over sheet: what is lent to whom, one receipt per person (requirement 6), never a secret."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kit.documents import clean_state_text, clean_state_wording, handover_text
from kit.documents.interface import Content
from kit.documents.laptop_state import LaptopState
from kit.documents.paper_facts import CrisisFacts
from kit.documents.paper_wording import undelivered
from kit.documents.typesetting import typeset
from kit.documents.wording import moment, translations

KIND = "handover"


@dataclass(frozen=True)
class HandedLaptop:
    """A laptop as it is handed over; `local_account` is the name only, never its password."""

    tag: str
    model: str
    serial: str
    host_name: str
    local_account: str


@dataclass(frozen=True)
class HandedPhone:
    """A phone as it is handed over."""

    tag: str
    model: str
    imei: str


@dataclass(frozen=True)
class HandedSim:
    """A SIM as it is handed over; `number` in E.164."""

    tag: str
    iccid: str
    number: str


@dataclass(frozen=True)
class HandoverSeat:
    """One person and what they receive; a part that is not handed over now is None.

    `undelivered` are the stages of the run that the seat goes without by decision, e.g. "phone".
    """

    number: int
    person: str
    service: str
    principal_name: str
    laptop: HandedLaptop | None
    phone: HandedPhone | None
    sim: HandedSim | None
    accessories: tuple[str, ...] = ()
    undelivered: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class HandoverFacts(CrisisFacts):
    """Everything the sheet states, frozen when it is issued.

    Attributes:
        reference: of the sheet without its version, e.g. "13005-2026-01-R".
        t0: when the crisis was declared; aware, in the zone to print.
        annexes: what each laptop was found to be, a page each.
    """

    t0: datetime
    seats: tuple[HandoverSeat, ...]
    annexes: tuple[LaptopState, ...] = ()

    @property
    def name(self) -> str:
        """The sheet's own name, e.g. "13005-2026-01-R1"."""
        return f"{self.reference}{self.version}"


def render(facts: HandoverFacts, language: str = "fr") -> bytes:
    """The sheet as PDF/A-2a, A4: a cover to sign, a receipt per person, all serials and IMEIs, the annexes.

    Raises:
        BadInput: no such language.
        NotTypeset: the typesetter refused or failed.
    """
    return typeset(
        Content(
            template="handover.typ",
            language=language,
            title=translations(language).gettext("Hand-over sheet"),
            reference=facts.name,
            author=facts.lender,
            issued_at=facts.issued_at,
            fingerprint=facts.fingerprint,
            data=_data(facts, language),
        )
    )


def as_text(facts: HandoverFacts, language: str = "fr") -> str:
    """The same sheet for a screen or any printer: lines of at most 76 characters, boxes as "[ ]".

    Raises:
        BadInput: no such language.
    """
    data = _data(facts, language)
    annexes = (clean_state_text.lay_out(page, data["labels"]) for page in data["annexes"])
    return "\n\n".join([handover_text.lay_out(data, facts.fingerprint), *annexes])


def _data(facts: HandoverFacts, language: str) -> dict[str, Any]:
    """What both layouts read: JSON values only, every wording already in the document's language."""
    return {
        "reference": facts.name,
        "drill": facts.drill,
        "commune": facts.commune_name,
        "lender": facts.lender,
        "contact": facts.contact,
        "contact_phone": facts.contact_phone,
        "labels": _labels(facts, language) | clean_state_wording.labels(language),
        "identity": _identity(facts, language),
        "totals": _totals(facts, language),
        "seats": [_seat(seat, language) for seat in facts.seats],
        "annexes": [clean_state_wording.page(state, language) for state in facts.annexes],
    }


def _identity(facts: HandoverFacts, language: str) -> list[list[str]]:
    """(label, value) pairs of the cover; an empty value is a line to write on."""
    _ = translations(language).gettext
    return [
        [_("Commune"), _("{name} (INSEE {code})").format(name=facts.commune_name, code=facts.commune_code)],
        [_("Crisis"), facts.crisis],
        [_("Declared (T0)"), moment(facts.t0, language)],
        [_("Sheet issued"), moment(facts.issued_at, language)],
        [_("Lender"), facts.lender],
        [_("Contact"), facts.contact],
        [_("Telephone"), facts.contact_phone],
    ]


def _totals(facts: HandoverFacts, language: str) -> list[list[str]]:
    """(number, noun) pairs of the cover."""
    ngettext = translations(language).ngettext
    people = len(facts.seats)
    laptops = sum(seat.laptop is not None for seat in facts.seats)
    phones = sum(seat.phone is not None for seat in facts.seats)
    sims = sum(seat.sim is not None for seat in facts.seats)
    return [
        [str(people), ngettext("person", "people", people)],
        [str(laptops), ngettext("laptop", "laptops", laptops)],
        [str(phones), ngettext("phone", "phones", phones)],
        [str(sims), ngettext("SIM card", "SIM cards", sims)],
    ]


def _seat(seat: HandoverSeat, language: str) -> dict[str, Any]:
    return {
        "number": seat.number,
        "person": seat.person,
        "service": seat.service,
        "principal_name": seat.principal_name,
        "accessories": list(seat.accessories),
        "undelivered": undelivered(seat.undelivered, language),
        "items": list(_items(seat, language)),
    }


def _items(seat: HandoverSeat, language: str) -> Iterator[dict[str, Any]]:
    """One line of the receipt per device: `identifiers` prove which one it is, `details` help to use it."""
    _, pgettext = translations(language).gettext, translations(language).pgettext
    if (laptop := seat.laptop) is not None:
        yield {
            "kind": "laptop",
            "name": _("Laptop"),
            "tag": laptop.tag,
            "model": laptop.model,
            "identifiers": [[_("Serial no."), laptop.serial]],
            "details": [[_("Host name"), laptop.host_name], [_("Local account"), laptop.local_account]],
        }
    if (phone := seat.phone) is not None:
        yield {
            "kind": "phone",
            "name": _("Phone"),
            "tag": phone.tag,
            "model": phone.model,
            "identifiers": [["IMEI", phone.imei]],
            "details": [],
        }
    if (sim := seat.sim) is not None:
        yield {
            "kind": "sim",
            "name": pgettext("equipment", "SIM card"),
            "tag": sim.tag,
            "model": "",
            "identifiers": [["ICCID", sim.iccid], [_("Phone number"), sim.number]],
            "details": [],
        }


def _labels(facts: HandoverFacts, language: str) -> dict[str, str]:
    _, pgettext = translations(language).gettext, translations(language).pgettext
    return {
        "title": _("Hand-over sheet"),
        "subtitle": _("Equipment lent for the length of a cyber crisis"),
        "exercise": _("EXERCISE – no real incident"),
        "fingerprint": _("SHA-256 of the facts"),
        "ownership_title": _("Ownership and right of use"),
        "ownership": _(
            "All equipment on this sheet remains the property of the lender ({lender}). The commune has a "
            "right of use only, for the length of the crisis. It keeps the equipment in good order, can "
            "neither sell it nor pass it on, and returns it when the crisis ends."
        ).format(lender=facts.lender),
        "steps_title": _("At the counter"),
        "step_1": _("Check each person's identity."),
        "step_2": _("Tick what you hand over, note its condition, compare serial number and IMEI."),
        "step_3": _("Have each receipt signed, then sign below with the commune. Each side keeps a copy."),
        "handed": _("Receipts signed"),
        "signatures": _("Signatures"),
        "for_lender": _("For the lender"),
        "for_commune": _("For the commune"),
        "name_role": _("Name and position"),
        "date_time": _("Date and time"),
        "signature": _("Signature"),
        "receipt": _("Receipt"),
        "account": _("Microsoft 365 account"),
        "given": pgettext("equipment", "Given"),
        "item": _("Item"),
        "tag": _("Tag"),
        "identification": _("Identification"),
        "condition": _("Condition"),
        "new": pgettext("equipment", "new"),
        "good": pgettext("equipment", "good"),
        "faulty": pgettext("equipment", "faulty"),
        "remarks": _("Remarks"),
        "accessories": _("Accessories"),
        "identity_checked": _("Identity checked"),
        "statement": _(
            "I have received the items ticked above in the condition noted. They remain the property of "
            "the lender: I use them for my work only, neither sell nor lend them, and report loss or theft "
            "at once."
        ),
        "recipient": _("The recipient"),
        "agent": _("The lender's agent"),
        "list": _("List of serial numbers and IMEIs"),
        "number": _("No."),
        "person": _("Person"),
        "laptop": _("Laptop"),
        "phone": _("Phone"),
        "sim": pgettext("equipment", "SIM card"),
        "none": pgettext("equipment", "none"),
    }
