"""The file of one device: its facts, its label to be scanned, what was found on it, its history."""

from collections.abc import Iterable, Iterator
from gettext import gettext as _
from textwrap import wrap

from textual import on
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from inventory.device_words import kind_word
from kit.documents.labels import code
from tui import clock
from tui.actions import COMMON, bindings
from tui.dialogs.text import TextDialog
from tui.help import Help
from tui.picture import DeviceFile, DeviceQuery, DeviceView, FindingView
from tui.screens import device_acts
from tui.screens.base import Stand, View
from tui.screens.journal import COLUMNS, line_row, line_text
from tui.screens.pool import person
from tui.widgets.rows import Column, Row, Rows
from tui.widgets.table import Table
from tui.words import Word, examination_word, plain, state_word

#: Two rows of a QR code in one line of text, by whether the upper and the lower module are dark.
_HALVES = {(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}
#: Modules of light around it, without which it is not read (ISO/IEC 18004 wants four).
_QUIET_ZONE = 4


class DeviceScreen(View, inherit_bindings=False):
    """Everything about one device."""

    BINDINGS = bindings("open", "quarantine", "labels", "back", *COMMON)
    help = Help(
        _("A device's file"),
        _(
            "Its facts, who has it, its label as a code that a phone reads off the screen; what examinations "
            "found, the newest first; and its history in the journal, of which Enter opens a line."
        ),
    )

    def __init__(self, stand: Stand, tag: str) -> None:
        super().__init__(stand, tag, DeviceQuery(tag))
        self.tag = tag
        self._facts = Static("", id="device-facts", markup=False)
        self._label = Static("", id="label", markup=False)
        self._findings = Table(
            Column(_("Found at"), 19),
            Column(_("Examination"), 18),
            Column(_("Result")),
            widget_id="findings",
            empty=_("Nobody ever examined it."),
            cursor=False,
        )
        empty = _("The journal has no line about it.")
        self._history = Table(*COLUMNS, Column(_("Facts")), widget_id="history", empty=empty)

    def body(self) -> Iterable[Widget]:
        """Facts beside the label, findings, history."""
        with Horizontal(id="device-top"):
            yield self._facts
            yield self._label
        with Vertical():
            yield Static(_("Examinations"), classes="section")
            yield self._findings
            yield Static(_("History"), classes="section")
            yield self._history

    def on_mount(self) -> None:
        """The label does not change."""
        self._label.update(Content(scannable(self.tag)))
        self._history.focus()

    def draw(self) -> None:
        """Draw the file."""
        file = self._file()
        if file is None:
            return
        if file.device is None:
            self._facts.update(_("No device has the tag {tag}.").format(tag=self.tag))
            return
        self._heading.name_it(f"{plain(file.device.tag)} · {plain(file.device.model)}".removesuffix(" · "))
        self._facts.update("\n".join(self._told(file, file.device)))
        self._findings.show(
            Rows.whole([_finding_row(i, each, self.stand) for i, each in enumerate(file.findings)])
        )
        self._history.show(Rows.whole([line_row(line, self.stand) for line in file.history]))

    def action_choose(self) -> None:
        """Open the line under the cursor."""
        self._history.action_choose()

    def action_quarantine(self) -> None:
        """Set it apart."""
        device_acts.quarantine(self, [self.tag], lambda: None)

    def action_labels(self) -> None:
        """Write its label."""
        device_acts.print_labels(self, [self.tag])

    @on(Table.Chosen, "#history")
    def _open(self, message: Table.Chosen) -> None:
        file = self._file()
        for line in file.history if file else ():
            if str(line.seq) == message.key:
                self.app.push_screen(TextDialog(*line_text(line, self.stand)))

    def _file(self) -> DeviceFile | None:
        answer = self.picture.answer if self.picture else None
        return answer if isinstance(answer, DeviceFile) and answer.query.tag == self.tag else None

    def _told(self, file: DeviceFile, device: DeviceView) -> Iterator[str]:
        state = state_word(device.state).text
        yield f"{state} · " + _("since {moment}").format(moment=clock.moment(device.state_since, self.zone))
        if device.holder:
            yield plain(f"{device.holder[0]} · {person(device, self.picture)}")
        facts = {
            _("Kind"): kind_word(device.kind),
            _("Serial"): device.serial,
            "IMEI": " / ".join(filter(None, (device.imei, file.more.get("imei2", "")))),
            "ICCID": device.iccid,
            _("Number"): device.number,
            _("Place"): device.place,
            _("Crate"): file.more.get("crate", ""),
            _("Address"): file.more.get("address", ""),
            _("Expires on"): file.more.get("expires_on", ""),
            _("Note"): file.more.get("note", ""),
        }
        # A line breaks between facts only.
        named = (
            _("{name}: {value}").format(name=name, value=plain(value)).replace(" ", "\N{NO-BREAK SPACE}")
            for name, value in facts.items()
            if value
        )
        told = "   ".join(named)
        # Broken here, for lines of a fixed number leave the tables below where they are.
        yield from wrap(told, width=max(self._facts.content_size.width, 40))


def scannable(tag: str) -> str:
    """The QR code of the label in half blocks, dark on light whatever the colours: light is drawn."""
    rows = [list(row) for row in code(tag).matrix_iter(border=_QUIET_ZONE)]
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return "\n".join("".join(_HALVES[a, b] for a, b in zip(*pair, strict=True)) for pair in pairs)


def _finding_row(position: int, found: FindingView, stand: Stand) -> Row:
    failed = plain(", ".join(found.failed))
    result = (
        Word("✓ " + _("passed"), "good") if found.passed else Word("✗ " + _("failed") + f" {failed}", "bad")
    )
    return Row(
        str(position),
        (Word(clock.moment(found.at, stand.zone)), Word(examination_word(found.examination)), result),
    )
