"""The people of a crisis at the counter, what each has and waits for; below them whole services."""

from gettext import gettext as _
from gettext import ngettext

from textual import on
from textual.message import Message

from inventory.text import fold
from kit.app import counter, handing
from kit.app.counter import SeatDue
from kit.app.handing import Receipt, Words
from tui.acting import Outcome
from tui.actions import COMMON, bindings
from tui.counter.handing_over import HandOver
from tui.counter.job import Field, Form, told
from tui.dialogs.form import FormDialog
from tui.help import Help
from tui.picture import Picture
from tui.screens.asked import AskedView
from tui.screens.base import Stand
from tui.screens.scanning import ScanScreen
from tui.widgets.rows import Column, Row, Rows
from tui.widgets.table import Table
from tui.words import Word, plain


class SeatsScreen(AskedView, inherit_bindings=False):
    """The people of a crisis, what each has and waits for; below them whole services."""

    BINDINGS = bindings("open", "back", *COMMON)
    help = Help(
        _("Hand-over"),
        _(
            "Enter on a person: verify the identity, then scan what that person gets. Enter on a service: "
            "hand each of its people all that is ready, without scanning. A part may be handed over now and "
            "the rest later; each time is a receipt."
        ),
    )

    class Listed(Message):
        """What people have is known."""

        def __init__(self, seats: list[SeatDue]) -> None:
            super().__init__()
            self.seats = seats

    class Served(Message):
        """A whole service got what was ready."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, stand: Stand, reference: str) -> None:
        people = Table(
            Column(_("Seat"), 5, right=True),
            Column(_("Person"), 24),
            Column(_("Service")),
            Column(_("Has"), 20),
            widget_id="people",
            empty=_("No seat."),
        )
        super().__init__(stand, _("Hand-over · {crisis}").format(crisis=reference), people)
        self._reference = reference
        self._seats: list[SeatDue] = []

    def exercise(self, picture: Picture) -> bool:
        """Whether this crisis is one."""
        crisis = picture.crisis(self._reference)
        return crisis.drill if crisis else False

    def draw(self) -> None:
        """Draw the people."""
        self._lines.show(Rows.whole([*map(_seat_row, self._seats), *map(_service_row, self._services())]))

    @on(Listed)
    def _listed(self, message: Listed) -> None:
        self._seats = message.seats
        self.draw()

    @on(Served)
    def _served(self, message: Served) -> None:
        self.app.push_screen(FormDialog(Form(_("Done"), message.text)))

    @on(Table.Chosen)
    def _serve(self, message: Table.Chosen) -> None:
        what, _sign, which = message.key.partition(":")
        if what == "seat":
            self._ask_who_takes(next(seat for seat in self._seats if seat.number == int(which)))
        else:
            self._ask_for_service(which)

    def _ask_who_takes(self, seat: SeatDue) -> None:
        form = Form(
            _("Seat {number} · {person}").format(number=seat.number, person=seat.person),
            _has(seat),
            (
                Field("person", _("Who takes it:"), seat.person),
                Field("identity", _("How their identity was verified, in words:")),
            ),
            _("Scan"),
        )

        def asked(said: dict[str, str] | None) -> None:
            if said is not None:
                job = HandOver(self.stand.program, self._reference, seat, **said)
                self.app.push_screen(ScanScreen(self.now_known(), job, self._reference))

        self.app.push_screen(FormDialog(form), asked)

    def _ask_for_service(self, service: str) -> None:
        people = [seat for seat in self._seats if seat.service == service and seat.ready]
        form = Form(
            _("Whole service {service}").format(service=service),
            "\n".join(f"  {seat.number} {seat.person}: {_has(seat)}" for seat in people)
            or _("Nothing is ready."),
            (Field("identity", _("How their identities were verified, in words:")),),
            _("Hand over") if people else "",
        )

        def asked(said: dict[str, str] | None) -> None:
            if said is not None:
                self.stand.hands.carry_out(lambda: self._hand_over(service, said["identity"]))

        self.app.push_screen(FormDialog(form), asked)

    def _hand_over(self, service: str, identity: str) -> Outcome:
        ended = handing.hand_over_service(self.stand.program, self._reference, service, Words(identity))
        lines = [
            told(each)
            if isinstance(each, Receipt)
            else f"✗ {each.seat} {each.person}: {each.message} → {each.hint}"
            for each in ended
        ]
        self.post_message(self.Served("\n".join(lines) or _("Everybody has everything already.")))
        return Outcome()

    def ask_for(self) -> Outcome:
        """Look what people have."""
        self.post_message(self.Listed(counter.seats(self.stand.program, self._reference)))
        return Outcome()

    def _services(self) -> list[tuple[str, int]]:
        """Each service with how many of its people can get something now."""
        names = sorted({seat.service for seat in self._seats}, key=fold)
        return [
            (name, sum(seat.service == name and seat.ready > 0 for seat in self._seats)) for name in names
        ]


def _seat_row(seat: SeatDue) -> Row:
    tone = Word(_has(seat), "good" if seat.ready else "quiet")
    return Row(
        f"seat:{seat.number}",
        (Word(str(seat.number)), Word(plain(seat.person)), Word(plain(seat.service), "quiet"), tone),
    )


def _service_row(service: tuple[str, int]) -> Row:
    name, waiting = service
    counted = ngettext("{n} person waits", "{n} people wait", waiting).format(n=waiting)
    return Row(
        f"service:{name}", (Word(""), Word(_("Whole service")), Word(plain(name)), Word(counted, "quiet"))
    )


def _has(seat: SeatDue) -> str:
    """What a person has, and what is ready."""
    if seat.total and seat.had == seat.total:
        return "✓ " + _("has everything")
    return _("{had} of {total}, {ready} ready").format(had=seat.had, total=seat.total, ready=seat.ready)
