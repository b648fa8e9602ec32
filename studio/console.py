"""What a command says on the console: sentences, one a line."""

import sys


def say(sentence: str, *, bad: bool = False) -> None:
    """Say it now; trouble goes to the error stream."""
    print(sentence, file=sys.stderr if bad else sys.stdout, flush=True)
