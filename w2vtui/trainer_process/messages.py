"""What viewers ask of a trainer, and its answers: each question has one answer.

Numbers of curves and vectors are not in these: they travel beside them, as bytes or as a
descriptor.
"""

from __future__ import annotations

from dataclasses import dataclass

from w2vtui.evaluation.question_files import QuestionKind
from w2vtui.settings import LiveSettings, ResolvedSettings, TrainingSettings
from w2vtui.training.costs.cost_model import Cost
from w2vtui.training.engine.learning_rate import Schedule
from w2vtui.training.history.moments import PastMoment
from w2vtui.training.history.sizing import Sizing
from w2vtui.training.state.events import Event
from w2vtui.training.state.snapshot import Snapshot

Scalar = int | float | str | bool | None


class Message:
    """What is sent; the name of its class says what it is."""

    __slots__ = ()


# ---- questions


@dataclass(frozen=True, kw_only=True, slots=True)
class Hello(Message):
    """The first question on each connection; answered by `Welcome`."""

    protocol: str
    version: str
    attends: bool = False
    """Whether somebody is there who can resume the run after a pause."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownCurve:
    """How much of a curve a viewer has."""

    name: str
    merge: int
    n_rows: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Look(Message):
    """How does the run look? Answered by `Seen`; names what the viewer has already."""

    events: int = 0
    curves: tuple[KnownCurve, ...] = ()
    moments: tuple[int, int] = (0, 0)
    """How many, and the number of the newest."""
    follows: bool = False
    """Whether this is asked again and again, so that the end of the run should be seen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause(Message):
    """Pause; answered by `Done`, as all that follow unless they say otherwise."""

    event: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Resume(Message):
    """Resume after a pause."""

    event: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop(Message):
    """End the run."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Discard(Message):
    """Whoever leaves has saved the vectors, or does not want them: save none at the end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TakeCheckpoint(Message):
    """Take a checkpoint."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change(Message):
    """Request other live settings; answered by `Settings`."""

    settings: dict[str, Scalar]


@dataclass(frozen=True, kw_only=True, slots=True)
class Undo(Message):
    """Undo the last change; answered by `Settings`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AskCost(Message):
    """What would other live settings cost? Answered by `Costs`."""

    settings: dict[str, Scalar]


@dataclass(frozen=True, kw_only=True, slots=True)
class Watch(Message):
    """Follow these queries."""

    queries: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class MeasureQuality(Message):
    """Score the vectors now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoreOn(Message):
    """Score the vectors on other files of a kind; answered by `Remarks`."""

    kind: QuestionKind
    paths: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class BreakWhen(Message):
    """Pause, or stop, when a condition holds."""

    condition: str
    stop: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ClearBreakpoints(Message):
    """Remove all breakpoints."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LimitSpeed(Message):
    """Train no faster than this."""

    words_per_second: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CopyMatrices(Message):
    """Copy what is trained; answered by `Matrices`, and a descriptor if that is in new memory."""

    spare: int
    """The number of an earlier copy that nobody uses any more, whose memory may serve again; 0 if
    there is none.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class AskRows(Message):
    """Some rows of what is trained; answered by `Rows`."""

    name: str
    rows: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AskStints(Message):
    """What was trained with which settings? Answered by `Stints`."""


# ---- answers


@dataclass(frozen=True, kw_only=True, slots=True)
class Welcome(Message):
    """The trainer is there."""

    pid: int
    training: TrainingSettings
    notes: tuple[str, ...] = ()
    """What was to be reported before the run began."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Failed(Message):
    """An error, as the answer to any question."""

    kind: str
    text: str
    difference: str = ""
    """Of a changed text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CurvePart:
    """What a viewer lacks of a curve; its rows follow as float64 (n, 5)."""

    name: str
    merge: int
    first: int
    """The row that these begin at."""
    n_rows: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen(Message):
    """A run at one moment."""

    number: int
    """Grows with each answer of a trainer: the higher one is the later moment."""
    shot: Snapshot
    """Without settings, events and error."""
    settings: ResolvedSettings | LiveSettings
    first_event: int = 0
    events: tuple[Event, ...] = ()
    """From the first that the viewer lacks."""
    curves: tuple[CurvePart, ...] = ()
    moments: tuple[PastMoment, ...] | None = None
    """None where the viewer has them."""
    sizing: Sizing | None = None
    breakpoints: tuple[str, ...] = ()
    folder: str = ""
    """Where the run is saved; empty before it is."""
    failed: bool = False
    """Whether the last checkpoint could not be written."""
    is_branch: bool = False
    """Whether this is saved as another run than the one that was resumed."""
    matrices: tuple[str, ...] = ()
    """What is trained; nothing before the text is read."""
    n_bytes: int = 0
    """The size of these."""
    clock: int = 0
    """Training tokens handed out."""
    schedule: Schedule | None = None
    """The line of the learning rate; None before the text is read."""
    error: Failed | None = None
    """What ended the run."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Done(Message):
    """It is done, or requested."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Remarks(Message):
    """It is done, with remarks."""

    remarks: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings(Message):
    """The settings as they will be."""

    settings: ResolvedSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class Costs(Message):
    """A predicted cost; None until the speed has been measured."""

    cost: Cost | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MatrixPart:
    """Where a matrix lies in a memory that is passed by descriptor: float32, row by row."""

    name: str
    offset: int
    n_rows: int
    n_columns: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Matrices(Message):
    """A copy of what is trained."""

    number: int
    """That of its memory, from 1; the one that was spare where that serves again."""
    seconds: float
    """Processor time that it took."""
    parts: tuple[MatrixPart, ...]
    n_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows(Message):
    """Some rows of what is trained, as it is now; float32 (n, D) follow."""

    n_columns: int


@dataclass(frozen=True, kw_only=True, slots=True)
class StintPart:
    """Settings, and the clock from which on they were used."""

    clock: int
    settings: ResolvedSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class Stints(Message):
    """What was trained since the run began or was resumed; the locks (V,) follow, if any."""

    stints: tuple[StintPart, ...]
    tokens: int


MESSAGES: dict[str, type[Message]] = {one.__name__: one for one in Message.__subclasses__()}
"""By name. A dataclass with slots is made twice, of which the second counts."""
