"""The prompter as a presenter sees it from three metres."""

import msgspec
import pytest
from PySide6.QtCore import QCoreApplication, QEventLoop, QPoint, QRect, Qt
from PySide6.QtGui import QContextMenuEvent, QFontMetricsF
from PySide6.QtWidgets import QApplication, QMenu

from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.lineup import LineUp
from studio.domain.product import StockLevel, Variant
from studio.domain.promo import PromoKind, PromoPlan, PromoScope
from studio.ui.palette import LIGHT
from studio.ui.prompter.screens import Monitor, Screens
from studio.ui.prompter.window import PrompterWindow
from studio.ui.studio import ChangeBatch, Link
from studio.ui.texts import Texts
from tests.fakes.fake_studio import MINUTE, T0, a_lineup
from tests.fakes.played_show import PlayedStudio

LEFT = Monitor("HDMI-1", "HDMI-1 · 1920 × 1080", QRect(-800, 0, 800, 600))
MAIN = Monitor("eDP-1", "eDP-1 · 1920 × 1080", QRect(0, 0, 800, 600), main=True)


class HandScreens(Screens):
    """Monitors that a test plugs in and out."""

    def __init__(self, app: QApplication, *monitors: Monitor, chosen: str | None = None) -> None:
        super().__init__(app, lambda: self.chosen, self.keep)
        self.plugged = list(monitors)
        self.chosen = chosen

    def keep(self, name: str) -> None:
        self.chosen = name

    def monitors(self) -> list[Monitor]:
        return sorted(self.plugged, key=lambda m: not m.main)

    def plug(self, *monitors: Monitor) -> None:
        self.plugged = list(monitors)
        self.changed.emit()


@pytest.fixture
def studio(qapp) -> PlayedStudio:
    return PlayedStudio()


@pytest.fixture
def screens(qapp) -> HandScreens:
    return HandScreens(qapp, MAIN)


@pytest.fixture
def open_prompter(qtbot, theme, actions, studio, screens):
    def make(**options) -> PrompterWindow:
        window = PrompterWindow(
            studio.listen(), actions, theme, Texts("en", "UTC"), studio.clock.now_ms, screens, **options
        )
        qtbot.addWidget(window, before_close_func=lambda w: w.hide())
        window.resize(1440, 900)
        window.present()
        with qtbot.waitActive(window):
            window.activateWindow()
        return window

    return make


def on_item_four(studio: PlayedStudio, minutes: float = 0) -> None:
    """The blanket is on air with NORD20 live for ten minutes, 17 are left."""
    studio.listen()
    studio.give(cmd.StartShow())
    studio.give(cmd.PinItem("i4"))
    studio.give(cmd.IssuePlannedPromo("promo-4", "i4"))
    studio.confirm_promos()
    studio.clock.passes(round(minutes * MINUTE))


def issue(studio: PlayedStudio, code: str, percent: int, minutes: int) -> None:
    """A code for the whole shop."""
    plan = PromoPlan(f"plan-{code}", code, PromoKind.PERCENT, percent, scope=PromoScope.ALL, minutes=minutes)
    studio.give(cmd.IssuePromo(f"promo-{code}", plan))


def caught_up(window: PrompterWindow) -> PrompterWindow:
    """The window, once it shows all that was decided."""
    while not window.up_to_date:
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
    return window


def painted(window: PrompterWindow) -> set[str]:
    """Every text that is on the glass."""
    caught_up(window)
    window.grab()
    face = window.face
    found = {
        run.text
        for strip in (face.time, face.mark, face.stats, face.offer)
        if strip.isVisible()
        for run in strip.runs
    }
    for part in (
        face.title,
        face.line,
        face.stock.left,
        face.stock.forecast,
        face.stock.note,
        face.question.body,
        face.next.body,
    ):
        if part.isVisible():
            found.add(part.text)
    if face.points.isVisible():
        found |= {text for _, text in face.points.rows()[1]}
    return found - {""}  # fmt: skip


# --- what stands there ----------------------------------------------------------------------------------------


