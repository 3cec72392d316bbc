"""The app in a test: over real runs on a tiny corpus, or over a scripted run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn, cast

import numpy as np
from textual.events import Resize
from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Input

from tests.support.lasting_notices import let_notices_last
from tests.support.style_sheets import share_style_sheets
from tests.support.wait import until_async
from w2vtui.errors import SettingsError
from w2vtui.settings import LiveSettings, RunSettings, TrainingSettings
from w2vtui.training.costs.cost_model import Cost
from w2vtui.training.run import Run
from w2vtui.training.state.curves import RunCurves
from w2vtui.training.state.events import Event
from w2vtui.training.state.measurements import Neighbors, Probe
from w2vtui.training.state.snapshot import Losses, Progress, Snapshot, Speed
from w2vtui.tui import app_base
from w2vtui.tui.app import W2vApp
from w2vtui.tui.chosen.form import Form
from w2vtui.tui.first_screen.screen import NewRunScreen
from w2vtui.tui.sessions.session import Session
from w2vtui.tui.train_screen.screen import TrainScreen
from w2vtui.tui.widgets.setting_rows import SettingRows

share_style_sheets()
let_notices_last()

# ---- what is on the screen


def screen_lines(app: W2vApp) -> list[str]:
    """What stands on the screen in front, line by line."""
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip) for strip in strips]


def text_of(app: W2vApp) -> str:
    """What stands on the screen in front, its lines joined."""
    return "\n".join(screen_lines(app))


def notices(app: W2vApp) -> str:
    """The messages that pop up, one a line."""
    return "\n".join(notice.message for notice in app._notifications)


async def until(app: W2vApp, condition: Callable[[], object]) -> None:
    """Wait for a condition; an error of the app ends the wait."""

    def holds() -> object:
        if app._exception is not None:
            raise app._exception
        return condition()

    await until_async(holds, lambda: f"the condition; the screen:\n{text_of(app)}")


async def shows(app: W2vApp, *texts: str) -> None:
    await until(app, lambda: all(text in text_of(app) for text in texts))


# ---- what a person does


def send_keys(app: W2vApp, *keys: str) -> None:
    """Press keys at once, as fast typing does."""
    for key in keys:
        app.simulate_key(key)


async def press(app: W2vApp, *keys: str) -> None:
    """Press keys, each after the one before has been worked off. Pilot.press would wait for an
    idle processor, which a training does not leave.
    """
    for key in keys:
        app.simulate_key(key)
        for _ in range(2):  # the program hands a key on to what has the focus, that to its screen
            for pump in (app, app.focused, app.screen):
                if pump is not None:
                    await worked_off(app, pump)


async def worked_off(app: W2vApp, pump: Any) -> None:
    done = asyncio.Event()
    if pump.call_later(done.set):
        await until(app, lambda: done.is_set() or not pump.is_attached)


async def ask(app: W2vApp, query: str) -> None:
    await press(app, "slash")
    await until(app, lambda: isinstance(app.focused, Input))
    assert isinstance(app.focused, Input)
    app.focused.value = query
    await press(app, "enter")


async def resize(app: W2vApp, width: int, height: int) -> None:
    """Give the terminal another size."""
    size = Size(width, height)
    app.post_message(Resize(size, size))


# ---- real runs


def form(
    corpus: Any, *, epochs: int = 1_000_000, run_settings: RunSettings | None = None, **live: Any
) -> Form:
    return Form(
        corpus=str(corpus),
        training=TrainingSettings(vector_size=16),
        live=LiveSettings(**({"epochs": epochs, "workers": 1} | live)),
        run_settings=run_settings or RunSettings(),
    )


class AtOnce(W2vApp):
    """The app as it is once a run was started on the first screen, which takes a while to draw."""

    CSS_PATH = str(Path(app_base.__file__).with_name("app.tcss"))

    def begin(self) -> None:
        self.launch(self._form)


class Bare(AtOnce):
    """The app on a screen where nothing trains."""

    def begin(self) -> None:
        self.push_screen(Screen())


@asynccontextmanager
async def on_first_screen(
    chosen: Form, *, output: str | None = None, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[W2vApp]:
    app = W2vApp(chosen, output, interval=0.05)
    async with app.run_test(size=size), _ended(app):
        await until(app, lambda: isinstance(app.screen, NewRunScreen) and app.screen.survey.preview)
        yield app


@asynccontextmanager
async def training(
    chosen: Form, *, output: str | None = None, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[W2vApp]:
    """A run that trains, on its screen."""
    app = AtOnce(chosen, output, interval=0.05)
    async with app.run_test(size=size), _ended(app):
        await until(app, lambda: state(app) not in ("none", "preparing"))
        await until(app, lambda: shot_of(app).progress.tokens > 0)
        await until(app, lambda: isinstance(app.focused, SettingRows) and app.focused.rows)
        yield app


@asynccontextmanager
async def _ended(app: W2vApp) -> AsyncIterator[None]:
    """In the end, end the run."""
    try:
        yield
    finally:
        if app.session is not None:
            await asyncio.to_thread(app.session.end)


def shot_of(app: W2vApp) -> Snapshot:
    """The run as it is now; the app must have one."""
    assert app.session is not None
    return app.session.snapshot()


def shown_shot(app: W2vApp) -> Snapshot | None:
    """What the training screen shows; None while another screen is in front."""
    return app.screen.shot if isinstance(app.screen, TrainScreen) else None


def state(app: W2vApp) -> str:
    return app.session.snapshot().state if app.session is not None else "none"


def events(app: W2vApp) -> str:
    return "\n".join(event.text for event in shot_of(app).events)


async def pick(app: W2vApp, name: str) -> None:
    """Point at the row of a setting."""
    app.screen.query_one(SettingRows).pick(name)


# ---- scripted runs

LIVE = LiveSettings(negative=15, epochs=5, workers=2, alpha=0.025)
TRAINING = Snapshot(
    state="training",
    corpus_name="text8",
    n_words=71_290,
    vector_size=100,
    settings=LIVE,
    rate=0.0146,
    progress=Progress(
        tokens=35_412_807, tokens_planned=85_000_000, tokens_per_epoch=17_000_000, epoch=3,
        seconds=155.0, eta_seconds=310.0, kept_share=0.314,
    ),
    speed=Speed(now=160_480.0, mean=228_000.0, peak=401_000.0),
    losses=Losses(now=2.3456, mean=2.5, pairs=66_700_000),
    probe=Probe(tokens=35_000_000, loss=1.86, standard_error=0.012),
    neighbors=(
        Neighbors(query="king", words=(("queen", 0.71), ("prince", 0.66), ("throne", 0.6))),
        Neighbors(query="東京", words=(("大阪", 0.8), ("京都", 0.7), ("\x1b[31mred", 0.6))),
    ),
    events=(
        Event(seconds=1.0, tokens=0, kind="note", text="kernels loaded in 0.4 s"),
        Event(seconds=46.0, tokens=18_000_000, kind="change", text="K 5 → 15", number=1,
              acknowledged_ms=74.0),
        Event(seconds=97.0, tokens=26_100_000, kind="change", text="alpha 0.02 → 0.0146", number=2,
              acknowledged_ms=51.0),
    ),
)  # fmt: skip


class ScriptedRun:
    """A run that shows scripted snapshots, and records what it is asked to do."""

    corpus = None
    trains_apart = False

    def __init__(self, shot: Snapshot) -> None:
        self.shot = shot
        self.calls: list[Any] = []
        self.curves = RunCurves()
        for tokens in np.linspace(
            1, max(shot.progress.tokens, 1), 400 if shot.progress.tokens else 0
        ):
            falling = np.exp(-tokens / 5e6)
            self.curves.loss.append(tokens, tokens / 2e5, 2.3 + 2 * falling)
            self.curves.probe.append(
                tokens, tokens / 2e5, 1.86 + 2.3 * falling, standard_error=0.012
            )
            self.curves.speed.append(tokens, tokens / 2e5, 160_000.0)

    def snapshot(self) -> Snapshot:
        return self.shot

    def start(self) -> None:
        self.calls.append("start")

    def pause(self, event: str = "") -> None:
        self.calls.append(f"pause: {event}" if event else "pause")

    def resume(self) -> None:
        self.calls.append("resume")

    def stop(self) -> None:
        self.shot = replace(self.shot, state="stopped")

    def change(self, **settings: Any) -> LiveSettings:
        self.calls.append(settings)
        if settings.get("objective") == "softmax":
            raise SettingsError("softmax needs a small vocabulary")
        return self.shot.settings

    def undo(self) -> LiveSettings:
        self.calls.append("undo")
        return self.shot.settings

    def cost(self, **settings: Any) -> Cost | None:
        if settings.get("objective") == "softmax":
            raise SettingsError("softmax needs a small vocabulary")
        return Cost(
            work=1.6,
            words_per_second=100_000.0,
            words_per_second_before=160_000.0,
            eta_seconds=496.0,
            eta_change=186.0,
        )

    def watch(self, queries: tuple[str, ...]) -> None:
        self.calls.append(queries)

    def measure_quality(self) -> None:
        self.calls.append("measure quality")

    def wait(self, timeout: float | None = None) -> bool:
        return self.shot.ended

    def vocabulary(self) -> None:
        return None

    @property
    def trained(self) -> NoReturn:
        raise SettingsError("there are no vectors in a scripted run")


@asynccontextmanager
async def scripted(
    shot: Snapshot, size: tuple[int, int], *, notifications: bool = False, **options: Any
) -> AsyncIterator[tuple[W2vApp, ScriptedRun]]:
    run = ScriptedRun(shot)
    as_run = cast(Run, run)  # it has all that the screens use

    def build(session: Session) -> Run:
        session.words.starting = ("king", "東京")
        return as_run

    app = AtOnce(Form(), build=build, interval=0.05, **options)
    async with app.run_test(size=size, notifications=notifications) as pilot:
        await until(app, lambda: app.session is not None and app.session.run is as_run)
        await until(app, lambda: shown_shot(app) == run.shot)
        await pilot._wait_for_screen()  # an idle processor, as `pause` waits for, may never be
        yield app, run
