"""Pictures of products: decoded with limits, drawn with round corners, a gradient until they are there."""

from typing import Final
from zlib import crc32

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QImage,
    QImageReader,
    QLinearGradient,
    QPainter,
    QPaintEvent,
    QPixmap,
    QTransform,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.ui.theme import RADIUS, Theme

MAX_BYTES: Final = 20 * 1024 * 1024
MAX_PIXELS: Final = 40_000_000
MAX_SIDE: Final = 16_384
_FORMATS: Final = {b"png", b"jpeg", b"jpg", b"webp", b"gif", b"bmp"}


def decode_image(data: bytes, max_px: int) -> QImage | None:
    """The picture in `data`, at most `max_px` pixels on its longer side, or None when it is no picture to trust.

    Refused: more than 20 MB, more than 40 megapixels or 16,384 pixels a side by its header (image bombs), formats
    other than PNG, JPEG, WebP, GIF and BMP, and data that ends early. Safe to call from any thread.
    """
    if not data or len(data) > MAX_BYTES or max_px < 1:
        return None
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    if not reader.canRead() or reader.format().data() not in _FORMATS:
        return None
    size = reader.size()
    if (
        size.isEmpty()
        or size.width() * size.height() > MAX_PIXELS
        or max(size.width(), size.height()) > MAX_SIDE
    ):
        return None
    if max(size.width(), size.height()) > max_px:
        reader.setScaledSize(
            size.scaled(max_px, max_px, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1))
        )
    image = reader.read()
    return None if image.isNull() else image


def placeholder_colour(seed: str) -> QColor:
    """A quiet colour which is always the same for the same product (and for its span in the charts)."""
    return QColor.fromHsv(crc32(seed.encode()) % 360, 110, 160)


class Thumbnail(QWidget):
    """The picture of a product, `side` logical pixels square at scale 1, cropped to fill, corners rounded."""

    def __init__(self, theme: Theme, side: int = 40, seed: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._side = side
        self._seed = seed
        self._image: QImage | None = None
        self._drawn: QPixmap | None = None
        self._drawn_for: tuple[int, float] = (0, 0.0)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def show_placeholder(self, seed: str) -> None:
        """Show the gradient of another product until its picture is set."""
        self._seed = seed
        self.set_image(None)

    def set_side(self, side: int) -> None:
        """Change the size (logical pixels at scale 1)."""
        if side != self._side:
            self._side = side
            self.updateGeometry()

    def set_image(self, image: QImage | None) -> None:
        """Show a decoded picture, or the gradient when there is none."""
        self._image = image
        self._drawn = None
        self.update()

    @property
    def has_image(self) -> bool:
        """Whether a picture is shown, not the gradient."""
        return self._image is not None

    def sizeHint(self) -> QSize:  # noqa: D102
        side = self._theme.px(self._side)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        side = min(self.width(), self.height())
        wanted = (side, self.devicePixelRatioF())
        if self._drawn is None or self._drawn_for != wanted:
            self._drawn = self._draw(side, wanted[1])
            self._drawn_for = wanted
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, self._drawn)

    def _draw(self, side: int, ratio: float) -> QPixmap:
        pixmap = QPixmap(QSize(round(side * ratio), round(side * ratio)))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        with QPainter(pixmap) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            radius = min(self._theme.px(RADIUS), side / 5)
            painter.setPen(Qt.PenStyle.NoPen)
            # As a brush: clipping to round corners takes many times as long.
            painter.setBrush(self._gradient(side) if self._image is None else _brush(self._image, side))
            painter.drawRoundedRect(QRectF(0, 0, side, side), radius, radius)
        return pixmap

    def _gradient(self, side: int) -> QBrush:
        colour = placeholder_colour(self._seed)
        gradient = QLinearGradient(0, 0, side, side)
        gradient.setColorAt(0, colour.lighter(115))
        gradient.setColorAt(1, colour.darker(165))
        return QBrush(gradient)


def _brush(image: QImage, side: int) -> QBrush:
    """The middle of the picture, as large as the thumbnail (logical px)."""
    middle = _square(image.size())
    brush = QBrush(image.copy(middle))
    brush.setTransform(QTransform.fromScale(side / middle.width(), side / middle.height()))
    return brush


def _square(size: QSize) -> QRect:
    side = min(size.width(), size.height())
    return QRect((size.width() - side) // 2, (size.height() - side) // 2, side, side)
