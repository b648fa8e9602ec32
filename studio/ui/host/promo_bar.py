"""The codes at the foot of the workspace: live ones counting down, and the prepared ones waiting."""

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QWidget

from studio.domain.commands import EndPromo, ExtendPromo
from studio.domain.lineup import ItemStatus
from studio.domain.money import Money
from studio.domain.promo import PromoCode, PromoKind, PromoPhase, PromoPlan, PromoRecord, PromoScope, phase
from studio.domain.show import ShowPhase
from studio.ui.actions import Actions
from studio.ui.host.deciding import Deciding
from studio.ui.models.live_show import LiveShow
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_M, SPACE_S, Theme
from studio.ui.widgets.cards import Card
from studio.ui.widgets.labels import Kbd, PlainLabel, SectionHeader
from studio.ui.widgets.promo_card import PromoCard, PromoFace, PromoStatus

NowMs = Callable[[], int | None]
EXTEND_MS: Final = 5 * 60_000
_STATUS: Final[dict[PromoPhase, PromoStatus]] = {
    PromoPhase.ISSUING: "issuing",
    PromoPhase.LIVE: "live",
    PromoPhase.EXPIRING: "live",
    PromoPhase.ENDED: "ended",
    PromoPhase.REFUSED: "refused",
}
_ORDER: Final = {"live": 0, "ending": 0, "issuing": 1, "armed": 2, "planned": 3, "refused": 4, "ended": 5}


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
        super().__init__("card", parent, margin=SPACE_S)
        self._show, self._deciding, self._theme, self._texts, self._now_ms = (
            show,
            deciding,
            theme,
            texts,
            now_ms,
        )
        self._cards: dict[str, PromoCard] = {}
        self.setAccessibleName(self.tr("Promo codes"))
        self.nothing = PlainLabel(self.tr("No codes yet. F9 issues one."), tone="muted")
        self._row = QHBoxLayout()
        self._row.setSpacing(SPACE_S)
        self._lay_out(actions)
        show.promos_changed.connect(self.refresh)
        show.show_changed.connect(self.refresh)
        actions.on("promo.extend", lambda: self._with_live(lambda i: ExtendPromo(i, EXTEND_MS)))
        actions.on("promo.end", lambda: self._with_live(EndPromo))
        self.refresh()

    def _lay_out(self, actions: Actions) -> None:
        inside = QWidget()
        cards = QHBoxLayout(inside)
        cards.setContentsMargins(0, 0, 0, 0)
        cards.setSpacing(SPACE_S)
        cards.addLayout(self._row)
        cards.addWidget(self.nothing)
        cards.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setFixedHeight(self._theme.px(78))
        row = QHBoxLayout()
        row.setContentsMargins(SPACE_S, 0, SPACE_S, 0)
        row.setSpacing(SPACE_M)
        header = SectionHeader(self.tr("Promo codes"))
        row.addWidget(header)
        row.addWidget(scroll, 1)
        for action_id, word in (
            ("item.next", self.tr("next")),
            ("promo.issue", self.tr("promo")),
            ("reply.focus", self.tr("reply")),
            ("palette", self.tr("any command")),
        ):
            cap = Kbd()
            cap.setText(actions[action_id].cap)
            row.addWidget(cap)
            row.addWidget(PlainLabel(word, tone="muted"))
        self.body.addLayout(row)

    def tick(self) -> None:
        """A code may have ended."""
        self.refresh()

    def refresh(self) -> None:
        """Bring the cards up to the show."""
        faces = self._faces()
        for gone in [key for key in self._cards if key not in faces]:
            self._cards.pop(gone).deleteLater()
        ordered = sorted(faces.items(), key=lambda f: _ORDER[f[1].status])
        for at, (key, face) in enumerate(ordered):
            card = self._cards.get(key)
            if card is None:
                card = self._cards[key] = PromoCard(self._theme, self._now_ms, self._texts.number)
                card.extend.clicked.connect(partial(self._extend, key))
                card.end.clicked.connect(partial(self._end, key))
            if card.face != face:
                card.show_promo(face)
            if self._row.indexOf(card) != at:
                self._row.insertWidget(at, card)
        self.nothing.setVisible(not faces)

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
                note = self.tr("armed for {item}").replace("{item}", item.title[:18]) if plan.armed else ""
                faces[plan.id] = PromoFace(
                    plan.code,
                    "armed" if plan.armed else "planned",
                    self._describe(plan, state.currency),
                    note=note,
                )
        return faces

    def _face(self, record: PromoRecord, where: PromoPhase) -> PromoFace:
        promo = record.promo
        ends = record.confirmed_ends_at_ms
        last = min(record.wanted_ends_at_ms, ends) if ends is not None else record.wanted_ends_at_ms
        return PromoFace(
            code=promo.code,
            status=_STATUS[where],
            description=record.refusal or self._describe(promo, promo.currency),
            end_ms=last,
            used=self._show.redemptions(promo.code) or 0,
            limit=promo.total_limit,
            note=self.tr("not sent in time") if record.lapsed else "",
        )

    def _describe(self, promo: PromoCode | PromoPlan, currency: str) -> str:
        what = {
            PromoKind.PERCENT: f"−{promo.percent} %",
            PromoKind.FIXED: f"−{self._texts.money(Money(promo.amount_minor, currency))}",
            PromoKind.FREE_SHIPPING: self.tr("free shipping"),
        }[promo.kind]
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
