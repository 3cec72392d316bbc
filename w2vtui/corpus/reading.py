"""From sources to an encoded corpus, or straight from the cache."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from w2vtui.corpus import cache as kept
from w2vtui.corpus.encoded import EncodedCorpus
from w2vtui.corpus.files import find_files, is_regular, title_of
from w2vtui.corpus.progress import ReadingProgress
from w2vtui.corpus.sentences import SentenceCount
from w2vtui.corpus.storage import ArrayFile, ArrayReader, load_corpus, write_words
from w2vtui.corpus.streams import ByteStream, find_codec, printable
from w2vtui.corpus.tokens import hints_on_lines
from w2vtui.corpus.vocab import Census
from w2vtui.errors import CorpusError
from w2vtui.settings import CorpusSettings

if TYPE_CHECKING:
    from w2vtui.corpus.counting import TextCount

BLOCK_BYTES = 1 << 20
"""Bytes of text between two looks at the stop event: about 10 ms of work."""
BLOCK_IDS = 1 << 18
"""Ids written between two looks at the stop event."""

_PROVISIONAL = "provisional.npy"


def open_corpus(
    sources: Sequence[str | Path],
    settings: CorpusSettings,
    *,
    progress: ReadingProgress | None = None,
    stop: threading.Event | None = None,
    cache: bool = True,
) -> EncodedCorpus:
    """Read files, folders and "-" for stdin, one after another; a line is a sentence.

    cache: use the result of an earlier run if it is on disk, and store this one there. Text from
    stdin or a pipe is not stored.

    Raises:
        CorpusError: a source cannot be read, or no word is left under the settings.
        SettingsError: the encoding is unknown.
        DiskError: the result cannot be written.
        ReadingStopped: the event was set.
    """
    progress = ReadingProgress() if progress is None else progress
    find_codec(settings.encoding)
    files = find_files(sources, encoding=settings.encoding)
    name = title_of(files)
    again = all(is_regular(path) for path in files)
    stamps = [kept.stamp_of(path) for path in files] if again else []
    key = kept.key_of(files, settings) if cache and again else None
    found = None if key is None else kept.find(key, name)
    if found is not None:
        progress.begin("cached")
        progress.tokens = found.n_raw_tokens
        return found

    # Numba is slow to import, and a corpus from the cache does not need it.
    from w2vtui.corpus.counting import TextCount

    progress.begin("reading", sum(size for size, _ in stamps))
    with kept.draft_folder(in_cache=key is not None) as draft:
        count = TextCount(settings, BLOCK_BYTES)
        with ArrayFile(draft / _PROVISIONAL, np.int32) as provisional:
            for path in files:
                with ByteStream(path, stop) as source:
                    count.read(source, provisional, progress, stop)
        hints = []
        if again and not _are_unchanged(files, stamps):
            key = None
            hints.append("the text changed while it was being read: try again once it is complete")
        if key is not None and not kept.is_in_cache(draft):
            place = printable(kept.cache_folder() or "~")
            hints.append(
                f"the text will be read again next time: cannot write to the cache in {place}; "
                "set W2VTUI_CACHE_DIR to use another folder"
            )
        _encode(draft, count, settings, name, hints=hints, progress=progress, stop=stop)
        folder = None if key is None else kept.keep(draft, key)
        corpus = load_corpus(folder or draft, name=name, from_cache=False)
        if folder is None:
            kept.remove_with(corpus, draft)
    return corpus


def encode_sentences(
    sentences: Iterable[Iterable[str]],
    settings: CorpusSettings,
    *,
    progress: ReadingProgress | None = None,
    stop: threading.Event | None = None,
) -> EncodedCorpus:
    """Encode sentences that are lists of words; what the iterator raises passes through.

    Words are never split: only the settings min_count, max_final_vocab and lowercase apply. Empty
    words are left out.

    Raises:
        CorpusError: a sentence is not a list of words, or no word occurs often enough.
        DiskError: the result cannot be written.
        ReadingStopped: the event was set.
    """
    progress = ReadingProgress() if progress is None else progress
    progress.begin("reading")
    with kept.draft_folder(in_cache=False) as draft:
        count = SentenceCount(settings)
        with ArrayFile(draft / _PROVISIONAL, np.int32) as provisional:
            count.read(sentences, provisional, progress, stop)
        name = "the sentences"
        _encode(draft, count, settings, name, hints=[], progress=progress, stop=stop)
        corpus = load_corpus(draft, name=name, from_cache=False)
        kept.remove_with(corpus, draft)
    return corpus


def _are_unchanged(files: Sequence[Path], stamps: list[tuple[int, int]]) -> bool:
    try:
        return [kept.stamp_of(path) for path in files] == stamps
    except CorpusError:  # removed since; what was read of it is still valid
        return False


def _encode(
    folder: Path,
    count: TextCount | SentenceCount,
    settings: CorpusSettings,
    name: str,
    *,
    hints: list[str],
    progress: ReadingProgress,
    stop: threading.Event | None,
) -> None:
    """Choose the vocabulary and write the corpus to the folder that its provisional ids are in."""
    from w2vtui.corpus.encoding import write_ids

    census = Census.take(count.splits(), count.counts)
    if not census.tokens:
        raise CorpusError(f"there are no words in {name}")
    vocab, expansion = census.choose(settings.min_count, settings.max_final_vocab)
    if not vocab.words:
        raise CorpusError(
            f"no word occurs {settings.min_count} times or more in {name} "
            f"({census.n_tokens} tokens): lower min_count"
        )
    path = folder / _PROVISIONAL
    n_alone = write_ids(
        ArrayReader(path, np.int32), expansion, folder, progress, stop, block_ids=BLOCK_IDS
    )
    path.unlink()
    hints += [*count.hints_on(census), *hints_on_lines(n_alone, vocab.n_tokens)]
    write_words(folder, vocab, census.n_tokens, len(census.tokens), hints)
