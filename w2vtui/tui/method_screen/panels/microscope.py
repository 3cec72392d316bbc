"""The Microscope tab: one training step in slow motion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, NamedTuple

from rich.text import Text
from textual.binding import Binding, BindingType

from w2vtui.errors import OutOfMemoryError, SettingsError, VectorsError
from w2vtui.exploring.subject import Subject
from w2vtui.method.microscope import MODES, Microscope
from w2vtui.method.slow_motion import Mode, SlowMotion, Step
from w2vtui.training.watched_run import WatchedRun
from w2vtui.tui.method_screen.mode_table import Compared, draw_comparison
from w2vtui.tui.method_screen.pane import MethodPane, seen
from w2vtui.tui.method_screen.step_diagram import (
    Pens,
    Shown,
    draw_step,
    pairs_of,
)
from w2vtui.tui.widgets.result_panel import Shape

TEXT_AROUND = 40
"""Tokens of the text on each side of the center that are shown, as far as there is room."""


class Wanted(NamedTuple):
    """What the keys and the query line ask for. Numbers only grow."""

    anchor: int = 0
    """The token where the run is, or the next one of `words`, looked up again at each change."""
    words: tuple[str, ...] = ()
    """A center word, or a context word and a center word; empty for the run's next token."""
    steps: int = 0
    """How often the next token was asked for since."""
    mode: Mode | None = None
    """Other than the run's."""
    copies: int = 0
    """How often a new copy of the vectors was asked for."""
    repeats: int = 1
    """How often the same step is made."""
    compares: bool = False
    """Whether all modes are shown side by side."""


class Bench:
    """What the background thread remembers of the step that it shows."""

    def __init__(self) -> None:
        self._run: WatchedRun | None = None
        self._scope: Microscope | None = None
        self._slide: SlowMotion | None = None
        self._wanted = Wanted()
        self._compared: tuple[tuple[Mode, Step | str], ...] = ()
        self._refused: tuple[WatchedRun, Wanted, VectorsError] | None = None

    def show(self, run: WatchedRun, wanted: Wanted) -> Shown | Compared:
        """Bring the step that is wanted before the lens.

        Raises:
            SettingsError: the run has no vectors for this mode, or still reads its text.
            VectorsError: the words do not meet, or nothing is trained.
            OutOfMemoryError: there is no room for the copy.
        """
        if self._refused is not None and self._refused[:2] == (run, wanted):
            raise self._refused[2]
        if run is not self._run or self._scope is None:
            self._scope, self._slide, self._run = Microscope(run.private_steps()), None, run
        try:
            slide = self._chosen(run, self._scope, wanted)
        except VectorsError as error:  # asked again each second, and it takes a while to find out
            self._refused = (run, wanted, error)
            raise
        if slide is not self._slide:
            self._compared = ()
        self._slide, self._wanted = slide, wanted
        step = slide.at(wanted.repeats)
        shown = _shown(run, self._scope, step)
        if not wanted.compares:
            return shown
        if not self._compared:
            self._compared = tuple(
                (mode, self._in_mode(self._scope, slide, mode)) for mode in MODES
            )
        return Compared(shown, self._compared)

    def _chosen(self, run: WatchedRun, scope: Microscope, wanted: Wanted) -> SlowMotion:
        """The token that is wanted: the same one, one that follows it, or another."""
        slide, last = self._slide, self._wanted
        if slide is None or (wanted.anchor, wanted.words) != (last.anchor, last.words):
            return self._find(run, scope, wanted, None)
        for _ in range(wanted.steps - last.steps):
            slide = self._find(run, scope, wanted, slide.chosen.span.clock + 1)
        if wanted.copies != last.copies or wanted.mode not in (None, slide.mode):
            return scope.again(slide, wanted.mode or slide.mode)
        return slide

    def _find(
        self, run: WatchedRun, scope: Microscope, wanted: Wanted, clock: int | None
    ) -> SlowMotion:
        if not wanted.words:
            return scope.next_token(clock, wanted.mode)
        vocabulary = run.private_steps().backend.corpus.vocab.words
        *context, center = (vocabulary.index(word) for word in wanted.words)
        return scope.next_pair(center, context[0] if context else None, clock, wanted.mode)

    def _in_mode(self, scope: Microscope, slide: SlowMotion, mode: Mode) -> Step | str:
        if not scope.is_trained(mode):
            return f"not trained yet: 1, :set objective {mode.objective}"
        try:
            return scope.again(slide, mode).at(1)
        except (SettingsError, VectorsError, OutOfMemoryError) as error:
            return str(error)


def _shown(run: WatchedRun, scope: Microscope, step: Step) -> Shown:
    corpus = run.private_steps().backend.corpus
    span = step.chosen.span
    first, stop = span.visible
    sentence = int(corpus.sentence_starts.searchsorted(span.first, side="right"))
    first = max(first, int(corpus.sentence_starts[sentence - 1]), span.first - TEXT_AROUND)
    stop = min(stop, int(corpus.sentence_starts[sentence]), span.first + TEXT_AROUND + 1)
    ids = corpus.ids[first:stop].tolist()
    return Shown(
        step=step,
        words=corpus.vocab.words,
        around=tuple(enumerate(ids, first)),
        place=f"epoch {span.epoch + 1}, token {span.first:,} of {len(corpus.ids):,}",
        note="the training has ended: again" if scope.has_ended else "",
    )


