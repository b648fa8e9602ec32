"""What is connected and what is on its way: opened from the health strip, kept up while it is open."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QCoreApplication, QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from studio.ui.host.links import STAGE, LinkNames, link_word
from studio.ui.models.live_show import LiveShow
from studio.ui.palette import ToneName
from studio.ui.studio import Link, LinkStatus, OutboxStatus, Sending
from studio.ui.theme import SPACE_M, SPACE_S, SPACE_XS, Theme
from studio.ui.widgets.clock import age_text
from studio.ui.widgets.labels import Pill, PlainLabel, SectionHeader
from studio.ui.widgets.text import clean_text

SHOWN: Final = 20


class OutboxPopover(QDialog):
    """Closes on Esc and on a click beside it. `resolve_asked` carries an effect's id and whether to send it again,
    `token_asked` the connection that needs a token.
    """

    resolve_asked = Signal(str, bool)
    token_asked = Signal(object)

    def __init__(
        self,
        show: LiveShow,
        theme: Theme,
        wall_ms: Callable[[], int],
        names: LinkNames,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._show, self._theme, self._wall_ms = show, theme, wall_ms
        self._names = names
        self._filled: object = None
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("role", "palette")
        self.setAccessibleName(self.tr("Connections and outbox"))
        self._column = QVBoxLayout()
        self._column.setSpacing(SPACE_S)
        inside = QWidget()
        inside.setProperty("role", "plain")
        inside.setLayout(self._column)
        self._column.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        self._inside = inside
        self._scroll = QScrollArea()
        self._scroll.setAccessibleName(self.tr("Connections and what waits"))
        self._scroll.setWidget(inside)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 1, 1, 1)
        outer.addWidget(self._scroll)
        show.outbox_changed.connect(self.fill)
        show.links_changed.connect(self._links_moved)
        self._heard: dict[str, PlainLabel] = {}
        second = QTimer(self, interval=1000)
        second.timeout.connect(self._tick)
        second.start()
        self.fill()

    def open_at(self, where: QPoint) -> None:
        """Open with the upper left corner there, inside the window."""
        self._fit()
        parent = self.parentWidget()
        if parent is not None:
            window = parent.window()
            right = window.mapToGlobal(window.rect().bottomRight())
            where.setX(max(0, min(where.x(), right.x() - self.width() - SPACE_S)))
        self.move(where)
        self.show()

    def _links_moved(self) -> None:
        # The broadcast moves each second: no button is made anew under the mouse for that.
        if self._said != self._filled:
            self.fill()

    @property
    def _said(self) -> object:
        return {key: (status.link, status.sentence) for key, status in self._show.links.items()}

    def fill(self) -> None:
        """Show what is so now."""
        self._filled = self._said
        _empty(self._column)
        self._heard.clear()
        self._column.addWidget(SectionHeader(self.tr("Connections")))
        for key, status in self._show.links.items():
            self._column.addWidget(self._link(key, status))
        rows = list(self._show.outbox.values())
        self._column.addWidget(SectionHeader(self.tr("On its way"), str(len(rows)) if rows else ""))
        if not rows:
            self._column.addWidget(PlainLabel(self.tr("✓ Everything has been sent."), tone="ok"))
        # What needs a person comes first.
        rows.sort(
            key=lambda r: (not r.unsure, r.sending is not Sending.HELD, r.sending is not Sending.WAITING)
        )
        for row in rows[:SHOWN]:
            self._column.addWidget(self._row(row))
        if len(rows) > SHOWN:
            more = self.tr("and {n} more").replace("{n}", str(len(rows) - SHOWN))
            self._column.addWidget(PlainLabel(more, tone="muted"))
        self._column.addStretch(1)
        if self.isVisible():
            self._fit()

    def _fit(self) -> None:
        width = self._theme.px(440)
        self._inside.setFixedWidth(width)
        self._column.activate()
        fits = self._column.hasHeightForWidth()
        height = self._column.heightForWidth(width) if fits else self._column.sizeHint().height()
        self.resize(width + 2, min(height, self._theme.px(520)) + 2)

    def _tick(self) -> None:
        for key, label in self._heard.items():
            label.setText(self._notes(self._show.links[key]))

    def _notes(self, status: LinkStatus) -> str:
        notes = [clean_text(status.sentence, 300)] if status.sentence else []
        if status.heard_wall_ms is not None:
            age = age_text(self._wall_ms() - status.heard_wall_ms)
            notes.append(self.tr("heard {age}").replace("{age}", age))
        return " · ".join(notes)

    def _link(self, key: str, status: LinkStatus) -> QWidget:
        name = self._names.of(status)
        word = link_word(status.link, status.kind)
        tone: ToneName = "ok" if status.link is Link.OK else "warning"
        if status.link is Link.CONNECTING:
            tone = "neutral"
        line, column = self._line(name, Pill(word if tone != "warning" else f"⚠ {word}", tone))
        if notes := self._notes(status):
            label = self._heard[key] = PlainLabel(notes, size="caption", tone="muted", wrap=True)
            column.addWidget(label)
        if status.link is Link.ASKING:
            stage = status.kind == STAGE
            button = self._button(self.tr("Enter the password…") if stage else self.tr("Enter the token…"))
            button.clicked.connect(lambda: self._ask_token(status))
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        return line

    def _row(self, row: OutboxStatus) -> QWidget:
        word, tone = _state(row)
        target = self._names.channel(row.target.removeprefix("channel:"))
        what = self.tr("{action} to {target}").replace("{action}", action_name(row.action))
        line, column = self._line(what.replace("{target}", target), Pill(word, tone))
        if row.sentence:
            column.addWidget(
                PlainLabel(clean_text(row.sentence, 300), size="caption", tone="muted", wrap=True)
            )
        if row.unsure:
            buttons = QHBoxLayout()
            buttons.setSpacing(SPACE_S)
            again, leave = self._button(self.tr("Send again")), self._button(self.tr("Leave it"))
            again.clicked.connect(lambda: self.resolve_asked.emit(row.effect_id, True))
            leave.clicked.connect(lambda: self.resolve_asked.emit(row.effect_id, False))
            buttons.addWidget(again)
            buttons.addWidget(leave)
            buttons.addStretch(1)
            column.addLayout(buttons)
        return line

    def _line(self, text: str, pill: Pill) -> tuple[QWidget, QVBoxLayout]:
        line = QWidget()
        column = QVBoxLayout(line)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        first = QHBoxLayout()
        first.addWidget(PlainLabel(text, wrap=True), 1)
        first.addWidget(pill, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(first)
        return line, column

    def _button(self, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("variant", "compact")
        button.setAutoDefault(False)
        return button

    def _ask_token(self, status: LinkStatus) -> None:
        self.close()
        self.token_asked.emit(status)


def action_name(action: str) -> str:
    """What an effect does, in words."""
    tr = QCoreApplication.translate
    names = {
        "FeatureProduct": tr("Outbox", "Pin"),
        "CreatePromo": tr("Outbox", "Promo code"),
        "UpdatePromo": tr("Outbox", "Longer promo code"),
        "EndPromoNow": tr("Outbox", "End of a promo code"),
        "Say": tr("Outbox", "Announcement"),
        "ReplyTo": tr("Outbox", "Reply"),
    }
    return names.get(action, action)


def _state(row: OutboxStatus) -> tuple[str, ToneName]:
    tr = QCoreApplication.translate
    if row.unsure:
        return tr("Outbox", "⚠ unsure"), "warning"
    words: dict[Sending, tuple[str, ToneName]] = {
        Sending.SENDING: (tr("Outbox", "sending…"), "accent"),
        Sending.WAITING: (tr("Outbox", "⚠ waiting"), "warning"),
        Sending.HELD: (tr("Outbox", "⚠ held"), "warning"),
        Sending.SETTLED: (tr("Outbox", "sent"), "ok"),
    }
    return words[row.sending]


def _empty(layout: QVBoxLayout) -> None:
    while (taken := layout.takeAt(0)) is not None:
        widget = taken.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
