"""What the checks before a show are made of: their kinds, how they stand, what they are about, and what mends them."""

import enum
from collections.abc import Sequence

import msgspec

from studio.domain.money import Money


class CheckKind(enum.StrEnum):
    """What is looked at, in the order of the list."""

    LINE_UP = "line_up"
    SHOP = "shop"
    ITEMS = "items"
    SKUS = "skus"
    PRICES = "prices"
    SHOW_PRICES = "show_prices"
    STOCK = "stock"
    PROMOS = "promos"
    LOW_PRICE = "low_price"
    CHANNELS = "channels"
    STAGE = "stage"
    CLOCK = "clock"
    LENGTH = "length"
    DISK = "disk"
    DISPLAY = "display"


class CheckState(enum.StrEnum):
    """*checking*: nobody knows yet."""

    OK = "ok"
    WARNING = "warning"
    TROUBLE = "trouble"
    CHECKING = "checking"


class Fix(enum.StrEnum):
    """What a check offers. *item*: go to its first subject in the line-up, column `Check.column`."""

    NONE = ""
    ITEM = "item"
    ADD_ITEMS = "add_items"
    SHOPS = "shops"
    REFRESH_STOCK = "refresh_stock"
    TAKE_PRICES = "take_prices"
    STOCK_CHECK = "stock_check"
    PROMOS = "promos"
    CHANNELS = "channels"
    STAGE = "stage"
    PROMPTER = "prompter"
    DATA_FOLDER = "data_folder"


class Reach(enum.StrEnum):
    """How something outside is reached. *silent*: connected, but nothing came for long; *off*: not set up or not used."""

    WELL = "well"
    CONNECTING = "connecting"
    SILENT = "silent"
    DOWN = "down"
    ASKING = "asking"
    OFF = "off"


class Outside(msgspec.Struct, frozen=True):
    """One shop, channel or part of the stage: its name, how it is reached, and its own sentence about that. `signed_in` is
    None where nobody needs to be, or nobody knows.
    """

    name: str
    reach: Reach
    sentence: str = ""
    signed_in: bool | None = None


class ReadinessFacts(msgspec.Struct, frozen=True):
    """What only the outside knows. `shop_heard_ms` is how long ago the shop was heard last (None: never);
    `catalogue_read`: its whole catalogue was read at least once; `clock_known`: the shop's time is known; `clock_ahead_ms`: how far the shop's clock is ahead of this computer's (None: unknown, or the
    show's time has a pace of its own); `promo_problems` the sentences of what is wrong with the planned codes (None: not
    looked at yet), `codes_unsure` of how many codes nobody could say whether they are in
    use; `displays` how many monitors there are; `prompter_placed`: a person chose where the prompter stands, or it is open;
    `now_ms`: the show's time, UTC ms of the shop's clock (None: when the show begins).
    """

    shop: Outside | None = None
    shop_heard_ms: int | None = None
    catalogue_read: bool = False
    channels: tuple[Outside, ...] = ()
    stages: tuple[Outside, ...] = ()
    clock_known: bool = False
    clock_ahead_ms: int | None = None
    disk_free_bytes: int | None = None
    displays: int = 1
    prompter_placed: bool = False
    promo_problems: tuple[str, ...] | None = None
    codes_unsure: int = 0
    now_ms: int | None = None


class Subject(msgspec.Struct, frozen=True):
    """What a check is about: an item, or something outside (`item_id` empty). `left` of `wanted` pieces; `before` and `after`
    are prices as planned and as they are.
    """

    title: str
    item_id: str = ""
    left: int | None = None
    wanted: int | None = None
    before: Money | None = None
    after: Money | None = None
    sentence: str = ""
    reach: Reach | None = None
    variants: tuple[str, ...] = ()


class Check(msgspec.Struct, frozen=True):
    """One check. `count` and `number` are what its sentence needs: how many were looked at, and an age (ms), a length (ms) or a
    size (bytes). `column` is that of the line-up where it is mended.
    """

    kind: CheckKind
    state: CheckState
    subjects: tuple[Subject, ...] = ()
    count: int = 0
    number: int | None = None
    planned: int | None = None
    fix: Fix = Fix.NONE
    column: str = ""

    @property
    def open(self) -> bool:
        """Whether a person should look at it before the show."""
        return self.state in (CheckState.WARNING, CheckState.TROUBLE)


def open_checks(checks: Sequence[Check]) -> tuple[Check, ...]:
    """Those that a person should look at."""
    return tuple(check for check in checks if check.open)
