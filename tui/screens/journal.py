"""The journal: who did what, when. A window over its lines that follows the newest, or a filter's finds."""

import json
from collections.abc import Iterable
from gettext import gettext as _
from gettext import ngettext

from textual import on
from textual.widget import Widget
from textual.widgets import Static

from tui import clock, journal_query
from tui.actions import COMMON, bindings
from tui.dialogs.text import TextDialog
from tui.help import Help
from tui.picture import JournalPage, JournalQuery, LineView
from tui.screens.base import Stand
from tui.screens.filtered import FilteredView
from tui.widgets.rows import Column, Row, Rows
from tui.widgets.table import Table
from tui.words import Word, plain

_EMPTY: tuple[object, ...] = (None, "", [], {})
#: What every list of lines begins with.
COLUMNS = (
    Column(_("Line"), 7, right=True),
    Column(_("When"), 19),
    Column(_("Who"), 20, from_room=120),
    Column(_("What"), 20),
)
_TYPING = Help(
    _("Filter"),
    _(
        "Words narrow the list as you type: kind, object, who, and the facts. The newest lines that match "
        "all of them show. One object such as device:PC-01 or crisis:13005-2026-01 is looked up in all lines."
    ),
)


class JournalScreen(FilteredView, inherit_bindings=False):
    """Filter and lines, the newest last."""

    BINDINGS = bindings("open", "filter", "follow", "filter.end", *COMMON)
    help = Help(
        _("Journal"),
        _(
            "What matters in a year: who did what, when, about what. The newest line is the last one; with "
            "the cursor on it, the list follows. Enter opens a line with all its facts and its hash."
        ),
    )

    def __init__(self, stand: Stand) -> None:
        self._query = JournalQuery()
        self._follows = True
        about = Column(_("About"), 28, from_room=120)
        table = Table(*COLUMNS, about, Column(_("Facts")), widget_id="lines", empty=_("No line."))
        typing = _("Type / to filter: kind, object, who, facts, or device:PC-01"), _TYPING
        super().__init__(stand, _("Journal"), table, typing, self._query)
        self._about = Static("", id="card", markup=False)

    def body(self) -> Iterable[Widget]:
        """Filter, lines, and the one under the cursor."""
        yield from (self._filter, self._lines, self._about)

    def draw(self) -> None:
        """Draw the window if it is the one that was asked for; go on with the newest where it follows."""
        page = self._page()
        if page is None or page.query != self._query:
            return
        rows = tuple(line_row(line, self.stand, Word(plain(line.subject))) for line in page.lines)
        self._lines.show(Rows(rows, page.first, page.total))
        self._say_title()
        if self._follows:
            self._lines.action_last()
        self._tell()

    def narrow(self, text: str) -> None:
        """Look for these words; without any, follow."""
        self._follows = True
        self._look(JournalQuery(text))

    def action_follow(self) -> None:
        """Go to the newest line and stay there."""
        self._follows = True
        self._lines.action_last()
        self._look(JournalQuery(self._query.text))

    @on(Table.Wanted)
    def _read_on(self, message: Table.Wanted) -> None:
        if not self._query.text:
            self._look(JournalQuery(first=message.first, count=message.count))

    @on(Table.Moved)
    def _moved(self) -> None:
        self._follows = self._lines.at_end
        self._say_title()
        self._tell()

    @on(Table.Chosen)
    def _open(self, message: Table.Chosen) -> None:
        if line := self._line(message.key):
            self.app.push_screen(TextDialog(*line_text(line, self.stand)))

    def _say_title(self) -> None:
        if page := self._page():
            self._heading.name_it(title(page, follows=self._follows))

    def _tell(self) -> None:
        line = self._line(self._lines.key)
        told = f"{line.actor} · {line.subject}\n{facts(line)}" if line else ""
        self._about.update("\n".join(plain(each) for each in told.split("\n")), layout=False)

    def _line(self, key: str | None) -> LineView | None:
        page = self._page()
        return next((line for line in page.lines if str(line.seq) == key), None) if page else None

    def _page(self) -> JournalPage | None:
        answer = self.picture.answer if self.picture else None
        return answer if isinstance(answer, JournalPage) else None

    def _look(self, query: JournalQuery) -> None:
        self._query = query
        self.ask(query)


def title(page: JournalPage, *, follows: bool) -> str:
    """The screen's title: how many lines there are, or match, and whether the list follows."""
    counted = ngettext("{n} line", "{n} lines", page.total).format(n=page.total)
    told = _("Journal · {counted}").format(counted=counted)
    if page.query.text:
        if page.total == journal_query.FOUND:
            counted = _("the newest {n} lines").format(n=page.total)
        told = _("Journal · {counted} match “{text}”").format(counted=counted, text=plain(page.query.text))
    return told + " · ▼ " + _("follows") if follows else told


def facts(line: LineView) -> str:
    """The facts that are not empty, on one line."""
    return plain(", ".join(f"{name}: {value}" for name, value in line.data.items() if value not in _EMPTY))


def line_row(line: LineView, stand: Stand, *about: Word) -> Row:
    """A line of a list: its `COLUMNS`, what else stands between, its facts."""
    when, who, what = clock.moment(line.at, stand.zone), plain(line.actor), plain(line.kind)
    first = (Word(str(line.seq), "quiet"), Word(when), Word(who, "quiet"), Word(what))
    return Row(str(line.seq), (*first, *about, Word(facts(line), "quiet")))


def line_text(line: LineView, stand: Stand) -> tuple[str, str]:
    """All of a line: a title, and everything that its hash covers."""
    named = {
        _("When"): clock.moment(line.at, stand.zone),
        _("Who"): plain(line.actor),
        _("What"): plain(line.kind),
        _("About"): plain(line.subject),
    }
    data = json.dumps(dict(line.data), indent=2, ensure_ascii=False)
    shown = "\n".join(plain_keeping(each) for each in data.splitlines())
    told = [_("{name}: {value}").format(name=name, value=value) for name, value in named.items()]
    digest, before = _("Hash"), _("Line before")
    hashes = [
        _("{name}: {value}").format(name=name, value=value)
        for name, value in {digest: line.hash, before: line.previous}.items()
    ]
    return _("Line {n} of the journal").format(n=line.seq), "\n".join([*told, "", shown, "", *hashes])


def plain_keeping(text: str) -> str:
    """As `plain`, with the spaces before it."""
    return " " * (len(text) - len(text.lstrip(" "))) + plain(text)
