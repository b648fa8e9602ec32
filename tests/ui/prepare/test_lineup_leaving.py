"""A producer copies items and leaves the studio: the process ends well, as no test within a process can see."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

LEAVE = """
import sys
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from studio.app import run_desktop
from studio.ui.prepare.lineup_clipboard import pasted_items
from studio.ui.prepare.mime import dragged_products, products_mime
from tests.ui.lineup_scene import Producer, a_planned_studio

async def main(app):
    plan = Producer(app, a_planned_studio())
    await plan.open()
    clipboard = QGuiApplication.clipboard()
    if sys.argv[1] == "items":
        plan.view.select_rows([2, 3])
        await plan.press(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        print([item.id for item in pasted_items(clipboard.mimeData())], clipboard.text().splitlines()[0])
    else:
        clipboard.setMimeData(products_mime(["p1", "p2"]))
        print(list(dragged_products(clipboard.mimeData())))
    await plan.close()
    return 0

sys.exit(run_desktop(main))
"""


@pytest.mark.parametrize(
    ("what", "said"), [("items", "['i3', 'i4'] Beeswax candle trio"), ("products", "['p1', 'p2']")]
)
def test_what_was_copied_does_not_crash_the_studio_when_it_is_left(what: str, said: str):
    ended = subprocess.run(
        [sys.executable, "-c", LEAVE, what],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.stdout.strip().startswith(said), (ended.stdout, ended.stderr)
    assert ended.returncode == 0, (ended.returncode, ended.stderr)
