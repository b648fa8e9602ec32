"""The figures as a table: exact signals, so that a selection and a screen reader stay where they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from studio.ui.charts.table import ChartTable

HEADERS = ("Time", "Viewers")
ROWS = st.lists(st.tuples(st.sampled_from(["20:00", "20:01"]), st.sampled_from(["1", "2"])), max_size=8)


def texts(model: ChartTable) -> list[tuple[str, ...]]:
    return [
        tuple(str(model.index(r, c).data()) for c in range(model.columnCount()))
        for r in range(model.rowCount())
    ]


@given(st.lists(ROWS, max_size=6))
def test_the_table_shows_what_it_was_given_last(steps: list[list[tuple[str, str]]]) -> None:
    model = ChartTable()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for rows in steps:
        model.show(HEADERS, rows)
        assert texts(model) == rows
    assert tester.model() is model


def test_a_new_minute_is_added_without_touching_the_others(qtbot) -> None:
    model = ChartTable()
    model.show(HEADERS, [("20:00", "5"), ("20:01", "6")])
    kept = QPersistentModelIndex(model.index(1, 1))
    with qtbot.waitSignals([model.dataChanged, model.rowsInserted]), qtbot.assertNotEmitted(model.modelReset):
        model.show(HEADERS, [("20:00", "5"), ("20:01", "7"), ("20:02", "8")])
    assert kept.isValid()
    assert kept.data() == "7"
    with qtbot.assertNotEmitted(model.dataChanged), qtbot.assertNotEmitted(model.rowsInserted):
        model.show(HEADERS, [("20:00", "5"), ("20:01", "7"), ("20:02", "8")])


def test_headers_are_told_and_figures_stand_at_the_right() -> None:
    model = ChartTable()
    model.show(HEADERS, [("20:00", "5")])
    assert [model.headerData(c, Qt.Orientation.Horizontal) for c in range(2)] == list(HEADERS)
    right = model.index(0, 1).data(Qt.ItemDataRole.TextAlignmentRole)
    assert right & Qt.AlignmentFlag.AlignRight
    assert not model.index(0, 0).data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert model.index(0, 1).data(Qt.ItemDataRole.AccessibleTextRole) == "5"


def test_a_row_that_does_not_fit_the_headers_is_refused_and_changes_nothing() -> None:
    model = ChartTable()
    model.show(HEADERS, [("20:00", "5")])
    with pytest.raises(ValueError, match="one text for each header"):
        model.show(HEADERS, [("20:00",)])
    assert texts(model) == [("20:00", "5")]
