"""What the crisis screens let an operator do to a cell, with the questions that come before."""

from dataclasses import dataclass
from functools import partial
from gettext import gettext as _

from inventory.devices import DeviceKind
from kit.plan.stages import Stage, label
from kit.workflows import leaving_out
from tui import crisis_acts
from tui.counter.job import Form
from tui.dialogs.consent import ConsentDialog
from tui.dialogs.form import FormDialog
from tui.dialogs.text import TextDialog
from tui.screens import access_pass
from tui.screens.base import View
from tui.words import plain

_KINDS = {Stage.PHONE: DeviceKind.PHONE, Stage.MANAGED: DeviceKind.PHONE}


@dataclass(frozen=True)
class At:
    """A cell of a crisis: one stage of a seat, or of the crisis as a whole."""

    crisis: str
    stage: Stage
    seat: int | None

    @property
    def name(self) -> str:
        """How people call it."""
        if self.seat is None:
            return f"{self.crisis} · {label(self.stage)}"
        seat = _("Seat {number}").format(number=self.seat)
        return f"{self.crisis} · {seat} · {label(self.stage)}"


def retry(view: View, at: At) -> None:
    """Have it tried again."""
    view.stand.hands.carry_out(partial(crisis_acts.retry, view.stand.program, at.crisis, at.stage, at.seat))


def leave_out(view: View, at: At) -> None:
    """Say what it means, ask for the reason and whether it is meant."""
    meaning = leaving_out.meaning(at.stage)
    if not meaning:
        told = _("{stage} cannot be left out: {reason}.").format(
            stage=label(at.stage), reason=leaving_out.why_not(at.stage)
        )
        view.app.push_screen(TextDialog(_("Refused"), f"✗ {told}"))
        return

    def asked(reason: str | None) -> None:
        if reason is not None:
            view.stand.hands.carry_out(
                partial(crisis_acts.leave_out, view.stand.program, at.crisis, at.stage, at.seat, reason)
            )

    question = _("Go on without this: {cell}?").format(cell=at.name) + "\n" + meaning
    view.app.push_screen(ConsentDialog(question, label(at.stage), verb=_("Leave out"), reason=True), asked)


def replace(view: View, at: At) -> None:
    """Have the seat's laptop or phone replaced: its tag is typed, and why it goes."""
    kind = _KINDS.get(at.stage, DeviceKind.LAPTOP)
    crisis = view.picture.crisis(at.crisis) if view.picture else None
    tag = crisis.devices.get((at.seat or 0, kind.value), "") if crisis else ""
    if at.seat is None or not tag:
        told = _("Move the cursor to a seat that has one, on its laptop or its phone.")
        view.app.push_screen(TextDialog(_("Nothing to replace"), told))
        return
    seat = at.seat

    def asked(reason: str | None) -> None:
        if reason is not None:
            view.stand.hands.carry_out(
                partial(crisis_acts.replace, view.stand.program, at.crisis, seat, kind, reason)
            )

    question = _(
        "Replace {tag} of seat {seat}? It goes to quarantine; the best one of the shelf takes its place and "
        "is prepared."
    ).format(tag=tag, seat=seat)
    view.app.push_screen(ConsentDialog(question, tag, verb=_("Replace"), reason=True), asked)


def make_pass(view: View, at: At) -> None:
    """Say what a pass does, then have one made for the seat's person and shown once."""
    crisis = view.picture.crisis(at.crisis) if view.picture else None
    person = next((seat.person for seat in crisis.seats if seat.number == at.seat), "") if crisis else ""
    if at.seat is None or not person:
        told = _("Move the cursor to the seat of the person who is to sign in.")
        view.app.push_screen(TextDialog(_("No access pass"), told))
        return
    seat = at.seat

    def asked(told: dict[str, str] | None) -> None:
        if told is not None:
            view.notify(_("The tenant is asked for an access pass …"))
            access_pass.ask_for(view, at.crisis, seat)

    form = Form(
        _("Access pass of {person}").format(person=plain(person)),
        _("It is shown once and ends an earlier one: have the person beside you, and be sure who it is."),
        verb=_("Make the access pass now"),
    )
    view.app.push_screen(FormDialog(form), asked)


def go_on(view: View, reference: str) -> None:
    """Have the plan carried out."""
    view.stand.hands.carry_out(partial(crisis_acts.go_on, view.stand.program, reference))
