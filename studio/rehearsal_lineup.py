"""A show's own line-up for a rehearsal: written to a file with its products, and read by the rehearsal.

The file is all that a rehearsal gets of the show. It holds no address and no token: neither the real shop nor a real
channel can be reached from there.
"""

import os
import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from studio.domain.announcement_rules import AnnouncementRules
from studio.domain.commands import PlanShow
from studio.domain.ids import uuid7
from studio.domain.lineup import ItemKind, LineUp, LineUpItem
from studio.domain.plan import Goals
from studio.domain.product import Product, StockLevel
from studio.domain.promo import PromoPlan
from studio.domain.show import ShowState
from studio.domain.sku import found_by_sku
from studio.rehearsal.director import OWN, PRODUCTS, RehearsalError
from studio.rehearsal.own_products import PICTURES, OwnProduct, OwnProducts, OwnVariant

SCHEMA: Final = 1
LINEUP: Final = "lineup.json"
HANDED_OVER: Final = "line-ups"
"""The folder among the rehearsals in which the studio leaves a line-up for the rehearsal that it starts."""
DEMO_SHOP: Final = "demo"
DEMO_CHANNEL: Final = "live"
UNKNOWN_STOCK: Final = 50
"""So many can be sold in the rehearsal where nobody knows how many there are."""
MAX_FILE_BYTES: Final = 50_000_000
_LONG: Final = 20_000
_set = msgspec.structs.replace


class OwnLineUp(msgspec.Struct, frozen=True, kw_only=True):
    """The file. Items name the products by their ids in the demo shop."""

    schema: int = SCHEMA
    lineup: LineUp
    time_zone: str
    promos: tuple[PromoPlan, ...] = ()
    goals: Goals = Goals()
    announcements: AnnouncementRules | None = None
    products: OwnProducts

    @property
    def minutes(self) -> float:
        """How long its items are planned, within what a rehearsal can be; 0 when there are none."""
        minutes = self.lineup.length_ms / 60_000
        return 0.0 if not minutes else min(24 * 60.0, max(1.0, minutes))


class Written(msgspec.Struct, frozen=True):
    """A line-up for a rehearsal. `pictures` maps the names of its pictures' files to the addresses from which the studio
    knows them; `as_talk` are the titles of items whose product nobody knows: they are rehearsed without one.
    """

    own: OwnLineUp
    pictures: dict[str, str]
    as_talk: tuple[str, ...]


def own_lineup(state: ShowState, products: Mapping[str, Product], stock: Iterable[StockLevel]) -> Written:
    """The line-up of a show with the products that it needs, as they are known now."""
    sellable: dict[str, int] = defaultdict(int)
    for level in stock:
        sellable[level.variant_id] += level.sellable
    found = found_by_sku(state.items, products.values())
    items = [found.get(item.id, item) for item in state.items]
    wanted = dict.fromkeys(p for item in items for p in (item.product_id, *item.alternatives))
    known = [products[p] for p in wanted if p in products and products[p].variants]
    ids = {product.id: f"own-{number:03}" for number, product in enumerate(known, 1)}
    pictures = {f"{ids[p.id]}.png": p.image_urls[0] for p in known if p.image_urls}
    as_talk = tuple(i.title for i in items if i.kind is ItemKind.PRODUCT and i.product_id not in ids)
    lineup = LineUp(
        state.title, state.currency, tuple(_item(i, ids) for i in items), state.language, state.planned_ms
    )
    own = OwnLineUp(
        lineup=lineup,
        time_zone=state.time_zone,
        promos=state.planned_promos,
        goals=state.goals,
        announcements=_set(state.announcements, channels={}),
        products=OwnProducts(
            currency=state.currency, products=[_product(p, ids[p.id], sellable) for p in known]
        ),
    )
    return Written(own, pictures, as_talk)


def _item(item: LineUpItem, ids: Mapping[str, str]) -> LineUpItem:
    product_id = ids.get(item.product_id, "")
    if item.kind is ItemKind.PRODUCT and not product_id:
        item = _set(item, kind=ItemKind.TALK, sku="", promo=None)
    others = tuple(ids[other] for other in item.alternatives if other in ids)
    # Pictures have other addresses in the demo shop: it shows its own.
    return _set(item, product_id=product_id, alternatives=others, images=())


def _product(product: Product, own_id: str, sellable: Mapping[str, int]) -> OwnProduct:
    return OwnProduct(
        id=own_id,
        title=product.title[:_LONG],
        description=product.description[:_LONG],
        category=product.category[:_LONG],
        tags=list(product.tags),
        talking_points=list(product.points),
        returns_text=product.returns_text[:_LONG],
        delivery_text=product.delivery_text[:_LONG],
        review_score=product.review_score,
        review_count=product.review_count,
        active=product.active,
        variants=[
            OwnVariant(
                id=f"{own_id}-{number}", sku=v.sku[:_LONG], barcode=v.barcode[:_LONG], title=v.title[:_LONG],
                options=dict(v.options), price_minor=max(0, v.price.amount_minor),
                lowest_30d_minor=None if v.low_30d is None else max(0, v.low_30d.amount_minor),
                stock=sellable.get(v.id, UNKNOWN_STOCK), active=v.active,
            )
            for number, v in enumerate(product.variants, 1)
        ],
    )  # fmt: skip


