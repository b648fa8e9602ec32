"""QA's quick walk: every screen stands, says what it should, and is kept as a picture."""

from collections.abc import AsyncIterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from studio.control.ports import ShowSummary
from studio.ui.actions import Actions
from studio.ui.command_palette import CommandPalette
from studio.ui.dialogs import HoldDialog
from studio.ui.host.outbox_popover import OutboxPopover
from studio.ui.keys_dialog import KeysDialog
from studio.ui.notice_history import NoticeHistory
from studio.ui.shows.page import ShowsPage
from studio.ui.single_instance import AlreadyOpenDialog
from studio.ui.studio import Link, Notice
from studio.ui.texts import Texts
from tests.fakes.fake_studio import waiting
from tests.ui.host.conftest import CTRL, SHIFT, Host, until
from tests.ui.host_scene import a_dressed_studio, an_hour_of_show

Key = Qt.Key
AS_IT_IS = (None,)
WHOLE = ((1440, 900),)

pytestmark = pytest.mark.smoke


@pytest.fixture
async def host(qapp, theme) -> AsyncIterator[Host]:
    """The On air workspace in the middle of a show."""
    opened = Host(qapp, an_hour_of_show(), theme=theme)
    await opened.open()
    await opened.settle()
    yield opened
    await opened.close()


@pytest.fixture
async def before(qapp, theme) -> AsyncIterator[Host]:
    """The On air workspace of a show that has not started."""
    opened = Host(qapp, a_dressed_studio(), theme=theme)
    await opened.open()
    await opened.settle()
    yield opened
    await opened.close()


async def dialog(host: Host, kind: type):
    """The dialog that a key opened."""
    await until(lambda: isinstance(QApplication.activeModalWidget(), kind), f"a {kind.__name__}")
    return QApplication.activeModalWidget()


async def away(host: Host, opened) -> None:
    """Close a dialog by Esc."""
    host.key(Key.Key_Escape)
    await until(lambda: QApplication.activeModalWidget() is not opened, "the dialog to close")


def found(host: Host) -> list[str]:
    """What the search shows."""
    results = host.host.lineup.results
    return [results.item(n).text() for n in range(results.count())]


@pytest.mark.parametrize("shows", [0, 3])
def test_home_lists_the_shows_so_far_or_says_how_to_begin(qtbot, theme, grab, shows):
    home = ShowsPage(theme, Texts())
    qtbot.addWidget(home)
    home.resize(1440, 900)
    home.show_shop("Nordhus", "https://shop.example") if shows else home.show_shop("", "")
    begun = [
        ShowSummary("s1", "Autumn Home Live #12", False, 1_794_000_000_000, 1_794_004_000_000, "EUR", 90),
        ShowSummary("s2", "Autumn Home Live #13", False, 1_795_200_000_000, None, "EUR", 40),
        ShowSummary("s3", "Autumn Home Live #14", False, None, None, "EUR", 1),
    ]
    home.list_shows(begun[:shows])
    home.show()
    assert len(home.list.listed) == (2 if shows else 0), "the one that has ended is in its own section"
    assert home.list.empty.isVisible() is not bool(shows)
    assert home.new.isEnabled() is bool(shows)
    assert ("Nordhus" if shows else "No shop is connected yet") in home.shop.text()
    grab(home, "home" if shows else "home-empty", WHOLE)


async def test_a_show_that_has_not_started_says_what_to_do_first(before: Host, grab):
    assert before.host.header.phase.text() == "OFF AIR"
    assert before.host.header.start.isVisible()
    assert not before.host.header.end.isVisible()
    assert before.host.lineup_model.rowCount() == 10
    grab(before.window, "host-before-the-show", WHOLE)


async def test_the_promo_form_offers_a_code(host: Host, grab):
    await host.press(Key.Key_F9)
    form = host.host.promo_form
    assert form.isVisible()
    assert form.code.text()
    assert form.issue.isEnabled()
    grab(host.window, "promo-form", WHOLE)
    await host.press(Key.Key_Escape)
    assert not form.isVisible()
    assert host.on_air, "Esc closed the form and unpinned nothing"


