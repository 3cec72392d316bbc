"""Runs whose text has moved or changed."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus import EncodedCorpus, ReadingProgress, Vocab, open_corpus, without
from w2vtui.corpus.patterns import is_there
from w2vtui.errors import CorpusError, DamagedRunError
from w2vtui.runs.record import RunRecord
from w2vtui.runs.requested.request import RunRequest
from w2vtui.runs.words import read_vocab
from w2vtui.training.preparing import ReadCorpus
from w2vtui.training.state.checkpoint import Checkpoint


def text_of_run(
    folder: Path,
    asked: RunRequest,
    outputs: Sequence[str],
    verb: str = "resume",
) -> ReadCorpus:
    """The function that reads the text of a run again, with the vocabulary that it was given.

    asked    what the run was asked for, with its text where it is now
    outputs  its vectors and counts, which are not text even in a folder of its text
    verb     the command that needs the text, for messages
    """
    name, sources, settings = folder.name, asked.sources, asked.corpus_settings
    elsewhere = f"w2vtui {verb} {name} --corpus FILE"
    pipe_again = (
        f"the text of run {name} came through a pipe: pipe it again, or name its file with "
        f"{elsewhere}"
    )
    saved = [os.path.realpath(path) for path in outputs]

    def read(progress: ReadingProgress, stop: threading.Event) -> EncodedCorpus:
        gone = [source for source in sources if source != "-" and not is_there(source)]
        if gone:
            raise CorpusError(
                f"the text of run {name} is gone from {gone[0]}: {elsewhere} names where it is now"
            )
        if "-" in sources and (sys.stdin is None or sys.stdin.isatty()):
            raise CorpusError(pipe_again)
        texts = without(sources, saved, settings, asked.is_saved)
        try:
            vocab = _given_vocab(folder, asked)
            return open_corpus(
                texts,
                settings,
                vocab=vocab,
                progress=progress,
                stop=stop,
                workers=asked.live.workers,
            )
        except CorpusError as error:
            if "-" not in sources:
                raise
            raise CorpusError(f"{error}: {pipe_again}") from error

    return read


def _given_vocab(folder: Path, asked: RunRequest) -> Vocab | None:
    """The vocabulary that a run was given, as it keeps it, or from the file that was named; None
    for one that has that of its text.
    """
    if asked.read_vocab is None:
        return None
    try:
        return Vocab(*read_vocab(folder))
    except DamagedRunError:
        given = asked.given_vocab()
        return None if given is None else given.vocab


def describe_difference(
    record: RunRecord, words: list[str], counts: NDArray[np.int64], corpus: EncodedCorpus
) -> str:
    """How a text differs from the one that a run read, in a few words for a message.

    words, counts   the vocabulary of the run, int64 (V,)
    corpus          the text as it is now
    """
    parts = []
    if len(corpus.ids) != record.n_tokens:
        parts.append(f"{record.n_tokens:,} tokens then, {len(corpus.ids):,} now")
    now = dict(zip(corpus.vocab.words, corpus.vocab.counts.tolist(), strict=True))
    then = dict(zip(words, counts.tolist(), strict=True))
    new, gone = len(now.keys() - then.keys()), len(then.keys() - now.keys())
    if new or gone:
        parts.append(f"words: {new:,} new, {gone:,} gone")
    other = sum(now[word] != count for word, count in then.items() if word in now)
    if other:
        parts.append(f"words that occur more or less often: {other:,}")
    return ", ".join(parts) or "the same words in another order"


def aligned(
    checkpoint: Checkpoint, words: list[str], corpus: EncodedCorpus
) -> dict[str, NDArray[np.float32]]:
    """The vectors in the order of another vocabulary."""
    size = checkpoint.training.vector_size
    place = {word: row for row, word in enumerate(words)}
    rows = np.array([place.get(word, -1) for word in corpus.vocab.words], dtype=np.int64)
    known = rows >= 0
    random = np.random.default_rng((checkpoint.training.seed, checkpoint.clock))
    inputs = (random.random((len(rows), size), dtype=np.float32) - np.float32(0.5)) / size
    found = {"input_vectors": inputs.astype(np.float32)}
    if "output_vectors" in checkpoint.vectors:
        found["output_vectors"] = np.zeros((len(rows), size), np.float32)
    for name, matrix in found.items():
        matrix[known] = checkpoint.vectors[name][rows[known]]
    return found
