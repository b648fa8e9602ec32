"""The codes at the foot of the workspace: live ones counting down, and the prepared ones waiting."""

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSizePolicy, QToolButton, QWidget

from studio.domain.commands import EndPromo, ExtendPromo
from studio.domain.lineup import ItemStatus
from studio.domain.promo import PromoCode, PromoPhase, PromoPlan, PromoRecord, PromoScope, PromoWhen, phase
from studio.domain.show import ShowPhase
from studio.ui.actions import Actions, StudioAction
from studio.ui.host.deciding import Deciding
from studio.ui.models.live_show import LiveShow
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_M, SPACE_S, SPACE_XS, Theme
from studio.ui.widgets.cards import Card
from studio.ui.widgets.labels import Kbd, PlainLabel, tooltip_text
from studio.ui.widgets.promo_card import PromoCard, PromoFace, PromoStatus
from studio.ui.widgets.text import clean_text

NowMs = Callable[[], int | None]
EXTEND_MS: Final = 5 * 60_000
_STATUS: Final[dict[PromoPhase, PromoStatus]] = {
    PromoPhase.ISSUING: "issuing",
    PromoPhase.LIVE: "live",
    PromoPhase.EXPIRING: "live",
    PromoPhase.ENDED: "ended",
    PromoPhase.REFUSED: "refused",
}
_ORDER: Final = {"live": 0, "ending": 0, "issuing": 1, "armed": 2, "planned": 2, "refused": 4, "ended": 5}


class KeyHint(QWidget):
    """A key cap and what it does; follows the key when it is changed."""

    def __init__(self, action: StudioAction, word: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._action = action
        self._cap = Kbd()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_XS)
        row.addWidget(self._cap)
        row.addWidget(PlainLabel(word, tone="muted"))
        action.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        self._cap.setText(self._action.cap)
        self._cap.setVisible(bool(self._action.cap))


class PromoStrip(QScrollArea):
    """The cards side by side. The wheel moves them; no scroll bar takes their height."""

    moved = Signal()

    def __init__(self, inside: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        inside.setProperty("role", "plain")
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalScrollBar().rangeChanged.connect(self._moved)
        self.horizontalScrollBar().valueChanged.connect(self._moved)

    def _moved(self, *_what: int) -> None:
        self.moved.emit()

    def page(self, by: int) -> None:
        """Go on by most of what is seen."""
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() + by * round(self.viewport().width() * 0.8))

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: D102
        turn = event.angleDelta()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - (turn.y() or turn.x()))
        event.accept()


