"""The first pass over sentences that come from Python, as tokens already."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus.counting.long_tokens import remark
from w2vtui.corpus.counting.token_ids import TokenIds, is_token
from w2vtui.corpus.counting.type_table import Run
from w2vtui.corpus.progress import ReadingProgress, check_stop
from w2vtui.corpus.stored.storage import IdSink
from w2vtui.corpus.vocab import Census, Split
from w2vtui.errors import NotSentencesError
from w2vtui.settings import CorpusSettings

_TOKENS_AT_ONCE = 1 << 16
_INTS_AT_ONCE = 1 << 19
"""Ints of arrays that are numbered together: the more, the fewer distinct ones in each."""


class SentenceCount:
    """The distinct tokens of sentences, numbered in order of first appearance.

    Tokens are never split; lower-casing, min_count and max_final_vocab apply.
    """

    def __init__(self, settings: CorpusSettings) -> None:
        self._lowercase = settings.lowercase
        self._ids = TokenIds()
        self._counts = np.zeros(0, dtype=np.int64)

    runs: Sequence[Run] = ()
    """None: all provisional ids have the numbers of the types."""

    @property
    def counts(self) -> NDArray[np.int64]:
        """(n_types,) occurrences"""
        return self._counts[: len(self._ids)]

    def read(
        self,
        sentences: Iterable[Iterable[str | int]],
        out: IdSink,
        progress: ReadingProgress,
        stop: threading.Event | None,
    ) -> None:
        """Count all sentences and write their provisional ids.

        Raises:
            NotSentencesError: a sentence is not a list of words.
            ReadingStopped: the event was set.
        """
        if not isinstance(sentences, Iterable):
            raise NotSentencesError(
                f"sentences is {type(sentences).__name__}, not a list of sentences: pass lists of "
                "words, or name a file as corpus_file"
            )

        def write(ids: NDArray[np.int32], begins: NDArray[np.intp]) -> None:
            check_stop(stop)
            self._count(ids)
            ids[begins] = ~ids[begins]
            out.append(ids)
            progress.tokens += len(ids)

        batch = _Batch(self._ids, write, stop)
        if _is_ints(sentences) and sentences.ndim == 2:
            batch.add_rows(sentences)
        else:
            batch.add(sentences)

    def splits(self) -> Iterator[Split]:
        """What the types stand for: one word each, an empty one for none."""
        for batch in self._ids.tokens():
            tokens = [token.lower() for token in batch] if self._lowercase else batch
            n_tokens = np.array([1 if token else 0 for token in tokens], dtype=np.int64)
            yield [token for token in tokens if token], n_tokens

    def hints_on(self, _census: Census) -> list[str]:
        """Only what was left out: the caller chose how these tokens were made."""
        return self.left_out

    @property
    def left_out(self) -> list[str]:
        """A remark on the tokens that were left out, if any were."""
        return [remark(self.n_too_long)] if self.n_too_long else []

    @property
    def n_too_long(self) -> int:
        """Tokens that were left out for their length."""
        return self._ids.n_left_out

    def _count(self, ids: NDArray[np.int32]) -> None:
        n_types = len(self._ids)
        if n_types > len(self._counts):
            grown = np.zeros(2 * n_types, dtype=np.int64)
            grown[: len(self._counts)] = self._counts
            self._counts = grown
        np.add.at(self._counts, ids, 1)


class _Batch:
    """Sentences whose tokens are numbered together.

    They are copied as they come: an iterator may use its list again.
    """

    def __init__(
        self,
        ids: TokenIds,
        write: Callable[[NDArray[np.int32], NDArray[np.intp]], None],
        stop: threading.Event | None,
    ) -> None:
        """write: takes provisional ids, and which of them begin a sentence."""
        self._ids, self._write, self._stop = ids, write, stop
        self._n_written = 0  # sentences
        self._tokens: list[Any] = []
        self._ends: list[int] = []
        """Where each sentence ends."""

    def add(self, sentences: Iterable[Iterable[str | int]]) -> None:
        """Write sentences.

        Raises:
            CorpusError: one is not a list of words.
            ReadingStopped: the event was set.
        """
        advice = "; name a file as corpus_file" if isinstance(sentences, str) else ""
        is_stopped = None if self._stop is None else self._stop.is_set
        tokens, ends = self._tokens, self._ends
        for sentence in sentences:
            kind = type(sentence)
            if (kind is list or kind is tuple) and len(sentence) < _TOKENS_AT_ONCE:  # type: ignore[arg-type]
                tokens += sentence
                ends.append(len(tokens))
            elif isinstance(sentence, np.ndarray) and sentence.ndim == 1:
                self._add_array(sentence)
            else:
                self._add_other(sentence, advice)
            if len(tokens) + len(ends) >= _TOKENS_AT_ONCE:
                self._flush()
            if is_stopped is not None and is_stopped():
                check_stop(self._stop)
        self._flush()

    def add_rows(self, rows: NDArray[np.integer[Any]]) -> None:
        """Write the rows (n, m) of an array of ints: each is a sentence."""
        width = max(rows.shape[1], 1)
        n_at_once = max(_INTS_AT_ONCE // width, 1)
        for first in range(0, len(rows), n_at_once):
            ids = self._ids.of_array(rows[first : first + n_at_once].ravel())
            self._write(ids, np.arange(0, len(ids), width))

    def _add_other(self, sentence: Iterable[str | int], advice: str) -> None:
        """Add a sentence of any kind and any length, in pieces: it may be a whole text."""
        self._flush()
        is_list = isinstance(sentence, Iterable) and getattr(sentence, "shape", None) != ()
        if isinstance(sentence, str | bytes) or not is_list:
            raise NotSentencesError(
                f"sentence {self._n_written} is {type(sentence).__name__}, not a list of words: "
                f"split it first, as in [line.split() for line in lines]{advice}"
            )
        tokens = iter(sentence)
        self._add_pieces(iter(lambda: list(islice(tokens, _TOKENS_AT_ONCE)), []))

    def _add_array(self, sentence: NDArray[Any]) -> None:
        if len(sentence) < _TOKENS_AT_ONCE:
            self._tokens += sentence.tolist()
            self._ends.append(len(self._tokens))
        else:
            self._flush()
            places = range(0, len(sentence), _TOKENS_AT_ONCE)
            self._add_pieces(sentence[at : at + _TOKENS_AT_ONCE].tolist() for at in places)

    def _add_pieces(self, pieces: Iterable[list[Any]]) -> None:
        """Add the pieces of one sentence."""
        begin = np.zeros(1, dtype=np.intp)
        for piece in pieces:
            self._write(self._numbered(piece, [len(piece)]), begin)
            begin = begin[:0]
        self._n_written += 1

    def _flush(self) -> None:
        """Write the sentences that there are."""
        if not self._ends:
            return
        ids = self._numbered(self._tokens, self._ends)
        ends = np.array(self._ends)
        starts = np.append(0, ends[:-1])
        self._write(ids, starts[starts < ends])
        self._n_written += len(self._ends)
        self._tokens.clear()
        self._ends.clear()

    def _numbered(self, tokens: list[Any], ends: list[int]) -> NDArray[np.int32]:
        """The numbers of tokens of sentences with these ends."""
        try:
            return self._ids.of(tokens)
        except TypeError as error:  # a token that is not a str or an int, hashable or not
            places = (place for place, token in enumerate(tokens) if not is_token(token))
            if (place := next(places, None)) is None:
                raise
            number = self._n_written + bisect_right(ends, place)
            odd = tokens[place]
            raise NotSentencesError(
                f"sentence {number} holds {odd!r:.80}, which is not a str: {_how_to_mend(odd)}"
            ) from error


def _is_ints(value: object) -> TypeGuard[NDArray[np.integer[Any]]]:
    return isinstance(value, np.ndarray) and value.dtype.kind in "iu"


def _how_to_mend(odd: object) -> str:
    """What to do about a token that is not a str."""
    if isinstance(odd, bytes):
        return "decode each word, as in word.decode()"
    if isinstance(odd, Iterable):
        return "pass each sentence as a list of words, not of lists"
    return "write words as text, as in [[str(word) for word in words] for words in sentences]"
