"""One job with a scanner: a field that is always in focus, each scan answered at once and in its order."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from gettext import gettext as _

from textual import on
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from inventory.errors import OperatorError
from tui.acting import Outcome
from tui.actions import COMMON, bindings
from tui.counter.job import BEEPS, Answer, Field, Form, Job, Report, Standing, Verdict, refusal, word
from tui.dialogs.credential import CredentialDialog
from tui.dialogs.form import FormDialog
from tui.help import Help
from tui.picture import Picture
from tui.screens import access_pass
from tui.screens.base import Stand, View
from tui.widgets.rows import Column, Row, Rows
from tui.widgets.scan_field import ScanField
from tui.widgets.table import Table
from tui.widgets.verdict import VerdictBanner
from tui.words import Word, plain

#: The colours' F-key has another meaning here.
_COMMON = tuple(each for each in COMMON if each != "theme")
#: How many of the last scans are listed.
_LISTED = 100

_FIELD = Help(
    _("The scanner's field"),
    _(
        "Everything a scanner types goes here: tag, serial, IMEI or ICCID, each with Enter. A scanner set to "
        "another keyboard is understood where no device has the code as it came. Scans that come faster "
        "than they are written wait; none is lost."
    ),
)


class ScanScreen(View, inherit_bindings=False):
    """What to do, the last answer, the field, what is missing, the last scans."""

    BINDINGS = bindings("scan.undo", "scan.condition", "scan.finish", "back", *_COMMON)
    help = Help(
        _("At the counter"),
        _(
            "Each scan is answered at once and kept at once: whoever leaves with Esc finds it here again. "
            "What is taken back stays in the journal, beside the line that takes it back. Nothing changes "
            "hands before it is done, with a receipt to be signed."
        ),
    )

    class Answered(Message):
        """What was begun as that line has its answer, and how far the job is now; None as far as before."""

        def __init__(self, number: int, answer: Answer, standing: Standing | None) -> None:
            super().__init__()
            self.number, self.answer, self.standing = number, answer, standing

    class Began(Message):
        """How far the job was when it was gone on with."""

        def __init__(self, standing: Standing) -> None:
            super().__init__()
            self.standing = standing

    class Asked(Message):
        """What is to be told at the end is known."""

        def __init__(self, form: Form) -> None:
            super().__init__()
            self.form = form

    class Finished(Message):
        """The job is done."""

        def __init__(self, report: Report) -> None:
            super().__init__()
            self.report = report

    class Refused(Message):
        """It was not done: what was begun as that line, or without one."""

        def __init__(self, number: int | None, answer: Answer) -> None:
            super().__init__()
            self.number, self.answer = number, answer

    def __init__(self, stand: Stand, job: Job, reference: str) -> None:
        super().__init__(stand, job.title)
        self._job, self._reference = job, reference
        #: Each scan with its code in its order, what lay there before below zero; None has no answer yet.
        self._scans: dict[int, tuple[str, Answer | None]] = {}
        self._next = 0
        self._todo = Static(job.todo, id="todo", markup=False)
        self._banner = VerdictBanner()
        self._field = ScanField(_FIELD)
        self._missing = Static("", id="missing", markup=False)
        self._lines = Table(
            Column(_("Answer"), 16),
            Column(_("Scanned"), 22),
            Column(_("What it is")),
            widget_id="scans",
            empty=_("Nothing was scanned yet."),
            cursor=False,
        )

    def body(self) -> Iterable[Widget]:
        """From what to do to what was done."""
        yield from (self._todo, self._banner, self._field, self._missing, self._lines)

    def draw(self) -> None:
        """A new picture of the book changes nothing here: answers do."""

    def exercise(self, picture: Picture) -> bool:
        """Whether the crisis is one; a stocktake is as the others are."""
        crisis = picture.crisis(self._reference)
        return crisis.drill if crisis else super().exercise(picture)

    def on_mount(self) -> None:
        """Wait for scans, and see what lies there already."""
        super().on_mount()
        self._banner.show(Answer(Verdict.READY), 0)
        self._field.focus()
        self._carry_out(lambda: self.Began(self._job.standing()))

    def on_screen_resume(self) -> None:
        """The field is in focus whatever lay above it."""
        super().on_screen_resume()
        self._field.focus()

    def action_undo_scan(self) -> None:
        """Take the last scan back, after those that wait."""
        self._have_answered(_("(undo)"), self._job.take_back)

    def action_tell_condition(self) -> None:
        """Ask in which condition the last thing is."""
        form = Form(
            _("Condition of what was scanned last"),
            _("Nothing typed means good. In a stocktake: new, good or faulty."),
            (Field("condition", _("What is wrong with it:"), optional=True),),
            _("Keep"),
        )

        def asked(told: dict[str, str] | None) -> None:
            if told is not None:
                self._have_answered(_("(condition)"), partial(self._job.tell, told["condition"]))

        self.app.push_screen(FormDialog(form), asked)

    def action_finish_scans(self) -> None:
        """Ask what is to be told at the end."""
        self._carry_out(lambda: self.Asked(self._job.form()))

    @on(ScanField.Scanned)
    def _scanned(self, message: ScanField.Scanned) -> None:
        self._have_answered(message.code, partial(self._job.take, message.code))

    @on(Began)
    def _began(self, message: Began) -> None:
        before = message.standing.before
        self._scans |= {at - len(before): (_("(before)"), each) for at, each in enumerate(before)}
        self._draw_standing(message.standing)

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        code, answer = self._scans[message.number][0], message.answer
        self._scans[message.number] = (code, answer)
        if answer.verdict in BEEPS:
            self.app.bell()
        waiting = sum(each is None for _code, each in self._scans.values())
        self._banner.show(replace(answer, what=answer.what or code), waiting)
        self._draw_standing(message.standing)

    @on(Asked)
    def _ask_at_end(self, message: Asked) -> None:
        def asked(told: dict[str, str] | None) -> None:
            if told is not None:
                self._carry_out(lambda: self.Finished(self._job.finish(told)))

        self.app.push_screen(FormDialog(message.form), asked)

    @on(Finished)
    def _finished(self, message: Finished) -> None:
        report = message.report
        if report.seat is None:
            form = Form(report.title, report.text)
        else:
            verb, leave = _("Make the access pass now"), _("Without a pass")
            form = Form(report.title, report.text, verb=verb, leave=leave)

        def asked(told: dict[str, str] | None) -> None:
            if told is None or report.seat is None:
                self._leave()
                return
            self._todo.update(_("The tenant is asked for an access pass …"))
            access_pass.ask_for(self, self._reference, report.seat)

        self.app.push_screen(FormDialog(form), asked)

    @on(access_pass.Made)
    def _show_pass(self, message: access_pass.Made) -> None:
        shown = CredentialDialog(message.credential, self.zone)
        self.app.push_screen(shown, lambda _nothing: self._leave())

    @on(access_pass.NotMade)
    def _offer_again(self, message: access_pass.NotMade) -> None:
        self._finished(self.Finished(Report(_("No access pass"), f"✗ {message.why}", message.seat)))

    def _leave(self) -> None:
        """Go back to where the next person is served; a call later, once the dialog is gone."""
        self.app.call_later(self.app.pop_screen)

    def _have_answered(self, code: str, act: Callable[[], Answer]) -> None:
        """Have it done when its turn comes; its line waits meanwhile."""
        number = self._line(code)
        self._carry(number, lambda: self.Answered(number, act(), self._job.standing()))

    def _carry_out(self, act: Callable[[], Message]) -> None:
        """Have something done that has a line only where it is refused."""
        self._carry(None, act)

    def _carry(self, number: int | None, act: Callable[[], Message]) -> None:
        """Give it to the hands; what comes of it comes back as a message, a refusal as the line's answer."""

        def refused(answer: Answer) -> None:
            self.post_message(self.Refused(number, answer))

        def carried() -> Outcome:
            try:
                self.post_message(act())
            except OperatorError as exc:
                refused(refusal(exc))
            except Exception as exc:
                refused(Answer(Verdict.REFUSED, why=type(exc).__name__))
                raise
            return Outcome()

        self.stand.hands.carry_out(carried)

    @on(Refused)
    def _refused(self, message: Refused) -> None:
        number, answer = message.number, message.answer
        if number is None:
            number, answer = self._line(self._job.title), replace(answer, verdict=Verdict.REFUSED)
        self.post_message(self.Answered(number, answer, None))

    def _line(self, code: str) -> int:
        """A new line that waits for its answer."""
        self._next += 1
        self._scans[self._next] = (code, None)
        self._draw_lines()
        return self._next

    def _draw_standing(self, standing: Standing | None) -> None:
        self._draw_lines()
        if standing is None:
            return
        self._banner.count(standing)
        more = standing.total - standing.done - len(standing.missing)
        named = " · ".join(standing.missing) + (f" · +{more}" if more > 0 else "")
        missing = _("Missing: {things}").format(things=named) if named else _("Nothing is missing.")
        self._missing.update(plain(missing))

    def _draw_lines(self) -> None:
        newest = sorted(self._scans, reverse=True)[:_LISTED]
        self._lines.show(Rows.whole([_row(number, *self._scans[number]) for number in newest]))


def _row(number: int, code: str, answer: Answer | None) -> Row:
    given = answer or Answer(Verdict.WAITING)
    told = " · ".join(filter(None, (given.what, given.why)))
    return Row(str(number), (word(given.verdict), Word(plain(code)), Word(plain(told))))
