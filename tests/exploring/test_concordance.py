"""Lines with a word in the middle: what is shown in how many cells."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.corpora import encoded
from tests.support.inner_loop import examples
from w2vtui.corpus import EncodedCorpus, Vocab
from w2vtui.display import cell_width
from w2vtui.exploring.why_near.concordance import drawn, line_at

WORDS = ["a", "of", "elephant", "大象", "東京都", "\x1b[2J", "e\u0301", "🐘", "[x]"]


def sentence_of(ids):
    """A corpus of one sentence."""
    vocab = Vocab(WORDS, np.ones(len(WORDS), np.int64))
    starts = np.array([0, len(ids)])
    return EncodedCorpus(vocab, np.array(ids, np.int32), starts, len(ids), 1, 9, 0, (), "", False)


def text_of(line, width, **options):
    return "".join(part.text for part in drawn(line, width, **options))


@settings(max_examples=examples(60))
@given(st.lists(st.integers(0, 8), min_size=2, max_size=70), st.data(), st.integers(12, 160))
def test_a_line_takes_its_cells_and_shows_word_and_context(ids, data, width):
    corpus = sentence_of(ids)
    places = st.integers(0, len(ids) - 1)
    position = data.draw(places)
    place = data.draw(places.filter(lambda one: one != position))
    line = line_at(corpus, position, place)
    parts = drawn(line, width)
    text = "".join(part.text for part in parts)
    assert cell_width(text) == width
    assert text.isprintable()
    assert [part.kind for part in parts].count("word") == 1
    contexts = [part.text for part in parts if part.kind == "context"]
    assert len(contexts) <= 1
    if width > 80:
        assert contexts[0].startswith("[")
        assert contexts[0].endswith("]")
        word_at = [part.kind for part in parts].index("word")
        context_at = [part.kind for part in parts].index("context")
        assert (context_at > word_at) == (place > position)


def test_the_words_of_several_lines_stand_in_one_column():
    corpus = encoded(
        [["the", "hot", "tea", "of", "china"], ["we", "drink", "咖啡", "with", "sugar", "today"]]
    )
    lines = [line_at(corpus, 2, 1), line_at(corpus, 7, 6)]
    shown = [text_of(line, 60, word_width=4) for line in lines]
    assert shown == [
        "               the [hot] tea  of china                      ",
        "              we [drink] 咖啡 with sugar today              ",
    ]


def test_what_does_not_fit_is_an_ellipsis():
    corpus = encoded([[f"word{n}" for n in range(100)]])
    assert text_of(line_at(corpus, 50, 51), 40) == "      … word49 word50 [word51] word52 … "
    far_after, far_before = line_at(corpus, 50, 80), line_at(corpus, 50, 20)
    assert text_of(far_after, 44).strip() == "… word48 word49 word50 word51 … [word80]"
    assert text_of(far_before, 44).strip() == "[word20] … word50 word51 word52 …"
    assert text_of(line_at(corpus, 0, 1), 40).strip() == "word0 [word1] word2 …"
    assert text_of(line_at(corpus, 99, 98), 40).strip() == "… [word98] word99"
