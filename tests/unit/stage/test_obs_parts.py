"""Where the studio's sources stand on the canvas, and what they are made of."""

import pytest

from studio.stage.obs_parts import (
    BOXES,
    IMAGES,
    MARK,
    TEXTS,
    WITHOUT_BROWSER,
    Part,
    Place,
    drawing,
    first_settings,
    first_transform,
    kind_of,
    name_of,
    place_of,
)

CANVASES = [(1920, 1080), (1280, 720), (1080, 1920), (720, 1280), (3840, 2160), (1080, 1080)]
LINUX = drawing(["color_source_v3", "text_ft2_source_v2"], "debian")
WINDOWS = drawing(["color_source_v3", "text_gdiplus_v3", "text_ft2_source_v2", "browser_source"], "windows")


def inside(inner: Place, outer: Place) -> bool:
    return (
        outer.x <= inner.x
        and outer.y <= inner.y
        and inner.x + inner.width <= outer.x + outer.width + 0.01
        and inner.y + inner.height <= outer.y + outer.height + 0.01
    )


def apart(one: Place, other: Place) -> bool:
    return (
        one.x + one.width <= other.x
        or other.x + other.width <= one.x
        or one.y + one.height <= other.y
        or other.y + other.height <= one.y
    )


@pytest.mark.parametrize("canvas", CANVASES)
def test_every_text_stands_on_its_background_and_none_on_another(canvas: tuple[int, int]) -> None:
    places = {part: place_of(part, *canvas) for part in WITHOUT_BROWSER}
    whole = Place(0, 0, *canvas)
    for part in TEXTS:
        assert inside(places[part], places[Part.BUBBLE if part is Part.QUESTION else Part.CARD]), part
        assert places[part].size >= 18 * min(canvas) / 1080, part
        assert all(apart(places[part], places[other]) for other in TEXTS if other is not part), part
    assert all(inside(places[box], whole) for box in BOXES)
    assert apart(places[Part.CARD], places[Part.BUBBLE])


@pytest.mark.parametrize("canvas", CANVASES)
def test_picture_and_qr_code_are_squares_beside_the_card(canvas: tuple[int, int]) -> None:
    places = {part: place_of(part, *canvas) for part in (*IMAGES, Part.CARD, Part.BUBBLE)}
    for part in IMAGES:
        assert inside(places[part], Place(0, 0, *canvas)), part
        assert places[part].width == places[part].height >= 0.09 * min(canvas), part
        assert all(apart(places[part], places[other]) for other in places if other is not part), part


def test_on_an_upright_canvas_the_lowest_quarter_is_left_to_the_app() -> None:
    card = place_of(Part.CARD, 1080, 1920)
    assert card.y + card.height <= 0.75 * 1920


def test_every_source_carries_the_mark_and_starts_with_nothing_to_say() -> None:
    for drawn in (LINUX, WINDOWS):
        for part in Part:
            settings = first_settings(part, drawn, place_of(part, 1920, 1080), "http://127.0.0.1:1/t/")
            assert settings[MARK] == part.value
            assert settings.get("text", "") == ""
    assert len({name_of(part) for part in Part}) == len(Part)


def test_text_is_drawn_by_what_the_system_has() -> None:
    place = place_of(Part.STRUCK, 1920, 1080)
    assert kind_of(Part.PRICE, WINDOWS) == "text_gdiplus_v3"
    assert first_settings(Part.STRUCK, WINDOWS, place, "")["font"]["flags"] & 8, "struck by its font"
    assert kind_of(Part.PRICE, LINUX) == "text_ft2_source_v2"
    assert kind_of(Part.CARD, LINUX) == "color_source_v3"
    assert drawing(["image_source"]).text == ""


def test_the_overlay_page_fills_the_canvas() -> None:
    place = place_of(Part.OVERLAY, 1080, 1920)
    settings = first_settings(Part.OVERLAY, WINDOWS, place, "http://127.0.0.1:1/t/")
    assert (settings["width"], settings["height"], settings["url"]) == (1080, 1920, "http://127.0.0.1:1/t/")
    assert kind_of(Part.OVERLAY, WINDOWS) == "browser_source"


def test_a_text_that_is_too_long_is_drawn_smaller_and_not_larger() -> None:
    where = first_transform(Part.TITLE, place_of(Part.TITLE, 1920, 1080))
    assert where["boundsType"] == "OBS_BOUNDS_MAX_ONLY"
    assert "boundsType" not in first_transform(Part.CARD, place_of(Part.CARD, 1920, 1080))
