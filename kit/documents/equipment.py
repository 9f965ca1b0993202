"""Owns how equipment is named on paper: kinds, states, conditions, and what proves which thing it is."""

from collections.abc import Iterable, Iterator

from kit.documents.blocks import Pair, Table, Ticks
from kit.documents.paper_facts import Item
from kit.documents.wording import translations


def kinds(language: str) -> dict[str, str]:
    """The kinds of devices; an empty one has no name."""
    _, pgettext = translations(language).gettext, translations(language).pgettext
    return {
        "": "",
        "laptop": _("Laptop"),
        "phone": _("Phone"),
        "sim": pgettext("equipment", "SIM card"),
        "router": _("Router"),
        "accessory": _("Accessory"),
    }


def states(language: str) -> dict[str, str]:
    """The states of devices."""
    _ = translations(language).gettext
    return {
        "": "",
        "in_stock": _("in stock"),
        "reserved": _("reserved"),
        "provisioning": _("being prepared"),
        "ready": _("ready"),
        "on_loan": _("on loan"),
        "returned": _("returned"),
        "quarantined": _("in quarantine"),
        "wiped": _("wiped"),
        "lost": _("lost"),
        "stolen": _("stolen"),
        "broken": _("broken"),
        "retired": _("retired"),
    }


def conditions(language: str) -> dict[str, str]:
    """The conditions that have a word of their own."""
    pgettext = translations(language).pgettext
    return {
        "new": pgettext("equipment", "new"),
        "good": pgettext("equipment", "good"),
        "faulty": pgettext("equipment", "faulty"),
    }


def discrepancies(language: str) -> dict[str, str]:
    """What can differ between the book and what was seen."""
    _ = translations(language).gettext
    return {
        "missing": _("Missing"),
        "unexpected": _("Unexpected"),
        "wrong_place": _("Wrong place"),
        "wrong_holder": _("Wrong holder"),
        "wrong_condition": _("Wrong condition"),
        "wrong_sim": _("Wrong SIM"),
        "seen_twice": _("Seen at several places"),
        "unknown_code": _("Unknown code"),
        "other_identity": _("Says it is another"),
    }


def condition(said: str, language: str) -> str:
    """A condition: its word, or what was said of it."""
    return conditions(language).get(said, said)


def name(item: Item, language: str) -> str:
    """What it is, and its model."""
    kind = kinds(language).get(item.kind, item.kind)
    return "\n".join(filter(None, (kind, item.model)))


def proofs(item: Item, language: str) -> Iterator[Pair]:
    """What proves which one it is, with the label of each number."""
    _ = translations(language).gettext
    yield _("Tag"), item.tag
    known = (
        (_("Serial no."), item.serial),
        ("IMEI", item.imei),
        ("ICCID", item.iccid),
        (_("Phone number"), item.number),
    )
    yield from (pair for pair in known if pair[1])


def identification(item: Item, language: str) -> str:
    """Its tag, serial, IMEI, ICCID and number, a line each."""
    return "\n".join(f"{label} {value}" for label, value in proofs(item, language))


def accessories(item: Item) -> str:
    """What goes along, with its count, a line each."""
    return "\n".join(f"{count} × {named}" for named, count in item.accessories)


def table(items: Iterable[Item], language: str) -> Table:
    """The things themselves: what, which one, what goes along, in which condition."""
    _ = translations(language).gettext
    return Table(
        head=(_("Item"), _("Identification"), _("Accessories"), _("Condition")),
        widths=(3, 5, 3, 4),
        rows=[
            (
                name(item, language),
                identification(item, language),
                accessories(item),
                condition(item.condition, language),
            )
            for item in items
        ],
        exact=(1,),
    )


def to_judge(items: Iterable[Item], language: str) -> list[Ticks]:
    """Boxes to tick for what nobody has said the condition of."""
    _ = translations(language).gettext
    label = _("Condition of {tag}")
    words = list(conditions(language).values())
    return [Ticks(words, label.format(tag=item.tag)) for item in items if not item.condition]
