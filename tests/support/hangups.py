"""Terminals that die while the app is shown in them, in each state of the app and in each way.

Every round the app is brought into a state, its terminal dies, and the app must end by itself, with
the exit code of the signal, its lock released, and its run saved so that it can be resumed.
tools/hangups.py does it for as long as one likes.

A nursery has everything imported and compiled and no thread; it forks an app into each
pseudo-terminal. In tmux, whose terminals only tmux can make, an app is a process of its own.
"""

from __future__ import annotations

import faulthandler
import fcntl
import os
import pty
import shlex
import shutil
import signal
import subprocess
import sys
import termios
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.support.calm import train_calmly
from tests.support.corpora import topical_sentences
from tests.support.terminals import fill
from tests.support.wait import until
from w2vtui.cli.headless import follow
from w2vtui.corpus import ReadingStopped, encode_sentences
from w2vtui.formats import load_vectors, save_vectors
from w2vtui.runs.disk import checkpoint_files
from w2vtui.runs.disk.lock import in_use
from w2vtui.runs.listed.listing import all_runs
from w2vtui.runs.listed.status import LiveStatus, status_of
from w2vtui.runs.recording import recorder
from w2vtui.runs.requested import request
from w2vtui.runs.resuming.resuming import resumption
from w2vtui.settings import CorpusSettings, LiveSettings, RunSettings, TrainingSettings
from w2vtui.training.engine.cpu_backend import CpuBackend
from w2vtui.tui.app_parts import leaving
from w2vtui.tui.chosen.form import Form
from w2vtui.tui.chosen.sources import field_text
from w2vtui.tui.launch import run_app
from w2vtui.tui.train_screen.drawing import Drawing

ROOT = Path(__file__).resolve().parents[2]
STATES = (
    "first screen", "reading", "training", "paused", "dialog", "finishing", "suspended", "done",
    "saving", "screen failed",
)  # fmt: skip
WAYS = ("closed", "closed unnoticed", "full, hung up", "full, terminated", "tmux killed")
CODES = {
    "closed": {129},
    "closed unnoticed": {0, 129, 143},  # 0 where it was being left already, 143 without a screen
    "full, hung up": {129},
    "full, terminated": {143},
    "tmux killed": {129},
}
LIMIT_SECONDS = 60.0
"""An app that takes longer to end hangs."""
SLOW_SECONDS = 1.0
TRAINING = TrainingSettings(vector_size=16)


