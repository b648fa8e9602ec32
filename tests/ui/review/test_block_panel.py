"""A block of the show: opened on the timeline, by key, from advice and tables; its chat, questions and orders."""

import asyncio
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester

from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.alerts import Alert, AlertKind, ChatGap
from studio.ui.review.alert_words import alert_words
from studio.ui.review.block_panel import PAGE
from studio.ui.review.blocks import block_at, blocks_of, facts_of, feeds_of
from studio.ui.review.timeline import draw
from studio.ui.texts import Texts
from tests.fakes.fake_studio import MINUTE, T0

NO_KEYS = Qt.KeyboardModifier.NoModifier


@pytest.fixture
async def played(review, studio):
    studio.play()
    await review.load("show-1")
    review.timeline.flush()
    return review


def click_at(qtbot, review, at_ms: int) -> None:
    chart = review.timeline
    place = QPoint(round(chart.plot.frame_shown.x(at_ms)), 60)
    qtbot.mouseClick(chart.plot.viewport(), Qt.MouseButton.LeftButton, NO_KEYS, place)


def chat_texts(review) -> list[str]:
    return [row.message.text for row in review.block._rows]


async def test_a_click_on_a_block_shows_its_chat_its_questions_and_its_orders(played, studio, qtbot, tasks):
    block = blocks_of(studio.state, studio.clock.now)[3]
    within = [r.message.text for r in studio.chat if block.from_ms <= r.message.at_ms < block.to_ms]
    click_at(qtbot, played, block.from_ms + MINUTE)
    assert played.block.isVisible()
    assert played.block.title.text() == "Wool blanket “Nord”, 140×200"
    assert played.block.when.text() == "19:16–19:23 · 7:00"
    await tasks.drain()
    assert chat_texts(played) == within
    facts = facts_of(played.review, feeds_of(played.review), block)
    assert played.block.stats.stats["orders"].value.text() == str(facts.own.orders)
    assert played.block.tabs["orders"].text() == f"Orders ({len(facts.orders)})"
    played.block.tabs["orders"].click()
    table = played.block.orders.table
    assert table.isVisible()
    assert table.order.rowCount() == len(facts.orders) > 0
    first = facts.orders[0]
    assert [c.text for c in table.figures.row(0).cells][1] == first.number
    assert {row for row in range(len(facts.orders)) if table.figures.row(row).warning} == {
        n for n, order in enumerate(facts.orders) if order.cancelled
    }
    chosen = played.tables.products.selectionModel().selectedRows()
    assert [index.data() for index in chosen] == ["Wool blanket “Nord”, 140×200"]


async def test_the_arrow_keys_and_return_open_a_block_and_esc_closes_it(played, qtbot, tasks):
    chart = played.timeline
    chart.setFocus()
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Return):
        qtbot.keyClick(chart, key)
    await tasks.drain()
    assert played.block.title.text() == "Q&A block"
    assert chart.chosen_ms == played.block.block.from_ms
    qtbot.keyClick(played.block.tabs["chat"], Qt.Key.Key_Escape)
    assert not played.block.isVisible()
    assert chart.chosen_ms is None


