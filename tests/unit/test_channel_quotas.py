"""What was asked of the platforms today is not forgotten by a restart, and counts for the day that it was asked on."""

import threading
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from studio.channel_quotas import Quotas
from studio.settings.file import quotas_file


def test_what_was_used_is_there_after_a_restart_and_another_day_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "channel-quotas.json"
    quotas = Quotas(quotas_file(path))
    quotas.book("yt").add("2026-11-22", 5)
    quotas.book("yt").add("2026-11-22", 20)
    quotas.book("other").add("2026-11-22", 1)
    quotas.close()
    again = Quotas(quotas_file(path))
    assert again.book("yt").used("2026-11-22") == 25
    assert again.book("yt").used("2026-11-23") == 0
    again.book("yt").add("2026-11-23", 5)
    again.close()
    once_more = Quotas(quotas_file(path))
    assert (once_more.used("yt", "2026-11-23"), once_more.used("other", "2026-11-22")) == (5, 1)
    once_more.close()


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 100)), max_size=20))
def test_each_channel_counts_for_itself(asked: list[tuple[str, int]]) -> None:
    quotas = Quotas()
    for channel, units in asked:
        quotas.add(channel, "2026-11-22", units)
    for channel in ("a", "b"):
        assert quotas.used(channel, "2026-11-22") == sum(units for name, units in asked if name == channel)
    quotas.close()


def test_threads_that_count_at_once_lose_nothing(tmp_path: Path) -> None:
    quotas = Quotas(quotas_file(tmp_path / "q.json"))
    book = quotas.book("yt")
    threads = [
        threading.Thread(target=lambda: [book.add("2026-11-22", 1) for _ in range(200)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    quotas.close()
    assert Quotas(quotas_file(tmp_path / "q.json")).used("yt", "2026-11-22") == 800


def test_a_full_disk_ends_no_show(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.write_text("a file where the folder should be")
    quotas = Quotas(quotas_file(folder / "q.json"))
    quotas.add("yt", "2026-11-22", 5)
    quotas.close()
    assert quotas.used("yt", "2026-11-22") == 5
