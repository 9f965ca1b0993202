"""A stocktake: what is seen where, against what the book expects."""

from collections.abc import Iterator, Mapping
from gettext import gettext as _
from gettext import ngettext
from itertools import islice

from inventory.errors import IllegalMove
from inventory.stocktakes.comparison import Record, Sighting
from inventory.stocktakes.scans import Answer as Seen
from kit.app import stocktake
from kit.app.compose import App
from kit.app.stocktake import Noted
from tui.counter.job import NAMED, Answer, Form, Report, Standing, Verdict


class Count:
    """One session, counted at its place."""

    def __init__(self, program: App, reference: str) -> None:
        self._program, self._reference = program, reference
        self.title = _("Stocktake {reference}").format(reference=reference)
        self.todo = _("Scan everything that is here")
        self._sequence = 0
        #: What was scanned here, with the tag where it is expected here.
        self._scans: list[tuple[Sighting, str]] = []
        self._counted: stocktake.Count | None = None
        self._missing: dict[str, Record] = {}

    def standing(self) -> Standing:
        """What nobody saw yet. Counted when it begins; from then on each scan is added, at any size."""
        total = len((self._counted or self._recount()).expected)
        return Standing(total - len(self._missing), total, tuple(_named(self._missing)))

    def take(self, code: str) -> Answer:
        """Keep it, and say whether it belongs here."""
        return self._take(code, Noted())

    def take_back(self) -> Answer:
        """Take the last one back that was scanned here."""
        sighting, _tag = self._last()
        stocktake.take_back(self._program, self._reference, sighting.code)
        self._scans.pop()
        self._see()
        return Answer(Verdict.UNDONE, sighting.code)

    def tell(self, condition: str) -> Answer:
        """Say how the last one looks: it is taken back, and scanned again with that."""
        noted = stocktake.noted(place="", condition=condition, holder="", sim="")
        code = self._last()[0].code
        self.take_back()
        return self._take(code, noted)

    def form(self) -> Form:
        """What differs; it is closed here where nothing does."""
        # Counted anew for all stations, and not kept: what is taken back here is taken from the first count.
        now = stocktake.count(self._program, self._reference)
        left = now.differences
        missing = {tag: record for tag, record in now.expected.items() if tag not in now.seen}
        lines = [_("{done} of {total} seen.").format(done=len(now.seen), total=len(now.expected))]
        lines += [f"  {each}" for each in _named(missing)]
        if len(missing) > NAMED:
            lines.append("  …")
        if not left:
            return Form(
                self.title, "\n".join([*lines, _("Nothing differs.")]), (), _("Close and write the report")
            )
        lines += [
            ngettext("{n} thing differs.", "{n} things differ.", left).format(n=left),
            _("→ `kit stocktake report {reference}`, decide about each, then `kit stocktake close`.").format(
                reference=self._reference
            ),
        ]
        return Form(self.title, "\n".join(lines))

    def finish(self, _told: Mapping[str, str]) -> Report:
        """Close it, with the report to be signed."""
        issued = stocktake.close(self._program, self._reference)
        return Report(_("Done"), _("It is closed. The report, to be signed: {pdf}").format(pdf=issued.pdf))

    def _take(self, code: str, noted: Noted) -> Answer:
        self._sequence += 1
        seen = stocktake.take(self._program, self._reference, code, self._sequence, noted)
        tag = seen.match.record.tag if seen.match is not None and seen.expected else ""
        self._scans.append((seen.sighting, tag))
        self._missing.pop(tag, None)
        return answer(seen)

    def _recount(self) -> stocktake.Count:
        self._counted = stocktake.count(self._program, self._reference)
        self._see()
        return self._counted

    def _see(self) -> None:
        """What is missing by the last count and the scans that were not taken back."""
        if self._counted is not None:
            seen = self._counted.seen | {tag for _sighting, tag in self._scans}
            expected = self._counted.expected
            self._missing = {tag: expected[tag] for tag in expected if tag not in seen}

    def _last(self) -> tuple[Sighting, str]:
        if not self._scans:
            raise IllegalMove(_("Nothing was scanned here since it was opened; nothing was changed."))
        return self._scans[-1]


def _named(missing: Mapping[str, Record]) -> Iterator[str]:
    for tag, record in islice(missing.items(), NAMED):
        yield " ".join(filter(None, (tag, record.kind, record.model)))


def answer(seen: Seen) -> Answer:
    """What is told of a scan."""
    if seen.match is None:
        return Answer(Verdict.UNKNOWN, seen.sighting.code, _("nothing in the pool has this code; it is kept"))
    record, remarks = seen.match.record, list(stocktake.remarks(seen))
    what = " · ".join(filter(None, (record.tag, record.kind, record.model)))
    if not seen.expected:
        where = record.holder or record.place or "–"
        remarks.insert(0, _("not here by the book: {state}, {where}").format(state=record.state, where=where))
        return Answer(Verdict.DIFFERS, what, "; ".join(remarks))
    if seen.sighting.condition:
        remarks.insert(0, seen.sighting.condition)
    return Answer(Verdict.AGAIN if seen.before else Verdict.TAKEN, what, "; ".join(remarks))
