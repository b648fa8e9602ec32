"""What viewers may write: markup, other directions, invisible characters, emoji and whole books. All of it is text."""

from pathlib import Path

from PySide6.QtWidgets import QApplication

from studio.domain.commands import AnswerQuestion, EndShow, PinProduct, PromptQuestion, Reply
from studio.ui.host.workspace import HostWorkspace
from tests.fakes.bad_shop import BadShop, a_product, problem
from tests.faults.windows import Stage, item, lineup, markup_in_tooltips, rich_labels, stage

MARKUP = '<img src="http://tracker.example/x.png"><b>50 %</b> <a href="http://x.example">free</a>?'
BOOK = "does it shrink? " + "x" * 100_000
MESSAGES = {
    "markup": MARKUP,
    "a script": "<script>alert(1)</script> where is it from?",
    "right to left": "האם זה נשטף במכונה? abc",
    "an override": "\u202edrowkcab \u2066is this real\u2069?",
    "zero width": "is\u200b it\u200d \ufeffsoft\u2060?",
    "a family": "👩‍👩‍👧‍👦" * 300 + " is it for kids?",
    "a tower": "z" + "\u0301" * 3_000 + " is it tall?",
    "a book": BOOK,
    "controls": "\x00\x01\x02\n\n\nwhat is it?",
    "nothing": "",
    "formats": "%s {} %(x)s {0} does it work?",
    "half a character": "\ud83d is it whole?",
}  # fmt: skip


def everything_is_drawn(window: Stage, qapp: QApplication) -> None:
    """The window and the prompter are painted, and nothing in them is taken for markup."""
    host: HostWorkspace = window.host
    host.refresh()
    assert not window.desktop.window.grab().isNull()
    prompter = window.desktop.prompter
    assert prompter is not None
    assert not prompter.grab().isNull()
    assert rich_labels(qapp) == []
    assert markup_in_tooltips(qapp) == []


async def test_whatever_viewers_write_is_shown_as_text_everywhere(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    with BadShop() as shop:
        async with stage(qapp, tmp_path, shop) as window:
            await window.open()
            window.desktop.toggle_prompter()
            await window.until(lambda: window.link("channel") == "ok", "the channel")
            for text in MESSAGES.values():
                shop.said(text, author=text[:2_000])
            readable = len(MESSAGES) - 1  # half a character is no JSON text: that frame is left out, and said
            await window.until(lambda: window.live.chat_count >= readable, "the messages")
            rows = await window.desktop.studio.chat_page(window.show_id, None, 100)
            texts = [row.message.text for row in rows if not row.gap]
            assert MARKUP in texts
            assert max(map(len, texts)) <= 16_000, "a book is cut"
            assert next(t for t in texts if t.startswith("does it shrink?")).endswith("…")
            everything_is_drawn(window, qapp)

            questions = list(window.live.questions.values())
            assert len(questions) >= 5
            for question in questions:
                await window.do(PromptQuestion(question.id, question.text, question.asked))
                await window.until(
                    lambda q=question: window.state.prompted and window.state.prompted.question_id == q.id,
                    "the question on the prompter",
                )
                everything_is_drawn(window, qapp)
            window.press("question.next")
            everything_is_drawn(window, qapp)
            first = questions[0]
            await window.do(
                AnswerQuestion(first.id, "r1", MARKUP, first.channel, first.message_id, first.author)
            )
            await window.until(lambda: shop.requests("/channel/v1/reply"), "the reply")
            assert "<img" in shop.requests("/channel/v1/reply")[0].body.decode(), "said as it was typed"
            assert [s for s in window.said() if "went wrong" in s] == []


async def test_markup_of_a_shop_is_text_on_cards_notices_tooltips_and_in_the_report(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    title = '<script>alert("x")</script><b>Throw</b>'
    with BadShop() as shop:
        shop.products = [
            a_product(n, title=title, texts={}, returns_text=MARKUP, delivery_text=MARKUP, category=MARKUP)
            for n in (1, 2)
        ]
        shop.on("/v1/promos", problem(409, "code-taken", f"{MARKUP} \u202eNo."))
        plan = lineup(item(1, title=title, points=(MARKUP,), note=MARKUP), title=f"Evening {title}")
        async with stage(qapp, tmp_path, shop) as window:
            await window.open(plan)
            window.desktop.toggle_prompter()
            await window.until(lambda: len(window.live.products) == 2, "products")
            window.press("item.next")
            await window.until(lambda: window.state.pinned_product_id == "p1", "the pin")
            await window.do(PinProduct(item(2, id="extra", title=title)))
            await window.until(lambda: window.state.pinned_product_id == "p2", "the other pin")
            everything_is_drawn(window, qapp)
            form_opened = window.host.promo_form
            window.press("promo.issue")
            form_opened.submit()
            sentence = await window.until_said("did not take the code")
            assert "<" not in sentence, "a sentence holds no markup at all"
            assert "\u202e" not in sentence
            everything_is_drawn(window, qapp)
            await window.do(EndShow())
            window.desktop.show_review()
            await window.until(lambda: window.state.ended_at_ms is not None, "the end")
            everything_is_drawn(window, qapp)
            html = await window.desktop.studio.report_html(window.show_id)
            assert "&lt;script&gt;" in html
            assert "<script" not in html
            assert "<img" not in html
            assert "<b>Throw" not in html


async def test_an_answer_longer_than_the_channel_takes_is_refused_before_it_leaves(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    with BadShop() as shop:
        async with stage(qapp, tmp_path, shop) as window:
            await window.open()
            window.give(Reply("r1", "x" * 501))
            await window.until_said("at most 500 characters; this one has 501")
            window.give(Reply("r2", " \n "))
            await window.until_said("Write an answer first.")
            assert shop.requests("/channel/v1/say") == []


async def test_a_channel_frame_that_makes_no_sense_is_said_and_the_chat_goes_on(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    with BadShop() as shop:
        async with stage(qapp, tmp_path, shop) as window:
            await window.open()
            await window.until(lambda: window.link("channel") == "ok", "the channel")
            shop.frame(kind="message", message={"id": "", "text": "no id"})
            shop.frame(kind="message", message={"id": 5, "text": ["no", "text"]})
            shop.frame(kind="viewers", viewers=-5)
            shop.frame(kind="viewers", viewers="many")
            shop.frame(kind="dance", at_ms="noon")
            shop.frame(kind="unknown to this version")
            shop.frame(kind="viewers", viewers=77)
            shop.said("Still here")
            await window.until_said("live sent something that was left out")
            await window.until(lambda: window.live.viewers == 77, "the viewers")
            await window.until(lambda: window.live.chat_count == 1, "the chat")
            assert [s for s in window.said() if "went wrong" in s or "could not be stored" in s] == []
