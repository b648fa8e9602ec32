"""What new shows announce is kept like every setting, and a channel's own language and silence count."""

import json
from pathlib import Path

import msgspec

from studio.domain.announcement_rules import (
    RECOMMENDED,
    AnnouncementKind,
    AnnouncementRules,
    ChannelRule,
    KindRule,
)
from studio.settings.file import settings_file
from studio.settings.schema import Announcements, ChannelSettings, Settings

Kind = AnnouncementKind


def channel(channel_id: str, **changes) -> ChannelSettings:
    return ChannelSettings(id=channel_id, name=channel_id, base_url="https://live.example", **changes)


def test_own_texts_are_there_after_a_restart_and_gone_when_they_were_reset(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    rules = AnnouncementRules(
        kinds={Kind.SOLD_OUT: KindRule(on=False)},
        texts={"nb": {Kind.PINNED: "Se her: {title}"}},
        channels={"live": ChannelRule(texts={Kind.PINNED: "{title}"})},
    )
    settings_file(path).save(Settings(announcements=Announcements(rules=rules)))
    file = settings_file(path)
    assert file.load().value.announcements.rules == rules
    file.save(Settings())
    assert settings_file(path).load().value.announcements.rules == RECOMMENDED
    assert "Se her" not in path.read_text("utf-8")


def test_one_bad_text_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    rules = {"texts": {"en": {"pinned": "Look: {title}"}, "de": {"pinned": 7}}, "gap_s": 5}
    path.write_text(json.dumps({"announcements": {"rules": rules}}), "utf-8")
    loaded = settings_file(path).load()
    assert loaded.value.announcements.rules.gap_s == 5
    assert loaded.value.announcements.rules.texts["en"] == {Kind.PINNED: "Look: {title}"}
    assert len(loaded.sentences) == 2


def test_a_new_show_takes_language_and_silence_of_its_channels() -> None:
    own = ChannelRule(texts={Kind.PINNED: "{title}"})
    mine = msgspec.structs.replace(
        RECOMMENDED, channels={"b": own, "c": ChannelRule(language="nb"), "gone": own}
    )
    rules = Announcements(rules=mine).for_show(
        [channel("a", language="de"), channel("b", announce=False), channel("c", language="de")]
    )
    assert rules.channels == {
        "a": ChannelRule(language="de"),
        "b": ChannelRule(on=False, texts=own.texts),
        "c": ChannelRule(language="nb"),
    }
    assert rules.kinds == RECOMMENDED.kinds
