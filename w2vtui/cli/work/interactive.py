"""Questions line by line, typed or piped in, as word2vec.c's distance and word-analogy take."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence

from w2vtui.cli.output import flush_results, show, show_fields, show_prompt
from w2vtui.cli.results import Found, print_json
from w2vtui.display import cell_width, safe_text
from w2vtui.errors import UnknownWordError, VectorsError
from w2vtui.vectors import WordVectors

_WORD_CELLS = 50
_LINE = "-" * 72

Answer = Callable[[Sequence[str]], Found]
"""The words nearest to what was asked, given its words."""


def answer_lines(
    vectors: WordVectors, answer: Answer, prompt: str, heading: str, *, least: int = 1
) -> None:
    """Answer each line of stdin with a table, until EXIT or the end.

    heading   of the column of cosines
    least     words that a question has at least
    """
    for words in _questions(prompt):
        if len(words) < least:
            show(
                f"Only {len(words)} words were entered.. three words are needed at the input to "
                "perform the calculation"
            )
        elif _all_known(vectors, words):
            try:
                _print_table(answer(words), heading)
            except VectorsError as error:  # not numbers, or nothing is asked
                show(str(error))


def answer_lines_as_json(vectors: WordVectors, answer: Answer, *, least: int = 1) -> None:
    """Answer each line of stdin with one JSON object on a line."""
    for words in _questions(""):
        result: dict[str, object] = {"words": words}
        try:
            if len(words) < least:
                result["error"] = f"{least} words are needed, got {len(words)}"
            else:
                result["found"] = answer(words)
        except UnknownWordError as error:
            unknown = next((word for word in words if word not in vectors), "")
            near = [word for word, _ in vectors.suggestions(unknown)]
            result |= {"error": str(error), "unknown": unknown, "suggestions": near}
        except VectorsError as error:
            result["error"] = str(error)
        print_json(result)
        flush_results()


def _questions(prompt: str) -> Iterator[list[str]]:
    """The words of each line."""
    if sys.stdin is None:
        return
    if reconfigure := getattr(sys.stdin, "reconfigure", None):
        reconfigure(errors="replace")  # no word is known by such a name
    while True:
        if prompt:
            show_prompt(prompt)
        line = sys.stdin.readline()
        words = line.split()
        if not line or words == ["EXIT"]:
            if prompt and not line:
                show("")
            return
        if words:
            yield words


def _all_known(vectors: WordVectors, words: Sequence[str]) -> bool:
    """Print the place of each word, up to the first without a vector; return whether all have."""
    for word in words:
        row = vectors.key_to_index.get(word, -1)
        show("", f"Word: {word}  Position in vocabulary: {row}")
        if row < 0:
            near = ", ".join(safe_text(other, 40) for other, _ in vectors.suggestions(word, 3))
            show(f"Out of dictionary word!{f' Did you mean {near}?' if near else ''}")
            return False
    return True


def _print_table(found: Found, heading: str) -> None:
    show("", f"{'Word':>{_WORD_CELLS}}{heading:>22}", _LINE)
    for word, cosine in found:
        name = safe_text(word)
        show_fields(" " * (_WORD_CELLS - cell_width(name)) + name, f"{cosine:.6f}")
