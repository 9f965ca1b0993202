"""The pool: every device, as a window over the data base that narrows as one types."""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from gettext import gettext as _
from gettext import ngettext

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static

from tui import clock
from tui.actions import bindings
from tui.feed import Feed
from tui.help import Help
from tui.picture import DeviceView, Picture, PoolPage, PoolQuery
from tui.screens.base import View
from tui.widgets.rows import Column, Row, Rows
from tui.widgets.table import Table
from tui.words import Word, kind_word, plain, state_word


class FilterLine(Input):
    """Where words are typed; Enter keeps them and goes to the lines."""

    BINDINGS = bindings("filter.keep")
    help = Help(
        _("Filter"),
        _(
            "Words narrow the list as you type: tag, model, serial, IMEI, ICCID, number, address, place, "
            "state, kind, or the crisis that holds it. A device must match every word."
        ),
    )


class PoolScreen(View):
    """Filter, devices, and the one under the cursor in full."""

    BINDINGS = bindings("filter", "filter.end")
    help = Help(
        _("Pool"),
        _(
            "Every device with its state and who holds it. The last lines say everything about the one "
            "under the cursor."
        ),
    )

    def __init__(self, feed: Feed, zone: tzinfo, picture: Picture | None, now: datetime) -> None:
        super().__init__(feed, zone, picture, now, _("Pool"))
        self._query = PoolQuery()
        self._filter = FilterLine(
            placeholder=_("Type / to filter: tag, state, model, number, crisis…"), id="filter", compact=True
        )
        self._devices = Table(
            Column(_("Tag"), 12),
            Column(_("State"), 16),
            Column(_("Kind"), 10),
            Column(_("Model"), from_room=100),
            Column(_("Serial, IMEI, ICCID"), 20),
            Column(_("Held by"), 16),
            widget_id="devices",
            empty=_("No device."),
        )
        self._card = Static("", id="card", markup=False)

    def body(self) -> Iterable[Widget]:
        """Filter, devices, and the card of the one under the cursor."""
        yield from (self._filter, self._devices, self._card)

    def on_mount(self) -> None:
        """Ask for the first window."""
        super().on_mount()
        self._devices.focus()
        self._ask(self._query)

    def on_screen_resume(self) -> None:
        """Ask again: another screen had other questions."""
        self._ask(self._query)

    def on_screen_suspend(self) -> None:
        """Nobody looks at the pool now."""
        self.feed.look_at_pool(None)

    def draw(self) -> None:
        """Draw the window if it is the one that was asked for."""
        page = self.picture.page if self.picture else None
        if page is not None and page.query == self._query:
            self._devices.show(Rows(tuple(map(_row, page.devices)), page.query.first, page.total))
            self._heading.name_it(title(page))
            self._draw_card()

    def action_filter(self) -> None:
        """Type words."""
        self._filter.focus()

    def action_keep_filter(self) -> None:
        """Go to the lines."""
        self._devices.focus()

    def action_end_filter(self) -> None:
        """Show every device again, or go back where there is no filter."""
        if self._filter.value or self._filter.has_focus:
            self._filter.value = ""
            self._devices.focus()
        else:
            self.app.pop_screen()

    @on(Input.Changed, "#filter")
    def _narrow(self, message: Input.Changed) -> None:
        self._devices.action_first()
        self._ask(PoolQuery(message.value.strip(), 0, self._query.count))

    @on(Table.Wanted)
    def _read_on(self, message: Table.Wanted) -> None:
        self._ask(PoolQuery(self._query.text, message.first, message.count))

    @on(Table.Moved)
    def _draw_card(self) -> None:
        page, key = self.picture and self.picture.page, self._devices.key
        device = next((d for d in page.devices if d.tag == key), None) if page else None
        self._card.update(card(device, self.picture, self.zone) if device else "", layout=False)

    def _ask(self, query: PoolQuery) -> None:
        self._query = query
        self.feed.look_at_pool(query)


def card(device: DeviceView, picture: Picture | None, zone: tzinfo) -> str:
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
        state=state_word(device.state).text, moment=clock.moment(device.state_since, zone)
    )
    lines = (facts, (since, _person(device, picture)))
    return "\n".join(plain(" · ".join(filter(None, line))) for line in lines)


def _person(device: DeviceView, picture: Picture | None) -> str:
    reference, number = device.holder or ("", 0)
    crisis = picture.crisis(reference) if picture else None
    seat = crisis.seat(number) if crisis else None
    if crisis is None or seat is None:
        return ""
    return _("seat {number}: {person}, {commune}").format(
        number=number, person=seat.person, commune=crisis.commune
    )


def title(page: PoolPage) -> str:
    """The screen's title with how many devices match."""
    counted = ngettext("{n} device", "{n} devices", page.total).format(n=page.total)
    if page.query.text:
        return _("Pool · {counted} match “{text}”").format(counted=counted, text=plain(page.query.text))
    return _("Pool · {counted}").format(counted=counted)


def _row(device: DeviceView) -> Row:
    held = f"{device.holder[0]}/{device.holder[1]}" if device.holder else "–"
    return Row(
        device.tag,
        (
            Word(plain(device.tag)),
            state_word(device.state),
            Word(kind_word(device.kind), "quiet"),
            Word(plain(device.model)),
            Word(plain(device.identity)),
            Word(held, "plain" if device.holder else "quiet"),
        ),
    )
