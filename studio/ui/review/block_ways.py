"""The ways to a block of the show: from the timeline, from advice, from a product, from a question; and away from it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from studio.domain.advice import Advice
from studio.ui.review.block_panel import BlockPanel
from studio.ui.review.blocks import Block, Feeds, block_at, blocks_of
from studio.ui.review.tables import ReviewTables
from studio.ui.studio import Review
from studio.ui.texts import Texts

if TYPE_CHECKING:
    from studio.ui.review.timeline import ReviewTimeline


class BlockWays(QObject):
    """Opens and closes the side panel. `moved` after it came or went."""

    moved = Signal()

    def __init__(self, panel: BlockPanel, tables: ReviewTables, parent: QObject) -> None:
        super().__init__(parent)
        self._panel, self._tables = panel, tables
        self._timeline: ReviewTimeline | None = None
        self._review: Review | None = None
        self._feeds: Feeds | None = None
        self._texts = Texts()
        self._blocks: list[Block] = []
        panel.closed.connect(self.close)
        panel.step_asked.connect(self._step)
        tables.product_opened.connect(self._find_product)
        tables.question_opened.connect(self._find_question)

    @property
    def is_open(self) -> bool:
        """Whether a block is shown."""
        return not self._panel.isHidden()

    def lead_to(self, timeline: "ReviewTimeline") -> None:
        """Blocks are clicked, framed and pointed at on this timeline."""
        self._timeline = timeline
        timeline.block_clicked.connect(self._clicked)

    def show_review(self, review: Review, feeds: Feeds, end_ms: int, texts: Texts, *, same: bool) -> None:
        """The blocks of a review whose show ends (so far) at `end_ms`; the open one of the `same` show is brought up to
        date, that of another one closed.
        """
        self._review, self._feeds, self._texts = review, feeds, texts
        self._blocks = blocks_of(review.state, end_ms)
        block = self._panel.block
        if not same:
            self.close()
        elif block is not None and self.is_open:
            self._open(block_at(self._blocks, block.item_id, block.from_ms))

    def close(self) -> None:
        """Put the side panel away; the timeline has the keys again."""
        had_focus = any(widget.hasFocus() for widget in self._panel.findChildren(QWidget))
        self._panel.hide()
        self.moved.emit()
        if self._timeline is not None:
            self._timeline.set_chosen(None)
            if had_focus:
                self._timeline.setFocus(Qt.FocusReason.OtherFocusReason)

    def find_advice(self, advice: Advice) -> None:
        """The block that a piece of advice is about."""
        self._find(block_at(self._blocks, advice.item_id, advice.at_ms), advice.at_ms)

    def _clicked(self, item_id: str, from_ms: int) -> None:
        item = self._review.state.item(item_id) if self._review is not None else None
        if item is not None and item.product_id:
            self._tables.products.select_row(item.product_id)
        self._open(block_at(self._blocks, item_id, from_ms))

    def _open(self, block: Block | None) -> None:
        if block is None or self._review is None or self._feeds is None:
            return
        self._panel.show()
        self.moved.emit()
        self._panel.show_block(
            self._review, self._feeds, block, self._texts, last=block.n == len(self._blocks) - 1
        )
        if self._timeline is not None:
            self._timeline.set_chosen(block.from_ms)

    def _step(self, by: int) -> None:
        at = self._panel.block.n + by if self._panel.block is not None else -1
        if 0 <= at < len(self._blocks):
            self._find(self._blocks[at])

    def _find_product(self, product_id: str) -> None:
        self._find(next((b for b in self._blocks if b.product_id == product_id), None))

    def _find_question(self, question_id: str) -> None:
        asked = self._review.questions if self._review is not None else ()
        at_ms = next((q.asked_at_ms for q in asked if q.id == question_id), None)
        self._find(block_at(self._blocks, at_ms=at_ms), at_ms)

    def _find(self, block: Block | None, at_ms: int | None = None) -> None:
        timeline = self._timeline
        if timeline is not None and timeline.table_shown:
            timeline.show_table(False)
        self._open(block)
        at_ms = block.from_ms if at_ms is None and block is not None else at_ms
        if timeline is not None and at_ms is not None:
            timeline.point_at(at_ms)
