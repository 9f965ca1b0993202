"""What `kit crisis size` and `open` say of a kit's size: tables, data, what the pool lacks."""

from dataclasses import asdict, replace
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.cli.exits import say
from kit.cli.render import emit_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inventory.sizings import Sizing
    from kit.app.compose import App
    from kit.app.sizing_facts import Equipment, ServiceSize, Size


def show(found: "Size") -> None:
    """Tables: services, equipment, decisions."""
    title = _("{commune}, {population} inhabitants").format(
        commune=found.commune, population=found.population
    )
    if found.crisis:
        title = _("Crisis {reference}: {commune}").format(reference=found.crisis, commune=title)
    counted = any(each.there is not None for each in found.services)
    short = [("needed", _("Needed"))] if found.wanted < found.needed else []
    columns = [
        ("service", _("Service")),
        *short,
        ("proposed", _("Proposed")),
        *([("decided", _("Decided"))] if found.decisions else []),
        *([("there", _("There"))] if counted else []),
        ("phones", _("Phones")),
        ("reason", _("Why")),
    ]
    emit_table(
        (service_data(each) for each in found.services), columns, as_json=False, title=_marked(found, title)
    )
    emit_table(
        (_equipment(each) | {"kind": _kind(each)} for each in found.equipment),
        [
            ("kind", _("Equipment")),
            *short,
            ("wanted", _("Wanted")),
            *([("there", _("For the seats there"))] if counted else []),
            *([("held", _("Held"))] if found.crisis else []),
            ("in_stock", _("Free")),
            ("deployable", _("Deployable now")),
            ("lacking", _("Lacking")),
        ],
        as_json=False,
    )
    if found.decisions:
        emit_table(
            map(_decision, found.decisions),
            [
                ("at", _("When")),
                ("service", _("Service")),
                ("proposed", _("Proposed")),
                ("wanted", _("Decided")),
                ("author", _("Who")),
                ("reason", _("Why")),
            ],
            as_json=False,
            title=_("Decisions"),
        )


def as_data(found: "Size", out: Path | None) -> dict[str, Any]:
    """All of it for machines; `out` is the seats file that was written."""
    return {
        "commune": found.commune,
        "population": found.population,
        "crisis": found.crisis or None,
        "drill": found.drill,
        "needed": found.needed,
        "wanted": found.wanted,
        "services": [service_data(each) for each in found.services],
        "equipment": [_equipment(each) for each in found.equipment],
        "differences": found.differences,
        "decisions": [_decision(each) for each in found.decisions],
        "file": str(out) if out is not None else None,
    }


def service_data(each: "ServiceSize") -> dict[str, Any]:
    """One service, with what follows from its numbers."""
    return asdict(each) | {"needed": each.needed, "wanted": each.wanted, "missing": each.missing}


def tell_difference(program: "App", reference: str) -> None:
    """Say in one line where the seats of a crisis are not those proposed, and what the pool lacks for them.

    Rules that cannot be used are said too: they refuse nothing.
    """
    from kit.app import sizing
    from kit.errors import BadInput

    try:
        found = sizing.size(program, reference)
    except BadInput as exc:
        say(exc.message)
        return
    if found.differences:
        told = ", ".join(f"{service} {count:+d}" for service, count in found.differences.items())
        say(_("Seats beside those proposed: {differences}.").format(differences=told))
    # What is proposed is not what these people ask for.
    tell_shortage([replace(each, needed=each.there, wanted=each.there) for each in found.equipment])


def tell_shortage(equipment: "Sequence[Equipment]") -> None:
    """Say what the pool lacks, and that not all it has could be lent now."""
    from inventory.devices import DeviceKind

    counts = {each.kind: each.lacking for each in equipment}
    laptops, phones, sims = (counts[kind] for kind in (DeviceKind.LAPTOP, DeviceKind.PHONE, DeviceKind.SIM))
    told = {
        ngettext("{count} laptop", "{count} laptops", laptops): laptops,
        ngettext("{count} phone", "{count} phones", phones): phones,
        ngettext("{count} SIM", "{count} SIMs", sims): sims,
    }
    lacking = ", ".join(text.format(count=count) for text, count in told.items() if count)
    if lacking:
        say(_("The pool lacks {list}.").format(list=lacking))
    if any(each.unready for each in equipment):
        say(_("Not all that is free could be lent now; see why: `kit pool readiness`"))


def _marked(found: "Size", title: str) -> str:
    return _("EXERCISE – {title}").format(title=title) if found.drill else title


def _kind(each: "Equipment") -> str:
    from inventory.devices import DeviceKind

    words = {
        DeviceKind.LAPTOP.value: _("laptops"),
        DeviceKind.PHONE.value: _("phones"),
        DeviceKind.SIM.value: _("SIMs"),
    }
    return words[each.kind]


def _equipment(each: "Equipment") -> dict[str, Any]:
    return asdict(each) | {"lacking": each.lacking}


def _decision(each: "Sizing") -> dict[str, Any]:
    return {
        "at": each.decided_at,
        "service": each.service,
        "proposed": each.proposed,
        "wanted": each.wanted,
        "author": each.author,
        "reason": each.reason,
    }
