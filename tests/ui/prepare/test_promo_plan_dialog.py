"""The promo plan at work: every code with its window, what would go wrong said with what to do, each change undoable."""

import asyncio
from collections.abc import AsyncIterator, Callable

import msgspec
import pytest
from PySide6.QtCore import QDate, QDateTime, QPoint, Qt, QTime
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget
from shiboken6 import isValid

from studio.control.ports import StoreFull
from studio.domain import commands as cmd
from studio.domain.commands import Refused
from studio.domain.promo import PromoKind, PromoPlan, PromoScope, PromoWhen
from studio.ui.actions import Actions
from studio.ui.dialogs import ConfirmDialog
from studio.ui.models.live_show import LiveShow
from studio.ui.prepare.promo_plan_dialog import PromoPlanDialog
from studio.ui.prepare.promo_words import promo_summary
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from tests.fakes.fake_studio import MINUTE, FakeStudio
from tests.ui.host.conftest import until
from tests.ui.promo_plan_kit import START, FakePromoPort, a_planned_show, many_codes, show_wide

Key = Qt.Key
TEXTS = Texts("en", "Europe/Oslo")


class Kit:
    """An open promo plan, and hands to work in it."""

    def __init__(
        self, window: QWidget, theme, actions: Actions, studio: FakeStudio, port: FakePromoPort
    ) -> None:
        self.studio, self.port = studio, port
        self.errors: list[BaseException] = []
        self.tasks = Tasks("test", lambda _name, error: self.errors.append(error))
        self.live = LiveShow(studio.opened(), window)
        studio.changes.connect(self.live.take)
        self.tester: QAbstractItemModelTester | None = None
        self.make = lambda: PromoPlanDialog(
            studio, port, self.live, actions, theme, TEXTS, self.tasks, window
        )
        self.dialog = self.make()
        self.tester = QAbstractItemModelTester(
            self.dialog.model, QAbstractItemModelTester.FailureReportingMode.Fatal
        )
        studio.commands.clear()

    async def open(self) -> None:
        self.dialog.open()
        await self.done()

    async def done(self) -> None:
        for turn in range(50):
            await asyncio.sleep(0)
            if turn >= 5 and not len(self.tasks):
                break
        assert not self.errors, self.errors

    def choose(self, code: str) -> None:
        row = next(n for n, each in enumerate(self.dialog.model.rows) if each.cells[0] == code)
        self.dialog.table.setCurrentIndex(self.dialog.model.index(row, 0))

    async def type(self, field: QLineEdit, text: str) -> None:
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Key.Key_Return)
        await self.done()

    async def pick(self, box: QComboBox, value: object) -> None:
        box.setCurrentIndex(box.findData(str(value)))
        box.activated.emit(box.currentIndex())
        await self.done()

    async def press(self, button: QWidget) -> None:
        assert button.isVisible()
        assert button.isEnabled()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        await self.done()

    def cells(self, code: str) -> tuple[str, ...]:
        return next(row.cells for row in self.dialog.model.rows if row.cells[0] == code)

    def plan(self, code: str) -> PromoPlan:
        return next(plan for plan, _ in self.studio.state.promo_plans if plan.code == code)

    @property
    def codes(self) -> list[str]:
        return [row.cells[0] for row in self.dialog.model.rows]

    @property
    def wrong(self) -> str:
        return self.dialog.view.conflicts.text()


Make = Callable[..., Kit]


@pytest.fixture
async def make(window: QWidget, theme, actions: Actions) -> AsyncIterator[Make]:
    kits: list[Kit] = []
    window.resize(1440, 900)
    window.show()

    def build(studio: FakeStudio, port: FakePromoPort | None = None) -> Kit:
        kits.append(Kit(window, theme, actions, studio, port or FakePromoPort()))
        return kits[-1]

    yield build
    for kit in kits:
        await kit.tasks.close()
        kit.studio.changes.disconnect(kit.live.take)


@pytest.fixture
async def studio(qapp) -> FakeStudio:
    found = FakeStudio()
    await a_planned_show(found)
    return found


@pytest.fixture
async def kit(make: Make, studio: FakeStudio) -> Kit:
    found = make(studio, FakePromoPort(taken={"TAKEN20"}))
    await found.open()
    return found


