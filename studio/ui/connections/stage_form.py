"""The form of the stage: OBS, the overlay page, how it is dressed, and when price and code leave."""

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontDatabase, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QColorDialog,
    QCompleter,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from studio.settings.secrets import Kept
from studio.ui.actions import Actions
from studio.ui.connections.drafts import YES
from studio.ui.connections.fields import FieldsCard, put_text, small_button
from studio.ui.connections.stage_drafts import StageDraft
from studio.ui.connections.stage_port import KnownStage
from studio.ui.connections.stage_words import field_words, password_words, tr
from studio.ui.theme import SPACE_S, Theme
from studio.ui.widgets.inputs import NumberField
from studio.ui.widgets.labels import PlainLabel, SectionHeader, tooltip_text

_OBS_FIELDS: Final = ("address", "password", "scene")
_OVERLAY_FIELDS: Final = ("overlay_address", "brand", "font", "logo")


class Swatch(QPushButton):
    """A colour that can be pressed to choose another."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._colour = QColor()
        self.setAccessibleName(tr("Choose a colour"))
        self.setToolTip(tooltip_text(tr("Choose a colour")))

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(self._theme.px(44), super().sizeHint().height())

    def show_colour(self, text: str) -> None:
        """The colour of this text, nothing for what is none."""
        self._colour = QColor(text.strip()) if len(text.strip()) == len("#rrggbb") else QColor()
        self.update()

    @property
    def colour(self) -> QColor:
        """What is shown."""
        return self._colour

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        super().paintEvent(event)
        if self._colour.isValid():
            with QPainter(self) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self._colour)
                painter.drawRoundedRect(self.rect().adjusted(7, 7, -7, -7), 3, 3)


class StageForm(FieldsCard):
    """Shows the stage; a password is never shown, only where it is."""

    forget_asked = Signal()
    set_up_asked = Signal()
    take_out_asked = Signal()
    copy_asked = Signal()
    page_asked = Signal()

    def __init__(self, actions: Actions, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(tr("OBS"), actions, parent)
        self.obs, self.overlay = QCheckBox(), QCheckBox()
        self.address, self.password, self.scene = QLineEdit(), QLineEdit(), QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setMaxLength(1_000)
        self.page, self.brand, self.font_name, self.logo = (QLineEdit() for _ in range(4))
        self.page.setReadOnly(True)
        self.unsure, self.few = NumberField(1, 60, " s"), NumberField(0, 1_000_000, tr(" left"))
        self.swatch = Swatch(theme)
        self.forget = small_button(
            tr("Forget"), tr("Forget the password"), tr("Take the password out of this computer's keyring")
        )
        self.copy = small_button(
            tr("Copy"), tr("Copy the address of the page"), tr("Copy it, to paste it into a browser source")
        )
        self.open_page = small_button(
            tr("Open in browser"), tr("Open the page in the browser"), tr("See it while a show is open; it is empty until something is shown")
        )  # fmt: skip
        self.browse = small_button(tr("Choose…"), tr("Choose a logo"), tr("Choose a picture for the logo"))
        completer = QCompleter(QFontDatabase.families(), self.font_name)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.font_name.setCompleter(completer)
        completer.activated.connect(lambda text: self._edited("font", str(text)))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
        self._fill()
        self.forget.clicked.connect(self.forget_asked)
        self.set_up.clicked.connect(self.set_up_asked)
        self.take_out.clicked.connect(self.take_out_asked)
        self.copy.clicked.connect(self.copy_asked)
        self.open_page.clicked.connect(self.page_asked)
        self.browse.clicked.connect(self._choose_logo)
        self.swatch.clicked.connect(self._choose_colour)

    def _fill(self) -> None:
        self._field("obs", self.obs)
        self._field("address", self.address)
        self._field("password", self.password, self.forget)
        self._field("scene", self.scene)
        self.set_up = small_button(
            tr("Set up in OBS"),
            tr("Set up in OBS"),
            tr("Make the studio's sources in OBS where they are not there; your own are never touched"),
        )
        self.take_out = small_button(
            tr("Take out of OBS…"),
            tr("Take out of OBS"),
            tr("Remove the studio's sources from OBS; asks first"),
        )
        self._obs_buttons = QWidget()
        row = QHBoxLayout(self._obs_buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self.set_up)
        row.addWidget(self.take_out)
        row.addStretch(1)
        self.body.addWidget(self._obs_buttons)
        self.body.addWidget(SectionHeader(tr("Overlay page")))
        self._field("overlay", self.overlay)
        self._field("overlay_address", self.page, self.copy, self.open_page)
        self._field("brand", self.brand, self.swatch)
        self._field("font", self.font_name)
        self._field("logo", self.logo, self.browse)
        self.at_once = PlainLabel(
            tr("Colour, font and logo are seen at once; all else holds when a show is opened."),
            size="caption", tone="muted", wrap=True,
        )  # fmt: skip
        self.body.addWidget(self.at_once)
        self.body.addWidget(SectionHeader(tr("What viewers are told")))
        self._field("unsure_s", self.unsure)
        self._field("few", self.few)
        self.body.addStretch(1)

    def _field(self, name: str, field: QWidget, *beside: QPushButton) -> None:
        words = field_words(name)
        self._help[name] = words.help
        self._add(name, words.label, field, *beside)
        if isinstance(field, QLineEdit):
            field.setPlaceholderText(words.placeholder)
        self._say(name, "")

    def show_draft(self, draft: StageDraft, known: KnownStage) -> None:
        """Fill the form."""
        self._showing = True
        values = draft.values
        for name, field in self.inputs.items():
            if isinstance(field, QCheckBox):
                field.setChecked(values[name] == YES)
            elif isinstance(field, QSpinBox):
                field.setValue(int(values[name]))
            elif isinstance(field, QLineEdit) and name in values:
                put_text(field, values[name])
        put_text(self.password, draft.password)
        self._show_known(known)
        self._follow("obs")
        self._follow("overlay")
        self._follow("brand")
        self._showing = False

    def _show_known(self, known: KnownStage) -> None:
        placeholder, help_text = password_words(known.password, known.keys_stay)
        self.password.setPlaceholderText(placeholder)
        self.password.setEnabled(known.password.kept is not Kept.ENVIRONMENT)
        self.forget.setVisible(known.password.kept in (Kept.SESSION, Kept.KEYRING))
        self._help["password"] = help_text
        self._say("password", "")
        self.page.setText(known.overlay_address)
        self.page.setCursorPosition(0)
        told = tr(
            "It answers while a show is open, and stays the same from start to start. Who has it sees what viewers see, "
            "nothing more."
        )
        self._help["overlay_address"] = told
        self._say("overlay_address", known.overlay_problem)
        for button in (self.copy, self.open_page):
            button.setEnabled(bool(known.overlay_address))

    def busy(self, busy: bool) -> None:
        """While something is being done with OBS nothing else is."""
        self.set_up.setEnabled(not busy)
        self.take_out.setEnabled(not busy)

    def _follow(self, name: str) -> None:
        if name == "obs":
            for each in _OBS_FIELDS:
                self._boxes[each].setVisible(self.obs.isChecked())
            self._obs_buttons.setVisible(self.obs.isChecked())
        elif name == "overlay":
            for each in _OVERLAY_FIELDS:
                self._boxes[each].setVisible(self.overlay.isChecked())
            self.at_once.setVisible(self.overlay.isChecked())
        elif name == "brand":
            self.swatch.show_colour(self.brand.text())

    def _choose_colour(self) -> None:
        dialog = QColorDialog(self.swatch.colour, self.window())
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(tr("Brand colour"))
        dialog.colorSelected.connect(self._colour_chosen)
        dialog.open()

    def _colour_chosen(self, colour: QColor) -> None:
        self.brand.setText(colour.name())
        self._edited("brand", colour.name())

    def _choose_logo(self) -> None:
        dialog = QFileDialog(self.window(), tr("Choose a logo"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setNameFilters([tr("Pictures (*.png *.jpg *.jpeg *.webp *.gif *.avif)"), tr("All files (*)")])
        dialog.fileSelected.connect(self._logo_chosen)
        dialog.open()

    def _logo_chosen(self, file: str) -> None:
        self.logo.setText(file)
        self._edited("logo", file)
