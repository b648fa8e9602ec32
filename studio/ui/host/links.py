"""The connections in the health strip: one pill each, or one for all that are well where the room is short."""

from collections.abc import Mapping
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
STAGE: Final = "stage"


def link_word(link: Link, kind: str = "") -> str:
    """How a connection is, in a word or two; `kind` is that of the connection."""
    tr = QCoreApplication.translate
    return {
        Link.OK: tr("Links", "connected"),
        Link.CONNECTING: tr("Links", "connecting…"),
        Link.STALE: tr("Links", "silent"),
        Link.DOWN: tr("Links", "no answer"),
        Link.ASKING: tr("Links", "needs its password") if kind == STAGE else tr("Links", "needs a token"),
    }[link]


class LinkNames:
    """What people call the connections: channels as the settings do (`channels` is id to name), stages by their kind."""

    def __init__(self, channels: Mapping[str, str] | None = None) -> None:
        self._channels = dict(channels or {})

    def of(self, status: LinkStatus) -> str:
        """The name of a connection, made fit to be shown."""
        tr = QCoreApplication.translate
        if status.kind == STAGE:
            known = {"obs": tr("Links", "OBS"), "overlay": tr("Links", "Overlay")}
            return known.get(status.name, clean_text(status.name, 24))
        return self.channel(status.name) if status.kind == "channel" else clean_text(status.name, 24)

    def channel(self, channel_id: str) -> str:
        """The name of a channel."""
        return clean_text(self._channels.get(channel_id, channel_id), 24)


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

    def show_link(self, status: LinkStatus, name: str, *, short: bool = False) -> None:
        """Show how the connection of this name is; `short` leaves the word to the tooltip."""
        self.status = status
        word = link_word(status.link, status.kind)
        text, tone = _face(status, name, short=short)
        self.pill.show_as(text, tone)
        said = clean_text(status.sentence, 400)
        self.setToolTip(tooltip_text(f"{name}: {said or word}"))
        self.setAccessibleName(f"{name}: {word}")
        self.updateGeometry()


def _face(status: LinkStatus, name: str, *, short: bool) -> tuple[str, ToneName]:
    if status.link is Link.OK:
        return name, "ok"
    text = f"⚠ {name}" if short else f"⚠ {name} {link_word(status.link, status.kind)}"
    if status.link is Link.CONNECTING:
        return text.removeprefix("⚠ "), "neutral"
    return text, "warning"


class LinkRow(QWidget):
    """The pills in a row. `asked` carries the connection that was pressed, None for the collected ones."""

    asked = Signal(object)

    def __init__(self, names: LinkNames, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names = names
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
            self._drop(key)
        if set(links) - set(self.pills):
            for key in list(self.pills):
                self._drop(key)
        for key, status in links.items():
            pill = self.pills.get(key)
            if pill is None:
                pill = self.pills[key] = LinkPill(self)
                pill.clicked.connect(lambda _=False, p=pill: self.asked.emit(p.status))
                self._row.addWidget(pill)
            pill.show_link(status, self._names.of(status), short=level >= 2)
            pill.setVisible(status.link is not Link.OK or not collect)
        count = str(len(well))
        self._well_pill.setText(
            self.tr("✓ {n} connected").replace("{n}", count) if level < 2 else f"✓ {count}"
        )
        least = self._well_pill.sizeHint() + QSize(2, 2)
        if self.well.minimumSize() != least:
            self.well.setMinimumSize(least)
        self.well.setAccessibleName(self.tr("{n} connected").replace("{n}", count))
        self.well.setToolTip(tooltip_text(", ".join(self._names.of(s) for s in well)))
        self.well.setVisible(collect and bool(well))

    def _drop(self, key: str) -> None:
        pill = self.pills.pop(key)
        self._row.removeWidget(pill)  # until it is deleted it would be measured with the others
        pill.hide()
        pill.deleteLater()

    def _ask_all(self) -> None:
        self.asked.emit(None)
