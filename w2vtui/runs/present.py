"""What a saved run would be asked for now: its request, with its live changes."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from w2vtui.runs.disk.journal import EVENTS, changes_in, read_events
from w2vtui.runs.listed.status import status_of
from w2vtui.runs.record import RunRecord
from w2vtui.runs.requested.request import RunRequest
from w2vtui.settings import LiveSettings, default_alpha, field_types


def present_request(folder: Path) -> RunRequest:
    """The request for a new run on the text of a saved one, with the settings that it has now.

    Its vectors go nowhere. A learning rate that is that of its model by default stays so.

    Raises:
        DamagedRunError: the run is damaged.
    """
    record, status = RunRecord.read(folder), status_of(folder)
    now = {name: status.settings[name] for name in field_types(LiveSettings)}
    if now["alpha"] == default_alpha(now["model"], now["objective"]):
        now["alpha"] = None
    return dataclasses.replace(record.request.to(None), live=LiveSettings(**now))


def n_changes(folder: Path) -> int:
    """How often the settings of a saved run were changed while it trained; 0 if its request alone
    says how it was trained.
    """
    return len(changes_in(read_events(folder / EVENTS)[0]))
