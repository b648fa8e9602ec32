"""The host issues codes, watches them run, and ends them; nobody is ever shown a code that is over."""

import msgspec
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton

from studio.control.ports import PromoUsage
from studio.domain import commands as cmd
from studio.domain.promo import PromoKind, PromoPlan, PromoScope
from studio.ui.studio import ChangeBatch
from studio.ui.widgets.promo_card import PromoCard
from tests.fakes.fake_studio import MINUTE
from tests.ui.host.conftest import CTRL, SHIFT, Host, until
from tests.ui.host_scene import confirmed

Key = Qt.Key


@pytest.fixture
async def blanket(on_air: Host) -> Host:
    """The item with a prepared code is on air."""
    await on_air.give(cmd.PinItem("i4"))
    on_air.studio.commands.clear()
    return on_air


@pytest.fixture
async def live(blanket: Host) -> Host:
    """NORD20 is live for ten minutes."""
    await blanket.press(Key.Key_F9)
    await blanket.press(Key.Key_F9)
    blanket.studio.confirm_promos()
    await blanket.done()
    blanket.studio.commands.clear()
    return blanket


def card(host: Host, code: str) -> PromoCard:
    cards = [
        c
        for c in host.host.promos.findChildren(PromoCard)
        if c.face and c.face.code == code and c.isVisible()
    ]
    assert len(cards) == 1, f"{code} is on {len(cards)} cards"
    return cards[0]


async def test_the_prepared_code_goes_out_in_two_presses_of_f9(blanket: Host):
    await blanket.press(Key.Key_F9)
    assert blanket.host.promo_form.prepared.text() == "Issue NORD20  ⏎"
    assert "Prepared for “Wool blanket" in blanket.host.promo_form.prepared_says.text()
    await blanket.press(Key.Key_F9)
    assert [type(c) for c in blanket.given] == [cmd.IssuePlannedPromo]
    assert not blanket.host.promo_form.isVisible()
    assert card(blanket, "NORD20").status.text() == "sending…"
    blanket.studio.confirm_promos()
    await blanket.done()
    assert card(blanket, "NORD20").status.text() == "LIVE 10:00"
    assert blanket.host.stage.card.price.text() == "€71.20"
    assert blanket.host.stage.card.struck.text() == "€84.00"
    assert "30-day low €84.00" in (blanket.host.stage.card.low.text(), blanket.host.stage.card.plan.text())


async def test_return_issues_the_prepared_code_too(blanket: Host):
    await blanket.press(Key.Key_F9)
    await blanket.press(Key.Key_Return)
    assert [type(c) for c in blanket.given] == [cmd.IssuePlannedPromo]


def whole_show(code: str, **changes: object) -> PromoPlan:
    fields = {"percent": 10, "scope": PromoScope.LINEUP, "minutes": 30, **changes}
    return PromoPlan(f"plan-{code}", code, PromoKind.PERCENT, **fields)  # type: ignore[arg-type]


async def test_codes_planned_for_the_whole_show_are_offered_beside_that_of_the_item(blanket: Host):
    at_time = whole_show("AFTER60", after_start_ms=60 * MINUTE)
    await blanket.give(cmd.PlanPromos((at_time, whole_show("SHOW10"))))
    await blanket.done()
    notes = {code: face.note for code in ("AFTER60", "SHOW10") if (face := card(blanket, code).face)}
    assert notes["SHOW10"] == "for the whole show"
    assert notes["AFTER60"].startswith("issued at ")
    blanket.studio.commands.clear()
    await blanket.press(Key.Key_F9)
    ready = blanket.host.promo_form.ready
    assert [ready.which.itemText(n).split(" · ")[0] for n in range(ready.which.count())] == [
        "NORD20",
        "SHOW10",
        "AFTER60",
    ]
    ready.which.setCurrentIndex(1)
    assert ready.issue.text() == "Issue SHOW10  ⏎"
    assert ready.says.text() == "Prepared for the whole show · −10 % · 30 min"
    ready.issue.click()
    await blanket.done()
    assert [(type(c), c.plan_id) for c in blanket.given] == [(cmd.IssuePromoPlan, "plan-SHOW10")]
    assert card(blanket, "SHOW10").status.text() == "sending…"


async def test_a_code_for_the_whole_show_is_never_issued_by_the_key_alone(on_air: Host):
    for each in on_air.live.state.items:
        await on_air.give(cmd.ChangeItem(msgspec.structs.replace(each, promo=None)))
    await on_air.give(cmd.PlanPromos((whole_show("SHOW10"),)))
    on_air.studio.commands.clear()
    await on_air.press(Key.Key_F9)
    form = on_air.host.promo_form
    assert form.prepared.isVisible()
    assert not form.ready.which.isVisible()
    await on_air.press(Key.Key_F9)
    assert [type(c) for c in on_air.given] == [cmd.IssuePromo], "the code that is typed, as ever"


