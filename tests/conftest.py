"""Shared fixtures: encoded corpora go to a temporary folder, small corpora to train on."""

from __future__ import annotations

import ctypes
import gc
import importlib
import inspect
import itertools
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from tests.support.corpora import topical_sentences
from tests.support.places import keep_in
from tests.support.threads import note_threads_of_others
from tests.support.warm import (
    COMMAND_LINE,
    OF_TERMINALS,
    WarmProcess,
    can_be_warm,
    common_environment,
)

_places = itertools.count()

# A shell ignores SIGINT in background jobs, and nohup SIGHUP; tests send them to their children,
# which do not ignore what is handled here.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
    signal.signal(signal.SIGHUP, lambda number, frame: None)

settings.register_profile("any speed", deadline=None)  # a busy machine is not a failure
settings.register_profile("quick", deadline=None, max_examples=10)
settings.load_profile("any speed")

if os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":  # Numba itself takes 0.6 s to load
    # 64-bit hashes wrap around and NaN is looked for on purpose; NumPy's scalars would warn of it.
    np.seterr(all="ignore")


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Look for no garbage among modules and tests, which are there to stay."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_modifyitems(items):
    """Mark tests by their fixtures and their kind: those with the environment of another process
    start one, and only tests of the screens are coroutines. Where a test shows screens, trainings
    leave the processor to them.
    """
    for item in items:
        if "environment" in item.fixturenames:
            item.add_marker(pytest.mark.process)
        if "gensim_models" in item.fixturenames:
            item.add_marker(pytest.mark.slow)
        if inspect.iscoroutinefunction(getattr(item, "function", None)):
            item.add_marker(pytest.mark.terminal)
        shows_screens = item.get_closest_marker("terminal") is not None
        if shows_screens and not {"full_speed", "_calm_trainings"} & set(item.fixturenames):
            item.fixturenames.insert(0, "_calm_trainings")


def pytest_collection_finish():
    """Choose the folder of compiled kernels before tests have another place for what is kept.

    Look for garbage seldom, and not among what is there before the first test: that took a fifth
    of the time of tests that show screens.
    """
    importlib.import_module("w2v_kernels.machine.compiling")
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 10)


def pytest_runtest_setup():
    """A test waits for the threads of its own runs alone."""
    note_threads_of_others()


@pytest.fixture(scope="session", autouse=True)
def _for_all_tests(tmp_path_factory):
    """Keep the user's settings and terminal out of the tests, and have nobody wait; the folder of
    all tests.

    The app trains in its own process, unless a test has it otherwise: a process more takes two
    seconds of the processor.

    Disks: no test cuts the power, which is all that `fsync` protects from; it takes most of the
    time of a test that writes many small files. A test of its calls replaces it again.

    Clocks: few tests change a text in the moment after it was written; those wait, as is usual.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("W2VTUI_")]:
            patch.delenv(name)
        for name in OF_TERMINALS:
            patch.delenv(name, raising=False)
        patch.setenv("TERM", "xterm")
        patch.setenv("W2VTUI_CONFIG", os.devnull)
        patch.setenv("W2VTUI_OWN_PROCESS", "no")
        patch.setattr(os, "fsync", lambda descriptor: None)
        patch.setattr("w2vtui.corpus.stored.cache._TICK_NS", 0)
        keep_in(tmp_path_factory.mktemp("shared"), patch)  # of fixtures that tests share
        yield tmp_path_factory.mktemp("private")


@pytest.fixture(autouse=True)
def private_place(_for_all_tests, monkeypatch):
    """Keep corpora and runs out of the user's folders, and those of a test out of another's.

    Most tests keep nothing, so that the folder is for others to make.
    """
    place = _for_all_tests / str(next(_places))
    keep_in(place, monkeypatch)
    return place


@pytest.fixture
def tmp_path(_for_all_tests):
    """As pytest's, whose folders are numbered: they take longer the more there are."""
    return Path(tempfile.mkdtemp(dir=_for_all_tests))


