"""Whose a key is: the text field's, the workspace's or an action's. Watches the focused widget only.

A filter on the whole application would cost Python a call for every event of every widget; keys only ever go to
the widget with the focus.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QKeySequenceEdit,
    QLineEdit,
    QMenuBar,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)
from shiboken6 import isValid

KeyHandler = Callable[[QWidget, QKeyEvent], bool]
"""Asked before the focused widget sees a key press or release; True means the key is dealt with."""

_FIELD_OWNS = (
    QKeySequence.StandardKey.Undo,
    QKeySequence.StandardKey.Redo,
    QKeySequence.StandardKey.Copy,
    QKeySequence.StandardKey.Cut,
    QKeySequence.StandardKey.Paste,
    QKeySequence.StandardKey.SelectAll,
)


def is_text_field(widget: QObject | None) -> bool:
    """Whether a person can type into the widget."""
    if isinstance(widget, QLineEdit | QTextEdit | QPlainTextEdit):
        return not widget.isReadOnly()
    if isinstance(widget, QComboBox):
        return widget.isEditable()
    return isinstance(widget, QAbstractSpinBox | QKeySequenceEdit)


class FocusKeys(QObject):
    """Follows the focus and sees its keys first. Made once by the application.

    In a text field letters, Ctrl Z and the clipboard keys stay the field's, whatever keys actions have. `released`
    carries the Qt key code of every key that was let go (held presses end with it).
    """

    released = Signal(int)

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._handlers: list[KeyHandler] = []
        self._down: set[int] = set()
        self._pressing = False
        self._watched: QWidget | None = None
        app.focusChanged.connect(self._move)
        self._move(None, app.focusWidget())

    def add(self, handler: KeyHandler) -> None:
        """Ask `handler` about every key, before those added earlier."""
        self._handlers.insert(0, handler)

    def remove(self, handler: KeyHandler) -> None:
        """Ask it no more."""
        if handler in self._handlers:
            self._handlers.remove(handler)

    @property
    def pressing(self) -> bool:
        """Whether a key press is being dealt with right now: what happens is done by a key that is still down.

        Keys seen down earlier do not count, because a menu may have swallowed their release.
        """
        return self._pressing

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        kind = event.type()
        if kind not in {QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress, QEvent.Type.KeyRelease}:
            return False
        if not isinstance(event, QKeyEvent) or not isinstance(watched, QWidget):
            return False
        if not event.isAutoRepeat():
            self._remember(event)
        if kind == QEvent.Type.ShortcutOverride:
            if is_text_field(watched) and (isinstance(watched, QKeySequenceEdit) or _typed(event)):
                event.accept()
                return True
            return False
        return any(handler(watched, event) for handler in tuple(self._handlers))

    def _move(self, _old: QWidget | None, now: QWidget | None) -> None:
        target = now or QApplication.activeWindow()
        if target is self._watched:
            return
        # A widget that dies with the focus loses it while it dies: nothing of it can be asked any more.
        if self._watched is not None and isValid(self._watched):
            self._watched.removeEventFilter(self)
            self._watched.destroyed.disconnect(self._forget)
        self._watched = target
        if target is None:
            # The studio lost the focus with a key down: its release goes elsewhere.
            self._let_go()
        else:
            target.installEventFilter(self)
            target.destroyed.connect(self._forget)

    def _forget(self) -> None:
        self._watched = None

    def _remember(self, event: QKeyEvent) -> None:
        if event.type() != QEvent.Type.KeyRelease:
            self._down.add(event.key())
            self._pressing = True
            QTimer.singleShot(0, self, self._pressed)
        elif event.key() in self._down:
            self._down.discard(event.key())
            self.released.emit(event.key())

    def _pressed(self) -> None:
        self._pressing = False

    def _let_go(self) -> None:
        down, self._down = self._down, set()
        for key in down:
            self.released.emit(key)


class SpaceGuard(QObject):
    """On air the space bar never presses a button that happens to have the focus; Return still does."""

    def __init__(self, workspace: QWidget, keys: FocusKeys) -> None:
        super().__init__(workspace)
        self._workspace = workspace
        keys.add(self._handle)
        workspace.destroyed.connect(lambda: keys.remove(self._handle))

    def _handle(self, watched: QWidget, event: QKeyEvent) -> bool:
        space = event.key() == Qt.Key.Key_Space and isinstance(watched, QAbstractButton)
        return space and self._workspace.isAncestorOf(watched)


class EscapeLadder(QObject):
    """Esc closes the innermost thing first and acts (unpins) only from the bare workspace.

    Menus and dialogs are windows of their own and take their Esc themselves. Then: a text field gives its focus
    back to the workspace; each `closer` (clear a selection, close an inline form), the last added first, says True
    when it had something to close; last the action acts.
    """

    def __init__(self, workspace: QWidget, last: QAction, keys: FocusKeys) -> None:
        super().__init__(workspace)
        self._workspace = workspace
        self._last = last
        self._closers: list[Callable[[], bool]] = []
        keys.add(self._handle)
        workspace.destroyed.connect(lambda: keys.remove(self._handle))

    def add(self, closer: Callable[[], bool]) -> None:
        """Ask `closer` before the action; it closes something and returns True, or returns False."""
        self._closers.insert(0, closer)

    def climb(self, focused: QWidget | None = None) -> None:
        """Close the innermost thing, or act."""
        if focused is not None and is_text_field(focused):
            self._workspace.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        if any(closer() for closer in self._closers):
            return
        self._last.trigger()

    def _handle(self, watched: QWidget, event: QKeyEvent) -> bool:
        if event.key() != Qt.Key.Key_Escape or event.modifiers() != Qt.KeyboardModifier.NoModifier:
            return False
        if watched.window() is not self._workspace.window() or not self._workspace.isVisible():
            return False
        if QApplication.activePopupWidget() is not None or isinstance(watched, QMenuBar):
            return False
        if _is_cell_editor(watched):
            return False
        if event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat():
            self.climb(watched)
        return True


def _typed(event: QKeyEvent) -> bool:
    """Whether the key writes something, or edits as every text field does."""
    modifier = Qt.KeyboardModifier
    command = modifier.ControlModifier | modifier.AltModifier | modifier.MetaModifier
    text = event.text()
    # Alt Gr types characters (@, €) and comes as Ctrl+Alt on Windows: then the text says what was meant.
    plain = not event.modifiers() & command or bool(event.modifiers() & modifier.GroupSwitchModifier)
    return (plain and text != "" and text.isprintable()) or any(event.matches(key) for key in _FIELD_OWNS)


def _is_cell_editor(widget: QWidget) -> bool:
    """Whether the widget edits a cell of an item view, whose delegate deals with Esc."""
    above = widget.parentWidget()
    while above is not None:
        if isinstance(above, QAbstractItemView):
            return True
        above = above.parentWidget()
    return False
