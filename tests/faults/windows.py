"""A real window over an engine room: the whole studio but its command line, for tests of what comes in from outside."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget

from studio.app import Desktop
from studio.control.ports import Secrets
from studio.domain.commands import Command, PlanShow, StartShow
from studio.domain.lineup import ItemKind, LineUp, LineUpItem
from studio.domain.show import ShowState
from studio.engine_room import Connections, EngineRoom, new_show_id
from studio.settings.paths import Paths
from studio.settings.schema import ChannelSettings, ShopSettings
from studio.ui.garbage import WindowGarbage
from studio.ui.host.workspace import HostWorkspace
from studio.ui.models.live_show import LiveShow
from studio.ui.notices import Notices
from tests.fakes.bad_shop import TOKEN, BadShop

T = TypeVar("T")
D = TypeVar("D", bound=QDialog)
PATIENCE_S = 30.0
"""How long anything may take before a test gives up; nothing waits so long when all is well."""


class SessionTokens:
    """The `Secrets` port over a dict: a computer without a keyring."""

    persistent = False
    sentence = "This computer has no keyring: tokens are kept until the studio is closed, and asked for again after that."

    def __init__(self, **tokens: str) -> None:
        self.tokens = {name.replace("_", ":"): token for name, token in tokens.items()}

    def get(self, name: str) -> str | None:
        """The token of this name."""
        return self.tokens.get(name)

    def set(self, name: str, value: str) -> None:
        """Keep a token."""
        self.tokens[name] = value

    def delete(self, name: str) -> None:
        """Forget a token."""
        self.tokens.pop(name, None)


def item(n: int, **changes: Any) -> LineUpItem:
    """Product pN in the line-up."""
    return LineUpItem(**{
        "id": f"i{n}", "kind": ItemKind.PRODUCT, "title": f"Item {n}", "planned_ms": 300_000, "product_id": f"p{n}",
        **changes,
    })  # fmt: skip


def lineup(*items: LineUpItem, **changes: Any) -> LineUp:
    """A line-up of these items, or of the products p1 to p3."""
    kept = items or tuple(item(n) for n in (1, 2, 3))
    return LineUp(**{"title": "Evening", "currency": "EUR", "items": kept, "planned_ms": 900_000, **changes})


class Stage:
    """One desktop with a show open. `until` waits for batches and notices, never for time."""

    def __init__(self, app: QApplication, paths: Paths, connections: Connections) -> None:
        self.paths = paths
        self.room = EngineRoom(paths.database, connections)
        self.sentences = self.room.start()
        self.desktop = Desktop(app, self.room, paths, rehearsal=False)
        self.show_id = ""

    async def open(self, plan: LineUp | None = None, *, start: bool = True, show_id: str = "") -> None:
        """Plan a show (unless it is one that is known), open it in the window, and start it."""
        self.show_id = show_id or new_show_id()
        await self.desktop.studio.open(self.show_id)
        if not show_id:
            self.must(await self.desktop.studio.do(PlanShow(plan or lineup(), "demo", ("live",))))
        await self.desktop.open_show(self.show_id)
        self.desktop.window.show()
        if start and self.state.started_at_ms is None:
            self.must(await self.desktop.studio.do(StartShow()))
            await self.until(lambda: self.state.started_at_ms is not None, "the show to be on air")

    @staticmethod
    def must(refused: object) -> None:
        """No refusal."""
        assert refused is None, refused

    async def do(self, command: Command) -> None:
        """A command that may not be refused."""
        self.must(await self.desktop.studio.do(command))

    def press(self, action: str) -> None:
        """Do what the key of this action does."""
        self.desktop.actions[action].trigger()

    def give(self, command: Command) -> None:
        """As a panel gives a command: a refusal becomes a notice."""
        self.host.deciding.give(command)

    @property
    def live(self) -> LiveShow:
        assert self.desktop.live is not None
        return self.desktop.live

    @property
    def host(self) -> HostWorkspace:
        assert self.desktop.host is not None
        return self.desktop.host

    @property
    def state(self) -> ShowState:
        return self.live.state

    @property
    def notices(self) -> Notices:
        return self.desktop.notices

    def said(self) -> list[str]:
        """Every sentence of every notice so far, the oldest first."""
        return [notice.sentence for notice in reversed(self.notices._posted)]

    def standing(self) -> list[str]:
        """The sentences that stand on the screen now."""
        return [notice.sentence for notice in self.notices.shown()]

    def link(self, kind: str = "shop") -> str:
        """How the shop or the channel is."""
        found = next((s for s in self.live.links.values() if s.kind == kind), None)
        return found.link.value if found else ""

    def link_sentence(self, kind: str = "shop") -> str:
        """What is said of it."""
        return next((s.sentence for s in self.live.links.values() if s.kind == kind), "")

    async def until(self, holds: Callable[[], T], what: str, timeout_s: float = PATIENCE_S) -> T:
        """Wait for the next batch or notice until `holds` gives something true, and return that."""
        moved = asyncio.Event()

        def move(*_: object) -> None:
            moved.set()

        signals = (self.desktop.studio.changes, self.notices.shown_changed)
        for signal in signals:
            signal.connect(move)
        try:
            async with asyncio.timeout(timeout_s):
                while not (found := holds()):
                    await moved.wait()
                    moved.clear()
        except TimeoutError:
            raise AssertionError(
                f"{what}: not within {timeout_s} s; link {self.link()} “{self.link_sentence()}”, said {self.said()}"
            ) from None
        finally:
            for signal in signals:
                signal.disconnect(move)
        return found

    async def until_said(self, *words: str) -> str:
        """Wait until a notice with all these words was posted; the sentence."""

        def look() -> str:
            return next((s for s in self.said() if all(word in s for word in words)), "")

        return await self.until(look, f"a notice with {words}")

    async def dialog(self, kind: type[D]) -> D:
        """The dialog that is being opened."""
        async with asyncio.timeout(PATIENCE_S):
            while not isinstance(found := QApplication.activeModalWidget(), kind):  # noqa: ASYNC110 - Qt tells nobody
                await asyncio.sleep(0)
        return found

    async def close(self) -> None:
        await self.desktop.close()
        # Children first: the prompter and the keys look at what the window owns.
        for left in (self.desktop.prompter, self.desktop.keys, self.desktop.window):
            if left is not None and shiboken6.isValid(left):
                shiboken6.delete(left)
        gc.collect()


@asynccontextmanager
async def stage(
    app: QApplication,
    folder: Path,
    shop: BadShop | str,
    secrets: Secrets | None = None,
    *,
    ca_file: str = "",
) -> AsyncIterator[Stage]:
    """A window over a shop, which is closed at the end, also by a failure."""
    url = shop if isinstance(shop, str) else shop.url
    paths = Paths(folder)
    paths.prepare()
    connections = Connections(
        ShopSettings(id="demo", name="Nordhus", base_url=url, ca_file=ca_file),
        (ChannelSettings(id="live", name="live", base_url=url, ca_file=ca_file),),
        secrets or SessionTokens(shop_demo=TOKEN, channel_live=TOKEN),
    )
    garbage = WindowGarbage()
    try:
        opened = Stage(app, paths, connections)
        try:
            yield opened
        finally:
            await opened.close()
    finally:
        garbage.close()


def widgets(app: QApplication) -> list[QWidget]:
    """Every widget there is."""
    return list(app.allWidgets())


def rich_labels(app: QApplication) -> list[str]:
    """Labels that would take what they show for markup. "Opacity" stands in a menu that pyqtgraph makes."""
    return [
        w.text()
        for w in widgets(app)
        if isinstance(w, QLabel)
        and w.textFormat() != Qt.TextFormat.PlainText
        and w.text() not in ("", "Opacity")
    ]


def markup_in_tooltips(
    app: QApplication, tags: tuple[str, ...] = ("<img", "<b>", "<script", "<a ")
) -> list[str]:
    """Tooltips in which somebody else's markup would be rendered."""
    return [w.toolTip() for w in widgets(app) if any(tag in w.toolTip().lower() for tag in tags)]
