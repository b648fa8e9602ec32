"""What the studio may find when it is started: damaged, strange or newer data, broken settings, folders that refuse."""

import asyncio
import gc
import json
import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtWidgets import QApplication, QMessageBox

from studio.domain.commands import NextItem, StartShow
from studio.domain.ids import uuid7
from studio.open_studio import open_studio
from studio.rehearsal.director import Rehearsal
from studio.rehearsal_plan import Plan, keep
from studio.rehearse import rehearsing, show_of
from studio.settings.logging import Redactor
from studio.settings.paths import Paths
from studio.store.errors import NewerDatabaseError
from studio.ui.garbage import WindowGarbage
from studio.ui.main_window import MainWindow
from tests.fakes.bad_shop import BadShop
from tests.faults.front_door import studio, with_settings
from tests.faults.windows import PATIENCE_S, stage

ROOT = Path(__file__).resolve().parents[2]


async def refused(app: QApplication, paths: Paths) -> str:
    """What a studio says that does not open; it ends with 2."""
    window = MainWindow(rehearsal=False)
    running = asyncio.ensure_future(open_studio(app, window, paths, Redactor()))
    async with asyncio.timeout(PATIENCE_S):
        while not isinstance(box := QApplication.activeModalWidget(), QMessageBox):  # noqa: ASYNC110 - Qt tells nobody
            await asyncio.sleep(0)
    sentence = box.text()
    box.close()
    assert await running == 2
    shiboken6.delete(window)
    return sentence


def scratch(path: Path) -> bytes:
    """Destroy the beginning of a file; what it holds now."""
    with path.open("rb+") as file:
        file.write(random.Random(1).randbytes(100))
    return path.read_bytes()


def newer(path: Path) -> bytes:
    """Make a database that a newer studio wrote."""
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA application_id = {0x48535455}")
    connection.execute("PRAGMA user_version = 9999")
    connection.execute("CREATE TABLE later (x)")
    connection.commit()
    connection.close()
    return path.read_bytes()


# --- the database -------------------------------------------------------------------------------------------------


async def test_a_damaged_database_is_restored_said_and_goes_on_in_the_window(
    qtbot, qapp: QApplication, paths: Paths, shop: BadShop
) -> None:
    async with stage(qapp, paths.data, shop) as window:
        await window.open()
        window.press("item.next")
        await window.until(lambda: window.state.pinned_product_id == "p1", "the pin")
        await window.until(lambda: not window.live.outbox, "everything sent")
        await window.until(lambda: list(paths.backups.glob("studio-*.db")), "the backup at the show's start")
        seq, show_id = window.state.seq, window.show_id
    damaged = scratch(paths.database)
    with_settings(paths, shop)
    async with studio(qapp, paths) as opened:
        await opened.until_said("The database was damaged", "was put back")
        kept = await opened.until_said("The damaged file is kept as")
        assert Path(kept.partition("“")[2].partition("”")[0]).read_bytes() == damaged
        await opened.until(lambda: len(opened.listed) == 1, "the show in the list")
    # The show stands where it was, and goes on.
    async with stage(qapp, paths.data, shop) as window:
        await window.open(show_id=show_id)
        assert window.state.seq == seq
        assert window.state.pinned_product_id == "p1"
        await window.do(NextItem())
        await window.until(lambda: window.state.pinned_product_id == "p2", "the next pin")
        await window.until(lambda: not window.live.outbox, "everything sent")


async def test_a_file_that_never_was_a_database_is_kept_aside_and_a_new_one_begun(
    qtbot, qapp: QApplication, paths: Paths
) -> None:
    paths.database.write_bytes(b"Dear diary, " * 1_000)
    async with studio(qapp, paths) as opened:
        await opened.until_said("there was no good backup: a new one was begun")
        await opened.until_said("The damaged file is kept as")
    assert any(p.read_bytes().startswith(b"Dear diary") for p in paths.backups.iterdir())


async def test_a_newer_database_is_refused_with_a_sentence_and_left_as_it_is(
    qtbot, qapp: QApplication, paths: Paths
) -> None:
    before = newer(paths.database)
    sentence = await refused(qapp, paths)
    assert "newer version of the studio" in sentence
    assert "install the newer version, or choose another folder" in sentence
    assert paths.database.read_bytes() == before


async def test_another_programs_database_is_refused_with_a_sentence(
    qtbot, qapp: QApplication, paths: Paths
) -> None:
    connection = sqlite3.connect(paths.database)
    connection.execute("PRAGMA application_id = 12345")
    connection.execute("CREATE TABLE photos (x)")
    connection.commit()
    connection.close()
    before = paths.database.read_bytes()
    assert "belongs to another program" in await refused(qapp, paths)
    assert paths.database.read_bytes() == before


# --- a rehearsal that is resumed ----------------------------------------------------------------------------------


def a_rehearsal(paths: Paths, out: Path) -> Plan:
    """A small rehearsal at twenty times real time."""
    wanted = Rehearsal(seed=4, minutes=4, speed=20, viewers=50, show_id=uuid7())
    folder = paths.rehearsals / "20260101-000000-test"
    folder.mkdir(parents=True)
    keep(folder, wanted)
    return Plan(wanted, folder, headless=False, out=out)