@pytest.fixture
def full_speed():
    """A training beside the screens of a test runs as fast as it can, as a user's does."""


@pytest.fixture
def _calm_trainings(monkeypatch):
    """Leave the processor to the screens."""
    from tests.support.calm import calmly  # loads Numba, as the screens do
    from w2vtui.training.engine.cpu_backend import CpuBackend

    monkeypatch.setattr(CpuBackend, "train_span", calmly)


@pytest.fixture(scope="session")
def gensim_models():
    """What the program is compared with; it takes 0.8 s to load, in each process of tests."""
    return pytest.importorskip("gensim.models")


@pytest.fixture
def environment(tmp_path):
    """Variables of another process: this program and its compiled kernels, warnings as errors,
    temporary files where they are seen, nothing of the terminal that the tests run in.
    """
    (tmp_path / "tmp").mkdir()
    return common_environment() | {"TMPDIR": str(tmp_path / "tmp"), "TERM": "xterm"}


@pytest.fixture
def started(environment):
    """Start w2vtui as another process, warm where it can be, which does not outlive the test.

    variables   others than those of `environment`
    options     of subprocess.Popen
    """
    processes = []

    def start(*argv, variables=None, **options) -> subprocess.Popen:
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        options = pipes | options
        texts = {"env": environment | (variables or {}), "text": True, "encoding": "utf-8"}
        words = list(map(str, argv))
        process: subprocess.Popen[str]
        if can_be_warm(variables or {}, options):
            process = WarmProcess(COMMAND_LINE, words, **texts, **options)
        else:
            command = [sys.executable, "-m", "w2vtui", *words]
            process = subprocess.Popen(command, **texts, **options)
        processes.append(process)
        return process

    yield start
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.communicate()


_CAPABILITIES_VERSION_3 = 0x20080522
_PASS_PERMISSIONS = 1 << 1 | 1 << 2
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH."""


@pytest.fixture
def unprivileged():
    """Enforce file permissions even if root runs the tests.

    The thread of the test, and so those that it starts, go without the capabilities that pass over
    them. The user stays the same, who owns what tests make and may read everything else as before.
    Another program that is started would have them again.
    """
    if os.name != "posix":
        pytest.skip("permissions are POSIX'")
    if os.geteuid() != 0:
        yield
        return
    if sys.platform != "linux":
        pytest.skip("root has no capabilities to do without")
    libc = ctypes.CDLL(None, use_errno=True)
    this_thread = (ctypes.c_uint32 * 2)(_CAPABILITIES_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; then their upper halves

    def effective(bits: int) -> None:
        sets[0] = bits
        if libc.capset(this_thread, sets):
            raise OSError(ctypes.get_errno(), "capset")

    if libc.capget(this_thread, sets):
        raise OSError(ctypes.get_errno(), "capget")
    usual = sets[0]
    effective(usual & ~_PASS_PERMISSIONS)
    yield
    effective(usual)


@pytest.fixture
def no_hurry(monkeypatch):
    """A key counts as pressed twice however long a busy machine takes between the two."""
    from w2vtui.tui.app_parts import leaving  # takes its time, which other tests do not need

    monkeypatch.setattr(leaving, "TWICE_SECONDS", 60.0)


@pytest.fixture
def patient_viewers(monkeypatch):
    """Viewers of a run wait for its trainer however long a busy machine lets it take to answer."""
    from tests.support.wait import DEADLINE
    from w2vtui.trainer_process import errands  # takes its time, which other tests do not need
    from w2vtui.trainer_process.remote import remote_run

    monkeypatch.setattr(errands, "ASK_SECONDS", DEADLINE)
    for name in ("CONNECT_SECONDS", "COST_SECONDS", "SILENT_SECONDS"):
        monkeypatch.setattr(remote_run, name, DEADLINE)


@pytest.fixture
def topical_corpus(tmp_path):
    """A file of 1,500 sentences, about 14,000 tokens, 26 words."""
    path = tmp_path / "topics.txt"
    path.write_text("\n".join(" ".join(words) for words in topical_sentences(1500)) + "\n")
    return path
