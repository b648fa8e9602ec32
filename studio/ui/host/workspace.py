"""The On air workspace: health on top, line-up left, stage and charts in the middle, questions and chat right."""

import asyncio
import itertools
import math
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QSplitter, QVBoxLayout, QWidget

from studio.domain.commands import (
    ClearStage,
    EndShow,
    NextItem,
    PinItem,
    PinProduct,
    PreviousItem,
    Redo,
    ResolveUnsure,
    Unpin,
)
from studio.domain.ids import uuid7
from studio.domain.lineup import item_of
from studio.domain.product import Product
from studio.ui.actions import Actions
from studio.ui.command_palette import PaletteEntry
from studio.ui.dialogs import Field, ask, hold_to_confirm
from studio.ui.host.canned import CannedAnswers
from studio.ui.host.charts_panel import ChartsPanel
from studio.ui.host.chat_panel import ChatPanel
from studio.ui.host.deciding import Deciding
from studio.ui.host.header import Header
from studio.ui.host.instead import alternative_entries
from studio.ui.host.lineup_delegate import PICTURE
from studio.ui.host.lineup_panel import LineUpPanel
from studio.ui.host.links import STAGE, LinkNames
from studio.ui.host.outbox_popover import OutboxPopover
from studio.ui.host.pictures import Pictures
from studio.ui.host.possible import Possible
from studio.ui.host.programme_preview import Look, ProgrammePreview
from studio.ui.host.promo_bar import PromoBar
from studio.ui.host.promo_form import PromoForm
from studio.ui.host.question_panel import QuestionPanel
from studio.ui.host.stage_panel import StagePanel
from studio.ui.host.starting import BeforeStart, Starting
from studio.ui.host.stock_watch import StockWatch
from studio.ui.keyguard import EscapeLadder, FocusKeys, SpaceGuard
from studio.ui.models.chat_source import ChatWindow
from studio.ui.models.lineup_model import LineUpModel
from studio.ui.models.live_show import LiveShow
from studio.ui.models.question_model import QuestionModel
from studio.ui.studio import LinkStatus, Notice, Studio
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_S, Theme
from studio.ui.widgets.buttons import HoldButton
from studio.ui.widgets.island import Island
from studio.ui.widgets.text import clean_text

_TICK_MS: Final = 500
"""The shortest time between two ticks, for a rehearsal that runs fast; at the pace of a show one a second is enough."""
_SEARCH_MS: Final = 150
_CHAT_AT_ONCE: Final = 400
_ENTRIES: Final = 12


