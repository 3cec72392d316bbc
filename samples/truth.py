"""Ground truth of the sample world: analogies and graded word pairs."""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations, product

from morphology import plural
from world import Country, World

Pair = tuple[str, str]
PARTNERS = 5  # every word pair of a section meets this many others
PAIRS_PER_KIND = 16
SET_PHRASE_LIMIT = {
    "gram5-present-participle": 1, "gram7-past-tense": 1, "gram8-plural": 0, "gram9-plural-verbs": 1
}  # fmt: skip
FIXED_WORD = re.compile(r"(?<![@\w{])[^\W\d_]+(?![\w}])")
COUNTRY_KIN = {"adjective": 8.5, "capital": 8.0, "language": 7.5, "currency": 6.5, "river": 6.0}


def relations(world: World) -> dict[str, list[Pair]]:
    """The word pairs behind every analogy section, under names like those of Google's file."""
    countries = world.countries
    national = {country.adjective for country in countries}
    verbs = [verb for domain in world.domains for verb in domain.verbs]
    adjectives = [adjective for domain in world.domains for adjective in domain.adjectives]
    nouns = [noun for noun in world.nouns.values() if not noun.is_mass]
    return {
        "capital-country": [(c.capital, c.name) for c in countries],
        "currency": [(c.name, c.currency) for c in countries],
        "country-language": [(c.name, c.language) for c in countries if c.language not in national],
        "country-river": [(c.name, c.river) for c in countries],
        "family": [(c.male, c.female) for c in world.couples],
        "animal-young": [(a.adult, a.young) for a in world.animals],
        "gram3-comparative": [(a.positive, a.comparative) for a in adjectives],
        "gram4-superlative": [(a.positive, a.superlative) for a in adjectives],
        "gram5-present-participle": [(v.base, v.ing) for v in verbs],
        "gram6-nationality-adjective": [(c.name, c.adjective) for c in countries],
        "gram7-past-tense": [(v.ing, v.ed) for v in verbs],
        "gram8-plural": [(n.one, n.many) for n in nouns],
        "gram9-plural-verbs": [(v.base, v.s) for v in verbs],
    }


def analogies(world: World, known: frozenset[str], rng: random.Random) -> list[str]:
    """Lines of a questions-words file about known words of one meaning."""
    usable = known - ambiguous_words(world)
    lines: list[str] = []
    for section, pairs in relations(world).items():
        free = usable
        if section in SET_PHRASE_LIMIT:
            free = usable - _words_in_set_phrases(world, SET_PHRASE_LIMIT[section])
        asked = _one_to_one(pair for pair in pairs if free.issuperset(pair))
        rng.shuffle(asked)
        lines.append(f": {section}")
        for step in range(1, min(PARTNERS, len(asked) - 1) + 1):
            shifted = asked[step:] + asked[:step]
            lines += [" ".join(pair + other) for pair, other in zip(asked, shifted, strict=True)]
    return lines


def _words_in_set_phrases(world: World, limit: int) -> frozenset[str]:
    """Words told in fixed phrases, where one form may mean something of its own."""
    told = Counter(word for text in world.set_phrases for word in FIXED_WORD.findall(text))
    return frozenset(word for word, count in told.items() if count > limit)


def ambiguous_words(world: World) -> frozenset[str]:
    """Words that are forms of two entries of the world, such as the noun and the verb sail."""
    entries: dict[str, set[str]] = defaultdict(set)
    for domain in world.domains:
        for verb in domain.verbs:
            for form in (verb.base, verb.s, verb.ed, verb.pp, verb.ing):
                entries[form].add(f"verb {verb.base}")
            if verb.ed == verb.base:
                entries[verb.base].add("its own past")
        for noun in domain.nouns:
            for form in (noun.one, noun.many):
                entries[form].add(f"noun {noun.one}")
            for word in noun.adjectives:
                entries[word].add(f"adjective {word}")
        for adjective in domain.adjectives:
            for form in (adjective.positive, adjective.comparative, adjective.superlative):
                entries[form].add(f"adjective {adjective.positive}")
        for trade in domain.trades:
            for word in (trade.name, *trade.tools):
                entries[word].add(f"noun {word}")
    for animal in world.animals:
        for word in (animal.adult, animal.young):
            entries[word].add(f"noun {word}")
            entries[plural(word)].add(f"noun {word}")
        for word in animal.adjectives:
            entries[word].add(f"adjective {word}")
    for country in world.countries:
        for word in (country.currency, country.city, country.river, *country.exports):
            entries[word].add(f"noun {word}")
    return frozenset(word for word, meanings in entries.items() if len(meanings) > 1)