# --- what is seen -------------------------------------------------------------------------------------------------


async def test_every_code_stands_there_with_its_window_in_the_shows_time_zone(kit: Kit):
    assert kit.codes == ["HALF-PRICE", "TEAFREE", "REPLAY10", "TAKEN20", "ADVENT", "FREEPOST"]
    assert kit.cells("HALF-PRICE") == (
        "HALF-PRICE", "4. Wool blanket “Nord”, 140×200", "on pin", "20:15 – 20:35", "−60 %", "product", "50, 1 each",
        "⚠ to look at",
    )  # fmt: skip
    assert kit.cells("REPLAY10")[2:4] == ("at the end", "21:00 – 4 Dec 21:00")
    assert kit.cells("TAKEN20")[2:4] == ("after 18:00", "20:18 – 20:28")
    assert kit.cells("ADVENT")[2:4] == ("on a date", "19:00 – 5 Dec 20:00")
    assert kit.cells("FREEPOST")[2:] == (
        "by hand",
        "15 min from then",
        "free shipping",
        "shop",
        "1 each",
        "planned",
    )
    assert kit.dialog.view.summary.text() == "6 codes · ⚠ 5 to look at"


async def test_without_a_date_windows_count_from_the_start(make: Make, studio: FakeStudio):
    details = msgspec.structs.replace(studio.state.details, starts_at_ms=None)
    await studio.do(cmd.ChangeShow(details))
    kit = make(studio)
    await kit.open()
    assert kit.cells("HALF-PRICE")[3] == "+15:00 – +35:00"


async def test_what_would_go_wrong_is_said_with_what_to_do(kit: Kit):
    kit.choose("HALF-PRICE")
    blanket = "Wool blanket “Nord”, 140×200"
    assert f"{blanket}: €89.00 becomes €35.60, below the floor of €44.50. Take less off" in kit.wrong
    assert f"The lowest price of the last 30 days is not known of {blanket}" in kit.wrong
    assert f"HALF-PRICE and TAKEN20 both reduce {blanket} for 10 min. Move one of them" in kit.wrong
    kit.choose("TAKEN20")
    assert kit.wrong.startswith(
        "⚠ The shop has a code TAKEN20 already and will refuse it. Choose another code."
    )
    assert "TAKEN20 and HALF-PRICE both reduce" in kit.wrong
    assert kit.cells("TAKEN20")[-1] == "⚠ cannot be issued"
    kit.choose("ADVENT")
    assert "It is to begin before the show: it is issued when the show goes on air (20:00)." in kit.wrong
    assert "It lasts beyond the replay, which ends 4 Dec 21:00" in kit.wrong
    kit.choose("FREEPOST")
    assert not kit.wrong
    assert kit.dialog.view.well.isVisible()


async def test_a_code_whose_item_is_skipped_is_said_not_to_be_issued(make: Make, studio: FakeStudio):
    tea = next(item for item in studio.state.items if item.promo and item.promo.code == "TEAFREE")
    await studio.do(cmd.SkipItem(tea.id))
    kit = make(studio)
    await kit.open()
    kit.choose("TEAFREE")
    fixed = kit.dialog.view.fixed
    assert kit.cells("TEAFREE")[-1].endswith("not issued: item skipped")
    assert fixed.text().startswith("It will not be issued, because its item is skipped. Plan the item again")
    assert fixed.isVisible()
    assert not kit.dialog.view.well.isVisible()
    kit.choose("FREEPOST")
    assert not fixed.isVisible()
    await studio.do(cmd.SkipItem(tea.id, skip=False))
    kit.dialog.refresh()
    assert "skipped" not in kit.cells("TEAFREE")[-1]


async def test_a_code_of_another_show_is_told_with_its_title(make: Make, studio: FakeStudio):
    kit = make(studio, FakePromoPort(others={"FREEPOST": "Winter Sale"}))
    await kit.open()
    kit.choose("FREEPOST")
    assert kit.wrong == "⚠ “Winter Sale” plans FREEPOST too: only one of them gets it. Choose another code."


