"""A product of the Studio Shop API as most are: no text too long, no number out of range.

All of that is checked while the JSON is read, once and in C. What is found wanting is read again by the looser types of
`studio_api_wire` and cut to size: of a catalogue of 100,000 variants that is next to nothing, and asking each of its
million texts for its length in Python took longer than reading them.
"""

from typing import Annotated, Final

import msgspec
from msgspec import Meta, Raw, Struct

ID: Final = 200
TITLE: Final = 300
TEXT: Final = 20_000
SKU: Final = 200
NAME: Final = 100
"""Of an option and its value, a barcode, a tag."""
POINT: Final = 1_000
URL: Final = 2_000
MOST_TAGS: Final = 100
MOST_IMAGES: Final = 50
MOST_POINTS: Final = 50
MOST: Final = 2**53

_Id = Annotated[str, Meta(min_length=1, max_length=ID)]
_Title = Annotated[str, Meta(max_length=TITLE)]
_Text = Annotated[str, Meta(max_length=TEXT)]
_Sku = Annotated[str, Meta(max_length=SKU)]
_Name = Annotated[str, Meta(max_length=NAME)]
_Url = Annotated[str, Meta(max_length=URL)]
_Count = Annotated[int, Meta(ge=0, le=MOST)]


class TidyMoney(Struct, frozen=True, gc=False):
    """An amount in minor units."""

    amount_minor: _Count
    currency: str


class TidyImage(Struct, frozen=True, gc=False):
    """A picture."""

    url: _Url


class TidyTexts(Struct, frozen=True, gc=False):
    """A product's words in one language."""

    title: _Title
    description: _Text = ""
    talking_points: Annotated[list[Annotated[str, Meta(max_length=POINT)]], Meta(max_length=MOST_POINTS)] = []


class TidyReviews(Struct, frozen=True, gc=False):
    """Score and number of reviews."""

    score: float | None = None
    count: int = 0


class TidyVariant(Struct, frozen=True, gc=False):
    """What can be bought."""

    id: _Id
    sku: _Sku
    title: _Title
    price: TidyMoney
    low_30d_price: TidyMoney | None = None
    barcode: _Name = ""
    options: dict[_Name, _Name] = {}
    active: bool = True


class TidyProduct(Struct, frozen=True, gc=False):
    """A product with all its languages."""

    id: _Id
    revision: _Count
    title: _Title
    variants: list[TidyVariant]
    texts: dict[str, Raw] = {}
    """By language; only that which is wanted is read on (`TidyTexts`)."""
    category: _Title = ""
    tags: Annotated[list[_Name], Meta(max_length=MOST_TAGS)] = []
    active: bool = True
    images: Annotated[list[TidyImage], Meta(max_length=MOST_IMAGES)] = []
    returns_text: _Text = ""
    delivery_text: _Text = ""
    reviews: TidyReviews = TidyReviews()
    url: _Url = ""


tidy_product: Final = msgspec.json.Decoder(TidyProduct)
tidy_texts: Final = msgspec.json.Decoder(TidyTexts)
