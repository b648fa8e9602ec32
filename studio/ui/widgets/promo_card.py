"""The card of a promo code: what it is, how long it lives, how often it was used."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from studio.ui.palette import ToneName
from studio.ui.theme import SPACE_M, SPACE_S, Theme
from studio.ui.widgets.cards import Card, StockBar
from studio.ui.widgets.clock import EXPIRING_MS, NowMs, Ticker, remaining_text
from studio.ui.widgets.labels import ElidedLabel, Pill, PlainLabel
from studio.ui.widgets.text import clean_text

PromoStatus = Literal["planned", "armed", "issuing", "live", "ending", "ended", "refused"]
"""What was decided and confirmed. Live, expiring and ended are told apart here by the clock, never by this word."""

_LONG_MS: Final = 3_600_000


@dataclass(frozen=True, slots=True)
class PromoFace:
    """What the card shows. `end_ms` is UTC ms by the shop's clock; `limit` None means without limit.

    `note` names what a planned code waits for (`armed for Teapot`) or why it was refused.
    """

    code: str
    status: PromoStatus
    description: str
    end_ms: int | None = None
    used: int = 0
    limit: int | None = None
    note: str = ""


class PromoCard(Card):
    """One promo code. `extend_asked` and `end_asked` come from its small buttons, shown while it is live."""

    extend_asked = Signal(str)
    end_asked = Signal(str)

    def __init__(
        self, theme: Theme, now_ms: NowMs, number: Callable[[int], str] = str, parent: QWidget | None = None
    ) -> None:
        super().__init__("card-raised", parent, margin=SPACE_M)
        self._now_ms = now_ms
        self._number = number
        self._face: PromoFace | None = None
        self.code = PlainLabel("", size="m", strong=True)
        self.status = Pill()
        self.description = ElidedLabel("", tone="muted")
        self.used = PlainLabel("", tone="muted")
        self.bar = StockBar(theme)
        self.extend = QPushButton(self.tr("Extend"))
        self.end = QPushButton(self.tr("End"))
        self._lay_out(theme)
        self._ticker = Ticker(now_ms, self.tick, self, end_ms=lambda: self._face and self._face.end_ms)

    @property
    def face(self) -> PromoFace | None:
        """What it shows."""
        return self._face

    def show_promo(self, face: PromoFace) -> None:
        """Show a code, or its new state."""
        self._face = face
        self.code.setText(clean_text(face.code, 40))
        self.extend.setAccessibleName(self.tr("Extend {code}").format(code=face.code))
        self.end.setAccessibleName(self.tr("End {code} early").format(code=face.code))
        self.description.setText(clean_text(face.description))
        if face.limit:
            used = self.tr("{n} / {limit} used").format(
                n=self._number(face.used), limit=self._number(face.limit)
            )
        else:
            used = self.tr("{n} used").format(n=self._number(face.used))
        self.used.setText(used)
        self.tick()

    def tick(self) -> None:
        """Bring status and time up to the clock. A code past its end is never shown as live."""
        face = self._face
        if face is None:
            return
        status, text, tone = self._status(face)
        self.status.show_as(text, tone)
        waiting = status in {"planned", "armed"}
        running = status in {"live", "ending"}
        self.set_kind("card-dashed" if waiting else "card-raised")
        self.code.set_tone("muted" if waiting or status in {"ended", "refused"} else "")
        self.used.setVisible(not waiting and status != "refused")
        self.bar.setVisible(running and bool(face.limit))
        if face.limit:
            self.bar.show_level(face.used, face.limit, "warning" if face.used >= face.limit else "promo")
        self.extend.setVisible(status == "live")
        self.end.setVisible(status == "live")
        self.setAccessibleName(self.tr("Promo code {code}").format(code=face.code))
        self.setAccessibleDescription(f"{text}, {face.description}, {self.used.text()}")

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        self._ticker.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: D102
        self._ticker.stop()
        super().hideEvent(event)

    def _status(self, face: PromoFace) -> tuple[PromoStatus, str, ToneName]:
        plain: dict[PromoStatus, tuple[str, ToneName]] = {
            "planned": (face.note or self.tr("planned"), "neutral"),
            "armed": (face.note or self.tr("armed"), "neutral"),
            "issuing": (self.tr("sending…"), "accent"),
            "ended": (self.tr("ended"), "neutral"),
            "refused": (self.tr("⚠ refused"), "warning"),
        }
        if face.status in plain:
            return (face.status, *plain[face.status])
        now = self._now_ms()
        if now is None:
            # Live or over, nobody can tell: neither its time nor its buttons are shown until the clock is known.
            return "issuing", self.tr("⚠ clock unknown"), "warning"
        left = None if face.end_ms is None else face.end_ms - now
        if left is not None and left <= 0:
            return ("ended", *plain["ended"])
        if face.status == "ending":
            return "ending", self.tr("ending…"), "warning"
        if left is None:
            return "live", self.tr("LIVE"), "promo"
        if left <= EXPIRING_MS:
            return "live", self.tr("⚠ ENDS {time}").format(time=remaining_text(left)), "warning"
        pattern = self.tr("LIVE {time}") if left < _LONG_MS else "{time}"
        return "live", pattern.format(time=remaining_text(left)), "promo"

    def _lay_out(self, theme: Theme) -> None:
        for button, asked in ((self.extend, self._ask_extend), (self.end, self._ask_end)):
            button.setProperty("variant", "compact")
            button.setAutoDefault(False)
            button.clicked.connect(asked)
        self.extend.setToolTip(self.tr("Give the code more minutes"))
        self.end.setToolTip(self.tr("End the code now"))
        top = QHBoxLayout()
        top.setSpacing(SPACE_S)
        top.addWidget(self.code)
        top.addStretch(1)
        top.addWidget(self.status)
        below = QHBoxLayout()
        below.setSpacing(SPACE_M)
        below.addWidget(self.description, 1)
        below.addWidget(self.used, 0, Qt.AlignmentFlag.AlignRight)
        last = QHBoxLayout()
        last.setSpacing(SPACE_S)
        for widget in (self.bar, self.extend, self.end):
            room = widget.sizePolicy()
            room.setRetainSizeWhenHidden(True)  # All cards of the strip are of one height.
            widget.setSizePolicy(room)
            last.addWidget(widget, 1 if widget is self.bar else 0)
        self.body.setSpacing(3)
        self.body.setContentsMargins(SPACE_M, 6, SPACE_M, 6)
        self.body.addLayout(top)
        self.body.addLayout(below)
        self.body.addLayout(last)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(theme.px(220))

    def _ask_extend(self) -> None:
        if self._face is not None:
            self.extend_asked.emit(self._face.code)

    def _ask_end(self) -> None:
        if self._face is not None:
            self.end_asked.emit(self._face.code)
