"""The stage in a real OBS: what stands there, what viewers read on the picture and on the stream."""

import asyncio
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage

from studio.control.ports import RefusedByTarget, Unauthorised
from studio.domain.stage import StageView
from studio.stage.obs import ObsStage
from studio.stage.obs_parts import Part, place_of
from studio.stage.obs_pictures import ObsPictures
from studio.stage.obs_socket import ObsSocket
from tests.fakes.stage_ears import StageEars
from tests.fakes.stage_views import ShopClock, Wall, a_card, a_code, a_view
from tests.real.obs.rig import Ingest, Obs, ask, stream_to
from tests.real.obs.scenes import (
    SEEN_WITHIN_S,
    a_stage,
    clear,
    items,
    reads,
    real_clock,
    running,
    stream_reads,
    texts,
    until_clear,
)

pytestmark = pytest.mark.real


@pytest.fixture
async def stage(shared_obs: Obs, observer: ObsSocket) -> ObsStage:
    """The stage, set up."""
    stage = a_stage(shared_obs)
    await stage.set_up()
    return stage


async def test_sources_are_made_once_and_a_persons_own_are_left_alone(
    shared_obs: Obs, observer: ObsSocket
) -> None:
    mine = {"sceneName": "Scene", "inputName": "Camera", "inputKind": "color_source_v3"}
    await ask(
        observer, "CreateInput", **mine, inputSettings={"color": 0xFF336699, "width": 320, "height": 200}
    )
    own = (await ask(observer, "GetInputSettings", inputName="Camera"))["inputSettings"]
    stage = a_stage(shared_obs)
    made = await stage.set_up()
    assert len(made.made) == 11
    assert not made.taken
    price = next(
        one
        for one in (await ask(observer, "GetSceneItemList", sceneName="Scene"))["sceneItems"]
        if one["sourceName"] == "Host Studio price"
    )
    where = {"sceneName": "Scene", "sceneItemId": price["sceneItemId"]}
    await ask(observer, "SetSceneItemTransform", **where, sceneItemTransform={"positionX": 7.0})
    again = await stage.set_up()
    assert (again.made, len(again.there)) == ((), 11)
    moved = (await ask(observer, "GetSceneItemTransform", **where))["sceneItemTransform"]
    assert moved["positionX"] == 7.0, "what a person moved stays where it is"
    assert await stage.take_down() == 11
    assert await items(observer) == {"Camera": True}
    assert (await ask(observer, "GetInputSettings", inputName="Camera"))["inputSettings"] == own


async def test_a_persons_source_of_our_name_is_left_alone_and_named(
    shared_obs: Obs, observer: ObsSocket
) -> None:
    mine = {"sceneName": "Scene", "inputName": "Host Studio price", "inputKind": "text_ft2_source_v2"}
    await ask(observer, "CreateInput", **mine, inputSettings={"text": "my own", "font": {"size": 60}})
    stage = a_stage(shared_obs)
    done = await stage.set_up()
    assert done.taken == ("Host Studio price",)
    assert "“Host Studio price”" in done.sentence
    stage.show(a_view(a_card()))
    async with running(stage) as ears:
        await ears.until_well()
        await reads(stage, lambda text: "Linen shirt" in text and "my own" in text)
    await stage.take_down()
    assert await items(observer) == {"Host Studio price": True}


