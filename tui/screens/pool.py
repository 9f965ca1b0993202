"""The pool: every device, in a window over the data base that narrows as one types; marks for acts."""

from collections.abc import Iterable
from gettext import gettext as _
from gettext import ngettext

from textual import on
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from inventory.device_words import kind_word
from inventory.errors import InventoryError
from inventory.search_terms import parse
from tui import clock
from tui.actions import COMMON, bindings
from tui.help import Help
from tui.picture import DeviceView, Picture, PoolPage, PoolQuery
from tui.screens import device_acts
from tui.screens.base import Stand
from tui.screens.filtered import FilteredView
from tui.widgets.rows import Column, Row, Rows
from tui.widgets.table import Table
from tui.words import Word, plain, state_word

_TYPING = Help(
    _("Filter"),
    _(
        "Words narrow the list as you type: tag, model, serial, IMEI, ICCID, number, address, place, "
        "crate, state, kind, or who holds it: person, commune, crisis. A device must match every word. "
        'place:"Salle 3" looks in one fact, -word excludes.'
    ),
)


class PoolScreen(FilteredView, inherit_bindings=False):
    """Filter, devices, and the one under the cursor in full."""

    BINDINGS = bindings("open", "filter", "mark", "quarantine", "labels", "unmark", "filter.end", *COMMON)
    help = Help(
        _("Pool"),
        _(
            "Every device with its state and who holds it. The last lines say everything about the one "
            "under the cursor; Enter opens its file. Acts are for the devices marked with +, or for the one "
            "under the cursor where none is marked."
        ),
    )

    class Opened(Message):
        """The operator wants to see everything about that device."""

        def __init__(self, tag: str) -> None:
            super().__init__()
            self.tag = tag

    def __init__(self, stand: Stand) -> None:
        self._query = PoolQuery()
        #: Why what was typed is no search; the list stays as it was then.
        self._refusal = ""
        self._marked: set[str] = set()
        table = Table(
            Column(_("Tag"), 12),
            Column(_("State"), 16),
            Column(_("Kind"), 10),
            Column(_("Model"), from_room=100),
            Column(_("Serial, IMEI, ICCID")),
            Column(_("Place"), 24, from_room=150),
            Column(_("Held by"), 16),
            widget_id="devices",
            empty=_("No device."),
        )
        typing = _("Type / to filter: tag, state, model, number, person, place:…"), _TYPING
        super().__init__(stand, _("Pool"), table, typing, self._query)
        self._card = Static("", id="card", markup=False)

    def body(self) -> Iterable[Widget]:
        """Filter, devices, and the card of the one under the cursor."""
        yield from (self._filter, self._lines, self._card)

    def draw(self) -> None:
        """Draw the window if it is the one that was asked for."""
        page = self._page()
        if page is not None and page.query == self._query:
            rows = tuple(_row(device, marked=device.tag in self._marked) for device in page.devices)
            self._lines.show(Rows(rows, page.query.first, page.total))
            self._heading.name_it(title(page, len(self._marked)))
            self._draw_card()

    def narrow(self, text: str) -> None:
        """Search for that, unless it is no search."""
        try:
            parse(text)
        except InventoryError as exc:
            self._refusal = f"{exc.message} {exc.hint}"
            self._draw_card()
            return
        self._refusal = ""
        self._lines.action_first()
        self._search(PoolQuery(text, 0, self._query.count))

    def action_mark(self) -> None:
        """Mark the device under the cursor, or no longer, and go on to the next."""
        if self._lines.key is not None:
            self._marked ^= {self._lines.key}
            self.draw()
            self._lines.action_move(1)

    def action_unmark(self) -> None:
        """Mark nothing."""
        self._marked.clear()
        self.draw()

    def action_quarantine(self) -> None:
        """Ask for the reason and whether it is meant, then set the chosen devices apart."""
        device_acts.quarantine(self, self._chosen(), self.action_unmark)

    def action_labels(self) -> None:
        """Write the labels of the chosen devices."""
        device_acts.print_labels(self, self._chosen())

    @on(Table.Wanted)
    def _read_on(self, message: Table.Wanted) -> None:
        self._search(PoolQuery(self._query.text, message.first, message.count))

    @on(Table.Chosen)
    def _open(self, message: Table.Chosen) -> None:
        self.post_message(self.Opened(message.key))

    @on(Table.Moved)
    def _draw_card(self) -> None:
        page, key = self._page(), self._lines.key
        device = next((d for d in page.devices if d.tag == key), None) if page else None
        known = card(device, self.picture, self.stand) if device else ""
        self._card.set_class(bool(self._refusal), "refused")
        self._card.update(self._refusal or known, layout=False)

    def _page(self) -> PoolPage | None:
        answer = self.picture.answer if self.picture else None
        return answer if isinstance(answer, PoolPage) else None

    def _chosen(self) -> list[str]:
        """The tags that are marked, else the one under the cursor."""
        return sorted(self._marked) or ([self._lines.key] if self._lines.key else [])

    def _search(self, query: PoolQuery) -> None:
        self._query = query
        self.ask(query)


def card(device: DeviceView, picture: Picture | None, stand: Stand) -> str:
    """Everything known about a device, on two lines."""
    facts = (
        device.tag,
        device.model,
        _("serial {value}").format(value=device.serial) if device.serial else "",
        f"IMEI {device.imei}" if device.imei else "",
        f"ICCID {device.iccid}" if device.iccid else "",
        device.number,
        device.place,
    )
    since = _("{state} since {moment}").format(
        state=state_word(device.state).text, moment=clock.moment(device.state_since, stand.zone)
    )
    lines = (facts, (since, person(device, picture)))
    return "\n".join(plain(" · ".join(filter(None, line))) for line in lines)


def person(device: DeviceView, picture: Picture | None) -> str:
    """Who has it: the seat's person and commune; empty where nobody does."""
    reference, number = device.holder or ("", 0)
    crisis = picture.crisis(reference) if picture else None
    seat = crisis.seat(number) if crisis else None
    if crisis is None or seat is None:
        return ""
    return _("seat {number}: {person}, {commune}").format(
        number=number, person=seat.person, commune=crisis.commune
    )


def title(page: PoolPage, marked: int) -> str:
    """The screen's title with how many devices match, and how many are marked."""
    counted = ngettext("{n} device", "{n} devices", page.total).format(n=page.total)
    told = _("Pool · {counted}").format(counted=counted)
    if page.query.text:
        told = _("Pool · {counted} match “{text}”").format(counted=counted, text=plain(page.query.text))
    if marked:
        told += " · + " + ngettext("{n} marked", "{n} marked", marked).format(n=marked)
    return told


def _row(device: DeviceView, *, marked: bool) -> Row:
    held = f"{device.holder[0]}/{device.holder[1]}" if device.holder else "–"
    return Row(
        device.tag,
        (
            Word(plain(device.tag)),
            state_word(device.state),
            Word(kind_word(device.kind), "quiet"),
            Word(plain(device.model)),
            Word(plain(device.identity)),
            Word(plain(device.place), "quiet"),
            Word(held, "plain" if device.holder else "quiet"),
        ),
        marked,
    )
