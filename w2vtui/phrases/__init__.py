"""Phrases: pairs of words that belong together become one token, `new york` -> `new_york`.

    learned.py   Phrases: counts words and pairs, and scores them
    frozen.py    FrozenPhrases: only the phrases that were found
    finding.py   how a sentence is searched for phrases, the same for both
    scoring.py   what makes two words a phrase
    stored.py    their files
    streaming.py texts of any size, with lines of any length

The names, the results and the scores are gensim's. Mikolov et al. 2013, "Distributed
Representations of Words and Phrases and their Compositionality", section 4.
"""

from __future__ import annotations

from w2vtui.phrases.frozen import FrozenPhrases
from w2vtui.phrases.learned import Phrases
from w2vtui.phrases.scoring import (
    ENGLISH_CONNECTOR_WORDS,
    npmi_scorer,
    original_scorer,
    word2phrase_scorer,
)

Phraser = FrozenPhrases
"""The name that gensim 3 has for it."""

__all__ = [
    "ENGLISH_CONNECTOR_WORDS",
    "FrozenPhrases",
    "Phraser",
    "Phrases",
    "npmi_scorer",
    "original_scorer",
    "word2phrase_scorer",
]
