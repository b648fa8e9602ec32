"""Several shops in the settings: each keeps its own, and none gets another's key."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from studio.settings.file import settings_file
from studio.settings.schema import Settings, ShopSettings
from studio.settings.secrets import Kept, KeyringSecrets, environment_names
from studio.settings.shops import (
    general_shop,
    new_shop_id,
    secret_name,
    with_shop,
    without_shop,
)


def a_shop(shop_id: str, **more: str) -> ShopSettings:
    return ShopSettings(id=shop_id, name=shop_id.title(), base_url=f"https://{shop_id}.example", **more)


def test_the_one_shop_of_older_settings_stays_as_it_is_when_others_come(tmp_path: Path) -> None:
    """Its id stays too, for its key in the keyring and its shows are known by it."""
    path = tmp_path / "settings.json"
    one = {"id": "shop", "name": "My shop", "base_url": "https://shop.example", "colour": "red"}
    path.write_text(
        json.dumps({"version": 1, "shops": [one], "active_shop": "shop", "theme": "light", "odd": 1})
    )
    file = settings_file(path)
    loaded = file.load()
    assert loaded.sentences == ()
    file.save(with_shop(loaded.value, a_shop("outlet", kind="vendure")))
    after = json.loads(path.read_text())
    assert one.items() <= after["shops"][0].items()
    assert (after["active_shop"], after["theme"], after["odd"]) == ("shop", "light", 1)
    again = settings_file(path).load().value
    assert [shop.id for shop in again.shops] == ["shop", "outlet"]
    assert again.shops[1].kind == "vendure"


def test_the_first_shop_is_that_of_new_shows_and_the_next_takes_its_place() -> None:
    settings = with_shop(with_shop(Settings(), a_shop("one")), a_shop("two"))
    assert settings.active_shop == "one"
    changed = with_shop(settings, a_shop("one", kind="shopify"))
    assert [(s.id, s.kind) for s in changed.shops] == [("one", "shopify"), ("two", "studio")]
    assert without_shop(changed, "one").active_shop == "two"
    assert without_shop(changed, "two").active_shop == "one"
    assert without_shop(without_shop(changed, "one"), "two") == Settings()


@given(st.lists(st.text(max_size=80), max_size=8))
def test_every_name_gives_an_id_that_can_be_kept_and_is_nobody_elses(names: list[str]) -> None:
    taken: list[str] = []
    for name in names:
        shop_id = new_shop_id(name, taken)
        ShopSettings(id=shop_id, name="x", base_url="https://x.example")
        taken.append(shop_id)
        json_ready = json.dumps({"shops": [{"id": shop_id, "name": "x", "base_url": "https://x.example"}]})
        assert shop_id in json_ready
    variables = [next(environment_names(secret_name(shop_id))) for shop_id in taken]
    assert len(set(variables)) == len(variables), "no two shops share a variable"
    assert "HOST_STUDIO_SHOP_TOKEN" not in variables


def test_a_variable_that_names_no_shop_is_for_the_one_of_new_shows_only() -> None:
    settings = with_shop(with_shop(Settings(), a_shop("one")), a_shop("two"))
    secrets = KeyringSecrets({"HOST_STUDIO_SHOP_TOKEN": "tok-general"}, lambda: None)
    secrets.general_shop = general_shop(settings)
    assert secrets.get("shop:one") == "tok-general"
    assert secrets.get("shop:two") is None
    secrets.general_shop = general_shop(without_shop(settings, "one"))
    assert secrets.get("shop:two") == "tok-general"


def test_where_a_key_is_from_is_told_without_the_key() -> None:
    secrets = KeyringSecrets({"HOST_STUDIO_SHOP_ONE_TOKEN": "tok-12345"}, lambda: None)
    where = secrets.where("shop:one")
    assert (where.kept, where.variable) == (Kept.ENVIRONMENT, "HOST_STUDIO_SHOP_ONE_TOKEN")
    assert "tok-12345" not in repr(where)
    assert secrets.where("shop:two").kept is Kept.NOWHERE
    secrets.set("shop:two", "tok-67890")
    assert secrets.where("shop:two").kept is Kept.SESSION
