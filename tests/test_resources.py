"""What a run may use and what it meets: cores, memory, folders it cannot write to, processes."""

from __future__ import annotations

import os
import subprocess
import sys

import numba
import pytest

from w2vtui import resources
from w2vtui.resources import available_cores, available_memory, held_memory

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


def test_counting_cores_imports_neither_numba_nor_numpy():
    code = (
        "import sys; from w2vtui.settings import available_cores; assert available_cores() > 0;"
        "sys.exit(bool({'numba', 'numpy', 'w2v_kernels'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


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
    before = held_memory()
    held = bytearray(b"x") * 30_000_000
    assert held_memory() - before == pytest.approx(len(held), rel=0.2)
