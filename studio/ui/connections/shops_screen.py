"""The screen of the shops: the list at the left, the form in the middle, what a test found at the right."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from PySide6.QtWidgets import QWidget

from studio.settings.schema import ShopSettings
from studio.ui.actions import Actions
from studio.ui.connections.drafts import Saved
from studio.ui.connections.port import KnownShop, KnownShops, NotDoneError, ShopConnections, Step
from studio.ui.connections.screen import ConnectionsScreen
from studio.ui.connections.shop_drafts import ShopDraft, problems
from studio.ui.connections.shop_findings import ShopFindings
from studio.ui.connections.shop_form import ShopForm
from studio.ui.connections.shop_list import ShopModel
from studio.ui.connections.trial import Try
from studio.ui.connections.words import shop_wording
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import Theme

_PUSHING: Final = ("push_port", "push_key", "base_url")


class ShopsScreen(ConnectionsScreen[ShopDraft]):
    """Give it shops by `load`."""

    def __init__(
        self,
        connections: ShopConnections,
        actions: Actions,
        theme: Theme,
        texts: Texts,
        tasks: Tasks,
        places: Mapping[str, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        wording = shop_wording()
        self.form = ShopForm(actions)
        findings = ShopFindings(texts)
        model = ShopModel(theme, wording.unnamed)
        super().__init__(
            connections, model, self.form, findings, wording, places or {wording.name: wording.title},
            actions, theme, texts, tasks, parent=parent,
        )  # fmt: skip
        model.setParent(self)
        self._port = connections
        self._default_kind = "studio"
        self.form.default_asked.connect(lambda: self._run(self._make_default(), "shop for new shows"))
        self.begin()

    def _take_known(self, known: KnownShops) -> Sequence[Saved]:
        self.form.offer({platform.kind: platform for platform in known.platforms})
        self.list.model.name_platforms({platform.kind: platform.title for platform in known.platforms})
        self._default_kind = known.platforms[0].kind if known.platforms else "studio"
        return known.shops

    def _of(self, saved: Any) -> ShopDraft:
        return ShopDraft.of(saved)

    def _new(self, number: int) -> ShopDraft:
        return ShopDraft.new(number, self._default_kind)

    def _first(self, saved: Sequence[Saved]) -> int:
        for_new = (n for n, shop in enumerate(saved) if isinstance(shop, KnownShop) and shop.for_new_shows)
        return next(for_new, 0)

    def _problems(self, draft: ShopDraft) -> dict[str, str]:
        return problems(draft, self._port.address_problem)

    def _settings(self, draft: ShopDraft) -> ShopSettings:
        return draft.settings(self._port.new_id)

    def _show_draft(self, draft: ShopDraft) -> None:
        self.form.show_draft(draft, keys_stay=self._keys_stay)
        self._run(self._show_push_address(draft), "address for webhooks")

    async def _keep(self, draft: ShopDraft, settings: ShopSettings) -> str:
        return await self._port.save(settings, draft.key, draft.push_key)

    def _try(self, draft: ShopDraft) -> tuple[object, Try]:
        shop, key = self._settings(draft), draft.key
        return Step.CONNECT, lambda stepped: self._port.test(shop, key, stepped)

    def _was_edited(self, draft: ShopDraft, name: str) -> None:
        if name in _PUSHING:
            self._run(self._show_push_address(draft), "address for webhooks")

    async def _show_push_address(self, draft: ShopDraft) -> None:
        """Where webhooks are heard with what stands in the form, as far as it makes sense."""
        usable = not self._problems(draft).keys() - {"name"}
        told = await self._port.push_address(self._settings(draft), draft.push_key) if usable else ""
        if self.list.current is not None and self.list.current.id == draft.id:
            self.form.show_push_address(told)

    async def _make_default(self) -> None:
        draft = self.list.current
        try:
            if draft is not None and not draft.is_new:
                await self._port.use_for_new_shows(draft.id)
                await self.load()
        except NotDoneError as error:
            self.form.refuse(str(error))
