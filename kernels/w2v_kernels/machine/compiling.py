"""How kernels are compiled: the decorator they share and where their machine code is cached.

Numba's cache does not notice an edit in another file that a kernel calls. The folder is therefore
named by a digest of every kernel source, Numba's version and the processor, and an edit anywhere
opens a new one. Its files are sealed (sealed_cache.py), and a folder that others may write to is
not used.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import llvmlite.binding
import numba
from numba import njit
from numba.core import event

from w2v_kernels.machine.pipelines import KernelCompiler, PartCompiler
from w2v_kernels.machine.sealed_cache import REMOVED, is_intact, others_write, seal_cache

KEPT_CACHES = 3
"""Folders of compiled kernels to keep: this one and the last used of the others."""
ROOM = 16 << 20
"""Bytes that must be free where kernels are cached: several times what they take."""

_NAME = re.compile(r"[0-9a-f]{16}")
_COMPILED = re.compile(r"\.nb[ic](\.|$)")
"""In the names of Numba's files, the unfinished ones among them."""


def _user_cache_folder() -> Path:
    """Where this user's caches live; W2VTUI_CACHE_DIR names another place."""
    named = os.environ.get("W2VTUI_CACHE_DIR")
    if named:
        return Path(named)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "w2vtui"
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home()) / "w2vtui" / "Cache"
    xdg = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(xdg) if xdg.startswith("/") else Path.home() / ".cache") / "w2vtui"


