"""Goes through the steps of opening a crisis; the app keeps the draft for the next time."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from gettext import gettext as _

from textual import on
from textual.message import Message
from textual.widget import Widget
from textual.widgets import ContentSwitcher, Static

from inventory.crises import SeatEntry
from inventory.errors import OperatorError
from tui.acting import Act, Outcome, in_words
from tui.actions import COMMON, bindings
from tui.help import Help
from tui.opening import ahead, telling
from tui.opening.draft import Draft, Step, lacks
from tui.opening.pane import Pane, Scene, drawn
from tui.opening.reading import ReadPane
from tui.opening.telling import Found
from tui.opening.what import PlanPane, SeatsPane, Services, SizePane
from tui.opening.who import CallBackPane, CommunePane
from tui.picture import CommuneList, CommunesQuery, CommuneView, Picture
from tui.screens.base import Stand, View

_T0 = "%Y-%m-%d %H:%M:%S"


class OpeningScreen(View, inherit_bindings=False):
    """One step at a time; nothing is written before the last."""

    # Whoever types a name beside the field must not leave the program by a letter of it.
    BINDINGS = bindings(
        "step.next", "step.back", "seats.propose", *(each for each in COMMON if each != "quit")
    )
    help = Help(
        _("Open a crisis"),
        _(
            "Six steps: whose crisis, the call-back, the people, the size, the plan, and one page to read."
            " Enter goes from field to field, F7 to the next step, Esc one step back; nothing typed is "
            "lost. Nothing is written before the button on the last page. Go to other screens if you must:"
            " as long as the screens run, the same key brings you back to where you were. Esc at the first"
            " step ends it and forgets what was typed. A crisis that is open without a plan goes on from "
            "its own screen."
        ),
    )

    class Kept(Message):
        """What was said so far; None is nothing to go on with."""

        def __init__(self, draft: Draft | None) -> None:
            super().__init__()
            self.draft = draft

    class Begun(Message):
        """The crisis is open."""

        def __init__(self, reference: str) -> None:
            super().__init__()
            self.reference = reference

    def __init__(self, stand: Stand, draft: Draft | None) -> None:
        now = stand.now.astimezone(stand.zone)
        super().__init__(stand, _("Open a crisis"), CommunesQuery(now.date()))
        # What was found out for an earlier draft may be true no more: it is found out again from there on.
        self._draft = draft.at(min(draft.step, Step.SIZE)) if draft else Draft(t0=now.strftime(_T0))
        self._found = Found()
        self._steps, self._todo = Static("", id="steps"), Static("", id="todo")
        self._refusal = Static("", id="refusal", markup=False)
        self._panes: dict[Step, Pane] = {
            Step.COMMUNE: CommunePane(),
            Step.CALL_BACK: CallBackPane(),
            Step.SEATS: SeatsPane(),
            Step.SIZE: SizePane(),
            Step.PLAN: PlanPane(),
            Step.READ: ReadPane(),
        }
        self._waiting = False

    def body(self) -> Iterable[Widget]:
        """Where one is, what is to be done, the step, what was refused."""
        yield from (self._steps, self._todo)
        with ContentSwitcher(initial=self._pane.id):
            yield from self._panes.values()
        yield self._refusal

    def on_mount(self) -> None:
        """Begin, or go on where one was."""
        self._hands(ahead.warm)
        self._enter()
        if self._draft.step > Step.CALL_BACK:
            self._look(self._draft)

    def exercise(self, picture: Picture) -> bool:  # noqa: ARG002  whatever else is open
        """Whether it is to be one."""
        return self._draft.drill

    def draw(self) -> None:
        """Draw the step."""
        self._steps.update(drawn([telling.steps(self._draft)]))
        self._todo.update(telling.to_do(self._draft.step))
        self._pane.draw(self._scene)

    def age(self) -> None:
        """The page says how long ago T0 was."""
        if self._draft.step is Step.READ:
            self._pane.draw(self._scene)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys work at the steps at which they mean something."""
        if action == "propose":
            return self._draft.step is Step.SEATS
        if action == "next_step":
            return self._draft.step is not Step.READ
        return super().check_action(action, parameters)

    def action_next_step(self) -> None:
        """Go on, once everything that this step needs is said."""
        if self._waiting:
            return
        wrong = lacks(self._draft, self._known, self._now.replace(tzinfo=None))
        self._refuse(wrong)
        if not wrong:
            self._look(self._draft.at(Step(self._draft.step + 1)))

    def action_back_step(self) -> None:
        """Go one step back; from the first one, leave and forget."""
        self._refuse(())
        if self._draft.step is Step.COMMUNE:
            self.post_message(self.Kept(None))
            self.app.pop_screen()
        else:
            self._become(self._draft.at(Step(self._draft.step - 1)))
            self._enter()

    def action_propose(self) -> None:
        """Add the seats that such a commune needs, beside the people who are there already."""
        if not self._waiting:
            self._look(self._draft, propose=True)

    @on(Pane.Said)
    def _said(self, message: Pane.Said) -> None:
        before = self._draft
        self._become(message.change(self._draft))
        if self._draft.decisions != before.decisions and self._draft.step is Step.SIZE:
            self._look(self._draft)

    @on(Pane.Over)
    def _over(self) -> None:
        self.action_next_step()

    @on(SeatsPane.Refused)
    def _not_so(self, message: SeatsPane.Refused) -> None:
        self._refuse(message.why)

    @on(Services.Due)
    def _come_due(self, message: Services.Due) -> None:
        if not self._waiting:
            self._look(self._draft.with_due(message.key))

    @on(SeatsPane.Named)
    def _read_file(self, message: SeatsPane.Named) -> None:
        later = self.app.call_later

        def read() -> Outcome:
            seats, refused = ahead.read(message.path)
            later(self._filled, seats, refused)
            return Outcome()

        self._hands(read)

    @on(ReadPane.Cancelled)
    def _not_now(self) -> None:
        self.action_back_step()

    @on(ReadPane.Run)
    def _run(self) -> None:
        app, draft, found, now = self.app, self._draft, self._found, self._now.replace(tzinfo=None)

        def run() -> Outcome:
            refused = [_("Nothing was written.")]
            try:
                return ahead.run(
                    self.stand.program, draft, found, now, lambda told: app.post_message(self.Begun(told))
                )
            except OperatorError as exc:
                refused = [in_words(exc)]
                return Outcome()
            finally:
                app.call_later(self._stayed, refused)

        self._hands(run)

    def _look(self, draft: Draft, *, propose: bool = False) -> None:
        """Find out what the draft's step shows; the hands do it, for it is a write that is taken back."""
        self._waiting = True
        later, program, before, said = self.app.call_later, self.stand.program, self._found, self._draft
        now = self._now.replace(tzinfo=None)

        def look() -> Outcome:
            found, refused = before, [_("It cannot be found out now.")]
            try:
                found, refused = ahead.look(program, draft, draft.step, before, now), []
            except OperatorError as exc:
                refused = [in_words(exc)]
            finally:
                later(self._looked, said, draft, found, refused, propose)
            return Outcome()

        self._hands(look)

    def _looked(self, said: Draft, draft: Draft, found: Found, refused: Sequence[str], propose: bool) -> None:
        self._waiting = False
        if not self.is_mounted:
            return
        self._refuse(refused)
        # What was typed meanwhile counts: one more Enter finds out about that.
        if refused or self._draft != said:
            return
        self._found = found
        moved = self._draft.step is not draft.step
        if propose and found.size is not None:
            draft = draft.with_proposed(found.size)
        self._become(draft)
        if moved:
            self._enter()
        elif propose:
            self._pane.start()

    def _filled(self, seats: tuple[SeatEntry, ...], refused: Sequence[str]) -> None:
        if self.is_mounted:
            self._refuse(refused)
            if not refused:
                self._become(replace(self._draft, seats=seats))

    def _stayed(self, refused: Sequence[str]) -> None:
        if self.is_mounted:
            self._refuse(refused)
            self._pane.enter(self._scene)

    @property
    def _pane(self) -> Pane:
        return self._panes[self._draft.step]

    @property
    def _known(self) -> Sequence[CommuneView]:
        answer = self.picture.answer if self.picture else None
        return answer.communes if isinstance(answer, CommuneList) else ()

    @property
    def _now(self) -> datetime:
        return self.now.astimezone(self.zone)

    @property
    def _scene(self) -> Scene:
        days = self.stand.program.settings.conventions.contact_days
        return Scene(self._draft, self._known, self._found, self._now, days)

    def _become(self, draft: Draft) -> None:
        self._draft = draft
        self.post_message(self.Kept(draft))
        self._draw()

    def _enter(self) -> None:
        self.query_one(ContentSwitcher).current = self._pane.id
        self._pane.enter(self._scene)
        self._draw()
        self.refresh_bindings()
        self._pane.start()
        self.call_after_refresh(self._keep_focus)

    def _keep_focus(self) -> None:
        # As the step before is hidden, Textual may take the focus away again.
        if self.focused is None or self._pane not in self.focused.ancestors:
            self._pane.start()

    def _refuse(self, why: Sequence[str]) -> None:
        """Say beside the fields what cannot be so; nothing is a good answer."""
        self._refusal.update("\n".join(f"✗ {each}" for each in why))
        self._refusal.display = bool(why)

    def _hands(self, act: Act) -> None:
        self.stand.hands.carry_out(act)
