"""The strip at the top of the On air workspace: whether we are live, on time, sold, sent, and connected."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from studio.domain.lineup import ItemStatus
from studio.domain.rundown import rundown
from studio.domain.show import ShowPhase
from studio.ui.actions import Actions
from studio.ui.keyguard import FocusKeys
from studio.ui.models.live_show import LiveShow
from studio.ui.studio import Link, LinkStatus, Sending
from studio.ui.texts import Texts, length, offset, running
from studio.ui.theme import SPACE_L, SPACE_S, Theme
from studio.ui.widgets.buttons import ActionButton, HoldButton
from studio.ui.widgets.cards import Card, Stat
from studio.ui.widgets.labels import ElidedLabel, Pill, PlainLabel, tooltip_text
from studio.ui.widgets.text import clean_text

NowMs = Callable[[], int | None]
BEHIND_MS: Final = 60_000


class OnAirDot(QWidget):
    """The lamp: red while on air, an empty ring before and after."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lit = False
        self.setFixedSize(theme.px(12), theme.px(12))

    def light(self, lit: bool) -> None:
        """Switch it on or off."""
        if lit != self._lit:
            self._lit = lit
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = self._theme.colour("on_air") if self._lit else self._theme.colour("muted")
        painter.setPen(Qt.PenStyle.NoPen if self._lit else colour)
        painter.setBrush(colour if self._lit else QColor(0, 0, 0, 0))
        painter.drawEllipse(self.rect().adjusted(1, 1, -1, -1))


