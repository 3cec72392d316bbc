"""Lines of an encoded corpus with a word in the middle and one of its contexts marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus import EncodedCorpus
from w2vtui.display import ELLIPSIS, cell_width, pad, safe_text
from w2vtui.exploring.why_near.contexts import Pairs

SHOWN_TOKENS = 24
"""Tokens of a line on each side of its word."""
_CHOSEN_AMONG = 64
"""Lines that are equally good are chosen among this many."""


@dataclass(frozen=True)
class Line:
    """A word where it occurs, as tokens of the encoded corpus: those outside of the vocabulary are
    absent.
    """

    position: int
    """of the word in the encoded corpus"""
    before: tuple[str, ...]
    """in the order of the text, the nearest last; as those after it, of its sentence alone"""
    word: str
    after: tuple[str, ...]
    context: str
    offset: int
    """of the context from the word: -2 is the second token before it"""
    begins: bool
    """whether `before` begins where the sentence does"""
    ends: bool
    """whether `after` ends where the sentence does"""

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "position": self.position,
            "before": list(self.before),
            "word": self.word,
            "after": list(self.after),
            "context": self.context,
            "offset": self.offset,
        }


class Part(NamedTuple):
    """A piece of a line as it is drawn."""

    text: str
    kind: Literal["text", "word", "context"]


def line_for(corpus: EncodedCorpus, pairs: Pairs, context: int, used: set[int]) -> Line | None:
    """The line that teaches most of a context: where the two are paired most often.

    used   sentences that were shown already, which are avoided; that of the line is added

    None if the context is not among the pairs.
    """
    rows = np.flatnonzero(pairs.words == context)
    if not len(rows):
        return None
    best = rows[np.argsort(-pairs.expected[rows], kind="stable")[:_CHOSEN_AMONG]]
    sentences = np.searchsorted(corpus.sentence_starts, pairs.positions[best], side="right") - 1
    fresh = [at for at, sentence in enumerate(sentences.tolist()) if sentence not in used]
    at = fresh[0] if fresh else 0
    used.add(int(sentences[at]))
    return line_at(corpus, int(pairs.positions[best[at]]), int(pairs.places[best[at]]))


def line_at(corpus: EncodedCorpus, position: int, place: int) -> Line:
    """The line of the word at a position, with its context at another place of its sentence."""
    starts = corpus.sentence_starts
    sentence = int(np.searchsorted(starts, position, side="right")) - 1
    first, stop = int(starts[sentence]), int(starts[sentence + 1])
    begin, end = max(first, position - SHOWN_TOKENS), min(stop, position + SHOWN_TOKENS + 1)
    return Line(
        position=position,
        before=_words(corpus, corpus.ids[begin:position]),
        word=corpus.vocab.words[corpus.ids[position]],
        after=_words(corpus, corpus.ids[position + 1 : end]),
        context=corpus.vocab.words[corpus.ids[place]],
        offset=place - position,
        begins=begin == first,
        ends=end == stop,
    )


def drawn(line: Line, width: int, word_width: int | None = None) -> list[Part]:
    """A line in exactly `width` cells, its word in the middle, its context in brackets.

    word_width   cells of the word's column, so that lines of several words are aligned
    """
    middle = min(word_width or cell_width(safe_text(line.word)), max(width // 2, 1))
    left = max((width - middle - 2) * 9 // 20, 0)
    right = max(width - middle - 2 - left, 0)
    before = _side(line.before[::-1], -line.offset, line, left, whole=line.begins)
    after = _side(line.after, line.offset, line, right, whole=line.ends)
    n_before = sum(cell_width(part.text) for part in before)
    n_after = sum(cell_width(part.text) for part in after)
    return [
        Part(" " * (left - n_before), "text"),
        *before[::-1],
        Part(" ", "text"),
        Part(pad(safe_text(line.word, 4 * middle), middle), "word"),
        Part(" ", "text"),
        *after,
        Part(" " * (right - n_after), "text"),
    ]


def _side(tokens: Sequence[str], offset: int, line: Line, room: int, *, whole: bool) -> list[Part]:
    """What fits of one side, from the word outward; the context is on it if its offset is positive.

    whole   whether no tokens follow these
    """
    context = Part(f"[{safe_text(line.context, 4 * max(room, 1))}]", "context")
    owed = cell_width(context.text) + 3 if offset > 0 else 0  # with an ellipsis before it
    parts: list[Part] = []
    used = 0
    for at, token in enumerate(tokens, start=1):
        part = context if at == offset else Part(safe_text(token, 4 * max(room, 1)), "text")
        owed = 0 if at == offset else owed
        space = 1 if parts else 0
        last = whole and at == len(tokens)
        if used + space + cell_width(part.text) + owed + (0 if last or owed else 2) > room:
            break
        parts += [Part(" ", "text")] * space + [part]
        used += space + cell_width(part.text)
    else:
        if whole and not owed:
            return parts
    return [*parts, *_rest(context if owed else None, room - used, spaced=bool(parts))]


def _rest(context: Part | None, room: int, *, spaced: bool) -> list[Part]:
    """An ellipsis for what does not fit, and the context if it is among that."""
    space = [Part(" ", "text")] if spaced and room > 1 else []
    if room - len(space) < 1:
        return []
    parts = [*space, Part(ELLIPSIS, "text")]
    room -= len(parts) + 1
    if context is not None and room >= 3:
        fits = cell_width(context.text) <= room
        shown = context.text if fits else pad(context.text, room).rstrip()
        parts += [Part(" ", "text"), Part(shown, "context")]
    return parts


def _words(corpus: EncodedCorpus, ids: NDArray[np.int32]) -> tuple[str, ...]:
    return tuple(corpus.vocab.words[word] for word in ids.tolist())
