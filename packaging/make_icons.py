"""Writes the line icons and the application's icon into resources/icons/.

An icon is a list of SVG elements on a 20×20 grid, stroked 1.6 wide in `currentColor` with round ends; what is a dot is
filled. `host-studio` is written as SVG, as PNG (256) and as ICO with the sizes Windows asks for.

Run `python packaging/make_icons.py`; `--sheet FILE` also writes all icons side by side for looking at.
"""

import os
import struct
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgRenderer

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "icons"
ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)

# Paths by name; "o x y r" is a circle, "* x y r" a filled dot, anything else is path data.
ICONS: dict[str, tuple[str, ...]] = {
    "pin": ("M7 3h6M8 3v5l-3 4h10l-3-4V3", "M10 12v5"),
    "unpin": ("M7 3h6M8 3v2.2M12 3v5l3 4h-3.2M9 12H5l2.4-3.2", "M10 12v5", "M3.5 3.5l13 13"),
    "promo": ("M10.6 3H17v6.4l-7.2 7.2a1.4 1.4 0 0 1-2 0l-4.4-4.4a1.4 1.4 0 0 1 0-2z", "* 13.6 6.4 1.2"),
    "question": ("o 10 10 7", "M7.8 8a2.2 2.2 0 1 1 3.2 2c-.7.4-1 .8-1 1.5", "* 10 13.9 1"),
    "chat": ("M4.5 4h11A1.5 1.5 0 0 1 17 5.5v7a1.5 1.5 0 0 1-1.5 1.5H9l-4 3v-3h-.5A1.5 1.5 0 0 1 3 12.5v-7A1.5 1.5 0 0 1 4.5 4z",),
    "viewers": ("M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5-7.5-5-7.5-5z", "o 10 10 2.3"),
    "stock": ("M10 2.8l6.5 3.4v7.6L10 17.2l-6.5-3.4V6.2z", "M3.5 6.2L10 9.7l6.5-3.5M10 9.7v7.5", "M6.8 4.5l6.4 3.5"),
    "clock": ("o 10 10 7", "M10 5.8V10l2.8 2"),
    "undo": ("M7 4L3.5 7.5 7 11", "M3.5 7.5H12a4.5 4.5 0 0 1 0 9H8"),
    "redo": ("M13 4l3.5 3.5L13 11", "M16.5 7.5H8a4.5 4.5 0 0 0 0 9h4"),
    "search": ("o 8.8 8.8 5.3", "M12.8 12.8L17 17"),
    "settings": ("M3 6h7.4M14 6h3M3 14h3M9.6 14H17", "o 12.2 6 1.8", "o 7.8 14 1.8"),
    "warning": ("M10 3l7.5 13.5h-15z", "M10 8v4", "* 10 14.2 1"),
    "info": ("o 10 10 7", "M10 9.4V14", "* 10 6.4 1"),
    "check": ("M4 10.5l4 4 8-9",),
    "play": ("M6 3.8v12.4L16 10z",),
    "pause": ("M7 4v12M13 4v12",),
    "stop": ("M5.8 5h8.4a.8.8 0 0 1 .8.8v8.4a.8.8 0 0 1-.8.8H5.8a.8.8 0 0 1-.8-.8V5.8a.8.8 0 0 1 .8-.8z",),
    "prompter": ("M3.8 3.5h12.4a.8.8 0 0 1 .8.8v8.4a.8.8 0 0 1-.8.8H3.8a.8.8 0 0 1-.8-.8V4.3a.8.8 0 0 1 .8-.8z",
                 "M10 13.5V17M6.5 17h7", "M6 7h8M6 10h5"),
    "moon": ("M16.5 11.6A6.8 6.8 0 1 1 8.4 3.5a5.4 5.4 0 0 0 8.1 8.1z",),
    "sun": ("o 10 10 3.2", "M10 2.2v1.8M10 16v1.8M2.2 10H4M16 10h1.8M4.5 4.5l1.3 1.3M14.2 14.2l1.3 1.3M4.5 15.5l1.3-1.3M14.2 5.8l1.3-1.3"),
    "close": ("M5 5l10 10M15 5L5 15",),
    "next": ("M4.5 4v12l8-6z", "M15.5 4v12"),
    "previous": ("M15.5 4v12l-8-6z", "M4.5 4v12"),
    "hide": ("M5.6 6.1C3.6 7.5 2.5 10 2.5 10S5 15 10 15c1.4 0 2.6-.4 3.6-.9M8.4 5.2A7 7 0 0 1 10 5c5 0 7.5 5 7.5 5s-.6 1.3-1.9 2.5",
             "M8.4 8.4a2.3 2.3 0 0 0 3.2 3.2", "M3 3l14 14"),
    "reply": ("M8 4.5L3.5 9 8 13.5", "M3.5 9H12a4.5 4.5 0 0 1 4.5 4.5v2"),
    "answered": ("M17 9.5V13a1.5 1.5 0 0 1-1.5 1.5H9l-4 3v-3h-.5A1.5 1.5 0 0 1 3 13V5.5A1.5 1.5 0 0 1 4.5 4H11", "M7 8.5l2.5 2.5L17 3.5"),
    "claim": ("o 10 6.5 3", "M4 17c.4-3.6 2.8-5.5 6-5.5s5.6 1.9 6 5.5"),
    "up": ("M10 16V4.5M5 9.5l5-5 5 5",),
    "down": ("M10 4v11.5M5 10.5l5 5 5-5",),
    "orders": ("M4.5 6.5h11l.8 9.2a1.2 1.2 0 0 1-1.2 1.3H4.9a1.2 1.2 0 0 1-1.2-1.3z", "M7 8.5V6a3 3 0 0 1 6 0v2.5"),
    "chart": ("M3.5 3v13.5H17", "M6.5 12.5l3-4 2.5 2.5L16 5.5"),
    "offline": ("M6.2 8.2A3.4 3.4 0 0 0 6 15h8.2M15.8 13.9a3 3 0 0 0-1.6-5.2 4.6 4.6 0 0 0-6-2.4", "M3 3l14 14"),
    "sending": ("M17 3L9 11M17 3l-5 14-3-6-6-3z",),
    "plus": ("M10 4v12M4 10h12",),
    "more": ("* 4.5 10 1.3", "* 10 10 1.3", "* 15.5 10 1.3"),
    "drag": ("* 7.5 5 1.2", "* 12.5 5 1.2", "* 7.5 10 1.2", "* 12.5 10 1.2", "* 7.5 15 1.2", "* 12.5 15 1.2"),
    "keyboard": ("M3.5 5h13a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1h-13a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1z", "M7 12h6",
                 "* 5.6 8.4 .8", "* 8.5 8.4 .8", "* 11.5 8.4 .8", "* 14.4 8.4 .8"),
    "clear-stage": ("M3.8 3.5h12.4a.8.8 0 0 1 .8.8v8.4a.8.8 0 0 1-.8.8H3.8a.8.8 0 0 1-.8-.8V4.3a.8.8 0 0 1 .8-.8z",
                    "M10 13.5V17M6.5 17h7", "M8 6.5l4 4M12 6.5l-4 4"),
    "import": ("M10 3v9M6.5 8.5L10 12l3.5-3.5", "M3.5 12.5v3a1.2 1.2 0 0 0 1.2 1.2h10.6a1.2 1.2 0 0 0 1.2-1.2v-3"),
    "export": ("M10 12V3M6.5 6.5L10 3l3.5 3.5", "M3.5 12.5v3a1.2 1.2 0 0 0 1.2 1.2h10.6a1.2 1.2 0 0 0 1.2-1.2v-3"),
    "talk": ("M10 3a2.4 2.4 0 0 1 2.4 2.4v4a2.4 2.4 0 0 1-4.8 0v-4A2.4 2.4 0 0 1 10 3z", "M4.8 9.2a5.2 5.2 0 0 0 10.4 0M10 14.4V17M7 17h6"),
}  # fmt: skip