class Round:
    """An app in a state, in a folder of its own."""

    def __init__(self, state: str, folder: Path) -> None:
        self.state, self.folder = state, folder
        self.output, self.runs_dir = folder / "vectors.txt", folder / "runs"

    # ---- the app

    def show_app(self) -> int:
        """Show the app, made so that it can be stopped in the state; return its exit code."""
        faulthandler.register(signal.SIGUSR1, (self.folder / "stacks").open("w"))
        leaving.TWICE_SECONDS = 60.0
        train_calmly()
        for name in ("COLUMNS", "LINES"):  # they would go before the size of the terminal
            os.environ.pop(name, None)
        {
            "reading": self._read_slowly,
            "finishing": self._write_slowly,
            "saving": self._save_slowly,
            "screen failed": self._break_the_screen,
        }.get(self.state, lambda: None)()
        epochs = 3 if self.state == "done" else 1_000_000
        form = Form(
            corpus=field_text([str(self.folder.parent / "topics.txt")]),
            training=TRAINING,
            live=LiveSettings(epochs=epochs, workers=1),
            run_settings=RunSettings(runs_dir=str(self.runs_dir), checkpoint_seconds=0.2),
        )
        return run_app(form, str(self.output), follow=follow)

    def _reach(self) -> None:
        (self.folder / "reached").touch()

    def _read_slowly(self) -> None:
        def read(*_: Any, stop: Any, **__: Any) -> None:
            self._reach()
            stop.wait()
            raise ReadingStopped

        _replace(request, "open_corpus", read)

    def _write_slowly(self) -> None:
        write = checkpoint_files.write_checkpoint

        def write_slowly(folder: Path, checkpoint: Any, *rest: Any) -> Any:
            if checkpoint.state == "stopped":
                self._reach()
                time.sleep(SLOW_SECONDS)
            return write(folder, checkpoint, *rest)

        _replace(recorder, "write_checkpoint", write_slowly)

    def _save_slowly(self) -> None:
        save = save_vectors

        def save_slowly(*arguments: Any, **named: Any) -> None:
            self._reach()
            time.sleep(SLOW_SECONDS)
            save(*arguments, **named)

        _replace(request, "save_vectors", save_slowly)

    def _break_the_screen(self) -> None:
        draw = Drawing.draw_panes

        def broken(drawing: Drawing, shot: Any) -> None:
            draw(drawing, shot)
            if shot.progress.tokens:
                raise ZeroDivisionError("a defect")

        _replace(Drawing, "draw_panes", broken)

    # ---- into the state

    def bring(self, terminal: PseudoTerminal | TmuxTerminal) -> None:
        """Steer the app into the state."""
        terminal.shows("Corpus")
        if self.state == "first screen":
            return
        terminal.type(b"\x13")  # ctrl+s
        if self.state == "reading":
            terminal.until(self._is_reached)
            return
        if self.state == "screen failed":
            terminal.shows("continues without it")
            return
        if self.state == "done":
            terminal.until(lambda: self._live("done"))
            return
        terminal.until(lambda: self._live("training"))
        keys = {
            "paused": b" ", "dialog": b"\x11", "finishing": b"\x11", "suspended": b"\x1a",
            "saving": b"s",
        }  # fmt: skip
        terminal.type(keys.get(self.state, b""))
        if self.state == "paused":
            terminal.until(lambda: self._live("paused"))
        elif self.state == "suspended":
            terminal.until(terminal.is_stopped)
        elif self.state in ("dialog", "finishing"):
            terminal.shows("Stay")
            terminal.type(b"k" if self.state == "finishing" else b"")
        elif self.state == "saving":
            terminal.shows("enter")
            terminal.type(b"\r")
        if self.state in ("finishing", "saving"):
            terminal.until(self._is_reached)

    def _is_reached(self) -> bool:
        return (self.folder / "reached").exists()

    def _live(self, state: str) -> bool:
        found = all_runs(self.runs_dir)
        last = LiveStatus.read(found[0]) if found else None
        return last is not None and last.tokens > 0 and last.state == state

    # ---- after the end

    def check(self) -> None:
        """The run is unlocked, can be resumed from its last checkpoint, and its vectors are
        saved.
        """
        found = all_runs(self.runs_dir)
        if self.state in ("first screen", "reading"):
            assert not found, found
            return
        (run,) = found
        assert not in_use(run), "locked"
        status = status_of(run)
        assert status.state == ("done" if self.state == "done" else "stopped"), status
        if status.state == "stopped":
            taken = resumption(run)
            assert taken.checkpoint is not None
            assert taken.checkpoint.clock == status.checkpoint_tokens
            taken.recorder.close()
        if self.state not in ("done", "finishing"):  # nobody is asked to save those
            assert len(load_vectors(self.output)) == 26


def _replace(owner: Any, name: str, by: Callable[..., Any]) -> None:
    """Replace a function for the rest of this process."""
    assert hasattr(owner, name)
    setattr(owner, name, by)


