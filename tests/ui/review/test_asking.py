"""Chapters of the replay, goals and costs told afterwards, late orders, and advice in words."""

import asyncio

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit

from studio.domain import commands as cmd
from studio.domain.advice import Advice, AdviceKind
from studio.domain.plan import CostLine, Goals
from studio.domain.show_state import Broadcast
from studio.ui.review.advice_words import words_of
from studio.ui.review.chapters_dialog import ChaptersDialog
from studio.ui.review.goals_dialog import GoalsDialog
from studio.ui.review.workspace import ReviewWorkspace
from studio.ui.studio import ExportKind
from studio.ui.texts import Texts
from tests.fakes.fake_studio import T0
from tests.ui.review.review_kit import tile

TEXTS = Texts("en", "UTC")


@pytest.fixture
async def played(review, studio):
    studio.play()
    review.follow(studio.listen())
    await review.load("show-1")
    return review


def type_into(qtbot, field, text: str) -> None:
    line = field.findChild(QLineEdit)
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, text)
    qtbot.keyClick(line, Qt.Key.Key_Tab)


# --- chapters -------------------------------------------------------------------------------------------------


async def test_chapters_move_with_the_offset_before_they_are_saved(played, studio, qtbot, tasks, tmp_path):
    qtbot.mouseClick(played.header.chapters, Qt.MouseButton.LeftButton)
    dialog = played.findChild(ChaptersDialog)
    rows = dialog.page.table.figures
    assert [rows.index(n, 2).data() for n in range(3)] == ["0:00", "5:00", "11:00"]
    type_into(qtbot, dialog.offset, "75")
    assert [rows.index(n, 2).data() for n in range(4)] == ["0:00", "1:15", "6:15", "12:15"]
    dialog.formats["vtt"].trigger()
    played.export.dialog.findChild(QLineEdit).setText(str(tmp_path / "c"))
    played.export.dialog.accept()
    await tasks.drain()
    assert studio.exported == [(ExportKind.CHAPTERS_VTT, tmp_path / "c.vtt", 75_000)]
    dialog.reject()


async def test_with_several_recordings_it_is_said_that_each_has_a_file(played, studio, qtbot):
    qtbot.mouseClick(played.header.chapters, Qt.MouseButton.LeftButton)
    dialog = played.findChild(ChaptersDialog)
    assert not dialog.told.text()
    dialog.reject()
    state = played.review.state
    began, ended = state.started_at_ms, state.ended_at_ms
    middle = (began + ended) // 2
    casts = (Broadcast("obs", began, middle), Broadcast("obs", middle + 30_000, ended))
    dialog = played.dialogs.open_chapters(msgspec.structs.replace(state, broadcasts=casts), TEXTS)
    assert "one file for each recording" in dialog.told.text()
    type_into(qtbot, dialog.offset, "5")
    assert "one file for each recording" in dialog.told.text()
    dialog.reject()


async def test_what_is_copied_for_youtube_is_what_the_file_would_hold(played, studio, qtbot, tasks):
    qtbot.mouseClick(played.header.chapters, Qt.MouseButton.LeftButton)
    dialog = played.findChild(ChaptersDialog)
    type_into(qtbot, dialog.offset, "-12")
    qtbot.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    await tasks.drain()
    kind, path, offset_ms = studio.exported[0]
    assert (kind, offset_ms) == (ExportKind.CHAPTERS_YOUTUBE, -12_000)
    assert QGuiApplication.clipboard().text() == f"{kind} of show-1, -12000 ms later"
    assert not path.exists()
    assert "Copied" in dialog.told.text()
    dialog.reject()


async def test_chapters_that_cannot_be_copied_say_so(played, studio, qtbot, tasks, failures):
    async def fails(*_args):
        raise RuntimeError("no chapters")

    studio.export = fails
    qtbot.mouseClick(played.header.chapters, Qt.MouseButton.LeftButton)
    dialog = played.findChild(ChaptersDialog)
    qtbot.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    await tasks.drain()
    assert "could not be copied" in dialog.told.text()
    assert dialog.copy.isEnabled()
    assert [str(error) for _, error in failures] == ["no chapters"]
    dialog.reject()


# --- goals and costs ------------------------------------------------------------------------------------------