# A show card on a dark tile: the red lamp of "on air", two lines of a prompter, a price tag.
APP_ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 256 256">
<defs><linearGradient id="tile" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#232b36"/><stop offset="1" stop-color="#0e1116"/></linearGradient></defs>
<rect x="8" y="8" width="240" height="240" rx="54" fill="url(#tile)"/>
<rect x="8" y="8" width="240" height="240" rx="54" fill="none" stroke="#3a4554" stroke-width="4"/>
<path d="M62 56h132a16 16 0 0 1 16 16v80a16 16 0 0 1-16 16H62a16 16 0 0 1-16-16V72a16 16 0 0 1 16-16z" fill="#e9edf2"/>
<path d="M128 168v26M92 200h72" fill="none" stroke="#e9edf2" stroke-width="14" stroke-linecap="round"/>
<circle cx="82" cy="92" r="17" fill="#ff4d4d"/>
<path d="M114 86h66M114 106h44" fill="none" stroke="#8592a1" stroke-width="11" stroke-linecap="round"/>
<path d="M146 124h54v54l-38 38a12 12 0 0 1-17 0l-37-37a12 12 0 0 1 0-17z" fill="#6ea8fe" stroke="#151b23" stroke-width="9" stroke-linejoin="round"/>
<circle cx="182" cy="143" r="8" fill="#151b23"/>
</svg>
"""


def element(part: str) -> str:
    """One SVG element of an icon."""
    if part[0] in "o*":
        x, y, radius = part.split()[1:]
        paint = "" if part[0] == "o" else ' fill="currentColor" stroke="none"'
        return f'<circle cx="{x}" cy="{y}" r="{radius}"{paint}/>'
    return f'<path d="{part}"/>'


def svg(parts: tuple[str, ...]) -> str:
    """An icon as a whole SVG file."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20" fill="none" stroke="currentColor" '
        f'stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round">{"".join(map(element, parts))}</svg>\n'
    )


