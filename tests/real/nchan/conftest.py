"""A running nchan for every test that asks for one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.real.nchan.server import Nchan


@pytest.fixture
async def nchan(tmp_path: Path) -> AsyncIterator[Nchan]:
    """A real server of live feeds on a port of its own."""
    server = Nchan(tmp_path / "nchan")
    server.start()
    yield server
    await server.aclose()