async def test_a_rehearsal_with_a_damaged_database_is_resumed_where_it_was(
    qtbot, qapp: QApplication, paths: Paths, tmp_path: Path
) -> None:
    plan = a_rehearsal(paths, tmp_path / "out")
    sealed = Paths(plan.folder / "studio")
    sealed.prepare()
    garbage = WindowGarbage()
    try:
        async with rehearsing(qapp, sealed, plan, show_of(plan)) as (desktop, _):
            for command in (StartShow(), NextItem(deliberate=True)):
                assert await desktop.studio.do(command) is None
            assert (await desktop.studio.open(plan.rehearsal.show_id)).state.on_air_id
            async with asyncio.timeout(PATIENCE_S):
                while not list(sealed.backups.glob("studio-*.db")):  # noqa: ASYNC110 - made in a thread of the store
                    await asyncio.sleep(0)
        scratch(sealed.database)
        resumed = Plan(plan.rehearsal, plan.folder, headless=False, out=plan.out, resumed=True)
        async with rehearsing(qapp, sealed, resumed, show_of(resumed)) as (desktop, _):
            said = [n.sentence for n in desktop.notices._posted]
            assert [s for s in said if "was put back" in s]
            assert desktop.live is not None
            assert desktop.live.state.on_air_id, "the show is on air still"
            assert await desktop.studio.do(NextItem(deliberate=True)) is None
        gc.collect()
    finally:
        garbage.close()


async def test_a_rehearsal_with_a_newer_database_is_not_resumed_and_left_as_it_is(
    qtbot, qapp: QApplication, paths: Paths, tmp_path: Path
) -> None:
    plan = a_rehearsal(paths, tmp_path / "out")
    sealed = Paths(plan.folder / "studio")
    sealed.prepare()
    before = newer(sealed.database)
    with pytest.raises(NewerDatabaseError, match="install the newer version"):
        async with rehearsing(qapp, sealed, plan, show_of(plan)):
            pass
    assert sealed.database.read_bytes() == before
    done = await asyncio.to_thread(host_studio, "--data-dir", str(paths.data), "rehearse", "--resume", "--headless",
                                   "--out", str(tmp_path / "out"))  # fmt: skip
    assert done.returncode == 2
    assert "install the newer version" in done.stderr
    assert "Traceback" not in done.stderr
    assert sealed.database.read_bytes() == before


def host_studio(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """The program itself, which ends by itself and not by a signal."""
    done = subprocess.run(
        [sys.executable, "-m", "studio", *arguments], capture_output=True, text=True, cwd=ROOT, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert done.returncode >= 0, done.stderr
    return done


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a folder that refuses even its owner")
@pytest.mark.parametrize(
    "command", [(), ("rehearse", "--headless"), ("report", "last", "--out", "x.html"), ("doctor",)]
)
def test_a_data_folder_that_cannot_be_written_is_a_sentence(command: tuple[str, ...]) -> None:
    done = host_studio("--data-dir", "/proc/host-studio", *command)
    assert done.returncode in (1, 2)
    assert "cannot be written" in done.stdout + done.stderr
    assert "--data-dir" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_where_the_data_folder_should_be_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    done = host_studio("--data-dir", str(tmp_path / "notes.txt"), "rehearse", "--headless")
    assert done.returncode == 2
    assert "is a file. Choose another with --data-dir" in done.stderr
    assert (tmp_path / "notes.txt").read_text() == "mine"


# --- settings -----------------------------------------------------------------------------------------------------


async def test_broken_settings_are_put_aside_and_said_in_the_window(
    qtbot, qapp: QApplication, paths: Paths
) -> None:
    paths.settings.write_bytes(b'{"theme": "light", ')
    paths.window_state.write_bytes(b'{"windows": {"main": 5}, "splitters": []}')
    async with studio(qapp, paths) as opened:
        await opened.until_said("“settings.json” could not be read", "the defaults are used", "is kept as")
        await opened.until_said("“main” in “windows” was not understood")
        assert not opened.home.from_file.isEnabled()
    assert [p for p in paths.data.glob("settings.unreadable-*") if p.read_bytes() == b'{"theme": "light", ']


async def test_one_bad_setting_is_said_and_the_shop_beside_it_stays(
    qtbot, qapp: QApplication, paths: Paths, shop: BadShop
) -> None:
    with_settings(paths, shop, theme="pink", scale=900, keys={"item.next": ["F12"], "unpin": 5})
    async with studio(qapp, paths) as opened:
        await opened.until_said("The setting “theme” was not understood")
        await opened.until_said("The setting “scale” was not understood")
        await opened.until_said("“unpin” in “keys” was not understood")
        await opened.until(opened.home.from_file.isEnabled, "the shop")
        assert "Nordhus" in opened.home.shop.text()


async def test_settings_of_a_newer_studio_are_used_said_and_kept(
    qtbot, qapp: QApplication, paths: Paths, shop: BadShop
) -> None:
    with_settings(paths, shop, version=99, hologram={"on": True})
    async with studio(qapp, paths) as opened:
        await opened.until_said("written by a newer Host Studio; what is new in it is kept")
        await opened.until(opened.home.from_file.isEnabled, "the shop")
    assert json.loads(paths.settings.read_bytes())["hologram"] == {"on": True}