@cache
def _digest() -> str:
    digest = hashlib.blake2b(digest_size=8)
    package = Path(__file__).parent.parent
    # Numba keeps the code of each place separately.
    for part in (
        str(package),
        numba.__version__,
        llvmlite.binding.get_host_cpu_name(),
        sys.version,
    ):
        digest.update(part.encode())
    for source in sorted(package.rglob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _prune(folder: Path, keep: Path) -> None:
    """Remove the compiled kernels of older sources; another process may be doing the same."""
    others = [other for other in folder.iterdir() if other != keep and _is_of_kernels(other)]
    others.sort(key=lambda other: other.stat().st_mtime, reverse=True)
    for other in others[KEPT_CACHES - 1 :]:
        shutil.rmtree(other, ignore_errors=True)


def _is_of_kernels(folder: Path) -> bool:
    """Whether a folder is one that was made here: what W2VTUI_CACHE_DIR names may hold a folder
    `kernels` of somebody's own.
    """
    if not _NAME.fullmatch(folder.name) or folder.is_symlink():
        return False
    files = [path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()]
    return all(_COMPILED.search(path.name) for path in files)


def _cache_folder() -> Path | None:
    """The folder for this digest, created if necessary; None where nothing can be written."""
    try:
        folder = _user_cache_folder() / "kernels" / _digest()
        folder.parent.parent.mkdir(parents=True, exist_ok=True)
        folder.parent.mkdir(mode=0o755, exist_ok=True)  # not writable by a group by any umask
        folder.mkdir(mode=0o755, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            return None
        if shutil.disk_usage(folder).free < ROOM and not any(folder.rglob("*.nbi")):
            return None
        with contextlib.suppress(OSError):  # old folders may vanish while they are looked at
            folder.touch()
            _prune(folder.parent, keep=folder)
    except (OSError, RuntimeError):  # no home folder, a read-only one, a full disk
        return None
    return folder


def _shared_folder(folder: Path) -> Path | None:
    """The first of a cache's folders that others may write to; None if it is this user's alone."""
    is_named = "NUMBA_CACHE_DIR" in os.environ
    with contextlib.suppress(FileNotFoundError):  # Numba makes the folder that this names
        for place in (folder,) if is_named else (folder, folder.parent):
            if others_write(place.stat()):
                return place
        outer = folder.parent.parent
        if not is_named and _others_rename_in(outer.stat()):
            return outer
    return None


def _others_rename_in(status: os.stat_result) -> bool:
    """Whether others may replace what a folder holds; the group that is usually one's own may."""
    own_group = status.st_mode & 0o022 == 0o020 and status.st_gid == os.getegid()
    if own_group or status.st_mode & stat.S_ISVTX:
        return status.st_uid not in (os.geteuid(), 0)
    return others_write(status)


CACHE_FOLDER: Path | None
CACHE_PROBLEM = ""
"""Why compiled kernels are not kept; empty if they are."""
if "NUMBA_CACHE_DIR" in os.environ:
    CACHE_FOLDER = Path(os.environ["NUMBA_CACHE_DIR"])
else:
    CACHE_FOLDER = _cache_folder()
if CACHE_FOLDER is None:
    CACHE_PROBLEM = (
        f"no folder is writable and has {ROOM >> 20} MB of room; set W2VTUI_CACHE_DIR to one"
    )
elif (_shared := _shared_folder(CACHE_FOLDER)) is not None:
    CACHE_FOLDER = None
    CACHE_PROBLEM = (
        f"others may write to {_shared}; make it yours alone (chmod go-w), or set "
        "W2VTUI_CACHE_DIR to another"
    )
elif "NUMBA_CACHE_DIR" not in os.environ:
    numba.config.CACHE_DIR = str(CACHE_FOLDER)

_OPTIONS = {
    "nogil": True,
    "error_model": "numpy",
    "_nrt": False,
    # Sums may be reordered, which is what lets them use vector registers. NaN and infinity keep
    # their meaning: divergence is found by looking for them.
    "fastmath": {"reassoc", "contract", "nsz", "arcp"},
}

CACHE_KEY = _digest().encode()
"""Seals the files in the cache's folder."""


def _cached(jit: Callable) -> Callable:
    """A decorator that also saves the machine code, where there is a folder for it."""

    def decorate(function: Callable) -> Callable:
        compiled = jit(function)
        if CACHE_FOLDER is not None and compiled is not function:  # else JIT is switched off
            seal_cache(compiled, CACHE_KEY)
        return compiled

    return decorate


kernel = _cached(njit(pipeline_class=KernelCompiler, **_OPTIONS))
"""Decorator of a kernel: compiled on first call, cached on disk, runs without the GIL."""

# A call would pass each array as seven numbers on the stack, which takes as long as a small block.
# Numba compiles a part once more for a literal number: pass np.int64(0), not 0.
kernel_part = njit(
    pipeline_class=PartCompiler,
    forceinline=True,
    no_cpython_wrapper=True,
    no_cfunc_wrapper=True,
    **_OPTIONS,
)
"""Decorator of a function that only kernels call: it is inlined, and Python cannot call it."""

builder = _cached(njit(nogil=True, error_model="numpy"))
"""Decorator of a function that builds a table: as `kernel`, but it may allocate."""


class _Canceled(BaseException):
    """Passes through the compiler, which would report an Exception as an error of the kernel."""


class _Listener(event.Listener):
    def __init__(self, is_cancelled: Callable[[], bool]) -> None:
        self._is_cancelled, self._thread = is_cancelled, threading.get_ident()

    def on_start(self, event: event.Event) -> None:
        if threading.get_ident() == self._thread and self._is_cancelled():
            raise _Canceled

    def on_end(self, event: event.Event) -> None:
        pass


@contextlib.contextmanager
def cancel_compiling_when(is_cancelled: Callable[[], bool]) -> Iterator[None]:
    """Leave the block once is_cancelled() is true while this thread compiles a kernel in it.

    is_cancelled is called between the compiler's passes, the longest of which takes a second or
    two. A kernel that was not compiled is compiled when it is next called.
    """
    listening = event.install_listener("numba:run_pass", _Listener(is_cancelled))
    with listening, contextlib.suppress(_Canceled):
        yield


def is_compiled(name: str) -> bool:
    """Whether the machine code of a kernel (`module.function`) is already on disk, undamaged."""
    if CACHE_FOLDER is None:
        return False
    files = list(CACHE_FOLDER.rglob(f"{name}-*.nb[ic]"))
    intact = [is_intact(file, CACHE_KEY) for file in files]  # removes every other one
    return bool(files) and all(intact)


def cache_notes() -> list[str]:
    """What a user should know of the compiled kernels, a line each."""
    notes = [f"compiled kernels are not saved: {CACHE_PROBLEM}"] if CACHE_PROBLEM else []
    if REMOVED:
        notes.append(
            f"damaged files of compiled kernels were removed from {CACHE_FOLDER}: "
            "the kernels are compiled again"
        )
    return notes
