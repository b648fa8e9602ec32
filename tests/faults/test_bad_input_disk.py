"""A disk that is full while the show is on air: said, nothing half-done, and on it goes when there is room again."""

import asyncio
import contextlib
import itertools
import sqlite3
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from studio.control.ports import StoreFull
from studio.domain.commands import IssuePromo, NextItem, Reply
from studio.domain.promo import PromoKind, PromoPlan, PromoScope
from studio.store.errors import StoreDamaged, damaged_sentence
from studio.store.show_log import SqlShowLog
from tests.fakes.bad_shop import BadShop, a_level, a_product, problem
from tests.faults.windows import Stage, item, lineup, stage

FULL = "is full: nothing was written. Free some space"


async def limit_pages(window: Stage, more: int) -> None:
    """Let the database grow by so many pages only; a large number gives it room again."""

    def limit(db: object) -> None:
        conn: sqlite3.Connection = db.conn  # type: ignore[attr-defined]
        pages = conn.execute("PRAGMA page_count").fetchone()[0]
        conn.execute(f"PRAGMA max_page_count = {pages + more}").fetchall()

    store = window.room._stored.database
    await asyncio.wrap_future(store.submit(limit))


async def fill_up(window: Stage) -> None:
    """Leave no room, and use up what is left in the pages that there are: at last not even a word fits."""
    await limit_pages(window, 0)
    number = itertools.count()
    for size in (480, 60, 1):
        with contextlib.suppress(StoreFull):
            while True:
                await window.desktop.studio.do(Reply(f"fill-{next(number)}", "x" * size))


def plan() -> PromoPlan:
    """Twenty percent off the whole shop for ten minutes."""
    return PromoPlan("plan", "NORD20", PromoKind.PERCENT, 20, scope=PromoScope.ALL)


async def test_a_decision_that_does_not_fit_on_the_disk_is_not_made_and_said(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    with BadShop() as shop:
        async with stage(qapp, tmp_path, shop) as window:
            await window.open()
            window.press("item.next")
            await window.until(lambda: window.state.pinned_product_id == "p1", "the pin")
            await window.until(lambda: not window.live.outbox, "everything sent")
            # Nothing is taken out of the outbox meanwhile, so that no room comes free.
            shop.on("/channel/v1/say", problem(503, "down", "Later."))
            await fill_up(window)
            pins, log = len(shop.requests("/v1/featured")), window.state.seq
            window.give(NextItem())
            sentence = await window.until_said(FULL)
            assert sentence in window.standing(), "it stays until there is room"
            window.give(IssuePromo("a", plan()))
            window.host.refresh()
            assert not window.desktop.window.grab().isNull()
            opened = await window.desktop.studio.open(window.show_id)
            assert opened.state == window.state, "what is shown is what is on disk"
            assert window.state.seq == log
            assert window.state.pinned_product_id == "p1"
            assert window.state.promos == {}
            assert len(shop.requests("/v1/featured")) == pins, "the shop was told nothing"

            await limit_pages(window, 100_000)
            shop.well("/channel/v1/say")
            window.give(NextItem())
            await window.until(lambda: window.state.pinned_product_id == "p2", "the next pin")
            await window.until(lambda: sentence not in window.standing(), "the sentence to be over")
            await window.until(lambda: len(shop.requests("/v1/featured")) == pins + 1, "the pin at the shop")
            await window.until(lambda: not window.live.outbox, "everything sent")
            assert [s for s in window.said() if "went wrong" in s] == []


async def test_what_comes_in_while_the_disk_is_full_waits_and_is_stored_afterwards(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    with BadShop() as shop:
        shop.products = [a_product(n) for n in range(1, 30)]
        shop.levels = [a_level(n) for n in range(1, 30)]
        async with stage(qapp, tmp_path, shop) as window:
            await window.open(lineup(*(item(n) for n in range(1, 4))))
            await window.until(lambda: len(window.live.products) == 29, "products")
            await window.until(lambda: window.link("channel") == "ok", "the channel")
            shop.on("/channel/v1/say", problem(503, "down", "Later."))
            await fill_up(window)
            for n in range(300):
                shop.said(f"message {n} " + "y" * 400)
            shop.change("stock", a_level(1, 3, revision=2))
            await window.until(lambda: troubled(window), "the trouble of what comes in")
            assert window.live.chat_count == 0
            await limit_pages(window, 100_000)
            shop.well("/channel/v1/say")
            await window.until(lambda: window.live.sellable("p1").total == 3, "the stock")
            await window.until(lambda: window.live.chat_count >= 300, "the messages")
            rows = await window.desktop.studio.chat_page(window.show_id, None, 2_000)
            said = [row.message.text.split()[1] for row in rows if row.message.text.startswith("message ")]
            assert said == [str(n) for n in range(300)], "each once and in order"
            await window.until(lambda: not troubled(window), "the trouble to be over")


def troubled(window: Stage) -> bool:
    """Whether a full disk stands on the screen as trouble that lasts."""
    return any(n.level == "trouble" and FULL in n.sentence for n in window.notices.shown())


async def test_an_answer_of_the_shop_that_does_not_fit_is_put_down_later_and_asked_for_once(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    with BadShop() as shop:
        async with stage(qapp, tmp_path, shop) as window:
            await window.open()
            shop.on("/v1/promos", problem(503, "down", "Later."))
            shop.on("/channel/v1/say", problem(503, "down", "Later."))
            await window.do(IssuePromo("a", plan()))
            await window.until(lambda: window.live.waiting, "the code to wait")
            await fill_up(window)
            shop.well("/v1/promos")
            shop.well("/channel/v1/say")
            await window.until(lambda: troubled(window), "the trouble of what was answered")
            await limit_pages(window, 100_000)
            await window.until(lambda: window.state.promos["a"].confirmed_ends_at_ms, "the code to be live")
            await window.until(lambda: not window.live.outbox, "everything sent", 60)
            keys = [r.headers["idempotency-key"] for r in shop.requests("/v1/promos") if r.method == "POST"]
            assert len(set(keys)) == 1


async def test_a_database_that_breaks_in_the_middle_is_said_with_what_to_do(
    qtbot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise StoreDamaged(damaged_sentence(tmp_path / "studio.db", "page 7"))

    with BadShop() as shop:
        async with stage(qapp, tmp_path, shop) as window:
            await window.open()
            with monkeypatch.context() as patched:
                patched.setattr(SqlShowLog, "append", broken)
                window.give(NextItem())
                await window.until_said(
                    "is damaged (page 7). Restart the studio: it puts back what can be had."
                )
            assert window.state.pinned_product_id == ""
            window.give(NextItem())
            await window.until(lambda: window.state.pinned_product_id == "p1", "the pin")
            assert [s for s in window.said() if "went wrong" in s] == []
