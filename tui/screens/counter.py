"""The counter: what can be done there now, one line each."""

from collections.abc import Iterable
from gettext import gettext as _

from textual import on
from textual.message import Message

from inventory.stocktakes.records import Stocktake
from kit.app import stocktake
from tui.acting import Outcome
from tui.actions import COMMON, bindings
from tui.counter.counting import Count
from tui.counter.job import Field, Form, Job
from tui.counter.taking_back import TakeBack
from tui.dialogs.form import FormDialog
from tui.help import Help
from tui.picture import CrisisView, Picture
from tui.screens.asked import AskedView
from tui.screens.base import Stand
from tui.screens.people import SeatsScreen
from tui.screens.scanning import ScanScreen
from tui.widgets.rows import Column, Row, Rows
from tui.widgets.table import Table
from tui.words import Word, plain

_OUT, _IN, _GO_ON, _OPEN = "out", "in", "count", "open"


class CounterScreen(AskedView, inherit_bindings=False):
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
        columns = (Column(_("What"), 14), Column(_("For"), 18), Column(_("Where")))
        super().__init__(
            stand, _("Counter"), Table(*columns, widget_id="jobs", empty=_("Nothing to do here."))
        )
        self._sessions: tuple[Stocktake, ...] = ()

    def draw(self) -> None:
        """Draw what can be done."""
        self._lines.show(Rows.whole(list(_jobs(self.picture or Picture(), self._sessions))))

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
            self.app.push_screen(SeatsScreen(self.now_known(), reference))
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

    def ask_for(self) -> Outcome:
        """Look which stocktakes are open."""
        known = stocktake.listing(self.stand.program)
        self.post_message(self.Listed(tuple(each for each in known if each.closed_at is None)))
        return Outcome()

    def _scan(self, job: Job, reference: str) -> None:
        self.app.push_screen(ScanScreen(self.now_known(), job, reference))


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
