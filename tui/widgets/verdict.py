"""The answer to the last scan, to be read from two steps away: a sign in blocks, a word, how far one is."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Digits, Static

from tui.counter.job import Answer, Standing, Verdict, word
from tui.words import plain

#: Five lines of five dots, each dot two cells wide so that it is as high as it is wide.
_SIGNS = {
    "✓": ("....#", "...#.", "#.#..", ".#...", "....."),
    "✗": ("#...#", ".#.#.", "..#..", ".#.#.", "#...#"),
    "?": (".###.", "#...#", "..##.", ".....", "..#.."),
    "!": ("..#..", "..#..", "..#..", ".....", "..#.."),
    "←": ("..#..", ".#...", "#####", ".#...", "..#.."),
    "›": (".#...", "..#..", "...#.", "..#..", ".#..."),
    "…": (".....", ".....", ".....", ".....", "#.#.#"),
}
_DOTS = str.maketrans({"#": "██", ".": "  "})


class VerdictBanner(Horizontal):
    """Sign, word, thing and reason on the left; the count on the right."""

    def __init__(self) -> None:
        super().__init__(id="verdict")
        self._sign = Static("", id="sign", markup=False)
        self._word = Static("", id="verdict-word", markup=False)
        self._what = Static("", id="verdict-what", markup=False)
        self._why = Static("", id="verdict-why", markup=False)
        self._count = Digits("", id="count")

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield self._sign
        with Vertical():
            yield from (self._word, self._what, self._why)
        yield self._count

    def show(self, answer: Answer, waiting: int) -> None:
        """Show that answer; `waiting` scans have none yet."""
        said = word(answer.verdict)
        self._sign.update("\n".join(_SIGNS[said.text[0]]).translate(_DOTS))
        more = f"   {word(Verdict.WAITING).text}: {waiting}" if waiting else ""
        self._word.update(said.text.upper() + more)
        self._what.update(plain(answer.what))
        self._why.update(plain(answer.why))
        self.remove_class(*("tone-" + word(each).tone for each in Verdict))
        self.add_class(f"tone-{said.tone}")

    def count(self, standing: Standing) -> None:
        """Show how far it is."""
        self._count.update(f"{standing.done}/{standing.total}")
