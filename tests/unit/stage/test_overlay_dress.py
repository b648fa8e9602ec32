"""How a brand dresses the overlay page."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.stage.overlay_dress import OverlayDress, dress_css, logo_of
from tests.unit.stage.overlay_rig import png


def test_colour_font_and_logo_are_variables() -> None:
    css = dress_css(OverlayDress("#0A7D55", "Brandon Grotesque, sans-serif", png(2, 2, (1, 2, 3))))
    assert "--brand: #0a7d55;" in css
    assert '--font: "Brandon Grotesque", sans-serif;' in css
    assert '--logo: url("logo");' in css


def test_what_was_not_chosen_is_the_pages_own() -> None:
    css = dress_css(OverlayDress())
    assert "--brand: #c084fc;" in css
    assert "--font" not in css
    assert "--logo" not in css


@pytest.mark.parametrize(
    ("brand", "text"),
    [("#ffffff", "#10131a"), ("#000000", "#ffffff"), ("#c084fc", "#10131a"), ("#1d4ed8", "#ffffff")],
)
def test_text_on_the_brands_colour_can_be_read(brand: str, text: str) -> None:
    assert f"--on-brand: {text};" in dress_css(OverlayDress(brand))


@given(brand=st.text(max_size=20), font=st.text(max_size=60))
def test_no_setting_gets_out_of_its_variable(brand: str, font: str) -> None:
    css = dress_css(OverlayDress(brand, font))
    lines = css.splitlines()
    assert (lines[0], lines[-1]) == (":root {", "}")
    for line in lines[1:-1]:
        assert re.fullmatch(
            r'  --(brand: #[0-9a-f]{6}|on-brand: #[0-9a-f]{6}|font: ("[\w .+-]+"|[a-z-]+)(, ("[\w .+-]+"|[a-z-]+))*);',
            line,
            re.IGNORECASE,
        ), line


@pytest.mark.parametrize("body", [None, b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b"GIF"])
def test_what_is_no_picture_is_no_logo(body: bytes | None) -> None:
    assert logo_of(OverlayDress(logo=body)) is None
