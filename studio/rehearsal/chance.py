"""Chance by seed: one generator for each concern and second of the show, so that what is drawn depends on nothing else."""

import math
import random


def rng_for(seed: int, concern: str, slot: int | str = "") -> random.Random:
    """The generator of a concern in a second of the show. Strings are hashed by SHA-512: the same on every platform."""
    return random.Random(f"{seed}/{concern}/{slot}")


def poisson(rng: random.Random, mean: float) -> int:
    """How many of many unlikely things happen; Knuth's product for small means, the rounded normal above 30."""
    if mean <= 0:
        return 0
    if mean > 30:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count += 1
        product *= rng.random()
    return count


def binomial(rng: random.Random, n: int, p: float) -> int:
    """How many of `n` do what each does with probability `p`; Poisson where that is as good (p below 5 %)."""
    if n <= 0 or p <= 0:
        return 0
    if p >= 1:
        return n
    if p < 0.05:
        return min(n, poisson(rng, n * p))
    if n < 30:
        return sum(rng.random() < p for _ in range(n))
    return min(n, max(0, round(rng.gauss(n * p, math.sqrt(n * p * (1 - p))))))