def pairs(world: World, known: frozenset[str], rng: random.Random) -> list[str]:
    """Lines of two words and a score, from unrelated (0.5) to two forms of one word (9)."""
    lines: list[str] = []
    seen: set[frozenset[str]] = set()
    for score, kind in _graded(world, rng):
        fresh = [
            pair
            for pair in dict.fromkeys(kind)
            if known.issuperset(pair) and len(set(pair)) == 2 and frozenset(pair) not in seen
        ]
        for pair in rng.sample(fresh, min(PAIRS_PER_KIND, len(fresh))):
            seen.add(frozenset(pair))
            lines.append("\t".join((*pair, f"{score:.1f}")))
    return lines


def _graded(world: World, rng: random.Random) -> list[tuple[float, list[Pair]]]:
    """Kinds of word pairs with the similarity that the structure of the world gives them."""
    named = relations(world)
    countries = world.countries
    trades = [(trade, domain) for domain in world.domains for trade in domain.trades]
    near = [(a, b) for a, b in combinations(countries, 2) if a.region == b.region]
    far = [(a, b) for a, b in combinations(countries, 2) if a.region != b.region]
    kin = [(score, _columns(countries, "name", column)) for column, score in COUNTRY_KIN.items()]
    topics = [
        [c.capital for c in countries],
        [a.adult for a in world.animals],
        [trade.tools[0] for trade, _ in trades],
        [c.female for c in world.couples],
        *([noun.one for noun in domain.nouns[:8]] for domain in world.domains),
    ]
    return [
        (9.0, named["gram8-plural"]),
        (8.5, named["family"]),
        (8.5, named["gram3-comparative"]),
        (8.5, named["animal-young"]),
        (8.0, named["gram7-past-tense"]),
        *kin,
        (5.5, _columns(countries, "capital", "river")),
        (6.5, [(trade.name, trade.tools[0]) for trade, _ in trades]),
        (8.0, [(a.name, b.name) for a, b in near]),
        (7.5, [(a.capital, b.capital) for a, b in near]),
        (7.0, [(a.name, b.name) for a, b in far]),
        (6.0, [(a.adult, b.adult) for a, b in combinations(world.animals, 2)]),
        (5.0, _within(_nouns_by_domain(world))),
        (3.5, [(a.name, b.capital) for a, b in far]),
        (2.0, [(a.currency, b.river) for a, b in far]),
        *((0.5, _across(topics, rng)) for _ in range(4)),
    ]


def _columns(countries: Iterable[Country], left: str, right: str) -> list[Pair]:
    return [(getattr(country, left), getattr(country, right)) for country in countries]


def _nouns_by_domain(world: World) -> list[list[str]]:
    return [[noun.one for noun in domain.nouns] for domain in world.domains]


def _within(groups: Sequence[Sequence[str]]) -> list[Pair]:
    return [pair for group in groups for pair in combinations(group, 2)]


def _across(groups: Sequence[Sequence[str]], rng: random.Random) -> list[Pair]:
    """Words of different topics."""
    left, right = rng.sample(range(len(groups)), 2)
    return list(product(groups[left], groups[right]))


def _one_to_one(candidates: Iterable[Pair]) -> list[Pair]:
    """Drop words that would have two answers, such as a language of two countries."""
    found = list(dict.fromkeys(candidates))
    left, right = ([pair[side] for pair in found] for side in (0, 1))
    return [
        pair
        for pair in found
        if left.count(pair[0]) == right.count(pair[1]) == 1 and pair[0] != pair[1]
    ]
