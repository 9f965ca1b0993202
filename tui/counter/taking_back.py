"""The return of what a crisis lent."""

from collections.abc import Mapping
from gettext import gettext as _
from gettext import ngettext

from inventory.counter import of_return
from inventory.handings import GOOD
from kit.app import counter
from kit.app.compose import App
from tui.counter.handing_over import answer, last, listed, waiting
from tui.counter.job import NAMED, Answer, Field, Form, Report, Standing, Verdict, told, words


class TakeBack:
    """What one person brought, of `seat` where somebody said so."""

    def __init__(self, program: App, reference: str, *, person: str, identity: str, seat: int | None) -> None:
        self._program, self._reference, self._seat = program, reference, seat
        self._person, self._identity = person, identity
        self.title = _("Return · {crisis}").format(crisis=reference)
        self.todo = _("Scan what {person} brought").format(person=person)

    def standing(self) -> Standing:
        """What is still out."""
        laid = counter.laid_in(self._program, self._reference, self._seat)
        missing = tuple(f"{waiting(each)} · {each.person}" for each in laid.missing[:NAMED])
        return Standing(laid.done, laid.total, missing, tuple(answer(each) for each in laid.lying))

    def take(self, code: str) -> Answer:
        """Lay it on the counter, whether it fits or not."""
        return answer(counter.scan_in(self._program, self._reference, self._seat, code))

    def take_back(self) -> Answer:
        """Take the last one away."""
        return Answer(Verdict.UNDONE, counter.take_back(self._program, of_return(self._reference)))

    def tell(self, condition: str) -> Answer:
        """Say what is wrong with the last one; nothing makes it good again."""
        tag = last(counter.laid_in(self._program, self._reference, self._seat).lying).tag
        said = condition or GOOD
        return answer(counter.scan_in(self._program, self._reference, self._seat, tag, condition=said))

    def form(self) -> Form:
        """Which accessories came along: by default, all that its person got."""
        laid = counter.laid_in(self._program, self._reference, self._seat)
        seats = {each.seat for each in laid.lying if each.seat is not None}
        # What is told of accessories is told of one seat.
        got = counter.accessories_of(self._program, self._reference, *seats) if len(seats) == 1 else {}
        came = ", ".join(f"{item}={count}" for item, count in got.items())
        return Form(
            _("Take back from {person}").format(person=self._person),
            listed(laid.lying, laid.missing, _("Still out:")),
            (
                Field("accessories", _("Accessories that came along:"), came, optional=True),
                Field("place", _("Put at which place or into which crate:"), optional=True),
            ),
            _("Take back") if laid.lying else "",
        )

    def finish(self, told_at_end: Mapping[str, str]) -> Report:
        """Check it in; receipts are to be signed, and what differs waits for a decision."""
        said = words(self._identity, self._person, told_at_end)
        taken = counter.check_in(self._program, self._reference, self._seat, said)
        lines = [told(receipt) for receipt in taken.receipts]
        if taken.differences:
            lines += [_("What differs waits for a decision (`kit return decide`):")]
            lines += [f"  ! {each.subject}: {each.said}" for each in taken.differences]
        left = ngettext("{n} device is still out.", "{n} devices are still out.", taken.left)
        return Report(_("Done"), "\n".join([*lines, left.format(n=taken.left)]))
