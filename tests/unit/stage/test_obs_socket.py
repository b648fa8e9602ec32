"""The protocol of OBS's WebSocket, against a server on loopback."""

import asyncio

import msgspec
import pytest
from structlog.testing import capture_logs
from websockets.asyncio.server import serve

from studio.control.ports import BadAnswer, RefusedByTarget, Unauthorised, Unreachable
from studio.stage.obs_socket import open_obs
from tests.fakes.fake_obs import PASSWORD, FakeObs


class Version(msgspec.Struct, rename="camel"):
    obs_version: str


def password() -> str:
    return PASSWORD


async def test_a_password_is_proved_and_never_sent() -> None:
    async with FakeObs() as obs, open_obs(obs.address, password) as socket:
        assert (await socket.ask("GetVersion")).read(Version).obs_version == "29.0.2"


async def test_an_obs_without_a_password_asks_for_none() -> None:
    def never() -> str | None:
        raise AssertionError("nobody asked")

    async with FakeObs(password=None) as obs, open_obs(obs.address, never) as socket:
        assert (await socket.ask("GetVersion")).well


@pytest.mark.parametrize(
    ("given", "word"), [("wrong", "does not take"), (None, "asks for"), ("", "asks for")]
)
async def test_a_wrong_or_missing_password_asks_for_the_key(given: str | None, word: str) -> None:
    async with FakeObs() as obs:
        with pytest.raises(Unauthorised, match=word) as told:
            async with open_obs(obs.address, lambda: given):
                pass
    assert "wrong" not in told.value.sentence


async def test_an_obs_that_is_not_there_was_not_reached() -> None:
    async with FakeObs() as obs:
        address = obs.address
    with pytest.raises(Unreachable, match="start it") as told:
        async with open_obs(address, password):
            pass
    assert told.value.attempted is False


