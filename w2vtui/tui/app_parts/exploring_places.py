"""What is explored: the run on the train screen, a file or a saved run, and the one before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from textual.screen import Screen
from textual.widget import AwaitMount

from w2vtui.display import safe_text
from w2vtui.tui.app_parts.stacked_screens import StackedScreens

if TYPE_CHECKING:
    from w2vtui.exploring.run_subject import RunSubject
    from w2vtui.exploring.subject import Subject
    from w2vtui.tui.explore_screen.questioning import Asked
    from w2vtui.tui.sessions.session import Session

Explored = Literal["explore", "other", "earlier"]
"""The names of the screens that explore the run, something else, and what was explored before that.
"""


class ExploringPlaces(StackedScreens):
    """The part of the app that goes from one explore screen to the next."""

    session: Session | None = None
    """The run on the train screen; None on the first screen."""
    subject: Subject | None = None
    """A file or a saved run that is explored; None for none."""
    _earlier: Subject | None = None
    """The one before it, which stays within reach."""
    _run_subject: RunSubject | None = None
    """The run on the train screen, as what is explored."""
    _explored: Explored = "explore"
    """Which of them was explored last."""
    _asked: Asked | None = None
    """What was asked of the run that this one follows."""

    def explore(self, subject: Subject | None) -> AwaitMount | None:
        """Explore a file or a saved run, None for the run; what is returned waits for it."""
        if subject is not None and subject is not self.subject:
            self._keep_explored(subject)
            self.subject = subject
            if self.session is None:  # the method is shown on what is explored
                self.forget("method")
        self._explored = "explore" if subject is None else "other"
        return self._show_explored()

    def _keep_explored(self, subject: Subject) -> None:
        """Keep what is explored, with its screen, when a subject takes its place; but not the same
        run as it was before.
        """
        before, screen = self.subject, self._kept("other")
        if before is None or (before.folder is not None and before.folder == subject.folder):
            self.forget("other")
            return
        self._forget_earlier()
        self._earlier = before
        if screen is not None:
            self.uncover()
            self.uninstall_screen("other")
            self.install_screen(screen, "earlier")

    def _forget_earlier(self) -> None:
        self._earlier = None
        self.forget("earlier")

    def _explorable(self) -> list[Explored]:
        """What can be explored, in the order in which a key leads from one to the next."""
        there: dict[Explored, object] = {
            "explore": self.session, "other": self.subject, "earlier": self._earlier
        }  # fmt: skip
        return [name for name, subject in there.items() if subject is not None]

    def explored_next(self, screen: Screen[Any]) -> str:
        """What is explored next from an explore screen; empty if there is nothing else."""
        there = self._explorable()
        names = {"explore": "the run"}
        for name, subject in (("other", self.subject), ("earlier", self._earlier)):
            names[name] = "" if subject is None else subject.name
        at = next((place for place, name in enumerate(there) if screen is self._kept(name)), None)
        return "" if at is None or len(there) < 2 else names[there[(at + 1) % len(there)]]

    def _go_exploring(self) -> AwaitMount | None:
        """Explore what was explored last; from there the next, where there is more."""
        there = self._explorable()
        if not there:
            self.warn("nothing to explore yet: start a training, or open a file of vectors with "
                      "w2vtui explore FILE")  # fmt: skip
            return None
        if self._explored not in there:
            self._explored = there[0]
        elif self.screen is self._kept(self._explored):
            self._explored = there[(there.index(self._explored) + 1) % len(there)]
        return self._show_explored()

    def _show_explored(self) -> AwaitMount | None:
        name = self._explored
        if not self.is_screen_installed(name):
            from w2vtui.tui.explore_screen.screen import ExploreScreen  # loads NumPy

            subjects: dict[Explored, Subject | None]
            subjects = {"other": self.subject, "earlier": self._earlier}
            subject = subjects[name] if name in subjects else self.run_subject()
            asked = None if name in subjects else self._asked
            assert subject is not None, "there is something to explore"
            self.install_screen(ExploreScreen(subject, asked), name)
        return self._show_place(name)

    def run_subject(self) -> RunSubject | None:
        """The run on the train screen, as what is explored; None where there is none."""
        session = self.session
        if session is not None and self._run_subject is None:
            from w2vtui.exploring.run_subject import RunSubject  # loads Numba

            name = session.run_name or safe_text(session.form.corpus)
            self._run_subject = RunSubject(name, lambda: session.run)
        return self._run_subject
