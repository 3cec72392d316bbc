"""A lack of memory is an error with words and an exit code of its own, never a traceback."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading

import pytest

from tests.support.processes import posix
from tests.support.wait import DEADLINE
from w2vtui.cli import run_command_line
from w2vtui.cli.verbs import runs
from w2vtui.errors import BackendError, CorpusError, ManyTypesError, OutOfMemoryError
from w2vtui.system import shortage
from w2vtui.system.resources import limited_memory
from w2vtui.system.shortage import as_shortage, check_room
from w2vtui.training.engine.cpu_backend import CpuBackend
from w2vtui.training.run import Run

SHORT = [
    MemoryError(),
    MemoryError("Unable to allocate 3.2 GiB"),
    OSError(errno.ENOMEM, os.strerror(errno.ENOMEM), "vectors.bin"),
    RuntimeError("can't start new thread"),
    ImportError("libblas.so: failed to map segment from shared object"),
]


@pytest.mark.parametrize("error", SHORT, ids=repr)
def test_a_lack_of_memory_is_recognized(error, monkeypatch, capsys):
    found = as_shortage(error, "reading the corpus")
    assert found is not None
    assert "not enough memory while reading the corpus; " in str(found)

    def fail(arguments):
        raise error

    monkeypatch.setattr(runs, "run", fail)
    assert run_command_line(["runs"]) == OutOfMemoryError.exit_code == 6
    printed = capsys.readouterr()
    assert printed.err.startswith("w2vtui: there was not enough memory")
    assert "Traceback" not in printed.err


@pytest.mark.parametrize(
    "error", [RuntimeError("a bug"), ImportError("a bug"), OSError(errno.EIO, "broken")], ids=repr
)
def test_other_errors_stay_what_they_are(error, monkeypatch):
    assert as_shortage(error) is None
    monkeypatch.setattr(runs, "run", lambda arguments: (_ for _ in ()).throw(error))
    if not isinstance(error, OSError):
        with pytest.raises(type(error), match="a bug"):
            run_command_line(["runs"])


def test_a_refusal_for_memory_has_its_code_whatever_else_it_is():
    assert ManyTypesError.exit_code == OutOfMemoryError.exit_code == 6
    assert issubclass(ManyTypesError, CorpusError)
    assert issubclass(OutOfMemoryError, BackendError)
    assert issubclass(OutOfMemoryError, MemoryError)


def no_memory(*arguments, **named):
    raise MemoryError


def test_a_run_without_memory_says_what_it_was_doing(topical_corpus, monkeypatch):
    reading = Run(no_memory)
    reading.start()
    with pytest.raises(OutOfMemoryError, match="not enough memory while reading the corpus"):
        reading.wait(DEADLINE)
    assert "not enough memory" in reading.snapshot().events[-1].text


def test_a_run_ends_even_if_its_end_fails(monkeypatch):
    """Whoever waits for it would wait for ever."""
    run = Run(no_memory)
    monkeypatch.setattr(run._control, "end", no_memory)
    monkeypatch.setattr("threading.excepthook", lambda arguments: None)
    run.start()
    with pytest.raises(OutOfMemoryError):
        run.wait(DEADLINE)


@pytest.mark.parametrize("refused", ["observer", "worker"])
def test_a_thread_that_finds_no_memory_ends_the_run(topical_corpus, monkeypatch, capsys, refused):
    """And no other thread fails on it: pytest makes an error of that."""
    start = threading.Thread.start

    def start_others(thread):
        if refused in thread.name:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_others)
    argv = ["train", str(topical_corpus), "--neighbors", "cow", "--no-checkpoints"]
    assert run_command_line(argv) == 6
    assert "there was not enough memory" in capsys.readouterr().err


def test_a_worker_without_memory_ends_the_run(topical_corpus, monkeypatch, capsys):
    monkeypatch.setattr(CpuBackend, "scratch", no_memory)
    argv = ["train", str(topical_corpus), "--neighbors", "cow", "--no-checkpoints"]
    assert run_command_line(argv) == 6
    assert "there was not enough memory while " in capsys.readouterr().err


def test_too_tight_a_limit_is_refused_before_the_libraries_are_loaded(monkeypatch):
    monkeypatch.setattr(shortage, "limited_memory", lambda: 100 << 20)
    with pytest.raises(OutOfMemoryError, match=r"takes about 629 MB .*\(ulimit -v\)"):
        check_room(600 << 20)
    check_room(100 << 20)
    monkeypatch.setattr(shortage, "limited_memory", lambda: None)
    check_room(1 << 60)


@posix
@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_the_limit_of_a_session_counts(environment, topical_corpus):
    """In a process of its own, since a limit cannot be raised again."""
    assert limited_memory() is None
    limit = "import resource; resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20)); "
    code = (
        f"{limit}import sys; from w2vtui.cli import run_command_line; "
        "sys.exit(run_command_line(sys.argv[1:]))"
    )
    for verb in ("train", "resume", "replay", "bench"):
        command = [sys.executable, "-c", code, verb, str(topical_corpus)]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=DEADLINE, check=False
        )
        assert done.returncode == 6
        assert "leaves 3" in done.stderr
        assert "Traceback" not in done.stderr
