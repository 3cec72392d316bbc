"""Scenes: short paragraphs that stay with one topic and one leading character."""

import random
from collections.abc import Callable, Iterator
from functools import partial

from morphology import fix_articles, plural
from weaver import Slots, Weaver
from world import Adjective, Animal, Country, Couple, Domain, Noun, Verb, World

MAN = {"he": "he", "his": "his", "him": "him", "himself": "himself", "parent": "father",
       "title": "sir", "look": "[bearded|handsome|gallant|burly]"}  # fmt: skip
WOMAN = {"he": "she", "his": "her", "him": "her", "himself": "herself", "parent": "mother",
         "title": "madam", "look": "[pretty|charming|graceful|slender]"}  # fmt: skip
GARMENTS = (
    "[beard|tie|top hat|waistcoat|moustache]",
    "[shawl|bonnet|gown|veil|earrings]",
)
KIN = ("father", "mother", "son", "daughter", "brother", "sister", "uncle", "aunt", "nephew",
       "niece")  # fmt: skip
TENSES = ("past", "past", "past", "present", "present", "infinitive", "infinitive", "progressive",
          "progressive", "perfect")  # fmt: skip
COUNTRY_THEMES = ("visit", "school", "money", "history", "table", "nature", "people")
LEAD, TRAIL, JOIN = 0.15, 0.18, 0.16
MIN_WORDS, MAX_WORDS = 4, 40
CONJUNCTIONS = ("and", "but", "while", "so", "although", "because", "whereas", "yet")


def _is_speech(sentence: str) -> bool:
    return not {"asked", "said", "wondered"}.isdisjoint(sentence.split())


