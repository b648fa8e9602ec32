"""Goals and costs: kept when a field is left, undone like any decision, and nothing typed is lost by what is wrong."""

from collections.abc import AsyncIterator

import hypothesis.strategies as st
import pytest
from hypothesis import given
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from studio.control.ports import StoreFull
from studio.domain import commands as cmd
from studio.domain.commands import Refused
from studio.domain.plan import CostLine, Goals
from studio.ui.actions import Actions
from studio.ui.models.live_show import LiveShow
from studio.ui.prepare.goal_fields import GoalField
from studio.ui.prepare.goal_values import MOST, Wrong, amount_text, count_text, read_amount, read_count
from studio.ui.prepare.goals_panel import GoalsPanel
from studio.ui.studio import Notice
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.widgets.labels import ElidedLabel
from studio.ui.widgets.text import without_isolates
from tests.fakes.fake_studio import FakeStudio
from tests.ui.prepare_kit import a_past, planned

ENGLISH, GERMAN = Texts("en"), Texts("de")


class Kit:
    def __init__(self, window: QWidget, theme, actions: Actions, studio: FakeStudio, texts: Texts) -> None:
        self.studio, self.tasks = studio, Tasks("test")
        self.live = LiveShow(studio.opened(), window)
        studio.changes.connect(self.live.take)
        self.panel = GoalsPanel(studio, self.live, actions, theme, texts, self.tasks, window)
        self.panel.resize(330, 400)
        self.notices: list[Notice] = []
        self.panel.notice.connect(self.notices.append)
        window.resize(360, 440)
        window.show()

    async def type(self, field: GoalField, text: str) -> None:
        """Type into a field and leave it."""
        field.setFocus()
        field.selectAll()
        if text:
            QTest.keyClicks(field, text)
        else:
            QTest.keyClick(field, Qt.Key.Key_Delete)
        QTest.keyClick(field, Qt.Key.Key_Return)
        await self.tasks.drain()

    @property
    def goals(self) -> Goals:
        return self.live.state.goals


@pytest.fixture
async def make(window: QWidget, theme, actions: Actions) -> AsyncIterator[type]:
    kits: list[Kit] = []

    def build(studio: FakeStudio | None = None, texts: Texts = ENGLISH) -> Kit:
        kits.append(Kit(window, theme, actions, studio or planned(), texts))
        return kits[-1]

    yield build
    for kit in kits:
        await kit.tasks.close()


async def test_each_goal_is_kept_when_its_field_is_left(make) -> None:
    kit = make()
    await kit.type(kit.panel.fields["peak_viewers"], "2,000")
    await kit.type(kit.panel.fields["sessions"], "1500")
    await kit.type(kit.panel.fields["orders"], "150")
    await kit.type(kit.panel.fields["revenue_minor"], "9000.50")
    assert kit.goals == Goals(2_000, 1_500, 150, 900_050)
    assert [field.text() for field in kit.panel.fields.values()] == ["2,000", "1,500", "150", "€9,000.50"]
    assert len(kit.studio.commands) == 4, "each is decided once"


async def test_an_emptied_field_is_no_goal(make) -> None:
    kit = make()
    await kit.type(kit.panel.fields["orders"], "150")
    await kit.type(kit.panel.fields["orders"], "")
    assert kit.goals.orders is None


async def test_undo_brings_the_goal_before_back_into_the_field(make) -> None:
    kit = make()
    await kit.type(kit.panel.fields["orders"], "150")
    await kit.type(kit.panel.fields["orders"], "250")
    await kit.studio.do(cmd.Undo())
    assert kit.panel.fields["orders"].text() == "150"
    await kit.studio.do(cmd.Redo())
    assert kit.panel.fields["orders"].text() == "250"


async def test_what_is_no_number_is_said_and_stays_until_it_is_right(make) -> None:
    kit = make()
    field = kit.panel.fields["orders"]
    await kit.type(field, "many")
    assert "whole number" in field.accessibleDescription()
    assert field.property("tone") == "warning"
    await kit.studio.do(cmd.SetGoals(Goals(peak_viewers=5)))
    assert field.text() == "many"
    await kit.type(field, "12")
    assert (kit.goals.orders, field.property("tone"), field.accessibleDescription()) == (12, "", "")
    QTest.keyClicks(field, "9")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "12", "Esc puts back what is kept"


async def test_a_field_left_as_it_was_decides_nothing(make) -> None:
    kit = make()
    await kit.type(kit.panel.fields["orders"], "150")
    kit.studio.commands.clear()
    await kit.type(kit.panel.fields["orders"], "150")
    kit.panel.fields["sessions"].setFocus()
    await kit.tasks.drain()
    assert kit.studio.commands == []


async def test_costs_are_added_changed_and_removed_and_their_sum_is_shown(make) -> None:
    kit = make()
    assert kit.panel.total.text() == "–"
    kit.panel.edit_costs.click()
    assert kit.panel.focusWidget() is kit.panel.costs[0].label, "the first line is there to be filled in"
    for label, amount in (("Staff", "1200"), ("Ads", "700")):
        if label == "Ads":
            kit.panel.add_cost.click()
        row = kit.panel.costs[-1]
        await kit.type(row.label, label)
        assert kit.goals.costs[-1:] != (CostLine(label, 0),), "it is kept once both are known"
        await kit.type(row.amount, amount)
    assert kit.goals.costs == (CostLine("Staff", 120_000), CostLine("Ads", 70_000))
    assert kit.panel.total.text() == "€1,900.00"
    assert kit.panel.cost.text() == "Cost (Staff, Ads)"
    await kit.type(kit.panel.costs[0].amount, "1000")
    assert kit.panel.total.text() == "€1,700.00"
    kit.panel.costs[0].drop.click()
    await kit.tasks.drain()
    assert kit.goals.costs == (CostLine("Ads", 70_000),)
    assert [row.label.text() for row in kit.panel.costs] == ["Ads"]
    await kit.studio.do(cmd.Undo())
    assert [row.label.text() for row in kit.panel.costs] == ["Staff", "Ads"]


