"""Making the studio's sources in OBS, and taking them away."""

import pytest

from studio.control.ports import RefusedByTarget
from studio.stage.obs_setup import facts, set_up, take_down
from studio.stage.obs_socket import open_obs
from tests.fakes.fake_obs import LINUX_KINDS, PASSWORD, FakeObs, Input, Item

URL = "http://127.0.0.1:5000/token/"
OURS = {
    "Host Studio picture",
    "Host Studio QR code",
    "Host Studio card background",
    "Host Studio title",
    "Host Studio price",
    "Host Studio struck price",
    "Host Studio stock",
    "Host Studio code",
    "Host Studio countdown",
    "Host Studio question background",
    "Host Studio question",
}


def password() -> str:
    return PASSWORD


async def test_texts_and_colours_are_made_where_there_is_no_browser() -> None:
    async with FakeObs() as fake, open_obs(fake.address, password) as obs:
        done = await set_up(obs, "", URL)
        assert set(done.made) == set(fake.inputs) == OURS
        assert not any(item.enabled for item in fake.items["Scene"]), "nothing is seen before it is on"
        assert all(item.transform["positionX"] > 0 for item in fake.items["Scene"])
        assert "11 sources" in done.sentence


async def test_a_second_time_nothing_is_made_and_nothing_moved() -> None:
    async with FakeObs() as fake, open_obs(fake.address, password) as obs:
        await set_up(obs, "", "")
        fake.messages.clear()
        done = await set_up(obs, "", "")
        assert (done.made, set(done.there)) == ((), OURS)
        assert "already there" in done.sentence
        asked = {type_ for message in fake.messages for type_, _ in message}
        assert all(type_.startswith("Get") for type_ in asked)


async def test_only_what_is_missing_is_made() -> None:
    async with FakeObs() as fake, open_obs(fake.address, password) as obs:
        await set_up(obs, "", "")
        fake.items["Scene"] = [item for item in fake.items["Scene"] if item.source != "Host Studio code"]
        del fake.inputs["Host Studio code"]
        assert (await set_up(obs, "", "")).made == ("Host Studio code",)


async def test_the_overlay_page_alone_is_made_where_there_is_a_browser() -> None:
    async with (
        FakeObs(kinds=(*LINUX_KINDS, "browser_source")) as fake,
        open_obs(fake.address, password) as obs,
    ):
        done = await set_up(obs, "", URL)
        assert done.made == ("Host Studio overlay",)
        settings = fake.inputs["Host Studio overlay"].settings
        assert (settings["url"], settings["width"], settings["height"]) == (URL, 1920, 1080)
        assert set((await set_up(obs, "", URL, texts=True)).made) == OURS


async def test_without_an_overlay_page_texts_are_made_in_spite_of_a_browser() -> None:
    async with (
        FakeObs(kinds=(*LINUX_KINDS, "browser_source")) as fake,
        open_obs(fake.address, password) as obs,
    ):
        assert set((await set_up(obs, "", "")).made) == OURS


async def test_a_source_of_a_persons_own_is_left_alone_whatever_it_is_called() -> None:
    async with FakeObs() as fake, open_obs(fake.address, password) as obs:
        fake.inputs["Host Studio price"] = Input("text_ft2_source_v2", {"text": "mine"})
        fake.items["Scene"].append(Item(77, "Host Studio price", enabled=True))
        done = await set_up(obs, "", "")
        assert done.taken == ("Host Studio price",)
        assert set(done.made) == OURS - {"Host Studio price"}
        assert "Rename" in done.sentence
        assert await take_down(obs) == 10
        assert fake.inputs == {"Host Studio price": Input("text_ft2_source_v2", {"text": "mine"})}
        assert [(item.id, item.enabled) for item in fake.items["Scene"]] == [(77, True)]


async def test_another_scene_gets_the_same_sources_and_not_copies() -> None:
    async with FakeObs() as fake, open_obs(fake.address, password) as obs:
        fake.items["Close-up"] = []
        await set_up(obs, "", "")
        done = await set_up(obs, "Close-up", "")
        assert (done.scene, set(done.made)) == ("Close-up", OURS)
        assert set(fake.inputs) == OURS
        assert {item.source for item in fake.items["Close-up"]} == OURS


async def test_a_scene_that_is_not_there_is_named() -> None:
    async with FakeObs() as fake, open_obs(fake.address, password) as obs:
        with pytest.raises(RefusedByTarget, match="no scene called “Nowhere”"):
            await set_up(obs, "Nowhere", "")
        assert fake.inputs == {}


async def test_an_obs_that_can_draw_nothing_is_told() -> None:
    async with FakeObs(kinds=("ffmpeg_source",)) as fake, open_obs(fake.address, password) as obs:
        with pytest.raises(RefusedByTarget, match="neither"):
            await set_up(obs, "", URL)


async def test_a_refusal_of_obs_is_told() -> None:
    async with FakeObs() as fake, open_obs(fake.address, password) as obs:
        fake.refused["CreateInput"] = 605
        with pytest.raises(RefusedByTarget, match="as the test wants it"):
            await set_up(obs, "", "")


async def test_what_it_says_of_itself() -> None:
    async with FakeObs() as fake, open_obs(fake.address, password) as obs:
        fake.items["Close-up"] = []
        told = await facts(obs)
        assert (told.version, told.websocket, told.canvas) == ("29.0.2", "5.1.0", (1920, 1080))
        assert (told.program, told.scenes) == ("Scene", ("Close-up", "Scene"))
        assert not told.drawn.browser
