"""Why two words are near: shared contexts, lines, and what the answer is based on."""

from __future__ import annotations

import dataclasses
import json
import threading

import numpy as np
import pytest

from tests.support.corpora import encoded
from tests.support.wait import DEADLINE
from w2vtui.corpus import EncodedCorpus, Vocab
from w2vtui.errors import UnknownWordError
from w2vtui.exploring.why_near import occurrences, word_positions
from w2vtui.exploring.why_near.contexts import Windows
from w2vtui.exploring.why_near.occurrences import scanned
from w2vtui.exploring.why_near.why import Explainer
from w2vtui.exploring.why_near.word_positions import Indexing
from w2vtui.settings import LiveSettings

LINES = [
    *(["we drink hot coffee with sugar", "we drink hot tea with sugar"] * 6),
    *(["the engine of a car needs oil", "ships sail on the wide sea"] * 20),
    "alone",
]
SETTINGS = LiveSettings(window=2, sample=0.0)


@pytest.fixture(scope="module")
def corpus() -> EncodedCorpus:
    return encoded([line.split() for line in LINES])


def windows_of(corpus: EncodedCorpus, settings: LiveSettings = SETTINGS) -> Windows:
    return Windows.of(corpus.vocab.counts, settings)


def indexed(corpus: EncodedCorpus, **options) -> Indexing:
    indexing = Indexing(corpus.ids, len(corpus.vocab), **options)
    indexing.start()
    assert indexing.wait(DEADLINE), indexing.error
    return indexing


def test_words_that_never_meet_share_what_is_around_them(corpus):
    why = Explainer(corpus).why(("coffee", "tea"), windows_of(corpus))
    assert {one.word for one in why.contexts} == {"drink", "hot", "with", "sugar"}
    assert why.contexts[0].word in ("hot", "with"), "next to both"
    assert why.overlap == pytest.approx(1)
    assert (why.together, why.line) == (0, None)
    for context in why.contexts:
        for word, line in zip(("coffee", "tea"), context.lines, strict=True):
            text = [*line.before, line.word, *line.after]
            assert text == LINES[0 if word == "coffee" else 1].split()
            assert text[len(line.before) + line.offset] == context.word
            assert corpus.vocab.words[corpus.ids[line.position]] == line.word == word


def test_words_of_other_topics_share_nothing(corpus):
    why = Explainer(corpus).why(("coffee", "sea"), windows_of(corpus))
    assert (why.contexts, why.n_contexts, why.overlap) == ((), 0, 0)


def test_words_that_meet_have_a_line_with_both(corpus):
    why = Explainer(corpus).why(("hot", "tea"), windows_of(corpus))
    assert why.together > 5
    assert why.line is not None
    assert (why.line.word, why.line.context) == ("hot", "tea")


def test_one_word_has_its_contexts(corpus):
    why = Explainer(corpus).why(("engine",), windows_of(corpus), n=2)
    assert [one.word for one in why.contexts] == ["of", "the"]
    assert why.n_contexts == 3
    (evidence,) = why.evidence
    assert (evidence.count, evidence.used, evidence.is_sample) == (20, 20, False)


def test_a_word_alone_on_its_lines_has_no_contexts(corpus):
    for words in (("alone",), ("alone", "tea"), ("alone", "alone")):
        why = Explainer(corpus).why(words, windows_of(corpus))
        assert (why.contexts, why.overlap, why.evidence[0].n_contexts) == ((), 0, 0)


def test_the_same_word_twice_shares_all(corpus):
    why = Explainer(corpus).why(("tea", "tea"), windows_of(corpus))
    assert why.overlap == pytest.approx(1)
    assert why.n_contexts == 4


def test_an_unknown_word_is_refused(corpus):
    with pytest.raises(
        UnknownWordError, match=r"'milk' is not among the 20 words of the sentences: ask"
    ):
        Explainer(corpus).why(("tea", "milk"), windows_of(corpus))


