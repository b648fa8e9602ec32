"""The fields for a moment: a date, a time of day and a time zone, or no date yet."""

import datetime as dt
import zoneinfo

from PySide6.QtCore import QDate, Qt, QTime, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QCompleter,
    QDateEdit,
    QHBoxLayout,
    QTimeEdit,
    QVBoxLayout,
    QWidget,
)

from studio.domain.local_time import Moment, local_of, moment_of
from studio.ui.theme import SPACE_S, SPACE_XS
from studio.ui.widgets.labels import PlainLabel

_USUAL_START = dt.time(20, 0)


class ChoiceField(QComboBox):
    """A choice that the wheel changes only while it has the focus, and that may be typed to be found."""

    def __init__(self, choices: tuple[tuple[str, str], ...], value: str, *, typed: bool = False) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumContentsLength(10)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for given, text in choices:
            self.addItem(text, given)
        if typed:
            self.setEditable(True)
            self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
            found = QCompleter(self.model(), self)
            found.setFilterMode(Qt.MatchFlag.MatchContains)
            found.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            found.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
            self.setCompleter(found)
        at = self.findData(value)
        if at >= 0:
            self.setCurrentIndex(at)
        elif typed:
            self.setEditText(value)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: D102
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def hint(self, text: str) -> None:
        """What stands in the empty field."""
        line = self.lineEdit()
        if line is not None:  # pyright: ignore[reportUnnecessaryComparison] - a choice that is not typed has none
            line.setPlaceholderText(text)

    @property
    def value(self) -> str:
        """What was chosen, or what was typed."""
        if not self.isEditable():
            return str(self.currentData() or "")
        text = self.currentText().strip()
        at = self.findText(text, Qt.MatchFlag.MatchFixedString)
        return str(self.itemData(at)) if at >= 0 else text


class WhenFields(QWidget):
    """Date, time and time zone. `moment` is what they say; `changed` is emitted when it may have become another."""

    changed = Signal()

    def __init__(
        self, starts_at_ms: int | None, zone: str, now_ms: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._now_ms = now_ms
        self.undated = QCheckBox(self.tr("No date yet"))
        self.undated.setChecked(starts_at_ms is None)
        shown = local_of(now_ms if starts_at_ms is None else starts_at_ms, zone)
        if starts_at_ms is None:
            shown = dt.datetime.combine(shown.date() + dt.timedelta(days=1), _USUAL_START)
        self.date = QDateEdit(QDate(shown.year, shown.month, shown.day))
        self.date.setCalendarPopup(True)
        self.date.setDisplayFormat("d MMM yyyy")
        self.date.setAccessibleName(self.tr("Date"))
        self.time = QTimeEdit(QTime(shown.hour, shown.minute))
        self.time.setDisplayFormat("HH:mm")
        self.time.setAccessibleName(self.tr("Time of day"))
        for field, widest in ((self.date, "28 May 2028"), (self.time, "20:00")):
            # The stylesheet's left padding does not reach the text of a spin box.
            field.lineEdit().setTextMargins(8, 0, 0, 0)
            field.setMinimumWidth(field.fontMetrics().horizontalAdvance(widest) + 48)
        zones = tuple((name, name) for name in sorted(zoneinfo.available_timezones()))
        self.zone = ChoiceField(zones, zone, typed=True)
        self.zone.setAccessibleName(self.tr("Time zone"))
        self.hint = PlainLabel("", size="caption", tone="muted", wrap=True)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        for widget, stretch in ((self.date, 2), (self.time, 1), (self.undated, 0)):
            row.addWidget(widget, stretch)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        column.addLayout(row)
        column.addWidget(self.zone)
        column.addWidget(self.hint)
        self.undated.toggled.connect(self._moved)
        self.date.dateChanged.connect(self._moved)
        self.time.timeChanged.connect(self._moved)
        self.zone.currentTextChanged.connect(self._moved)
        self._moved()

    @property
    def moment(self) -> Moment:
        """The moment; without a date only the time zone is looked at."""
        day, time = self.date.date(), self.time.time()
        local = dt.datetime.combine(
            dt.date(day.year(), day.month(), day.day()), dt.time(time.hour(), time.minute())
        )
        found = moment_of(local, self.zone.value)
        if not self.undated.isChecked():
            return found
        known = moment_of(dt.datetime.combine(local.date(), dt.time(12)), self.zone.value)
        return Moment(None, "" if known.at_ms is not None else known.problem)

    @property
    def problem(self) -> str:
        """Why this cannot be; empty when it can."""
        return self.moment.problem

    def say(self, problem: str) -> None:
        """What is wrong, or what is worth knowing of this moment."""
        found = self.moment
        past = (
            self.tr("This is in the past.") if found.at_ms is not None and found.at_ms < self._now_ms else ""
        )
        told = problem or found.problem or " ".join(filter(None, (past, found.note)))
        self.hint.setText(f"⚠ {told}" if told else "")
        self.hint.set_tone("warning" if told else "muted")
        self.hint.setVisible(bool(told))
        self.setAccessibleDescription(told)

    def _moved(self) -> None:
        for field in (self.date, self.time):
            field.setEnabled(not self.undated.isChecked())
        self.say("")
        self.changed.emit()
