"""How each shop stands in the list: where it is, and how it was when it was last tried."""

from studio.ui.connections.connection_list import ConnectionModel
from studio.ui.connections.shop_drafts import ShopDraft
from studio.ui.connections.words import tr
from studio.ui.icons import IconName


class ShopModel(ConnectionModel[ShopDraft]):
    """The shops."""

    def second_line(self, draft: ShopDraft) -> str:
        """Its platform, whether something of it is not saved, and whether new shows use it."""
        parts = [self.platform(draft)]
        if draft.dirty:
            parts.append(tr("not saved"))
        if draft.saved is not None and draft.saved.for_new_shows:
            parts.append(tr("for new shows"))
        return " · ".join(parts)

    def state(self, draft: ShopDraft) -> str:
        """What the last test found."""
        if draft.found is None:
            return ""
        return tr("connected") if draft.found.failure is None else tr("not connected")

    def sign(self, draft: ShopDraft) -> tuple[IconName, str]:
        """What the last test found."""
        if draft.found is None:
            return "bag", "muted"
        return ("check", "next") if draft.found.failure is None else ("warning", "warning")
