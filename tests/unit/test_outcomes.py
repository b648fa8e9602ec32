"""What did not go through is said once, with what it is about and what to do."""

import pytest

from studio.domain.events import EffectSettled, Logged, Outcome, ReplyWritten
from studio.domain.lineup import ItemKind, LineUpItem
from studio.domain.promo import PromoCode, PromoKind, PromoRecord, PromoScope
from studio.domain.show import ShowState
from studio.outcomes import outcome_notices

CODE = PromoCode("pr", "NORD20", PromoKind.PERCENT, 20, 0, "EUR", PromoScope.ALL, (), 0, 1, None, None)
STATE = ShowState(
    "s",
    items=(LineUpItem("i", ItemKind.PRODUCT, "Throw", 1, "p1"),),
    promos={"pr": PromoRecord(CODE, 1)},
    replies={"r": ReplyWritten("r", "Yes", "live", "m", "Kari")},
)


def logged(*events: EffectSettled) -> list[Logged]:
    return [Logged(f"e{n}", "s", n, 0, 0, "engine", "seat", "", event) for n, event in enumerate(events, 1)]


def settled(
    action: str, outcome: Outcome, subject: str = "", sentence: str = "", target: str = "shop"
) -> EffectSettled:
    return EffectSettled("id", target, action, outcome, sentence, subject)


@pytest.mark.parametrize(
    ("event", "level", "words"),
    [
        (
            settled("CreatePromo", Outcome.REFUSED, "pr", "The code is taken"),
            "trouble",
            ("the code NORD20", "The code is taken.", "issue it again"),
        ),
        (settled("UpdatePromo", Outcome.REFUSED, "pr", "Too late."), "warning", ("NORD20", "ends as before", "Too late.")),
        (settled("EndPromoNow", Outcome.REFUSED, "pr"), "warning", ("NORD20", "may still be redeemed")),
        (
            settled("FeatureProduct", Outcome.REFUSED, "p1", "No such product."),
            "warning",
            ("“Throw”", "No such product.", "next item"),
        ),
        (settled("FeatureProduct", Outcome.REFUSED, "gone"), "warning", ("“gone”",)),
        (settled("FeatureProduct", Outcome.REFUSED), "warning", ("take the pin off",)),
        (
            settled("Say", Outcome.REFUSED, target="channel:live", sentence="Slow mode"),
            "warning",
            ("announcement to live", "Slow mode."),
        ),
        (settled("ReplyTo", Outcome.UNSURE, "r", "Look at the channel."), "warning", ("reply to Kari", "may or may not")),
        (settled("ReplyTo", Outcome.EXPIRED, "r"), "warning", ("reply to Kari was not sent", "Say it again")),
        (
            settled("CreatePromo", Outcome.EXPIRED, "pr", "NORD20 was not issued: its end had passed."),
            "trouble",
            ("NORD20 was not issued", "Issue a new one"),
        ),
    ],
)  # fmt: skip
def test_each_is_one_sentence_with_its_subject_and_what_to_do(
    event: EffectSettled, level: str, words: tuple[str, ...]
) -> None:
    notices = outcome_notices(logged(event), STATE)
    assert [notice.level for notice in notices] == [level]
    for word in words:
        assert word in notices[0].sentence
    assert notices[0].sentence[-1] in ".!?…"


@pytest.mark.parametrize("outcome", [Outcome.DELIVERED, Outcome.SUPERSEDED, Outcome.WITHDRAWN])
def test_what_went_well_or_was_taken_back_needs_no_words(outcome: Outcome) -> None:
    assert outcome_notices(logged(settled("FeatureProduct", outcome, "p1")), STATE) == []


def test_words_that_came_too_late_together_are_told_as_one() -> None:
    late = [settled("Say", Outcome.EXPIRED, target="channel:live") for _ in range(3)]
    notices = outcome_notices(logged(*late, settled("ReplyTo", Outcome.EXPIRED, "r")), STATE)
    assert len(notices) == 1
    assert notices[0].sentence.startswith("3 announcements and 1 reply were not sent")