class HostWorkspace(QWidget):
    """One open show in front of its host. `notice` carries sentences; `ended` says that the show was ended here."""

    notice = Signal(object)
    ended = Signal()

    # long: makes every panel of the workspace, a line each; taken apart it would only be harder to read
    def __init__(
        self,
        studio: Studio,
        show: LiveShow,
        actions: Actions,
        theme: Theme,
        keys: FocusKeys,
        texts: Texts,
        tasks: Tasks,
        *,
        monotonic_ms: Callable[[], int],
        canned_file: Path,
        low_stock: int = 10,
        names: LinkNames | None = None,
        programme: Look | None = None,
        preview: bool = True,
        keep_preview: Callable[[bool], None] = lambda _wanted: None,
        wall_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        before_start: BeforeStart | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._studio, self._show, self._actions, self._tasks = studio, show, actions, tasks
        self._theme, self._keys, self._texts, self._wall_ms = theme, keys, texts, wall_ms
        self.setAccessibleName(self.tr("On air"))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        now_ms = studio.clock.now_ms
        self._now_ms = now_ms
        self.deciding = Deciding(
            studio, tasks, self.notice.emit, self._deliberate, monotonic_ms, show.make_way
        )
        self.starting = Starting(self.deciding, before_start)
        self.undo_elsewhere: Callable[[], bool] = lambda: False
        canned = CannedAnswers.read(canned_file, show.state.language)
        self.lineup_model = LineUpModel(show, studio.clock.best_ms())
        self.question_model = QuestionModel(show, studio.clock.best_ms())
        self.chat_source = ChatWindow(
            lambda after, limit: studio.chat_after(show.state.id, after, limit), tasks, self
        )
        # As many pixels as the screen shows: hundreds of them are kept.
        pictures = Pictures(studio, tasks, math.ceil(theme.px(PICTURE) * self.devicePixelRatioF()), self)
        self._names = names or LinkNames()
        self.header = Header(
            show, actions, theme, keys, texts, now_ms, wall_ms, lambda: self.lineup_model.rundown, self._names
        )
        self.preview = ProgrammePreview(
            show, actions, theme, tasks, programme, wanted=preview, keep=keep_preview
        )
        self.lineup = LineUpPanel(
            show,
            self.lineup_model,
            self.deciding,
            actions,
            theme,
            texts,
            pictures,
            self._find_products,
            low_stock,
        )
        self.stage = StagePanel(show, actions, theme, texts, pictures, now_ms, low_stock)
        self.charts = ChartsPanel(show, actions, theme, texts, show.state.time_zone, now_ms)
        self.questions = QuestionPanel(self.question_model, self.deciding, actions, theme, canned, now_ms)
        self.chat = ChatPanel(show, self.chat_source, self.deciding, actions, theme, texts, canned, now_ms)
        self.promos = PromoBar(show, self.deciding, actions, theme, texts, now_ms)
        self.promo_form = PromoForm(self.deciding, texts, self)
        self.splitters = self._lay_out()
        self.stock_watch = StockWatch(show, texts, low_stock, self.notice.emit, self)
        self.possible = Possible(
            show,
            actions,
            now_ms,
            lambda: bool(self.questions.selected_id),
            lambda: self.lineup.selected_row >= 0,
            self,
        )
        self._space = SpaceGuard(self, keys)
        self._escape = EscapeLadder(self, actions["unpin"], keys)
        keys.add(self._inner_keys)
        self.destroyed.connect(lambda: keys.remove(self._inner_keys))
        self._search = QTimer(self)
        self._wanted: tuple[str, Callable[[list[Product]], None]] = ("", lambda _found: None)
        self._ticker = QTimer(self)
        self._connect()
        self._first_chat()

    def _lay_out(self) -> dict[str, QSplitter]:
        middle = QSplitter(Qt.Orientation.Vertical)
        middle.addWidget(Island(self.stage))
        middle.addWidget(Island(self.charts))
        # The card keeps its height as long as it can; the charts take what the window gives or wants back.
        middle.setStretchFactor(0, 0)
        middle.setStretchFactor(1, 1)
        right = QSplitter(Qt.Orientation.Vertical)
        right.addWidget(Island(self.questions))
        right.addWidget(Island(self.chat))
        left = QWidget()
        line_up = QVBoxLayout(left)
        line_up.setContentsMargins(0, 0, 0, 0)
        line_up.setSpacing(SPACE_S)
        line_up.addWidget(Island(self.lineup), 1)
        line_up.addWidget(self.preview)
        columns = QSplitter(Qt.Orientation.Horizontal)
        for widget, stretch in ((left, 24), (middle, 50), (right, 26)):
            columns.addWidget(widget)
            columns.setStretchFactor(columns.count() - 1, stretch)
        columns.setSizes([330, 716, 374])
        middle.setSizes([350, 320])
        right.setSizes([330, 370])
        right.setStretchFactor(0, 4)
        right.setStretchFactor(1, 5)
        for splitter in (columns, middle, right):
            splitter.setHandleWidth(SPACE_S)
            splitter.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        column.setSpacing(SPACE_S)
        column.addWidget(Island(self.header))
        column.addWidget(columns, 1)
        column.addWidget(self.promos)
        return {"columns": columns, "middle": middle, "right": right}

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self.preview.fit_into(self.height())

    def _connect(self) -> None:
        on, give = self._actions.on, self.deciding.give
        on("show.start", self.starting.start)
        on("show.end", self._end)
        on("item.next", lambda: give(NextItem()))
        on("item.previous", lambda: give(PreviousItem()))
        on("unpin", lambda: give(Unpin()))
        on("stage.clear", lambda: give(ClearStage()))
        on("promo.issue", self._issue_promo)
        on("undo", lambda: None if self.undo_elsewhere() else self.deciding.undo())
        on("redo", lambda: None if self.undo_elsewhere() else give(Redo()))
        self.stage.pin_asked.connect(give)
        self.questions.reply_asked.connect(self._reply_to)
        self.questions.selected.connect(self._question_selected)
        self.header.outbox_asked.connect(self._show_outbox)
        self.header.token_asked.connect(self._ask_token)
        self.questions.selected.connect(self.possible.refresh_selection)
        self.lineup.item_selected.connect(self.possible.refresh_selection)
        self.lineup.left.connect(self.setFocus)
        self.promo_form.closed.connect(self.setFocus)
        self.chat.message_picked.connect(self.questions.clear_selection)
        # The innermost last: it is asked first.
        for closer in (
            self.chat.leave_target,
            self.lineup.clear_selection,
            self.questions.clear_selection,
            self.chat.clear_selection,
            self.charts.leave_reading,
            self.lineup.leave_search,
            self.promo_form.close_form,
        ):
            self._escape.add(closer)
        self._search.setSingleShot(True)
        self._search.setInterval(_SEARCH_MS)
        self._search.timeout.connect(self._search_now)
        self._ticker.setSingleShot(True)
        # A coarse timer may be early, and then fires twice a second.
        self._ticker.setTimerType(Qt.TimerType.PreciseTimer)
        self._ticker.timeout.connect(self._on_second)
        self._on_second()
        for button in self.findChildren(QAbstractButton):
            # A click leaves the focus where it was: no key meant for the show goes to a button.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _inner_keys(self, watched: QWidget, event: QKeyEvent) -> bool:
        """Keys of what is open inside the workspace, and Return on a button that Tab has reached."""
        if event.type() != QEvent.Type.KeyPress or QApplication.activePopupWidget() is not None:
            return False
        if event.key() == Qt.Key.Key_Escape and not event.isAutoRepeat():
            if self.promo_form.isVisible() and self.promo_form.isAncestorOf(watched):
                return self.promo_form.close_form()
            if watched in (self.lineup.search, self.lineup.results):
                self.lineup.leave_search()
                self.setFocus()
                return True
            return False
        pressed = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers()
        mine = self.isAncestorOf(watched) and not self.promo_form.isAncestorOf(watched)
        if pressed and mine and isinstance(watched, QAbstractButton) and not isinstance(watched, HoldButton):
            if not event.isAutoRepeat():
                watched.click()
            return True
        return False

    def _on_second(self) -> None:
        """Just after each full second of the shop's clock, as far as it does not run faster than an eye."""
        self.tick()
        clock = self._studio.clock
        wait = (1000 - clock.best_ms() % 1000) / max(0.1, clock.rate)
        self._ticker.start(round(min(1000.0, max(float(_TICK_MS), wait + 5))))

    def tick(self) -> None:
        """Whatever shows time moves on to now."""
        now = self._studio.clock.best_ms()
        self.lineup_model.refresh_times(now, sure=self._now_ms() is not None)
        self.lineup.tick()
        self.possible.refresh_time()
        for part in (self.header, self.stage, self.charts, self.questions, self.chat, self.promos):
            part.tick()

    def refresh(self) -> None:
        """Bring everything up to now at once, instead of at the next tick."""
        self.tick()

    # --- acts -------------------------------------------------------------------------------------------------

    def _end(self) -> None:
        async def end() -> None:
            if await self.deciding.do(EndShow()):
                self.ended.emit()

        self.deciding.run(end(), "end show")

    def _issue_promo(self) -> None:
        if self.promo_form.isVisible():
            # The second press of the key issues what the form offers: two presses in all.
            self.promo_form.act()
            return
        self.promo_form.open_for(self._show.state)

    async def _deliberate(self, sentence: str) -> bool:
        action = self._actions.passing("item.deliberate", self.tr("Hold to pin it all the same"))
        return await hold_to_confirm(self, self._theme, self._keys, self.tr("Sold out"), sentence, action)

    def _reply_to(self, question_id: str, text: str) -> None:
        row = self.questions.row(question_id)
        if row is not None:
            self.chat.reply_to_question(row.question, text)

    def _question_selected(self, question_id: str) -> None:
        row = self.questions.row(question_id) if question_id else None
        self.chat.reply_to_question(row.question if row else None, focus=False)

    # --- the outbox and tokens --------------------------------------------------------------------------------

    def _show_outbox(self, where: QPoint) -> None:
        popover = OutboxPopover(self._show, self._theme, self._wall_ms, self._names, self)
        popover.resolve_asked.connect(self._resolve)
        popover.token_asked.connect(self._ask_token)
        popover.open_at(where)

    def _resolve(self, effect_id: str, resend: bool) -> None:
        self.deciding.give(ResolveUnsure(effect_id, resend))

    def _ask_token(self, status: LinkStatus) -> None:
        self.deciding.run(self._token_form(status), "ask for a token")

    async def _token_form(self, status: LinkStatus) -> None:
        stage = status.kind == STAGE
        title = self.tr("Password for {name}") if stage else self.tr("Token for {name}")
        label = self.tr("Password") if stage else self.tr("Token")
        answers = await ask(
            self,
            title.replace("{name}", self._names.of(status)),
            (Field("token", label, secret=True, check=partial(self._token_check, stage)),),
            self.tr("Use it"),
            sentence=clean_text(status.sentence, 300),
        )
        if answers:
            target = "shop" if status.kind == "shop" else f"{status.kind}:{status.name}"
            self.notice.emit(Notice("ok", await self._studio.give_token(target, answers["token"]), "token"))

    def _token_check(self, password: bool, text: str) -> str | None:
        if text.strip():
            return None
        return self.tr("Enter the password first.") if password else self.tr("Paste the token first.")

    # --- reading ----------------------------------------------------------------------------------------------

    def product_entries(self, words: str) -> list[PaletteEntry]:
        """What the palette offers to pin: items of the line-up first, then products of the shop."""
        asked, show = words.casefold(), self._show
        found = [i for i in show.state.items if asked in i.title.casefold() or asked in i.sku.casefold()]
        planned = {i.product_id for i in show.state.items}
        others = (p for p in show.products.values() if p.id not in planned and asked in p.title.casefold())
        commands: list[tuple[str, str, PinItem | PinProduct]] = [
            (i.title, self.tr("in the line-up"), PinItem(i.id)) for i in found[:_ENTRIES]
        ]
        commands += [
            (p.title, self._texts.money(p.price), PinProduct(item_of(p, uuid7, show.state.currency)))
            for p in itertools.islice(others, max(0, _ENTRIES - len(commands)))
        ]
        pattern = self.tr("Pin {title}")
        return alternative_entries(show, asked, give := self.deciding.give) + [
            PaletteEntry(pattern.replace("{title}", title), detail, partial(give, command))
            for title, detail, command in commands
        ]

    def _find_products(self, words: str, take: Callable[[list[Product]], None]) -> None:
        self._wanted = (words, take)
        self._search.start()

    def _search_now(self) -> None:
        words, take = self._wanted

        async def search() -> None:
            found = await self._studio.search_products(words, 30)
            if self._wanted[0] == words:
                take(found)

        self.deciding.run(search(), "search products")

    def _first_chat(self) -> None:
        async def load() -> None:
            rows = await self._studio.chat_page(self._show.state.id, None, _CHAT_AT_ONCE)
            self.chat.seed_rate(rows)
            self.chat_source.open_at(rows, self._show.chat_count)
            self.chat.view.set_source(self.chat_source)

        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return
        self.deciding.run(load(), "first chat")
