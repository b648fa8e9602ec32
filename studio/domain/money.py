"""Money: an integer of minor units with its currency, never a float."""

import re
from decimal import ROUND_HALF_UP, Decimal

import msgspec

_CURRENCY = re.compile(r"^[A-Z]{3}$")
# As CLDR has it (supplementalData, currencyData/fractions), by which shops' amounts are read; all others have two.
_DIGITS = {
    0: "AFN ALL BIF CLP DJF GNF IQD IRR ISK JPY KMF KPW KRW LAK LBP MGA MMK PYG RSD RWF SOS SYP UGX VND VUV XAF XOF XPF YER",
    3: "BHD JOD KWD LYD OMR TND",
}
_DIGITS_OF = {currency: digits for digits, currencies in _DIGITS.items() for currency in currencies.split()}


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies met in one sum."""


class Money(msgspec.Struct, frozen=True, gc=False):
    """An amount of money.

    `amount_minor` counts the currency's minor units (cents for EUR), `currency` is its ISO 4217 code.
    Raises `ValueError` for anything that is not such a code.
    """

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if not _CURRENCY.match(self.currency):
            raise ValueError(f"{self.currency!r} is not an ISO 4217 currency code, such as EUR")

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"cannot mix {self.currency} and {other.currency}")

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount_minor - other.amount_minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same(other)
        return self.amount_minor < other.amount_minor

    def times(self, quantity: int) -> "Money":
        """This amount, `quantity` times."""
        return Money(self.amount_minor * quantity, self.currency)

    def less_percent(self, percent: int) -> "Money":
        """What is left after `percent` (0 to 100) is taken off; halves are rounded up."""
        left = Decimal(self.amount_minor) * (100 - percent) / 100
        return Money(int(left.quantize(Decimal(1), ROUND_HALF_UP)), self.currency)

    def less(self, other: "Money") -> "Money":
        """This amount less `other`, never below zero."""
        rest = self - other
        return rest if rest.amount_minor >= 0 else Money(0, self.currency)


def minor_digits(currency: str) -> int:
    """How many decimals a currency has: two where nothing else is known of it."""
    return _DIGITS_OF.get(currency, 2)


def plain_amount(amount_minor: int, currency: str) -> str:
    """An amount in the currency's major units with a point, without its name: 89.00, 7.120 (KWD), 500 (JPY)."""
    return str(Decimal(amount_minor).scaleb(-minor_digits(currency)))


def zero(currency: str) -> Money:
    """Nothing, in `currency`."""
    return Money(0, currency)