async def test_costs_told_afterwards_give_the_return_on_them(played, studio, qtbot, tasks):
    assert tile(played, "roi") == ("not known", "no costs named")
    qtbot.mouseClick(played.header.goals, Qt.MouseButton.LeftButton)
    await asyncio.sleep(0)
    dialog = played.findChild(GoalsDialog)
    type_into(qtbot, dialog.peak, "2000")
    name, amount = dialog.lines[0]
    name.setFocus()
    qtbot.keyClicks(name, "Staff")
    type_into(qtbot, amount, "1200.50")
    qtbot.mouseClick(dialog.deed, Qt.MouseButton.LeftButton)
    await tasks.drain()
    assert studio.commands[-1] == cmd.SetGoals(Goals(2000, costs=(CostLine("Staff", 120_050),)))
    assert tile(played, "peak")[1] == "⚠ 85 % of 2,000"
    assert tile(played, "roi")[1] == "cost €1,200.50"


async def test_a_cost_without_a_name_is_refused_in_the_dialog_and_nothing_typed_is_lost(
    played, studio, qtbot, tasks
):
    studio.give(cmd.SetGoals(Goals(orders=150, costs=(CostLine("Ads", 50_000),))))
    await played.load("show-1")
    before = len(studio.commands)
    qtbot.mouseClick(played.header.goals, Qt.MouseButton.LeftButton)
    await asyncio.sleep(0)
    dialog = played.findChild(GoalsDialog)
    assert dialog.goals == Goals(orders=150, costs=(CostLine("Ads", 50_000),))
    type_into(qtbot, dialog.lines[1][1], "7")
    qtbot.mouseClick(dialog.deed, Qt.MouseButton.LeftButton)
    assert dialog.problem.text().startswith("⚠ Each line of costs needs a name")
    assert dialog.lines[1][1].value() == 7
    qtbot.mouseClick(dialog.more, Qt.MouseButton.LeftButton)
    assert len(dialog.lines) == 4
    dialog.reject()
    await tasks.drain()
    assert len(studio.commands) == before


async def test_goals_of_a_show_that_is_not_open_are_not_changed_here(review, studio):
    studio.play(1)
    await review.load("show-1")
    assert not review.header.goals.isEnabled()
    assert "Open this show" in review.header.goals.toolTip()
    review.follow(studio.listen())
    assert review.header.goals.isEnabled()
    await review.load("another")
    assert not review.header.goals.isEnabled()


# --- the replay -----------------------------------------------------------------------------------------------


@pytest.fixture
def review(qtbot, theme, actions, studio, tasks) -> ReviewWorkspace:
    """As always, but late orders are read at once."""
    review = ReviewWorkspace(studio, actions, theme, Texts("en", "Europe/Oslo"), tasks, late_ms=0)
    qtbot.addWidget(review)
    review.resize(1440, 900)
    review.show()
    return review


async def test_late_orders_and_returns_update_the_open_review_and_nothing_jumps(played, studio, qtbot, tasks):
    played.tables.products.select_row("p4")
    played.timeline.block_clicked.emit("i4", T0 + 16 * 60_000)
    await tasks.drain()
    played.timeline.zoom(0.5)
    played.timeline.flush()
    view = played.timeline.window_of_time.shown()
    orders = int(tile(played, "orders")[0])
    studio.clock.passes(3_600_000)
    late = studio.sell(own=True)
    await tasks.drain()
    assert int(tile(played, "orders")[0]) == orders + 1
    assert played.sales.values["replay", "orders"].text() == "1"
    gone = msgspec.structs.replace(late, revision=2, status=type(late.status).CANCELLED)
    studio.hear_order(gone)
    await tasks.drain()
    assert int(tile(played, "orders")[0]) == orders
    assert played.tables.products.chosen_id == "p4"
    assert played.block.isVisible()
    played.timeline.flush()
    assert played.timeline.window_of_time.shown() == view


async def test_late_orders_and_returns_update_the_review_of_another_show_of_the_shop(played, studio, tasks):
    await played.load("another")
    orders = int(tile(played, "orders")[0])
    studio.clock.passes(3_600_000)
    late = studio.sell(own=True)
    await tasks.drain()
    assert played.review.state.id == "another"
    assert int(tile(played, "orders")[0]) == orders + 1
    studio.hear_order(msgspec.structs.replace(late, revision=2, status=type(late.status).CANCELLED))
    await tasks.drain()
    assert int(tile(played, "orders")[0]) == orders


