"""A host's window over a studio without an engine, and a show an hour old for it, as tests and pictures need them."""

import asyncio
import datetime as dt
import math
import random
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec
import shiboken6
from PySide6.QtCore import QBuffer
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from studio.control.ports import ChatRow, PromoUsage
from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.audience import ChatMessage, ViewerSample
from studio.domain.lineup import LineUp
from studio.domain.money import Money
from studio.domain.order import Order, OrderLine, OrderStatus
from studio.domain.product import StockLevel
from studio.domain.promo import PromoKind, PromoPlan, PromoScope
from studio.ui.actions import Actions
from studio.ui.command_palette import PaletteEntry
from studio.ui.host.links import LinkNames
from studio.ui.host.programme_preview import Look
from studio.ui.host.workspace import HostWorkspace
from studio.ui.keyguard import FocusKeys
from studio.ui.main_window import MainWindow
from studio.ui.models.live_show import LiveShow
from studio.ui.notices import Notices
from studio.ui.studio import ChangeBatch, Link, LinkStatus, OutboxStatus, Sending
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import Theme
from tests.fakes.fake_studio import MINUTE, T0, FakeStudio, a_lineup

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
IMAGES = RESOURCES / "catalogue" / "images"
PICTURES = (
    "linen-throw-fjord", "ceramic-mug-set", "beeswax-candle-trio", "wool-blanket-nord", "oak-serving-board",
    "stoneware-teapot", "cotton-bathrobe", "hand-cream", "felt-slippers",
)  # fmt: skip
EVENING = int(dt.datetime(2026, 11, 28, 18, 50, tzinfo=dt.UTC).timestamp() * 1000)
"""19:50 in Oslo: when the show of the pictures starts, UTC ms."""


class Wall:
    """A computer's clock that stands until it is turned; ms."""

    def __init__(self) -> None:
        self.now = 1_000_000

    def __call__(self) -> int:
        return self.now

    def turn(self, ms: int) -> None:
        self.now += ms


class Scene:
    """The window with the On air workspace, and everything a test turns or looks at."""

    def __init__(
        self, app: QApplication, studio: FakeStudio, *, theme: Theme | None = None, language: str = "en",
        zone: str = "", canned: Path = RESOURCES / "canned" / "canned.json", names: LinkNames | None = None,
        programme: Look | None = None, preview: bool = True,
    ) -> None:  # fmt: skip
        self.studio = studio
        self.theme = theme if theme is not None else Theme()
        if theme is None:
            self.theme.apply(app)
        self.wall = Wall()
        self.actions = Actions(self.wall)
        self.keys = FocusKeys(app)
        self.notices = Notices(self.wall)
        self.errors: list[BaseException] = []
        self.preview_kept: list[bool] = []
        self.tasks = Tasks("window", lambda _name, error: self.errors.append(error))
        self.window = MainWindow(rehearsal=studio.state.rehearsal)
        self.window.furnish(self.actions, self.theme, self.notices)
        self.live = LiveShow(studio.opened(), self.window)
        studio.changes.connect(self.live.take)
        self.live.notice.connect(self.window.post)
        self.host = HostWorkspace(
            studio, self.live, self.actions, self.theme, self.keys,
            Texts(language, zone or studio.state.time_zone), self.tasks,
            monotonic_ms=self.wall, canned_file=canned, low_stock=20, wall_ms=studio.clock.best_ms, names=names,
            programme=programme, preview=preview, keep_preview=self.preview_kept.append,
        )  # fmt: skip
        self.host.notice.connect(self.window.post)
        self.window.add_workspace("host", self.host, self.host.splitters)
        self.window.name_show(studio.state.title)
        self.window.find_products = self._find
        self.window.show_workspace("host")

    def _find(self, words: str) -> list[PaletteEntry]:
        return self.host.product_entries(words)

    async def settle(self) -> None:
        """Everything that was started has ended, and what is drawn later is drawn."""
        for _ in range(3):
            await self.tasks.drain()
            await asyncio.sleep(0)
        self.host.refresh()
        for chart in (self.host.charts.viewers, self.host.charts.stock):
            if chart is not None:
                chart.flush()

    async def give(self, command: cmd.Command) -> None:
        """Somebody decided this; a refusal fails."""
        refused = await self.studio.do(command)
        assert refused is None, refused

    async def close(self) -> None:
        """Put everything away."""
        await self.tasks.close()
        self.window.leave()
        # At once: what lingers is dressed anew with every theme that a later test applies.
        shiboken6.delete(self.window)
        shiboken6.delete(self.keys)

    @property
    def sentences(self) -> list[str]:
        """The notices on the screen, the top one first."""
        return [notice.sentence for notice in self.notices.shown()]


