"""Makes studio/ui/indicators.py anew: `python -m tests.ui.make_indicators` (needs pyside6-rcc on the path)."""

import base64
import os
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPen, QPolygonF

TARGET = Path(__file__).resolve().parents[2] / "studio" / "ui" / "indicators.py"
GREY = "#7b8794"  # 3:1 and better on the grounds of both themes
DRAWN = {
    "arrow-down": (GREY, [(3, 4.5), (6, 7.5), (9, 4.5)]),
    "arrow-up": (GREY, [(3, 7.5), (6, 4.5), (9, 7.5)]),
    "check-dark": ("#0b1220", [(2.5, 6.2), (5, 8.7), (9.5, 3.6)]),
    "check-light": ("#ffffff", [(2.5, 6.2), (5, 8.7), (9.5, 3.6)]),
}
HEAD = '''"""The small marks the stylesheet cannot draw (arrows, check marks), as a compiled Qt resource.

Made by `python -m tests.ui.make_indicators`; not edited by hand.
"""

import base64
from typing import Final

from PySide6.QtCore import QResource

_RCC: Final = base64.b64decode(
'''
TAIL = ''')


def register() -> None:
    """Make the marks known to Qt under `:/studio/`; registering twice does no harm."""
    if not QResource(":/studio/arrow-down.png").isValid():
        QResource.registerResourceData(_RCC)
'''


def draw(path: Path, ratio: int, colour: str, points: list[tuple[float, float]]) -> None:
    image = QImage(12 * ratio, 12 * ratio, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(ratio, ratio)
    painter.setPen(
        QPen(QColor(colour), 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    )
    painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points]))
    painter.end()
    image.save(str(path))


def main() -> None:
    _app = QGuiApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for name, (colour, points) in DRAWN.items():
            for ratio in (1, 2):
                names.append(f"{name}{'@2x' if ratio == 2 else ''}.png")
                draw(Path(folder) / names[-1], ratio, colour, points)
        entries = "".join(f"<file>{name}</file>" for name in names)
        qrc = Path(folder) / "marks.qrc"
        qrc.write_text(f'<RCC><qresource prefix="/studio">{entries}</qresource></RCC>')
        out = Path(folder) / "marks.rcc"
        subprocess.run(["pyside6-rcc", "--binary", str(qrc), "-o", str(out)], check=True)
        blob = base64.b64encode(out.read_bytes()).decode()
    lines = "\n".join(f'    "{line}"' for line in textwrap.wrap(blob, 100))
    TARGET.write_text(HEAD + lines + "\n" + TAIL)


if __name__ == "__main__":
    main()
