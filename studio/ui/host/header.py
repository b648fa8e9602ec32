"""The strip at the top of the On air workspace: whether we are live, on time, sold, sent, and connected."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from studio.control.ports import StreamState
from studio.domain.lineup import ItemStatus
from studio.domain.rundown import Rundown
from studio.domain.show import ShowPhase
from studio.ui.actions import Actions
from studio.ui.host.broadcast import BroadcastPill
from studio.ui.host.links import LinkNames, LinkPill, LinkRow
from studio.ui.keyguard import FocusKeys
from studio.ui.models.live_show import LiveShow
from studio.ui.studio import Link, LinkStatus, Sending
from studio.ui.texts import Texts, offset, running
from studio.ui.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from studio.ui.widgets.buttons import ActionButton, HoldButton
from studio.ui.widgets.cards import Card, Stat
from studio.ui.widgets.clock import age_text
from studio.ui.widgets.labels import ElidedLabel, PlainLabel, tooltip_text
from studio.ui.widgets.text import clean_text

NowMs = Callable[[], int | None]
BEHIND_MS: Final = 60_000
SOON_MS: Final = 100
"""What changes many times a second is shown ten times a second."""
_LEVELS: Final = 9
_NO_CAP, _NO_AVERAGE, _NO_WORD, _NO_BASKET, _COLLECTED, _NO_TIME, _SHORT, _NO_SALES = range(1, _LEVELS)
"""What is left out from a level on, the least important first."""


class OnAirDot(QWidget):
    """The lamp: red while on air, an empty ring before and after."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lit = False
        self.setFixedSize(theme.px(12), theme.px(12))
        theme.changed.connect(self.update)

    def light(self, lit: bool) -> None:
        """Switch it on or off."""
        if lit != self._lit:
            self._lit = lit
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            colour = self._theme.colour("on_air") if self._lit else self._theme.colour("muted")
            painter.setPen(Qt.PenStyle.NoPen if self._lit else colour)
            painter.setBrush(colour if self._lit else QColor(0, 0, 0, 0))
            painter.drawEllipse(self.rect().adjusted(1, 1, -2, -2))


