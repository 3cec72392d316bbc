"""How kernels are compiled: the decorator they share and where their machine code is cached.

Numba's cache does not notice an edit in another file that a kernel calls. The folder is therefore
named by a digest of every kernel source, Numba's version and the processor, and an edit anywhere
opens a new one.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import llvmlite.binding
import numba
from numba import njit
from numba.core import event

KEPT_CACHES = 3
"""Folders of compiled kernels to keep: this one and the last used of the others."""
ROOM = 16 << 20
"""Bytes that must be free where kernels are cached: several times what they take."""


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
    others = [other for other in folder.iterdir() if other != keep]
    others.sort(key=lambda other: other.stat().st_mtime, reverse=True)
    for other in others[KEPT_CACHES - 1 :]:
        shutil.rmtree(other, ignore_errors=True)


def _cache_folder() -> Path | None:
    """The folder for this digest, created if necessary; None where nothing can be written."""
    try:
        folder = _user_cache_folder() / "kernels" / _digest()
        folder.mkdir(parents=True, exist_ok=True)
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


CACHE_FOLDER: Path | None
if "NUMBA_CACHE_DIR" in os.environ:
    CACHE_FOLDER = Path(os.environ["NUMBA_CACHE_DIR"])
else:
    CACHE_FOLDER = _cache_folder()
    if CACHE_FOLDER is not None:
        numba.config.CACHE_DIR = str(CACHE_FOLDER)

_OPTIONS = {
    "nogil": True,
    "error_model": "numpy",
    "_nrt": False,
    # Sums may be reordered, which is what lets them use vector registers. NaN and infinity keep
    # their meaning: divergence is found by looking for them.
    "fastmath": {"reassoc", "contract", "nsz", "arcp"},
}

kernel = njit(cache=CACHE_FOLDER is not None, **_OPTIONS)
"""Decorator of a kernel: compiled on first call, cached on disk, runs without the GIL."""

# A call would pass each array as seven numbers on the stack, which takes as long as a small block.
kernel_part = njit(forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, **_OPTIONS)
"""Decorator of a function that only kernels call: it is inlined, and Python cannot call it."""

builder = njit(nogil=True, cache=CACHE_FOLDER is not None, error_model="numpy")
"""Decorator of a function that builds a table: as `kernel`, but it may allocate."""


class _Cancelled(BaseException):
    """Passes through the compiler, which would report an Exception as an error of the kernel."""


class _Listener(event.Listener):
    def __init__(self, is_cancelled: Callable[[], bool]) -> None:
        self._is_cancelled, self._thread = is_cancelled, threading.get_ident()

    def on_start(self, event: event.Event) -> None:
        if threading.get_ident() == self._thread and self._is_cancelled():
            raise _Cancelled

    def on_end(self, event: event.Event) -> None:
        pass


@contextlib.contextmanager
def cancel_compiling_when(is_cancelled: Callable[[], bool]) -> Iterator[None]:
    """Leave the block once is_cancelled() is true while this thread compiles a kernel in it.

    is_cancelled is called between the compiler's passes, the longest of which takes a second or
    two. A kernel that was not compiled is compiled when it is next called.
    """
    listening = event.install_listener("numba:run_pass", _Listener(is_cancelled))
    with listening, contextlib.suppress(_Cancelled):
        yield


def is_compiled(name: str) -> bool:
    """Whether the machine code of a kernel (`module.function`) is already on disk."""
    return CACHE_FOLDER is not None and any(CACHE_FOLDER.rglob(f"{name}-*.nbi"))
