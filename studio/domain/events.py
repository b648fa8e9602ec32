"""What happened in a show. Events are facts in the past tense; the show's log is a list of them.

Every event says all that is needed to fold it: ids and times are fixed when it is decided. `SCHEMA` is raised
whenever the meaning of a stored event changes; readers keep reading the older ones.
"""

import enum

import msgspec

from studio.domain.announcement_rules import AnnouncementRules
from studio.domain.lineup import LineUp, LineUpItem
from studio.domain.money import Money
from studio.domain.plan import Goals, ShowDetails
from studio.domain.promo import PromoCode, PromoPlan

SCHEMA = 1


class Outcome(enum.StrEnum):
    """How an effect ended at its target. *superseded*: a newer state was delivered instead and the target was
    told of this one; *expired*: it was never attempted within its time; *withdrawn*: undone before it left;
    *unsure*: attempted without an answer, a person decides.
    """

    DELIVERED = "delivered"
    REFUSED = "refused"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    UNSURE = "unsure"


class _Event(msgspec.Struct, frozen=True, tag=True):
    """The base of all events; the tag is the class's name."""


class ShowPlanned(_Event, frozen=True):
    """A show was set up. `shop` and `channels` are the names of the connections it uses; without `announcements` it
    announces by the built-in rules.
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


class ShowChanged(_Event, frozen=True):
    """What the show is called, when or where it is was changed."""

    details: ShowDetails
    before: ShowDetails


class ShowArchived(_Event, frozen=True):
    """The show was put out of the list of shows, or back into it."""

    archived: bool


class GoalsSet(_Event, frozen=True):
    """Goals and costs were changed from `before`."""

    goals: Goals
    before: Goals


class PromosPlanned(_Event, frozen=True):
    """The planned codes that belong to no item were changed from `before`."""

    promos: tuple[PromoPlan, ...]
    before: tuple[PromoPlan, ...]


class ShopChanged(_Event, frozen=True):
    """The show sells from another shop: its items are looked up there anew, where they name an SKU."""

    shop: str
    before: str


class ShowStarted(_Event, frozen=True):
    """The show went on air; `open_warnings` are the sentences of the checks that a person passed over."""

    open_warnings: tuple[str, ...] = ()


class ShowEnded(_Event, frozen=True):
    """The show went off air."""


class ItemAdded(_Event, frozen=True):
    """An item came into the line-up at `index`."""

    item: LineUpItem
    index: int


class ItemChanged(_Event, frozen=True):
    """An item's plan was changed from `before` to `item` (same id)."""

    item: LineUpItem
    before: LineUpItem


class ItemMoved(_Event, frozen=True):
    """An item moved from index `before` to `index`."""

    item_id: str
    index: int
    before: int


class ItemRemoved(_Event, frozen=True):
    """An item left the line-up; `item` and `index` say what is put back by undo."""

    item: LineUpItem
    index: int


class ItemSkipped(_Event, frozen=True):
    """A planned item will not be shown."""

    item_id: str


class ItemUnskipped(_Event, frozen=True):
    """A skipped item is planned again."""

    item_id: str


class ItemWentOnAir(_Event, frozen=True):
    """An item went on air; a product is pinned by that (`product_id`, empty for talk). `left_id` is the item
    that was on air until then, empty for none. `price` (with tax, the lowest of its variants) and `left`, the pieces that
    could be sold, are what was known of the product then, None for nothing.
    """

    item_id: str
    product_id: str
    left_id: str = ""
    price: Money | None = None
    left: int | None = None


class OnAirReverted(_Event, frozen=True):
    """Undo of going on air or of unpinning: `item_id` stands as it stood before, `back_id` is on air again.
    `tell_shop` is False where the shop had not been told yet.
    """

    item_id: str
    back_id: str = ""
    back_product_id: str = ""
    back_since_ms: int = 0
    tell_shop: bool = True


class Unpinned(_Event, frozen=True):
    """The item on air was taken off; nothing is pinned. `since_ms` is when it had gone on air."""

    item_id: str
    product_id: str
    since_ms: int


class StageCleared(_Event, frozen=True):
    """Card, code and question were taken off the stage at once; the pin stays."""


class PromoIssued(_Event, frozen=True):
    """A code was decided; the shop is being told. It is not live before the shop has confirmed it."""

    promo: PromoCode


class PromoConfirmed(_Event, frozen=True):
    """The shop confirmed a code with this window, [starts, ends) in the shop's UTC ms."""

    promo_id: str
    shop_promo_id: str
    starts_at_ms: int
    ends_at_ms: int


class PromoRefused(_Event, frozen=True):
    """The shop refused a code; `sentence` says why and what to do."""

    promo_id: str
    sentence: str


class PromoLapsed(_Event, frozen=True):
    """A code was never offered to the shop before its end had passed: it is not issued, but reported."""

    promo_id: str


class PromoWithdrawn(_Event, frozen=True):
    """A code was undone before it left for the shop."""

    promo_id: str