def test_the_presenter_reads_everything_about_the_item_on_air(studio, open_prompter):
    on_item_four(studio, minutes=2)
    studio.hear_viewers(1284)
    studio.hear_chat("Can it be washed in the machine?")
    question = studio.opened().questions[0]
    studio.give(cmd.PromptQuestion(question.id, question.text, 14))
    window = open_prompter(low_stock=20)
    seen = painted(window)
    assert {"3:00", "left on this item", "1,284", "viewers"} <= seen
    assert {"Wool blanket “Nord”, 140×200", "€71.20", "€84.00", "NORD20 · 8:00"} <= seen
    assert {"17", "Can it be washed in the machine?", "Oak serving board", "REHEARSAL"} <= seen
    assert "Woven in Røros, Norwegian wool," in " ".join(seen)
    assert window.face.question.caption.text == "14 people ask"
    assert window.face.next.accessibleName() == "NEXT · 5 min: Oak serving board"
    assert window.face.stock.accessibleName() == "17, left to sell"
    assert window.face.offer.accessibleName() == "€71.20, before €84.00, code NORD20 · 8:00"
    assert "REHEARSAL" in window.windowTitle()


def test_one_who_asks_is_a_person(studio, open_prompter):
    on_item_four(studio)
    studio.give(cmd.PromptQuestion("q", "How heavy is it?", 1))
    assert open_prompter().face.question.caption.text == "1 person asks"


def test_over_time_counts_up_in_amber(studio, open_prompter):
    on_item_four(studio, minutes=5.7)
    view = open_prompter().face.view
    assert (view.time, view.time_words, view.over) == ("+0:42", "over", True)


def test_ahead_and_behind_are_told_apart(studio, open_prompter):
    on_item_four(studio)
    window = open_prompter()
    assert (window.face.view.plan, window.face.view.plan_words, window.face.view.late) == (
        "",
        "on time",
        False,
    )
    studio.give(cmd.NextItem())
    studio.clock.passes(4 * MINUTE)
    window.refresh()
    assert (window.face.view.plan_words, window.face.view.plan) == ("ahead", "−05:00")
    studio.clock.passes(9 * MINUTE)
    window.refresh()
    assert (window.face.view.plan_words, window.face.view.late) == ("behind", True)


def test_a_code_is_gone_at_its_end_even_when_no_timer_ran_before_the_paint(studio, open_prompter):
    on_item_four(studio, minutes=9.9)
    window = open_prompter()
    assert "NORD20 · 0:06" in painted(window)
    window._ticker.stop()
    studio.clock.passes(6_000)
    seen = painted(window)
    assert not [text for text in seen if "NORD20" in text]
    assert "€89.00" in seen
    assert "€71.20" not in seen


def test_a_code_leaves_at_once_when_the_clock_is_not_known(studio, open_prompter):
    on_item_four(studio)
    window = open_prompter()
    assert "NORD20 · 10:00" in painted(window)
    studio.clock.known = False
    seen = painted(window)
    assert not [text for text in seen if "NORD20" in text or text == "€71.20"]
    assert "clock unknown" in seen


def test_a_code_that_the_shop_has_not_confirmed_is_not_shown(studio, open_prompter):
    studio.listen()
    studio.give(cmd.StartShow())
    studio.give(cmd.PinItem("i4"))
    studio.give(cmd.IssuePlannedPromo("promo-4", "i4"))
    window = open_prompter()
    assert "€89.00" in painted(window)
    studio.confirm_promos()
    assert {"€71.20", "NORD20 · 10:00"} <= painted(window)


