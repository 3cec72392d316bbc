"""The first pass over sentences that come from Python, as tokens already."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus.long_tokens import MOST_TOKEN_BYTES, remark
from w2vtui.corpus.progress import ReadingProgress, check_stop
from w2vtui.corpus.storage import ArrayFile
from w2vtui.corpus.vocab import Census, Split
from w2vtui.errors import CorpusError
from w2vtui.settings import CorpusSettings

_TOKENS_AT_ONCE = 1 << 16


class SentenceCount:
    """The distinct tokens of sentences, numbered in order of first appearance.

    Tokens are never split; lower-casing, min_count and max_final_vocab apply.
    """

    def __init__(self, settings: CorpusSettings) -> None:
        self._lowercase = settings.lowercase
        self._ids = _TokenIds()
        self._counts = np.zeros(0, dtype=np.int64)

    @property
    def counts(self) -> NDArray[np.int64]:
        """(n_types,) occurrences"""
        return self._counts[: len(self._ids)]

    def read(
        self,
        sentences: Iterable[Iterable[str]],
        out: ArrayFile,
        progress: ReadingProgress,
        stop: threading.Event | None,
    ) -> None:
        """Count all sentences and write their provisional ids.

        Raises:
            CorpusError: a sentence is not a list of words.
            ReadingStopped: the event was set.
        """
        if not isinstance(sentences, Iterable):
            raise CorpusError(
                f"sentences is {type(sentences).__name__}, not a list of sentences: pass lists of "
                "words, or name a file as corpus_file"
            )
        provisional: list[int] = []
        for number, sentence in enumerate(sentences):
            check_stop(stop)
            if isinstance(sentence, str | bytes) or not isinstance(sentence, Iterable):
                raise CorpusError(
                    f"sentence {number} is {type(sentence).__name__}, not a list of words: "
                    "split it first, as in [line.split() for line in lines]"
                    + ("; name a file as corpus_file" if isinstance(sentences, str) else "")
                )
            tokens = iter(sentence)
            begins = True
            # In pieces, for one sentence may be a whole text.
            while piece := list(islice(tokens, _TOKENS_AT_ONCE)):
                first = len(provisional)
                provisional += self._numbered(piece, number)
                if begins:
                    provisional[first] = ~provisional[first]
                    begins = False
                progress.tokens += len(piece)
                if len(provisional) >= _TOKENS_AT_ONCE:
                    check_stop(stop)
                    self._flush(provisional, out)
        self._flush(provisional, out)

    def splits(self) -> Iterator[Split]:
        """What the types stand for: one word each, an empty one for none."""
        types = iter(self._ids)
        while batch := list(islice(types, _TOKENS_AT_ONCE)):
            tokens = [token.lower() for token in batch] if self._lowercase else batch
            n_tokens = np.array([1 if token else 0 for token in tokens], dtype=np.int64)
            yield [token for token in tokens if token], n_tokens

    def hints_on(self, _census: Census) -> list[str]:
        """Only what was left out: the caller chose how these tokens were made."""
        return self.left_out

    @property
    def left_out(self) -> list[str]:
        """A remark on the tokens that were left out, if any were."""
        n = self._ids.n_left_out
        return [remark(n)] if n else []

    def _numbered(self, tokens: list[str], number: int) -> list[int]:
        try:
            return list(map(self._ids.__getitem__, tokens))
        except TypeError as error:  # a token that is not a str, hashable or not
            odd = next(token for token in tokens if not isinstance(token, str))
            raise CorpusError(
                f"sentence {number} holds {odd!r:.80}, which is not a str: {_how_to_mend(odd)}"
            ) from error

    def _flush(self, provisional: list[int], out: ArrayFile) -> None:
        ids = np.array(provisional, dtype=np.int32)
        provisional.clear()
        if len(self._ids) > len(self._counts):
            grown = np.zeros(2 * len(self._ids), dtype=np.int64)
            grown[: len(self._counts)] = self._counts
            self._counts = grown
        np.add.at(self._counts, np.where(ids < 0, ~ids, ids), 1)
        out.append(ids)


def _how_to_mend(odd: object) -> str:
    """What to do about a token that is not a str."""
    if isinstance(odd, bytes):
        return "decode each word, as in word.decode()"
    if isinstance(odd, Iterable):
        return "pass each sentence as a list of words, not of lists"
    return "write words as text, as in [[str(word) for word in words] for words in sentences]"


class _TokenIds(dict[str, int]):
    """A number for each token, assigned when it is first looked up.

    A token that is too long has the number of the empty one, which stands for no word.
    """

    n_left_out = 0

    def __missing__(self, token: str) -> int:
        if not isinstance(token, str):
            raise TypeError
        if _is_too_long(token):
            self.n_left_out += 1
            token = ""
        return self.setdefault(str(token), len(self))


def _is_too_long(token: str) -> bool:
    if 4 * len(token) <= MOST_TOKEN_BYTES:  # a character takes at most 4 bytes
        return False
    return len(token.encode("utf-8", "surrogatepass")) > MOST_TOKEN_BYTES
