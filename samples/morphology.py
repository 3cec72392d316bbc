"""Spelling rules for the word forms of the sample world: plurals, tenses, degrees, articles."""

from itertools import pairwise

VOWELS = "aeiou"
IRREGULAR_PLURALS = {
    "calf": "calves", "child": "children", "goose": "geese", "knife": "knives",
    "leaf": "leaves", "loaf": "loaves", "potato": "potatoes", "thief": "thieves",
    "tooth": "teeth", "wolf": "wolves", "salmon": "salmon", "scarf": "scarves", "sheep": "sheep",
    "deer": "deer", "smolt": "smolts",
}  # fmt: skip
CONSONANT_SOUND = ("eu", "uk", "uni", "use", "one", "once", "ewe")
SILENT_H = ("heir", "hour", "honest", "honour")


def _ends_in_consonant_y(word: str) -> bool:
    return word.endswith("y") and word[-2] not in VOWELS


def _is_sibilant(word: str) -> bool:
    return word.endswith(("s", "x", "z", "ch", "sh"))


def plural(noun: str) -> str:
    """``box`` -> ``boxes``."""
    if noun in IRREGULAR_PLURALS:
        return IRREGULAR_PLURALS[noun]
    if _ends_in_consonant_y(noun):
        return noun[:-1] + "ies"
    return noun + ("es" if _is_sibilant(noun) else "s")


def third_person(verb: str) -> str:
    """``carry`` -> ``carries``."""
    if _ends_in_consonant_y(verb):
        return verb[:-1] + "ies"
    return verb + ("es" if _is_sibilant(verb) or verb.endswith("o") else "s")


def past(verb: str, *, doubled: bool = False) -> str:
    """The regular past tense: ``stop`` -> ``stopped`` when doubled."""
    if verb.endswith("e"):
        return verb + "d"
    if _ends_in_consonant_y(verb):
        return verb[:-1] + "ied"
    return verb + (verb[-1] if doubled else "") + "ed"


def participle(verb: str, *, doubled: bool = False) -> str:
    """The present participle: ``bake`` -> ``baking``."""
    if verb.endswith("e") and not verb.endswith("ee"):
        return verb[:-1] + "ing"
    return verb + (verb[-1] if doubled else "") + "ing"


def degrees(adjective: str) -> tuple[str, str]:
    """Comparative and superlative: ``big`` -> ``bigger``, ``biggest``."""
    stem = adjective
    if adjective.endswith("e"):
        stem = adjective[:-1]
    elif _ends_in_consonant_y(adjective):
        stem = adjective[:-1] + "i"
    elif len(adjective) < 5 and _is_closed_syllable(adjective):
        stem = adjective + adjective[-1]
    return stem + "er", stem + "est"


def _is_closed_syllable(word: str) -> bool:
    """One vowel between consonants, as in ``fat`` and ``thin`` but not in ``damp``."""
    return (
        word[-1] not in VOWELS + "wxy"
        and word[-2] in VOWELS
        and sum(letter in VOWELS for letter in word) == 1
    )


def fix_articles(words: list[str]) -> list[str]:
    """Write ``an`` for ``a`` in front of a vowel sound."""
    fixed = list(words)
    for index, (word, following) in enumerate(pairwise(words)):
        if word in ("a", "an"):
            vowel = following[0] in VOWELS + "øö" and not following.startswith(CONSONANT_SOUND)
            fixed[index] = "an" if vowel or following.startswith(SILENT_H) else "a"
    return fixed