class PseudoTerminal:
    """An app in a pseudo-terminal, as a child of this process."""

    def __init__(self, played: Round, way: str) -> None:
        self.outside, self.inside = pty.openpty()
        termios.tcsetwinsize(self.inside, (40, 120))
        self._before = termios.tcgetattr(self.inside)
        os.set_blocking(self.outside, False)
        self._written = b""
        self._state = played.state
        self._code: int | None = None
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if not self.pid:
            self._become_app(played, is_controlled=way != "closed unnoticed")

    def _become_app(self, played: Round, *, is_controlled: bool) -> None:
        """Show the app in this process, and end it as a process usually ends."""
        os.setsid()
        if is_controlled:
            fcntl.ioctl(self.inside, termios.TIOCSCTTY, 0)
        for stream in range(3):
            os.dup2(self.inside, stream)
        os.close(self.inside)
        os.close(self.outside)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ["TERM"] = "xterm-256color"
        sys.exit(played.show_app())

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self.outside, keys)

    def _read(self) -> None:
        with suppress(BlockingIOError, OSError):
            while block := os.read(self.outside, 1 << 16):
                self._written += block

    def until(self, condition: Callable[[], object]) -> None:
        """Read what is drawn until a condition holds."""

        def holds() -> object:
            self._read()
            return condition()

        until(holds, lambda: f"the state; the end of the screen:\n{self._written[-2000:]!r}")

    def shows(self, text: str) -> None:
        """Wait until a text is drawn, then forget what was."""
        self.until(lambda: text.encode() in self._written)
        self._written = b""

    def is_stopped(self) -> bool:
        """Whether the app has just been suspended."""
        changed, status = os.waitpid(self.pid, os.WUNTRACED | os.WNOHANG)
        return changed == self.pid and os.WIFSTOPPED(status)

    def die(self, way: str) -> None:
        """End the terminal."""
        if way.startswith("closed"):
            os.close(self.inside)
            os.close(self.outside)
            if way == "closed unnoticed" and self._state == "suspended":
                os.kill(self.pid, signal.SIGCONT)
            elif way == "closed unnoticed" and self._state == "screen failed":
                os.kill(self.pid, signal.SIGTERM)  # a run without a screen needs no terminal
        else:
            fill(os.ttyname(self.inside))
            self._send(signal.SIGHUP if way == "full, hung up" else signal.SIGTERM)

    def _send(self, number: int) -> None:
        if self._code is None:
            os.kill(self.pid, number)
            os.kill(self.pid, signal.SIGCONT)

    def _wait(self, seconds: float) -> int | None:
        limit = time.monotonic() + seconds
        while self._code is None and time.monotonic() < limit:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                self._code = os.waitstatus_to_exitcode(status)
            time.sleep(0.005)
        return self._code

    def exit_code(self) -> int | None:
        """Wait for the end of the app, but not for ever; None if it hangs."""
        code = self._wait(LIMIT_SECONDS)
        if code is None:
            _kill(self.pid)
            self._wait(LIMIT_SECONDS)
        with suppress(termios.error):  # it has been closed
            assert termios.tcgetattr(self.inside) == self._before, "the modes were not restored"
        for end in (self.outside, self.inside):
            with suppress(OSError):
                os.close(end)
        return code


