"""Small corpora with known topics."""

from __future__ import annotations

import random
from collections.abc import Iterable

import numpy as np

from w2vtui.corpus import EncodedCorpus, encode_sentences
from w2vtui.settings import CorpusSettings
from w2vtui.vectors import WordVectors

TOPICS = {
    "sea": "ship sailor harbor wave anchor captain",
    "farm": "cow barn farmer field plough harvest",
    "town": "street baker market tower bridge mayor",
}


def topical_sentences(n_sentences: int, seed: int = 0) -> list[list[str]]:
    """Sentences that each keep to one of three topics, among common words."""
    draw = random.Random(seed)
    common = ["the", "a", "of", "and", "to", "in", "was", "near"]
    sentences = []
    for _ in range(n_sentences):
        topic = draw.choice(list(TOPICS.values())).split()
        sentences.append(
            [
                draw.choice(topic if draw.random() < 0.6 else common)
                for _ in range(draw.randint(5, 14))
            ]
        )
    return sentences


def topical_baskets() -> list[list[str]]:
    """Six sentences of 200 words, each of one topic, among common words."""
    draw = random.Random(0)
    topics = [line.split() for line in TOPICS.values()] * 2
    return [
        [draw.choice(topic if draw.random() < 0.8 else ["the", "a", "of"]) for _ in range(200)]
        for topic in topics
    ]


def encoded(sentences: Iterable[list[str]]) -> EncodedCorpus:
    """A corpus in memory that keeps every word."""
    return encode_sentences(sentences, CorpusSettings(min_count=1))


def topic_margin(vectors: WordVectors) -> float:
    """Mean cosine of two words of one topic, less that of words of two topics."""
    words = [(word, topic) for topic, line in TOPICS.items() for word in line.split()]
    same: list[float] = []
    different: list[float] = []
    for place, (a, topic_a) in enumerate(words):
        for b, topic_b in words[:place]:
            (same if topic_a == topic_b else different).append(vectors.similarity(a, b))
    return float(np.mean(same) - np.mean(different))
