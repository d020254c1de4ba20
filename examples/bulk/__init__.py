"""What the examples that change many engagements share: tables as people have them, the bridge, the report."""

import sys


class Failed(Exception):
    """Why the program ends: one sentence for a person, and an exit status of sysexits.h."""

    def __init__(self, sentence: str, status: int):
        super().__init__(sentence)
        self.status = status


USAGE, DATA, NO_INPUT, SOFTWARE, CANT_CREATE, IO = 64, 65, 66, 70, 73, 74


def say(text: str) -> None:
    """Writes a line for a person to stderr, whether or not anybody is there to read it."""
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        pass
