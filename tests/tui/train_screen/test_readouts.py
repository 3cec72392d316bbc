"""What the train screen says, as lines without a screen: header, hints, events, counters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from rich.cells import cell_len
from rich.text import Text

from tests.support.screens import TRAINING
from w2vtui.errors import DivergedError
from w2vtui.settings import ScreenSettings
from w2vtui.training.state.events import Event
from w2vtui.training.state.measurements import VectorHealth
from w2vtui.training.state.snapshot import CheckpointStatus, Losses, Remark, Snapshot
from w2vtui.tui.app import W2vApp
from w2vtui.tui.first_screen.text_panels import header as first_header
from w2vtui.tui.looks.inks import PLAIN_INKS
from w2vtui.tui.screen_parts.header import INK_OF_STATE, STATES, header, small_lines
from w2vtui.tui.train_screen.event_rows import event_rows, outcomes, row_line
from w2vtui.tui.train_screen.hints import hint, hint_line
from w2vtui.tui.train_screen.readouts import checkpoint_text, run_lines

REASON = "queen is first of king - man + woman: 0.52"
HELD = replace(TRAINING, state="paused", pause_reason=REASON)
ALARM = Remark(
    "probe-rising", "the probe rose 3 times in a row: lower the learning rate or stop", 3
)


def key(name: str) -> str:
    return {"train.pause": "space", "app.quit": "^q"}.get(name, name[-1])


def head(shot: Snapshot, width: int = 120, *, tiny: bool = False) -> Text:
    return header(shot, width, frozen=False, tiny=tiny)


def styles_at(text: Text, part: str) -> list[str]:
    start = text.plain.index(part)
    return [str(span.style) for span in text.spans if span.start <= start < span.end]


# ---- the header and the hint


def test_each_state_is_a_pill_of_its_own_color_and_reversed_without_colors():
    inks = W2vApp(look=ScreenSettings(theme="w2vtui")).inks
    colors = {state: inks.pill(ink).color.triplet for state, ink in INK_OF_STATE.items()}
    assert len({colors[state] for state in ("training", "paused", "done", "failed")}) == 4
    for state, (_, word) in STATES.items():
        line = head(replace(TRAINING, state=state))
        assert "reverse" in " ".join(styles_at(line, word))
    assert PLAIN_INKS.pill("bad").color is None


def test_without_colors_no_ink_has_one(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert W2vApp().inks == PLAIN_INKS
    assert all(ink.color is None for ink in PLAIN_INKS)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_header_says_why_a_breakpoint_paused_the_run(width):
    line = head(HELD, width)
    assert line.cell_len <= width
    assert "‖ PAUSED" in line.plain
    assert REASON[:12] in line.plain
    assert (REASON in line.plain) == (width > 60)
    assert REASON not in head(replace(HELD, state="training")).plain
    assert f"paused the run: {REASON} · space resumes" in hint(HELD, None, key)


@pytest.mark.parametrize(
    ("saved_at", "undo", "save"),
    [
        (9_000, "from its checkpoint at 9.0k tokens", "save its vectors"),
        (11_000, "from a checkpoint before it if one is left", "the vectors of its checkpoint at"),
    ],
)
def test_a_run_that_diverged_after_a_change_says_from_where_it_trains_on(saved_at, undo, save):
    change = Event(seconds=1.0, tokens=10_000, kind="change", text="window 5", number=1)
    failed = replace(
        TRAINING, state="failed", events=(change,), error=DivergedError("the loss is NaN"),
        checkpoint=CheckpointStatus(tokens=saved_at, age_seconds=1.0),
    )  # fmt: skip
    said = hint(failed, None, key, has_checkpoint=True)
    assert f"trains on without change 1, {undo} · " in said
    assert save in said


def test_the_header_leaves_the_share_of_the_screen_to_the_speed_pane():
    assert "UI" not in head(TRAINING).plain


def test_an_alarm_is_marked_by_more_than_its_color():
    line = hint_line("!! the loss rose", 40)
    assert "reverse" in " ".join(styles_at(line, "!!"))
    assert line.plain == "!! the loss rose".ljust(40)


@pytest.mark.parametrize("height", [1, 2, 3, 11])
def test_a_tiny_terminal_says_alarms_reasons_and_how_to_get_on(height):
    lines = [line.plain for line in small_lines(HELD, 48, height, key)]
    advice = "enlarge to 60x16; space resumes, ^q quits"
    assert lines[-1] == advice
    shot = replace(HELD, remarks=(ALARM,), checkpoint=CheckpointStatus(failed=True))
    lines = [line.plain for line in small_lines(shot, 48, height, key)]
    assert len(lines) == min(height, 6)
    assert lines[-1] == advice
    if height > 1:
        assert lines[0] == "!! checkpoints cannot be written"
    if height == 11:
        assert " ".join(lines[1:3]) == ALARM.line
        assert REASON in " ".join(lines)


def test_the_first_screen_too_says_how_to_get_on_where_it_is_tiny():
    advice = first_header(50, tiny=True).plain
    assert advice.strip() == "New run: enter starts; enlarge to 60x16 to choose"
    assert first_header(30, tiny=True).plain.strip() == "New run: enter starts"


@pytest.mark.parametrize(
    ("age", "text"),
    [(None, ""), (5.4, "saved 5 s ago"), (59.0, "saved 59 s ago"), (61.0, "saved 1 min ago")],
)
def test_the_age_of_a_checkpoint_is_said_in_words(age, text):
    shot = replace(TRAINING, checkpoint=CheckpointStatus(tokens=1, age_seconds=age))
    assert checkpoint_text(shot) == text


# ---- the counters


def test_the_run_pane_begins_with_what_decides_and_keeps_the_rest_for_a_large_pane():
    shot = replace(
        TRAINING,
        losses=Losses(not_finite=7),
        health=VectorHealth(tokens=1, input_norm=1.5, output_norm=2.93, saturated=0.003),
    )
    small, large = (
        [line.plain for line in run_lines(shot, 40, height)] for height in (9, 30)
    )  # fmt: skip
    assert small[0].startswith("probe loss      1.860 ± 0.012")
    assert small[2].startswith("NaN/Inf losses  7")
    assert not any("|v|" in line or "beyond" in line for line in small)
    assert any("|v| 1.50   |u| 2.93" in line for line in large)
    assert any("0.3 %" in line for line in large)
    assert all(cell_len(line) in (0, 40) for line in large)


# ---- the events


def note(text: str, seconds: float = 1.0) -> Event:
    return Event(seconds=seconds, tokens=int(seconds * 1e6), kind="note", text=text)


def change(number: int, text: str, tokens: int) -> Event:
    return Event(
        seconds=tokens / 1e6, tokens=tokens, kind="change", text=text, number=number,
        acknowledged_ms=126.0,
    )  # fmt: skip


CHECK = replace(note("change 2: ..."), checks=2, measured=561e3, predicted=512e3)
CHANGES = (change(1, "K 5 → 15", 5_000_000), change(2, "window 5 → 8", 11_600_000))
PROBE = np.array([[t, t / 1e6, 4.2 - t / 1e8, 1.0, 0.01] for t in range(10**6, 30 * 10**6, 10**6)])


def drawn(events: tuple[Event, ...], width: int, **options: bool) -> list[str]:
    rows = event_rows(events, outcomes(CHANGES, PROBE), **options)
    return [row_line(row, width).plain for row in rows]


def test_a_change_its_check_and_its_probe_are_one_row():
    lines = drawn((*CHANGES, CHECK), 100)
    assert len(lines) == 2
    assert lines[1].rstrip() == (
        "00:11 ② window 5 → 8  at 11.6M  561k words/s (predicted 512k)  probe 4.090 → 3.910"
    )
    assert lines[0].rstrip() == "00:05 ① K 5 → 15  at 5.0M  probe 4.150 → 4.090"


def test_what_is_cut_of_a_change_is_the_dullest():
    parts = ("at 11.6M", "561k words/s", "(predicted 512k)", "probe 4.090 → 3.910")
    shown = [
        {part for part in parts if part in drawn((*CHANGES, CHECK), width)[1]}
        for width in (90, 70, 64, 44, 24)
    ]
    assert shown == [
        set(parts), {parts[0], parts[1], parts[3]}, {parts[1], parts[3]}, {parts[3]}, set(),
    ]  # fmt: skip
    assert all(cell_len(line) == 24 for line in drawn((*CHANGES, CHECK), 24))


def test_names_of_objectives_are_short_in_a_row():
    long = change(1, "objective negative-sampling → hierarchical-softmax", 5_000_000)
    assert "objective NS → HS  at 5.0M" in drawn((long,), 60)[0]


def test_pauses_do_not_crowd_the_other_events():
    pauses = tuple(note(text, at) for at, text in enumerate(["paused", "resumed"] * 3, start=2))
    lines = drawn((note("kernels loaded"), *pauses, note("looks good", 9.0)), 60)
    assert [line[8:].rstrip() for line in lines] == [
        "kernels loaded", "paused and resumed 3 times", "looks good",
    ]  # fmt: skip
    held = (note(f"paused: {REASON}"), note("resumed"), note("paused"))
    assert [line[8:].rstrip() for line in drawn(held, 80)] == [
        f"paused: {REASON}  resumed", "paused",
    ]  # fmt: skip
    assert len(drawn(pauses, 60, all_details=True)) == 6


def test_a_large_pane_says_when_a_change_was_applied():
    assert "applied after 126 ms" in drawn(CHANGES, 100, all_details=True)[0]
    assert "126 ms" not in drawn(CHANGES, 100)[0]


def test_kinds_of_events_differ_in_their_signs():
    error = Event(seconds=1.0, tokens=0, kind="error", text="the disk is full")
    events = (note("paused"), note("done: probe 2.8"), error, CHANGES[0], note("hello"))
    assert [line[6] for line in drawn(events, 60)] == ["‖", "✓", "✗", "①", " "]


def test_an_outcome_needs_a_probe_before_and_after():
    assert outcomes((), PROBE) == {}
    assert outcomes(CHANGES, PROBE[:0]) == {}
    assert set(outcomes(CHANGES, PROBE[3:9])) == {1}
