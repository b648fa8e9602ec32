"""Draws importing and the run sheet: `python -m tests.ui.prepare_exchange_grabs OUT` leaves PNGs, a page and a PDF there."""

import asyncio
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("LC_ALL", "C.UTF-8")

import msgspec
import qasync
from PySide6.QtWidgets import QApplication, QWidget

from studio.domain.lineup import LineUp
from studio.domain.lineup_file import MAX_ITEMS
from studio.exchange.write import write_json
from studio.exchange_door import LineUpExchange
from studio.ui.models.live_show import LiveShow
from studio.ui.palette import DARK, LIGHT
from studio.ui.prepare.exporting import Kind, LineUpExport
from studio.ui.prepare.import_dialog import ImportDialog, Place
from studio.ui.prepare.importing import LineUpImport, terms_of
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import Theme
from tests.fakes.fake_studio import T0, FakeStudio, a_plan

SIZES = ((1440, 900), (1100, 700))
ROWS = (
    "Kind;Artikelnummer;Produktname;Dauer;Showpreis;Ziel (Stück);Stichpunkte;Rabattcode;Rabatt;Interne Kennung des Lagers\n"
    ";SKU-2;;5:00;29,00 €;40;Stapelbar | Spülmaschinenfest;MUGS20;20 %;L-1\n"
    ";;Wool blanket Nord 140 x 200 grey;6:00;71,20;70;;;;L-2\n"
    "Gespräch;;Fragen aus dem Chat, und was wir dazu noch sagen wollten, bevor es weitergeht;8:00;;;;;;\n"
    ";SKU-5;Oak serving board;nie;;;;;;L-3\n"
    ";SKU-5;Oak serving board;4:30;35 USD;viele;;;;L-4\n"
    ";;Felt slipper;5:00;39,00;40;;;;L-5\n"
    ";SKU-3;;;24,00;40;;;;L-7\n"
    ";ALT-99;Zeppelin;5:00;;;;;;L-6\n"
) + "".join(f";SKU-{n % 9 + 1};;3:00;;10;;;;L-{n}\n" for n in range(30))  # fmt: skip


class Scene:
    """An import over a window of this size."""

    def __init__(self, app: QApplication, size: tuple[int, int], dark: bool) -> None:
        self.theme = Theme()
        self.theme.apply(app, DARK if dark else LIGHT)
        self.window = QWidget()
        self.window.setProperty("role", "workspace")
        self.window.resize(*size)
        self.studio = FakeStudio()
        state = msgspec.structs.replace(
            self.studio.state,
            starts_at_ms=T0,
            planned_ms=50 * 60_000,
            time_zone="Europe/Oslo",
            rehearsal=False,
        )
        self.studio.state = state
        self.live = LiveShow(self.studio.opened(), self.window)
        self.tasks = Tasks("grabs")
        self.texts = Texts("en", "Europe/Oslo")
        self.port = LineUpExchange(self.studio)
        self.importing = LineUpImport(
            self.studio, self.port, self.live, self.theme, self.texts, self.tasks, self.window, lambda: "i4"
        )

    async def shown(self, path: Path) -> ImportDialog:
        """The dialog, as it stands once it has read."""
        self.window.show()
        self.importing.import_file(path)
        for _ in range(1_000):
            await asyncio.sleep(0.01)
            dialog = self.importing.dialog
            if dialog is not None and not dialog.progress.isVisibleTo(dialog):
                return dialog
        raise TimeoutError("the file was not read")

    async def close(self) -> None:
        """Put everything away."""
        if self.importing.dialog is not None:
            self.importing.dialog.reject()
        await self.tasks.close()
        self.window.close()


async def draw(app: QApplication, out: Path) -> None:
    """All pictures."""
    files = {
        "rows": ROWS.encode(),
        "strange": b"SKU,Wie lang das geht\nSKU-1,5\n",
        "damaged": b"PK\x03\x04??",
        "codes": write_json(
            LineUp("Herbst", "EUR", tuple(FakeStudio().state.items)), [a_plan("LIVE14"), a_plan("REPLAY")]
        ),
        "waits": ROWS.encode(),
    }
    ends = {"damaged": "plan.xlsx", "codes": "Ablauf Herbst.json"}
    for name, data in files.items():
        path = out / ends.get(name, "Ablauf Herbst.csv")
        path.write_bytes(data)
        for size in SIZES:
            for dark in (True, False):
                scene = Scene(app, size, dark)
                if name == "waits":
                    scene.studio.read_wall_ms = None
                dialog = await scene.shown(path)
                if name == "rows":
                    dialog.model.choose(1, dialog.model.row(1).match.candidates[0])
                    dialog.table.look_at(5)
                    await asyncio.sleep(0.05)
                dialog.grab().save(str(out / f"import-{name}-{size[0]}-{'dark' if dark else 'light'}.png"))
                await scene.close()
    for size in SIZES:
        scene = Scene(app, size, dark=True)
        scene.window.show()
        dialog = ImportDialog(
            scene.window, out / "Ablauf Herbst.csv", scene.port, terms_of(scene.live, scene.texts), scene.texts,
            scene.theme, scene.tasks, room={Place.END: MAX_ITEMS}, title="New show from a line-up",
        )  # fmt: skip
        dialog.open()
        dialog.load()
        while dialog.progress.isVisibleTo(dialog):  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)
        dialog.grab().save(str(out / f"import-new-show-{size[0]}-dark.png"))
        dialog.reject()
        await scene.close()
    scene = Scene(app, SIZES[0], dark=False)
    for language in ("en", "de"):
        export = LineUpExport(
            scene.studio, scene.port, scene.live, Texts(language, "Europe/Oslo"), scene.tasks, scene.window
        )
        for kind in (Kind.PAGE, Kind.PDF):
            export.write(kind, out / f"run-sheet-{language}.{kind.value}")
            await scene.tasks.drain()
        menu = export.menu()
        menu.popup(scene.window.pos())
        await asyncio.sleep(0.05)
        menu.grab().save(str(out / f"export-menu-{language}.png"))
        menu.close()
    await scene.close()


def main(out: Path) -> None:
    """Draw into this folder."""
    out.mkdir(parents=True, exist_ok=True)
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    app.setQuitOnLastWindowClosed(False)
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    with loop:
        loop.run_until_complete(draw(app, out))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
