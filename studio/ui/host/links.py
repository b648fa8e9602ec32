"""The connections in the health strip: one pill each, or one for all that are well where the room is short."""

from collections.abc import Iterable, Mapping
from typing import Final

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from studio.ui.palette import ToneName
from studio.ui.studio import Link, LinkStatus
from studio.ui.theme import SPACE_XS
from studio.ui.widgets.labels import Pill, tooltip_text
from studio.ui.widgets.text import clean_text

MOST: Final = 6
"""More connections than these are counted, not named."""


def link_word(link: Link) -> str:
    """How a connection is, in a word or two."""
    tr = QCoreApplication.translate
    return {
        Link.OK: tr("Links", "connected"),
        Link.CONNECTING: tr("Links", "connecting…"),
        Link.STALE: tr("Links", "silent"),
        Link.DOWN: tr("Links", "no answer"),
        Link.ASKING: tr("Links", "needs a token"),
    }[link]


class LinkPill(QPushButton):
    """One connection: its name, and a sign and a word when it is not well."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("variant", "bare")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        inside = QHBoxLayout(self)
        inside.setContentsMargins(1, 1, 1, 1)
        self.pill = Pill("", "neutral")
        self.pill.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        inside.addWidget(self.pill)
        self.status = LinkStatus("", "", Link.CONNECTING)

    def sizeHint(self) -> QSize:  # noqa: D102
        return self.pill.sizeHint() + QSize(2, 2)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return self.sizeHint()

    def show_link(self, status: LinkStatus, *, short: bool = False) -> None:
        """Show how the connection is; `short` leaves the word to the tooltip."""
        self.status = status
        word = link_word(status.link)
        name = clean_text(status.name, 24)
        text, tone = _face(status, short=short)
        self.pill.show_as(text, tone)
        self.setToolTip(tooltip_text(clean_text(status.sentence or f"{name}: {word}", 400)))
        self.setAccessibleName(f"{name}: {word}")
        self.updateGeometry()


def _face(status: LinkStatus, *, short: bool) -> tuple[str, ToneName]:
    name = clean_text(status.name, 24)
    if status.link is Link.OK:
        return name, "ok"
    text = f"⚠ {name}" if short else f"⚠ {name} {link_word(status.link)}"
    if status.link is Link.CONNECTING:
        return text.removeprefix("⚠ "), "neutral"
    return text, "warning"


class LinkRow(QWidget):
    """The pills in a row. `asked` carries the connection that was pressed, None for the collected ones."""

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pills: dict[str, LinkPill] = {}
        self._shown: tuple[int, Mapping[str, LinkStatus]] | None = None
        self.well = QPushButton()
        self.well.setProperty("variant", "bare")
        self.well.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.well.clicked.connect(self._ask_all)
        inside = QHBoxLayout(self.well)
        inside.setContentsMargins(1, 1, 1, 1)
        self._well_pill = Pill("", "ok")
        self._well_pill.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        inside.addWidget(self._well_pill)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(SPACE_XS)
        self._row.addWidget(self.well)

    def show_links(self, links: Mapping[str, LinkStatus], level: int) -> None:
        """Show these. Level 0 names all; at 1 those that are well become one pill; at 2 trouble is only named."""
        shown = (level, dict(links))
        if shown == self._shown:
            return
        self._shown = shown
        collect = level >= 1 or len(links) > MOST
        # The shop first: without it nothing is sold.
        links = dict(sorted(links.items(), key=lambda named: named[1].kind != "shop"))
        well = [s for s in links.values() if s.link is Link.OK]
        for key in [k for k in self.pills if k not in links]:
            self.pills.pop(key).deleteLater()
        if set(links) - set(self.pills):
            for pill in self.pills.values():
                pill.deleteLater()
            self.pills.clear()
        for key, status in links.items():
            pill = self.pills.get(key)
            if pill is None:
                pill = self.pills[key] = LinkPill(self)
                pill.clicked.connect(lambda _=False, p=pill: self.asked.emit(p.status))
                self._row.addWidget(pill)
            pill.show_link(status, short=level >= 2)
            pill.setVisible(status.link is not Link.OK or not collect)
        count = str(len(well))
        self._well_pill.setText(
            self.tr("✓ {n} connected").replace("{n}", count) if level < 2 else f"✓ {count}"
        )
        least = self._well_pill.sizeHint() + QSize(2, 2)
        if self.well.minimumSize() != least:
            self.well.setMinimumSize(least)
        self.well.setAccessibleName(self.tr("{n} connected").replace("{n}", count))
        self.well.setToolTip(tooltip_text(_names(well)))
        self.well.setVisible(collect and bool(well))

    def _ask_all(self) -> None:
        self.asked.emit(None)


def _names(links: Iterable[LinkStatus]) -> str:
    return ", ".join(clean_text(s.name, 24) for s in links)
