"""The host goes on air, through the line-up and off again, by key and by hand."""

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.control.ports import StoreFull
from studio.domain import commands as cmd
from studio.domain.show import ShowPhase
from studio.ui.dialogs import HoldDialog
from studio.ui.studio import ChangeBatch
from tests.ui.host.conftest import CTRL, SHIFT, Host, until

Key = Qt.Key


async def test_the_show_is_started_by_its_button(host: Host):
    await host.click(host.host.header.start)
    assert host.live.state.phase is ShowPhase.ON_AIR
    host.host.refresh()
    assert host.host.header.phase.text() == "ON AIR"
    assert not host.host.header.start.isVisible()


async def test_the_show_is_started_by_its_key(host: Host):
    await host.press(Key.Key_Return, CTRL)
    assert host.live.state.phase is ShowPhase.ON_AIR


async def test_before_the_start_the_next_item_cannot_go_on_air_and_the_button_says_why(host: Host):
    await host.press(Key.Key_F12)
    assert host.given == []
    assert not host.host.stage.next.isEnabled()
    assert "Start the show first" in host.host.stage.next.toolTip()


async def test_f12_goes_through_products_and_talk(on_air: Host):
    seen = [on_air.on_air]
    await on_air.give(cmd.SkipItem("i3"))
    for _ in range(8):
        await on_air.press(Key.Key_F12)
        seen.append(on_air.on_air)
    assert seen[:3] == ["Linen throw “Fjord”", "Ceramic mug set of 4", "Wool blanket “Nord”, 140×200"]
    assert seen[-1] == "Q&A block"
    assert on_air.live.pinned is None
    assert on_air.host.stage.card.isVisible()
    assert on_air.host.stage.next.accessibleName() == "No further item"


async def test_a_presenters_clicker_goes_on_and_back_wherever_the_focus_is(on_air: Host):
    await on_air.press(Key.Key_PageDown)
    assert on_air.on_air == "Ceramic mug set of 4"
    on_air.host.chat.focus_field()
    await on_air.press(Key.Key_PageUp)
    assert on_air.on_air == "Linen throw “Fjord”"
    await on_air.give(cmd.SkipItem("i3"))
    on_air.host.lineup.view.setFocus()
    await on_air.press(Key.Key_PageDown)
    assert on_air.on_air == "Wool blanket “Nord”, 140×200"


async def test_shift_f12_goes_back(on_air: Host):
    await on_air.press(Key.Key_F12)
    await on_air.press(Key.Key_F12, SHIFT)
    assert on_air.on_air == "Linen throw “Fjord”"


async def test_a_key_pressed_twice_at_once_acts_once(on_air: Host):
    on_air.key(Key.Key_F12)
    on_air.wall.turn(200)
    on_air.key(Key.Key_F12, quick=True)
    await on_air.done()
    assert on_air.on_air == "Ceramic mug set of 4"
    assert len(on_air.given) == 1


async def test_the_next_button_names_what_comes_and_does_it(on_air: Host):
    button = on_air.host.stage.next
    assert button.accessibleName() == "Pin next: Ceramic mug set of 4"
    await on_air.click(button)
    assert on_air.on_air == "Ceramic mug set of 4"


async def test_a_click_leaves_the_focus_where_keys_belong_to_the_show(on_air: Host):
    await on_air.click(on_air.host.stage.next)
    assert QApplication.focusWidget() is on_air.host


async def test_space_never_presses_a_button_but_return_does_where_tab_has_led(on_air: Host):
    on_air.host.stage.next.setFocus(Qt.FocusReason.TabFocusReason)
    await on_air.press(Key.Key_Space)
    assert on_air.given == []
    await on_air.press(Key.Key_Return)
    assert on_air.on_air == "Ceramic mug set of 4"


async def sold_out_asked(host: Host) -> HoldDialog:
    await host.give(cmd.PinItem("i2"))
    host.studio.commands.clear()
    host.key(Key.Key_F12)
    await until(lambda: host.host.findChild(HoldDialog) is not None, "the question")
    dialog = host.host.findChild(HoldDialog)
    await until(dialog.isVisible, "the dialog to be seen")
    return dialog