def test_an_index_and_a_scan_give_the_same_answer(corpus):
    by_index = Explainer(corpus, indexed(corpus))
    for words in (("coffee", "tea"), ("the",), ("the", "wide")):
        assert by_index.why(words, windows_of(corpus)) == Explainer(corpus).why(
            words, windows_of(corpus)
        )


def test_a_word_too_frequent_for_the_index_is_sampled(corpus):
    explainer = Explainer(corpus, indexed(corpus, most_bytes=4 * 100))
    (evidence,) = explainer.why(("the",), windows_of(corpus)).evidence
    assert evidence.count == 40
    assert evidence.used < 40
    assert evidence.is_sample


def test_an_answer_is_json(corpus):
    pair = Explainer(corpus).why(("coffee", "tea"), windows_of(corpus), n=1).as_json()
    assert json.loads(json.dumps(pair)) == pair
    assert pair["contexts"][0]["lines"][1]["word"] == "tea"
    one = Explainer(corpus).why(("tea",), windows_of(corpus)).as_json()
    assert "overlap" in pair
    assert "overlap" not in one


# ---- scans and indexes


@pytest.fixture
def small_slices(monkeypatch):
    monkeypatch.setattr(occurrences, "_SLICE", 7)
    monkeypatch.setattr(word_positions, "_SLICE", 11)


def test_a_scan_finds_every_place_whatever_the_slices(corpus, small_slices):
    for word in range(len(corpus.vocab)):
        (found,) = scanned(corpus, [word], 1_000)
        assert found.positions.tolist() == np.flatnonzero(corpus.ids == word).tolist()
        assert not found.is_sample


def test_a_scan_that_runs_out_of_time_says_how_much_it_read(corpus, small_slices):
    ticks = iter(range(10))
    word = corpus.vocab.words.index("the")
    (found,) = scanned(corpus, [word], 1_000, seconds=5, clock=lambda: next(ticks))
    assert found.searched == pytest.approx(6 * 7 / len(corpus.ids))
    assert found.is_sample
    assert found.count == 40
    halves = found.positions < len(corpus.ids) / 2
    assert 0 < halves.sum() < len(halves), "it read here and there"


def test_a_scan_of_a_frequent_word_is_even_and_bounded(corpus, small_slices):
    word = corpus.vocab.words.index("the")
    (found,) = scanned(corpus, [word], 10)
    assert len(found.positions) <= 10
    assert found.is_sample
    apart = np.diff(np.searchsorted(np.flatnonzero(corpus.ids == word), found.positions))
    assert apart.min() >= 1
    assert len(found.positions) >= 8


def test_counts_of_another_text_are_not_taken_for_this_one(corpus):
    vocab = Vocab(corpus.vocab.words, corpus.vocab.counts * 10)
    given = dataclasses.replace(corpus, vocab=vocab)
    word = corpus.vocab.words.index("the")
    (found,) = scanned(given, [word], 1_000)
    assert (found.count, found.is_sample) == (40, False)
    ticks = iter([0, 9])
    (found,) = scanned(given, [word], 1_000, seconds=0, clock=lambda: next(ticks))
    assert found.count == 40, "a text of one slice is read whole"


def test_an_index_rests_while_a_run_trains_and_can_be_stopped(corpus, small_slices, monkeypatch):
    monkeypatch.setattr(word_positions, "QUIET_SHARE", 1e-9)
    asked = threading.Event()

    def trains() -> bool:
        asked.set()
        return True

    indexing = Indexing(corpus.ids, len(corpus.vocab), trains=trains)
    assert indexing.fraction == 0
    indexing.start()
    assert asked.wait(DEADLINE)
    assert 0 < indexing.fraction < 0.5
    indexing.stop()
    assert not indexing.wait(DEADLINE)
    assert indexing.error is None
    assert indexed(corpus).fraction == 1


def test_an_index_that_fails_says_why(corpus):
    indexing = Indexing(corpus.ids, 2**60)
    indexing.start()
    assert not indexing.wait(DEADLINE)
    assert isinstance(indexing.error, (MemoryError, ValueError))
    why = Explainer(corpus, indexing).why(("tea",), windows_of(corpus))
    assert why.n_contexts == 4