class SentButton(QPushButton):
    """What is on its way, as a figure that can be pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("variant", "bare")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.stat = Stat(size="m")
        self.stat.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        inside = QHBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.stat)

    def sizeHint(self) -> QSize:  # noqa: D102
        return self.stat.sizeHint() + QSize(4, 0)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return self.sizeHint()


class Header(Card):
    """The strip. What changes is shown within 100 ms; `tick` moves the clocks.

    Where the room is short it says less, the least important first. `outbox_asked` carries where a popover should
    open; `token_asked` the connection that needs one.
    """

    outbox_asked = Signal(QPoint)
    token_asked = Signal(object)

    def __init__(
        self,
        show: LiveShow,
        actions: Actions,
        theme: Theme,
        keys: FocusKeys,
        texts: Texts,
        now_ms: NowMs,
        wall_ms: Callable[[], int],
        plan: Callable[[], Rundown],
        names: LinkNames,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("card", parent, margin=SPACE_S)
        self._show, self._texts, self._now_ms, self._wall_ms = show, texts, now_ms, wall_ms
        self._theme, self._plan, self._names = theme, plan, names
        self._level = 0
        self._fitted: object = None
        self._said: object = None
        self._phase = show.state.phase
        self.setAccessibleName(self.tr("Health of the show"))
        self.dot = OnAirDot(theme)
        self.phase = PlainLabel("", size="l", strong=True)
        self.clock = PlainLabel("", size="l", tone="muted", strong=True)
        self.start = ActionButton(actions["show.start"], variant="primary")
        self.end = HoldButton(actions["show.end"], theme, keys)
        self.title = ElidedLabel("", size="m", strong=True)
        self.place = ElidedLabel("", tone="muted")
        self.plan = Stat(size="m")
        self.viewers = Stat(size="m")
        self.sales = Stat(size="m")
        self.sent_button = SentButton()
        self.sent = self.sent_button.stat
        self.broadcast = BroadcastPill(texts)
        self.links = LinkRow(names)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self.tick)
        self._lay_out()
        self.sent_button.clicked.connect(self._ask_outbox)
        self.links.asked.connect(self._pressed)
        # Viewers and sales move with the clock.
        for changed in (show.outbox_changed, show.links_changed):
            changed.connect(self._later)
        show.links_changed.connect(self._count_dropped)
        show.show_changed.connect(self._show_changed)
        theme.changed.connect(self._later)
        self.tick()

    @property
    def pills(self) -> dict[str, LinkPill]:
        """The pills of the connections by kind and name (`channel:live`)."""
        return self.links.pills

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(SPACE_L)
        row.setContentsMargins(SPACE_S - 2, 0, SPACE_S - 4, 0)
        on_air = QHBoxLayout()
        on_air.setSpacing(SPACE_S)
        for widget in (self.dot, self.phase, self.clock, self.start):
            on_air.addWidget(widget)
        names = QVBoxLayout()
        names.setSpacing(1)
        names.addStretch(1)
        names.addWidget(self.title)
        names.addWidget(self.place)
        names.addStretch(1)
        row.addLayout(on_air)
        row.addLayout(names, 1)
        for stat in (self.plan, self.viewers, self.sales, self.sent):
            stat.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._parts: tuple[QWidget, ...] = (
            self.plan, self.viewers, self.sales, self.sent_button, self.broadcast, self.links, self.end,
        )  # fmt: skip
        for widget in self._parts:
            row.addWidget(widget)
        self.body.addLayout(row)
        # Its own level says what fits; the layout must not widen the window for it.
        self.body.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(self._theme.px(900), self._theme.px(54))

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(self._theme.px(600), self._theme.px(54))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._fit()

    def _show_changed(self) -> None:
        # Whether the show is on air is never old, not even for a tenth of a second.
        if self._show.state.phase is not self._phase:
            self.tick()
        else:
            self._later()

    def _count_dropped(self) -> None:
        stream = self._stream
        if stream is not None:
            self.broadcast.dropped.take(stream, self._wall_ms())

    def _later(self, *_what: object) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def tick(self) -> None:
        """Bring every figure up to now."""
        state = self._show.state
        self._phase = state.phase
        now = self._now_ms()
        on_air = state.phase is ShowPhase.ON_AIR
        self.dot.light(on_air)
        self.phase.setText(
            {
                ShowPhase.PLANNED: self.tr("OFF AIR"),
                ShowPhase.ON_AIR: self.tr("ON AIR"),
                ShowPhase.ENDED: self.tr("ENDED"),
            }[state.phase]
        )
        self.phase.set_tone("" if on_air else "muted")
        self.start.setVisible(state.phase is ShowPhase.PLANNED)
        self.clock.setVisible(state.started_at_ms is not None)
        if state.started_at_ms is not None:
            until = state.ended_at_ms if state.ended_at_ms is not None else now
            self.clock.setText("–" if until is None else running(until - state.started_at_ms))
        self.title.setText(clean_text(state.title, 120))
        self._tick_place()
        self._tick_plan(now)
        self._tick_sent(now)
        self._fit()

    def _fit(self) -> None:
        """Say as much as the width allows."""
        links = tuple(s.link for s in self._show.links.values())
        stream = self._stream
        live = stream and (stream.streaming, stream.recording, stream.reconnecting)
        where = (self.width(), self._theme.scale, self._show.state.phase, links, live)
        # Saying more again is tried only when something else than a figure changed: nothing flickers.
        if where != self._fitted:
            self._fitted = where
            self._level = 0
        self._show_level(self._level)
        stats = (self.plan, self.viewers, self.sales, self.sent)
        texts = (len(s.value.text()) << 8 | len(s.caption.text()) for s in stats)
        said = (where, self._level, len(self.broadcast.text()), *texts)
        if said == self._said:
            return
        self._said = said
        while self._level < _LEVELS - 1 and self._wanted() > self.width():
            self._show_level(self._level + 1)

    def _wanted(self) -> int:
        """The width that all of it needs, with room for the first words of the title."""
        margins = self.body.contentsMargins()
        shown = [w for w in self._parts if w.isVisibleTo(self)]
        lamp = [w for w in (self.dot, self.phase, self.clock, self.start) if w.isVisibleTo(self)]
        wide = sum(w.sizeHint().width() for w in (*shown, *lamp)) + (len(lamp) - 1) * SPACE_S
        wide += (len(shown) + 1) * SPACE_L + margins.left() + margins.right() + 2 * SPACE_S
        title = min(self.title.sizeHint().width(), self._theme.px(220))
        return wide + (title if self._level < _LEVELS - 1 else self._theme.px(60))

    def _show_level(self, level: int) -> None:
        self._level = level
        on_air = self._show.state.phase is ShowPhase.ON_AIR
        self._tick_viewers(level)
        self._tick_sales(level)
        self.end.setVisible(on_air)
        self.end.shorten(self.tr("End") if level >= _SHORT else "", cap=level < _NO_CAP)
        less = 0 if level < _COLLECTED else 1 if level < _SHORT else 2
        self.broadcast.show_stream(self._stream, self._wall_ms(), level=less)
        self.links.show_links(self._show.links, less)
        self.sales.setVisible(level < _NO_SALES)

    def _tick_place(self) -> None:
        state = self._show.state
        done = sum(1 for s in state.statuses.values() if s in (ItemStatus.DONE, ItemStatus.ON_AIR))
        text = self.tr("{n} of {all} items").replace("{n}", str(done)).replace("{all}", str(len(state.items)))
        self.place.setText(text)

    def _tick_plan(self, now: int | None) -> None:
        state = self._show.state
        self.plan.setVisible(state.phase is ShowPhase.ON_AIR)
        if state.phase is not ShowPhase.ON_AIR:
            return
        if now is None:
            self.plan.show_value("–", self.tr("plan"))
            return
        times = self._plan()
        behind = times.offset_ms >= 0
        self.plan.show_value(
            offset(times.offset_ms),
            self.tr("behind") if behind else self.tr("ahead"),
            "warning" if times.offset_ms > BEHIND_MS else "",
        )
        ends = self._texts.clock(times.projected_end_ms)
        self.plan.setToolTip(tooltip_text(self.tr("The show will end at {time}").replace("{time}", ends)))

    def _tick_viewers(self, level: int) -> None:
        show = self._show
        peak, now = show.peak, self._now_ms()
        average = None if now is None else show.average_viewers(now)
        words: list[str] = [self.tr("viewers")] if level < _NO_WORD or peak is None else []
        if peak:
            text = self.tr("peak {n} at {time}") if level < _NO_TIME else self.tr("peak {n}")
            words.append(
                text.replace("{n}", self._texts.number(peak[0])).replace("{time}", self._texts.clock(peak[1]))
            )
        mean = ""
        if average is not None:
            mean = self.tr("average {n}").replace("{n}", self._texts.number(average))
            if level < _NO_AVERAGE:
                words.append(mean)
        silent = self._silent_channels()
        number = self._texts.number(show.viewers)
        self.viewers.show_value(
            f"≥ {number}" if silent and show.viewers is not None else number, " · ".join(words)
        )
        lines = [*self._channel_lines(silent), mean]
        self.viewers.setToolTip(tooltip_text("\n".join(line for line in lines if line)))

    @property
    def _stream(self) -> StreamState | None:
        """The broadcast; of several stages, that which streams."""
        states = self._show.streams.values()
        return max(states, key=lambda s: (s.reconnecting, s.streaming, s.recording), default=None)

    def _silent_channels(self) -> list[str]:
        """Channels of the show that do not tell how many watch there."""
        told = self._show.viewers_by_channel
        return [s.name for s in self._show.links.values() if s.kind == "channel" and s.name not in told]

    def _channel_lines(self, silent: list[str]) -> list[str]:
        line, names = self.tr("{channel}: {n}"), self._names
        lines = [
            line.replace("{n}", self._texts.number(viewers)).replace("{channel}", names.channel(channel))
            for channel, viewers in self._show.viewers_by_channel.items()
        ]
        lines += [
            self.tr("{channel}: not told").replace("{channel}", names.channel(channel)) for channel in silent
        ]
        together = self.tr("All channels together, since the show started.")
        least = self.tr("At least so many: those that are not told are not counted, nor taken for none.")
        return [*lines, together, least] if silent and lines else [*lines, together]

    def _tick_sales(self, level: int) -> None:
        figures = self._show.sales
        count = self._texts.number(figures.orders)
        caption = self.tr("{n} orders · avg {basket}") if level < _NO_BASKET else self.tr("{n} orders")
        basket = self._texts.money(figures.average_basket)
        self.sales.show_value(
            self._texts.money(figures.gross), caption.replace("{n}", count).replace("{basket}", basket)
        )
        known = self.tr("This show's own orders: by its link or its codes. Average basket {basket}.")
        self.sales.setToolTip(tooltip_text(known.replace("{basket}", basket)))

    def _tick_sent(self, now: int | None) -> None:
        rows = list(self._show.outbox.values())
        waiting = [r for r in rows if r.sending in (Sending.WAITING, Sending.HELD) or r.unsure]
        heard, tone = self._shop_heard(now)
        if waiting:
            self.sent.show_value(self.tr("⚠ {n} waiting").replace("{n}", str(len(waiting))), heard, "warning")
        elif rows:
            self.sent.show_value(self.tr("Sending {n}…").replace("{n}", str(len(rows))), heard)
        else:
            self.sent.show_value(self.tr("All sent"), heard, "next")
        self.sent.caption.set_tone(tone)
        sentences = dict.fromkeys(clean_text(r.sentence, 300) for r in waiting if r.sentence)
        tip = "\n".join(sentences) or self.tr(
            "Everything that was decided has reached the shop and the channels."
        )
        self.sent_button.setToolTip(tooltip_text(tip))
        self.sent_button.setAccessibleName(self.tr("Outbox: {n} not sent yet").replace("{n}", str(len(rows))))
        self.sent_button.updateGeometry()

    def _shop_heard(self, now: int | None) -> tuple[str, str]:
        shop = next((s for s in self._show.links.values() if s.kind == "shop"), None)
        if shop is None or shop.heard_wall_ms is None:
            return self.tr("shop: no answer yet"), "muted"
        if now is None:
            return self.tr("shop's clock unknown"), "warning"
        passed = self._wall_ms() - shop.heard_wall_ms
        age = age_text(passed) if passed >= 1000 else self.tr("just now")
        well = shop.link in (Link.OK, Link.CONNECTING)
        return self.tr("shop {age}").replace("{age}", age), "muted" if well else "warning"

    def _pressed(self, status: LinkStatus | None) -> None:
        if status is not None and status.link is Link.ASKING:
            self.token_asked.emit(status)
        else:
            self._ask_outbox()

    def _ask_outbox(self) -> None:
        corner = self.sent_button.mapToGlobal(self.sent_button.rect().bottomLeft())
        self.outbox_asked.emit(corner + QPoint(0, SPACE_M))
