"""The screens in a real terminal: signals leave it in order, and keep what was learned."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest

from tests.support.processes import run_tool
from tests.support.terminals import Terminal, fill, terminal
from tests.support.wait import DEADLINE
from w2vtui.formats import load_vectors
from w2vtui.runs.agreement import checkpoint_vectors
from w2vtui.runs.disk.checkpoint_files import checkpoint_folders
from w2vtui.runs.listed.listing import all_runs
from w2vtui.runs.listed.status import status_of

pytestmark = [pytest.mark.terminal, pytest.mark.process]

pty = pytest.importorskip("pty")
fcntl = pytest.importorskip("fcntl")
termios = pytest.importorskip("termios")

ROOT = Path(__file__).resolve().parents[2]
HANGUPS = int(os.environ.get("HANGUPS", "5"))
"""Rounds, each another kind of end; tools/hangups.py takes as many as one likes."""

SLOW_DISK = """
import time
from w2vtui.runs.recording import recorder
write = recorder.write_checkpoint
def slowly(folder, checkpoint, *spoiled):
    if checkpoint.state == "stopped":
        (folder / "writing").touch()
        time.sleep(3.0)
        (folder / "writing").unlink()
    return write(folder, checkpoint, *spoiled)
recorder.write_checkpoint = slowly
"""
DEAD_DISK = SLOW_DISK.replace("3.0", "600.0")
NO_ECHO = "from w2vtui.system import signals\nsignals.ECHO_SECONDS = 0.0\n"
LONG_ECHO = NO_ECHO.replace("0.0", "60.0")
BROKEN_SCREEN = """
from w2vtui.tui.train_screen.drawing import Drawing
draw = Drawing.draw_panes
def broken(drawing, shot):
    draw(drawing, shot)
    if shot.progress.tokens > 100_000:
        raise ZeroDivisionError("a defect")
Drawing.draw_panes = broken
"""
SLOW_TO_FOLLOW = """
import time
at_once = follow
def follow(run):
    time.sleep(1.0)
    return at_once(run)
"""
HANGING = """
import ctypes
from w2vtui.tui.train_screen.drawing import Drawing
draw = Drawing.draw_panes
def hangs(drawing, shot):
    draw(drawing, shot)
    while shot.checkpoint.tokens:
        os.close(os.open(runs_dir + "/../hangs", os.O_CREAT))
        {hang}
Drawing.draw_panes = hangs
"""
IN_PYTHON = HANGING.format(hang="time.sleep(0.01)").replace("import ctypes", "import time")
IN_C = HANGING.format(hang="ctypes.CDLL(None).sem_wait(ctypes.create_string_buffer(64))")
NEVER_READ = """
import threading
from w2vtui.tui.first_screen import survey
survey.look_at = lambda text, settings: threading.Event().wait()
"""
SOON_OVER = """
to_the_end = follow
def follow(run):
    run.change(epochs=run.snapshot().progress.epoch + 50)
    return to_the_end(run)
