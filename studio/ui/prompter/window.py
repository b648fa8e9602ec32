"""The prompter's window: on the presenter's monitor, and back on the main one when that is unplugged."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QHideEvent, QMouseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QWidget

from studio.domain.show import ShowPhase
from studio.ui.actions import Actions
from studio.ui.models.live_show import LiveShow
from studio.ui.prompter.choice import MonitorChoice
from studio.ui.prompter.face import PrompterFace
from studio.ui.prompter.screens import Monitor, Screens
from studio.ui.prompter.view import prompter_view
from studio.ui.texts import Texts
from studio.ui.theme import Theme
from studio.ui.widgets.clock import Ticker
from studio.ui.widgets.text import clean_text

KEYS: Final = ("item.next", "item.previous", "stage.clear", "prompter.toggle")
"""The actions whose keys work here too: presenters' clickers send Page Down and Page Up to whatever has the focus."""
_WINDOW: Final = (1000, 625)
_BEHIND_MS: Final = 30
_POINTER_MS: Final = 2000
_FIGURES_MS: Final = 250


class PrompterWindow(QWidget):
    """What the presenter reads. `present` shows it where it belongs; closing it only hides it.

    `now_ms` is the shop's time in UTC ms, None while it is not known: then no code and no time is shown.
    `screens` knows the monitors and the choice.
    """

    shown_changed = Signal(bool)

    def __init__(
        self,
        show: LiveShow,
        actions: Actions,
        theme: Theme,
        texts: Texts,
        now_ms: Callable[[], int | None],
        screens: Screens,
        *,
        low_stock: int = 10,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._show, self._actions, self._texts = show, actions, texts
        self._now_ms, self._screens, self._low = now_ms, screens, low_stock
        self._full_on = ""
        # Showing the prompter must not take the keys away from the host.
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(480, 300)
        self.setAccessibleName(self.tr("Prompter"))
        self.setAccessibleDescription(self.tr("What the presenter reads during the show"))
        self.face = PrompterFace(theme.font(), self._check_code, self)
        self.choice = MonitorChoice(self)
        self.choice.chosen.connect(self._chosen)
        self.choice.left.connect(self.choice.hide)
        self._ticker = Ticker(now_ms, self.refresh, self, _FIGURES_MS, lambda: self.face.view.code_ends_ms)
        # Decisions are shown at once, behind the frame of the host's own window; figures come with the clock.
        self._decided = False
        self._behind = QTimer(self)
        self._behind.setSingleShot(True)
        self._behind.setInterval(_BEHIND_MS)
        self._behind.timeout.connect(self._refresh_now)
        self._pointer = QTimer(self)
        self._pointer.setSingleShot(True)
        self._pointer.setInterval(_POINTER_MS)
        self._pointer.timeout.connect(self._hide_pointer)
        self.setMouseTracking(True)
        self.face.setMouseTracking(True)
        actions.bind_to(self, KEYS)
        screens.changed.connect(self._screens_changed)
        for changed in (show.show_changed, show.links_changed, show.products_changed):
            changed.connect(self._note_decision)
        show.batch_taken.connect(self._refresh_changed)
        self.refresh()

    @property
    def full_on(self) -> str:
        """The name of the monitor it fills, empty while it is a window."""
        return self._full_on

    @property
    def up_to_date(self) -> bool:
        """Whether everything decided so far is on the glass; what is not comes behind the host's own frame."""
        return not self._decided

    def present(self) -> None:
        """Show it: on the chosen monitor, or as a window; with several monitors it asks which, once."""
        if self.isVisible():
            self.raise_()
            return
        self._place()
        if self._screens.remembered() is None and len(self._screens.monitors()) > 1:
            self.choose_monitor()

    def choose_monitor(self) -> None:
        """Ask for the monitor."""
        self.choice.offer(self._screens.monitors(), self._screens.remembered())
        self._centre_choice()

    def refresh(self) -> None:
        """Bring everything up to now."""
        state = self._show.state
        title = f"{self.tr('Prompter')} · {clean_text(state.title, 80)}"
        self.setWindowTitle(f"{self.tr('REHEARSAL')} · {title}" if state.rehearsal else title)
        view = prompter_view(self._show, self._texts, self._now_ms(), self._low)
        if view != self.face.view:
            self.face.show_view(view)

    def _note_decision(self, _what: object = None) -> None:
        self._decided = True

    def _refresh_changed(self) -> None:
        if self._decided and not self._behind.isActive():
            self._behind.start()

    def _refresh_now(self) -> None:
        self._decided = False
        # Nobody sees a hidden prompter; it is brought up to date when it is shown.
        if self.isVisible():
            self.refresh()

    def _check_code(self) -> None:
        ends, now = self.face.view.code_ends_ms, self._now_ms()
        if ends is not None and (now is None or now >= ends):
            self.refresh()

    # --- where it stands --------------------------------------------------------------------------------------

    def _place(self) -> None:
        monitors = self._screens.monitors()
        wanted = self._screens.remembered()
        target = next((m for m in monitors if m.name == wanted), None) if len(monitors) > 1 else None
        if target is not None:
            self._fill(target)
        elif self._full_on or not self.isVisible():
            self._be_a_window(monitors)

    def _fill(self, monitor: Monitor) -> None:
        if self._full_on == monitor.name and self.isVisible() and self.geometry() == monitor.area:
            return
        self._full_on = monitor.name
        if self.isFullScreen():
            # A full-screen window stays on its monitor on most systems until it is an ordinary one again.
            self.showNormal()
        if monitor.screen is not None:
            self.setScreen(monitor.screen)
        self.setGeometry(monitor.area)
        self.showFullScreen()
        self._hide_pointer()

    def _be_a_window(self, monitors: list[Monitor]) -> None:
        was_full, self._full_on = bool(self._full_on), ""
        self.unsetCursor()
        if was_full or not self.testAttribute(Qt.WidgetAttribute.WA_Resized):
            main = next((m for m in monitors if m.main), monitors[0] if monitors else None)
            if main is not None:
                if main.screen is not None:
                    self.setScreen(main.screen)
                area = main.screen.availableGeometry() if main.screen is not None else main.area
                wide, high = min(_WINDOW[0], area.width() - 40), min(_WINDOW[1], area.height() - 80)
                box = QRect(0, 0, max(480, wide), max(300, high))
                box.moveCenter(area.center())
                self.setGeometry(box)
        self.showNormal()

    def _screens_changed(self) -> None:
        if not self.isVisible():
            return
        monitors = self._screens.monitors()
        if self.choice.isVisible():
            if len(monitors) > 1:
                self.choose_monitor()
            else:
                self.choice.hide()
        self._place()
        never_asked = self._screens.remembered() is None and len(monitors) > 1
        # On air nothing may cover what the presenter reads: the menu has the same question.
        if never_asked and not self.choice.isVisible() and self._show.state.phase is not ShowPhase.ON_AIR:
            self.choose_monitor()

    def _chosen(self, name: str) -> None:
        self.choice.hide()
        self._screens.remember(name)
        self._place()

    def _centre_choice(self) -> None:
        box = self.choice.rect()
        box.moveCenter(self.rect().center())
        self.choice.move(max(0, box.left()), max(0, box.top()))

    # --- Qt ---------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self.face.setGeometry(self.rect())
        self._centre_choice()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        self._ticker.start()
        self._actions["prompter.toggle"].setChecked(True)
        self.shown_changed.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: D102
        self._ticker.stop()
        super().hideEvent(event)
        if not self.isVisible() and not event.spontaneous():
            self._actions["prompter.toggle"].setChecked(False)
            self.shown_changed.emit(False)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self.unsetCursor()
        self._pointer.start()
        super().mouseMoveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: D102
        self.menu(event.globalPos())

    def menu(self, at: QPoint) -> None:
        """The few things that can be done with the prompter itself."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Choose the monitor…"), self.choose_monitor)
        if self._full_on:
            menu.addAction(self.tr("Show as a window"), lambda: self._chosen(""))
        menu.addSeparator()
        menu.addAction(self.tr("Close the prompter"), self.close)
        menu.popup(at)

    def _hide_pointer(self) -> None:
        if self._full_on:
            self.setCursor(Qt.CursorShape.BlankCursor)
