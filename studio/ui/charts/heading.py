"""The heading row of a chart: its title, what the view shows, and the two buttons."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from studio.ui.theme import SPACE_S
from studio.ui.widgets.labels import ElidedLabel, PlainLabel, tooltip_text


class ChartHeading(QWidget):
    """Title at the left, caption and buttons at the right. The buttons take no focus: the chart has keys for them."""

    home_asked = Signal()
    table_asked = Signal(bool)

    def __init__(self, title: str, home_text: str, home_tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = PlainLabel(size="caption")
        self._title.setProperty("role", "section")
        self.set_title(title)
        self._caption = ElidedLabel("", size="caption", tone="muted")
        self._caption.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._caption.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.home_button = self._button(home_text, home_tip)
        self.home_button.clicked.connect(self.home_asked)
        self.home_button.hide()
        self.table_button = self._button(self.tr("Table"), self.tr("The same figures as a table (T)"))
        self.table_button.setCheckable(True)
        self.table_button.clicked.connect(self.table_asked)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self._title)
        row.addWidget(self._caption, 1)
        row.addWidget(self.home_button)
        row.addWidget(self.table_button)

    def set_title(self, title: str) -> None:
        """Name the chart."""
        self._title.setText(title.upper())
        self._title.setAccessibleName(title)

    def add_switch(self, text: str, tip: str) -> QToolButton:
        """A small switch left of the other buttons."""
        button = self._button(text, tip)
        button.setCheckable(True)
        self._row.insertWidget(self._row.indexOf(self.home_button), button)
        return button

    @property
    def caption(self) -> str:
        """What stands right of the title."""
        return self._caption.text()

    def set_caption(self, text: str, tone: str) -> None:
        """Say what the view shows; the tone is `muted` or `warning`."""
        self._caption.setText(text)
        self._caption.set_tone(tone)

    def _button(self, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tooltip_text(tip))
        button.setAccessibleName(text)
        button.setAccessibleDescription(tip)
        button.setProperty("variant", "compact")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button
