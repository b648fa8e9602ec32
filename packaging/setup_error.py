"""What went wrong while setting up, in words for the person at the keyboard."""


class SetupError(Exception):
    """A sentence that says what is missing and what to do about it."""
