"""Looks at both stages as viewers do, several times a second, and holds what is there against the truth."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable

import msgspec
from playwright.async_api import Page

from studio.stage.obs_parts import Part, name_of
from studio.stage.obs_socket import ObsSocket
from tests.real.obs.rig import ask
from tests.real.obs.whole_show.truth import Truth

LOOK_S = 0.3
QUIET_S = 5.0
"""So long after a change everything must be right."""
SETTLED_S = 12.0
"""So long after a stage, or the shop, came back."""
_PARTS = ("title", "price", "struck", "left", "code", "question")
_OBS = {
    "title": Part.TITLE, "price": Part.PRICE, "struck": Part.STRUCK, "left": Part.STOCK, "code": Part.CODE,
    "question": Part.QUESTION,
}  # fmt: skip
_PAGE = """() => {
  const ids = {title: "title", price: "price", struck: "struck", left: "left", code: "code-text", question: "question-text"};
  const seen = (e) => {
    let much = 1;
    for (; e; e = e.parentElement) {
      const style = getComputedStyle(e);
      if (e.hidden || style.display === "none" || style.visibility === "hidden") return 0;
      much *= Number(style.opacity);
    }
    return much;
  };
  const found = {};
  for (const [part, id] of Object.entries(ids)) {
    const e = document.getElementById(id);
    found[part] = seen(e) > 0.05 ? e.textContent : "";
  }
  return found;
}"""


class Seen(msgspec.Struct, frozen=True):
    """What stands on a stage, each empty when it is not to be seen."""

    title: str = ""
    price: str = ""
    struck: str = ""
    left: str = ""
    code: str = ""
    question: str = ""


def cents(text: str) -> int:
    """The amount that a person reads: the digits, all prices here have two behind the point."""
    return int(re.sub(r"\D", "", text) or 0)


def wrong(seen: Seen, truth: Truth) -> list[tuple[str, str]]:
    """What stands there and may not: (part, text)."""
    found: list[str] = []
    if seen.title and seen.title != truth.title:
        found.append("title")
    if seen.price and cents(seen.price) not in truth.prices:
        found.append("price")
    if seen.struck and cents(seen.struck) not in truth.lows:
        found.append("struck")
    if seen.code and seen.code.split()[0] not in truth.codes:
        found.append("code")
    if seen.left and not truth.alive:
        found.append("left")
    if seen.question and seen.question != truth.question:
        found.append("question")
    return [(part, getattr(seen, part)) for part in found]


def whole(seen: Seen, truth: Truth, few: int) -> bool:
    """Whether all that should be there is there."""
    left = f"{truth.left}" if truth.left <= few else ""
    return (
        seen.title == truth.title
        and (not truth.title or cents(seen.price) == truth.price)
        and bool(seen.code) == truth.code
        and (not truth.title or re.sub(r"\D", "", seen.left) == left)
        and seen.question == truth.question
    )


async def on_page(page: Page) -> Seen:
    """What a viewer sees of the overlay."""
    return msgspec.convert(await page.evaluate(_PAGE), Seen)


async def in_obs(obs: ObsSocket, scene: str = "Scene") -> Seen:
    """What OBS is showing: the texts of those sources that are in sight."""
    items = (await ask(obs, "GetSceneItemList", sceneName=scene))["sceneItems"]
    on = {item["sourceName"] for item in items if item["sceneItemEnabled"]}
    found: dict[str, str] = {}
    for part, source in _OBS.items():
        if name_of(source) in on:
            told = await ask(obs, "GetInputSettings", inputName=name_of(source))
            found[part] = told["inputSettings"].get("text", "").replace("\u0336", "")
    return msgspec.convert(found, Seen)


class Stretch(msgspec.Struct):
    """Something that stood on a stage and may not have."""

    part: str
    text: str
    seconds: float
    shop_dead: bool
    at_s: float


class Watch:
    """One stage, looked at by `look` until cancelled; `look` None: it is not there."""

    def __init__(self, name: str, truth: Callable[[], Truth], few: int) -> None:
        self.name = name
        self.look: Callable[[], Awaitable[Seen]] | None = None
        self.stretches: list[Stretch] = []
        self.looks = self.quiet = 0
        self.amiss: list[tuple[float, Seen, Truth]] = []
        self.longest_step_s = 0.0
        self.back_s: list[float] = []
        """How long after it came back a stage was right."""
        self.began = time.monotonic()
        self._truth, self._few = truth, few
        self._open: dict[tuple[str, str], tuple[float, bool]] = {}
        self._steady_since = 0.0
        self._came: float | None = None

    def there(self, look: Callable[[], Awaitable[Seen]]) -> None:
        """The stage is (again) there."""
        self._came = time.monotonic()
        self._steady_since = self._came + SETTLED_S - QUIET_S
        self.look = look

    def gone(self) -> None:
        """The stage is not there any more: nothing is on it."""
        self.look = None
        self._close(time.monotonic(), set())

    async def run(self) -> None:
        """Look until cancelled."""
        before, last = self._truth(), time.monotonic()
        while True:
            look = self.look
            if look is not None:
                truth_then = self._truth()
                try:
                    seen = await look()
                except Exception:
                    if self.look is look:
                        raise
                    seen = None  # it was taken away while it was looked at
                if seen is not None and self.look is look:
                    now, truth = time.monotonic(), self._truth()
                    self._judge(seen, truth_then, truth, now)
                    if truth != before or truth_then != before:
                        settle = SETTLED_S if truth.alive and not before.alive else QUIET_S
                        self._steady_since = max(self._steady_since, now + settle - QUIET_S)
                        before = truth
                    self.longest_step_s, last = max(self.longest_step_s, now - last), now
                    self._quiet(seen, truth, now)
            else:
                last = time.monotonic()
            await asyncio.sleep(LOOK_S)

    def _judge(self, seen: Seen, then: Truth, truth: Truth, now: float) -> None:
        # What was right when the look began, or is now, is not wrong: looking takes a moment.
        held = set(wrong(seen, then)) & set(wrong(seen, truth))
        self._close(now, held)
        for key in held:
            self._open.setdefault(key, (now, not truth.alive))
        self.looks += 1

    def _close(self, now: float, held: set[tuple[str, str]]) -> None:
        for key in [key for key in self._open if key not in held]:
            since, dead = self._open.pop(key)
            self.stretches.append(Stretch(*key, now - since, dead, since - self.began))

    def _quiet(self, seen: Seen, truth: Truth, now: float) -> None:
        if not truth.alive:
            return
        right = whole(seen, truth, self._few)
        if right and self._came is not None:
            self.back_s.append(now - self._came)
            self._came = None
        if now - self._steady_since >= QUIET_S:
            self.quiet += 1
            if not right:
                self.amiss.append((now - self.began, seen, truth))

    def end(self) -> None:
        """Nothing is looked at any more."""
        self._close(time.monotonic(), set())

    def longest(self, *, shop_dead: bool) -> float:
        """The longest wrong stretch, in seconds, of those that began while the shop was dead, or of the others."""
        return max((s.seconds for s in self.stretches if s.shop_dead == shop_dead), default=0.0)