def test_the_panic_key_hides_price_and_code_until_the_next_item(studio, open_prompter, qtbot, actions):
    on_item_four(studio)
    actions.on("stage.clear", lambda: studio.give(cmd.ClearStage()))
    window = open_prompter()
    qtbot.keyClick(
        window, Qt.Key.Key_X, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    seen = painted(window)
    assert not [text for text in seen if "€" in text or "NORD20" in text]
    assert "Stage cleared: no card until the next item" in seen
    assert "Wool blanket “Nord”, 140×200" in seen
    studio.give(cmd.NextItem())
    assert "€42.00" in painted(window)


def test_after_the_panic_key_a_new_code_is_there_to_be_told_without_the_card_and_an_old_one_is_not(
    studio, open_prompter
):
    on_item_four(studio)
    window = open_prompter()
    issue(studio, "LATE10", 10, 10)
    studio.give(cmd.ClearStage())
    studio.confirm_promos()
    assert not [text for text in painted(window) if "LATE10" in text], "it was issued before"
    issue(studio, "NEW30", 30, 5)
    assert not [text for text in painted(window) if "NEW30" in text], "the shop has not confirmed it"
    studio.confirm_promos()
    seen = painted(window)
    assert "NEW30 · 5:00" in seen
    assert not [text for text in seen if "€" in text], "as on the stage: the card comes with the next item"


def test_the_code_that_takes_most_off_is_read_out(studio, open_prompter):
    on_item_four(studio)
    window = open_prompter()
    issue(studio, "MORE40", 40, 5)
    studio.confirm_promos()
    assert {"€53.40", "MORE40 · 5:00"} <= painted(window)


def test_a_code_for_another_product_is_not_shown(studio, open_prompter):
    on_item_four(studio)
    studio.give(cmd.NextItem())
    seen = painted(open_prompter())
    assert "€42.00" in seen
    assert not [text for text in seen if "NORD20" in text]


def test_stock_and_its_forecast_move_with_the_shop(studio, open_prompter, qtbot):
    on_item_four(studio)
    window = open_prompter()
    for left in (17, 14, 10, 6):
        studio.hear_stock("v4", left)
        studio.clock.passes(20_000)
    window.refresh()
    assert {"6", "gone in less than a minute"} <= painted(window) or {"6", "gone in about 1 min"} <= painted(
        window
    )
    assert window.face.view.stock.worried
    studio.hear_stock("v4", 0)
    qtbot.waitUntil(lambda: "Sold out" in painted(window))


def test_stock_of_a_silent_shop_says_how_old_it_is(studio, open_prompter):
    on_item_four(studio)
    window = open_prompter()
    studio.hear_link("demo", "shop", Link.DOWN)
    assert "⚠ shop silent, as of 19:00" in painted(window)


def test_sizes_that_are_gone_are_named(studio, open_prompter, qtbot):
    product = studio.products["p4"]
    small, large = (
        Variant(f"v4-{size}", f"S{size}", size, product.variants[0].price, options={"Size": size}) for size in "SL"
    )  # fmt: skip
    on_item_four(studio)
    window = open_prompter()
    studio.hear_product(msgspec.structs.replace(product, revision=2, variants=(small, large)))
    levels = (StockLevel("v4-S", "Oslo", 0, 0, 0, 1, T0), StockLevel("v4-L", "Oslo", 9, 0, 0, 1, T0))
    studio.changes.emit(ChangeBatch(stock=levels))
    qtbot.waitUntil(lambda: "sold out: S" in painted(window))


def test_a_product_the_shop_withdrew_is_said_at_once(studio, open_prompter):
    on_item_four(studio)
    window = open_prompter()
    studio.hear_product(msgspec.structs.replace(studio.products["p4"], revision=2, active=False))
    assert "⚠ The shop has withdrawn this product" in painted(window)


def test_a_talk_shows_its_points_and_no_stock(studio, open_prompter):
    studio.listen()
    studio.give(cmd.StartShow())
    talk = msgspec.structs.replace(
        studio.state.items[9], points=("Ask about the autumn", "Thank the sponsors")
    )
    studio.give(cmd.ChangeItem(talk))
    studio.give(cmd.PinItem("i10"))
    window = open_prompter()
    assert {"Q&A block", "Ask about the autumn", "Thank the sponsors"} <= painted(window)
    assert not window.face.stock.isVisible()
    assert not window.face.offer.isVisible()


def test_before_and_after_the_show_there_is_something_to_read(studio, open_prompter):
    window = open_prompter()
    assert {"Autumn Home Live #14", "starts soon", "Linen throw “Fjord”"} <= painted(window)
    studio.give(cmd.StartShow())
    assert "Nothing is on air" in painted(window)
    studio.give(cmd.NextItem())
    studio.clock.passes(3 * MINUTE)
    studio.give(cmd.EndShow())
    seen = painted(window)
    assert {"Thank you", "3:00 on air"} <= seen
    assert "REHEARSAL" in seen


def test_the_start_is_counted_down_to(studio, open_prompter):
    studio.state = msgspec.structs.replace(studio.state, starts_at_ms=T0 + 12 * MINUTE + 5_000)
    assert {"12:05", "until the start", "starts 19:12"} <= painted(open_prompter())


def test_the_last_item_is_followed_by_the_end(studio, open_prompter):
    studio.listen()
    studio.give(cmd.StartShow())
    for item in studio.state.items[:-1]:
        studio.give(cmd.SkipItem(item.id))
    studio.give(cmd.NextItem())
    assert "The end of the show" in painted(open_prompter())


def test_a_real_show_has_no_rehearsal_mark(studio, open_prompter):
    studio.state = msgspec.structs.replace(studio.state, rehearsal=False)
    window = open_prompter()
    assert "REHEARSAL" not in painted(window)
    assert "REHEARSAL" not in window.windowTitle()


def test_texts_of_strangers_stay_texts(studio, open_prompter):
    on_item_four(studio)
    hostile = "<img src=x>\u202eevil\u200b & <b>bold</b>"
    studio.give(
        cmd.ChangeItem(msgspec.structs.replace(studio.state.items[3], title=hostile, points=(hostile,)))
    )
    studio.give(cmd.PromptQuestion("q", hostile, 3))
    seen = painted(open_prompter())
    assert "<img src=x>evil & <b>bold</b>" in seen
    assert not [text for text in seen if "\u202e" in text]


# --- how large ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(1440, 900), (1100, 700), (3840, 2160), (900, 1440), (480, 300)])
@pytest.mark.parametrize("length", [1, 6, 12])
def test_title_and_points_stay_inside_their_places(studio, open_prompter, size, length):
    on_item_four(studio)
    title = "Hand-knitted wool blanket " * length
    points = tuple(f"Point {n}: woven in Røros, washable at 30°" for n in range(length * 2))
    studio.give(cmd.ChangeItem(msgspec.structs.replace(studio.state.items[3], title=title, points=points)))
    studio.give(cmd.PromptQuestion("q", "Can it be washed in the machine? " * length, 3))
    window = open_prompter()
    window.resize(*size)
    face = window.face
    for part in (face.title, face.question.body, face.next.body, face.stock.left):
        found = part.fitted()
        metrics = QFontMetricsF(part.face(found.px, bold=True))
        assert found.height <= part.height() + 1
        assert max(metrics.horizontalAdvance(line) for line in found.lines) <= part.width() + 1
    assert len(face.title.fitted().lines) <= 2
    places = [
        p.geometry() for p in (face.title, face.offer, face.points, face.question, face.next) if p.isVisible()
    ]
    assert not any(a.intersects(b) for n, a in enumerate(places) for b in places[n + 1 :])
    assert all(face.rect().contains(place) for place in places)
    px, lines = face.points.rows()
    high = len(lines) * QFontMetricsF(face.points.face(px)).lineSpacing()
    assert high <= face.points.height() + QFontMetricsF(face.points.face(px)).lineSpacing()


def test_a_short_title_is_larger_than_a_long_one_and_words_are_not_broken(studio, open_prompter):
    on_item_four(studio)
    window = open_prompter()
    large = window.face.title.fitted()
    title = "Wool blanket “Nord” with hand-knotted fringes from Røros in Norway, 140×200"
    studio.give(cmd.ChangeItem(msgspec.structs.replace(studio.state.items[3], title=title)))
    small = caught_up(window).face.title.fitted()
    assert small.px < large.px
    assert " ".join(small.lines) == title


def test_it_is_black_in_the_light_theme_too(studio, open_prompter, theme, qapp):
    on_item_four(studio)
    window = open_prompter()
    theme.apply(qapp, LIGHT)
    picture = window.grab().toImage()
    assert picture.pixelColor(3, 3).name() == "#000000"
    assert picture.pixelColor(picture.width() // 3, picture.height() * 7 // 10).name() == "#000000"


# --- keys and monitors ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "modifier", "action"),
    [
        (Qt.Key.Key_F12, Qt.KeyboardModifier.NoModifier, "item.next"),
        (Qt.Key.Key_PageDown, Qt.KeyboardModifier.NoModifier, "item.next"),
        (Qt.Key.Key_PageUp, Qt.KeyboardModifier.NoModifier, "item.previous"),
        (Qt.Key.Key_F12, Qt.KeyboardModifier.ShiftModifier, "item.previous"),
    ],
)
def test_the_clickers_keys_work_in_the_prompter(open_prompter, qtbot, actions, key, modifier, action):
    window = open_prompter()
    with qtbot.waitSignal(actions[action].acted):
        qtbot.keyClick(window, key, modifier)


def test_keys_of_the_workspace_do_nothing_in_the_prompter(open_prompter, qtbot, actions):
    window = open_prompter()
    with qtbot.assertNotEmitted(actions["unpin"].acted), qtbot.assertNotEmitted(actions["promo.issue"].acted):
        qtbot.keyClick(window, Qt.Key.Key_Escape)
        qtbot.keyClick(window, Qt.Key.Key_F9)


def test_with_one_monitor_it_is_a_window_and_asks_nothing(open_prompter):
    window = open_prompter()
    assert window.full_on == ""
    assert not window.isFullScreen()
    assert not window.choice.isVisible()


def test_with_two_monitors_it_asks_once_and_fills_the_chosen_one(open_prompter, screens, qtbot):
    screens.plugged = [MAIN, LEFT]
    window = open_prompter()
    assert window.choice.isVisible()
    names = [button.accessibleName() for button in window.choice.buttons]
    assert names == [
        "eDP-1 · 1920 × 1080 · here the studio opens", "HDMI-1 · 1920 × 1080 · at the left",
        "As a window, on no monitor of its own",
    ]  # fmt: skip
    qtbot.mouseClick(window.choice.buttons[1], Qt.MouseButton.LeftButton)
    assert (window.full_on, screens.chosen) == ("HDMI-1", "HDMI-1")
    assert window.isFullScreen()
    assert not window.choice.isVisible()
    window.close()
    window.present()
    assert not window.choice.isVisible(), "it was asked once"
    assert window.full_on == "HDMI-1"


def test_it_comes_back_when_its_monitor_is_unplugged_and_returns_with_it(open_prompter, screens):
    screens.plugged, screens.chosen = [MAIN, LEFT], "HDMI-1"
    window = open_prompter()
    assert window.isFullScreen()
    screens.plug(MAIN)
    assert not window.isFullScreen()
    assert window.isVisible()
    assert MAIN.area.contains(window.geometry().center())
    screens.plug(MAIN, LEFT)
    assert window.isFullScreen()
    assert window.full_on == "HDMI-1"


def test_another_monitor_that_comes_or_goes_changes_nothing(open_prompter, screens):
    other = Monitor("DP-2", "DP-2", QRect(800, 0, 800, 600))
    screens.plugged, screens.chosen = [MAIN, LEFT], "HDMI-1"
    window = open_prompter()
    screens.plug(MAIN, LEFT, other)
    assert window.full_on == "HDMI-1"
    screens.plug(MAIN, LEFT)
    assert window.full_on == "HDMI-1"
    assert not window.choice.isVisible()


def test_who_wants_a_window_gets_one_and_is_not_asked_again(open_prompter, screens, qtbot):
    screens.plugged = [MAIN, LEFT]
    window = open_prompter()
    qtbot.mouseClick(window.choice.buttons[-1], Qt.MouseButton.LeftButton)
    assert (screens.chosen, window.isFullScreen()) == ("", False)
    screens.plug(MAIN, LEFT)
    assert not window.choice.isVisible()


def test_a_space_bar_pressed_by_chance_chooses_no_monitor(open_prompter, screens, qtbot):
    screens.plugged = [MAIN, LEFT]
    window = open_prompter()
    window.choose_monitor()
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Space)
    assert screens.chosen is None
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Space)
    assert screens.chosen == "HDMI-1"


