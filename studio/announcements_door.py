"""Wires the screen of the announcements: of the open show, else of new shows, for which the settings keep them."""

import zoneinfo

import msgspec
from PySide6.QtCore import QTimeZone

from studio.app import Desktop
from studio.domain.announcement_rules import AnnouncementRules
from studio.settings.file import SettingsNotSavedError
from studio.settings.schema import Announcements
from studio.ui.announcements.dialog import AnnouncementsDialog
from studio.ui.announcements.example import PreviewChannel
from studio.ui.announcements.opening import announcements_of_new_shows, announcements_of_show
from studio.ui.texts import Texts


class AnnouncementsDoor:
    """Opens the screen by its action, once at a time."""

    def __init__(self, desktop: Desktop) -> None:
        self._desktop = desktop
        self._shown: AnnouncementsDialog | None = None
        desktop.actions.on("announcements", self.show)

    def show(self) -> None:
        """Open the screen."""
        if self._shown is not None:
            self._shown.raise_()
            return
        desktop = self._desktop
        live = desktop.live
        texts = Texts(desktop.settings.language, live.state.time_zone if live else local_time_zone())
        if live is not None:
            known = [PreviewChannel(c.id, c.name, c.kind) for c in desktop.settings.channels]
            self._shown = announcements_of_show(
                desktop.window, desktop.studio, live, known, desktop.tasks, texts, desktop.theme
            )
        else:
            wanted = [
                PreviewChannel(c.id, c.name, c.kind, language=c.language, announce=c.announce)
                for c in desktop.settings.channels
                if c.enabled
            ]
            rules = desktop.settings.announcements.rules
            self._shown = announcements_of_new_shows(
                desktop.window, rules, wanted, self._keep, desktop.tasks, texts, desktop.theme
            )
        self._shown.finished.connect(self._closed)

    def _closed(self, _code: int) -> None:
        self._shown = None

    async def _keep(self, rules: AnnouncementRules) -> str:
        settings = msgspec.structs.replace(self._desktop.settings, announcements=Announcements(rules=rules))
        try:
            self._desktop.save_settings(settings)
        except SettingsNotSavedError as error:
            return str(error)
        return ""


def local_time_zone() -> str:
    """This computer's time zone (IANA), in which viewers are told when a code ends; UTC where it cannot be found out."""
    name = bytes(QTimeZone.systemTimeZoneId().data()).decode("ascii", "replace")
    try:
        return zoneinfo.ZoneInfo(name).key
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC"
