"""What the screen of the shops says: of platforms, of what a shop can do, and of what went wrong and what to do."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from studio.control.ports import ShopCapabilities
from studio.settings.secrets import Kept, Whereabouts
from studio.ui.connections.port import Failure, ShopTest, Step
from studio.ui.connections.wording import Wording

CLOCK_TOLERANCE_MS = 2_000
"""A difference that a person would see in a countdown."""


def tr(text: str) -> str:
    """A text of this screen in the language of the studio."""
    return QCoreApplication.translate("Shops", text)


def shop_wording() -> Wording:
    """What the screen of the shops calls its things."""
    translate = QCoreApplication.translate
    return Wording(
        name="shops",
        title=translate("Shops", "Shops"),
        icon="bag",
        reading=translate("Shops", "Reading the shops…"),
        unreadable=translate("Shops", "The shops cannot be read ({why})."),
        nothing=translate(
            "Shops",
            "No shop is connected yet. Add one: its platform, address and key are all it takes.",
        ),
        add=translate("Shops", "Add a shop"),
        unnamed=translate("Shops", "New shop"),
        copy_of=translate("Shops", "Copy of {name}"),
        saved=translate("Shops", "“{name}” is saved."),
        remove_title=translate("Shops", "Remove “{name}”?"),
        remove=translate(
            "Shops", "Its address and its key are forgotten on this computer. Nothing changes at the shop."
        ),
        key_forgotten=translate("Shops", "The key is forgotten. Enter it again before the next show."),
        elsewhere=translate("Shops", "Open the shops or the channels first."),
        choose_first=translate("Shops", "Choose a shop first."),
        actions={
            "shop.test": translate("Shops", "Ask the shop who it is and what it can do; nothing is written"),
            "shop.save": translate("Shops", "Keep what was changed of this shop"),
            "shop.add": translate("Shops", "Add a shop"),
            "shop.duplicate": translate("Shops", "Add a shop like this one, without its key"),
            "shop.remove": translate("Shops", "Forget this shop and its key; asks first"),
        },
    )


@dataclass(frozen=True, slots=True)
class PlatformWords:
    """How a platform calls what it needs. `storefront`: it has an address of its own for customers."""

    address: str
    address_help: str
    key: str
    key_help: str
    storefront: bool = False


def platform_words(kind: str) -> PlatformWords:
    """The words for a platform; those of any server where it has none of its own."""
    translate = QCoreApplication.translate
    match kind:
        case "vendure":
            return PlatformWords(
                "https://shop.example",
                translate("Shops", "The Vendure server, or its Admin API."),
                translate("Shops", "API key"),
                translate(
                    "Shops", "Of a role that may read products, stock and orders, and make promotions."
                ),
                storefront=True,
            )
        case "medusa":
            return PlatformWords(
                "https://shop.example",
                translate("Shops", "The Medusa server."),
                translate("Shops", "Secret API key"),
                translate("Shops", "In Medusa: Settings, Secret API Keys. It begins with sk_."),
                storefront=True,
            )
        case "shopify":
            return PlatformWords(
                "https://name.myshopify.com",
                translate("Shops", "The address that ends with myshopify.com, not that of the storefront."),
                translate("Shops", "Admin API access token"),
                translate("Shops", "In Shopify: Settings, Apps, Develop apps."),
            )
        case _:
            return PlatformWords(
                "https://shop.example",
                translate("Shops", "The server that speaks the Studio Shop API."),
                translate("Shops", "Token"),
                translate("Shops", "From the shop's owner."),
            )


def step_words(step: Step) -> str:
    """What is being tried now."""
    translate = QCoreApplication.translate
    return {
        Step.CONNECT: translate("Shops", "Asking the shop who it is…"),
        Step.CLOCK: translate("Shops", "Reading its clock…"),
        Step.PRODUCTS: translate("Shops", "Reading products…"),
        Step.STOCK: translate("Shops", "Reading stock…"),
        Step.ORDERS: translate("Shops", "Reading orders…"),
        Step.CODES: translate("Shops", "Looking for promo codes…"),
        Step.RIGHTS: translate("Shops", "Asking what the key may change…"),
    }[step]


# long: a table of words, two for each failure
def failure_words(failure: Failure) -> tuple[str, str]:
    """What went wrong in a few words, and what to do about it."""
    translate = QCoreApplication.translate
    return {
        Failure.ADDRESS: (
            translate("Shops", "The address cannot be used"),
            translate("Shops", "Correct the address, then test again."),
        ),
        Failure.CERTIFICATE_FILE: (
            translate("Shops", "The certificate file cannot be used"),
            translate("Shops", "Choose the authority's certificate as a PEM file, or leave the field empty."),
        ),
        Failure.UNREACHABLE: (
            translate("Shops", "Nobody answers at this address"),
            translate("Shops", "Check the address and the network, and whether the shop is running."),
        ),
        Failure.TIMEOUT: (
            translate("Shops", "No answer in time"),
            translate("Shops", "Check the network and test again; the shop may be slow at the moment."),
        ),
        Failure.UNTRUSTED: (
            translate("Shops", "The server's certificate is not trusted"),
            translate(
                "Shops",
                "Check the address and this computer's date. A shop inside a company may need its authority's certificate file.",
            ),
        ),
        Failure.KEY_MISSING: (
            translate("Shops", "The shop asks for a key"),
            translate("Shops", "Enter the key, then test again."),
        ),
        Failure.KEY_REFUSED: (
            translate("Shops", "The shop does not accept the key"),
            translate(
                "Shops", "It is wrong, has expired or was revoked: make another in the shop and enter it."
            ),
        ),
        Failure.RIGHT_MISSING: (
            translate("Shops", "The key lacks a right"),
            translate("Shops", "Give the key this right in the shop, or enter another key, then test again."),
        ),
        Failure.MAINTENANCE: (
            translate("Shops", "The shop cannot answer right now"),
            translate("Shops", "It may be in maintenance. Test again in a while, or ask the shop's owner."),
        ),
        Failure.BUSY: (
            translate("Shops", "The shop asks for patience"),
            translate("Shops", "Too many requests came in. Test again in a minute."),
        ),
        Failure.OTHER_VERSION: (
            translate("Shops", "The shop speaks another version"),
            translate("Shops", "Update the shop or the studio, so that both speak the same."),
        ),
        Failure.OTHER_PLATFORM: (
            translate("Shops", "What answers there is not this platform"),
            translate("Shops", "Check the address, and whether the right platform is chosen."),
        ),
        Failure.REFUSED: (
            translate("Shops", "The shop refuses"),
            translate("Shops", "Ask the shop's owner, with the shop's own words."),
        ),
    }[failure]


def can_sentences(can: ShopCapabilities) -> list[str]:
    """What the shop does by itself."""
    translate = QCoreApplication.translate
    told = [
        (can.native_start, translate("Shops", "Codes start and end at the shop by themselves.")),
        (can.redemption_counter, translate("Shops", "The shop counts how often a code was redeemed.")),
        (can.featured, translate("Shops", "The pinned product is featured in the shop.")),
        (can.stock_by_location, translate("Shops", "Stock is told by location.")),
        (can.link_orders, translate("Shops", "Orders tell by which tracked link they came.")),
        (can.traffic, translate("Shops", "Visits and baskets are counted.")),
        (can.push, translate("Shops", "Changes come at once.")),
    ]
    return [sentence for able, sentence in told if able]


def cannot_sentences(can: ShopCapabilities) -> list[str]:
    """What it cannot, and what the studio does instead."""
    translate = QCoreApplication.translate
    told = [
        (
            can.native_start,
            translate("Shops", "Codes start when the studio makes them: this shop has no start time."),
        ),
        (
            can.redemption_counter,
            translate("Shops", "Redemptions are counted from the orders: this shop has no counter."),
        ),
        (can.featured, translate("Shops", "The pinned product is shown by the studio only.")),
        (can.stock_by_location, translate("Shops", "Stock is one figure for all locations.")),
        (can.link_orders, translate("Shops", "Only codes make an order the show's: links are not told.")),
        (can.traffic, translate("Shops", "Visits and baskets are not to be had.")),
        (
            can.push,
            translate(
                "Shops", "Changes are asked for: the pinned product every second, the rest less often."
            ),
        ),
    ]
    return [sentence for able, sentence in told if not able]


def clock_words(found: ShopTest) -> tuple[str, bool]:
    """How the shop's clock goes, and whether that is something to look at."""
    translate = QCoreApplication.translate
    ahead = found.clock_ahead_ms
    if ahead is None:
        return translate("Shops", "not told"), True
    if found.clock_rate != 1.0:
        text = translate("Shops", "{rate} times as fast as ours")
        return text.replace("{rate}", f"{found.clock_rate:g}"), False
    if abs(ahead) < 100:
        return translate("Shops", "agrees with this computer's"), False
    text = (
        translate("Shops", "{s} s ahead of this computer's")
        if ahead > 0
        else translate("Shops", "{s} s behind this computer's")
    )
    return text.replace("{s}", f"{abs(ahead) / 1000:.1f}"), abs(ahead) > CLOCK_TOLERANCE_MS


def key_words(where: Whereabouts | None, keys_stay: bool) -> str:
    """Where a shop's key comes from."""
    translate = QCoreApplication.translate
    if where is None or where.kept is Kept.NOWHERE:
        if keys_stay:
            return translate("Shops", "Kept in this computer's keyring, nowhere else.")
        return translate("Shops", "Kept until the studio is closed: this computer's keyring cannot be used.")
    if where.kept is Kept.ENVIRONMENT:
        text = translate("Shops", "Comes from the variable {name}, which wins over what is entered here.")
        return text.replace("{name}", where.variable)
    if where.kept is Kept.SESSION:
        return translate("Shops", "Known until the studio is closed, then asked for again.")
    return translate("Shops", "Kept in this computer's keyring.")
