"""The report on paper: a PDF of the review's page, made without a browser."""

import html as html_module
import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QObject, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QFont,
    QImage,
    QPageLayout,
    QPageSize,
    QPaintDevice,
    QPainter,
    QPdfWriter,
    QPyTextObject,
    QTextDocument,
    QTextFormat,
)

if TYPE_CHECKING:
    from PySide6.QtSvg import QSvgRenderer

_STYLE: Final = re.compile(r"<style\b.*?</style>", re.DOTALL | re.IGNORECASE)
_SVG: Final = re.compile(r"<svg\b.*?</svg>", re.DOTALL | re.IGNORECASE)
_TITLE: Final = re.compile(r"<title>(.*?)</title>", re.DOTALL | re.IGNORECASE)
_VIEW_BOX: Final = re.compile(r'viewBox="0 0 (\d+(?:\.\d+)?) (\d+(?:\.\d+)?)"')
_PICTURE: Final = "picture:"
_PNG: Final = "data:image/png;base64,"
_DPI: Final = 96
"""The units of a text document to the inch, in which the page gives sizes."""
_WIDTH: Final = 635
"""The width of the text on A4 in the units of a text document (96 to the inch), less the margins."""
_RESOLUTION: Final = 1200
# Qt's text documents know a small part of CSS 2.1: the page's own sheet would do more harm than good.
_SHEET: Final = """
body { color: #141a21; font-size: 9pt; }
h1 { font-size: 18pt; margin: 0; }
h2 { font-size: 9pt; color: #52606d; margin-top: 14px; margin-bottom: 4px; }
p { margin: 0; }
a { color: #7a8591; text-decoration: none; }
sup { font-size: 6pt; }
.kicker, .muted, .caption, .small { color: #52606d; }
.caption, .small { font-size: 8pt; }
.banner { color: #804a00; background-color: #fff1d6; font-weight: 700; margin-bottom: 8px; }
.notice, .warning { color: #804a00; }
.value { font-size: 13pt; font-weight: 700; }
table { margin-top: 6px; }
th, td { padding: 4px 6px; }
thead th { color: #52606d; font-size: 8pt; font-weight: 400; }
tbody th { font-weight: 600; text-align: left; }
td.number { white-space: nowrap; }
.wide th, .wide td { font-size: 8pt; padding: 4px 3px; }
.code { color: #6f2ab4; }
.formulas { color: #52606d; }
li { font-size: 7.5pt; color: #52606d; }
"""


def write_pdf(html: str, path: Path, wanted: Callable[[], bool] | None = None) -> None:
    """Write the page as a PDF on A4 with page numbers; a file that is there is replaced when all is written, unless it is not
    `wanted` any more by then.

    May be called from any thread; an application with a screen platform must exist. Raises OSError when it cannot
    be written.
    """
    data = pdf_of(html)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as part:
        unfinished = Path(part.name)
        try:
            part.write(data)
            part.close()
            unfinished.chmod(0o644)
            if wanted is None or wanted():
                unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)


def pdf_of(html: str) -> bytes:
    """The page as the bytes of a PDF: its pictures (inline SVG) are drawn as vectors, its style sheet is replaced."""
    drawings: list[QSvgRenderer] = []

    def take(found: re.Match[str]) -> str:
        drawing = _drawing(found.group(0))
        if drawing is None:
            return ""
        drawings.append(drawing[0])
        high = round(_WIDTH * drawing[1])
        return f'<img src="{_PICTURE}{len(drawings) - 1}" width="{_WIDTH}" height="{high}">'

    page = _SVG.sub(take, _STYLE.sub("", html))
    # Tables stand at the width of the text, and numbers at the right: attributes that Qt understands.
    page = re.sub(r'<table class="(rows|tiles)', r'<table width="100%" cellspacing="0" class="\1', page)
    page = page.replace('class="number"', 'class="number" align="right"')
    # A share of the width is what a text document takes from first when numbers need it: names would stand letter below letter.
    page = page.replace('<th scope="col" width="30%">', '<th scope="col" width="150" align="left">')
    page = page.replace('<th scope="col">', '<th scope="col" align="left">')
    page = page.replace('<td class="tile">', '<td class="tile" width="25%">')
    document = QTextDocument()
    document.setDefaultFont(_font())
    document.setDefaultStyleSheet(_SHEET)
    # The printing works on a copy of the document, which takes the handlers along.
    document.documentLayout().registerHandler(
        QTextFormat.ObjectTypes.ImageObject.value, _Drawings(drawings, document)
    )
    document.setHtml(page)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(_RESOLUTION)
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4),
            QPageLayout.Orientation.Portrait,
            QMarginsF(0, 0, 0, 0),
            QPageLayout.Unit.Millimeter,
        )
    )
    title = _TITLE.search(html)
    writer.setTitle(html_module.unescape(title.group(1)) if title else "")
    writer.setCreator("Host Studio")
    # Without a page size of its own the document keeps 2 cm of margin and numbers the pages.
    document.print_(writer)
    del writer
    buffer.close()
    return bytes(buffer.data().data())


class _Drawings(QPyTextObject):
    """Draws the pictures of a document as lines and letters, however large it is printed. The document's own way would make
    pixels of them. A picture that the page holds as PNG, with its width and height, is drawn as it is.
    """

    def __init__(self, drawings: Sequence["QSvgRenderer"], parent: QObject) -> None:
        super().__init__(parent)
        self._drawings = drawings

    def intrinsicSize(self, doc: QTextDocument, _pos: int, form: QTextFormat) -> QSizeF:
        """The size that the page gives it, in dots of what the document is laid out for."""
        # None, whatever the stubs say, until it is laid out for the printer.
        device = cast("QPaintDevice | None", doc.documentLayout().paintDevice())
        scale = 1.0 if device is None else device.logicalDpiX() / _DPI
        picture = form.toImageFormat()
        return QSizeF(picture.width(), picture.height()) * scale

    def drawObject(
        self, painter: QPainter, rect: QRectF | QRect, _doc: QTextDocument, _pos: int, form: QTextFormat
    ) -> None:
        """Draw it into its place."""
        name = form.toImageFormat().name()
        if name.startswith(_PNG):
            data = QByteArray.fromBase64(name.removeprefix(_PNG).encode())
            painter.drawImage(QRectF(rect), QImage.fromData(data))
            return
        number = name.removeprefix(_PICTURE)
        if number.isdigit() and int(number) < len(self._drawings):
            painter.save()
            # A shape without an outline of its own would get the one that the text is written with.
            painter.setPen(Qt.PenStyle.NoPen)
            self._drawings[int(number)].render(painter, QRectF(rect))
            painter.restore()


def _drawing(svg: str) -> "tuple[QSvgRenderer, float] | None":
    """A picture of the page with its height for each unit of its width; None where it is no picture."""
    from PySide6.QtSvg import QSvgRenderer

    if "xmlns=" not in svg:
        svg = svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    box = _VIEW_BOX.search(svg)
    renderer = QSvgRenderer(QByteArray(svg.encode())) if box is not None else None
    if box is None or renderer is None or not renderer.isValid():
        return None
    return renderer, float(box.group(2)) / float(box.group(1))


def _font() -> QFont:
    font = QFont()
    font.setFamilies(["Inter", "Segoe UI", "Helvetica Neue", "Noto Sans", "DejaVu Sans", "sans-serif"])
    font.setPointSizeF(9)
    return font
