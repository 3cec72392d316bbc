"""What a run may use and what it meets: cores, memory, folders it cannot write to, processes."""

from __future__ import annotations

import gc
import mmap
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import numba
import pytest

import w2v_kernels
import w2vtui
from tests.support.corpora import topical_sentences
from tests.support.processes import run_program
from tests.support.wait import DEADLINE
from w2v_kernels.machine import compiling
from w2vtui.corpus import encode_sentences, open_corpus, vocab
from w2vtui.errors import CorpusError
from w2vtui.formats import load_vectors, save_vectors
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings
from w2vtui.system import resources
from w2vtui.system.resources import available_cores, available_memory, held_memory
from w2vtui.training.costs.estimate import TYPE_BYTES
from w2vtui.training.measuring.question_sets import QualitySets
from w2vtui.training.run import Run

compiled_only = pytest.mark.skipif(
    numba.config.DISABLE_JIT, reason="the kernels as plain Python would take too long"
)
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")


@pytest.fixture
def system(tmp_path, monkeypatch):
    """Writes the system's files as they are to be: control groups, and which this process is in."""

    def is_so(own_groups, files):
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        (tmp_path / "self").write_text(own_groups)
        resources._group_cores.cache_clear()

    monkeypatch.setattr(resources, "_GROUPS", tmp_path)
    monkeypatch.setattr(resources, "_OWN_GROUPS", tmp_path / "self")
    yield is_so
    resources._group_cores.cache_clear()


# ---- cores


@pytest.mark.parametrize(
    ("groups", "files", "cores"),
    [
        ("0::/a/b\n", {"a/b/cpu.max": "250000 100000\n"}, 3),
        ("0::/a/b\n", {"a/b/cpu.max": "max 100000\n", "a/cpu.max": "50000 100000\n"}, 1),
        ("0::/a/b\n", {"a/b/cpu.max": "400000 100000\n", "cpu.max": "200000 100000\n"}, 2),
        ("0::/a\n", {"a/cpu.max": "max 100000\n"}, None),
        ("0::/a\n", {"a/cpu.max": "max\n"}, None),
        ("0::/a\n", {"a/cpu.max": "50000\n"}, None),
        ("0::/a\n", {"a/cpu.max": ""}, None),
        ("0::/a\n", {"a/memory.max": "5\n"}, None),
        (
            "3:cpu,cpuacct:/c\n0::/\n",
            {"cpu/c/cpu.cfs_quota_us": "150000\n", "cpu/c/cpu.cfs_period_us": "100000\n"},
            2,
        ),
        (
            "3:cpu,cpuacct:/c\n",
            {"cpu,cpuacct/c/cpu.cfs_quota_us": "1\n", "cpu,cpuacct/c/cpu.cfs_period_us": "10\n"},
            1,
        ),
        (
            "1:cpu:/c\n",
            {"cpu/c/cpu.cfs_quota_us": "-1\n", "cpu/c/cpu.cfs_period_us": "100000\n"},
            None,
        ),
        (
            "4:memory:/c\n",
            {"cpu/c/cpu.cfs_quota_us": "1\n", "cpu/c/cpu.cfs_period_us": "1\n"},
            None,
        ),
        ("", {}, None),
    ],
)
def test_a_quota_of_the_control_groups_limits_the_cores(system, groups, files, cores):
    system(groups, files)
    assert resources._group_cores() == cores


def test_cores_are_the_fewest_of_affinity_and_quota(system, monkeypatch):
    monkeypatch.setattr(os, "process_cpu_count", lambda: 8, raising=False)
    system("0::/\n", {"cpu.max": "300000 100000\n"})
    assert available_cores() == 3
    system("0::/\n", {"cpu.max": "3000000 100000\n"})
    assert available_cores() == 8
    monkeypatch.setattr(os, "process_cpu_count", lambda: None)
    assert available_cores() == 1


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no affinity on this system")
def test_cores_without_a_quota_are_those_the_process_is_bound_to(system, monkeypatch):
    monkeypatch.delattr(os, "process_cpu_count", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {1, 5, 7})
    system("", {})
    assert available_cores() == 3


def test_the_quota_is_looked_up_once(system, monkeypatch):
    system("0::/\n", {"cpu.max": "100000 100000\n"})
    first = available_cores()
    monkeypatch.setattr(resources, "_lines", None)  # would raise
    assert available_cores() == first == 1


