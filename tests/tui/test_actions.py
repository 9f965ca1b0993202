"""One registry of actions, within what every keyboard can type."""

import re

import pytest
from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode

from tui import keys
from tui.actions import ACTIONS, Action
from tui.app import Screens
from tui.dialogs.consent import ConsentDialog
from tui.dialogs.credential import CredentialDialog
from tui.dialogs.form import FormDialog
from tui.dialogs.help import HelpDialog
from tui.dialogs.text import TextDialog
from tui.screens.base import View
from tui.screens.counter import CounterScreen
from tui.screens.crisis import CrisisScreen
from tui.screens.device import DeviceScreen
from tui.screens.documents import DocumentsScreen
from tui.screens.journal import JournalScreen
from tui.screens.people import SeatsScreen
from tui.screens.pool import PoolScreen
from tui.screens.scanning import ScanScreen
from tui.screens.situation import SituationScreen
from tui.widgets.filter_line import FilterLine
from tui.widgets.table import Table

_MOVES = {"enter", "escape", "space", "up", "down", "left", "right", "pageup", "pagedown", "home", "end"}
_SIGNS = {"tab", "shift+tab", "slash", "colon", "question_mark"}
_OWNERS = (
    *(Screens, View, SituationScreen, CrisisScreen, PoolScreen, DeviceScreen, JournalScreen, DocumentsScreen),
    *(CounterScreen, SeatsScreen, ScanScreen, FormDialog, CredentialDialog),
    *(FilterLine, Table, HelpDialog, TextDialog, ConsentDialog),
)


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
def test_keys_are_letters_f_keys_and_what_moves_about(action: Action) -> None:
    for key in action.keys.split(","):
        assert key in _MOVES | _SIGNS or re.fullmatch(r"[a-z]|f\d+", key)
        assert keys.allowed(key)


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
def test_every_action_says_what_it_does(action: Action) -> None:
    assert action.about.endswith(".")


@pytest.mark.parametrize("owner", _OWNERS)
def test_only_what_is_in_the_registry_is_bound(owner: type[DOMNode]) -> None:
    assert owner.BINDINGS is not App.BINDINGS
    for binding in owner.BINDINGS:
        assert isinstance(binding, Binding)
        assert ACTIONS[binding.id or ""].keys == binding.key
