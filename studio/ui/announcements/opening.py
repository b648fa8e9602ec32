"""Opens the screen of the announcements: for the open show, or for new shows."""

from collections.abc import Awaitable, Callable, Sequence

from PySide6.QtWidgets import QWidget

from studio.control.ports import StoreFull
from studio.domain.announcement_log import announcement_lines
from studio.domain.announcement_rules import AnnouncementRules
from studio.domain.commands import SetAnnouncements
from studio.ui.announcements.dialog import AnnouncementsDialog
from studio.ui.announcements.example import PreviewChannel, example_of, invented, shown_product
from studio.ui.models.live_show import LiveShow
from studio.ui.studio import Studio
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import Theme


def announcements_of_show(
    parent: QWidget, studio: Studio, live: LiveShow, channels: Sequence[PreviewChannel], tasks: Tasks, texts: Texts,
    theme: Theme,
) -> AnnouncementsDialog:  # fmt: skip
    """Open it for the open show: saving gives a command, which undo takes back. `channels` are those the studio knows;
    the show's own are shown.
    """
    state = live.state
    known = {channel.id: channel for channel in channels}
    shown = [known.get(channel, PreviewChannel(channel, channel)) for channel in state.channels]
    product_id = shown_product(state)
    product = live.products.get(product_id)
    price, left = product.price if product else None, live.sellable(product_id).total
    example = example_of(state, price, left, studio.clock.best_ms())

    async def save(rules: AnnouncementRules) -> str:
        try:
            refused = await studio.do(SetAnnouncements(rules))
        except StoreFull as full:
            return str(full)
        return refused.sentence if refused else ""

    dialog = AnnouncementsDialog(
        parent, state.announcements, shown, example, save, tasks, texts, theme, of_show=True
    )  # fmt: skip
    dialog.show_lines(announcement_lines(state))
    shown_state = state

    def follow() -> None:
        nonlocal shown_state
        before, shown_state = shown_state, live.state
        # Most batches are of the shop and the chat: many a second.
        if shown_state.said is not before.said or shown_state.settled is not before.settled:
            dialog.show_lines(announcement_lines(shown_state))
        if shown_state.announcements != before.announcements:
            dialog.take_rules(shown_state.announcements)

    live.batch_taken.connect(follow)

    def unfollow(_code: int) -> None:
        live.batch_taken.disconnect(follow)

    dialog.finished.connect(unfollow)
    dialog.open()
    return dialog


def announcements_of_new_shows(
    parent: QWidget, rules: AnnouncementRules, channels: Sequence[PreviewChannel],
    save: Callable[[AnnouncementRules], Awaitable[str]], tasks: Tasks, texts: Texts, theme: Theme,
) -> AnnouncementsDialog:  # fmt: skip
    """Open it for the settings."""
    dialog = AnnouncementsDialog(
        parent, rules, channels, invented(), save, tasks, texts, theme, of_show=False
    )  # fmt: skip
    dialog.open()
    return dialog
