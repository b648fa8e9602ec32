"""What tests of the whole studio start from."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.settings.paths import Paths
from tests.fakes.bad_shop import TOKEN, BadShop


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    made = Paths(tmp_path / "data")
    made.prepare()
    return made


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[BadShop]:
    monkeypatch.setenv("HOST_STUDIO_SHOP_TOKEN", TOKEN)
    with BadShop() as running:
        yield running
