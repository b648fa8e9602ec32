"""The stage in OBS: kept as it is wanted, over a real loopback WebSocket."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator

import pytest

from studio.control.ports import BadAnswer, StreamState, Unreachable
from studio.domain.stage import StageView
from studio.stage.obs import ObsStage
from tests.fakes.fake_obs import LINUX_KINDS, PASSWORD, FakeObs, Input, Item
from tests.fakes.stage_ears import StageEars
from tests.fakes.stage_views import ShopClock, Wall, a_card, a_code, a_view

SHIRT = a_view(a_card("Linen shirt", 3900))
PIN_TO_SIGHT = ("SetInputSettings", "SetSceneItemEnabled")


def a_stage(obs: FakeObs, clock: ShopClock | None = None, wall: Wall | None = None, **options) -> ObsStage:
    shop = clock or ShopClock()
    return ObsStage("OBS", obs.address, lambda: PASSWORD, shop, wall or Wall(), random=lambda: 0.0, **options)


@contextlib.asynccontextmanager
async def running(stage: ObsStage) -> AsyncGenerator[StageEars, None]:
    ears = StageEars()
    task = asyncio.create_task(stage.run(ears))
    try:
        await ears.until(lambda heard: bool(heard.links))
        yield ears
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def obs() -> AsyncIterator[FakeObs]:
    """An OBS in which the stage was set up."""
    async with FakeObs() as obs:
        await a_stage(obs).set_up()
        obs.messages.clear()
        yield obs


async def test_what_is_on_stands_there_and_leaves_with_it(obs: FakeObs) -> None:
    stage = a_stage(obs)
    async with running(stage):
        stage.show(a_view(a_card("Linen shirt", 3900, left=3), question="Does it shrink?"))
        await obs.until(lambda: obs.text("question") == "Does it shrink?")
        assert obs.text("title") == "Linen shirt"
        assert obs.text("price") == "€39.00"
        assert obs.text("stock") == "only 3 left"
        assert obs.text("card background")
        stage.show(StageView())
        await obs.until(lambda: not obs.text("card background") and not obs.text("title"))
        assert obs.inputs["Host Studio price"].settings["text"] == "", "nor in a copy elsewhere"


async def test_a_pin_is_one_message_with_nothing_but_what_changed(obs: FakeObs) -> None:
    stage = a_stage(obs)
    async with running(stage):
        stage.show(SHIRT)
        await obs.until(lambda: obs.text("title") == "Linen shirt")
        obs.messages.clear()
        stage.show(a_view(a_card("Wool coat", 3900)))
        await obs.until(lambda: obs.text("title") == "Wool coat")
        told = [message for message in obs.messages if any(type_ in PIN_TO_SIGHT for type_, _ in message)]
        assert [[type_ for type_, _ in message] for message in told] == [["SetInputSettings"]]


async def test_of_views_in_a_row_the_last_is_shown(obs: FakeObs) -> None:
    stage = a_stage(obs)
    async with running(stage):
        for number in range(100):
            stage.show(a_view(a_card(f"Product {number}")))
        await obs.until(lambda: obs.text("title") == "Product 99")
        assert len(obs.calls("SetInputSettings")) < 10


async def test_a_code_counts_down_and_is_gone_at_its_end(obs: FakeObs) -> None:
    clock = ShopClock(rate=20.0)
    at = clock.now_ms or 0
    stage = a_stage(obs, clock)
    async with running(stage):
        stage.show(a_view(a_card("Linen shirt", 3120, struck=3900), a_code("LINEN20", at + 2_000)))
        await obs.until(lambda: obs.text("countdown") == "0:02")
        assert obs.text("code") == "LINEN20 20 % off"
        assert "\u0336" in obs.text("struck price")
        clock.now_ms = at + 1_000
        await obs.until(lambda: obs.text("countdown") == "0:01")
        clock.now_ms = at + 2_000
        await obs.until(lambda: not obs.text("countdown"))
        assert obs.text("code") == ""
        clock.now_ms = at + 22_000  # a second of ours
        await obs.until(lambda: not obs.text("price"))
        assert obs.text("struck price") == ""
        assert obs.text("title") == "Linen shirt"


async def test_a_clock_that_is_lost_takes_price_and_code_off(obs: FakeObs) -> None:
    clock = ShopClock()
    stage = a_stage(obs, clock)
    async with running(stage):
        stage.show(SHIRT)
        await obs.until(lambda: obs.text("price") == "€39.00")
        at, clock.now_ms = clock.now_ms, None
        await obs.until(lambda: not obs.text("price"))
        assert obs.text("title") == "Linen shirt"
        clock.now_ms = at
        await obs.until(lambda: obs.text("price") == "€39.00")


async def test_what_was_wanted_while_obs_was_away_stands_there_when_it_is_back(obs: FakeObs) -> None:
    stage = a_stage(obs)
    async with running(stage) as ears:
        stage.show(SHIRT)
        await obs.until(lambda: obs.text("title") == "Linen shirt")
        await obs.die()
        await ears.until(lambda heard: not heard.links[-1][0])
        stage.show(a_view(a_card("Wool coat", 12900)))
        await obs.rise()
        await obs.until(lambda: obs.text("title") == "Wool coat")
        await ears.until_well()


async def test_an_obs_that_hangs_is_told_and_connected_again(obs: FakeObs) -> None:
    async with running(a_stage(obs)) as ears:
        obs.silent = True
        await ears.until(lambda heard: not heard.links[-1][0])
        assert "does not answer" in ears.links[-1][1]
        assert ears.streams[-1] == StreamState()
        obs.silent = False
        await ears.until_well()


async def test_a_stage_that_ends_hides_everything_of_ours_and_nothing_else(obs: FakeObs) -> None:
    obs.inputs["Camera"] = Input("color_source_v3", {})
    obs.items["Scene"].append(Item(99, "Camera", enabled=True))
    stage = a_stage(obs)
    async with running(stage):
        stage.show(SHIRT)
        await obs.until(lambda: obs.text("title") == "Linen shirt")
    assert [item.source for item in obs.items["Scene"] if item.enabled] == ["Camera"]
    assert not any(one.settings.get("text") for one in obs.inputs.values())


async def test_a_stage_ends_soon_though_obs_hangs(obs: FakeObs) -> None:
    stage = a_stage(obs)
    async with asyncio.timeout(10), running(stage):
        stage.show(SHIRT)
        await obs.until(lambda: obs.text("title") == "Linen shirt")
        obs.silent = True


async def test_what_a_person_adds_is_found_while_the_show_runs(obs: FakeObs) -> None:
    stage = a_stage(obs)
    async with running(stage):
        stage.show(SHIRT)
        await obs.until(lambda: obs.text("title") == "Linen shirt")
        obs.groups["Mine"] = [Item(50, "Host Studio title", enabled=False)]
        await obs.emit("SceneItemCreated", sceneName="Mine", sceneItemId=50, sourceName="Host Studio title")
        await obs.until(lambda: obs.groups["Mine"][0].enabled)


async def test_what_a_person_hides_stays_hidden_and_what_he_shows_by_mistake_goes(obs: FakeObs) -> None:
    stage = a_stage(obs)
    items = {item.source: item for item in obs.items["Scene"]}
    title, question = items["Host Studio title"], items["Host Studio question background"]
    async with running(stage):
        stage.show(SHIRT)
        await obs.until(lambda: obs.text("title") == "Linen shirt")
        title.enabled, question.enabled = False, True
        for item in (title, question):
            told = {"sceneItemId": item.id, "sceneItemEnabled": item.enabled}
            await obs.emit("SceneItemEnableStateChanged", sceneName="Scene", **told)
        await obs.until(lambda: not question.enabled)
        assert title.enabled is False


async def test_what_was_refused_is_looked_up_and_told_again(obs: FakeObs) -> None:
    stage = a_stage(obs)
    async with running(stage):
        obs.refused["SetInputSettings"] = 600
        stage.show(SHIRT)
        await obs.until(lambda: obs.calls("SetInputSettings"))
        obs.refused.clear()
        await obs.until(lambda: obs.text("title") == "Linen shirt")


async def test_what_is_no_longer_there_is_asked_for_once(obs: FakeObs) -> None:
    stage = a_stage(obs)
    async with running(stage) as ears:
        await ears.until_well()
        del obs.inputs["Host Studio title"]  # without a word
        obs.messages.clear()
        stage.show(SHIRT)
        await obs.until(lambda: obs.text("price") == "€39.00" and obs.calls("GetInputList"))
        stage.show(a_view(a_card("Wool coat", 12900)))
        await obs.until(lambda: obs.text("price") == "€129.00")
        told = [data["inputName"] for _, data in obs.calls("SetInputSettings")]
        assert told.count("Host Studio title") == 1


async def test_what_a_studio_that_died_left_there_goes(obs: FakeObs) -> None:
    for item in obs.items["Scene"]:
        item.enabled = True
    obs.inputs["Host Studio price"].settings["text"] = "€1.00"
    async with running(a_stage(obs)):
        await obs.until(lambda: not any(item.enabled for item in obs.items["Scene"]))
        await obs.until(lambda: obs.inputs["Host Studio price"].settings["text"] == "")


async def test_who_did_not_set_up_is_told_once_and_nothing_breaks() -> None:
    async with FakeObs() as obs:
        stage = a_stage(obs)
        async with running(stage) as ears:
            stage.show(SHIRT)
            await ears.until(lambda heard: len(heard.streams) >= 3)
            assert [(well, "Set up" in sentence) for well, sentence, _ in ears.links] == [(False, True)]
            await stage.set_up()
            await ears.until_well()
            await obs.until(lambda: obs.text("title") == "Linen shirt")


async def test_a_wrong_password_asks_for_the_key_and_a_right_one_goes_on(obs: FakeObs) -> None:
    given = ["wrong"]
    stage = ObsStage("OBS", obs.address, lambda: given[0], ShopClock(), Wall(), random=lambda: 0.0)
    async with running(stage) as ears:
        assert ears.links[0][::2] == (False, True)
        given[0] = PASSWORD
        await ears.until_well()
    assert PASSWORD not in repr(vars(stage))


async def test_what_obs_tells_oddly_of_others_does_not_cost_ours(obs: FakeObs) -> None:
    obs.inputs["Odd"] = Input("text_ft2_source_v2", {"text": 7, "host_studio": ["?"]})
    obs.inputs["Strange"] = Input(None, {})  # type: ignore[arg-type]
    obs.items["Scene"].append(Item("x", "Odd", enabled=True))  # type: ignore[arg-type]
    obs.refused["GetGroupList"] = 204
    stage = a_stage(obs)
    async with running(stage) as ears:
        stage.show(SHIRT)
        await obs.until(lambda: obs.text("title") == "Linen shirt")
        await ears.until_well()
    assert obs.inputs["Odd"].settings["text"] == 7


# --- the watchdog's word ----------------------------------------------------------------------------------------


async def test_what_the_watchdog_took_off_stays_off_until_it_lets_go(obs: FakeObs) -> None:
    stage = a_stage(obs)
    async with running(stage):
        stage.show(SHIRT)
        await obs.until(lambda: obs.text("price") == "€39.00")
        await obs.emit("CustomEvent", host_studio="held", parts=["price"])
        await obs.until(lambda: not obs.text("price"))
        assert obs.text("title") == "Linen shirt"
        await obs.emit("CustomEvent", somebody="else")
        await obs.emit("CustomEvent", host_studio="held", parts=[])
        await obs.until(lambda: obs.text("price") == "€39.00")


# --- the overlay page -------------------------------------------------------------------------------------------


async def test_the_overlay_page_is_in_sight_while_the_stage_runs_and_follows_its_address() -> None:
    address = ["http://127.0.0.1:5000/one/"]
    async with FakeObs(kinds=(*LINUX_KINDS, "browser_source")) as obs:
        stage = a_stage(obs, overlay_url=lambda: address[0])
        await stage.set_up()
        page = obs.inputs["Host Studio overlay"].settings
        async with running(stage):
            await obs.until(lambda: obs.items["Scene"][0].enabled)
            address[0] = "http://127.0.0.1:5001/two/"
            await obs.until(lambda: page["url"] == "http://127.0.0.1:5001/two/")
        assert not obs.items["Scene"][0].enabled


# --- the broadcast ----------------------------------------------------------------------------------------------


async def test_the_broadcast_is_told_as_it_is(obs: FakeObs) -> None:
    wall = Wall(1_900_000_060_000)
    async with running(a_stage(obs, wall=wall)) as ears:
        obs.stream = {
            "outputActive": True,
            "outputReconnecting": False,
            "outputDuration": 60_000,
            "outputSkippedFrames": 4,
            "outputTotalFrames": 600,
        }
        obs.recording = True
        await obs.emit("StreamStateChanged", outputActive=True, outputState="OBS_WEBSOCKET_OUTPUT_STARTED")
        await ears.until(lambda heard: heard.streams[-1].streaming)
        assert ears.streams[-1] == StreamState(True, True, False, 4, 600, 1_900_000_000_000)
        obs.stream |= {"outputReconnecting": True, "outputDuration": 60_700}
        await obs.emit("StreamStateChanged", outputActive=True)
        await ears.until(lambda heard: heard.streams[-1].reconnecting)
        assert ears.streams[-1].started_wall_ms == 1_900_000_000_000, "its begin does not waver"
        obs.stream = {"outputActive": False}
        await obs.emit("StreamStateChanged", outputActive=False)
        await ears.until(lambda heard: not heard.streams[-1].streaming)
        assert ears.streams[-1].started_wall_ms is None


# --- the picture ------------------------------------------------------------------------------------------------


async def test_the_scene_on_air_can_be_looked_at(obs: FakeObs) -> None:
    stage = a_stage(obs)
    with pytest.raises(Unreachable):
        await stage.picture(320)
    async with running(stage) as ears:
        await ears.until_well()
        assert (await stage.picture(320)).startswith(b"\xff\xd8\xff")
        await obs.emit("CurrentProgramSceneChanged", sceneName="Close-up")
        ears.forget()
        await obs.emit("StreamStateChanged", outputActive=False)
        await ears.until(lambda heard: bool(heard.streams))
        await stage.picture(1)
        asked = [data for _, data in obs.calls("GetSourceScreenshot")]
        assert [(one["sourceName"], one["imageWidth"]) for one in asked] == [("Scene", 320), ("Close-up", 8)]
        for nonsense in ("data:image/jpg;base64,AAAA", "data:image/jpg;base64,§", "text"):
            obs.answers["GetSourceScreenshot"] = {"imageData": nonsense}
            with pytest.raises(BadAnswer):
                await stage.picture(320)
