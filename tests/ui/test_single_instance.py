"""A second studio on the same data folder says so and brings the first to the front."""

import uuid

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QDialog, QLabel, QPushButton

from studio.ui.single_instance import AlreadyOpenDialog, OpenStudio, SecondStudio


@pytest.fixture
def name() -> str:
    return f"host-studio-test-{uuid.uuid4().hex[:12]}"


def button(dialog: QDialog, text: str) -> QPushButton:
    return next(each for each in dialog.findChildren(QPushButton) if each.text().replace("&", "") == text)


def test_the_open_studio_comes_to_the_front_when_asked(qtbot, name: str) -> None:
    parent = QObject()
    first = OpenStudio(name, parent)
    assert first.listening
    dialog = AlreadyOpenDialog("Host Studio is already open.", name)
    qtbot.addWidget(dialog)
    dialog.open()
    with qtbot.waitSignals([first.show_wanted, dialog.accepted], timeout=5_000):
        qtbot.mouseClick(button(dialog, "Show the open studio"), Qt.MouseButton.LeftButton)
    first.close()


def test_a_studio_that_does_not_answer_is_said_and_can_be_asked_again(qtbot, name: str) -> None:
    dialog = AlreadyOpenDialog("Host Studio is already open.", name)
    qtbot.addWidget(dialog)
    dialog.open()
    show = button(dialog, "Show the open studio")
    qtbot.mouseClick(show, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "does not answer" in dialog.findChild(QLabel).text(), timeout=5_000)
    assert dialog.isVisible()
    first = OpenStudio(name, dialog)
    with qtbot.waitSignals([first.show_wanted, dialog.accepted], timeout=5_000):
        qtbot.keyClick(button(dialog, "Try again"), Qt.Key.Key_Space)
    first.close()


def test_a_socket_left_behind_by_a_killed_studio_is_taken_over(qtbot, name: str) -> None:
    parent = QObject()
    dead = QLocalServer(parent)
    assert dead.listen(name)
    assert OpenStudio(name, parent).listening


@pytest.mark.parametrize(
    "words", [b"hello\n", b"x" * 5_000, b"show"], ids=["other words", "a flood", "half a word"]
)
def test_a_stranger_at_the_socket_moves_no_window(qtbot, name: str, words: bytes) -> None:
    parent = QObject()
    first = OpenStudio(name, parent)
    wanted: list[bool] = []
    first.show_wanted.connect(lambda: wanted.append(True))
    stranger = QLocalSocket(parent)
    with qtbot.waitSignal(stranger.connected, timeout=5_000):
        stranger.connectToServer(name)
    stranger.write(words)
    second = SecondStudio(
        name, parent
    )  # asked after the stranger: its answer proves that the other was heard
    with qtbot.waitSignal(second.answered, timeout=5_000) as answer:
        second.ask()
    assert answer.args == [True]
    assert wanted == [True]
    stranger.abort()
    first.close()


def test_the_sentence_is_shown_as_it_is_even_with_markup_in_the_folders_name(qtbot, name: str) -> None:
    dialog = AlreadyOpenDialog("open in “/home/<b>me</b>”", name)
    qtbot.addWidget(dialog)
    assert dialog.findChild(QLabel).textFormat() == Qt.TextFormat.PlainText
