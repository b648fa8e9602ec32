"""Plays a full show in a town: 14 items, 3 codes, 300 orders, two products that sell out; the shop's server is started anew
in the middle of it, and the studio is killed.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tests.real.shows.crowd import Bought, Crowd, Tastes, left
from tests.real.shows.driver import Books, Life, Told
from tests.real.shows.host import Host, hosted
from tests.real.shows.script import (
    ARMED,
    ARMED_AT,
    BEFORE,
    CODES,
    ITEMS,
    KILLED_AT,
    LATE,
    SOLD_OUT,
    TALK,
    WELCOME,
    Played,
)
from tests.real.shows.towns import Goods, Sale, ShopCode, Town, Wish

SHOW, SHOW_BEFORE = "show-full", "show-before"
ORDERS, SHOPPERS = 300, 8
AN_ITEM, EARLY, REPLAY, TOO_LATE, PIECES = 22, 5, 10, 4, 9
RESTARTED_AT = "next 3"
CODE_OF = {"issue": WELCOME, f"next {ARMED_AT}": ARMED, "issue late": LATE}
"""With which step people hear of a code."""
OTHER_LINK = f"{SHOW_BEFORE}/its-link"


@dataclass(frozen=True)
class FullShow:
    """A show that was played. `shelves` is what was on hand before and after; `bought` what shoppers came away with."""

    told: Told
    sales: list[Sale]
    codes: list[ShopCode]
    shelves: tuple[dict[str, int], dict[str, int]]
    bought: list[Bought]
    goods: dict[str, Goods]
    sold_out: tuple[Goods, ...]
    said: list[str]
    lives: int
    killed: int
    restarts: int


class _Play:
    def __init__(self, town: Town, host: Host, line_up: Sequence[Goods], strangers: Sequence[str]) -> None:
        self._town = town
        self._host = host
        self._items: list[Goods] = [*line_up]
        self._items.insert(TALK, line_up[TALK - 1])  # what people buy while the host talks
        self._tastes = Tastes(7, strangers)
        self._codes: list[str] = []
        self._wave: list[Future[None]] = []
        self.crowd = Crowd(town, SHOPPERS, [self._items[number].variants[0] for number in SOLD_OUT])
        self.restarts = 0

    def run(self) -> Told:
        """The whole show, and what the studio says of it."""
        host, crowd = self._host, self.crowd
        left(crowd.send(self._tastes.wishes(self._items[0].variants, "", [], EARLY, "")))
        ready = host.begin(KILLED_AT)
        while ready != "end":
            ready = self._step(ready)
        left(self._wave)
        host.go()
        host.hear("codes ended")
        last = self._items[-1]
        link = host.links[last.id]
        late = [Wish(last.variants[0], code=code, link=link) for code in CODES for _ in range(TOO_LATE)]
        left(crowd.send(late))
        host.go()
        assert host.hear("same", "different") == "same"
        left(crowd.send(self._tastes.wishes(last.variants, link, (), REPLAY, OTHER_LINK)))
        sales = self.heard_of(self._town.sales())
        return host.tell(Books(len(sales), sum(sale.cancelled for sale in sales)))

    def heard_of(self, sales: Sequence[Sale]) -> list[Sale]:
        """Those which are not from before the show."""
        early = {bought.order_id for bought in self.crowd.bought[:EARLY]}
        return [sale for sale in sales if sale.id not in early]

    def _step(self, name: str) -> str:
        """One step of the host, while people buy what is on air; what the host is ready for then."""
        host = self._host
        if name == RESTARTED_AT:
            self.crowd.doors.shut()
            self._town.stop()
            host.go()  # decided while the shop is away
            host.hear("ack ")
            self._town.start()
            self.restarts += 1
            self.crowd.doors.open()
            ready = host.hear("ready ")
        else:
            ready = host.step()
        ready = ready.removeprefix("ready ") or host.begin()
        if name in CODE_OF:
            self._heard_of(CODE_OF[name])
        if name.startswith("next "):
            left(self._wave)
            self._wave = self.crowd.send(self._wishes(int(name.removeprefix("next "))))
        return ready

    def _heard_of(self, code: str) -> None:
        """Some come at once, however long the queue is: the code may have ended when it is their turn."""
        self._codes.append(code)
        on_air = next(item for item in self._items if item.id == list(self._host.links)[-1])
        fans = [Wish(on_air.variants[0], code=code, link=link) for link in ("", self._host.links[on_air.id])]
        left(self.crowd.send_first(fans))

    def _wishes(self, number: int) -> list[Wish]:
        on_air = self._items[number]
        link = self._host.links[on_air.id]
        codes = [*self._codes, BEFORE]
        if number not in SOLD_OUT:
            return self._tastes.wishes(on_air.variants, link, codes, AN_ITEM, OTHER_LINK)
        rush = [
            Wish(on_air.variants[0], link=link if n % 3 else "", code=codes[n % len(codes)])
            for n in range(2 * PIECES)
        ]
        return [*rush, *self._tastes.wishes(on_air.variants, "", [], EARLY, "")]


def play(town: Town, folder: Path) -> FullShow:
    """Play it. `folder` is where the studio keeps its data."""
    goods = town.goods()
    single = [g for g in goods if len(g.variants) == 1]
    scarce, others = single[:2], [g for g in goods if g not in single[:2]]
    line_up = others[: ITEMS - 3]
    for place, product in zip(SOLD_OUT, scarce, strict=True):
        line_up.insert(place - (place > TALK), product)
        town.leave(product.variants[0], PIECES)
    named = tuple((product.id, product.title) for product in line_up)
    strangers = [variant for product in others[ITEMS:] for variant in product.variants]
    before = town.on_hand()
    shop = town.settings.id
    life = Life(str(folder), town.settings, town.key, Played(SHOW, shop, named))
    week_before = msgspec.structs.replace(life, played=Played(SHOW_BEFORE, shop, named), before=True)
    with hosted(week_before) as host:
        host.begin()
        host.finish()
    with hosted(life) as host:
        played = _Play(town, host, line_up, strangers)
        try:
            told = played.run()
            return FullShow(
                told=told,
                sales=played.heard_of(town.sales()),
                codes=town.codes(),
                shelves=(before, town.on_hand()),
                bought=played.crowd.bought,
                goods={product.id: product for product in goods},
                sold_out=tuple(scarce),
                said=host.said,
                lives=host.lives,
                killed=host.killed,
                restarts=played.restarts,
            )
        finally:
            played.crowd.close()
