"""How sure a share is."""

from __future__ import annotations

from math import sqrt

from muslin.domain.proving.failures import Rate

Z = 1.959964
"""97.5 % point of the normal distribution: 95 % lie within, 2.5 % beyond each end."""


def wilson(counted: int, of: int, z: float = Z) -> tuple[float, float]:
    """Interval of a share in [0, 1], at 95 % unless `z` says else; of nothing it is all of it.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference",
    J. Am. Stat. Assoc. 22 (1927).
    """
    if of == 0:
        return 0.0, 1.0
    share, spread = counted / of, z * z / of
    middle = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def rate(failed: int, pictures: int) -> Rate:
    """A failure rate with its interval."""
    least, most = wilson(failed, pictures)
    return Rate(failed=failed, pictures=pictures, least=least, most=most)
