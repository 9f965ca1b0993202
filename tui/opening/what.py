"""The steps in the middle: who is to be equipped, how many seats each service gets, who gets what."""

from functools import partial
from gettext import gettext as _

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from inventory.crises import SeatEntry
from inventory.importing.seats import MAX_SEATS
from kit.app.sizing_facts import Decision, Size
from tui.actions import bindings
from tui.help import Help
from tui.opening import telling
from tui.opening.draft import Draft, faults, in_words
from tui.opening.pane import Choices, Field, Pane, Scene, drawn, line, put
from tui.widgets.rows import Column, Rows
from tui.widgets.table import Table
from tui.widgets.toggle import Toggle


class People(Choices):
    """The people to equip."""

    BINDINGS = bindings("seat.remove")

    class Removed(Message):
        """The seat under the cursor is not wanted."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def action_remove_seat(self) -> None:
        """Do without the seat under the cursor."""
        if self.key is not None:
            self.post_message(self.Removed(self.key))


class SeatsPane(Pane):
    """A file of people, or one person after the other."""

    help = Help(
        _("People"),
        _(
            "Enter after the name of a file reads it: columns for last name, first name, service and "
            "phone. Or type first name, last name and service, Enter after each; Space says whether a "
            "phone is wanted, Enter adds the person. Enter on a line below changes it, x removes it. F12 "
            "adds a seat for everyone that such a commune needs, service by service: only the names are "
            "left to type."
        ),
    )

    class Named(Message):
        """A file was named."""

        def __init__(self, path: str) -> None:
            super().__init__()
            self.path = path

    class Refused(Message):
        """What was typed cannot be used: why."""

        def __init__(self, why: list[str]) -> None:
            super().__init__()
            self.why = why

    def __init__(self) -> None:
        super().__init__(id="step-seats")
        self._file = line("file", "…/seats.csv")
        self._first, self._last = line("first-name", _("First name")), line("last-name", _("Last name"))
        self._service = line("service", _("Service"))
        self._phone = Toggle(_("no phone"), _("with phone"), widget_id="phone")
        self._people = People(
            Column(_("Seat"), 4, right=True),
            Column(_("Person")),
            Column(_("Service")),
            Column(_("Phone"), 16),
            widget_id="people",
            empty=_("Nobody yet."),
        )
        self._number: int | None = None
        self._draft: Draft | None = None
        self.order = (self._file, self._first, self._last, self._service, self._phone)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield Field(_("From a file"), self._file)
        with Horizontal(classes="field", id="typed"):
            yield from (self._first, self._last, self._service)
        yield self._phone
        yield self._people

    def enter(self, scene: Scene) -> None:
        """Fields for the first seat that has no name yet."""
        self._load(scene.draft.unnamed)

    def draw(self, scene: Scene) -> None:
        """The people so far."""
        if self._draft is not None and scene.draft.seats != self._draft.seats:
            self._load(scene.draft.unnamed)
        self._draft = scene.draft
        self._people.show(Rows.whole([telling.seat_line(seat) for seat in scene.draft.seats]))

    def start(self) -> None:
        """Where names are missing they are typed; else a file may be named."""
        self.go_to(self._first if self._number is not None else self._file)

    def after(self, field: Widget) -> None:
        """A file is read, a person is added; Enter on nothing goes on."""
        if field is self._file and self._file.value.strip():
            self.post_message(self.Named(self._file.value))
        elif field is self._first and not self._first.value.strip() and self._seats:
            self.go_to(self._people)
        elif field is self._phone:
            self._add()
        else:
            super().after(field)

    @property
    def _seats(self) -> tuple[SeatEntry, ...]:
        return self._draft.seats if self._draft is not None else ()

    def _add(self) -> None:
        entry = SeatEntry(
            self._number or len(self._seats) + 1,
            self._first.value.strip(),
            self._last.value.strip(),
            self._service.value.strip(),
            self._phone.value,
        )
        wrong = faults([*(each for each in self._seats if each.number < entry.number), entry])
        mine = [in_words(fault) for fault in wrong if fault[0] == entry.number]
        self.post_message(self.Refused(mine))
        if not mine and self._draft is not None:
            self.say(lambda draft: draft.with_seat(entry))
            # Known at once: who is typed next has the next number.
            self._draft = self._draft.with_seat(entry)
            self._load(self._draft.unnamed)
        self.go_to(self._first)

    def _load(self, seat: SeatEntry | None) -> None:
        self._number = seat.number if seat else None
        put(self._first, seat.first_name if seat else "")
        put(self._last, seat.last_name if seat else "")
        put(self._service, seat.service if seat else self._service.value)
        self._phone.choose(value=seat.wants_phone if seat else self._phone.value)

    def chosen(self, key: str) -> None:
        """That person is changed."""
        self._load(next(seat for seat in self._seats if str(seat.number) == key))
        self.go_to(self._first)

    @on(People.Removed)
    def _remove(self, message: People.Removed) -> None:
        self.say(lambda draft: draft.without_seat(int(message.key)))


class Services(Choices):
    """The services with their seats."""

    BINDINGS = bindings("service.due")

    class Due(Message):
        """The time of that service has come, or no longer."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def action_service_due(self) -> None:
        """Say so of the service under the cursor."""
        if self.key is not None:
            self.post_message(self.Due(self.key))


