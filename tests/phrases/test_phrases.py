"""Phrases: gensim's results, without what it loses."""

from __future__ import annotations

import json
import math
import random
from itertools import product

import pytest

from w2vtui.errors import CorpusError, SettingsError
from w2vtui.phrases import ENGLISH_CONNECTOR_WORDS, FrozenPhrases, Phraser, Phrases

CITIES = [
    ["new", "york", "city", "is", "big"],
    ["new", "york", "city"],
    ["new", "york", "bank", "of", "america"],
    ["the", "bank", "of", "america"],
    ["york"],
    [],
] * 3
LOW = {"min_count": 1, "threshold": 0.1, "connector_words": ENGLISH_CONNECTOR_WORDS}


def random_sentences(seed: int, n: int = 200) -> list[list[str]]:
    draw = random.Random(seed)
    words = ["a", "b", "c", "d", "of", "the", "x_y", "new", "york"]
    return [draw.choices(words, range(1, 10), k=draw.randint(0, 9)) for _ in range(n)]


@pytest.mark.parametrize("seed", range(4))
def test_the_same_as_gensims(seed, gensim_models):
    theirs = gensim_models.phrases
    sentences = random_sentences(seed)
    for scoring, connectors in product(
        (("default", 0.03), ("npmi", -0.1)), (frozenset(), ENGLISH_CONNECTOR_WORDS)
    ):
        named = {"scoring": scoring[0], "threshold": scoring[1], "min_count": 2}
        named["connector_words"] = connectors
        ours = Phrases(sentences, **named)
        peer = theirs.Phrases(sentences, **named)
        assert dict(ours.vocab) == dict(peer.vocab)
        assert ours.corpus_word_count == peer.corpus_word_count
        assert list(ours[sentences]) == list(peer[sentences])
        found = ours.find_phrases(sentences)
        assert found == pytest.approx(peer.find_phrases(sentences))
        assert found
        exported = peer.export_phrases()
        assert {name: ours.export_phrases()[name] for name in exported} == pytest.approx(exported)
        for sentence in sentences[:20]:
            assert list(ours.analyze_sentence(sentence)) == [
                (token, score if score is None else pytest.approx(score))
                for token, score in peer.analyze_sentence(sentence)
            ]
        frozen = ours.freeze()
        assert list(frozen[sentences]) == list(ours[sentences])
        assert frozen.find_phrases(sentences) == pytest.approx(found)


def test_a_full_vocabulary_forgets_what_gensim_forgets(gensim_models):
    theirs = gensim_models.phrases
    sentences = random_sentences(5, 400)
    for size in (5, 20, 40):
        ours = Phrases(sentences, max_vocab_size=size)
        assert dict(ours.vocab) == dict(theirs.Phrases(sentences, max_vocab_size=size).vocab)
        assert len(ours.vocab) <= size


def test_phrases_of_phrases_stay_whole_when_they_are_frozen():
    pairs = Phrases(CITIES, **LOW)
    triples = Phrases(pairs[CITIES], **LOW)
    joined = [triples[pairs[sentence]] for sentence in CITIES[:4]]
    assert ["new_york_city"] in joined
    assert ["the", "bank_of_america"] in joined
    frozen = [triples.freeze()[pairs.freeze()[sentence]] for sentence in CITIES[:4]]
    assert frozen == joined  # gensim's loses new_york_city


def test_what_is_given_decides_what_comes_back():
    phrases = Phrases(CITIES, **LOW)
    assert phrases[["new", "york"]] == ["new_york"] == phrases[("new", "york")][0:]
    assert phrases[[]] == []
    assert phrases[(word for word in ("new", "york"))] == ["new_york"]
    corpus = phrases[CITIES]
    assert list(corpus) == list(corpus)
    assert list(phrases[iter(CITIES[:2])]) == list(corpus)[:2]
    assert list(phrases[[(word for word in ("new", "york"))]]) == [["new_york"]]
    assert phrases.score_candidate("bank", "america", ["of"])[0] == "bank_of_america"
    assert phrases.score_candidate("no", "york") == (None, None)
    assert phrases.freeze().score_candidate("new", "york")[0] == "new_york"
    assert phrases.freeze().score_candidate("york", "new") == (None, None)


def test_more_sentences_are_added():
    whole = Phrases(CITIES, **LOW)
    parts = Phrases(**LOW)
    for first in range(0, len(CITIES), 4):
        parts.add_vocab(CITIES[first : first + 4])
    assert parts.vocab == whole.vocab
    assert parts.corpus_word_count == whole.corpus_word_count


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("connectors", [frozenset(), ENGLISH_CONNECTOR_WORDS])
def test_a_line_in_pieces_gives_what_it_gives_whole(size, connectors):
    line = [word for sentence in random_sentences(3, 60) for word in sentence]
    named = {"min_count": 2, "threshold": 0.03, "connector_words": connectors}
    whole, parts = Phrases([line], **named), Phrases(**named)
    carried: list[str] = []
    for first in range(0, len(line), size):
        words = carried + line[first : first + size]
        parts.add_piece(words, len(carried))
        carried = parts.last_open(words)
    assert parts.vocab == whole.vocab
    assert parts.corpus_word_count == whole.corpus_word_count == len(line)
    for finder in (whole, whole.freeze()):
        joined, carried = [], []
        for first in range(0, len(line), size):
            tokens, carried = finder.joined_piece(carried + line[first : first + size])
            joined += tokens
        assert joined + carried == whole[line]


