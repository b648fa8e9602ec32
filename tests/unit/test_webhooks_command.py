"""`host-studio webhooks`: the address to give to the shop, and the secret where secrets belong."""

from pathlib import Path

import pytest

from studio import cli
from studio.instance import AlreadyOpenError, InstanceLock
from studio.settings.file import settings_file
from studio.settings.paths import Paths
from studio.settings.schema import Settings, ShopSettings
from studio.sync.webhooks import push_path
from studio.webhooks_command import WebhooksError, set_up_webhooks

SECRET = "a-long-shared-secret"


class Kept:
    """Secrets in memory; `persistent` False is a computer without a keyring."""

    def __init__(self, persistent: bool = True, **known: str) -> None:
        self.persistent = persistent
        self.sentence = "" if persistent else "This computer has no keyring."
        self.known = {name.replace("_", ":"): value for name, value in known.items()}

    def get(self, name: str) -> str | None:
        return self.known.get(name)

    def set(self, name: str, value: str) -> None:
        self.known[name] = value

    def delete(self, name: str) -> None:
        self.known.pop(name, None)


def never(_: str) -> str:
    raise AssertionError("nobody has to be asked")


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    made = Paths(tmp_path)
    made.prepare()
    shops = (
        ShopSettings(id="wool", kind="vendure", name="Wool & Co", base_url="https://wool.example"),
        ShopSettings(id="demo", name="Demo", base_url="https://demo.example"),
    )
    settings_file(made.settings).save(Settings(shops=shops, active_shop="wool", scale=1.2))
    return made


def saved(paths: Paths) -> Settings:
    return settings_file(paths.settings).load().value


def port_of(paths: Paths, shop: str) -> int:
    found = saved(paths).shop(shop)
    assert found is not None
    return found.push_port


def test_the_secret_is_asked_for_kept_and_not_told_and_the_address_is_told(paths: Paths):
    kept = Kept()
    told = set_up_webhooks(paths, "Wool & Co", None, kept, lambda _: f"  {SECRET}\n")
    assert kept.known == {"push:wool": SECRET}
    assert f"http://127.0.0.1:8765{push_path(SECRET)}" in told
    assert SECRET not in told
    assert SECRET not in paths.settings.read_text("utf-8")
    assert port_of(paths, "wool") == 8765
    assert (saved(paths).scale, saved(paths).active_shop, port_of(paths, "demo")) == (1.2, "wool", 0)


def test_a_secret_that_is_known_is_not_asked_for_again_and_the_port_stays(paths: Paths):
    set_up_webhooks(paths, "wool", 9_100, Kept(push_wool=SECRET), never)
    assert "127.0.0.1:9100/push/" in set_up_webhooks(paths, "wool", None, Kept(push_wool=SECRET), never)


def test_off_is_off(paths: Paths):
    set_up_webhooks(paths, "wool", None, Kept(push_wool=SECRET), never)
    assert "not heard any more" in set_up_webhooks(paths, "wool", 0, Kept(), never)
    assert port_of(paths, "wool") == 0


def test_without_a_keyring_the_secret_comes_from_the_environment(paths: Paths):
    with pytest.raises(WebhooksError, match="HOST_STUDIO_PUSH_WOOL_TOKEN"):
        set_up_webhooks(paths, "wool", None, Kept(persistent=False), never)
    assert port_of(paths, "wool") == 0
    assert "/push/" in set_up_webhooks(paths, "wool", None, Kept(persistent=False, push_wool=SECRET), never)


@pytest.mark.parametrize("given", ["", "   ", "short", "with\x00nothing-printable"])
def test_a_secret_that_anybody_could_guess_is_not_taken(paths: Paths, given: str):
    kept = Kept()
    with pytest.raises(WebhooksError, match="16 characters"):
        set_up_webhooks(paths, "wool", None, kept, lambda _: given)
    assert kept.known == {}
    assert port_of(paths, "wool") == 0


def test_a_shop_that_is_not_there_and_one_that_needs_none_are_said(paths: Paths):
    with pytest.raises(WebhooksError, match="“wool”, “demo”"):
        set_up_webhooks(paths, "nobody", None, Kept(), never)
    with pytest.raises(WebhooksError, match="by itself"):
        set_up_webhooks(paths, "demo", None, Kept(), never)


def test_settings_of_an_open_studio_are_left_alone(paths: Paths):
    lock = InstanceLock(paths.lock)
    with pytest.raises(AlreadyOpenError):
        set_up_webhooks(paths, "wool", None, Kept(push_wool=SECRET), never)
    lock.release()
    assert port_of(paths, "wool") == 0


def test_the_command_line_says_the_address_or_what_to_do(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("HOST_STUDIO_PUSH_WOOL_TOKEN", SECRET)
    before = ["--data-dir", str(paths.data)]
    assert cli.main([*before, "webhooks", "wool", "--port", "9100"]) == 0
    assert f"http://127.0.0.1:9100{push_path(SECRET)}" in capsys.readouterr().out
    assert cli.main([*before, "webhooks", "wool", "--off"]) == 0
    assert cli.main([*before, "webhooks", "nobody"]) == cli.CANNOT
    assert "no shop “nobody”" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        cli.main([*before, "webhooks", "wool", "--port", "70000"])