async def test_something_else_at_the_address_is_named() -> None:
    async def greet(client) -> None:
        await client.send('{"hello": "world"}')
        await client.wait_closed()

    async with serve(greet, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        with pytest.raises(BadAnswer, match="is not OBS"):
            async with open_obs(f"ws://127.0.0.1:{port}", password):
                pass


async def test_a_web_server_at_the_address_is_named() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(BadAnswer, match="is not OBS"):
        async with open_obs(f"ws://127.0.0.1:{port}", password):
            pass
    server.close()


async def test_an_address_that_is_none_is_named() -> None:
    with pytest.raises(RefusedByTarget, match="no address"):
        async with open_obs("http://127.0.0.1", password):
            pass


async def test_a_refusal_says_what_obs_says() -> None:
    async with FakeObs() as obs, open_obs(obs.address, password) as socket:
        answer = await socket.ask("GetInputSettings", {"inputName": "Nope"})
        assert (answer.well, answer.code) == (False, 600)
        with pytest.raises(RefusedByTarget, match="No source was found") as told:
            answer.read(Version)
        assert told.value.code == "600"
        obs.refused["GetVersion"] = 207
        with pytest.raises(Unreachable, match="still starting"):
            (await socket.ask("GetVersion")).read(Version)


async def test_one_refusal_in_a_batch_does_not_stop_the_others() -> None:
    async with FakeObs() as obs, open_obs(obs.address, password) as socket:
        calls = [("GetVersion", {}), ("GetInputSettings", {"inputName": "Nope"}), ("GetStats", {})]
        assert [answer.code for answer in await socket.batch(calls)] == [100, 600, 100]
        assert len(obs.messages) == 1


async def test_questions_at_the_same_time_get_their_own_answers() -> None:
    async with FakeObs() as obs, open_obs(obs.address, password) as socket:
        answers = await asyncio.gather(
            *(socket.ask("GetVersion" if n % 2 else "GetStats") for n in range(50))
        )
        assert [b"obsVersion" in bytes(answer.data) for answer in answers] == [bool(n % 2) for n in range(50)]


async def test_an_obs_that_says_nothing_is_given_up_and_can_be_asked_again() -> None:
    async with FakeObs() as obs, open_obs(obs.address, password) as socket:
        obs.silent = True
        with pytest.raises(Unreachable, match="does not answer"):
            await socket.ask("GetVersion", within_s=0.05)
        obs.silent = False
        assert (await socket.ask("GetVersion")).well


async def test_a_question_that_is_cancelled_harms_no_other() -> None:
    async with FakeObs() as obs, open_obs(obs.address, password) as socket:
        obs.silent = True
        asking = asyncio.create_task(socket.ask("GetVersion"))
        await obs.until(lambda: obs.calls("GetVersion"))
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        obs.silent = False
        assert (await socket.ask("GetStats")).well


async def test_a_lost_connection_is_told_to_everybody_who_waits() -> None:
    async with FakeObs() as obs, open_obs(obs.address, password) as socket:
        obs.silent = True
        asking = [asyncio.create_task(socket.ask("GetVersion")) for _ in range(3)]
        gone = asyncio.create_task(socket.gone())
        await obs.until(lambda: len(obs.calls("GetVersion")) == 3)
        await obs.die()
        for told in await asyncio.gather(*asking, gone, return_exceptions=True):
            assert isinstance(told, Unreachable)
        with pytest.raises(Unreachable):
            await socket.ask("GetVersion")


async def test_events_are_told_and_garbage_is_left_out() -> None:
    heard: list[tuple[str, bytes]] = []
    async with FakeObs() as obs, open_obs(obs.address, password, lambda *told: heard.append(told)) as socket:
        with capture_logs() as log:
            for garbage in (
                "nonsense",
                "[]",
                '{"op": 5, "d": 7}',
                '{"op": 7, "d": {}}',
                '{"op": 99, "d": {}}',
            ):
                await obs.garble(garbage)
            await obs.emit("StreamStateChanged", outputActive=True)
            assert (await socket.ask("GetVersion")).well
        assert [kind for kind, _ in heard] == ["StreamStateChanged"]
        assert len(log) == 3
        assert all(entry["log_level"] == "warning" for entry in log)


async def test_an_answer_that_is_not_as_agreed_is_told_at_once() -> None:
    async with FakeObs() as obs, open_obs(obs.address, password) as socket:
        obs.silent = True
        asking = asyncio.create_task(socket.ask("GetVersion", within_s=60))
        await obs.until(lambda: obs.calls("GetVersion"))
        await obs.garble('{"op": 7, "d": {"requestId": "1", "requestStatus": "fine"}}')
        with pytest.raises(BadAnswer, match="not as agreed"):
            await asking
        obs.silent = False
        obs.answers["GetVersion"] = {"obsVersion": 29}
        with pytest.raises(BadAnswer, match="GetVersion not as agreed"):
            (await socket.ask("GetVersion")).read(Version)


async def test_a_bug_in_what_is_told_does_not_cost_the_connection() -> None:
    def broken(kind: str, data: object) -> None:
        raise ZeroDivisionError(kind)

    async with FakeObs() as obs, open_obs(obs.address, password, broken) as socket:
        with capture_logs() as log:
            await obs.emit("StreamStateChanged")
            assert (await socket.ask("GetVersion")).well
        assert log[0]["exc_info"]


async def test_nothing_is_asked_while_obs_changes_its_scene_collection() -> None:
    changing = '{"op": 5, "d": {"eventType": "CurrentSceneCollectionChanging", "eventData": {}}}'
    async with FakeObs() as obs, open_obs(obs.address, password) as socket:
        obs.silent = True
        waiting = asyncio.create_task(socket.ask("GetStats"))
        await obs.until(lambda: obs.calls("GetStats"))
        await obs.garble(changing)
        await obs.garble('{"op": 7, "d": {"requestId": "1", "requestStatus": {"result": true, "code": 100}}}')
        assert (await waiting).well
        obs.silent = False
        asking = asyncio.create_task(socket.ask("GetVersion"))
        for _ in range(20):
            await asyncio.sleep(0)
        assert obs.calls("GetVersion") == []
        await obs.emit("CurrentSceneCollectionChanged")
        assert (await asking).well


async def test_an_obs_that_dies_while_it_changes_its_collection_is_told() -> None:
    async with FakeObs() as obs, open_obs(obs.address, password) as socket:
        await obs.emit("CurrentSceneCollectionChanging")
        gone = asyncio.create_task(socket.gone())
        await obs.die()
        with pytest.raises(Unreachable):
            await gone
        with pytest.raises(Unreachable):
            await asyncio.wait_for(socket.ask("GetVersion"), 10)
