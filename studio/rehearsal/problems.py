"""Refusals of the demo shop: RFC 9457 problem documents with stable slugs (listed in `contract`)."""

from msgspec import UNSET

from studio.rehearsal.contract import FieldError, Problem, encode

MEDIA_TYPE = "application/problem+json"

KINDS: dict[str, tuple[int, str]] = {
    "malformed": (400, "The request could not be read"),
    "unauthorized": (401, "Who is asking?"),
    "not-found": (404, "There is no such thing"),
    "method-not-allowed": (405, "That cannot be done here"),
    "code-taken": (409, "The code is taken"),
    "idempotency-mismatch": (409, "The key was used for another request"),
    "window-passed": (409, "The window is already over"),
    "promo-ended": (409, "The promo has ended"),
    "product-inactive": (409, "The product is withdrawn"),
    "sold-out": (409, "Sold out"),
    "code-refused": (409, "The code is not good here"),
    "cart-closed": (409, "The cart is already an order"),
    "cart-empty": (409, "The cart is empty"),
    "order-state": (409, "The order does not allow that"),
    "orders-stopped": (409, "The shop takes no orders now"),
    "cursor-ahead": (409, "The feed never had that sequence"),
    "too-large": (413, "The request is too large"),
    "invalid": (422, "The request does not make sense"),
    "idempotency-key-required": (428, "Idempotency-Key is missing"),
    "rate-limited": (429, "Too many requests"),
    "internal": (500, "The shop made a mistake"),
    "unavailable": (503, "The shop is not available"),
}
"""Slug to HTTP status and title."""

KEPT = frozenset({404, 409, 422})
"""Statuses of refusals that are stored under an Idempotency-Key: the shop looked and decided."""


class Refusal(Exception):
    """A request that the shop turns down; carries its problem document and, for 429 and 503, Retry-After in seconds."""

    def __init__(self, problem: Problem, retry_after_s: int | None = None) -> None:
        super().__init__(problem.detail)
        self.problem = problem
        self.retry_after_s = retry_after_s

    @property
    def status(self) -> int:
        """HTTP status."""
        return self.problem.status

    @property
    def body(self) -> bytes:
        """The problem document as JSON."""
        return encode(self.problem)


def refuse(
    slug: str,
    detail: str,
    *,
    errors: list[FieldError] | None = None,
    reason: str | None = None,
    available: int | None = None,
    retry_after_s: int | None = None,
) -> Refusal:
    """A refusal of a known kind; `detail` is a sentence for people."""
    status, title = KINDS[slug]
    problem = Problem(
        type=f"/problems/{slug}",
        title=title,
        status=status,
        detail=detail,
        errors=UNSET if errors is None else errors,
        reason=UNSET if reason is None else reason,
        available=UNSET if available is None else available,
    )
    return Refusal(problem, retry_after_s)


def invalid(*errors: tuple[str, str]) -> Refusal:
    """422 with one (field, message) or more."""
    found = [FieldError(field, message) for field, message in errors]
    return refuse("invalid", " ".join(error.message for error in found), errors=found)


def not_found(what: str, wanted: str) -> Refusal:
    """404 for an entity."""
    return refuse("not-found", f"The shop has no {what} {wanted[:120]!r}.")
