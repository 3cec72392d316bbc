"""Numba's cache of compiled kernels with a checksum in each file.

Numba takes what it finds for right: a file that was cut by a power failure raises at every start,
and a flipped bit is run as machine code. The files are also pickles, which can run any code when
they are read. So a file ends in a checksum of its content, its name and the sources, and is not
read if others may have written it. What does not pass is removed, and its kernel compiled again.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import stat
from pathlib import Path

from numba.core.caching import FunctionCache, IndexDataCacheFile

REMOVED = []
"""Paths of the files that did not pass, in the order in which they were met."""

_SEAL_BYTES = 16
_MOST_BYTES = 1 << 28
"""A longer file holds something else."""
_OPEN_FLAGS = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY")
)


def seal_cache(dispatcher, key):
    """Cache the machine code of a jitted function in sealed files.

    key   bytes; files that were sealed with another key do not pass
    """
    dispatcher._cache = _CacheOfCpu(dispatcher.py_func, key)


def others_write(status):
    """Whether a file or folder, by its status, can hold what another user wrote; root may."""
    if os.name != "posix":
        return False
    return status.st_uid not in (os.geteuid(), 0) or bool(status.st_mode & 0o022)


def is_intact(path, key):
    """Whether a file is there and sealed; one that does not pass is removed."""
    try:
        descriptor = os.open(path, _OPEN_FLAGS)
    except FileNotFoundError:
        return False
    except OSError:  # a link, or a file that this user cannot read
        _remove(path)
        return False
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if stat.S_ISREG(status.st_mode) and not others_write(status):
            content = file.read(min(status.st_size, _MOST_BYTES))
            seal = _new_seal(path, key)
            seal.update(content[:-_SEAL_BYTES])
            if hmac.compare_digest(seal.digest(), content[-_SEAL_BYTES:]):
                return True
    _remove(path)
    return False


def _new_seal(path, key):
    """The checksum of a file of this name, before its content."""
    seal = hashlib.blake2b(digest_size=_SEAL_BYTES, key=key)
    seal.update(Path(path).name.encode() + b"\0")
    return seal


def _remove(path):
    REMOVED.append(path)
    with contextlib.suppress(OSError):  # a folder, or one that this user cannot change
        Path(path).unlink()


class _Sealing:
    """What is written to a file also goes into its checksum."""

    def __init__(self, file, seal):
        self._file, self._seal = file, seal

    def write(self, content):
        self._seal.update(content)
        return self._file.write(content)


class SealedFiles:
    """The index of a function's compiled variants, and a file for each: goes before Numba's class
    of such files, that of the CPU or that of a GPU.
    """

    def __init__(self, plain, filename_base, key):
        super().__init__(plain._cache_path, filename_base, plain._source_stamp)
        self._key = key

    def remove(self):
        """Remove the index, so that nothing that it names is loaded."""
        _remove(self._index_path)

    def _load_index(self):
        return super()._load_index() if is_intact(self._index_path, self._key) else {}

    def _load_data(self, name):
        if not is_intact(self._data_path(name), self._key):
            raise FileNotFoundError(name)  # which Numba takes for: to be compiled
        return super()._load_data(name)

    @contextlib.contextmanager
    def _open_for_write(self, filepath):
        with super()._open_for_write(filepath) as file:
            if hasattr(os, "fchmod"):
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                os.fchmod(file.fileno(), mode & ~0o022)  # whatever the umask allows
            seal = _new_seal(filepath, self._key)
            yield _Sealing(file, seal)
            file.write(seal.digest())  # what follows the data is not read


class SealedCache:
    """The cache of one function: goes before Numba's class of caches, as `SealedFiles` does."""

    files_class = None
    """That of its files."""

    def __init__(self, py_func, key):
        super().__init__(py_func)
        self._cache_file = self.files_class(self._cache_file, self._impl.filename_base, key)

    def load_overload(self, sig, target_context):
        """Load the machine code for a signature; None if it is to be compiled."""
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # it passed, and yet LLVM or pickle of this machine cannot read it
            self._cache_file.remove()
            return None

    def save_overload(self, sig, data):
        """Save machine code; if there is no room for it, it is compiled again next time."""
        with contextlib.suppress(OSError):
            super().save_overload(sig, data)


class _FilesOfCpu(SealedFiles, IndexDataCacheFile):
    """Of a function for this machine's processor."""


class _CacheOfCpu(SealedCache, FunctionCache):
    """Of a function for this machine's processor."""

    files_class = _FilesOfCpu