class MicroscopePane(MethodPane):
    """One step of the training."""

    NAME = "microscope"
    TITLE = "Microscope  one step"
    ABOUT = (
        "One training step of this run in slow motion: which context words subsampling and the "
        "window left, which noise words were drawn or which nodes the path has, how sure the model "
        "was of each before and after, and how far each vector moves. The run's own loop makes the "
        "step, on a private copy: the training does not notice."
    )
    ASKS = "a center word, or a context word and the center that it predicts, as: queen king"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "next", "Next token", id="method.next_token",
                tooltip="go to the next token that is trained, or to the next time of these words"),
        Binding("r", "repeat(1)", "Same again", id="method.repeat",
                tooltip="make the same step once more, on the same copy"),
        Binding("R", "repeat(10)", "10 times", show=False, id="method.repeat_ten",
                tooltip="make the same step ten times more"),
        Binding("m", "mode", "Mode", id="method.mode",
                tooltip="show the same token in the next of the six modes"),
        Binding("c", "compare", "Compare", id="method.compare",
                tooltip="show the same token in all modes side by side"),
        Binding("down,j", "context(1)", "Next context", show=False, id="method.context",
                tooltip="show the next context word's pair"),
        Binding("up,k", "context(-1)", "Previous context", show=False, id="method.context_back",
                tooltip="show the previous context word's pair"),
        Binding("f", "copy", "Fresh copy", show=False, id="method.fresh",
                tooltip="copy the vectors again, as they are trained by now"),
        Binding("l", "now", "Where it trains", show=False, id="method.now",
                tooltip="go to the token where the run is now"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._wanted = Wanted()
        self._pair = 0
        self._bench = Bench()

    # ---- what a pane is

    def question(self) -> Wanted:
        """The step that keys and query line have chosen."""
        return self._wanted

    def compute(self, subject: Subject | None, question: Wanted) -> Iterator[Shown | Compared]:
        """Make the step on a private copy, as often as asked.

        Raises:
            W2vtuiError: there is no run with its text, or no such step.
        """
        run = None if subject is None else subject.run
        if run is None or (run.corpus is None and not run.trains_apart):
            seen(subject)  # says why, if there is nothing at all
            raise SettingsError(
                "a step needs the text and a run in this program, and this is vectors alone: "
                "`w2vtui resume NAME` opens a saved run with its text, `w2vtui learn` trains the "
                "sample that comes with the program"
            )
        yield self._bench.show(run, question)

    def drawn(self, result: Shown | Compared, shape: Shape) -> Text:
        """The diagram of the step, or the table of all modes."""
        pens = Pens(self.app.glyphs, self.app.inks)
        if isinstance(result, Compared):
            return draw_comparison(result, *shape, pens)
        return draw_step(result, self._pair, *shape, pens)

    def asked(self, words: Sequence[str]) -> None:
        """Go to the next time that these words meet."""
        if len(words) > 2:
            self.app.warn(f"a context word and a center word, got {len(words)} words")
            return
        self._choose(words=tuple(words), anchor=self._wanted.anchor + 1, steps=0)

    # ---- keys

    def action_next(self) -> None:
        """Go to the next token."""
        self._choose(steps=self._wanted.steps + 1)

    def action_now(self) -> None:
        """Go to where the run is."""
        self._choose(words=(), anchor=self._wanted.anchor + 1, steps=0)

    def action_copy(self) -> None:
        """Copy the vectors again."""
        self._choose(copies=self._wanted.copies + 1)

    def action_mode(self) -> None:
        """Show the same token in the next mode."""
        at = MODES.index(self._mode) if self._mode in MODES else -1
        self._choose(mode=MODES[(at + 1) % len(MODES)])

    def action_compare(self) -> None:
        """Show all modes side by side, or one of them again."""
        self._set(compares=not self._wanted.compares)

    def action_repeat(self, times: int) -> None:
        """Make the same step again."""
        self._set(repeats=self._wanted.repeats + times)

    def action_context(self, by: int) -> None:
        """Show another context word's pair."""
        if isinstance(self.result, Shown):
            self._pair = (self._pair + by) % len(pairs_of(self.result.step))
            self.redraw()

    @property
    def _mode(self) -> Mode | None:
        """The mode that is shown or, after a refusal, was wanted."""
        if self._wanted.mode is not None:
            return self._wanted.mode
        shown = self.result.shown if isinstance(self.result, Compared) else self.result
        return None if shown is None else shown.step.mode

    def _choose(self, **changes: object) -> None:
        """Show another step, made once."""
        self._pair = 0
        self._set(repeats=1, **changes)

    def _set(self, **changes: object) -> None:
        self._wanted = self._wanted._replace(**changes)  # type: ignore[arg-type]
        self.recompute()
