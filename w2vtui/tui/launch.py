"""Shows the screens until they are left, and ends the run in order however that came about."""

from __future__ import annotations

import asyncio
import errno
import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from textual import events
from textual.driver import Driver

from w2vtui.config import Config
from w2vtui.display import safe_text
from w2vtui.errors import CorpusError
from w2vtui.settings import ScreenSettings
from w2vtui.system.signals import SIGNALS, SignalsSeen, handling, hearing, way_out
from w2vtui.system.streams import (
    PATIENCE_SECONDS,
    discard,
    discard_what_blocks,
    let_writes_be_interrupted,
)
from w2vtui.tui.app import W2vApp
from w2vtui.tui.chosen.form import Form
from w2vtui.tui.explore_screen.opening import Opens
from w2vtui.tui.sessions.trained_apart import build_apart
from w2vtui.tui.shutdown import continue_without_screen, end, print_line

if TYPE_CHECKING:
    from w2vtui.comparing.sides import Side
    from w2vtui.runs.resuming.resuming import Resumption
    from w2vtui.sweeping.watched_sweep import WatchedSweep
    from w2vtui.trainer_process.remote.remote_run import RemoteRun
    from w2vtui.training.watched_run import WatchedRun

UNWINDING_SECONDS = 0.5
"""How long the main thread may take to end at once, and to remove files that are half written."""
GIVING_BACK_SECONDS = 1.0
"""How long the process waits at the end for a terminal that takes nothing."""
TERMINAL_SECONDS = 1.0
"""From one look whether the terminal is there to the next."""
FREEZE_AFTER_SECONDS = (5, 30, 120)
"""When what is loaded is taken out of garbage collection: to look through all of it again and again
would stop the screen for 50 ms and more.
"""
BeginsWith: TypeAlias = "Opens | RemoteRun | WatchedSweep | list[Side] | Literal['lesson']"
"""What is shown in place of the first screen: what to explore, a run that another process trains, a
sweep, sides to compare, or `lesson`, which trains the form.
"""
FAILED = (None, 1, 129)
"""What the app returns where nobody left it: it failed, or its terminal is gone."""


def run_app(
    form: Form,
    output: str | None = None,
    *,
    look: ScreenSettings | None = None,
    config: Config | None = None,
    follow: Callable[[WatchedRun], int],
    take_run: Callable[[], Resumption] | None = None,
    begins_with: BeginsWith | None = None,
) -> int:
    """Show the screens until they are left; return the exit code.

    output     where the vectors are to be saved; None asks
    config     its theme and keys have been checked
    follow     waits for the end of a run whose screen has failed; returns the exit code of the
               signal that ended the run, else 0
    take_run   gives a saved run to begin with, whose outputs have been checked; nothing else holds
               it, so that the file of its checkpoint can be removed once it is old
    begins_with   in place of the first screen

    The code is 0 when the user quit; 130, 143 or 129 on SIGINT, SIGTERM or SIGHUP; else that of
    the error that ended the run, 129 if the terminal is gone. However the screens are left, a saved
    run gets its last checkpoint. A signal also saves the vectors, if an output is named. If a
    screen fails, its run continues without it; vectors of a run without checkpoints are then saved
    to the output, else to a temporary file.

    Raises:
        W2vtuiError: the output or a file of questions cannot be used; no screen has
            been shown.
    """
    if take_run is None and any(form.question_files):
        from w2vtui.training.measuring.question_sets import QualitySets  # loads NumPy

        QualitySets.read(form.question_files)
    if take_run is None and output is not None:
        with suppress(CorpusError):  # the first screen shows what is wrong with the corpus
            form.request(output).check_outputs()
    is_apart = look is not None and look.own_process
    app = SignalledApp(
        form, output, build=build_apart if is_apart else None, look=look, config=config
    )
    app.take_run = take_run
    _begin_with(app, begins_with)
    let_writes_be_interrupted()
    with handling(dict.fromkeys(SIGNALS, app.catch)), hearing(app.hear):
        try:
            app.run()
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            discard(2)  # the terminal is gone, and with it the error that Textual had to show
        finally:
            # Textual has restored the terminal; now end the run, whatever happened.
            app.take_over()
            failed = not app.caught and app.return_code in FAILED
            asked = bool(app.caught) or app.return_code == 130
            code = continue_without_screen(app.session, follow) if failed else 0
            end(app.session, save=failed or asked, rescue=failed, announce=app.announce)
    return code or (128 + app.caught if app.caught else app.return_code or 0)


def _begin_with(app: W2vApp, begins_with: BeginsWith | None) -> None:
    """Let the app show this in place of the first screen."""
    if begins_with == "lesson":
        app.begins_with_lesson = True
    elif hasattr(begins_with, "trains_apart"):
        app.attached = cast("RemoteRun", begins_with)
    elif isinstance(begins_with, Opens):
        app.opens = begins_with
    elif isinstance(begins_with, list):
        app.compared = begins_with
    else:
        app.sweep = begins_with