async def test_the_products_picture_and_the_qr_code_of_its_link_are_seen(
    shared_obs: Obs, observer: ObsSocket, tmp_path: Path
) -> None:
    magenta = QImage(64, 64, QImage.Format.Format_RGB32)
    magenta.fill(QColor("#ff00ff"))
    as_png = QBuffer()
    as_png.open(QIODevice.OpenModeFlag.WriteOnly)
    assert magenta.save(as_png, "PNG")  # pyright: ignore[reportCallIssue, reportArgumentType]

    async def fetch(url: str) -> bytes | None:
        return bytes(as_png.data().data()) if url == "https://shop.example/shirt.png" else None

    stage = a_stage(shared_obs, pictures=ObsPictures(tmp_path / "pictures", fetch))
    await stage.set_up()
    card = msgspec.structs.replace(
        a_card(), image_url="https://shop.example/shirt.png", link="https://shop.example/go/1"
    )
    canvas = (await stage.facts()).canvas

    def at(picture: QImage, part: Part, x: float, y: float) -> QColor:
        place, scale = place_of(part, *canvas), picture.width() / canvas[0]
        return picture.pixelColor(
            round((place.x + x * place.width) * scale), round((place.y + y * place.height) * scale)
        )

    def shown(picture: QImage) -> bool:
        seen = at(picture, Part.PICTURE, 0.5, 0.5)
        quiet = at(picture, Part.QR, 0.04, 0.04)  # the white edge of the code
        return min(seen.red(), seen.blue()) > 200 > 60 > seen.green() and quiet.lightness() > 200

    async with running(stage) as ears:
        await ears.until_well()
        stage.show(a_view(card))
        async with asyncio.timeout(SEEN_WITHIN_S):
            while not shown(QImage.fromData(await stage.picture(1280))):
                pass
        stage.show(a_view(a_card("Another shirt")))
        async with asyncio.timeout(SEEN_WITHIN_S):
            while shown(QImage.fromData(await stage.picture(1280))):
                pass
        on = await items(observer)
        assert not on["Host Studio picture"], "a product without a picture has none"
        assert not on["Host Studio QR code"]
    await stage.take_down()


async def test_a_scene_that_is_not_there_is_named(shared_obs: Obs) -> None:
    with pytest.raises(RefusedByTarget, match="no scene called “Studio B”") as refused:
        await a_stage(shared_obs, scene="Studio B").set_up()
    assert refused.value.code == "no-scene"


async def test_viewers_read_what_is_pinned_on_the_picture_and_on_the_stream(
    stage: ObsStage, observer: ObsSocket, ingest: Ingest
) -> None:
    await stream_to(observer, ingest)
    async with running(stage) as ears:
        stage.show(
            a_view(a_card("Merino pullover", 7900, left=3), a_code("WOOL20", real_clock()[0] + 300_000))
        )
        text = await reads(stage, lambda text: "WOOL20" in text and "Merino pullover" in text)
        assert "79.00" in text
        assert "only 3 left" in text
        await ears.until(lambda heard: bool(heard.streams) and heard.streams[-1].frames > 0)
        await stream_reads(ingest, lambda text: "Merino pullover" in text and "WOOL20" in text)
        assert ears.streams[-1].streaming
        started = ears.streams[-1].started_wall_ms
        assert started is not None
        assert 0 < real_clock()[0] - started < 120_000
        stage.show(StageView())
        await until_clear(observer)
        await stream_reads(ingest, lambda text: "WOOL20" not in text and "Merino" not in text)


async def test_the_next_product_takes_the_place_of_the_one_before(
    stage: ObsStage, observer: ObsSocket
) -> None:
    async with running(stage):
        stage.show(a_view(a_card("Linen shirt", 3900, left=3), question="Does it shrink?"))
        await reads(stage, lambda text: "Linen shirt" in text and "Does it shrink" in text)
        stage.show(a_view(a_card("Wool coat", 12900)))
        text = await reads(stage, lambda text: "Wool coat" in text)
        assert "129.00" in text
        assert "left" not in text
        assert "shrink" not in text
        stage.show(StageView())
        await until_clear(observer)
        assert (await reads(stage, lambda text: not text)) == ""


async def test_an_old_price_is_struck_through(stage: ObsStage, observer: ObsSocket) -> None:
    async with running(stage):
        stage.show(a_view(a_card("Linen shirt", 2900, struck=3900)))
        await reads(stage, lambda text: "29.00" in text)
        assert (await texts(observer))["Host Studio struck price"].count("\u0336") == len("€39.00") + 1


async def test_a_code_and_its_price_leave_when_it_ends(shared_obs: Obs, observer: ObsSocket) -> None:
    clock = ShopClock(1_800_000_000_000)
    stage = a_stage(shared_obs, clock)
    await stage.set_up()
    async with running(stage) as ears:
        ends = clock.now_ms or 0
        stage.show(a_view(a_card("Linen shirt", 2900), a_code("LINEN25", ends + 61_000)))
        await reads(stage, lambda text: "LINEN25" in text and "1:01" in text and "29.00" in text)
        clock.now_ms = ends + 2_000
        await reads(stage, lambda text: "LINEN25" in text and "0:59" in text)
        clock.now_ms = ends + 61_000
        text = await reads(stage, lambda text: "LINEN25" not in text)
        assert "0:0" not in text
        clock.now_ms = ends + 62_000
        text = await reads(stage, lambda text: "29.00" not in text)
        assert "Linen shirt" in text
        assert ears.links[-1][0]
    assert await clear(observer)


