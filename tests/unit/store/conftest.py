"""A database of the test's own, and the ports over it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.store.catalogue import ImageCache
from studio.store.database import Database
from studio.store.feeds import SqlFeeds
from studio.store.history import SqlHistory
from studio.store.outbox import SqlOutbox
from studio.store.show_log import SqlShowLog


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "studio.db"


@pytest.fixture
def notices() -> list[str]:
    """What the store told the host."""
    return []


@pytest.fixture
def db(path: Path, notices: list[str]) -> Iterator[Database]:
    database = Database.open(path, on_notice=notices.append)
    yield database
    database.close()


@pytest.fixture
def log(db: Database) -> SqlShowLog:
    return SqlShowLog(db)


@pytest.fixture
def outbox(db: Database) -> SqlOutbox:
    return SqlOutbox(db)


@pytest.fixture
def feeds(db: Database, tmp_path: Path) -> Iterator[SqlFeeds]:
    images = ImageCache(tmp_path / "images.db")
    yield SqlFeeds(db, images)
    images.close()


@pytest.fixture
def history(db: Database) -> Iterator[SqlHistory]:
    pages = SqlHistory(db.path)
    yield pages
    pages.close()
