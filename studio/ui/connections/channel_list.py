"""How each channel stands in the list: its platform, and how it is, as a sign and a word."""

from collections.abc import Mapping

from studio.settings.secrets import Kept
from studio.ui.connections.channel_drafts import ChannelDraft
from studio.ui.connections.channel_live import LiveChannels
from studio.ui.connections.channel_port import ChannelPlatform
from studio.ui.connections.channel_words import state_words, tr
from studio.ui.connections.connection_list import ConnectionModel
from studio.ui.icons import IconName
from studio.ui.theme import Theme


class ChannelModel(ConnectionModel[ChannelDraft]):
    """The channels. How they are is `live`'s; `tell` when that has changed."""

    def __init__(self, theme: Theme, unnamed: str, live: LiveChannels) -> None:
        super().__init__(theme, unnamed)
        self._live = live
        self._wanting: frozenset[str] = frozenset()

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

    def platforms(self, platforms: Mapping[str, ChannelPlatform]) -> None:
        """The platforms that there are."""
        self._wanting = frozenset(kind for kind, platform in platforms.items() if platform.wants_key)
        self.name_platforms({kind: platform.title for kind, platform in platforms.items()})

    def _lacks_key(self, draft: ChannelDraft) -> bool:
        kept = draft.saved is not None and draft.saved.key.kept is not Kept.NOWHERE
        return draft.enabled and not kept and not draft.key and draft.values["kind"] in self._wanting

    def sign(self, draft: ChannelDraft) -> tuple[IconName, str]:
        """How it is in the open show, else what the last test found."""
        link = self._live.link(draft.id)
        if link is None and draft.enabled and draft.found is not None:
            return ("check", "next") if draft.found.failure is None else ("warning", "warning")
        if link is None and self._lacks_key(draft):
            return "question", "muted"
        _word, icon, tone = state_words(link, enabled=draft.enabled)
        return icon, tone

    def _word(self, draft: ChannelDraft) -> str:
        link = self._live.link(draft.id)
        if link is None and draft.enabled and draft.found is not None:
            return tr("tested") if draft.found.failure is None else tr("not connected")
        if link is None and self._lacks_key(draft):
            return tr("no token yet")
        return state_words(link, enabled=draft.enabled)[0]
