"""Promo codes that cannot be: the form says why before they leave, and what the shop refuses goes back with a sentence."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from studio.domain.commands import IssuePlannedPromo, IssuePromo
from studio.domain.events import PromoRefused
from studio.domain.lineup import LineUp
from studio.domain.promo import PromoKind, PromoPhase, PromoPlan, PromoScope, phase
from studio.ui.host.promo_form import PromoForm
from tests.fakes.bad_shop import BadShop, data, problem
from tests.faults.windows import Stage, item, lineup, stage


def plan(*, code: str = "NORD20", **changes: object) -> PromoPlan:
    """Twenty percent off the whole shop for ten minutes."""
    fields = {
        "id": f"plan-{code}",
        "kind": PromoKind.PERCENT,
        "percent": 20,
        "scope": PromoScope.ALL,
        **changes,
    }
    return PromoPlan(code=code, **fields)  # pyright: ignore[reportArgumentType]


def opened(window: Stage) -> PromoForm:
    """The form, opened by its key."""
    window.press("promo.issue")
    form = window.host.promo_form
    assert form.isVisible()
    return form


def typed(form: PromoForm, code: str) -> None:
    """Put a code over what stands there, as a paste does: the test's keys are ASCII only."""
    form.code.selectAll()
    QApplication.clipboard().setText(code)
    form.code.paste()


CODES = [
    ("winter 20", "WINTER 20", "no spaces"),
    ("ab", "AB", "3 to 24 characters"),
    ("größe", "GRÖSSE", "capital letters A to Z"),
    ("-nord", "-NORD", "capital letters"),
    ("<b>10</b>", "<B>10</B>", "capital letters"),
]
PLANS: list[tuple[dict[str, object], str]] = [
    ({"percent": 0}, "between 1 and 100 %"),
    ({"percent": 101}, "between 1 and 100 %"),
    ({"kind": PromoKind.FIXED, "amount_minor": 0}, "more than zero"),
    ({"minutes": 0}, "choose a later end"),
    ({"minutes": -5}, "choose a later end"),
    ({"total_limit": 0}, "The limit must be at least 1"),
    ({"per_customer_limit": 0}, "The limit for one customer"),
    ({"code": "nord 20"}, "Write the code in capitals: NORD 20"),
    ({"code": "NORD 20"}, "no spaces"),
]


async def test_a_code_that_nobody_can_type_is_said_in_the_form_and_not_issued(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    with BadShop() as shop:
        async with stage(qapp, tmp_path, shop) as window:
            await window.open()
            form = opened(window)
            for code, stands, words in CODES:
                typed(form, code)
                assert form.code.text() == stands
                assert words in form.trouble.text()
                form.submit()
                assert not form.issue.isEnabled()
                assert form.isVisible(), "nothing typed is lost"
            assert window.state.promos == {}


async def test_values_that_make_no_sense_are_said_one_by_one(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    with BadShop() as shop:
        async with stage(qapp, tmp_path, shop) as window:
            await window.open()
            form = opened(window)
            typed(form, "nord20")
            assert form.code.text() == "NORD20"
            for value in (0, 101, 1_000):
                form.value.setValue(value)
                assert "between 1 and 100 %" in form.trouble.text()
                assert not form.issue.isEnabled()
            form.value.setValue(20)
            assert form.issue.isEnabled()
            form.minutes.setValue(0)
            assert "would end before it starts: choose a later end" in form.trouble.text()
            form.submit()
            form.minutes.setValue(10)
            form.kind.setCurrentIndex(1)
            form.value.setValue(0)
            assert "more than zero" in form.trouble.text()
            form.submit()
            assert window.state.promos == {}


async def test_a_code_that_makes_no_sense_is_refused_wherever_it_comes_from(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    with BadShop() as shop:
        async with stage(qapp, tmp_path, shop) as window:
            await window.open()
            for number, (wrong, words) in enumerate(PLANS):
                window.give(IssuePromo(f"promo-{number}", plan(**{"code": "NORD20", **wrong})))
                await window.until_said(words)
            assert window.state.promos == {}
            assert [r for r in shop.requests("/v1/promos") if r.method == "POST"] == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (problem(409, "code-taken", "This shop has a code NORD20 already."), "has a code NORD20 already"),
        (problem(422, "invalid", "The code would end before it starts"), "would end before it starts."),
        (problem(404, "not-found", "No such product: p1."), "No such product"),
        (problem(422, "invalid", ""), "No"),
    ],
)
async def test_a_code_that_the_shop_refuses_goes_back_and_the_next_try_is_free(
    qtbot, qapp: QApplication, tmp_path: Path, answer: object, words: str
) -> None:
    with_code: LineUp = lineup(item(1, promo=plan(scope=PromoScope.PRODUCT)), item(2))
    with BadShop() as shop:
        shop.on("/v1/promos", answer)  # type: ignore[arg-type]
        async with stage(qapp, tmp_path, shop) as window:
            await window.open(with_code)
            await window.do(IssuePlannedPromo("first", "i1"))
            sentence = await window.until_said("did not take the code NORD20", words)
            assert "issue it again" in sentence
            assert sentence in window.standing(), "it stays until it is put away"
            record = window.state.promos["first"]
            assert phase(record, window.desktop.studio.clock.now_ms()) is PromoPhase.REFUSED
            assert [e.actor for e in window.live.log if isinstance(e.event, PromoRefused)] == ["engine"]
            assert shop.requests("/channel/v1/say") == [], "nobody was told of it"
            # The prepared code is offered again, and a shop that takes it confirms it.
            shop.well("/v1/promos")
            form = opened(window)
            assert not form.prepared.isHidden()
            form.issue_prepared()
            await window.until(
                lambda: any(r.confirmed_ends_at_ms for r in window.state.promos.values()),
                "the code to be live",
            )
            await window.until(lambda: not window.live.outbox, "the announcement")
            assert len(shop.requests("/channel/v1/say")) == 1


async def test_a_shop_that_confirms_nonsense_makes_no_code_live(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    with BadShop() as shop:
        shop.on("/v1/promos", data({"id": "x", "code": "OTHER", "starts_at_ms": 1, "ends_at_ms": 2}, 201))
        async with stage(qapp, tmp_path, shop) as window:
            await window.open()
            await window.do(IssuePromo("a", plan()))
            await window.until_said("answered about another code (OTHER)")
            assert window.state.promos["a"].confirmed_ends_at_ms is None
            assert shop.requests("/channel/v1/say") == []
            shop.well("/v1/promos")
            await window.until(lambda: window.state.promos["a"].confirmed_ends_at_ms, "the code to be live")
            keys = {r.headers["idempotency-key"] for r in shop.requests("/v1/promos") if r.method == "POST"}
            assert len(keys) == 1, "asked again with the same key"
