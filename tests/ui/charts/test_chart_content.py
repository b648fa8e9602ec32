"""Every chart answers all that a chart must answer."""

import inspect

import pytest

from studio.ui.charts.base import TimeChart
from studio.ui.charts.content import ChartContent
from studio.ui.charts.stock_chart import StockChart
from studio.ui.charts.viewers_chart import ViewersChart

OWED = [
    name
    for name, function in inspect.getmembers(ChartContent, inspect.isfunction)
    if function.__module__ == ChartContent.__module__ and "NotImplementedError" in inspect.getsource(function)
]


def test_something_is_owed():
    assert "_draw" in OWED


@pytest.mark.parametrize("owed", OWED)
@pytest.mark.parametrize("chart", [ViewersChart, StockChart])
def test_a_chart_owes_no_answer(chart: type[TimeChart], owed: str):
    assert getattr(chart, owed) is not getattr(ChartContent, owed)