class PromoExtended(_Event, frozen=True):
    """A code's end was moved from `before_ms` to `ends_at_ms`. `tell_shop` is False where an undo put back what
    the shop still believes.
    """

    promo_id: str
    ends_at_ms: int
    before_ms: int
    tell_shop: bool = True


class PromoEnded(_Event, frozen=True):
    """A code was ended early, at `ends_at_ms`; `before_ms` was its end until then."""

    promo_id: str
    ends_at_ms: int
    before_ms: int


class PromoWindowConfirmed(_Event, frozen=True):
    """The shop confirmed a new end of a code."""

    promo_id: str
    ends_at_ms: int


class PromoChangeRefused(_Event, frozen=True):
    """The shop refused to change a code; its end stays at `ends_at_ms`."""

    promo_id: str
    ends_at_ms: int
    sentence: str


class PromoEnding(_Event, frozen=True):
    """The last minute of a code has begun: it ends at `ends_at_ms`, as the shop confirmed it."""

    promo_id: str
    ends_at_ms: int


class SoldOut(_Event, frozen=True):
    """The last piece of the product on air was sold, less what is kept back of it."""

    product_id: str


class AnnouncementsSet(_Event, frozen=True):
    """What is announced, and how, was changed from `before` to `rules`."""

    rules: AnnouncementRules
    before: AnnouncementRules


class StreamStarted(_Event, frozen=True):
    """The broadcast of a stage began at `started_at_ms` (UTC ms of the shop's clock): its replay counts from there."""

    stage: str
    started_at_ms: int


class StreamStopped(_Event, frozen=True):
    """The broadcast of a stage ended."""

    stage: str


class LinkLost(_Event, frozen=True):
    """A connection of a show on air does not work for a while already. `kind` is "shop" or "channel", `name` what the
    settings call it; `heard_at_ms` is when it was heard last (UTC ms of the shop's clock), None for never.
    """

    kind: str
    name: str
    heard_at_ms: int | None = None


class LinkRestored(_Event, frozen=True):
    """A connection that was lost works again."""

    kind: str
    name: str


class QuestionClaimed(_Event, frozen=True):
    """Somebody takes care of a question."""

    question_id: str


class QuestionReleased(_Event, frozen=True):
    """A claimed question is open again."""

    question_id: str


class QuestionAnswered(_Event, frozen=True):
    """A question was answered, in writing (`reply_id`) or aloud (empty)."""

    question_id: str
    reply_id: str = ""


class QuestionHidden(_Event, frozen=True):
    """A question was put out of sight."""

    question_id: str


class QuestionReopened(_Event, frozen=True):
    """A question's decision was undone: `status` is what it was before."""

    question_id: str
    status: str


class QuestionPrompted(_Event, frozen=True):
    """A question was put on the prompter; with an empty id the prompter shows none. `before_id` stood there."""

    question_id: str
    text: str = ""
    asked: int = 0
    before_id: str = ""
    before_text: str = ""
    before_asked: int = 0


class ReplyWritten(_Event, frozen=True):
    """A reply to one message (`message_id` on `channel`), or to all channels when both are empty."""

    reply_id: str
    text: str
    channel: str = ""
    message_id: str = ""
    author: str = ""


class EffectSettled(_Event, frozen=True):
    """How an effect ended at its target; `sentence` says why where it did not go through. `said` is what a channel was
    told, word by word.
    """

    effect_id: str
    target: str
    action: str
    outcome: Outcome
    sentence: str = ""
    subject: str = ""
    said: str = ""


class UnsureResolved(_Event, frozen=True):
    """A person decided about an unsure effect: send it again, or leave it."""

    effect_id: str
    resend: bool


Event = (
    ShowPlanned | ShopChanged | ShowStarted | ShowEnded | ItemAdded | ItemChanged | ItemMoved | ItemRemoved | ItemSkipped
    | ItemUnskipped | ItemWentOnAir | OnAirReverted | Unpinned | StageCleared | PromoIssued | PromoConfirmed
    | PromoRefused | PromoLapsed | PromoWithdrawn | PromoExtended | PromoEnded | PromoWindowConfirmed
    | PromoChangeRefused | PromoEnding | SoldOut | AnnouncementsSet | QuestionClaimed | QuestionReleased | QuestionAnswered | QuestionHidden
    | QuestionReopened | QuestionPrompted | ReplyWritten | EffectSettled | UnsureResolved | StreamStarted | StreamStopped
    | ShowChanged | ShowArchived | GoalsSet | PromosPlanned | LinkLost | LinkRestored
)  # fmt: skip


class Logged(msgspec.Struct, frozen=True):
    """An event in its place in a show's log.

    `seq` is dense from 1; `at_ms` is the shop's time (UTC ms), `wall_ms` the computer's; `command_id` groups what
    one command decided; `undoes` is the command that these events take back, empty for none.
    """

    id: str
    show_id: str
    seq: int
    at_ms: int
    wall_ms: int
    actor: str
    seat: str
    command_id: str
    event: Event
    undoes: str = ""
    schema: int = SCHEMA
