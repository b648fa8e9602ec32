"""Draws every widget of the kit in both themes: `python -m tests.ui.gallery OUT` leaves a PNG for each page."""

import os
import sys
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from studio.ui.actions import Actions
from studio.ui.command_palette import CommandPalette, PaletteEntry
from studio.ui.dialogs import Field, FormDialog, HoldDialog
from studio.ui.keyguard import FocusKeys
from studio.ui.keys_dialog import KeysDialog
from studio.ui.notices import NoticeAction, Notices, NoticeStack
from studio.ui.palette import DARK, LIGHT
from studio.ui.theme import Theme
from studio.ui.widgets.buttons import ActionButton, HoldButton
from studio.ui.widgets.cards import Card, EmptyState, Stat, StockBar, SuggestLine
from studio.ui.widgets.chat_lines import ChatLine
from studio.ui.widgets.chat_view import ChatView
from studio.ui.widgets.labels import ElidedLabel, Kbd, Pill, PlainLabel, SectionHeader
from studio.ui.widgets.product_card import CardItem, CardStock, ProductCard
from studio.ui.widgets.promo_card import PromoCard, PromoFace
from studio.ui.widgets.thumbnail import Thumbnail

NOW = 1_795_000_000_000
BLANKET = CardItem(
    key="blanket",
    title="Wool blanket “Nord”, 140×200",
    price="€71.20",
    struck="€89.00",
    promo="NORD20 −20 %",
    low_note="30-day low €84.00",
    points=(
        "Woven in Røros, Norwegian wool, washable at 30°",
        "Show the fringe and the weight, 1.4 kg",
        "Returns 30 days, delivery 2–3 days, click & collect in 4 stores",
    ),
    pinned_at_ms=NOW - 192_000,
    planned_ms=360_000,
)
BLANKET_STOCK = CardStock(
    left=17,
    of=100,
    read_at_ms=NOW - 1_000,
    low=True,
    locations=(("Oslo", 9), ("Berlin", 8)),
    minutes_left=4.2,
    how="17 left at 4 a minute over the last 5 minutes",
)


def clock() -> int:
    return NOW


def row(*widgets: QWidget, stretch: bool = True) -> QHBoxLayout:
    layout = QHBoxLayout()
    layout.setSpacing(8)
    for widget in widgets:
        layout.addWidget(widget)
    if stretch:
        layout.addStretch(1)
    return layout


def page(width: int, height: int) -> tuple[QWidget, QVBoxLayout]:
    widget = QWidget()
    widget.setProperty("role", "workspace")
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    widget.resize(width, height)
    column = QVBoxLayout(widget)
    column.setContentsMargins(8, 8, 8, 8)
    column.setSpacing(8)
    return widget, column


