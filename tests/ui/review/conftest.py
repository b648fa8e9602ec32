"""The Review workspace on the screen, as every test of it has it."""

import pytest

from studio.ui.review.workspace import ReviewWorkspace
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from tests.ui.review.review_kit import Failures, SlowStudio


@pytest.fixture
def failures() -> Failures:
    return Failures()


@pytest.fixture
def tasks(failures) -> Tasks:
    return Tasks("review", failures)


@pytest.fixture
def studio(qapp) -> SlowStudio:
    return SlowStudio()


@pytest.fixture
def review(qtbot, theme, actions, studio, tasks) -> ReviewWorkspace:
    review = ReviewWorkspace(studio, actions, theme, Texts("en", "Europe/Oslo"), tasks)
    qtbot.addWidget(review)
    review.resize(1440, 900)
    review.show()
    return review


@pytest.fixture
def told(review) -> list:
    """Every notice of the review, with the button on it."""
    told: list = []
    review.notice.connect(lambda notice, action: told.append((notice, action)))
    return told
