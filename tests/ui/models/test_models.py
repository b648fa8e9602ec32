"""The window's models follow the show by exact signals."""

import random

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from PySide6.QtCore import QAbstractListModel
from PySide6.QtTest import QAbstractItemModelTester

from studio.domain import commands as cmd
from studio.domain.lineup import ItemStatus
from studio.ui.models.lineup_model import LineUpModel
from studio.ui.models.live_show import LiveShow
from studio.ui.models.question_model import QuestionModel
from studio.ui.models.sync_rows import sync_rows
from tests.fakes.fake_studio import MINUTE, FakeStudio, a_product


@pytest.fixture
def studio(qapp) -> FakeStudio:
    return FakeStudio()


@pytest.fixture
def show(studio) -> LiveShow:
    live = LiveShow(studio.opened())
    studio.changes.connect(live.take)
    return live


def watched(model: QAbstractListModel) -> QAbstractItemModelTester:
    return QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)


async def test_the_line_up_shows_what_is_on_air_and_what_is_next(studio, show):
    model = LineUpModel(show, studio.clock.now)
    tester = watched(model)
    await studio.do(cmd.StartShow())
    await studio.do(cmd.NextItem())
    rows = [model.row(n) for n in range(model.rowCount())]
    assert rows[0].status is ItemStatus.ON_AIR
    assert [r.item.id for r in rows if r.is_next] == ["i2"]
    assert (rows[0].left, rows[9].left) == (212, None)
    assert model.index(1).data() == "Ceramic mug set of 4"
    await studio.do(cmd.MoveItem("i9", 0))
    await studio.do(cmd.RemoveItem("i5"))
    assert [model.row(n).item.id for n in range(3)] == ["i9", "i1", "i2"]
    assert tester.model() is model


async def test_stock_and_codes_reach_their_rows(studio, show):
    model = LineUpModel(show, studio.clock.now)
    await studio.do(cmd.StartShow())
    await studio.do(cmd.IssuePlannedPromo("promo-1", "i4"))
    assert model.row(3).show_price is None
    studio.confirm_promos()
    assert model.row(3).show_price.amount_minor == 7120
    studio.hear_stock("v4", 5)
    assert model.row(3).left == 5
    studio.clock.passes(11 * MINUTE)
    model.refresh_times(studio.clock.now)
    assert model.row(3).show_price is None


async def test_an_answered_question_leaves_the_queue_and_undo_brings_it_back(studio, show):
    model = QuestionModel(show, studio.clock.now)
    tester = watched(model)
    studio.hear_chat("Can it be washed in the machine?", "hello", "How long is delivery to Denmark?")
    assert model.rowCount() == 2
    first = model.row(0).question.id
    await studio.do(cmd.AnswerQuestion(first))
    assert model.row_of(first) == -1
    await studio.do(cmd.Undo())
    assert model.row_of(first) >= 0
    assert tester.model() is model


async def test_the_queue_moves_only_when_it_is_told_to(studio, show):
    model = QuestionModel(show, studio.clock.now)
    studio.hear_chat("Can it be washed in the machine?")
    for _ in range(3):
        studio.hear_chat("How long is delivery to Denmark?")
    assert model.row(0).question.text.startswith("Can it")
    model.resort(studio.clock.now)
    assert model.row(0).question.text.startswith("How long")


def test_stock_that_comes_before_its_product_is_not_lost(studio, show):
    studio.products.pop("p9")
    live = LiveShow(studio.opened())
    assert live.sellable("p9").total is None
    studio.changes.connect(live.take)
    studio.hear_product(a_product(9, "Felt slippers", 3900))
    assert live.sellable("p9").total == 9


def test_the_peak_counts_from_the_start_of_the_show(studio, show):
    studio.hear_viewers(5000)
    assert show.peak is None
    assert show.viewers == 5000


class Rows(QAbstractListModel):
    def __init__(self, rows):
        super().__init__()
        self.rows = rows

    def rowCount(self, parent=None):
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index, role=0):
        return self.rows[index.row()] if role == 0 and index.row() < len(self.rows) else None


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 12), unique=True), st.lists(st.integers(0, 12), unique=True))
def test_any_order_becomes_any_other_by_signals_that_qt_accepts(qapp, before, after):
    model = Rows(list(before))
    tester = watched(model)
    sync_rows(model, model.rows, after, lambda r: r, lambda _at: None)
    assert model.rows == after
    assert tester.model() is model


def test_one_row_dragged_down_is_one_move(qapp):
    model = Rows(list(range(500)))
    moves = []
    model.rowsMoved.connect(lambda *_: moves.append(1))
    order = list(range(500))
    order.insert(400, order.pop(3))
    sync_rows(model, model.rows, order, lambda r: r, lambda _at: None)
    assert len(moves) == 1
    random.Random(1).shuffle(order)
    sync_rows(model, model.rows, order, lambda r: r, lambda _at: None)
    assert model.rows == order