async def test_floor_and_replay_are_those_of_the_settings(make: Make, studio: FakeStudio):
    port = FakePromoPort()
    port.floor_percent, port.replay_ms = 0, 24 * 60 * MINUTE
    kit = make(studio, port)
    await kit.open()
    kit.choose("HALF-PRICE")
    assert "below the floor" not in kit.wrong
    kit.choose("REPLAY10")
    assert "beyond the replay" in kit.wrong


async def test_the_floor_can_be_changed_where_it_is_said(kit: Kit):
    kit.choose("HALF-PRICE")
    floor = kit.dialog.view.floor
    assert floor.value() == 50
    floor.setValue(40)
    assert kit.port.floor_percent == 40
    assert "below the floor" not in kit.wrong
    kit.port.disk_full = True
    floor.setValue(60)
    assert kit.dialog.refusal.text() == "⚠ The settings could not be saved: the disk is full."


async def test_how_long_orders_count_after_a_show_can_be_changed_where_its_codes_are_planned(kit: Kit):
    kit.choose("REPLAY10")
    replay = kit.dialog.view.replay
    assert replay.value() == 48
    assert "beyond the replay" not in kit.wrong
    replay.setValue(24)
    assert kit.port.replay_ms == 24 * 60 * MINUTE
    assert "beyond the replay" in kit.wrong
    kit.port.disk_full = True
    replay.setValue(72)
    assert kit.dialog.refusal.text() == "⚠ The settings could not be saved: the disk is full."


async def test_what_the_shop_cannot_say_is_said_and_asked_again_by_a_button(make: Make, studio: FakeStudio):
    port = FakePromoPort(unknown={"ADVENT"})
    port.hold.clear()
    kit = make(studio, port)
    await kit.open()
    view = kit.dialog.view
    assert view.shop_says.text() == "Asking the shop whether the codes are free…"
    assert not view.ask_again.isVisible()
    port.hold.set()
    await kit.done()
    assert view.shop_says.text() == "The shop could not say whether these codes are free: ADVENT"
    port.unknown, port.taken = set(), {"ADVENT"}
    await kit.press(view.ask_again)
    assert port.asked[-1] == {"ADVENT"}, "of the others it has said it"
    assert view.shop_says.text() == ""
    assert kit.cells("ADVENT")[-1] == "⚠ cannot be issued"


async def test_a_show_without_codes_says_how_to_add_one(make: Make, qapp):
    studio = FakeStudio()
    await a_planned_show(studio, codes=False)
    kit = make(studio)
    await kit.open()
    view = kit.dialog.view
    assert view.empty.isVisible()
    assert not view.detail.isVisible()
    await kit.press(view.add)
    assert not view.empty.isVisible()
    assert len(kit.codes) == 1


# --- editing ------------------------------------------------------------------------------------------------------


async def test_a_changed_field_is_one_decision_and_is_seen_at_once(kit: Kit):
    kit.choose("HALF-PRICE")
    form = kit.dialog.form
    form.value.setValue(20)
    await kit.done()
    (command,) = kit.studio.commands
    assert isinstance(command, cmd.ChangeItem)
    assert command.item.promo is not None
    assert (command.item.id, command.item.promo.percent) == ("i4", 20)
    assert kit.cells("HALF-PRICE")[4] == "−20 %"
    assert "below the floor" not in kit.wrong
    kit.choose("REPLAY10")
    form.hours.setValue(24)
    await kit.done()
    assert isinstance(kit.studio.commands[-1], cmd.PlanPromos)
    assert kit.plan("REPLAY10").hours_after_show == 24
    assert len(kit.studio.state.planned_promos) == 4


