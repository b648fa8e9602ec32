"""The last errors of shops and channels: counted, bounded, and there after a restart."""

from pathlib import Path

from studio.settings.file import troubles_file
from studio.settings.schema import Troubles
from studio.settings.troubles import KEPT_EACH, troubles_of, with_trouble, without_troubles


def test_the_same_error_is_counted_and_the_last_ones_of_each_shop_are_kept() -> None:
    troubles = Troubles()
    for n in range(KEPT_EACH + 3):
        troubles = with_trouble(troubles, "one", f"Error {n}.", 1_000 + n)
    troubles = with_trouble(troubles, "two", "Another's.", 5_000)
    troubles = with_trouble(troubles, "one", "Error 9.", 9_000)
    mine = troubles_of(troubles, "one")
    assert len(mine) == KEPT_EACH
    assert (mine[0].sentence, mine[0].times, mine[0].at_ms) == ("Error 9.", 2, 9_000)
    assert "Error 0." not in [each.sentence for each in mine]
    assert [each.sentence for each in troubles_of(without_troubles(troubles, "one"), "two")] == ["Another's."]
    assert troubles_of(without_troubles(troubles, "one"), "one") == ()


def test_the_last_errors_are_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "shop-troubles.json"
    troubles_file(path).save(with_trouble(Troubles(), "one", "It was away.", 7))
    assert [t.sentence for t in troubles_file(path).load().value.troubles] == ["It was away."]


def test_errors_that_an_older_studio_wrote_are_read(tmp_path: Path) -> None:
    path = tmp_path / "shop-troubles.json"
    path.write_text(
        '{"version": 1, "troubles": [{"shop": "one", "at_ms": 7, "sentence": "Away.", "times": 2}]}', "utf-8"
    )
    loaded = troubles_file(path).load()
    assert loaded.sentences == ()
    assert [(t.of, t.times) for t in loaded.value.troubles] == [("one", 2)]