async def test_ctrl_and_the_arrows_go_from_block_to_block(played, qtbot, tasks):
    played.timeline.block_clicked.emit("i1", T0)
    assert not played.block.before.isEnabled()
    qtbot.keyClick(played.block, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert played.block.block.item_id == "i2"
    qtbot.mouseClick(played.block.behind, Qt.MouseButton.LeftButton)
    assert played.block.block.item_id == "i3"
    qtbot.keyClick(played.block, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    assert played.block.block.item_id == "i2"
    played.timeline.block_clicked.emit("i10", T0 + 50 * MINUTE)
    assert not played.block.behind.isEnabled()
    await tasks.drain()
    assert played.block.block.item_id == "i10"


async def test_a_long_chat_is_read_page_by_page_and_every_message_once(played, studio, qtbot, tasks):
    block = blocks_of(studio.state, studio.clock.now)[9]
    studio.chat.clear()
    now, studio.clock.now = studio.clock.now, block.from_ms
    # Many share one moment, over the edge of a page.
    for n in range(2 * PAGE + 40):
        studio.hear_chat(f"message {n}")
        if n % 150 == 149:
            studio.clock.passes(1000)
    studio.clock.now = now
    played.timeline.block_clicked.emit("i10", block.from_ms)
    await tasks.drain()
    assert len(chat_texts(played)) == PAGE
    while played.block.more.isVisible():
        qtbot.mouseClick(played.block.more, Qt.MouseButton.LeftButton)
        await tasks.drain()
    assert chat_texts(played) == [f"message {n}" for n in range(2 * PAGE + 40)]


async def test_a_block_without_chat_says_so(played, studio, tasks):
    studio.chat.clear()
    played.timeline.block_clicked.emit("i9", T0 + 45 * MINUTE)
    assert "Reading" in played.block.chat_said.text()
    await tasks.drain()
    assert played.block.chat_said.text() == "Nobody wrote anything in this block."


async def test_a_chat_that_cannot_be_read_says_so(played, studio, tasks, failures):
    async def fails(*_args):
        raise RuntimeError("no such table")

    studio.chat_between = fails
    played.timeline.block_clicked.emit("i2", T0 + 6 * MINUTE)
    await tasks.drain()
    assert "could not be read" in played.block.chat_said.text()
    assert [str(error) for _, error in failures] == ["no such table"]


async def test_of_two_blocks_opened_the_last_ones_chat_is_shown(played, studio, tasks):
    gate, asked = asyncio.Event(), studio.chat_between

    async def slow_first(show_id, from_ms, to_ms, limit):
        if from_ms == T0:
            await gate.wait()
        return await asked(show_id, from_ms, to_ms, limit)

    studio.chat_between = slow_first
    played.timeline.block_clicked.emit("i1", T0)
    played.timeline.block_clicked.emit("i2", T0 + 5 * MINUTE)
    await asyncio.sleep(0)
    gate.set()
    await tasks.drain()
    block = played.block.block
    assert chat_texts(played) == [
        r.message.text for r in studio.chat if block.from_ms <= r.message.at_ms < block.to_ms
    ]


async def test_in_a_narrow_window_the_block_takes_the_room_of_the_advice(played, tasks):
    played.resize(1100, 700)
    played.timeline.block_clicked.emit("i2", T0 + 6 * MINUTE)
    await tasks.drain()
    assert not played.advice.isVisible()
    played.block.closed.emit()
    assert played.advice.isVisible()


async def test_a_product_of_the_table_is_found_on_the_timeline(played, qtbot, tasks):
    table = played.tables.products
    table.select_row("p4")
    qtbot.keyClick(table, Qt.Key.Key_Return)
    await tasks.drain()
    assert played.block.block.item_id == "i4"
    assert played.timeline.reading.text.startswith("19:16")


async def test_an_unanswered_question_is_found_where_it_was_asked(played, qtbot, tasks):
    played.tables.tabs["questions"].click()
    table = played.tables.pages["questions"].table
    assert table.order.rowCount() == played.review.figures.questions.open > 0
    table.selectRow(0)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    await tasks.drain()
    block = played.block.block
    question = next(q for q in played.review.questions if q.id == table.chosen_id)
    assert block.from_ms <= question.asked_at_ms < block.to_ms


async def test_advice_leads_to_its_place_on_the_timeline(played, qtbot, tasks):
    rows = played.advice.rows
    assert len(rows) == len(played.review.advice) > 0
    row = next(r for r in rows if r.advice.item_id)
    qtbot.mouseClick(row.button, Qt.MouseButton.LeftButton)
    await tasks.drain()
    assert played.block.block.item_id == row.advice.item_id
    assert played.timeline.reading is not None


async def test_what_went_wrong_stands_on_the_timeline_and_in_its_table(review, studio, actions):
    studio.hear(ev.ShowStarted(("The stock is two hours old.", "A channel is not signed in.")))
    for item in ("i1", "i9"):
        studio.give(cmd.PinItem(item, deliberate=True))
        studio.minutes(25)
    await review.load("show-1")
    labels = [a.label for a in review.timeline.alerts]
    assert labels == ["started with 2 open warnings", "Felt slippers sold out"]
    actions["chart.table"].act()
    model = review.timeline.table_model
    heads = [model.headerData(n, Qt.Orientation.Horizontal) for n in range(model.columnCount())]
    assert heads[:6] == ["Time", "Viewers", "Highest", "Orders", "Revenue", "Questions"]
    assert heads[-1] == "Alerts"
    rows = [model.index(n, len(heads) - 1).data() for n in range(model.rowCount())]
    assert [text for text in rows if text] == labels


async def test_bars_are_orders_or_revenue_by_key_and_by_button(played, qtbot):
    chart = played.timeline
    chart.setFocus()
    assert "bars = orders" in chart.caption
    qtbot.keyClick(chart, Qt.Key.Key_B)
    chart.flush()
    assert "bars = revenue" in chart.caption
    own = [o for o in played.review.orders if o.link_show_id or o.promo_codes]
    within = [o for o in own if o.paid and o.placed_at_ms <= played.review.state.ended_at_ms]
    assert sum(chart.revenue.values) == sum(o.total.amount_minor for o in within)
    qtbot.mouseClick(chart._switch, Qt.MouseButton.LeftButton)
    assert not chart.revenue_shown


def test_blocks_are_found_by_item_and_moment(studio):
    studio.play()
    blocks = blocks_of(studio.state, studio.clock.now)
    assert [b.item_id for b in blocks] == [f"i{n}" for n in range(1, 11)]
    assert block_at(blocks, at_ms=T0 + 6 * MINUTE).item_id == "i2"
    assert block_at(blocks, "i5").item_id == "i5"
    assert block_at(blocks, at_ms=T0 - 1) is None
    again = replace(blocks[0], n=10, from_ms=T0 + 60 * MINUTE, to_ms=T0 + 65 * MINUTE)
    assert block_at([*blocks, again], "i1", T0 + 58 * MINUTE) is again
    assert block_at([*blocks, again], "i1", T0 + MINUTE) is blocks[0]


def test_the_tables_of_the_block_keep_the_rules_of_models(review):
    for page in (review.block.orders, review.block.questions):
        tester = QAbstractItemModelTester(
            page.table.figures, QAbstractItemModelTester.FailureReportingMode.Fatal
        )
        page.show_rows([])
        assert tester.model() is page.table.figures
        assert page.nothing.text()


async def test_what_went_wrong_in_a_block_is_told_in_it_and_on_the_timeline(review, studio, tasks):
    studio.play(2, end=False)
    began = studio.state.runs[0].from_ms
    studio.gaps.append(ChatGap("live", began + MINUTE, 12))
    studio.hear(ev.LinkLost("shop", "Nordhus", began + 2 * MINUTE), ev.LinkRestored("shop", "Nordhus"))
    await review.load("show-1")
    labels = [a.label for a in review.timeline.alerts]
    assert labels[:2] == ["live: 12 messages missing", "shop lost"]
    assert labels[2].startswith("shop back after ")
    review.timeline.block_clicked.emit("i1", began)
    await tasks.drain()
    assert review.block.alerts.isVisible()
    assert review.block.alerts.text() == "⚠ 19:01 live: 12 messages missing\n⚠ 19:02 shop lost"
    review.timeline.point_at(began + 2 * MINUTE)
    reading = review.timeline._read(began + 2 * MINUTE)
    assert "⚠ shop lost" in [text for text, _ in reading.lines]


def test_every_kind_of_alert_has_words_for_one_and_for_many(qapp):
    texts = Texts("de")
    for kind in AlertKind:
        for count in (0, 1, 1234):
            words = alert_words(Alert(T0, kind, "NORD {n}", count, 42_000), {}, texts)
            assert words, kind
            assert "{subject}" not in words
            assert "{length}" not in words
    lost = Alert(T0, AlertKind.TOO_LATE, "tw", 1234)
    assert alert_words(lost, {"tw": "Twitch"}, texts) == "1.234 messages too late for Twitch"


async def test_counts_on_the_axis_are_written_as_the_figures_are(played, qapp):
    axis = played.timeline.plot.count_axis
    assert axis.tickStrings([1500.0], 1.0, 500.0) == ["1.5k"]
    texts, review = Texts("de"), played.review
    played.timeline.show_data(review, draw(review, T0, texts).timeline, texts, keep_view=True)
    assert axis.tickStrings([1500.0], 1.0, 500.0) == ["1,5k"]
    assert played.timeline.count(1284.0) == "1.284"