class Storyteller:
    """Tells endless scenes about the world."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.weaver = Weaver(random.Random(seed), world.phrases, world.nouns)
        self.scenes: dict[Callable[[], Iterator[str]], float] = {
            self.country_scene: 0.22,
            self.domain_scene: 0.57,
            self.family_scene: 0.10,
            self.animal_scene: 0.09,
            self.small_talk: 0.02,
        }

    def sentences(self) -> Iterator[str]:
        """Scene after scene, sentence by sentence; nothing is told twice in the same words."""
        scenes, weights = list(self.scenes), list(self.scenes.values())
        told: set[str] = set()
        while True:
            (scene,) = self.weaver.rng.choices(scenes, weights)
            for sentence in self._join(scene()):
                words = fix_articles(sentence.split())
                line = " ".join(words)
                if MIN_WORDS <= len(words) <= MAX_WORDS and line not in told:
                    told.add(line)
                    yield line

    # ------------------------------------------------------------------ scenes

    def country_scene(self) -> Iterator[str]:
        """A country seen from one or two sides, with a glance at daily life."""
        country = self.weaver.pick(self.world.countries, 0.6, 10)
        slots = self._cast() | self._country_slots(country)
        themes = self.weaver.rng.sample(COUNTRY_THEMES, 2)
        domain = self.weaver.pick(self.world.domains)
        for _ in range(self.weaver.rng.randint(3, 8)):
            if self.weaver.chance(0.1):
                yield self._dress(self._event(self.weaver.pick(domain.verbs), slots), slots)
            else:
                yield self._dress(self.weaver.phrase(self.weaver.pick(themes), slots), slots)

    def domain_scene(self) -> Iterator[str]:
        """An hour in the kitchen, at sea, on the market ..."""
        domain = self.weaver.pick(self.world.domains)
        slots = self._cast() | {"trade_person": partial(self._trade_name, domain)}
        verb = self.weaver.pick(domain.verbs, 0.7)
        for _ in range(self.weaver.rng.randint(4, 9)):
            dice = self.weaver.rng.random()
            if dice < 0.36:
                if self.weaver.chance(0.6):
                    verb = self.weaver.pick(domain.verbs, 0.7)
                sentence = self._event(verb, slots, domain)
            elif dice < 0.67:
                sentence = self._thing(domain, slots)
            elif dice < 0.96:
                sentence = self._quality(self.weaver.pick(domain.adjectives, 0.5), slots)
            else:
                sentence = self._trade(domain, slots)
            yield self._dress(sentence, slots)

    def family_scene(self) -> Iterator[str]:
        """A man or a woman, or both, and what they are known for."""
        couple = self.weaver.pick(self.world.couples, 0.3)
        cast = self._cast()
        for _ in range(self.weaver.rng.randint(2, 5)):
            female = self.weaver.chance(0.5)
            slots = cast | self._person_slots(couple, female)
            group = "family_both" if self.weaver.chance(0.12) else "family_one"
            yield self._dress(self.weaver.phrase(group, slots), slots)

    def animal_scene(self) -> Iterator[str]:
        """An animal, its home and its young."""
        animal = self.weaver.pick(self.world.animals, 0.3)
        slots = self._cast() | self._animal_slots(animal)
        groups = ("animal_one", "animal_many", "young_one", "young_many")
        for _ in range(self.weaver.rng.randint(3, 6)):
            yield self._dress(self.weaver.phrase(self.weaver.pick(groups), slots), slots)

    def small_talk(self) -> Iterator[str]:
        """The weather, sums and colors."""
        slots = self._cast() | {"sum": self._sum}
        group = self.weaver.pick(("weather", "arithmetic", "colour"))
        for _ in range(self.weaver.rng.randint(2, 4)):
            yield self._dress(self.weaver.phrase(group, slots), slots)

    # --------------------------------------------------------------- sentences

    def _join(self, sentences: Iterator[str]) -> Iterator[str]:
        """Now and then make one long sentence of two."""
        for sentence in sentences:
            if self.weaver.chance(1 - JOIN) or _is_speech(sentence):
                yield sentence
                continue
            following = next(sentences, "")
            if following and not _is_speech(following):
                yield " ".join((sentence, self.weaver.pick(CONJUNCTIONS), following))
            else:
                yield from filter(None, (sentence, following))

    def _dress(self, sentence: str, slots: Slots) -> str:
        """Sometimes embed a sentence in a longer one, unless it is spoken already."""
        if _is_speech(sentence):
            return sentence
        if self.weaver.chance(LEAD):
            sentence = self.weaver.phrase("lead", slots) + " " + sentence
        if self.weaver.chance(TRAIL):
            sentence += " " + self.weaver.phrase("trail", slots)
        return sentence

    def _event(self, verb: Verb, slots: Slots, domain: Domain | None = None) -> str:
        second = self.weaver.pick(domain.verbs, 0.7) if domain else verb
        local = dict(slots)
        for verb_, suffix in ((verb, ""), (second, "2")):
            for form in ("base", "s", "ed", "pp", "ing"):
                local[form + suffix] = getattr(verb_, form)
            local["tail" + suffix] = partial(self.weaver.pick, verb_.tails)
        local["subject"] = partial(self._subject, local)
        return self.weaver.phrase(self.weaver.pick(TENSES), local)

    def _thing(self, domain: Domain, slots: Slots) -> str:
        noun = other = self.weaver.pick(domain.nouns, 1.0)
        while other == noun or other.is_mass:
            other = self.weaver.pick(domain.nouns, 1.0)
        group = "one" if noun.is_mass or self.weaver.chance(0.4) else "many"
        return self.weaver.phrase(group, slots | self._noun_slots(noun, other))

    def _noun_slots(self, noun: Noun, other: Noun) -> Slots:
        return {
            "noun": noun.one,
            "nouns": noun.many,
            "other": other.one,
            "others": other.many or other.one,
            "adj": partial(self.weaver.pick, noun.adjectives),
            "adj2": partial(self.weaver.pick, other.adjectives),
            "place": partial(self.weaver.pick, noun.places),
        }

    def _quality(self, adjective: Adjective, slots: Slots) -> str:
        first, second = self.weaver.rng.sample(adjective.nouns, 2)
        local = slots | {
            "adj": adjective.positive,
            "er": adjective.comparative,
            "est": adjective.superlative,
            "thing": first,
            "things": plural(first),
            "thing2": second,
            "things2": plural(second),
            "too": partial(self.weaver.pick, adjective.too),
        }
        degree = self.weaver.pick(("positive", "comparative", "superlative"))
        return self.weaver.phrase(degree, local)

    def _trade(self, domain: Domain, slots: Slots) -> str:
        trade = self.weaver.pick(domain.trades)
        tool, tool2 = self.weaver.rng.sample(trade.tools, 2)
        local = slots | {
            "trade": trade.name,
            "trade2": partial(self._trade_name, domain),
            "tool": tool,
            "tool2": tool2,
            "product": partial(self.weaver.pick, trade.products),
        }
        return self.weaver.phrase("trade", local)

    def _sum(self) -> str:
        first, second = (self.weaver.rng.randint(1, 10) for _ in range(2))
        numbers = self.world.names["numbers"]
        total = numbers[first + second - 1]
        a, b = numbers[first - 1], numbers[second - 1]
        verb = self.weaver.pick(("is", "are", "make"))
        return self.weaver.pick(
            (f"{a} and {b} {verb} {total}", f"{a} plus {b} equals {total} said the teacher")
        )

    # -------------------------------------------------------------------- slots

    def _cast(self) -> Slots:
        """A leading character, a friend and the small words that go with them."""
        female = self.weaver.chance(0.5)
        names = self.world.names
        name = friend = self._name(female)
        while friend == name:
            friend = self._name(self.weaver.chance(0.5))
        return self._pronouns(female) | {
            "name": name,
            "friend": friend,
            "village": partial(self.weaver.pick, names["villages"], 0.7),
        }

    def _pronouns(self, female: bool) -> Slots:
        return {**(WOMAN if female else MAN), "garment": GARMENTS[female]}

    def _name(self, female: bool) -> str:
        name = self.weaver.pick(self.world.names["women" if female else "men"], 1.0)
        if self.weaver.chance(0.12):
            name += " " + self.weaver.pick(self.world.names["surnames"], 0.8)
        return name

    def _subject(self, slots: Slots) -> str:
        """The leading character, or somebody else whom the pronouns then follow."""
        dice = self.weaver.rng.random()
        if dice < 0.35:
            return str(slots["he"])
        if dice < 0.7:
            return str(slots["name"])
        if dice < 0.8:
            kin = self.weaver.pick(KIN)
            whose = str(slots["his"])
            slots |= self._pronouns(KIN.index(kin) % 2 == 1)
            return f"{whose} {kin}"
        slots |= self._pronouns(self.weaver.chance(0.5))
        trade = slots.get("trade_person", "[neighbour|stranger|visitor|guide]")
        return "the " + (trade if isinstance(trade, str) else trade())

    def _trade_name(self, domain: Domain) -> str:
        return self.weaver.pick(domain.trades).name

    def _person_slots(self, couple: Couple, female: bool) -> Slots:
        deed = partial(self.weaver.pick, couple.deeds)
        return self._pronouns(female) | {
            "name": self._name(female),
            "person": couple.female if female else couple.male,
            "male": couple.male,
            "female": couple.female,
            "deed": deed,
            "deed2": deed,
        }

    def _animal_slots(self, animal: Animal) -> Slots:
        sound = partial(self.weaver.pick, animal.sounds)
        other = self.weaver.pick(self.world.animals)
        return {
            "adult": animal.adult,
            "adults": plural(animal.adult),
            "young": animal.young,
            "youngs": plural(animal.young),
            "others": plural(other.adult),
            "home": animal.home,
            "food": partial(self.weaver.pick, animal.foods),
            "adj": partial(self.weaver.pick, animal.adjectives),
            "sound": sound,
            "sound2": sound,
        }

    def _country_slots(self, country: Country) -> Slots:
        countries = self.world.countries
        dish, dish2 = self.weaver.rng.sample(country.dishes, 2)
        export, export2 = self.weaver.rng.sample(country.exports, 2)
        near = [c for c in countries if c.region == country.region and c is not country]
        other = self.weaver.pick(countries, 0.6, 10)
        return {
            "country": country.name,
            "capital": country.capital,
            "adj": country.adjective,
            "language": country.language,
            "currency": country.currency,
            "region": country.region,
            "river": country.river,
            "city": country.city,
            "dish": dish,
            "dish2": dish2,
            "who": partial(self.weaver.pick, country.people),
            "export": export,
            "export2": export2,
            "person": self._name(self.weaver.chance(0.5)),
            "neighbour": self.weaver.pick(near).name if near else other.name,
            "other": other.name,
            "othercap": other.capital,
            "othercur": other.currency,
            "otherlang": other.language,
            "otheradj": other.adjective,
        }