class SizePane(Pane):
    """Services with the seats proposed, decided and there; a decision is typed below."""

    help = Help(
        _("Size"),
        _(
            "What the rules propose for such a commune beside what there is. A difference is no error: it "
            "is shown to whoever reads the page at the end. Enter on a service decides another number; who"
            " decides and why are kept with the crisis. Space says that the time of a service has come, "
            "such as elections: it is proposed seats then, and F12 one step back adds them."
        ),
    )

    def __init__(self) -> None:
        super().__init__(id="step-size")
        self._sizes = Services(
            Column(_("Service"), 24),
            Column(_("Proposed"), 8, right=True),
            Column(_("Decided"), 8, right=True),
            Column(_("There"), 7, right=True),
            Column(_("Beside"), 7, right=True),
            Column(_("Why")),
            widget_id="sizes",
            empty=_("The rules say nothing."),
        )
        self._wanted, self._author, self._reason = line("wanted"), line("author"), line("why")
        self._chosen = Static("", id="of-service", markup=False)
        self._service = ""
        self._kit: Size | None = None
        self.order = (self._sizes, self._wanted, self._author, self._reason)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield from (self._sizes, self._chosen)
        yield Field(_("Seats in all"), self._wanted)
        yield Field(_("Who decides"), self._author)
        yield Field(_("Why, in a sentence"), self._reason)

    def enter(self, scene: Scene) -> None:  # noqa: ARG002  no service is chosen yet
        """Nothing can be decided before a service is chosen."""
        self._decide_on("")

    def draw(self, scene: Scene) -> None:
        """The services; what was just decided shows once it is reckoned with."""
        self._kit = scene.found.size
        services = self._kit.services if self._kit else ()
        self._sizes.show(Rows.whole([telling.size_row(each) for each in services]))
        self._explain()

    def after(self, field: Widget) -> None:
        """After the reason it is decided."""
        if field is self._reason:
            self._decide()
        else:
            super().after(field)

    def _decide_on(self, service: str) -> None:
        self._service = service
        for field in (self._wanted, self._author, self._reason):
            field.disabled = not service

    def _decide(self) -> None:
        text, author, reason = (each.value.strip() for each in (self._wanted, self._author, self._reason))
        if not text.isdecimal() or int(text) > MAX_SEATS or not author or not reason:
            why = _("Type how many seats, who decides it, and why; nothing was changed.")
            self.post_message(SeatsPane.Refused([why]))
            return
        decision = Decision(self._service, int(text), author, reason)
        self.post_message(SeatsPane.Refused([]))
        self.say(lambda draft: draft.with_decision(decision))
        self._decide_on("")
        self.go_to(self._sizes)

    @on(Table.Moved)
    def _explain(self) -> None:
        """Say in full why so many are proposed for the service under the cursor, and where that is from."""
        services = self._kit.services if self._kit else ()
        told = [telling.why_so_many(each) for each in services if each.service == self._sizes.key]
        self._chosen.update(drawn(told))

    def chosen(self, key: str) -> None:
        """Another number is decided for that service."""
        self._decide_on(key)
        put(self._wanted, "")
        self.go_to(self._wanted)


class PlanPane(Pane):
    """Who gets what, and what speaks about it."""

    help = Help(
        _("Plan"),
        _(
            "What each person gets, as it is free now; nothing is reserved before the last step. Whoever "
            "waits does so by a decision on who gets how many. ! names devices that could not be lent as "
            "they are, and why."
        ),
    )

    def __init__(self) -> None:
        super().__init__(id="step-plan")
        self._planned = Table(
            Column(_("Seat"), 4, right=True),
            Column(_("Person")),
            Column(_("Laptop"), 12),
            Column(_("Phone"), 24),
            Column(_("Account"), 0, from_room=100),
            widget_id="planned",
        )
        self._notes = Static("", id="notes")
        self.order = (self._planned,)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield from (self._planned, self._notes)

    def enter(self, scene: Scene) -> None:
        """There is nothing to type."""

    def draw(self, scene: Scene) -> None:
        """The plan."""
        row = partial(telling.plan_row, plan=scene.found.plan)
        self._planned.show(Rows.whole([row(seat) for seat in scene.draft.seats]))
        self._notes.update(drawn(telling.plan_notes(scene.found)))
