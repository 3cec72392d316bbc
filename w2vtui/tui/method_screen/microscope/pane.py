"""The Microscope tab: the keys that go from step to step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType

from w2vtui.errors import SettingsError
from w2vtui.exploring.subject import Subject
from w2vtui.method.microscope import MODES
from w2vtui.method.slow_motion import Mode
from w2vtui.tui.method_screen.lines import Pens
from w2vtui.tui.method_screen.microscope.bench import Bench, Wanted
from w2vtui.tui.method_screen.microscope.mode_table import draw_comparison
from w2vtui.tui.method_screen.microscope.result import Compared, Shown, pairs_of
from w2vtui.tui.method_screen.microscope.step_diagram import draw_step
from w2vtui.tui.method_screen.pane import MethodPane, seen
from w2vtui.tui.widgets.result_panel import Shape


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
    ASKS = "a center word · a context word and the center that it predicts · as queen king"

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
