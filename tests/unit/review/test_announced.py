"""The report lists what was announced, in its language, and names no address."""

import pytest

from studio.domain import commands as cmd
from studio.domain import events as ev
from tests.unit.domain.show_builder import Show
from tests.unit.review.test_report import Page, report, rows


def a_show() -> Show:
    show = Show(channels=("youtube", "<b>"))
    show.do(cmd.PinItem("i1"))
    one, two = (e for e in show.effects if e.target.startswith("channel:"))
    said = "Now on air: Item 1 <i> https://shop.example/go/lnk-1"
    show.append(ev.EffectSettled(one.id, one.target, "Say", ev.Outcome.DELIVERED, said=said))
    show.append(ev.EffectSettled(two.id, two.target, "Say", ev.Outcome.EXPIRED, "Too late."))
    show.pass_minutes(1)
    show.do(cmd.PinItem("i4"))
    for effect in show.effects[-2:]:
        show.append(ev.EffectSettled(effect.id, effect.target, "Say", ev.Outcome.WITHDRAWN))
    return show


@pytest.mark.parametrize(
    ("language", "heading", "outcomes"),
    [
        ("en", "Announcements", ("said", "too late")),
        ("de", "Ansagen", ("gesagt", "zu spät")),
        ("nb", "Kunngjøringer", ("sagt", "for sent")),
    ],
)
def test_what_was_announced_stands_there_with_what_became_of_it(
    language: str, heading: str, outcomes: tuple[str, str]
):
    html = report(a_show().state, language=language)
    said, late = rows(html, heading)
    assert said[1:] == ["youtube", "Now on air: Item 1 &lt;i&gt; …", outcomes[0]]
    assert late[1:] == ["&lt;b&gt;", "Now on air: Item 1 …", outcomes[1]]
    assert "shop.example" not in html
    assert Page(html).wrong == []


def test_a_show_without_announcements_says_so():
    assert "Nothing was announced in this show." in Page(report()).text
