"""A small phrase grammar: choices in brackets, slots in braces, noun phrases after an at sign."""

import random
import re
from bisect import bisect
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import accumulate
from typing import TypeVar

from morphology import plural
from world import Noun

T = TypeVar("T")
Slots = dict[str, "str | Callable[[], str]"]

INNERMOST_CHOICE = re.compile(r"\[([^\[\]]*)\]")
SLOT = re.compile(r"\{(\w+)\}|@([\w-]+)")


@cache
def _zipf_weights(count: int, exponent: float, shift: float) -> tuple[float, ...]:
    return tuple(accumulate((rank + shift) ** -exponent for rank in range(1, count + 1)))


class Weaver:
    """Expands phrases; all randomness of the generator passes through it."""

    def __init__(
        self, rng: random.Random, phrases: Mapping[str, Sequence[str]], nouns: Mapping[str, Noun]
    ) -> None:
        self.rng = rng
        self._phrases = phrases
        self._nouns = nouns

    def pick(self, items: Sequence[T], exponent: float = 0.0, shift: float = 4.0) -> T:
        """Choose an item; with an exponent, earlier items are preferred as in Zipf's law."""
        weights = _zipf_weights(len(items), exponent, shift)
        return items[bisect(weights, self.rng.random() * weights[-1])]

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return self.rng.random() < probability

    def phrase(self, group: str, slots: Slots) -> str:
        """Expand a random phrase of a group."""
        return self.expand(self.pick(self._phrases[group]), slots)

    def expand(self, text: str, slots: Slots) -> str:
        """Resolve the choices, then the slots from left to right."""
        while "[" in text:
            text = INNERMOST_CHOICE.sub(lambda hit: self.pick(hit[1].split("|")), text)
        return SLOT.sub(lambda hit: self._fill(hit, slots), text)

    def _fill(self, hit: re.Match[str], slots: Slots) -> str:
        slot, noun = hit.groups()
        if noun:
            return self.noun_phrase(noun, slots)
        if slot not in slots:
            return self.phrase(slot, slots)
        value = slots[slot]
        return self.expand(value if isinstance(value, str) else value(), slots)

    def noun_phrase(self, word: str, slots: Slots) -> str:
        """A noun with a fitting determiner and perhaps an adjective, in either number."""
        noun = self._nouns.get(word) or Noun(word, plural(word), (), ())
        if noun.is_mass:
            determiners, form = "determiner_mass", noun.one
        elif self.chance(0.5):
            determiners, form = "determiner_one", noun.one
        else:
            determiners, form = "determiner_many", noun.many
        words = [self.phrase(determiners, slots), form]
        if noun.adjectives and self.chance(0.3):
            words.insert(1, self.pick(noun.adjectives))
        return " ".join(words)
