"""Which products are asked about next, where a shop cannot push."""

from collections.abc import Callable, Iterable
from typing import Final

REST_MS: Final = 60_000
"""What is not in the line-up is asked about so often."""


class Pace:
    """Says which products are to be asked about, each counted from when it was asked about last."""

    def __init__(self) -> None:
        self._asked_ms: dict[str, int] = {}

    def due(
        self,
        products: Iterable[str],
        every_ms: int,
        now_ms: int,
        size: Callable[[str], int] = lambda _: 1,
        most: int | None = None,
    ) -> list[str]:
        """Those of the products that were not asked about within `every_ms` before `now_ms` (monotonic), as many as have
        `most` by `size` together; they count as asked now.
        """
        found: list[str] = []
        for product_id in products:
            if most is not None and most <= 0:
                break
            if now_ms - self._asked_ms.get(product_id, -REST_MS) >= every_ms:
                found.append(product_id)
                most = None if most is None else most - size(product_id)
        self._asked_ms.update(dict.fromkeys(found, now_ms))
        return found
