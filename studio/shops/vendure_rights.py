"""Which rights to write a Vendure key lacks, without writing anything."""

from studio.control.ports import MissingRight, RefusedByTarget
from studio.shops import vendure_queries as ask
from studio.shops.vendure_client import VendureClient

_NOWHERE = "0"
_NOTHING: tuple[tuple[str, dict[str, object]], ...] = (
    # Vendure refuses a promotion without condition and code, and one or a product that is not there.
    (ask.CREATE_PROMOTION, {"enabled": False, "conditions": [], "actions": [], "translations": []}),
    (ask.UPDATE_PROMOTION, {"id": _NOWHERE}),
    (ask.UPDATE_PRODUCT, {"id": _NOWHERE}),
)


async def lacking(client: VendureClient) -> tuple[str, ...]:
    """A sentence for each right that is missing. An API key may not ask for its own rights (`me` needs a person), but
    Vendure looks at them before at what is asked: whoever has the right is refused for another reason. Raises
    `TargetError`.
    """
    found: list[str] = []
    for operation, nothing in _NOTHING:
        try:
            await client(operation, {"i": nothing})
        except MissingRight as error:
            found.append(error.sentence)
        except RefusedByTarget:
            pass  # it has the right
    return tuple(found)