def test_escape_puts_the_question_off(open_prompter, screens, qtbot):
    screens.plugged = [MAIN, LEFT]
    window = open_prompter()
    qtbot.keyClick(window.choice.buttons[0], Qt.Key.Key_Escape)
    assert not window.choice.isVisible()
    assert screens.chosen is None


def test_on_air_a_new_monitor_asks_nothing(studio, open_prompter, screens):
    on_item_four(studio)
    window = open_prompter()
    screens.plug(MAIN, LEFT)
    assert not window.choice.isVisible()


def test_the_question_goes_when_only_one_monitor_is_left(open_prompter, screens):
    screens.plugged = [MAIN, LEFT]
    window = open_prompter()
    screens.plug(MAIN)
    assert not window.choice.isVisible()


def test_the_menu_leads_to_another_monitor_and_back_to_a_window(open_prompter, screens, qtbot):
    screens.plugged, screens.chosen = [MAIN, LEFT], "HDMI-1"
    window = open_prompter()
    at = QPoint(10, 10)
    QApplication.sendEvent(
        window, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, window.mapToGlobal(at))
    )
    menu = window.findChild(QMenu)
    assert [a.text() for a in menu.actions() if a.text()] == [
        "Choose the monitor…", "Show as a window", "Close the prompter",
    ]  # fmt: skip
    menu.actions()[1].trigger()
    assert (window.isFullScreen(), screens.chosen) == (False, "")
    menu.actions()[0].trigger()
    assert window.choice.isVisible()
    menu.close()


