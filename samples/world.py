"""The modeled world: the tables in the folder ``world``, read into plain records."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import morphology

FOLDER = Path(__file__).resolve().parent / "world"


@dataclass(frozen=True)
class Country:
    """A country and the words that belong to it."""

    name: str
    capital: str
    adjective: str
    language: str
    currency: str
    region: str
    river: str
    city: str
    dishes: tuple[str, ...]
    people: tuple[str, ...]
    exports: tuple[str, ...]


@dataclass(frozen=True)
class Animal:
    """An animal, the name of its young, and how both live."""

    adult: str
    young: str
    adjectives: tuple[str, ...]
    home: str
    foods: tuple[str, ...]
    sounds: tuple[str, ...]


@dataclass(frozen=True)
class Couple:
    """A male and a female word for the same station in life, with typical deeds."""

    male: str
    female: str
    deeds: tuple[str, ...]


@dataclass(frozen=True)
class Verb:
    """A verb in its five forms and the phrases that may follow it."""

    base: str
    s: str
    ed: str
    pp: str
    ing: str
    tails: tuple[str, ...]

    @property
    def phrases(self) -> tuple[str, ...]:
        return self.tails


@dataclass(frozen=True)
class Noun:
    """A noun, its usual adjectives, and where it is found; mass nouns have no plural."""

    one: str
    many: str
    adjectives: tuple[str, ...]
    places: tuple[str, ...]

    @property
    def phrases(self) -> tuple[str, ...]:
        return self.places

    @property
    def is_mass(self) -> bool:
        return not self.many


@dataclass(frozen=True)
class Adjective:
    """A gradable adjective, the nouns it suits, and what may follow ``too`` and it."""

    positive: str
    comparative: str
    superlative: str
    nouns: tuple[str, ...]
    too: tuple[str, ...]

    @property
    def phrases(self) -> tuple[str, ...]:
        return self.too


@dataclass(frozen=True)
class Trade:
    """A trade, its two tools, and its products."""

    name: str
    tools: tuple[str, ...]
    products: tuple[str, ...]

    @property
    def things(self) -> tuple[str, ...]:
        return (self.name, *self.tools, *self.products)


@dataclass
class Domain:
    """A side of everyday life: the verbs, nouns, adjectives and trades that go together."""

    name: str
    verbs: list[Verb] = field(default_factory=list)
    nouns: list[Noun] = field(default_factory=list)
    adjectives: list[Adjective] = field(default_factory=list)
    trades: list[Trade] = field(default_factory=list)


@dataclass(frozen=True)
class World:
    """Everything the generator and the ground truth know."""

    countries: tuple[Country, ...]
    animals: tuple[Animal, ...]
    couples: tuple[Couple, ...]
    domains: tuple[Domain, ...]
    names: dict[str, tuple[str, ...]]
    phrases: dict[str, tuple[str, ...]]

    @property
    def set_phrases(self) -> tuple[str, ...]:
        """Everything that is told in fixed words."""
        entries = [
            entry
            for domain in self.domains
            for group in (domain.verbs, domain.nouns, domain.adjectives)
            for entry in group
        ]
        return (
            *(text for group in self.phrases.values() for text in group),
            *(deed for couple in self.couples for deed in couple.deeds),
            *(text for entry in entries for text in entry.phrases),
            *(
                thing
                for domain in self.domains
                for trade in domain.trades
                for thing in trade.things
            ),
        )

    @property
    def nouns(self) -> dict[str, Noun]:
        return {noun.one: noun for domain in self.domains for noun in domain.nouns}


def load_world() -> World:
    """Read all tables."""
    return World(
        countries=tuple(_country(line) for line in _lines("countries.txt")),
        animals=tuple(_animal(line) for line in _lines("animals.txt")),
        couples=tuple(_couple(line) for line in _lines("family.txt")),
        domains=tuple(_domains("home_and_land.txt")) + tuple(_domains("town_and_travel.txt")),
        names={key: tuple(words.split()) for key, words in map(_cells, _lines("names.txt"))},
        phrases=_groups("phrases.txt") | _groups("country_phrases.txt"),
    )


def _lines(file_name: str) -> list[str]:
    text = (FOLDER / file_name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _cells(line: str, separator: str = " | ") -> list[str]:
    return [cell.strip() for cell in line.split(separator)]


def _country(line: str) -> Country:
    name, capital, adjective, language, currency, region, river, city, *lists = _cells(line)
    dishes, people, exports = (tuple(words.split()) for words in lists)
    return Country(
        name, capital, adjective, language, currency, region, river, city, dishes, people, exports
    )


def _animal(line: str) -> Animal:
    pair, adjectives, home, foods, sounds = _cells(line)
    adult, young = pair.split("/")
    return Animal(
        adult, young, tuple(adjectives.split()), home, tuple(foods.split()), tuple(sounds.split())
    )


def _couple(line: str) -> Couple:
    pair, deeds = line.split(" | ", 1)
    male, female = pair.split("/")
    return Couple(male, female, tuple(_cells(deeds, " ; ")))


def _groups(file_name: str) -> dict[str, tuple[str, ...]]:
    """Phrases under ``= name`` headings."""
    groups: dict[str, list[str]] = {}
    for line in _lines(file_name):
        if line.startswith("= "):
            current = groups.setdefault(line[2:], [])
        else:
            current.append(line)
    return {name: tuple(phrases) for name, phrases in groups.items()}


def _domains(file_name: str) -> Iterator[Domain]:
    for name, lines in _groups(file_name).items():
        domain = Domain(name)
        for line in lines:
            kind, rest = line.split(" ", 1)
            head, *cells = _cells(rest, " : ")
            if kind == "v":
                domain.verbs.append(_verb(head, *cells))
            elif kind == "n":
                domain.nouns.append(_noun(head, *cells))
            elif kind == "a":
                domain.adjectives.append(_adjective(head, *cells))
            else:
                tools, products = cells
                domain.trades.append(Trade(head, tuple(tools.split()), tuple(products.split())))
        yield domain


def _verb(head: str, tails: str) -> Verb:
    doubled = head.endswith("*")
    base, *irregular = head.rstrip("*").split("/")
    ed = irregular[0] if irregular else morphology.past(base, doubled=doubled)
    ing = morphology.participle(base, doubled=doubled)
    return Verb(
        base, morphology.third_person(base), ed, irregular[-1] if irregular else ed, ing,
        tuple(_cells(tails, " ; ")),
    )  # fmt: skip


def _noun(head: str, adjectives: str, places: str) -> Noun:
    many = "" if head.startswith("~") else morphology.plural(head)
    return Noun(head.lstrip("~"), many, tuple(adjectives.split()), tuple(_cells(places, " ; ")))


def _adjective(head: str, nouns: str, too: str) -> Adjective:
    return Adjective(
        head, *morphology.degrees(head), tuple(nouns.split()), tuple(_cells(too, " ; "))
    )
