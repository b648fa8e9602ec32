"""The health strip: what is sent, what waits and why, who is connected, and how a token is given."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.money import Money
from studio.domain.order import Order, OrderLine, OrderStatus
from studio.ui.dialogs import FormDialog
from studio.ui.host.outbox_popover import OutboxPopover
from studio.ui.studio import ChangeBatch, Link, Notice, OutboxStatus, Sending
from tests.fakes.fake_studio import MINUTE, waiting
from tests.ui.host.conftest import Host, until

Key = Qt.Key


async def strip(host: Host) -> None:
    """The strip shows what changed a moment later: wait for that moment."""
    await until(lambda: not host.host.header._soon.isActive(), "the strip")


async def popover(host: Host) -> OutboxPopover:
    await host.click(host.host.header.sent_button)
    found = host.host.findChildren(OutboxPopover)
    assert len(found) == 1
    assert found[0].isVisible()
    return found[0]


def said(widget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]


async def test_all_is_sent_when_the_outbox_is_empty(on_air: Host):
    on_air.host.refresh()
    assert on_air.host.header.sent.value.text() == "All sent"
    assert "✓ Everything has been sent." in said(await popover(on_air))


async def test_offline_what_is_decided_waits_with_a_sentence_and_works_on(on_air: Host):
    on_air.studio.hear_link("demo", "shop", Link.DOWN, "The shop cannot be reached.")
    await on_air.press(Key.Key_F12)
    row = next(o for o in on_air.live.outbox.values() if o.target == "shop")
    on_air.studio.hear_outbox(
        OutboxStatus(
            row.effect_id, row.event_id, "shop", row.action, Sending.WAITING, "The shop cannot be reached."
        )
    )
    await strip(on_air)
    header = on_air.host.header
    assert on_air.on_air == "Ceramic mug set of 4"
    assert header.sent.value.text() == "⚠ 1 waiting"
    assert "The shop cannot be reached." in header.sent_button.toolTip()
    assert header.pills["shop:demo"].pill.text() == "⚠ demo no answer"
    words = said(await popover(on_air))
    assert {"Pin to shop", "⚠ waiting"} <= set(words)


async def test_a_pin_that_has_not_reached_the_shop_is_marked_as_being_sent(on_air: Host):
    await on_air.press(Key.Key_F12)
    assert on_air.host.lineup_model.row(1).sending
    on_air.studio.settle_all()
    assert not on_air.host.lineup_model.row(1).sending


async def unsure(host: Host) -> OutboxPopover:
    await host.give(cmd.Reply("r1", "Hello"))
    row = next(o for o in host.live.outbox.values() if o.action == "Say")
    host.studio.hear(ev.EffectSettled(row.effect_id, row.target, row.action, ev.Outcome.UNSURE))
    host.studio.hear_outbox(
        OutboxStatus(row.effect_id, row.event_id, row.target, row.action, Sending.HELD, "Nobody knows whether it arrived.", unsure=True)
    )  # fmt: skip
    host.studio.commands.clear()
    return await popover(host)


def button(widget, text: str) -> QPushButton:
    return next(b for b in widget.findChildren(QPushButton) if b.text() == text and b.isVisible())


@pytest.mark.parametrize(("text", "resend"), [("Send again", True), ("Leave it", False)])
async def test_a_person_decides_about_what_nobody_is_sure_of(on_air: Host, text: str, resend: bool):
    opened = await unsure(on_air)
    assert "⚠ unsure" in said(opened)
    await on_air.click(button(opened, text))
    (given,) = on_air.given
    assert (type(given), given.resend) == (cmd.ResolveUnsure, resend)


async def test_the_popover_follows_the_outbox_and_closes_on_esc(on_air: Host):
    opened = await popover(on_air)
    on_air.studio.hear_outbox(waiting("e9", "CreatePromo"))
    await on_air.done()
    assert "Promo code to shop" in said(opened)
    QTest.keyClick(opened, Key.Key_Escape)
    await on_air.done()
    assert on_air.host.findChildren(OutboxPopover) == []
    assert on_air.on_air == "Linen throw “Fjord”"


async def test_a_connection_that_asks_gets_its_token_by_a_form(on_air: Host):
    on_air.studio.hear_link("live", "channel", Link.ASKING, "The channel does not accept the token.")
    await strip(on_air)
    pill = on_air.host.header.pills["channel:live"]
    assert pill.pill.text() == "⚠ live needs a token"
    await on_air.click(pill)
    form = on_air.window.findChild(FormDialog)
    await until(form.isVisible, "the form")
    await on_air.click(form.deed)
    assert "Paste the token first." in form.hints["token"].text()
    assert form.inputs["token"].echoMode().name == "Password"
    QTest.keyClicks(form.inputs["token"], "s3cret-token")
    await on_air.click(form.deed)
    assert on_air.studio.tokens == {"channel:live": "s3cret-token"}
    assert on_air.sentences == ["The token is kept for this session only."]
    assert not any("s3cret" in s for s in on_air.sentences)


async def test_a_connection_that_is_well_opens_the_list_of_all(on_air: Host):
    on_air.host.refresh()
    await on_air.click(on_air.host.header.pills["shop:demo"])
    words = said(on_air.host.findChild(OutboxPopover))
    assert words.count("connected") == 2


async def test_a_silent_channel_is_named_with_a_sign(on_air: Host):
    on_air.studio.hear_link("live", "channel", Link.STALE, "Nothing was heard for 40 s.")
    await strip(on_air)
    assert on_air.host.header.pills["channel:live"].pill.text() == "⚠ live silent"


@pytest.mark.parametrize("width", [1000, 1100, 1280, 1440, 1920])
async def test_the_strip_fits_every_window_and_names_trouble_in_each(on_air: Host, width: int):
    on_air.studio.hear_link("Facebook", "channel", Link.STALE, "silent")
    on_air.window.resize(width, 700)
    on_air.host.refresh()
    await strip(on_air)
    await on_air.done()
    header = on_air.host.header
    shown = [w for w in (*header._parts, header.clock, header.phase) if w.isVisible()]
    assert all(w.geometry().right() <= header.width() for w in shown)
    assert all(w.width() >= w.sizeHint().width() for w in shown), "a figure is cut"
    assert header.end.isVisible()
    assert "Facebook" in header.pills["channel:Facebook"].pill.text()
    assert header.pills["channel:Facebook"].isVisible()


async def test_behind_plan_is_said_in_amber(on_air: Host):
    await on_air.passes(8 * MINUTE)
    plan = on_air.host.header.plan
    assert (plan.value.text(), plan.caption.text(), plan.value.property("tone")) == (
        "+03:00",
        "behind",
        "warning",
    )
    assert on_air.host.lineup.header.note.text().startswith("ends ")


async def test_viewers_peak_and_average_are_shown(on_air: Host):
    for viewers in (100, 300, 200):
        on_air.studio.hear_viewers(viewers)
        on_air.studio.clock.passes(MINUTE)
    on_air.host.refresh()
    figures = on_air.host.header.viewers
    assert figures.value.text() == "200"
    assert "peak 300 at 19:01" in figures.caption.text()
    assert "average 200" in figures.caption.text() + figures.toolTip()


async def test_sales_are_the_shows_own(on_air: Host):
    price = Money(4900, "EUR")
    for number, link in ((1, "show-1"), (2, "")):
        on_air.studio.hear_order(
            Order(
                f"o{number}", f"#{number}", 1, on_air.studio.clock.now, OrderStatus.PAID,
                (OrderLine("v1", "p1", 1, price),), price, Money(0, "EUR"), Money(0, "EUR"), link_show_id=link,
            )
        )  # fmt: skip
    on_air.host.refresh()
    sales = on_air.host.header.sales
    assert sales.value.text() == "€49.00"
    assert sales.caption.text().startswith("1 orders")


async def test_the_engines_notices_reach_the_window(on_air: Host):
    on_air.live.take(ChangeBatch(notices=(Notice("trouble", "The disk is nearly full.", "disk"),)))
    assert on_air.sentences == ["The disk is nearly full."]
    on_air.live.take(ChangeBatch(notices=(Notice("ok", "", "disk"),)))
    assert on_air.sentences == []