async def test_the_search_finds_what_is_planned_and_what_is_not(host: Host, grab):
    await host.press(Key.Key_F, CTRL)
    await host.type("ce")
    await until(lambda: "Ceramic mug set of 4" in found(host), "what was found")
    grab(host.window, "search", WHOLE)
    await host.press(Key.Key_Escape)
    assert host.host.lineup.view.isVisible()


async def test_the_palette_finds_any_command(host: Host, grab):
    await host.press(Key.Key_K, CTRL)
    palette = await dialog(host, CommandPalette)
    await host.type("promo")
    assert "Issue promo…" in [palette.model.index(n).data() for n in range(palette.model.rowCount())]
    grab(palette, "palette", AS_IT_IS)
    await away(host, palette)


async def test_the_keys_are_listed_and_can_be_searched(host: Host, grab):
    await host.press(Key.Key_F1)
    keys = await dialog(host, KeysDialog)
    everything = keys.table.model().rowCount()
    assert everything == len(list(host.actions))
    await host.type("promo")
    assert 0 < keys.table.model().rowCount() < everything
    keys.search.clear()
    grab(keys, "keys", AS_IT_IS)
    await away(host, keys)


async def test_notices_stand_over_the_workspace_trouble_on_top(host: Host, grab):
    host.window.post(Notice("ok", "The code NORD20 is live.", "1"))
    host.window.post(Notice("warning", "Only 9 pairs of “Felt slippers” are left.", "2"))
    host.window.post(
        Notice("trouble", "The shop does not answer. What is decided waits and is sent later.", "3")
    )
    host.window.post(Notice("info", "The backup at the start of the show was made.", "4"))
    stack = host.window.notice_stack
    assert len(stack.cards) == 3, "three at most; the rest is counted"
    assert stack.cards[0].notice.level == "trouble"
    grab(host.window, "notices", WHOLE)
    await host.press(Key.Key_D, CTRL)
    assert all(card.notice.level != "trouble" for card in stack.cards)


async def test_the_notices_of_the_show_can_be_read_again(host: Host, grab):
    for n in range(6):
        host.window.post(Notice("info", f"Sentence {n} of the evening.", str(n)))
    await host.press(Key.Key_D, CTRL | SHIFT)
    history = await dialog(host, NoticeHistory)
    assert history.list.model().rowCount() >= 6
    grab(history, "notice-history", AS_IT_IS)
    await away(host, history)


async def test_what_waits_to_be_sent_can_be_looked_at(host: Host, grab):
    await host.click(host.host.header.sent_button)
    await until(lambda: isinstance(QApplication.activePopupWidget(), OutboxPopover), "the outbox")
    popover = QApplication.activePopupWidget()
    grab(popover, "outbox", AS_IT_IS)
    host.key(Key.Key_Escape)
    popover.close()
    await host.done()


async def test_pinning_what_is_sold_out_asks_for_a_held_press(host: Host, grab):
    await host.press(Key.Key_F, CTRL)
    await host.type("beeswax")
    await until(lambda: found(host) == ["Beeswax candle trio"], "what was found")
    await host.press(Key.Key_Return)
    asked = await dialog(host, HoldDialog)
    assert asked.hold.isEnabled()
    grab(asked, "sold-out", AS_IT_IS)
    await away(host, asked)
    assert host.on_air == "Wool blanket “Nord”, 140×200", "without the held press nothing happens"


async def test_trouble_with_the_shop_is_amber_in_the_health_strip(host: Host, grab):
    host.studio.hear_link("Shop", "shop", Link.DOWN, "The shop does not answer; trying again.")
    host.studio.hear_outbox(waiting("The shop does not answer; tried again in 4 s."))
    await host.settle()
    assert "⚠" in host.host.header.sent.value.text()
    grab(host.window, "host-shop-away", WHOLE)


def test_a_second_studio_says_that_one_is_open(qtbot, theme, grab):
    second = AlreadyOpenDialog("Host Studio is already open with the data folder “Ida’s shows”.", "nobody")
    qtbot.addWidget(second)
    second.show()
    grab(second, "already-open", AS_IT_IS)


def test_every_key_of_the_help_page_belongs_to_one_command(qapp):
    actions = Actions(lambda: 0)
    keys = [key for action in actions for key in action.keys]
    assert len(keys) == len(set(keys))
