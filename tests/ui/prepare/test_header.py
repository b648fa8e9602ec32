"""The head of Prepare: when the show is stands there whole, and the shop says less where there is no room."""

import msgspec
import pytest
from PySide6.QtWidgets import QApplication, QWidget

from studio.ui.host.links import LinkNames
from studio.ui.models.live_show import LiveShow
from studio.ui.prepare.header import PrepareHeader
from studio.ui.studio import Link
from studio.ui.texts import Texts
from tests.fakes.fake_studio import FakeStudio
from tests.ui.prepare_kit import planned


@pytest.fixture
def studio() -> FakeStudio:
    found = planned()
    found.state = msgspec.structs.replace(found.state, starts_at_ms=1_795_892_400_000)
    return found


@pytest.fixture
def header(qtbot, theme, window: QWidget, studio: FakeStudio) -> PrepareHeader:
    live = LiveShow(studio.opened(), window)
    studio.changes.connect(live.take)
    found = PrepareHeader(live, Texts("en", "Europe/Oslo"), LinkNames(), studio.clock.best_ms)
    found.setParent(window)
    window.resize(1440, 200)
    found.resize(1420, 60)
    window.show()
    found.show()
    return found


def test_the_shop_says_less_before_the_date_is_cut(studio: FakeStudio, header: PrepareHeader) -> None:
    studio.hear_link("demo", "shop", Link.OK)
    QApplication.processEvents()
    whole = header.shop.text()
    assert whole.startswith("Shop: demo, ")
    header.resize(1000, 60)
    QApplication.processEvents()
    assert header.shop.text() == "Shop: demo"
    assert header.shop.accessibleName() == whole
    assert not header.when.is_cut()
    header.resize(1420, 60)
    QApplication.processEvents()
    assert header.shop.text() == whole


def test_a_shop_that_does_not_answer_is_said_in_full(studio: FakeStudio, header: PrepareHeader) -> None:
    header.resize(1000, 60)
    studio.hear_link("demo", "shop", Link.DOWN)
    QApplication.processEvents()
    assert header.shop.text().startswith("⚠ Shop: demo, ")
    assert header.shop.toolTip() == ""