class PromoBar(Card):
    """A row of cards. Live codes come first, ended ones last."""

    def __init__(
        self,
        show: LiveShow,
        deciding: Deciding,
        actions: Actions,
        theme: Theme,
        texts: Texts,
        now_ms: NowMs,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("card", parent, margin=SPACE_S - 2)
        self._show, self._deciding, self._theme, self._texts, self._now_ms = (
            show,
            deciding,
            theme,
            texts,
            now_ms,
        )
        self._actions = actions
        self._cards: dict[str, PromoCard] = {}
        self.setAccessibleName(self.tr("Promo codes"))
        self.nothing = PlainLabel("", tone="muted")
        self._row = QHBoxLayout()
        self._row.setSpacing(SPACE_S)
        inside = QWidget()
        self._inside = inside
        self.strip = PromoStrip(inside)
        self.back = self._arrow("‹", self.tr("Earlier codes"), -1)
        self.on = self._arrow("›", self.tr("More codes"), 1)
        self.hints = QWidget()
        self._lay_out(inside)
        self.strip.moved.connect(self._show_arrows)
        show.promos_changed.connect(self.refresh)
        show.show_changed.connect(self._follow)
        actions.on("promo.extend", lambda: self._with_live(lambda i: ExtendPromo(i, EXTEND_MS)))
        actions.on("promo.end", lambda: self._with_live(EndPromo))
        actions["promo.issue"].changed.connect(self._say_nothing)
        self._state: tuple[object, ...] = (None,) * 4
        self._say_nothing()
        self.refresh()

    def _arrow(self, text: str, name: str, by: int) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setProperty("variant", "quiet")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(name)
        button.setToolTip(tooltip_text(name))
        button.clicked.connect(lambda _=False: self.strip.page(by))
        button.hide()
        return button

    def _lay_out(self, inside: QWidget) -> None:
        cards = QHBoxLayout(inside)
        cards.setContentsMargins(0, 0, 0, 0)
        cards.setSpacing(SPACE_S)
        cards.addLayout(self._row)
        cards.addWidget(self.nothing)
        cards.addStretch(1)
        hints = QHBoxLayout(self.hints)
        hints.setContentsMargins(0, 0, 0, 0)
        hints.setSpacing(SPACE_S)
        for action_id, word in (
            ("item.next", self.tr("next")),
            ("promo.issue", self.tr("promo")),
            ("reply.focus", self.tr("reply")),
            ("palette", self.tr("any command")),
        ):
            hints.addWidget(KeyHint(self._actions[action_id], word))
        row = QHBoxLayout()
        row.setContentsMargins(SPACE_S - 2, 0, SPACE_S - 2, 0)
        row.setSpacing(SPACE_M)
        self.header = PlainLabel(self.tr("Promo codes").upper(), size="")
        self.header.setProperty("role", "section")
        for widget, share in (
            (self.header, 0),
            (self.back, 0),
            (self.strip, 1),
            (self.on, 0),
            (self.hints, 0),
        ):
            row.addWidget(widget, share)
        self.body.addLayout(row)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(self._theme.px(900), self._theme.px(94))

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(self._theme.px(400), self._theme.px(94))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._show_arrows()

    def _show_arrows(self) -> None:
        """The arrows where cards are out of sight; the hints where there is room for both."""
        bar = self.strip.horizontalScrollBar()
        margins = self.body.contentsMargins()
        used = self.header.sizeHint().width() + margins.left() + margins.right() + 4 * SPACE_M
        wanted = self._inside.minimumSizeHint().width() + self.hints.sizeHint().width()
        self.hints.setVisible(used + wanted <= self.width())
        self.back.setVisible(bar.maximum() > 0 and bar.value() > 0)
        self.on.setVisible(bar.maximum() > 0 and bar.value() < bar.maximum())

    def _say_nothing(self) -> None:
        cap = self._actions["promo.issue"].cap
        self.nothing.setText(
            self.tr("No codes yet. {key} issues one.").replace("{key}", cap)
            if cap
            else self.tr("No codes yet.")
        )

    def tick(self) -> None:
        """A code may have ended."""
        self.refresh()

    def _follow(self) -> None:
        state = self._show.state
        now = (state.items, state.statuses, state.planned_promos, state.started_at_ms)
        if any(part is not known for part, known in zip(now, self._state, strict=True)):
            self._state = now
            self.refresh()

    def refresh(self) -> None:
        """Bring the cards up to the show."""
        faces = self._faces()
        for gone in [key for key in self._cards if key not in faces]:
            card = self._cards.pop(gone)
            card.hide()
            card.deleteLater()
        ordered = sorted(faces.items(), key=lambda f: _ORDER[f[1].status])
        for at, (key, face) in enumerate(ordered):
            card = self._cards.get(key)
            if card is None:
                card = self._cards[key] = PromoCard(self._theme, self._now_ms, self._texts.number)
                card.extend.clicked.connect(partial(self._extend, key))
                card.end.clicked.connect(partial(self._end, key))
                for button in (card.extend, card.end):
                    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            if card.face != face:
                card.show_promo(face)
            else:
                card.tick()
            if self._row.indexOf(card) != at:
                self._row.insertWidget(at, card)
            # As wide as its words, within bounds.
            wide = min(max(card.sizeHint().width(), self._theme.px(210)), self._theme.px(280))
            card.setFixedWidth(max(wide, _head_width(card)))
        self.nothing.setVisible(not faces)
        self._show_arrows()

    def _extend(self, promo_id: str, _checked: bool = False) -> None:
        self._deciding.give(ExtendPromo(promo_id, EXTEND_MS))

    def _end(self, promo_id: str, _checked: bool = False) -> None:
        self._deciding.give(EndPromo(promo_id))

    def _faces(self) -> dict[str, PromoFace]:
        state, now = self._show.state, self._now_ms()
        faces: dict[str, PromoFace] = {}
        for record in state.promos.values():
            where = phase(record, now)
            if where is not PromoPhase.WITHDRAWN:
                faces[record.promo.id] = self._face(record, where)
        if state.phase is ShowPhase.ENDED:
            return faces
        used = {r.promo.plan_id for r in state.promos.values() if not r.withdrawn and not r.refusal}
        for item in state.items:
            plan = item.promo
            if plan is not None and plan.id not in used and state.status(item.id) is not ItemStatus.DONE:
                title = clean_text(item.title, 18)
                note = self.tr("armed for {item}") if plan.armed else self.tr("for {item}")
                faces[plan.id] = PromoFace(
                    plan.code,
                    "armed" if plan.armed else "planned",
                    f"{self._describe(plan, state.currency)} · {self._lasts(plan)}",
                    note=note.replace("{item}", title),
                )
        for plan in state.planned_promos:
            if plan.id not in used:
                described = f"{self._describe(plan, state.currency)} · {self._lasts(plan)}"
                faces[plan.id] = PromoFace(plan.code, "planned", described, note=self._moment(plan))
        return faces

    def _face(self, record: PromoRecord, where: PromoPhase) -> PromoFace:
        promo = record.promo
        ends = record.confirmed_ends_at_ms
        status = _STATUS[where]
        if where is PromoPhase.ISSUING and ends is not None and self._now_ms() is None:
            status = "live"  # confirmed, but nobody knows the time: the card says so
        described = record.refusal or self._describe(promo, promo.currency)
        if status == "live" and ends is not None and record.wanted_ends_at_ms > ends:
            # The old end is what counts until the shop has said yes.
            described = f"{self.tr('extending…')} · {described}"
        last = min(record.wanted_ends_at_ms, ends) if ends is not None else record.wanted_ends_at_ms
        return PromoFace(
            code=promo.code,
            status=status,
            description=described,
            end_ms=last,
            used=self._show.redemptions(promo.code) or 0,
            limit=promo.total_limit,
            note=self.tr("not sent in time") if record.lapsed else "",
        )

    def _moment(self, plan: PromoPlan) -> str:
        """When a code of the whole show is issued."""
        state = self._show.state
        if plan.when is PromoWhen.AT_END:
            return self.tr("at the end of the show")
        at = plan.from_ms
        if plan.when is PromoWhen.AT_TIME and state.started_at_ms is not None:
            at = state.started_at_ms + (plan.after_start_ms or 0)
        if plan.when in (PromoWhen.AT_TIME, PromoWhen.ABSOLUTE) and at is not None:
            return self.tr("issued at {time}").replace("{time}", self._texts.clock(at))
        return self.tr("for the whole show")

    def _lasts(self, plan: PromoPlan) -> str:
        if plan.when is PromoWhen.ABSOLUTE:
            return self.tr("until {time}").replace("{time}", self._texts.clock(plan.until_ms))
        if plan.hours_after_show:
            return self.tr("until {n} h after the show").replace("{n}", str(plan.hours_after_show))
        return self.tr("{n} min").replace("{n}", str(plan.minutes))

    def _describe(self, promo: PromoCode | PromoPlan, currency: str) -> str:
        what = self._texts.discount(promo.kind, promo.percent, promo.amount_minor, currency)
        if promo.scope is PromoScope.LINEUP:
            return f"{what} · {self.tr('whole line-up')}"
        if promo.scope is PromoScope.ALL:
            return f"{what} · {self.tr('whole shop')}"
        product_id = promo.product_ids[0] if isinstance(promo, PromoCode) and promo.product_ids else ""
        title = next(
            (i.title for i in self._show.state.items if product_id and i.product_id == product_id), ""
        )
        return f"{what} · {title}" if title else what

    def _with_live(self, command: Callable[[str], ExtendPromo | EndPromo]) -> None:
        now = self._now_ms()
        live = [
            r.promo.id
            for r in self._show.state.promos.values()
            if phase(r, now) in (PromoPhase.LIVE, PromoPhase.EXPIRING)
        ]
        if live:
            self._deciding.give(command(live[-1]))


def _head_width(card: PromoCard) -> int:
    """The room that the first row of a card needs: the code and its state are never cut."""
    margins = card.body.contentsMargins()
    return (
        margins.left()
        + margins.right()
        + card.code.sizeHint().width()
        + SPACE_M
        + card.status.sizeHint().width()
        + 4
    )
