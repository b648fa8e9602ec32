"""The stock check in words: where a demand is from, how an item stands, what can be done."""

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication

from studio.domain.product import Product
from studio.domain.stock_check import Demand, DemandSource, Remedy, StockAct, StockRow, StockState
from studio.ui.texts import Texts
from studio.ui.widgets.text import clean_text


def tr(text: str) -> str:
    """In the language of the studio."""
    return QCoreApplication.translate("StockCheck", text)


def demand_text(demand: Demand, texts: Texts) -> str:
    """80, or – where nobody knows."""
    return texts.number(demand.units)


def source_text(demand: Demand, texts: Texts) -> str:
    """Where the expected demand is from, in a few words."""
    if demand.source is DemandSource.UNKNOWN:
        return tr("no target, never on air")
    if demand.source is DemandSource.TARGET:
        if demand.learned is None:
            return tr("target")
        about = tr("target; past shows: {n} or more") if demand.at_least else tr("target; past shows: {n}")
        return about.replace("{n}", texts.number(demand.learned))
    by_viewers = demand.source is DemandSource.VIEWERS
    told = tr("learned by viewers, {n} shows") if by_viewers else tr("learned by minutes, {n} shows")
    told = told.replace("{n}", texts.number(demand.shows))
    return tr("{learned}; sold out then").replace("{learned}", told) if demand.at_least else told


def state_text(row: StockRow, texts: Texts) -> str:
    """How an item stands, in a few words."""
    if row.state is StockState.SHORT:
        return tr("{n} short").replace("{n}", texts.number(row.missing))
    if row.state is StockState.VARIANT:
        names = ", ".join(clean_text(each.title, 24) for each in row.sold_out[:3])
        more = len(row.sold_out) - 3
        told = f"{names} +{more}" if more > 0 else names
        return tr("{variants} sold out").replace("{variants}", told)
    if row.state is StockState.OK and row.demand.source is DemandSource.UNKNOWN:
        return tr("in stock")
    return {
        StockState.OK: tr("enough"),
        StockState.TIGHT: tr("hardly enough"),
        StockState.SOLD_OUT: tr("sold out"),
        StockState.UNKNOWN: tr("not known"),
    }[row.state]


def act_text(act: StockAct, products: Mapping[str, Product], texts: Texts) -> str:
    """What a button says."""
    product = products.get(act.product_id)
    name = clean_text(product.title, 28) if product else ""
    text = {
        Remedy.LOWER_TARGET: tr("Lower target to {n}"),
        Remedy.RAISE_SAFETY: tr("Raise safety stock to {n}"),
        Remedy.LOWER_SAFETY: tr("Lower safety stock to {n}"),
        Remedy.ALTERNATIVE: tr("Add {name}"),
        Remedy.SWAP: tr("Swap for {name}"),
        Remedy.CHOOSE: tr("Choose an alternative…"),
    }[act.remedy]
    return text.replace("{n}", texts.number(act.units)).replace("{name}", name)


def act_help(act: StockAct, texts: Texts) -> str:
    """What a button does, in a sentence."""
    text = {
        Remedy.LOWER_TARGET: tr("As many as can be sold become the target."),
        Remedy.RAISE_SAFETY: tr("What the target leaves over is kept back, so that late orders are filled."),
        Remedy.LOWER_SAFETY: tr("Less is kept back, so that more can be sold in the show."),
        Remedy.ALTERNATIVE: tr("It comes behind this item; {n} can be sold."),
        Remedy.SWAP: tr(
            "It takes the place of this item; {n} can be sold. Points, prices and code go with the old one."
        ),
        Remedy.CHOOSE: tr("Go to the item in the line-up and name what is shown when it sells out."),
    }[act.remedy]
    return text.replace("{n}", texts.number(act.units))