async def test_each_kind_of_window_can_be_chosen(kit: Kit):
    kit.choose("FREEPOST")
    form = kit.dialog.form
    await kit.pick(form.when, PromoWhen.AT_TIME)
    form.after.setValue(12)
    await kit.done()
    assert kit.plan("FREEPOST").after_start_ms == 12 * MINUTE
    await kit.pick(form.when, PromoWhen.AT_END)
    assert kit.plan("FREEPOST").when is PromoWhen.AT_END
    assert form.findChild(QLineEdit) is not None
    assert not form.after.isVisible()
    await kit.pick(form.when, PromoWhen.ABSOLUTE)
    form.until.setDateTime(QDateTime(QDate(2026, 12, 1), QTime(23, 30)))
    form.since_start.setChecked(False)
    form.begins.setDateTime(QDateTime(QDate(2026, 12, 1), QTime(21, 30)))
    await kit.done()
    plan = kit.plan("FREEPOST")
    assert plan.when is PromoWhen.ABSOLUTE
    assert plan.from_ms is not None
    assert plan.until_ms is not None
    assert (plan.until_ms - plan.from_ms, TEXTS.clock(plan.from_ms)) == (120 * MINUTE, "21:30")
    assert not form.minutes.isVisible()
    assert form.when.findData(str(PromoWhen.ON_PIN)) < 0, "it has no item that could be pinned"


async def test_a_window_with_seconds_keeps_them_when_another_field_is_changed(make: Make, studio: FakeStudio):
    odd = show_wide("ODD", from_ms=START + 1_234, until_ms=START + 65_432)
    late = show_wide("LATE", after_start_ms=90_500)
    await studio.do(cmd.PlanPromos((odd, late)))
    kit = make(studio)
    await kit.open()
    for code in ("ODD", "LATE"):
        kit.choose(code)
        kit.dialog.form.value.setValue(11)
        await kit.done()
    assert (kit.plan("ODD").from_ms, kit.plan("ODD").until_ms) == (odd.from_ms, odd.until_ms)
    assert kit.plan("LATE").after_start_ms == 90_500
    assert kit.plan("LATE").percent == 11


async def test_another_kind_of_discount_begins_with_something_harmless(kit: Kit):
    kit.choose("HALF-PRICE")
    form = kit.dialog.form
    await kit.pick(form.kind, PromoKind.FIXED)
    assert (kit.plan("HALF-PRICE").amount_minor, form.value.text()) == (100, "1.00 EUR")
    form.value.setValue(7.5)
    await kit.done()
    assert kit.plan("HALF-PRICE").amount_minor == 750
    await kit.pick(form.kind, PromoKind.FREE_SHIPPING)
    assert not form.value.isVisible()
    assert kit.plan("HALF-PRICE").kind is PromoKind.FREE_SHIPPING


async def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_decided(kit: Kit):
    kit.choose("REPLAY10")
    form = kit.dialog.form
    await kit.type(form.code, "no good")
    assert form.code.text() == "NO GOOD"
    assert form.hints["code"].text().startswith("⚠ A code has no spaces")
    assert form.code.accessibleDescription().startswith("A code has no spaces")
    form.value.setValue(0)
    await kit.done()
    assert form.hints["value"].isVisible()
    assert kit.studio.commands == []
    await kit.type(form.code, "GOOD-ONE")
    assert not form.hints["code"].isVisible()
    assert kit.studio.commands == [], "its discount is wrong still"
    form.value.setValue(15)
    await kit.done()
    assert kit.plan("GOOD-ONE").percent == 15


async def test_what_was_typed_wrong_stays_while_another_code_is_looked_at_and_is_not_lost_unasked(kit: Kit):
    kit.choose("REPLAY10")
    form = kit.dialog.form
    await kit.type(form.code, "no good")
    kit.choose("FREEPOST")
    assert form.code.text() == "FREEPOST"
    kit.choose("REPLAY10")
    assert form.code.text() == "NO GOOD"
    kit.dialog.reject()
    await until(lambda: kit.dialog.findChildren(ConfirmDialog), "the question")
    assert kit.dialog.isVisible()
    kit.tester = None
    kit.dialog.findChildren(ConfirmDialog)[0].deed.click()
    await until(lambda: not isValid(kit.dialog) or not kit.dialog.isVisible(), "the dialog to close")
    assert kit.plan("REPLAY10")


async def test_a_refusal_is_said_and_the_form_goes_back(kit: Kit):
    kit.choose("REPLAY10")
    kit.studio.refuse = Refused("Another seat is changing the show at this moment: try again.", "busy")
    kit.dialog.form.value.setValue(33)
    await kit.done()
    assert kit.dialog.refusal.text() == "⚠ Another seat is changing the show at this moment: try again."
    assert kit.plan("REPLAY10").percent == 10
    kit.studio.refuse = None
    kit.dialog.form.value.setValue(34)
    await kit.done()
    assert kit.plan("REPLAY10").percent == 34
    assert kit.dialog.refusal.text() == ""


