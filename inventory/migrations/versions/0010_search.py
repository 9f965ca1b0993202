"""A line for each device with everything that a search finds it by, kept by the data base itself."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

#: Facts in the order in which they stand in a line, each after its mark; one more mark ends the line.
_OWN = (
    "{d}.tag",
    "{d}.serial",
    "coalesce({d}.imei, '') || ' ' || coalesce({d}.imei2, '')",
    "{d}.iccid",
    # As it is dialled in France too.
    "{d}.number || CASE WHEN {d}.number LIKE '+33%' THEN ' 0' || substr({d}.number, 4) ELSE '' END",
    "{d}.model",
    "{d}.place",
    "{d}.crate",
    "{d}.address",
)
_HOLDER = (
    "l.crisis",
    "m.code || ' ' || m.name",
    # Found in either order.
    "s.first_name || ' ' || s.last_name || ' ' || s.first_name",
)
_JOINED = (
    "device d LEFT JOIN loan l ON l.device_tag = d.tag AND l.ended_at IS NULL "
    "LEFT JOIN seat s ON s.crisis = l.crisis AND s.number = l.seat_number "
    "LEFT JOIN crisis c ON c.reference = l.crisis "
    "LEFT JOIN commune m ON m.code = c.commune_code"
)
_NOBODY = ("''",) * len(_HOLDER)
_FIRST_MARK = 14

#: What changes a line: the table, the act, and of which devices, as a query for their tags.
_CHANGES = (
    (
        "device",
        "UPDATE OF kind, model, serial, imei, imei2, iccid, number, place, crate, address",
        "SELECT NEW.tag",
    ),
    ("loan", "INSERT", "SELECT NEW.device_tag"),
    ("loan", "UPDATE OF ended_at, device_tag, crisis, seat_number", "SELECT NEW.device_tag"),
    (
        "seat",
        "UPDATE OF first_name, last_name",
        "SELECT device_tag FROM loan "
        "WHERE ended_at IS NULL AND crisis = NEW.crisis AND seat_number = NEW.number",
    ),
    (
        "commune",
        "UPDATE OF name",
        "SELECT device_tag FROM loan JOIN crisis ON crisis.reference = loan.crisis "
        "WHERE loan.ended_at IS NULL AND crisis.commune_code = NEW.code",
    ),
)

_AGAIN = (
    "UPDATE searchable SET (kind, state, words) = "
    "(SELECT kind, state, words FROM searching WHERE searching.tag = searchable.tag) WHERE tag IN"
)

#: As `inventory.text.unaccented` does it, which is this function on SQLite.
_FOLD = r"""
CREATE FUNCTION kit_fold(said text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT regexp_replace(translate(replace(replace(replace(
        lower(regexp_replace(normalize(said, NFKD), '[\u0300-\u036f]', '', 'g')),
        'œ', 'oe'), 'æ', 'ae'), 'ß', 'ss'), 'øđł-‐–—''’', 'odl      '), ' +', ' ', 'g')
$$
"""


def upgrade() -> None:
    """Make the table, fill it, then the triggers that keep it."""
    sqlite = op.get_context().dialect.name == "sqlite"
    mark = "char" if sqlite else "chr"
    op.create_table(
        "searchable",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("tag", "kind", "state", "words")),
        sa.PrimaryKeyConstraint("tag"),
        sa.ForeignKeyConstraint(["tag"], ["device.tag"]),
        sqlite_with_rowid=False,
    )
    if not sqlite:
        op.execute(_FOLD)
    now = f"d.tag, d.kind, d.state, {_words(mark, 'd', _HOLDER)} AS words"
    op.execute(f"CREATE VIEW searching AS SELECT {now} FROM {_JOINED}")  # noqa: S608  our own words
    op.execute("INSERT INTO searchable SELECT * FROM searching")
    # Nobody holds what is new: an import need not ask who does.
    new = f"NEW.tag, NEW.kind, NEW.state, {_words(mark, 'NEW', _NOBODY)}"
    _keep("device", "INSERT", f"INSERT INTO searchable VALUES ({new})")  # noqa: S608  our own words
    for table, act, tags in _CHANGES:
        _keep(table, act, f"{_AGAIN} ({tags})")
    # A move is the most frequent change, and touches no word.
    moved = "UPDATE searchable SET state = NEW.state WHERE tag = NEW.tag"
    _keep("device", "UPDATE OF state", moved, name="searchable_after_device_move")


def _words(mark: str, device: str, holder: tuple[str, ...]) -> str:
    """The expression for a line; `mark` is the data base's function from a code to its character."""
    facts = [*(fact.format(d=device) for fact in _OWN), *holder, "''"]
    marked = (f"{mark}({code}) || coalesce({fact}, '')" for code, fact in enumerate(facts, _FIRST_MARK))
    return f"kit_fold({' || '.join(marked)})"


def _keep(table: str, act: str, statement: str, *, name: str = "") -> None:
    """A trigger in the data base's own words."""
    name = name or f"searchable_after_{table}_{act.split(maxsplit=1)[0].lower()}"
    if op.get_context().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER {name} AFTER {act} ON {table} BEGIN {statement}; END")
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {statement}; RETURN NULL; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} AFTER {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
