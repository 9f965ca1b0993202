"""`kit pool share` and `grant`: who asks for scarce devices, and who decided who gets them."""

from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kit.cli.exits import say, told
from kit.cli.options import Json, chosen, example, open_app
from kit.cli.planned import decision_record, unready_record
from kit.cli.render import emit_json, emit_table
from kit.cli.times import local

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inventory.allocations import Allocation
    from inventory.arbitration import Share, Sharing

    Decisions = Mapping[tuple[str, str], Allocation]

Reference = Annotated[
    str, typer.Argument(metavar="CRISIS", help=_("Reference, or a commune that has one open crisis."))
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        "share",
        help=_("Show what every open crisis asks for, holds and was granted, and propose who gets what."),
        epilog=example("kit pool share --kind laptop"),
    )(share)
    app.command(
        "grant",
        help=_("Decide how many devices of a kind a crisis may hold in all; the decision is kept."),
        epilog=example(
            "kit pool grant 13005-2026-01 12 --kind laptop --by 'Camille Exemple' --reason 'hospital first'"
        ),
    )(grant)


def share(
    context: typer.Context,
    kind: Annotated[str, typer.Option(help=_("laptop, phone, sim, router or accessory."))] = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory.devices import DeviceKind
        from kit.app import sharing

        program = open_app(context)
        found = sharing.look(program, chosen(DeviceKind, kind))
        decisions = sharing.decided(program)
        if as_json:
            emit_json({"kinds": [_record(each, decisions) for each in found]})
            return
        for each in found:
            _tell(each, decisions)
        if not found:
            print(_("No open crisis asks for anything."))


def grant(
    context: typer.Context,
    crisis: Reference,
    count: Annotated[int, typer.Argument(metavar="N", min=0, help=_("How many it may hold in all."))],
    kind: Annotated[str, typer.Option(help=_("laptop, phone, sim, router or accessory."))],
    author: Annotated[str, typer.Option("--by", help=_("Who decided: a name."))],
    reason: Annotated[str, typer.Option(help=_("Why; it is kept."))],
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory.devices import DeviceKind
        from kit.app import sharing
        from kit.errors import BadInput

        what = chosen(DeviceKind, kind)
        if what is None:
            raise BadInput(_("Say which kind of device it is about; nothing was decided."))
        made = sharing.grant(open_app(context), crisis, what, count, author=author, reason=reason)
        say(
            _("{author} grants crisis {reference} {count} of kind {kind}.").format(
                author=made.author, reference=made.crisis, count=made.granted, kind=made.kind
            )
        )
        say(_("→ Next: `kit crisis plan {reference}`").format(reference=made.crisis))
        if as_json:
            emit_json(decision_record(made))


def _record(sharing: "Sharing", decisions: "Decisions") -> dict[str, Any]:
    return {
        "kind": sharing.kind,
        "free": sharing.free,
        "deployable": sharing.deployable,
        "scarce": sharing.scarce,
        "crises": [_row(each, decisions) for each in sharing.shares],
        "substitutes": [unready_record(each) for each in sharing.substitutes],
    }


def _row(share: "Share", decisions: "Decisions") -> dict[str, Any]:
    demand = share.demand
    decision = decisions.get((demand.crisis, demand.kind))
    return {
        "crisis": demand.crisis,
        "commune": demand.commune,
        "drill": demand.drill,
        "t0": demand.t0,
        "asked": demand.asked,
        "held": demand.held,
        "granted": demand.granted,
        "takes": share.takes,
        "waits": share.waits,
        "proposed": share.proposed,
        "author": decision.author if decision else None,
        "reason": decision.reason if decision else None,
        "decided_at": decision.decided_at if decision else None,
    }


def _tell(sharing: "Sharing", decisions: "Decisions") -> None:
    """A table a kind; where it is scarce, what to type so that the proposal holds."""
    from inventory.arbitration import decisions as proposed

    columns = [
        ("crisis", _("Crisis")),
        ("commune", _("Commune")),
        ("t0", _("T0")),
        ("asked", _("Asked")),
        ("held", _("Has")),
        ("granted", _("Granted")),
        ("takes", _("May take")),
        ("waits", _("Waits")),
        ("proposed", _("Proposed")),
    ]
    title = ngettext(
        "{kind}: {free} in stock, {deployable} deployable",
        "{kind}: {free} in stock, {deployable} deployable",
        sharing.free,
    ).format(kind=sharing.kind, free=sharing.free, deployable=sharing.deployable)
    rows = [_row(each, decisions) for each in sharing.shares]
    emit_table(map(_short, rows), columns, as_json=False, title=title)
    for row in rows:
        if row["author"] is not None:
            print(
                _("{crisis}: {author} granted {granted} on {decided_at:%Y-%m-%d %H:%M}: {reason}").format_map(
                    row | {"decided_at": local(row["decided_at"])}
                )
            )
    if sharing.scarce:
        for reference, count in proposed(sharing):
            print(f"  kit pool grant {reference} {count} --kind {sharing.kind} --by … --reason …")
    _tell_substitutes(sharing)


def _short(row: dict[str, Any]) -> dict[str, Any]:
    """A row in as few signs as possible: a reference that does not fit would be cut."""
    commune = _("EXERCISE – {title}").format(title=row["commune"]) if row["drill"] else row["commune"]
    return row | {"commune": commune, "t0": f"{local(row['t0']):%m-%d %H:%M}"}


def _tell_substitutes(sharing: "Sharing") -> None:
    from kit.cli.readiness import in_words, verdicts

    words = verdicts()
    for each in sharing.substitutes:
        print(
            _("Could be used: {tag}, {verdict} ({why})").format(
                tag=each.device.tag,
                verdict=words[each.verdict],
                why="; ".join(map(in_words, each.reasons)),
            )
        )