class TmuxTerminal:
    """An app in a terminal of tmux, under a parent that outlives the terminal."""

    def __init__(self, played: Round) -> None:
        self._folder = played.folder
        self._tmux = ["tmux", "-L", f"w2vtui-{os.getpid()}", "-f", os.devnull]
        command = [sys.executable, str(ROOT / "tools" / "hangups.py"), "--outlive", played.state,
                   str(played.folder)]  # fmt: skip
        self._run("new-session", "-d", "-x", "120", "-y", "40", shlex.join(command))

    def _run(self, *words: str) -> str:
        done = subprocess.run([*self._tmux, *words], capture_output=True, text=True, check=False)
        return done.stdout

    @staticmethod
    def outlive(state: str, folder: Path) -> None:
        """Run an app as a shell runs a job; note its process and its exit code."""
        child = os.fork()
        if not child:
            os.setpgid(0, 0)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            sys.exit(Round(state, folder).show_app())
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        with suppress(OSError):  # the child was faster
            os.setpgid(child, child)
        os.tcsetpgrp(0, child)

        def hang_up(*_: object) -> None:
            os.kill(child, signal.SIGHUP)
            os.kill(child, signal.SIGCONT)

        signal.signal(signal.SIGHUP, hang_up)
        (folder / "pid").write_text(str(child))
        _, status = os.waitpid(child, 0)
        (folder / "code").write_text(str(os.waitstatus_to_exitcode(status)))

    def type(self, keys: bytes) -> None:
        """Press keys."""
        if keys:
            self._run("send-keys", "-H", *(f"{key:02x}" for key in keys))

    def until(self, condition: Callable[[], object]) -> None:
        """Wait until a condition holds."""
        until(condition, lambda: f"the state; the screen:\n{self._run('capture-pane', '-p')}")

    def shows(self, text: str) -> None:
        """Wait until the screen has a text."""
        self.until(lambda: text in self._run("capture-pane", "-p"))

    def is_stopped(self) -> bool:
        """Whether the app is suspended."""
        stat = Path(f"/proc/{(self._folder / 'pid').read_text()}/stat").read_text()
        return stat.rpartition(")")[2].split()[0] == "T"

    def die(self, way: str) -> None:
        """End the terminal."""
        self._run("kill-server")

    def exit_code(self) -> int | None:
        """Wait for the end of the app, but not for ever; None if it hangs."""
        limit = time.monotonic() + LIMIT_SECONDS
        while time.monotonic() < limit:
            with suppress(OSError, ValueError):
                return int((self._folder / "code").read_text())
            time.sleep(0.01)
        _kill(int((self._folder / "pid").read_text()))
        return None


def _kill(hanging: int) -> None:
    """Kill an app that hangs, which writes first what its threads do."""
    os.kill(hanging, signal.SIGUSR1)
    time.sleep(0.5)
    os.kill(hanging, signal.SIGKILL)


def prepare(place: Path) -> None:
    """Write the text that all apps train on, and compile its training."""
    sentences = topical_sentences(1500)
    (place / "topics.txt").write_text("\n".join(map(" ".join, sentences)) + "\n")
    backend = CpuBackend(encode_sentences(sentences, CorpusSettings(min_count=1)), TRAINING)
    backend.compile(backend.plan(LiveSettings(workers=1).resolved(1000, 1)))


def ways() -> tuple[str, ...]:
    """The ways in which terminals can die here."""
    return tuple(way for way in WAYS if way != "tmux killed" or shutil.which("tmux"))


def play(state: str, way: str, folder: Path) -> float:
    """Let a terminal die once; return the seconds that the app took to end.

    Raises:
        AssertionError: it hung, or ended as it should not.
    """
    folder.mkdir()
    played = Round(state, folder)
    terminal = TmuxTerminal(played) if way == "tmux killed" else PseudoTerminal(played, way)
    played.bring(terminal)
    began = time.monotonic()
    terminal.die(way)
    code = terminal.exit_code()
    took = time.monotonic() - began
    assert code is not None, f"it hung:\n{(folder / 'stacks').read_text()}"
    assert code in CODES[way], f"exit code {code}"
    played.check()
    return took


def report_of(rounds: list[tuple[str, str]], place: Path) -> dict[str, Any]:
    """Play rounds of states and ways; return what failed, and how long the ends took."""
    prepare(place)
    took, failures, kinds = [], [], Counter[str]()
    for number, (state, way) in enumerate(rounds):
        kinds[way] += 1
        try:
            took.append(play(state, way, place / str(number)))
        except AssertionError as error:
            failures.append(f"{number}: {state}, {way}: {error}")
            print(failures[-1], file=sys.stderr, flush=True)
    return {
        "rounds": len(rounds), **kinds, "failures": failures,
        "slowest": max(took, default=0.0), "mean": sum(took) / max(len(took), 1),
    }  # fmt: skip