def test_closing_hides_it_and_the_action_follows(open_prompter, qtbot, actions):
    window = open_prompter()
    assert actions["prompter.toggle"].isChecked()
    with qtbot.waitSignal(window.shown_changed) as told:
        window.close()
    assert told.args == [False]
    assert not actions["prompter.toggle"].isChecked()


def test_the_pointer_hides_on_the_presenters_monitor_and_shows_when_it_moves(open_prompter, screens, qtbot):
    screens.plugged, screens.chosen = [MAIN, LEFT], "HDMI-1"
    window = open_prompter()
    assert window.cursor().shape() is Qt.CursorShape.BlankCursor
    qtbot.mouseMove(window.face, QPoint(50, 50))
    qtbot.mouseMove(window.face, QPoint(60, 50))
    assert window.cursor().shape() is Qt.CursorShape.ArrowCursor
    window._pointer.timeout.emit()
    assert window.cursor().shape() is Qt.CursorShape.BlankCursor


def test_the_real_monitors_have_names(qapp):
    screens = Screens(qapp, lambda: None, lambda _name: None)
    found = screens.monitors()
    assert len({m.name for m in found}) == len(found) >= 1
    assert sum(m.main for m in found) == 1
    assert all(m.words.startswith(m.name) and "×" in m.words for m in found)


