"""What a chart of one kind has to say; the rest is the same for all and lives in `base`."""

from PySide6.QtCore import QLocale
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from studio.ui.charts.frame import Frame, Reading, Word
from studio.ui.charts.plot import PlotArea
from studio.ui.charts.series import Times
from studio.ui.charts.table import Row


class ChartContent(QWidget):
    """Each chart answers these; those that raise have no answer that would do for all. All times are UTC ms.

    Not an abstract class by name: Qt makes its widgets without asking `abc` whether something is missing, a test asks.
    """

    plot: PlotArea

    def _extent(self) -> tuple[int, int] | None:
        """The oldest and the newest time there is to see; None = nothing yet."""
        raise NotImplementedError

    def _highest(self, start_ms: int, end_ms: int) -> float:
        """The value the plot must have room for."""
        raise NotImplementedError

    def _draw(self, frame: Frame) -> None:
        """Set the lines of the plot."""
        raise NotImplementedError

    def _arrange(self, frame: Frame) -> list[Word]:
        """The words on the plot, the most important first: of two that collide the later is left out."""
        raise NotImplementedError

    def _read(self, t_ms: float) -> Reading | None:
        """What the cursor reads at a moment; the reading's own moment is that of the sample."""
        raise NotImplementedError

    def _cursor_times(self) -> Times:
        """The times the cursor stops at when it is moved by key: those of the samples, ascending."""
        raise NotImplementedError

    def _table(self) -> tuple[Row, list[Row], frozenset[int]]:
        """Headers, rows and the columns that hold texts."""
        raise NotImplementedError

    def _describe(self) -> str:
        """The state of the chart in a sentence or two, for who hears it."""
        raise NotImplementedError

    def _caption(self) -> tuple[str, str]:
        """What stands right of the heading, and its tone."""
        raise NotImplementedError

    def _empty_text(self) -> tuple[str, str]:
        """Heading and hint of the empty state."""
        raise NotImplementedError

    def _rows_below(self) -> int:
        """How many rows of words lie between the plot and the times."""
        return 0

    def _paint_under(self, painter: QPainter, frame: Frame) -> None:
        """Paint what lies behind the lines."""

    def _paint_over(self, painter: QPainter, frame: Frame) -> None:
        """Paint what lies over the lines, under the words and the cursor."""

    def _clicked(self, t_ms: float) -> None:
        """Somebody clicked at a moment, or pressed Enter at the cursor."""

    def count(self, value: float) -> str:
        """A count with its thousands apart, as the language writes it."""
        locale = self.locale()
        if locale.language() == QLocale.Language.C:
            locale = QLocale(QLocale.Language.English)
        return locale.toString(round(value))

    def write_as(self, locale: QLocale) -> None:
        """Write counts as this language does, beside the plot too, whatever the computer's own language is."""
        self.setLocale(locale)
        self.plot.write_counts(locale.decimalPoint())
