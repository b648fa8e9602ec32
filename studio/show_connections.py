"""What a show is connected to."""

from collections.abc import Callable

from studio.channel_quotas import Quotas
from studio.control.ports import Secrets
from studio.settings.schema import ChannelSettings, ShopSettings, StageSettings


class Connections:
    """The shop and the channels of one show, as the settings name them. Their tokens stay in `secrets`; `quotas` keeps what
    was asked of the platforms; without `stage` nothing is shown to viewers (a rehearsal).
    """

    def __init__(
        self,
        shop: ShopSettings,
        channels: tuple[ChannelSettings, ...],
        secrets: Secrets,
        silent_channel_ms: int = 30_000,
        quotas: Quotas | None = None,
        stage: StageSettings | None = None,
    ) -> None:
        self.stage = stage
        self.quotas = quotas or Quotas()
        self.silent_channel_ms = silent_channel_ms
        self.shop = shop
        self.channels = channels
        self.secrets = secrets

    def token(self, name: str) -> Callable[[], str | None]:
        """Asks for a token whenever one is needed, so that one given later is used."""
        return lambda: self.secrets.get(name)

    def token_name(self, target: str) -> str:
        """The secret's name of an outbox target: "shop" or "channel:ID"."""
        return f"shop:{self.shop.id}" if target == "shop" else target
