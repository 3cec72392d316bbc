"""Makes the step that the keys have chosen, in the background."""

from __future__ import annotations

from typing import NamedTuple

from w2vtui.errors import OutOfMemoryError, SettingsError, VectorsError
from w2vtui.method.microscope import MODES, Microscope
from w2vtui.method.slow_motion import Mode, SlowMotion, Step
from w2vtui.training.watched_run import WatchedRun
from w2vtui.tui.method_screen.microscope.result import Compared, Shown, shown_of


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
            self._scope, self._slide, self._run = Microscope(run.trained.private_steps()), None, run
        try:
            slide = self._chosen(run, self._scope, wanted)
        except VectorsError as error:  # asked again each second, and it takes a while to find out
            self._refused = (run, wanted, error)
            raise
        if slide is not self._slide:
            self._compared = ()
        self._slide, self._wanted = slide, wanted
        step = slide.at(wanted.repeats)
        shown = shown_of(run, self._scope, step)
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
        vocabulary = run.trained.private_steps().backend.corpus.vocab.words
        *context, center = (vocabulary.index(word) for word in wanted.words)
        return scope.next_pair(center, context[0] if context else None, clock, wanted.mode)

    def _in_mode(self, scope: Microscope, slide: SlowMotion, mode: Mode) -> Step | str:
        if not scope.is_trained(mode):
            return f"not trained yet: 1, :set objective {mode.objective}"
        try:
            return scope.again(slide, mode).at(1)
        except (SettingsError, VectorsError, OutOfMemoryError) as error:
            return str(error)
