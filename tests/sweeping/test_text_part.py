"""A part of a large text, as a text of its own."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.corpora import encoded, topical_sentences
from w2vtui.corpus import open_corpus
from w2vtui.settings import CorpusSettings
from w2vtui.sweeping.text_part import settings_of_part, write_part

ONE_LINE = [word for words in topical_sentences(3000) for word in words]


@pytest.mark.parametrize("sentences", [topical_sentences(3000), [ONE_LINE]])
def test_a_part_is_spread_over_the_text_and_read_as_text(sentences, tmp_path):
    corpus = encoded(sentences)
    wanted = len(corpus.ids) // 4

    write_part(corpus, wanted, tmp_path / "part.txt")
    part = open_corpus([tmp_path / "part.txt"], settings_of_part(CorpusSettings(min_count=2)))

    assert abs(len(part.ids) - wanted) < 0.1 * wanted
    assert set(part.vocab.words) == set(corpus.vocab.words)
    shares = part.vocab.counts / part.vocab.n_tokens
    whole = dict(zip(corpus.vocab.words, corpus.vocab.counts / corpus.vocab.n_tokens, strict=True))
    np.testing.assert_allclose(shares, [whole[word] for word in part.vocab.words], atol=0.02)


def test_a_part_holds_whole_sentences_in_their_order(tmp_path):
    sentences = topical_sentences(2000)

    write_part(encoded(sentences), 5000, tmp_path / "part.txt")

    lines = iter((tmp_path / "part.txt").read_text().splitlines())
    line = next(lines)
    for words in sentences:
        if " ".join(words) == line:
            line = next(lines, "")
    assert line == ""
