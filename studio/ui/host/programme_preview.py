"""A small picture of what viewers see, as OBS sends it: twice a second while somebody can look at it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QImage, QPainter, QPainterPath, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from studio.control.ports import TargetError
from studio.ui.actions import Actions
from studio.ui.models.live_show import LiveShow
from studio.ui.studio import Link
from studio.ui.tasks import Tasks
from studio.ui.theme import SPACE_S, SPACE_XS, Theme
from studio.ui.widgets.cards import Card
from studio.ui.widgets.labels import PlainLabel, SectionHeader
from studio.ui.widgets.text import clean_text

Look = Callable[[int], Awaitable[bytes | None]]
"""What viewers see, as a JPEG so many pixels wide; None where there is nothing to look at. Raises `TargetError`."""
EVERY_MS: Final = 500
AGAIN_MS: Final = 2_000
OBS: Final = "stage:obs"
_WIDEST, _NARROWEST = 640, 160
_SHARE, _SMALL_SHARE, _SMALL = 0.22, 0.16, 800
"""So much of the workspace's height it takes at most; less where the workspace is lower than so many pixels."""


class Picture(QWidget):
    """The picture, as large as it fits, in the middle."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._image = QImage()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        theme.changed.connect(self.update)

    @property
    def image(self) -> QImage:
        """What is shown; null while there is nothing."""
        return self._image

    def show_image(self, image: QImage) -> None:
        """Another picture, decoded already."""
        self._image = image
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        if self._image.isNull():
            return
        with QPainter(self) as painter:
            size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            box = QRectF((self.width() - size.width()) / 2, (self.height() - size.height()) / 2, size.width(), size.height())  # fmt: skip
            edge = QPainterPath()
            edge.addRoundedRect(box, 4, 4)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.setClipPath(edge)
            painter.drawImage(box, self._image)


class ProgrammePreview(Card):
    """Shown while it is `wanted` and the show uses OBS. One picture is asked for at a time, and none while nobody can see
    it. `monotonic_ms` tells how long a picture took.
    """

    def __init__(
        self,
        show: LiveShow,
        actions: Actions,
        theme: Theme,
        tasks: Tasks,
        look: Look | None,
        *,
        wanted: bool = True,
        keep: Callable[[bool], None] = lambda _wanted: None,
        monotonic_ms: Callable[[], float] = lambda: time.monotonic() * 1000,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("card", parent, margin=SPACE_S)
        self._show, self._theme, self._tasks, self._look = show, theme, tasks, look
        self._action = actions["stage.preview"]
        self._keep, self._now = keep, monotonic_ms
        self._wanted = wanted
        self._under_way = False
        self._room = 900
        self.setAccessibleName(self.tr("What viewers see"))
        self.header = SectionHeader(self.tr("What viewers see"))
        self.picture = Picture(theme)
        self.sentence = PlainLabel("", size="caption", tone="muted", wrap=True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        inside = QVBoxLayout(self.picture)
        inside.addWidget(self.sentence)
        self.body.setSpacing(SPACE_XS)
        self.body.addWidget(self.header)
        self.body.addWidget(self.picture, 1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._ask)
        self._action.acted.connect(self._toggle)
        show.links_changed.connect(self._follow)
        self.hide()
        self._follow()

    def sizeHint(self) -> QSize:  # noqa: D102
        share = _SHARE if self._room >= self._theme.px(_SMALL) else _SMALL_SHARE
        head = self.header.sizeHint().height() + 2 * SPACE_S + SPACE_XS
        full = round((self.width() - 2 * SPACE_S) * 9 / 16) + head
        return QSize(self._theme.px(200), max(self._theme.px(96), min(full, round(self._room * share))))

    def hasHeightForWidth(self) -> bool:  # noqa: D102
        return False  # the sentence has, which is not what counts

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(0, self.sizeHint().height())

    def fit_into(self, height: int) -> None:
        """The workspace is so high now."""
        if height != self._room:
            self._room = height
            self.updateGeometry()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        self._timer.start(0)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: D102
        super().hideEvent(event)
        self._timer.stop()

    # --- whether it is there ----------------------------------------------------------------------------------

    def _toggle(self) -> None:
        self._wanted = not self._wanted
        self._keep(self._wanted)
        self._follow()

    def _follow(self) -> None:
        status = self._show.links.get(OBS) if self._look is not None else None
        used = status is not None
        self._action.enable(
            used, self.tr("This show does not use OBS: set it up in the settings of the stage.")
        )
        self._action.setChecked(used and self._wanted)
        self.setVisible(used and self._wanted)

    # --- the pictures -----------------------------------------------------------------------------------------

    @property
    def _seen(self) -> bool:
        """Whether somebody can look at it."""
        return self.isVisible() and not self.window().isMinimized()

    def _ask(self) -> None:
        status = self._show.links.get(OBS)
        if not self._seen or self._under_way:
            self._timer.start(EVERY_MS) if self.isVisible() else self._timer.stop()
        elif status is None or status.link in (Link.CONNECTING, Link.ASKING):
            self._say_why(self.tr("OBS is being connected."))
            self._timer.start(EVERY_MS)
        else:
            self._under_way = True
            self._tasks.spawn(self._fetch(), "programme preview")

    async def _fetch(self) -> None:
        began, wait = self._now(), EVERY_MS
        try:
            if not await self._take():
                wait = AGAIN_MS
        finally:
            self._under_way = False
        # Not when it was cancelled: the window is being closed.
        if self.isVisible():
            # Twice a second, and never without a pause when OBS is slow.
            self._timer.start(round(max(EVERY_MS / 2, wait - (self._now() - began))))

    async def _take(self) -> bool:
        """Whether there was a picture."""
        if self._look is None:
            return False
        wide = round(self.picture.width() * self.devicePixelRatioF())
        try:
            data = await self._look(min(max(wide, _NARROWEST), _WIDEST))
        except TargetError as error:
            self._say_why(error.sentence)
            return False
        image = await asyncio.get_running_loop().run_in_executor(None, _decoded, data) if data else QImage()
        if image.isNull():
            self._say(self.tr("There is no picture now."))
            return False
        self.sentence.setText("")
        self.picture.show_image(image)
        return True

    def _say_why(self, otherwise: str) -> None:
        """Why OBS cannot be seen, as its connection says."""
        status = self._show.links.get(OBS)
        said = status.sentence if status is not None and status.link is not Link.OK else ""
        self._say(clean_text(said or otherwise, 200))

    def _say(self, sentence: str) -> None:
        """Instead of a picture, which would be an old one."""
        self.sentence.setText(sentence)
        self.picture.show_image(QImage())


def _decoded(data: bytes) -> QImage:
    """Beside the window: it takes some milliseconds."""
    return QImage.fromData(data).convertToFormat(QImage.Format.Format_RGB32)
