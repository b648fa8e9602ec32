"""What to change next time: rules over a show's figures, each with its evidence. None where the data do not carry it."""

import enum

import msgspec


class AdviceKind(enum.StrEnum):
    """What is advised. For each: what `subject`, `value` and `other` of the `Advice` are."""

    SOLD_OUT_EARLY = "sold_out_early"
    """`subject`: the product; `value`: pieces to plan with instead; `other`: the pieces that there were. `at_ms`: when."""
    EARNED_MOST = "earned_most"
    """`subject`: the item that earned most a minute; `value`: minor units a minute; `other`: those of the whole show."""
    EARNED_LEAST = "earned_least"
    """`subject`: the item that was on air long and earned little; `value`: minor units a minute; `other`: its minutes."""
    VIEWERS_LOST = "viewers_lost"
    """`subject`: the item during which viewers left; `value`: the share that left (0 to 1); `other`: planned minutes."""
    QUESTIONS_OPEN = "questions_open"
    """`subject`: what was asked most, in its asker's words; `value`: open questions; `other`: how often that one was asked."""
    CODE_UNUSED = "code_unused"
    """`subject`: the code; `value`: its redemptions; `other`: the viewers at the time when it was live."""
    CODE_NEEDLESS = "code_needless"
    """`subject`: the code; `value`: the discount that it cost (minor units); `other`: pieces a minute sold before it,
    which were not fewer than with it."""
    OVER_TIME = "over_time"
    """`subject`: empty; `value`: ms that the show lasted longer than planned; `other`: the share of viewers left then."""


class Advice(msgspec.Struct, frozen=True):
    """One thing to change, with its numbers; the words are made by who shows it. `item_id` is the item that it is about,
    empty for none; `minutes` a suggested length, None for none.
    """

    kind: AdviceKind
    subject: str
    value: float
    other: float | None = None
    item_id: str = ""
    at_ms: int | None = None
    minutes: float | None = None
