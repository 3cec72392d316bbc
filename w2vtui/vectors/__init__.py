"""Words and their vectors: nearest words, analogies, the odd one out.

queries        questions as text, and as sums of words and vectors
similarity     cosines
cosmul         analogies by products of cosines
spelling       words spelled like another; no_vector   what is said of a word without vector
word_vectors   WordVectors: what is trained, saved, loaded and shown
word_classes   words grouped by their vectors
"""

from w2vtui.vectors.cosmul import cosmul_scores
from w2vtui.vectors.queries import SIGNS, Query, parse_query, terms_of
from w2vtui.vectors.word_vectors import NOT_NUMBERS, WordVectors, clipped, repeated

__all__ = [
    "NOT_NUMBERS",
    "SIGNS",
    "Query",
    "WordVectors",
    "clipped",
    "cosmul_scores",
    "parse_query",
    "repeated",
    "terms_of",
]
