"""Whom the studio trusts and with what: certificates, tokens, and a computer that keeps neither."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.settings.secrets import KeyringSecrets
from studio.sync.http import BadAddress
from studio.ui.dialogs import FormDialog
from tests.fakes.bad_shop import BadShop
from tests.fakes.certificates import certificate, server_tls
from tests.faults.windows import Stage, stage

NEW_TOKEN = "a-token-typed-by-the-host"


def no_keyring(environment: Mapping[str, str] | None = None) -> KeyringSecrets:
    """The studio's own secrets on a computer without a keyring."""
    return KeyringSecrets(environment or {}, lambda: None)


async def type_token(window: Stage, kind: str, token: str) -> None:
    """As the host does: by the connection's own button, into the field, Return."""
    status = next(s for s in window.live.links.values() if s.kind == kind)
    window.host.header.token_asked.emit(status)
    dialog = await window.dialog(FormDialog)
    QTest.keyClicks(dialog.inputs["token"], token)
    dialog.submit()


async def test_a_shop_that_cannot_prove_who_it_is_gets_nothing_and_the_show_goes_on(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    cert, key = certificate(tmp_path)
    with BadShop(tls=server_tls(cert, key)) as shop:
        async with stage(qapp, tmp_path / "data", shop) as window:
            await window.open()
            window.press("item.next")
            await window.until(lambda: "cannot prove who it is" in window.link_sentence(), "the reason")
            assert "Check the address, the server's certificate" in window.link_sentence()
            await window.until(lambda: window.live.waiting > 0, "the pin to wait")
            assert window.link() == "down"
            assert shop.requests("/v1/shop") == []
            show_id = window.show_id
        # Told to trust it, the same show goes on, and what waited is delivered.
        async with stage(qapp, tmp_path / "data", shop, ca_file=str(cert)) as window:
            await window.open(show_id=show_id)
            await window.until(lambda: window.link() == "ok", "the shop")
            await window.until(lambda: shop.requests("/v1/featured"), "the pin at the shop")
            await window.until(lambda: window.link("channel") == "ok", "the channel")
            await window.until(lambda: len(window.live.products) == 3, "the catalogue")


async def test_a_certificate_file_that_is_none_stops_the_opening_with_a_sentence(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    with BadShop() as shop:
        async with stage(qapp, tmp_path, shop, ca_file=str(tmp_path / "lost.pem")) as window:
            with pytest.raises(BadAddress, match=r"lost\.pem.*choose another in the settings"):
                await window.open()


async def test_without_any_token_everything_waits_asks_and_goes_on_when_one_is_typed(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    secrets = no_keyring()
    with BadShop() as shop:
        shop.token = NEW_TOKEN
        async with stage(qapp, tmp_path, shop, secrets) as window:
            await window.open()
            window.press("item.next")
            await window.until(lambda: window.link() == "asking", "the shop's question")
            assert "Nordhus asks for a token, and none is known here: enter it." in window.link_sentence()
            await window.until(lambda: window.link("channel") == "asking", "the channel's question")
            await window.until(lambda: window.live.waiting == 2, "pin and announcement to wait")
            assert window.state.pinned_product_id == "p1"

            await type_token(window, "shop", NEW_TOKEN)
            assert "no keyring" in await window.until_said("kept until the studio is closed")
            await window.until(lambda: window.link() == "ok", "the shop")
            await window.until(lambda: len(shop.requests("/v1/featured")) >= 1, "the pin at the shop")
            await window.until(lambda: window.live.sellable("p1").total == 20, "stock")
            assert window.link("channel") == "asking", "each connection has a token of its own"

            await type_token(window, "channel", NEW_TOKEN)
            await window.until(lambda: window.link("channel") == "ok", "the channel")
            await window.until(lambda: not window.live.outbox, "everything sent")
            assert [s for s in window.standing() if "enter it" in s] == []
            show_id = window.show_id
        # Nothing was kept on disk: the next studio asks again, as was said.
        async with stage(qapp, tmp_path, shop, no_keyring()) as window:
            await window.open(show_id=show_id)
            await window.until(lambda: window.link() == "asking", "the question again")


async def test_a_wrong_token_is_asked_for_again_and_an_empty_one_is_not_taken(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    with BadShop() as shop:
        shop.token = NEW_TOKEN
        async with stage(
            qapp, tmp_path, shop, no_keyring({"HOST_STUDIO_SHOP_TOKEN": "an-old-one"})
        ) as window:
            await window.open()
            await window.until(lambda: window.link() == "asking", "the question")
            assert "does not accept the token. Enter it again" in window.link_sentence()
            window.host.header.token_asked.emit(next(iter(window.live.links.values())))
            dialog = await window.dialog(FormDialog)
            QTest.keyClicks(dialog.inputs["token"], "   ")
            dialog.submit()
            assert dialog.isVisible()
            assert "Paste the token" in dialog.hints["token"].text()
            dialog.reject()


async def test_a_token_with_characters_that_no_token_has_is_asked_for_again(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    with BadShop() as shop:
        async with stage(qapp, tmp_path, shop, no_keyring()) as window:
            await window.open()
            await window.until(lambda: window.link() == "ok", "the shop")
            await window.desktop.studio.give_token("shop", "zwölf Wörter")
            window.press("item.next")
            await window.until_said("characters that no token has: copy it again")
            await window.desktop.studio.give_token("shop", NEW_TOKEN)
            await window.until(lambda: window.link() == "ok" and not window.live.outbox, "everything sent")
