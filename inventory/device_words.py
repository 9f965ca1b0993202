"""Owns what people call the states and kinds of devices; screens show these words, a search knows them.

They are kept once made: the language does not change while the program runs, and gettext looks for its files
at every call.
"""

from functools import cache
from gettext import gettext as _

from inventory.devices import DeviceKind, DeviceState


@cache
def state_word(state: DeviceState) -> str:
    """Where a device stands."""
    words = {
        DeviceState.IN_STOCK: _("in stock"),
        DeviceState.RESERVED: _("reserved"),
        DeviceState.PROVISIONING: _("in preparation"),
        DeviceState.READY: _("ready"),
        DeviceState.ON_LOAN: _("on loan"),
        DeviceState.RETURNED: _("returned"),
        DeviceState.QUARANTINED: _("quarantined"),
        DeviceState.WIPED: _("wiped"),
        DeviceState.LOST: _("lost"),
        DeviceState.STOLEN: _("stolen"),
        DeviceState.BROKEN: _("broken"),
        DeviceState.RETIRED: _("retired"),
    }
    return words[state]


@cache
def kind_word(kind: DeviceKind) -> str:
    """What a device is."""
    words = {
        DeviceKind.LAPTOP: _("laptop"),
        DeviceKind.PHONE: _("phone"),
        DeviceKind.SIM: _("SIM card"),
        DeviceKind.ROUTER: _("router"),
        DeviceKind.ACCESSORY: _("accessory"),
    }
    return words[kind]
