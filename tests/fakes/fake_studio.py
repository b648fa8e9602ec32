"""A studio without an engine, for screens' tests: it decides by the real rules, in memory, and batches at once."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Collection
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from studio.control.ports import ChatRow, ShowSummary
from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.audience import ChatMessage, ViewerSample
from studio.domain.catalogue import (
    CatalogueEntry,
    CatalogueFacets,
    CataloguePage,
    CatalogueQuery,
    CatalogueSort,
)
from studio.domain.commands import Refused
from studio.domain.decide import Facts, decide
from studio.domain.effects import effects_of
from studio.domain.ids import derived_id
from studio.domain.kpi import show_figures
from studio.domain.lineup import ItemKind, LineUp, LineUpItem
from studio.domain.money import Money
from studio.domain.order import Order
from studio.domain.past import PastShow
from studio.domain.product import Product, StockLevel, Variant, sellable_stock
from studio.domain.promo import PromoKind, PromoPlan, PromoScope
from studio.domain.question import QuestionFinder, is_question
from studio.domain.show import ShowState, apply
from studio.domain.undo import undone_command
from studio.ui.studio import ChangeBatch, ExportKind, Link, LinkStatus, Opened, OutboxStatus, Review, Sending

T0 = 1_795_892_400_000
MINUTE = 60_000

TITLES = (
    ("Linen throw “Fjord”", 4900, 212), ("Ceramic mug set of 4", 3600, 88), ("Beeswax candle trio", 2400, 0),
    ("Wool blanket “Nord”, 140×200", 8900, 17), ("Oak serving board", 4200, 140), ("Stoneware teapot", 5400, 61),
    ("Cotton bathrobe", 6900, 33), ("Hand cream, 3 scents", 1800, 502), ("Felt slippers", 3900, 9),
)  # fmt: skip


class TestClock:
    """A shop's clock that stands still until a test moves it; `known` False is a clock nobody measured."""

    __test__ = False

    def __init__(self, now: int = T0) -> None:
        self.rate = 1.0
        self.now = now
        self.known = True

    def now_ms(self) -> int | None:
        return self.now if self.known else None

    def best_ms(self) -> int:
        return self.now

    def measured(self, shop_ms: int, sent_wall_ms: int, received_wall_ms: int, rate: float = 1.0) -> None:
        self.now = shop_ms

    def passes(self, ms: int) -> None:
        self.now += ms


def a_product(n: int, title: str, price: int) -> Product:
    variants = (Variant(f"v{n}", f"SKU-{n}", title, Money(price, "EUR"), Money(price - 500, "EUR")),)
    return Product(
        f"p{n}", 1, title, variants, "A good thing.", points=("Woven in Røros, washable at 30°", "Show the fringe"),
        returns_text="Returns 30 days", delivery_text="Delivery 2–3 days", review_score=4.7, review_count=211,
    )  # fmt: skip


def a_plan(code: str, percent: int = 20, armed: bool = False, minutes: int = 10) -> PromoPlan:
    return PromoPlan(
        f"plan-{code}",
        code,
        PromoKind.PERCENT,
        percent,
        0,
        PromoScope.PRODUCT,
        minutes,
        total_limit=50,
        armed=armed,
    )


def a_lineup() -> LineUp:
    items = [
        LineUpItem(
            f"i{n}", ItemKind.PRODUCT, title, 5 * MINUTE, f"p{n}", f"SKU-{n}",
            ("Woven in Røros, Norwegian wool, washable at 30°", "Show the fringe and the weight, 1.4 kg"),
            target_units=40, promo=a_plan("NORD20") if n == 4 else a_plan("TEAFREE", 10, armed=True) if n == 6 else None,
        )
        for n, (title, _, _) in enumerate(TITLES, start=1)
    ]  # fmt: skip
    items.append(LineUpItem("i10", ItemKind.TALK, "Q&A block", 8 * MINUTE))
    return LineUp("Autumn Home Live #14", "EUR", tuple(items))


