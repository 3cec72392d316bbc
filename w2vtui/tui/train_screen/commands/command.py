"""What a command is, and what it needs of the screen."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from w2vtui.errors import W2vtuiError
from w2vtui.evaluation.question_files import QuestionKind

if TYPE_CHECKING:
    from w2vtui.training.state.snapshot import Snapshot
    from w2vtui.tui.app_base import BaseApp
    from w2vtui.tui.sessions.session import Session


class CommandError(W2vtuiError):
    """A command cannot be carried out as typed."""


class CommandTarget(Protocol):
    """What commands need of the screen they are entered on."""

    app: BaseApp
    session: Session
    shot: Snapshot

    def stage(self, texts: Mapping[str, str]) -> tuple[str, ...]: ...
    def change(self, names: Iterable[str]) -> None: ...
    def undo(self) -> None: ...
    def branch_with(self, texts: Mapping[str, str]) -> None: ...
    def drop(self, names: Iterable[str]) -> None: ...
    def follow(self, query: str) -> None: ...
    def save(self, path: str) -> object: ...
    def score_on(self, kind: QuestionKind, paths: Sequence[str]) -> object: ...
    def take_checkpoint(self) -> None: ...
    def pane_names(self) -> list[str]: ...
    def go_to(self, pane: str) -> None: ...
    def call_later(self, callback: Callable[..., object], *args: object) -> bool: ...
    async def run_action(self, action: str) -> object: ...
    def action_pause(self) -> None: ...
    def action_stop(self) -> None: ...
    def action_save(self) -> None: ...
    def action_measure_quality(self) -> None: ...


def _no_choices(screen: CommandTarget, words: Sequence[str]) -> Iterable[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Command:
    """A command and what it does."""

    name: str
    usage: str
    """Its arguments, optional ones in brackets; empty when it takes none."""
    help: str
    run: Callable[[CommandTarget, str], None]
    """Carries the command out; gets what was typed after the name."""
    choices: Callable[[CommandTarget, Sequence[str]], Iterable[str]] = _no_choices
    """Completions of the next word; gets the words already typed after the name."""

    @property
    def needs_argument(self) -> bool:
        """Whether the name alone is not enough."""
        return bool(self.usage) and not self.usage.startswith("[")

    @property
    def about(self) -> str:
        """Its arguments and what it does, in one line."""
        return f"{self.usage}: {self.help}" if self.usage else self.help

    @property
    def line(self) -> str:
        """Its name and arguments."""
        return f"{self.name} {self.usage}".rstrip()


def nearest(name: str, known: Iterable[str]) -> str:
    """Suggest the name that was meant, or list those that are known."""
    known = tuple(known)
    near = [one for one in known if one.startswith(name)]
    near = near or difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f": did you mean {near[0]}?" if near else f": known are {', '.join(known)}"