def controls(theme: Theme, actions: Actions, keys: FocusKeys) -> QWidget:
    widget, column = page(900, 720)
    actions["item.next"].show_text("Pin next: Oak serving board")
    buttons = QHBoxLayout()
    buttons.addWidget(ActionButton(actions["item.next"], "primary"), 3)
    buttons.addWidget(ActionButton(actions["promo.issue"], "promo"), 1)
    buttons.addWidget(ActionButton(actions["undo"]))
    column.addLayout(buttons)
    off = QPushButton("Disabled")
    off.setEnabled(False)
    quiet = QPushButton("Quiet")
    quiet.setProperty("variant", "quiet")
    compact = [QPushButton(text) for text in ("Answer", "On air", "Hide")]
    for button in compact:
        button.setProperty("variant", "compact")
    hold = HoldButton(actions["show.end"], theme, keys)
    column.addLayout(row(QPushButton("Import…"), off, quiet, hold, *compact))
    holding = HoldButton(actions["show.end"], theme, keys, text="Held for a moment")
    holding.begin()
    holding._progress.pause()
    holding._progress.setCurrentTime(700)
    column.addLayout(row(holding, ActionButton(actions["unpin"]), ActionButton(actions["palette"], "quiet")))
    tones = ("neutral", "ok", "warning", "promo", "onair", "next", "accent", "dashed")
    column.addLayout(row(*(Pill(text, tone) for text, tone in zip(
        ("212 left", "YouTube", "17 left", "LIVE 06:48", "● PINNED 3:12", "NEXT", "12 new", "armed for Teapot"), tones, strict=True
    ))))  # fmt: skip
    column.addLayout(
        row(
            Kbd("F12"),
            PlainLabel("pin next", tone="muted"),
            Kbd("F9"),
            PlainLabel("promo", tone="muted"),
            Kbd("Ctrl K"),
            PlainLabel("any command", tone="muted"),
        )
    )
    strip = Card()
    stats = QHBoxLayout()
    on_air = PlainLabel("● ON AIR", size="l", tone="onair")
    stats.addWidget(on_air)
    stats.addWidget(PlainLabel("00:42:17", size="l", tone="muted"))
    title = Stat("Autumn Home Live #14", "6 of 14 items · host workspace", size="m")
    behind, viewers, money, sent = (Stat(size="m") for _ in range(4))
    behind.show_value("+01:20", "behind", "warning")
    viewers.show_value("1,284", "viewers · peak 1,902 at 20:14")
    money.show_value("€4,210.50", "71 orders · avg €59.30")
    sent.show_value("All sent", "shop 0.4 s ago", "ok")
    for stat in (title, behind, viewers, money, sent):
        stats.addWidget(stat)
    strip.body.addLayout(stats)
    column.addWidget(strip)
    kpis = QHBoxLayout()
    for caption, value, note, tone in (
        ("Peak viewers", "1,902", "95 % of 2,000", "warning"),
        ("Average viewers", "1,147", "+12 % on #13", "ok"),
        ("Revenue net", "€9,480", "gross €10,140", "muted"),
    ):
        card = Card()
        stat = Stat(value, caption, caption_first=True)
        stat.show_note(note, tone)
        card.body.addWidget(stat)
        kpis.addWidget(card)
    column.addLayout(kpis)
    combo = QComboBox()
    combo.addItems(["Whole line-up", "One product"])
    reply = QLineEdit()
    reply.setPlaceholderText("Reply to all channels…")
    wrong = QLineEdit("NORD 20")
    wrong.setProperty("tone", "warning")
    column.addLayout(row(reply, wrong, combo, QSpinBox(), QCheckBox("Announce in chat"), stretch=False))
    column.addWidget(
        QPlainTextEdit("Woven in Røros, Norwegian wool, washable at 30°\nShow the fringe and the weight")
    )
    bars = [StockBar(theme) for _ in range(3)]
    for bar, left, role in zip(bars, (17, 60, 100), ("warning", "promo", "next"), strict=True):
        bar.show_level(left, 100, role)
    column.addLayout(row(*bars, stretch=False))
    suggest = SuggestLine()
    suggest.suggest("Yes, wool programme at 30°.")
    column.addWidget(suggest)
    column.addWidget(ElidedLabel("A long name that does not fit the place it is given " * 4))
    return widget