def drawn(text: str, side: int, colour: str = "#000000") -> QImage:
    """An SVG as a square picture with transparent ground; `currentColor` becomes the colour."""
    renderer = QSvgRenderer(QByteArray(text.replace("currentColor", colour).encode()))
    if not renderer.isValid():
        raise ValueError("an icon is not valid SVG")
    image = QImage(side, side, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    return image


def png(image: QImage) -> bytes:
    """A picture as the bytes of a PNG file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(buffer.data().data())


def ico(pictures: list[tuple[int, bytes]]) -> bytes:
    """An ICO file of PNG pictures (side, bytes), as Windows reads since Vista; 256 is written as 0."""
    head = struct.pack("<HHH", 0, 1, len(pictures))
    offset = len(head) + 16 * len(pictures)
    entries, data = b"", b""
    for side, picture in pictures:
        entries += struct.pack(
            "<BBBBHHII", side % 256, side % 256, 0, 0, 1, 32, len(picture), offset + len(data)
        )
        data += picture
    return head + entries + data


def sheet(path: Path) -> None:
    """All icons side by side on dark and on light ground."""
    columns, cell = 12, 64
    rows = -(-len(ICONS) // columns)
    canvas = QImage(columns * cell, rows * cell * 2, QImage.Format.Format_RGB32)
    painter = QPainter(canvas)
    for half, (ground, ink) in enumerate((("#161b22", "#e9edf2"), ("#ffffff", "#20262e"))):
        painter.fillRect(0, half * rows * cell, columns * cell, rows * cell, ground)
        for index, parts in enumerate(ICONS.values()):
            x, y = index % columns * cell + 12, (index // columns + half * rows) * cell + 12
            painter.drawImage(x, y, drawn(svg(parts), 40, ink))
    painter.end()
    canvas.save(str(path))


def main() -> int:
    """Writes all icons, removes those that are no longer in the table."""
    app = QGuiApplication.instance() or QGuiApplication([])
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path in FOLDER.glob("*.svg"):
        path.unlink()
    for name, parts in ICONS.items():
        (FOLDER / f"{name}.svg").write_text(svg(parts), encoding="utf-8", newline="\n")
    (FOLDER / "host-studio.svg").write_text(APP_ICON, encoding="utf-8", newline="\n")
    (FOLDER / "host-studio.png").write_bytes(png(drawn(APP_ICON, 256)))
    (FOLDER / "host-studio.ico").write_bytes(ico([(side, png(drawn(APP_ICON, side))) for side in ICO_SIZES]))
    print(f"{len(ICONS)} icons and the application's icon")
    if "--sheet" in sys.argv:
        sheet(Path(sys.argv[sys.argv.index("--sheet") + 1]))
    app.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main())