async def test_return_pressed_twice_issues_one_code(on_air: Host):
    await on_air.press(Key.Key_F9)
    on_air.key(Key.Key_Return)
    on_air.key(Key.Key_Return)
    await on_air.done()
    assert len([c for c in on_air.given if isinstance(c, cmd.IssuePromo | cmd.IssuePlannedPromo)]) == 1


async def test_a_code_made_on_the_spot_has_what_the_form_says(on_air: Host):
    form = on_air.host.promo_form
    await on_air.press(Key.Key_F9)
    assert form.code.text()
    assert QApplication.focusWidget() is form.code
    form.code.selectAll()
    await on_air.type("fjord-5")
    form.kind.setCurrentIndex(form.kind.findData("fixed"))
    form.value.setValue(7.5)
    form.minutes.setValue(3)
    form.limit.setValue(20)
    await on_air.click(form.issue)
    plan = on_air.given[0].plan
    assert (plan.code, plan.kind, plan.amount_minor, plan.minutes) == ("FJORD-5", PromoKind.FIXED, 750, 3)
    assert (plan.scope, on_air.given[0].product_ids, plan.total_limit) == (PromoScope.PRODUCT, ("p1",), 20)
    on_air.studio.confirm_promos()
    await on_air.done()
    assert card(on_air, "FJORD-5").status.text() == "LIVE 03:00"


async def test_a_code_can_last_until_after_the_show(on_air: Host):
    form = on_air.host.promo_form
    await on_air.press(Key.Key_F9)
    form.ends.setCurrentIndex(1)
    assert (form.hours.isVisible(), form.minutes.isVisible(), form.hours.value()) == (True, False, 48)
    await on_air.press(Key.Key_Return)
    on_air.studio.confirm_promos()
    await on_air.done()
    (promo,) = on_air.live.state.promos.values()
    assert promo.promo.ends_at_ms - on_air.studio.clock.now >= 48 * 60 * MINUTE


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("NO SPACES", "no spaces"), ("AB", "3 to 24 characters"), ("WEG!", "capital letters A to Z")],
)
async def test_a_bad_code_is_refused_with_a_sentence_and_stays_as_typed(
    on_air: Host, typed: str, sentence: str
):
    form = on_air.host.promo_form
    await on_air.press(Key.Key_F9)
    form.code.selectAll()
    await on_air.type(typed)
    assert sentence in form.trouble.text()
    assert not form.issue.isEnabled()
    await on_air.press(Key.Key_Return)
    assert on_air.given == []
    assert form.code.text() == typed
    await on_air.press(Key.Key_Escape)
    await on_air.press(Key.Key_F9)
    assert form.code.text() == typed


async def test_a_discount_of_nothing_is_refused(on_air: Host):
    form = on_air.host.promo_form
    await on_air.press(Key.Key_F9)
    form.value.setValue(0)
    assert "between 1 and 100 %" in form.trouble.text()
    form.value.setValue(101)
    assert "between 1 and 100 %" in form.trouble.text()
    form.value.setValue(20)
    form.minutes.setValue(0)
    assert "end before it starts" in form.trouble.text()


async def test_a_code_that_was_used_already_is_said_in_the_form_and_nothing_typed_is_lost(live: Host):
    form = live.host.promo_form
    await live.press(Key.Key_F9)
    form.code.selectAll()
    await live.type("NORD20")
    await live.press(Key.Key_Return)
    assert "issued in this show already" in form.trouble.text()
    assert (form.isVisible(), form.code.text()) == (True, "NORD20")


async def test_a_refusal_of_the_shop_is_shown_on_its_card(live: Host):
    from studio.domain import events as ev

    await live.press(Key.Key_F9)
    await live.press(Key.Key_Return)
    waiting = next(r for r in live.live.state.promos.values() if r.confirmed_ends_at_ms is None)
    live.studio.hear(ev.PromoRefused(waiting.promo.id, "The shop has this code already: choose another one."))
    await live.done()
    refused = card(live, waiting.promo.code)
    assert refused.status.text() == "⚠ refused"
    assert "choose another one" in refused.description.text()


async def test_the_countdown_follows_the_shops_clock(live: Host):
    await live.passes(3 * MINUTE + 12_000)
    assert card(live, "NORD20").status.text() == "LIVE 06:48"
    await live.passes(6 * MINUTE)
    assert card(live, "NORD20").status.text() == "⚠ ENDS 00:48"


async def test_a_code_that_ended_is_never_shown_as_live(live: Host):
    live.studio.clock.passes(10 * MINUTE)  # As when the machine slept: no tick came between.
    shown = card(live, "NORD20")
    shown.tick()
    assert shown.status.text() == "ended"
    live.host.tick()
    assert card(live, "NORD20").status.text() == "ended"
    assert not card(live, "NORD20").extend.isVisible()
    assert live.host.stage.card.price.text() == "€89.00"
    assert live.host.stage.card.promo.text() == ""
    assert live.host.lineup_model.row(3).show_price is None


