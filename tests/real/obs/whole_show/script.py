"""What the host does in the two minutes: (second of the show, what)."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from studio.domain import commands as cmd
from studio.domain.ids import derived_id
from studio.domain.lineup import ItemKind, LineUp, LineUpItem
from studio.domain.promo import PromoKind, PromoPlan, PromoScope
from tests.real.obs.whole_show.engine import Studio
from tests.real.obs.whole_show.truth import ShopTruth

LENGTH_S = 120.0
PRODUCTS = (
    ("linen-throw-fjord", "Linen throw “Fjord”"),
    ("ceramic-mug-set", "Ceramic mug set of 4"),
    ("beeswax-candle-trio", "Beeswax candle trio"),
    ("wool-blanket-nord", "Wool blanket “Nord”"),
    ("oak-serving-board", "Oak serving board"),
    ("stoneware-teapot", "Stoneware teapot"),
    ("hand-cream", "Hand cream, three scents"),
    ("felt-slippers", "Felt slippers"),
    ("gift-box-winter", "Gift box “Winter”"),
)
CHANNELS = ("irc", "youtube", "facebook", "social")
REPLY_EVERY_S, SAY_EVERY_S, PIN_EVERY_S = 3.0, 20.0, 10.0
FEW = 10
Act = tuple[float, Callable[[], Awaitable[None]]]


def lineup() -> LineUp:
    """Products that the demo shop has."""
    items = (
        LineUpItem(f"item-{n}", ItemKind.PRODUCT, title, 60_000, product_id=product)
        for n, (product, title) in enumerate(PRODUCTS)
    )
    return LineUp("The whole show", "EUR", tuple(items), planned_ms=3_600_000)


def a_code(code: str, minutes: int) -> PromoPlan:
    """20 % off everything."""
    return PromoPlan(
        f"plan-{code}",
        code,
        PromoKind.PERCENT,
        20,
        scope=PromoScope.ALL,
        minutes=minutes,
        per_customer_limit=None,
    )


class Host:
    """Plays the script. `replies` are the texts of all that was written by hand, and to which channel (empty: to all)."""

    def __init__(self, studio: Studio, truth: ShopTruth) -> None:
        self._studio, self._truth = studio, truth
        self.replies: dict[str, str] = {}
        self.late_s = 0.0

    async def play(self, others: list[Act]) -> None:
        """The show, and beside it what `others` do; each waits for the one before."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._run(self._acts()))
            group.create_task(self._run(self._talk()))
            group.create_task(self._run(others))

    async def _run(self, acts: list[Act]) -> None:
        began = time.monotonic()
        for at_s, act in sorted(acts, key=lambda pair: pair[0]):
            wait = began + at_s - time.monotonic()
            self.late_s = max(self.late_s, -wait)
            await asyncio.sleep(max(0.0, wait))
            await act()
        await asyncio.sleep(max(0.0, began + LENGTH_S - time.monotonic()))

    def _do(self, command: cmd.Command) -> Callable[[], Awaitable[None]]:
        return lambda: self._studio.must(command)

    def _acts(self) -> list[Act]:
        acts: list[Act] = []
        count = int(LENGTH_S / PIN_EVERY_S)
        for n in range(count):
            pin = cmd.PinItem(f"item-{n % len(PRODUCTS)}", deliberate=True)
            acts.append((n * PIN_EVERY_S + 0.5, self._do(pin)))
        for at_s, code, minutes in (
            (4.0, "MINUTE", 1),
            (32.0, "SHORT", 10),
            (66.0, "LONG", 10),
            (86.0, "AWAY", 10),
        ):
            acts.append((at_s, self._do(cmd.IssuePromo(f"promo-{code}", a_code(code, minutes)))))
        acts += [
            (at_s, self._do(cmd.EndPromo(f"promo-{code}")))
            for at_s, code in ((52.0, "SHORT"), (88.0, "LONG"), (108.0, "AWAY"))
        ]
        question = cmd.PromptQuestion("question-1", "Does it come in green?", 3)
        return [
            *acts,
            (13.0, self._do(question)),
            (27.0, self._do(cmd.PromptQuestion(""))),
            (42.5, self._few_left),
            (62.5, self._cheaper),
        ]

    async def _few_left(self) -> None:
        """Of the product on air only seven are left."""
        product = self._truth.product(self._studio.state.pinned_product_id)
        for n, variant in enumerate(product["variants"]):
            for m, place in enumerate(self.places):
                kept = 7 if (n, m) == (0, 0) else 0
                body = {"variant_id": variant["id"], "location_id": place, "on_hand": kept, "safety_stock": 0}
                await self._truth.edit("stock", body)

    places: tuple[str, ...] = ()

    async def _cheaper(self) -> None:
        """The shop gives the product on air another price."""
        product = self._studio.state.pinned_product_id
        await self._truth.edit(f"products/{product}", {"price_minor": 12_300})

    def _talk(self) -> list[Act]:
        replies = range(int(LENGTH_S / REPLY_EVERY_S))
        to_all = range(int(LENGTH_S / SAY_EVERY_S))
        return [
            *((2.0 + n * REPLY_EVERY_S, lambda n=n: self._reply(n)) for n in replies),
            *((9.5 + n * SAY_EVERY_S, lambda n=n: self._say(n)) for n in to_all),
        ]

    async def _reply(self, n: int) -> None:
        channel = CHANNELS[n % len(CHANNELS)]
        row = self._studio.newest[channel]
        text = f"REPLY{n:03d} yes, it is."
        self.replies[text.split(maxsplit=1)[0]] = channel
        reply = cmd.Reply(
            derived_id("whole-show", "reply", n), text, channel, row.message.id, row.message.author
        )
        await self._studio.must(reply)

    async def _say(self, n: int) -> None:
        text = f"TOALL{n:03d} welcome, everybody."
        self.replies[text.split(maxsplit=1)[0]] = ""
        await self._studio.must(cmd.Reply(derived_id("whole-show", "say", n), text))
