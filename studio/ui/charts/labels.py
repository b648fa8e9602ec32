"""Where words go so that they do not cover each other. Pure: measures in, places out."""

from collections.abc import Sequence


def spread(centres: Sequence[float], height: float, low: float, high: float) -> list[float | None]:
    """Places for labels of one height beside a vertical scale, as near to their `centres` as they can be.

    Returns one centre each, in the order given, at least `height` apart and whole within [low, high]; None for
    those there is no room for (the later ones of the list go first).
    """
    room = int((high - low) // height) if height > 0 else 0
    order = sorted(range(min(len(centres), room)), key=lambda i: centres[i])
    placed: list[list[float]] = []  # blocks of touching labels: [sum of wished tops, count]
    for i in order:
        block = [centres[i] - height / 2, 1.0]
        while placed and _top(placed[-1], height, low, high) + placed[-1][1] * height > _top(
            block, height, low, high
        ):
            before = placed.pop()
            # Joined, each wishes for where the block's top would have to be.
            block = [before[0] + block[0] - before[1] * height * block[1], before[1] + block[1]]
        placed.append(block)
    result: list[float | None] = [None] * len(centres)
    at = 0
    for block in placed:
        top = _top(block, height, low, high)
        for k in range(int(block[1])):
            result[order[at]] = top + (k + 0.5) * height
            at += 1
    return result


def _top(block: list[float], height: float, low: float, high: float) -> float:
    return min(max(block[0] / block[1], low), high - block[1] * height)


def in_a_row(
    starts: Sequence[float], widths: Sequence[float], high: float, gap: float
) -> list[tuple[float, float]]:
    """Room for words in one row, each from its own start on: (left, room) in the order of `starts`, which ascend.

    A word may reach to the next start or to `high`. `room` may be less than its width (shorten it), or 0.
    """
    limits = [*(start - gap for start in starts[1:]), high]
    return [
        (start, max(0.0, min(width, min(limit, high) - start)))
        for start, width, limit in zip(starts, widths, limits[: len(starts)], strict=True)
    ]


def beside_points(
    points: Sequence[float], widths: Sequence[float], low: float, high: float, gap: float
) -> list[tuple[float, float]]:
    """Room for a word beside each of the `points` of a row (ascending): (left, room), never over another point.

    Right of its point if it fits there, else left of it, else shortened on the right (`room` below its width, or 0).
    """
    result: list[tuple[float, float]] = []
    used = low
    for i, (point, width) in enumerate(zip(points, widths, strict=True)):
        right_limit = min(high, points[i + 1] - gap) if i + 1 < len(points) else high
        right_room = max(0.0, right_limit - (point + gap))
        left_room = point - gap - used
        if width > right_room and width <= left_room:
            result.append((point - gap - width, width))
            used = point + gap
            continue
        room = min(width, right_room)
        result.append((point + gap, room))
        used = point + gap + room + gap
    return result