async def test_a_sold_out_item_is_pinned_only_after_a_held_press(on_air: Host):
    dialog = await sold_out_asked(on_air)
    assert on_air.on_air == "Ceramic mug set of 4"
    QTest.mouseClick(dialog.hold, Qt.MouseButton.LeftButton)
    assert dialog.isVisible()
    QTest.mousePress(dialog.hold, Qt.MouseButton.LeftButton)
    await until(lambda: on_air.on_air == "Beeswax candle trio", "the pin")
    assert on_air.given[-1] == cmd.NextItem(deliberate=True)
    assert "Sold out" in on_air.host.stage.card.stock.left.text()


async def test_saying_no_to_a_sold_out_item_leaves_what_is_on_air(on_air: Host):
    dialog = await sold_out_asked(on_air)
    QTest.keyClick(dialog, Key.Key_Escape)
    await on_air.done()
    assert on_air.on_air == "Ceramic mug set of 4"
    assert on_air.sentences == []


async def test_ending_the_show_needs_a_held_press(on_air: Host):
    button = on_air.host.header.end
    await on_air.click(button)
    await on_air.press(Key.Key_End, CTRL | SHIFT)
    assert on_air.live.state.phase is ShowPhase.ON_AIR
    ended = []
    on_air.host.ended.connect(lambda: ended.append(1))
    QTest.mousePress(button, Qt.MouseButton.LeftButton)
    await until(lambda: ended, "the end")
    QTest.mouseRelease(button, Qt.MouseButton.LeftButton)
    assert on_air.live.state.phase is ShowPhase.ENDED
    assert on_air.given == [cmd.EndShow()]
    assert on_air.host.stage.card.empty.sentence.text().startswith("The show is over.")


async def test_esc_unpins_from_the_bare_workspace_and_undo_brings_the_pin_back(on_air: Host):
    await on_air.press(Key.Key_Escape)
    assert on_air.on_air == ""
    assert "Nothing is pinned" in on_air.host.stage.card.empty.sentence.text()
    await on_air.press(Key.Key_Z, CTRL)
    assert on_air.on_air == "Linen throw “Fjord”"


async def test_esc_closes_the_innermost_thing_first(on_air: Host):
    host = on_air.host
    on_air.studio.hear_chat("Can it be washed in the machine?")
    await on_air.press(Key.Key_J)
    assert host.questions.selected_id
    await on_air.press(Key.Key_F9)
    assert host.promo_form.isVisible()
    await on_air.press(Key.Key_Escape)
    assert not host.promo_form.isVisible()
    await on_air.press(Key.Key_Slash)
    assert QApplication.focusWidget() is host.chat.field
    await on_air.press(Key.Key_Escape)
    assert QApplication.focusWidget() is host
    assert host.questions.selected_id
    await on_air.press(Key.Key_Escape)
    assert not host.questions.selected_id
    assert on_air.on_air
    await on_air.press(Key.Key_Escape)
    assert on_air.on_air == ""


async def test_esc_leaves_the_reading_of_a_chart_before_it_unpins(on_air: Host):
    on_air.studio.hear_viewers(900)
    await until(lambda: on_air.host.charts.viewers is not None, "the charts")
    chart = on_air.host.charts.viewers
    on_air.host.charts._refresh()
    chart.flush()
    chart.setFocus()
    await on_air.press(Key.Key_Left)
    assert chart.reading is not None
    await on_air.press(Key.Key_Escape)
    await until(lambda: chart.reading is None, "the cursor to go")
    assert on_air.on_air == "Linen throw “Fjord”"
    await on_air.press(Key.Key_T)
    assert chart.table_shown
    await on_air.press(Key.Key_Escape)
    assert (chart.table_shown, on_air.on_air) == (False, "Linen throw “Fjord”")


