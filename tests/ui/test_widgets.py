"""Labels, cards, clocks, pictures: what a person sees of foreign text, prices, stock and time."""

import struct
import sys
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QBuffer, QIODevice, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout

from studio.ui.theme import Theme
from studio.ui.widgets.cards import Card, EmptyState, Stat, StockBar, SuggestLine
from studio.ui.widgets.clock import Countdown, age_text, clock_text, remaining_text
from studio.ui.widgets.inputs import NumberField
from studio.ui.widgets.labels import BulletLabel, ElidedLabel, PlainLabel, SectionHeader, tooltip_text
from studio.ui.widgets.product_card import CardItem, CardStock, ProductCard
from studio.ui.widgets.promo_card import PromoCard, PromoFace
from studio.ui.widgets.text import clean_text, isolate, without_isolates
from studio.ui.widgets.thumbnail import Thumbnail, decode_image, placeholder_colour
from tests.ui.conftest import HandClock

MARKUP = '<img src="http://tracker/x.png"><b>bold</b>'


def test_five_thousand_texts_do_not_wear_none_out(qtbot, theme: Theme) -> None:
    label = PlainLabel()
    qtbot.addWidget(label)
    before = sys.getrefcount(None)
    for number in range(5_000):
        label.setText(str(number))
        label.resize(100 + number % 7, 20)
    assert sys.getrefcount(None) > before - 500


def test_markup_of_a_viewer_is_shown_as_it_was_typed(qtbot, theme: Theme) -> None:
    header = SectionHeader("x", MARKUP)
    labels = (PlainLabel(MARKUP), ElidedLabel(MARKUP), BulletLabel(MARKUP))
    for widget in (header, *labels):
        qtbot.addWidget(widget)
    for label in (header.note, *labels):
        label.setTextFormat(Qt.TextFormat.RichText)
        assert label.textFormat() == Qt.TextFormat.PlainText
        assert label.text() == MARKUP
    assert "<img" not in tooltip_text(MARKUP)


def test_a_text_that_does_not_fit_is_cut_and_readable_in_full_as_tooltip(qtbot, theme: Theme) -> None:
    label = ElidedLabel("Wool blanket “Nord”, 140×200, woven in Røros <b>")
    qtbot.addWidget(label)
    label.resize(120, 20)
    label.show()
    assert label.is_cut()
    assert "&lt;b&gt;" in label.toolTip()
    label.resize(900, 20)
    label.repaint()
    assert not label.is_cut()
    assert label.toolTip() == ""