class FakeStudio(QObject):
    """Implements the `Studio` protocol. Tests feed it with `hear_*` and look at `commands`."""

    changes = Signal(object)

    def __init__(self, lineup: LineUp | None = None) -> None:
        super().__init__()
        self.clock = TestClock()
        self.state = ShowState("show-1")
        self.log: list[ev.Logged] = []
        self.commands: list[cmd.Command] = []
        self.attempted: set[str] = set()
        self.products = {
            f"p{n}": a_product(n, title, price) for n, (title, price, _) in enumerate(TITLES, start=1)
        }
        self.levels = {
            f"v{n}": StockLevel(f"v{n}", "Oslo", left, 0, 0, 1, T0)
            for n, (_, _, left) in enumerate(TITLES, start=1)
        }
        self.chat: list[ChatRow] = []
        self.samples: list[ViewerSample] = []
        self.orders: list[Order] = []
        self.past_shows: list[PastShow] = []
        self.exported: list[tuple[ExportKind, Path, int]] = []
        self.tokens: dict[str, str] = {}
        self.refuse: Refused | None = None
        self.images: dict[str, bytes] = {}
        self.asked: list[tuple[CatalogueQuery, int, int]] = []
        self.hold = asyncio.Event()
        self.hold.set()
        self.catalogue_fails: Exception | None = None
        self.sold: dict[str, int] = {}
        self.shown: dict[str, int] = {}
        self.new: set[str] = set()
        self.read_wall_ms: int | None = T0
        self._finder = QuestionFinder("show-1")
        self._questions = {}
        self._count = itertools.count(1)
        self._decide(cmd.PlanShow(lineup or a_lineup(), "demo", ("live",), rehearsal=True))

    def _decide(self, command: cmd.Command) -> Refused | list[ev.Logged]:
        facts = Facts(
            {
                p.id: sellable_stock([self.levels[v.id] for v in p.variants]).total or 0
                for p in self.products.values()
            },
            frozenset(self.attempted),
        )
        answer = decide(self.state, command, self.clock.best_ms(), facts)
        if isinstance(answer, Refused):
            return answer
        undoes = ""
        if isinstance(command, cmd.Undo):
            found = undone_command(self.state, self.clock.best_ms(), self.attempted, command.skip_irrevocable)
            undoes = found.command_id if found else ""
        elif isinstance(command, cmd.Redo):
            undoes = self.state.redoable[-1].command_id
        return self._append(answer, f"c{next(self._count)}", undoes)

    def _append(self, events: list[ev.Event], command_id: str = "", undoes: str = "") -> list[ev.Logged]:
        made: list[ev.Logged] = []
        now = self.clock.best_ms()
        for event in events:
            seq = self.state.seq + 1
            logged = ev.Logged(
                derived_id("fake", seq), "show-1", seq, now, now, "host", "seat-1", command_id, event, undoes
            )
            self.state = apply(self.state, logged)
            made.append(logged)
        self.log += made
        return made

    def hear(self, *events: ev.Event) -> None:
        """The outside world answered: these events are in the log."""
        self.changes.emit(ChangeBatch(events=tuple(self._append(list(events)))))

    def confirm_promos(self) -> None:
        """The shop confirms every code that waits."""
        for record in list(self.state.promos.values()):
            if record.confirmed_ends_at_ms is None and not record.refusal:
                promo = record.promo
                self.hear(ev.PromoConfirmed(promo.id, f"s-{promo.id}", promo.starts_at_ms, promo.ends_at_ms))

    def settle_all(self) -> None:
        """Everything in the outbox was delivered."""
        state, events = ShowState("show-1"), []
        for logged in self.log:
            before, state = state, apply(state, logged)
            for effect in effects_of(logged, before, state):
                if effect.id not in self.state.settled:
                    name = type(effect.action).__name__
                    events.append(ev.EffectSettled(effect.id, effect.target, name, ev.Outcome.DELIVERED))
        self.hear(*events)

    def hear_chat(self, *texts: str, author: str = "mari_k") -> None:
        """Viewers wrote this."""
        rows, questions = [], []
        for text in texts:
            rowid = len(self.chat) + 1
            message = ChatMessage("live", f"m{rowid}", rowid, self.clock.best_ms(), author, text)
            row = ChatRow(rowid, message, question=is_question(text))
            self.chat.append(row)
            rows.append(row)
            if question := self._finder.add(message):
                questions.append(question)
                self._questions[question.id] = question
        self.changes.emit(
            ChangeBatch(chat=tuple(rows), chat_count=len(self.chat), questions=tuple(questions))
        )

    def hear_viewers(self, viewers: int) -> None:
        """So many watch now."""
        sample = ViewerSample("live", self.clock.best_ms(), viewers)
        self.samples.append(sample)
        self.changes.emit(ChangeBatch(samples=(sample,)))

    def hear_stock(self, variant_id: str, left: int) -> None:
        """The shop says how many are left."""
        old = self.levels[variant_id]
        new = StockLevel(variant_id, old.location, left, 0, 0, old.revision + 1, self.clock.best_ms())
        self.levels[variant_id] = new
        self.changes.emit(ChangeBatch(stock=(new,)))

    def hear_product(self, product: Product) -> None:
        """The shop changed a product (raise its revision)."""
        self.products[product.id] = product
        self.changes.emit(ChangeBatch(products=(product,)))

    def hear_order(self, order: Order) -> None:
        """An order came in."""
        self.orders.append(order)
        self.changes.emit(ChangeBatch(orders=(order,)))

    def hear_outbox(self, *rows: OutboxStatus) -> None:
        """The outbox moved."""
        self.changes.emit(ChangeBatch(outbox=rows))

    def hear_link(self, name: str, kind: str, link: Link, sentence: str = "") -> None:
        """A connection changed."""
        self.changes.emit(ChangeBatch(links=(LinkStatus(name, kind, link, sentence, self.clock.best_ms()),)))

    # --- the protocol -----------------------------------------------------------------------------------------

    async def do(self, command: cmd.Command) -> Refused | None:
        self.commands.append(command)
        if self.refuse is not None:
            return self.refuse
        answer = self._decide(command)
        if isinstance(answer, Refused):
            return answer
        self.changes.emit(ChangeBatch(events=tuple(answer)))
        return None

    async def open(self, show_id: str) -> Opened:
        return self.opened()

    def opened(self) -> Opened:
        links = (
            LinkStatus("demo", "shop", Link.OK, "", T0),
            LinkStatus("live", "channel", Link.OK, "", T0),
        )
        return Opened(
            self.state, tuple(self.log), dict(self.products), tuple(self.levels.values()), tuple(self.orders), (), None,
            tuple(self.samples), tuple(self._questions.values()), (), (), links, len(self.chat),
        )  # fmt: skip

    async def shows(self) -> list[ShowSummary]:
        s = self.state
        return [ShowSummary(s.id, s.title, s.rehearsal, s.started_at_ms, s.ended_at_ms, s.currency, s.seq)]

    async def chat_page(self, show_id: str, before_rowid: int | None, limit: int) -> list[ChatRow]:
        rows = [r for r in self.chat if before_rowid is None or r.rowid < before_rowid]
        return rows[-limit:]

    async def chat_after(self, show_id: str, after_rowid: int, limit: int) -> list[ChatRow]:
        return [r for r in self.chat if r.rowid > after_rowid][:limit]

    async def chat_search(self, show_id: str, words: str, limit: int) -> list[ChatRow]:
        return [r for r in self.chat if words.lower() in r.message.text.lower()][-limit:]

    async def search_products(self, words: str, limit: int) -> list[Product]:
        return [p for p in self.products.values() if words.lower() in p.title.lower()][:limit]

    async def catalogue(self, query: CatalogueQuery, offset: int, limit: int) -> CataloguePage:
        """Its own products, by the plainest meaning of the query; waits while `hold` is shut, fails with `catalogue_fails`."""
        self.asked.append((query, offset, limit))
        await self.hold.wait()
        if self.catalogue_fails is not None:
            raise self.catalogue_fails
        found = [self.entry(p) for p in self.products.values() if self._fits(p, query)]
        found.sort(key=lambda e: e.product.title.casefold())
        match query.sort:
            case CatalogueSort.PRICE_UP:
                found.sort(key=lambda e: e.product.price.amount_minor if e.product.price else 0)
            case CatalogueSort.PRICE_DOWN:
                found.sort(key=lambda e: -e.product.price.amount_minor if e.product.price else 0)
            case CatalogueSort.STOCK:
                found.sort(key=lambda e: -(e.sellable or 0))
            case CatalogueSort.BESTSELLER:
                found.sort(key=lambda e: -e.sold)
            case _:
                pass
        return CataloguePage(tuple(found[offset : offset + limit]), len(found))

    def entry(self, product: Product) -> CatalogueEntry:
        """What the catalogue tells of a product."""
        levels = [self.levels[v.id] for v in product.variants if v.id in self.levels]
        stock = sellable_stock(levels)
        return CatalogueEntry(
            product,
            stock.total,
            stock.updated_at_ms,
            self.sold.get(product.id, 0),
            self.shown.get(product.id, 0),
        )

    def _fits(self, product: Product, query: CatalogueQuery) -> bool:
        entry = self.entry(product)
        price = product.price.amount_minor if product.price else 0
        text = f"{product.title} {product.category} {' '.join(v.sku for v in product.variants)}".casefold()
        return (
            all(word in text for word in query.words.casefold().split())
            and (not query.in_stock or (entry.sellable or 0) > 0)
            and query.category in ("", product.category)
            and (not query.tag or query.tag in product.tags)
            and (query.min_price_minor is None or price >= query.min_price_minor)
            and (query.max_price_minor is None or price <= query.max_price_minor)
            and (not query.bestseller or "bestseller" in product.tags or entry.sold > 0)
            and (not query.new or product.id in self.new)
            and query.shown in (None, entry.shown > 0)
        )

    async def facets(self) -> CatalogueFacets:
        products = self.products.values()
        categories = Counter(p.category for p in products if p.category)
        tags = Counter(tag for p in products for tag in p.tags)
        return CatalogueFacets(
            tuple(categories.most_common()), tuple(tags.most_common()), len(products), self.read_wall_ms
        )

    async def refresh_stock(self, product_ids: Collection[str]) -> None:
        return None

    async def image(self, url: str) -> bytes | None:
        return self.images.get(url)

    async def give_token(self, target: str, token: str) -> str:
        self.tokens[target] = token
        return "The token is kept for this session only."

    async def review(self, show_id: str) -> Review:
        figures = show_figures(
            self.state, self.orders, self.samples, list(self._questions.values()), self.clock.best_ms()
        )
        return Review(self.state, figures, tuple(self.samples), tuple(self.orders))

    async def past(self, series: str | None = None, limit: int = 20) -> list[PastShow]:
        found = [p for p in self.past_shows if series is None or p.series == series]
        return sorted(found, key=lambda p: -p.started_at_ms)[:limit]

    async def chat_between(self, show_id: str, from_ms: int, to_ms: int, limit: int) -> list[ChatRow]:
        return [r for r in self.chat if from_ms <= r.message.at_ms < to_ms][:limit]

    async def would_replace(self, show_id: str, kind: ExportKind, path: Path, *_: object) -> list[Path]:
        return [f for f in self._tables(path) if kind is ExportKind.CSV and f.exists()]

    async def export(
        self,
        show_id: str,
        kind: ExportKind,
        path: Path,
        offset_ms: int = 0,
        progress: Callable[[float], object] | None = None,
    ) -> None:
        self.exported.append((kind, path, offset_ms))
        if kind is ExportKind.CSV:
            path.mkdir(exist_ok=True)
        for file in self._tables(path) if kind is ExportKind.CSV else [path]:
            file.write_text(f"{kind} of {show_id}, {offset_ms} ms later", encoding="utf-8")

    def _tables(self, folder: Path) -> list[Path]:
        return [folder / "figures.csv", folder / "orders.csv"]

    async def report_html(self, show_id: str) -> str:
        return "<!doctype html><title>Report</title><h1>Report</h1>"

    async def export_report(self, show_id: str, path: Path) -> None:
        path.write_text(await self.report_html(show_id), encoding="utf-8")


def waiting(
    effect_id: str = "e1", action: str = "CreatePromo", sentence: str = "The shop does not answer."
) -> OutboxStatus:
    """A row of the outbox that waits."""
    return OutboxStatus(effect_id, "event", "shop", action, Sending.WAITING, sentence)
