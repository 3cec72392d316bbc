"""What is called between the epochs of a training."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

from w2vtui.errors import WrongTypeError

if TYPE_CHECKING:
    from w2vtui.word2vec.model import Word2Vec

Moment = Literal["on_train_begin", "on_epoch_begin", "on_epoch_end", "on_train_end"]
MOMENTS: tuple[Moment, ...] = (
    "on_train_begin", "on_epoch_begin", "on_epoch_end", "on_train_end",
)  # fmt: skip


class CallbackAny2Vec:
    """Base of callbacks: override what is wanted, and pass a list of them as `callbacks`.

    All four are called on the thread that called `train`, while nothing trains. `model.wv` holds
    what was trained so far and may be changed in place; `get_latest_training_loss()` is the loss
    of the epoch that ended; `save` works, and `model.run` can be steered. An exception ends the
    training and is raised by `train`; what was trained so far stays.
    """

    def on_train_begin(self, model: Word2Vec) -> None:
        """Called once before the first epoch."""

    def on_epoch_begin(self, model: Word2Vec) -> None:
        """Called before each epoch."""

    def on_epoch_end(self, model: Word2Vec) -> None:
        """Called after each epoch: every token was trained once more, none of the next one."""

    def on_train_end(self, model: Word2Vec) -> None:
        """Called once after the last epoch."""


def checked_callbacks(callbacks: Iterable[object]) -> Sequence[CallbackAny2Vec]:
    """Callbacks that have the four methods; gensim's own are such.

    Raises:
        WrongTypeError: they are not in a list, or one lacks a method.
    """
    if not isinstance(callbacks, Iterable):
        raise WrongTypeError(
            f"callbacks must be a list of callbacks, got {type(callbacks).__name__}"
        )
    found: list[CallbackAny2Vec] = []
    for callback in callbacks:
        missing = [name for name in MOMENTS if not callable(getattr(callback, name, None))]
        if missing:
            raise WrongTypeError(
                f"callbacks must have {', '.join(MOMENTS)}: {type(callback).__name__} has no "
                f"{missing[0]}: derive it from CallbackAny2Vec"
            )
        found.append(callback)  # type: ignore[arg-type]  # it has all of them
    return found