def test_a_title_of_300_characters_keeps_to_its_two_lines(qtbot, theme: Theme) -> None:
    label = ElidedLabel("blanket " * 40, lines=2)
    qtbot.addWidget(label)
    label.resize(200, 100)
    label.show()
    assert label.is_cut()
    assert label.heightForWidth(200) <= 2.6 * label.fontMetrics().lineSpacing()
    label.setText("blanket")
    assert label.heightForWidth(200) < 1.6 * label.fontMetrics().lineSpacing()


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("hello", "hello"),
        ("a\x00b\x1b[31mc\nd\te", "a b [31mc d e"),
        ("pay\u202egnp.exe", "paygnp.exe"),
        ("he\u200bll\u2060o\ufeff", "hello"),
        ("\u2066evil\u2069", "evil"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("نمی\u200cخواهم", "نمی\u200cخواهم"),
        ("a\u200db", "ab"),
        ("\ud800 lone", "\ufffd lone"),
        ("z" + "\u0301" * 50, "z" + "\u0301" * 4),
        ("   ", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_foreign_text_is_cleaned_and_stays_readable(raw: str, shown: str) -> None:
    assert clean_text(raw) == shown


def test_a_word_that_is_wider_than_its_place_goes_on_in_the_next_line(qtbot, theme: Theme) -> None:
    word = "Donaudampfschifffahrtsgesellschaftskapitänsmütze"
    label = ElidedLabel(f"{word} sold out", lines=4)
    qtbot.addWidget(label)
    label.resize(120, label.heightForWidth(120))
    label.show()
    label.grab()
    assert not label.is_cut()
    assert label.heightForWidth(120) > label.heightForWidth(1_000)
    assert label.text() == f"{word} sold out"
    label.set_lines(2)
    label.resize(120, label.heightForWidth(120))
    label.grab()
    assert label.is_cut()
    assert label.toolTip() == tooltip_text(f"{word} sold out")


def test_a_message_of_100_kb_is_cut_with_an_ellipsis(qtbot) -> None:
    for raw in ("x" * 100_000, "\u200b" * 100_000 + "x", "é " * 50_000):
        shown = clean_text(raw)
        assert len(shown) <= 500
        assert shown.endswith("…")


@given(st.text(alphabet=st.characters(), max_size=3000), st.integers(1, 600))
def test_whatever_is_typed_comes_out_on_one_line_of_bounded_length(raw: str, limit: int) -> None:
    shown = clean_text(raw, limit)
    assert len(shown) <= limit
    assert not set(shown) & set("\n\r\x00\u202e\u2066\u2069\u200b\ufeff\u2028")
    shown.encode()  # no lone surrogates
    assert clean_text(shown, limit) == shown or shown.endswith("…")


def test_right_to_left_text_is_kept_to_itself() -> None:
    assert isolate("hello") == "hello"
    assert without_isolates(isolate("שלום")) == "שלום"
    assert isolate("שלום")[0] == "\u2068"


def png(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data().data())


def picture(width: int, height: int, colour: str = "#bb5588") -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    return image


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims to be huge: an image bomb."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = b"IHDR" + head
    data = zlib.compress(b"\0" * 1000)
    chunks = [body, b"IDAT" + data, b"IEND"]
    packed = (struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def test_a_picture_is_decoded_no_larger_than_asked() -> None:
    image = decode_image(png(picture(800, 400)), 132)
    assert image is not None
    assert (image.width(), image.height()) == (132, 66)
    small = decode_image(png(picture(20, 10)), 132)
    assert small is not None
    assert small.width() == 20


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>404</html>",
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>',
        b"%PDF-1.7",
        b"\x00" * 5000,
        b"GIF89a",
        png_header(60_000, 60_000),
        png_header(16_385, 1),
        png_header(0, 10),
        b"\x89PNG\r\n\x1a\n" + b"\0" * 20 * 1024 * 1024,
    ],
    ids=["empty", "html", "svg", "pdf", "zeroes", "cut-gif", "bomb", "too-wide", "no-width", "too-many-bytes"],
)  # fmt: skip
@pytest.mark.qt_log_ignore("libpng", "QImage")
def test_what_is_no_picture_to_trust_is_refused(qapp, data: bytes) -> None:
    assert decode_image(data, 132) is None


@pytest.mark.qt_log_ignore(".")  # the decoders of the formats say much about bytes that are no picture
@given(st.binary(max_size=300))
def test_no_bytes_make_the_decoder_fall_over(data: bytes) -> None:
    assert decode_image(data, 64) is None or data


def test_a_thumbnail_shows_a_gradient_until_its_picture_is_there(qtbot, theme: Theme) -> None:
    thumbnail = Thumbnail(theme, 40, "blanket")
    qtbot.addWidget(thumbnail)
    thumbnail.show()
    empty = thumbnail.grab().toImage()
    assert not thumbnail.has_image
    thumbnail.set_image(picture(400, 300, "#00ff00"))
    shown = thumbnail.grab().toImage()
    assert shown.pixelColor(20, 20).name() == "#00ff00"
    assert shown.pixelColor(0, 0).name() != "#00ff00"  # round corners
    thumbnail.set_image(None)
    assert thumbnail.grab().toImage() == empty
    assert placeholder_colour("a") == placeholder_colour("a") != placeholder_colour("b")


@pytest.mark.parametrize(
    ("left", "shown"),
    [
        (408_000, "06:48"), (407_001, "06:48"), (1, "00:01"), (0, ""), (-5_000, ""), (3_600_000, "1:00:00"),
        (86_399_000, "23:59:59"), (169_920_000, "47 h 12 min"),
    ],
)  # fmt: skip
def test_time_left_is_rounded_up_and_never_below_nothing(qapp, left: int, shown: str) -> None:
    assert remaining_text(left) == shown


def test_spans_and_ages_read_as_people_say_them(qapp) -> None:
    assert [clock_text(ms) for ms in (192_000, 3_725_000, 0, -80_000)] == ["3:12", "1:02:05", "0:00", "-1:20"]
    assert [age_text(ms) for ms in (400, 1_000, 89_000, 200_000, 7_300_000)] == [
        "now", "1 s ago", "89 s ago", "3 min ago", "2 h ago",
    ]  # fmt: skip


def test_a_countdown_never_shows_time_after_its_end(qtbot, theme: Theme, clock: HandClock) -> None:
    countdown = Countdown(clock, pattern="LIVE {time}")
    qtbot.addWidget(countdown)
    assert clock.now is not None
    countdown.count_to(clock.now + 2_000)
    countdown.show()
    assert countdown.text() == "LIVE 00:02"
    clock.turn(1_999)
    countdown.tick()
    assert countdown.text() == "LIVE 00:01"
    clock.turn(1)
    with qtbot.waitSignal(countdown.ended):
        countdown.tick()
    assert countdown.text() == "ended"
    clock.turn(-60_000)  # clocks that are set back raise no code from the dead
    countdown.tick()
    assert countdown.text() == "ended"


def test_a_countdown_painted_after_sleep_shows_the_end_at_once(qtbot, theme: Theme, clock: HandClock) -> None:
    countdown = Countdown(clock)
    qtbot.addWidget(countdown)
    assert clock.now is not None
    countdown.count_to(clock.now + 60_000)
    countdown.show()
    clock.turn(8 * 3_600_000)
    countdown.grab()
    assert countdown.text() == "ended"


def test_a_countdown_runs_by_itself_and_says_when_the_last_minute_begins(
    qtbot, theme: Theme, clock: HandClock
) -> None:
    countdown = Countdown(clock)
    qtbot.addWidget(countdown)
    assert clock.now is not None
    countdown.count_to(clock.now + 61_000)
    countdown.show()
    clock.turn(1_000)
    with qtbot.waitSignal(countdown.expiring):
        pass
    assert countdown.text() == "01:00"


def test_a_countdown_shows_no_time_while_the_clock_is_unknown(qtbot, theme: Theme, clock: HandClock) -> None:
    countdown = Countdown(clock)
    qtbot.addWidget(countdown)
    assert clock.now is not None
    countdown.count_to(clock.now + 61_000)
    clock.now = None
    countdown.tick()
    assert not any(char.isdigit() for char in countdown.text())


def test_a_stat_is_read_out_as_one_sentence(qtbot, theme: Theme) -> None:
    stat = Stat(size="m")
    qtbot.addWidget(stat)
    stat.show_value("1,284", "viewers", "warning")
    stat.show_note("95 % of 2,000")
    assert stat.accessibleName() == "1,284 viewers 95 % of 2,000"


def test_a_stock_bar_survives_any_figures(qtbot, theme: Theme) -> None:
    bar = StockBar(theme)
    qtbot.addWidget(bar)
    bar.resize(100, 5)
    full = bar.grab().toImage()
    for left, of in ((17, 100), (0, 0), (-3, 10), (20, 10)):
        bar.show_level(left, of, "warning")
        bar.grab()
    bar.show_level(50, 100, "warning")
    assert bar.grab().toImage() != full


BLANKET = CardItem(
    "p1", "Wool blanket “Nord”", "€71.20", "€89.00", "NORD20 −20 %", "30-day low €84.00",
    tuple(f"point {n}" for n in range(8)), 1_795_000_000_000 - 192_000, 360_000,
)  # fmt: skip


@pytest.fixture
def card(qtbot, theme: Theme, clock: HandClock) -> ProductCard:
    shown = ProductCard(theme, clock, "{:,}".format)
    qtbot.addWidget(shown)
    shown.resize(800, 320)
    shown.show()
    return shown


def test_nothing_on_air_says_so(card: ProductCard) -> None:
    assert card.empty.isVisible()
    assert not card.title.isVisible()


def test_the_card_shows_price_struck_price_and_how_long_it_is_pinned(
    card: ProductCard, clock: HandClock
) -> None:
    card.show_item(BLANKET)
    assert not card.empty.isVisible()
    assert (card.price.text(), card.struck.text(), card.promo.text()) == ("€71.20", "€89.00", "NORD20 −20 %")
    assert card.struck.font().strikeOut()
    assert card.pinned.text() == "● PINNED 3:12"
    assert card.plan.text() == "of 6:00 planned · 30-day low €84.00"
    clock.turn(200_000)
    card.tick()
    assert card.pinned.text() == "● PINNED 6:32"
    assert card.plan.property("tone") == "warning"
    assert [label.text() for label in card.points if label.isVisible()] == [f"point {n}" for n in range(6)]
    assert card.more_points.text() == "and 2 more"


def test_an_item_without_discount_has_no_struck_price(card: ProductCard) -> None:
    card.show_item(CardItem("p2", "Oak board", "€42.00"))
    assert card.price.isVisible()
    assert not card.struck.isVisible()
    assert not card.promo.isVisible()


def test_stock_is_shown_with_its_age_and_marked_when_old(card: ProductCard, clock: HandClock) -> None:
    card.show_item(BLANKET)
    assert card.stock.left.text() == "–"
    assert card.stock.age.text() == "not read yet"
    card.show_stock(
        CardStock(1_017, 1_100, clock.now, False, (("Oslo", 9), ("Berlin", 1_008)), 4.2, "4 a minute")
    )
    assert card.stock.left.text() == "1,017"
    assert card.stock.places.text() == "Oslo 9 · Berlin 1,008"
    assert card.stock.forecast.text() == "Sold out in about 4 min"
    assert "4 a minute" in card.stock.forecast.toolTip()
    assert card.stock.age.property("tone") == "muted"
    clock.turn(20_000)
    card.tick()
    assert card.stock.age.text() == "20 s ago"
    assert card.stock.age.property("tone") == "warning"
    clock.now = None
    card.tick()
    assert card.stock.age.text() == "age unknown"


@pytest.mark.parametrize("left", [0, -4])
def test_sold_out_is_said_in_words_and_has_no_forecast(
    card: ProductCard, clock: HandClock, left: int
) -> None:
    card.show_item(BLANKET)
    card.show_stock(CardStock(left, 100, clock.now, True, minutes_left=0.0))
    assert card.stock.left.text() == "Sold out"
    assert card.stock.left.property("tone") == "warning"
    assert card.stock.forecast.text() == ""


def test_the_stock_of_one_product_is_never_shown_for_the_next(card: ProductCard, clock: HandClock) -> None:
    card.show_item(BLANKET)
    card.show_stock(CardStock(17, 100, clock.now))
    card.show_image(picture(10, 10))
    card.show_item(CardItem("p2", "Oak board", "€42.00"))
    assert card.stock.left.text() == "–"
    assert not card.thumbnail.has_image


def test_in_a_narrow_place_the_stock_stands_under_the_text_and_nothing_is_lost(
    qapp, window, card: ProductCard
) -> None:
    card.setParent(window)
    window.show()
    card.show_item(BLANKET)
    card.show()
    for width in (380, 540, 760, 1000):
        card.resize(width, 600)
        qapp.processEvents()
        assert card.width() == width
        places = {one: one.mapTo(card, QPoint()) for one in (card.title, card.stock, card.plan, card.promo)}
        assert (places[card.stock].x() > places[card.title].x()) == (width >= 540)
        assert max(place.x() + one.width() for one, place in places.items()) < width
        lawful = card.plan if width >= 760 else card.low
        assert lawful.isVisible()
        assert "30-day low €84.00" in lawful.text()
        assert lawful.sizeHint().width() <= lawful.width() + 2
    assert card.thumbnail.sizeHint().width() == 132


def test_a_talk_has_no_price_and_no_stock(card: ProductCard) -> None:
    card.show_item(CardItem("t1", "Questions & answers", pinned_at_ms=1_795_000_000_000 - 60_000))
    assert card.pinned.text() == "● ON AIR 1:00"
    assert card.title.text() == "Questions & answers"
    assert not card.stock.isVisible()
    assert not card.price.isVisible()


def test_a_price_change_at_the_shop_is_a_sentence_on_the_card_until_it_is_over(card: ProductCard) -> None:
    card.show_item(BLANKET)
    card.show_warnings(("The shop changed the price to €75.00.", "The shop withdrew it."))
    banners = [card.warnings.itemAt(n).widget() for n in range(card.warnings.count())]
    assert [banner.sentence.text() for banner in banners] == [
        "The shop changed the price to €75.00.", "The shop withdrew it.",
    ]  # fmt: skip
    card.show_warnings(())
    assert card.warnings.count() == 0


def test_a_title_of_markup_and_300_characters_does_not_break_the_card(card: ProductCard) -> None:
    card.show_item(CardItem("p3", MARKUP + "x" * 300, "€1.00", points=(MARKUP,)))
    assert card.title.text().startswith("<img")
    assert card.title.is_cut()
    assert card.width() == 800


@pytest.fixture
def promo(qtbot, theme: Theme, clock: HandClock) -> PromoCard:
    shown = PromoCard(theme, clock)
    qtbot.addWidget(shown)
    shown.show()
    return shown


def test_a_live_code_counts_down_and_shows_how_often_it_was_used(promo: PromoCard, clock: HandClock) -> None:
    assert clock.now is not None
    promo.show_promo(PromoFace("NORD20", "live", "−20 %", clock.now + 408_000, 23, 50))
    assert promo.status.text() == "LIVE 06:48"
    assert promo.used.text() == "23 / 50 used"
    assert promo.extend.isVisible()
    assert promo.bar.isVisible()
    clock.turn(360_000)
    promo.tick()
    assert promo.status.text() == "⚠ ENDS 00:48"


def test_a_code_that_ended_is_never_shown_as_live(promo: PromoCard, clock: HandClock) -> None:
    assert clock.now is not None
    promo.show_promo(PromoFace("NORD20", "live", "−20 %", clock.now + 1_000))
    clock.turn(1_000)
    promo.tick()
    assert promo.status.text() == "ended"
    assert not promo.extend.isVisible()
    assert not promo.end.isVisible()


def test_while_the_clock_is_unknown_no_code_is_shown_as_live(promo: PromoCard, clock: HandClock) -> None:
    assert clock.now is not None
    promo.show_promo(PromoFace("NORD20", "live", "−20 %", clock.now + 400_000))
    clock.now = None
    promo.tick()
    assert "LIVE" not in promo.status.text()
    assert not promo.extend.isVisible()


@pytest.mark.parametrize(
    ("face", "words"),
    [
        (PromoFace("TEA", "planned", "x"), "planned"),
        (PromoFace("TEA", "armed", "x", note="armed for Teapot"), "armed for Teapot"),
        (PromoFace("TEA", "issuing", "x"), "sending…"),
        (PromoFace("TEA", "refused", "The shop has this code."), "⚠ refused"),
        (PromoFace("TEA", "ended", "x"), "ended"),
        (PromoFace("TEA", "live", "x"), "LIVE"),
    ],
)  # fmt: skip
def test_every_state_of_a_code_is_said_in_words(promo: PromoCard, face: PromoFace, words: str) -> None:
    promo.show_promo(face)
    assert promo.status.text() == words
    assert promo.end.isVisible() == (face.status == "live")


def test_a_code_card_shows_everything_in_240_pixels(promo: PromoCard, clock: HandClock) -> None:
    assert clock.now is not None
    promo.show_promo(PromoFace("NORD20-XMAS", "live", "−20 % · blanket", clock.now + 408_000, 23, 50))
    promo.setFixedWidth(240)
    promo.repaint()
    for widget in (promo.code, promo.status, promo.used, promo.extend, promo.end):
        assert widget.width() >= widget.sizeHint().width()
        assert widget.geometry().right() < 240
    live = promo.height()
    promo.show_promo(PromoFace("TEAFREE", "armed", "free shipping"))
    assert promo.sizeHint().height() == live


def test_the_buttons_of_a_code_name_the_code(qtbot, promo: PromoCard) -> None:
    promo.show_promo(PromoFace("NORD20", "live", "−20 %"))
    assert promo.end.accessibleName() == "End NORD20 early"
    with qtbot.waitSignal(promo.extend_asked) as asked:
        qtbot.mouseClick(promo.extend, Qt.MouseButton.LeftButton)
    assert asked.args == ["NORD20"]
    with qtbot.waitSignal(promo.end_asked):
        qtbot.mouseClick(promo.end, Qt.MouseButton.LeftButton)


def test_an_empty_panel_says_why_and_offers_what_to_do(qtbot, theme: Theme) -> None:
    state = EmptyState(theme, "offline", "The shop does not answer.", "Try now")
    qtbot.addWidget(state)
    state.show()
    with qtbot.waitSignal(state.acted):
        qtbot.mouseClick(state.button, Qt.MouseButton.LeftButton)
    state.say("No questions yet.", "question")
    assert not state.button.isVisible()


def test_a_suggested_answer_is_taken_by_click_or_return(qtbot, theme: Theme) -> None:
    card = Card()
    line = SuggestLine()
    card.body.addWidget(line)
    qtbot.addWidget(card)
    card.resize(300, 60)
    card.show()
    assert not line.isVisible()
    line.suggest("Yes, at 30°.")
    assert line.isVisible()
    with qtbot.waitSignal(line.taken) as taken:
        qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
    assert taken.args == ["Yes, at 30°."]
    with qtbot.waitSignal(line.taken):
        qtbot.keyClick(line, Qt.Key.Key_Return)


def test_scrolling_past_a_number_does_not_change_it(qtbot, window) -> None:
    number = NumberField(1, 99, " %")
    number.setValue(20)
    QVBoxLayout(window).addWidget(number)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    spot = QPointF(number.rect().center())
    wheel = QWheelEvent(
        spot, number.mapToGlobal(spot), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    window.setFocus()
    QApplication.sendEvent(number, wheel)
    assert number.value() == 20
    number.setFocus()
    QApplication.sendEvent(number, wheel)
    assert number.value() == 21