def cards(theme: Theme, actions: Actions, _keys: FocusKeys) -> QWidget:
    widget, column = page(1100, 800)
    top = QHBoxLayout()
    lineup = Card()
    lineup.body.addWidget(SectionHeader("Line-up", "ends 21:31 · planned 21:30"))
    for seed, name in (
        ("throw", "Linen throw “Fjord”"),
        ("mug", "Ceramic mug set of 4"),
        ("board", "Oak serving board"),
    ):
        lineup.body.addLayout(
            row(Thumbnail(theme, 40, seed), PlainLabel(name, strong=True), Pill("212 left"))
        )
    lineup.body.addStretch(1)
    lineup.setFixedWidth(300)
    top.addWidget(lineup)
    card = ProductCard(theme, clock)
    card.show_item(BLANKET)
    card.show_stock(BLANKET_STOCK)
    card.show_warnings(("The shop changed the price from €71.20 to €75.00. Say the new price, or unpin.",))
    card.add_action(ActionButton(actions["unpin"]))
    top.addWidget(card, 1)
    column.addLayout(top)
    second = QHBoxLayout()
    talk = ProductCard(theme, clock)
    talk.show_item(
        CardItem(
            key="talk",
            title="Questions & answers",
            points=("Take the three most asked",),
            pinned_at_ms=NOW - 500_000,
            planned_ms=480_000,
        )
    )
    second.addWidget(talk, 2)
    empty = ProductCard(theme, clock)
    empty.empty.say("Nothing is on air. F12 puts the next item on air.", button="Pin next")
    second.addWidget(empty, 1)
    column.addLayout(second)
    promos = Card()
    faces = (
        PromoFace("NORD20", "live", "−20 % · blanket “Nord”", NOW + 408_000, 23, 50),
        PromoFace("LIVE14", "live", "−10 % · whole line-up, replay 48 h", NOW + 169_920_000, 31),
        PromoFace("TEAFREE", "armed", "free shipping · 15 min", note="armed for Teapot"),
        PromoFace("FLASH5", "live", "−5 % · mugs", NOW + 48_000, 4, 10),
        PromoFace("OLD10", "live", "−10 % · throw", NOW - 1, 12, 40),
        PromoFace("XMAS", "refused", "The shop already has this code."),
    )
    grid = QGridLayout()
    grid.addWidget(SectionHeader("Promo codes"), 0, 0, 1, 3)
    for index, face in enumerate(faces):
        promo = PromoCard(theme, clock)
        promo.show_promo(face)
        grid.addWidget(promo, 1 + index // 3, index % 3)
    promos.body.addLayout(grid)
    column.addWidget(promos)
    empties = QHBoxLayout()
    for icon, sentence, button in (
        ("chat", "No messages yet. They appear here as viewers write.", ""),
        ("offline", "The shop does not answer. What you decide is kept and sent later.", "Try now"),
        ("question", "No open questions.", ""),
        ("promo", "No promo codes are planned.", "Issue promo…"),
        ("warning", "The chart could not be read.", "Try again"),
    ):
        holder = Card()
        holder.body.addWidget(EmptyState(theme, icon, sentence, button))
        empties.addWidget(holder)
    column.addLayout(empties)
    return widget


CHAT = (
    ("mari_k", "obsessed with the green one", "Y", "#ff6b6b", {}),
    ("jonas88", "can it be washed in the machine?", "T", "#a970ff", {"question": True}),
    ("Ida", "just ordered two!!", "Y", "#ff6b6b", {}),
    ("thom", "NORD20 works, thanks", "F", "#4a90ff", {}),
    (
        "kaffekopp",
        "how heavy is it? I want to take it to the cabin and it is a long walk from the car, so please tell",
        "T",
        "#a970ff",
        {"question": True},
    ),
    ("שלום", "האם זה נשטף במכונה? abc 123", "Y", "#ff6b6b", {}),
    ("", "12 messages are missing here", "", "", {"gap": True}),
    ("spam", "buy my things", "F", "#4a90ff", {"hidden": True}),
    ("Host Studio", "The code NORD20 is live: 20 % off", "Y", "#ff6b6b", {"highlight": True}),
    ("nora", "need it 👩‍👩‍👧 ❤", "Y", "#ff6b6b", {}),
)


def chat_lines() -> list[ChatLine]:
    return [
        ChatLine(str(i), NOW + i * 1000, author, text, "YouTube", letter, colour or "#7b8794", **marks)
        for i, (author, text, letter, colour, marks) in enumerate(CHAT)
    ]


def chat(theme: Theme, _actions: Actions, _keys: FocusKeys) -> QWidget:
    widget, column = page(1100, 420)
    columns = QHBoxLayout()
    for width in (0, 1, 2):
        card = Card(margin=1)
        header = SectionHeader("Chat", "312 / min")
        header.setContentsMargins(12, 8, 12, 0)
        card.body.addWidget(header)
        view = ChatView(theme, time_text=lambda ms: f"20:{ms // 60000 % 60:02d}:{ms // 1000 % 60:02d}")
        card.body.addWidget(view, 1)
        view.append_batch(chat_lines())
        if width == 1:
            view._select(3)
            view.append_batch([replace(line, id=f"n{line.id}") for line in chat_lines()])
        if width == 2:
            view.append_batch([replace(line, id=f"n{line.id}") for line in chat_lines()])
            card.setMinimumWidth(470)
        columns.addWidget(card)
    column.addLayout(columns)
    return widget


def notices(theme: Theme, _actions: Actions, _keys: FocusKeys) -> QWidget:
    widget, column = page(900, 420)
    column.addWidget(EmptyState(theme, "chart", "Notices lie over the window"))
    model = Notices(clock, widget)
    NoticeStack(model, widget)
    model.post("info", "Sent to the shop 0.4 s ago.")
    model.post("ok", "NORD20 is live. 20 % off until 20:45.", action=NoticeAction("Undo", print))
    model.post("warning", "Felt slippers: 9 left. They will be gone in about 2 min.")
    model.post(
        "trouble",
        "The shop does not answer. What you decide is kept here and sent when it is back; the card on air still shows the last price.",
        action=NoticeAction("Try now", print),
    )
    return widget


def form(theme: Theme, _actions: Actions, _keys: FocusKeys) -> QWidget:
    widget, _column = page(10, 10)
    dialog = FormDialog(widget, "Issue a promo code", (
        Field("code", "Code", "NORD 20", check=lambda text: "A code has no spaces. Write NORD20." if " " in text else None),
        Field("discount", "Discount", "20", number=(1, 99), suffix=" %"),
        Field("scope", "For", "product", choices=(("product", "Wool blanket “Nord”"), ("lineup", "Whole line-up"))),
        Field("minutes", "Minutes", "10", help="Ends at 20:45 by the shop’s clock"),
        Field("note", "Note", lines=3, placeholder="Shown on the prompter"),
        Field("announce", "Chat", placeholder="Announce in chat", ticked=True),
    ), "Issue")  # fmt: skip
    dialog.submit()
    dialog.setParent(None)
    return dialog


def confirm_page(theme: Theme, actions: Actions, keys: FocusKeys) -> QWidget:
    widget, _column = page(10, 10)
    dialog = HoldDialog(
        widget,
        theme,
        keys,
        "Sold out",
        "Felt slippers are sold out at the shop. Viewers could not order them.",
        actions.passing("pin.anyway", "Hold to pin anyway"),
    )
    dialog.setParent(None)
    return dialog


def palette(theme: Theme, actions: Actions, _keys: FocusKeys) -> QWidget:
    class Products:
        def search(self, words: str, limit: int) -> list[PaletteEntry]:
            return [PaletteEntry("Wool blanket “Nord”, 140×200", "pin · €89.00 · 17 left", print)]

    widget, _column = page(10, 10)
    dialog = CommandPalette(actions, theme, widget, [Products()])
    dialog.setParent(None)
    dialog.field.setText("promo")
    return dialog


def keys_page(theme: Theme, actions: Actions, _keys: FocusKeys) -> QWidget:
    widget, _column = page(10, 10)
    dialog = KeysDialog(actions, theme, widget)
    dialog.setParent(None)
    dialog.choose("item.next")
    dialog.first.setKeySequence(QKeySequence("F9"))
    dialog.first.editingFinished.emit()
    return dialog


PAGES = {
    "chat": chat,
    "notices": notices,
    "form": form,
    "confirm": confirm_page,
    "palette": palette,
    "keys": keys_page,
    "controls": controls,
    "cards": cards,
}


def main(out: Path) -> None:
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    out.mkdir(parents=True, exist_ok=True)
    theme, keys = Theme(), FocusKeys(app)
    for tokens in (DARK, LIGHT):
        theme.apply(app, tokens)
        for name, build in PAGES.items():
            actions = Actions(clock)
            widget = build(theme, actions, keys)
            widget.show()
            app.processEvents()
            widget.grab().save(str(out / f"{name}-{tokens.name}.png"))
            widget.close()
    shiboken6.delete(keys)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "gallery-output"))
