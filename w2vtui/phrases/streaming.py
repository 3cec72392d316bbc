"""Phrases of texts of any size: read once to count, and once more to write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from w2vtui.corpus.pieces import Piece, pieces_of
from w2vtui.corpus.sources.opening import opened_bytes
from w2vtui.phrases.finding import PhraseFinder
from w2vtui.phrases.learned import Phrases
from w2vtui.settings import CorpusSettings

Done = Callable[[int], object]
"""Hears how many bytes of the files have been read."""

_PIECES_AT_ONCE = 4096


class Text(NamedTuple):
    """Files whose lines are sentences, however long, and how they are read."""

    files: Sequence[Path]
    settings: CorpusSettings

    def pieces(self, done: Done) -> Iterator[Piece]:
        """The words of all files; the last line of each ends, too."""
        n_before = 0
        for path in self.files:
            for source in opened_bytes(path, self.settings):
                is_end = True
                for number, (words, is_end) in enumerate(pieces_of(source, self.settings)):
                    if number % _PIECES_AT_ONCE == 0:
                        done(n_before + source.n_done)
                    yield words, is_end
                if not is_end:
                    yield [], True
            n_before += path.stat().st_size
        done(n_before)


class Joining:
    """Joins the phrases of several finders, one after the other, in a text in pieces."""

    def __init__(self, finders: Sequence[PhraseFinder]) -> None:
        self._finders = finders
        self._waiting: list[list[str]] = [[] for _ in finders]
        """Words at the end of the piece before, which may begin a phrase."""

    def tokens(self, piece: Piece) -> list[str]:
        """The tokens of a piece, as far as they are certain; at the end of a line all are."""
        words, is_end = piece
        for place, finder in enumerate(self._finders):
            if self._waiting[place]:
                words = self._waiting[place] + words
                self._waiting[place] = []
            if is_end:
                words = finder.joined(words)
            else:
                words, self._waiting[place] = finder.joined_piece(words)
        return words


def learn(phrases: Phrases, text: Text, earlier: Sequence[PhraseFinder], done: Done) -> None:
    """Count a text whose phrases of earlier passes are joined.

    Raises:
        CorpusError: it cannot be read.
    """
    joining = Joining(earlier)
    carried: list[str] = []

    def lines() -> Iterator[list[str]]:
        nonlocal carried
        for piece in text.pieces(done):
            tokens = joining.tokens(piece)
            if piece[1] and not carried:
                yield tokens
            else:  # a line that is longer than a piece
                tokens = carried + tokens
                phrases.add_piece(tokens, len(carried))
                carried = [] if piece[1] else phrases.last_open(tokens)

    phrases.add_vocab(lines())


def write(
    text: Text, finders: Sequence[PhraseFinder], out: BinaryIO, done: Done
) -> tuple[int, int]:
    """Write a text as UTF-8 with its phrases joined, line by line; return its words and tokens.

    Raises:
        CorpusError: it cannot be read.
        OSError: it cannot be written.
    """
    joining = Joining(finders)
    n_words = n_tokens = 0
    begun = False
    for piece in text.pieces(done):
        tokens = joining.tokens(piece)
        n_words += len(piece[0])
        n_tokens += len(tokens)
        line = " " * (begun and bool(tokens)) + " ".join(tokens)
        begun = not piece[1] and (begun or bool(tokens))
        out.write((line + "\n" if piece[1] else line).encode("utf-8", "surrogatepass"))
    return n_words, n_tokens
