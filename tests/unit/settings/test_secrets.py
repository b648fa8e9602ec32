"""Tokens: where they come from, where they stay, and that they never show."""

import dataclasses
import traceback

import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import keyring.errors
import pytest

from studio.control.ports import Secrets
from studio.settings.secrets import MASK, Kept, KeyringSecrets, Secret, environment_names, system_backend


class Keyring:
    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.locked = False

    def _check(self) -> None:
        if self.locked:
            raise keyring.errors.KeyringLocked("locked")

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.kept.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        self.kept[username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._check()
        if username not in self.kept:
            raise keyring.errors.PasswordDeleteError("not there")
        del self.kept[username]


class Forgetful(Keyring):
    def set_password(self, service: str, username: str, password: str) -> None:
        pass


def secrets(ring: Keyring | None, environment: dict[str, str] | None = None, **kwargs) -> KeyringSecrets:
    return KeyringSecrets(environment or {}, lambda: ring, **kwargs)


def test_a_token_in_the_keyring_is_there_after_a_restart() -> None:
    ring = Keyring()
    first: Secrets = secrets(ring)
    first.set("shop:main", "  tok-12345 ")
    assert first.persistent
    assert secrets(ring).get("shop:main") == "tok-12345"
    first.delete("shop:main")
    first.delete("shop:main")
    assert secrets(ring).get("shop:main") is None


def test_a_keyring_that_is_locked_in_the_middle_of_a_show_is_not_waited_for() -> None:
    ring = Keyring()
    secrets(ring).set("shop:demo", "token-1")
    ours = secrets(ring)
    assert ours.get("shop:demo") == "token-1"
    ring.get_password = lambda *_: pytest.fail("asked again")  # type: ignore[method-assign]
    assert ours.get("shop:demo") == "token-1"
    assert ours.where("shop:demo").kept is Kept.KEYRING


def test_a_token_that_is_replaced_or_forgotten_is_so_at_once() -> None:
    ring = Keyring()
    ours = secrets(ring)
    ours.set("shop:demo", "token-1")
    assert ours.get("shop:demo") == "token-1"
    ours.set("shop:demo", "token-2")
    assert ours.get("shop:demo") == "token-2"
    ours.delete("shop:demo")
    assert ours.get("shop:demo") is None


def test_without_a_keyring_a_token_holds_for_the_session_and_the_sentence_says_so() -> None:
    store = secrets(None)
    assert not store.persistent
    assert "until the studio is closed" in store.sentence
    store.set("shop:main", "tok-12345")
    assert store.get("shop:main") == "tok-12345"
    assert secrets(None).get("shop:main") is None


@pytest.mark.parametrize("ring", [Forgetful(), Keyring()], ids=["forgetful", "locked"])
def test_a_keyring_that_does_not_keep_it_costs_nobody_the_token(ring: Keyring) -> None:
    ring.locked = not isinstance(ring, Forgetful)
    store = secrets(ring)
    assert store.persistent
    store.set("shop:main", "tok-12345")
    assert not store.persistent
    assert "keyring" in store.sentence
    assert store.get("shop:main") == "tok-12345"
    ring.locked = False
    if not isinstance(ring, Forgetful):
        store.set("shop:main", "tok-12345")
        assert store.persistent
        assert ring.kept == {"shop:main": "tok-12345"}


def test_the_environment_goes_first_and_the_particular_before_the_general() -> None:
    ring = Keyring()
    ring.kept["shop:main"] = "from-keyring"
    assert list(environment_names("shop:main")) == ["HOST_STUDIO_SHOP_MAIN_TOKEN", "HOST_STUDIO_SHOP_TOKEN"]
    assert list(environment_names("shop token")) == ["HOST_STUDIO_SHOP_TOKEN"]
    assert secrets(ring, {"HOST_STUDIO_SHOP_TOKEN": "general"}).get("shop:main") == "general"
    both = {"HOST_STUDIO_SHOP_TOKEN": "general", "HOST_STUDIO_SHOP_MAIN_TOKEN": "particular"}
    assert secrets(ring, both).get("shop:main") == "particular"
    assert secrets(ring, {"HOST_STUDIO_SHOP_TOKEN": "  "}).get("shop:main") == "from-keyring"


def test_an_empty_token_is_refused_and_the_old_one_stays() -> None:
    store = secrets(Keyring())
    store.set("shop", "tok-12345")
    with pytest.raises(ValueError, match="whole token"):
        store.set("shop", "  ")
    assert store.get("shop") == "tok-12345"


def test_a_token_never_shows_in_reprs_or_tracebacks() -> None:
    @dataclasses.dataclass
    class Holder:
        token: Secret

    store = secrets(Keyring())
    store.set("shop", "tok-12345")
    token = store.get("shop")
    assert token is not None
    assert repr(token) == MASK
    for text in (repr(Holder(token)), repr([token]), f"{token!r}", repr(store), repr(vars(store))):
        assert "tok-12345" not in text
    try:
        {}[token]
    except KeyError:
        assert "tok-12345" not in traceback.format_exc()
    assert f"Bearer {token}" == "Bearer tok-12345"  # a header can be made of it


def test_the_tokens_of_a_sign_in_are_told_to_the_log_each_by_itself() -> None:
    learned: list[str] = []
    secrets = KeyringSecrets({}, Keyring, learned.append)
    kept = '{"access_token":"a-token","refresh_token":"r-token","expires_at_ms":5,"scopes":["chat:read"]}'
    secrets.set("channel:twitch", kept)
    assert learned == [kept, "a-token", "r-token"]
    secrets.set("channel:twitch", "{no grant")
    assert learned[3:] == ["{no grant"]


def test_every_token_seen_is_told_to_the_log() -> None:
    seen: list[str] = []
    store = secrets(Keyring(), {"HOST_STUDIO_CHAT_TOKEN": "chat-token"}, learned=seen.append)
    store.set("shop", "tok-12345")
    store.get("chat")
    assert seen == ["tok-12345", "chat-token"]


@pytest.mark.parametrize("backend", [keyring.backends.fail.Keyring(), keyring.backends.null.Keyring()])
def test_a_backend_that_keeps_nothing_is_no_keyring(backend: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    assert system_backend() is None


def test_a_plain_text_backend_is_never_used_even_in_a_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = type("PlaintextKeyring", (), {"__module__": "keyrings.alt.file"})()
    good = Keyring()
    chain = type("Chain", (), {"backends": [plain, good]})()
    monkeypatch.setattr(keyring, "get_keyring", lambda: plain)
    assert system_backend() is None
    monkeypatch.setattr(keyring, "get_keyring", lambda: chain)
    assert system_backend() is good