async def test_while_the_clock_is_unknown_no_code_is_shown_as_live(live: Host):
    live.studio.clock.known = False
    live.host.tick()
    shown = card(live, "NORD20")
    assert shown.status.text() == "⚠ clock unknown"
    assert not shown.end.isVisible()
    assert live.host.stage.card.promo.text() == ""
    assert live.host.lineup_model.row(3).show_price is None
    live.studio.clock.known = True
    live.host.tick()
    assert shown.status.text().startswith("LIVE")


async def test_redemptions_are_counted_live(live: Host):
    live.live.take(ChangeBatch(usage=(PromoUsage("NORD20", 23, 1),)))
    assert card(live, "NORD20").used.text() == "23 / 50 used"
    assert card(live, "NORD20").bar.isVisible()


async def test_a_code_is_extended_and_ended_by_key(live: Host):
    await live.press(Key.Key_F9, SHIFT)
    assert live.given == [cmd.ExtendPromo(*_extended(live))]
    await live.press(Key.Key_F9, CTRL | SHIFT)
    assert isinstance(live.given[-1], cmd.EndPromo)
    assert card(live, "NORD20").status.text() == "ended"


async def test_an_extension_is_only_under_way_until_the_shop_has_confirmed_it(live: Host):
    assert "extending" not in card(live, "NORD20").description.text()
    left = card(live, "NORD20").status.text()
    await live.press(Key.Key_F9, SHIFT)
    assert card(live, "NORD20").description.text().startswith("extending…")
    assert card(live, "NORD20").status.text() == left, "the old end counts"
    (record,) = live.live.state.promos.values()
    live.studio.hear(confirmed(record.promo.id, record.promo.starts_at_ms, record.wanted_ends_at_ms))
    await live.settle()
    assert "extending" not in card(live, "NORD20").description.text()


async def test_a_code_is_extended_and_ended_on_its_card(live: Host):
    await live.click(card(live, "NORD20").extend)
    (record,) = live.live.state.promos.values()
    assert record.wanted_ends_at_ms - record.promo.ends_at_ms == 5 * MINUTE
    await live.click(card(live, "NORD20").end)
    assert card(live, "NORD20").status.text() == "ended"


def _extended(host: Host) -> tuple[str, int]:
    (record,) = host.live.state.promos.values()
    return record.promo.id, 5 * MINUTE


async def test_without_a_live_code_it_cannot_be_extended_and_the_menu_says_why(on_air: Host):
    await on_air.press(Key.Key_F9, SHIFT)
    assert on_air.given == []
    assert "No code is live" in on_air.actions["promo.extend"].toolTip()


async def test_an_armed_code_goes_out_by_itself_when_its_item_is_pinned(on_air: Host):
    assert card(on_air, "TEAFREE").status.text() == "armed for Stoneware teapot"
    await on_air.give(cmd.PinItem("i6"))
    await on_air.done()
    assert card(on_air, "TEAFREE").status.text() == "sending…"


async def test_undo_takes_back_a_code_that_has_not_left_yet(blanket: Host):
    await blanket.press(Key.Key_F9)
    await blanket.press(Key.Key_F9)
    await blanket.press(Key.Key_Z, CTRL)
    (record,) = blanket.live.state.promos.values()
    assert record.withdrawn
    assert card(blanket, "NORD20").status.text() == "for Wool blanket “Nor…"


async def test_amounts_follow_the_currency_of_the_show(on_air: Host):
    on_air.live.state = msgspec.structs.replace(on_air.live.state, currency="JPY")
    form = on_air.host.promo_form
    form.open_for(on_air.live.state)
    form.kind.setCurrentIndex(form.kind.findData("fixed"))
    form.value.setValue(500)
    plan, _products = form._plan()
    assert (plan.amount_minor, form.value.text()) == (500, "500 JPY")


async def test_no_button_of_the_form_is_cut_in_long_words_at_1100_by_700(blanket: Host):
    form = blanket.host.promo_form
    for button in form.findChildren(QPushButton):
        button.setText(f"{button.text()} vorschlagen")
    for at in range(form.kind.count()):
        form.kind.setItemText(at, f"{form.kind.itemText(at)} des Gesamtbetrags")
    blanket.window.resize(1100, 700)
    await blanket.press(Key.Key_F9)
    await until(form.isVisible, "the form")
    form.grab()
    widgets = [*form.findChildren(QPushButton), *form.findChildren(QComboBox), form.code]
    seen = [w for w in widgets if w.isVisible()]
    assert form.another in seen
    assert not [w for w in seen if w.width() < w.minimumSizeHint().width()]
    assert not [w for w in seen if not form.rect().contains(QRect(w.mapTo(form, QPoint()), w.size()))]
    assert blanket.host.rect().contains(form.geometry())


async def test_a_long_title_does_not_make_the_form_wider(blanket: Host):
    form, state = blanket.host.promo_form, blanket.live.state
    form.open_for(state)
    before = form.width()
    items = tuple(msgspec.structs.replace(i, title="Wolldecke mit Fransen " * 9) for i in state.items)
    form.open_for(msgspec.structs.replace(state, items=items))
    assert form.width() == before
