"""What is on air: its card, and the three acts under it."""

from collections.abc import Callable

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from studio.domain.lineup import ItemKind, LineUpItem
from studio.domain.money import Money
from studio.domain.product import Product
from studio.domain.promo import PromoRecord
from studio.domain.show import ShowPhase
from studio.domain.stage import best_code
from studio.ui.actions import Actions
from studio.ui.host.instead import Instead, instead_of, next_sold_out, offer_button
from studio.ui.host.pictures import AGAIN_MS, Pictures
from studio.ui.models.live_show import LiveShow
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_S, Theme
from studio.ui.widgets.buttons import ActionButton
from studio.ui.widgets.product_card import CardItem, CardStock, ProductCard

NowMs = Callable[[], int | None]
SOON_MS = 20
FORECAST_HOW = "The fall of the stock over the last three minutes, carried on."


class StagePanel(QWidget):
    """The card of the item on air and the buttons. `tick` is called once a second. `pin_asked` carries the command that pins
    an alternative of what is sold out.
    """

    pin_asked = Signal(object)

    def __init__(
        self,
        show: LiveShow,
        actions: Actions,
        theme: Theme,
        texts: Texts,
        pictures: Pictures,
        now_ms: NowMs,
        low_stock: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._show, self._texts, self._now_ms, self._low = show, texts, now_ms, low_stock
        self._pictures, self._theme, self._actions = pictures, theme, actions
        self._pictured = ""
        self._pinned_price: tuple[str, Money | None] = ("", None)
        self._shown: tuple[CardItem | None, CardStock | None, tuple[str, ...]] = (None, None, ())
        self.card = ProductCard(theme, now_ms, texts.number)
        self.unpin = ActionButton(actions["unpin"], "compact")
        self.card.add_action(self.unpin)
        self.card.empty.acted.connect(actions["workspace.review"].trigger)
        self.next = ActionButton(actions["item.next"], "primary")
        self.promo = ActionButton(actions["promo.issue"], "promo")
        self.undo = ActionButton(actions["undo"])
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        for button, share in ((self.next, 5), (self.promo, 2), (self.undo, 1)):
            button.setProperty("tall", "true")
            row.addWidget(button, share)
        for button in (self.promo, self.undo):
            # The name of a product may be cut; these are short and never are.
            button.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(self.card, 1)
        column.addLayout(row)
        # Stock may change 30 times a second; ten times are plenty for an eye.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self.refresh)
        show.show_changed.connect(self.refresh)
        show.products_changed.connect(self._products)
        show.stock_changed.connect(self._stock)
        self.refresh()

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        # Wide enough for the stock beside the text.
        return QSize(self._theme.px(500), super().minimumSizeHint().height())

    def tick(self) -> None:
        """A code may have ended, the forecast moved."""
        self.refresh()

    def refresh(self) -> None:
        """Bring the card up to the show."""
        item = self._show.state.on_air
        if item is None:
            self._show_nothing()
            return
        product = self._show.products.get(item.product_id)
        if self._pinned_price[0] != f"{item.id}:{self._show.state.on_air_since_ms}":
            self._pinned_price = (
                f"{item.id}:{self._show.state.on_air_since_ms}",
                product.price if product else None,
            )
        shown, stock = self._card_item(item, product), self._card_stock(item)
        before, stock_before, warnings = self._shown
        if before is None or before.key != shown.key:
            self._pictured = ""
            stock_before = None
        self._shown = (shown, stock, warnings)
        if shown != before:
            self.card.show_item(shown, stock)
        elif stock is not None and stock != stock_before:
            self.card.show_stock(stock)
        self._show_warnings(item, product)
        self._show_picture(item, product)

    def _show_nothing(self) -> None:
        state = self._show.state
        if self._shown[0] is not None:
            self.card.show_item(None)
            self.card.show_warnings(())
        self._shown = (None, None, ())
        self._pinned_price = ("", None)
        self._pictured = ""
        sentence = {
            ShowPhase.PLANNED: self.tr("The show has not started."),
            ShowPhase.ON_AIR: self.tr("Nothing is pinned."),
            ShowPhase.ENDED: self.tr("The show is over."),
        }[state.phase]
        hint = self._hint()
        review = self._actions["workspace.review"]
        over = state.phase is ShowPhase.ENDED and review.isEnabled()
        self.card.empty.say(
            f"{sentence}\n{hint}" if hint else sentence,
            button=self.tr("See how it went") if over else "",
        )

    def _hint(self) -> str:
        """What to do when nothing is on air."""
        state = self._show.state
        if state.phase is ShowPhase.ENDED or not state.items:
            return "" if state.items else self.tr("The line-up is empty: search a product at the left.")
        if state.phase is ShowPhase.PLANNED:
            return self.tr("{key} starts it.").replace("{key}", self._actions["show.start"].cap)
        if state.next_item is None:
            return self.tr("The line-up has no further item.")
        return self.tr("{key} puts the next item on air.").replace("{key}", self._actions["item.next"].cap)

    def _card_item(self, item: LineUpItem, product: Product | None) -> CardItem:
        price = product.price if product else None
        shown, struck, promo, low_note = self._texts.money(price) if price else "", "", "", ""
        if item.kind is ItemKind.TALK:
            shown = ""
        elif price is not None:
            best = best_code(self._show.state, item.product_id, price, self._now_ms())
            low = product.low_30d if product else None
            if best is not None:
                after, record = best
                promo = f"{record.promo.code} {_discount(record, self._texts)}"
                if after < price:
                    # The struck price is the lowest of the last 30 days (EU 98/6/EC Art. 6a); without it none is struck.
                    shown = self._texts.money(after)
                    struck = self._texts.money(low) if low is not None and after < low else ""
                    low_note = (
                        self.tr("30-day low {price}").replace("{price}", self._texts.money(low))
                        if low is not None
                        else self.tr("30-day low not known")
                    )
        points = item.points or (product.points if product else ())
        if item.note:
            points = (*points, self.tr("Note: {note}").replace("{note}", item.note))
        foot = " · ".join(x for x in (product.returns_text, product.delivery_text) if x) if product else ""
        return CardItem(
            key=item.id,
            title=item.title,
            price=shown,
            struck=struck,
            promo=promo,
            low_note=low_note,
            points=points,
            pinned_at_ms=self._show.state.on_air_since_ms,
            planned_ms=item.planned_ms,
            footnote=foot,
        )

    def _card_stock(self, item: LineUpItem) -> CardStock | None:
        if item.kind is ItemKind.TALK:
            return None
        stock = self._show.sellable(item.product_id)
        now = self._now_ms()
        series = self._show.stock_series(item.product_id)
        lasts = None if now is None else self._show.sold_out_in_ms(item.product_id, now)
        return CardStock(
            left=stock.total,
            of=max([left for _, left in series[-2000:]] or [stock.total or 0]),
            read_at_ms=stock.updated_at_ms,
            low=stock.total is not None and stock.total <= self._low,
            locations=self._locations(stock.by_location),
            variants=self._variants(item.product_id, stock.by_variant),
            minutes_left=None if lasts is None else lasts / 60_000,
            how=self.tr(FORECAST_HOW) if lasts is not None else self.tr("Too few sales for a forecast."),
        )

    def _locations(self, pieces: dict[str, int]) -> tuple[tuple[str, int], ...]:
        """Where the pieces lie, the most first; places without any are left out when others have some."""
        names = self._show.locations
        rows = sorted(
            ((names.get(place, place), n) for place, n in pieces.items()), key=lambda r: (-r[1], r[0])
        )
        return tuple(r for r in rows if r[1]) or tuple(rows)

    def _variants(self, product_id: str, pieces: dict[str, int]) -> tuple[tuple[str, int], ...]:
        """What is left of each variant, the scarcest first: a host says which sizes are nearly gone."""
        product = self._show.products.get(product_id)
        if product is None or len(product.variants) < 2:
            return ()
        rows = [
            (v.title.replace(" · ", ", "), pieces[v.id])
            for v in product.variants
            if v.active and v.id in pieces
        ]
        return tuple(sorted(rows, key=lambda r: r[1]))

    def _show_warnings(self, item: LineUpItem, product: Product | None) -> None:
        sentences: list[str] = []
        offers: dict[int, tuple[Instead, ...]] = {}
        before = self._pinned_price[1]
        if item.kind is ItemKind.PRODUCT and product is None:
            sentences.append(self.tr("The shop has not told of this product yet."))
        if product is not None:
            if not product.active:
                sentences.append(self.tr("The shop has withdrawn this product: nobody can buy it now."))
            if before is not None and product.price is not None and product.price != before:
                sentences.append(
                    self.tr("The shop changed the price from {old} to {new}.")
                    .replace("{old}", self._texts.money(before))
                    .replace("{new}", self._texts.money(product.price))
                )
            if self._show.sellable(product.id).total == 0:
                offers[len(sentences)] = found = instead_of(self._show, item)
                otherwise = self.tr("Sold out: go to the next item, or offer something like it.")
                sentences.append(self.tr("Sold out.") if found else otherwise)
        if following := next_sold_out(self._show):
            offers[len(sentences)] = instead_of(self._show, self._show.state.next_item)
            sentences.append(following)
        sentences += self._cleared()
        names = tuple(offer.text for row in offers.values() for offer in row)
        if (*sentences, *names) != self._shown[2]:
            self._shown = (*self._shown[:2], (*sentences, *names))
            currency, pin = self._show.state.currency, self.pin_asked.emit
            buttons = {at: offer_button(row[0], currency, pin) for at, row in offers.items() if row}
            self.card.show_warnings(tuple(sentences), buttons)

    def _cleared(self) -> list[str]:
        """What the panic key did, until something goes on air again."""
        state = self._show.state
        at = state.stage_cleared_at_ms
        if at is None or not state.stage_clear:
            return []
        text = self.tr("The stage was cleared at {time}: viewers see no card. The next pin brings it back.")
        return [text.replace("{time}", self._texts.clock(at, seconds=True))]

    def _show_picture(self, item: LineUpItem, product: Product | None) -> None:
        url = product.image_urls[0] if product and product.image_urls else ""
        key = f"{item.id}:{url}"
        if key == self._pictured:
            return
        self._pictured = key
        if url:

            def take(image: QImage | None) -> None:
                if self._pictured != key:
                    return
                if image is not None:
                    self.card.show_image(image)
                else:
                    QTimer.singleShot(AGAIN_MS, self, lambda: self._picture_again(key))

            self._pictures.large(url, self._theme.px(264), take)

    def _picture_again(self, key: str) -> None:
        if self._pictured == key:
            self._pictured = ""
            self.refresh()

    def _watched(self) -> set[str]:
        """The products whose stock this panel tells of."""
        both = [i for i in (self._show.state.on_air, self._show.state.next_item) if i is not None]
        return {i.product_id for i in both}.union(*(i.alternatives for i in both))

    def _products(self, product_ids: set[str]) -> None:
        if self._watched() & product_ids:
            self.refresh()

    def _stock(self, product_ids: set[str]) -> None:
        if self._watched() & product_ids and not self._soon.isActive():
            self._soon.start()


def _discount(record: PromoRecord, texts: Texts) -> str:
    promo = record.promo
    return texts.discount(promo.kind, promo.percent, promo.amount_minor, promo.currency)
