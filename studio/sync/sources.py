"""The two feeds that the intake reads: the shop's changes and a channel's items."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from operator import attrgetter
from typing import Protocol, TypeVar

import structlog

from studio.control.ports import (
    Channel,
    ChannelItem,
    FeedBatch,
    Feeds,
    HiddenChat,
    Shop,
    ShopChange,
    ShopIdentity,
)
from studio.domain.audience import ChatMessage
from studio.domain.question import Question, QuestionFinder

Notice = Callable[[str, str, str], None]
_REMEMBERED = 8_000
_log = structlog.get_logger(__name__)


class _Revised(Protocol):
    @property
    def revision(self) -> int: ...


R = TypeVar("R", bound=_Revised)


def newest(values: Iterable[R | None], key: Callable[[R], str]) -> tuple[R, ...]:
    """The value of the highest revision for each key, in the order of their last change."""
    found: dict[str, R] = {}
    for value in values:
        if value is None:
            continue
        known = found.pop(key(value), None)
        found[key(value)] = value if known is None or value.revision >= known.revision else known
    return tuple(found.values())


def tell_problems(problems: Iterable[str], key: str, notice: Notice) -> None:
    """One sentence about what could not be read of a batch, however much that was; all of it stands in the log."""
    found = [problem for problem in problems if problem]
    for problem in found:
        _log.warning("item left out", problem=problem)
    if found:
        more = f" {len(found) - 1} more like it stand in the log." if len(found) > 1 else ""
        notice("warning", found[0] + more, key)


def _asked_in(mark: HiddenChat, question: Question) -> bool:
    """Whether the one message that asks this question is out of sight."""
    message = ChatMessage(
        question.channel, question.message_id, 0, question.asked_at_ms, "", "", question.author_id
    )
    return mark.covers(message)


_time_of = attrgetter("at_ms")


class ShopFeed:
    """The shop's changes as a `Source`. The cursor's name holds the shop's instance: another database, another cursor.

    `whole`: a show that was never opened reads the feed from its beginning (a rehearsal, whose shop is its own),
    else from now. `on_identity` is told who the shop is at each connection; `on_lost` that changes were lost, or
    that the feed began anew: everything must be read again.
    """

    silence = ""

    def __init__(
        self,
        shop: Shop,
        feeds: Feeds,
        show_id: str,
        whole: bool,
        notice: Notice,
        on_identity: Callable[[ShopIdentity], None],
        on_lost: Callable[[], None],
    ) -> None:
        self.name = ""
        self._shop = shop
        self._feeds = feeds
        self._show_id = show_id
        self._whole = whole
        self._notice = notice
        self._on_identity = on_identity
        self._on_lost = on_lost

    async def begin(self, after_reset: bool) -> int | None:
        """Find out who the shop is, and where to read on."""
        identity = await self._shop.identity()
        self._on_identity(identity)
        name = f"shop:{identity.instance_id}"
        if name == self.name and not after_reset:
            return None
        if self.name:
            self._notice(
                "warning",
                "The shop's database was replaced or set back: everything is read again. Check the line-up's products.",
                "shop:replaced",
            )
            self._on_lost()
        start = 0 if after_reset else await self._feeds.cursor(self._show_id, name)
        if start == 0 and (after_reset or not self._whole):
            start = (await self._shop.changes_after(0)).last_seq
            await self._feeds.store(self._show_id, FeedBatch(name, start))
        self.name = name
        return start

    def live(self, after: int) -> AsyncIterator[ShopChange]:
        """The changes, as they happen."""
        return self._shop.changes(after)

    async def read_back(self, after: int, until: int | None) -> tuple[Sequence[ShopChange], int]:
        """A page of changes."""
        page = await self._shop.changes_after(after)
        changes = page.changes if until is None else [c for c in page.changes if c.seq <= until]
        return changes, page.last_seq

    def batch(
        self,
        items: Sequence[ShopChange],
        cursor: int | None,
        gap: tuple[int, int] | None,  # noqa: ARG002 - told by `gap`: the store would mark it in the chat
    ) -> FeedBatch:
        """Stock in every revision, for its history; of everything else the newest. Other shows' visits are not ours."""
        tell_problems([c.problem for c in items], "shop:problem", self._notice)
        visits = [c.traffic for c in items if c.traffic and c.traffic.show_id in ("", self._show_id)]
        traffic = newest(visits, lambda _: "")
        return FeedBatch(
            source=self.name,
            cursor=cursor,
            products=newest((c.product for c in items), lambda p: p.id),
            stock=tuple(c.stock for c in items if c.stock is not None),
            orders=newest((c.order for c in items), lambda o: o.id),
            usage=newest((c.usage for c in items), lambda u: u.code),
            traffic=traffic[0] if traffic else None,
        )

    def gap(self, after: int, until: int) -> None:
        """Changes are lost: the entities are read again as a whole."""
        self._notice(
            "warning", f"The shop lost {until - after} of its changes: everything is read again.", "shop:lost"
        )
        self._on_lost()


