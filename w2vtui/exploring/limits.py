"""How many words are looked at where looking at all would show noise, or take too long."""

AXIS_WORDS = 30_000
"""At the ends of an axis: beyond the most frequent words, the ends are rare words with noisy
vectors.
"""
CLUSTERED = 10_000
"""In clusters."""
BOARD_WORDS = 30_000
"""As answers to the analogies of a board."""
N_CLUSTERS = 20
