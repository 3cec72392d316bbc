"""Settings, events and schedules as plain JSON values, and back."""

from __future__ import annotations

import dataclasses
from typing import Any

from w2vtui.settings import LiveSettings
from w2vtui.training.schedule import Schedule
from w2vtui.training.snapshot import Event


def event_as_plain(event: Event) -> dict[str, Any]:
    """What an event holds; what is None is left out."""
    return {name: value for name, value in dataclasses.asdict(event).items() if value is not None}


def event_from_plain(plain: dict[str, Any]) -> Event:
    """The event again.

    Raises:
        TypeError: something is missing, or unknown.
        SettingsError: a setting is out of range.
    """
    fields = dict(plain)
    if "settings" in fields:
        fields["settings"] = LiveSettings(**fields["settings"])
    if "schedule" in fields:
        fields["schedule"] = Schedule(**fields["schedule"])
    event = Event(**fields)
    is_change = event.kind == "change"
    if is_change and (event.number is None or event.settings is None or event.schedule is None):
        raise TypeError("a change without its number, settings or schedule")
    return event
