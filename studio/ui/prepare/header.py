"""The head of Prepare: which show, when, where it sells, and what can be done with the plan."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout

from studio.domain.show import ShowPhase
from studio.ui.host.links import LinkNames, link_word
from studio.ui.models.live_show import LiveShow
from studio.ui.studio import Link
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_S
from studio.ui.widgets.cards import Card
from studio.ui.widgets.clock import age_text
from studio.ui.widgets.labels import ElidedLabel, Pill, tooltip_text
from studio.ui.widgets.text import clean_text

_TICK_MS: Final = 1_000
_SHOP: Final = "shop"
_NAMED: Final = 4


class PrepareHeader(Card):
    """Title, day and time, channels; how the shop is; the buttons. It emits what a person wants."""

    details_wanted = Signal()
    import_wanted = Signal()
    promos_wanted = Signal()
    stock_wanted = Signal()
    rehearsal_wanted = Signal()
    go_live_wanted = Signal()

    def __init__(
        self,
        live: LiveShow,
        texts: Texts,
        names: LinkNames,
        wall_ms: Callable[[], int],
        export_menu: QMenu | None = None,
    ) -> None:
        super().__init__("card", margin=SPACE_S)
        self._live, self._texts, self._names, self._wall_ms = live, texts, names, wall_ms
        self.setAccessibleName(self.tr("Show being prepared"))
        self.title = ElidedLabel("", size="l", strong=True)
        self.template = Pill(self.tr("TEMPLATE"), "accent")
        self.rehearsal = Pill(self.tr("REHEARSAL"), "warning")
        self.when = ElidedLabel("", tone="muted")
        self.shop = Pill("", "ok")
        self.details = self._button(
            self.tr("Details…"), self.tr("Change title, date, length, channels and series")
        )
        self.promos = self._button(
            self.tr("Promo codes…"), self.tr("All planned codes, their windows and conflicts")
        )
        self.stock = self._button(
            self.tr("Stock check…"), self.tr("Expected demand against what can be sold")
        )
        self.imports = self._button(self.tr("Import…"), self.tr("Read a line-up from CSV, Excel or JSON"))
        self.exports = self._button(
            self.tr("Export"), self.tr("Write the line-up, or a run sheet to print or send")
        )
        self.rehearse = self._button(
            self.tr("Rehearse"),
            self.tr("Play this line-up against a demo shop, sealed off from the real one"),
        )
        self.go_live = self._button(self.tr("Go live…"), self.tr("Look at what is open, then go on air"))
        self.go_live.setProperty("variant", "primary")
        if export_menu is not None:
            self.exports.setMenu(export_menu)
        self.exports.setVisible(export_menu is not None)
        self._lay_out()
        self.details.clicked.connect(self.details_wanted)
        self.imports.clicked.connect(self.import_wanted)
        self.promos.clicked.connect(self.promos_wanted)
        self.stock.clicked.connect(self.stock_wanted)
        self.rehearse.clicked.connect(self.rehearsal_wanted)
        self.go_live.clicked.connect(self.go_live_wanted)
        live.show_changed.connect(self.refresh)
        live.lineup_changed.connect(self.refresh)
        live.links_changed.connect(self._tell_shop)
        self._ticker = QTimer(self)
        self._ticker.timeout.connect(self._tell_shop)
        self.refresh()

    def _button(self, text: str, tooltip: str) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tooltip_text(tooltip))
        button.setAutoDefault(False)
        return button

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(SPACE_S)
        for widget in (self.title, self.template, self.rehearsal):
            first.addWidget(widget)
        first.addStretch(1)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addLayout(first)
        second = QHBoxLayout()
        second.setSpacing(SPACE_S)
        second.addWidget(self.when, 1)
        second.addWidget(self.shop)
        names.addLayout(second)
        self._below_title = second
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addLayout(names, 1)
        row.addSpacing(SPACE_S)
        for button in (
            self.details,
            self.imports,
            self.exports,
            self.promos,
            self.stock,
            self.rehearse,
            self.go_live,
        ):
            row.addWidget(button)
        self.body.addLayout(row)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        self._tell_shop()
        self._ticker.start(_TICK_MS)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._tell_shop()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: D102
        super().hideEvent(event)
        self._ticker.stop()

    def refresh(self) -> None:
        """Bring title, time and what is possible up to the show."""
        state = self._live.state
        self.title.setText(clean_text(state.title, 120))
        self.template.setVisible(state.template)
        self.rehearsal.setVisible(state.rehearsal)
        self.when.setText(self._when())
        planned = state.phase is ShowPhase.PLANNED
        over = state.phase is ShowPhase.ENDED
        self.details.setEnabled(planned)
        self.imports.setEnabled(not over)
        self.promos.setEnabled(not over)
        self.rehearse.setEnabled(bool(state.items) and not state.rehearsal)
        self.go_live.setEnabled(planned and not state.template)
        self.go_live.setText(
            self.tr("Go live…") if planned else self.tr("Show is over") if over else self.tr("On air")
        )
        self._tell_shop()

    def _when(self) -> str:
        state, texts = self._live.state, self._texts
        start = state.starts_at_ms if state.started_at_ms is None else state.started_at_ms
        if start is None:
            day = self.tr("no date yet")
        else:
            end = start + (state.planned_ms or sum(item.planned_ms for item in state.items))
            day = f"{texts.day(start)}, {texts.clock(start)}–{texts.clock(end)}"
        channels = [clean_text(self._names.channel(name), 40) for name in state.channels[:_NAMED]]
        if len(state.channels) > _NAMED:
            channels.append(self.tr("{n} more").replace("{n}", str(len(state.channels) - _NAMED)))
        return " · ".join([day, ", ".join(channels)] if channels else [day])

    def _tell_shop(self) -> None:
        shop = next((s for s in self._live.links.values() if s.kind == _SHOP), None)
        if shop is None or shop.link is not Link.OK:
            self.shop.setToolTip("")
            self.shop.setAccessibleName("")
        if shop is None:
            self.shop.show_as(self.tr("Shop: not asked yet"), "neutral")
            return
        name = clean_text(shop.name, 40)
        if shop.link is not Link.OK:
            told = self.tr("⚠ Shop: {name}, {how}").replace("{name}", name)
            self.shop.show_as(told.replace("{how}", link_word(shop.link, shop.kind)), "warning")
            return
        told = self.tr("Shop: {name}, {n} products")
        told = told.replace("{name}", name).replace("{n}", self._texts.number(len(self._live.products)))
        if shop.heard_wall_ms is not None:
            told = f"{told}, {age_text(max(0, self._wall_ms() - shop.heard_wall_ms))}"
        words = self.shop.fontMetrics()
        around = self.shop.sizeHint().width() - words.horizontalAdvance(self.shop.text())
        when = self.when.fontMetrics().horizontalAdvance(self.when.text()) + SPACE_S
        if when + words.horizontalAdvance(told) + around > self._below_title.geometry().width():
            # The date comes first: how old the stock is stands among the checks, too.
            self.shop.show_as(self.tr("Shop: {name}").replace("{name}", name), "ok")
        else:
            self.shop.show_as(told, "ok")
        self.shop.setToolTip(tooltip_text(told))
        self.shop.setAccessibleName(told)
