"""Textual's driver, made for terminals that stop to read or go away.

It draws on stdout, so that stderr may go to a file, and survives a terminal that is gone.
"""

from __future__ import annotations

import io
import os
import select
import signal
import sys
import termios
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol, TextIO, cast

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

_PIECE = 4096
"""Bytes written at a time; between two writes others may write, and drawing can be ended."""
_LEAVE = (
    "\x18"  # cancels a sequence that was cut off
    "\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1016l\x1b[?1006l"
    "\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"
)
"""Undoes every mode that Textual sets."""


class TerminalUser(Protocol):
    """An app that can lose its terminal."""

    def lose_terminal(self) -> None:
        """The terminal is gone."""


class TerminalFile(io.TextIOBase):
    """What the screens are drawn on: writes to a terminal, or to nowhere once it is gone."""

    def __init__(self, stream: TextIO, on_gone: Callable[[], object]) -> None:
        """on_gone: called once, by the thread that writes."""
        self._descriptor = os.dup(stream.fileno())  # stdout itself may be pointed to nowhere
        self._encoding, self._on_gone = stream.encoding, on_gone
        self.is_open = True

    def fileno(self) -> int:
        """Its descriptor."""
        return self._descriptor

    def write(self, text: str) -> int:
        """Write a text, or what is left of it until drawing ends."""
        data = memoryview(text.encode(self._encoding, "backslashreplace"))
        while data and self.is_open:
            try:
                data = data[os.write(self._descriptor, data[:_PIECE]) :]
            except BlockingIOError:  # somebody made the terminal so
                select.select([], [self._descriptor], [], 1.0)
            except OSError:
                self.is_open = False
                self._on_gone()
        return len(text)


class TerminalDriver(LinuxDriver):
    """Draws on stdout; restores the terminal even where the event loop hangs."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        """
        app       its `lose_terminal` is called, by another thread, when the terminal is gone
        options   those of Textual's driver
        """
        super().__init__(app, **options)
        assert sys.__stdout__ is not None, "the app is shown only if stdout is a terminal"
        self._screen = TerminalFile(sys.__stdout__, cast(TerminalUser, app).lose_terminal)
        self._file = cast(Any, self._screen)
        self._is_on = self._is_suspended = False

    # ---- on and off

    def write(self, data: str) -> None:
        """Draw, unless the terminal has been given back."""
        if self._is_on:
            super().write(data)

    def start_application_mode(self) -> None:
        """Take the terminal; this fails while another job has it."""
        self._writer_thread, self._is_on = None, True
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._is_on = self._writer_thread is not None
        self._is_suspended = not self._is_on

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        if self._is_on:
            super().stop_application_mode()
            self._is_on = False

    def suspend_application_mode(self) -> None:
        """Give the terminal back until the process continues."""
        if self._is_on:
            super().suspend_application_mode()
            self._is_suspended = True

    def close(self) -> None:
        """Wait until everything is drawn."""
        super().close()
        self._writer_thread = None

    def _sigtstp_application(self, *_: object) -> None:
        """Suspend on ctrl+z, from the event loop: a handler may come in the middle of a write."""
        try:
            self._loop.call_soon_threadsafe(self._app.action_suspend_process)
        except RuntimeError:  # the loop has ended, and the terminal is the shell's
            os.kill(os.getpid(), signal.SIGSTOP)

    def _sigcont_application(self, *_: object) -> None:
        """Take the terminal again; a hang-up also continues the process, and leaves none."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._continue)

    def _continue(self) -> None:
        if not os.isatty(self.fileno) or self._app.return_code is not None:
            return
        if self._is_on:  # it was stopped by SIGSTOP, and the shell has had the terminal since
            self.suspend_application_mode()
        if self._is_suspended:
            self._is_suspended = False
            self.resume_application_mode()

    # ---- without the event loop

    def give_back(self) -> None:
        """Restore the terminal in place of the event loop; may wait for the terminal for ever."""
        self._screen.is_open = False
        if not self._is_on or not self._has_terminal():
            return
        with suppress(termios.error):
            if self.attrs_before is not None:
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
            termios.tcflush(self._screen.fileno(), termios.TCOFLUSH)
        with suppress(OSError):
            os.write(self._screen.fileno(), _LEAVE.encode())

    def _has_terminal(self) -> bool:
        """Whether it is this job that has the terminal: another one must not be disturbed."""
        try:
            return os.tcgetpgrp(self.fileno) == os.getpgrp()
        except OSError:  # this session has no terminal of its own: nobody is disturbed
            return True
