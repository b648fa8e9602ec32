"""A producer brings a line-up in from a file: sees each row, says which column and product is meant, and takes it back at once."""

import asyncio
import io
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest
import xlsxwriter
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QWidget

from studio.domain import commands as cmd
from studio.domain.exchange import Column, Found
from studio.domain.lineup_file import MAX_ITEMS
from studio.exchange_door import LineUpExchange
from studio.ui.models.live_show import LiveShow
from studio.ui.prepare.import_dialog import ImportDialog, Place
from studio.ui.prepare.import_model import Chosen, ImportRowsModel, RowState
from studio.ui.prepare.importing import LineUpImport
from studio.ui.studio import Notice
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import Theme
from tests.fakes.fake_studio import FakeStudio

MINUTE = 60_000
PATIENCE_S = 20.0


async def until(true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        await asyncio.sleep(0)


class Kept:
    """Keeps which columns were chosen, as the settings do."""

    def __init__(self) -> None:
        self.columns: dict[str, tuple[str, ...]] = {}

    def chosen(self, mark: str) -> tuple[str, ...]:
        return self.columns.get(mark, ())

    def choose(self, mark: str, columns: tuple[str, ...]) -> None:
        self.columns[mark] = columns


class Producer:
    """A window with the import over a studio that decides by the real rules, and files that are really read."""

    def __init__(self, folder: Path, window: QWidget, theme: Theme) -> None:
        self.folder, self.window = folder, window
        self.studio = FakeStudio()
        self.live = LiveShow(self.studio.opened(), window)
        self.studio.changes.connect(self.live.take)
        self.errors: list[BaseException] = []
        self.tasks = Tasks("test", lambda _name, error: self.errors.append(error))
        self.kept = Kept()
        self.port = LineUpExchange(self.studio, self.kept)
        self.selected = ""
        self.importing = LineUpImport(
            self.studio,
            self.port,
            self.live,
            theme,
            Texts("en", "UTC"),
            self.tasks,
            window,
            lambda: self.selected,
        )
        self.notices: list[Notice] = []
        self.importing.notice.connect(self.notices.append)

    def file(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    async def open(self, path: Path) -> ImportDialog:
        """Import the file, and wait until its rows are there."""
        self.importing.import_file(path)
        await until(lambda: self.importing.dialog, "the dialog")
        dialog = self.importing.dialog
        assert dialog is not None
        await self.read(dialog)
        return dialog

    async def read(self, dialog: ImportDialog) -> None:
        await until(lambda: not dialog.progress.isVisibleTo(dialog), "the rows")

    async def end(self) -> None:
        await until(lambda: not len(self.tasks), "the import to end")
        assert self.errors == []

    @property
    def titles(self) -> list[str]:
        return [item.title for item in self.live.state.items]


@pytest.fixture
async def producer(tmp_path: Path, window: QWidget, theme: Theme) -> AsyncIterator[Producer]:
    made = Producer(tmp_path, window, theme)
    window.resize(1440, 900)
    window.show()
    yield made
    await made.tasks.close()


FOUR = (
    "Kind,SKU,Title,Minutes,Show price\n"
    ",SKU-2,,5:00,29.00\n"
    ",,Wool blanket Nord 140 x 200 grey,6,\n"
    "talk,,Questions,8,\n"
    ",SKU-5,Board,never,\n"
)


def workbook(**sheets: list[list[object]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return out.getvalue()


async def test_rows_are_shown_with_what_becomes_of_each(producer: Producer) -> None:
    dialog = await producer.open(producer.file("plan.csv", FOUR))
    states = [dialog.model.state(at) for at in range(4)]
    assert states == [RowState.GOOD, RowState.ASKS, RowState.GOOD, RowState.WRONG]
    assert dialog.head.note.text() == "2 come in · 1 to confirm, else left out · 1 to correct in the file"
    assert dialog.deed.text() == "Import 2 items"
    shown = [dialog.model.index(0, column).data() for column in range(7)]
    assert shown == ["2", "✓ comes in", "Ceramic mug set of 4", "5:00", "€29.00", "", "found by SKU"]
    assert "write minutes such as 5 or 5:00" in dialog.model.index(3, 6).data()
    # The row that asks is looked at first.
    assert dialog.table.at == 1
    assert "most alike" in dialog.decision.sentence.text()
    dialog.reject()
    await producer.end()
    assert producer.titles == [item.title for item in FakeStudio().state.items]


async def test_a_row_without_minutes_comes_in_with_five_and_says_so_beside_it(producer: Producer) -> None:
    dialog = await producer.open(producer.file("x.csv", "SKU,Minutes\nSKU-1,\nSKU-2,6\n"))
    assert dialog.model.index(0, 3).data() == "5:00"
    assert dialog.model.index(0, 6).data() == "5:00 planned, for it names no minutes. · found by SKU"
    assert dialog.model.index(1, 6).data() == "found by SKU"
    assert "names no minutes" in dialog.decision.sentence.text()
    dialog.deed.click()
    await producer.end()
    assert [item.planned_ms for item in producer.live.state.items[-2:]] == [5 * MINUTE, 6 * MINUTE]


async def test_a_proposal_is_taken_only_when_a_person_says_so(producer: Producer) -> None:
    dialog = await producer.open(producer.file("plan.csv", FOUR))
    choice = dialog.decision.choice
    at = choice.findText("Wool blanket “Nord”, 140×200", Qt.MatchFlag.MatchStartsWith)
    assert at > 0
    assert "% alike" in choice.itemText(at)
    choice.setCurrentIndex(at)
    choice.activated.emit(at)
    assert dialog.deed.text() == "Import 3 items"
    dialog.deed.click()
    await producer.end()
    added = producer.live.state.items[-3:]
    assert [item.product_id for item in added] == ["p2", "p4", ""]
    assert [item.title for item in added] == [
        "Ceramic mug set of 4",
        "Wool blanket Nord 140 x 200 grey",
        "Questions",
    ]
    assert added[0].show_price_minor == 2900
    assert added[0].planned_price_minor == 3600
    assert producer.notices[-1].level == "ok"


async def test_one_undo_takes_the_whole_import_back(producer: Producer) -> None:
    before = producer.live.state.items
    dialog = await producer.open(producer.file("plan.csv", FOUR))
    dialog.deed.click()
    await producer.end()
    assert len(producer.live.state.items) == len(before) + 2
    assert [type(c) for c in producer.studio.commands] == [cmd.ImportItems]
    assert await producer.studio.do(cmd.Undo()) is None
    assert producer.live.state.items == before


async def test_what_is_not_confirmed_or_left_out_stays_out(producer: Producer) -> None:
    dialog = await producer.open(producer.file("plan.csv", FOUR))
    dialog.model.choose(0, Chosen.LEFT_OUT)
    assert dialog.model.state(0) is RowState.OUT
    assert [item.title for item in dialog.items()] == ["Questions"]
    dialog.reject()
    await producer.end()


async def test_items_go_behind_the_selected_one_or_instead_of_the_others(producer: Producer) -> None:
    producer.selected = "i2"
    path = producer.file("talks.csv", "Kind,Title,Minutes\ntalk,A,1\ntalk,B,2\n")
    dialog = await producer.open(path)
    assert dialog.place_choice.count() == 3
    dialog.place_choice.setCurrentIndex(dialog.place_choice.findData(Place.BEHIND))
    dialog.deed.click()
    await producer.end()
    assert producer.titles[2:4] == ["A", "B"]
    before = producer.live.state.items
    dialog = await producer.open(path)
    dialog.place_choice.setCurrentIndex(dialog.place_choice.findData(Place.INSTEAD))
    dialog.deed.click()
    await producer.end()
    assert producer.titles == ["A", "B"]
    assert "Undo brings those back" in producer.notices[-1].sentence
    after = producer.live.state.items
    assert await producer.studio.do(cmd.Undo()) is None
    assert producer.live.state.items == before
    assert await producer.studio.do(cmd.Redo()) is None
    assert producer.live.state.items == after


async def test_what_has_been_on_air_stays_when_the_others_are_replaced(producer: Producer) -> None:
    for command in (cmd.StartShow(), cmd.NextItem()):
        assert await producer.studio.do(command) is None
    producer.studio.commands.clear()
    dialog = await producer.open(producer.file("talks.csv", "Kind,Title,Minutes\ntalk,A,1\n"))
    dialog.place_choice.setCurrentIndex(dialog.place_choice.findData(Place.INSTEAD))
    dialog.deed.click()
    await producer.end()
    assert producer.titles == ["Linen throw “Fjord”", "A"]


async def test_a_column_with_a_strange_name_is_chosen_by_hand(producer: Producer) -> None:
    dialog = await producer.open(producer.file("x.csv", "SKU,Wie lang das geht\nSKU-1,5\nSKU-2,6\n"))
    assert dialog.model.rowCount() == 0
    assert "one for the minutes" in dialog.notices.text()
    assert not dialog.deed.isEnabled()
    box = dialog.columns.choices[1]
    box.setCurrentIndex(box.findData(Column.MINUTES))
    await producer.read(dialog)
    assert dialog.deed.text() == "Import 2 items"
    assert not dialog.notices.isVisibleTo(dialog)
    box.setCurrentIndex(0)
    assert not dialog.deed.isEnabled() or dialog.model.rowCount() == 2
    await until(lambda: dialog.model.rowCount() == 0, "the rows to go")
    dialog.reject()
    await producer.end()


async def test_columns_that_were_chosen_are_so_for_the_next_file_with_these_headings(
    producer: Producer,
) -> None:
    dialog = await producer.open(producer.file("x.csv", "SKU,Wie lang das geht,Note\nSKU-1,5,Hold it\n"))
    for at, column in ((1, Column.MINUTES), (2, Column.POINTS)):
        box = dialog.columns.choices[at]
        box.setCurrentIndex(box.findData(column))
    await until(dialog.deed.isEnabled, "the rows")
    dialog.deed.click()
    await producer.end()
    dialog = await producer.open(producer.file("y.csv", "sku,wie lang das geht,note\nSKU-2,6,Show it\n"))
    assert dialog.columns.mapping() == (Column.SKU, Column.MINUTES, Column.POINTS)
    assert dialog.items()[0].points == ("Show it",)
    # As others are guessed, so are these again once they are chosen so.
    box = dialog.columns.choices[2]
    box.setCurrentIndex(box.findData(Column.NOTE))
    await until(lambda: dialog.items() and dialog.items()[0].note == "Show it", "the rows")
    dialog.reject()
    await producer.end()
    dialog = await producer.open(producer.file("z.csv", "sku,wie lang das geht,note\nSKU-2,6,Show it\n"))
    assert dialog.columns.mapping()[2] is Column.POINTS, "what was cancelled is not kept"
    dialog.reject()
    await producer.end()


async def test_what_is_guessed_anyway_is_not_kept(producer: Producer) -> None:
    dialog = await producer.open(producer.file("x.csv", FOUR))
    dialog.deed.click()
    await producer.end()
    assert producer.kept.columns == {}


async def test_a_sheet_of_a_workbook_can_be_chosen(producer: Producer) -> None:
    show = [["SKU", "Minutes"], ["SKU-1", 5]]
    more = [["SKU", "Minutes"], ["SKU-2", 5], ["SKU-3", 5]]
    dialog = await producer.open(producer.file("x.xlsx", workbook(Show=show, More=more)))
    assert [dialog.sheet.itemText(n) for n in range(2)] == ["Show", "More"]
    assert dialog.model.rowCount() == 1
    dialog.sheet.setCurrentIndex(1)
    dialog.sheet.activated.emit(1)
    await until(lambda: dialog.model.rowCount() == 2, "the other sheet")
    dialog.reject()
    await producer.end()


async def test_a_sheet_with_nothing_on_it_says_so_and_another_can_be_chosen(producer: Producer) -> None:
    show: list[list[object]] = [["SKU", "Minutes"], ["SKU-1", 5]]
    dialog = await producer.open(producer.file("x.xlsx", workbook(Show=show, Empty=[])))
    for at, sentence, rows in ((1, "nothing in this table", 0), (0, "", 1)):
        dialog.sheet.setCurrentIndex(at)
        dialog.sheet.activated.emit(at)
        await producer.read(dialog)
        assert sentence in dialog.notices.text()
        assert dialog.model.rowCount() == rows
        assert dialog.deed.isEnabled() is bool(rows)
    dialog.reject()
    await producer.end()


async def test_all_single_proposals_are_confirmed_at_once_and_the_open_ones_are_gone_through(
    producer: Producer,
) -> None:
    text = "Title,Minutes\nCeramic mugs set of four,5\nStone-ware teapots,5\nFelt slipper,5\nZeppelin,5\n"
    dialog = await producer.open(producer.file("x.csv", text))
    assert [dialog.model.row(at).match.found for at in range(4)] == [Found.LIKELY] * 3 + [Found.MISSING]
    assert dialog.table.at == 0
    dialog.decision.next.click()
    assert dialog.table.at == 1
    assert dialog.decision.take_all.text() == "Confirm all 3 single proposals"
    dialog.decision.take_all.click()
    assert dialog.deed.text() == "Import 3 items"
    dialog.decision.next.click()
    assert dialog.table.at == 3
    # It has neither id nor SKU: it cannot be taken as it stands.
    words = [dialog.decision.choice.itemText(n) for n in range(dialog.decision.choice.count())]
    assert words == ["Decide…", "Leave it out"]
    dialog.reject()
    await producer.end()


async def test_an_unknown_sku_may_be_taken_as_it_stands(producer: Producer) -> None:
    dialog = await producer.open(producer.file("x.csv", "SKU,Title,Minutes\nNEW-1,Zeppelin,5\n"))
    assert dialog.deed.isEnabled() is False
    choice = dialog.decision.choice
    at = choice.findText("Take it as it stands in the file")
    choice.setCurrentIndex(at)
    choice.activated.emit(at)
    dialog.deed.click()
    await producer.end()
    assert producer.live.state.items[-1].sku == "NEW-1"


async def test_a_line_up_in_json_needs_no_columns(producer: Producer) -> None:
    data = (
        b'{"title":"S","currency":"EUR","items":[{"product_id":"p1","planned_ms":60000},{"planned_ms":"x"}]}'
    )
    dialog = await producer.open(producer.file("x.json", data))
    assert not dialog.left.isVisibleTo(dialog)
    assert [dialog.model.state(at) for at in range(2)] == [RowState.GOOD, RowState.WRONG]
    dialog.deed.click()
    await producer.end()
    assert producer.titles[-1] == "Linen throw “Fjord”"


async def test_codes_of_the_whole_show_come_in_with_the_items_and_one_undo_takes_both_back(
    producer: Producer,
) -> None:
    code = '{"kind":"percent","percent":15,"code":"LIVE14","scope":"lineup"}'
    talk = '{"kind":"talk","title":"A","planned_ms":60000}'
    text = f'{{"title":"S","currency":"EUR","items":[{talk}],"promos":[{code},{{"kind":"x"}}]}}'
    before = producer.live.state.items
    dialog = await producer.open(producer.file("x.json", text))
    assert dialog.head.note.text() == "1 come in · 1 codes of the whole show"
    assert "Code 2 of the show" in dialog.notices.text()
    dialog.deed.click()
    await producer.end()
    assert producer.titles[-1] == "A"
    assert [(p.code, p.percent) for p in producer.live.state.planned_promos] == [("LIVE14", 15)]
    assert "1 codes of the whole show came with them" in producer.notices[-1].sentence
    assert await producer.studio.do(cmd.Undo()) is None
    assert producer.live.state.items == before
    assert producer.live.state.planned_promos == ()


async def test_a_file_of_codes_alone_comes_in_too(producer: Producer) -> None:
    text = (
        '{"title":"S","currency":"EUR","items":[],"promos":[{"kind":"percent","percent":15,"code":"LIVE14"}]}'
    )
    dialog = await producer.open(producer.file("x.json", text))
    assert dialog.deed.text() == "Import codes"
    dialog.deed.click()
    await producer.end()
    assert [p.code for p in producer.live.state.planned_promos] == ["LIVE14"]


async def test_a_product_that_the_shop_changed_is_found_by_its_new_name(producer: Producer) -> None:
    path = producer.file("x.csv", "Title,Minutes\nWalnut serving board,5\n")
    dialog = await producer.open(path)
    assert dialog.model.row(0).match.found is not Found.BY_NAME
    dialog.reject()
    await producer.end()
    board = producer.studio.products["p5"]
    producer.studio.hear_product(msgspec.structs.replace(board, revision=2, title="Walnut serving board"))
    dialog = await producer.open(path)
    assert dialog.model.row(0).match.found is Found.BY_NAME
    dialog.reject()
    await producer.end()


async def test_rows_are_looked_up_again_when_the_catalogue_is_here_and_what_was_left_out_stays_out(
    producer: Producer,
) -> None:
    producer.studio.read_wall_ms = None
    dialog = await producer.open(
        producer.file("x.csv", "SKU,Title,Minutes\nSKU-1,,5\n,Oak serving board,5\nSKU-404,,5\n")
    )
    assert "catalogue is not here yet" in dialog.notices.text()
    assert [dialog.model.state(at) for at in range(3)] == [RowState.GOOD, RowState.WRONG, RowState.GOOD]
    assert dialog.model.row(0).match.found is Found.UNCHECKED
    dialog.model.choose(0, Chosen.LEFT_OUT)
    producer.studio.read_wall_ms = 1
    await until(lambda: dialog.model.row(1).match.found is Found.BY_NAME, "the catalogue")
    assert [dialog.model.state(at) for at in range(3)] == [RowState.OUT, RowState.GOOD, RowState.ASKS]
    assert not dialog.notices.isVisibleTo(dialog)
    dialog.reject()
    await producer.end()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.xlsx", b"PK\x03\x04??", "damaged"),
        ("x.json", b"{", "not a line-up in JSON"),
        ("gone.csv", None, "cannot be read"),
    ],
)
async def test_a_file_that_cannot_be_read_says_why(
    producer: Producer, name: str, content: bytes | None, words: str
) -> None:
    path = producer.folder / name if content is None else producer.file(name, content)
    dialog = await producer.open(path)
    assert words in dialog.notices.text()
    assert not dialog.deed.isVisible()
    dialog.reject()
    await producer.end()
    assert producer.studio.commands == []


async def test_a_line_up_that_is_full_takes_no_more_and_says_how_many(producer: Producer) -> None:
    text = "Kind,Title,Minutes\n" + "talk,T,1\n" * (MAX_ITEMS - 5)
    dialog = await producer.open(producer.file("x.csv", text))
    assert "room for 490 items" in dialog.full.text()
    assert not dialog.deed.isEnabled()
    dialog.place_choice.setCurrentIndex(dialog.place_choice.findData(Place.INSTEAD))
    assert dialog.deed.isEnabled()
    dialog.deed.click()
    await producer.end()
    assert len(producer.live.state.items) == MAX_ITEMS - 5


async def test_a_reading_that_is_given_up_ends_and_leaves_nothing(producer: Producer) -> None:
    producer.studio.hold.clear()
    producer.importing.import_file(producer.file("x.csv", FOUR))
    await until(lambda: producer.studio.asked, "the catalogue to be asked for")
    dialog = producer.importing.dialog
    assert dialog is not None
    assert dialog.progress.isVisibleTo(dialog)
    assert not dialog.deed.isEnabled()
    dialog.reject()
    await producer.end()
    producer.studio.hold.set()
    assert producer.studio.commands == []


async def test_the_decision_is_refused_in_a_sentence_and_nothing_is_lost(producer: Producer) -> None:
    before = producer.live.state.items
    dialog = await producer.open(producer.file("x.csv", "Kind,Title,Minutes\ntalk,A,1\n"))
    producer.studio.refuse = cmd.Refused("The show is over: its line-up stays as it was.", "over")
    dialog.deed.click()
    await producer.end()
    assert producer.notices == [Notice("warning", "The show is over: its line-up stays as it was.", "import")]
    assert producer.live.state.items == before


async def test_one_import_runs_at_a_time(producer: Producer) -> None:
    path = producer.file("x.csv", FOUR)
    dialog = await producer.open(path)
    assert await producer.importing.run(path) is False
    assert producer.importing.dialog is dialog
    dialog.reject()
    await producer.end()


async def test_a_file_is_chosen_where_none_is_dropped(producer: Producer) -> None:
    path = producer.file("x.csv", FOUR)
    producer.importing.ask()
    await until(lambda: producer.importing.files, "the choice of files")
    files = producer.importing.files
    assert files is not None
    files.setDirectory(str(path.parent))
    files.selectFile(path.name)
    files.accept()
    await until(lambda: producer.importing.dialog, "the dialog")
    dialog = producer.importing.dialog
    assert dialog is not None
    await producer.read(dialog)
    assert dialog.model.rowCount() == 4
    dialog.reject()
    await producer.end()


def test_the_rows_keep_to_the_rules_of_models(qapp) -> None:
    model = ImportRowsModel(Texts("en", "UTC"), "EUR")
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    from studio.domain.exchange import DraftRow, Match
    from studio.domain.lineup import ItemKind, LineUpItem

    item = LineUpItem("i", ItemKind.PRODUCT, "Mug", MINUTE, "p1")
    rows = [
        DraftRow(n, msgspec.structs.replace(item, id=f"i{n}"), match=Match(Found.MISSING)) for n in range(3)
    ]
    model.set_rows(rows)
    model.choose(1, Chosen.AS_IT_STANDS)
    assert [model.state(n) for n in range(3)] == [RowState.ASKS, RowState.GOOD, RowState.ASKS]
    assert model.next_open(0) == 2
    assert model.next_open(2) == 0
    assert model.index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "Row: 1"
    model.set_rows([])
