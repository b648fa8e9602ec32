"""The Prepare workspace: the catalogue at the left, the line-up in the middle, what is open and the goals at the right."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from studio.domain.product import Product
from studio.ui.prepare.catalogue_panel import CataloguePanel
from studio.ui.prepare.goals_panel import GoalsPanel
from studio.ui.prepare.header import PrepareHeader
from studio.ui.prepare.lineup_editor import LineUpEditor
from studio.ui.prepare.past_panel import PastPanel
from studio.ui.prepare.readiness_panel import ReadinessPanel
from studio.ui.theme import SPACE_S
from studio.ui.widgets.island import Island

_WIDTHS: Final = (330, 760, 320)
_SUFFIXES: Final = (".csv", ".xlsx", ".json", ".txt")


class PrepareWorkspace(QWidget):
    """One show in front of its producer. It puts the panels beside each other and leads from one to the other; what
    reaches out of the workspace is emitted.
    """

    file_dropped = Signal(str)
    """A line-up file was dropped here: its path."""

    def __init__(
        self,
        header: PrepareHeader,
        catalogue: CataloguePanel,
        lineup: LineUpEditor,
        readiness: ReadinessPanel,
        goals: GoalsPanel,
        past: PastPanel,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.header, self.catalogue, self.lineup = header, catalogue, lineup
        self.readiness, self.goals, self.past = readiness, goals, past
        # The catalogue's long list scrolls from under a notice; the item's fields in the middle could not.
        self.notices_over: QWidget = catalogue
        self.setProperty("role", "workspace")
        self.setAccessibleName(self.tr("Prepare"))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAcceptDrops(True)
        self.splitters = self._lay_out()
        catalogue.add_wanted.connect(self._add)
        readiness.item_wanted.connect(lineup.select_item)

    def _lay_out(self) -> dict[str, QSplitter]:
        columns = QSplitter(Qt.Orientation.Horizontal)
        columns.addWidget(Island(self.catalogue))
        columns.addWidget(Island(self.lineup))
        columns.addWidget(_column(self.readiness, self.goals, self.past))
        for n, stretch in enumerate((24, 54, 22)):
            columns.setStretchFactor(n, stretch)
        columns.setSizes(list(_WIDTHS))
        columns.setHandleWidth(SPACE_S)
        columns.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        column.setSpacing(SPACE_S)
        column.addWidget(Island(self.header))
        column.addWidget(columns, 1)
        return {"columns": columns}

    def search(self) -> None:
        """Ctrl F: look through the catalogue."""
        self.catalogue.focus_search()

    def _add(self, products: Sequence[Product]) -> None:
        self.lineup.add_products(products)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: D102
        if _file_of(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: D102
        if file := _file_of(event.mimeData()):
            event.acceptProposedAction()
            self.file_dropped.emit(file)


def _column(readiness: QWidget, goals: QWidget, past: QWidget) -> QWidget:
    """The checks take what goals and past shows leave: their list scrolls."""
    inside = QWidget()
    column = QVBoxLayout(inside)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(SPACE_S)
    column.addWidget(readiness, 1)
    column.addWidget(goals)
    column.addWidget(past)
    return inside


def _file_of(data: QMimeData) -> str:
    """The one line-up file that is dragged; empty where something else is."""
    urls = data.urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return ""
    path = urls[0].toLocalFile()
    return path if path.lower().endswith(_SUFFIXES) else ""
