"""The tables of the review: every column sorts by its figures, what is not known stands last."""

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester

from studio.domain.kpi import ProductFigures, PromoFigures
from studio.domain.money import Money
from studio.ui.review.figures_model import (
    KEY_ROLE,
    FiguresModel,
    FiguresOrder,
)
from studio.ui.review.figures_table import FiguresTable
from studio.ui.review.rows import product_columns, product_row, promo_columns, promo_row
from studio.ui.texts import Texts
from tests.fakes.fake_studio import MINUTE, T0

TEXTS = Texts("en", "UTC")
UP, DOWN = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder


def a_product(
    n: int,
    title: str = "",
    minutes: float = 5,
    viewers: float | None = 100,
    units: int = 1,
    cents: int = 1000,
):
    money = Money(cents, "EUR")
    per_minute = Money(round(cents / minutes), "EUR") if minutes else None
    return ProductFigures(
        f"p{n}",
        title or f"Product {n}",
        round(minutes * MINUTE),
        viewers,
        units,
        money,
        per_minute,
        n * 3,
        None,
        n,
        n * 7,
    )


def watched(model) -> QAbstractItemModelTester:
    return QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)


@pytest.fixture
def model(qapp) -> FiguresModel:
    return FiguresModel(product_columns())


@pytest.fixture
def table(qtbot, theme, model) -> FiguresTable:
    table = FiguresTable(model, theme, "Products")
    qtbot.addWidget(table)
    table.resize(700, 300)
    table.show()
    return table


def column(table_or_order, n: int) -> list[str]:
    order = getattr(table_or_order, "order", table_or_order)
    return [order.index(at, n).data() for at in range(order.rowCount())]


def click_head(qtbot, table: FiguresTable, section: int) -> None:
    head = table.horizontalHeader()
    at = head.sectionViewportPosition(section) + head.sectionSize(section) // 2
    place = head.rect().center()
    place.setX(at)
    qtbot.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_a_row_says_what_the_figures_say(model):
    tester = watched(model)
    model.set_rows([product_row(a_product(3, "Mug", 6.5, 1540.4, 31, 111600), TEXTS)])
    assert [model.index(0, n).data() for n in range(10)] == [
        "Mug", "6:30", "1,540", "21", "9", "31", "€1,116.00", "€171.69", "", "3",
    ]  # fmt: skip
    spoken = model.index(0, 5).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Sold: 31"
    assert tester.model() is model


def test_clicks_and_carts_that_the_shop_does_not_tell_by_product_are_left_out_with_a_reason(table, model):
    import msgspec

    silent = [msgspec.structs.replace(a_product(n), clicks=None, add_to_carts=None) for n in (1, 2)]
    model.set_rows([product_row(p, TEXTS) for p in silent])
    assert [table.isColumnHidden(n) for n in (3, 4)] == [True, True]
    assert model.index(0, 3).data() == "not known"
    model.set_rows([product_row(a_product(1), TEXTS), product_row(silent[1], TEXTS)])
    assert [table.isColumnHidden(n) for n in (3, 4)] == [False, False]


def test_figures_that_change_keep_the_chosen_row_and_tell_only_of_the_change(table, model):
    tester = watched(model)
    model.set_rows([product_row(a_product(n), TEXTS) for n in (1, 2, 3)])
    table.select_row("p2")
    resets = []
    model.modelReset.connect(lambda: resets.append(1))
    model.set_rows([product_row(a_product(n, units=9), TEXTS) for n in (1, 2, 3)])
    assert table.chosen_id == "p2"
    assert column(table, 5) == ["9", "9", "9"]
    assert not resets
    assert tester.model() is model


def test_what_is_not_known_says_so_and_what_never_was_on_air_is_a_dash(model):
    model.set_rows(
        [
            product_row(a_product(1, viewers=None), TEXTS),
            product_row(a_product(2, minutes=0, viewers=None), TEXTS),
        ]
    )
    assert [model.index(row, 2).data() for row in (0, 1)] == ["not known", "–"]
    assert [model.index(row, 1).data() for row in (0, 1)] == ["5:00", "–"]


def test_a_sold_out_product_says_when_and_is_marked(model, table):
    import msgspec

    gone = msgspec.structs.replace(a_product(9, "Felt slippers"), sold_out_at_ms=T0 + 46 * MINUTE)
    model.set_rows([product_row(gone, TEXTS), product_row(a_product(1), TEXTS)])
    assert column(table, 0)[0] == "⚠ Felt slippers"
    assert column(table, 8)[0] == "19:46"
    assert "sold out at 19:46" in model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert [model.row(n).warning for n in (0, 1)] == [True, False]


