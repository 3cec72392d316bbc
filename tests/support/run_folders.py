"""Run folders on disk, and strategies for what they hold."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from w2vtui.runs.disk.checked_json import loaded, write_checked
from w2vtui.runs.record import RunRecord
from w2vtui.runs.requested.request import RunRequest
from w2vtui.settings import CorpusSettings, LiveSettings, ResolvedSettings, TrainingSettings
from w2vtui.training.engine.learning_rate import Schedule
from w2vtui.training.state.checkpoint import Checkpoint, PastSettings
from w2vtui.training.state.curves import SavedCurve
from w2vtui.training.state.events import Event
from w2vtui.training.state.measurements import Probe

posix = pytest.mark.skipif(os.name != "posix", reason="locks and pipes are POSIX'")
many = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

words = st.text(st.characters(codec=None), min_size=1)  # lone surrogates among them
counts = st.integers(0, 2**53)
numbers = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15)
schedules = st.builds(Schedule, clock=counts, rate=numbers, min_rate=numbers, planned=counts)
live = st.builds(
    ResolvedSettings,
    model=st.sampled_from(["skip-gram", "cbow"]),
    objective=st.sampled_from(["negative-sampling", "hierarchical-softmax", "softmax"]),
    negative=st.integers(1, 256),
    window=st.integers(1, 64),
    alpha=st.floats(1e-3, 1.0),
    epochs=st.integers(1, 1000),
    workers=st.integers(1, 512),
    shrink_windows=st.booleans(),
)
notes = st.builds(
    Event,
    seconds=numbers,
    tokens=counts,
    kind=st.sampled_from(["note", "error"]),
    text=words,
    acknowledged_ms=st.none() | numbers,
)
changes = st.builds(
    Event,
    seconds=numbers,
    tokens=counts,
    kind=st.just("change"),
    text=words,
    number=st.integers(1, 1000),
    settings=live,
    schedule=schedules,
    undoes=st.none() | st.integers(1, 1000),
)
events = notes | changes


def change(number: int, tokens: int, window: int = 5) -> Event:
    return Event(
        seconds=0.0,
        tokens=tokens,
        kind="change",
        text="",
        number=number,
        settings=LiveSettings(window=window).resolved(100, 1),
        schedule=Schedule(clock=0, rate=0.1, min_rate=0.0, planned=10_000),
    )


def small_checkpoint(clock: int = 100, **other: Any) -> Checkpoint:
    draw = np.random.default_rng(clock)
    fields: dict[str, Any] = {
        "reason": "while training",
        "state": "training",
        "training": TrainingSettings(vector_size=2),
        "settings": LiveSettings(epochs=2, workers=1, alpha=0.05).resolved(100, 1),
        "schedule": Schedule(clock=0, rate=0.05, min_rate=0.0, planned=10_000),
        "clock": clock,
        "tokens_per_epoch": 5_000,
        "seconds": 1.5,
        "tallies": np.arange(8.0),
        "diverged": False,
        "probe": Probe(tokens=clock, loss=3.5, standard_error=0.1),
        "events": (change(1, 50),),
        "past": (
            PastSettings(
                number=1,
                settings=LiveSettings().resolved(100, 1),
                schedule=Schedule(clock=0, rate=0.1, min_rate=0.0, planned=10_000),
            ),
        ),
        "breakpoints": (("probe < 2", False),),
        "curves": {"loss": SavedCurve(draw.random((3, 5)), 2)},
        "vectors": {
            "input_vectors": draw.random((3, 2), dtype=np.float32),
            "node_vectors": draw.random((2, 2), dtype=np.float32),
        },
    }
    return Checkpoint(**(fields | other))


def same(one: Checkpoint, other: Checkpoint) -> bool:
    plain = ("reason", "state", "training", "settings", "schedule", "clock", "tokens_per_epoch",
             "seconds", "diverged", "probe", "events", "past", "breakpoints")  # fmt: skip
    return (
        all(getattr(one, name) == getattr(other, name) for name in plain)
        and one.tallies.tobytes() == other.tallies.tobytes()
        and one.curves.keys() == other.curves.keys()
        and all(
            curve.merge == other.curves[name].merge
            and curve.rows.tobytes() == other.curves[name].rows.tobytes()
            for name, curve in one.curves.items()
        )
        and one.vectors.keys() == other.vectors.keys()
        and all(m.tobytes() == other.vectors[name].tobytes() for name, m in one.vectors.items())
    )


def small_record(**other: Any) -> RunRecord:
    fields: dict[str, Any] = {
        "created": 1.0,
        "sources": ("/a/text.txt", "-"),
        "corpus_settings": CorpusSettings(min_count=1),
        "training": TrainingSettings(vector_size=2),
        "settings": LiveSettings(epochs=2, workers=1, alpha=0.05).resolved(100, 1),
        "schedule": Schedule(clock=0, rate=0.05, min_rate=0.0, planned=10_000),
        "corpus_name": "text.txt",
        "n_words": 3,
        "n_tokens": 5_000,
        "fingerprint": "0" * 64,
        "output": None,
    }
    fields |= other
    of_request = fields.keys() & {one.name for one in dataclasses.fields(RunRequest)}
    asked = {name: fields.pop(name) for name in of_request}
    return RunRecord(request=RunRequest(**asked, live=fields["settings"]), **fields)


def resealed(path: Path, change: Callable[[Any], object]) -> None:
    """Change the body of a sealed file, and seal it again."""
    outer = loaded(path.read_bytes())
    change(outer["body"])
    write_checked(path, outer["format"].removeprefix("w2vtui "), outer["body"])


Place = tuple[str | int, ...]
"""The keys and indices that lead to a place in a JSON value."""

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def places(value: Any, here: Place = ()) -> Iterator[Place]:
    """Every place in a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in inner:
        yield (*here, key)
        if isinstance(one, dict | list):
            yield from places(one, (*here, key))


def content(run: Path) -> dict[Path, bytes]:
    """Everything that is saved of a run."""
    files = [path for path in run.rglob("*") if path.is_file() and path.name != "lock"]
    return {path: path.read_bytes() for path in files}
