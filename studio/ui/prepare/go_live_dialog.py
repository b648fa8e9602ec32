"""Going live: what is about to happen, what stands open, and a deliberate act where something does."""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from studio.control.ports import StoreFull
from studio.domain.checks import Check, CheckState, open_checks
from studio.domain.commands import StartShow
from studio.domain.lineup import ItemKind
from studio.domain.show_state import ShowPhase, ShowState
from studio.ui.actions import Actions
from studio.ui.dialogs import Dialog
from studio.ui.host.links import LinkNames
from studio.ui.keyguard import FocusKeys
from studio.ui.prepare.check_row import StateDot
from studio.ui.prepare.readiness_words import sentence_of, title_of, warning_of
from studio.ui.studio import Notice, Studio
from studio.ui.texts import Texts, length
from studio.ui.theme import SPACE_M, SPACE_S, SPACE_XS, Theme
from studio.ui.widgets.buttons import HoldButton
from studio.ui.widgets.cards import Card
from studio.ui.widgets.labels import BulletLabel, PlainLabel
from studio.ui.widgets.text import clean_text

_ROWS: Final = 6
_ROW_PX: Final = 46
_SENTENCE: Final = 400


class GoLiveDialog(Dialog):
    """Asks whether to go on air. With nothing open its button is pressed, else it has to be held; Return cancels.

    `warnings` are the sentences of what is passed over by going live.
    """

    def __init__(
        self, parent: QWidget, state: ShowState, checks: Sequence[Check], actions: Actions, theme: Theme, keys: FocusKeys,
        texts: Texts, names: LinkNames | None = None,
    ) -> None:  # fmt: skip
        opened = open_checks(checks)
        super().__init__(parent, _title(state), width=theme.px(520))
        self.setWindowTitle(self.tr("Go live"))
        _wrap(self.body)
        self._theme, self._texts = theme, texts
        self.warnings: Final = tuple(warning_of(check, texts)[:_SENTENCE] for check in opened)
        for line in self.summary(state, names or LinkNames()):
            self.body.addWidget(BulletLabel(line, lines=2))
        if opened:
            self.body.addWidget(self._list(opened))
        self.setAccessibleDescription(" ".join(self.warnings))
        self.add_cancel(self.tr("Not yet"))
        self.deed: QPushButton
        if opened:
            self._add_hold(actions, keys, len(opened))
        else:
            self.deed = self.add_button(self.tr("Go live"), variant="primary")
            self.deed.clicked.connect(self.accept)

    def summary(self, state: ShowState, names: LinkNames) -> list[str]:
        """What is about to happen, a line each."""
        texts = self._texts
        number = texts.number
        products = sum(item.kind is ItemKind.PRODUCT for item in state.items)
        planned = state.planned_ms or sum(item.planned_ms for item in state.items)
        shown = self.tr("{n} items, {p} of them products, {length} planned")
        lines = [
            shown.replace("{n}", number(len(state.items)))
            .replace("{p}", number(products))
            .replace("{length}", length(planned))
        ]
        if state.starts_at_ms is not None:
            when = self.tr("Planned for {day}, {time}")
            day, time = texts.day(state.starts_at_ms), texts.clock(state.starts_at_ms)
            lines.append(when.replace("{day}", day).replace("{time}", time))
        channels = ", ".join(names.channel(channel) for channel in state.channels[:6])
        if channels:
            lines.append(self.tr("Chat and viewers from {channels}").replace("{channels}", channels))
        if count := len(state.promo_plans):
            lines.append(self.tr("{n} promo codes are planned").replace("{n}", number(count)))
        lines.append(
            self.tr("A rehearsal: nothing reaches the real shop or a channel.")
            if state.rehearsal
            else self.tr("From now on the clock runs, and what you do reaches shop and viewers.")
        )
        return lines

    def _list(self, opened: Sequence[Check]) -> QWidget:
        card = Card("card-warning", margin=SPACE_S)
        head = self.tr("⚠ {n} still open").replace("{n}", self._texts.number(len(opened)))
        card.body.addWidget(PlainLabel(head, tone="warning", strong=True))
        inner = QWidget()
        inner.setProperty("role", "plain")
        rows = QVBoxLayout(inner)
        rows.setContentsMargins(0, 0, SPACE_S, 0)
        rows.setSpacing(SPACE_S)
        # Trouble first: it is what ends a show.
        for check in sorted(opened, key=lambda each: each.state is not CheckState.TROUBLE):
            rows.addLayout(self._row(check))
        rows.addStretch(1)
        scroller = QScrollArea()
        scroller.setWidgetResizable(True)
        scroller.setFrameShape(QFrame.Shape.NoFrame)
        scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroller.setWidget(inner)
        scroller.setAccessibleName(self.tr("What is open"))
        scroller.setMinimumHeight(self._theme.px(_ROW_PX) * min(len(opened), _ROWS) + SPACE_M)
        card.body.addWidget(scroller)
        return card

    def _row(self, check: Check) -> QHBoxLayout:
        dot = StateDot(self._theme)
        dot.show_state(check.state)
        said = PlainLabel(sentence_of(check, self._texts), tone="muted", wrap=True)
        column = QVBoxLayout()
        column.setSpacing(1)
        column.addWidget(PlainLabel(title_of(check), strong=True))
        column.addWidget(said)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.setContentsMargins(0, SPACE_XS, 0, 0)
        row.addWidget(dot, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)
        return row

    def _add_hold(self, actions: Actions, keys: FocusKeys, count: int) -> None:
        text = self.tr("Hold to go live all the same")
        told = self.tr("Goes on air with {n} open; they are noted in the show's log")
        action = actions.passing("show.go_live", text, told.replace("{n}", self._texts.number(count)))
        action.setParent(self)
        self.deed = HoldButton(action, self._theme, keys, variant="warning-hold")
        self.buttons.addWidget(self.deed)
        action.acted.connect(self.accept)


