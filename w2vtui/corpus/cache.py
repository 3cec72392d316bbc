"""The cache of encoded corpora: the same text need not be read twice."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
import tempfile
import time
import unicodedata
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from w2vtui.corpus.encoded import EncodedCorpus
from w2vtui.corpus.files import status_of
from w2vtui.corpus.storage import FORMAT_VERSION, DamagedError, load_corpus, writing_to
from w2vtui.corpus.streams import COMPRESSED, sampled_blocks
from w2vtui.errors import DiskError
from w2vtui.resources import user_folder
from w2vtui.settings import CorpusSettings

KEPT_CORPORA = 8
"""Most corpora in the cache; the one used longest ago is removed first."""

_DRAFT = ".draft-"
_DRAFT_SECONDS = 24 * 3600
"""Drafts older than this are assumed to be left by a process that was killed."""


def cache_folder() -> Path | None:
    """The folder of the cache, which W2VTUI_CACHE_DIR can name; None if there is none."""
    named = os.environ.get("W2VTUI_CACHE_DIR")
    root = Path(named) if named else user_folder("cache")
    return None if root is None else root.absolute() / "corpora"


def key_of(files: Sequence[Path], settings: CorpusSettings) -> str:
    """A key for the corpus that these files give under these settings.

    Size, time of change and 64 samples of each file represent its bytes. The Unicode version
    matters since it defines letters, and the end of a file's name since it shows compression.

    Raises:
        CorpusError: a file cannot be read.
    """
    digest = hashlib.blake2b(digest_size=16)
    rules = [FORMAT_VERSION, unicodedata.unidata_version, dataclasses.asdict(settings)]
    digest.update(json.dumps(rules).encode())
    for path in files:
        size, changed = stamp_of(path)
        ending = path.suffix.lower() if path.suffix.lower() in COMPRESSED else ""
        digest.update(f"{size} {changed} {ending} ".encode())
        for block in sampled_blocks(path, size):
            digest.update(block)
    return digest.hexdigest()


def stamp_of(path: Path) -> tuple[int, int]:
    """Size and time of last change in ns: a different stamp means a different text.

    Raises:
        CorpusError: the file cannot be reached.
    """
    status = status_of(path)
    return status.st_size, status.st_mtime_ns


def find(key: str, name: str) -> EncodedCorpus | None:
    """The corpus saved under a key, or None. A damaged one is removed."""
    parent = cache_folder()
    if parent is None:
        return None
    folder = parent / key
    try:
        corpus = load_corpus(folder, name=name, from_cache=True)
    except DamagedError:  # or there is none
        _remove(folder)
        return None
    with suppress(OSError):  # a cache may be readable but not ours
        os.utime(folder)
    return corpus


@contextmanager
def draft_folder(*, in_cache: bool) -> Iterator[Path]:
    """A new folder to write a corpus to; removed when that fails.

    It is beside the saved corpora, so that it can be renamed to one; if it is not to be saved, or
    the cache cannot be written, it is among the temporary files.

    Raises:
        DiskError: no folder can be created.
    """
    folder = _draft_in_cache() if in_cache else None
    if folder is None:
        try:
            folder = Path(tempfile.mkdtemp(prefix="w2vtui-"))
        except OSError as error:
            raise DiskError(f"cannot make a temporary folder: {error}; set TMPDIR") from error
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def is_in_cache(draft: Path) -> bool:
    """Whether a draft is where it can be saved."""
    return draft.parent == cache_folder()


def keep(draft: Path, key: str) -> Path | None:
    """Move a draft to its place under a key and return its new path; None if that fails.

    It fails if another process was first, which is just as good, or if the draft is elsewhere.

    Raises:
        DiskError: not everything could be written to the disk.
    """
    if not is_in_cache(draft):
        return None
    parent = draft.parent
    with writing_to(draft):
        for path in draft.iterdir():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
    folder = parent / key
    try:
        draft.rename(folder)
    except OSError:
        return None
    _prune(parent, kept=folder)
    return folder


def remove_with(corpus: EncodedCorpus, folder: Path) -> None:
    """Remove the folder of a corpus once nothing refers to it, at the latest when Python ends."""
    weakref.finalize(corpus, shutil.rmtree, folder, ignore_errors=True)


def _draft_in_cache() -> Path | None:
    parent = cache_folder()
    if parent is None:
        return None
    try:
        parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=_DRAFT, dir=parent))
    except OSError:  # read-only, or no folder: the caller has another place
        return None


def _prune(parent: Path, kept: Path) -> None:
    """Remove the corpora used longest ago, and drafts that a killed process left."""
    with suppress(OSError):  # another process may be pruning too
        entries = [(entry.stat().st_mtime, entry) for entry in parent.iterdir() if entry != kept]
        now = time.time()
        corpora = sorted(pair for pair in entries if not pair[1].name.startswith("."))
        for _, entry in corpora[: max(0, len(corpora) - (KEPT_CORPORA - 1))]:
            _remove(entry)
        for changed, entry in entries:
            if entry.name.startswith(_DRAFT) and now - changed > _DRAFT_SECONDS:
                _remove(entry)


def _remove(folder: Path) -> None:
    """Remove a folder of the cache: rename it first, then delete file by file."""
    aside = folder.with_name(f"{_DRAFT}removed-{os.getpid()}-{folder.name}")
    with suppress(OSError):  # already removed by another process, or not ours
        folder.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)
