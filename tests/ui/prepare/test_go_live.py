"""Going live: nobody does it by accident, and what was passed over stands in the show's log."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from studio.control.ports import StoreFull
from studio.domain import commands as cmd
from studio.domain.checks import Check, CheckKind, CheckState, Fix, Subject
from studio.domain.show import ShowPhase
from studio.ui.actions import Actions
from studio.ui.host.links import LinkNames
from studio.ui.keyguard import FocusKeys
from studio.ui.prepare.go_live_dialog import GoLiveDialog, before_start, go_live
from studio.ui.studio import Notice
from studio.ui.texts import Texts
from studio.ui.theme import Theme
from studio.ui.widgets.buttons import HoldButton
from studio.ui.widgets.labels import PlainLabel
from tests.fakes.fake_studio import FakeStudio
from tests.ui.host.conftest import Host, until
from tests.ui.prepare_kit import planned

ENGLISH = Texts("en", "Europe/Oslo")
NAMES = LinkNames({"live": "Nordhus live"})
WELL = Check(CheckKind.SHOP, CheckState.OK, (Subject("Nordhus"),), number=2_000)
EMPTY_DISK = Check(CheckKind.DISK, CheckState.TROUBLE, number=100_000_000, fix=Fix.DATA_FOLDER)
SHORT = Check(
    CheckKind.STOCK, CheckState.WARNING, (Subject("Candle trio", "i3", 64, 80),), 9, fix=Fix.STOCK_CHECK
)


class Asked:
    """Somebody wants to go live over a window."""

    def __init__(
        self, parent: QWidget, theme: Theme, actions: Actions, keys: FocusKeys, studio: FakeStudio
    ) -> None:
        self.parent, self.theme, self.actions, self.keys, self.studio = parent, theme, actions, keys, studio
        self.notices: list[Notice] = []

    def go(self, *checks: Check) -> "asyncio.Task[bool]":
        return asyncio.get_running_loop().create_task(
            go_live(
                self.studio, checks, self.parent, self.studio.state, self.actions, self.theme, self.keys, ENGLISH,
                self.notices.append, NAMES,
            )
        )  # fmt: skip

    async def dialog(self) -> GoLiveDialog:
        await until(lambda: isinstance(QApplication.activeModalWidget(), GoLiveDialog), "the question")
        found = QApplication.activeModalWidget()
        assert isinstance(found, GoLiveDialog)
        await until(found.isActiveWindow, "the question in front")
        return found


@pytest.fixture
def asked(window: QWidget, theme: Theme, actions: Actions, keys: FocusKeys) -> Asked:
    window.show()
    return Asked(window, theme, actions, keys, planned())


def words(dialog: GoLiveDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(PlainLabel))


def cancel(dialog: GoLiveDialog) -> QPushButton:
    return next(b for b in dialog.findChildren(QPushButton) if b.text() == "Not yet")


async def test_with_nothing_open_a_press_of_its_button_goes_live(asked: Asked) -> None:
    going = asked.go(WELL)
    dialog = await asked.dialog()
    said = words(dialog)
    assert "Go live with “Autumn Home Live #14”?" in said
    assert "10 items, 9 of them products, 53:00 planned" in said
    assert "Chat and viewers from Nordhus live" in said
    assert "2 promo codes are planned" in said
    assert not isinstance(dialog.deed, HoldButton)
    QTest.mouseClick(dialog.deed, Qt.MouseButton.LeftButton)
    assert await going is True
    assert asked.studio.state.phase is ShowPhase.ON_AIR
    assert asked.studio.commands == [cmd.StartShow()]


@pytest.mark.parametrize("checks", [(WELL,), (WELL, SHORT)])
@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Space])
async def test_a_key_pressed_into_the_question_never_goes_live(
    asked: Asked, checks: tuple[Check, ...], key: Qt.Key
) -> None:
    going = asked.go(*checks)
    dialog = await asked.dialog()
    assert not dialog.deed.isDefault()
    assert cancel(dialog).hasFocus()
    QTest.keyClick(QApplication.focusWidget(), key)
    assert await going is False
    assert asked.studio.commands == []


async def test_with_something_open_a_click_is_not_enough_and_holding_logs_what_was_passed_over(
    asked: Asked,
) -> None:
    going = asked.go(WELL, SHORT, EMPTY_DISK)
    dialog = await asked.dialog()
    said = words(dialog)
    assert "⚠ 2 still open" in said
    assert "Candle trio 64 of 80" in said
    assert isinstance(dialog.deed, HoldButton)
    QTest.mouseClick(dialog.deed, Qt.MouseButton.LeftButton)
    await asyncio.sleep(0)
    assert not going.done()
    dialog.deed._progress.setDuration(30)
    QTest.mousePress(dialog.deed, Qt.MouseButton.LeftButton)
    assert await going is True
    assert asked.studio.state.open_warnings == (
        "Stock below target: Candle trio 64 of 80",
        "Disk is nearly full: 0.1 GB free: make room for the show's data",
    )


async def test_a_refusal_is_said_and_the_show_stays_planned(asked: Asked) -> None:
    asked.studio.state = msgspec.structs.replace(asked.studio.state, archived=True)
    going = asked.go(WELL)
    (await asked.dialog()).deed.click()
    assert await going is False
    assert [n.sentence for n in asked.notices] == [
        "This show is archived: bring it back into the list first."
    ]


async def test_a_full_disk_is_said(asked: Asked, monkeypatch) -> None:
    async def full(_command: cmd.Command) -> None:
        raise StoreFull("The disk is full.")

    monkeypatch.setattr(asked.studio, "do", full)
    going = asked.go(WELL)
    (await asked.dialog()).deed.click()
    assert await going is False
    assert [(n.level, n.sentence) for n in asked.notices] == [("trouble", "The disk is full.")]


async def test_a_show_with_a_very_long_name_still_fits(asked: Asked) -> None:
    asked.studio.state = msgspec.structs.replace(asked.studio.state, title="Weihnachts" * 30)
    going = asked.go(SHORT)
    dialog = await asked.dialog()
    assert dialog.width() < 700
    dialog.reject()
    assert await going is False


# --- the key on air ---------------------------------------------------------------------------------------------


@pytest.fixture
async def host(qapp: QApplication, theme: Theme) -> AsyncIterator[Host]:
    opened = Host(qapp, FakeStudio(), theme=theme)
    await opened.open()
    yield opened
    await opened.close()


def hook(host: Host, *checks: Check) -> Callable[[], Awaitable[cmd.StartShow | None]]:
    return lambda: before_start(
        host.window, host.live.state, checks, host.actions, host.theme, host.keys, ENGLISH
    )


async def test_in_a_rehearsal_the_key_starts_the_show_whatever_is_open(host: Host) -> None:
    assert host.live.state.rehearsal
    host.host.starting.before = hook(host, SHORT)
    await host.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert host.live.state.phase is ShowPhase.ON_AIR


async def test_with_nothing_open_the_key_starts_a_real_show_at_once(host: Host) -> None:
    host.live.state = msgspec.structs.replace(host.live.state, rehearsal=False)
    host.host.starting.before = hook(host, WELL)
    await host.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert host.given == [cmd.StartShow()]


async def test_with_something_open_the_key_asks_first_and_only_once(host: Host) -> None:
    host.live.state = msgspec.structs.replace(host.live.state, rehearsal=False)
    host.host.starting.before = hook(host, SHORT)
    host.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    host.host.starting.start()
    await until(lambda: isinstance(QApplication.activeModalWidget(), GoLiveDialog), "the question")
    shown = [w for w in QApplication.topLevelWidgets() if isinstance(w, GoLiveDialog) and w.isVisible()]
    assert len(shown) == 1
    assert host.given == []
    shown[0].accept()
    await until(lambda: host.given, "the start")
    assert host.given == [cmd.StartShow(("Stock below target: Candle trio 64 of 80",))]
