"""`kit pool readiness` and `check`: what could be lent now, why not the rest, and a look that counts."""

from collections import Counter
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kit.cli.exits import say, told
from kit.cli.options import Json, Search, chosen, example, open_app
from kit.cli.render import emit_json, emit_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inventory.readiness import Readiness, Reason, Verdict


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        "readiness",
        help=_("Say how many devices in stock could be lent now, and why the others could not."),
        epilog=example("kit pool readiness --kind laptop"),
    )(readiness)
    app.command(
        "check",
        help=_("Note that you looked at phones or routers on the shelf: they start, nothing is missing."),
        epilog=example("kit pool check TEL-04 TEL-05 --battery 80"),
    )(check)


def readiness(
    context: typer.Context,
    search: Search = "",
    kind: Annotated[str, typer.Option(help=_("laptop, phone, sim, router or accessory."))] = "",
    place: Annotated[str, typer.Option(help=_("Only devices at this place."))] = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory.devices import DeviceKind
        from inventory.readiness import Limits
        from inventory.search_terms import parse
        from inventory.shelf import readiness as of_shelf

        program = open_app(context)
        limits = Limits(**program.settings.pool.model_dump())
        now = program.stamp().at.astimezone(program.zone)
        only, searched = chosen(DeviceKind, kind), parse(search)
        with program.database.read() as session:
            found = of_shelf(session, now, limits, kind=only, place=place or None, searched=searched)
        if as_json:
            emit_json({"kinds": _counts(found), "devices": [_record(each) for each in found]})
            return
        _tell(found)


def check(
    context: typer.Context,
    tags: Annotated[list[str], typer.Argument(metavar="TAGS", help=_("Asset tags."))],
    battery: Annotated[
        int | None, typer.Option(min=0, max=100, help=_("Charge of their batteries, in per cent."))
    ] = None,
    fails: Annotated[
        list[str] | None, typer.Option(help=_("What is not as it should be; may be repeated."))
    ] = None,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import shelf

        program = open_app(context)
        with program.database.write() as session:
            by = program.stamp()
            seen = [shelf.look(session, by, tag, charge=battery, failed=fails or ()) for tag in tags]
        rows = [{"tag": finding.device_tag, "passed": finding.passed} for finding in seen]
        emit_table(rows, [("tag", _("tag")), ("passed", _("good"))], as_json=as_json)
        if fails:
            say(_("→ Set them apart if nobody should get them: kit pool quarantine TAG --reason …"))


def _counts(found: "Sequence[Readiness]") -> list[dict[str, Any]]:
    """For each kind how many are in stock, and how many of them have which verdict."""
    from inventory.readiness import Verdict

    counted = Counter((each.device.kind, each.verdict) for each in found)
    return [
        {
            "kind": kind,
            "in_stock": sum(counted[kind, verdict] for verdict in Verdict),
            **{verdict.value: counted[kind, verdict] for verdict in Verdict},
        }
        for kind in sorted({kind for kind, _verdict in counted})
    ]


def _record(each: "Readiness") -> dict[str, Any]:
    return {
        "tag": each.device.tag,
        "kind": each.device.kind,
        "model": each.device.model,
        "place": each.device.place,
        "verdict": each.verdict,
        "reasons": [vars(reason) for reason in each.reasons],
        "checked_at": each.checked_at,
    }


def _tell(found: "Sequence[Readiness]") -> None:
    """The summary in one line a kind, then everything that could not be lent, and why."""
    from inventory.readiness import Verdict

    words = verdicts()
    for row in _counts(found):
        print(
            ngettext(
                "{kind}: {deployable} of {in_stock} deployable now",
                "{kind}: {deployable} of {in_stock} deployable now",
                row["deployable"],
            ).format_map(row)
        )
    if not found:
        print(_("Nothing is in stock."))
    rows = [
        _record(each) | {"verdict": words[each.verdict], "why": "; ".join(map(in_words, each.reasons))}
        for each in found
        if each.verdict is not Verdict.DEPLOYABLE
    ]
    if rows:
        columns = [("tag", _("tag")), ("place", _("place")), ("verdict", _("state")), ("why", _("why"))]
        emit_table(rows, columns, as_json=False)


def verdicts() -> "dict[Verdict, str]":
    """What people call the verdicts, in their language."""
    from inventory.readiness import Verdict

    return {
        Verdict.DEPLOYABLE: _("deployable"),
        Verdict.NEEDS_CHARGE: _("needs charge"),
        Verdict.NEEDS_UPDATE: _("needs update"),
        Verdict.NEEDS_CHECK: _("needs check"),
    }


def in_words(reason: "Reason") -> str:
    """Why a device should not be lent as it is."""
    from inventory.readiness import Why

    said = {
        Why.NEVER_CHECKED: _("nobody ever looked at it"),
        Why.CHECK_OLD: _("looked at {found} days ago, limit {limit}"),
        Why.CHECK_FAILED: _("did not pass: {found}"),
        Why.BATTERY_WORN: _("battery worn to {found} % of its capacity, limit {limit} %"),
        Why.SECURITY_UPDATES: _("{found} security updates wait"),
        Why.IMAGE_OLD: _("prepared {found} days ago, limit {limit}"),
        Why.EXPIRES: _("contract or licence ends in {found} days, limit {limit}"),
        Why.BATTERY_LOW: _("battery at {found} %, limit {limit} %"),
        Why.CHARGE_OLD: _("charge read {found} days ago, limit {limit}"),
    }
    if reason.why is Why.EXPIRES and isinstance(reason.found, int) and reason.found < 0:
        return _("contract or licence ended {days} days ago").format(days=-reason.found)
    return said[reason.why].format(found=reason.found, limit=reason.limit)
