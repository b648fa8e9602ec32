"""A whole show through the real window, by keys and clicks alone, against a real shop and a real audience: its figures
are those of the other two programs' books, whatever goes wrong.
"""

import os
import re
import shutil
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from studio.domain import events as ev
from studio.ui import scripted_acts, scripted_hands, scripted_host
from tests.fakes.shop_process import start_shop
from tests.journeys.rehearsals import Played, colours, picture, rehearse

SUMMARY = {
    "seed", "show_id", "started_at", "ended_at", "pins", "promos", "redemptions", "orders", "revenue_gross_minor",
    "revenue_net_minor", "currency", "peak_viewers", "avg_viewers", "questions", "outbox_pending", "shop_truth",
}  # fmt: skip
COMPARED = SUMMARY - {"seed", "started_at", "ended_at", "outbox_pending", "shop_truth"}
SHORT = ("--minutes", "12", "--speed", "40")
SHORTEST = ("--minutes", "3", "--speed", "60", "--viewers", "800")
SCREENSHOTS = "HOST_STUDIO_SCREENSHOTS"

pytestmark = pytest.mark.timeout(240)


def equal_to_the_books(summary: dict[str, Any]) -> bool:
    """Whether both sides say the same, found without the studio's own comparison."""
    truth = summary["shop_truth"]
    return truth["duplicates"] == 0 and all(summary[name] == truth[name] for name in COMPARED)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("rehearsal")
    return rehearse(folder / "data", folder / "out", "--seed", "7", *SHORTEST)


@pytest.mark.smoke
def test_a_rehearsal_without_a_display_ends_well_and_says_so(played: Played):
    assert played.ended.code == 0, played.ended
    assert played.ended.complained == "", (
        "nothing went wrong, and the host missed nothing that it meant to do"
    )
    assert "equal to the truth" in played.ended.said
    assert "1 of 14  Linen throw" in played.ended.said
    assert "Goodbye and next show" in played.ended.said


def test_its_summary_has_the_names_that_were_agreed(played: Played):
    assert set(played.summary) == SUMMARY
    assert set(played.summary["questions"]) == {"asked", "answered"}
    assert played.summary["seed"] == 7
    assert played.summary["currency"] == "EUR"
    assert played.summary["started_at"] < played.summary["ended_at"]


@pytest.mark.smoke
def test_its_figures_are_those_of_the_shops_and_the_audiences_books(played: Played):
    summary = played.summary
    assert equal_to_the_books(summary)
    assert summary["outbox_pending"] == 0
    assert summary["pins"] >= 12
    assert summary["promos"] == 4
    assert len(summary["redemptions"]) == 4
    assert summary["orders"] > 0
    assert summary["revenue_gross_minor"] >= summary["revenue_net_minor"] >= 0
    assert summary["peak_viewers"] >= summary["avg_viewers"] > 0
    assert summary["questions"]["asked"] > summary["questions"]["answered"] >= 10


@pytest.mark.smoke
@pytest.mark.parametrize("name", ["host", "prompter", "review"])
def test_it_leaves_a_real_picture_of_every_window(played: Played, name: str):
    image = picture(played.out / f"{name}.png")
    assert (image.width(), image.height()) == (1440, 900)
    assert colours(image) > 100, "not an empty window"
    if folder := os.environ.get(SCREENSHOTS):
        Path(folder).mkdir(parents=True, exist_ok=True)
        shutil.copy(played.out / f"{name}.png", Path(folder) / f"rehearsal-{name}.png")


def test_its_pictures_show_different_things(played: Played):
    sizes = {(played.out / f"{name}.png").read_bytes() for name in ("host", "prompter", "review")}
    assert len(sizes) == 3


def test_its_report_is_one_page_that_needs_nothing_else(played: Played):
    page = (played.out / "report.html").read_text(encoding="utf-8")
    assert "Autumn Home Live #14" in page
    assert f"{played.summary['peak_viewers']:,}" in page
    assert all(code in page for code in played.summary["redemptions"])
    assert not re.search(r"""(src|href)\s*=\s*["']?https?:""", page), "everything is in the file"


