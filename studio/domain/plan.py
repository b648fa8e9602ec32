"""What a producer decides about a show as a whole: its details, its goals and what it costs."""

import msgspec

MAX_TITLE = 300
MAX_COSTS = 50
MAX_PLANNED_MS = 7 * 24 * 3_600_000


class CostLine(msgspec.Struct, frozen=True):
    """One thing that the show costs (staff, ads, samples), in minor units of the show's currency."""

    label: str
    amount_minor: int


class Goals(msgspec.Struct, frozen=True):
    """What a show is to reach; None: no goal. `sessions` are those over tracked links; `revenue_minor` is gross, in minor
    units of the show's currency. `costs` are what return on investment is reckoned with.
    """

    peak_viewers: int | None = None
    sessions: int | None = None
    orders: int | None = None
    revenue_minor: int | None = None
    costs: tuple[CostLine, ...] = ()

    @property
    def cost_minor(self) -> int | None:
        """All costs together; None when none was named."""
        return sum(cost.amount_minor for cost in self.costs) if self.costs else None


class ShowDetails(msgspec.Struct, frozen=True):
    """What a show is called, and when and where it is. `language` is BCP 47, `currency` ISO 4217, `time_zone` an IANA name,
    `starts_at_ms` UTC ms (None: no date yet), `planned_ms` its planned length, `channels` ids of the settings. Shows of
    one `series` are compared with each other. A `template` is never on air: shows are made from it.
    """

    title: str
    language: str = "en"
    currency: str = "EUR"
    planned_ms: int = 0
    time_zone: str = "UTC"
    starts_at_ms: int | None = None
    channels: tuple[str, ...] = ()
    series: str = ""
    template: bool = False
