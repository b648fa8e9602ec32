"""Undo and redo of a plan, and what is said of it."""

from PySide6.QtCore import QCoreApplication

from studio.domain import events as ev
from studio.domain.show import ShowState
from studio.domain.show_state import Decided
from studio.ui.widgets.text import clean_text


def told(decided: Decided, state: ShowState) -> str:
    """What a decision did, as the end of a sentence: moved 3 items, changed “Linen throw”. Empty where it was none of a
    plan's.
    """
    kinds = {type(logged.event) for logged in decided.events}
    if len(kinds) != 1:
        return ""
    events = [logged.event for logged in decided.events]
    match events[0]:
        case ev.ItemMoved():
            return _of(events, state, _tr("moved {what}"))
        case ev.ItemAdded():
            return _of(events, state, _tr("added {what}"))
        case ev.ItemRemoved():
            return _of(events, state, _tr("removed {what}"))
        case ev.ItemChanged():
            return _of(events, state, _tr("changed {what}"))
        case ev.ItemSkipped():
            return _of(events, state, _tr("skipped {what}"))
        case ev.ItemUnskipped():
            return _of(events, state, _tr("planned {what} again"))
        case ev.ShowChanged():
            return _tr("changed the show's details")
        case ev.GoalsSet():
            return _tr("changed the goals")
        case ev.PromosPlanned():
            return _tr("changed the planned codes")
        case ev.AnnouncementsSet():
            return _tr("changed the announcements")
        case _:
            return ""


def _of(events: list[ev.Event], state: ShowState, pattern: str) -> str:
    ids: dict[str, str] = {}
    for event in events:
        item = getattr(event, "item", None)
        item_id = item.id if item is not None else str(getattr(event, "item_id", ""))
        known = item or state.item(item_id)
        ids[item_id] = clean_text(known.title, 60) if known else ""
    if len(ids) > 1:
        return pattern.replace("{what}", _tr("{n} items").replace("{n}", str(len(ids))))
    title = next(iter(ids.values()))
    return pattern.replace("{what}", f"“{title}”" if title else _tr("an item"))


def _tr(text: str) -> str:
    return QCoreApplication.translate("LineUpEditor", text)
