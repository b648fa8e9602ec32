"""QA's quick walk through the On air workspace: its picture, and one journey through a whole show."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.domain.show import ShowPhase
from tests.ui.host.conftest import CTRL, Host, until
from tests.ui.host_scene import an_hour_of_show

Key = Qt.Key


@pytest.mark.smoke
async def test_the_on_air_workspace_stands_in_the_middle_of_a_show(qapp, theme, grab):
    host = Host(qapp, an_hour_of_show(), theme=theme)
    await host.open()
    await host.settle()
    header = host.host.header
    assert (header.phase.text(), header.title.text()) == ("ON AIR", "Autumn Home Live #14")
    assert host.host.stage.card.title.text() == "Wool blanket “Nord”, 140×200"
    assert host.host.stage.card.stock.forecast.text() == "Sold out in about 4 min"
    assert host.host.charts.viewers.caption.endswith("▲ promo")
    assert host.host.questions.header.note.text().startswith("5 open")
    grab(host.window, "host")
    await host.close()


@pytest.mark.smoke
async def test_a_host_plays_a_short_show_by_key(host: Host):
    """Start, pin, issue a code, answer a question, unpin, undo, next, end."""
    await host.press(Key.Key_Return, CTRL)
    await host.press(Key.Key_F12)
    assert host.on_air == "Linen throw “Fjord”"
    await host.press(Key.Key_F9)
    await host.press(Key.Key_F9)
    host.studio.confirm_promos()
    host.studio.hear_chat("Can it be washed in the machine?")
    await host.done()
    await host.press(Key.Key_J)
    await host.press(Key.Key_Slash)
    await host.type("Yes, at 40 degrees.")
    await host.press(Key.Key_Return)
    await host.press(Key.Key_Escape)
    assert host.live.state.replies
    await host.press(Key.Key_Escape)
    assert host.on_air == ""
    await host.press(Key.Key_Z, CTRL)
    await host.press(Key.Key_F12)
    assert host.on_air == "Ceramic mug set of 4"
    end = host.host.header.end
    QTest.mousePress(end, Qt.MouseButton.LeftButton)
    await until(lambda: host.live.state.phase is ShowPhase.ENDED, "the end of the show")
    QTest.mouseRelease(end, Qt.MouseButton.LeftButton)
    assert len(host.live.state.promos) == 1
    assert host.sentences == []
