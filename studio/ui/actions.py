"""The actions at work: one registry makes the QActions, and every way to act goes through them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from PySide6.QtCore import QCoreApplication, QMetaObject, QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from studio.ui.action_list import ACTIONS, ActionSpec
from studio.ui.hotkeys import KeyBindings, key_cap
from studio.ui.widgets.labels import tooltip_text

DEBOUNCE_MS: Final = 300
"""A key or a button pressed twice within this many milliseconds acts once."""

NowMs = Callable[[], int]
"""Wall-clock milliseconds that never go back (the WallClock's monotonic reading)."""


class StudioAction(QAction):
    """One action. Connect to `acted`, never to `triggered`: that one still knows key bounces and half holds.

    `hold_asked` is emitted instead of `acted` when the action needs a held press and got a plain one.
    """

    acted = Signal()
    hold_asked = Signal()

    def __init__(
        self, spec: ActionSpec, bindings: KeyBindings, now_ms: NowMs, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.spec: Final = spec
        self._bindings = bindings
        self._now_ms = now_ms
        self._acted_at: int | None = None
        self._reason = ""
        self._tooltip = translated(spec.tooltip)
        self.setObjectName(spec.id)
        self.setCheckable(spec.checkable)
        self.setAutoRepeat(spec.repeatable)
        self.show_text(translated(spec.text))
        self.take_keys()
        self.triggered.connect(self._on_triggered)

    @property
    def plain_text(self) -> str:
        """The text as people read it, without the marks Qt puts in menus."""
        return self.text().replace("&&", "&")

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys, the shown one first."""
        return self._bindings.keys(self.spec.id)

    @property
    def cap(self) -> str:
        """What stands on the key cap; empty when the action has no key."""
        return key_cap(self.keys[0]) if self.keys else ""

    @property
    def plain_tooltip(self) -> str:
        """What it does, and why it cannot be done now, as plain text."""
        return f"{self._tooltip}\n{self._reason}" if self._reason else self._tooltip

    def show_text(self, text: str) -> None:
        """Change the text, e.g. to `Pin next: Oak serving board`. Product names may hold `&`."""
        self.setText(text.replace("&", "&&"))

    def describe(self, tooltip: str) -> None:
        """Change what the tooltip says; plain text."""
        self._tooltip = tooltip
        self._refresh_tooltip()

    def enable(self, possible: bool, reason: str = "") -> None:
        """Allow or refuse the action; `reason` is the sentence that says why it cannot be done now."""
        self._reason = "" if possible else reason
        self._refresh_tooltip()
        self.setEnabled(possible)

    def act(self) -> None:
        """Act now, as a finished hold or a confirmed dialog does. Nothing happens while it is disabled."""
        if self.isEnabled():
            self._acted_at = self._now_ms()
            self.acted.emit()

    def take_keys(self) -> None:
        """Take the keys from the bindings."""
        if self.spec.handled:
            self.setShortcuts([])
        else:
            self.setShortcuts([QKeySequence.fromString(key) for key in self.keys])
        self._refresh_tooltip()

    def _refresh_tooltip(self) -> None:
        told = f"{self.plain_tooltip} ({self.cap})" if self.cap else self.plain_tooltip
        self.setToolTip(tooltip_text(told))
        self.setStatusTip(self.plain_tooltip)
        self.changed.emit()

    def _on_triggered(self) -> None:
        if self.spec.hold:
            self.hold_asked.emit()
            return
        now = self._now_ms()
        if not self.spec.repeatable and self._acted_at is not None and now - self._acted_at < DEBOUNCE_MS:
            if self.isCheckable():
                self.setChecked(not self.isChecked())
            return
        self._acted_at = now
        self.acted.emit()


class Actions(QObject):
    """The registry, made once by the application and handed to whatever shows or performs actions."""

    def __init__(
        self,
        now_ms: NowMs,
        bindings: KeyBindings | None = None,
        specs: Iterable[ActionSpec] = ACTIONS,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        known = tuple(specs)
        self._now_ms = now_ms
        self.bindings: Final = bindings if bindings is not None else KeyBindings(known, self)
        self._actions = {spec.id: StudioAction(spec, self.bindings, now_ms, self) for spec in known}
        self.bindings.changed.connect(self._take_keys)

    def __getitem__(self, action_id: str) -> StudioAction:
        return self._actions[action_id]

    def __iter__(self) -> Iterator[StudioAction]:
        return iter(self._actions.values())

    def on(self, action_id: str, slot: Callable[[], object]) -> None:
        """Call `slot` whenever the action acts."""
        self[action_id].acted.connect(slot)

    def bind_to(self, window: QWidget, only: Iterable[str] | None = None) -> None:
        """Make the keys work in a window: all, or the named ones (the prompter takes `item.next` and a few)."""
        window.addActions([self[i] for i in only] if only is not None else list(self))

    def passing(self, action_id: str, text: str, tooltip: str = "", *, hold: bool = True) -> StudioAction:
        """An action for one dialog, without a key, e.g. `Hold to pin`; whoever asked for it becomes its parent."""
        spec = ActionSpec(action_id, text, tooltip, (), "", hold=hold)
        return StudioAction(spec, KeyBindings([spec]), self._now_ms, self)

    def menu(self, title: str, action_ids: Iterable[str], parent: QWidget) -> QMenu:
        """A menu of actions; an empty id is a separator."""
        menu = QMenu(title, parent)
        menu.setToolTipsVisible(True)
        for action_id in action_ids:
            if action_id:
                menu.addAction(self[action_id])
            else:
                menu.addSeparator()
        return menu

    def groups(self) -> dict[str, list[StudioAction]]:
        """Translated group name to its actions, in the order of the list."""
        grouped: dict[str, list[StudioAction]] = {}
        for action in self:
            grouped.setdefault(translated(action.spec.group), []).append(action)
        return grouped

    def _take_keys(self, action_id: str) -> None:
        if action_id in self._actions:
            self._actions[action_id].take_keys()


class ScopedActions(Actions):
    """The same actions for something that goes before the window does: `release` forgets what was set up by `on`."""

    def __init__(self, whole: Actions) -> None:
        QObject.__init__(self, whole)
        self._now_ms = whole._now_ms
        self.bindings = whole.bindings  # pyright: ignore[reportGeneralTypeIssues] - set here instead of in Actions
        self._actions = whole._actions
        self._connections: list[QMetaObject.Connection] = []

    def on(self, action_id: str, slot: Callable[[], object]) -> None:  # noqa: D102 - as in Actions
        self._connections.append(self[action_id].acted.connect(slot))

    def release(self) -> None:
        """Nothing that was asked for by `on` is called any more."""
        connections, self._connections = self._connections, []
        for connection in connections:
            # What belonged to a widget that is gone is not connected any more.
            QObject.disconnect(connection)


def translated(text: str) -> str:
    """A text of the action list in the language of the studio."""
    return QCoreApplication.translate("Actions", text)
