"""Numba's cache of compiled kernels with a checksum in each file.

Numba takes what it finds for right: a file that was cut by a power failure raises at every start,
and a flipped bit is run as machine code. The files are also pickles, which can run any code when
they are read. So a file begins with a checksum of the rest, its name and the sources, and is not
read if others may have written it. What does not pass is removed, and its kernel compiled again.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import pickle
import stat
from pathlib import Path

from numba.core.caching import FunctionCache, IndexDataCacheFile

REMOVED = []
"""Paths of the files that did not pass, in the order in which they were met."""

_DIGEST_BYTES = 16
_MOST_BYTES = 1 << 28
"""A longer file holds something else."""
_OPEN_FLAGS = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY")
)


def seal_cache(dispatcher, key):
    """Cache the machine code of a jitted function in sealed files.

    key   bytes; files that were sealed with another key do not pass
    """
    dispatcher._cache = _SealedCache(dispatcher.py_func, key)


def others_write(status):
    """Whether a file or folder, by its status, can hold what another user wrote; root may."""
    if os.name != "posix":
        return False
    return status.st_uid not in (os.geteuid(), 0) or bool(status.st_mode & 0o022)


def content_of(path, key):
    """The bytes of a sealed file without the checksum; None if it is missing or does not pass."""
    try:
        descriptor = os.open(path, _OPEN_FLAGS)
    except FileNotFoundError:
        return None
    except OSError:  # a link, or a file that this user cannot read
        _remove(path)
        return None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if stat.S_ISREG(status.st_mode) and not others_write(status):
            content = file.read(min(status.st_size, _MOST_BYTES))
            checksum, payload = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
            if hmac.compare_digest(checksum, _checksum(path, payload, key)):
                return payload
    _remove(path)
    return None


def _checksum(path, payload, key):
    digest = hashlib.blake2b(payload, digest_size=_DIGEST_BYTES, key=key)
    digest.update(Path(path).name.encode())
    return digest.digest()


def _remove(path):
    REMOVED.append(path)
    with contextlib.suppress(OSError):  # a folder, or one that this user cannot change
        Path(path).unlink()


class _SealedFiles(IndexDataCacheFile):
    """The index of a function's compiled variants, and a file for each."""

    def __init__(self, plain, filename_base, key):
        super().__init__(plain._cache_path, filename_base, plain._source_stamp)
        self._key = key

    def remove(self):
        """Remove the index, so that nothing that it names is loaded."""
        _remove(self._index_path)

    def _load_index(self):
        stored = content_of(self._index_path, self._key)
        if stored is None:
            return {}
        version, stamp, overloads = pickle.loads(stored)
        return overloads if (version, stamp) == (self._version, self._source_stamp) else {}

    def _save_index(self, overloads):
        self._save(self._index_path, (self._version, self._source_stamp, overloads))

    def _load_data(self, name):
        stored = content_of(self._data_path(name), self._key)
        if stored is None:
            raise FileNotFoundError(name)  # which Numba takes for: to be compiled
        return pickle.loads(stored)

    def _save_data(self, name, data):
        self._save(self._data_path(name), data)

    def _save(self, path, data):
        payload = self._dump(data)
        with self._open_for_write(path) as file:
            if hasattr(os, "fchmod"):
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                os.fchmod(file.fileno(), mode & ~0o022)  # whatever the umask allows
            file.write(_checksum(path, payload, self._key) + payload)


class _SealedCache(FunctionCache):
    """The cache of one function."""

    def __init__(self, py_func, key):
        super().__init__(py_func)
        self._cache_file = _SealedFiles(self._cache_file, self._impl.filename_base, key)

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