# --- the file ---------------------------------------------------------------------------------------------------


def write_own(rehearsals: Path, written: Written, pictures: Mapping[str, bytes]) -> Path:
    """Leave a line-up for a rehearsal below the folder of all rehearsals; the file that `--lineup` takes. `pictures` are
    the bytes of those that are at hand, by their names. Blocks. Raises `OSError`.
    """
    folder = rehearsals / HANDED_OVER / uuid7()
    # Only the last folder that is made gets the mode.
    for made in (rehearsals / HANDED_OVER, folder, folder / PICTURES):
        made.mkdir(mode=0o700, parents=True, exist_ok=True)
    own = written.own
    names: dict[str, str] = {}
    for name, data in pictures.items():
        ending = _ending(data)
        if ending:
            names[name] = f"{name.rpartition('.')[0]}.{ending}"
            _private(folder / PICTURES / names[name], data)
    products = [_set(p, picture=names.get(f"{p.id}.png", "")) for p in own.products.products]
    own = _set(own, products=_set(own.products, products=products))
    file = folder / LINEUP
    _private(file, msgspec.json.encode(own))
    return file


def _ending(data: bytes) -> str:
    """How the demo shop names such a picture; empty for one that it does not show."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpg"
    return "webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else ""


def _private(file: Path, data: bytes) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
        opened.write(data)


def read_own(file: Path) -> OwnLineUp:
    """The line-up of a file. Raises `RehearsalError` with a sentence."""
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            raise RehearsalError(f"{file} is too large for a line-up: choose another file.")
        own = msgspec.json.decode(data, type=OwnLineUp)
    except OSError as error:
        raise RehearsalError(f"The line-up {file} cannot be read ({error.strerror}).") from error
    except msgspec.DecodeError as error:
        raise RehearsalError(
            f"{file} is no line-up for a rehearsal ({error}): choose the lineup.json that the studio wrote."
        ) from error
    if own.schema != SCHEMA:
        raise RehearsalError(
            f"{file} was written by another version of the studio: rehearse from the show again."
        )
    if not own.lineup.items:
        raise RehearsalError(f"The line-up of {file} is empty: add an item first.")
    return own


def take_own(file: Path, folder: Path) -> None:
    """Take a line-up into the folder of its rehearsal; what the studio left for it is moved there. Raises
    `RehearsalError`, `OSError`.
    """
    own = read_own(file)
    target = folder / OWN
    target.mkdir(mode=0o700)
    pictures = file.parent / PICTURES
    (target / PICTURES).mkdir(mode=0o700)
    for product in own.products.products:
        # Only the last part: a file by somebody else must not have others copied.
        name = Path(product.picture).name
        if name and (pictures / name).is_file():
            _private(target / PICTURES / name, (pictures / name).read_bytes())
    _private(target / LINEUP, msgspec.json.encode(own))
    _private(target / PRODUCTS, msgspec.json.encode(own.products))
    if file.parent.parent.name == HANDED_OVER and file.parent.parent.parent == folder.parent:
        shutil.rmtree(file.parent)


def own_show(folder: Path, minutes: float) -> PlanShow:
    """The show of a rehearsal with an own line-up, so many minutes long. Raises `RehearsalError`."""
    own = read_own(folder / OWN / LINEUP)
    lineup = scaled(own.lineup, minutes)
    times = lineup.planned_ms / max(1, own.lineup.length_ms)
    promos = tuple(_soon(plan, times) for plan in own.promos)
    return PlanShow(
        lineup,
        DEMO_SHOP,
        (DEMO_CHANNEL,),
        rehearsal=True,
        time_zone=own.time_zone,
        announcements=own.announcements,
        goals=own.goals,
        promos=promos,
    )


def scaled(lineup: LineUp, minutes: float) -> LineUp:
    """The line-up with its items' planned times for a show of so many minutes."""
    scale = minutes * 60_000 / max(1, lineup.length_ms)
    items = tuple(_shorter(item, scale) for item in lineup.items)
    return _set(lineup, items=items, planned_ms=round(minutes * 60_000))


def _shorter(item: LineUpItem, scale: float) -> LineUpItem:
    plan = None if item.promo is None else _soon(item.promo, scale)
    return _set(item, planned_ms=max(1, round(item.planned_ms * scale)), promo=plan)


def _soon(plan: PromoPlan, scale: float) -> PromoPlan:
    if plan.after_start_ms is None:
        return plan
    return _set(plan, after_start_ms=round(plan.after_start_ms * scale))
