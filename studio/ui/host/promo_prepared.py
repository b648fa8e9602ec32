"""The prepared codes that the form offers: that of the item on air first, then those of the whole show."""

from typing import Final

from PySide6.QtWidgets import QComboBox, QPushButton, QVBoxLayout, QWidget

from studio.domain.commands import IssuePlannedPromo, IssuePromoPlan
from studio.domain.ids import uuid7
from studio.domain.lineup import LineUpItem
from studio.domain.promo import PromoPlan, PromoWhen
from studio.domain.show import ShowState
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_S
from studio.ui.widgets.labels import PlainLabel
from studio.ui.widgets.text import clean_text

_BY_HAND_FIRST: Final = (PromoWhen.BY_HAND,)
Prepared = tuple[PromoPlan, LineUpItem | None]


class PreparedCodes(QWidget):
    """A button for one prepared code, and a choice of which where there are several."""

    def __init__(self, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts = texts
        self._codes: list[Prepared] = []
        self._currency = "EUR"
        self.which = QComboBox()
        self.which.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.which.setAccessibleName(self.tr("Which prepared code"))
        self.issue = QPushButton()
        self.issue.setProperty("variant", "promo")
        self.says = PlainLabel("", size="caption", tone="muted", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S // 2)
        for widget in (self.which, self.issue, self.says):
            column.addWidget(widget)
        self.which.currentIndexChanged.connect(self._dress)

    def show_for(self, state: ShowState) -> None:
        """Offer what this show has prepared and has not issued."""
        self._codes, self._currency = prepared_codes(state), state.currency
        self.which.blockSignals(True)
        self.which.clear()
        for plan, item in self._codes:
            owner = self.tr("whole show") if item is None else clean_text(item.title, 40)
            self.which.addItem(f"{clean_text(plan.code, 24)} · {owner}")
        self.which.blockSignals(False)
        self.which.setVisible(len(self._codes) > 1)
        self.setVisible(bool(self._codes))
        self._dress()

    @property
    def of_item(self) -> bool:
        """Whether the first one is that of an item: the key alone issues it."""
        return bool(self._codes) and self._codes[0][1] is not None

    @property
    def chosen(self) -> Prepared | None:
        """The code that the button issues."""
        at = self.which.currentIndex()
        return self._codes[at] if 0 <= at < len(self._codes) else None

    def command(self) -> IssuePlannedPromo | IssuePromoPlan | None:
        """What issues the chosen one."""
        if self.chosen is None:
            return None
        plan, item = self.chosen
        return IssuePromoPlan(uuid7(), plan.id) if item is None else IssuePlannedPromo(uuid7(), item.id)

    def _dress(self, *_what: object) -> None:
        if self.chosen is None:
            return
        plan, item = self.chosen
        text = self.tr("Issue {code}  ⏎").replace("{code}", plan.code)
        self.issue.setText(text.replace("&", "&&"))
        lasts = (
            self.tr("until {n} h after the show").replace("{n}", str(plan.hours_after_show))
            if plan.hours_after_show
            else self.tr("{n} min").replace("{n}", str(plan.minutes))
        )
        if plan.when is PromoWhen.ABSOLUTE:
            lasts = self.tr("until {time}").replace(
                "{time}", f"{self._texts.day(plan.until_ms)}, {self._texts.clock(plan.until_ms)}"
            )
        limit = self.tr("{n} redemptions").replace("{n}", self._texts.number(plan.total_limit))
        parts = [
            self.tr("Prepared for the whole show")
            if item is None
            else self.tr("Prepared for “{item}”").replace("{item}", clean_text(item.title, 60)),
            self._texts.discount(plan.kind, plan.percent, plan.amount_minor, self._currency),
            lasts,
            *([limit] if plan.total_limit else []),
        ]
        self.says.setText(" · ".join(parts))


def prepared_item(state: ShowState) -> LineUpItem | None:
    """The item on air, else the next one, when a code was prepared for it and has not been issued."""
    used = _used(state)
    for item in (state.on_air, state.next_item):
        if item is not None and item.promo is not None and item.promo.id not in used:
            return item
    return None


def _used(state: ShowState) -> set[str]:
    return {r.promo.plan_id for r in state.promos.values() if not r.withdrawn and not r.refusal}


def prepared_codes(state: ShowState) -> list[Prepared]:
    """The code of the item on air, else of the next one, then the codes of the whole show, those for the host's hand
    first; none that was issued.
    """
    used = _used(state)
    item = prepared_item(state)
    found: list[Prepared] = [] if item is None or item.promo is None else [(item.promo, item)]
    whole = sorted(state.planned_promos, key=lambda plan: plan.when not in _BY_HAND_FIRST)
    return [*found, *((plan, None) for plan in whole if plan.id not in used)]