@pytest.mark.process
def test_counting_cores_imports_neither_numba_nor_numpy():
    code = (
        "import sys; from w2vtui.system.resources import available_cores;"
        "assert available_cores() > 0;"
        "sys.exit(bool({'numba', 'numpy', 'w2v_kernels'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=DEADLINE)


# ---- memory


def test_there_is_memory_and_the_least_limit_counts(monkeypatch):
    if sys.platform == "linux":
        assert 10**7 < available_memory() < 10**14
    monkeypatch.setattr(resources, "_system_memory", lambda: 5 * 10**9)
    monkeypatch.setattr(resources, "_group_memory", lambda: 2 * 10**9)
    assert available_memory() == 2 * 10**9
    monkeypatch.setattr(resources, "_group_memory", lambda: None)
    assert available_memory() == 5 * 10**9
    monkeypatch.setattr(resources, "_system_memory", lambda: None)
    assert available_memory() is None


V1 = {"memory.limit_in_bytes": "7000\n", "memory.usage_in_bytes": "5000\n"}
STAT = "anon 900\ninactive_file 300\nactive_file 40\ntotal_inactive_file 2\ntotal_active_file 1\n"


@pytest.mark.parametrize(
    ("groups", "files", "left"),
    [
        ("0::/a/b\n", {"a/b/memory.max": "max\n", "a/memory.max": "3000\n",
                       "a/b/memory.current": "100\n", "a/memory.current": "1000\n"}, 2000),
        ("0::/a\n", {"a/memory.max": "3000\n", "a/memory.current": "1000\n",
                     "a/memory.stat": STAT}, 2340),
        ("0::/a\n", {"a/memory.max": "3000\n", "a/memory.current": "9000\n"}, 0),
        ("0::/a\n", {"a/memory.max": "3000\n", "a/memory.current": "9\n",
                     "a/memory.stat": STAT}, 3000),
        ("4:memory:/c\n0::/\n", {f"memory/c/{name}": text for name, text in V1.items()}, 2000),
        ("4:memory:/c\n", {f"memory/c/{name}": text for name, text in
                           (V1 | {"memory.stat": STAT}).items()}, 2003),
        ("0::/a\n", {"a/memory.max": "max\n", "a/memory.current": "1\n"}, None),
        ("2:cpu,cpuacct:/a\n", {"a/memory.max": "5\n", "a/memory.current": "1\n"}, None),
        ("0::/gone\n", {}, None),
    ],
)  # fmt: skip
def test_a_control_group_leaves_its_limit_less_what_it_uses(system, groups, files, left):
    system(groups, files)
    assert resources._group_memory() == left


@linux_only
def test_what_this_process_holds_is_known():
    gc.collect()  # or what earlier tests left goes in between
    before = held_memory()
    # Mapped, not allocated: earlier tests may have left as much free memory to this process.
    with mmap.mmap(-1, 100_000_000, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as held:
        for page in range(0, len(held), mmap.PAGESIZE):
            held[page] = 1
        assert held_memory() - before == pytest.approx(len(held), rel=0.2)


PEAK_OF_READING = """
import sys
from w2vtui.bench.job import peak_memory
from w2vtui.corpus import open_corpus
from w2vtui.settings import CorpusSettings
open_corpus([sys.argv[1]], CorpusSettings(), cache=False, workers=1)
print(peak_memory())
"""


def output_of(arguments: list[str], **variables: str) -> str:
    """What Python prints, run with these arguments; the compiled kernels are where they are."""
    environment = os.environ | variables
    if compiling.CACHE_FOLDER is not None:
        environment["NUMBA_CACHE_DIR"] = str(compiling.CACHE_FOLDER)
    done = subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        capture_output=True, text=True, timeout=DEADLINE, check=False, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@linux_only
@compiled_only
@pytest.mark.slow
@pytest.mark.process
def test_memory_grows_with_distinct_tokens_by_a_known_amount(tmp_path):
    """In processes that start cold: how much is taken depends on what was freed before."""
    few, many = 1_000, 300_000
    texts = {n_types: tmp_path / f"{n_types}.txt" for n_types in (few, many)}
    for n_types, text in texts.items():
        text.write_text("".join(f"word{word:x} and the rest\n" for word in range(n_types)))
    open_corpus([texts[few]], CorpusSettings(), cache=False)  # compiles, if that was not done yet
    at_few, at_many = (
        int(output_of(["-c", PEAK_OF_READING, str(text)])) for text in texts.values()
    )
    a_type = (at_many - at_few) / (many - few)
    # The tables double: a little after that they take 40 bytes a type more than on the average.
    assert 0.6 * TYPE_BYTES < a_type < 1.2 * TYPE_BYTES


@linux_only
@compiled_only
@pytest.mark.slow
@pytest.mark.process
def test_a_long_line_passes_through_the_memory(tmp_path):
    """Everything written while it reads counts, mapped files too; the processes start cold.

    One thread reads: what several hold at a time is bounded, but not the same each time.
    """
    texts = {n_bytes: tmp_path / f"{n_bytes}.txt" for n_bytes in (4_000_000, 40_000_000)}
    for n_bytes, text in texts.items():
        text.write_bytes(b"some words " * (n_bytes // 11))
    open_corpus([texts[4_000_000]], CorpusSettings(), cache=False)  # compiles
    at_few, at_many = (
        int(output_of(["-c", PEAK_OF_READING, str(text)])) for text in texts.values()
    )
    assert at_many - at_few < 8_000_000  # 28 MB of ids


def test_more_distinct_tokens_than_fit_are_refused_while_they_are_counted(tmp_path, monkeypatch):
    text = tmp_path / "text.txt"
    text.write_text(" ".join(f"{word:x}" for word in range(70_000)))
    to_merge, to_grow = 70_000 * vocab.MERGED_BYTES, 65_536 * 112
    for free, is_read in ((to_merge, True), (to_merge - 1, False), (to_grow - 1, False)):
        monkeypatch.setattr(vocab, "available_memory", lambda free=free: free)
        if is_read:
            assert open_corpus([text], CorpusSettings(min_count=1)).n_raw_types == 70_000
        else:
            with pytest.raises(CorpusError, match=r"distinct tokens .* MB is available: read less"):
                open_corpus([text], CorpusSettings(min_count=1), cache=False)


def test_more_distinct_tokens_than_fit_are_refused_from_python_too(monkeypatch):
    monkeypatch.setattr(vocab, "available_memory", lambda: 100)
    with pytest.raises(CorpusError, match="2 distinct tokens"):
        encode_sentences([["a", "b"]], CorpusSettings(min_count=1))


# ---- folders

WITHOUT_A_PASSWD_ENTRY = """
import pwd, sys

def unknown(uid):
    raise KeyError(uid)

pwd.getpwuid = unknown  # a user that the system does not know, as containers have
from w2vtui.cli import run_command_line
sys.exit(run_command_line(sys.argv[1:]))
"""


def listing(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


def test_kernels_are_cached_where_there_is_room_or_they_are_already(tmp_path, monkeypatch):
    monkeypatch.setenv("W2VTUI_CACHE_DIR", str(tmp_path))
    folder = compiling._cache_folder()
    assert folder is not None
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=compiling.ROOM - 1))
    assert compiling._cache_folder() is None
    (folder / "cpu.train_span-123.py311.nbi").touch()
    assert compiling._cache_folder() == folder


def test_only_compiled_kernels_are_removed_from_their_folder(tmp_path, monkeypatch):
    """W2VTUI_CACHE_DIR may be a folder that has a folder `kernels` of somebody's own."""
    monkeypatch.setenv("W2VTUI_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(compiling, "KEPT_CACHES", 1)
    own = ["linux/main.c", f"{'a' * 16}/main.c", f"{'b' * 16}/part/one.nbi/x", "plain"]
    old = [f"{'c' * 16}/part/loop.py311.nbi", f"{'d' * 16}/part/loop.1.nbc.tmp.00", f"{'e' * 16}/"]
    for name in own + old:
        path = tmp_path / "kernels" / name
        (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.write_text("mine")
    folder = compiling._cache_folder()
    left = {path.name for path in (tmp_path / "kernels").iterdir()}
    assert left == {name.partition("/")[0] for name in own} | {folder.name}
    assert all((tmp_path / "kernels" / name).read_text() == "mine" for name in own)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A copy of both packages that nobody may write to."""
    place = tmp_path_factory.mktemp("installed")
    for package in (Path(w2vtui.__file__).parent, Path(w2v_kernels.__file__).parent):
        shutil.copytree(
            package, place / package.name, ignore=shutil.ignore_patterns("__pycache__", "samples")
        )
    for path in listing(place):
        path.chmod(0o555 if path.is_dir() else 0o444)
    return place


@pytest.mark.skipif(sys.platform == "win32", reason="folders of users are others there")
@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("home", "compiled"),
    [pytest.param("none", True, marks=compiled_only), ("no folder", False)],
)
@pytest.mark.slow
@pytest.mark.process
def test_training_works_where_nothing_can_be_cached(tmp_path, installed, home, compiled):
    """Root may write wherever permission bits forbid it, but not below a file: and what was not to
    be written to is looked through afterwards.
    """
    text, here, temporary = tmp_path / "text.txt", tmp_path / "here", tmp_path / "temporary"
    text.write_text("\n".join(" ".join(words) for words in topical_sentences(40)))
    here.mkdir()
    temporary.mkdir()
    variables = {"PYTHONPATH": str(installed), "TMPDIR": str(temporary)}
    # Optimized, it would compile still longer.
    variables |= {"PYTHONDONTWRITEBYTECODE": "1", "NUMBA_OPT": "0"}
    variables |= {} if compiled else {"NUMBA_DISABLE_JIT": "1"}
    if home == "no folder":
        (tmp_path / "file").touch()
        for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
            variables[name] = str(tmp_path / "file" / name)
    before = listing(installed)
    done = subprocess.run(
        [sys.executable, "-W", "error" if compiled else "ignore", "-c", WITHOUT_A_PASSWD_ENTRY,
         "train", str(text), "-o", str(tmp_path / "v.bin"), "--epochs", "1", "--vector-size", "8"],
        capture_output=True, text=True, timeout=390, check=False, env=variables, cwd=here,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(load_vectors(tmp_path / "v.bin")) > 20
    assert "Traceback" not in done.stderr
    reported = done.stderr.splitlines()
    assert sum("compiled kernels are not saved" in line for line in reported) == 1
    assert sum("the text will be read again next time" in line for line in reported) == 1
    assert sum("this run cannot be resumed later" in line for line in reported) == 1
    assert listing(installed) == before
    assert listing(here) == listing(temporary) == []


# ---- processes

KEEP_ALL = CorpusSettings(min_count=1)


def run_of(epochs: int) -> Run:
    """A run with two workers and all that looks at its vectors."""
    return Run(
        lambda progress, stop: encode_sentences(topical_sentences(300), KEEP_ALL),
        TrainingSettings(vector_size=16),
        LiveSettings(epochs=epochs, workers=2),
        quality_sets=QualitySets({"pairs": [("ship", "sailor", 1.0), ("ship", "cow", 0.0)]}),
    )


def train_and_save(path: str) -> None:
    """What a child process does."""
    run = run_of(epochs=3)
    run.start()
    run.wait()
    save_vectors(run.trained.vectors(), path)


def endless_run() -> Run:
    """A run that trains, until it is stopped."""
    run = run_of(epochs=1_000_000)
    run.start()
    while run.snapshot().progress.tokens == 0:
        assert not run.is_over(0.005)
    return run


# A child inherits what the parent's threads have left: so the parent is a process of its own.
PARENT = """
import multiprocessing, sys
from tests.support.calm import train_calmly
from tests.support.wait import DEADLINE
from tests.system.test_resources import endless_run, train_and_save
from w2vtui.training.measuring.budget import one_blas_thread

def train_in_child(name):
    child = context.Process(target=train_and_save, args=(f"{folder}/{name}.bin",))
    with one_blas_thread():  # as the observer of a run may be just then
        child.start()
    child.join(DEADLINE)  # the first one compiles
    if child.is_alive():
        child.kill()
        sys.exit(f"the child hangs that starts {name} the parent trains")
    assert child.exitcode == 0, child.exitcode

if __name__ == "__main__":
    method, folder = sys.argv[1:]
    context = multiprocessing.get_context(method)
    inherits = method == "fork"  # other children have nothing of what the parent does
    if inherits:
        train_in_child("before")
    else:
        train_calmly()
    run = endless_run()
    try:
        train_in_child("while")
    finally:
        run.stop()
        run.wait()
    if inherits:
        train_in_child("after")
"""


@compiled_only
@pytest.mark.timeout(400)
@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
@pytest.mark.slow
@pytest.mark.process
def test_a_child_process_trains(tmp_path, environment, method):
    """Started while its parent trains; one that is forked from it, before and after that too."""
    if method == "fork":  # from a parent that starts cold: it has never trained before
        (tmp_path / "parent.py").write_text(PARENT)
        paths = [str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
        output_of(
            # Python 3.12 and later warn of any fork beside threads: that is what is tried here.
            ["-W", "ignore:This process", str(tmp_path / "parent.py"), method, str(tmp_path)],
            PYTHONPATH=os.pathsep.join(paths),
        )
    else:
        environment["TMPDIR"] = tempfile.gettempdir()  # a path to a socket must be short
        run_program(PARENT, method, tmp_path, environment=environment)
    for name in ("before", "while", "after") if method == "fork" else ("while",):
        assert len(load_vectors(tmp_path / f"{name}.bin")) == 26
