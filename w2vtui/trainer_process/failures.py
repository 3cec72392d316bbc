"""Errors as answers: what is raised in one process, and shown or raised in another."""

from __future__ import annotations

from w2vtui import errors
from w2vtui.errors import ChangedTextError, RunError, W2vtuiError
from w2vtui.trainer_process.messages import Failed


def failure(error: BaseException) -> Failed:
    """An error as an answer."""
    return Failed(
        kind=type(error).__name__,
        text=str(error),
        difference=error.difference if isinstance(error, ChangedTextError) else "",
    )


def error_of(failed: Failed) -> BaseException:
    """The error that an answer stands for, to be raised or shown here."""
    kind = getattr(errors, failed.kind, None)
    if kind is ChangedTextError:
        return ChangedTextError(failed.text, failed.difference)
    if not (isinstance(kind, type) and issubclass(kind, W2vtuiError)):
        return RuntimeError(f"{failed.kind}: {failed.text}" if failed.text else failed.kind)
    try:
        return kind(failed.text)
    except TypeError:  # it is made from more than its text
        return RunError(failed.text)
