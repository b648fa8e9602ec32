"""The list of checks at work: what stands open is said, mended by its button, and gone; nothing is asked twice at once."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QPushButton, QWidget

from studio.control.ports import StoreFull
from studio.domain import commands as cmd
from studio.domain.checks import Check, CheckKind, CheckState, Outside, Reach, ReadinessFacts
from studio.domain.commands import Refused
from studio.domain.money import Money
from studio.domain.promo import PromoKind, PromoPlan, PromoScope
from studio.domain.stock_check import Demand, DemandSource, StockRow, StockState
from studio.ui.actions import Actions
from studio.ui.models.live_show import LiveShow
from studio.ui.prepare.readiness_panel import ReadinessPanel
from studio.ui.prepare.readiness_words import sentence_of, title_of, warning_of
from studio.ui.prepare.stock_check_dialog import StockCheckDialog
from studio.ui.prepare.stock_model import StockModel
from studio.ui.prepare.stock_words import state_text
from studio.ui.studio import Notice
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.widgets.text import without_isolates
from tests.fakes.fake_studio import FakeStudio
from tests.ui.host.conftest import until
from tests.ui.prepare_kit import WELL, FakeReadiness, a_past, planned, sold, with_sizes

ENGLISH = Texts("en", "Europe/Oslo")


class Kit:
    """A panel over a studio, in a window that is seen."""

    def __init__(
        self, window: QWidget, theme, actions: Actions, studio: FakeStudio, port: FakeReadiness
    ) -> None:
        self.studio, self.port, self.actions = studio, port, actions
        self.tasks = Tasks("test")
        self.live = LiveShow(studio.opened(), window)
        studio.changes.connect(self.live.take)
        self.panel = ReadinessPanel(studio, port, self.live, actions, theme, ENGLISH, self.tasks, window)
        self.panel.resize(330, 600)
        self.notices: list[Notice] = []
        self.wanted: list[tuple[str, str]] = []
        self.panel.notice.connect(self.notices.append)
        self.panel.item_wanted.connect(lambda item_id, column: self.wanted.append((item_id, column)))
        window.resize(360, 640)
        # Where a test before left the pointer, nothing would move away under it.
        QCursor.setPos(window.mapToGlobal(QPoint(2_000, 2_000)))
        window.show()

    async def ready(self) -> None:
        await until(
            lambda: self.panel.rows and all(row.isVisible() for row in self.panel.rows.values()), "the checks"
        )

    async def again(self) -> None:
        await self.panel.check_now()

    def said(self, kind: CheckKind) -> str:
        return without_isolates(self.panel.rows[kind].sentence.text()).replace("\u00a0", " ")

    def state(self, kind: CheckKind) -> CheckState:
        return self.panel.rows[kind].dot.state

    def press(self, kind: CheckKind) -> None:
        button = self.panel.rows[kind].fix
        assert button.isVisibleTo(self.panel), "nobody can press what cannot be seen"
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.fixture
async def make(window: QWidget, theme, actions: Actions) -> AsyncIterator[type]:
    kits: list[Kit] = []

    def build(studio: FakeStudio, port: FakeReadiness | None = None) -> Kit:
        kits.append(Kit(window, theme, actions, studio, port or FakeReadiness()))
        return kits[-1]

    yield build
    for kit in kits:
        await kit.tasks.close()
        kit.studio.changes.disconnect(kit.live.take)


async def test_a_show_with_everything_in_place_is_ready(make) -> None:
    kit = make(planned())
    assert kit.panel.pill.text() == "checking…"
    await kit.ready()
    assert kit.panel.pill.text() == "✓ ready"
    assert {row.dot.state for row in kit.panel.rows.values()} == {CheckState.OK}
    assert list(kit.panel.rows) == list(CheckKind)
    assert "2 s ago" in kit.said(CheckKind.SHOP)
    assert kit.said(CheckKind.CHANNELS) == "YouTube, Twitch ready"
    assert kit.said(CheckKind.CLOCK) == "0.2 s off the shop"
    assert not any(row.fix.isVisibleTo(kit.panel) for row in kit.panel.rows.values())


async def test_what_is_open_is_counted_said_with_its_items_and_told_to_a_screen_reader(make) -> None:
    kit = make(planned(enough=False))
    kit.port.answer = msgspec.structs.replace(WELL, stages=(Outside("obs", Reach.DOWN),))
    await kit.ready()
    assert kit.panel.pill.text() == "⚠ 2 to look at"
    tops = {kind: row.y() for kind, row in kit.panel.rows.items()}
    assert sorted(tops, key=lambda kind: tops[kind])[:2] == [CheckKind.STOCK, CheckKind.STAGE], (
        "what is open first"
    )
    assert kit.said(CheckKind.STOCK).startswith(
        "Beeswax candle trio sold out, Wool blanket “Nord”, 140×200 17 of 40, "
    )
    row = kit.panel.rows[CheckKind.STAGE]
    assert row.title.text() == "OBS not connected"
    assert row.accessibleName() == "OBS not connected: to look at"
    assert row.fix.accessibleName() == "OBS not connected: Stage…"


async def test_tab_goes_through_the_buttons_of_the_checks_before_what_stands_below(
    make, window: QWidget
) -> None:
    kit = make(planned(enough=False))
    below = QPushButton("below", window)
    await kit.ready()
    chain: list[QWidget] = [kit.panel.scroller]
    while chain[-1] is not below:
        chain.append(chain[-1].nextInFocusChain())
    assert [each for each in chain if any(each is row.fix for row in kit.panel.rows.values())] == [
        row.fix for row in sorted(kit.panel.rows.values(), key=lambda row: row.y())
    ]


async def test_stock_that_comes_in_is_seen_without_asking(make) -> None:
    kit = make(planned())
    await kit.ready()
    kit.studio.hear_stock("v1", 3)
    await until(lambda: kit.state(CheckKind.STOCK) is CheckState.WARNING, "the new stock")
    assert kit.said(CheckKind.STOCK) == "Linen throw “Fjord” 3 of 40"


async def test_what_comes_in_while_the_show_is_being_closed_is_not_looked_at_any_more(make) -> None:
    kit = make(planned())
    await kit.ready()
    await kit.tasks.close()
    # As its timer does when it fires between the end of the tasks and that of the window.
    kit.panel._evaluate()
    assert not len(kit.tasks)


async def test_each_button_leads_to_what_mends_its_check(make) -> None:
    down = ReadinessFacts(
        shop=Outside("Nordhus", Reach.DOWN, "The shop does not answer."), channels=(), displays=1, promo_problems=(),
        stages=(Outside("overlay", Reach.DOWN),), disk_free_bytes=1_000,
    )  # fmt: skip
    kit = make(planned(), FakeReadiness(down))
    await kit.ready()
    assert kit.said(CheckKind.SHOP) == "The shop does not answer."
    for kind in (CheckKind.SHOP, CheckKind.CHANNELS, CheckKind.STAGE, CheckKind.DISPLAY, CheckKind.DISK):
        kit.press(kind)
    assert kit.port.opened == ["shops", "channels", "stage", "prompter", "folder"]
    await kit.tasks.drain()


async def test_old_stock_is_read_again_by_its_button(make) -> None:
    kit = make(planned(), FakeReadiness(msgspec.structs.replace(WELL, shop_heard_ms=600_000)))
    await kit.ready()
    kit.press(CheckKind.SHOP)
    kit.port.answer = WELL
    await until(lambda: kit.state(CheckKind.SHOP) is CheckState.OK, "the shop's answer")
    assert kit.port.refreshed == 1


async def test_a_price_that_changed_is_taken_over_by_one_press_and_undone_by_one(make) -> None:
    kit = make(planned())
    await kit.ready()
    before = kit.live.state.item("i1")
    assert before is not None
    await kit.studio.do(cmd.ChangeItem(msgspec.structs.replace(before, planned_price_minor=4_500)))
    await until(lambda: kit.state(CheckKind.PRICES) is CheckState.WARNING, "the other price")
    assert kit.said(CheckKind.PRICES) == "Linen throw “Fjord” €45.00 → €49.00"
    kit.press(CheckKind.PRICES)
    await until(lambda: kit.state(CheckKind.PRICES) is CheckState.OK, "the price taken over")
    assert kit.live.state.item("i1").planned_price_minor == 4_900
    await kit.studio.do(cmd.Undo())
    assert kit.live.state.item("i1").planned_price_minor == 4_500


async def test_a_check_of_an_item_leads_into_the_line_up(make) -> None:
    kit = make(planned())
    await kit.ready()
    item = msgspec.structs.replace(kit.live.state.item("i2"), show_price_minor=3_000)
    await kit.studio.do(cmd.ChangeItem(item))
    await until(lambda: kit.state(CheckKind.SHOW_PRICES) is CheckState.WARNING, "the other price")
    assert "Ceramic mug set of 4 €30.00 → €36.00" in kit.said(CheckKind.SHOW_PRICES)
    kit.press(CheckKind.SHOW_PRICES)
    assert kit.wanted == [("i2", "price")]


async def test_the_key_checks_again_and_two_presses_ask_once(make, wall) -> None:
    kit = make(planned())
    await kit.ready()
    asked = kit.port.asked
    wall.turn(1_000)
    kit.actions["prepare.check"].trigger()
    kit.panel.ask()
    await until(lambda: kit.port.asked > asked, "the second asking")
    await kit.tasks.drain()
    assert kit.port.asked == asked + 1


async def test_an_outside_that_does_not_answer_or_fails_holds_nobody_up(make, monkeypatch) -> None:
    kit = make(planned())

    async def never() -> ReadinessFacts:
        await asyncio.get_running_loop().create_future()
        return WELL

    monkeypatch.setattr(kit.port, "facts", never)
    checks = await kit.panel.check_now(within_s=0.01)
    assert [c.kind for c in checks if c.state is CheckState.TROUBLE] == [CheckKind.SHOP], (
        "what is not known is open"
    )

    async def broken() -> ReadinessFacts:
        raise OSError("a bug")

    monkeypatch.setattr(kit.port, "facts", broken)
    assert await kit.panel.check_now() == checks


@pytest.mark.parametrize(
    ("count", "unexpected", "said"),
    [
        (10, 0, "10 with enough"),
        (1, 9, "1 with enough, 9 without an expected demand"),
        (0, 10, "10 in stock, without an expected demand"),
    ],
)
def test_the_stock_check_says_of_how_many_items_nobody_knows_the_demand(count, unexpected, said) -> None:
    check = Check(CheckKind.STOCK, CheckState.OK, count=count, number=unexpected)
    assert sentence_of(check, Texts("en", "UTC")) == said


async def test_behind_another_workspace_nothing_is_looked_at(make) -> None:
    kit = make(planned())
    await kit.ready()
    kit.panel.hide()
    before = kit.panel.checks
    kit.studio.hear_stock("v1", 0)
    assert kit.panel.checks is before
    kit.panel.show()
    await until(lambda: kit.state(CheckKind.STOCK) is CheckState.TROUBLE, "the stock")


async def test_a_refusal_and_a_full_disk_are_said(make) -> None:
    kit = make(planned())
    await kit.ready()
    item = msgspec.structs.replace(kit.live.state.item("i1"), planned_price_minor=1)
    await kit.studio.do(cmd.ChangeItem(item))
    await until(lambda: kit.state(CheckKind.PRICES) is CheckState.WARNING, "the other price")
    kit.studio.refuse = Refused("Not now.")
    kit.press(CheckKind.PRICES)
    await until(lambda: kit.notices, "the refusal")
    assert kit.notices[0].sentence == "Not now."

    async def full(_command: cmd.Command) -> None:
        raise StoreFull("The disk is full.")

    kit.studio.do = full
    kit.press(CheckKind.PRICES)
    await until(lambda: len(kit.notices) == 2, "what the disk says")
    assert (kit.notices[1].level, kit.notices[1].sentence) == ("trouble", "The disk is full.")


async def test_a_foreign_name_cannot_break_a_sentence(make) -> None:
    kit = make(planned())
    await kit.ready()
    nasty = "{wanted} <b>bold</b>\u202e {n}\n" + "x" * 300
    item = msgspec.structs.replace(kit.live.state.item("i1"), title=nasty, target_units=999)
    await kit.studio.do(cmd.ChangeItem(item))
    await until(lambda: kit.state(CheckKind.STOCK) is CheckState.WARNING, "the short stock")
    said = kit.said(CheckKind.STOCK)
    assert "{wanted} <b>bold</b>" in said
    assert said.endswith("200 of 999")
    assert "\n" not in said
    assert "\u202e" not in said
    assert len(said) < 120


# --- the stock check --------------------------------------------------------------------------------------------


async def opened(kit: Kit) -> StockCheckDialog:
    await kit.ready()
    dialog = kit.panel.open_stock_check()
    QAbstractItemModelTester(dialog.model, QAbstractItemModelTester.FailureReportingMode.Fatal, dialog)
    return dialog


def test_stock_is_enough_only_where_a_demand_is_expected() -> None:
    nobody_knows = Demand(None, DemandSource.UNKNOWN)
    row = StockRow("i1", "p1", "Linen throw", nobody_knows, 86, StockState.OK)
    assert state_text(row, ENGLISH) == "in stock"
    targeted = msgspec.structs.replace(row, demand=Demand(40, DemandSource.TARGET))
    assert state_text(targeted, ENGLISH) == "enough"


def texts_of(model: StockModel, row: int) -> list[str]:
    return [model.index(row, column).data() for column in range(model.columnCount())]


async def test_the_stock_check_shows_locations_variants_and_what_past_shows_say(make) -> None:
    studio = planned()
    with_sizes(studio, "p7", {"S": (10, 0), "M": (12, 9), "XL": (0, 0)})
    item = msgspec.structs.replace(studio.state.item("i7"), target_units=30)
    await studio.do(cmd.ChangeItem(item))
    studio.past_shows = [a_past(13, 1_730, 781_000, 2.9, [sold("p7", 60, 10)])]
    kit = make(studio)
    dialog = await opened(kit)
    model = dialog.model
    assert [model.headerData(n, Qt.Orientation.Horizontal) for n in range(2, 7)] == [
        "Expected", "From", "Can be sold", "Oslo", "Bergen",
    ]  # fmt: skip
    told = next(texts_of(model, n) for n in range(model.rowCount()) if model.rows[n].item_id == "i7")
    assert told[1:] == ["⚠ XL sold out", "30", "target; past shows: 39", "31", "22", "9"]
    assert dialog.table.currentIndex().row() == 6, "what is open is chosen"
    assert dialog.nothing.text() == "Say on air which variants are left."
    dialog.accept()


async def test_one_press_lowers_the_target_and_undo_brings_it_back(make) -> None:
    kit = make(planned(enough=False))
    dialog = await opened(kit)
    dialog.choose("i9")
    assert [button.text() for button in dialog.act_buttons] == ["Lower target to 9", "Choose an alternative…"]
    dialog.act_buttons[0].click()
    await until(lambda: kit.live.state.item("i9").target_units == 9, "the lower target")
    await until(lambda: texts_of(dialog.model, 8)[1] == "hardly enough", "what is enough now")
    await kit.studio.do(cmd.Undo())
    assert kit.live.state.item("i9").target_units == 40
    dialog.accept()


async def test_an_alternative_is_swapped_in_or_added_behind(make) -> None:
    studio = planned(enough=False)
    short = msgspec.structs.replace(studio.state.item("i9"), alternatives=("p1",))
    await studio.do(cmd.ChangeItem(short))
    kit = make(studio)
    dialog = await opened(kit)
    dialog.choose("i9")
    words = [button.text() for button in dialog.act_buttons]
    assert words == ["Lower target to 9", "Swap for Linen throw “Fjord”", "Add Linen throw “Fjord”"]
    dialog.act_buttons[2].click()
    await until(lambda: len(kit.live.state.items) == 11, "the item behind")
    assert kit.live.state.items[9].product_id == "p1"
    await until(lambda: dialog.model.rowCount() == 10, "its row")
    await kit.tasks.drain()
    dialog.choose("i9")
    dialog.act_buttons[1].click()
    await until(lambda: kit.live.state.item("i9").product_id == "p1", "the swap")
    assert kit.live.state.item("i9").planned_price_minor == 4_900
    dialog.accept()


async def test_choosing_an_alternative_leads_into_the_line_up(make) -> None:
    kit = make(planned(enough=False))
    dialog = await opened(kit)
    dialog.choose("i3")
    dialog.act_buttons[-1].click()
    assert kit.wanted == [("i3", "alternatives")]
    assert not dialog.isVisible()


async def test_only_what_is_open_can_be_shown_and_stock_moves_while_one_looks(make) -> None:
    kit = make(planned(enough=False))
    dialog = await opened(kit)
    assert dialog.model.rowCount() == 9
    dialog.only_open.setChecked(True)
    assert {row.item_id for row in dialog.model.rows} == {"i3", "i4", "i7", "i9"}
    for n in (3, 4, 7, 9):
        kit.studio.hear_stock(f"v{n}", 100)
    await until(dialog.empty.isVisible, "that nothing is open")
    assert not dialog.table.isVisible()
    dialog.accept()


async def test_every_check_has_words_in_every_state(make, theme) -> None:
    """No check is silent, whatever is so outside."""
    reaches = [None, *Reach]
    for reach in reaches:
        outside = None if reach is None else Outside("Nordhus", reach)
        for open_all in (False, True):
            facts = ReadinessFacts(
                shop=outside, catalogue_read=open_all, channels=(outside,) if outside else (), stages=(outside,) if outside else (),
                clock_known=open_all, clock_ahead_ms=90_000 if open_all else None, displays=2 if open_all else 1,
                disk_free_bytes=1 if open_all else None, promo_problems=("A overlaps B.", "C is taken.") if open_all else None,
            )  # fmt: skip
            kit = make(planned(enough=open_all), FakeReadiness(facts))
            for check in await kit.panel.check_now():
                assert title_of(check)
                assert sentence_of(check, ENGLISH)
                assert "{" not in warning_of(check, ENGLISH)
            kit.panel.hide()
            await asyncio.sleep(0)


async def test_a_code_of_which_nobody_knows_is_not_said_to_be_free(make) -> None:
    kit = make(planned(), FakeReadiness(msgspec.structs.replace(WELL, codes_unsure=2)))
    await kit.ready()
    assert kit.said(CheckKind.PROMOS) == "2 planned, windows valid; in use: 2 unknown"


async def test_where_the_room_is_short_the_pill_says_it_in_a_sign_and_a_number(make) -> None:
    kit = make(planned(enough=False))
    await kit.ready()
    assert kit.panel.pill.text() == "⚠ 1 to look at"
    kit.panel.resize(kit.panel.minimumSizeHint().width(), 500)
    assert (kit.panel.pill.text(), kit.panel.pill.accessibleName()) == ("⚠ 1", "⚠ 1 to look at")
    assert kit.panel.width() <= 232


@pytest.mark.parametrize("width", [250, 330])
async def test_every_button_can_be_seen_whole_however_narrow_the_panel_is(make, width: int) -> None:
    gone = Outside(
        "Nordhus", Reach.DOWN, "The shop does not answer at all, and nobody knows when it will again. " * 3
    )
    facts = ReadinessFacts(
        shop=gone, stages=(Outside("obs", Reach.DOWN),), promo_problems=("A", "B"), disk_free_bytes=1
    )
    kit = make(planned(enough=False), FakeReadiness(facts))
    kit.panel.resize(width, 500)
    await kit.ready()
    await until(lambda: kit.panel.rows[CheckKind.DISPLAY].fix.width() > 30, "the layout")
    inside = kit.panel.scroller.viewport()
    for row in kit.panel.rows.values():
        if row.fix.isVisibleTo(kit.panel):
            right = row.fix.mapTo(inside, row.fix.rect().topRight()).x()
            assert right < inside.width(), row.title.text()


async def test_a_discount_without_the_lowest_price_names_the_items(make) -> None:
    studio = planned()
    product = studio.products["p5"]
    variant = msgspec.structs.replace(product.variants[0], low_30d=None)
    studio.products["p5"] = msgspec.structs.replace(product, variants=(variant,))
    code = PromoPlan("plan-X", "OAK10", PromoKind.PERCENT, 10, 0, PromoScope.PRODUCT)
    await studio.do(cmd.ChangeItem(msgspec.structs.replace(studio.state.item("i5"), promo=code)))
    kit = make(studio)
    await kit.ready()
    assert kit.panel.rows[CheckKind.LOW_PRICE].title.text() == "30-day low price missing"
    assert kit.said(CheckKind.LOW_PRICE) == "Oak serving board"
    assert variant.price == Money(4_200, "EUR")


async def test_when_the_show_is_over_nothing_stands_open_any_more(make) -> None:
    kit = make(planned(enough=False))
    await kit.ready()
    for command in (cmd.StartShow(), cmd.EndShow()):
        assert await kit.studio.do(command) is None
    await until(lambda: kit.panel.pill.text() == "the show is over", "the end")
    assert kit.panel.checks == ()
    assert not kit.panel.scroller.isVisibleTo(kit.panel)
