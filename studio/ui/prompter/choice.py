"""Which monitor the presenter looks at: asked once, in a small panel on the prompter itself."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QWidget

from studio.ui.prompter.screens import Monitor
from studio.ui.widgets.cards import Card
from studio.ui.widgets.labels import PlainLabel, tooltip_text
from studio.ui.widgets.text import clean_text

translate = QCoreApplication.translate


class MonitorChoice(Card):
    """A button for every monitor, and one for a window. `chosen` carries the name, empty for a window."""

    chosen = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__("card-raised", parent, margin=16)
        self.setAccessibleName(self.tr("Monitor of the prompter"))
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.body.addWidget(
            PlainLabel(self.tr("Which monitor does the presenter look at?"), size="m", strong=True)
        )
        self.hint = PlainLabel(
            self.tr("The prompter fills it, and comes back to it whenever it is plugged in."), tone="muted", wrap=True
        )  # fmt: skip
        self.body.addWidget(self.hint)
        self.buttons: list[QPushButton] = []
        self.hide()

    def offer(self, monitors: Sequence[Monitor], now: str | None) -> None:
        """Show a button for each of these; the one chosen `now` is ticked."""
        for button in self.buttons:
            self.body.removeWidget(button)
            button.deleteLater()
        self.buttons = []
        for monitor in monitors:
            where = _where(monitor, monitors)
            words = " · ".join(x for x in (clean_text(monitor.words, 80), where) if x)
            self._add(words, monitor.name, now)
        self._add(self.tr("As a window, on no monitor of its own"), "", now)
        self.adjustSize()
        self.show()
        self.raise_()
        if self.window().isActiveWindow():
            # The panel, no button: a space bar pressed by chance chooses nothing, and Tab leads to the first one.
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)

    def _add(self, words: str, name: str, now: str | None) -> None:
        button = QPushButton(words.replace("&", "&&"), self)
        button.setAutoDefault(False)
        button.setCheckable(True)
        button.setChecked(name == now)
        button.setAccessibleName(words)
        button.setToolTip(tooltip_text(words))
        button.clicked.connect(lambda _=False, chosen=name: self.chosen.emit(chosen))
        self.body.addWidget(button)
        button.show()
        self.buttons.append(button)


def _where(monitor: Monitor, monitors: Sequence[Monitor]) -> str:
    """Where it stands, seen from the main one."""
    main = next((m for m in monitors if m.main), None)
    if monitor.main or main is None:
        return translate("MonitorChoice", "here the studio opens")
    across = monitor.area.center().x() - main.area.center().x()
    down = monitor.area.center().y() - main.area.center().y()
    if abs(across) >= abs(down):
        if across == 0:
            return ""
        return (
            translate("MonitorChoice", "at the right")
            if across > 0
            else translate("MonitorChoice", "at the left")
        )
    return translate("MonitorChoice", "below") if down > 0 else translate("MonitorChoice", "above")
