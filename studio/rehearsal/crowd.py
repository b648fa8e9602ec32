"""How many watch, second by second: people arrive, stay and leave, raids come over, the stream stutters. Nobody is connected: they are counted."""

import itertools
import math
from dataclasses import dataclass

from studio.rehearsal.chance import binomial, poisson, rng_for

STAY_S = 420.0
"""How long a viewer stays on average, in seconds of the show."""
_RAIDER_STAY_S = 100.0
_RAID_ARRIVES_S = 12
_DIP_RETURNS_S = 40.0
_HALF_GONE_S = 120.0
_CATCH_UP_S = 45.0
_CURVE = ((0.0, 0.30), (0.12, 0.80), (0.35, 1.0), (0.65, 1.0), (1.0, 0.75))


@dataclass(frozen=True)
class _Turn:
    """A raid (people > 0) or a dip (people < 0) that begins in second `slot`."""

    slot: int
    people: int


def share(progress: float) -> float:
    """The base curve: what part of the height watches when that part of the planned time is over; up to 1.0."""
    for (x0, y0), (x1, y1) in itertools.pairwise(_CURVE):
        if progress <= x1:
            return y0 + (y1 - y0) * max(0.0, progress - x0) / (x1 - x0)
    return _CURVE[-1][1]


class ViewerCurve:
    """The count of viewers for every second since the show's start. `height` is about how many watch at its best."""

    def __init__(self, seed: int, minutes: float, height: int) -> None:
        self.length_s = max(1, round(minutes * 60))
        self.height = height
        self._rng = rng_for(seed, "viewers")
        self._turns = self._plan(seed)
        self._base = round(height * share(0.0))
        self._raiders = 0
        self._away = 0.0
        self._counts: list[int] = [self._base]

    def at(self, slot: int) -> int:
        """Viewers in second `slot`; 0 before the start."""
        if slot < 0:
            return 0
        while len(self._counts) <= slot:
            self._step(len(self._counts))
        return self._counts[slot]

    def raid_in(self, slot: int) -> bool:
        """Whether a raid comes over in this second."""
        return any(turn.people > 0 and turn.slot == slot for turn in self._turns)

    def target(self, slot: int) -> float:
        """What the base curve aims at."""
        if slot <= self.length_s:
            return self.height * share(slot / self.length_s)
        return self.height * _CURVE[-1][1] * math.exp(-(slot - self.length_s) * math.log(2) / _HALF_GONE_S)

    def _plan(self, seed: int) -> list[_Turn]:
        rng = rng_for(seed, "turns")
        turns: list[_Turn] = []
        for count, low, high in ((1 + poisson(rng, self.length_s / 900), 0.05, 0.18),
                                 (1 + poisson(rng, self.length_s / 1200), -0.06, -0.16)):  # fmt: skip
            for _ in range(count):
                slot = round(self.length_s * rng.uniform(0.1, 0.9))
                turns.append(_Turn(slot, round(self.height * rng.uniform(low, high))))
        return turns

    def _step(self, slot: int) -> None:
        rng, target = self._rng, self.target(slot)
        arrivals = poisson(rng, target / STAY_S + max(0.0, target - self._base) / _CATCH_UP_S)
        too_many = max(0.0, self._base - target) / _CATCH_UP_S
        leave = min(1.0, 1 / STAY_S + too_many / max(1, self._base))
        self._base += arrivals - binomial(rng, self._base, leave)
        self._raiders -= binomial(rng, self._raiders, 1 / _RAIDER_STAY_S)
        self._away -= self._away / _DIP_RETURNS_S
        for turn in self._turns:
            if turn.people > 0 and turn.slot <= slot < turn.slot + _RAID_ARRIVES_S:
                self._raiders += poisson(rng, turn.people / _RAID_ARRIVES_S)
            elif turn.people < 0 and turn.slot == slot:
                self._away -= turn.people
        self._counts.append(max(0, self._base + self._raiders - round(self._away)))