"""


def only_run(folder: Path) -> Path:
    (run,) = all_runs(folder / "runs")
    return run


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_a_signal_restores_the_terminal_and_saves_the_vectors(
    topical_corpus, tmp_path, number, code
):
    output = tmp_path / "vectors.txt"
    with terminal(topical_corpus, tmp_path, output=output) as opened:
        opened.trains()
        opened.program.send_signal(number)
        assert opened.exit_code() == code
        assert opened.was_restored()
        assert b"vectors saved to" in opened.written
    assert output.read_text().startswith("26 16\n")
    vectors = checkpoint_vectors(only_run(tmp_path))[0].vectors
    assert load_vectors(output).vectors == pytest.approx(vectors, abs=1e-5)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_a_signal_saves_the_run_and_says_how_to_resume(topical_corpus, tmp_path, number, code):
    with terminal(topical_corpus, tmp_path) as opened:
        opened.trains()
        opened.program.send_signal(number)
        assert opened.exit_code() == code
        assert opened.was_restored()
        name = only_run(tmp_path).name
        assert f"Resume it: w2vtui resume {name}".encode() in opened.written
    assert status_of(only_run(tmp_path)).state == "stopped"


def test_a_hang_up_that_comes_twice_does_not_lose_the_last_checkpoint(topical_corpus, tmp_path):
    with terminal(topical_corpus, tmp_path, first=SLOW_DISK) as opened:
        opened.trains()
        opened.program.send_signal(signal.SIGHUP)
        opened.shows("writing the last checkpoint")
        opened.program.send_signal(signal.SIGHUP)
        assert opened.exit_code() == 129
    assert status_of(only_run(tmp_path)).state == "stopped"


@pytest.mark.parametrize(("second", "first"), [(signal.SIGINT, ""), (signal.SIGTERM, NO_ECHO)])
def test_a_second_signal_leaves_without_the_last_checkpoint(
    topical_corpus, tmp_path, second, first
):
    """Ctrl-C as soon as it is said that it does, another signal after a while."""
    with terminal(topical_corpus, tmp_path, first=DEAD_DISK + first) as opened:
        opened.trains()
        opened.program.send_signal(signal.SIGTERM)
        opened.shows("writing the last checkpoint ...; Ctrl-C to leave at once")
        opened.program.send_signal(second)
        assert opened.exit_code() != 0
        assert opened.was_restored(before=True)
    status = status_of(only_run(tmp_path))
    assert status.state == "interrupted"
    assert status.can_resume  # from the one before


def test_an_app_that_is_killed_leaves_a_run_that_resumes(topical_corpus, tmp_path):
    with terminal(topical_corpus, tmp_path) as opened:
        opened.trains()
        opened.until(lambda: checkpoint_folders(only_run(tmp_path)))
        opened.program.kill()
        opened.exit_code()
    killed = status_of(only_run(tmp_path))
    assert killed.state == "interrupted"
    assert killed.can_resume
    with terminal(topical_corpus, tmp_path) as opened:
        opened.shows("Corpus")
        opened.type(b"\x12")  # ctrl+r
        opened.shows("enter resumes it")
        opened.type(b"\r")
        opened.shows("resumed at")
        before = killed.checkpoint_tokens
        opened.until(lambda: status_of(only_run(tmp_path)).checkpoint_tokens > before)
        opened.type(b"\x11\x11")  # ctrl+q, twice
        assert opened.exit_code() == 0
        assert b"Resume it: " in opened.written
    assert status_of(only_run(tmp_path)).checkpoint_tokens > killed.checkpoint_tokens


def fails(opened: Terminal) -> None:
    """Start a training, and wait until it continues without the screen, which has failed."""
    opened.shows("Corpus")
    opened.type(b"\x13")
    opened.until(lambda: b"continues without it" in opened.written)
    assert b"ZeroDivisionError" in opened.written
    assert opened.was_restored()


def test_a_defect_of_the_screen_stops_no_training(topical_corpus, tmp_path):
    output = tmp_path / "vectors.txt"
    with terminal(
        topical_corpus, tmp_path, output=output, first=f"{BROKEN_SCREEN}\n{SOON_OVER}"
    ) as opened:
        fails(opened)
        assert opened.exit_code() == 1
    assert status_of(only_run(tmp_path)).state == "done"
    vectors = checkpoint_vectors(only_run(tmp_path))[0].vectors
    assert load_vectors(output).vectors == pytest.approx(vectors, abs=1e-5)


def test_a_training_without_its_screen_stops_on_a_signal_and_is_saved(topical_corpus, tmp_path):
    with terminal(topical_corpus, tmp_path, first=BROKEN_SCREEN) as opened:
        fails(opened)
        opened.shows("epoch")
        opened.program.send_signal(signal.SIGINT)
        assert opened.exit_code() == 130
        assert b"Resume it: " in opened.written
    assert status_of(only_run(tmp_path)).state == "stopped"
    assert status_of(only_run(tmp_path)).checkpoint_tokens > 100_000


def test_a_signal_counts_that_comes_before_anybody_follows(topical_corpus, tmp_path):
    first = f"{BROKEN_SCREEN}\n{SLOW_TO_FOLLOW}"
    with terminal(topical_corpus, tmp_path, first=first) as opened:
        fails(opened)
        opened.program.send_signal(signal.SIGTERM)
        assert opened.exit_code() == 143
        assert b"Resume it: " in opened.written
    assert status_of(only_run(tmp_path)).state == "stopped"


def test_a_terminal_that_is_gone_does_not_lose_the_vectors(topical_corpus, tmp_path):
    output = tmp_path / "vectors.txt"
    with terminal(topical_corpus, tmp_path, output=output) as opened:
        opened.trains()
        os.close(opened.inside)
        os.close(opened.outside)
        opened.program.send_signal(signal.SIGHUP)
        assert opened.program.wait(DEADLINE) == 129
    assert output.read_text().startswith("26 16\n")
    assert status_of(only_run(tmp_path)).state == "stopped"


def test_a_screen_that_fails_saves_the_vectors_of_an_unsaved_run(topical_corpus, tmp_path):
    """No place was named for them, and nobody can be asked."""
    unsaved = BROKEN_SCREEN + "\nrun_settings = {'checkpoints': False}"
    with terminal(topical_corpus, tmp_path, first=unsaved, TMPDIR=str(tmp_path)) as opened:
        fails(opened)
        opened.program.send_signal(signal.SIGTERM)
        assert opened.exit_code() == 143
    (rescued,) = tmp_path.glob("w2vtui-rescued-*/vectors.bin")
    assert f"vectors saved to {rescued}".encode() in opened.written
    assert load_vectors(rescued).vectors.shape == (26, 16)


# ---- a terminal that takes nothing, or an event loop that hangs


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_terminal_that_takes_nothing_holds_up_no_end(topical_corpus, tmp_path, number, code):
    output = tmp_path / "vectors.txt"
    with terminal(topical_corpus, tmp_path, output=output) as opened:
        opened.trains()
        fill(os.ttyname(opened.inside))
        opened.program.send_signal(number)
        assert opened.program.wait(DEADLINE) == code
        assert opened.was_restored(before=True)
    assert status_of(only_run(tmp_path)).state == "stopped"
    assert output.read_text().startswith("26 16\n")


def hangs(opened: Terminal, folder: Path) -> None:
    """Start a training, and wait until its event loop hangs after a checkpoint."""
    opened.shows("Corpus")
    opened.type(b"\x13")  # ctrl+s
    opened.until((folder / "hangs").exists)
    opened.until(lambda: checkpoint_folders(only_run(folder)))


@pytest.mark.parametrize("first", [IN_PYTHON, IN_C], ids=["in Python", "in C"])
def test_an_event_loop_that_hangs_holds_up_no_end(topical_corpus, tmp_path, first):
    output = tmp_path / "vectors.txt"
    with terminal(topical_corpus, tmp_path, output=output, first=first) as opened:
        hangs(opened, tmp_path)
        opened.program.send_signal(signal.SIGTERM)
        assert opened.exit_code() == 143
        assert opened.was_restored()
        assert f"Resume it: w2vtui resume {only_run(tmp_path).name}".encode() in opened.written
    assert status_of(only_run(tmp_path)).state == "stopped"
    assert output.read_text().startswith("26 16\n")


def test_a_thread_that_never_ends_holds_up_no_end(topical_corpus, tmp_path):
    """As one that reads from a disk that does not answer; the event loop waits for it."""
    with terminal(topical_corpus, tmp_path, first=NEVER_READ) as opened:
        opened.shows("Corpus")
        opened.program.send_signal(signal.SIGTERM)
        assert opened.exit_code() == 143
        assert opened.was_restored()


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_second_signal_ends_an_app_that_hangs_at_once(topical_corpus, tmp_path, second):
    with terminal(topical_corpus, tmp_path, first=f"{NO_ECHO}{DEAD_DISK}\n{IN_PYTHON}") as opened:
        hangs(opened, tmp_path)
        opened.program.send_signal(signal.SIGTERM)
        opened.until((only_run(tmp_path) / "writing").exists)
        opened.program.send_signal(second)
        assert opened.exit_code() == 128 + second
        assert opened.was_restored()
    status = status_of(only_run(tmp_path))
    assert status.state == "interrupted"
    assert status.can_resume


@pytest.mark.parametrize(
    ("numbers", "code"),
    [
        ((signal.SIGTERM, signal.SIGTERM), 143),  # as `timeout` does: to a process and its group
        ((signal.SIGINT, signal.SIGINT), 130),  # before it is said that the second leaves at once
    ],
)
def test_a_signal_that_is_sent_twice_at_once_counts_once(topical_corpus, tmp_path, numbers, code):
    with terminal(topical_corpus, tmp_path, first=f"{LONG_ECHO}{SLOW_DISK}") as opened:
        opened.trains()
        for number in numbers:
            opened.program.send_signal(number)
            time.sleep(0.1)
        assert opened.exit_code() == code
    assert status_of(only_run(tmp_path)).state == "stopped"


@pytest.mark.parametrize("ignored", [False, True], ids=["", "as by nohup"])
def test_a_terminal_that_goes_without_a_signal_is_a_hang_up(topical_corpus, tmp_path, ignored):
    """Nothing can be written any longer. A training under nohup then continues to its end."""
    output = tmp_path / "vectors.txt"
    nohup = "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n" if ignored else ""
    with terminal(topical_corpus, tmp_path, output=output, first=nohup + SOON_OVER) as opened:
        opened.trains()
        os.close(opened.inside)
        os.close(opened.outside)
        assert opened.program.wait(DEADLINE) == 129
    assert status_of(only_run(tmp_path)).state == ("done" if ignored else "stopped")
    assert output.read_text().startswith("26 16\n")


def test_a_first_screen_whose_terminal_goes_without_a_signal_is_left(topical_corpus, tmp_path):
    with terminal(topical_corpus, tmp_path) as opened:
        opened.shows("Corpus")
        os.close(opened.inside)
        os.close(opened.outside)
        assert opened.program.wait(DEADLINE) == 129


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_terminals_that_die_in_any_state_leave_a_run_that_resumes(environment, tmp_path):
    """hangups.py looks at the exit codes, the locks and the runs."""
    told = run_tool("hangups.py", "--rounds", HANGUPS, 1, tmp_path, environment=environment)
    report = json.loads(told)
    assert report["failures"] == []
    assert report["rounds"] == HANGUPS


# ---- streams that go elsewhere


@pytest.mark.parametrize("closed", [False, True], ids=["a file", "closed"])
def test_stderr_may_go_elsewhere(topical_corpus, tmp_path, closed):
    log = None if closed else tmp_path / "log"
    wrapped = ("sh", "-c", 'exec "$@" 2>&-', "sh") if closed else ()
    warns = BROKEN_SCREEN.replace("raise ZeroDivisionError", "sys.stderr.write('noted\\n') #")
    with terminal(topical_corpus, tmp_path, wrapped=wrapped, log=log, first=warns) as opened:
        opened.trains()
        opened.until(lambda: log is None or b"noted" in log.read_bytes())
        opened.program.send_signal(signal.SIGTERM)
        assert opened.exit_code() == 143
        assert opened.was_restored()
    name = only_run(tmp_path).name
    if log is not None:
        assert f"Resume it: w2vtui resume {name}" in log.read_text()


# ---- suspending


@pytest.mark.parametrize("wrapped", [(), ("sh", "-c", '"$@"; true', "sh")], ids=["", "as by make"])
def test_ctrl_z_stops_the_job_once_the_terminal_is_given_back(topical_corpus, tmp_path, wrapped):
    with terminal(topical_corpus, tmp_path, wrapped=wrapped) as opened:
        opened.shows("Corpus")
        opened.type(b"\x13")  # ctrl+s
        opened.shows("TRAINING")
        for _ in range(2):
            opened.type(b"\x1a")  # ctrl+z
            opened.until(lambda: is_stopped(opened.program.pid))
            opened.read()
            assert b"\x1b[?1049l" in opened.written  # the shell has its screen back
            opened.written = b""
            os.killpg(opened.program.pid, signal.SIGCONT)
            opened.shows("TRAINING")
        os.killpg(opened.program.pid, signal.SIGTERM)
        assert opened.exit_code() == (-signal.SIGTERM if wrapped else 143)


def is_stopped(pid: int) -> bool:
    changed, status = os.waitpid(pid, os.WUNTRACED | os.WNOHANG)
    return changed == pid and os.WIFSTOPPED(status)


def test_a_process_that_continues_has_the_terminal_once(topical_corpus, tmp_path):
    """After SIGSTOP, of which the app hears nothing, or with no stop at all."""
    with terminal(topical_corpus, tmp_path) as opened:
        opened.trains()
        for number in (signal.SIGCONT, signal.SIGSTOP, signal.SIGCONT):
            opened.program.send_signal(number)
            if number == signal.SIGCONT:
                opened.until(lambda: b"\x1b[?1049h" in opened.written.partition(b"\x1b[?1049l")[2])
                opened.written = b""
            else:
                opened.until(lambda: is_stopped(opened.program.pid))
        opened.shows("TRAINING")
        opened.program.send_signal(signal.SIGTERM)
        assert opened.exit_code() == 143
        assert opened.was_restored()


def test_ctrl_z_while_the_last_checkpoint_is_written_only_delays_it(topical_corpus, tmp_path):
    with terminal(topical_corpus, tmp_path, first=SLOW_DISK) as opened:
        opened.trains()
        opened.program.send_signal(signal.SIGTERM)
        opened.until(lambda: b"writing the last checkpoint" in opened.written)
        opened.program.send_signal(signal.SIGTSTP)
        opened.until(lambda: is_stopped(opened.program.pid))
        opened.program.send_signal(signal.SIGCONT)
        assert opened.exit_code() == 143
        assert opened.was_restored()
        assert b"Traceback" not in opened.written
    assert status_of(only_run(tmp_path)).state == "stopped"
