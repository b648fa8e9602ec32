"""What people ask for. A command may be refused; what comes of it are events. Ids of new things are chosen by
whoever makes the command, so that the same command twice is the same thing once.
"""

import msgspec

from studio.domain.announcement_rules import AnnouncementRules
from studio.domain.lineup import LineUp, LineUpItem
from studio.domain.plan import Goals, ShowDetails
from studio.domain.promo import PromoPlan


class _Command(msgspec.Struct, frozen=True, tag=True):
    """The base of all commands."""


class PlanShow(_Command, frozen=True):
    """Set up a show with a line-up, which may be empty still. Without `announcements` it announces by the built-in
    rules. `promos` are planned codes that belong to no item.
    """

    lineup: LineUp
    shop: str
    channels: tuple[str, ...]
    rehearsal: bool = False
    time_zone: str = "UTC"
    starts_at_ms: int | None = None
    announcements: AnnouncementRules | None = None
    goals: Goals = Goals()
    promos: tuple[PromoPlan, ...] = ()
    series: str = ""
    template: bool = False


class ChangeShow(_Command, frozen=True):
    """Change what the show is called, when and where it is; possible until it has begun."""

    details: ShowDetails


class ArchiveShow(_Command, frozen=True):
    """Put a show out of the list of shows, or back into it; not while it is on air."""

    archived: bool


class SetGoals(_Command, frozen=True):
    """What the show is to reach and what it costs. Costs may be told afterwards too."""

    goals: Goals


class PlanPromos(_Command, frozen=True):
    """The planned codes that belong to no item, all of them."""

    promos: tuple[PromoPlan, ...]


class ChangeShop(_Command, frozen=True):
    """Sell from another shop; possible until the show has begun."""

    shop: str


class StartShow(_Command, frozen=True):
    """Go on air. `open_warnings` are the sentences of the checks that were open and that a person has passed over."""

    open_warnings: tuple[str, ...] = ()


class EndShow(_Command, frozen=True):
    """Go off air."""


class NextItem(_Command, frozen=True):
    """Put the next item on air. `deliberate`: also when it is sold out."""

    deliberate: bool = False


class PreviousItem(_Command, frozen=True):
    """Put the item before the one on air back on air."""

    deliberate: bool = False


class PinItem(_Command, frozen=True):
    """Put this item on air, wherever it stands."""

    item_id: str
    deliberate: bool = False


class PinProduct(_Command, frozen=True):
    """Put a product that is not in the line-up on air: `item` comes in behind the one on air."""

    item: LineUpItem
    deliberate: bool = False


class Unpin(_Command, frozen=True):
    """Take the item on air off."""


class ClearStage(_Command, frozen=True):
    """The panic key: take everything off the stage."""


class SkipItem(_Command, frozen=True):
    """Skip a planned item, or plan a skipped one again."""

    item_id: str
    skip: bool = True


class AddItem(_Command, frozen=True):
    """Put an item into the line-up."""

    item: LineUpItem
    index: int


class ChangeItem(_Command, frozen=True):
    """Change an item's plan."""

    item: LineUpItem


class MoveItem(_Command, frozen=True):
    """Move an item to another index."""

    item_id: str
    index: int


class RemoveItem(_Command, frozen=True):
    """Take an item out of the line-up."""

    item_id: str


class AddItems(_Command, frozen=True):
    """Put several items into the line-up, one behind the other: one decision."""

    items: tuple[LineUpItem, ...]
    index: int


class ChangeItems(_Command, frozen=True):
    """Change the plans of several items at once."""

    items: tuple[LineUpItem, ...]


class MoveItems(_Command, frozen=True):
    """Move several items together before the item that stands at `index` now (behind the last one when there is none);
    among themselves they keep their order.
    """

    item_ids: tuple[str, ...]
    index: int


class RemoveItems(_Command, frozen=True):
    """Take several items out of the line-up."""

    item_ids: tuple[str, ...]


class ImportItems(_Command, frozen=True):
    """Put what a file holds into the plan: one decision. `items` go in before the item that stands at `index` now, or with
    `instead` in place of all that have not been on air. `promos` are planned codes that belong to no item: they go behind
    those that are planned, and one whose code is planned already takes its place.
    """

    items: tuple[LineUpItem, ...]
    index: int
    instead: bool = False
    promos: tuple[PromoPlan, ...] = ()


class IssuePromoPlan(_Command, frozen=True):
    """Issue a planned code that belongs to no item."""

    promo_id: str
    plan_id: str


class IssuePlannedPromo(_Command, frozen=True):
    """Issue the prepared code of this item."""

    promo_id: str
    item_id: str


class IssuePromo(_Command, frozen=True):
    """Issue a code made on the spot. With `hours_after_show` it lasts until so many hours after the planned end
    of the show, else `minutes`. `product_ids` are for the scope *product*.
    """

    promo_id: str
    plan: PromoPlan
    product_ids: tuple[str, ...] = ()


class ExtendPromo(_Command, frozen=True):
    """Move a code's end to later by `more_ms`."""

    promo_id: str
    more_ms: int


class EndPromo(_Command, frozen=True):
    """End a code now."""

    promo_id: str


class ClaimQuestion(_Command, frozen=True):
    """Take care of a question (again: give it back)."""

    question_id: str


class AnswerQuestion(_Command, frozen=True):
    """Answer a question: with a text in writing, to its first asker; without one it was answered aloud."""

    question_id: str
    reply_id: str = ""
    text: str = ""
    channel: str = ""
    message_id: str = ""
    author: str = ""


class HideQuestion(_Command, frozen=True):
    """Put a question out of sight."""

    question_id: str


class PromptQuestion(_Command, frozen=True):
    """Put a question on the prompter, or take it off with an empty id."""

    question_id: str
    text: str = ""
    asked: int = 0


class Reply(_Command, frozen=True):
    """Write to one message's author, or to all channels when `message_id` is empty."""

    reply_id: str
    text: str
    channel: str = ""
    message_id: str = ""
    author: str = ""


class SetAnnouncements(_Command, frozen=True):
    """Announce by these rules from now on."""

    rules: AnnouncementRules


class ResolveUnsure(_Command, frozen=True):
    """Decide about an effect of which nobody knows whether it arrived."""

    effect_id: str
    resend: bool


class Undo(_Command, frozen=True):
    """Take back the last decision. One that reached viewers is refused with the reason "irrevocable"; with
    `skip_irrevocable` the last decision that can be taken back is.
    """

    skip_irrevocable: bool = False


class Redo(_Command, frozen=True):
    """Do again what was undone last, as long as nothing else was decided since. Plans alone can be done again."""


Command = (
    PlanShow | ChangeShop | StartShow | EndShow | NextItem | PreviousItem | PinItem | PinProduct | Unpin | ClearStage | SkipItem
    | AddItem | ChangeItem | MoveItem | RemoveItem | IssuePlannedPromo | IssuePromo | ExtendPromo | EndPromo
    | ClaimQuestion | AnswerQuestion | HideQuestion | PromptQuestion | Reply | SetAnnouncements | ResolveUnsure | Undo
    | Redo | ChangeShow | ArchiveShow | SetGoals | PlanPromos | AddItems | ChangeItems | MoveItems | RemoveItems
    | ImportItems | IssuePromoPlan
)  # fmt: skip


class Refused(msgspec.Struct, frozen=True):
    """Why a command was not carried out, as a sentence that says what to do. `reason` is for programs;
    "sold-out" asks for a deliberate second act.
    """

    sentence: str
    reason: str = "rule"
