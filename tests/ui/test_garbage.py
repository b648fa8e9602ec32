"""Qt objects in reference cycles die in the window's thread, whoever allocates."""

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QTimer

from studio.ui.garbage import WindowGarbage


@pytest.fixture
def garbage(qapp) -> Iterator[WindowGarbage]:
    collector = WindowGarbage()
    yield collector
    collector.close()


class Panel(QObject):
    """Holds a running timer, and itself by a lambda, as panels do."""

    def __init__(self) -> None:
        super().__init__()
        self.timer = QTimer(self)
        self.timer.start(10_000)
        self.me = lambda: self


def allocate() -> None:
    kept = [[n] for n in range(50_000)]
    assert len(kept) == 50_000


def in_another_thread() -> None:
    thread = threading.Thread(target=allocate)
    thread.start()
    thread.join()


def test_a_panel_that_nobody_needs_dies_in_the_windows_thread(qtbot, garbage: WindowGarbage) -> None:
    gone = weakref.ref(Panel())
    in_another_thread()
    assert gone() is not None, "another thread may not take it"
    due = [[n] for n in range(2_000)]
    qtbot.waitUntil(lambda: gone() is None, timeout=5_000)
    assert due


def test_the_collector_runs_in_no_other_thread(qtbot, garbage: WindowGarbage) -> None:
    where: set[int] = set()

    def note(phase: str, _info: dict[str, int]) -> None:
        where.add(threading.get_ident())

    gc.callbacks.append(note)
    try:
        in_another_thread()
        kept = [[n] for n in range(50_000)]
        qtbot.waitUntil(lambda: bool(where), timeout=5_000)
    finally:
        gc.callbacks.remove(note)
    assert kept
    assert where == {threading.main_thread().ident}


def test_what_opening_a_show_makes_is_looked_through_once_and_not_again_a_second_later(
    qapp, garbage: WindowGarbage
) -> None:
    gc.collect()
    kept = [[n] for n in range(60_000)]
    garbage.look()
    assert kept
    assert len(gc.get_objects(generation=0)) + len(gc.get_objects(generation=1)) < 1_000


def test_the_collector_is_given_back(qapp, request) -> None:
    gc.enable()
    request.addfinalizer(gc.disable)  # as in all tests
    collector = WindowGarbage()
    assert not gc.isenabled()
    collector.close()
    assert gc.isenabled()