class LinkPill(QPushButton):
    """One connection: its name, and a sign when it is not well. Asks for its token when it is pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFlat(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        inside = QHBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        self.pill = Pill("", "neutral")
        self.pill.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        inside.addWidget(self.pill)
        self.status = LinkStatus("", "", Link.CONNECTING)

    def sizeHint(self) -> QSize:  # noqa: D102
        return self.pill.sizeHint()

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return self.pill.sizeHint()

    def show_link(self, status: LinkStatus) -> None:
        """Show how the connection is."""
        self.status = status
        words = {
            Link.OK: self.tr("connected"),
            Link.CONNECTING: self.tr("connecting…"),
            Link.STALE: self.tr("silent"),
            Link.DOWN: self.tr("no answer"),
            Link.ASKING: self.tr("needs a token"),
        }
        name = clean_text(status.name, 24)
        well = status.link is Link.OK
        word = words[status.link]
        text = name if well else f"⚠ {name} {word}"
        self.pill.show_as(text, "ok" if well else "neutral" if status.link is Link.CONNECTING else "warning")
        self.setToolTip(tooltip_text(clean_text(status.sentence or f"{name}: {word}", 400)))
        self.setAccessibleName(f"{name}: {word}")
        self.updateGeometry()


class Header(Card):
    """The strip. `tick` is called once a second; everything else follows the show.

    `outbox_asked` carries where a popover should open; `token_asked` the connection that needs one.
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
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("card", parent, margin=SPACE_S)
        self._show, self._texts, self._now_ms = show, texts, now_ms
        self.setAccessibleName(self.tr("Health of the show"))
        self.dot = OnAirDot(theme)
        self.phase = PlainLabel("", size="l", strong=True)
        self.clock = PlainLabel("", size="l", tone="muted", strong=True)
        self.start = ActionButton(actions["show.start"], variant="primary")
        self.end = HoldButton(actions["show.end"], theme, keys)
        self.title = ElidedLabel("", size="m", strong=True)
        self.place = ElidedLabel("", tone="muted")
        self.rehearsal = Pill(self.tr("REHEARSAL"), "warning")
        self.plan = Stat()
        self.viewers = Stat()
        self.sales = Stat()
        self.sent = Stat()
        self.sent_button = QPushButton(self)
        self.pills: dict[str, LinkPill] = {}
        self._links = QHBoxLayout()
        self._lay_out()
        for changed in (
            show.show_changed, show.viewers_changed, show.sales_changed, show.outbox_changed, show.links_changed,
        ):  # fmt: skip
            changed.connect(self.tick)
        show.links_changed.connect(self._sync_links)
        self._sync_links()
        self.tick()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(SPACE_L)
        on_air = QHBoxLayout()
        on_air.setSpacing(SPACE_S)
        for widget in (self.dot, self.phase, self.clock, self.start):
            on_air.addWidget(widget)
        names = QVBoxLayout()
        names.setSpacing(0)
        first = QHBoxLayout()
        first.setSpacing(SPACE_S)
        first.addWidget(self.title, 1)
        first.addWidget(self.rehearsal)
        names.addLayout(first)
        names.addWidget(self.place)
        row.addLayout(on_air)
        row.addLayout(names, 1)
        for stat in (self.plan, self.viewers, self.sales):
            row.addWidget(stat)
        inside = QHBoxLayout(self.sent_button)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.sent)
        self.sent.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.sent_button.setFlat(True)
        self.sent_button.setProperty("variant", "bare")
        self.sent_button.clicked.connect(self._ask_outbox)
        row.addWidget(self.sent_button)
        self._links.setSpacing(SPACE_S)
        row.addLayout(self._links)
        row.addWidget(self.end)
        self.body.addLayout(row)

    def tick(self) -> None:
        """Bring every figure up to now."""
        show, state = self._show, self._show.state
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
        self.end.setVisible(on_air)
        self.clock.setVisible(state.started_at_ms is not None)
        if state.started_at_ms is not None:
            until = state.ended_at_ms if state.ended_at_ms is not None else now
            self.clock.setText("–" if until is None else running(until - state.started_at_ms))
        self.title.setText(clean_text(state.title, 120))
        self.rehearsal.setVisible(state.rehearsal)
        self._tick_place()
        self._tick_plan(now)
        self._tick_viewers()
        figures = show.sales
        basket = self._texts.money(figures.average_basket)
        self.sales.show_value(
            self._texts.money(figures.gross),
            self.tr("{n} orders · avg {basket}")
            .replace("{n}", self._texts.number(figures.orders))
            .replace("{basket}", basket),
        )
        self._tick_sent()

    def _tick_place(self) -> None:
        state = self._show.state
        done = sum(1 for i in state.items if state.status(i.id) in (ItemStatus.DONE, ItemStatus.ON_AIR))
        text = self.tr("{n} of {all} items").replace("{n}", str(done)).replace("{all}", str(len(state.items)))
        self.place.setText(f"{text} · {self.tr('host workspace')}")

    def _tick_plan(self, now: int | None) -> None:
        state = self._show.state
        self.plan.setVisible(state.phase is ShowPhase.ON_AIR)
        if now is None or state.phase is not ShowPhase.ON_AIR:
            return
        times = rundown(state, now)
        behind = times.offset_ms >= 0
        self.plan.show_value(
            offset(times.offset_ms),
            self.tr("behind") if behind else self.tr("ahead"),
            "warning" if times.offset_ms > BEHIND_MS else "",
        )
        ends = self._texts.clock(times.projected_end_ms)
        self.plan.setToolTip(tooltip_text(self.tr("The show will end at {time}").replace("{time}", ends)))

    def _tick_viewers(self) -> None:
        peak = self._show.peak
        caption = self.tr("viewers")
        if peak:
            caption = (
                self.tr("viewers · peak {n} at {time}")
                .replace("{n}", self._texts.number(peak[0]))
                .replace("{time}", self._texts.clock(peak[1]))
            )
        self.viewers.show_value(self._texts.number(self._show.viewers), caption)

    def _tick_sent(self) -> None:
        rows = list(self._show.outbox.values())
        waiting = [r for r in rows if r.sending in (Sending.WAITING, Sending.HELD) or r.unsure]
        shop = next((s for s in self._show.links.values() if s.kind == "shop"), None)
        heard = self.tr("shop: no answer yet")
        if shop is not None and shop.heard_wall_ms is not None:
            heard = self.tr("shop heard from") if shop.link is Link.OK else self.tr("shop does not answer")
        if waiting:
            self.sent.show_value(
                self.tr("⚠ {n} waiting").replace("{n}", str(len(waiting))), self.tr("press to see"), "warning"
            )
        elif rows:
            self.sent.show_value(self.tr("Sending {n}…").replace("{n}", str(len(rows))), heard)
        else:
            self.sent.show_value(self.tr("All sent"), heard, "next")
        sentences = dict.fromkeys(clean_text(r.sentence, 300) for r in waiting if r.sentence)
        tip = "\n".join(sentences) or self.tr(
            "Everything that was decided has reached the shop and the channels."
        )
        self.sent_button.setToolTip(tooltip_text(tip))
        self.sent_button.setAccessibleName(self.tr("Outbox: {n} not sent yet").replace("{n}", str(len(rows))))

    def _sync_links(self) -> None:
        for key, status in self._show.links.items():
            pill = self.pills.get(key)
            if pill is None:
                pill = self.pills[key] = LinkPill(self)
                pill.clicked.connect(lambda _=False, p=pill: self._pressed(p))
                self._links.addWidget(pill)
            pill.show_link(status)

    def _pressed(self, pill: LinkPill) -> None:
        if pill.status.link is Link.ASKING:
            self.token_asked.emit(pill.status)

    def _ask_outbox(self) -> None:
        corner = self.sent_button.rect().bottomLeft()
        self.outbox_asked.emit(self.sent_button.mapToGlobal(corner))


def elapsed(now: int | None, since: int | None) -> str:
    """How long since, or – when either is unknown."""
    return "–" if now is None or since is None else length(now - since)
