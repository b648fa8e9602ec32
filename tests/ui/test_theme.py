"""The theme: readable in both sets of tokens, switched while the studio runs."""

import re
from itertools import pairwise

import pytest
from PySide6.QtCore import QResource
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QLabel, QPushButton

from studio.ui.palette import DARK, LIGHT, Tokens, contrast, mix
from studio.ui.stylesheet import stylesheet
from studio.ui.theme import TEXT_XL, Theme, fusion_palette
from studio.ui.widgets.labels import Pill, PlainLabel

BOTH = pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
COLOUR = re.compile(
    r"(?<![-\w])(color|background|selection-color|selection-background-color|placeholder-text-color): (#[0-9a-f]{6})"
)


def rules(tokens: Tokens) -> list[tuple[str, dict[str, str]]]:
    return [
        (selector.strip(), dict(COLOUR.findall(body))) for selector, body in RULE.findall(stylesheet(tokens))
    ]


def text_on_grounds(tokens: Tokens) -> list[tuple[str, str, str]]:
    """Every (selector, text colour, ground) the stylesheet can put on the screen."""
    everywhere = [tokens.background, tokens.surface, tokens.raised]
    variants = {
        "primary": tokens.accent,
        "promo": tokens.promo,
        "danger-hold": tokens.on_air_tint,
        "warning-hold": tokens.warning_tint,
        "chip": tokens.accent,
    }
    found: list[tuple[str, str, str]] = []
    for selector, colours in rules(tokens):
        if ":disabled" in selector:
            continue  # WCAG 2.2 exempts what cannot be used; it still has to be seen, see below
        text = colours.get("color") or colours.get("placeholder-text-color")
        if "selection-color" in colours:
            found.append(
                (f"{selector} selection", colours["selection-color"], colours["selection-background-color"])
            )
        variant = re.search(r'variant="([\w-]+)"', selector)
        if text is None and "background" in colours and re.search(r"Button.*:(hover|pressed)", selector):
            text = {"primary": tokens.on_accent, "chip": tokens.on_accent, "promo": tokens.on_promo}.get(
                variant[1] if variant else "", tokens.text
            )
        if text is None:
            continue
        if "background" in colours:
            grounds = [colours["background"]]
        elif variant and variant[1] in variants:
            grounds = [variants[variant[1]]]
        elif 'role="pill"' in selector:
            grounds = [tokens.neutral_tint]
        else:
            grounds = [*everywhere, tokens.hover] if "QPushButton" in selector else everywhere
        found.extend((selector, text, ground) for ground in grounds)
    return found


@BOTH
def test_every_text_of_the_stylesheet_can_be_read_on_its_ground(tokens: Tokens) -> None:
    pairs = text_on_grounds(tokens)
    assert len(pairs) > 60
    unreadable = [(where, text, ground) for where, text, ground in pairs if contrast(text, ground) < 4.5]
    assert not unreadable


@BOTH
def test_every_text_painted_by_hand_can_be_read_on_its_ground(tokens: Tokens) -> None:
    pairs = [(tokens.text, ground) for ground in (tokens.hover, tokens.accent_tint, tokens.surface)]
    pairs += [(tokens.muted, ground) for ground in (tokens.accent_tint, tokens.hover, tokens.surface)]
    pairs += [(tokens.accent_text, tokens.accent_tint), (tokens.accent_text, tokens.hover)]
    # The sentence of a warning stands in plain text on the tint, its sign in the tone.
    pairs += [(tokens.text, tokens.warning_tint), (tokens.warning_text, tokens.warning_tint)]
    # A held button fills from the left with the colour of being on air.
    pairs += [
        (tokens.on_air_text, mix(tokens.on_air_tint, tokens.on_air, 40 / 255 * share)) for share in (0.5, 0.8)
    ]
    assert not [pair for pair in pairs if contrast(*pair) < 4.5]


@BOTH
def test_what_is_off_and_the_focus_ring_can_still_be_seen(tokens: Tokens) -> None:
    for ground in (tokens.background, tokens.surface, tokens.raised):
        assert contrast(tokens.disabled, ground) >= 3
        assert contrast(tokens.accent, ground) >= 3  # WCAG 2.2, 2.4.13: focus appearance
    for filled in (tokens.accent, tokens.promo):
        assert contrast(tokens.text, filled) >= 1.9  # their ring is in the text colour, 2 px wide
    for bar in (tokens.warning, tokens.promo, tokens.next, tokens.accent):
        assert contrast(bar, tokens.surface) >= 3  # WCAG 2.2, 1.4.11: non-text contrast


@BOTH
def test_red_is_kept_for_on_air(tokens: Tokens) -> None:
    def is_red(colour: str) -> bool:
        red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        return red > 140 and red > 1.8 * green and red > 1.8 * blue

    red = {name for name, colour in tokens.colours().items() if is_red(colour)}
    assert red == {"on_air", "on_air_text"} or red == {"on_air"}
    for selector, colours in rules(tokens):
        if any(colour in {tokens.on_air, tokens.on_air_text} for colour in colours.values()):
            assert "onair" in selector or "danger-hold" in selector