@pytest.mark.parametrize(("language", "axis", "count"), [("de", "1,5k", "1.284"), ("en", "1.5k", "1,284")])
async def test_the_charts_write_counts_in_the_language_of_the_figures(
    qapp, theme, studio, language: str, axis: str, count: str
):
    opened = Host(qapp, studio, theme=theme, language=language)
    await opened.open()
    charts = opened.host.charts
    await until(lambda: charts.stock is not None, "the charts")
    for chart in (charts.viewers, charts.stock):
        assert chart.plot.count_axis.tickStrings([1500.0], 1.0, 500.0) == [axis]
        assert chart.count(1284.0) == count
    await opened.close()


async def test_undo_of_what_reached_viewers_says_so_and_a_second_one_goes_behind_it(on_air: Host):
    await on_air.give(cmd.NextItem())
    on_air.studio.settle_all()
    await on_air.give(cmd.Reply("r1", "Hello all"))
    reply = next(o for o in on_air.live.outbox.values() if o.action == "Say")
    on_air.studio.attempted.add(reply.effect_id)
    await on_air.press(Key.Key_Z, CTRL)
    assert "can't be taken back" in on_air.sentences[0]
    assert on_air.on_air == "Ceramic mug set of 4"
    await on_air.press(Key.Key_Z, CTRL)
    assert on_air.on_air == "Linen throw “Fjord”"


async def test_undo_pressed_again_much_later_does_not_go_behind_what_it_could_not_take_back(on_air: Host):
    await on_air.give(cmd.Reply("r1", "Hello all"))
    on_air.studio.attempted.add(next(o.effect_id for o in on_air.live.outbox.values()))
    await on_air.press(Key.Key_Z, CTRL)
    on_air.wall.turn(60_000)
    await on_air.press(Key.Key_Z, CTRL)
    assert on_air.given[-1] == cmd.Undo()
    assert on_air.on_air == "Linen throw “Fjord”"


async def test_ctrl_z_in_the_reply_field_belongs_to_the_field(on_air: Host):
    on_air.host.chat.focus_field()
    await on_air.type("hello")
    await on_air.press(Key.Key_Z, CTRL)
    assert on_air.given == []
    assert on_air.host.chat.field.text() != "hello"


async def test_nothing_can_be_done_again_and_the_menu_says_why(on_air: Host):
    redo = on_air.actions["redo"]
    assert not redo.isEnabled()
    assert "Nothing was undone" in redo.toolTip()


async def test_the_panic_key_clears_the_stage_and_the_card_says_so_until_the_next_pin(on_air: Host):
    def banners() -> list[str]:
        rows = on_air.host.stage.card.warnings
        return [rows.itemAt(n).widget().sentence.text() for n in range(rows.count())]

    await on_air.press(Key.Key_X, CTRL | SHIFT)
    assert on_air.given == [cmd.ClearStage()]
    assert banners()
    assert "viewers see no card" in banners()[0]
    await on_air.passes(1_000)
    await on_air.press(Key.Key_F12)
    assert banners() == []


async def test_an_undone_pin_after_the_panic_key_brings_the_card_back_and_the_host_is_told_so(on_air: Host):
    rows = on_air.host.stage.card.warnings
    await on_air.press(Key.Key_X, CTRL | SHIFT)
    assert rows.count()
    await on_air.passes(1_000)
    await on_air.press(Key.Key_F12)
    await on_air.press(Key.Key_Z, CTRL)
    assert rows.count() == 0


async def test_with_a_full_disk_nothing_changes_and_the_notice_stays(on_air: Host, monkeypatch):
    async def full(_command: cmd.Command) -> None:
        raise StoreFull("The disk is full: free some space and press again. Nothing was lost.")

    monkeypatch.setattr(on_air.studio, "do", full)
    await on_air.press(Key.Key_F12)
    assert on_air.on_air == "Linen throw “Fjord”"
    assert on_air.notices.shown()[0].level == "trouble"
    monkeypatch.undo()
    await on_air.press(Key.Key_F12)
    assert on_air.on_air == "Ceramic mug set of 4"
    assert on_air.sentences == []


def changed(on_air: Host, **what: object) -> None:
    product = on_air.studio.products["p1"]
    on_air.studio.hear_product(msgspec.structs.replace(product, revision=product.revision + 1, **what))