@pytest.mark.parametrize("section", [0, 1, 2, 3, 4, 5, 6, 7, 9])
def test_a_click_on_any_head_sorts_by_it_and_a_third_brings_the_order_of_the_show_back(
    qtbot, table, model, section
):
    products = [
        a_product(2, "Candle", 5, 9.0, 100, 9_900), a_product(10, "board", 12, 1_000.0, 2, 120_000),
        a_product(1, "Apron", 1, 99.5, 30, 1_000),
    ]  # fmt: skip
    model.set_rows([product_row(p, TEXTS) for p in products])
    before = column(table, 0)
    keys = [model.index(n, section).data(KEY_ROLE) for n in range(3)]
    ranked = [
        before[n]
        for n in sorted(range(3), key=lambda n: str(keys[n]).casefold() if section == 0 else keys[n])
    ]
    click_head(qtbot, table, section)
    # Names from A on, figures from the largest on.
    assert column(table, 0) == (ranked if section == 0 else ranked[::-1])
    click_head(qtbot, table, section)
    assert column(table, 0) == (ranked[::-1] if section == 0 else ranked)
    click_head(qtbot, table, section)
    assert column(table, 0) == before


figure = st.none() | st.integers(0, 3000).map(float)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(figure, max_size=12), st.sampled_from([UP, DOWN]))
def test_unknown_figures_stand_last_whichever_way_it_is_sorted(qapp, viewers, way):
    model = FiguresModel(product_columns())
    order = FiguresOrder(model)
    tester = watched(order)
    model.set_rows([product_row(a_product(n, viewers=v), TEXTS) for n, v in enumerate(viewers)])
    order.sort(2, way)
    keys = [order.index(at, 2).data(KEY_ROLE) for at in range(order.rowCount())]
    known = sorted((v for v in viewers if v is not None), reverse=way is DOWN)
    assert keys == [*known, *[None] * viewers.count(None)]
    assert tester.model() is order


def test_a_row_is_found_and_chosen_in_any_order(qtbot, table, model):
    model.set_rows([product_row(a_product(n, cents=1000 - n), TEXTS) for n in range(30)])
    table.sortByColumn(4, UP)
    with qtbot.waitSignal(table.row_chosen) as chosen:
        assert table.select_row("p3")
    assert chosen.args == ["p3"]
    assert table.selectionModel().selectedRows()[0].data() == "Product 3"
    assert not table.select_row("unknown")


def test_rows_are_copied_for_a_spreadsheet(qtbot, table, model):
    model.set_rows([product_row(a_product(n), TEXTS) for n in range(3)])
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().split("\n")
    assert lines[0].split("\t")[:3] == ["Item", "On air", "Avg viewers"]
    assert len(lines) == 4
    table.select_row("p1")
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().split("\n")
    assert [line.split("\t")[0] for line in lines] == ["Item", "Product 1"]


def test_figures_are_never_cut_at_any_width(table, model):
    big = a_product(1, "A very long name of a product " * 5, 615, 1_234_567, 1_000_000, 1_234_567_890)
    model.set_rows([product_row(big, TEXTS)])
    for width in (1200, 700, 400):
        table.resize(width, 200)
        for n in (1, 2, 3, 4, 5, 6, 7, 9):
            needed = (
                table.itemDelegate()
                .sizeHint(
                    table.viewOptions() if hasattr(table, "viewOptions") else _option(table),
                    table.order.index(0, n),
                )
                .width()
            )
            assert table.columnWidth(n) >= needed
        assert table.columnWidth(0) >= 100


def _option(table):
    from PySide6.QtWidgets import QStyleOptionViewItem

    option = QStyleOptionViewItem()
    table.initViewItemOption(option)
    return option


def test_every_column_explains_itself(model):
    for n, head in enumerate(model.columns):
        assert (
            model.headerData(n, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
            == f"<p>{head.how}</p>"
        )
    assert model.headerData(0, Qt.Orientation.Vertical) is None


def test_a_code_at_its_limit_is_marked(qapp):
    model = FiguresModel(promo_columns())
    tester = watched(model)
    money = Money(1000, "EUR")
    rows = [PromoFigures("NORD20", 50, 50, money, money), PromoFigures("LIVE", 3, None, money, money)]
    model.set_rows([promo_row(row, TEXTS) for row in rows])
    assert [model.index(n, 1).data() for n in (0, 1)] == ["50 / 50", "3"]
    assert [model.row(n).warning for n in (0, 1)] == [True, False]
    assert tester.model() is model


def test_markup_in_a_name_stays_text(model):
    model.set_rows([product_row(a_product(1, "<b>Mug</b>\u202e"), TEXTS)])
    assert model.index(0, 0).data() == "<b>Mug</b>"
    assert "&lt;b&gt;" in model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