def test_the_dark_tokens_are_the_ones_of_the_design() -> None:
    wanted = {
        "background": "#0e1116", "surface": "#161b22", "raised": "#1d232c", "line": "#2a323d", "text": "#e9edf2",
        "muted": "#9aa6b2", "on_air": "#ff4d4d", "next": "#2fbf71", "accent": "#6ea8fe", "warning": "#ffb224",
        "promo": "#c084fc",
    }  # fmt: skip
    assert {name: DARK.colours()[name] for name in wanted} == wanted


@BOTH
@pytest.mark.parametrize("scale", [0.8, 1.0, 1.5, 2.0])
def test_the_stylesheet_leaves_nothing_unfilled_and_scales(tokens: Tokens, scale: float) -> None:
    text = stylesheet(tokens, scale)
    assert "$" not in text
    sizes = [int(size) for size in re.findall(r"font-size: (\d+)px", text)]
    assert round(28 * scale) in sizes
    assert round(13 * scale) in sizes
    # A radius above half the height would be dropped, and the pill would be square.
    height = int(re.search(r"min-height: (\d+)px; max-height: \1px; color", text)[1])  # type: ignore[index]
    radius = int(re.search(r'role="pill"\][^}]*border-radius: (\d+)px', text)[1])  # type: ignore[index]
    assert radius * 2 <= height + 2 * max(1, round(scale))


@BOTH
def test_every_mark_the_stylesheet_names_is_there(theme: Theme, tokens: Tokens) -> None:
    names = set(re.findall(r"url\((:/studio/[\w-]+\.png)\)", stylesheet(tokens)))
    assert len(names) >= 3
    assert all(QResource(name).isValid() for name in names)


def test_switching_the_theme_repaints_the_open_windows(qtbot, qapp, theme: Theme) -> None:
    label, pill = PlainLabel("1,284"), Pill("LIVE", "promo")
    for widget in (label, pill):
        qtbot.addWidget(widget)
        widget.show()
    dark = label.grab().toImage(), pill.grab().toImage()
    with qtbot.waitSignal(theme.changed):
        theme.toggle(qapp)
    assert theme.tokens is LIGHT
    assert label.palette().color(QPalette.ColorRole.WindowText).name() == LIGHT.text
    assert pill.grab().toImage() != dark[1]
    theme.toggle(qapp)
    assert (label.grab().toImage(), pill.grab().toImage()) == dark


def test_figures_are_tabular_in_every_label(qtbot, theme: Theme) -> None:
    for size in ("s", "m", "l", "xl"):
        label = PlainLabel("11:11", size=size)
        qtbot.addWidget(label)
        label.show()
        assert QFont.Tag("tnum") in label.font().featureTags()
        metrics = label.fontMetrics()
        assert len({metrics.horizontalAdvance(digit * 4) for digit in "0123456789"}) == 1


def test_the_text_sizes_are_those_of_the_design(qtbot, theme: Theme) -> None:
    labels = [PlainLabel("x", size=size) for size in ("caption", "s", "m", "l", "xl")]
    for label in labels:
        qtbot.addWidget(label)
        label.show()
    assert [label.font().pixelSize() for label in labels] == [11, 13, 15, 20, TEXT_XL]
    assert all(a.sizeHint().height() <= b.sizeHint().height() for a, b in pairwise(labels))


def test_a_larger_scale_makes_text_and_buttons_larger(qtbot, qapp, theme: Theme) -> None:
    button, label = QPushButton("Undo"), PlainLabel("13")
    for widget in (button, label):
        qtbot.addWidget(widget)
        widget.show()
    before = button.sizeHint()
    theme.apply(qapp, DARK, 1.5)
    assert label.font().pixelSize() == 20
    assert button.sizeHint().height() > before.height()
    assert button.sizeHint().width() > before.width()


def test_a_scale_nobody_can_use_is_kept_within_bounds(qapp, theme: Theme) -> None:
    theme.apply(qapp, DARK, 30)
    assert theme.scale == 2.0
    theme.apply(qapp, DARK, 0)
    assert theme.scale == 0.8


@BOTH
def test_the_native_parts_follow_the_tokens(tokens: Tokens) -> None:
    palette = fusion_palette(tokens)
    assert palette.color(QPalette.ColorRole.Window).name() == tokens.background
    disabled = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
    assert disabled.name() == tokens.disabled


def test_a_focused_button_shows_a_ring_and_does_not_move(qtbot, theme: Theme, window) -> None:
    one, two = QPushButton("One", window), QPushButton("Two", window)
    one.move(10, 10)
    two.move(10, 60)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    one.setFocus()
    ring = two.grab().toImage(), two.sizeHint()
    two.setFocus()
    assert two.grab().toImage() != ring[0]
    assert two.sizeHint() == ring[1]


def test_contrast_is_counted_as_wcag_counts_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ffffff", "#777777") == contrast("#777777", "#ffffff")


def test_plain_qlabels_of_qt_are_dressed_too(qtbot, theme: Theme) -> None:
    label = QLabel("x")
    qtbot.addWidget(label)
    label.show()
    assert label.palette().color(QPalette.ColorRole.WindowText).name() == DARK.text
