"""How likely a correlation is by chance."""

from __future__ import annotations

import math
from typing import NamedTuple

_STEPS = 10_000
_ENOUGH = 1e-14
_TINY = 1e-300


class Correlation(NamedTuple):
    """A correlation and its significance, as SciPy's results unpack."""

    statistic: float
    """-1 to 1; NaN when one side is constant."""
    pvalue: float
    """How likely values without any correlation are to have one as far from 0, 0 to 1."""


def with_significance(correlation: float, n: int) -> Correlation:
    """A correlation of n pairs with its two-sided p-value.

    t = r sqrt((n - 2) / (1 - r^2)) has Student's distribution with n - 2 degrees of freedom, so
    that p = I_x((n - 2) / 2, 1/2) at x = 1 - r^2. Abramowitz and Stegun 1964, 26.7.1.
    """
    if math.isnan(correlation):
        return Correlation(math.nan, math.nan)
    if n < 3:
        return Correlation(correlation, 1.0)  # any two points lie on a line
    rest = max(1 - correlation * correlation, 0.0)
    return Correlation(correlation, incomplete_beta(rest, (n - 2) / 2, 0.5))


def incomplete_beta(x: float, a: float, b: float) -> float:
    """I_x(a, b), the regularized incomplete beta function, for x from 0 to 1.

    Abramowitz and Stegun 1964, 26.5.8, on the side where the continued fraction converges fast.
    """
    if x <= 0 or x >= 1:
        return min(max(x, 0.0), 1.0)
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(1 - x, b, a)
    log_beta = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    factor = math.exp(a * math.log(x) + b * math.log1p(-x) - log_beta)
    return factor / (a * _fraction(x, a, b))


def _fraction(x: float, a: float, b: float) -> float:
    """1 + d_1 / (1 + d_2 / (1 + ...)), from the front by Lentz's method."""
    value, c, d = 1.0, 1.0, 0.0
    for step in range(1, _STEPS):
        m = step // 2
        if step % 2:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / ((1 + term * d) or _TINY)
        c = (1 + term / c) or _TINY
        value *= c * d
        if abs(c * d - 1) < _ENOUGH:
            break
    return value
