"""Notices that stay until a key or a screen removes them."""

from __future__ import annotations

from textual.notifications import Notification


def let_notices_last() -> None:
    """Let no notice go by time: a busy machine may look for one after its seconds are over."""
    Notification.has_expired = property(lambda _: False)  # type: ignore[method-assign, assignment]
