"""What the sides of a comparison are called, and how many there can be."""

from __future__ import annotations

LETTERS = "ABCDEF"
N_SIDES = range(2, len(LETTERS) + 1)
