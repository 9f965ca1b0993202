"""The application: stacks the screens, hands them pictures and the time. No data, no drawing.

`run` opens it and `key_sheet` prints its keys; this module is the one door to the package.
"""

import gc
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from gettext import gettext as _
from typing import ClassVar

from textual import on
from textual.app import App
from textual.binding import ActiveBinding, Binding, BindingType

from inventory.errors import Unknown
from inventory.readiness import Limits
from inventory.times import utc_now
from kit.app.compose import App as Program
from tui import keys
from tui.acting import Acted, Hands
from tui.actions import ACTING, ACTIONS, OFFERED
from tui.dialogs.help import HelpDialog
from tui.dialogs.text import TextDialog
from tui.feed import Feed, News
from tui.help import explanations
from tui.opening.draft import Draft
from tui.opening.screen import OpeningScreen
from tui.picture import Picture
from tui.screens.base import HIGH, WIDE, Stand, View
from tui.screens.counter import CounterScreen
from tui.screens.crisis import CrisisScreen
from tui.screens.device import DeviceScreen
from tui.screens.documents import DocumentsScreen
from tui.screens.journal import JournalScreen
from tui.screens.pool import PoolScreen
from tui.screens.situation import SituationScreen
from tui.survey import Surveyed, Surveyor
from tui.theme import NIGHT, THEMES

#: Classes by the size of the terminal, as the style sheet knows them.
_WIDTHS, _HEIGHTS = [(WIDE, "-wide")], [(0, "-low"), (HIGH, "-high")]
#: Seconds for which a thread that computes keeps the others waiting; Python's own 5 ms show at every key.
_HAND_OVER = 0.001
#: New objects after which waste is looked for: a screen is made of thousands that stay.
_WASTE = 10_000
#: Seconds that who leaves waits for what the tenant is asked.
_FAREWELL = 1.0
#: Seconds for which it is told that an act is done; what was refused stays until it is read.
_TOLD = 12.0


@dataclass(frozen=True)
class Look:
    """How the screens are wanted: the crisis to begin with, colours, keys of this station, for looking only.

    `keys` gives actions other keys, e.g. {"pool": "o,f3"}.

    Raises:
        Unknown: there is no such theme, or no action to which a key is given.
        BadValue: a key that not every keyboard has, or that has a meaning already.
    """

    crisis: str | None = None
    read_only: bool = False
    theme: str = NIGHT.name
    keys: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        keys.checked(self.keys)
        if self.theme not in THEMES:
            raise Unknown(
                _("There is no theme “{name}”.").format(name=self.theme),
                hint=_("Use one of {choices}.").format(choices=", ".join(THEMES)),
            )


def run(program: Program, look: Look) -> None:
    """Show the screens until the operator leaves them."""
    screens = Screens(program, look)
    prepare()
    screens.run()


def prepare() -> None:
    """Tune this process for screens: threads take turns quickly, what stays is not searched for waste."""
    sys.setswitchinterval(_HAND_OVER)
    gc.collect()
    gc.freeze()
    gc.set_threshold(_WASTE)


def key_sheet(remapped: Mapping[str, str]) -> str:
    """Every key and what it does, as Markdown in the reader's language.

    Raises:
        BadValue: as `Look`.
    """
    return keys.sheet(_, keys.checked(remapped))