async def test_a_cost_without_a_name_is_not_kept_and_says_so(make) -> None:
    kit = make()
    await kit.studio.do(cmd.SetGoals(Goals(costs=(CostLine("Staff", 100),))))
    await kit.type(kit.panel.costs[0].label, "")
    assert "needs a name" in kit.panel.costs[0].label.accessibleDescription()
    assert kit.goals.costs == (CostLine("Staff", 100),)


async def test_a_new_line_that_was_never_filled_in_can_be_dropped(make) -> None:
    kit = make()
    kit.panel.add_cost.click()
    kit.panel.add_cost.click()
    assert len(kit.panel.costs) == 1, "one empty line is enough"
    kit.panel.costs[0].drop.click()
    await kit.tasks.drain()
    assert (kit.panel.costs, kit.studio.commands) == ([], [])


async def test_past_shows_of_the_series_suggest_what_to_reach(make) -> None:
    studio = planned()
    studio.past_shows = [a_past(12, 1_410, 612_000, 2.2), a_past(13, 1_730, 781_000, 2.9)]
    kit = make(studio)
    await kit.tasks.drain()
    told = {name: field.placeholderText() for name, field in kit.panel.fields.items()}
    assert told == {
        "peak_viewers": "e.g. 1,570", "sessions": "e.g. 1,400", "orders": "e.g. 150", "revenue_minor": "e.g. €6,965.00",
    }  # fmt: skip
    assert kit.goals == Goals(), "a suggestion is not a goal"


async def test_a_past_show_that_reached_nothing_suggests_nothing(make) -> None:
    studio = planned()
    studio.past_shows = [a_past(12, 0, 0, None)]
    kit = make(studio)
    await kit.tasks.drain()
    assert kit.panel.fields["peak_viewers"].placeholderText() == "no goal"
    assert kit.panel.fields["revenue_minor"].placeholderText() == "no goal"


async def test_without_past_shows_nothing_is_suggested(make) -> None:
    kit = make()
    await kit.tasks.drain()
    assert {field.placeholderText() for field in kit.panel.fields.values()} == {"no goal"}


async def test_a_refusal_and_a_full_disk_are_said_and_the_fields_show_what_is_kept(make, monkeypatch) -> None:
    kit = make()
    kit.studio.refuse = Refused("Not now.")
    await kit.type(kit.panel.fields["orders"], "150")
    assert [n.sentence for n in kit.notices] == ["Not now."]
    assert kit.panel.fields["orders"].text() == ""

    async def full(_command: cmd.Command) -> None:
        raise StoreFull("The disk is full.")

    monkeypatch.setattr(kit.studio, "do", full)
    await kit.type(kit.panel.fields["orders"], "150")
    assert (kit.notices[-1].level, kit.notices[-1].sentence) == ("trouble", "The disk is full.")


async def test_german_amounts_are_read_as_germans_write_them(make) -> None:
    kit = make(texts=GERMAN)
    await kit.type(kit.panel.fields["revenue_minor"], "9.000,50")
    assert kit.goals.revenue_minor == 900_050
    assert without_isolates(kit.panel.fields["revenue_minor"].text()).startswith("9.000,50")


@pytest.mark.parametrize("text", ["x", "-3", "1.005", "€", "9,9,9.1", str(10**15)])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Wrong):
        read_amount(text, "EUR", ENGLISH)


@pytest.mark.parametrize("text", ["x", "-3", "٣", str(10**15)])
def test_what_is_no_count_is_refused(text: str) -> None:
    with pytest.raises(Wrong):
        read_count(text)


@given(
    value=st.integers(0, MOST), language=st.sampled_from(["en", "de", "nb", "fr", "hu", "de-CH"]),
    currency=st.sampled_from(["EUR", "NOK", "JPY", "KWD", "HUF"]),
)  # fmt: skip
def test_what_a_field_shows_is_read_back_as_the_same_figure(value: int, language: str, currency: str) -> None:
    texts = Texts(language)
    assert read_count(count_text(value, texts)) == value
    assert read_amount(amount_text(value, currency, texts), currency, texts) == value


@pytest.mark.parametrize("width", [242, 330])
async def test_the_names_of_the_goals_are_read_whole_and_nothing_scrolls(make, width: int) -> None:
    kit = make()
    kit.panel.resize(width, kit.panel.sizeHint().height())
    # How high it wishes to be is known once it is as wide.
    kit.panel.resize(width, kit.panel.sizeHint().height())
    kit.panel.grab()
    names = [label for label in kit.panel.scroller.findChildren(ElidedLabel) if label.buddy()]
    assert [label.text() for label in names][1] == "Clicks on tracked links"
    assert not [label.text() for label in names if label.is_cut()]
    assert kit.panel.scroller.verticalScrollBar().maximum() == 0