def test_a_hidden_prompter_is_up_to_date_when_it_is_shown_again(studio, open_prompter):
    window = open_prompter()
    window.close()
    on_item_four(studio)
    window.present()
    assert "€71.20" in painted(window)


def test_an_undo_of_the_next_item_ends_the_cleared_stage_too(studio, open_prompter):
    on_item_four(studio)
    studio.give(cmd.ClearStage())
    studio.give(cmd.NextItem())
    studio.give(cmd.Undo())
    assert studio.state.on_air_id == "i4"
    assert "€71.20" in painted(open_prompter())


def test_a_show_without_any_item_can_be_looked_at(qapp, theme, actions, screens, qtbot):
    studio = PlayedStudio(LineUp("Empty", "EUR", a_lineup().items[:1]))
    window = PrompterWindow(studio.listen(), actions, theme, Texts(), studio.clock.now_ms, screens)
    qtbot.addWidget(window)
    studio.hear(ev.ItemRemoved(studio.state.items[0], 0))
    window.present()
    assert "Empty" in painted(window)


@pytest.mark.smoke
def test_smoke_prompter(studio, open_prompter, grab):
    on_item_four(studio, minutes=1)
    studio.hear_viewers(1284)
    window = open_prompter()
    assert {"€71.20", "NORD20 · 9:00"} <= painted(window)
    grab(window, "prompter", themes=("dark",))
