"""From sources to an encoded corpus, or straight from the cache."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from w2vtui.corpus.file_hints import hints_on_files
from w2vtui.corpus.files import find_texts, is_regular
from w2vtui.corpus.hints import Hint, hints_on_lines, is_on_separators
from w2vtui.corpus.progress import ReadingProgress
from w2vtui.corpus.sources.segmenting import check_tokenizer
from w2vtui.corpus.sources.text_stream import find_codec
from w2vtui.corpus.stored import cache as kept
from w2vtui.corpus.stored.array_files import ArrayFile
from w2vtui.corpus.stored.draft import Draft
from w2vtui.corpus.stored.encoded import EncodedCorpus
from w2vtui.corpus.stored.storage import (
    PROVISIONAL,
    DamagedError,
    load_corpus,
    write_seal,
    write_words,
)
from w2vtui.corpus.titles import title_of
from w2vtui.corpus.vocab import Census, ChooseVocab, Expansion, Vocab
from w2vtui.display import printable
from w2vtui.errors import CorpusError, DiskError, SettingsError
from w2vtui.settings import CorpusSettings
from w2vtui.system.cores import free_cores

if TYPE_CHECKING:
    from w2vtui.corpus.counting.first_pass import FileCount
    from w2vtui.corpus.counting.sentences import SentenceCount

BLOCK_BYTES = 1 << 20
"""Bytes of text between two looks at the stop event: about 10 ms of work."""
BLOCK_IDS = 1 << 18
"""Ids written between two looks at the stop event."""


def open_corpus(
    sources: Sequence[str | Path],
    settings: CorpusSettings,
    *,
    vocab: Vocab | ChooseVocab | None = None,
    progress: ReadingProgress | None = None,
    stop: threading.Event | None = None,
    cache: bool = True,
    workers: int | None = None,
) -> EncodedCorpus:
    """Read files, folders and "-" for stdin, one after another; a line is a sentence.

    vocab: the words to train, in this order and with these counts, which may be those of another
    text; min_count and max_final_vocab are not applied then. Other tokens are left out: the result
    says how many they were, and so does a hint. Or a function that chooses the words from those of
    the text, which is then not stored. Without it the settings choose them.

    cache: use the result of an earlier run if it is on disk, and store this one there. Text from
    stdin or a pipe is not stored.

    workers: threads that count and encode, if the text is large; None for one a core, and one alone
    while a run trains in this process. The result does not depend on them.

    Raises:
        CorpusError: a source cannot be read, no word is left under the settings, or none of the
            vocabulary occurs.
        SettingsError: the encoding is unknown, or there are no workers.
        DiskError: the result cannot be written.
        ReadingStopped: the event was set.
    """
    progress = ReadingProgress() if progress is None else progress
    find_codec(settings.encoding)
    check_tokenizer(settings)
    files, remarks = find_texts(sources, settings)
    if workers is not None and workers < 1:
        raise SettingsError(f"workers must be 1 or more threads, got {workers}")
    n_workers = free_cores() if workers is None else workers
    text = _Text(files, settings, vocab, title_of(files, sources), progress, stop, n_workers)
    again = all(is_regular(path) for path in files)
    if callable(vocab) or not (cache and again):
        stamps = [kept.stamp_of(path) for path in files] if again else []
        return text.read(None, stamps, [*remarks])
    kept.wait_for_stamps(files, stop)
    stamps = [kept.stamp_of(path) for path in files]
    key = kept.key_of(files, settings, vocab)
    try:
        found = kept.find(key, text.name, progress, stop)
    except DamagedError as error:
        damage = f"the cached copy of this text was damaged ({error}): the text is read again"
        return text.read(key, stamps, [damage, *remarks])
    if found is None:
        return text.read(key, stamps, [*remarks])
    progress.begin("cached")
    progress.tokens = found.n_raw_tokens
    return replace(found, hints=(*remarks, *found.hints))


@dataclass(frozen=True)
class _Text:
    """Files to be read under some settings."""

    files: Sequence[Path]
    settings: CorpusSettings
    vocab: Vocab | ChooseVocab | None
    """the words to train; None for those of the text that the settings choose"""
    name: str
    progress: ReadingProgress
    stop: threading.Event | None
    n_workers: int = 1
    """threads that count and encode"""

    def read(
        self, key: str | None, stamps: Sequence[kept.Stamp], remarks: list[str]
    ) -> EncodedCorpus:
        """Read and encode the files.

        key      to save the corpus under; None for one that is not saved
        stamps   of the files before they are read; none where they cannot be read again
        remarks  on this reading, to which others are added
        """
        # Numba is slow to import, and a corpus from the cache does not need it.
        from w2vtui.corpus.counting.first_pass import count_files

        self.progress.begin("reading", sum(stamp.size for stamp in stamps))
        kept.sweep()
        with Draft(kept.cache_folder() if key else None, self.stop) as draft:
            with ArrayFile(draft, PROVISIONAL, np.int32, sealed=False) as provisional:
                count = count_files(
                    self.files, self.settings, provisional, self.progress, self.stop,
                    block_bytes=BLOCK_BYTES, n_workers=self.n_workers,
                )  # fmt: skip
            if stamps and not self._are_unchanged(stamps):
                key = None
                remarks.append(
                    "the text changed while it was being read: try again once it is complete"
                )
            _encode(draft, count, self)
            return _finished(draft, key, self, remarks)

    def _are_unchanged(self, stamps: Sequence[kept.Stamp]) -> bool:
        try:
            return [kept.stamp_of(path) for path in self.files] == stamps
        except CorpusError:  # removed since; what was read of it is still valid
            return False


def encode_sentences(
    sentences: Iterable[Iterable[str | int]],
    settings: CorpusSettings,
    *,
    vocab: Vocab | ChooseVocab | None = None,
    progress: ReadingProgress | None = None,
    stop: threading.Event | None = None,
) -> EncodedCorpus:
    """Encode sentences that are lists of words; what the iterator raises passes through.

    sentences   read once, each before the next is asked for: lists of str, other iterables of
                them, lists or arrays (n,) of ints, or an array (sentences, words) of ints.
                An int becomes the word that str makes of it: 5 is "5", also among the vectors

    Words are never split: only the settings min_count, max_final_vocab and lowercase apply, and
    with a given vocabulary, as of `open_corpus`, only lowercase. Empty words are left out.

    Raises:
        CorpusError: a sentence is not a list of words, with its number and the odd word; no word
            occurs often enough, or none of the vocabulary occurs.
        DiskError: the result cannot be written.
        ReadingStopped: the event was set.
    """
    from w2vtui.corpus.counting.sentences import SentenceCount

    progress = ReadingProgress() if progress is None else progress
    text = _Text((), settings, vocab, "the sentences", progress, stop)
    progress.begin("reading")
    with Draft(None) as draft:
        count = SentenceCount(settings)
        with ArrayFile(draft, PROVISIONAL, np.int32, sealed=False) as provisional:
            count.read(sentences, provisional, progress, stop)
        _encode(draft, count, text)
        return _finished(draft, None, text, [])


def _encode(draft: Draft, count: FileCount | SentenceCount, text: _Text) -> None:
    """Choose the vocabulary and write the corpus to the draft that its provisional ids are in."""
    from w2vtui.corpus.encoding import write_ids

    name = text.name
    census = Census.take(count.splits(), count.counts)
    if not census.tokens:
        raise CorpusError("; ".join([f"there are no words in {name}", *count.left_out]))
    on_files = _hints_on_files(text)
    hints = [*count.left_out, *map(str, on_files)] if on_files else count.hints_on(census)
    on_separators = [hint for hint in hints if is_on_separators(hint)]
    vocab, expansion = _choose(census, text, on_separators)
    encoded = write_ids(
        draft, expansion, count.runs, text.progress, text.stop,
        block_ids=BLOCK_IDS, n_workers=text.n_workers,
    )  # fmt: skip
    draft.remove(PROVISIONAL)
    if not on_separators:
        hints += map(str, hints_on_lines(encoded.n_alone, encoded.n_tokens))
    n_unknown = census.n_tokens - encoded.n_tokens
    if isinstance(text.vocab, Vocab) and n_unknown:
        hints.append(
            f"{n_unknown:,} of {census.n_tokens:,} tokens are not in the vocabulary: left out"
        )
    n_sentences, given = encoded.n_raw_sentences, text.vocab is not None
    write_words(
        draft, vocab, census, hints,
        n_sentences=n_sentences, n_too_long=count.n_too_long, given=given,
    )  # fmt: skip


def _hints_on_files(text: _Text) -> list[Hint]:
    try:
        return hints_on_files(text.files, text.settings)
    except CorpusError:  # the file has gone or changed since it was read: all of it is here
        return []


def _choose(census: Census, text: _Text, on_separators: list[str]) -> tuple[Vocab, Expansion]:
    """The vocabulary, and what each type stands for in it; some of it occurs."""
    if text.vocab is not None:
        given = text.vocab(census) if callable(text.vocab) else text.vocab
        vocab, expansion = census.choose_given(given)
        cure, wanted = "give the vocabulary of such a text", "word of the vocabulary occurs"
    else:
        settings = text.settings
        vocab, expansion = census.choose(settings.min_count, settings.max_final_vocab)
        cure, wanted = "lower min_count", f"word occurs {settings.min_count:,} times or more"
    if not len(expansion.words):
        raise CorpusError(
            f"no {wanted} in {text.name} ({census.n_tokens:,} tokens): "
            f"{'; '.join(on_separators) or cure}"
        )
    return vocab, expansion


def _finished(draft: Draft, key: str | None, text: _Text, remarks: list[str]) -> EncodedCorpus:
    """Open what was encoded, and move it to its place in the cache."""
    write_seal(draft, key or "")
    if key is not None:
        draft.sync()
    try:
        corpus = load_corpus(
            draft.folder,
            key or "",
            name=text.name,
            from_cache=False,
            progress=ReadingProgress(),  # a moment after all the others
            stop=text.stop,
            opener=draft.opener,
        )
    except DamagedError as error:
        raise DiskError(
            f"{printable(draft.folder)} reads back differently from what was written ({error}): "
            "name another folder with W2VTUI_CACHE_DIR or TMPDIR"
        ) from error
    # It is open already: no other process can remove it any more.
    is_kept = key is not None and kept.keep(draft, key)
    if key is not None and (draft.trouble or not draft.in_cache):
        why = draft.trouble or "this user has no home folder"
        remarks.append(
            "the text will be read again next time: cannot write to the cache in "
            f"{printable(kept.cache_folder() or '~')} ({why}); "
            "set W2VTUI_CACHE_DIR to use another folder"
        )
    corpus = replace(corpus, hints=(*remarks, *corpus.hints))
    if draft.in_cache and not is_kept:
        kept.remove_with(corpus, draft.folder)
    return corpus
