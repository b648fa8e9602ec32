"""What a shopper's browser sees of the demo shop: a tracked link leads to a product's page. No token: links stand in chats."""

import html
from urllib.parse import urlencode

import msgspec
from litestar import Response, get

from studio.rehearsal import shop_catalogue, shop_ids
from studio.rehearsal.contract import Money, Product
from studio.rehearsal.problems import not_found
from studio.rehearsal.shop_core import Core
from studio.rehearsal.shop_store import Tx

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>body{{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}}
img{{max-width:16rem;border-radius:8px}}td{{padding:.2rem 1rem .2rem 0}}</style><h1>{title}</h1>{body}</html>"""


def _page(title: str, body: str) -> Response[str]:
    content = _PAGE.format(title=html.escape(title), body=body)
    return Response(content, media_type="text/html", headers={"Content-Security-Policy": "script-src 'none'"})


def _price(money: Money) -> str:
    return f"{money.amount_minor / 100:.2f} {html.escape(money.currency)}"


@get("/go/{link_id:str}", include_in_schema=False)
async def go(core: Core, link_id: str) -> Response[str]:
    """Where a tracked link leads: to the page, marked with where it was said and for which show (UTM)."""
    number = shop_ids.number(shop_ids.LINK, link_id)
    row = await core.store.run(
        lambda tx: tx.one("SELECT product_id, channel, show_id FROM links WHERE id = ?", (number,))
    )
    if row is None:
        raise not_found("link", link_id)
    page = "/" if row["product_id"] is None else f"/p/{row['product_id']}"
    marks = {
        "utm_source": row["channel"],
        "utm_medium": "live",
        "utm_campaign": row["show_id"],
        "utm_content": link_id,
    }
    target = f"{page}?{urlencode(marks)}"
    return Response("", status_code=302, headers={"Location": target}, media_type="text/html")


@get("/p/{product_id:str}", include_in_schema=False)
async def product_page(core: Core, product_id: str) -> Response[str]:
    """A product's page."""
    row = await core.store.run(lambda tx: shop_catalogue.find(tx, product_id))
    product = msgspec.json.decode(row["body"], type=Product)
    text = product.texts[core.shop["languages"][0]]
    images = "".join(f'<img src="{html.escape(i.url)}" alt="{html.escape(i.alt)}">' for i in product.images)
    rows = "".join(
        f"<tr><td>{html.escape(v.title)}<td>{_price(v.price)}"
        for v in product.variants
        if v.active and product.active
    )
    words = "".join(
        f"<p>{html.escape(part)}</p>" for part in (text.description, text.delivery_text, text.returns_text)
    )
    return _page(product.title, f"{images}<table>{rows}</table>{words}")


@get("/", include_in_schema=False)
async def front(core: Core) -> Response[str]:
    """The front page."""

    def job(tx: Tx) -> list[Product]:
        rows = tx.all("SELECT body FROM products WHERE active ORDER BY id")
        return [msgspec.json.decode(row["body"], type=Product) for row in rows]

    products = await core.store.run(job)
    items = "".join(f'<li><a href="{html.escape(p.url)}">{html.escape(p.title)}</a>' for p in products)
    return _page(core.shop["name"], f"<ul>{items}</ul>")


HANDLERS = [go, product_page, front]
