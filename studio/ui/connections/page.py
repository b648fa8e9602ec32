"""How the screens of the shops and the channels are laid out."""

from collections.abc import Mapping, Sequence
from typing import Generic

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from studio.ui.connections.connection_list import ConnectionList
from studio.ui.connections.drafts import D
from studio.ui.connections.findings import FindingsCard, LastErrors
from studio.ui.connections.form import ConnectionForm
from studio.ui.connections.settings_page import SettingsPage, form_and_findings
from studio.ui.connections.wording import Wording
from studio.ui.icons import IconName
from studio.ui.theme import SPACE_S, Theme
from studio.ui.widgets.cards import EmptyState


class ConnectionsPage(SettingsPage, Generic[D]):
    """The list at the left, the form in the middle, what a test found at the right; or one sentence instead.

    `places` are the screens of the settings, name to title. `beside` stands between what a test found and the last errors.
    """

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        places: Mapping[str, str],
        left: ConnectionList[D],
        form: ConnectionForm,
        findings: FindingsCard,
        errors: LastErrors,
        beside: Sequence[QWidget] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(wording.name, wording.title, places, parent)
        self._wording = wording
        self.list = left
        self.list.setFixedWidth(theme.px(280))
        self.findings, self.errors = findings, errors
        self.empty = EmptyState(theme, wording.icon, "")
        self._stack = QStackedWidget()
        self._stack.addWidget(form_and_findings(form, form.foot, [*beside, findings, errors]))
        self._stack.addWidget(self.empty)
        inside = QWidget()
        below = QHBoxLayout(inside)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(SPACE_S)
        below.addWidget(self.list)
        below.addWidget(self._stack, 1)
        self.fill(inside)

    def _show_form(self) -> None:
        self._stack.setCurrentIndex(0)

    def _show_sentence(self, sentence: str, icon: IconName, button: str = "") -> None:
        self._stack.setCurrentWidget(self.empty)
        self.empty.say(sentence, icon, button)
