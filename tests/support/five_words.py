"""Five words on a circle, whose cosines are known."""

from __future__ import annotations

import numpy as np

from w2vtui.vectors import WordVectors

FIVE = WordVectors(
    ["king", "queen", "man", "woman", "zu"],
    np.array([[0, 2], [0.6, 0.8], [-1, 0], [1, 0], [0, -3]], dtype=np.float32),
    np.array([50, 40, 30, 20, 10]),
)
"""On a circle: their directions are 90, 53, 180, 0 and 270 degrees."""
