"""What is to stand in OBS at a moment: a view's words, less what may not be seen now, and when that changes by itself."""

from collections.abc import Collection, Mapping

from msgspec import Struct

from studio.control.ports.answers import plain
from studio.stage.obs_find import Found, FoundInput, FoundItem, ItemKey, set_text
from studio.stage.obs_parts import BOXES, UNSURE, Part, said
from studio.stage.obs_socket import Answer, Call
from studio.stage.words import StageTexts, countdown_text

_TITLE, _QUESTION, _SHORT = 80, 200, 60
_PRICE_AFTER_CODE_MS = 1_000
"""As on the overlay page: long enough that a price does not blink, when the view without the code follows."""


class Wanted(Struct, frozen=True):
    """The texts by part; what is missing is not to be seen. `due_ms` real ms later it is another one (None: never)."""

    texts: Mapping[Part, str]
    due_ms: float | None = None


def wanted(
    texts: StageTexts,
    clock: tuple[int, float] | None,
    held: Collection[Part] = (),
    overlay: str = "",
    images: Mapping[Part, str] | None = None,
) -> Wanted:
    """What is to be seen at this moment of the shop's clock (`StageClock`). Without a time neither price nor code are. A code
    is gone at its end, and the price that it made a second later, by which time there is another view. `held` are parts
    that may not be seen, `overlay` is the address of the overlay page, `images` are the files of pictures by part.
    """
    stands: dict[Part, str] = {
        Part.TITLE: plain(texts.title, _TITLE),
        Part.QUESTION: plain(texts.question, _QUESTION),
        Part.OVERLAY: overlay,
        **(images or {}),
    }
    due_ms: float | None = None
    if clock is not None:
        now_ms, rate = clock
        rate = max(rate, 1e-6)
        ends = texts.code_ends_at_ms
        left_ms = 0 if ends is None else ends - now_ms
        stale_in_ms = None if ends is None else left_ms / rate + _PRICE_AFTER_CODE_MS
        stands[Part.STOCK] = plain(texts.left, _SHORT)
        if stale_in_ms is None or stale_in_ms > 0:
            stands |= {Part.PRICE: plain(texts.price, _SHORT), Part.STRUCK: plain(texts.struck, _SHORT)}
            due_ms = stale_in_ms
        if ends is not None and left_ms > 0 and texts.code:
            stands |= {
                Part.CODE: plain(f"{texts.code}  {texts.off}", _SHORT),
                Part.COUNTDOWN: countdown_text(left_ms),
            }
            due_ms = ((left_ms - 1) % 1000 + 1) / rate
    stands = {part: text for part, text in stands.items() if text and part not in held}
    if Part.QUESTION in stands:
        stands[Part.BUBBLE] = ""
    if Part.TITLE in stands or not UNSURE.isdisjoint(stands):
        stands[Part.CARD] = ""
    return Wanted(stands, due_ms)


class Difference(Struct, frozen=True):
    """One call that brings OBS nearer to what is wanted, and what then holds of what was found."""

    call: Call
    source: FoundInput | None = None
    text: str = ""
    item: FoundItem | None = None
    enabled: bool = False

    def done(self) -> None:
        """It was done: what was found says so from now on."""
        if self.source is not None:
            self.source.text = self.text
        if self.item is not None:
            self.item.enabled = self.enabled


def differences(found: Found, want: Wanted) -> list[Difference]:
    """What to change, in this order: out of sight what must go, then the words, then into sight what is wanted."""
    hide: list[Difference] = []
    words: list[Difference] = []
    show: list[Difference] = []
    for key, item in found.items.items():
        on = item.part in want.texts
        if item.enabled != on:
            (show if on else hide).append(Difference(_enable(key, on), item=item, enabled=on))
    for name, source in found.inputs.items():
        if source.part in BOXES or (source.part is Part.OVERLAY and source.part not in want.texts):
            continue
        text = said(source.part, source.kind, want.texts.get(source.part, ""))
        if source.text != text:
            words.append(Difference(set_text(name, source, text), source, text))
    return [*hide, *words, *show]


def settle(made: list[Difference], answers: list[Answer]) -> list[Answer]:
    """Note which were done; those that were refused."""
    refused: list[Answer] = []
    for difference, answer in zip(made, answers, strict=True):
        if answer.well:
            difference.done()
        else:
            refused.append(answer)
    return refused


def _enable(key: ItemKey, on: bool) -> Call:
    scene, number = key
    return (
        "SetSceneItemEnabled",
        {"sceneName": scene, "sceneItemId": number, "sceneItemEnabled": on},
    )
