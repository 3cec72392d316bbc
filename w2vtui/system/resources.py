"""What this process may use of the machine: cores and memory, limited by its control groups, and
the folders of its user.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

_GROUPS = Path("/sys/fs/cgroup")
_OWN_GROUPS = Path("/proc/self/cgroup")
_MEMORY = Path("/proc/meminfo")
_OWN_MEMORY = Path("/proc/self/status")


def available_cores() -> int:
    """Cores this process may use: those it is bound to, or fewer if its control groups limit it.

    From Python 3.13 on PYTHON_CPU_COUNT names another number of cores.
    """
    counted = getattr(os, "process_cpu_count", None)
    affinity = getattr(os, "sched_getaffinity", None)
    if counted is not None:
        cores = counted() or 1
    else:
        cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    quota = _group_cores()
    return cores if quota is None else min(cores, quota)


def available_memory() -> int | None:
    """Bytes of memory that are free, in the system and within this process's control groups.

    Files that the system caches in memory count as free: it drops them when memory is needed.
    None if the system does not report it.
    """
    found = (_system_memory(), _group_memory(), limited_memory())
    return min((size for size in found if size is not None), default=None)


def limited_memory() -> int | None:
    """Bytes of memory that this process may still map under a limit such as that of `ulimit -v`.

    None without a limit, or if the system does not report what is mapped.
    """
    try:
        import resource
    except ImportError:  # not on Unix
        return None
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    mapped = _numbers(_OWN_MEMORY).get("VmSize:")
    if limit == resource.RLIM_INFINITY or mapped is None:
        return None
    return max(limit - 1024 * mapped, 0)


def held_memory() -> int:
    """Bytes that this process holds, without those backed by a file; 0 where not known.

    In Linux's terms RssAnon and RssShmem.
    """
    status = _numbers(_OWN_MEMORY)
    return 1024 * (status.get("RssAnon:", 0) + status.get("RssShmem:", 0))


def user_folder(kind: Literal["cache", "config", "data"]) -> Path | None:
    """This user's folder for files of that kind; None for a user without a home folder."""
    import platformdirs  # 10 ms, not needed where a variable names the folder

    find = {
        "cache": platformdirs.user_cache_path,
        "config": platformdirs.user_config_path,
        "data": platformdirs.user_data_path,
    }
    try:
        folder = find[kind]("w2vtui")
    except RuntimeError:
        return None
    return folder if folder.is_absolute() else None  # older versions return `~/.cache`


def user_cache(name: str) -> Path | None:
    """A folder of the cache, which W2VTUI_CACHE_DIR can place; None if there is none."""
    named = os.environ.get("W2VTUI_CACHE_DIR")
    root = Path(named) if named else user_folder("cache")
    return None if root is None else root.absolute() / name


def from_home(path: str) -> Path:
    """A path with ~ as the home folder; as it stands where there is no such user, as in ~nobody."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path.expanduser raises there


def _system_memory() -> int | None:
    free = _numbers(_MEMORY).get("MemAvailable:")
    return None if free is None else 1024 * free


# ---- control groups


@cache
def _group_cores() -> int | None:
    """Whole cores that the tightest quota allows, at least 1; None without a quota.

    Cached: the quota of a running process hardly ever changes, and this is called often.
    """
    cores = []
    for version, folder in _groups("cpu"):
        if version == 2:
            quota, period = [*_words(folder / "cpu.max"), "max", ""][:2]
        else:
            quota = "".join(_words(folder / "cpu.cfs_quota_us"))  # -1 where there is none
            period = "".join(_words(folder / "cpu.cfs_period_us"))
        if quota.isdigit() and period.isdigit() and int(quota) and int(period):
            cores.append(math.ceil(int(quota) / int(period)))
    return min(cores, default=None)


def _group_memory() -> int | None:
    """The least memory that a control group has left; its cached files count as free."""
    left = []
    for version, folder in _groups("memory"):
        limit_name, use_name, cached = _MEMORY_NAMES[version]
        limit = "".join(_words(folder / limit_name))
        used = "".join(_words(folder / use_name))
        if limit.isdigit() and used.isdigit():
            statistics = _numbers(folder / "memory.stat")
            unused = int(limit) - int(used) + sum(statistics.get(name, 0) for name in cached)
            left.append(max(min(unused, int(limit)), 0))
    return min(left, default=None)


_MEMORY_NAMES = {
    1: (
        "memory.limit_in_bytes",
        "memory.usage_in_bytes",
        ("total_inactive_file", "total_active_file"),
    ),
    2: ("memory.max", "memory.current", ("inactive_file", "active_file")),
}


def _groups(controller: str) -> Iterator[tuple[int, Path]]:
    """The folders of the control groups, version 1 or 2, that this process is in, inner first."""
    for line in _lines(_OWN_GROUPS):
        _, controllers, path = line.split(":", 2)
        if not controllers:
            version, root = 2, _GROUPS
        elif controller in controllers.split(","):
            version, root = 1, _GROUPS / controller
            if not root.is_dir():
                root = _GROUPS / controllers
        else:
            continue
        group = root / path.lstrip("/")
        for folder in (group, *group.parents):
            yield version, folder
            if folder == root:
                break


def _numbers(path: Path) -> dict[str, int]:
    """The named numbers of a system file, one per line."""
    rows = [line.split() for line in _lines(path)]
    return {row[0]: int(row[1]) for row in rows if len(row) > 1 and row[1].isdigit()}


def _words(path: Path) -> list[str]:
    return [word for line in _lines(path) for word in line.split()]


def _lines(path: Path) -> list[str]:
    """The lines of a system file; none if the system has no such file."""
    try:
        return path.read_text().splitlines()
    except OSError:
        return []
