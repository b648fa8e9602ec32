"""What a target can answer besides yes."""


class TargetError(Exception):
    """Something went wrong at a shop or channel. `sentence` is for the host and says what to do; it never
    holds a token or a whole body.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Unreachable(TargetError):
    """No answer, a time-out, a 5xx: try again, with the same key. `retry_after_ms` is the target's wish.
    `attempted` is False only when it is certain that nothing of the request was sent (no connection).
    """

    def __init__(self, sentence: str, retry_after_ms: int | None = None, attempted: bool = True) -> None:
        super().__init__(sentence)
        self.retry_after_ms = retry_after_ms
        self.attempted = attempted


class Throttled(Unreachable):
    """Too many requests (429): nothing happened; wait `retry_after_ms`."""


class Unauthorised(TargetError):
    """The token is missing, wrong or lacks a right (401, 403). The outbox waits and the host is asked."""


class MissingRight(Unauthorised):
    """The token is known, but lacks a right, which the sentence names where the platform does."""


class RefusedByTarget(TargetError):
    """The target understood and said no (404, 409, 422). `code` is the problem's slug, such as `code-taken`."""

    def __init__(self, sentence: str, code: str = "") -> None:
        super().__init__(sentence)
        self.code = code


class BadAnswer(TargetError):
    """The answer was not what the contract says: HTML for JSON, wrong types, another version. Nothing was
    taken from it.
    """