async def test_a_price_change_of_the_pinned_product_alerts_at_once(on_air: Host):
    variant = on_air.studio.products["p1"].variants[0]
    dearer = msgspec.structs.replace(variant, price=msgspec.structs.replace(variant.price, amount_minor=5500))
    changed(on_air, variants=(dearer,))
    await on_air.done()
    assert "from €49.00 to €55.00" in on_air.sentences[0]
    assert on_air.host.stage.card.price.text() == "€55.00"
    assert on_air.host.stage.card.warnings.count() == 1


async def test_a_withdrawal_of_the_pinned_product_alerts_at_once(on_air: Host):
    changed(on_air, active=False)
    await on_air.done()
    assert "withdrawn" in on_air.sentences[0]
    assert on_air.host.lineup_model.row(0).withdrawn


async def test_low_and_sold_out_stock_alerts_once_per_crossing(on_air: Host):
    for left in (60, 19, 18, 17):
        on_air.studio.hear_stock("v1", left)
    assert [s for s in on_air.sentences if "only" in s] == ["“Linen throw “Fjord”” on air: only 19 left."]
    on_air.notices.dismiss_newest()
    on_air.studio.hear_stock("v1", 21)
    on_air.studio.hear_stock("v1", 20)
    assert on_air.sentences == []
    on_air.studio.hear_stock("v1", 0)
    assert ["sold out" in s for s in on_air.sentences] == [True]
    on_air.studio.hear_stock("v1", 1)
    on_air.studio.hear_stock("v1", 0)
    assert len(on_air.notices.shown()) == 1
    on_air.studio.hear_stock("v1", 300)
    assert on_air.sentences == []


async def test_an_item_that_comes_later_alerts_too_and_one_that_is_over_does_not(on_air: Host):
    on_air.studio.hear_stock("v5", 3)
    assert on_air.sentences == ["“Oak serving board” of the line-up: only 3 left."]
    await on_air.give(cmd.NextItem())
    on_air.studio.hear_stock("v1", 0)
    assert on_air.sentences == ["“Oak serving board” of the line-up: only 3 left."]


async def test_the_card_shows_the_forecast_and_how_it_is_made(on_air: Host):
    for left in (200, 188, 176):
        on_air.studio.clock.passes(20_000)
        on_air.studio.hear_stock("v1", left)
    await on_air.passes(1_000)
    forecast = on_air.host.stage.card.stock.forecast
    assert forecast.text().startswith("Sold out in about")
    assert "last three minutes" in forecast.toolTip()


@pytest.mark.parametrize("phase", ["before", "on air", "ended"])
async def test_the_strip_says_whether_the_show_is_on_air(host: Host, phase: str):
    if phase != "before":
        await host.give(cmd.StartShow())
    if phase == "ended":
        await host.give(cmd.EndShow())
    host.host.refresh()
    header = host.host.header
    assert header.phase.text() == {"before": "OFF AIR", "on air": "ON AIR", "ended": "ENDED"}[phase]
    assert (header.start.isVisible(), header.end.isVisible()) == (phase == "before", phase == "on air")


async def test_the_card_names_the_locations_and_what_is_left_of_each_size(on_air: Host):
    product = on_air.studio.products["p1"]
    other = msgspec.structs.replace(product.variants[0], id="v1-l", title="Large")
    small = msgspec.structs.replace(product.variants[0], title="Small")
    level = msgspec.structs.replace(
        on_air.studio.levels["v1"], variant_id="v1-l", location="berlin", on_hand=3
    )
    on_air.studio.levels["v1-l"] = level
    changed(on_air, variants=(small, other))
    on_air.live.take(ChangeBatch(stock=(level,), locations={"berlin": "Berlin"}))
    await on_air.passes(1_000)
    stock = on_air.host.stage.card.stock
    assert stock.left.text() == "215"
    assert stock.places.text() == "Oslo 212 · Berlin 3"
    assert stock.variants.text() == "Large: 3 · Small: 212"
    assert stock.variants.isVisible()
