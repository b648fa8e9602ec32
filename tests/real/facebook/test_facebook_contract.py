"""The Facebook connector keeps the contract of all channels."""

import asyncio

import pytest

from tests.contracts.channel_contract import ChannelContract, Crowd
from tests.real.facebook.graph import GraphServer


@pytest.fixture
def crowd(graph: GraphServer) -> Crowd:
    async def write(text: str) -> str:
        return await asyncio.to_thread(graph.write, "Steph C.", text)

    return write


class TestFacebook(ChannelContract):
    """Over a real HTTP server that stands in for the Graph API."""
