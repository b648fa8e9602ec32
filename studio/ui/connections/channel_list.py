"""How each channel stands in the list: its platform, and how it is, as a sign and a word."""

from studio.ui.connections.channel_drafts import ChannelDraft
from studio.ui.connections.channel_live import LiveChannels
from studio.ui.connections.channel_words import state_words, tr
from studio.ui.connections.connection_list import ConnectionModel
from studio.ui.icons import IconName
from studio.ui.theme import Theme


class ChannelModel(ConnectionModel[ChannelDraft]):
    """The channels. How they are is `live`'s; `tell` when that has changed."""

    def __init__(self, theme: Theme, unnamed: str, live: LiveChannels) -> None:
        super().__init__(theme, unnamed)
        self._live = live

    def tell(self, channel_ids: set[str]) -> None:
        """These are in another state now."""
        for row, draft in enumerate(self.drafts):
            if draft.id in channel_ids:
                self.dataChanged.emit(self.index(row), self.index(row))

    def second_line(self, draft: ChannelDraft) -> str:
        """Its platform, how it is, and whether something of it is not saved."""
        parts = [self.platform(draft), self._word(draft)]
        if draft.dirty:
            parts.append(tr("not saved"))
        return " · ".join(parts)

    def state(self, draft: ChannelDraft) -> str:  # noqa: ARG002
        """The second line says it."""
        return ""

    def sign(self, draft: ChannelDraft) -> tuple[IconName, str]:
        """How it is in the open show, else what the last test found."""
        link = self._live.link(draft.id)
        if link is None and draft.enabled and draft.found is not None:
            return ("check", "next") if draft.found.failure is None else ("warning", "warning")
        _word, icon, tone = state_words(link, enabled=draft.enabled)
        return icon, tone

    def _word(self, draft: ChannelDraft) -> str:
        link = self._live.link(draft.id)
        if link is None and draft.enabled and draft.found is not None:
            return tr("tested") if draft.found.failure is None else tr("not connected")
        return state_words(link, enabled=draft.enabled)[0]