def test_the_host_did_the_whole_job(played: Played):
    log = played.log()
    done = Counter(type(logged.event) for logged in log if logged.command_id)
    (planned,) = (e.event for e in log if isinstance(e.event, ev.ShowPlanned))
    on_air = {e.event.item_id for e in log if isinstance(e.event, ev.ItemWentOnAir)}
    assert on_air >= {item.id for item in planned.lineup.items}, "every item was on air"
    assert done[ev.ItemAdded] == 1, "one product was pinned by search"
    assert done[ev.PromoIssued] == 4, "two by their pins, one in two key presses, one by the form"
    assert done[ev.PromoExtended] == 1
    assert done[ev.PromoEnded] == 1
    assert done[ev.Unpinned] == 1
    assert done[ev.OnAirReverted] == 1, "and that was undone"
    assert done[ev.QuestionHidden] == 1
    assert done[ev.QuestionPrompted] >= 1
    assert done[ev.ReplyWritten] >= 10
    assert done[ev.QuestionAnswered] > done[ev.ReplyWritten], "one was answered aloud"
    assert done[ev.ItemSkipped] == done[ev.ItemUnskipped] == 1
    assert done[ev.StageCleared] == 1
    assert done[ev.ShowStarted] == done[ev.ShowEnded] == 1
    replies = {e.event.text for e in log if isinstance(e.event, ev.ReplyWritten)}
    assert replies & set(scripted_acts.ANSWERS), "typed"
    assert replies - set(scripted_acts.ANSWERS), "and canned"


def test_the_scripted_host_has_no_other_way_than_keys_and_clicks():
    for module in (scripted_acts, scripted_hands, scripted_host):
        source = Path(str(module.__file__)).read_text(encoding="utf-8")
        assert not re.search(r"\bstudio\.do\(", source)
        assert ".deciding" not in source
        assert "domain.commands" not in source
        assert ".trigger(" not in source
        assert ".act()" not in source.replace("await act()", "").replace("        act()", "")
        assert not re.search(r"\.(click|animateClick|setText|setValue|setCurrentRow|submit)\(", source.replace(
            "_hands.click(", "").replace("hands.click(", ""))  # fmt: skip


def test_the_figures_are_equal_for_another_seed_and_whatever_goes_wrong(tmp_path: Path):
    faults = ("shop-down", "duplicate-events", "lost-replies", "chat-flood", "channel-silent")
    played = rehearse(tmp_path / "data", tmp_path / "out", "--seed", "11", *SHORT, *named(faults))
    check_played(played, 11)
    assert ordered_faults(played.folder / "shop") == set(faults), "the faults were there"


def test_the_figures_are_equal_at_a_shop_that_somebody_else_runs_and_spoils(tmp_path: Path):
    faults = ("clock-skew", "rate-limited", "shop-slow", "out-of-order", "sell-out")
    with start_shop(tmp_path / "shop", seed=12, speed=1.0, start_ms=None) as shop:
        tokens = {"HOST_STUDIO_SHOP_TOKEN": shop.token, "HOST_STUDIO_SHOP_ADMIN_TOKEN": shop.admin_token}
        arguments = ("--shop", shop.url, "--seed", "12", *SHORT, *named(faults))
        played = rehearse(tmp_path / "data", tmp_path / "out", *arguments, environment=tokens)
        assert shop.http.get("/v1/clock").json()["rate"] == 1.0, "its clock runs as it did before"
    check_played(played, 12)
    assert ordered_faults(tmp_path / "shop") == set(faults)
    assert meta(tmp_path / "shop", "orders_stopped") == "0", "and it sells again"
    kept = b"".join(path.read_bytes() for path in played.data.rglob("*") if path.is_file())
    assert shop.token.encode() not in kept, "tokens that come by the environment are written nowhere"
    assert shop.admin_token.encode() not in kept


def named(faults: tuple[str, ...]) -> list[str]:
    return [word for name in faults for word in ("--fault", name)]


def check_played(played: Played, seed: int) -> None:
    assert played.ended.code == 0, played.ended
    assert equal_to_the_books(played.summary)
    assert played.summary["outbox_pending"] == 0
    assert played.summary["orders"] > 0
    assert played.summary["seed"] == seed


def ordered_faults(folder: Path) -> set[str]:
    """The faults in a shop's own book."""
    return {str(name) for (name,) in book(folder, "SELECT name FROM faults")}


def meta(folder: Path, key: str) -> object:
    """What a shop noted under a key."""
    return book(folder, "SELECT value FROM meta WHERE key = ?", key)[0][0]


def book(folder: Path, query: str, *values: str) -> list[tuple[object, ...]]:
    """An answer of a shop's own book."""
    (file,) = folder.rglob("shop.sqlite3")
    shop = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        return shop.execute(query, values).fetchall()
    finally:
        shop.close()
