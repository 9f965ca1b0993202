"""Puts what opens something for one person on a slip: an access pass, or a secret of the laptop they have.

The secret goes into what is given back, for a printer or a screen, and nowhere else.
"""

from collections.abc import Callable
from gettext import gettext as _
from typing import Any

from inventory import crises, devices, loans
from inventory.errors import Unknown
from kit.app import loan_papers
from kit.app.compose import App
from kit.app.passes import Credential
from kit.app.secret_devices import DeviceSecret
from kit.documents import issuing
from kit.documents.slip import SlipFacts
from kit.documents.wording import translations
from kit.errors import BadInput
from kit.settings import Cloud

#: Where a person types an access pass; of Bleu none is published.
_ADDRESSES = {Cloud.GLOBAL: "https://aka.ms/mysecurityinfo", Cloud.BLEU: ""}
#: Secrets of a laptop that its person may need; the administrator's password is the team's own.
PERSONAL = ("seat-password", "disk-recovery-key")

#: How a slip is set, as PDF or as plain text: its facts, the secret, the language.
Layout = Callable[[SlipFacts, str, str], bytes]


def of_pass(app: App, made: Credential, layout: Layout) -> bytes:
    """The slip of an access pass or first password that was just made.

    Raises:
        BadInput, NotTypeset: as `issuing.seal`; the pass is shown to nobody and can be made anew.
    """
    _ = translations(issuing.LANGUAGE).gettext
    return _seal(
        app,
        (made.crisis, made.seat),
        "PASS",
        made.code,
        layout,
        account=made.principal_name,
        purpose=_("Access pass, works once") if made.expires else _("Password for one sign-in"),
        address=_ADDRESSES[app.settings.tenant.cloud],
        valid_until=made.expires.astimezone(app.zone) if made.expires else None,
    )


def must_be_for_a_person(app: App, tag: str, name: str) -> None:
    """Let no slip be made of what nobody is to get.

    Raises:
        BadInput: it is no secret for a person. Unknown: no such device, or nobody is to have it.
    """
    if name not in PERSONAL:
        raise BadInput(
            _("“{name}” is not handed to a person; no slip was made.").format(name=name),
            hint=_("Use one of {choices}.").format(choices=", ".join(PERSONAL)),
        )
    _holder(app, tag)


def of_device(app: App, shown: DeviceSecret, layout: Layout) -> bytes:
    """The slip of a secret of the laptop that a person has or will get.

    Raises:
        Unknown: nobody is to have the device. BadInput, NotTypeset: as `issuing.seal`.
    """
    _ = translations(issuing.LANGUAGE).gettext
    purposes = {
        "seat-password": _("Password of the session on the laptop"),
        "disk-recovery-key": _("Key that unlocks the laptop's disk"),
    }
    return _seal(
        app,
        _holder(app, shown.tag),
        f"{shown.tag}-{shown.name}",
        shown.secret,
        layout,
        account=shown.tag,
        purpose=purposes[shown.name],
    )


def _holder(app: App, tag: str) -> tuple[str, int]:
    """The crisis and the seat that have a device."""
    with app.database.read() as session:
        device = devices.get(session, tag)
        for loan in loans.open_loans(session, device=device.tag):
            return loan.crisis, loan.seat_number
    raise Unknown(
        _("Nobody has {tag} or is to get it; no slip was made.").format(tag=device.tag),
        hint=_("Without `--slip` the secret is shown on this screen."),
    )


def _seal(
    app: App, whose: tuple[str, int], reference: str, secret: str, layout: Layout, **opened: Any
) -> bytes:
    """The slip of a crisis's seat; `opened` is what `SlipFacts` says of the secret."""
    by, (crisis, seat) = app.stamp(), whose
    with app.database.write() as session:
        head = loan_papers.seat_head(
            app,
            session,
            crises.get(session, crisis),
            seat,
            reference=f"{crisis}-S{seat}-{reference}",
            issued_at=by.at,
        )
        return issuing.seal(session, by, SlipFacts(**head, **opened), secret, layout)
