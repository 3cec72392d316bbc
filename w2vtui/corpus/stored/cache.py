"""The cache of encoded corpora: the same text need not be read twice."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import secrets
import shutil
import threading
import time
import unicodedata
import weakref
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from w2vtui.corpus.files import status_of
from w2vtui.corpus.progress import ReadingProgress, check_stop
from w2vtui.corpus.sources.compressed import is_packed
from w2vtui.corpus.sources.segmenting import tokenizer_version
from w2vtui.corpus.stored.draft import DRAFT, Draft, is_abandoned
from w2vtui.corpus.stored.encoded import EncodedCorpus
from w2vtui.corpus.stored.storage import (
    ALL_FILES,
    FORMAT_VERSION,
    DamagedError,
    load_corpus,
    tokens_in,
)
from w2vtui.corpus.vocab import Vocab
from w2vtui.display import printable
from w2vtui.errors import CorpusError
from w2vtui.files.regular_files import opened
from w2vtui.settings import CorpusSettings
from w2vtui.system.resources import user_cache

KEPT_CORPORA = 8
"""Most corpora in the cache; the one used longest ago is removed first."""

_KEY = re.compile(r"[0-9a-f]{32}")
_DRAFT_SECONDS = 24 * 3600
"""Drafts without locks, older than this, are assumed to be left by a process that was killed."""
_TICK_NS = 50_000_000
"""Two changes of a file further apart than this have different times."""
_COARSE_TICK_NS = 2_050_000_000
"""The same where times are whole seconds, or every other one."""
_SAMPLED_BLOCKS = 64
_SAMPLED_BYTES = 1 << 16
_SAMPLED_WHOLE = _SAMPLED_BLOCKS * _SAMPLED_BYTES
"""Files up to this size are sampled from end to end."""
_DATES_CHANGES = os.name == "posix"
"""Whether the third time of a file is that of its last change, which no program can set; in
Windows it is that of its creation.
"""


class Stamp(NamedTuple):
    """What the file system knows of a file: another stamp means another text."""

    size: int
    modified_ns: int
    """What copying programs set to that of the original."""
    changed_ns: int
    inode: int
    device: int


def cache_folder() -> Path | None:
    """The folder of saved corpora in the cache; None if there is no cache."""
    return user_cache("corpora")


def key_of(files: Sequence[Path], settings: CorpusSettings, vocab: Vocab | None = None) -> str:
    """A key for the corpus that these files give under these settings, or with a given vocabulary.

    A small file is represented by its bytes and its time of modification, a larger one by its whole
    stamp and 64 samples. The Unicode version matters since it defines letters, and the end of a
    file's name since it shows compression.

    Raises:
        CorpusError: a file cannot be read.
    """
    digest = hashlib.blake2b(digest_size=16)
    rules = [
        FORMAT_VERSION,
        unicodedata.unidata_version,
        tokenizer_version(settings),
        dataclasses.asdict(settings),
    ]
    if vocab is not None:
        rules.append(vocab.digest())
    digest.update(json.dumps(rules).encode())
    for path in files:
        stamp = stamp_of(path)
        by_stamp = _DATES_CHANGES and stamp.size > _SAMPLED_WHOLE
        known = stamp if by_stamp else stamp[:2]
        named = is_packed(path) or settings.field is not None
        ending = "".join(path.suffixes[-2:]).lower() if named else ""
        digest.update(f"{' '.join(map(str, known))} {ending} ".encode())
        for block in _sampled_blocks(path, stamp.size, whole=not by_stamp):
            digest.update(block)
    return digest.hexdigest()


def stamp_of(path: Path) -> Stamp:
    """The stamp of a file.

    Raises:
        CorpusError: the file cannot be reached.
    """
    status = status_of(path)
    return Stamp(
        status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev
    )


def wait_for_stamps(files: Sequence[Path], stop: threading.Event | None) -> None:
    """Wait until every later change of the files must show in their stamps.

    Of two changes within one tick of the file system's clock, the second leaves no trace.

    Raises:
        CorpusError: a file cannot be reached.
        ReadingStopped: the event was set.
    """
    longest = 0
    for path in files:
        changed = stamp_of(path).changed_ns
        tick = _TICK_NS if changed % 1_000_000_000 else _COARSE_TICK_NS
        # In the future, as a clock that was set back leaves it, it is as if it were now.
        longest = max(longest, tick - max(time.time_ns() - changed, 0))
    if longest > 0:
        (stop or threading.Event()).wait(longest / 1e9)
        check_stop(stop)


def find(
    key: str, name: str, progress: ReadingProgress, stop: threading.Event | None = None
) -> EncodedCorpus | None:
    """The corpus saved under a key, or None.

    Raises:
        DamagedError: there is one, but not as it was written; it is removed.
        ReadingStopped: the event was set.
    """
    parent = cache_folder()
    if parent is None or not os.path.lexists(parent / key):
        return None
    folder = parent / key
    try:
        corpus = load_corpus(folder, key, name=name, from_cache=True, progress=progress, stop=stop)
    except DamagedError:
        if not os.path.lexists(folder):  # another process has just removed it
            return None
        _remove(folder)
        raise
    with suppress(OSError):  # a cache may be readable but not ours
        os.utime(folder)
    return corpus


def stored(
    n_tokens: int, name: str, progress: ReadingProgress, stop: threading.Event | None = None
) -> Iterator[EncodedCorpus]:
    """Each intact corpus in the cache that has this many tokens, whatever its text was.

    name   what they are to be called

    Raises:
        ReadingStopped: the event was set.
    """
    parent = cache_folder()
    try:
        folders = [] if parent is None else sorted(parent.iterdir())
    except OSError:  # there is no cache yet
        return
    for folder in folders:
        if not _KEY.fullmatch(folder.name) or tokens_in(folder, folder.name) != n_tokens:
            continue
        with suppress(DamagedError):
            yield load_corpus(
                folder, folder.name, name=name, from_cache=True, progress=progress, stop=stop
            )


def keep(draft: Draft, key: str) -> bool:
    """Move a draft to its place under a key; return whether it is there now.

    It is not if another process was first, which is just as good, or if it cannot be renamed: then
    `draft.trouble` says why.
    """
    if not draft.in_cache:
        return False
    parent = draft.folder.parent
    folder = parent / key
    try:
        draft.unlock()
        draft.folder.rename(folder)
    except OSError as error:
        if not os.path.lexists(folder):
            draft.trouble = error.strerror or str(error)
        return False
    _prune(parent, kept=folder)
    return True


def remove_with(corpus: EncodedCorpus, folder: Path) -> None:
    """Remove the folder of a corpus: at once where the system keeps what is mapped, else when
    nothing refers to the corpus, at the latest when Python ends.
    """
    if os.name == "posix":
        shutil.rmtree(folder, ignore_errors=True)
    else:
        weakref.finalize(corpus, shutil.rmtree, folder, ignore_errors=True)


def sweep() -> None:
    """Remove the drafts that a killed process left."""
    parent = cache_folder()
    with suppress(OSError):  # there is no cache, or another process is sweeping too
        for path in () if parent is None else list(parent.iterdir()):
            if path.name.startswith(DRAFT) and _is_ours(path) and _is_left(path):
                _remove(path)


def _is_left(draft: Path) -> bool:
    abandoned = is_abandoned(draft)
    if abandoned is not None:
        return abandoned
    changed = max(one.stat().st_mtime for one in (draft, *draft.iterdir()))
    return time.time() - changed > _DRAFT_SECONDS


def _prune(parent: Path, kept: Path) -> None:
    """Remove the corpora used longest ago."""
    with suppress(OSError):  # another process may be pruning too
        corpora = sorted(
            (
                path
                for path in parent.iterdir()
                if path != kept and not path.name.startswith(DRAFT) and _is_ours(path)
            ),
            key=lambda path: path.stat().st_mtime,
        )
        for path in corpora[: max(0, len(corpora) - (KEPT_CORPORA - 1))]:
            _remove(path)


def _is_ours(path: Path) -> bool:
    """Whether a folder beside the corpora is one that was made here: the cache may have been put
    where somebody has folders of texts.
    """
    named = path.name.startswith(DRAFT) or _KEY.fullmatch(path.name)
    if not named or path.is_symlink() or not path.is_dir():
        return False
    return all(one.name in ALL_FILES for one in path.iterdir())


def _remove(folder: Path) -> None:
    """Remove an entry of the cache: rename it first, then delete file by file."""
    aside = folder.with_name(f"{DRAFT}{secrets.token_hex(8)}")
    with suppress(OSError):  # already removed by another process, or not ours
        folder.rename(aside)
        if aside.is_dir() and not aside.is_symlink():
            shutil.rmtree(aside, ignore_errors=True)
        else:
            aside.unlink()


def _sampled_blocks(path: Path, size: int, *, whole: bool) -> Iterator[bytes]:
    """Up to 64 blocks of 64 KB, evenly spread over a file of this size, still compressed.

    whole: as many blocks as it takes to leave nothing out

    Raises:
        CorpusError: the file cannot be read.
    """
    n_blocks = -(-size // _SAMPLED_BYTES)
    n_blocks = n_blocks if whole else min(_SAMPLED_BLOCKS, n_blocks)
    last = max(size - _SAMPLED_BYTES, 0)
    try:
        with opened(path) as file:
            for index in range(n_blocks):
                file.seek(last * index // max(n_blocks - 1, 1))
                yield file.read(_SAMPLED_BYTES)
    except OSError as error:
        raise CorpusError(f"cannot read {printable(path)}: {error.strerror}") from error