def _title(state: ShowState) -> str:
    text = QCoreApplication.translate("GoLiveDialog", "Go live with “{show}”?")
    return text.replace("{show}", clean_text(state.title, 80))


def _wrap(body: QVBoxLayout) -> None:
    """A show's name may be longer than the dialog is wide."""
    entry = body.itemAt(0)
    headline = entry.widget() if entry is not None else None
    if isinstance(headline, PlainLabel):
        headline.setWordWrap(True)


async def ask_to_go_live(
    parent: QWidget, state: ShowState, checks: Sequence[Check], actions: Actions, theme: Theme, keys: FocusKeys,
    texts: Texts, names: LinkNames | None = None,
) -> StartShow | None:  # fmt: skip
    """Ask, and tell what is to be decided: the start with the sentences that were passed over, None for not yet."""
    dialog = GoLiveDialog(parent, state, checks, actions, theme, keys, texts, names)
    warnings = dialog.warnings
    return StartShow(warnings) if await dialog.answer() else None


async def before_start(
    parent: QWidget, state: ShowState, checks: Sequence[Check], actions: Actions, theme: Theme, keys: FocusKeys,
    texts: Texts, names: LinkNames | None = None,
) -> StartShow | None:  # fmt: skip
    """What the key that starts the show does: at once where nothing is open, and in a rehearsal, else by asking."""
    if state.rehearsal or state.phase is not ShowPhase.PLANNED or not open_checks(checks):
        return StartShow()
    return await ask_to_go_live(parent, state, checks, actions, theme, keys, texts, names)


async def go_live(
    studio: Studio, checks: Sequence[Check], parent: QWidget, state: ShowState, actions: Actions, theme: Theme,
    keys: FocusKeys, texts: Texts, notify: Callable[[Notice], None], names: LinkNames | None = None,
) -> bool:  # fmt: skip
    """Ask, and go on air; True when the show is. What was refused is said by `notify`."""
    command = await ask_to_go_live(parent, state, checks, actions, theme, keys, texts, names)
    if command is None:
        return False
    try:
        refused = await studio.do(command)
    except StoreFull as full:
        notify(Notice("trouble", str(full), "store"))
        return False
    if refused is not None:
        notify(Notice("warning", refused.sentence, f"refused:{refused.reason}"))
    return refused is None
