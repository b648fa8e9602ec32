"""What is to stand in OBS at a moment, and what must be told for it."""

from hypothesis import given
from hypothesis import strategies as st

from studio.domain.stage import StageView
from studio.stage.obs_find import Found, FoundInput, FoundItem
from studio.stage.obs_parts import UNSURE, Part, said, struck
from studio.stage.obs_socket import Answer
from studio.stage.obs_wanted import Wanted, differences, settle, wanted
from studio.stage.words import StageTexts, countdown_text, stage_texts
from tests.fakes.stage_views import a_card, a_code, a_view

NOW = 1_800_000_000_000
SHIRT = StageTexts(title="Linen shirt", price="€31.20", struck="€39.00", left="only 3 left")
WITH_CODE = StageTexts(
    title="Linen shirt",
    price="€31.20",
    struck="€39.00",
    left="only 3 left",
    code="LINEN20",
    off="20 % off",
    code_ends_at_ms=NOW + 61_000,
)


def test_everything_that_is_on_stands_there() -> None:
    view = a_view(a_card(left=3), a_code("LINEN20", NOW + 61_000), "Does it shrink?")
    want = wanted(stage_texts(view), (NOW, 1.0))
    assert want.texts == {
        Part.CARD: "",
        Part.TITLE: "Linen shirt",
        Part.PRICE: "€39.00",
        Part.STOCK: "only 3 left",
        Part.CODE: "LINEN20 20 % off",
        Part.COUNTDOWN: "1:01",
        Part.BUBBLE: "",
        Part.QUESTION: "Does it shrink?",
    }


def test_nothing_is_drawn_for_an_empty_stage() -> None:
    assert wanted(stage_texts(StageView()), (NOW, 1.0)) == Wanted({})


def test_a_code_is_gone_at_its_end_and_the_price_that_it_made_soon_after() -> None:
    before = wanted(WITH_CODE, (NOW + 60_999, 1.0))
    assert before.texts[Part.COUNTDOWN] == "0:01"
    assert before.due_ms == 1
    at = wanted(WITH_CODE, (NOW + 61_000, 1.0))
    assert {Part.CODE, Part.COUNTDOWN}.isdisjoint(at.texts)
    assert (at.texts[Part.PRICE], at.due_ms) == ("€31.20", 1_000)
    after = wanted(WITH_CODE, (NOW + 62_000, 1.0))
    assert set(after.texts) == {Part.CARD, Part.TITLE, Part.STOCK}
    assert after.due_ms is None


def test_without_the_shops_time_neither_price_nor_code_stand_there() -> None:
    for texts in (SHIRT, WITH_CODE):
        assert set(wanted(texts, None).texts) == {Part.CARD, Part.TITLE}


def test_a_price_without_a_code_does_not_end() -> None:
    want = wanted(SHIRT, (NOW, 1.0))
    assert want.texts[Part.PRICE] == "€31.20"
    assert want.due_ms is None


@given(left=st.integers(1, 10_000_000), rate=st.sampled_from([0.5, 1.0, 20.0]))
def test_the_countdown_changes_when_it_says(left: int, rate: float) -> None:
    texts = StageTexts(code="C", code_ends_at_ms=NOW + left)
    now = wanted(texts, (NOW, rate))
    assert now.due_ms is not None
    then = round(now.due_ms * rate)
    assert 0 < then <= 1000
    assert wanted(texts, (NOW + then - 1, rate)).texts[Part.COUNTDOWN] == now.texts[Part.COUNTDOWN]
    following = wanted(texts, (NOW + then, rate)).texts.get(Part.COUNTDOWN, "")
    assert following == (countdown_text(left - then) if left > then else "")


def test_what_the_watchdog_holds_is_not_shown_again() -> None:
    assert set(wanted(WITH_CODE, (NOW, 1.0), UNSURE).texts) == {Part.CARD, Part.TITLE}
    assert wanted(WITH_CODE, (NOW, 1.0), frozenset(Part), "http://127.0.0.1/overlay").texts == {}


def test_foreign_text_is_one_plain_line_of_bounded_length() -> None:
    texts = StageTexts(title="<b>Linen</b>\nshirt\x07 " + "x" * 500, question="a\u202eb\n" * 300)
    want = wanted(texts, (NOW, 1.0)).texts
    assert want[Part.TITLE].startswith("Linen shirt x")
    assert len(want[Part.TITLE]) == 80
    assert len(want[Part.QUESTION]) <= 200
    assert not {"\n", "\x07", "\u202e"} & set(want[Part.TITLE] + want[Part.QUESTION])


def test_an_old_price_is_struck_by_the_text_itself_where_the_source_cannot() -> None:
    assert said(Part.STRUCK, "text_ft2_source_v2", "€39") == struck("€39")
    assert struck("€39").count("\u0336") == 4
    assert said(Part.STRUCK, "text_gdiplus_v3", "€39") == "€39"
    assert said(Part.PRICE, "text_ft2_source_v2", "€39") == "€39"


# --- the differences --------------------------------------------------------------------------------------------


def a_found(enabled: bool = False, text: str = "") -> Found:
    kinds = {Part.CARD: "color_source_v3", Part.OVERLAY: "browser_source"}
    parts = [Part.CARD, Part.TITLE, Part.PRICE]
    return Found(
        {part.value: FoundInput(part, kinds.get(part, "text_ft2_source_v2"), text) for part in parts},
        {("Scene", at): FoundItem(part, enabled) for at, part in enumerate(parts)},
    )


def test_first_out_of_sight_then_the_words_then_into_sight() -> None:
    found = a_found()
    found.items["Scene", 2].enabled = True
    want = Wanted({Part.CARD: "", Part.TITLE: "Linen shirt"})
    calls = [(one.call[0], *list(one.call[1].values())[:3]) for one in differences(found, want)]
    assert calls == [
        ("SetSceneItemEnabled", "Scene", 2, False),
        ("SetInputSettings", "title", {"text": "Linen shirt"}, True),
        ("SetSceneItemEnabled", "Scene", 0, True),
        ("SetSceneItemEnabled", "Scene", 1, True),
    ]


def test_only_what_is_different_is_told() -> None:
    found = a_found()
    want = Wanted({Part.CARD: "", Part.TITLE: "Linen shirt", Part.PRICE: "€39.00"})
    made = differences(found, want)
    settle(made, [Answer("x", True, 100)] * len(made))
    assert differences(found, want) == []
    cheaper = differences(found, Wanted({**want.texts, Part.PRICE: "€29.00"}))
    assert [one.call[0] for one in cheaper] == ["SetInputSettings"]


def test_what_was_refused_is_told_again() -> None:
    found = a_found()
    want = Wanted({Part.TITLE: "Linen shirt"})
    made = differences(found, want)
    refused = settle(made, [Answer("x", False, 600), *[Answer("x", True, 100)] * (len(made) - 1)])
    assert [answer.code for answer in refused] == [600]
    assert [one.call for one in differences(found, want)] == [made[0].call]


def test_the_overlay_page_gets_its_address_and_is_in_sight_while_there_is_one() -> None:
    found = Found(
        {"overlay": FoundInput(Part.OVERLAY, "browser_source", "")},
        {("S", 1): FoundItem(Part.OVERLAY, False)},
    )
    want = wanted(StageTexts(), (NOW, 1.0), overlay="http://127.0.0.1:5000/t/")
    calls = [one.call for one in differences(found, want)]
    assert calls[0][1]["inputSettings"] == {"url": "http://127.0.0.1:5000/t/"}
    assert calls[1][1]["sceneItemEnabled"] is True
    assert wanted(StageTexts(), (NOW, 1.0)).texts == {}