class Screens(App[None]):
    """Situation at the bottom, the others above it, dialogs on top."""

    CSS_PATH = "screens.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, program: Program, look: Look, *, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__()
        self.HORIZONTAL_BREAKPOINTS, self.VERTICAL_BREAKPOINTS = _WIDTHS, _HEIGHTS
        self._keymap_wanted = keys.checked(look.keys)
        self._program, self._look, self._clock = program, look, clock
        settings, home = program.settings, program.home
        self._feed = Feed(
            program.database, self.post_message, clock, state=home.state, documents=home.documents
        )
        self._surveyor = Surveyor(
            program.database,
            settings.database,
            self.post_message,
            clock,
            zone=program.zone,
            limits=Limits(**settings.pool.model_dump()),
            contact_days=settings.conventions.contact_days,
        )
        self._hands = Hands(self.post_message, read_only=look.read_only)
        self._errands = Hands(self.post_message, read_only=look.read_only, farewell=_FAREWELL)
        self._picture: Picture | None = None
        self._draft: Draft | None = None
        for theme in THEMES.values():
            self.register_theme(theme)
        self.theme = look.theme

    def get_default_screen(self) -> SituationScreen:
        """The screen at the bottom."""
        return SituationScreen(self._stand())

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """What the style sheet needs and Textual's own themes do not have."""
        return {"cursor": NIGHT.variables["cursor"]}

    def refresh_css(self, animate: bool = True) -> None:
        """Colours have changed; as long as there is no screen, no rule has to be read again for them."""
        if self.screen_stack:
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

    def on_mount(self) -> None:
        """Begin to read and to tick."""
        self.title = _("Crisis kit")
        self.set_keymap(self._keymap_wanted)
        for worker in (self._feed, self._surveyor, self._hands, self._errands):
            worker.start()
        self.set_interval(1, self._tick)
        if self._look.crisis is not None:
            self._open_crisis(self._look.crisis)

    def on_unmount(self) -> None:
        """Stop reading, once what was begun is done; nothing else ends with the screens."""
        for worker in (self._feed, self._surveyor, self._hands, self._errands):
            worker.stop()

    @on(News)
    def _show(self, message: News) -> None:
        survey = self._picture.survey if self._picture else None
        self._draw(replace(message.picture, survey=survey))

    @on(Surveyed)
    def _surveyed(self, message: Surveyed) -> None:
        self._draw(replace(self._picture or Picture(), survey=message.survey))

    @on(Acted)
    def _acted(self, message: Acted) -> None:
        if message.outcome.done:
            self.notify("✓ " + message.outcome.done, timeout=_TOLD, markup=False)
        if message.outcome.refused:
            text = "\n\n".join(f"✗ {each}" for each in message.outcome.refused)
            self.push_screen(TextDialog(_("Refused"), text))

    @on(SituationScreen.Opened)
    def _opened(self, message: SituationScreen.Opened) -> None:
        self._open_crisis(message.reference, message.cell)

    @on(PoolScreen.Opened)
    def _opened_device(self, message: PoolScreen.Opened) -> None:
        self.push_screen(DeviceScreen(self._stand(), message.tag))

    @on(OpeningScreen.Kept)
    def _keep_draft(self, message: OpeningScreen.Kept) -> None:
        self._draft = message.draft

    @on(OpeningScreen.Begun)
    def _begun(self, message: OpeningScreen.Begun) -> None:
        self._draft = None
        self.action_situation()
        self._open_crisis(message.reference)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Where the screens are only looked at, no key of theirs leads to an act."""
        return not (self._hands.read_only and f"app.{action}" in ACTING)

    def action_leave(self) -> None:
        """Leave the top screen; the bottom one stays."""
        if len(self.screen_stack) > 1:
            self.pop_screen()

    def action_situation(self) -> None:
        """Go down to the first screen."""
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def action_pool(self) -> None:
        """Go to the pool."""
        self._go(PoolScreen)

    def action_journal(self) -> None:
        """Go to the journal."""
        self._go(JournalScreen)

    def action_documents(self) -> None:
        """Go to the documents."""
        self._go(DocumentsScreen)

    def action_new_crisis(self) -> None:
        """Open a crisis, or go on where one was."""
        self.action_situation()
        self.push_screen(OpeningScreen(self._stand(), self._draft))

    def action_counter(self) -> None:
        """Go to the counter."""
        self._go(CounterScreen)

    def action_refresh(self) -> None:
        """Read at once."""
        self._feed.read_now()

    def action_next_theme(self) -> None:
        """Change the colours."""
        names = list(THEMES)
        self.theme = names[(names.index(self.theme) + 1) % len(names)]

    def action_help(self) -> None:
        """Explain the widget in focus, then the screen."""
        self.push_screen(HelpDialog(explanations(self.focused, self.screen), self._keys()))

    def action_palette(self) -> None:
        """Offer by name what can be done here, and the crises there are."""
        found = [self._command(active) for name, active in self._active().items() if name in OFFERED]
        known = self._picture.crises if self._picture else ()
        opening = [
            (f"{crisis.reference} · {crisis.commune}", partial(self._open_crisis, crisis.reference), None)
            for crisis in known
        ]
        self.search_commands([*found, *opening], _("Type what you want to do"))

    def get_key_display(self, binding: Binding) -> str:
        """Keys as they are printed on a keyboard, and called in the reader's language: F5, not f5."""
        shown = super().get_key_display(binding)
        if shown == "space":
            return _("Space").lower()
        return shown.upper() if re.fullmatch(r"f\d+", shown) else shown

    def _stand(self) -> Stand:
        return Stand(self._program, self._feed, self._hands, self._errands, self._picture, self._clock())

    def _go(self, screen: type[PoolScreen | JournalScreen | DocumentsScreen | CounterScreen]) -> None:
        """Put that screen right above the first one: going about does not pile up."""
        if not isinstance(self.screen, screen):
            self.action_situation()
            self.push_screen(screen(self._stand()))

    def _open_crisis(self, reference: str, cell: tuple[int | None, str] | None = None) -> None:
        self.push_screen(CrisisScreen(self._stand(), reference, cell))

    def _draw(self, picture: Picture) -> None:
        self._picture = picture
        with self.batch_update():
            for view in self._views():
                view.show(picture)

    def _tick(self) -> None:
        for view in self._views()[-1:]:
            view.tick(self._clock(), self._feed.trouble())

    def _views(self) -> list[View]:
        """The screens that show the book; a dialog lies on top of one."""
        return [screen for screen in self.screen_stack if isinstance(screen, View)]

    def _active(self) -> dict[str, ActiveBinding]:
        """The bindings of the registry that work now, by action, what stands in the footer first."""
        found: dict[str, ActiveBinding] = {}
        for active in sorted(self.screen.active_bindings.values(), key=lambda a: not a.binding.show):
            if active.binding.id in ACTIONS:
                found.setdefault(active.binding.id, active)
        return found

    def _command(self, active: ActiveBinding) -> tuple[str, Callable[[], object], str]:
        """What the palette offers: its name with its key, what it runs, what it does."""
        binding = active.binding
        name = f"{binding.description}  ({self.get_key_display(binding)})"
        return name, partial(self.run_action, binding.action, active.node), active.tooltip

    def _keys(self) -> list[tuple[str, str]]:
        """The keys that work now and what they do, one line an action."""
        named: dict[str, list[str]] = {}
        # What stands in the footer comes first, moving about last.
        for active in sorted(self.screen.active_bindings.values(), key=lambda a: not a.binding.show):
            action = ACTIONS.get(active.binding.id or "")
            if action is not None:
                named.setdefault(_(action.about), []).append(self.get_key_display(active.binding))
        return [(" ".join(names), about) for about, names in named.items()]
