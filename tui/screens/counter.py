"""The counter: what can be done there now, one line each, and the people of a crisis to whom things go."""

from collections.abc import Iterable
from dataclasses import replace
from gettext import gettext as _
from gettext import ngettext

from textual import on
from textual.message import Message
from textual.widget import Widget

from inventory.stocktakes.records import Stocktake
from inventory.text import fold
from kit.app import counter, handing, stocktake
from kit.app.counter import SeatDue
from kit.app.handing import Receipt, Words
from tui.acting import Outcome
from tui.actions import COMMON, bindings
from tui.counter.counting import Count
from tui.counter.handing_over import HandOver
from tui.counter.job import Field, Form, Job, told
from tui.counter.taking_back import TakeBack
from tui.dialogs.form import FormDialog
from tui.help import Help
from tui.picture import CrisisView, Picture
from tui.screens.base import Stand, View
from tui.screens.scanning import ScanScreen
from tui.widgets.rows import Column, Row, Rows
from tui.widgets.table import Table
from tui.words import Word, plain

_OUT, _IN, _GO_ON, _OPEN = "out", "in", "count", "open"


class CounterScreen(View, inherit_bindings=False):
    """Hand over, take back, count."""

    BINDINGS = bindings("open", "back", *COMMON)
    help = Help(
        _("Counter"),
        _(
            "What can be done with a scanner: hand things over to the people of a crisis, take back what a "
            "crisis lent, count what is at a place or lent to a commune. Enter begins or goes on."
        ),
    )

    class Listed(Message):
        """The open stocktakes are known."""

        def __init__(self, sessions: tuple[Stocktake, ...]) -> None:
            super().__init__()
            self.sessions = sessions

    class Opened(Message):
        """A stocktake was opened."""

        def __init__(self, reference: str) -> None:
            super().__init__()
            self.reference = reference

    def __init__(self, stand: Stand) -> None:
        super().__init__(stand, _("Counter"))
        self._sessions: tuple[Stocktake, ...] = ()
        self._lines = Table(
            Column(_("What"), 14),
            Column(_("For"), 18),
            Column(_("Where")),
            widget_id="jobs",
            empty=_("Nothing to do here."),
        )

    def body(self) -> Iterable[Widget]:
        """The jobs."""
        yield self._lines

    def on_mount(self) -> None:
        """The lines are in focus."""
        super().on_mount()
        self._lines.focus()

    def on_screen_resume(self) -> None:
        """Look again which stocktakes are open."""
        super().on_screen_resume()
        self.stand.hands.carry_out(self._list)

    def draw(self) -> None:
        """Draw what can be done."""
        self._lines.show(Rows.whole(list(_jobs(self.picture or Picture(), self._sessions))))

    def action_choose(self) -> None:
        """Begin what is under the cursor."""
        self._lines.action_choose()

    @on(Listed)
    def _listed(self, message: Listed) -> None:
        self._sessions = message.sessions
        self.draw()

    @on(Opened)
    def _opened(self, message: Opened) -> None:
        self._scan(Count(self.stand.program, message.reference), message.reference)

    @on(Table.Chosen)
    def _begin(self, message: Table.Chosen) -> None:
        what, _sign, reference = message.key.partition(":")
        if what == _OUT:
            self.app.push_screen(SeatsScreen(_now(self), reference))
        elif what == _IN:
            self._ask_who_brought(reference)
        elif what == _GO_ON:
            self._scan(Count(self.stand.program, reference), reference)
        else:
            self._ask_what_to_count()

    def _ask_who_brought(
        self, reference: str, *, person: str = "", identity: str = "", why: str = ""
    ) -> None:
        form = Form(
            _("Return · {crisis}").format(crisis=reference),
            why,
            (
                Field("person", _("Who brings it:"), person),
                Field("identity", _("How their identity was verified, in words:"), identity),
                Field("seat", _("Number of the seat whose things these are said to be:"), optional=True),
            ),
            _("Scan"),
        )

        def asked(said: dict[str, str] | None) -> None:
            if said is None:
                return
            seat = said.pop("seat")
            if seat and not seat.isdecimal():
                # Most likely somebody began to scan: nothing of that may get lost unseen.
                told = _("✗ “{text}” is no number of a seat.").format(text=plain(seat))
                self._ask_who_brought(reference, **said, why=told)
                return
            job = TakeBack(self.stand.program, reference, **said, seat=int(seat) if seat else None)
            self._scan(job, reference)

        self.app.push_screen(FormDialog(form), asked)

    def _ask_what_to_count(self) -> None:
        form = Form(
            _("Open a stocktake"),
            _("It expects what the book has now at a place, or lent to a commune: tell one of the two."),
            (
                Field("place", _("Place:"), optional=True),
                Field("commune", _("Commune:"), optional=True),
            ),
            _("Open"),
        )

        def asked(said: dict[str, str] | None) -> None:
            if said is not None:
                self.stand.hands.carry_out(lambda: self._open_stocktake(said["place"], said["commune"]))

        self.app.push_screen(FormDialog(form), asked)

    def _open_stocktake(self, place: str, commune: str) -> Outcome:
        made = stocktake.open_stocktake(
            self.stand.program, place=place, commune=commune, state=None, owner=""
        )
        self.post_message(self.Opened(made.stocktake.reference))
        return Outcome()

    def _list(self) -> Outcome:
        known = stocktake.listing(self.stand.program)
        self.post_message(self.Listed(tuple(each for each in known if each.closed_at is None)))
        return Outcome()

    def _scan(self, job: Job, reference: str) -> None:
        self.app.push_screen(ScanScreen(_now(self), job, reference))


