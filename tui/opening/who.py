"""The first two steps: whose crisis it is, and who was called back."""

from dataclasses import replace
from functools import partial
from gettext import gettext as _

from textual import on
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.help import Help
from tui.opening import telling
from tui.opening.draft import commune, matching
from tui.opening.pane import Choices, Field, Pane, Scene, drawn, line, put
from tui.widgets.rows import Column, Rows
from tui.widgets.toggle import Toggle


class CommunePane(Pane):
    """Commune, its right to a kit, drill or not."""

    help = Help(
        _("Commune"),
        _(
            "Letters of the name or the INSEE code narrow the list; Enter goes to it, Enter on a line "
            "chooses. Without an active convention there is no right to a kit: a named person may open all"
            " the same, with a reason, and both are kept with the crisis. Space says that it is an "
            "exercise."
        ),
    )

    def __init__(self) -> None:
        super().__init__(id="step-commune")
        self._words = line("words", _("Letters of its name, or its INSEE code"))
        self._communes = Choices(
            Column(_("INSEE"), 6),
            Column(_("Commune"), 24),
            Column(_("Convention")),
            Column(_("Inhabitants"), 11, from_room=90, right=True),
            widget_id="communes",
            empty=_("No commune is called so."),
        )
        self._right = Static("", id="right")
        self._scene: Scene | None = None
        self._drill = Toggle(_("a real crisis"), _("an EXERCISE"), widget_id="drill")
        self._by, self._reason = line("forced-by"), line("forced-reason")
        self._forced = (Field(_("Who answers for it"), self._by), Field(_("Why"), self._reason))
        self.order = (self._words, self._communes, self._drill, self._by, self._reason)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield from (self._words, self._communes, self._right, self._drill, *self._forced)

    def enter(self, scene: Scene) -> None:
        """Fields from the draft."""
        put(self._by, scene.draft.forced_by)
        put(self._reason, scene.draft.forced_reason)
        self._drill.choose(value=scene.draft.drill)

    def draw(self, scene: Scene) -> None:
        """The communes that match, and what the chosen one may."""
        self._scene = scene
        chosen = commune(scene.draft, scene.known)
        self._narrow()
        self._right.update(drawn(telling.right(chosen) if chosen else []))
        for field in self._forced:
            field.display = chosen is not None and not chosen.lends

    @on(Input.Changed, "#words")
    def _look_for_it(self) -> None:
        self._narrow()
        self._communes.action_first()

    def after(self, field: Widget) -> None:
        """Enter after letters goes to what they mean, though the list may not be drawn yet."""
        if field is self._words:
            self._look_for_it()
        super().after(field)

    def chosen(self, key: str) -> None:
        """That commune it is; who answers for another one says nothing about it."""
        if self._scene is not None and self._scene.draft.code != key:
            put(self._by, "")
            put(self._reason, "")
        self.say(lambda draft: draft.of(key))
        self.go_to(self._drill)

    def _narrow(self) -> None:
        if self._scene is not None:
            found = matching(self._scene.known, self._words.value)
            rows = [telling.commune_row(each, chosen=each.code == self._scene.draft.code) for each in found]
            self._communes.show(Rows.whole(rows))

    @on(Toggle.Changed)
    @on(Input.Changed, "#forced-by")
    @on(Input.Changed, "#forced-reason")
    def tell(self) -> None:
        """Drill or not, and who answers for it without a convention."""
        by, reason = self._by.value, self._reason.value
        self.say(partial(replace, drill=self._drill.value, forced_by=by, forced_reason=reason))


class CallBackPane(Pane):
    """Registered contacts, who called which of them, and T0."""

    help = Help(
        _("Call-back"),
        _(
            "A request counts once the correspondent was called back on a number that was known before it."
            " Enter on a contact takes its number. ! marks one that nobody made sure of for too long. "
            "Without a call-back the crisis opens all the same, and the page to read says so. T0 is when "
            "the crisis was declared: now, or a time such as 23:40, or a day with a time."
        ),
    )

    def __init__(self) -> None:
        super().__init__(id="step-call-back")
        self._contacts = Choices(
            Column(_("Called for"), 20),
            Column(_("Name")),
            Column(_("Number"), 13),
            Column(_("Made sure"), 25),
            widget_id="contacts",
            empty=_("No number is registered: there is nothing to compare with."),
        )
        self._number, self._who, self._t0 = line("number"), line("caller"), line("t0")
        self.order = (self._contacts, self._number, self._who, self._t0)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield self._contacts
        yield Field(_("Number called back"), self._number)
        yield Field(_("Who of the team called"), self._who)
        yield Field(_("T0: declared at"), self._t0)

    def enter(self, scene: Scene) -> None:
        """Fields from the draft."""
        draft = scene.draft
        for field, text in (
            (self._number, draft.called_on),
            (self._who, draft.called_by),
            (self._t0, draft.t0),
        ):
            put(field, text)

    def draw(self, scene: Scene) -> None:
        """The contacts of the commune."""
        chosen = commune(scene.draft, scene.known)
        contacts = chosen.contacts if chosen else ()
        today, days = scene.now.date(), scene.contact_days
        rows = [telling.contact_row(n, each, today, days) for n, each in enumerate(contacts)]
        self._contacts.show(Rows.whole(rows))

    def chosen(self, key: str) -> None:
        """That contact was called."""
        row = self._contacts.rows.position(key)
        found = self._contacts.rows.at(row) if row is not None else None
        if found is not None:
            self._number.value = found.cells[2].text
            self.go_to(self._who)

    @on(Input.Changed)
    def tell(self) -> None:
        """Who called which number, and T0."""
        number, who, t0 = self._number.value, self._who.value, self._t0.value
        self.say(partial(replace, called_on=number, called_by=who, t0=t0))