async def test_a_review_of_another_show_is_not_read_again_for_orders_that_cannot_be_its_own(
    played, studio, tasks
):
    await played.load("another")
    before, state = played.review, played.review.state
    studio.clock.passes(state.ended_at_ms + before.replay_ms - studio.clock.now + 1)
    studio.sell(own=True)
    await tasks.drain()
    assert played.review is before, "the replay is over"
    played.review = msgspec.structs.replace(before, state=msgspec.structs.replace(state, shop="fjord"))
    kept = played.review
    studio.hear_order(msgspec.structs.replace(studio.orders[0], revision=9))
    await tasks.drain()
    assert played.review is kept, "another shop has other orders"


async def test_a_review_out_of_sight_is_brought_up_to_date_when_it_is_seen(played, studio, tasks):
    orders = int(tile(played, "orders")[0])
    played.hide()
    studio.clock.passes(3_600_000)
    studio.sell(own=True)
    await tasks.drain()
    assert int(tile(played, "orders")[0]) == orders
    played.show()
    await tasks.drain()
    assert int(tile(played, "orders")[0]) == orders + 1


async def test_figures_stay_when_they_cannot_be_brought_up_to_date(played, studio, tasks, told, failures):
    before = tile(played, "orders")
    studio.failure = RuntimeError("database is locked")
    studio.clock.passes(3_600_000)
    studio.sell(own=True)
    await tasks.drain()
    assert played.tiles.isVisible()
    assert tile(played, "orders") == before
    assert ["brought up to date" in n.sentence for n, _ in told] == [True]
    assert len(failures) == 1


# --- advice ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("advice", "sentence"),
    [
        (
            Advice(AdviceKind.SOLD_OUT_EARLY, "Slippers", 60, 9, "i9", 1_000_000 + 4_200_000),
            "Slippers sold out after 1:10:00: plan with 60 pieces instead of 9.",
        ),
        (
            Advice(AdviceKind.EARNED_MOST, "Blanket", 90_400, 18_080, "i4"),
            "Blanket earned €904.00 a minute: 5 times the show (€180.80); bring it forward and give it more time.",
        ),
        (
            Advice(AdviceKind.EARNED_LEAST, "Mug", 100, 8, "i2", minutes=4),
            "Mug earned only €1.00 a minute: shorten it from 8 to 4 minutes.",
        ),
        (
            Advice(AdviceKind.VIEWERS_LOST, "Q&A", 0.18, 8, "i10", minutes=5),
            "Viewers fell by 18 % during Q&A: shorten it from 8 to 5 minutes.",
        ),
        (
            Advice(AdviceKind.QUESTIONS_OPEN, "Is there {value} <b>?", 3, 6),
            "3 questions were never answered: most asked was “Is there {value} <b>?” (×6).",
        ),
        (
            Advice(AdviceKind.CODE_UNUSED, "TEA10", 0, 1200),
            "TEA10 was never redeemed: 1,200 viewers could have; name it more often, or leave it out.",
        ),
        (
            Advice(AdviceKind.CODE_NEEDLESS, "NORD20", 26_700, 2.5),
            (
                "NORD20 cost €267.00 in discounts without selling more:"
                " before it 2.5 pieces a minute were sold, not fewer; sell without it."
            ),
        ),
        (
            Advice(AdviceKind.OVER_TIME, "", 900_000, 0.4),
            "The show lasted 15:00 longer than planned: 40 % of the viewers were left by then; plan with fewer items.",
        ),
    ],
)
def test_each_piece_of_advice_is_one_sentence_with_its_numbers(advice, sentence):
    assert words_of(advice, "EUR", TEXTS, 1_000_000).text == sentence


@given(
    kind=st.sampled_from(list(AdviceKind)),
    subject=st.text(max_size=200),
    value=st.floats(0, 1e9, allow_nan=False),
    other=st.none() | st.floats(0, 1e9, allow_nan=False),
    at_ms=st.none() | st.integers(1_000_000, 10**12),
    minutes=st.none() | st.floats(0, 600, allow_nan=False),
)
def test_whatever_an_advice_holds_it_has_words(kind, subject, value, other, at_ms, minutes):
    sentence = words_of(Advice(kind, subject, value, other, "i1", at_ms, minutes), "EUR", TEXTS, 1_000_000)
    assert sentence.lead
    assert sentence.rest
    assert "{money}" not in sentence.text.replace(subject, "")


async def test_where_the_figures_carry_no_advice_it_says_so(review, studio):
    studio.play(0)
    await review.load("show-1")
    assert review.advice.rows == []
    assert "carry no advice" in review.advice.nothing.text()
    assert review.advice.nothing.isVisible()