class SignalledApp(W2vApp):
    """Quits on signals as it does on keys; Textual alone would leave the terminal in disorder.

    The main thread handles them, unless it hangs: the terminal may take nothing, or be gone. A
    thread that hears of every signal too then ends the run and the process in its place.
    """

    _loop: asyncio.AbstractEventLoop | None = None

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """As those of the app."""
        super().__init__(*arguments, **options)
        self._handled, self._heard = SignalsSeen(), SignalsSeen()
        self._ender = threading.Lock()
        """Taken for good by the thread that ends the run."""
        self._is_left = False
        """Whether Textual has given the terminal back."""

    @property
    def caught(self) -> int:
        """The signal that ended it, or 0."""
        return self._heard.first or self._handled.first

    def get_driver_class(self) -> type[Driver]:
        """Our own driver in place of the one that Textual has for Unix."""
        usual = super().get_driver_class()
        if os.name != "posix":
            return usual
        from w2vtui.tui.terminal import TerminalDriver  # cannot be imported elsewhere

        return TerminalDriver if issubclass(TerminalDriver, usual) else usual

    def on_mount(self) -> None:
        """Handle signals from now on, and one that came before."""
        if sys.__stderr__ is not None and not sys.__stderr__.isatty():
            self.begin_capture_print(self, stdout=False)
        self.set_interval(TERMINAL_SECONDS, self._look_for_terminal)
        for seconds in FREEZE_AFTER_SECONDS:
            self.set_timer(seconds, gc.freeze)
        self._loop = asyncio.get_running_loop()
        if self.caught:
            self.leave(128 + self.caught)

    def on_print(self, event: events.Print) -> None:
        """Pass on to stderr what was printed there, such as a warning."""
        with suppress(OSError):
            os.write(2, event.text.encode(errors="backslashreplace"))

    def _look_for_terminal(self) -> None:
        if not os.isatty(0):
            self.lose_terminal()

    def lose_terminal(self) -> None:
        """The terminal is gone: hang up, even if no signal says so. Where hang-ups are ignored, as
        under nohup, leave the screen only; any thread may call this.
        """
        hang_up = getattr(signal, "SIGHUP", None)
        if self.caught or self._is_left:
            return
        if hang_up is not None and signal.getsignal(hang_up) != signal.SIG_IGN:
            self.hear(hang_up)
        elif self._loop is not None:
            with suppress(RuntimeError):  # the loop has just ended
                self._loop.call_soon_threadsafe(self.leave, FAILED[-1])

    async def run_async(self, **options: Any) -> None:
        """Show the screens until they are left."""
        try:
            await super().run_async(**options)
        finally:
            self._is_left = True

    def take_over(self) -> None:
        """Let the main thread end the run; if another one is at it, that ends the process."""
        self._ender.acquire()
        if self.caught:
            discard_what_blocks()

    # ---- in the main thread

    def catch(self, number: int, frame: FrameType | None) -> None:
        """Handle a signal: once the screens are gone, the second one stops waiting for the run."""
        if self._handled.is_second(number) and self._is_left:
            raise KeyboardInterrupt(128 + number)

    def announce(self, text: str) -> None:
        """Report what is waited for, once the screens are gone; from then on Ctrl-C ends that."""
        self._handled.is_announced = self._heard.is_announced = True  # before it can be read
        print_line(f"{text}; {way_out(self.caught)}")

    # ---- in the thread that hears of signals

    def hear(self, number: int) -> None:
        """Handle a signal: quit; once the screens are gone, stop the run. A second one ends the
        process.
        """
        if number not in {getattr(signal, name, None) for name in SIGNALS}:
            return
        first = not self._heard.first
        if self._heard.is_second(number):
            if self._is_left:
                time.sleep(UNWINDING_SECONDS)
            if self.session is not None:
                self.session.dismiss()
            self._end_process(128 + number, ["w2vtui: interrupted"])
        if not first:
            return
        if self._is_left:
            discard_what_blocks()
            # The screen may have failed, and nobody follows the run yet.
            session = self.session
            if session is not None and session.run is not None and not session.is_attached:
                session.run.stop()
            return
        late = threading.Timer(PATIENCE_SECONDS, self._end_without_screen)
        late.daemon = True
        late.start()
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has just ended
                self._loop.call_soon_threadsafe(self.leave, 128 + number)

    def _end_without_screen(self) -> None:
        """End the run and the process while the event loop still waits: for the terminal, or for
        a thread that does not end.
        """
        if not self._ender.acquire(blocking=False):
            return
        said: list[str] = []
        try:
            end(self.session, save=True, rescue=False, report=said.append)
        finally:
            self._end_process(128 + self.caught, said)

    def _end_process(self, code: int, said: Sequence[str]) -> None:
        """End the process at once, and wait only a moment for the terminal.

        said   to be reported on stderr
        """
        last = threading.Thread(target=self._give_back, args=(said,), daemon=True)
        last.start()
        last.join(GIVING_BACK_SECONDS)
        os._exit(code)

    def _give_back(self, said: Sequence[str]) -> None:
        give_back = getattr(self._driver, "give_back", None)
        if give_back is not None:
            give_back()
        text = "".join(f"{safe_text(line)}\n" for line in said)
        os.write(2, text.encode(errors="backslashreplace"))