def at_once(coro: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine that never waits."""
    try:
        coro.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it waited")


def a_dressed_studio(lineup: LineUp | None = None) -> FakeStudio:
    """A studio whose products have pictures and two locations, in Oslo's time zone."""
    studio = FakeStudio(lineup or _lineup())
    studio.state = msgspec.structs.replace(
        studio.state, time_zone="Europe/Oslo", planned_ms=round(77.67 * MINUTE)
    )
    for n, name in enumerate(PICTURES, start=1):
        file = IMAGES / f"{name}.webp"
        url = f"https://shop.example/{file.name}"
        if file.is_file():
            studio.images[url] = file.read_bytes()
        product = studio.products[f"p{n}"]
        studio.products[f"p{n}"] = msgspec.structs.replace(product, image_urls=(url,))
    return studio


def _lineup() -> LineUp:
    lineup = a_lineup()
    whole = PromoPlan(
        "plan-LIVE14", "LIVE14", PromoKind.PERCENT, 10, 0, PromoScope.LINEUP, hours_after_show=48
    )
    items = [
        msgspec.structs.replace(
            item,
            points=(*item.points, "Returns 30 days, delivery 2–3 days, click & collect in 4 stores") if item.id == "i4" else item.points,
            promo=whole if item.id == "i1" else item.promo,
            planned_ms=(6 if item.id in ("i4", "i7") else 5) * MINUTE if item.id != "i10" else 8 * MINUTE,
        )
        for item in lineup.items
    ]  # fmt: skip
    return msgspec.structs.replace(lineup, items=tuple(items))


class Evening:
    """Plays a show into a studio: 42 minutes of it, with a raid, sales, a sold-out item and two codes."""

    def __init__(self, studio: FakeStudio, seed: int = 14) -> None:
        self.studio = studio
        self.random = random.Random(seed)
        self.now = EVENING
        self.viewers = 120.0
        self._orders = 0
        self.left = {variant: level.on_hand for variant, level in studio.levels.items()}
        self.stock_history: list[tuple[int, str, int]] = []
        studio.clock.now = EVENING

    def play(self) -> None:
        """From the start to 42 minutes and 17 seconds."""
        studio = self.studio
        self.left.update(v1=228, v2=120, v3=40, v4=31)
        for variant, left in self.left.items():
            self._level(variant, left, at=EVENING - MINUTE)
        self._give(cmd.StartShow())
        self._until(1.5)
        self._give(cmd.NextItem())
        self._give(cmd.IssuePlannedPromo("promo-live14", "i1"))
        studio.confirm_promos()
        self._until(8.5, selling="v1", down_to=212)
        self._give(cmd.NextItem())
        self._until(17, selling="v2", down_to=88)
        self._give(cmd.NextItem())
        self._until(24, selling="v3", down_to=0)
        self._give(cmd.Unpin())
        self._until(39)
        self._give(cmd.PinItem("i4"))
        self._until(39.2, selling="v4", down_to=30)
        self._give(cmd.IssuePlannedPromo("promo-nord20", "i4"))
        studio.confirm_promos()
        self._until(42.28, selling="v4", down_to=17)
        studio.settle_all()

    def _give(self, command: cmd.Command) -> None:
        refused = at_once(self.studio.do(command))
        assert refused is None, refused

    def _until(self, minute: float, selling: str = "", down_to: int = 0) -> None:
        end = EVENING + round(minute * MINUTE)
        first, start = self.left.get(selling, 0), self.now
        while self.now < end:
            self.now = min(end, self.now + 10_000)
            self.studio.clock.now = self.now
            self._watch()
            if selling:
                share = (self.now - start) / (end - start)
                left = round(first - (first - down_to) * share**1.3)
                if left < self.left[selling]:
                    self._sell(selling, self.left[selling] - left)

    def _watch(self) -> None:
        minute = (self.now - EVENING) / MINUTE
        wanted = 900 * (1 - math.exp(-minute / 9)) + 950 * math.exp(-(((minute - 22) / 6) ** 2))
        wanted += 420 * (1 - math.exp(-max(0.0, minute - 36) / 3))
        self.viewers += (wanted - self.viewers) * 0.3 + self.random.gauss(0, 9)
        now = max(0, round(self.viewers))
        for channel, count in (("YouTube", now - now // 2), ("Twitch", now // 2)):
            self.studio.samples.append(ViewerSample(channel, self.now, count))

    def _sell(self, variant: str, pieces: int) -> None:
        self._level(variant, self.left[variant] - pieces, at=self.now)
        product = f"p{variant[1:]}"
        price = self.studio.products[product].price
        assert price is not None
        total = Money(price.amount_minor * pieces, "EUR")
        self._orders += 1
        codes = ("NORD20",) if variant == "v4" and self._orders % 2 else ()
        self.studio.orders.append(
            Order(
                f"o{self._orders}", f"#{self._orders}", 1, self.now, OrderStatus.PAID,
                (OrderLine(variant, product, pieces, total),), total, Money(0, "EUR"), Money(0, "EUR"),
                codes, link_show_id="show-1",
            )
        )  # fmt: skip

    def _level(self, variant: str, left: int, at: int) -> None:
        self.left[variant] = left
        old = self.studio.levels[variant]
        oslo = StockLevel(variant, "Oslo", left, 0, 0, old.revision + 1, at)
        self.studio.levels[variant] = oslo
        self.stock_history.append((at, variant, left))


class PlayedStudio(FakeStudio):
    """A studio that is opened in the middle of a show: with its stock's history, usage of codes and links."""

    evening: Evening | None = None
    usage: tuple[PromoUsage, ...] = ()
    links: tuple[LinkStatus, ...] | None = None
    outbox: tuple[OutboxStatus, ...] = ()

    def opened(self) -> Any:
        opened = super().opened()
        history = tuple(self.evening.stock_history) if self.evening else ()
        return msgspec.structs.replace(
            opened,
            stock_history=history,
            usage=self.usage,
            links=opened.links if self.links is None else self.links,
            outbox=self.outbox,
            stock=tuple(_parts(level) for levels in self.levels.values() for level in (levels,)),
        )


def _parts(level: StockLevel) -> StockLevel:
    return level


def an_hour_of_show() -> FakeStudio:
    """The studio of the pictures: on air for 42 minutes, a blanket pinned, two codes live, one row waiting."""
    studio = PlayedStudio(_lineup())
    dressed = a_dressed_studio(_lineup())
    studio.state = dressed.state
    studio.products, studio.images = dressed.products, dressed.images
    studio.evening = Evening(studio)
    studio.evening.play()
    now = studio.clock.now
    studio.usage = (PromoUsage("NORD20", 23, 1), PromoUsage("LIVE14", 31, 1))
    studio.links = (
        LinkStatus("Shop", "shop", Link.OK, "", now),
        LinkStatus("YouTube", "channel", Link.OK, "", now),
        LinkStatus("Twitch", "channel", Link.OK, "", now),
        LinkStatus("Facebook", "channel", Link.STALE, "Nothing was heard for 40 s; trying again.", now),
    )
    studio.outbox = (
        OutboxStatus("e1", "x", "channel:Facebook", "Say", Sending.WAITING, "Facebook does not answer; the announcement is tried again in 8 s."),
    )  # fmt: skip
    _chat(studio)
    return studio


def _chat(studio: FakeStudio) -> None:
    end = studio.clock.now
    lines: tuple[tuple[int, str, str, str], ...] = (
        (108, "YouTube", "jonas88", "Can it be washed in the machine?"),
        (80, "YouTube", "sara_b", "Is there a 200×220 size?"),
        (52, "Twitch", "kaffekopp", "How long is delivery to Denmark?"),
        (40, "Twitch", "per", "can it be washed in the machine please?"),
        (31, "Facebook", "Ann-Kathrin", "Does the code work tomorrow?"),
        (26, "YouTube", "mari_k", "obsessed with the green one"),
        (22, "Twitch", "jonas88", "can it be washed in the machine?"),
        (18, "YouTube", "Ida", "just ordered two!!"),
        (14, "Facebook", "thom", "NORD20 works, thanks"),
        (11, "YouTube", "liv.h", "hello from Bergen"),
        (8, "Twitch", "nora", "need it"),
        (3, "YouTube", "peter_s", "is it scratchy?"),
    )
    for ago, channel, author, text in lines:
        studio.clock.now = end - ago * 1000
        hear(studio, channel, author, text)
    studio.clock.now = end


def hear(studio: FakeStudio, channel: str, author: str, text: str, *, by_us: bool = False) -> None:
    """A viewer wrote this on that channel."""
    from studio.domain.question import is_question

    rowid = len(studio.chat) + 1
    message = ChatMessage(channel, f"m{rowid}", rowid, studio.clock.best_ms(), author, text, by_us=by_us)
    row = ChatRow(rowid, message, question=is_question(text))
    studio.chat.append(row)
    question = studio._finder.add(message)
    if question:
        studio._questions[question.id] = question
    studio.changes.emit(
        ChangeBatch(chat=(row,), chat_count=len(studio.chat), questions=(question,) if question else ())
    )


def confirmed(promo_id: str, start: int, end: int) -> ev.PromoConfirmed:
    """The shop says yes to a code, UTC ms."""
    return ev.PromoConfirmed(promo_id, f"s-{promo_id}", start, end)


def a_picture(colour: str = "#334455", width: int = 640) -> bytes:
    """What OBS sends: a JPEG of a studio in this colour."""
    image = QImage(width, width * 9 // 16, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    with QPainter(image) as painter:
        painter.fillRect(width // 20, width * 6 // 16, width // 3, width * 2 // 16, QColor("#161b22"))
    data = QBuffer()
    data.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(data, "JPG")
    return bytes(data.data().data())


Prepare = Callable[[Scene], Coroutine[Any, Any, None]]
__all__ = ["EVENING", "MINUTE", "T0", "Evening", "PlayedStudio", "Scene", "an_hour_of_show"]
