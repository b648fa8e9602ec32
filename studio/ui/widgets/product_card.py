"""The card of the product on air: picture, price, talking points, stock, warnings."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QHideEvent, QImage, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from studio.ui.theme import SPACE_L, SPACE_M, SPACE_S, Theme, set_look
from studio.ui.widgets.card_stock import CardStock, StockPanel
from studio.ui.widgets.cards import Card, EmptyState
from studio.ui.widgets.clock import NowMs, Ticker, clock_text
from studio.ui.widgets.labels import BulletLabel, ElidedLabel, Pill, PlainLabel, tooltip_text
from studio.ui.widgets.text import clean_text
from studio.ui.widgets.thumbnail import Thumbnail

MAX_POINTS: Final = 6
_ROOMY: Final = 760
_PICTURE: Final = 640
_WIDE: Final = 490
_NARROWEST: Final = 380
_LOWEST: Final = 200
_ANY_WIDTH: Final = 16_777_215


@dataclass(frozen=True, slots=True)
class CardItem:
    """What is pinned, already in words. `pinned_at_ms` and `planned_ms` in ms; prices formatted by the caller.

    `struck` is the price before (the 30-day low, where the law asks for it) and stands only beside a lower price.
    A talk segment has no price, and then no stock is shown. `footnote`: delivery and returns.
    """

    key: str
    title: str
    price: str = ""
    struck: str = ""
    promo: str = ""
    low_note: str = ""
    points: tuple[str, ...] = ()
    pinned_at_ms: int | None = None
    planned_ms: int | None = None
    footnote: str = ""


class ProductCard(Card):
    """The product (or talk) on air. Give it an item, its stock, its picture and warnings; it keeps its clocks.

    `actions_row` is the slot under the stock for Unpin and the like. Nothing pinned shows `empty`.
    """

    def __init__(
        self,
        theme: Theme,
        now_ms: NowMs,
        number: Callable[[int], str] = str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("card", parent, margin=SPACE_L)
        self._now_ms = now_ms
        self._item: CardItem | None = None
        self.setAccessibleName(self.tr("On air now"))
        self.thumbnail = Thumbnail(theme, 132)
        self.pinned = Pill("", "onair")
        self.plan = ElidedLabel("", tone="muted")
        self.low = PlainLabel("", tone="muted")
        self.title = ElidedLabel("", size="xl", lines=2)
        self.price = PlainLabel("", size="l")
        self.struck = PlainLabel("", tone="muted")
        self.struck.setProperty("struck", "true")
        self.promo = Pill("", "promo")
        self.points = [BulletLabel("", size="m", tone="muted", lines=2) for _ in range(MAX_POINTS)]
        self.more_points = PlainLabel("", tone="muted")
        self.footnote = ElidedLabel("", tone="muted", lines=2)
        self.stock = StockPanel(theme, now_ms, number)
        self.empty = EmptyState(theme, "pin", self.tr("Nothing is on air yet."))
        self._theme = theme
        self._wide = True
        self.warnings = QVBoxLayout()
        self.actions_row = QHBoxLayout()
        self._ticker = Ticker(now_ms, self.tick, self)
        self._lay_out()
        self.show_item(None)

    def show_item(self, item: CardItem | None, stock: CardStock | None = None) -> None:
        """Show what is on air, or that nothing is, and its stock if that is known already. The picture becomes the
        placeholder when the item changes.
        """
        before, self._item = self._item, item
        self._pages.setCurrentWidget(self.empty if item is None else self._content)
        self.set_kind("card" if item is None else "card-onair")
        if item is None:
            return
        with self._laid_out_once():
            changed = before is None or before.key != item.key
            if changed:
                self.thumbnail.show_placeholder(item.key)
            if stock is not None or changed:
                self.stock.show_stock(stock or CardStock(None))
            self._show_texts(item)
            self.stock.setVisible(bool(item.price))
            self.thumbnail.setVisible(bool(item.price))
            self._arrange()
        self.setAccessibleDescription(f"{self.title.text()} {item.price}".strip())
        self.tick()

    def _show_texts(self, item: CardItem) -> None:
        self.title.setText(clean_text(item.title, 300))
        for label, text in ((self.price, item.price), (self.struck, item.struck), (self.promo, item.promo)):
            label.setText(text)
            label.setVisible(bool(text))
        self.low.setText(item.low_note)
        self._show_points(item.points)
        self.footnote.setText(clean_text(item.footnote))
        self.footnote.setVisible(bool(item.footnote))

    @contextmanager
    def _laid_out_once(self) -> Generator[None, None, None]:
        """Lay out once, behind many changes: Qt does so for each part that appears, through the whole window."""
        self._grid.setEnabled(False)
        try:
            yield
        finally:
            self._grid.setEnabled(True)
            self._grid.invalidate()
            self._grid.activate()

    def show_stock(self, stock: CardStock) -> None:
        """Show the stock of what is on air."""
        with self._laid_out_once():
            self.stock.show_stock(stock)

    def show_image(self, image: QImage | None) -> None:
        """Set the picture once it is decoded."""
        self.thumbnail.set_image(image)

    def show_warnings(self, sentences: tuple[str, ...], beside: Mapping[int, QWidget] | None = None) -> None:
        """Show what changed at the shop (`price changed`, `withdrawn`), each with a sign; none clears them. `beside` are
        buttons, by the place of their sentence.
        """
        while (taken := self.warnings.takeAt(0)) is not None:
            widget = taken.widget()
            if widget is not None:
                widget.deleteLater()
        for at, sentence in enumerate(sentences):
            banner = WarningBanner(sentence)
            if beside and at in beside:
                banner.row.addWidget(beside[at])
            self.warnings.addWidget(banner)
            # At once: what Qt shows at its next turn takes no room before, and what is below it would be cut.
            banner.show()
        self._fit_height()

    def tick(self) -> None:
        """Bring elapsed time and stock age up to the clock."""
        item = self._item
        if item is None:
            return
        now = self._now_ms()
        notes: list[str] = []
        over = False
        if item.pinned_at_ms is None or now is None:
            self.pinned.setText(self.tr("● ON AIR"))
        else:
            elapsed = max(0, now - item.pinned_at_ms)
            over = item.planned_ms is not None and elapsed > item.planned_ms
            words = self.tr("● PINNED {time}") if item.price else self.tr("● ON AIR {time}")
            self.pinned.setText(words.format(time=clock_text(elapsed)))
        if item.planned_ms is not None:
            notes.append(self.tr("of {time} planned").format(time=clock_text(item.planned_ms)))
        if item.low_note and not self.low.isVisibleTo(self):
            notes.append(item.low_note)
        self.plan.setText(" · ".join(notes))
        self.plan.set_tone("warning" if over else "muted")
        self.stock.tick()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        self._ticker.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: D102
        self._ticker.stop()
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._arrange()
        self.tick()

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        # Of a height that no banner changes: what does not fit is left out, and nothing around the card moves.
        return QSize(self._theme.px(_NARROWEST), self._theme.px(_LOWEST))

    def _arrange(self) -> None:
        """Fit the width: a smaller picture and title below 760 px, the stock under the text below 540 px."""
        px, width = self._theme.px, self.width()
        self.thumbnail.set_side(132 if width >= px(_PICTURE) and self.height() >= px(230) else 72)
        set_look(self.title, "textsize", "xl" if width >= px(_ROOMY) else "l")
        wide = width >= px(_WIDE)
        if wide != self._wide:
            self._wide = wide
            self._grid.removeItem(self._right)
            self._grid.addLayout(self._right, 1 if wide else 2, 2 if wide else 0, 1, 1 if wide else 3)
        # The 30-day low price is required by law: where the first row is short, it has a row to itself.
        self.low.setVisible(bool(self._item and self._item.low_note) and width < px(_ROOMY))
        priced = self._item is not None and bool(self._item.price)
        stock = px(172) if wide and priced else 0
        self.stock.setMinimumWidth(stock)
        self.stock.setMaximumWidth(stock or _ANY_WIDTH)
        points = "m" if width >= px(_PICTURE) else "s"
        for label in self.points:
            set_look(label, "textsize", points)
        self._grid.setColumnStretch(2, 0)
        beside = self.thumbnail.sizeHint().width() + SPACE_L if priced else 0
        room = width - stock - beside - 3 * SPACE_L - 2
        self._fit_prices(room)
        self._fit_height()

    def _fit_height(self) -> None:
        """Leave out what a low card has no room for: the footnote first, then second lines of the points, then points
        from the last one up. What is shown is never cut in its height.
        """
        item = self._item
        if item is None:
            return
        count = min(len(item.points), MAX_POINTS)
        roomy = self.height() >= self._theme.px(280)
        self._middle.setSpacing(SPACE_S if roomy else SPACE_S // 2)
        less = [(shown, 1, False) for shown in range(count, -1, -1)]
        for shown, lines, footnote in ((count, 2, True), (count, 2, False), *less):
            self.footnote.setVisible(footnote and bool(item.footnote))
            for index, label in enumerate(self.points):
                label.setVisible(index < shown)
                label.set_lines(lines)
            rest = item.points[shown:]
            self.more_points.setText(self.tr("and {n} more").format(n=len(rest)))
            self.more_points.setToolTip(tooltip_text("\n".join(rest)))
            self.more_points.setVisible(bool(rest))
            if self._wanted() <= self.height():
                return

    def _wanted(self) -> int:
        margins = self.body.contentsMargins()
        inside = self.width() - margins.left() - margins.right()
        # A layout in a layout remembers its sizes until the next turn of the loop; here they are needed now.
        for layout in (self._middle, self._right, self._grid):
            layout.invalidate()
        return self._grid.minimumHeightForWidth(inside) + margins.top() + margins.bottom()

    def _fit_prices(self, room: int) -> None:
        """The price before is left out where it does not fit: the 30-day low below says it in words."""
        item = self._item
        if item is None or not item.struck:
            return
        wanted = sum(x.sizeHint().width() for x in (self.price, self.struck)) + 2 * SPACE_M
        wanted += self.promo.sizeHint().width() if item.promo else 0
        self.struck.setVisible(wanted <= room or not self.low.isVisibleTo(self))

    def _show_points(self, points: tuple[str, ...]) -> None:
        for index, label in enumerate(self.points):
            has = index < len(points)
            label.setText(clean_text(points[index], 300) if has else "")
            label.setVisible(has)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(SPACE_S)
        top.addWidget(self.pinned)
        top.addWidget(self.plan, 1)
        prices = QHBoxLayout()
        prices.setSpacing(SPACE_M)
        for label in (self.price, self.struck, self.promo):
            prices.addWidget(label, 0, Qt.AlignmentFlag.AlignVCenter)
        prices.addStretch(1)
        middle = self._middle = QVBoxLayout()
        middle.setSpacing(SPACE_S)
        middle.addLayout(top)
        middle.addWidget(self.title)
        middle.addLayout(prices)
        middle.addWidget(self.low)
        middle.addSpacing(2)
        for label in (*self.points, self.more_points, self.footnote):
            middle.addWidget(label)
        middle.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(SPACE_M)
        right.addWidget(self.stock)
        self.actions_row.addStretch(1)
        right.addLayout(self.actions_row)
        right.addStretch(1)
        self.stock.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._content = QWidget()
        grid = QGridLayout(self._content)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE_L)
        grid.setVerticalSpacing(SPACE_S)
        self.warnings.setSpacing(SPACE_S)
        grid.addLayout(self.warnings, 0, 0, 1, 3)
        grid.addWidget(self.thumbnail, 1, 0, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(middle, 1, 1)
        grid.addLayout(right, 1, 2)
        self._right = right
        grid.setColumnStretch(1, 3)
        self._grid = grid
        self._pages = QStackedLayout()
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self._content)
        self.body.addLayout(self._pages)

    def add_action(self, button: QPushButton) -> None:
        """Put a button under the stock, e.g. Unpin."""
        self.actions_row.insertWidget(self.actions_row.count() - 1, button)


class WarningBanner(Card):
    """An amber line with a sign and a sentence, and a slot for a button."""

    def __init__(self, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__("card-warning", parent, margin=SPACE_S)
        self.row = QHBoxLayout()
        self.row.setSpacing(SPACE_S)
        self.row.addWidget(PlainLabel("⚠", tone="warning", strong=True), 0, Qt.AlignmentFlag.AlignTop)
        self.sentence = PlainLabel(clean_text(sentence), tone="warning", wrap=True)
        self.row.addWidget(self.sentence, 1)
        self.body.addLayout(self.row)
        self.setAccessibleName(self.tr("Warning"))
        self.setAccessibleDescription(sentence)