async def test_a_full_disk_is_said(kit: Kit, monkeypatch: pytest.MonkeyPatch):
    async def full(_command: cmd.Command) -> None:
        raise StoreFull("The disk is full: make room.")

    monkeypatch.setattr(kit.studio, "do", full)
    await kit.press(kit.dialog.view.add)
    assert kit.dialog.refusal.text() == "⚠ The disk is full: make room."


# --- adding, copying, removing, undoing ---------------------------------------------------------------------------


async def test_a_code_is_added_for_the_whole_show_or_for_a_product_without_one(kit: Kit):
    view = kit.dialog.view
    await kit.press(view.add)
    made = kit.studio.state.planned_promos[-1]
    assert kit.dialog.chosen is not None
    assert kit.dialog.chosen.plan == made
    assert (made.scope, made.when) == (PromoScope.LINEUP, PromoWhen.BY_HAND)
    assert kit.dialog.form.code.text() == made.code
    offered = [view.target.itemData(n) for n in range(view.target.count())]
    assert offered == ["", "i1", "i2", "i3", "i5", "i7", "i8", "i9"], (
        "neither talk nor products that have one"
    )
    view.target.setCurrentIndex(view.target.findData("i2"))
    QTest.keyClick(kit.dialog, Key.Key_Insert)
    await kit.done()
    item = kit.studio.state.items[1]
    assert item.promo is not None
    assert (item.promo.scope, item.promo.when) == (PromoScope.PRODUCT, PromoWhen.ON_PIN)
    assert item.promo.code.startswith("CERAM10-")
    assert kit.dialog.chosen.plan == item.promo


async def test_a_copy_is_the_same_offer_under_another_code(kit: Kit):
    kit.choose("HALF-PRICE")
    await kit.press(kit.dialog.view.duplicate)
    copy = kit.studio.state.items[4].promo
    assert copy is not None, "the next product without a code"
    assert (copy.percent, copy.minutes, copy.armed) == (60, 20, True)
    assert copy.code not in ("HALF-PRICE", "")
    kit.choose("TAKEN20")
    await kit.press(kit.dialog.view.duplicate)
    again = kit.studio.state.planned_promos[-1]
    assert (again.after_start_ms, again.percent) == (18 * MINUTE, 5)
    assert len({plan.id for plan, _ in kit.studio.state.promo_plans}) == len(kit.studio.state.promo_plans)


