"""Shows the screens until they are left, and ends the run in order however that came about."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING

from w2vtui.config import Config
from w2vtui.errors import CorpusError
from w2vtui.settings import ScreenSettings
from w2vtui.signals import handling
from w2vtui.tui.app import W2vApp
from w2vtui.tui.session import Form
from w2vtui.tui.shutdown import continue_without_screen, end

if TYPE_CHECKING:
    from w2vtui.training.run import Run


def run_app(
    form: Form,
    output: str | None = None,
    *,
    look: ScreenSettings | None = None,
    config: Config | None = None,
    follow: Callable[[Run], int],
) -> int:
    """Show the screens until they are left; return the exit code.

    output   where the vectors are to be saved; None asks
    config   its theme and keys have been checked
    follow   waits for the end of a run whose screen has failed; returns the exit code of the
             signal that ended the run, else 0

    The code is 0 when the user quit; 130, 143 or 129 on SIGINT, SIGTERM or SIGHUP; else that of
    the error that ended the run. However the screens are left, a saved run gets its last
    checkpoint. A signal also saves the vectors, if an output is named. If a screen fails, its run
    continues without it; vectors of a run without checkpoints are then saved to the output, else
    to a temporary file.

    Raises:
        W2vtuiError: the output or a file of word pairs or analogies cannot be used; no screen has
            been shown.
    """
    if form.pairs or form.analogies:
        from w2vtui.training.measuring.quality import QualitySets  # loads NumPy

        QualitySets.read(form.pairs, form.analogies)
    if output is not None:
        with suppress(CorpusError):  # the first screen shows what is wrong with the corpus
            form.request(output).check_outputs()
    app = SignalledApp(form, output, look=look, config=config)
    with handling(dict.fromkeys(("SIGINT", "SIGTERM", "SIGHUP"), app.catch)):
        try:
            app.run()
        finally:
            # Textual has restored the terminal; now end the run, whatever happened.
            app.was_left = True
            failed = not app.caught and (app.return_code is None or app.return_code == 1)
            asked = bool(app.caught) or app.return_code == 130
            code = continue_without_screen(app.session, follow) if failed else 0
            end(app.session, save=failed or asked, rescue=failed)
    return code or (128 + app.caught if app.caught else app.return_code or 0)


class SignalledApp(W2vApp):
    """Quits on signals as it does on keys; Textual alone would leave the terminal in disorder."""

    caught = 0
    """The signal that ended it."""
    was_left = False
    """Whether the screens are gone and the run is being ended."""
    _loop: asyncio.AbstractEventLoop | None = None

    def on_mount(self) -> None:
        """Handle signals from now on, and one that came before."""
        self._loop = asyncio.get_running_loop()
        if self.caught:
            self.leave(128 + self.caught)

    def catch(self, number: int, frame: FrameType | None) -> None:
        """Handle a signal: quit; once the screens are gone, stop the run, then stop waiting for it.

        A hang-up may come twice, from the terminal and from the shell, and counts once.
        """
        before, self.caught = self.caught, self.caught or number
        if self.was_left:
            if number == signal.SIGINT or (number == before and number == signal.SIGTERM):
                raise KeyboardInterrupt(128 + number)
            if self.session is not None and self.session.run is not None:
                # The screen may have failed, and nobody follows the run yet. In a thread, since
                # this one may be stopping the run already, and hold its lock.
                threading.Thread(target=self.session.run.stop).start()
        elif not before and self._loop is not None:
            with suppress(RuntimeError):  # the loop has just ended
                self._loop.call_soon_threadsafe(self.leave, 128 + number)