class SeatsScreen(View, inherit_bindings=False):
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
        super().__init__(stand, _("Hand-over · {crisis}").format(crisis=reference))
        self._reference = reference
        self._seats: list[SeatDue] = []
        self._lines = Table(
            Column(_("Seat"), 4, right=True),
            Column(_("Person"), 24),
            Column(_("Service")),
            Column(_("Has"), 20),
            widget_id="people",
            empty=_("No seat."),
        )

    def body(self) -> Iterable[Widget]:
        """The people."""
        yield self._lines

    def exercise(self, picture: Picture) -> bool:
        """Whether this crisis is one."""
        crisis = picture.crisis(self._reference)
        return crisis.drill if crisis else False

    def on_mount(self) -> None:
        """The lines are in focus."""
        super().on_mount()
        self._lines.focus()

    def on_screen_resume(self) -> None:
        """Look again what people have."""
        super().on_screen_resume()
        self.stand.hands.carry_out(self._list)

    def draw(self) -> None:
        """Draw the people."""
        self._lines.show(Rows.whole([*map(_seat_row, self._seats), *map(_service_row, self._services())]))

    def action_choose(self) -> None:
        """Serve who is under the cursor."""
        self._lines.action_choose()

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
                self.app.push_screen(ScanScreen(_now(self), job, self._reference))

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

    def _list(self) -> Outcome:
        self.post_message(self.Listed(counter.seats(self.stand.program, self._reference)))
        return Outcome()

    def _services(self) -> list[tuple[str, int]]:
        """Each service with how many of its people can get something now."""
        names = sorted({seat.service for seat in self._seats}, key=fold)
        return [
            (name, sum(seat.service == name and seat.ready > 0 for seat in self._seats)) for name in names
        ]


def _now(view: View) -> Stand:
    """What a screen above this one stands on, with what is known now."""
    return replace(view.stand, picture=view.picture, now=view.now)


def _jobs(picture: Picture, sessions: Iterable[Stocktake]) -> Iterable[Row]:
    for crisis in picture.open_crises:
        yield _job_row(_OUT, "→ " + _("Hand over"), crisis)
        yield _job_row(_IN, "← " + _("Take back"), crisis)
    for each in sessions:
        where = each.place or _("lent to {commune}").format(commune=each.commune_code)
        yield Row(
            f"{_GO_ON}:{each.reference}", (Word("# " + _("Count")), Word(each.reference), Word(plain(where)))
        )
    yield Row(f"{_OPEN}:", (Word("+ " + _("Count")), Word(_("new stocktake")), Word("")))


def _job_row(what: str, name: str, crisis: CrisisView) -> Row:
    drill = _("EXERCISE") + " · " if crisis.drill else ""
    return Row(
        f"{what}:{crisis.reference}",
        (Word(name), Word(crisis.reference), Word(plain(drill + crisis.commune))),
    )


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