class ChannelFeed:
    """A channel's messages, samples and hidden messages as a `Source`. Questions are found here, in the order of the
    chat, and stored with the messages that ask them.
    """

    def __init__(
        self,
        channel: Channel,
        feeds: Feeds,
        show_id: str,
        whole: bool,
        finder: QuestionFinder,
        notice: Notice,
        now_ms: Callable[[], int],
    ) -> None:
        self._now_ms = now_ms
        self._newest_ms = 0
        self._known_until_ms = -1
        self.name = channel.name
        self.silence = f"{channel.name} is connected and says nothing."
        self._channel = channel
        self._feeds = feeds
        self._show_id = show_id
        self._whole = whole
        self._finder = finder
        self._notice = notice
        self._begun = False
        self._recent: dict[str, None] = {}

    async def greet(self) -> int | None:
        """Ask what the channel can do. The first time: since when messages may be missing (UTC ms of the channel), because
        nobody listened between an earlier run of the studio and this one; None where nothing was heard before.
        """
        await self._channel.hello()
        if self._begun:
            return None
        heard_ms = await self._feeds.last_said_ms(self._show_id, self.name)
        self._begun = True
        if heard_ms is not None:
            self._newest_ms = self._known_until_ms = heard_ms
        return heard_ms

    async def begin(self, after_reset: bool) -> int | None:
        """Ask what the channel can do, and where to read on."""
        await self._channel.hello()
        last = await self._channel.last_seq()
        start = await self._feeds.cursor(self._show_id, self.name)
        if start > last or after_reset:
            self._notice(
                "warning",
                f"{self.name} began its feed anew: what was said meanwhile may be missing.",
                f"gap:{self.name}",
            )
            await self._feeds.store(self._show_id, FeedBatch(self.name, 0))
            self._begun = True
            return 0
        if self._begun:
            return None
        self._begun = True
        if start == 0 and not self._whole:
            start = last
            await self._feeds.store(self._show_id, FeedBatch(self.name, start))
        return start

    def live(self, after: int) -> AsyncIterator[ChannelItem]:
        """The items, as they come."""
        return self._channel.items(after)

    async def read_back(self, after: int, until: int | None) -> tuple[Sequence[ChannelItem], int]:
        """All items that are behind."""
        last = await self._channel.last_seq()
        return await self._channel.items_between(after, last if until is None else until), last

    def batch(
        self, items: Sequence[ChannelItem], cursor: int | None, gap: tuple[int, int] | None
    ) -> FeedBatch:
        """Each message once, by its id too."""
        messages: list[ChatMessage] = []
        questions: dict[str, Question] = {}
        tell_problems([item.problem for item in items], f"problem:{self.name}", self._notice)
        hidden: list[HiddenChat] = []
        for item in items:
            mark = self._hidden(item)
            if mark is not None:
                hidden.append(mark)
                questions |= {q.id: q for q in self._finder.withdraw(lambda q, m=mark: _asked_in(m, q))}
            if item.message is None or self._seen(item.message.id):
                continue
            self._newest_ms = max(self._newest_ms, item.message.at_ms)
            messages.append(item.message)
            # A platform may tell its history again to a studio that was started anew: nobody asks twice by that.
            told_again = item.message.at_ms <= self._known_until_ms
            question = None if told_again else self._question(item.message)
            if question is not None:
                questions[question.id] = question
        if not self._channel.numbered:
            messages.sort(key=_time_of)
        return FeedBatch(
            source=self.name,
            cursor=cursor,
            messages=tuple(messages),
            samples=tuple(item.sample for item in items if item.sample is not None),
            questions=tuple(questions.values()),
            gap=gap,
            lost=self._lost(items),
            hidden=tuple(hidden),
        )

    def gap(self, after: int, until: int) -> None:
        """Marked in the chat by the store."""
        _log.warning("chat has a gap", channel=self.name, after=after, until=until)

    def _hidden(self, item: ChannelItem) -> HiddenChat | None:
        """What the channel took out of sight by this item."""
        if item.hidden_id:
            return HiddenChat(self.name, item.hidden_id)
        if item.hidden_author or item.cleared:
            return HiddenChat(self.name, "", item.hidden_author, self._newest_ms)
        return None

    def _lost(self, items: Sequence[ChannelItem]) -> tuple[int, int] | None:
        """Between which times messages may be missing, where nothing is numbered."""
        marks = [(n, item.lost_since_ms) for n, item in enumerate(items) if item.lost_since_ms is not None]
        if not marks:
            return None
        since = min(since for _, since in marks)
        # What came before the mark does not end it, nor what we said ourselves while nothing was heard.
        behind = [item.message for item in items[marks[-1][0] :] if item.message is not None]
        heard = [m.at_ms for m in behind if m.at_ms >= since and not m.by_us]
        return since, min(heard, default=max(since, self._now_ms()))

    def _question(self, message: ChatMessage) -> Question | None:
        try:
            return self._finder.add(message)
        except Exception:  # noqa: BLE001 - a message that the finder stumbles over stays in the chat
            _log.exception("question finder failed", channel=self.name, message=message.id)
            return None

    def _seen(self, message_id: str) -> bool:
        if message_id in self._recent:
            return True
        self._recent[message_id] = None
        if len(self._recent) > _REMEMBERED:
            del self._recent[next(iter(self._recent))]
        return False
