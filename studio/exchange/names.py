"""The names of a large catalogue that are like some others: all of them compared, many at a time.

Comparing goes by matrices of `rapidfuzz.process.cdist`: 500 names with 100,000 take about a second.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from studio.exchange.tables import Given, Stopped

LIKELY: Final = 72
"""From which likeness of names on (0 to 100) a product is proposed."""
MOST: Final = 5
"""So many names are found of one part of the catalogue."""
_PART: Final = 0.9
"""All words of the shorter name in the longer one, whatever else stands there: likely, never certain."""
_CHUNK: Final = 4_000
_BLOCK: Final = 50
_WITH_SAME_WORDS: Final = 2_000
"""Of names that share words, so many with the most of them are looked at."""

Alike = dict[int, int]
"""Places of names, and how alike each is."""


class Names:
    """Names to look in, each folded already and there once."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = list(names)
        self._sorted = [_in_order(name) for name in self._names]
        self._lengths = np.fromiter((len(name) for name in self._names), np.int32, len(self._names))
        places: defaultdict[str, array[int]] = defaultdict(lambda: array("i"))
        for at, name in enumerate(self._names):
            for word in set(name.split()):
                places[word].append(at)
        self._places = {word: np.frombuffer(found, np.int32) for word, found in places.items()}

    def alike(
        self,
        wanted: Sequence[str],
        on_some: Callable[[int], None] = lambda _done: None,
        stopped: Stopped = lambda: False,
    ) -> list[Alike]:
        """The names most like each one that is wanted. `on_some` is told how many are done. Raises `Given` when stopped."""
        found: list[Alike] = []
        for at in range(0, len(wanted), _BLOCK):
            found += self._of_block(wanted[at : at + _BLOCK], stopped)
            on_some(len(found))
        return found

    def _of_block(self, wanted: Sequence[str], stopped: Stopped) -> list[Alike]:
        best: list[Alike] = [{} for _ in wanted]
        in_order = [_in_order(name) for name in wanted]
        for at in range(0, len(self._names), _CHUNK):
            if stopped():
                raise Given
            # Words that are written apart or together, and words in another order.
            scores = np.maximum(
                _compared(wanted, self._names[at : at + _CHUNK]),
                _compared(in_order, self._sorted[at : at + _CHUNK]),
            )
            for row in np.flatnonzero(scores.any(axis=1)):
                for place, score in _highest(scores[row]):
                    best[row][at + place] = score
        for row, name in enumerate(wanted):
            if stopped():
                raise Given
            for place, score in self._with_same_words(name):
                best[row][place] = max(best[row].get(place, 0), score)
        return best

    def _with_same_words(self, wanted: str) -> list[tuple[int, int]]:
        """Names that have most of the words, or most of whose words it has."""
        shared = np.zeros(len(self._names), np.int32)
        for word in set(wanted.split()):
            places = self._places.get(word)
            if places is not None:
                shared[places] += len(word) + 1
        near = np.flatnonzero((shared > 0) & (2 * shared >= np.minimum(self._lengths, len(wanted))))
        if near.size > _WITH_SAME_WORDS:
            near = near[np.argpartition(shared[near], -_WITH_SAME_WORDS)[-_WITH_SAME_WORDS:]]
        places = [int(place) for place in near]
        found = process.extract(
            wanted, [self._names[place] for place in places],
            scorer=fuzz.token_set_ratio, limit=MOST, score_cutoff=LIKELY / _PART,
        )  # fmt: skip
        return [(places[at], round(score * _PART)) for _, score, at in found]


def _compared(wanted: Sequence[str], names: Sequence[str]) -> NDArray[np.uint8]:
    return process.cdist(wanted, names, scorer=fuzz.ratio, score_cutoff=LIKELY, dtype=np.uint8)


def _highest(scores: NDArray[np.uint8]) -> list[tuple[int, int]]:
    places = np.flatnonzero(scores)
    if places.size > MOST:
        places = places[np.argpartition(scores[places], -MOST)[-MOST:]]
    return [(int(place), int(scores[place])) for place in places]


def _in_order(name: str) -> str:
    return " ".join(sorted(name.split()))
