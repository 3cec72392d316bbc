"""From screen to screen by number keys; the train screen stays below the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from textual.screen import ModalScreen, Screen

from w2vtui.display import safe_text
from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.first_screen.run_list import RunList
from w2vtui.tui.messages import ExploreRun
from w2vtui.tui.session import Session

if TYPE_CHECKING:
    from w2vtui.exploring.subject import Subject
    from w2vtui.training.state.snapshot import Snapshot

Place = Literal["train", "explore", "method", "runs"]


class Places(BaseApp):
    """The part of the app that goes to the screens of the number keys.

    The lowest screen is the train screen, or the first screen where nothing trains. The others lie
    on it, so that its look at the run goes on; they are kept when they are left.
    """

    session: Session | None = None
    """The run on the train screen; None on the first screen."""
    subject: Subject | None = None
    """What is explored in place of the run; None for the run."""

    def run_shot(self) -> Snapshot | None:
        """The run as it is now; None where there is none."""
        return None if self.session is None else self.session.snapshot()

    def action_go(self, place: Place) -> None:
        """Go to a screen."""
        if place == "explore":
            self._go_exploring()
        elif place == "method":
            self._go_to_method()
        elif place == "runs":
            self.push_screen(self.run_list())
        else:
            self.uncover()
            if len(self.screen_stack) == 1:
                self.push_screen(self.first_screen())

    def first_screen(self) -> Screen[None]:
        """The screen where nothing trains."""
        raise NotImplementedError

    def run_list(self) -> RunList:
        """The list of the saved runs."""
        raise NotImplementedError

    def on_explore_run(self, message: ExploreRun) -> None:
        """Explore a saved run, or the one that trains if it is that."""
        from w2vtui.runs.explored import explored_run  # loads Numba

        session = self.session
        is_present = session is not None and session.folder == message.folder
        self.explore(None if is_present else explored_run(message.folder))

    def watch_word(self, query: str) -> None:
        """Add a word or a sum to the watch words of the run that trains."""
        session = self.session
        if session is None or query in session.watched:
            super().watch_word(query) if session is None else self.report(f"{query} is watched")
            return
        session.watch_words = (*session.watched, query)
        self.report(f"watching {query}: its neighbors are on the train screen")

    def explore(self, subject: Subject | None) -> None:
        """Explore something else; None for the run."""
        self.subject = subject
        self.forget("explore")
        self._go_exploring()

    def _go_exploring(self) -> None:
        subject = self.subject or self._run_subject()
        if subject is None:
            self.warn("nothing to explore yet: start a training, or open a file of vectors with "
                      "w2vtui explore FILE")  # fmt: skip
            return
        if not self.is_screen_installed("explore"):
            from w2vtui.tui.explore_screen.screen import ExploreScreen  # loads NumPy

            self.install_screen(ExploreScreen(subject), "explore")
        self._show_place("explore")

    def _go_to_method(self, tab: str = "noise") -> None:
        """tab: the one to begin with"""
        if not self.is_screen_installed("method"):
            from w2vtui.tui.method_screen.screen import MethodScreen  # loads NumPy

            self.install_screen(MethodScreen(self._run_subject(), tab=tab), "method")
        self._show_place("method")

    def _run_subject(self) -> Subject | None:
        session = self.session
        if session is None:
            return None
        from w2vtui.exploring.subject import RunSubject  # loads NumPy

        name = session.run_name or safe_text(session.form.corpus)
        return RunSubject(name, lambda: session.run)

    # ---- the stack of screens

    def _show_place(self, name: str) -> None:
        screen = self.get_screen(name)
        if self.screen is not screen:
            self.uncover()
            self.push_screen(screen)

    def uncover(self) -> None:
        """Close dialogs, and leave the screens that lie on the train screen."""
        while isinstance(self.screen, ModalScreen) or self.is_screen_installed(self.screen):
            self.pop_screen()

    def forget(self, name: str) -> None:
        """Remove a screen that was kept, as that of a run that is over."""
        if self.is_screen_installed(name):
            screen = self.get_screen(name)
            self.uncover()
            self.uninstall_screen(name)
            if screen.is_attached:
                screen.remove()
