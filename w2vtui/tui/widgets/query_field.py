"""The field for queries: completes words of the vocabulary, and recalls earlier queries."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.suggester import Suggester

from w2vtui.display import safe_text, whole_parts
from w2vtui.tui.widgets.field import Field, Recalled
from w2vtui.vectors import SIGNS

Vocabulary = Callable[[], Sequence[str]]
"""Returns the words known now, most frequent first."""
_MOST_CHOICES = 50
_BEFORE_WORDS = re.compile(r"^!|[:|]")
_FREQUENT = 200_000
"""Words that are proposed, the most frequent ones: each key that is typed looks through them."""


class QueryField(Field):
    """A word, or a sum of words; once it is asked, what is typed next replaces it."""

    HELP_TITLE = "Query"

    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, so that the query is asked before the next key is handled.
        Binding("enter", "enter", "ask; without a query, show the watch words", show=False,
                id="query.enter", priority=True),
        Binding("up", "recall(-1)", "earlier query", show=False, id="query.before"),
        Binding("down", "recall(1)", "later query", show=False, id="query.after"),
        Binding("tab", "complete(1)", "complete the word", show=False, id="query.complete",
                tooltip="complete the word; again, the next choice; without one, the next pane"),
        Binding("shift+tab", "complete(-1)", "the previous choice", show=False,
                id="query.complete_back"),
    ]  # fmt: skip

    def __init__(
        self,
        history: list[str],
        words: Vocabulary,
        ask: Callable[[str], object],
        forms: str = "a word · king - man + woman",
    ) -> None:
        """
        history   queries asked earlier, oldest first; new ones are added
        ask       gets the query that is entered
        forms     what it takes, between ` · `: as many as fit are shown while it is empty
        """
        suggester = WordSuggester(words)
        super().__init__(placeholder=forms, id="query", compact=True, suggester=suggester)
        self._recalled, self._words, self._ask = Recalled(history), words, ask
        self._choices: list[str] = []
        self._meant: dict[str, str] = {}
        """Words that the field shows escaped, by what it shows."""
        self._forms = forms

    def on_resize(self) -> None:
        """Show as many forms as fit now."""
        self.show_forms(self._forms)

    def show_forms(self, forms: str) -> None:
        """Say what it takes, while it is empty: as many forms as fit, between ` · `."""
        self._forms = forms
        width = self.content_size.width
        self.placeholder = whole_parts(forms, width) if width else forms

    @property
    def is_asked(self) -> bool:
        """Whether it holds a query that was asked, which the next one replaces."""
        return bool(self.value) and self.selected_text == self.value

    def begin(self) -> None:
        """Start a new query."""
        self._recalled.begin()
        self.value = ""

    def show_asked(self, query: str) -> None:
        """Show a query that was asked, however that was; the next one replaces it."""
        self._recalled.add(query)
        shown = self._shown(query)
        if self.value != shown:
            self.put(shown)
        self.select_all()

    async def action_enter(self) -> None:
        """Ask, with all that was typed before."""
        await self.all_typed()
        self._ask(" ".join(self._meant.get(word, word) for word in self.value.split()))

    def _shown(self, query: str) -> str:
        """A query with the words escaped that would not show as themselves; what is asked for then
        stays the words.
        """
        if query.isprintable():
            return query
        words = query.split()
        self._meant |= {safe_text(word): word for word in words}
        return " ".join(map(safe_text, words))

    def action_recall(self, by: int) -> None:
        """Go through the queries asked earlier; after the last comes the one being typed."""
        self.put(self._shown(self._recalled.step(by, self.value)))

    async def action_complete(self, by: int) -> None:
        """Complete the last word; with several choices, step through them; with none, leave."""
        if not self.value or self.is_asked:
            await self.screen.run_action(f"focus_pane({by})")
            return
        at = -1 if by > 0 else 0
        if self.value in self._choices:
            at = self._choices.index(self.value)
        else:
            self._choices = [self._shown(one) for one in completions(self._words(), self.value)]
        if self._choices:
            self.put(self._choices[(at + by) % len(self._choices)])


class WordSuggester(Suggester):
    """Proposes the most frequent word that begins with what is typed."""

    def __init__(self, words: Vocabulary) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._words = words

    async def get_suggestion(self, value: str) -> str | None:
        """The query with its last word completed, in the case that it is typed in."""
        for head, begun in _readings(value):
            shown = (word for word in _continued(self._words(), begun) if safe_text(word) == word)
            found = await asyncio.to_thread(next, shown, None)
            if found is not None:
                return head + found
        return None


def completions(words: Sequence[str], query: str, most: int = _MOST_CHOICES) -> list[str]:
    """The queries that completing the last word gives, most frequent word first.

    Words that differ in case follow those that do not; the word as it is typed is left out.
    """
    for head, begun in _readings(query):
        folded = begun.casefold()
        others = (
            word
            for word in islice(words if begun else (), _FREQUENT)
            if word.casefold().startswith(folded) and not word.startswith(begun)
        )
        found = islice(chain(_continued(words, begun), others), most)
        if choices := [head + word for word in found]:
            return choices
    return []


def _readings(query: str) -> Iterator[tuple[str, str]]:
    """A query without its last word, and the word: what stands after the last blank, then what
    stands after a colon, a bar or the sign of the odd one out, unless the word has it.
    """
    head, begun = _parted(query)
    yield head, begun
    last = _BEFORE_WORDS.split(begun)[-1]
    if last != begun:
        yield query[: len(query) - len(last)], last


def _parted(query: str) -> tuple[str, str]:
    """A query without its last word, and the word; it is empty if none is begun."""
    begun = query.rsplit(maxsplit=1)[-1] if query and not query[-1].isspace() else ""
    if begun in SIGNS:
        begun = ""
    return query[: len(query) - len(begun)], begun


def _continued(words: Sequence[str], begun: str) -> Iterator[str]:
    """The words that begin like this and are longer; none if nothing is begun."""
    frequent = islice(words if begun else (), _FREQUENT)
    return (word for word in frequent if word.startswith(begun) and word != begun)