async def test_a_code_is_removed_and_brought_back_by_the_keys(kit: Kit):
    before = kit.studio.state.promo_plans
    kit.choose("HALF-PRICE")
    kit.dialog.table.setFocus()
    QTest.keyClick(kit.dialog.table, Key.Key_Delete)
    await kit.done()
    assert "HALF-PRICE" not in kit.codes
    kit.choose("ADVENT")
    await kit.press(kit.dialog.view.remove)
    assert "ADVENT" not in kit.codes
    for _ in range(2):
        QTest.keyClick(kit.dialog.table, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        await kit.done()
    assert kit.studio.state.promo_plans == before
    assert not kit.dialog.undo_button.isEnabled(), "what was decided elsewhere is not undone here"


async def test_undo_shows_in_the_form_what_it_brought_back(kit: Kit):
    kit.choose("REPLAY10")
    kit.dialog.form.value.setValue(25)
    await kit.done()
    await kit.press(kit.dialog.undo_button)
    assert kit.dialog.form.value.value() == 10
    assert kit.plan("REPLAY10").percent == 10


async def test_delete_and_undo_in_a_field_belong_to_the_field(kit: Kit):
    kit.choose("ADVENT")
    field = kit.dialog.form.code
    field.setFocus()
    QTest.keyClick(field, Key.Key_Delete)
    QTest.keyClick(field, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    await kit.done()
    assert "ADVENT" in kit.codes
    assert kit.studio.commands == []


async def test_another_code_is_suggested_and_the_shop_is_asked_of_it(kit: Kit):
    kit.choose("TAKEN20")
    await kit.press(kit.dialog.form.another)
    code = kit.dialog.form.code.text()
    assert code.startswith("LIVE5-")
    assert kit.plan(code)
    assert kit.port.asked[-1] == {code}
    assert kit.cells(code)[-1] == "⚠ to look at", "it overlaps still, but can be issued"


# --- beside the line-up and the show ------------------------------------------------------------------------------


async def test_it_opens_at_the_code_of_an_item_and_makes_one_where_there_is_none(
    make: Make, studio: FakeStudio
):
    kit = make(studio)
    kit.dialog.edit_for_item("i6")
    await kit.done()
    assert kit.dialog.isVisible()
    assert kit.dialog.form.code.text() == "TEAFREE"
    assert kit.studio.commands == []
    kit.dialog.done(0)
    await kit.done()
    kit.dialog = kit.make()
    kit.dialog.edit_for_item("i1")
    await kit.done()
    promo = kit.studio.state.items[0].promo
    assert promo is not None
    assert promo.code.startswith("LINEN10-")
    assert kit.dialog.form.code.text() == promo.code
    assert kit.dialog.form.code.hasFocus()


async def test_a_code_that_was_issued_is_shown_and_stays_as_it_is(kit: Kit):
    await kit.studio.do(cmd.StartShow())
    await kit.studio.do(cmd.IssuePromoPlan("promo-1", "plan-POST"))
    kit.studio.confirm_promos()
    await kit.done()
    kit.dialog.refresh()
    kit.choose("FREEPOST")
    assert kit.cells("FREEPOST")[-1] == "live"
    assert not kit.dialog.form.isEnabled()
    assert not kit.dialog.view.remove.isEnabled()
    assert kit.dialog.view.fixed.text().startswith("It was issued")


async def test_what_is_decided_elsewhere_comes_in_and_what_is_typed_stays(kit: Kit):
    kit.choose("REPLAY10")
    field = kit.dialog.form.code
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "REPLAY-NEW")
    await kit.studio.do(cmd.MoveItem("i4", 0))
    await until(lambda: kit.cells("HALF-PRICE")[3] == "20:00 – 20:20", "the window that moved with its item")
    assert field.text() == "REPLAY-NEW"
    QTest.keyClick(field, Key.Key_Return)
    await kit.done()
    assert kit.plan("REPLAY-NEW").hours_after_show == 48


async def test_it_can_be_closed_while_the_shop_is_asked(make: Make, studio: FakeStudio):
    port = FakePromoPort()
    port.hold.clear()
    kit = make(studio, port)
    await kit.open()
    kit.tester = None
    kit.dialog.done(0)
    await asyncio.sleep(0)
    port.hold.set()
    await kit.done()


async def test_hundreds_of_codes_are_shown(make: Make, studio: FakeStudio):
    await many_codes(studio)
    kit = make(studio)
    await kit.open()
    assert len(kit.codes) == 402
    assert kit.dialog.table.rowAt(kit.dialog.table.viewport().rect().center().y()) > 0
    assert kit.dialog.table.indexAt(QPoint(5, 5)).isValid()
    assert kit.wrong.count("⚠") == 13
    assert "more." in kit.wrong


async def test_every_control_has_a_name_for_a_screen_reader(kit: Kit):
    fields = [w for w in kit.dialog.form.findChildren(QWidget) if isinstance(w, QLineEdit | QComboBox)]
    own = [w for w in fields if w.parent() is None or not isinstance(w.parent(), QComboBox)]
    assert all(w.accessibleName() or w.parent().accessibleName() for w in own)  # type: ignore[union-attr]
    index = kit.dialog.model.index(0, 7)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Stands: ⚠ to look at"


# --- words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (show_wide("NORD20"), "NORD20 10 min"),
        (show_wide("REPLAY", hours_after_show=48), "REPLAY +48 h"),
        (show_wide("XMAS", until_ms=START), "XMAS until 2 Dec 2026"),
    ],
)
def test_a_code_in_a_cell_of_the_line_up(plan: PromoPlan, words: str):
    assert promo_summary(plan, TEXTS) == words
