"""The documents: what was issued, about what, and whether it is signed; Enter shows one as plain text."""

from collections.abc import Iterable
from gettext import gettext as _
from gettext import ngettext

from textual import on
from textual.widget import Widget
from textual.widgets import Static

from inventory.issued import CHECK_DIGITS
from inventory.text import unaccented
from tui import clock
from tui.actions import COMMON, bindings
from tui.dialogs.text import TextDialog
from tui.help import Help
from tui.picture import DocumentList, DocumentQuery, DocumentsQuery, DocumentText, DocumentView
from tui.screens.base import Stand
from tui.screens.filtered import FilteredView
from tui.screens.journal import plain_keeping
from tui.widgets.rows import Column, Row, Rows
from tui.widgets.table import Table
from tui.words import Word, plain

_TYPING = Help(_("Filter"), _("Words narrow the list as you type: name, kind, object, who issued it."))


class DocumentsScreen(FilteredView, inherit_bindings=False):
    """Filter and documents, the newest first."""

    BINDINGS = bindings("open", "filter", "filter.end", *COMMON)
    help = Help(
        _("Documents"),
        _(
            "Every version of every document that was issued, the newest first. Enter shows what it says. A "
            "document is signed once the scan of its signed paper, or a signature, is attached to it."
        ),
    )

    def __init__(self, stand: Stand) -> None:
        self._text = ""
        self._list: DocumentList | None = None
        self._opening: DocumentQuery | None = None
        table = Table(
            Column(_("Document")),
            Column(_("Version"), 7, right=True),
            Column(_("Kind"), 16),
            Column(_("About"), 28, from_room=120),
            Column(_("Issued"), 19),
            Column(_("Signed"), 10),
            widget_id="documents",
            empty=_("No document."),
        )
        typing = _("Type / to filter: name, kind, object, who"), _TYPING
        super().__init__(stand, _("Documents"), table, typing, DocumentsQuery())
        self._card = Static("", id="card", markup=False)

    def body(self) -> Iterable[Widget]:
        """Filter, documents, and the one under the cursor."""
        yield from (self._filter, self._lines, self._card)

    def draw(self) -> None:
        """Draw the list, or open what was asked for."""
        match self.picture.answer if self.picture else None:
            case DocumentList() as found:
                self._list = found
                self._draw_list()
            case DocumentText() as found if found.query == self._opening:
                self._opening = None
                self.ask(DocumentsQuery())
                version = _("version {n}").format(n=found.query.version)
                name = f"{found.query.reference} · {version}"
                shown = "\n".join(plain_keeping(line) for line in found.text.splitlines())
                self.app.push_screen(TextDialog(name, shown))

    def narrow(self, text: str) -> None:
        """Show those that match every word."""
        self._text = unaccented(text)
        self._lines.action_first()
        self._draw_list()

    @on(Table.Chosen)
    def _open(self, message: Table.Chosen) -> None:
        if document := self._document(message.key):
            self._opening = DocumentQuery(document.reference, document.version)
            self.ask(self._opening)

    @on(Table.Moved)
    def _tell(self) -> None:
        document = self._document(self._lines.key)
        self._card.update(card(document) if document else "", layout=False)

    def _draw_list(self) -> None:
        found = [each for each in self._list.documents if _matches(each, self._text)] if self._list else []
        self._lines.show(Rows.whole([_row(each, self.stand) for each in found]))
        counted = ngettext("{n} document", "{n} documents", len(found)).format(n=len(found))
        self._heading.name_it(_("Documents · {counted}").format(counted=counted))
        self._tell()

    def _document(self, key: str | None) -> DocumentView | None:
        known = self._list.documents if self._list else ()
        return next((each for each in known if each.key == key), None)


def card(document: DocumentView) -> str:
    """What is known of a document beside what it says; the digits that its paper has at its foot."""
    digits = document.facts_sha256[:CHECK_DIGITS]
    who = _("{key} by {who}, at its foot {digits}").format(
        key=document.key, who=document.issued_by, digits=digits
    )
    return f"{plain(who)}\n{plain(document.change)}"


def _matches(document: DocumentView, text: str) -> bool:
    told = unaccented(f"{document.key} {document.kind} {document.subject} {document.issued_by}")
    return all(word in told for word in text.split())


def _row(document: DocumentView, stand: Stand) -> Row:
    signed = Word("✓ " + _("signed"), "good") if document.signed else Word("· " + _("no"), "quiet")
    return Row(
        document.key,
        (
            Word(plain(document.reference)),
            Word(str(document.version)),
            Word(plain(document.kind), "quiet"),
            Word(plain(document.subject)),
            Word(clock.moment(document.issued_at, stand.zone)),
            signed,
        ),
    )