def test_a_function_scores():
    asked = []

    def score(**counts) -> float:
        asked.append(counts)
        return 1.0 if counts["bigram_count"] >= 9 else math.nan

    phrases = Phrases(CITIES, scoring=score, threshold=-5)
    assert phrases[["big", "new", "york", "city"]] == ["big", "new_york", "city"]
    assert asked[0] == {
        "worda_count": 9, "wordb_count": 12, "bigram_count": 9, "min_count": 5,
        "len_vocab": len(phrases.vocab), "corpus_word_count": 57 - 3,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"min_count": 0}, "min_count must be above 0, got 0"),
        ({"threshold": 0}, "threshold must be above 0 for default scoring, got 0"),
        ({"scoring": "npmi"}, "threshold must be -1 to 1 for npmi, got 10"),
        ({"scoring": "word2phrase", "threshold": -1}, "must be above 0 for word2phrase"),
        ({"scoring": "x"}, "scoring must be default, npmi, word2phrase or a function, got 'x'"),
        ({"delimiter": b"_"}, "delimiter must be text"),
        ({"delimiter": ""}, "delimiter must be text"),
        ({"max_vocab_size": 0}, "max_vocab_size must be 1 or more, got 0"),
        ({"threshold": math.nan}, "threshold must be a number"),
    ],
    ids=str,
)
def test_arguments_out_of_range_are_refused_before_anything_is_read(arguments, message):
    def unread():
        raise AssertionError("read")
        yield

    with pytest.raises(SettingsError, match=message):
        Phrases(unread(), **arguments)


@pytest.mark.parametrize(
    ("sentences", "message"),
    [
        (["new york"], "'new york' is str, not a list of words: split it first"),
        ("new york", "'new york' is str, not a list of words"),
        ([["a", 7]], "a sentence holds 7, which is not a str"),
        ([["a", "the", None]], "a sentence holds None"),
        ([3], "a sentence is int, not a list of words"),
    ],
    ids=str,
)
def test_sentences_that_are_not_lists_of_words_are_refused(sentences, message):
    with pytest.raises(CorpusError, match=message):
        Phrases(sentences, connector_words=ENGLISH_CONNECTOR_WORDS)
    with pytest.raises(CorpusError, match="is str, not a list of words"):
        Phrases()["new york"]


def test_saved_phrases_are_the_same_when_they_are_loaded(tmp_path):
    path = tmp_path / "phrases.json"
    phrases = Phrases([*CITIES, ["\ud800", "北京"]], **LOW)
    phrases.save(path)
    loaded = Phrases.load(path)
    assert vars(loaded) == vars(phrases)
    loaded.add_vocab(CITIES)
    frozen = phrases.freeze()
    frozen.save(path)
    assert vars(FrozenPhrases.load(path)) == vars(frozen)
    assert Phraser is FrozenPhrases
    with pytest.raises(CorpusError, match="is not a file of phrases"):
        Phrases.load(path)


def test_a_function_is_not_stored(tmp_path):
    path = tmp_path / "phrases.json"
    Phrases(CITIES, scoring=lambda **counts: 7.0).save(path)
    with pytest.raises(SettingsError, match="a function of its own: give it as scoring="):
        Phrases.load(path)
    assert Phrases.load(path, lambda **counts: 70.0).score_candidate("new", "york")[1] == 70.0


@pytest.mark.parametrize(
    "damage",
    [
        lambda body: body.pop("vocab"),
        lambda body: body.update(vocab={"a": "1"}),
        lambda body: body.update(vocab=[1]),
        lambda body: body.update(delimiter=7),
        lambda body: body.update(connector_words=[7]),
        lambda body: body.update(version=2),
        lambda body: body.update(format="x"),
        lambda body: body.update(other=1),
        lambda body: body.update(min_count=True),
    ],
)
def test_a_damaged_file_is_refused(tmp_path, damage):
    path = tmp_path / "phrases.json"
    Phrases(CITIES, **LOW).save(path)
    body = json.loads(path.read_text())
    damage(body)
    path.write_text(json.dumps(body))
    with pytest.raises(CorpusError, match=r"phrases\.json"):
        Phrases.load(path)
    for content in (b"", b"\x80\x04pickle", b"[]", b"[" * 100_000):
        path.write_bytes(content)
        with pytest.raises(CorpusError, match=r"phrases\.json"):
            Phrases.load(path)


def test_a_text_is_not_replaced(tmp_path):
    text = tmp_path / "notes.txt"
    text.write_text("the king bowed\n")
    phrases = Phrases([["a", "b"]] * 9, min_count=1)
    with pytest.raises(SettingsError, match=r"notes.txt exists and is not a file of phrases"):
        phrases.save(text)
    assert text.read_text() == "the king bowed\n"
    phrases.save(tmp_path / "phrases.json")
    phrases.freeze().save(tmp_path / "phrases.json")
