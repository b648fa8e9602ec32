"""The words of importing: names of columns, states of rows."""

from typing import Final

from PySide6.QtCore import QCoreApplication

from studio.domain.exchange import Column, Found


def tr(text: str) -> str:
    """A text of importing and exporting, in the person's language."""
    return QCoreApplication.translate("Exchange", text)


def column_names() -> dict[Column, str]:
    """What each column of a line-up is called, in the order in which they are offered."""
    return {
        Column.TITLE: tr("Title"),
        Column.MINUTES: tr("Minutes"),
        Column.KIND: tr("Kind (product or talk)"),
        Column.SKU: tr("SKU"),
        Column.PRODUCT_ID: tr("Product id"),
        Column.BARCODE: tr("Barcode"),
        Column.SHOW_PRICE: tr("Show price"),
        Column.PLANNED_PRICE: tr("Price when planned"),
        Column.TARGET: tr("Target units"),
        Column.SAFETY: tr("Safety stock"),
        Column.POINTS: tr("Talking points"),
        Column.NOTE: tr("Notes to the host"),
        Column.ALTERNATIVES: tr("Alternatives"),
        Column.IMAGES: tr("Pictures"),
        Column.PROMO_CODE: tr("Code"),
        Column.PROMO_KIND: tr("Code: kind"),
        Column.PROMO_VALUE: tr("Code: what it takes off"),
        Column.PROMO_SCOPE: tr("Code: applies to"),
        Column.PROMO_WHEN: tr("Code: begins"),
        Column.PROMO_AFTER: tr("Code: minutes after start"),
        Column.PROMO_FROM: tr("Code: from"),
        Column.PROMO_UNTIL: tr("Code: until"),
        Column.PROMO_MINUTES: tr("Code: minutes"),
        Column.PROMO_HOURS: tr("Code: hours after show"),
        Column.PROMO_LIMIT: tr("Code: limit"),
        Column.PROMO_EACH: tr("Code: limit per customer"),
    }


def found_words(found: Found) -> str:
    """How a row's product was found, in a word or two."""
    words: Final = {
        Found.NOT_NEEDED: "",
        Found.UNCHECKED: tr("not looked up: no catalogue yet"),
        Found.BY_ID: tr("found by product id"),
        Found.BY_SKU: tr("found by SKU"),
        Found.BY_BARCODE: tr("found by barcode"),
        Found.BY_NAME: tr("found by name"),
        Found.LIKELY: tr("is it this one?"),
        Found.UNCLEAR: tr("which one is meant?"),
        Found.MISSING: tr("not in the shop"),
    }
    return words[found]
