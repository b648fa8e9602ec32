"""Shoppers, many at a time, who buy what they are told to at a real shop's storefront."""

import contextlib
import random
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import msgspec

from tests.real.shows.towns import Doors, Town, Wish

FIRST = 2


@dataclass(frozen=True)
class Bought:
    """What came of a wish. `order_id` is empty when the shop had too few; `began_ms` is when they came, UTC ms."""

    wish: Wish
    began_ms: int
    order_id: str


class Crowd:
    """`shoppers` people at a time. `bought` is what they came away with.

    For a `scarce` variant they stand in line: Vendure itself sells its last piece twice when two people pay at the same
    moment, and what is looked for here is what a studio would do.
    """

    def __init__(self, town: Town, shoppers: int, scarce: Collection[str]) -> None:
        self._town = town
        self._lines = {variant: threading.Lock() for variant in scarce}
        self._pool = ThreadPoolExecutor(shoppers, thread_name_prefix="shopper")
        self._first = ThreadPoolExecutor(FIRST, thread_name_prefix="first shopper")
        self.doors = Doors()
        self.bought: list[Bought] = []

    def send(self, wishes: Iterable[Wish]) -> "list[Future[None]]":
        """Let them come; the futures are done when they have left."""
        return [self._pool.submit(self._one, wish) for wish in wishes]

    def send_first(self, wishes: Iterable[Wish]) -> "list[Future[None]]":
        """Let them come before those who stand in line."""
        return [self._first.submit(self._one, wish) for wish in wishes]

    def _one(self, wish: Wish) -> None:
        with self.doors.inside():
            with self._lines.get(wish.variant_id, contextlib.nullcontext()):
                began = time.time_ns() // 1_000_000
                order_id = self._town.buy(wish)
            self.bought.append(Bought(wish, began, order_id))
            if wish.cancelled and order_id:
                self._town.cancel(order_id)

    def close(self) -> None:
        """Send home who has not come in yet."""
        self.doors.open()
        self._first.shutdown(cancel_futures=True)
        self._pool.shutdown(cancel_futures=True)


def left(wave: "Sequence[Future[None]]") -> None:
    """Wait until all of these have left; whoever was in trouble fails the test."""
    for one in wave:
        one.result()


class Tastes:
    """What people want while a product is on air; by seed always the same."""

    def __init__(self, seed: int, strangers: Sequence[str]) -> None:
        self._chance = random.Random(seed)
        self._strangers = strangers

    def wishes(
        self, variants: Sequence[str], link: str, codes: Sequence[str], count: int, other_link: str
    ) -> list[Wish]:
        """By the show's link, with and without a code; by a code that a friend told; by another show's link or code;
        and people who know nothing of any show. Some call it off.
        """
        chance = self._chance

        def wish() -> Wish:
            make = chance.choice(self._ways(link, codes, other_link))
            return msgspec.structs.replace(
                make(chance.choice(variants)),
                quantity=chance.choice((1, 1, 1, 2)),
                cancelled=chance.random() < 0.06,
            )

        return [wish() for _ in range(count)]

    def _ways(self, link: str, codes: Sequence[str], other_link: str) -> list[Callable[[str], Wish]]:
        code = self._chance.choice(codes) if codes else ""
        by_link: Callable[[str], Wish] = lambda v: Wish(v, link=link)  # noqa: E731
        with_code: Callable[[str], Wish] = lambda v: Wish(v, link=link, code=code)  # noqa: E731
        told: Callable[[str], Wish] = lambda v: Wish(v, code=code)  # noqa: E731
        elsewhere: Callable[[str], Wish] = lambda v: Wish(v, link=other_link)  # noqa: E731
        stranger: Callable[[str], Wish] = lambda _: Wish(self._chance.choice(self._strangers))  # noqa: E731
        return [by_link, by_link, with_code, with_code, told, elsewhere, stranger, stranger]