async def test_without_the_shops_time_neither_price_nor_code_are_seen(
    shared_obs: Obs, observer: ObsSocket
) -> None:
    clock = ShopClock()
    stage = a_stage(shared_obs, clock)
    await stage.set_up()
    async with running(stage):
        view = a_view(a_card("Linen shirt", 2900, left=2), a_code("LINEN25", (clock.now_ms or 0) + 60_000))
        stage.show(view)
        await reads(stage, lambda text: "LINEN25" in text and "29.00" in text)
        at, clock.now_ms = clock.now_ms, None
        text = await reads(stage, lambda text: "LINEN25" not in text)
        assert "29.00" not in text
        assert "left" not in text
        assert "Linen shirt" in text
        clock.now_ms = at
        await reads(stage, lambda text: "LINEN25" in text and "29.00" in text)


async def test_what_a_person_hides_stays_hidden_until_there_is_something_new(
    stage: ObsStage, observer: ObsSocket
) -> None:
    async with running(stage):
        stage.show(a_view(a_card("Linen shirt", 3900)))
        await reads(stage, lambda text: "Linen shirt" in text)
        listed = (await ask(observer, "GetSceneItemList", sceneName="Scene"))["sceneItems"]
        title = next(one for one in listed if one["sourceName"] == "Host Studio title")
        where = {"sceneName": "Scene", "sceneItemId": title["sceneItemId"]}
        await ask(observer, "SetSceneItemEnabled", **where, sceneItemEnabled=False)
        stage.show(a_view(a_card("Linen shirt", 4900)))
        text = await reads(stage, lambda text: "49.00" in text)
        assert "Linen shirt" not in text
        stage.show(StageView())
        await until_clear(observer)
        stage.show(a_view(a_card("Linen shirt", 4900)))
        await reads(stage, lambda text: "Linen shirt" in text)


async def test_copies_in_other_scenes_follow(stage: ObsStage, observer: ObsSocket) -> None:
    await ask(observer, "CreateScene", sceneName="Close-up")
    await ask(observer, "CreateSceneItem", sceneName="Close-up", sourceName="Host Studio title")
    await ask(observer, "SetCurrentProgramScene", sceneName="Close-up")
    async with running(stage):
        stage.show(a_view(a_card("Linen shirt", 3900)))
        text = await reads(stage, lambda text: "Linen shirt" in text)
        assert "39.00" not in text
        stage.show(StageView())
        await until_clear(observer)
        assert await items(observer, "Close-up") == {"Host Studio title": False}


async def test_a_wrong_password_asks_for_the_key(shared_obs: Obs) -> None:
    for password, word in (("wrong", "does not take this password"), (None, "asks for its password")):
        stage = ObsStage("OBS", shared_obs.address, lambda given=password: given, real_clock, Wall())
        ears = StageEars()
        async with running(stage, ears):
            await ears.until(lambda heard: bool(heard.links))
        well, sentence, asks = ears.links[0]
        assert (well, asks) == (False, True)
        assert word in sentence
        with pytest.raises(Unauthorised):
            await stage.set_up()


async def test_who_forgot_to_set_up_is_told(shared_obs: Obs, observer: ObsSocket) -> None:
    stage = a_stage(shared_obs)
    async with running(stage) as ears:
        await ears.until(lambda heard: bool(heard.links))
        assert ears.links[0][0] is False
        assert "Set up" in ears.links[0][1]
        await stage.set_up()
        await ears.until_well()


async def test_the_programme_can_be_looked_at(stage: ObsStage) -> None:
    async with running(stage) as ears:
        await ears.until_well()
        picture = await stage.picture(320)
        assert picture.startswith(b"\xff\xd8\xff")
        width, height = jpeg_size(picture)
        assert (width, height) == (320, 180)


def jpeg_size(picture: bytes) -> tuple[int, int]:
    at = 2
    while picture[at + 1] not in (0xC0, 0xC1, 0xC2):
        at += 2 + int.from_bytes(picture[at + 2 : at + 4], "big")
    return int.from_bytes(picture[at + 7 : at + 9], "big"), int.from_bytes(picture[at + 5 : at + 7], "big")
